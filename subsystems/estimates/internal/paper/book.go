package paper

import "praya/kernel/money"

// A book holds the figures of one paper by row and column, and what they must
// fulfil. The search for places and the checks both work on it.
type book struct {
	year       fiscal
	entries    []*entry
	figures    map[cellKey]*Fact
	trial      map[cellKey]*Fact // figures put in a place to see whether it fits
	identities []identity
	programmes []*entry // the row that stands for each programme in its own table
	byRow      map[int][]int
	byOrder    map[int]*entry
	whole      bool // of a paper, which prints its totals
	ghosts     int  // rows that ought to be there
	work       int
}

// A cellKey is a place: the number of the row in its paper, and the column.
type cellKey struct {
	order int
	col   string
}

// An entry is a row of a table as far as sums need it.
type entry struct {
	table, row, code, name, group, total string
	order, line                          int
}

// An identity says that the first figures, with their signs, make the last.
type identity struct {
	check  string
	row    string
	column string
	terms  []term
}

type term struct {
	key   cellKey
	minus bool
}

func newBook(y fiscal, work int) *book {
	return &book{year: y, figures: make(map[cellKey]*Fact, 256), byRow: make(map[int][]int, 64), work: work}
}

// get gives the figure at a place, a figure on trial before a settled one.
func (b *book) get(k cellKey) *Fact {
	if f, ok := b.trial[k]; ok {
		return f
	}
	return b.figures[k]
}

// require adds an identity; one of fewer than two figures says nothing.
func (b *book) require(id identity) {
	if len(id.terms) < 2 {
		return
	}
	n := len(b.identities)
	b.identities = append(b.identities, id)
	for i, t := range id.terms {
		at := b.byRow[t.key.order]
		if i > 0 && len(at) > 0 && at[len(at)-1] == n {
			continue
		}
		b.byRow[t.key.order] = append(at, n)
	}
}

// sum requires that the rows make the total, column by column. In a paper a
// total that is not there leaves the sum to be told as uncheckable.
func (b *book) sum(check string, rows []*entry, total *entry, columns []string) {
	if len(rows) == 0 || total == nil && !b.whole {
		return
	}
	if total == nil {
		total = b.absent(rows[0])
	}
	all := make([]term, 0, (len(rows)+1)*len(columns))
	for _, c := range columns {
		terms := all[len(all):len(all):cap(all)]
		all = all[:len(all)+len(rows)+1]
		for _, r := range rows {
			terms = append(terms, term{key: cellKey{r.order, c}})
		}
		b.require(identity{check, total.row, c, append(terms, term{key: cellKey{total.order, c}})})
	}
}

// same requires that two rows are the same figure, column by column.
func (b *book) same(check string, first, second *entry, columns []string) {
	switch {
	case first != nil:
		b.sum(check, []*entry{first}, second, columns)
	case b.whole && second != nil:
		b.sum(check, []*entry{b.absent(second)}, second, columns)
	}
}

// absent stands for a row that ought to be there.
func (b *book) absent(like *entry) *entry {
	b.ghosts--
	return &entry{row: like.row, order: b.ghosts}
}

// A verdict is how an identity stands with the figures there are.
type verdict struct {
	missing  []cellKey // places without a figure
	computed money.Decimal
	printed  money.Decimal
	unit     string
	equal    bool // to the last digit
	meets    bool // within rounding
	lines    []int
	err      error
}

// amountOf is a figure in the unit of another: value and rounding interval.
func amountOf(f *Fact, exp int) (money.Decimal, money.Interval, error) {
	e, _ := exponent(f.Unit)
	d, err := f.Value.Shift(e - exp)
	if err != nil {
		return d, money.Interval{}, err
	}
	if f.exact {
		return d, money.Point(d), nil
	}
	iv, err := f.rounding()
	if err != nil {
		return d, iv, err
	}
	iv, err = iv.Shift(e - exp)
	return d, iv, err
}

// rounding is the interval of a figure. Papers state small amounts that they
// know to 0.1 million in 萬元 (5,600 萬元 for 55,988 thousand), so there a
// nought at the end is no digit.
func (f *Fact) rounding() (money.Interval, error) {
	if f.Unit != UnitTenThou || f.Value.Scale() != 0 || f.Value.Coef()%10 != 0 {
		return f.Value.Rounding()
	}
	tens, err := money.New(f.Value.Coef()/10, 0)
	if err != nil {
		return money.Interval{}, err
	}
	iv, err := tens.Rounding()
	if err != nil {
		return iv, err
	}
	return iv.Shift(1)
}

// judge works an identity out.
func (b *book) judge(id *identity) verdict {
	var v verdict
	b.work -= len(id.terms)
	last := len(id.terms) - 1
	for _, t := range id.terms {
		if f := b.get(t.key); f == nil {
			v.missing = append(v.missing, t.key)
		} else {
			v.lines = appendLine(v.lines, f.Line)
		}
	}
	if len(v.missing) > 0 {
		return v
	}
	printed := b.get(id.terms[last].key)
	v.unit = printed.Unit
	exp, _ := exponent(printed.Unit)
	var want money.Interval
	v.printed, want, v.err = amountOf(printed, exp)
	if v.err != nil {
		return v
	}
	var have money.Interval
	v.computed, have, v.err = b.total(id.terms[:last], exp)
	if v.err == nil {
		v.equal = v.computed.Cmp(v.printed) == 0
		v.meets = v.equal || have.Meets(want)
	}
	return v
}

// total adds figures with their signs.
func (b *book) total(terms []term, exp int) (sum money.Decimal, iv money.Interval, err error) {
	for _, t := range terms {
		d, i, err := amountOf(b.get(t.key), exp)
		if err != nil {
			return sum, iv, err
		}
		if t.minus {
			d, i = d.Neg(), i.Neg()
		}
		if sum, err = sum.Add(d); err != nil {
			return sum, iv, err
		}
		if iv, err = iv.Add(i); err != nil {
			return sum, iv, err
		}
	}
	return sum, iv, nil
}

// solve gives what the one missing figure of an identity must be, in the unit
// with the given exponent.
func (b *book) solve(id *identity, missing cellKey, exp int) (money.Decimal, money.Interval, error) {
	var rest []term
	minus := false
	last := len(id.terms) - 1
	for i, t := range id.terms {
		if t.key == missing {
			minus = t.minus == (i != last)
			continue
		}
		rest = append(rest, term{t.key, t.minus != (i == last)})
	}
	b.work -= len(rest)
	d, iv, err := b.total(rest, exp)
	// Σ rest + s·x = 0, where s is + for a plain term and − for the last.
	if !minus {
		d, iv = d.Neg(), iv.Neg()
	}
	return d, iv, err
}

func appendLine(lines []int, n int) []int {
	if n == 0 {
		return lines
	}
	for _, l := range lines {
		if l == n {
			return lines
		}
	}
	return append(lines, n)
}
