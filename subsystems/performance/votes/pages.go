package votes

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/platform/access"
	"praya/platform/web"
)

// desk is a head as a visitor may see it.
type desk struct {
	*web.Visit
	Service                  *Service
	Code                     string // the head's number
	Name                     lang.Text
	Draft, Enter, MayApprove bool
}

// desk opens a head's pages, and finds what the visitor may do there.
func (s *Service) desk(v *web.Visit) (desk, error) {
	d := desk{Visit: v, Service: s, Code: v.PathValue("head")}
	h, err := s.may(v.Context(), "votes.read", d.Code)
	if err != nil {
		return d, err
	}
	d.Name = h.Name
	of := access.Resource{Type: "Head", ID: d.Code, Attrs: map[string]any{"department": h.Department}}
	d.Draft, d.Enter, d.MayApprove = v.Can("votes.draft", of), v.Can("votes.enter", of), v.Can("votes.approve", of)
	return d, nil
}

// officers is desk for pages that only the head's officers see.
func (s *Service) officers(v *web.Visit, action string) (desk, error) {
	d, err := s.desk(v)
	if err != nil {
		return d, err
	}
	_, err = s.may(v.Context(), action, d.Code)
	return d, err
}

// path is the address of a page of the head, in the year that is being looked at.
func (d desk) path(rest string, query ...string) string {
	q := url.Values{}
	if year := d.Query.Get("year"); year != "" {
		q.Set("year", year)
	}
	for i := 0; i+1 < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	p := "/votes/" + d.Code + rest
	if len(q) > 0 {
		p += "?" + q.Encode()
	}
	return p
}

// year is the year asked for, else the newest book's.
func (d desk) year() (string, error) {
	if y := d.Query.Get("year"); y != "" {
		if _, err := parseYear(y); err != nil {
			return "", fault.New(fault.NotFound, "votes.fault.no-year")
		}
		return y, nil
	}
	years, err := d.Service.Years(d.Context(), d.Code)
	if err == nil && len(years) == 0 {
		err = fault.New(fault.NotFound, "votes.fault.no-book")
	}
	if err != nil {
		return "", err
	}
	return years[len(years)-1], nil
}

func (d desk) crumbs(more ...web.Crumb) []web.Crumb {
	name, l := d.Name.With(d.Lang())
	return append([]web.Crumb{
		{Text: d.T("votes.crumb"), Path: "/performance"},
		{Text: name, Path: d.path(""), Lang: l},
	}, more...)
}

// tabs are the views of a head; officers have more of them.
func (d desk) tabs(current string) templ.Component {
	all := []string{"", "commitments", "posts"}
	if d.Draft {
		all = append(all, "queue", "journal", "periods", "differences")
	}
	tabs := make([]web.Tab, 0, len(all))
	for _, name := range all {
		rest, key := "", "votes.tab.overview"
		if name != "" {
			rest, key = "/"+name, "votes.tab."+name
		}
		tabs = append(tabs, web.Tab{Text: d.T(key), Path: d.path(rest), Current: name == current})
	}
	return web.Tabs(d.View, d.T("votes.tab.label"), tabs)
}

// thousands shows an amount in thousands, exactly.
func (d desk) thousands(c Cents) string { return d.Decimal(c.Thousands().String()) }

func (d desk) figure(n *money.Decimal) web.Cell {
	if n == nil {
		return web.Cell{}
	}
	return web.Cell{Text: d.Decimal(n.String())}
}

func (d desk) centsCell(c *Cents) web.Cell {
	if c == nil {
		return web.Cell{}
	}
	return web.Cell{Text: d.thousands(*c)}
}

// nameCell is a line's code and name, leading to its page.
func (d desk) nameCell(code string, name lang.Text, path string) web.Cell {
	text, l := name.With(d.Lang())
	if code != "" {
		text = code + " " + text
	}
	return web.Cell{Text: text, Lang: l, Path: path}
}

func (d desk) group(account Account, group lang.Text) string {
	text := group.In(d.Lang())
	if account == Operating || account == Capital {
		text = d.T("votes.account.group", "account", d.T("votes.account."+string(account)), "group", text)
	}
	return text
}

func numeric(heads ...string) []web.Column {
	out := make([]web.Column, len(heads))
	for i, h := range heads {
		out[i] = web.Column{Head: h, Numeric: i > 0}
	}
	return out
}

