package app

import (
	"slices"
	"testing"
	"time"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/subsystems/performance"
	"praya/subsystems/performance/votes"
)

// TestPostsOfTheDemonstration: posts by rank add up to what the paper of 2025-26 counts, went
// through two officers and within the ceiling, and say that ranks are invented.
func TestPostsOfTheDemonstration(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
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

// TestSpendingOfTheDemonstration: payments are counted by the measure of their commitment, which
// hangs on the promise that it carries, and every case has its page.
func TestSpendingOfTheDemonstration(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	counted(t, p)
	ctx := who.AsSystem(t.Context(), who.Production)
	life, err := p.Cycle.Life(ctx, "47")
	for i := 0; i < 600 && err == nil && !spendingCounted(life); i++ {
		time.Sleep(50 * time.Millisecond)
		life, err = p.Cycle.Life(ctx, "47")
	}
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"spending": 0, "posts": 0}
	for _, m := range life.Measures {
		if m.Stream != "spending" && m.Stream != "posts" {
			continue
		}
		for _, v := range m.Values {
			_, cases, err := p.Cycle.Counted(ctx, m.ID, v.Period)
			if err != nil {
				t.Fatal(err)
			}
			want[m.Stream] += len(cases)
			t.Log(m.Name.EN, v.Period, v.Value, v.Numerator, v.Denominator, v.How, len(cases))
		}
		r := newResident(t, base)
		r.Open(base + "/tc/performance/measures/" + string(m.ID))
		r.sees(m.Name.TC)
		r.Accessible()
		r.FitsAcross()
		r.Open(base + "/tc/performance/measures/" + string(m.ID) + "/" + m.Values[len(m.Values)-1].Period)
		r.Accessible()
		r.FitsAcross()
		r.goes("打開個案")
		r.sees("編制")
	}
	for stream, n := range want {
		if n == 0 {
			t.Errorf("no case of %s is counted", stream)
		}
	}
	back := newResident(t, base) // from the money to the promise, its measure and the cases: three clicks
	back.Open(base + "/tc/votes/47/commitments/803")
	back.sees("虛構")
	back.Accessible()
	back.FitsAcross()
	back.goes("這筆撥款承載的承諾")
	back.goes("監督數碼轉型支援先導計劃")
	back.goes("數碼轉型支援先導計劃已用承擔額")
	back.sees("700/803", "歷年支出")
	back.goes("700/803") // and to the money again
	back.sees("結餘")
	staff := newResident(t, base)
	staff.Open(base + "/tc/votes/47/posts")
	staff.sees("虛構職級", "按職級計算")
	staff.Accessible()
	staff.FitsAcross()
}

func spendingCounted(life performance.HeadLife) bool {
	return slices.ContainsFunc(life.Measures, func(m performance.Measured) bool { return m.Stream == "spending" && len(m.Values) > 1 }) &&
		slices.ContainsFunc(life.Measures, func(m performance.Measured) bool { return m.Stream == "posts" && len(m.Values) > 2 })
}
