package papers

import (
	"slices"

	"praya/kernel/lang"
	"praya/kernel/money"
)

// places: provision has one place after the point, thousands have none.
func (c *checker) places() {
	s := c.sheet
	all := func(row string, scale int, list ...Figure) {
		for i, f := range list {
			if f.Value != nil && f.Value.Scale() > scale {
				c.say(RulePlaces, row, s.columnName(i))
			}
		}
	}
	for _, p := range s.Programmes {
		all(p.Number+" "+p.Name.TC, 1, p.Provision[:]...)
	}
	for _, h := range s.Subheads {
		all(h.Code+" "+h.Name.TC, 0, h.Amounts[:]...)
	}
	for _, x := range s.Components {
		all(x.Name.TC, 0, x.Amounts[:]...)
	}
	for _, x := range s.Commitments {
		all(x.Item+" "+x.Name.TC, 0, x.Approved, x.Accumulated, x.Revised, x.Balance)
	}
	if s.Posts.Ceiling.Scale() > 0 {
		c.say(RulePlaces, "ceiling", "")
	}
}

// amount is a figure's value; a missing one of money is printed as nil.
func (f Figure) amount() money.Decimal {
	if f.Value == nil {
		return money.Decimal{}
	}
	return *f.Value
}

// total adds one column of rows. Figures of the sheet have at most 18 digits;
// a sum that does not fit is reported as a problem by the caller.
func total(list []money.Decimal) (money.Decimal, bool) {
	var sum money.Decimal
	for _, d := range list {
		next, err := sum.Add(d)
		if err != nil {
			return sum, false
		}
		sum = next
	}
	return sum, true
}

// provision: the programmes make the subheads, within what rounding each to
// 0.1 million can do, unless a footnote says why they do not.
func (c *checker) provision() {
	s := c.sheet
	for col := range 4 {
		var programmes, subheads []money.Decimal
		span := money.Point(money.Decimal{})
		ok := true
		for _, p := range s.Programmes {
			d := p.Provision[col].amount()
			programmes = append(programmes, d)
			iv, err := tenth(d)
			if err == nil {
				span, err = span.Add(iv)
			}
			ok = ok && err == nil
		}
		for _, h := range s.Subheads {
			subheads = append(subheads, h.Amounts[col].amount())
		}
		whole, fits := total(programmes)
		thousands, fits2 := total(subheads)
		want, err := thousands.At(3)
		if err == nil {
			want, err = want.Shift(-3)
		}
		if !ok || !fits || !fits2 || err != nil {
			c.say(RuleProvision, "", s.columnName(col))
			continue
		}
		if thousands.Sign() < 0 {
			c.say(RuleNegative, "", s.columnName(col))
		}
		if span.Contains(want) {
			continue
		}
		if s.explained(col) {
			c.differ(RuleExplained, "", s.columnName(col), whole, want, false)
			continue
		}
		c.differ(RuleProvision, "", s.columnName(col), whole, want, true)
	}
}

// tenth is everything that rounds to a figure of provision; nil is exact.
func tenth(d money.Decimal) (money.Interval, error) {
	if d.IsZero() {
		return money.Point(d), nil
	}
	d, err := d.At(1)
	if err != nil {
		return money.Interval{}, err
	}
	return d.Rounding()
}

// explained: a figure of the column bears a mark, in the programmes or the
// subheads.
func (s *Sheet) explained(col int) bool {
	for _, p := range s.Programmes {
		if len(p.Provision[col].Marks) > 0 {
			return true
		}
	}
	for _, h := range s.Subheads {
		if len(h.Amounts[col].Marks) > 0 || len(h.Marks) > 0 {
			return true
		}
	}
	return false
}

// components make subhead 000, to the dollar.
func (c *checker) components() {
	s := c.sheet
	at := slices.IndexFunc(s.Subheads, func(h Subhead) bool { return h.Code == "000" })
	if at < 0 {
		if len(s.Components) > 0 {
			c.say(RuleComponents, "000", "")
		}
		return
	}
	for col := range 4 {
		var list []money.Decimal
		for _, x := range s.Components {
			list = append(list, x.Amounts[col].amount())
		}
		sum, ok := total(list)
		want := s.Subheads[at].Amounts[col].amount()
		if !ok || sum.Cmp(want) != 0 {
			c.differ(RuleComponents, "000", s.columnName(col), sum, want, true)
		}
	}
}

// commitments: each balance, and what is spent against the subhead.
func (c *checker) commitments() {
	s := c.sheet
	spent := map[string]money.Decimal{}
	var order []string
	for _, x := range s.Commitments {
		row := x.Item + " " + x.Name.TC
		left, err := x.Approved.amount().Sub(x.Accumulated.amount())
		if err == nil {
			left, err = left.Sub(x.Revised.amount())
		}
		stated := x.Balance.amount()
		if err != nil || left.Cmp(stated) != 0 {
			c.differ(RuleBalance, row, "balance", left, stated, true)
		}
		if left.Sign() < 0 {
			c.differ(RuleOverdrawn, row, "balance", left, money.Decimal{}, true)
		}
		if _, ok := spent[x.Subhead]; !ok {
			order = append(order, x.Subhead)
		}
		if d, err := spent[x.Subhead].Add(x.Revised.amount()); err == nil {
			spent[x.Subhead] = d
		}
	}
	for _, code := range order {
		at := slices.IndexFunc(s.Subheads, func(h Subhead) bool { return h.Code == code })
		if at < 0 {
			c.say(RuleSubhead, code, "")
			continue
		}
		if have := s.Subheads[at].Amounts[Revised].amount(); spent[code].Cmp(have) > 0 {
			c.differ(RuleSubhead, code, s.columnName(Revised), spent[code], have, true)
		}
	}
}

