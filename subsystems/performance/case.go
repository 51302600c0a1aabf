package performance

import (
	"strings"

	"praya/kernel/fault"
	"praya/kernel/money"
	"praya/kernel/when"
)

// Case is one thing that a computed measure counts.
type Case struct {
	Stream, ID string
	Whose      string   // what a count of holders counts once: a department
	Day        when.Day // on which it counts
	Until      when.Day // the last day of a case that lasts
	Good       bool
	Amount     money.Decimal
	Path       string // its page
}

// Stream is the cases of one kind, and the formulas that make sense of them.
type Stream struct {
	Name     string
	Formulas []Formula
	Shift    int // amounts are thousands: -3 makes millions
}

// The streams.
const (
	OnSchedule      = "projects-on-schedule"
	InBudget        = "projects-in-budget"
	ToSpecification = "projects-to-specification"
	WithBenefits    = "projects-with-benefits"
	Plans           = "it-plans"
	Strategies      = "digital-strategies"
	Work            = "it-work"
	Outsourced      = "it-work-outsourced"
	Levels          = "service-levels"
	Spending        = "spending"
	Posts           = "posts"
	Calls           = "calls-in-time"
	Settled         = "enquiries-settled"
	Ratings         = "ratings"

	// What stands beside those two, and is no stream of its own: what may be spent of a subhead in a
	// year or of an item in all, what an item had spent before, and the posts first entered.
	provided = "provision"
	approved = "commitment"
	earlier  = "spent-before"
	opened   = "posts-opening"

	// And what calls are a share of, by quarter of an hour: the row of a quarter holds how many.
	offered = "calls-offered"
	asked   = "enquiries"
	rated   = "ratings-given"
)

// countedIn is the stream whose measures a case concerns.
func countedIn(stream string) string {
	switch stream {
	case provided, approved, earlier:
		return Spending
	case opened:
		return Posts
	case offered:
		return Calls
	case asked:
		return Settled
	case rated:
		return Ratings
	}
	return stream
}

// whole is what a stream of amounts is a share of.
func whole(stream string) string {
	switch stream {
	case Calls:
		return offered
	case Settled:
		return asked
	case Ratings:
		return rated
	}
	return ""
}

// Streams lists what can be counted today.
func Streams() []Stream {
	share := []Formula{Share, Count}
	return []Stream{
		{OnSchedule, share, 0},
		{InBudget, share, 0},
		{ToSpecification, share, 0},
		{WithBenefits, share, 0},
		{Levels, share, 0},
		{Plans, []Formula{Held}, 0},
		{Strategies, []Formula{Held}, 0},
		{Work, []Formula{Sum, Count}, -3},
		{Outsourced, []Formula{Sum, Count}, -3},
		{Spending, []Formula{Used, Sum, Count}, -3},
		{Posts, []Formula{Stock, Sum}, 0},
		{Calls, []Formula{Rate, Sum}, 0},
		{Settled, []Formula{Rate, Sum}, 0},
		{Ratings, []Formula{Mean}, 0},
	}
}

func streamOf(name string) (Stream, bool) {
	for _, s := range Streams() {
		if s.Name == name {
			return s, true
		}
	}
	return Stream{}, false
}

// reckoning is what cases add up to.
type reckoning struct {
	value       money.Decimal
	numerator   money.Decimal
	denominator *money.Decimal
}

