package gen

import "math/rand/v2"

// Options say which paper to write.
type Options struct {
	Seed       uint64
	Head       int // number of the head, 1 to 999
	Year       int // first calendar year of the financial year
	Programmes int // 1 to 8; 0 leaves it to the seed
}

// A Fact is one figure that the paper prints, in its own words.
type Fact struct {
	Table, Row, Column, Value, Unit string
}

// A Document is a paper with the truth about it.
type Document struct {
	Name, Head, Year, Title string
	Text                    string
	Facts                   []Fact
}

// A plan holds the figures of one paper before they are laid out.
type plan struct {
	opt        Options
	look       *rand.Rand // layout
	title      string
	programmes []string
	subheads   []subhead
	expense    [][4]int64 // of subhead 000, by row of expenses()
	items      []commitment
	moved      bool // figures of the actual year include money of another head
}

type subhead struct {
	account, kind, code, name string
	amount                    [4]int64
}

type commitment struct {
	code, name                            string
	approved, accumulated, spent, balance int64
	fresh                                 bool
}

// columns are the year and phase of the four columns of a paper.
func (p *plan) columns() [4][2]int {
	y := p.opt.Year
	return [4][2]int{{y - 2, actual}, {y - 1, original}, {y - 1, revised}, {y, original}}
}

func newPlan(o Options) *plan {
	p := &plan{opt: o}
	r := p.draw(3)
	p.look = p.draw(4, o.Year)
	p.title = pick(r, offices())
	n := o.Programmes
	if n == 0 {
		n = 1 + r.IntN(8)
	}
	for len(p.programmes) < n {
		p.programmes = append(p.programmes, p.fresh(r, p.programmes))
	}
	p.moved = r.IntN(5) == 0
	p.planCommitments()
	p.planSubheads(r)
	return p
}

// fresh is a phrase that is not in the list yet.
func (p *plan) fresh(r *rand.Rand, list []string) string {
	for {
		s := phrase(r)
		seen := false
		for _, x := range list {
			seen = seen || x == s
		}
		if !seen {
			return s
		}
	}
}

func (p *plan) planCommitments() {
	r := p.draw(5)
	n := r.IntN(7)
	var names []string
	for i := range n {
		names = append(names, p.fresh(r, names))
		v := p.draw(6, i, p.opt.Year)
		c := commitment{code: itoa(801 + 3*i), name: names[i]}
		c.approved = (1 + v.Int64N(4000)) * 500
		c.fresh = v.IntN(6) == 0
		if !c.fresh {
			c.accumulated = v.Int64N(c.approved)
			c.spent = p.spent(i, p.opt.Year-1) % (c.approved - c.accumulated + 1)
		}
		c.balance = c.approved - c.accumulated - c.spent
		p.items = append(p.items, c)
	}
}

// spent is what a commitment takes in a year at most.
func (p *plan) spent(item, year int) int64 { return p.draw(7, item, year).Int64N(200_000) }

func (p *plan) planSubheads(r *rand.Rand) {
	rows := 0
	for _, g := range expenses() {
		rows += len(g) - 1
	}
	first := subhead{account: "經營帳目", kind: "經常開支", code: "000", name: "運作開支"}
	for i := range rows {
		var row [4]int64
		for c, at := range p.columns() {
			row[c] = p.leaf(i, at[0], at[1])
			first.amount[c] += row[c]
		}
		p.expense = append(p.expense, row)
	}
	p.subheads = []subhead{first}
	if len(p.items) > 0 {
		p.addSubhead("經營帳目", "非經常開支", "700", "一般非經常開支", 40)
		last := &p.subheads[len(p.subheads)-1]
		for _, c := range p.items {
			last.amount[2] += c.spent
		}
	}
	if r.IntN(2) == 0 {
		p.addSubhead("非經營帳目", "機器、設備及工程", "603", "機器、車輛及設備", 50)
	}
	if r.IntN(3) > 0 {
		p.addSubhead("非經營帳目", "機器、設備及工程", "661", "小型機器、車輛及設備 (整體撥款)", 54)
	}
	if r.IntN(4) == 0 {
		p.addSubhead("非經營帳目", "資助金", "852", "燈塔基金－小型機器 (整體撥款)", 55)
	}
}

func (p *plan) addSubhead(account, kind, code, name string, item int) {
	s := subhead{account: account, kind: kind, code: code, name: name}
	for c, at := range p.columns() {
		s.amount[c] = p.leaf(item, at[0], at[1])
	}
	p.subheads = append(p.subheads, s)
}

// provision gives the programmes' amounts in tenths of a million: shares of
// the subheads' total, the rest to the last.
func (p *plan) provision() (rows [][4]int64, total [4]int64) {
	rows = make([][4]int64, len(p.programmes))
	for c := range 4 {
		var whole int64
		for _, s := range p.subheads {
			whole += s.amount[c]
		}
		left := whole
		for i := range rows {
			share := left
			if i < len(rows)-1 {
				share = whole / int64(len(rows)) * (7 + p.draw(8, i).Int64N(6)) / 12
				left -= share
			}
			rows[i][c] = round(share, 100)
			if p.moved && c < 2 && i == 0 {
				rows[i][c] += 1000
			}
			total[c] += rows[i][c]
		}
	}
	return rows, total
}
