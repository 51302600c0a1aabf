package votes

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/platform/web"
)

func (s *Service) showCommitments(v *web.Visit) error {
	d, err := s.desk(v)
	if err != nil {
		return err
	}
	items, err := s.Commitments(v.Context(), d.Code)
	if err != nil {
		return err
	}
	year, err := d.year()
	if err != nil {
		return err
	}
	book, err := s.Book(v.Context(), d.Code, year)
	if err != nil {
		return err
	}
	parts := append([]templ.Component{d.tabs("commitments")}, d.inventedSays(book)...)
	parts = append(parts, web.DataTable(v.View, d.itemTable(items)))
	if d.Enter {
		parts = append(parts, ways(v.View, []web.Crumb{
			{Text: v.T("votes.enter.item.title"), Path: d.path("/enter/item")}, {Text: v.T("votes.enter.supplement.title"), Path: d.path("/enter/supplement")},
		}))
	}
	parts = append(parts, d.downloads(year)...)
	return v.Render(web.Page{
		Title: v.T("votes.commitments.title", "head", d.Code), Lead: v.T("votes.commitments.lead"), Crumbs: d.crumbs(), Wide: true,
	}, stack(parts))
}

// inventedSays marks a page whose newest figures were made up for a demonstration.
func (d desk) inventedSays(b Book) []templ.Component {
	if !b.Invented {
		return nil
	}
	return []templ.Component{standing(d.View, web.Waiting, d.T("votes.invented-tag"), d.T("votes.invented", "year", b.Year))}
}

// carried leads from a line of money back to the promises that it carries.
func (d desk) carried(kind, code string) templ.Component {
	return ways(d.View, []web.Crumb{{Text: d.T("votes.carried"), Path: "/performance/carried/" + kind + "/" + d.Code + "/" + code}})
}

func (d desk) itemTable(items []Item) web.Table {
	t := web.Table{
		ID: "items", Caption: d.T("votes.commitments.caption"), Unit: d.T("votes.unit"), Mode: web.Figures,
		Columns: numeric(d.T("votes.col.item"), d.T("votes.col.approved"), d.T("votes.col.accumulated"), d.T("votes.col.paid"), d.T("votes.col.balance")),
		Empty:   web.Empty{Why: d.T("votes.commitments.none"), Next: d.T("votes.commitments.none-next")},
	}
	var sum Item
	for _, i := range items {
		cell := d.nameCell(i.Code, i.Name, d.path("/commitments/"+i.Code))
		cell.Small = d.T("votes.commitments.under", "subhead", i.Subhead)
		if i.GoneFrom != "" {
			cell.Small = d.T("votes.commitments.gone", "year", i.GoneFrom)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{cell, d.centsCell(&i.Approved), d.centsCell(&i.Accumulated), d.centsCell(&i.Spent), d.centsCell(&i.Balance)}})
		if i.GoneFrom != "" { // nothing is left to spend of it
			continue
		}
		sum.Approved, sum.Accumulated, sum.Spent, sum.Balance = sum.Approved+i.Approved, sum.Accumulated+i.Accumulated, sum.Spent+i.Spent, sum.Balance+i.Balance
	}
	if len(items) > 0 {
		t.Rows = append(t.Rows, web.Row{Total: true, Cells: []web.Cell{{Text: d.T("votes.commitments.total")}, d.centsCell(&sum.Approved), d.centsCell(&sum.Accumulated), d.centsCell(&sum.Spent), d.centsCell(&sum.Balance)}})
	}
	return t
}

func (s *Service) showCommitment(v *web.Visit) error {
	d, err := s.desk(v)
	if err != nil {
		return err
	}
	i, err := s.Commitment(v.Context(), d.Code, v.PathValue("code"))
	if err != nil {
		return err
	}
	name, l := i.Name.With(v.Lang())
	year, err := d.year()
	if err != nil {
		return err
	}
	book, err := s.Book(v.Context(), d.Code, year)
	if err != nil {
		return err
	}
	parts := append([]templ.Component{d.tabs("none")}, d.inventedSays(book)...)
	parts = append(
		parts,
		web.KeyFigure(v.View, web.Figure{
			Label: v.T("votes.item.left"), Value: d.Money(i.Balance.Dollars().String(), 0),
			Note: v.T("votes.item.sum", "approved", i.Approved.String(), "accumulated", i.Accumulated.String(), "spent", i.Spent.String(), "balance", i.Balance.String()),
		}),
	)
	if i.GoneFrom != "" {
		parts = append(parts, tag(v.View, web.Withdrawn, v.T("votes.commitments.gone", "year", i.GoneFrom)))
	}
	if note := i.Note.In(v.Lang()); note != "" {
		parts = append(parts, sentence(note))
	}
	parts = append(parts, d.seriesChart(i), d.carried("commitment", i.Code))
	if d.Draft {
		parts = append(parts, ways(v.View, []web.Crumb{
			{Text: v.T("votes.journal.of", "code", i.Code), Path: d.path("/journal", "item", i.Code)},
			{Text: v.T("votes.enter.payment.title"), Path: d.path("/enter/payment", "line", i.Subhead+"//"+i.Code)},
			{Text: v.T("votes.enter.plan.title"), Path: d.path("/enter/plan", "kind", string(Items), "code", i.Code)},
		}))
	}
	return v.Render(web.Page{
		Title: i.Code + " " + name, Lang: l, Lead: v.T("votes.item.lead", "subhead", i.Subhead),
		Crumbs: d.crumbs(web.Crumb{Text: v.T("votes.tab.commitments"), Path: d.path("/commitments")}), Wide: true,
	}, stack(parts))
}

