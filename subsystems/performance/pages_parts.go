package performance

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/platform/web"
)

// fateTag says what became of a promise; what nobody has decided says so.
func fateTag(v *web.View, o Outlook) templ.Component {
	text := v.T("performance.fate." + string(o.Fate))
	if !o.Decided && o.Fate != NotYet && o.Fate != Undecided {
		text = v.T("performance.fate.likely", "fate", text)
	}
	return web.Outcome(v, map[Fate]web.State{
		CarriedOn: web.InProgress, FateDone: web.Done, FateDrop: web.Withdrawn, Gone: web.Late, Undecided: web.Waiting, NotYet: web.NotStarted,
	}[o.Fate], text)
}

func stateTag(v *web.View, i Initiative) templ.Component {
	if i.Late(v.Now().Day()) {
		return web.Outcome(v, web.Late, v.T("performance.state.late"))
	}
	return web.Outcome(v, map[State]web.State{
		Planned: web.NotStarted, UnderWay: web.InProgress, Finished: web.Done, Dropped: web.Withdrawn,
	}[i.State], v.T("performance.state."+string(i.State)))
}

// itemCell is an initiative's words as a cell that leads to it.
func itemCell(v *web.View, i Initiative) web.Cell {
	s, l := i.Words(v.Lang())
	if l == v.Lang() {
		l = ""
	}
	return web.Cell{Text: strings.TrimRight(s, "；。;"), Lang: l, Path: initiativePath(i.ID)}
}

// named is a text in three languages as a cell.
func named(v *web.View, t lang.Text, path string) web.Cell {
	s, l := t.With(v.Lang())
	if l == v.Lang() {
		l = ""
	}
	return web.Cell{Text: s, Lang: l, Path: path}
}

func unitOf(v *web.View, m Measure) string {
	switch m.Unit {
	case "":
		return ""
	case "%":
		return "%"
	case "百萬元":
		return v.T("performance.unit.million")
	}
	return m.Unit
}

// shown is a figure with its unit.
func shown(v *web.View, m Measure, d money.Decimal) string {
	switch m.Unit {
	case "%":
		return v.Percent(d.String())
	case "百萬元":
		return v.T("performance.unit.millions", "amount", v.Decimal(d.String()))
	}
	return v.Decimal(d.String())
}

// parts says what a rate is made of, or that this is not known.
func parts(v *web.View, m Measure, x Value) string {
	switch {
	case x.Denominator != nil && x.Numerator != nil:
		return v.T("performance.value.of", "part", v.Decimal(x.Numerator.String()), "whole", v.Decimal(x.Denominator.String()))
	case m.Unit == "%":
		return v.T("performance.value.no-denominator")
	}
	return ""
}

// valueCell is a value that leads to what it counts, or to its line.
func valueCell(v *web.View, m Measure, x Value) web.Cell {
	c := web.Cell{Text: shown(v, m, x.Value), Small: parts(v, m, x)}
	switch x.How {
	case Computed:
		c.Path = measurePath(m.ID) + "/" + x.Period
	case Printed:
		c.Path = printedPath(m, x)
	}
	return c
}

// printedPath is the line of the paper that printed a value.
func printedPath(m Measure, x Value) string {
	year, line, ok := strings.Cut(x.Source, ":")
	if !ok || line == "0" {
		return ""
	}
	return "/estimates/" + year + "/" + m.Head + "/source?of=paper&line=" + line + "#L" + line
}

func metTag(v *web.View, m Measure, x Value) templ.Component {
	met, known := m.Met(x.Value)
	switch {
	case !known:
		return web.Blank()
	case met:
		return web.Outcome(v, web.Done, v.T("performance.value.met"))
	}
	return web.Outcome(v, web.Failed, v.T("performance.value.not-met"))
}

