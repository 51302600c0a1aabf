package governance

import (
	"slices"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// Unit is what an agreed level is measured in.
type Unit string

// The units.
const (
	Percent Unit = "percent"
	Seconds Unit = "seconds"
	Minutes Unit = "minutes"
	Hours   Unit = "hours"
	Days    Unit = "days"
	Cases   Unit = "cases"
	Score   Unit = "score"
)

// Units lists them all.
func Units() []Unit { return []Unit{Percent, Seconds, Minutes, Hours, Days, Cases, Score} }

// Direction says which way is better.
type Direction string

// The directions.
const (
	AtLeast Direction = "at-least"
	AtMost  Direction = "at-most"
)

// Directions lists them both.
func Directions() []Direction { return []Direction{AtLeast, AtMost} }

// Level is a service level document: what a provider has agreed with a user department.
type Level struct {
	ID        string    `json:"id"`
	Service   lang.Text `json:"service"`
	Provider  string    `json:"provider" doc:"Code of the department that serves"`
	User      string    `json:"user,omitempty" doc:"Code of the department that is served; empty: all that use it"`
	Agreed    Figure    `json:"agreed"`
	Unit      Unit      `json:"unit" enum:"percent,seconds,minutes,hours,days,cases,score"`
	Direction Direction `json:"direction" enum:"at-least,at-most"`
	Period
	Invented bool  `json:"invented,omitempty" doc:"Made up for the demonstration"`
	Version  int64 `json:"version"`
}

func (l Level) check() error {
	var w wrongs
	w.text(l.Service, "service-", line)
	w.need(l.Agreed.amount(), "agreed", "amount")
	w.need(slices.Contains(Units(), l.Unit), "unit", "choose")
	w.need(slices.Contains(Directions(), l.Direction), "direction", "choose")
	w.period(l.Period, true)
	return w.err()
}

// met compares what was measured with what was agreed.
func (l Level) met(measured Figure) bool {
	order := measured.Decimal.Cmp(l.Agreed.Decimal)
	return order == 0 || (order > 0) == (l.Direction == AtLeast)
}

// Judgement says what was measured in a period, and whether that met the level.
type Judgement struct {
	Level string `json:"level"`
	Period
	Revision int          `json:"revision"`
	Measured Figure       `json:"measured"`
	Met      bool         `json:"met"`
	Evidence string       `json:"-"`
	At       when.Instant `json:"at"`
	Actor    string       `json:"-"`
}

// judge makes the judgement of a period. The same period again is a new revision of it, and
// needs a reason; another one must not share a day with those before.
func (l Level) judge(j Judgement, before []Judgement, today when.Day) (Judgement, error) {
	var w wrongs
	w.period(j.Period, false)
	w.need(j.To.Before(today), "to", "ended-day")
	w.need(l.On(j.From) && l.On(j.To), "from", "outside")
	w.need(j.Measured.amount(), "measured", "amount")
	w.need(j.Evidence != "", "evidence", "evidence")
	w.need(prose(j.Evidence), "evidence", "line")
	j.Level, j.Revision, j.Met = l.ID, 1, l.met(j.Measured)
	for _, b := range before {
		switch {
		case b.Period == j.Period:
			j.Revision = max(j.Revision, b.Revision+1)
		case b.Overlaps(j.Period):
			w.add("from", "overlap")
			return j, w.err()
		}
	}
	return j, w.err()
}

// newest keeps the last revision of every period.
func newest(all []Judgement) []Judgement {
	type key struct {
		level string
		Period
	}
	last := map[key]int{}
	for _, j := range all {
		last[key{j.Level, j.Period}] = max(last[key{j.Level, j.Period}], j.Revision)
	}
	return slices.DeleteFunc(slices.Clone(all), func(j Judgement) bool { return last[key{j.Level, j.Period}] != j.Revision })
}

// shareMet counts the judgements of periods that ended in a calendar year; 0 counts all.
func shareMet(all []Judgement, year int) (s Share) {
	for _, j := range newest(all) {
		if year == 0 || j.To.Year == year {
			s.count(j.Met)
		}
	}
	return s
}
