package estimates

import (
	"slices"
	"strings"

	"praya/subsystems/estimates/internal/paper"
)

// Comparison sets two readings side by side: of one head in two years, or of two heads.
type Comparison struct {
	A, B Reading
	// Years are the financial years that both papers speak of, each as it was estimated,
	// revised and spent.
	Years []YearPhases
	// Rows are programmes, joined by number and name only within one head.
	Rows []ComparedRow
	// Breaks say why figures may not be compared without a second look.
	Breaks []Break
}

// YearPhases is one financial year of a head in all its phases, with the paper of each.
type YearPhases struct {
	Year   string
	Phases []Point
}

// ComparedRow is one programme on both sides; a side without it is nil.
type ComparedRow struct {
	Code, Name string
	A, B       *paper.Fact
	Change     string // in percent, where the two may be compared
}

// compare joins two readings. The column compared is each paper's own estimate.
func compare(a, b Reading) Comparison {
	c := Comparison{A: a, B: b}
	ga, gb := headProvision(a.Facts), headProvision(b.Facts)
	sameHead := headOf(a) == headOf(b)
	used := map[int]bool{}
	for _, ra := range ga.parts() {
		row := ComparedRow{Code: ra.Code, Name: ra.Name, A: estimateOf(ra, a.Year)}
		for i, rb := range gb.parts() {
			if sameHead && !used[i] && ra.Code == rb.Code && sameName(ra.Name, rb.Name) {
				used[i] = true
				row.B = estimateOf(rb, b.Year)
			}
		}
		c.Rows = append(c.Rows, row.changed())
	}
	for i, rb := range gb.parts() {
		if !used[i] {
			c.Rows = append(c.Rows, ComparedRow{Code: rb.Code, Name: rb.Name, B: estimateOf(rb, b.Year)})
		}
	}
	ta, _ := ga.total()
	tb, _ := gb.total()
	c.Rows = append(c.Rows, ComparedRow{A: estimateOf(ta, a.Year), B: estimateOf(tb, b.Year)}.changed())
	if sameHead {
		c.Years = phases([]Reading{a, b})
		c.Breaks = headBreaks([]Reading{a, b})
	}
	return c
}

func (r ComparedRow) changed() ComparedRow {
	if r.A != nil && r.B != nil {
		r.Change = percent(r.A.Value, r.B.Value)
	}
	return r
}

func headOf(r Reading) string {
	if len(r.Facts) == 0 {
		return ""
	}
	return r.Facts[0].Head
}

func estimateOf(r Row, year string) *paper.Fact {
	if f, ok := r.Cells[year+" estimate"]; ok {
		return &f
	}
	return nil
}

// phases follows the head's total through the papers: each financial year as it was
// estimated, revised and spent.
func phases(readings []Reading) []YearPhases {
	byYear := map[string][]Point{}
	for _, r := range readings {
		total, ok := headProvision(r.Facts).total()
		if !ok {
			continue
		}
		for column, f := range total.Cells {
			y := columnYear(column)
			byYear[y] = append(byYear[y], Point{y, columnRole(column), r.Year, r.Source, f})
		}
	}
	var out []YearPhases
	for y, points := range byYear {
		slices.SortFunc(points, func(a, b Point) int {
			if d := rank(a.Role) - rank(b.Role); d != 0 {
				return d
			}
			return strings.Compare(a.Paper, b.Paper)
		})
		out = append(out, YearPhases{y, points})
	}
	slices.SortFunc(out, func(a, b YearPhases) int { return strings.Compare(a.Year, b.Year) })
	return out
}

// headBreaks lists every break between papers of one head, each once, oldest first.
func headBreaks(readings []Reading) []Break {
	slices.SortStableFunc(readings, func(a, b Reading) int { return strings.Compare(a.Year, b.Year) })
	var out []Break
	add := func(b Break) {
		if !slices.Contains(out, b) {
			out = append(out, b)
		}
	}
	for i := 1; i < len(readings); i++ {
		before, now := readings[i-1], readings[i]
		if before.Title != "" && now.Title != "" && !sameName(before.Title, now.Title) {
			add(Break{now.Year, "renamed", before.Title})
		}
		if skipped(before.Year, now.Year) {
			add(Break{now.Year, "gap", before.Year})
		}
	}
	for _, s := range programmeSeries(readings) {
		for _, b := range s.Breaks {
			add(b)
		}
	}
	slices.SortStableFunc(out, func(a, b Break) int { return strings.Compare(a.Before, b.Before) })
	return out
}

// skipped reports whether papers are missing between two.
func skipped(before, now string) bool {
	return financialYear(before) && financialYear(now) && yearsBefore(now)[1] != before
}