// measuresTable is measures with their newest figures.
func measuresTable(v *web.View, all []Measured, caption string) web.Table {
	t := web.Table{
		ID: "measures", Caption: caption, Mode: web.Records,
		Columns: []web.Column{
			{Head: v.T("performance.measure.name")},
			{Head: v.T("performance.measure.target"), Numeric: true},
			{Head: v.T("performance.measure.latest"), Numeric: true},
			{Head: v.T("performance.measure.period")},
			{Head: v.T("performance.measure.result")},
		},
		Empty: web.Empty{Why: v.T("performance.measure.none"), Next: v.T("performance.measure.none-next")},
	}
	for _, m := range all {
		name := named(v, m.Name, measurePath(m.ID))
		if m.State == MeasureDraft {
			name.Small = v.T("performance.measure.draft")
		}
		row := web.Row{Cells: []web.Cell{name, {Body: web.Blank()}, {}, {}, {Body: web.Blank()}}}
		if m.Target != nil {
			row.Cells[1] = web.Cell{Text: shown(v, m.Measure, *m.Target)}
		}
		if x, ok := m.Latest(Actual); ok {
			row.Cells[2] = valueCell(v, m.Measure, x)
			row.Cells[3] = web.Cell{Text: x.Period}
			if _, last, err := m.Period.Span(x.Period); err == nil && v.Now().Day().Before(last) {
				row.Cells[3].Small = v.T("performance.measure.so-far")
				row.Cells[4] = web.Cell{Body: web.Blank()}
				t.Rows = append(t.Rows, row)
				continue // a year that still runs has neither met its target nor missed it
			}
			row.Cells[4] = web.Cell{Body: metTag(v, m.Measure, x)}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// initiativesTable is items in one line each.
func initiativesTable(v *web.View, id, caption string, all []Initiative, empty web.Empty) web.Table {
	t := web.Table{ID: id, Caption: caption, Mode: web.Records, Empty: empty, Columns: []web.Column{
		{Head: v.T("performance.initiative.words")}, {Head: v.T("performance.initiative.paper")}, {Head: v.T("performance.initiative.state")}, {Head: v.T("performance.initiative.due")},
	}}
	for _, i := range all {
		due := web.Cell{Body: web.Blank()}
		if !i.Due.IsZero() {
			due = web.Cell{Text: v.Date(i.Due)}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			itemCell(v, i), {Text: v.T("performance.head.year", "head", i.Head, "year", i.Year), Path: paperPath(i.Head, i.Year)}, {Body: stateTag(v, i)}, due,
		}})
	}
	return t
}

// promisesTable is what a programme promised, and what came of it.
func promisesTable(v *web.View, x section, later string) web.Table {
	t := web.Table{ID: "promised-" + x.Programme.Number, Caption: v.T("performance.paper.promised"), Mode: web.Records, Columns: []web.Column{
		{Head: v.T("performance.initiative.words")},
		{Head: v.T("performance.initiative.state")},
		{Head: v.T("performance.initiative.fate")},
		{Head: v.T("performance.initiative.next")},
	}, Empty: web.Empty{Why: v.T("performance.paper.none")}}
	if later != "" { // how far it is matters while its year runs; then what came of it does
		t.Columns = slices.Delete(t.Columns, 1, 2)
	}
	for _, o := range x.ToDo {
		next := web.Cell{Body: web.Blank()}
		if len(o.Next) > 0 {
			next = itemCell(v, o.Next[0].Item)
			next.Small = v.T("performance.link.seen", "year", o.Next[0].Item.Year, "part", v.T("performance.part."+string(o.Next[0].Item.Part)),
				"score", v.Percent(itoa(o.Next[0].Score/10)))
		}
		row := web.Row{ID: "i-" + string(o.ID), Cells: []web.Cell{itemCell(v, o.Initiative), {Body: stateTag(v, o.Initiative)}, {Body: fateTag(v, o)}, next}}
		if o.FateWhy != "" {
			row.Cells[2].Small = o.FateWhy
		}
		if later != "" {
			row.Cells = slices.Delete(row.Cells, 1, 2)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func doneTable(v *web.View, x section) web.Table {
	t := web.Table{ID: "done-" + x.Programme.Number, Caption: v.T("performance.paper.done"), Mode: web.Records, Columns: []web.Column{
		{Head: v.T("performance.initiative.words")}, {Head: v.T("performance.initiative.line")},
	}, Empty: web.Empty{Why: v.T("performance.paper.none")}}
	for _, o := range x.Done {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{itemCell(v, o.Initiative), {Text: v.T("performance.initiative.at", "line", o.Line), Path: sourcePath(o.Initiative)}}})
	}
	return t
}

// boardTable is how far each head is.
func boardTable(v *web.View, b Board) web.Table {
	t := web.Table{
		ID: "board", Caption: v.T("performance.board.caption", "year", b.Year), Mode: web.Figures, Columns: []web.Column{{Head: v.T("performance.board.head")}},
		Empty: web.Empty{Why: v.T("performance.board.none"), Next: v.T("performance.board.none-next")},
	}
	for _, st := range States() {
		t.Columns = append(t.Columns, web.Column{Head: v.T("performance.state." + string(st)), Numeric: true})
	}
	t.Columns = append(t.Columns, web.Column{Head: v.T("performance.board.total"), Numeric: true})
	for _, r := range b.Rows {
		name := named(v, r.Head.Name, paperPath(r.Head.Number, b.Year))
		name.Text = r.Head.Number + " " + name.Text
		row := web.Row{Cells: []web.Cell{name}}
		for _, st := range States() {
			row.Cells = append(row.Cells, web.Cell{Text: v.Number(int64(r.Count[st]))})
		}
		t.Rows = append(t.Rows, web.Row{Cells: append(row.Cells, web.Cell{Text: v.Number(int64(r.Total))})})
	}
	return t
}

// breakText is why a series begins anew.
func breakText(v *web.View, b Break) string {
	what := v.T("performance.break."+string(b.Kind), "head", b.Before.Head, "year", b.Before.Year)
	if b.Before.Number != "" {
		what = v.T("performance.break."+string(b.Kind)+"-programme", "head", b.Before.Head, "year", b.Before.Year, "number", b.Before.Number)
	}
	return what
}

// valuesTable is every figure that counts, period by period.
func valuesTable(v *web.View, d recordView) web.Table {
	t := web.Table{ID: "values", Caption: v.T("performance.measure.values"), Unit: unitOf(v, d.Measure), Mode: web.Records, Columns: []web.Column{
		{Head: v.T("performance.measure.period")},
		{Head: v.T("performance.value.role")},
		{Head: v.T("performance.value.value"), Numeric: true},
		{Head: v.T("performance.measure.result")},
		{Head: v.T("performance.value.how")},
	}, Empty: web.Empty{Why: v.T("performance.value.none"), Next: v.T("performance.value.none-next")}}
	all := newest(d.Values)
	for n := len(all) - 1; n >= 0; n-- {
		x := all[n]
		result := web.Cell{Body: web.Blank()}
		if x.Role == Actual {
			result = web.Cell{Body: metTag(v, d.Measure, x)}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: x.Period}, {Text: v.T("performance.role." + string(x.Role))}, valueCell(v, d.Measure, x), result, {Text: v.T("performance.how." + string(x.How))},
		}})
	}
	return t
}