func (s *Service) showOverview(v *web.Visit) error {
	d, err := s.desk(v)
	if err != nil {
		return err
	}
	year, err := d.year()
	if err != nil {
		return err
	}
	o, err := s.Overview(v.Context(), d.Code, year)
	if err != nil {
		return err
	}
	name, _ := d.Name.With(v.Lang())
	parts := slices.Concat([]templ.Component{d.tabs("")}, d.standing(o), []templ.Component{
		web.DataTable(v.View, d.subheadTable(o)),
		d.spentChart(o),
		web.DataTable(v.View, d.programmeTable(o.Book)),
		web.DataTable(v.View, d.checkTable(o)),
		ways(v.View, []web.Crumb{{Text: v.T("votes.promised", "head", d.Code), Path: "/performance/heads/" + d.Code}}),
		heading(v.T("votes.overview.other-years")), ways(v.View, d.otherYears(o)),
	}, d.acts(o), d.downloads(year))
	return v.Render(web.Page{
		Title: v.T("votes.overview.title", "head", d.Code, "year", year), Lead: v.T("votes.overview.lead", "name", name),
		Crumbs: d.crumbs()[:1], Wide: true, Description: v.T("votes.overview.lead", "name", name), Version: o.Book.Source,
	}, stack(parts))
}

// standing says what kind of figures these are, before anybody reads one.
func (d desk) standing(o Overview) []templ.Component {
	var parts []templ.Component
	parts = append(parts, d.inventedSays(o.Book)...)
	if o.Book.Derived {
		parts = append(parts, standing(d.View, web.InProgress, d.T("votes.derived-tag"), d.T("votes.derived", "year", shift(o.Year, -1))))
	}
	if o.Refunds != 0 {
		parts = append(parts, sentence(d.T("votes.overview.refunds", "year", o.Year, "amount", d.T("votes.dollars", "amount", o.Refunds.String()))))
	}
	given, spent, recorded := o.sums()
	switch {
	case given > 0 && !recorded:
		parts = append(parts, web.KeyFigure(d.View, web.Figure{
			Label: d.T("votes.overview.given", "year", o.Year), Value: d.Money(given.Dollars().String(), 0), Note: d.T("votes.overview.unrecorded"),
		}))
	case given > 0:
		parts = append(parts, web.KeyFigure(d.View, web.Figure{
			Label: d.T("votes.overview.spent", "year", o.Year), Value: d.Money(spent.Dollars().String(), 0),
			Note: d.T("votes.overview.of", "provision", d.Money(given.Dollars().String(), 0), "share", d.Percent(share(spent, given))),
		}))
	}
	return parts
}

// sums are the provision and the spending of all subheads, and whether any spending is recorded.
func (o Overview) sums() (given, spent Cents, recorded bool) {
	for _, x := range o.Subheads {
		given, spent = given+x.Provision, spent+orZero(x.Spent)
		recorded = recorded || x.Spent != nil
	}
	return given, spent, recorded
}

// share is a part of a whole in percent, with one place.
func share(part, whole Cents) string {
	hundred, err := part.Dollars().Mul(100)
	if err != nil || whole == 0 {
		return "0.0"
	}
	q, err := hundred.Quo(whole.Dollars(), 1)
	if err != nil {
		return "0.0"
	}
	return q.String()
}

func (d desk) subheadTable(o Overview) web.Table {
	t := web.Table{
		ID: "subheads", Caption: d.T("votes.subheads.caption", "year", o.Year), Unit: d.T("votes.unit"), Mode: web.Figures,
		Columns: numeric(d.T("votes.col.subhead"), d.T("votes.col.original"), d.T("votes.col.provision"), d.T("votes.col.revised"),
			d.T("votes.col.spent"), d.T("votes.col.forecast"), d.T("votes.col.variance"), d.T("votes.col.share")),
		Notes: []web.Note{{ID: "rule", Sign: "*", Text: d.T("votes.forecast.rule")}},
	}
	for _, x := range o.Subheads {
		cells := []web.Cell{d.nameCell(x.Code, x.Name, d.path("/subheads/"+x.Code))}
		cells[0].Small = d.group(x.Account, x.Group)
		cells = append(cells, d.centsCell(x.Original), d.centsCell(&x.Provision), d.centsCell(x.Revised))
		t.Rows = append(t.Rows, web.Row{ID: "subhead-" + x.Code, Cells: append(cells, d.outlook(x)...)})
	}
	if len(t.Rows) > 0 {
		t.Rows = append(t.Rows, d.subheadTotal(o))
	}
	return t
}

