package papers

import (
	"slices"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
)

// Compose sets a sheet in a language. Chinese is Traditional; a sheet without
// a valid year has no columns, and Check says so.
func Compose(s Sheet, l lang.Lang) Report {
	c := &composer{
		s: &s, l: l, w: wordingOf(l), years: s.years(), paragraph: 1,
		out: Report{Lang: l, Year: fiscal(s.years()[Estimate]), Invented: s.Invented},
	}
	c.h = c.w.heads()
	c.out.Title = c.w.title(s.Head, s.Title.In(l))
	c.front()
	c.programmes()
	c.analysis()
	c.subheads()
	c.details()
	c.commitments()
	return c.out
}

type composer struct {
	s         *Sheet
	l         lang.Lang
	w         wording
	h         headings
	years     [4]when.FinancialYear
	out       Report
	section   string
	paragraph int // the last number given
}

func (c *composer) add(b Block) {
	b.Section = c.section
	c.out.Blocks = append(c.out.Blocks, b)
}

func (c *composer) in(t lang.Text) string {
	if c.l == lang.EN {
		return strings.TrimSpace(t.EN)
	}
	return strings.TrimSpace(t.TC)
}

func (c *composer) heading(level int, text string) {
	c.add(Block{Kind: BlockHeading, Level: level, Text: text})
}

func (c *composer) page() { c.add(Block{Kind: BlockPage, Level: 2, Text: c.out.Title}) }

// numbered adds a paragraph; the first of a part has no number.
func (c *composer) numbered(text string) {
	c.paragraph++
	n := c.paragraph
	if n == 1 {
		n = 0
	}
	c.add(Block{Kind: BlockParagraph, Number: n, Text: text})
}

func (c *composer) year() when.FinancialYear { return c.years[Estimate] }

// table adds a table and the footnotes whose marks stand in it.
func (c *composer) table(t *Table, comparison string) {
	c.add(Block{Kind: BlockTable, Table: t})
	if comparison != "" {
		c.add(Block{Kind: BlockLine, Text: comparison})
	}
	for _, f := range c.s.Footnotes {
		if t.bears(f.Mark) {
			c.add(Block{Kind: BlockFootnote, Text: f.Mark + " " + c.w.sentence(c.in(f.Words))})
		}
	}
}

// bears says whether a mark stands in a table: at the end of a cell, which
// names of rows never have of their own (Check refuses them).
func (t *Table) bears(mark string) bool {
	for _, r := range t.Rows {
		for _, cell := range r.Cells {
			if strings.Contains(trailingMarks(cell), mark) {
				return true
			}
		}
	}
	return false
}

// trailingMarks are the footnote marks behind a figure or a name; a percentage
// may follow them.
func trailingMarks(cell string) string {
	if i := strings.LastIndex(cell, " ("); i >= 0 && strings.HasSuffix(cell, ")") {
		cell = cell[:i]
	}
	at := len(cell)
	for at > 0 {
		m := slices.IndexFunc(FootnoteMarks(), func(m string) bool { return strings.HasSuffix(cell[:at], m) })
		if m < 0 {
			break
		}
		at -= len(FootnoteMarks()[m])
	}
	return cell[at:]
}

func (c *composer) front() {
	s, y := c.s, c.year()
	c.section = SectionFront
	if s.Invented {
		c.add(Block{Kind: BlockNotice, Text: c.w.notice()})
	}
	c.heading(2, c.out.Title)
	c.add(Block{Kind: BlockParagraph, Text: c.w.officer(c.in(s.Officer))})
	line := func(text, amount string) { c.add(Block{Kind: BlockLine, Text: text, Amount: amount}) }
	line(c.w.estimate(y), c.w.amount(million(s.subheadTotal(Estimate))))
	line(c.w.ceiling(y, s.Posts.NonDirectorateFrom, s.Posts.NonDirectorateTo), c.w.amount(million(s.Posts.Ceiling)))
	line(c.w.directorate(y, s.Posts.DirectorateFrom, s.Posts.DirectorateTo), "")
	if len(s.Commitments) > 0 {
		line(c.w.balance(), c.w.amount(million(s.commitmentTotals()[3])))
	}
	c.heading(3, c.h.report)
	c.heading(4, c.h.programmes)
	for _, p := range s.Programmes {
		c.add(Block{Kind: BlockParagraph, Text: c.w.listed(p.Number, c.in(p.Name))})
	}
	c.add(Block{Kind: BlockParagraph, Text: c.w.area(s.Area.Number, c.in(s.Area.Name), c.in(s.Area.Secretary))})
	c.heading(3, c.h.detail)
}

