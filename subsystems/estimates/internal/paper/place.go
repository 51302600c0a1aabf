package paper

import (
	"strings"

	"praya/kernel/money"
)

// Where the cells of a row pair one to one with the headings of its table, the
// figures stand under them. Everywhere else this file decides: it tries each
// way of setting the cells under the columns that keeps their order, and asks
// the book which of them contradict the paper's arithmetic.

// placer puts the rows of a paper under their columns.
type placer struct {
	w     *walk
	b     *book
	facts map[*row][]*Fact // one for each cell of the region, nil where blank
	open  []openRow        // rows that do not pair
	gaps  bool             // some place that should hold a figure is empty
}

type openRow struct {
	t    *table
	r    *row
	cols []string
	done bool
}

// A pattern says under which column each cell of a row would stand.
type pattern []int

// sure says whether headings and cells of a row pair one to one.
func (t *table) sure(r *row, names []string) bool {
	if len(r.region) != len(t.columns) || t.inLabel && len(t.columns) == 0 {
		return false
	}
	for i, c := range t.columns {
		if c.odd || names[i] == "" && !r.region[i].blank {
			return false
		}
	}
	return true
}

// trust says whether the headings of a table are those it should have.
func (t *table) trust(names, want []string) bool {
	if len(want) != len(names) {
		return len(want) == 0
	}
	for i, c := range t.columns {
		if names[i] != want[i] || c.odd {
			return false
		}
	}
	return true
}

// set puts the rows that pair under their columns and keeps the others.
func (p *placer) set() {
	for _, t := range p.w.tables {
		p.prepare(t)
	}
}

// search looks for the places of the rows that do not pair.
func (p *placer) search() {
	for round := 0; round < 4 && len(p.open) > 0; round++ {
		if !p.tables() && !p.rows() {
			break
		}
	}
}

// prepare sets the rows that pair and keeps the others.
func (p *placer) prepare(t *table) {
	t.settle()
	t.headingYears(p.w)
	names, want := columnNames(t.columns), p.w.wanted(t.kind)
	trusted := t.trust(names, want)
	for _, r := range t.rows {
		if r.title {
			continue
		}
		cells := p.facts[r]
		switch {
		case t.kind == TableProvision && r.label != "" && !t.ofProvision():
			p.w.problem(r.line, 0, ProblemRow, r.label)
		case len(want) == 0:
			p.measure(t, r, cells, names)
		case trusted && t.sure(r, names) && !r.apart:
			p.settle(r, cells, names, identityPattern(len(cells)), Printed, "", nil)
			p.gaps = p.gaps || r.filled() < len(want)
		default:
			p.open = append(p.open, openRow{t: t, r: r, cols: want})
		}
	}
}

// ofProvision: one row of the table of a programme says 財政撥款.
func (t *table) ofProvision() bool {
	for _, r := range t.rows {
		if strings.HasPrefix(fold(r.label), "財政撥款") {
			return true
		}
	}
	return false
}

// measure places a row of targets or indicators: no sums can help, so the
// cells must pair with the headings.
func (p *placer) measure(t *table, r *row, cells []*Fact, names []string) {
	how, why := Printed, ""
	for _, c := range t.columns {
		if c.odd {
			how, why = Inferred, WhyHeadingLost
		}
	}
	if how == Printed && r.unit != UnitNone && r.unit != UnitPercent && t.calendar() {
		// Money is counted by financial years: a second row of headings is lost.
		how, why = Inferred, WhyHeadingLost
		p.w.problem(r.line, 0, ProblemLostHeading, t.kind)
	}
	if t.inLabel && t.years() < 3 {
		how, why = Inferred, WhyColumnLost
		p.w.lostColumn(t, roleActual)
	}
	if len(r.region) == len(names) && len(names) > 0 {
		p.settle(r, cells, names, identityPattern(len(cells)), how, why, t.headCells)
		return
	}
	var heads []string
	for _, n := range names {
		if n != "" {
			heads = append(heads, n)
		}
	}
	switch {
	case t.inLabel && len(r.region) == len(names)-1:
		p.w.lostColumn(t, names[0])
		p.settle(r, cells, names[1:], identityPattern(len(cells)), Inferred, WhyColumnLost, t.headCells)
	case len(r.region) == len(heads) && r.filled() == len(heads) && len(heads) > 0:
		p.settle(r, cells, heads, identityPattern(len(cells)), how, why, t.headCells)
	default:
		p.open = append(p.open, openRow{t: t, r: r, done: true})
	}
}

