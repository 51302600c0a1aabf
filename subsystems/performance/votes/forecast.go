package votes

// MonthFigure is a month of a line: what was spent, and what is planned.
type MonthFigure struct {
	Month  Month  `json:"month"`
	Actual *Cents `json:"actual"` // nil: the journal has nothing of this year
	Plan   *Cents `json:"planned,omitempty"`
}

// Forecast is what a line will have spent when its year ends.
//
// The rule: months that are over count as spent. The present month counts as the larger of what
// is planned and what is spent. Months to come count as planned; those without a plan share
// equally what is left of the expected total (the revised estimate where there is one, else the
// provision) after all this, and nothing when that is less than nothing.
type Forecast struct {
	Spent Cents `json:"spent"` // to date
	Rest  Cents `json:"rest"`
	Total Cents `json:"total"`
	// Planned says whether every month to come has a plan; otherwise the rest is shared out.
	Planned bool `json:"planned"`
	// Over says whether the year has ended: then the total is what was spent.
	Over bool `json:"over"`
}

// forecast applies the rule; now is the present month, expected the year's expected total.
func forecast(months []MonthFigure, now Month, expected *Cents) Forecast {
	f := Forecast{Planned: true, Over: true}
	unplanned := 0
	for _, m := range months {
		actual := orZero(m.Actual)
		f.Spent += actual
		if m.Month < now {
			continue
		}
		f.Over = false
		switch {
		case m.Plan != nil: // what is spent of a month's plan is no longer to come
			f.Rest += max(*m.Plan-actual, 0)
		default:
			unplanned++
		}
	}
	if unplanned > 0 {
		f.Planned = false
		if expected != nil {
			f.Rest += max(*expected-f.Spent-f.Rest, 0)
		}
	}
	f.Total = f.Spent + f.Rest
	return f
}

func orZero(c *Cents) Cents {
	if c == nil {
		return 0
	}
	return *c
}
