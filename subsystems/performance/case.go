package performance

import (
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
)

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
	case Sum:
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

// belongs says whether a case counts in a span of days.
func (m Measure) belongs(c Case, from, to when.Day) bool {
	if m.Formula == Held {
		return !to.Before(c.Day) && (c.Until.IsZero() || !c.Until.Before(to))
	}
	return !c.Day.Before(from) && !to.Before(c.Day)
}