// outlook is what was spent and what will be; where the journal has nothing, nothing is claimed.
func (d desk) outlook(x SubheadView) []web.Cell {
	cells := []web.Cell{d.centsCell(x.Spent), d.centsCell(x.total()), {}, d.shareCell(x.Spent, x.Provision)}
	if x.Forecast != nil {
		cells[1].Marks = []web.Mark{{Sign: "*", ID: "rule"}}
		cells[2] = web.Cell{Text: d.Signed(x.Variance.Thousands().String()), Small: d.varianceWord(x)}
	}
	return cells
}

func (d desk) shareCell(part *Cents, whole Cents) web.Cell {
	if part == nil || whole == 0 {
		return web.Cell{}
	}
	return web.Cell{Text: d.Percent(share(*part, whole))}
}

// subheadTotal adds up what is known of every subhead.
func (d desk) subheadTotal(o Overview) web.Row {
	column := func(of func(SubheadView) *Cents) *Cents {
		var sum Cents
		for _, x := range o.Subheads {
			c := of(x)
			if c == nil {
				return nil
			}
			sum += *c
		}
		return &sum
	}
	provision := column(func(x SubheadView) *Cents { return &x.Provision })
	spent := column(func(x SubheadView) *Cents { return x.Spent })
	variance := web.Cell{}
	if c := column(func(x SubheadView) *Cents { return x.Variance }); c != nil {
		variance.Text = d.Signed(c.Thousands().String())
	}
	return web.Row{Total: true, Cells: []web.Cell{
		{Text: d.T("votes.total")},
		d.centsCell(column(func(x SubheadView) *Cents { return x.Original })), d.centsCell(provision),
		d.centsCell(column(func(x SubheadView) *Cents { return x.Revised })), d.centsCell(spent), d.centsCell(column(SubheadView.total)), variance, d.shareCell(spent, *provision),
	}}
}

func (d desk) varianceWord(x SubheadView) string {
	switch {
	case x.Unanswered:
		return d.T("votes.variance.unanswered")
	case x.Explained != "":
		return d.T("votes.variance.explained")
	}
	return ""
}

// spentChart draws how much of each provision is spent.
func (d desk) spentChart(o Overview) templ.Component {
	given, spent, recorded := o.sums()
	if !recorded {
		return templ.NopComponent
	}
	var bars []web.Bar
	t := web.Table{ID: "share", Caption: d.T("votes.share.caption"), Mode: web.Figures, Columns: numeric(d.T("votes.col.subhead"), d.T("votes.col.share"))}
	for _, x := range o.Subheads {
		s := share(orZero(x.Spent), x.Provision)
		bars = append(bars, web.Bar{Label: x.Code, Value: number(s), Shown: d.Percent(s), Certainty: web.Actual})
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{d.nameCell(x.Code, x.Name, ""), {Text: d.Percent(s)}}})
	}
	caption := d.T("votes.share.says", "share", d.Percent(share(spent, given)))
	return web.BarChart(d.View, web.Chart{ID: "spent", Caption: caption, Title: d.T("votes.share.title", "year", o.Year), Summary: caption, Data: t}, []web.BarGroup{{Bars: bars}})
}

// number is a figure for a drawing only.
func number(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return f
}

func (d desk) programmeTable(b Book) web.Table {
	t := web.Table{
		ID: "programmes", Caption: d.T("votes.programmes.caption"), Unit: d.T("votes.millions.unit"), Mode: web.Figures, Columns: numeric(d.columnHeads(b.Year, "programme")...),
		Empty: web.Empty{Why: d.T("votes.programmes.none"), Next: d.T("votes.programmes.none-next")},
	}
	for _, p := range b.Programmes {
		t.Rows = append(t.Rows, d.columnRow("("+p.Number+")", p.Name, p.Millions))
	}
	return t
}

// columnHeads are the headings of a paper's four columns.
func (d desk) columnHeads(year, first string) []string {
	return []string{
		d.T("votes.col." + first), d.T("votes.col.actual-of", "year", shift(year, -2)), d.T("votes.col.original-of", "year", shift(year, -1)),
		d.T("votes.col.revised-of", "year", shift(year, -1)), d.T("votes.col.estimate-of", "year", year),
	}
}

