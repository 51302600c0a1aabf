package directory

import "praya/kernel/when"

// Period is a stretch of days; both its first and its last day belong to it. No first day
// means that it is not known, no last day that none is fixed.
type Period struct {
	From when.Day `json:"from,omitzero"`
	To   when.Day `json:"to,omitzero"`
}

// On reports whether a day lies in the period.
func (p Period) On(d when.Day) bool { return p.Begun(d) && !p.Ended(d) }

// Begun reports whether the period has begun on a day.
func (p Period) Begun(d when.Day) bool { return !d.Before(p.From) }

// Ended reports whether the period is over on a day.
func (p Period) Ended(d when.Day) bool { return !p.To.IsZero() && p.To.Before(d) }

// Ordered reports whether the last day does not lie before the first.
func (p Period) Ordered() bool { return p.To.IsZero() || !p.To.Before(p.From) }

// Overlaps reports whether two periods share a day.
func (p Period) Overlaps(q Period) bool { return !p.Ended(q.From) && !q.Ended(p.From) }

// Within reports whether every day of p lies in q.
func (p Period) Within(q Period) bool {
	return !p.From.Before(q.From) && (q.To.IsZero() || !p.To.IsZero() && !q.To.Before(p.To))
}

// cut ends the period on a day, unless it ends before.
func (p Period) cut(last when.Day) Period {
	if p.To.IsZero() || last.Before(p.To) {
		p.To = last
	}
	return p
}
