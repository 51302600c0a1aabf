package paper

import (
	"cmp"
	"slices"
)

// finish turns what the walk sorted into a paper: year, places, facts.
func (w *walk) finish(name string) (*Paper, error) {
	if w.head == "" {
		return nil, &InputError{File: name, Line: 1, Key: InputNoPaper, Args: []string{"總目"}}
	}
	w.electTitle()
	w.electYear()
	if w.year == 0 {
		return nil, &InputError{File: name, Line: w.titleLine, Key: InputNoPaper, Args: []string{"年度"}}
	}
	w.tellFront()
	w.tell()
	w.outline()
	w.compareProgrammes()
	p := &placer{w: w, b: newBook(w.year, w.lim.MaxWork), facts: make(map[*row][]*Fact)}
	table := w.tellTables(p)
	for _, f := range w.facts {
		if f.Value != nil && f.Column != "" && f.Kind != KindPercentage {
			p.b.figures[cellKey{f.Order, f.Column}] = f
		}
	}
	w.nameComparisons(p.b)
	p.set()
	var derived []Fact
	if len(p.open) > 0 || p.gaps {
		p.b.demand()
		p.b.demandProse(w.facts)
		p.search()
		derived = p.b.derive(w)
	}
	p.giveUp()
	if err := w.cut(name); err != nil {
		return nil, err
	}
	w.completeness()
	return w.paper(table, derived), nil
}

// paper gathers the facts in the order of their lines.
func (w *walk) paper(table []*Fact, derived []Fact) *Paper {
	out := &Paper{
		Head: w.head, Year: w.year.String(), Source: SourcePaper, Title: w.title, Officer: w.officer,
		PolicyArea: w.area, Lines: w.lines,
	}
	extra := w.percentages(table)
	all := make([]*Fact, 0, len(w.facts)+len(table)+len(extra)+len(derived))
	all = append(all, w.facts...)
	for _, f := range table {
		if f.Column == "" {
			f.Kind = KindUnplaced
		}
		all = append(all, f)
	}
	for i := range extra {
		all = append(all, &extra[i])
	}
	for i := range derived {
		all = append(all, &derived[i])
	}
	w.markless(all)
	slices.SortStableFunc(all, func(a, b *Fact) int { return cmp.Or(a.Line-b.Line, a.Cell-b.Cell) })
	out.Facts = make([]Fact, len(all))
	for i, f := range all {
		f.Head, f.Year, f.Source = w.head, out.Year, SourcePaper
		if f.Marks == nil {
			f.Marks = []string{}
		}
		out.Facts[i] = *f
	}
	slices.SortStableFunc(w.problems, func(a, b Problem) int { return a.Line - b.Line })
	out.Problems = w.problems
	return out
}

// electYear: the headings of the tables and the front page name the year many
// times; one odd heading does not change it.
func (w *walk) electYear() {
	for _, t := range w.tables {
		t.settle()
		for _, c := range t.columns {
			if c.year != 0 && !c.odd && c.role != "" {
				w.votes[fiscal(c.year-roleOffset(c.role))]++
			}
		}
	}
	best := 0
	for y, n := range w.votes {
		if n > best || n == best && y > w.year {
			w.year, best = y, n
		}
	}
}

// tellTables makes a fact of every cell, unplaced as yet, and enters the rows
// in the book.
func (w *walk) tellTables(p *placer) []*Fact {
	var out []*Fact
	for _, t := range w.tables {
		if t.kind == "" {
			t.kind = TableProse
		}
		if t.unit == "" && (t.kind == TableSubheads || t.kind == TableExpenses || t.kind == TableCommitments || t.kind == TableAnalysis) {
			w.problem(t.line, 0, ProblemUnit, t.kind)
			t.unit = UnitThousand
			if t.kind == TableAnalysis {
				t.unit = UnitMillion
			}
		}
		for _, r := range t.rows {
			if r.title {
				continue
			}
			p.b.entries = append(p.b.entries, &entry{
				table: t.kind, row: w.rowName(t, r), code: r.code, name: r.name, group: r.group,
				total: r.total, order: r.order, line: r.line,
			})
			cells := make([]*Fact, len(r.region))
			for i := range r.region {
				cells[i] = w.cellFact(t, r, &r.region[i])
				if cells[i] != nil {
					out = append(out, cells[i])
				}
			}
			p.facts[r] = cells
		}
	}
	return out
}

// rowName is the Row of a fact; a provision row is named by its programme.
func (w *walk) rowName(t *table, r *row) string {
	if t.kind == TableProvision {
		name := firstText(w.programmeName(t.programme), w.only)
		if name == "" || !t.several() || r.total != "" {
			return firstText(name, r.display())
		}
		return name + "：" + r.name
	}
	return r.display()
}

func firstText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// cellFact is the fact of one cell.
func (w *walk) cellFact(t *table, r *row, v *value) *Fact {
	if v.blank {
		return nil
	}
	unit := t.unit
	if r.unit != UnitNone || t.kind == TableTargets || t.kind == TableIndicators {
		unit = r.unit
	}
	f := w.keep(Fact{
		Kind: kindOfTable(t.kind), Table: t.kind, Row: w.rowName(t, r), Value: v.num, Unit: unit, Raw: v.raw,
		Line: v.line, Cell: v.cell, How: Printed, Code: r.code, Name: r.name, Group: r.group, Total: r.total,
		Order: r.order, exact: v.dash,
	})
	f.Marks = marksOf(v.marks, r.marks)
	switch {
	case v.none:
	case v.num == nil && v.pct == nil:
		w.problem(v.line, v.cell, ProblemCell, v.raw)
		f.Kind = KindUnplaced
	case v.odd:
		w.problem(v.line, v.cell, ProblemGrouping, v.raw)
		f.How, f.Why = Inferred, WhyOddGrouping
	}
	f.pct, f.aside = v.pct, v.aside
	return f
}

