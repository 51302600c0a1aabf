package governance

import (
	"maps"
	"slices"
	"strconv"

	"praya/platform/web"
)

// overviewView is the front page of IT governance.
type overviewView struct {
	Counts
	Invented bool
	Late     []web.Task
	Rates    web.Table
	Chart    *web.Chart
	Labels   []string
	Lines    []web.Line
	Work     web.Table
	Parts    []web.Task
	Desk     bool
}

func (s *Service) showOverview(v *web.Visit) error {
	r, err := s.reader(v.Context(), v.View)
	if err != nil {
		return err
	}
	d := overviewView{Desk: s.deskOf(v)}
	if d.Counts, err = s.Counts(v.Context(), v.Now().Day()); err != nil {
		return err
	}
	years, err := s.Years(v.Context())
	if err != nil {
		return err
	}
	work, err := s.WorkByYear(v.Context())
	if err != nil {
		return err
	}
	all, err := s.Systems(v.Context())
	if err != nil {
		return err
	}
	d.Invented = slices.ContainsFunc(all, func(x System) bool { return x.Invented })
	d.late(r)
	d.rates(r, years)
	d.work(r, work)
	for _, name := range []string{"projects", "returns", "plans", "work", "levels", "audits", "systems"} {
		d.Parts = append(d.Parts, web.Task{Text: v.T("governance." + name + ".title"), Hint: v.T("governance." + name + ".lead"), Path: base + "/" + name})
	}
	lead := v.T("governance.lead")
	return v.Render(web.Page{Title: v.T("governance.title"), Lead: lead, Description: lead, Wide: true}, overviewPage(v.View, d))
}

// late are the tasks that are overdue, which stand first.
func (d *overviewView) late(r reader) {
	if d.LateReturns > 0 {
		task := web.Task{Text: r.T("governance.overview.late-returns", "count", d.LateReturns), State: web.Late}
		if d.Desk { // to others these projects don't exist yet
			task.Path = base + "/projects?stage=late"
		}
		d.Late = append(d.Late, task)
	}
	if d.LateFindings > 0 {
		d.Late = append(d.Late, web.Task{Text: r.T("governance.overview.late-findings", "count", d.LateFindings), Path: base + "/audits?late=late", State: web.Late})
	}
}

// fiveYears are the newest five, oldest first.
func fiveYears[K int | string, T any](of map[K]T) []K {
	all := slices.Sorted(maps.Keys(of))
	return all[max(0, len(all)-5):]
}

// rates is the table of the four rates through the years, and the same drawn.
func (d *overviewView) rates(r reader, years map[int]Rates) {
	newest := fiveYears(years)
	d.Rates = web.Table{
		ID: "rates", Caption: r.T("governance.overview.rates"), Mode: web.Figures, Unit: r.T("governance.overview.rates-unit"),
		Columns: []web.Column{{Head: r.T("governance.overview.rate")}},
		Empty:   web.Empty{Why: r.T("governance.overview.no-returns"), Next: r.T("governance.overview.no-returns-next"), Path: base + "/projects"},
	}
	if len(newest) == 0 {
		return
	}
	for _, year := range newest {
		d.Rates.Columns = append(d.Rates.Columns, web.Column{Head: strconv.Itoa(year), Numeric: true})
		d.Labels = append(d.Labels, strconv.Itoa(year))
	}
	for _, name := range []string{"on-schedule", "in-budget", "to-specification", "with-benefits"} {
		row := web.Row{Cells: []web.Cell{{Text: r.T("governance.rate." + name)}}}
		line := web.Line{Name: r.T("governance.rate." + name), Short: r.T("governance.rate.short-" + name)}
		for _, year := range newest {
			var of Share
			years[year].each(func(n string, s Share) bool {
				if n == name {
					of = s
				}
				return true
			})
			cell := r.shareCell(of)
			cell.Path = base + "/rates/" + strconv.Itoa(year)
			row.Cells = append(row.Cells, cell)
			value, err := strconv.ParseFloat(of.Percent(), 64) // for the drawing only
			line.Points = append(line.Points, web.Point{Value: value, Shown: r.Percent(of.Percent()), Missing: err != nil})
		}
		d.Rates.Rows = append(d.Rates.Rows, row)
		d.Lines = append(d.Lines, line)
	}
	if len(newest) > 1 {
		d.Chart = &web.Chart{
			ID: "rates-chart", Caption: r.T("governance.overview.chart"), Title: r.T("governance.overview.chart-title"),
			Summary: r.T("governance.overview.chart-summary", "from", d.Labels[0], "to", d.Labels[len(d.Labels)-1]),
			Data:    d.Rates, CSV: r.Plain("/api/governance/returns.csv"),
		}
	}
}

// work is the value of work through the financial years.
func (d *overviewView) work(r reader, years map[string]WorkTotal) {
	d.Work = web.Table{
		ID: "work", Caption: r.T("governance.overview.work"), Mode: web.Figures, Unit: r.T("governance.overview.work-unit"),
		Columns: []web.Column{
			{Head: r.T("governance.column.year")},
			{Head: r.T("governance.overview.undertaken"), Numeric: true},
			{Head: r.T("governance.overview.outsourced"), Numeric: true},
			{Head: r.T("governance.overview.orders"), Numeric: true},
		},
		Empty: web.Empty{Why: r.T("governance.overview.no-work"), Next: r.T("governance.overview.no-work-next"), Path: base + "/work"},
	}
	for _, year := range fiveYears(years) {
		t := years[year]
		d.Work.Rows = append(d.Work.Rows, web.Row{Cells: []web.Cell{
			{Text: year, Path: base + "/work?year=" + year},
			{Text: r.Decimal(t.Thousands.String())},
			{Text: r.Decimal(t.OutsourcedThousands.String()), Path: base + "/work?by=outsourced&year=" + year},
			{Text: r.Number(int64(t.Orders))},
		}})
	}
}

// figures are the key figures of the page, each with what it is of.
func (d overviewView) figures(v *web.View) []web.Figure {
	r := reader{View: v}
	return []web.Figure{
		{
			Label: v.T("governance.overview.plans"), Value: v.Number(int64(d.PlanHolders)), Source: base + "/plans?kind=it-plan&standing=current",
			Note: v.T("governance.overview.plans-note", "departments", d.Counts.Departments, "strategies", d.StrategyHolders, "day", v.Date(d.Day)),
		},
		{
			Label: v.T("governance.overview.levels", "year", strconv.Itoa(d.Year)), Value: percentOr(v, d.LevelsMet), Source: base + "/levels",
			Note: r.shareCell(d.LevelsMet).Small,
		},
	}
}

func percentOr(v *web.View, s Share) string {
	if s.Of == 0 {
		return v.T("governance.unknown")
	}
	return v.Percent(s.Percent())
}
