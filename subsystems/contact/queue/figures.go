package queue

import (
	"strconv"
	"time"

	"praya/kernel/when"
	"praya/platform/db"
)

// Targets are what the centre promises; they stand beside the figures.
type Targets struct {
	InTime       float64 // share answered within Rules.Target
	AtFirst      float64 // share of enquiries settled at first call
	Satisfaction float64 // mean of 1 to 5
}

// Promised are the targets of the 1823 centre's performance pledges.
func Promised() Targets { return Targets{0.80, 0.95, 4.0} }

// Figures is a span of time: its sums, how they divide, and how long callers waited.
type Figures struct {
	Span  Span
	Start string
	Tally
	Waits            Histogram
	Languages, Skill []Part
	Inner            []Interval // of the next smaller span
}

// FiguresOf are the figures of a day, month or year. It reads counters only: at most a year's
// months, a month's days or a day's quarters.
func (s *Service) FiguresOf(tx *db.Tx, span Span, start string) (f Figures, err error) {
	f = Figures{Span: span, Start: start}
	if f.Tally, err = total(tx, span, start); err != nil {
		return f, err
	}
	if f.Waits, err = waits(tx, span, start); err != nil {
		return f, err
	}
	if f.Languages, err = parts(tx, sqlByLanguage, span, start); err != nil {
		return f, err
	}
	if f.Skill, err = parts(tx, sqlBySkill, span, start); err != nil {
		return f, err
	}
	smaller, from, to := inside(span, start)
	f.Inner, err = totals(tx, smaller, from, to)
	return f, err
}

// inside is the next smaller span, and the names from which and before which its parts lie.
func inside(span Span, start string) (smaller Span, from, to string) {
	switch span {
	case Year:
		return Month, start + "-01", start + "-13"
	case Month:
		return DaySpan, start + "-01", start + "-32"
	}
	d, err := when.ParseDay(start)
	if err != nil {
		return Quarter, "", ""
	}
	return Quarter, midnight(d).String(), midnight(d.Add(1)).String()
}

// spanNamed reads 2026, 2026-11 or 2026-11-22.
func spanNamed(s string) (Span, bool) {
	switch len(s) {
	case 4:
		_, err := strconv.Atoi(s)
		return Year, err == nil
	case 7:
		_, err := when.ParseDay(s + "-01")
		return Month, err == nil
	}
	d, err := when.ParseDay(s)
	return DaySpan, err == nil && !d.IsZero()
}

// Quarters are the counters of days, by quarter: the open data.
func (s *Service) Quarters(tx *db.Tx, from, to when.Day) ([]Interval, error) {
	return totals(tx, Quarter, midnight(from).String(), midnight(to.Add(1)).String())
}

// Board is the queue as it stands.
type Board struct {
	Level    Standing
	Lines    []BoardLine
	Promised int // call-backs that wait
	Agents   map[AgentState]int
	Today    Tally
}

// BoardLine is who waits on the line with one language.
type BoardLine struct {
	Language string
	Waiting  int
	Longest  time.Duration
}

// Board reads the board: who waits now, the agents, and today's counters. It reads the rows that
// are open, never those that are over.
func (s *Service) Board(tx *db.Tx) (b Board, err error) {
	b.Agents = map[AgentState]int{}
	if b.Level, err = standing(tx); err != nil {
		return b, err
	}
	list, err := agents(tx)
	if err != nil {
		return b, err
	}
	for _, k := range list {
		b.Agents[k.State]++
	}
	if b.Lines, err = boardLines(tx); err != nil {
		return b, err
	}
	if err = tx.Row(sqlPromisedNow, tx.Realm()).Scan(&b.Promised); err != nil {
		return b, err
	}
	b.Today, err = total(tx, DaySpan, DaySpan.Start(tx.Now()))
	return b, err
}