func (d desk) columnRow(code string, name lang.Text, c Columns) web.Row {
	cells := []web.Cell{d.nameCell(code, name, "")}
	for _, n := range c.list() {
		cells = append(cells, d.figure(n))
	}
	return web.Row{Cells: cells}
}

// checkTable sets programmes beside subheads; a difference is shown, never hidden.
func (d desk) checkTable(o Overview) web.Table {
	t := web.Table{
		ID: "checks", Caption: d.T("votes.checks.caption"), Unit: d.T("votes.unit"), Mode: web.Figures,
		Columns: append(numeric(d.T("votes.col.column"), d.T("votes.col.programmes"), d.T("votes.col.subheads"), d.T("votes.col.difference")), web.Column{Head: d.T("votes.col.verdict")}),
	}
	heads := d.columnHeads(o.Year, "column")
	for i, c := range o.Checks {
		verdict := web.Uncheckable
		switch {
		case c.DifferenceThousands == nil:
		case c.DifferenceThousands.IsZero():
			verdict = web.Agrees
		case c.Agrees:
			verdict = web.Rounding
		case c.Restated:
			verdict = web.Explained
		default:
			verdict = web.Disagrees
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: heads[i+1]},
			d.figure(c.ProgrammesThousands), d.figure(c.SubheadsThousands), d.figure(c.DifferenceThousands),
			{Body: web.StatusTag(d.View, verdict)},
		}})
	}
	return t
}

func (d desk) otherYears(o Overview) (out []web.Crumb) {
	for _, y := range o.Years {
		if y != o.Year {
			out = append(out, web.Crumb{Text: y, Path: "/votes/" + d.Code + "?year=" + y})
		}
	}
	if n := len(o.Years); n > 0 {
		if next := shift(o.Years[n-1], 1); next != o.Year {
			out = append(out, web.Crumb{Text: d.T("votes.overview.next", "year", next), Path: "/votes/" + d.Code + "?year=" + next})
		}
	}
	return out
}

// acts are what an officer may do from here.
func (d desk) acts(o Overview) []templ.Component {
	if !d.Enter {
		return nil
	}
	all := []web.Crumb{}
	for _, what := range []string{"payment", "refund", "virement", "supplement", "item", "posts"} {
		all = append(all, web.Crumb{Text: d.T("votes.enter." + what + ".title"), Path: d.path("/enter/" + what)})
	}
	all = append(all, web.Crumb{Text: d.T("votes.enter.estimate.title"), Path: d.path("/enter/estimate")},
		web.Crumb{Text: d.T("votes.import.title"), Path: d.path("/import")})
	return []templ.Component{heading(d.T("votes.overview.acts")), ways(d.View, all)}
}

func (d desk) downloads(year string) []templ.Component {
	var files []web.File
	for _, name := range sheetNames() {
		files = append(files, web.File{Text: d.T("votes.download." + name), Path: "/api/votes/download/" + d.Code + "/" + year + "/" + name + ".csv", Format: "CSV"})
	}
	files = append(files, web.File{Text: d.T("votes.download.book"), Path: apiBase + "/heads/" + d.Code + "/years/" + year, Format: "JSON"})
	return []templ.Component{heading(d.T("votes.download.title")), web.DownloadList(d.View, files)}
}

func (s *Service) showSubhead(v *web.Visit) error {
	d, err := s.desk(v)
	if err != nil {
		return err
	}
	year, err := d.year()
	if err != nil {
		return err
	}
	x, err := s.Subhead(v.Context(), d.Code, year, v.PathValue("code"))
	if err != nil {
		return err
	}
	name, l := x.Name.With(v.Lang())
	book, err := s.Book(v.Context(), d.Code, year)
	if err != nil {
		return err
	}
	parts := slices.Concat([]templ.Component{d.tabs("none")}, d.inventedSays(book), []templ.Component{web.SummaryList(v.View, d.subheadFacts(x)), d.monthChart(x)})
	if len(x.Components) > 0 {
		parts = append(parts, web.DataTable(v.View, d.componentTable(x)))
	}
	parts = append(parts, d.carried("subhead", x.Code))
	if d.Enter {
		parts = append(parts, heading(v.T("votes.overview.acts")), ways(v.View, []web.Crumb{
			{Text: v.T("votes.enter.revised.title"), Path: d.path("/enter/estimate", "kind", string(Subheads), "code", x.Code, "of", year, "phase", string(Revised))},
			{Text: v.T("votes.enter.next.title", "year", shift(year, 1)), Path: d.path("/enter/estimate", "kind", string(Subheads), "code", x.Code, "of", shift(year, 1), "phase", string(Original))},
			{Text: v.T("votes.journal.of", "code", x.Code), Path: d.path("/journal", "subhead", x.Code)},
			{Text: v.T("votes.enter.plan.title"), Path: d.path("/enter/plan", "kind", string(Subheads), "code", x.Code)},
		}))
	}
	return v.Render(web.Page{Title: x.Code + " " + name, Lang: l, Lead: v.T("votes.subhead.lead", "year", year), Crumbs: d.crumbs(), Wide: true}, stack(parts))
}

