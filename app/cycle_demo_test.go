package app

import (
	"slices"
	"testing"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/subsystems/performance/votes"
)

// TestPostsOfTheDemonstration: posts by rank add up to what the paper of 2025-26 counts, went
// through two officers and within the ceiling, and say that ranks are invented.
func TestPostsOfTheDemonstration(t *testing.T) {
	_, p := demonstrated(t)
	ctx := who.AsSystem(t.Context(), who.Production)
	if err := p.Cycle.LoadNext(ctx); err != nil { // the program is started again
		t.Fatal(err)
	}
	for _, day := range []when.Day{{Year: 2026, Month: 3, Date: 31}, {Year: 2027, Month: 3, Date: 31}} {
		s, err := p.Votes.Staffing(ctx, "47", day)
		if err != nil {
			t.Fatal(err)
		}
		if !s.Invented || !s.Known || s.Ceiling == nil || s.Value > *s.Ceiling || len(s.Ranks) != 6 {
			t.Errorf("%v: %+v", day, s)
		}
		a, b := s.Paper, s.Counted
		if b == nil || *a.NonDirectorateBefore != *b.NonDirectorateBefore || *a.NonDirectorateAfter != *b.NonDirectorateAfter ||
			*a.DirectorateBefore != *b.DirectorateBefore || *a.DirectorateAfter != *b.DirectorateAfter || !slices.Equal(a.NetChange, b.NetChange) {
			t.Errorf("%v: the paper has %+v, by rank there are %+v", day, a, b)
		}
	}
	asked, err := p.Votes.Requests(ctx, "47", votes.Approved)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range asked {
		if r.Kind == votes.AskPosts && (r.By == r.Decider || r.Decider == "rule") {
			t.Errorf("%+v", r)
		}
	}
}