// reckon computes a measure's value of a period from the cases of its stream that belong to it.
// Of no cases there is no share: that is NotFound, not nought.
func (m Measure) reckon(cases []Case) (reckoning, error) {
	if len(cases) == 0 && m.Stream == Posts { // posts that were not entered are not none
		return reckoning{}, fault.New(fault.NotFound, "performance.fault.no-cases")
	}
	good, all := int32(0), int32(0)
	var total money.Decimal
	for _, c := range cases {
		all++
		if c.Good {
			good++
		}
		var err error
		if total, err = total.Add(c.Amount); err != nil {
			return reckoning{}, err
		}
	}
	switch m.Formula {
	case Used:
		return m.ratio(cases, 100, Case.spends)
	case Rate:
		return m.ratio(cases, 100, m.counts)
	case Mean:
		return m.ratio(cases, 1, m.counts)
	case Sum, Stock:
		s, _ := streamOf(m.Stream)
		v, err := total.Shift(s.Shift)
		if err != nil {
			return reckoning{}, err
		}
		v, err = v.Quo(money.Int(1), m.Places)
		return reckoning{value: v, numerator: total}, err
	case Share:
		if all == 0 {
			return reckoning{}, fault.New(fault.NotFound, "performance.fault.no-cases")
		}
		hundred, err := money.Int(good).Mul(100)
		if err != nil {
			return reckoning{}, err
		}
		whole := money.Int(all)
		v, err := hundred.Quo(whole, m.Places)
		return reckoning{value: v, numerator: money.Int(good), denominator: &whole}, err
	case Held:
		whose := map[string]bool{}
		for _, c := range cases {
			whose[c.Whose] = true
		}
		n := money.Int(int32(len(whose))) //nolint:gosec // at most mostCases
		return reckoning{value: n, numerator: n}, nil
	default:
		return reckoning{value: money.Int(all), numerator: money.Int(all)}, nil
	}
}

// ratio is the amounts of the cases that are a part, of those of all others, in so many. Of nothing
// there is no share.
func (m Measure) ratio(cases []Case, in int32, part func(Case) bool) (r reckoning, err error) {
	var all money.Decimal
	for _, c := range cases {
		to := &all
		if part(c) {
			to = &r.numerator
		}
		if *to, err = to.Add(c.Amount); err != nil {
			return r, err
		}
	}
	if all.Sign() <= 0 {
		return r, fault.New(fault.NotFound, "performance.fault.no-cases")
	}
	r.denominator = &all
	scaled, err := r.numerator.Mul(in)
	if err != nil {
		return r, err
	}
	r.value, err = scaled.Quo(all, m.Places)
	return r, err
}

// counts says whether a case is of the measure's stream, and not what that is a share of.
func (m Measure) counts(c Case) bool { return c.Stream == m.Stream }

// spends says whether a case is spending, and not what may be spent.
func (c Case) spends() bool { return c.Stream == Spending || c.Stream == earlier }

// overYears says whether a measure's line of money runs over years: an item does, a subhead's
// provision is of one year.
func (m Measure) overYears() bool { return m.Stream == Spending && strings.Contains(m.Line, "/") }

// streams are the cases that a measure's formula looks at.
func (m Measure) streams() []string {
	switch {
	case m.Formula == Used && m.overYears():
		return []string{approved, earlier, Spending}
	case m.Formula == Used:
		return []string{provided, Spending}
	case m.Formula == Stock:
		return []string{opened, m.Stream}
	case m.Formula == Rate || m.Formula == Mean:
		return []string{whole(m.Stream), m.Stream}
	}
	return []string{m.Stream}
}

// gathers says whether a value holds everything up to its period's last day.
func (m Measure) gathers() bool {
	return m.Formula == Held || m.Formula == Stock || m.Formula == Used && m.overYears()
}

// concerns says whether a case of money or posts is of the measure's head and line; others are of
// every head.
func (m Measure) concerns(c Case) bool {
	if m.Stream != Spending && m.Stream != Posts {
		return true
	}
	whose := m.Head
	if m.Line != "" {
		whose += "/" + m.Line
	}
	return c.Whose == whose || strings.HasPrefix(c.Whose, whose+"/")
}

// belongs says whether a case counts in a span of days.
func (m Measure) belongs(c Case, from, to when.Day) bool {
	if m.Formula == Held {
		return !to.Before(c.Day) && (c.Until.IsZero() || !c.Until.Before(to))
	}
	return m.concerns(c) && !c.Day.Before(from) && !to.Before(c.Day)
}