func (c *composer) programmes() {
	for i := range c.s.Programmes {
		c.programme(&c.s.Programmes[i])
	}
}

func (c *composer) programme(p *Programme) {
	y := c.year()
	c.section = ProgrammeSection(p.Number)
	c.heading(4, c.w.programme(p.Number, c.in(p.Name)))
	t := &Table{Kind: TableProvision, Programme: p.Number, Labels: 1, Heads: [][]string{{""}}}
	cells := []string{c.h.provision}
	for col := range 4 {
		t.Heads[0] = append(t.Heads[0], c.w.column(c.years[col], col))
		cells = append(cells, behind(moneyCell(p.Provision[col], 1), p.Provision, col))
	}
	t.Rows = []Row{{Cells: cells}}
	c.table(t, c.w.comparison(y-1, p.Provision[Estimate].amount(), p.Provision[Original].amount()))
	c.heading(5, c.h.aim)
	c.numbered(c.w.sentence(c.in(p.Aim)))
	c.heading(5, c.h.brief)
	for _, d := range p.Description {
		c.numbered(c.w.sentence(c.in(d)))
	}
	c.list(c.w.did(y-1, c.in(c.s.Office)), p.Done)
	c.measures(p)
	if len(p.Ahead) > 0 {
		c.heading(5, c.w.ahead(y))
		c.list(c.w.willDo(y, c.in(c.s.Office)), p.Ahead)
	}
}

// behind sets the percentage behind a figure: revised on original, estimate on
// revised.
func behind(cell string, a Amounts, col int) string {
	if col < Revised {
		return cell
	}
	if s := signed(a[col].amount(), a[col-1].amount()); s != "" {
		return cell + " " + s
	}
	return cell
}

func (c *composer) list(lead string, items []Item) {
	if len(items) == 0 {
		return
	}
	c.numbered(lead)
	for i, it := range items {
		c.add(Block{Kind: BlockItem, Text: c.w.item(c.in(it.Words), len(items)-1-i), ID: it.ID})
	}
}

func (c *composer) measures(p *Programme) {
	if len(p.Targets)+len(p.Indicators)+len(p.Financial) == 0 {
		return
	}
	c.numbered(c.w.measures(c.in(p.Name)))
	y := int(c.year())
	if len(p.Targets) > 0 {
		c.heading(5, c.h.targets)
		t := &Table{Kind: TableTargets, Programme: p.Number, Labels: 1, Heads: [][]string{{"", c.h.target, c.w.calendar(y-2, 0), c.w.calendar(y-1, 0), c.w.calendar(y, 2)}}}
		for _, x := range p.Targets {
			row := Row{ID: x.ID, Cells: []string{c.w.unit(c.in(x.Name), c.in(x.Unit)) + strings.Join(x.Marks, "")}}
			for _, f := range []Figure{x.Target, x.Before, x.Last, x.Plan} {
				row.Cells = append(row.Cells, measureCell(f, c.l))
			}
			t.Rows = append(t.Rows, row)
		}
		c.table(t, "")
	}
	if len(p.Indicators)+len(p.Financial) > 0 {
		c.heading(5, c.h.indicators)
		c.indicators(p)
	}
}