// revisionsTable is every value that was ever given.
func revisionsTable(v *web.View, d recordView) web.Table {
	t := web.Table{ID: "revisions", Caption: v.T("performance.measure.revisions"), Mode: web.Records, Columns: []web.Column{
		{Head: v.T("performance.value.given")},
		{Head: v.T("performance.measure.period")},
		{Head: v.T("performance.value.value"), Numeric: true},
		{Head: v.T("performance.value.why")},
		{Head: v.T("performance.value.state")},
	}}
	for n := len(d.Values) - 1; n >= 0; n-- {
		x := d.Values[n]
		if x.State != Confirmed && !d.Works {
			continue
		}
		why := x.Why
		if why == "restated" || why == "recounted" {
			why = v.T("performance.why." + why)
		}
		cell := web.Cell{Text: why}
		if why == "" {
			cell = web.Cell{Body: web.Blank()}
		}
		state := web.Cell{Body: web.Outcome(v, map[Confirmation]web.State{AwaitsEyes: web.Waiting, Confirmed: web.Done, Refused: web.Refused}[x.State],
			v.T("performance.confirmation."+string(x.State)))}
		if x.State == AwaitsEyes && d.Confirms {
			state.Path = root + "/values/" + x.ID
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: v.Instant(x.GivenAt)}, {Text: x.Period + " " + v.T("performance.role."+string(x.Role))}, valueCell(v, d.Measure, x), cell, state,
		}})
	}
	return t
}

// casesTable is the cases behind a value.
func casesTable(v *web.View, d casesView) web.Table {
	t := web.Table{ID: "cases", Caption: v.T("performance.cases.caption"), Mode: web.Records, Columns: []web.Column{
		{Head: v.T("performance.cases.day")}, {Head: v.T("performance.cases.case")}, {Head: v.T("performance.cases.counts")},
	}, Empty: web.Empty{Why: v.T("performance.cases.none")}}
	for _, c := range d.Cases {
		counts := web.Cell{Text: v.T("performance.cases.good")}
		switch {
		case countedIn(c.Stream) == Spending:
			counts = web.Cell{Text: v.T("performance.cases."+c.Stream, "amount", v.T("performance.unit.thousands", "amount", v.Decimal(c.Amount.String())))}
		case countedIn(c.Stream) == Posts:
			counts = web.Cell{Text: v.T("performance.cases."+c.Stream, "amount", v.Signed(c.Amount.String()))}
		case d.Measure.Formula == Sum:
			counts = web.Cell{Text: v.T("performance.unit.thousands", "amount", v.Decimal(c.Amount.String()))}
		case !c.Good:
			counts = web.Cell{Text: v.T("performance.cases.not-good")}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.Date(c.Day)}, {Text: v.T("performance.cases.open"), Path: c.Path}, counts}})
	}
	return t
}

// measureChart draws the confirmed values of a measure: one line, and no line across a break.
func measureChart(v *web.View, d recordView) (web.Chart, []web.BarGroup, bool) {
	var groups []web.BarGroup
	for _, x := range newest(d.Values) {
		f, ok := float(x.Value)
		if !ok {
			continue
		}
		certainty := map[Role]web.Certainty{Actual: web.Actual, Revised: web.Revised, Estimate: web.Estimate, Plan: web.Estimate}[x.Role]
		groups = append(groups, web.BarGroup{Label: x.Period, Bars: []web.Bar{{
			Label: v.T("performance.role." + string(x.Role)), Value: f, Shown: shown(v, d.Measure, x.Value), Certainty: certainty,
		}}})
	}
	name, _ := d.Name.With(v.Lang())
	return web.Chart{
		ID: "chart", Caption: v.T("performance.measure.chart"), Title: name,
		Summary: v.T("performance.measure.chart-summary", "count", len(groups)), Data: valuesTable(v, d),
	}, groups, len(groups) > 1
}

// float is for drawing only.
func float(d money.Decimal) (float64, bool) {
	f := float64(d.Coef())
	for range d.Scale() {
		f /= 10
	}
	return f, d.Sign() >= 0
}
