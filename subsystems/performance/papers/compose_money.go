package papers

import (
	"slices"
	"strings"

	"praya/kernel/money"
)

// Kinds of table; the words are those of the facts of the Estimates.
const (
	TableProvision   = "provision"
	TableAnalysis    = "analysis"
	TableTargets     = "targets"
	TableIndicators  = "indicators"
	TableSubheads    = "subheads"
	TableExpenses    = "expenses"
	TableCommitments = "commitments"
)

// accounts lists the accounts and their kinds in the order in which a paper
// prints them.
func accounts() [4][2]string {
	return [4][2]string{{Operating, Recurrent}, {Operating, NonRecurrent}, {Capital, Plant}, {Capital, Subventions}}
}

// subheads writes each kind with its total, each account with its total, and
// the whole.
func (c *composer) subheads() {
	c.section = SectionSubheads
	c.page()
	t := &Table{Kind: TableSubheads, Labels: 2, Heads: [][]string{{c.h.subhead, ""}, {"", ""}}}
	for col := range 4 {
		t.Heads[0] = append(t.Heads[0], c.w.subheadColumn(c.years[col], col))
		t.Heads[1] = append(t.Heads[1], c.h.thousand)
	}
	account, order := "", accounts()
	for i, ak := range order {
		rows := c.s.ofKind(ak[0], ak[1])
		if len(rows) > 0 {
			words, _ := kindWords(ak[0], ak[1])
			if account != ak[0] {
				account = ak[0]
				t.Rows = append(t.Rows, Row{Title: true, Strong: true, Cells: []string{c.in(words[0]), "", "", "", "", ""}})
			}
			t.Rows = append(t.Rows, Row{Title: true, Cells: []string{c.in(words[1]), "", "", "", "", ""}})
			for _, h := range rows {
				t.Rows = append(t.Rows, Row{ID: h.Code, Cells: amountCells([]string{h.Code, c.in(h.Name) + strings.Join(h.Marks, "")}, h.Amounts)})
			}
			t.Rows = append(t.Rows, Row{Strong: true, Cells: amountCells([]string{"", c.w.ofKind(c.in(words[1]))}, sumOf(rows))})
		}
		if account == ak[0] && (i == len(order)-1 || order[i+1][0] != account) {
			words, _ := kindWords(ak[0], ak[1])
			both := slices.Concat(c.s.ofAccount(account))
			t.Rows = append(t.Rows, Row{Strong: true, Cells: amountCells([]string{"", c.w.ofKind(c.in(words[0]))}, sumOf(both))})
		}
	}
	t.Rows = append(t.Rows, Row{Strong: true, Cells: amountCells([]string{"", c.h.expenditure}, sumOf(c.s.Subheads))})
	c.table(t, "")
}

func amountCells(labels []string, a Amounts) []string {
	for _, f := range a {
		labels = append(labels, moneyCell(f, 0))
	}
	return labels
}

func (s *Sheet) ofKind(account, kind string) []Subhead {
	var out []Subhead
	for _, h := range s.Subheads {
		if h.Account == account && h.Kind == kind {
			out = append(out, h)
		}
	}
	return out
}

func (s *Sheet) ofAccount(account string) []Subhead {
	var out []Subhead
	for _, h := range s.Subheads {
		if h.Account == account {
			out = append(out, h)
		}
	}
	return out
}

func sumOf(list []Subhead) Amounts {
	var out Amounts
	for col := range 4 {
		var all []money.Decimal
		for _, h := range list {
			all = append(all, h.Amounts[col].amount())
		}
		d, _ := total(all)
		out[col] = Known(d)
	}
	return out
}

// details is the part in sentences and the analysis of subhead 000.
func (c *composer) details() {
	s, y, office := c.s, c.year(), c.in(c.s.Office)
	c.section, c.paragraph = SectionDetails, 0
	c.page()
	c.heading(3, c.h.details)
	if now := s.subheadTotal(Estimate); now.Sign() > 0 {
		c.numbered(c.w.needs(y, office, now, s.subheadTotal(Revised), s.subheadTotal(Actual)))
	}
	posts := s.Posts.NonDirectorateFrom + s.Posts.DirectorateFrom
	establishment := c.w.establishment(y, office, posts, s.Posts.Net(), s.Posts.Ceiling)
	account := ""
	for _, ak := range accounts() {
		rows := s.ofKind(ak[0], ak[1])
		if !slices.ContainsFunc(rows, Subhead.told) {
			continue
		}
		words, _ := kindWords(ak[0], ak[1])
		if account != ak[0] {
			account = ak[0]
			c.heading(4, c.in(words[0]))
		}
		c.heading(5, c.in(words[1]))
		for _, h := range rows {
			if h.told() {
				c.subheadDetail(h, establishment)
			}
		}
	}
	if !slices.ContainsFunc(s.Subheads, func(h Subhead) bool { return h.Code == "000" }) {
		c.numbered(establishment)
	}
}

