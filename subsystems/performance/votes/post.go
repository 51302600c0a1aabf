package votes

import (
	"slices"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
)

// Rank is a rank with the mid-point of its pay scale from a day on.
type Rank struct {
	Code            string    `json:"code"`
	Name            lang.Text `json:"name"`
	Directorate     bool      `json:"directorate"`
	From            when.Day  `json:"from"`
	MidpointDollars int64     `json:"midpoint_dollars"` // a year
	// Invented marks a rank that was made up for a demonstration.
	Invented bool `json:"invented,omitempty"`
}

// Ranks are all rates of all ranks.
type Ranks []Rank

// on gives a rank at its rate of a day; before its first day, at its first rate.
func (all Ranks) on(code string, d when.Day) (Rank, bool) {
	var best Rank
	found := false
	for _, r := range all {
		if r.Code != code {
			continue
		}
		switch {
		case !found,
			!d.Before(r.From) && (d.Before(best.From) || best.From.Before(r.From)),
			d.Before(r.From) && d.Before(best.From) && r.From.Before(best.From):
			best, found = r, true
		}
	}
	return best, found
}

// PostChange creates posts (Delta above nothing) or deletes them, of one rank in one programme.
type PostChange struct {
	Day       when.Day `json:"day"`
	Rank      string   `json:"rank"`
	Programme string   `json:"programme"`
	Delta     int64    `json:"delta"`
	Permanent bool     `json:"permanent"`
	Reason    string   `json:"reason"`
	Approval  string   `json:"approval,omitempty"` // by which a directorate post is created
	// Opening says that this is not a change but what stood on that day, entered once.
	Opening bool `json:"opening,omitempty"`
}

// place is where posts are counted.
type place struct{ rank, programme string }

// Establishment is a head's posts through time.
type Establishment []PostChange

// sorted puts changes in the order of their days; openings stand first on theirs.
func (e Establishment) sorted() Establishment {
	out := slices.Clone(e)
	slices.SortStableFunc(out, func(a, b PostChange) int {
		switch {
		case a.Day.Before(b.Day):
			return -1
		case b.Day.Before(a.Day):
			return 1
		case a.Opening != b.Opening:
			if a.Opening {
				return -1
			}
			return 1
		}
		return 0
	})
	return out
}

// at counts the posts at the end of a day.
func (e Establishment) at(d when.Day) map[place]int64 {
	out := map[place]int64{}
	for _, c := range e {
		if !d.Before(c.Day) {
			out[place{c.Rank, c.Programme}] += c.Delta
		}
	}
	return out
}

// known reports whether the posts by rank are known on a day: whether they were entered.
func (e Establishment) known(d when.Day) bool {
	return slices.ContainsFunc(e, func(c PostChange) bool { return c.Opening && !d.Before(c.Day) })
}

// value is what the non-directorate posts of a day count as: at the mid-points of the 1 April
// of its financial year, as the ceiling was reckoned.
func (e Establishment) value(d when.Day, ranks Ranks) Cents {
	rate := firstDay(d.FinancialYear())
	var sum Cents
	for p, n := range e.at(d) {
		if r, ok := ranks.on(p.rank, rate); ok && !r.Directorate {
			sum += Cents(n * r.MidpointDollars * 100)
		}
	}
	return sum
}

// count is how many posts there are at the end of a day, directorate ones apart.
func (e Establishment) count(d when.Day, ranks Ranks) (directorate, other int64) {
	for p, n := range e.at(d) {
		if r, _ := ranks.on(p.rank, d); r.Directorate {
			directorate += n
		} else {
			other += n
		}
	}
	return directorate, other
}

// counted are the posts at both ends of a year and the changes between, as a paper would print
// them; nil where the posts were not entered by its beginning.
func (e Establishment) counted(year when.FinancialYear, ranks Ranks) *Posts {
	before := firstDay(year).Add(-1)
	if !e.known(before) {
		return nil
	}
	d1, n1 := e.count(before, ranks)
	d2, n2 := e.count(lastDay(year), ranks)
	out := &Posts{DirectorateBefore: &d1, NonDirectorateBefore: &n1, DirectorateAfter: &d2, NonDirectorateAfter: &n2}
	for programme, change := range e.net(year) {
		if change != 0 {
			out.NetChange = append(out.NetChange, NetChange{programme, change})
		}
	}
	slices.SortFunc(out.NetChange, func(a, b NetChange) int { return strings.Compare(a.Programme, b.Programme) })
	return out
}

