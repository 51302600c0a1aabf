package governance

import "praya/kernel/money"

// Share is a part of a whole (比率): numerator and denominator stay together, so that no rate
// is ever shown without what it is of.
type Share struct {
	Part int `json:"part" doc:"Numerator"`
	Of   int `json:"of" doc:"Denominator"`
}

func (s *Share) count(yes bool) {
	s.Of++
	if yes {
		s.Part++
	}
}

// Percent is the share in percent to one place, rounded half up as papers do; empty when it
// is a share of nothing.
func (s Share) Percent() string { return s.percentTo(1) }

func (s Share) percentTo(places int) string {
	if s.Of == 0 {
		return ""
	}
	part, err := money.New(int64(s.Part)*100, 0)
	if err != nil {
		return ""
	}
	whole, err := money.New(int64(s.Of), 0)
	if err != nil {
		return ""
	}
	percent, err := part.Quo(whole, places)
	if err != nil {
		return ""
	}
	return percent.String()
}

// Rates are the four rates of IT projects of a calendar year, or of one department's.
type Rates struct {
	Returns         int   `json:"returns" doc:"Returns that count"`
	OnSchedule      Share `json:"on_schedule"`
	InBudget        Share `json:"in_budget"`
	ToSpecification Share `json:"to_specification"`
	WithBenefits    Share `json:"with_benefits"`
}

func (r *Rates) count(a Answers) {
	r.Returns++
	r.OnSchedule.count(a.OnSchedule)
	r.InBudget.count(a.InBudget)
	r.ToSpecification.count(a.ToSpecification)
	r.WithBenefits.count(a.WithBenefits)
}

// each gives the four with their names, in the order of the paper.
func (r Rates) each(yield func(string, Share) bool) {
	_ = yield("on-schedule", r.OnSchedule) && yield("in-budget", r.InBudget) &&
		yield("to-specification", r.ToSpecification) && yield("with-benefits", r.WithBenefits)
}
