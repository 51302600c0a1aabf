package paper

import (
	"sort"
	"strings"

	"praya/kernel/money"
)

// posts checks the numbers of posts: before, after and change on the front
// page; front page against the details; programmes against the whole.
func (a *audit) posts() {
	front, prose := a.find(TableFront, KindPosts), a.find(TableProse, KindPosts)
	non := rowOf(front, postsNonDirectorate)
	dir := rowOf(front, postsDirectorate)
	start, end := dates(non)
	change := changeOf(non)
	// A sentence that gives one number for both dates claims no change.
	if s, e := at(non, start), at(non, end); change != nil || s != nil && e != nil && s.Value.Cmp(*e.Value) != 0 {
		a.equation(CheckPostsChange, postsNonDirectorate, columnOf(change, a.p.Year+" change"), []*Fact{e}, []*Fact{s}, change)
	}
	total := rowOf(prose, postsTotal)
	for _, f := range total {
		if strings.HasPrefix(f.Column, "at ") {
			a.equation(CheckPostsTotal, postsTotal, f.Column, []*Fact{at(non, f.Column), at(dir, f.Column)}, nil, f)
		}
	}
	if len(total) == 0 && len(non) > 0 {
		a.equation(CheckPostsTotal, postsTotal, start, []*Fact{at(non, start), at(dir, start)}, nil, nil)
	}
	net := at(total, a.p.Year+" change")
	if net == nil {
		return
	}
	if s, e := at(non, start), at(non, end); s != nil && e != nil {
		a.equation(CheckPostsNet, postsTotal, net.Column, []*Fact{e, at(dir, end)}, []*Fact{s, at(dir, start)}, net)
	} else {
		a.equation(CheckPostsNet, postsTotal, net.Column, []*Fact{change}, nil, net)
	}
	a.programmePosts(prose, net)
}

// programmePosts: the changes that the programmes' reasons name make the net
// change; a programme whose reasons name none has none.
func (a *audit) programmePosts(prose []*Fact, net *Fact) {
	said := make(map[string]bool)
	for i := range a.p.Facts {
		if f := &a.p.Facts[i]; f.Kind == KindReason {
			said[f.Code] = true
		}
	}
	var parts []*Fact
	for _, f := range prose {
		if f.Group == "programme" && f.Column == net.Column {
			parts = append(parts, f)
		}
	}
	for _, e := range a.b.rows(TableProvision) {
		if !said[e.code] && len(a.b.rows(TableProvision)) > 1 {
			parts = append(parts, nil)
		}
	}
	if len(parts) == 0 {
		return
	}
	a.equation(CheckPostsProgrammes, postsTotal, net.Column, parts, nil, net)
}

// equation checks plus − minus = printed for figures that stand in no table.
func (a *audit) equation(name, row, column string, plus, minus []*Fact, printed *Fact) {
	c := a.check(name, row, column)
	var sum money.Decimal
	var err error
	missing := printed == nil
	add := func(f *Fact, sign bool) {
		if f == nil {
			missing = true
			return
		}
		c.Lines = appendLine(c.Lines, f.Line)
		d := *f.Value
		if sign {
			d = d.Neg()
		}
		if err == nil {
			sum, err = sum.Add(d)
		}
	}
	for _, f := range plus {
		add(f, false)
	}
	for _, f := range minus {
		add(f, true)
	}
	if printed != nil {
		c.Lines = appendLine(c.Lines, printed.Line)
		c.Unit, c.Printed = printed.Unit, printed.Value
	}
	switch {
	case missing || err != nil:
		c.Outcome, c.Why = Uncheckable, "a figure is missing"
	default:
		c.Computed, c.Outcome = &sum, Agrees
		if d, err := sum.Sub(*printed.Value); err == nil {
			c.Difference = &d
			if !d.IsZero() {
				c.Outcome = Fault
			}
		}
	}
	if len(c.Lines) > 0 {
		a.out = append(a.out, c)
	}
}

func (a *audit) find(table, kind string) []*Fact {
	var out []*Fact
	for i := range a.p.Facts {
		if f := &a.p.Facts[i]; f.Table == table && f.Kind == kind && f.Value != nil {
			out = append(out, f)
		}
	}
	return out
}

func rowOf(facts []*Fact, row string) []*Fact {
	var out []*Fact
	for _, f := range facts {
		if f.Row == row {
			out = append(out, f)
		}
	}
	return out
}

func at(facts []*Fact, column string) *Fact {
	for _, f := range facts {
		if f.Column == column {
			return f
		}
	}
	return nil
}

// changeOf is the change of posts, whatever year its sentence names.
func changeOf(facts []*Fact) *Fact {
	for _, f := range facts {
		if strings.HasSuffix(f.Column, " change") {
			return f
		}
	}
	return nil
}

func columnOf(f *Fact, otherwise string) string {
	if f == nil {
		return otherwise
	}
	return f.Column
}