// net is the change of each programme in a financial year.
func (e Establishment) net(year when.FinancialYear) map[string]int64 {
	out := map[string]int64{}
	for _, c := range e {
		if !c.Opening && c.Day.FinancialYear() == year {
			out[c.Programme] += c.Delta
		}
	}
	return out
}

// mostPosts bounds one change, so that no sum overflows.
const mostPosts = 100_000

// check finds what is wrong with one change by itself.
func (c PostChange) check(ranks Ranks) error {
	r, known := ranks.on(c.Rank, c.Day)
	switch {
	case c.Day.IsZero():
		return wrong("day", "votes.wrong.day")
	case !known:
		return wrong("rank", "votes.wrong.rank")
	case c.Delta == 0 || c.Delta > mostPosts || c.Delta < -mostPosts || c.Opening && c.Delta < 0:
		return wrong("delta", "votes.wrong.delta")
	case !codeForm.MatchString(c.Programme):
		return wrong("programme", "votes.wrong.programme")
	case c.Reason == "" && !c.Opening:
		return wrong("reason", "votes.wrong.reason")
	case r.Directorate && c.Delta > 0 && c.Approval == "" && !c.Opening:
		return wrong("approval", "votes.wrong.approval")
	}
	return nil
}

// admits decides on changes: no rank falls below nothing on any day, and the value of posts
// stays within the ceiling of each year that is known, on every day on which the changes make
// it larger. The refusal shows what it would be, the ceiling, and by how much.
func (e Establishment) admits(changes []PostChange, ranks Ranks, ceiling func(year string) (Cents, bool)) error {
	for i, c := range changes {
		if err := c.check(ranks); err != nil {
			return atRow(err, i)
		}
		if c.Opening && len(e) > 0 {
			return wrong("opening", "votes.wrong.opened")
		}
	}
	after := append(slices.Clone(e), changes...).sorted()
	first := after[len(after)-1].Day
	for _, c := range changes {
		if c.Day.Before(first) {
			first = c.Day
		}
	}
	days := turningDays(after, first)
	for _, d := range days {
		for p, n := range after.at(d) {
			if n < 0 {
				return fault.New(fault.Invalid, "votes.fault.posts", "rank", p.rank, "programme", p.programme,
					"posts", strconv.FormatInt(n-sum(changes, p), 10), "day", d.String()).At("delta", "votes.fault.posts")
			}
		}
		if err := within(e, after, d, ranks, ceiling, changes); err != nil {
			return err
		}
	}
	return nil
}

func sum(changes []PostChange, p place) (n int64) {
	for _, c := range changes {
		if c.Rank == p.rank && c.Programme == p.programme {
			n += c.Delta
		}
	}
	return n
}

// turningDays are the days from the first on which posts change or another ceiling begins.
func turningDays(e Establishment, first when.Day) []when.Day {
	out := []when.Day{first}
	last := first
	for _, c := range e {
		if last.Before(c.Day) {
			out, last = append(out, c.Day), c.Day
		}
	}
	// A change goes on into the years after: two more ceilings may be known already.
	for y := first.FinancialYear() + 1; y <= last.FinancialYear()+2; y++ {
		out = append(out, firstDay(y))
	}
	return out
}

func within(before, after Establishment, d when.Day, ranks Ranks, ceiling func(string) (Cents, bool), changes []PostChange) error {
	now := after.value(d, ranks)
	if now <= before.value(d, ranks) || changes[0].Opening {
		return nil
	}
	year := d.FinancialYear().String()
	most, known := ceiling(year)
	if !known {
		if slices.ContainsFunc(changes, func(c PostChange) bool { return c.Day.FinancialYear().String() == year }) {
			return fault.New(fault.Invalid, "votes.fault.no-ceiling", "year", year).At("delta", "votes.fault.no-ceiling")
		}
		return nil
	}
	if now > most {
		return fault.New(fault.Invalid, "votes.fault.ceiling", "sum", now.String(), "ceiling", most.String(),
			"over", (now-most).String(), "day", d.String()).At("delta", "votes.fault.ceiling")
	}
	return nil
}
