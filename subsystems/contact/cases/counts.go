package cases

import (
	"slices"
	"strings"

	"praya/kernel/when"
	"praya/platform/db"
)

// Count is what happened between departments and the centre. The Department of the centre's own is
// empty.
type Count struct {
	Department  string
	Referred    int64
	Refused     int64
	Escalated   int64
	Replied     int64
	RepliedLate int64 // interim or full replies that came after their promise
	WentLate    int64 // promises that ran over, replied or not
	Open        int64 // now
	Late        int64 // now
}

// Counts are the figures of the board.
type Counts struct {
	From, To    string // months, 2026-11
	Departments []Count
	Opened      int64
	Closed      int64
	Reopened    int64
	Merged      int64
	ReferLate   int64 // cases that were not referred or answered within three hours
	States      map[State]int64
	Waiting     int64 // new and not late
	Overdue     int64 // new and late, now
}

// CountsOf gives the figures from one month to another, and how things stand now. It reads counters,
// and of the cases only what is late: however many are open, and however many there ever were.
func (s *Service) CountsOf(tx *db.Tx, from, to when.Day) (Counts, error) {
	out := Counts{From: monthOf(from), To: monthOf(to), States: map[State]int64{}}
	rows, err := countsBetween(tx, out.From, out.To)
	if err != nil {
		return out, err
	}
	by := map[string]*Count{}
	at := func(department string) *Count {
		if by[department] == nil {
			by[department] = &Count{Department: department}
		}
		return by[department]
	}
	for _, r := range rows {
		if r.department == "" {
			out.add(r.what, r.n)
		} else {
			at(r.department).add(r.what, r.n)
		}
	}
	now, err := countsBetween(tx, "", "")
	if err != nil {
		return out, err
	}
	for _, r := range now {
		state, ofCentre := strings.CutPrefix(r.what, openIn)
		switch {
		case r.n == 0:
		case ofCentre:
			out.States[State(state)] = r.n
		default:
			at(r.department).Open = r.n
		}
	}
	referrals, fresh, err := late(tx)
	for department, n := range referrals {
		at(department).Late = n
	}
	out.Waiting, out.Overdue = out.States[Fresh]-fresh, fresh
	for _, c := range by {
		out.Departments = append(out.Departments, *c)
	}
	slices.SortFunc(out.Departments, func(a, b Count) int {
		switch {
		case a.Department < b.Department:
			return -1
		case a.Department > b.Department:
			return 1
		}
		return 0
	})
	return out, err
}

// Counts are the figures of this month.
func (s *Service) Counts(tx *db.Tx) (Counts, error) {
	return s.CountsOf(tx, tx.Now().Day(), tx.Now().Day())
}

func (c *Counts) add(what string, n int64) {
	switch what {
	case "opened":
		c.Opened = n
	case "closed":
		c.Closed = n
	case "reopened":
		c.Reopened = n
	case "merged":
		c.Merged = n
	case "refer-late":
		c.ReferLate = n
	}
}

func (c *Count) add(what string, n int64) {
	switch what {
	case "referred":
		c.Referred = n
	case "refused":
		c.Refused = n
	case "escalated":
		c.Escalated = n
	case "replied":
		c.Replied = n
	case "replied-late":
		c.RepliedLate = n
	case "late":
		c.WentLate = n
	}
}
