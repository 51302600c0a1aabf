package paper_test

import (
	"strings"
	"testing"

	"praya/subsystems/estimates/internal/paper"
	"praya/subsystems/estimates/internal/paper/gen"
)

// BenchmarkRead reads, places and checks 100 different generated papers, one
// after another.
func BenchmarkRead(b *testing.B) {
	var docs []gen.Document
	bytes := 0
	for i := range 100 {
		d := gen.Write(gen.Options{Seed: uint64(i), Head: 100 + i, Year: 2025})
		bytes += len(d.Text)
		docs = append(docs, d)
	}
	b.SetBytes(int64(bytes))
	b.ReportAllocs()
	for b.Loop() {
		for _, d := range docs {
			papers, err := paper.Read(d.Name, strings.NewReader(d.Text), paper.Limits{})
			if err != nil || len(paper.Checks(papers...)) == 0 {
				b.Fatal(err)
			}
		}
	}
}