// years counts the columns with a year; measures have three.
func (t *table) years() int {
	n := 0
	for _, c := range t.columns {
		if c.year != 0 {
			n++
		}
	}
	return n
}

func (t *table) calendar() bool {
	for _, c := range t.columns {
		if c.cal {
			return true
		}
	}
	return false
}

// lostColumn reports a column once for its table.
func (w *walk) lostColumn(t *table, name string) {
	for _, p := range w.problems {
		if p.Code == ProblemLostColumn && p.Line == t.line {
			return
		}
	}
	w.problem(t.line, 1, ProblemLostColumn, name)
}

// headingYears says which headings do not fit the year of the paper, and what
// they must be where their role leaves one possibility.
func (t *table) headingYears(w *walk) {
	last := len(t.columns) - 1 // of the calendar years, the one of plan or estimate
	for last >= 0 && (!t.columns[last].cal || t.columns[last].role == roleActual) {
		last--
	}
	for i := range t.columns {
		c := &t.columns[i]
		want := int(w.year) + roleOffset(c.role)
		if c.cal && c.role == roleActual {
			want = int(w.year) - 1
			if last >= 0 {
				want = int(w.year) - (last - i)
			}
		}
		if c.year == 0 || c.year == want && !c.odd {
			continue
		}
		w.problem(t.line, c.cell, ProblemHeading, c.name())
		c.odd, c.year = true, want
	}
}

// roleOffset: an actual is two years old, an original or revised estimate one.
func roleOffset(role string) int {
	switch role {
	case roleActual:
		return -2
	case roleOriginal, roleRevised:
		return -1
	}
	return 0
}

func identityPattern(n int) pattern {
	out := make(pattern, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// settle puts the figures of a row under the columns of a pattern.
func (p *placer) settle(r *row, cells []*Fact, cols []string, at pattern, how, why string, from []int) {
	for i, f := range cells {
		if f == nil || i >= len(at) || at[i] >= len(cols) || cols[at[i]] == "" {
			continue
		}
		f.Column = cols[at[i]]
		if f.How == Printed && how != Printed {
			f.How, f.Why, f.From = how, why, from
		}
		if f.Value != nil {
			p.b.figures[cellKey{r.order, f.Column}] = f
		}
	}
}

// giveUp reports every figure that has no column in the end.
func (p *placer) giveUp() {
	for _, t := range p.w.tables {
		for _, r := range t.rows {
			n := 0
			for _, f := range p.facts[r] {
				if f != nil && f.Column == "" {
					n++
					p.w.problem(f.Line, f.Cell, ProblemUnplaced, f.Raw)
				}
			}
			if n > 0 {
				p.explainLoss(t, r)
			}
		}
	}
	if p.b.work < 0 {
		p.w.problem(0, 0, ProblemCapacity)
	}
}

// explainLoss says why figures of a row have no column.
func (p *placer) explainLoss(t *table, r *row) {
	want := len(p.w.wanted(t.kind))
	if want == 0 {
		want = len(t.columns)
	}
	switch {
	case len(t.columns) == 0:
		p.w.problem(r.line, 0, ProblemLostHeading, t.kind)
	case len(r.region) != want:
		p.w.problem(r.line, 0, ProblemLostCell, itoa(len(r.region)), itoa(want))
	}
}

// patterns lists the ways to set m cells under n columns in order.
func patterns(m, n int) []pattern {
	if m > n || m == 0 || n > 8 {
		return nil
	}
	var out []pattern
	at := make(pattern, m)
	var choose func(i, from int)
	choose = func(i, from int) {
		if i == m {
			out = append(out, append(pattern(nil), at...))
			return
		}
		for c := from; c <= n-(m-i); c++ {
			at[i] = c
			choose(i+1, c+1)
		}
	}
	choose(0, 0)
	return out
}

// A score counts the identities that a pattern fulfils and breaks.
type score struct {
	ok, broken int
	lines      []int
	solved     map[cellKey]money.Decimal // what its missing cells would have to be
}