func (d desk) subheadFacts(x SubheadView) []web.Entry {
	value := func(c *Cents) string {
		if c == nil {
			return ""
		}
		return d.T("votes.dollars", "amount", c.String())
	}
	out := []web.Entry{
		{Label: d.T("votes.col.group"), Value: d.group(x.Account, x.Group)},
		{Label: d.T("votes.col.original"), Value: value(x.Original)},
		{Label: d.T("votes.col.provision"), Value: value(&x.Provision)},
		{Label: d.T("votes.col.revised"), Value: value(x.Revised)},
		{Label: d.T("votes.col.spent"), Value: value(x.Spent)},
		{Label: d.T("votes.col.forecast"), Value: value(x.total())},
		{Label: d.T("votes.col.variance"), Value: value(x.Variance)},
		{Label: d.T("votes.col.rule"), Value: d.forecastWord(x.Forecast)},
	}
	explanation := x.Explained
	if explanation == "" {
		explanation = d.T("votes.variance.none")
		if x.Unanswered {
			explanation = d.T("votes.variance.unanswered")
		}
	}
	return append(out, web.Entry{Label: d.T("votes.col.explanation"), Value: explanation})
}

func (d desk) forecastWord(f *Forecast) string {
	switch {
	case f == nil:
		return d.T("votes.overview.unrecorded")
	case f.Over:
		return d.T("votes.forecast.over")
	case f.Planned:
		return d.T("votes.forecast.planned")
	}
	return d.T("votes.forecast.rule")
}

func (d desk) monthChart(x SubheadView) templ.Component {
	t := web.Table{ID: "months", Caption: d.T("votes.months.caption"), Unit: d.T("votes.unit"), Mode: web.Figures, Columns: numeric(d.T("votes.col.month"), d.T("votes.col.spent"), d.T("votes.col.plan"))}
	var bars []web.Bar
	for _, m := range x.Months {
		year, month := m.Month.parts()
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: d.Month(year, month)}, d.centsCell(m.Actual), d.centsCell(m.Plan)}})
		bar := web.Bar{Label: string(m.Month), Value: float64(orZero(m.Actual)), Shown: d.thousands(orZero(m.Actual)), Certainty: web.Actual, Missing: m.Actual == nil && m.Plan == nil}
		if orZero(m.Actual) == 0 && m.Plan != nil {
			bar.Value, bar.Shown, bar.Certainty = float64(*m.Plan), d.thousands(*m.Plan), web.Estimate
		}
		bars = append(bars, bar)
	}
	if x.Forecast == nil {
		return templ.NopComponent
	}
	caption := d.T("votes.months.says", "spent", d.Money(orZero(x.Spent).Dollars().String(), 0), "year", x.Year)
	return web.BarChart(d.View, web.Chart{ID: "by-month", Caption: caption, Title: d.T("votes.months.title"), Summary: caption, Data: t}, []web.BarGroup{{Bars: bars}})
}

func (d desk) componentTable(x SubheadView) web.Table {
	t := web.Table{
		ID: "components", Caption: d.T("votes.components.caption"), Unit: d.T("votes.unit"), Mode: web.Figures,
		Columns: numeric(d.T("votes.col.component"), d.T("votes.col.original"), d.T("votes.col.provision"), d.T("votes.col.revised"), d.T("votes.col.spent"), d.T("votes.col.share")),
	}
	for _, c := range x.Components {
		cell := d.nameCell("", c.Name, "")
		cell.Small = c.Group.In(d.Lang())
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			cell, d.centsCell(c.Original), d.centsCell(&c.Provision), d.centsCell(c.Revised), d.centsCell(c.Spent), d.shareCell(c.Spent, c.Provision),
		}})
	}
	return t
}
