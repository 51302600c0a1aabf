package paper

import (
	"strconv"

	"praya/kernel/money"
)

func itoa(n int) string { return strconv.Itoa(n) }

// tables looks for tables of which the same column is lost in several rows,
// and places these rows together.
func (p *placer) tables() bool {
	progress := false
	for _, t := range p.w.tables {
		for m := 1; m <= 4; m++ {
			var group []*openRow
			for i := range p.open {
				if o := &p.open[i]; !o.done && o.t == t && len(o.r.region) == m {
					group = append(group, o)
				}
			}
			if len(group) > 1 && p.together(t, group, m) {
				progress = true
			}
		}
	}
	return progress
}

// together tries each pattern on all rows of a group at once, and takes the one
// that the paper's arithmetic singles out.
func (p *placer) together(t *table, group []*openRow, m int) bool {
	cols := group[0].cols
	list := patterns(m, len(cols))
	scores := make([]score, len(list))
	for i, at := range list {
		if p.b.work < 0 {
			return false
		}
		scores[i] = p.try(group, at)
	}
	best := singledOut(scores)
	if best < 0 {
		return false
	}
	how, why, from := Derived, WhyPlacedByArithmetic, scores[best].lines
	if m == len(cols) && len(t.columns) < m {
		why = WhyHeadingLost
	}
	plain := same(list[best], cols, t.columns)
	if !plain {
		p.w.reportLost(t, m, len(cols))
	}
	for _, o := range group {
		switch {
		case plain && o.r.apart:
			p.settle(o.r, p.facts[o.r], cols, list[best], Derived, WhyApart, from)
		case plain:
			p.settle(o.r, p.facts[o.r], cols, list[best], Printed, "", nil)
		default:
			p.settle(o.r, p.facts[o.r], cols, list[best], how, why, from)
		}
		o.done = true
	}
	return true
}

// singledOut gives the pattern that fulfils identities while every other breaks
// some. Where one figure is wrong in print, all break some: then the best must
// be better than the next by more than that figure can account for.
func singledOut(scores []score) int {
	best, second := -1, -1
	margin := func(i int) int { return scores[i].ok - scores[i].broken }
	for i := range scores {
		switch {
		case best < 0 || margin(i) > margin(best):
			best, second = i, best
		case second < 0 || margin(i) > margin(second):
			second = i
		}
	}
	if best < 0 || margin(best) <= 0 {
		return -1
	}
	for i := range scores {
		if i != best && scores[best].broken == 0 && scores[i].broken == 0 {
			return -1
		}
	}
	if second >= 0 && scores[best].broken > 0 && margin(best)-margin(second) < 2 {
		return -1
	}
	return best
}

// same says whether a pattern is just what the headings of the table say.
func same(at pattern, cols []string, heads []column) bool {
	if len(at) != len(heads) {
		return false
	}
	for i, c := range heads {
		if c.odd || c.name() != cols[at[i]] {
			return false
		}
	}
	return true
}

// reportLost says once what a table has lost.
func (w *walk) reportLost(t *table, cells, want int) {
	if len(t.columns) == 0 {
		w.problem(t.line, 0, ProblemLostHeading, t.kind)
		return
	}
	for _, c := range expectedColumns(t.kind, w.year) {
		found := false
		for _, h := range t.columns {
			found = found || h.name() == c.name() && !h.odd
		}
		if !found {
			w.problem(t.line, 0, ProblemLostColumn, c.name())
		}
	}
	if cells < want {
		w.problem(t.line, 0, ProblemLostCell, itoa(cells), itoa(want))
	}
}

// rows places single rows with the help of all others.
func (p *placer) rows() bool {
	progress := false
	for i := range p.open {
		if o := &p.open[i]; !o.done && p.b.work > 0 && p.alone(o) {
			progress = true
		}
	}
	return progress
}

// alone tries each pattern on one row. A figure is placed where every pattern
// without contradiction agrees on it.
func (p *placer) alone(o *openRow) bool {
	list := patterns(len(o.r.region), len(o.cols))
	var left []int
	scores := make([]score, len(list))
	refuted := 0
	for i, at := range list {
		scores[i] = p.try([]*openRow{o}, at)
		if scores[i].broken > 0 {
			refuted++
			continue
		}
		left = append(left, i)
	}
	if len(left) == 0 || refuted == 0 && (len(list) > 1 || scores[left[0]].ok == 0) {
		return false
	}
	if len(left) == 1 && scores[left[0]].ok == 0 && len(scores[left[0]].solved) == 0 {
		return false
	}
	how, why, from := Derived, WhyPlacedByArithmetic, scores[left[0]].lines
	if len(left) == 1 && same(list[left[0]], o.cols, o.t.columns) {
		if why = WhyApart; !o.r.apart {
			how, why, from = Printed, "", nil
		}
	}
	placed := p.agreed(o, list, left, scores)
	if placed == nil {
		return false
	}
	p.settle(o.r, p.facts[o.r], o.cols, placed, how, why, from)
	if how != Printed {
		p.w.problem(o.r.line, 0, ProblemLostCell, itoa(len(o.r.region)), itoa(len(o.cols)))
	}
	o.done = true
	return true
}

