package paper

import "praya/kernel/money"

const noFootnotes = "these sources carry no footnotes that could explain a difference"

// seriesChecks: programmes make the total of the programmes, subheads the
// total of the head. The two totals may differ for reasons that the series
// does not print.
func (p *Paper) seriesChecks() []Check {
	a := newAudit(p)
	cols := columnNames(expectedColumns(TableProvision, a.b.year))
	programmes, total := splitTotal(a.b.rows(TableProvision))
	subheads, head := splitTotal(a.b.rows(TableSubheads))
	a.b.sum(CheckSeriesTotal, programmes, total, cols)
	for _, c := range cols {
		id := identity{check: CheckSeriesHead, row: "total", column: c}
		for _, e := range subheads {
			if k := (cellKey{e.order, c}); a.b.figures[k] != nil {
				id.terms = append(id.terms, term{key: k})
			}
		}
		if head != nil && len(id.terms) > 0 {
			id.terms = append(id.terms, term{key: cellKey{head.order, c}})
			a.b.require(id)
		}
	}
	a.b.same(CheckProvisionSubheads, total, head, cols)
	for i := range a.b.identities {
		before := len(a.out)
		a.identity(&a.b.identities[i])
		a.noteOnly(before, CheckProvisionSubheads)
	}
	return a.out
}

// noteOnly turns a fault into a note where equality is expected but not claimed.
func (a *audit) noteOnly(from int, name string) {
	for i := from; i < len(a.out); i++ {
		if c := &a.out[i]; c.Outcome == Fault && (name == "" || c.Check == name) {
			c.Outcome, c.Why = Note, noFootnotes
		}
	}
}

// across checks the CSVs of one head and year against one another. They carry
// no footnotes, so a difference is a note.
func across(papers []*Paper) []Check {
	merged := &Paper{}
	offset := 0
	for _, p := range papers {
		if p.Source == SourcePaper || p.Source == SourceSeries || merged.Head != "" && (p.Head != merged.Head || p.Year != merged.Year) {
			continue
		}
		merged.Head, merged.Year = p.Head, p.Year
		top := offset
		for _, f := range p.Facts {
			f.Order += offset
			top = max(top, f.Order)
			merged.Facts = append(merged.Facts, f)
		}
		offset = top
	}
	a := newAudit(merged)
	cols := columnNames(expectedColumns(TableProvision, a.b.year))
	subheads := a.b.rows(TableSubheads)
	for _, c := range cols {
		a.sums(CheckProvisionSubheads, "total", c, a.b.rows(TableProvision), subheads)
		if s := byCode(subheads, "000"); s != nil {
			a.sums(CheckExpensesSubhead, s.row, c, a.b.rows(TableExpenses), []*entry{s})
		}
	}
	a.commitmentsAgainstSubheads()
	a.noteOnly(0, "")
	for i := range a.out {
		a.out[i].Source = ""
	}
	return a.out
}

// sums compares the sum of some rows with the sum of others.
func (a *audit) sums(name, row, col string, left, right []*entry) {
	l, lines := a.present(left, col, nil)
	r, lines := a.present(right, col, lines)
	if len(l) == 0 || len(r) == 0 {
		return
	}
	c := a.check(name, row, col)
	c.Unit, c.Lines = UnitThousand, lines
	exp, _ := exponent(c.Unit)
	var v verdict
	var have, want money.Interval
	if v.computed, have, v.err = a.b.total(l, exp); v.err == nil {
		v.printed, want, v.err = a.b.total(r, exp)
	}
	if v.err != nil {
		c.Outcome, c.Why = Uncheckable, v.err.Error()
	} else {
		v.equal = v.computed.Cmp(v.printed) == 0
		v.meets = v.equal || have.Meets(want)
		a.settle(&c, &v)
	}
	a.out = append(a.out, c)
}

func (a *audit) present(rows []*entry, col string, lines []int) ([]term, []int) {
	var out []term
	for _, e := range rows {
		k := cellKey{e.order, col}
		if f := a.b.figures[k]; f != nil && e.total == "" {
			out = append(out, term{key: k})
			lines = appendLine(lines, f.Line)
		}
	}
	return out, lines
}
