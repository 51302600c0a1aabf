package votes

import (
	"strings"

	"praya/kernel/fault"
	"praya/kernel/money"
	"praya/platform/db"
)

// figureNow is what a line's figure of a year and a phase is at present: as officers decided,
// else as the nearest paper says. The book that prints a figure is that of one or two years on.
func figureNow(tx *db.Tx, head string, c EstimateChange) (*money.Decimal, error) {
	figures, err := figuresOf(tx, head)
	if err != nil {
		return nil, err
	}
	for i := len(figures) - 1; i >= 0; i-- {
		f := figures[i]
		if f.kind == c.Kind && f.code == c.Code && f.year == c.Year && f.phase == c.Phase {
			return f.thousands, nil
		}
	}
	type printed struct{ after, column int }
	places := map[Phase][]printed{Actual: {{2, 0}}, Revised: {{1, 2}}, Original: {{0, 3}, {1, 1}}}
	for _, p := range places[c.Phase] {
		lines, err := linesOf(tx, head, shift(c.Year, p.after))
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if l.Kind != c.Kind || l.Code != c.Code || l.Columns[p.column] == nil {
				continue
			}
			if c.Kind == Items && (c.Phase != Revised || p.column != 2) {
				continue // the four columns of an item mean other things
			}
			if c.Kind == Programmes {
				d, err := l.Columns[p.column].Shift(3)
				return &d, err
			}
			return l.Columns[p.column], nil
		}
	}
	return nil, nil
}

// examineEstimate decides on a figure. What moved meanwhile is a conflict, and a change beyond
// the rules' thresholds needs its explanation.
func examineEstimate(tx *db.Tx, r Request, a EstimateChange) (outcome, error) {
	if err := a.check(); err != nil {
		return outcome{}, err
	}
	known, err := lineKnown(tx, r.Head, a)
	if err != nil {
		return outcome{}, err
	}
	if !known {
		return outcome{}, wrong("code", "votes.wrong.line")
	}
	now, err := figureNow(tx, r.Head, a)
	if err != nil {
		return outcome{}, err
	}
	if !same(now, a.Was) {
		return outcome{}, fault.New(fault.Conflict, "votes.fault.moved")
	}
	rules, err := rulesOf(tx)
	if err != nil {
		return outcome{}, err
	}
	from, err := comparedWith(tx, r.Head, a)
	if err != nil {
		return outcome{}, err
	}
	subhead := a.Code
	if a.Kind != Subheads {
		subhead = ""
	}
	if from != nil && a.Kind != Ceilings && strings.TrimSpace(a.Explanation) == "" && rules.explains(r.Head, subhead, a.Year, *from, a.Thousands) {
		return outcome{}, wrong("explanation", "votes.wrong.explanation")
	}
	thousands := a.Thousands
	return outcome{year: a.Year, do: func(r Request) error {
		return insertFigure(tx, string(r.ID), r.Head, decided{
			kind: a.Kind, code: a.Code, year: a.Year, phase: a.Phase, thousands: &thousands, why: strings.TrimSpace(a.Explanation),
		})
	}}, nil
}

func (a EstimateChange) check() error {
	_, err := parseYear(a.Year)
	_, amount := CentsOfThousands(a.Thousands)
	switch {
	case err != nil:
		return wrong("year", "votes.wrong.year")
	case !a.Phase.valid() || a.Kind == Items && a.Phase != Revised || a.Kind == Ceilings && a.Phase != Original:
		return wrong("phase", "votes.wrong.phase")
	case amount != nil || a.Thousands.Scale() > 3:
		return wrong("thousands", "votes.wrong.amount")
	case a.Kind != Programmes && a.Thousands.Sign() < 0:
		return wrong("thousands", "votes.wrong.amount")
	case !plain(strings.ReplaceAll(strings.ReplaceAll(a.Explanation, "\r", ""), "\n", ""), 2000):
		return wrong("explanation", "votes.wrong.long")
	}
	return nil
}

// comparedWith is the figure that a change is measured by: the original of a revised estimate,
// the revised of the year before for the next one, the revised for an actual.
func comparedWith(tx *db.Tx, head string, a EstimateChange) (*money.Decimal, error) {
	switch a.Phase {
	case Revised:
		if a.Kind == Items {
			return nil, nil
		}
		a.Phase = Original
	case Original:
		a.Phase, a.Year = Revised, shift(a.Year, -1)
	case Actual:
		a.Phase = Revised
	}
	return figureNow(tx, head, a)
}

// lineKnown reports whether a line stands in the book that would print the figure, or in the
// one before it.
func lineKnown(tx *db.Tx, head string, a EstimateChange) (bool, error) {
	if a.Kind == Ceilings {
		return a.Code == "", nil
	}
	for n := range 3 {
		lines, err := linesOf(tx, head, shift(a.Year, n-1))
		if err != nil {
			return false, err
		}
		for _, l := range lines {
			if l.Kind == a.Kind && l.Code == a.Code {
				return true, nil
			}
		}
	}
	if a.Kind != Items {
		return false, nil
	}
	_, err := itemByCode(tx, head, a.Code)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// same compares figures that may not be known.
func same(a, b *money.Decimal) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Cmp(*b) == 0
}
