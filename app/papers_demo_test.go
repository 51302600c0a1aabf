package app

import (
	"testing"
	"time"

	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/subsystems/performance/papers"
)

// TestTheNextPaperOfTheDemonstration drafts Head 47 for 2026-27 from what the
// demonstration ships, and has it read back: every figure equal, no fault.
func TestTheNextPaperOfTheDemonstration(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	_, p := demonstrated(t)
	ctx := who.AsSystem(t.Context(), who.Production)
	from := time.Now()
	d, err := p.Papers.Begin(ctx, "47", "2026-27")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("drafted in %v: %d programmes, %d subheads, %d commitments", time.Since(from), len(d.Sheet.Programmes), len(d.Sheet.Subheads), len(d.Sheet.Commitments))
	if !d.Sheet.Invented {
		t.Error("the draft does not say that figures are invented")
	}
	for _, x := range d.Sheet.Check() {
		if x.Refuses {
			t.Errorf("%+v: computed %v, stated %v, difference %v", x, x.Computed, x.Stated, x.Difference)
		}
	}
	v, err := p.Papers.ReadBack(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range v.Differences {
		t.Errorf("%+v", x)
	}
	for _, x := range v.Reading.Faults() {
		t.Errorf("%+v difference %v", x, x.Difference)
	}
	for _, x := range v.Reading.Problems {
		t.Error(x)
	}
	if v.Refused != "" || v.Figures < 200 {
		t.Errorf("%d figures: %s\n%.3000s", v.Figures, v.Refused, papers.Compose(d.Sheet, lang.TC).Text())
	}
}
