package paper

import (
	"bytes"
	"os"
	"testing"
)

// BenchmarkRead reads, places and checks one of the trial papers.
func BenchmarkRead(b *testing.B) {
	text, err := os.ReadFile(shared(b, paper2025))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		papers, err := Read(paper2025, bytes.NewReader(text), Limits{})
		if err != nil || len(Checks(papers...)) == 0 {
			b.Fatal(err)
		}
	}
}