// seriesChart draws an item through the years. Years without a figure stay gaps.
func (d desk) seriesChart(i CommitmentView) templ.Component {
	names := []string{"approved", "accumulated", "balance"}
	lines := make([]web.Line, len(names))
	for n, name := range names {
		lines[n] = web.Line{Name: d.T("votes.col." + name), Short: d.T("votes.col." + name)}
	}
	t := web.Table{
		ID: "series", Caption: d.T("votes.series.caption"), Unit: d.T("votes.unit"), Mode: web.Figures,
		Columns: numeric(d.T("votes.col.year"), d.T("votes.col.approved"), d.T("votes.col.accumulated-before"), d.T("votes.col.revised-before"),
			d.T("votes.col.balance"), d.T("votes.col.paid"), d.T("votes.col.plan")),
		Notes: []web.Note{{ID: "series-note", Sign: "*", Text: d.T("votes.series.note")}},
		Empty: web.Empty{Why: d.T("votes.series.none"), Next: d.T("votes.series.none-next")},
	}
	var labels []string
	point := func(n *money.Decimal) web.Point {
		if n == nil {
			return web.Point{Missing: true}
		}
		return web.Point{Value: number(n.String()), Shown: d.Decimal(n.String())}
	}
	drawn := 0
	for _, p := range everyYear(i.Series) {
		labels = append(labels, p.Year)
		c := Commitment{}
		if p.Paper != nil {
			c = *p.Paper
			drawn++
		}
		for n, figure := range []*money.Decimal{c.ApprovedThousands, c.AccumulatedThousands, c.BalanceThousands} {
			at := point(figure)
			at.Break = p.Break
			lines[n].Points = append(lines[n].Points, at)
		}
		year := web.Cell{Text: p.Year, Marks: []web.Mark{{Sign: "*", ID: "series-note"}}}
		if p.Break {
			year.Small = d.T("votes.series.break", "name", c.Name.In(d.Lang()))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			year, d.figure(c.ApprovedThousands), d.figure(c.AccumulatedThousands), d.figure(c.RevisedThousands), d.figure(c.BalanceThousands),
			d.centsCell(p.Paid), d.centsCell(p.Plan),
		}})
	}
	if drawn < 2 {
		return web.DataTable(d.View, t)
	}
	caption := d.T("votes.series.says", "balance", d.Money(i.Balance.Dollars().String(), 0))
	return web.LineChart(d.View, web.Chart{ID: "through-years", Caption: caption, Title: d.T("votes.series.title"), Summary: caption, Data: t}, labels, lines)
}

// everyYear puts the years without any figure between the others, so that a gap is seen as one.
func everyYear(series []ItemPoint) (out []ItemPoint) {
	for i, p := range series {
		for i > 0 {
			next := shift(out[len(out)-1].Year, 1)
			if next == "" || next >= p.Year {
				break
			}
			out = append(out, ItemPoint{Year: next})
		}
		out = append(out, p)
	}
	return out
}