// posts: what the programmes gain and lose is what the Head gains or loses.
func (c *checker) posts() {
	p := c.sheet.Posts
	if min(p.NonDirectorateFrom, p.NonDirectorateTo, p.DirectorateFrom, p.DirectorateTo) < 0 || p.Ceiling.Sign() < 0 {
		c.say(RulePosts, "", "")
	}
	sum := 0
	for _, x := range c.sheet.Programmes {
		sum += x.NetPosts
	}
	if sum != p.Net() {
		c.differ(RulePosts, "", c.sheet.Year+" change", count(sum), count(p.Net()), true)
	}
}

func count(n int) money.Decimal { return money.Int(int32(n)) } //nolint:gosec // posts of one Head

// limits: an item of a block vote costs more than one limit and not more than
// the other; a provision buys at least one item.
func (c *checker) limits() {
	for _, h := range c.sheet.Subheads {
		if h.Each == nil {
			continue
		}
		row := h.Code + " " + h.Name.TC
		if h.Each.From.Cmp(h.Each.To) >= 0 {
			c.differ(RuleLimits, row, "", h.Each.From, h.Each.To, true)
		}
		d := h.Amounts[Estimate].amount()
		if dollars, err := d.Shift(3); err != nil || d.Sign() > 0 && dollars.Cmp(h.Each.From) < 0 {
			c.differ(RuleLimits, row, c.sheet.columnName(Estimate), dollars, h.Each.From, true)
		}
	}
}

// marks: every mark has a footnote, every footnote a mark that stands somewhere.
func (c *checker) marks() {
	notes, used := map[string]bool{}, map[string]bool{}
	for _, f := range c.sheet.Footnotes {
		if notes[f.Mark] || !slices.Contains(FootnoteMarks(), f.Mark) {
			c.say(RuleMarks, f.Mark, "")
		}
		notes[f.Mark] = true
	}
	for _, m := range c.sheet.marks() {
		if !notes[m] && !used[m] {
			c.say(RuleMarks, m, "")
		}
		used[m] = true
	}
	for _, w := range c.sheet.texts() {
		if trailingMarks(w.text.TC) != "" || trailingMarks(w.text.EN) != "" {
			c.say(RuleMarks, w.where, "")
		}
	}
	for _, f := range c.sheet.Footnotes {
		if !used[f.Mark] {
			c.out = append(c.out, Problem{Rule: RuleFootnoteUnneeded, Row: f.Mark})
		}
	}
}

// marks lists every mark that stands on a figure or a name.
func (s *Sheet) marks() []string {
	var out []string
	figures := func(list ...Figure) {
		for _, f := range list {
			out = append(out, f.Marks...)
		}
	}
	for _, p := range s.Programmes {
		figures(p.Provision[:]...)
		for _, t := range p.Targets {
			figures(t.Target, t.Before, t.Last, t.Plan)
			out = append(out, t.Marks...)
		}
		for _, list := range [][]Indicator{p.Indicators, p.Financial} {
			for _, t := range list {
				figures(t.Before, t.Last, t.Coming)
				out = append(out, t.Marks...)
			}
		}
	}
	for _, h := range s.Subheads {
		figures(h.Amounts[:]...)
		out = append(out, h.Marks...)
	}
	for _, x := range s.Components {
		figures(x.Amounts[:]...)
	}
	for _, x := range s.Commitments {
		figures(x.Approved, x.Accumulated, x.Revised, x.Balance)
		out = append(out, x.Marks...)
	}
	return out
}

// kindWords are the printed names of account and kind; ok says that the kind
// belongs to the account.
func kindWords(account, kind string) (words [2]lang.Text, ok bool) {
	operating := lang.Text{TC: "經營帳目", EN: "Operating Account"}
	capital := lang.Text{TC: "非經營帳目", EN: "Capital Account"}
	switch {
	case account == Operating && kind == Recurrent:
		return [2]lang.Text{operating, {TC: "經常開支", EN: "Recurrent"}}, true
	case account == Operating && kind == NonRecurrent:
		return [2]lang.Text{operating, {TC: "非經常開支", EN: "Non-Recurrent"}}, true
	case account == Capital && kind == Plant:
		return [2]lang.Text{capital, {TC: "機器、設備及工程", EN: "Plant, Equipment and Works"}}, true
	case account == Capital && kind == Subventions:
		return [2]lang.Text{capital, {TC: "資助金", EN: "Subventions"}}, true
	}
	return words, false
}