// marksOf gives the marks of a figure and of the name of its row.
func marksOf(figure, name []string) []string {
	if len(figure) == 0 {
		return name
	}
	return append(figure[:len(figure):len(figure)], name...)
}

func kindOfTable(table string) string {
	switch table {
	case TableTargets:
		return KindTarget
	case TableIndicators:
		return KindIndicator
	case TableSubheads:
		return KindSubhead
	case TableExpenses:
		return KindExpense
	case TableCommitments:
		return KindCommitment
	case TableProvision, TableAnalysis:
		return KindProvision
	}
	return KindUnplaced
}

// percentages gives a fact for each (-0.6%) that stands behind a figure: the
// revised estimate against the original, the estimate against the revised.
func (w *walk) percentages(table []*Fact) []Fact {
	cols := w.wanted(TableProvision)
	var out []Fact
	for _, f := range table {
		if f.pct == nil {
			continue
		}
		p := *f
		p.Kind, p.Value, p.Unit, p.exact, p.pct = KindPercentage, f.pct, UnitPercent, false, nil
		if f.aside != nil {
			p.Raw, p.Line, p.Cell = f.aside.raw, f.aside.line, f.aside.cell
		}
		switch f.Column {
		case cols[2]:
			p.Column = cols[2] + " on " + cols[1]
		case cols[3]:
			p.Column = cols[3] + " on " + cols[2]
		default:
			p.Column = ""
			if f.Column != "" {
				w.problem(f.Line, f.Cell, ProblemUnplaced, f.Raw)
			}
		}
		out = append(out, p)
	}
	return out
}

// markless reports marks that no footnote explains.
func (w *walk) markless(facts []*Fact) {
	seen := make(map[string]bool)
	for _, f := range facts {
		if f.Kind == KindFootnote {
			continue
		}
		for _, m := range f.Marks {
			if _, ok := noteFor(w.footnotes, m, f.Line); !ok && !seen[m] {
				seen[m] = true
				w.problem(f.Line, f.Cell, ProblemMark, m)
			}
		}
	}
}

// compareProgrammes: the list, the details and the analysis name the same programmes.
func (w *walk) compareProgrammes() {
	names := make(map[string]string)
	for _, p := range w.programmes {
		names[p.code] = fold(p.name)
	}
	if len(w.programmes) == 0 {
		return
	}
	differs := func(code, name string, line int) {
		if known, ok := names[code]; code != "" && (!ok || name != "" && fold(name) != known) {
			w.problem(line, 0, ProblemProgramme, code+" "+name)
		}
	}
	for _, s := range w.sections {
		differs(s.code, s.name, s.line)
	}
	for _, t := range w.tables {
		for _, r := range t.rows {
			if t.kind == TableAnalysis && r.total == "" {
				differs(r.code, r.name, r.line)
			}
		}
	}
	for code := range w.reasons {
		if _, ok := names[code]; !ok && code != "" {
			w.problem(w.titleLine, 0, ProblemProgramme, code)
		}
	}
}

// completeness says which parts that every paper has are not there: a paper
// that was cut off must not look whole.
func (w *walk) completeness() {
	have := make(map[string]bool)
	for _, t := range w.tables {
		have[t.kind] = have[t.kind] || len(t.rows) > 0
	}
	last := len(w.lines)
	for _, kind := range []string{TableProvision, TableAnalysis, TableSubheads} {
		if !have[kind] {
			w.problem(last, 0, ProblemMissingPart, kind)
		}
	}
	if w.part < partDetails {
		w.problem(last, 0, ProblemMissingPart, KindDetail)
	}
	if w.announced && !have[TableExpenses] {
		w.problem(last, 0, ProblemMissingPart, TableExpenses)
	}
	for i := range w.frontItems {
		if it := &w.frontItems[i]; it.fact.Row == frontBalance && !have[TableCommitments] {
			w.problem(last, 0, ProblemMissingPart, TableCommitments)
		}
	}
	if w.officer == "" {
		w.problem(w.titleLine, 0, ProblemMissingPart, KindOfficer)
	}
	w.lastTable(last)
}

// lastTable: a paper that ends within a table lacks the total of the table.
func (w *walk) lastTable(last int) {
	if len(w.tables) == 0 {
		return
	}
	t := w.tables[len(w.tables)-1]
	complete := t.kind == TableTargets || t.kind == TableIndicators || t.kind == TableProvision
	for _, r := range t.rows {
		complete = complete || r.total == TotalHead
	}
	if !complete {
		w.problem(last, 0, ProblemTruncated, t.kind)
	}
}

// nameComparisons gives each "(或較…)" the row that it speaks about.
func (w *walk) nameComparisons(b *book) {
	for _, f := range w.facts {
		if f.Kind != KindPercentage || f.Table == TableProse {
			continue
		}
		if e := b.entryOf(f.Order); e != nil {
			f.Row, f.Code, f.Group, f.Total = e.row, e.code, e.group, e.total
		}
	}
}
