package estimates

import (
	"slices"
	"strings"

	"praya/kernel/money"
	"praya/subsystems/estimates/internal/paper"
)

// Grid is a table of a paper as a page shows it: rows in the paper's order, columns by
// their canonical names, in each place at most one fact.
type Grid struct {
	Unit    string
	Columns []string
	Rows    []Row
}

// Row is one line of a Grid.
type Row struct {
	Code, Name, Group string
	Total             string // what it is the total of; empty for an ordinary row
	Unit              string
	Marks             []string
	Line              int
	Cells             map[string]paper.Fact
}

// grid lays out the facts that keep picks. Facts that could not be placed have no
// column and are left to the page's list of problems.
func grid(facts []paper.Fact, keep func(paper.Fact) bool) Grid {
	var g Grid
	at := map[rowKey]int{}
	for _, f := range facts {
		if f.Value == nil || f.Column == "" || f.Kind == paper.KindUnplaced || !keep(f) {
			continue
		}
		k := keyOf(f)
		i, ok := at[k]
		if !ok {
			i = len(g.Rows)
			at[k] = i
			g.Rows = append(g.Rows, Row{
				Code: f.Code, Name: f.Name, Group: f.Group, Total: f.Total, Unit: f.Unit,
				Line: f.Line, Cells: map[string]paper.Fact{},
			})
		}
		if _, taken := g.Rows[i].Cells[f.Column]; !taken {
			g.Rows[i].Cells[f.Column] = f
		}
		if !slices.Contains(g.Columns, f.Column) {
			g.Columns = append(g.Columns, f.Column)
		}
		if g.Unit == "" {
			g.Unit = f.Unit
		}
	}
	slices.SortStableFunc(g.Columns, compareColumns)
	return g
}

type rowKey struct {
	order                    int
	code, name, group, total string
}

func keyOf(f paper.Fact) rowKey {
	if f.Order > 0 {
		return rowKey{order: f.Order}
	}
	return rowKey{0, f.Code, f.Name, f.Group, f.Total}
}

// total is the row that sums the whole table.
func (g Grid) total() (Row, bool) {
	for _, r := range g.Rows {
		if r.Total == paper.TotalHead {
			return r, true
		}
	}
	return Row{}, false
}

// parts are the rows that are no totals.
func (g Grid) parts() []Row {
	var out []Row
	for _, r := range g.Rows {
		if r.Total == "" {
			out = append(out, r)
		}
	}
	return out
}

// headProvision is the provision by programme and year, with a total for the head: from
// the analysis table of a paper where it has one, else from the programmes' own tables.
func headProvision(facts []paper.Fact) Grid {
	g := grid(facts, func(f paper.Fact) bool { return f.Kind == paper.KindProvision && f.Table == paper.TableAnalysis })
	if len(g.Rows) == 0 {
		g = grid(facts, func(f paper.Fact) bool { return f.Kind == paper.KindProvision })
	}
	if _, ok := g.total(); !ok && len(g.Rows) > 0 {
		g.Rows = append(g.Rows, sumRow(g))
	}
	return g
}

// sumRow adds up a table that prints no total, as a fact that says it was derived.
func sumRow(g Grid) Row {
	total := Row{Total: paper.TotalHead, Unit: g.Unit, Cells: map[string]paper.Fact{}}
	for _, c := range g.Columns {
		sum, ok := money.Int(0), true
		var from []int
		for _, r := range g.parts() {
			f, there := r.Cells[c]
			if !there || f.Value == nil {
				ok = false
				break
			}
			next, err := sum.Add(*f.Value)
			if err != nil {
				ok = false
				break
			}
			sum = next
			from = append(from, f.Line)
		}
		if parts := g.parts(); ok && len(parts) == 1 {
			f := parts[0].Cells[c] // the only programme is the whole head, as printed
			f.Total = paper.TotalHead
			total.Cells[c] = f
		} else if ok {
			total.Cells[c] = paper.Fact{
				Kind: paper.KindProvision, Column: c, Value: &sum, Unit: g.Unit, Raw: "",
				How: paper.Derived, Why: paper.WhySolved, From: from, Total: paper.TotalHead,
			}
		}
	}
	return total
}

// columnRole is the last word of a column's name: actual, original, revised, estimate, plan.
func columnRole(column string) string {
	return column[strings.LastIndexByte(column, ' ')+1:]
}

// columnYear is the year that a column is about, financial or calendar; empty for columns
// such as target or balance.
func columnYear(column string) string {
	year, _, found := strings.Cut(column, " ")
	if !found {
		return ""
	}
	return year
}

// columnOrder is how columns without a year stand: a target first, a balance last.
func columnOrder(role string) int {
	return slices.Index([]string{"target", "approved", "accumulated", "reimbursement", "actual", "original", "revised", "estimate", "plan", "balance"}, role)
}

func compareColumns(a, b string) int {
	ya, yb := columnYear(a), columnYear(b)
	ra, rb := columnOrder(columnRole(a)), columnOrder(columnRole(b))
	switch {
	case ya == "" || yb == "":
		return ra - rb
	case ya != yb:
		return strings.Compare(ya, yb)
	}
	return ra - rb
}
