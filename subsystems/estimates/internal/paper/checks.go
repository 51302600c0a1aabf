package paper

import (
	"strings"

	"praya/kernel/money"
)

// Checks works out every sum, difference, percentage and cross-reference of
// the papers given: one paper, or the CSVs of one head and year together.
// Only printed figures take part; what was derived from them proves nothing.
func Checks(papers ...*Paper) []Check {
	var out []Check
	for _, p := range papers {
		out = append(out, p.checks()...)
	}
	if len(papers) > 1 {
		out = append(out, across(papers)...)
	}
	return out
}

// An audit checks one paper.
type audit struct {
	p     *Paper
	b     *book
	notes []footnote
	said  []*Fact // figures of the text
	out   []Check
}

func (p *Paper) checks() []Check {
	if p.Source == SourceSeries {
		return p.seriesChecks()
	}
	a := newAudit(p)
	a.b.demand()
	a.b.demandProse(a.said)
	a.out = make([]Check, 0, len(a.b.identities)+32)
	for i := range a.b.identities {
		a.identity(&a.b.identities[i])
	}
	a.percentages()
	a.commitmentsAgainstSubheads()
	if p.Source == SourcePaper {
		a.posts()
		a.ceiling()
		a.limits()
		a.footnoteAmounts()
	}
	return a.out
}

// newAudit enters a paper's printed figures in a book.
func newAudit(p *Paper) *audit {
	a := &audit{p: p, b: newBook(yearOf(p.Year), 1<<30)}
	a.b.byOrder, a.b.whole = make(map[int]*entry), p.Source == SourcePaper
	for i := range p.Facts {
		f := &p.Facts[i]
		if f.Kind == KindFootnote {
			a.notes = append(a.notes, footnote{mark: f.Code, line: f.Line, raw: f.Raw, key: fold(f.Raw)})
		}
		if f.Value == nil || f.Kind == KindPercentage || f.Kind == KindReimburse {
			continue // an amount that is paid back is of no year's column
		}
		if inTable(f.Table) && f.Table != TableTargets && f.Table != TableIndicators {
			a.enter(f)
		}
		if !inTable(f.Table) {
			a.said = append(a.said, f)
		}
		if f.Raw != "" && f.Column != "" {
			f.exact = f.exact || f.Value.IsZero() && strings.IndexFunc(f.Raw, isDash) >= 0
			a.b.figures[cellKey{f.Order, f.Column}] = f
		}
	}
	return a
}

func (a *audit) enter(f *Fact) {
	if a.b.entryOf(f.Order) != nil {
		return
	}
	e := &entry{table: f.Table, row: f.Row, code: f.Code, group: f.Group, total: f.Total, order: f.Order, line: f.Line}
	a.b.entries = append(a.b.entries, e)
	a.b.byOrder[f.Order] = e
}

func inTable(t string) bool { return t != TableProse && t != TableFront }

func yearOf(s string) fiscal {
	y, _, n := fiscalAt(s)
	if n == 0 {
		return 0
	}
	return y
}

// check begins the record of a check.
func (a *audit) check(name, row, column string) Check {
	return Check{Check: name, Lines: []int{}, Head: a.p.Head, Year: a.p.Year, Source: a.p.Source, Row: row, Column: column}
}

// identity turns one identity into a check.
func (a *audit) identity(id *identity) {
	v := a.b.judge(id)
	c := a.check(id.check, id.row, id.column)
	c.Lines, c.Unit = v.lines, v.unit
	if c.Lines == nil {
		c.Lines = []int{}
	}
	switch {
	case len(v.missing) == len(id.terms):
		return
	case len(v.missing) > 0:
		c.Outcome, c.Why = Uncheckable, "a figure is missing: "+a.placeName(v.missing[0])
	case v.err != nil:
		c.Outcome, c.Why = Uncheckable, v.err.Error()
	default:
		a.settle(&c, &v)
		if c.Outcome == Fault && id.check == CheckProvisionSubheads {
			a.explain(&c, id, &v)
		}
	}
	a.out = append(a.out, c)
}

func (a *audit) placeName(k cellKey) string {
	if e := a.b.entryOf(k.order); e != nil {
		return e.table + ", " + e.row + ", " + k.col
	}
	return k.col
}

// settle compares what was computed with what is printed.
func (a *audit) settle(c *Check, v *verdict) {
	computed, printed := v.computed, v.printed
	c.Computed, c.Printed = &computed, &printed
	if d, err := computed.Sub(printed); err == nil {
		c.Difference = &d
	}
	switch {
	case v.equal:
		c.Outcome = Agrees
	case v.meets:
		c.Outcome = Rounding
	default:
		c.Outcome = Fault
	}
}

// explain looks for a footnote on the figures of a difference between
// programmes and subheads that speaks of money moved between heads. A footnote
// that says what the programmes include explains only that they are more.
func (a *audit) explain(c *Check, id *identity, v *verdict) {
	if c.Difference == nil {
		return
	}
	more := c.Difference.Sign() > 0
	for i, t := range id.terms {
		f := a.b.get(t.key)
		onTotal := i == len(id.terms)-1
		for _, candidate := range a.marked(f, onTotal, id.column) {
			for _, m := range candidate.Marks {
				n, ok := noteFor(a.notes, m, candidate.Line)
				if ok && transfer(n.key) && (more || onTotal) {
					c.Outcome, c.Footnote = Footnoted, n.raw
					c.Lines = appendLine(c.Lines, n.line)
					c.Why = "the footnote says that money was moved between heads"
					return
				}
			}
		}
	}
}

