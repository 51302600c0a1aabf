package papers

import (
	"testing"
	"time"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// BenchmarkReport drafts a Head of 20 programmes and writes it as text in both
// languages: what `performance.report` measures, the material given.
func BenchmarkReport(b *testing.B) {
	s := Invent(47, 20)
	for b.Loop() {
		d, _, err := Apply(s, nil)
		if err != nil {
			b.Fatal(err)
		}
		if len(d.Check()) > 0 && Refused(d.Check()) {
			b.Fatal(d.Check())
		}
		if len(Compose(d, lang.TC).Text()) < 10_000 || len(Compose(d, lang.EN).Text()) < 10_000 {
			b.Fatal("too short")
		}
	}
}

func BenchmarkPDF(b *testing.B) {
	r := Compose(Invent(47, 20), lang.TC)
	for b.Loop() {
		if _, err := r.PDF(when.Day{Year: 2026, Month: time.February, Date: 25}); err != nil {
			b.Fatal(err)
		}
	}
}