func (s *Service) showPosts(v *web.Visit) error {
	d, err := s.desk(v)
	if err != nil {
		return err
	}
	year, err := d.year()
	if err != nil {
		return err
	}
	on := v.Now().Day()
	if y, err := parseYear(year); err == nil && y != on.FinancialYear() {
		on = lastDay(y)
	}
	if asked, err := when.ParseDay(v.Query.Get("day")); err == nil && !asked.IsZero() {
		on = asked
	}
	staff, err := s.Staffing(v.Context(), d.Code, on)
	if err != nil {
		return err
	}
	parts := []templ.Component{d.tabs("posts")}
	if staff.Invented {
		parts = append(parts, standing(v.View, web.Waiting, v.T("votes.invented-tag"), v.T("votes.posts.invented")))
	}
	if staff.Ceiling != nil && staff.Known {
		state, key := web.Agrees, "votes.posts.within"
		if staff.Value > *staff.Ceiling {
			state, key = web.Disagrees, "votes.posts.over"
		}
		parts = append(parts, web.KeyFigure(v.View, web.Figure{
			Label: v.T("votes.posts.value", "day", v.Date(on)), Value: d.Money(staff.Value.Dollars().String(), 0),
			Note: v.T("votes.posts.of", "ceiling", staff.Ceiling.String(), "year", staff.Year, "share", v.Percent(share(staff.Value, *staff.Ceiling))),
		}), tag(v.View, state, v.T(key)))
	} else if staff.Ceiling != nil {
		parts = append(parts, sentence(v.T("votes.posts.ceiling", "ceiling", staff.Ceiling.String(), "year", staff.Year)))
	}
	if staff.Paper != nil {
		parts = append(parts, web.DataTable(v.View, d.paperPosts(staff)))
	}
	if staff.Paper != nil && staff.Counted != nil && len(staff.Paper.NetChange)+len(staff.Counted.NetChange) > 0 {
		parts = append(parts, web.DataTable(v.View, d.netTable(staff)))
	}
	parts = append(parts, web.DataTable(v.View, d.rankTable(staff)), web.DataTable(v.View, d.changeTable(staff)))
	if d.Enter {
		parts = append(parts, ways(v.View, []web.Crumb{
			{Text: v.T("votes.enter.posts.title"), Path: d.path("/enter/posts")}, {Text: v.T("votes.import.title"), Path: d.path("/import")},
		}))
	}
	return v.Render(web.Page{
		Title: v.T("votes.posts.title", "head", d.Code), Lead: v.T("votes.posts.lead", "day", v.Date(on)), Crumbs: d.crumbs(), Wide: true,
	}, stack(parts))
}

func (d desk) paperPosts(s Staffing) web.Table {
	y, err := parseYear(s.Year)
	if err != nil {
		return web.Table{}
	}
	t := web.Table{
		ID: "paper-posts", Caption: d.T("votes.posts.paper"), Mode: web.Figures,
		Columns: numeric(d.T("votes.col.kind"), d.T("votes.posts.at", "day", d.Date(firstDay(y).Add(-1))), d.T("votes.posts.at", "day", d.Date(lastDay(y)))),
	}
	row := func(key string, p *Posts, of func(*Posts) (before, after *int64)) {
		before, after := of(p)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: d.T(key)}, d.countCell(before), d.countCell(after)}})
	}
	others := func(p *Posts) (before, after *int64) { return p.NonDirectorateBefore, p.NonDirectorateAfter }
	directorate := func(p *Posts) (before, after *int64) { return p.DirectorateBefore, p.DirectorateAfter }
	row("votes.posts.non-directorate", s.Paper, others)
	row("votes.posts.directorate", s.Paper, directorate)
	if s.Counted != nil {
		row("votes.posts.non-directorate-counted", s.Counted, others)
		row("votes.posts.directorate-counted", s.Counted, directorate)
	}
	return t
}

func (d desk) countCell(n *int64) web.Cell {
	if n == nil {
		return web.Cell{}
	}
	return web.Cell{Text: d.Number(*n)}
}

// netTable sets the paper's net change of each programme beside what was decided by rank.
func (d desk) netTable(s Staffing) web.Table {
	t := web.Table{
		ID: "net", Caption: d.T("votes.posts.net-caption", "year", s.Year), Mode: web.Figures,
		Columns: append(numeric(d.T("votes.col.programme"), d.T("votes.posts.net-paper"), d.T("votes.posts.net-counted")), web.Column{Head: d.T("votes.col.verdict")}),
	}
	both := map[string][2]int64{}
	for i, p := range []*Posts{s.Paper, s.Counted} {
		for _, n := range p.NetChange {
			x := both[n.Programme]
			x[i] = n.Change
			both[n.Programme] = x
		}
	}
	for _, programme := range slices.Sorted(maps.Keys(both)) {
		x := both[programme]
		verdict := web.Agrees
		if x[0] != x[1] {
			verdict = web.Disagrees
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: programme}, {Text: d.Signed(strconv.FormatInt(x[0], 10))}, {Text: d.Signed(strconv.FormatInt(x[1], 10))}, {Body: web.StatusTag(d.View, verdict)},
		}})
	}
	return t
}

