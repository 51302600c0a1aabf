package performance

import (
	"context"
	"slices"

	"praya/kernel/when"
	"praya/platform/db"
)

// Board is what a controlling officer looks at first: how far each head is, and what is late.
type Board struct {
	Year       string
	Years      []string
	Only       string // a head; empty: all
	Rows       []BoardRow
	Late       []Initiative
	Milestones []LateMilestone
	Reviews    []Initiative
	Missing    []MissingValue
}

// BoardRow is one head's initiatives by state.
type BoardRow struct {
	Head  Head
	Count map[State]int
	Total int
}

// LateMilestone is a milestone with its initiative.
type LateMilestone struct {
	Milestone
	Item Initiative
}

// MissingValue is a value that is due and not there.
type MissingValue struct {
	Measure
	Missed string // period
	Was    when.Day
}

// mostLate is how many late things of a kind a board lists.
const mostLate = 50

// Board gives the board of a year, the newest when none is said; of one head, or of all.
func (s *Service) Board(ctx context.Context, year, head string) (b Board, err error) {
	if err := s.mayRead(ctx); err != nil {
		return b, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		b, err = board(tx, s.today(), year, head)
		return err
	})
	return b, err
}

func board(tx *db.Tx, today when.Day, year, head string) (b Board, err error) {
	b = Board{Year: year, Only: head}
	if b.Years, err = tallyYears(tx); err != nil {
		return b, err
	}
	if b.Year == "" && len(b.Years) > 0 {
		b.Year = b.Years[0]
	}
	if b.Rows, err = boardRows(tx, b.Year, head); err != nil {
		return b, err
	}
	if b.Late, err = late(tx, today, head, mostLate); err != nil {
		return b, err
	}
	if b.Reviews, err = reviews(tx, today, head, mostLate); err != nil {
		return b, err
	}
	ms, err := lateMilestones(tx, today, head, mostLate)
	if err != nil {
		return b, err
	}
	for _, m := range ms {
		i, err := initiative(tx, m.Initiative)
		if err != nil {
			return b, err
		}
		b.Milestones = append(b.Milestones, LateMilestone{m, i})
	}
	b.Missing, err = missing(tx, today, head)
	return b, err
}

func boardRows(tx *db.Tx, year, head string) ([]BoardRow, error) {
	all, err := headsOfYear(tx, year)
	if err != nil {
		return nil, err
	}
	counts, err := tallies(tx, year)
	if err != nil {
		return nil, err
	}
	var out []BoardRow
	for _, t := range counts {
		if head != "" && t.Head != head {
			continue
		}
		n := slices.IndexFunc(out, func(r BoardRow) bool { return r.Head.Number == t.Head })
		if n < 0 {
			h := slices.IndexFunc(all, func(h Head) bool { return h.Number == t.Head })
			if h < 0 {
				continue
			}
			out = append(out, BoardRow{Head: all[h], Count: map[State]int{}})
			n = len(out) - 1
		}
		out[n].Count[t.State] += t.Count
		out[n].Total += t.Count
	}
	slices.SortFunc(out, func(a, b BoardRow) int { return compareHeads(a.Head.Number, b.Head.Number) })
	return out, nil
}

// compareHeads sorts heads by number: 47 before 121.
func compareHeads(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return slices.Compare([]byte(a), []byte(b))
}

// missing lists the published measures whose last value is due and not there.
func missing(tx *db.Tx, today when.Day, head string) (out []MissingValue, err error) {
	all, err := measuresMissing(tx, head, Financial.Before(today), Calendar.Before(today), mostLate)
	for _, m := range all {
		if period, due, is := m.Missing(nil, today); is {
			out = append(out, MissingValue{m, period, due})
		}
	}
	return out, err
}