// indicators stand in one table; those of financial years under headings of
// their own.
func (c *composer) indicators(p *Programme) {
	y := c.year()
	calendar := []string{"", c.w.calendar(int(y)-2, 0), c.w.calendar(int(y)-1, 0), c.w.calendar(int(y), 3)}
	financial := []string{"", c.w.column(y-2, Actual), c.w.revisedEstimate(y - 1), c.w.column(y, Estimate)}
	t := &Table{Kind: TableIndicators, Programme: p.Number, Labels: 1, Heads: [][]string{calendar}}
	if len(p.Indicators) == 0 {
		t.Heads[0] = financial
	}
	c.indicatorRows(t, p.Indicators)
	if len(p.Financial) > 0 {
		if len(p.Indicators) > 0 {
			t.Rows = append(t.Rows, Row{Head: true, Cells: financial})
		}
		c.indicatorRows(t, p.Financial)
	}
	c.table(t, "")
}

func (c *composer) indicatorRows(t *Table, list []Indicator) {
	under := ""
	for _, x := range list {
		if u := c.in(x.Under); u != under {
			under = u
			if u != "" {
				t.Rows = append(t.Rows, Row{Title: true, Cells: []string{u, "", "", ""}})
			}
		}
		row := Row{ID: x.ID, Cells: []string{c.w.unit(c.in(x.Name), c.in(x.Unit)) + strings.Join(x.Marks, "")}}
		for _, f := range []Figure{x.Before, x.Last, x.Coming} {
			row.Cells = append(row.Cells, measureCell(f, c.l))
		}
		t.Rows = append(t.Rows, row)
	}
}

// analysis is the table of all programmes and the reasons for their changes.
func (c *composer) analysis() {
	s, y := c.s, c.year()
	c.section = SectionAnalysis
	c.page()
	c.heading(3, c.h.analysis)
	t := &Table{Kind: TableAnalysis, Labels: 1, Heads: [][]string{{""}}}
	for col := range 4 {
		t.Heads[0] = append(t.Heads[0], c.w.column(c.years[col], col)+" ("+c.h.million+")")
	}
	t.Rows = append(t.Rows, Row{Title: true, Cells: []string{c.h.programme, "", "", "", ""}})
	for _, p := range s.Programmes {
		row := Row{Cells: []string{"(" + p.Number + ") " + c.in(p.Name)}}
		for _, f := range p.Provision {
			row.Cells = append(row.Cells, moneyCell(f, 1))
		}
		t.Rows = append(t.Rows, row)
	}
	sums := s.provisionTotals()
	last := Row{Strong: true, Cells: []string{""}}
	for col := range 4 {
		last.Cells = append(last.Cells, behind(moneyCell(sums[col], 1), sums, col))
	}
	t.Rows = append(t.Rows, last)
	c.table(t, c.w.comparison(y-1, sums[Estimate].amount(), sums[Original].amount()))
	c.heading(3, c.h.reasons)
	for _, p := range s.Programmes {
		c.heading(4, strings.TrimRight(c.w.programme(p.Number, ""), "：: "))
		c.add(Block{Kind: BlockParagraph, Text: c.w.reason(y, p.Provision[Estimate].amount(), p.Provision[Revised].amount(), c.in(p.Reason), p.NetPosts)})
	}
}

// provisionTotals adds the programmes, column by column.
func (s *Sheet) provisionTotals() Amounts {
	var out Amounts
	for col := range 4 {
		var list []money.Decimal
		for _, p := range s.Programmes {
			list = append(list, p.Provision[col].amount())
		}
		d, _ := total(list)
		out[col] = Known(d)
	}
	return out
}

// subheadTotal adds all subheads of a column.
func (s *Sheet) subheadTotal(col int) money.Decimal {
	var list []money.Decimal
	for _, h := range s.Subheads {
		list = append(list, h.Amounts[col].amount())
	}
	d, _ := total(list)
	return d
}

// commitmentTotals adds approved, accumulated, revised and balance.
func (s *Sheet) commitmentTotals() [4]money.Decimal {
	var out [4]money.Decimal
	for col := range 4 {
		var list []money.Decimal
		for _, x := range s.Commitments {
			list = append(list, [4]Figure{x.Approved, x.Accumulated, x.Revised, x.Balance}[col].amount())
		}
		out[col], _ = total(list)
	}
	return out
}