// marked gives the figures whose marks count: the programme's own, and for the
// subheads the total and what makes it.
func (a *audit) marked(f *Fact, onTotal bool, column string) []*Fact {
	if !onTotal {
		return []*Fact{f}
	}
	out := []*Fact{f}
	for _, e := range a.b.rows(TableSubheads) {
		if g := a.b.figures[cellKey{e.order, column}]; g != nil {
			out = append(out, g)
		}
	}
	return out
}

// transfer says whether a footnote speaks of money moved or figures adjusted.
func transfer(key string) bool {
	for _, word := range []string{"轉撥", "重組", "調整", "撥歸", "撥入", "移交"} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}

// percentages recomputes each percentage from the two figures that it compares.
func (a *audit) percentages() {
	for i := range a.p.Facts {
		f := &a.p.Facts[i]
		if f.Kind != KindPercentage || f.Value == nil {
			continue
		}
		to, from, ok := cutChange(f.Column)
		if !ok {
			continue
		}
		if f.Table != TableProse {
			a.percentage(f, CheckPercentage, a.b.figures[cellKey{f.Order, to}], a.b.figures[cellKey{f.Order, from}])
			continue
		}
		for _, row := range a.b.spokenOf(f) {
			a.percentage(f, CheckProsePercentage, a.b.figures[cellKey{row.order, to}], a.b.figures[cellKey{row.order, from}])
		}
	}
}

func (a *audit) percentage(f *Fact, name string, x, y *Fact) {
	c := a.check(name, f.Row, f.Column)
	c.Unit, c.Printed = UnitPercent, f.Value
	c.Lines = appendLine(c.Lines, f.Line)
	for _, g := range []*Fact{x, y} {
		if g != nil {
			c.Lines = appendLine(c.Lines, g.Line)
		}
	}
	defer func() { a.out = append(a.out, c) }()
	if x == nil || y == nil {
		c.Outcome, c.Why = Uncheckable, "a figure is missing"
		return
	}
	a.compareChange(&c, f, x, y)
}

// compareChange: a percentage agrees when the exact change rounds to it, and
// by rounding when the change of some figures that round to the printed ones does.
func (a *audit) compareChange(c *Check, f, x, y *Fact) {
	exp, _ := exponent(y.Unit)
	dx, ix, err := amountOf(x, exp)
	if err != nil {
		c.Outcome, c.Why = Uncheckable, err.Error()
		return
	}
	dy, iy, err := amountOf(y, exp)
	if err != nil {
		c.Outcome, c.Why = Uncheckable, err.Error()
		return
	}
	iv, err := money.Change(ix, iy, 8)
	if err != nil {
		c.Outcome, c.Why = Uncheckable, "no percentage of nothing"
		return
	}
	scale := f.Value.Scale()
	diff, err := dx.Sub(dy)
	if err == nil {
		diff, err = diff.Shift(2)
	}
	var q money.Decimal
	if err == nil {
		q, err = diff.Quo(dy, scale)
	}
	if err != nil {
		c.Outcome, c.Why = Uncheckable, err.Error()
		return
	}
	c.Computed = &q
	if d, err := q.Sub(*f.Value); err == nil {
		c.Difference = &d
	}
	want, err := f.Value.Rounding()
	if f.exact || err != nil {
		want = money.Point(*f.Value)
	}
	switch {
	case q.Cmp(*f.Value) == 0:
		c.Outcome = Agrees
	case iv.Touches(want):
		c.Outcome = Rounding
	default:
		c.Outcome = Fault
	}
}

// commitmentsAgainstSubheads: what is to be spent on the commitments of a
// subhead this year stands in its revised estimate. The list need not cover
// all of it, so less is a note; more is a fault.
func (a *audit) commitmentsAgainstSubheads() {
	col := column{role: roleRevised, year: int(a.b.year) - 1}.name()
	subheads := a.b.rows(TableSubheads)
	var codes []string
	for _, r := range a.b.rows(TableCommitments) {
		if r.total == "" && r.group != "" && !contains(codes, r.group) {
			codes = append(codes, r.group)
		}
	}
	for _, code := range codes {
		s := byCode(subheads, code)
		if s == nil {
			continue
		}
		id := identity{check: CheckCommitmentsSubhead, row: s.row, column: col}
		for _, r := range a.b.rows(TableCommitments) {
			if r.total == "" && r.group == code {
				id.terms = append(id.terms, term{key: cellKey{r.order, col}})
			}
		}
		id.terms = append(id.terms, term{key: cellKey{s.order, col}})
		before := len(a.out)
		a.identity(&id)
		if len(a.out) == before {
			continue
		}
		c := &a.out[len(a.out)-1]
		if c.Outcome == Fault && c.Difference != nil && c.Difference.Sign() < 0 {
			c.Outcome = Note
			c.Why = "the list of commitments need not cover all of the subhead"
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
