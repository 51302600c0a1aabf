package estimates

import (
	"slices"
	"strconv"
	"strings"

	"praya/kernel/money"
	"praya/platform/web"
	"praya/subsystems/estimates/internal/paper"
)

// drawn is a figure as far as a drawing needs it; what people read is its text.
func drawn(d *money.Decimal) float64 {
	if d == nil {
		return 0
	}
	f, err := strconv.ParseFloat(d.String(), 64)
	if err != nil {
		return 0
	}
	return f
}

// provisionChart draws the provision of each programme over the paper's columns.
func provisionChart(v *web.View, h HeadYear, g Grid) (web.Chart, []web.BarGroup) {
	var groups []web.BarGroup
	for _, r := range g.parts() {
		group := web.BarGroup{Label: strings.TrimSpace(r.Code + " " + r.Name), Lang: printed}
		for _, c := range g.Columns {
			f, ok := r.Cells[c]
			bar := web.Bar{Label: columnWord(v, c), Certainty: certainty(c), Missing: !ok || f.Value == nil}
			if !bar.Missing {
				bar.Value, bar.Shown = drawn(f.Value), shown(v, f)
			}
			group.Bars = append(group.Bars, bar)
		}
		groups = append(groups, group)
	}
	c := web.Chart{
		ID: "provision-chart", Caption: v.T("estimates.head.chart-plain"),
		Title: v.T("estimates.head.provision") + "（" + unitWord(v, g.Unit) + "）",
		Data:  table(v, h, "provision", v.T("estimates.head.provision"), g),
		CSV:   downloadPath(h, "facts.csv"),
	}
	if v.Lang() == "en" {
		c.Title = v.T("estimates.head.provision") + " (" + unitWord(v, g.Unit) + ")"
	}
	c.Summary = c.Title
	if total, ok := g.total(); ok {
		estimate, revised := total.Cells[h.Year+" estimate"], total.Cells[yearsBefore(h.Year)[1]+" revised"]
		if change := changeWord(v, revised.Value, estimate.Value); change != "" {
			name, _ := nameOf(v, h.Head, h.Year, h.Title())
			c.Caption = v.T("estimates.head.chart", "name", name, "year", h.Year, "change", change,
				"estimate", inMoney(v, estimate))
			c.Summary = c.Caption
		}
	}
	return c, groups
}

func unitSpace(v *web.View) string {
	if v.Lang() == "en" {
		return " "
	}
	return ""
}

func certainty(column string) web.Certainty {
	switch columnRole(column) {
	case "original":
		return web.Original
	case "revised":
		return web.Revised
	case "estimate", "plan":
		return web.Estimate
	}
	return web.Actual
}

// commitmentShares is what of all commitments is spent, being spent and left.
func commitmentShares(v *web.View, h HeadYear, g Grid) (web.Chart, []web.Part, bool) {
	total, ok := g.total()
	if !ok {
		return web.Chart{}, nil, false
	}
	var parts []web.Part
	approved := total.Cells["approved"].Value
	spent := money.Int(0)
	for _, p := range []struct{ column, word string }{
		{"accumulated", "spent-part"}, {yearsBefore(h.Year)[1] + " revised", "revised-part"}, {"balance", "balance-part"},
	} {
		f := total.Cells[p.column]
		share := shareOf(f.Value, approved)
		if share == "" {
			return web.Chart{}, nil, false
		}
		if p.column != "balance" {
			next, err := spent.Add(*f.Value)
			if err != nil {
				return web.Chart{}, nil, false
			}
			spent = next
		}
		parts = append(parts, web.Part{Name: v.T("estimates.commitments." + p.word), Value: drawn(f.Value), Shown: share})
	}
	c := web.Chart{
		ID: "commitments-chart", Caption: v.T("estimates.commitments.chart", "share", shareOf(&spent, approved)),
		Title: v.T("estimates.commitments.caption") + unitSpace(v) + bracket(v, unitWord(v, g.Unit)), Summary: v.T("estimates.commitments.chart", "share", shareOf(&spent, approved)),
		Data: commitmentsTable(v, h, g), CSV: downloadPath(h, "facts.csv"),
	}
	return c, parts, true
}

func shareOf(part, whole *money.Decimal) string {
	if part == nil || whole == nil || whole.Sign() <= 0 {
		return ""
	}
	hundred, err := part.Mul(100)
	if err != nil {
		return ""
	}
	q, err := hundred.Quo(*whole, 1)
	if err != nil {
		return ""
	}
	return q.String() + "%"
}

// commitmentsTable adds what share of each commitment is spent by the end of the year before.
func commitmentsTable(v *web.View, h HeadYear, g Grid) web.Table {
	t := table(v, h, "commitments", v.T("estimates.commitments.caption"), g)
	t.Columns = append(t.Columns, web.Column{Head: v.T("estimates.commitments.spent"), Numeric: true})
	rows := g.Rows
	for i := range t.Rows {
		if len(rows) == 0 || t.Rows[i].Cells[0].Text != strings.TrimSpace(rows[0].Code+" "+rows[0].Name) && !t.Rows[i].Total {
			t.Rows[i].Cells = append(t.Rows[i].Cells, web.Cell{Body: web.Blank()})
			continue
		}
		approved, balance := rows[0].Cells["approved"].Value, rows[0].Cells["balance"].Value
		cell := web.Cell{}
		if approved != nil && balance != nil {
			if spent, err := approved.Sub(*balance); err == nil {
				cell.Text = shareOf(&spent, approved)
			}
		}
		t.Rows[i].Cells = append(t.Rows[i].Cells, cell)
		rows = rows[1:]
	}
	return t
}

