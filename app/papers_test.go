package app

import (
	"context"
	"os"
	"testing"

	"praya/kernel/lang"
	"praya/subsystems/performance/papers"
)

// sheets says how many invented Heads a test writes: a thousand where the
// tests run for a release.
func sheets() uint64 {
	if os.Getenv("CI") != "" {
		return 1000
	}
	return 200
}

// TestWrittenPapersReadBack: whatever a sheet says, the Estimates' reader finds
// it in the Chinese text: every figure equal and printed, every check agreeing
// or within rounding, no problem.
func TestWrittenPapersReadBack(t *testing.T) {
	t.Parallel()
	for seed := range sheets() {
		s := papers.Invent(seed, 0)
		for _, p := range s.Check() {
			if p.Refuses {
				t.Fatalf("seed %d: the invented sheet does not add up: %+v", seed, p)
			}
		}
		text := papers.Compose(s, lang.TC).Text()
		r, err := paperReader{}.ReadBack(context.Background(), "draft.txt", []byte(text))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for _, d := range papers.Compare(s, r) {
			t.Errorf("seed %d: %+v", seed, d)
		}
		for _, p := range r.Problems {
			t.Errorf("seed %d: %s", seed, p)
		}
		for _, c := range r.Faults() {
			t.Errorf("seed %d: %+v", seed, c)
		}
		if t.Failed() {
			_ = os.WriteFile(os.TempDir()+"/failed-paper.txt", []byte(text), 0o600)
			t.FailNow()
		}
	}
}