// told says whether the details speak about a subhead: 000 always, another one
// when it has a reason or limits, or stands in the capital account.
func (h Subhead) told() bool {
	if h.Code == "000" {
		return true
	}
	return h.Amounts[Estimate].amount().Sign() > 0 && (h.Each != nil || h.Account == Capital || h.Reason.TC != "")
}

func (c *composer) subheadDetail(h Subhead, establishment string) {
	y, now, revised := c.year(), h.Amounts[Estimate].amount(), h.Amounts[Revised].amount()
	if h.Code != "000" {
		c.numbered(c.w.vote(y, h.Code, c.in(h.Name), now, revised, c.in(h.Reason), h.Each))
		return
	}
	if now.Sign() > 0 {
		c.numbered(c.w.operating(y, c.in(c.s.Office), c.in(h.Name), now, revised, c.in(h.Reason)))
	}
	c.numbered(establishment)
	c.numbered(c.w.components(c.in(h.Name)))
	c.components(h)
}

func (c *composer) components(h Subhead) {
	t := &Table{Kind: TableExpenses, Labels: 1, Heads: [][]string{{""}}}
	for col := range 4 {
		name := c.w.column(c.years[col], col)
		if col == Revised {
			name = c.w.revisedEstimate(c.years[col])
		}
		t.Heads[0] = append(t.Heads[0], name+" ("+c.h.thousand+")")
	}
	group := ""
	for _, x := range c.s.Components {
		if g := c.in(x.Group); g != group {
			group = g
			t.Rows = append(t.Rows, Row{Title: true, Cells: []string{g, "", "", "", ""}})
		}
		t.Rows = append(t.Rows, Row{Cells: amountCells([]string{"— " + c.in(x.Name)}, x.Amounts)})
	}
	plain := h.Amounts
	for i := range plain {
		plain[i].Marks = nil
	}
	t.Rows = append(t.Rows, Row{Strong: true, Cells: amountCells([]string{""}, plain)})
	c.table(t, "")
}

// commitments writes the items below the heading of their subhead.
func (c *composer) commitments() {
	s, y := c.s, c.year()
	if len(s.Commitments) == 0 {
		return
	}
	c.section = SectionCommitments
	c.page()
	t := &Table{Kind: TableCommitments, Labels: 2, Heads: [][]string{
		{c.h.commitment, "", c.h.approved, c.w.accumulated(y - 1), c.commitmentColumn(), c.h.balance},
		{"", "", c.h.thousand, c.h.thousand, c.h.thousand, c.h.thousand},
	}}
	account := ""
	for _, h := range s.Subheads {
		items := s.itemsOf(h.Code)
		if len(items) == 0 {
			continue
		}
		if words, ok := kindWords(h.Account, h.Kind); ok && account != h.Account {
			account = h.Account
			t.Rows = append(t.Rows, Row{Title: true, Strong: true, Cells: []string{c.in(words[0]), "", "", "", "", ""}})
		}
		t.Rows = append(t.Rows, Row{Title: true, Cells: []string{h.Code, c.in(h.Name), "", "", "", ""}})
		for _, x := range items {
			t.Rows = append(t.Rows, Row{ID: x.Item, Cells: amountCells([]string{x.Item, c.in(x.Name) + strings.Join(x.Marks, "")},
				Amounts{x.Approved, x.Accumulated, x.Revised, x.Balance})})
		}
	}
	var sums Amounts
	for i, d := range s.commitmentTotals() {
		sums[i] = Known(d)
	}
	t.Rows = append(t.Rows, Row{Strong: true, Cells: amountCells([]string{"", c.h.total}, sums)})
	c.table(t, "")
}

func (c *composer) commitmentColumn() string {
	name := c.w.subheadColumn(c.years[Revised], Revised)
	if _, ok := c.w.(chinese); ok {
		name += "開支"
	}
	return name
}

func (s *Sheet) itemsOf(subhead string) []Commitment {
	var out []Commitment
	for _, x := range s.Commitments {
		if x.Subhead == subhead {
			out = append(out, x)
		}
	}
	return out
}