// rateChart draws the rates of a list of measures over the years. Only measures in percent
// share an axis; at most five are drawn, and the table has all.
func rateChart(v *web.View, h HeadYear, id, title string, series []Series) (web.Chart, []string, []web.Line, bool) {
	var rates []Series
	for _, s := range series {
		if s.Unit == paper.UnitPercent && len(s.latest()) > 1 {
			rates = append(rates, s)
		}
	}
	rates = rates[:min(5, len(rates))]
	labels := seriesYears(rates)
	if len(rates) == 0 || len(labels) < 2 {
		return web.Chart{}, nil, nil, false
	}
	var lines []web.Line
	for _, s := range rates {
		line := web.Line{Name: s.Name, Lang: printed}
		at := map[string]Point{}
		for _, p := range s.latest() {
			at[p.Year] = p
		}
		before := ""
		for _, y := range labels {
			p, ok := at[y]
			point := web.Point{Missing: !ok}
			if ok {
				point.Value, point.Shown = drawn(p.Fact.Value), shown(v, p.Fact)+"%"
				point.Break = before != "" && s.broken(before, p.Paper)
				before = p.Paper
			}
			line.Points = append(line.Points, point)
		}
		lines = append(lines, line)
	}
	conclusion := measureConclusion(v, id, series, labels)
	return web.Chart{
		ID: id + "-chart", Caption: conclusion, Title: v.T("estimates.measures.rates"), Summary: conclusion,
		Data: measureTable(v, h, id, title, series),
	}, labels, lines, true
}

// broken reports whether a series may not be joined between two papers.
func (s Series) broken(before, now string) bool {
	for _, b := range s.Breaks {
		if b.Before > before && b.Before <= now && b.Reason != "restated" {
			return true
		}
	}
	return false
}

// seriesYears are the years that any of the series speaks of.
func seriesYears(series []Series) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range series {
		for _, p := range s.latest() {
			if !seen[p.Year] {
				seen[p.Year] = true
				out = append(out, p.Year)
			}
		}
	}
	slices.Sort(out)
	return out
}

// measureTable is targets or indicators against results over the years. Financial and
// calendar years stand in columns of their own.
func measureTable(v *web.View, h HeadYear, id, caption string, series []Series) web.Table {
	t := web.Table{ID: id, Caption: caption, Mode: web.Figures, Columns: []web.Column{{Head: v.T("estimates.measures.measure")}}}
	withTarget := strings.HasPrefix(id, "targets")
	if withTarget {
		t.Columns = append(t.Columns, web.Column{Head: v.T("estimates.measures.target"), Numeric: true})
	}
	labels := seriesYears(series)
	for _, y := range labels {
		t.Columns = append(t.Columns, web.Column{Head: y, Numeric: true})
	}
	if withTarget {
		t.Columns = append(t.Columns, web.Column{Head: v.T("estimates.measures.result")})
	}
	for _, s := range series {
		row := web.Row{Cells: []web.Cell{{Text: strings.TrimSpace(s.Code + " " + s.Name), Lang: printed, Small: measureNote(v, s)}}}
		target, promised := s.target()
		if withTarget {
			cell := web.Cell{}
			if promised {
				cell = s.cell(v, h, target)
			}
			row.Cells = append(row.Cells, cell)
		}
		points := s.latest()
		at := map[string]Point{}
		for _, p := range points {
			at[p.Year] = p
		}
		for _, y := range labels {
			p, ok := at[y]
			if !ok {
				row.Cells = append(row.Cells, web.Cell{})
				continue
			}
			row.Cells = append(row.Cells, s.cell(v, h, p))
		}
		if withTarget {
			row.Cells = append(row.Cells, web.Cell{Body: verdict(v, target, points)})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// cell is a point of a series, and how sure it is: a plan and a revision say so.
func (s Series) cell(v *web.View, h HeadYear, p Point) web.Cell {
	h.Year, h.Group, h.Groups = p.Paper, "", nil
	c := figure(v, h, p.Fact)
	switch p.Role {
	case "plan", "estimate":
		c.Small = v.T("estimates.measures.plan")
	case "revised":
		c.Small = v.T("estimates.measures.revised")
	}
	return c
}

// measureNote says what a rate counts, as far as that is known.
func measureNote(v *web.View, s Series) string {
	if s.Unit != paper.UnitPercent {
		return unitWord(v, s.Unit)
	}
	return v.T("estimates.measures.no-denominator")
}

// lastActual is the newest result that is no plan.
func lastActual(points []Point) (Point, bool) {
	for i := len(points) - 1; i >= 0; i-- {
		if points[i].Role == "actual" {
			return points[i], true
		}
	}
	return Point{}, false
}

// measureConclusion says in a sentence what the chart of a list of measures shows.
func measureConclusion(v *web.View, id string, series []Series, labels []string) string {
	if !strings.HasPrefix(id, "targets") {
		return v.T("estimates.measures.span", "from", labels[0], "to", labels[len(labels)-1])
	}
	hit, missed := 0, 0
	for _, s := range series {
		target, promised := s.target()
		result, there := lastActual(s.latest())
		if good, known := met(target.Fact, result.Fact); promised && there && known {
			if good {
				hit++
			} else {
				missed++
			}
		}
	}
	return v.T("estimates.measures.conclusion", "met", hit, "missed", missed)
}

// inMoney writes an amount for prose: 34.945億元, HK$3,494.5 million.
func inMoney(v *web.View, f paper.Fact) string {
	exponents := map[string]int{
		paper.UnitDollar: 0, paper.UnitThousand: 3, paper.UnitTenThou: 4, paper.UnitMillion: 6, paper.UnitHundredMio: 8,
	}
	exponent, ok := exponents[f.Unit]
	if f.Value == nil || !ok {
		return shown(v, f) + unitSpace(v) + unitWord(v, f.Unit)
	}
	return v.Money(f.Value.String(), exponent)
}