// dates gives the first and the last date of a list of posts.
func dates(facts []*Fact) (first, last string) {
	var all []string
	for _, f := range facts {
		if strings.HasPrefix(f.Column, "at ") {
			all = append(all, f.Column)
		}
	}
	if len(all) < 2 {
		return "", ""
	}
	sort.Strings(all)
	return all[0], all[len(all)-1]
}

// ceiling: the front page rounds the ceiling that the details print in full.
func (a *audit) ceiling() {
	front, prose := a.find(TableFront, KindCeiling), a.find(TableProse, KindCeiling)
	if len(front) == 0 || len(prose) == 0 {
		for _, f := range append(front, prose...) {
			c := a.check(CheckFrontCeiling, f.Row, f.Column)
			c.Lines, c.Unit, c.Printed, c.Outcome, c.Why = []int{f.Line}, f.Unit, f.Value, Uncheckable, "a figure is missing"
			a.out = append(a.out, c)
		}
		return
	}
	a.sameAmount(CheckFrontCeiling, frontCeiling, prose[0], front[0])
}

// sameAmount checks that a figure is another one, in a coarser unit perhaps.
func (a *audit) sameAmount(name, row string, full, printed *Fact) {
	c := a.check(name, row, printed.Column)
	c.Lines, c.Unit = appendLine([]int{full.Line}, printed.Line), printed.Unit
	exp, _ := exponent(printed.Unit)
	var v verdict
	var have, want money.Interval
	if v.computed, have, v.err = amountOf(full, exp); v.err == nil {
		v.printed, want, v.err = amountOf(printed, exp)
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

// limits: where the text says that each item of a subhead costs between two
// limits, the lower is below the upper, and a provision is no less than one item.
func (a *audit) limits() {
	list := a.find(TableProse, KindLimit)
	col := column{role: roleEstimate, year: int(a.b.year)}.name()
	for _, from := range list {
		if from.Column != "limit from" {
			continue
		}
		for _, to := range list {
			if to.Column == "limit to" && to.Line == from.Line {
				a.ordered(from, to, "the lower limit is above the upper one")
			}
		}
		if s := byCode(a.b.rows(TableSubheads), from.Code); s != nil {
			if f := a.b.figures[cellKey{s.order, col}]; f != nil && f.Value.Sign() > 0 {
				a.ordered(from, f, "the provision is less than the least cost of one item")
			}
		}
	}
}

// ordered checks that one amount is not above another.
func (a *audit) ordered(low, high *Fact, why string) {
	c := a.check(CheckProseLimit, low.Row, low.Column)
	c.Lines, c.Unit = appendLine([]int{low.Line}, high.Line), low.Unit
	exp, _ := exponent(low.Unit)
	h, _, err := amountOf(high, exp)
	if err != nil {
		c.Outcome, c.Why = Uncheckable, err.Error()
		a.out = append(a.out, c)
		return
	}
	c.Computed, c.Printed, c.Outcome = &h, low.Value, Agrees
	if h.Cmp(*low.Value) < 0 {
		c.Outcome, c.Why = Fault, why
	}
	a.out = append(a.out, c)
}

// footnoteAmounts: a footnote that splits a marked commitment into what is
// approved and what is asked for must make the commitment.
func (a *audit) footnoteAmounts() {
	for _, n := range a.notes {
		if !strings.Contains(n.key, "承擔額") {
			continue
		}
		var parts []*Fact
		for _, f := range a.find(TableProse, KindAmount) {
			if f.Group == KindFootnote && f.Line == n.line {
				parts = append(parts, f)
			}
		}
		marked := a.markedApproved(n)
		if len(parts) == 2 && marked != nil && strings.Contains(n.key, "增加") {
			a.footnoteSum(parts, marked)
		}
	}
}

func (a *audit) markedApproved(n footnote) *Fact {
	for _, e := range a.b.rows(TableCommitments) {
		f := a.b.figures[cellKey{e.order, roleApproved}]
		if f == nil {
			continue
		}
		for _, m := range f.Marks {
			if got, ok := noteFor(a.notes, m, f.Line); ok && got.line == n.line {
				return f
			}
		}
	}
	return nil
}

func (a *audit) footnoteSum(parts []*Fact, printed *Fact) {
	c := a.check(CheckFootnoteAmount, printed.Row, printed.Column)
	c.Unit = printed.Unit
	exp, _ := exponent(printed.Unit)
	var v verdict
	var have money.Interval
	for _, f := range append(parts, printed) {
		c.Lines = appendLine(c.Lines, f.Line)
	}
	for _, f := range parts {
		d, iv, err := amountOf(f, exp)
		if err == nil {
			v.computed, err = v.computed.Add(d)
		}
		if err == nil {
			have, err = have.Add(iv)
		}
		if err != nil {
			v.err = err
		}
	}
	var want money.Interval
	if v.err == nil {
		v.printed, want, v.err = amountOf(printed, exp)
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