// programmes lists the programmes that have posts.
func (s Staffing) programmes() (out []string) {
	for _, r := range s.Ranks {
		for p := range r.Programme {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (d desk) rankTable(s Staffing) web.Table {
	t := web.Table{
		ID: "ranks", Caption: d.T("votes.posts.by-rank", "day", d.Date(s.Day)), Mode: web.Figures,
		Columns: numeric(d.T("votes.col.rank"), d.T("votes.col.posts"), d.T("votes.col.midpoint"), d.T("votes.col.value")),
		Notes:   []web.Note{{ID: "rate", Sign: "*", Text: d.T("votes.posts.rate")}},
		Empty:   web.Empty{Why: d.T("votes.posts.none"), Next: d.T("votes.posts.none-next")},
	}
	programmes := s.programmes()
	for i, p := range programmes {
		t.Columns = slices.Insert(t.Columns, 2+i, web.Column{Head: d.T("votes.posts.programme", "number", p), Numeric: true})
	}
	var posts int64
	for _, r := range s.Ranks {
		cell := d.nameCell("", r.Name, "")
		if r.Name.In(d.Lang()) == "" {
			cell.Text = r.Code
		}
		if r.Directorate {
			cell.Small = d.T("votes.posts.directorate")
		}
		if r.Invented {
			cell.Small = strings.TrimSpace(cell.Small + " " + d.T("votes.posts.invented-rank"))
		}
		value := web.Cell{Text: d.thousands(r.Value), Marks: []web.Mark{{Sign: "*", ID: "rate"}}}
		cells := []web.Cell{cell, {Text: d.Number(r.Posts)}}
		for _, p := range programmes {
			cells = append(cells, web.Cell{Text: d.Number(r.Programme[p])})
		}
		t.Rows = append(t.Rows, web.Row{Cells: append(cells, web.Cell{Text: d.Number(r.MidpointDollars)}, value)})
		posts += r.Posts
	}
	if len(t.Rows) > 0 {
		cells := []web.Cell{{Text: d.T("votes.posts.total")}, {Text: d.Number(posts)}}
		for _, p := range programmes {
			var n int64
			for _, r := range s.Ranks {
				n += r.Programme[p]
			}
			cells = append(cells, web.Cell{Text: d.Number(n)})
		}
		cells = append(cells, web.Cell{Body: web.Blank()}, web.Cell{Text: d.thousands(s.Value), Small: d.T("votes.posts.value-note")})
		t.Rows = append(t.Rows, web.Row{Total: true, Cells: cells})
	}
	return t
}

func (d desk) changeTable(s Staffing) web.Table {
	t := web.Table{
		ID: "changes", Caption: d.T("votes.posts.changes", "year", s.Year), Mode: web.Records,
		Columns: []web.Column{{Head: d.T("votes.col.day")}, {Head: d.T("votes.col.rank")}, {Head: d.T("votes.col.programme")}, {Head: d.T("votes.col.change"), Numeric: true}, {Head: d.T("votes.col.tenure")}},
		Empty:   web.Empty{Why: d.T("votes.posts.no-changes"), Next: d.T("votes.posts.no-changes-next")},
	}
	if d.Draft {
		t.Columns = append(t.Columns, web.Column{Head: d.T("votes.col.reason")}, web.Column{Head: d.T("votes.col.approval")})
	}
	names := map[string]lang.Text{}
	for _, r := range s.Ranks {
		names[r.Code] = r.Name
	}
	for _, c := range s.Changes {
		tenure := "votes.posts.limited"
		switch {
		case c.Opening:
			tenure = "votes.posts.opening"
		case c.Permanent:
			tenure = "votes.posts.permanent"
		}
		rank := web.Cell{Text: c.Rank}
		if name, l := names[c.Rank].With(d.Lang()); name != "" {
			rank = web.Cell{Text: name, Lang: l, Small: c.Rank}
		}
		cells := []web.Cell{{Text: d.Date(c.Day)}, rank, {Text: c.Programme}, {Text: d.Signed(money.Int(int32(c.Delta)).String())}, {Text: d.T(tenure)}}
		if d.Draft {
			cells = append(cells, text(c.Reason), text(c.Approval))
		}
		t.Rows = append(t.Rows, web.Row{Cells: cells})
	}
	for _, n := range s.Net {
		cells := []web.Cell{{Text: d.T("votes.posts.net")}, {Body: web.Blank()}, {Text: n.Programme}, {Text: d.Signed(money.Int(int32(n.Change)).String())}, {Body: web.Blank()}}
		if d.Draft {
			cells = append(cells, web.Cell{Body: web.Blank()}, web.Cell{Body: web.Blank()})
		}
		t.Rows = append(t.Rows, web.Row{Total: true, Cells: cells})
	}
	return t
}

// text is a cell that may stay empty on purpose.
func text(s string) web.Cell {
	if s == "" {
		return web.Cell{Body: web.Blank()}
	}
	return web.Cell{Text: s}
}
