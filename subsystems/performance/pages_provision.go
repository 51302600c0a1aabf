package performance

import (
	"slices"

	"praya/kernel/money"
	"praya/platform/web"
)

// mostLines is how many lines a chart still shows well.
const mostLines = 5

// provisionChart draws each programme's estimate through the papers. A thread that does not go on
// ends, and the next one begins for itself: no line crosses a break.
func provisionChart(v *web.View, h HeadLife) (web.Chart, []string, []web.Line) {
	var labels []string
	for _, y := range h.Papers {
		labels = append(labels, y.Year)
	}
	var lines []web.Line
	for _, t := range h.Threads {
		last := t.Programmes[len(t.Programmes)-1]
		name, l := last.Name.With(v.Lang())
		line := web.Line{Name: name, Short: last.Year + " (" + last.Number + ")", Lang: l, Points: make([]web.Point, len(labels))}
		for i := range line.Points {
			line.Points[i].Missing = true
		}
		for _, p := range t.Programmes {
			x, ok := estimateOf(h.Provisions, p)
			f, whole := float(x.Value)
			if at := slices.Index(labels, p.Year); ok && whole && at >= 0 {
				line.Points[at] = web.Point{Value: f, Shown: v.Decimal(x.Value.String()), Break: p == t.Programmes[0] && len(t.Breaks) > 0}
			}
		}
		lines = append(lines, line)
	}
	lines = append([]web.Line{totalLine(v, h, labels)}, lines...)
	if len(lines) > mostLines {
		lines = lines[:1] // the programmes stand in the table
	}
	return web.Chart{
		ID: "provision-chart", Caption: v.T("performance.provision.caption"), Title: v.T("performance.provision.title"),
		Summary: v.T("performance.provision.summary", "count", len(h.Threads), "breaks", breaksOf(h)), Data: threadsTable(v, h, labels),
	}, labels, lines
}

// totalLine is the whole head's estimate, broken where a programme of the paper begins anew: a
// head that was given other duties did not grow or shrink.
func totalLine(v *web.View, h HeadLife, labels []string) web.Line {
	line := web.Line{Name: v.T("performance.provision.total"), Short: v.T("performance.provision.total"), Points: make([]web.Point, len(labels))}
	for i, y := range labels {
		line.Points[i].Missing = true
		x, ok := estimateOf(h.Provisions, Programme{Year: y})
		if f, whole := float(x.Value); ok && whole {
			line.Points[i] = web.Point{Value: f, Shown: v.Decimal(x.Value.String()), Break: anew(h, y)}
		}
	}
	return line
}

// anew says whether a programme of a paper begins anew.
func anew(h HeadLife, year string) bool {
	return slices.ContainsFunc(h.Threads, func(t Thread) bool { return len(t.Breaks) > 0 && t.Programmes[0].Year == year })
}

func breaksOf(h HeadLife) (n int) {
	for _, t := range h.Threads {
		if len(t.Breaks) > 0 {
			n++
		}
	}
	return n
}

// threadsTable is the same as a table; a break stands in words.
func threadsTable(v *web.View, h HeadLife, labels []string) web.Table {
	t := web.Table{ID: "threads", Caption: v.T("performance.provision.title"), Unit: v.T("performance.unit.million"), Mode: web.Figures, Columns: []web.Column{{Head: v.T("performance.initiative.programme")}}}
	for _, y := range labels {
		t.Columns = append(t.Columns, web.Column{Head: y, Numeric: true})
	}
	for _, th := range h.Threads {
		last := th.Programmes[len(th.Programmes)-1]
		name := named(v, last.Name, paperPath(last.Head, last.Year))
		if len(th.Breaks) > 0 {
			name.Small = breakText(v, th.Breaks[0])
		}
		row := web.Row{Cells: []web.Cell{name}}
		for _, y := range labels {
			cell := web.Cell{Body: web.Blank()}
			for _, p := range th.Programmes {
				if x, ok := estimateOf(h.Provisions, p); ok && p.Year == y {
					cell = provisionCell(v, &x)
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func provisionCell(v *web.View, p *Provision) web.Cell {
	if p == nil {
		return web.Cell{Body: web.Blank()}
	}
	return web.Cell{Text: v.Decimal(p.Value.String()), Path: "/estimates/" + p.Year + "/" + p.Head + "/source?of=paper&line=" + itoa(p.Line) + "#L" + itoa(p.Line)}
}

// outcomesTable sets what was estimated for each year beside what was spent.
func outcomesTable(v *web.View, h HeadLife) web.Table {
	t := web.Table{ID: "outcomes", Caption: v.T("performance.provision.outcomes"), Unit: v.T("performance.unit.million"), Mode: web.Figures, Columns: []web.Column{
		{Head: v.T("performance.measure.period")},
		{Head: v.T("performance.role.estimate"), Numeric: true},
		{Head: v.T("performance.role.revised"), Numeric: true},
		{Head: v.T("performance.role.actual"), Numeric: true},
		{Head: v.T("performance.provision.change"), Numeric: true},
	}}
	for _, o := range h.Outcomes() {
		change := web.Cell{Body: web.Blank()}
		switch {
		case o.Break:
			change = web.Cell{Text: v.T("performance.history.break"), Small: v.T("performance.provision.moved"), Path: headPath(h.Number) + "/history"}
		case o.Estimate != nil && o.Actual != nil:
			if text, ok := changeWord(v, o.Estimate.Value, o.Actual.Value); ok {
				change = web.Cell{Text: text}
			}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: o.Year}, provisionCell(v, o.Estimate), provisionCell(v, o.Revised), provisionCell(v, o.Actual), change}})
	}
	return t
}

// changeWord is how much more or less was spent than estimated.
func changeWord(v *web.View, from, to money.Decimal) (string, bool) {
	d, err := to.Sub(from)
	if err != nil || from.Sign() <= 0 {
		return "", false
	}
	if d, err = d.Mul(100); err != nil {
		return "", false
	}
	share, err := d.Quo(from, 1)
	if err != nil {
		return "", false
	}
	return v.Change(share.String()), true
}
