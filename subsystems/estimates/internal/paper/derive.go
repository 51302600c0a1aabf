package paper

import "praya/kernel/money"

// derive fills the places that nothing is printed for but that printed figures
// fix, and, marked as inferred, those that follow if lost figures are nil as
// in the years before.
func (b *book) derive(w *walk) []Fact {
	before := len(b.figures)
	var out []Fact
	for round := 0; round < 8 && b.work > 0; round++ {
		n := len(out)
		out = append(out, b.fill(w, Derived, WhySolved)...)
		if len(out) == n {
			break
		}
	}
	if len(out) == 0 || before == 0 {
		return out
	}
	if nils := b.assumeNil(w); len(nils) > 0 {
		out = append(out, nils...)
		for round := 0; round < 8 && b.work > 0; round++ {
			n := len(out)
			out = append(out, b.fill(w, Inferred, WhyRestAssumed)...)
			if len(out) == n {
				break
			}
		}
	}
	return out
}

// fill solves the identities that lack one figure of a table.
func (b *book) fill(w *walk, how, why string) []Fact {
	var out []Fact
	for i := range b.identities {
		id := &b.identities[i]
		if footnotable(id.check) {
			continue
		}
		v := b.judge(id)
		if len(v.missing) != 1 {
			continue
		}
		e := b.entryOf(v.missing[0].order)
		if e == nil {
			continue
		}
		f, ok := b.solved(id, e, v.missing[0])
		if !ok {
			continue
		}
		f.How, f.Why, f.From = how, why, b.restsOn(id, v.missing[0])
		stored := f
		b.figures[v.missing[0]] = &stored
		out = append(out, f)
	}
	return out
}

// solved gives the fact of a place that an identity fixes exactly: all its
// figures must be as fine as the place's own unit.
func (b *book) solved(id *identity, e *entry, at cellKey) (Fact, bool) {
	unit := UnitThousand
	if e.table == TableProvision || e.table == TableAnalysis {
		unit = UnitMillion
	}
	exp, _ := exponent(unit)
	scale := 0
	if unit == UnitMillion {
		scale = 1
	}
	for _, t := range id.terms {
		f := b.get(t.key)
		if f == nil || f.exact {
			continue
		}
		u, ok := exponent(f.Unit)
		if !ok || u-f.Value.Scale() > exp-scale {
			return Fact{}, false
		}
	}
	d, _, err := b.solve(id, at, exp)
	if err != nil || d.Sign() < 0 {
		return Fact{}, false
	}
	if d, err = d.At(scale); err != nil {
		return Fact{}, false
	}
	return b.factAt(e, at, &d, unit), true
}

func (b *book) entryOf(order int) *entry {
	if b.byOrder == nil {
		b.byOrder = make(map[int]*entry, len(b.entries))
		for _, e := range b.entries {
			b.byOrder[e.order] = e
		}
	}
	return b.byOrder[order]
}

// factAt is a fact for a place of a row where nothing is printed.
func (b *book) factAt(e *entry, at cellKey, d *money.Decimal, unit string) Fact {
	return Fact{
		Kind: kindOfTable(e.table), Table: e.table, Row: e.row, Column: at.col, Value: d, Unit: unit,
		Line: e.line, Code: e.code, Name: e.name, Group: e.group, Total: e.total, Order: e.order,
	}
}

// assumeNil takes the lost figure of an item as nil where the two columns
// before it are printed as nil; nothing forces that, so it is inferred.
func (b *book) assumeNil(w *walk) []Fact {
	cols := columnNames(expectedColumns(TableSubheads, b.year))
	var out []Fact
	for _, e := range b.entries {
		if e.table != TableSubheads || e.total != "" {
			continue
		}
		at := cellKey{e.order, cols[3]}
		original, revised := b.figures[cellKey{e.order, cols[1]}], b.figures[cellKey{e.order, cols[2]}]
		if b.figures[at] != nil || original == nil || revised == nil || !original.exact || !revised.exact {
			continue
		}
		f := b.factAt(e, at, &money.Decimal{}, UnitThousand)
		f.How, f.Why, f.From, f.exact = Inferred, WhyNilAssumed, []int{original.Line}, true
		stored := f
		b.figures[at] = &stored
		out = append(out, f)
	}
	return out
}

// restsOn gives the lines on which the figures of an identity are printed; a
// figure that was itself worked out stands for the lines that it rests on.
func (b *book) restsOn(id *identity, missing cellKey) []int {
	var out []int
	for _, t := range id.terms {
		f := b.get(t.key)
		switch {
		case f == nil || t.key == missing:
		case f.Raw != "":
			out = appendLine(out, f.Line)
		default:
			for _, l := range f.From {
				out = appendLine(out, l)
			}
		}
	}
	return out
}