// agreed gives the pattern of the cells whose columns are settled: the one
// that is left, or the first of several that give every column the same value.
func (p *placer) agreed(o *openRow, list []pattern, left []int, scores []score) pattern {
	first := list[left[0]]
	if len(left) == 1 {
		return first
	}
	want := p.complete(o, first, scores[left[0]])
	for _, i := range left[1:] {
		other := p.complete(o, list[i], scores[i])
		for c := range want {
			if want[c] == nil || other[c] == nil || want[c].Cmp(*other[c]) != 0 {
				return nil
			}
		}
	}
	return first
}

// complete is a row with its lost cells filled in as a pattern requires.
func (p *placer) complete(o *openRow, at pattern, s score) []*money.Decimal {
	out := make([]*money.Decimal, len(o.cols))
	for i, f := range p.facts[o.r] {
		if f != nil && i < len(at) {
			out[at[i]] = f.Value
		}
	}
	for c, name := range o.cols {
		if d, ok := s.solved[cellKey{o.r.order, name}]; ok && out[c] == nil {
			out[c] = &d
		}
	}
	return out
}

// try puts rows on trial under a pattern and counts what they fulfil.
func (p *placer) try(group []*openRow, at pattern) score {
	b := p.b
	b.trial = make(map[cellKey]*Fact)
	defer func() { b.trial = nil }()
	for _, o := range group {
		for i, f := range p.facts[o.r] {
			if f != nil && f.Value != nil && i < len(at) {
				b.trial[cellKey{o.r.order, o.cols[at[i]]}] = f
			}
		}
	}
	s := score{solved: make(map[cellKey]money.Decimal)}
	bounds := make(map[cellKey]money.Interval)
	seen := make(map[int]bool)
	for _, o := range group {
		for _, n := range b.byRow[o.r.order] {
			if !seen[n] {
				seen[n] = true
				p.weigh(&b.identities[n], &s, bounds)
			}
		}
	}
	return s
}

// weigh counts one identity: fulfilled, broken, or, with one figure missing in
// it, what that figure must be. Two identities that want different figures
// in one place contradict each other, and so does a commitment below nought.
func (p *placer) weigh(id *identity, s *score, bounds map[cellKey]money.Interval) {
	v := p.b.judge(id)
	switch {
	case v.err != nil || len(v.missing) > 1:
	case len(v.missing) == 1 && footnotable(id.check):
	case len(v.missing) == 1:
		p.bound(id, v.missing[0], s, bounds)
	case v.meets || footnotable(id.check):
		if v.meets && p.telling(id) {
			s.ok++
			for _, l := range v.lines {
				s.lines = appendLine(s.lines, l)
			}
		}
	default:
		s.broken++
	}
}

// telling: nil dashes fit everywhere and prove nothing.
func (p *placer) telling(id *identity) bool {
	for _, t := range id.terms {
		if f := p.b.get(t.key); f != nil && f.Value.Sign() != 0 {
			return true
		}
	}
	return false
}

// footnotable: programmes and subheads may differ with a footnote, so their
// difference refutes nothing.
func footnotable(check string) bool { return check == CheckProvisionSubheads }

func (p *placer) bound(id *identity, missing cellKey, s *score, bounds map[cellKey]money.Interval) {
	exp := 3
	for _, t := range id.terms {
		if f := p.b.get(t.key); f != nil && t.key.order == missing.order {
			exp, _ = exponent(f.Unit)
		}
	}
	d, iv, err := p.b.solve(id, missing, exp)
	if err != nil {
		return
	}
	if iv.Hi.Sign() < 0 {
		s.broken++
		return
	}
	if old, ok := bounds[missing]; ok {
		if iv, ok = old.Meet(iv); !ok {
			s.broken++
			return
		}
		s.ok++
	}
	bounds[missing] = iv
	if _, ok := s.solved[missing]; !ok {
		s.solved[missing] = d
	}
}
