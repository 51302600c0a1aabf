package queue

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"praya/kernel/when"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/web"
)

// showFigures is what was measured, for everybody: of a year, a month or a day.
func (s *Service) showFigures(v *web.Visit) error {
	f := face{v, s}
	if err := v.Allow("queue.figures", centre()); err != nil {
		return err
	}
	start := v.Query.Get("of")
	if start == "" {
		start = Month.Start(v.Now())
	}
	span, ok := spanNamed(start)
	if !ok {
		return noPage()
	}
	var x Figures
	var rest when.Calendar
	err := f.read(func(tx *db.Tx) (err error) {
		if rest, err = calendar.Working(tx); err == nil {
			x, err = s.FiguresOf(tx, span, start)
		}
		return err
	})
	if err != nil {
		return err
	}
	lead := v.T("queue.figures.of", "when", f.spanName(span, start))
	if d, err := when.ParseDay(start); err == nil && restful(rest, d) {
		lead = v.T("queue.figures.of-holiday", "when", f.spanName(span, start))
	}
	parts := []templ.Component{ways(v.View, f.around(span, start))}
	if x.Offered == 0 {
		parts = append(parts, web.EmptyState(v.View, web.Empty{Why: v.T("queue.figures.none")}))
	} else {
		parts = append(parts, f.measured(x, rest)...)
	}
	parts = append(parts, heading(v.T("queue.figures.how")), list(f.formulas()), heading(v.T("queue.figures.data")), sentence(v.T("queue.figures.data-says")),
		web.DownloadList(v.View, f.downloads(x)))
	return v.Render(web.Page{
		Title: v.T("queue.figures.title"), Lead: lead, Wide: true,
	}, stack(parts))
}

// measured is what there is to say about a span with calls.
func (f face) measured(x Figures, rest when.Calendar) []templ.Component {
	inTime, ok := x.InTime()
	return []templ.Component{
		web.KeyFigure(f.View, web.Figure{
			Label: f.T("queue.measure.in-time", "seconds", f.target()), Value: f.percent(inTime, ok),
			Note: f.T("queue.figures.fraction", "part", f.count(x.Within), "whole", f.count(x.Offered)),
		}),
		web.DataTable(f.View, f.targetsTable("targets", f.T("queue.figures.targets"), x.Tally)),
		web.DataTable(f.View, f.outcomesTable(x.Tally)), web.DataTable(f.View, f.waitsTable(x)),
		f.throughTime(x, rest), web.DataTable(f.View, f.partsTable("languages", x.Languages, f.languageName)), web.DataTable(f.View, f.partsTable("skills", x.Skill, f.skillName)),
	}
}

// spanName is a span in the reader's language.
func (f face) spanName(span Span, start string) string {
	switch span {
	case Year:
		return f.T("queue.figures.year", "year", start)
	case Month:
		if d, err := when.ParseDay(start + "-01"); err == nil {
			return f.Month(d.Year, d.Month)
		}
	case DaySpan:
		if d, err := when.ParseDay(start); err == nil {
			return f.Day(d)
		}
	case Quarter:
		if at, err := when.ParseInstant(start); err == nil {
			return f.Time(at)
		}
	}
	return start
}

// around leads to the span before, the one after and the larger ones.
func (f face) around(span Span, start string) (out []web.Crumb) {
	to := func(key string, sp Span, name string) {
		out = append(out, web.Crumb{Text: f.T("queue.figures."+key, "when", f.spanName(sp, name)), Path: figuresPath + "?of=" + name})
	}
	before, after := beside(span, start)
	to("before", span, before)
	if after <= span.Start(f.Now()) {
		to("after", span, after)
	}
	if span == DaySpan {
		to("whole", Month, start[:7])
	}
	if span != Year {
		to("whole", Year, start[:4])
	}
	return out
}

// beside is the span before and after one.
func beside(span Span, start string) (before, after string) {
	whole := start + "-01-01"[:10-len(start)]
	if span == Month {
		whole = start + "-01"
	}
	d, err := when.ParseDay(whole)
	if err != nil {
		return start, start
	}
	step := map[Span][3]int{Year: {1, 0, 0}, Month: {0, 1, 0}, DaySpan: {0, 0, 1}}[span]
	at := time.Date(d.Year, d.Month, d.Date, 12, 0, 0, 0, when.HongKong)
	name := func(sign int) string {
		return span.Start(when.At(at.AddDate(sign*step[0], sign*step[1], sign*step[2])))
	}
	return name(-1), name(1)
}

// outcomesTable says what became of all calls that asked for an agent; it adds up.
func (f face) outcomesTable(t Tally) web.Table {
	out := web.Table{ID: "outcomes", Caption: f.T("queue.figures.outcomes"), Mode: web.Figures, Columns: f.heads("outcome", "calls", "share")}
	for _, o := range []struct {
		key string
		n   int64
	}{
		{"answered", t.Answered},
		{"abandoned", t.Abandoned},
		{"voicemail", t.Voicemail},
		{"callback", t.CallBack},
		{"refused", t.Refused},
		{"interrupted", t.Interrupted},
		{"waiting", t.StillOpen()},
	} {
		x, ok := share(o.n, t.Offered)
		out.Rows = append(out.Rows, cells(f.T("queue.outcome."+o.key), f.count(o.n), f.percent(x, ok)))
	}
	sum := cells(f.T("queue.figures.offered"), f.count(t.Offered), f.percent(1, true))
	sum.Total = true
	kept := cells(f.T("queue.figures.kept"), f.count(t.CalledBack), f.percent(share(t.CalledBack, t.CallBack)))
	out.Rows = append(out.Rows, sum, kept)
	return out
}

func (f face) waitsTable(x Figures) web.Table {
	out := web.Table{ID: "waits", Caption: f.T("queue.figures.waits"), Mode: web.Figures, Columns: f.heads("measure", "measured")}
	for _, q := range []struct {
		key string
		at  float64
	}{{"lower", 0.25}, {"median", 0.5}, {"upper", 0.75}} {
		d, ok := x.Waits.Quantile(q.at)
		out.Rows = append(out.Rows, cells(f.T("queue.figures."+q.key), f.length(d, ok)))
	}
	mean, ok := x.MeanWait()
	handling, b := x.MeanHandling()
	occupancy, c := x.Occupancy()
	out.Rows = append(out.Rows, cells(f.T("queue.figures.mean-wait"), f.length(mean, ok)), cells(f.T("queue.figures.handling"), f.length(handling, b)),
		cells(f.T("queue.figures.occupancy"), f.percent(occupancy, c)))
	return out
}

func (f face) partsTable(id string, parts []Part, name func(string) string) web.Table {
	out := web.Table{ID: id, Caption: f.T("queue.figures.by-" + id), Mode: web.Figures, Columns: f.heads(id, "offered", "answered-calls", "abandoned", "voicemail", "callback", "in-time")}
	for _, p := range parts {
		x, ok := p.InTime()
		out.Rows = append(out.Rows, cells(name(p.Name), f.count(p.Offered), f.count(p.Answered), f.count(p.Abandoned), f.count(p.Voicemail), f.count(p.CallBack), f.percent(x, ok)))
	}
	return out
}

// throughTime draws the share in time of the parts of the span.
func (f face) throughTime(x Figures, rest when.Calendar) templ.Component {
	t := web.Table{ID: "through", Caption: f.T("queue.figures.through"), Mode: web.Figures, Columns: f.heads("when", "offered", "answered-calls", "abandoned", "voicemail", "callback", "in-time")}
	var labels []string
	series := web.Line{Name: f.T("queue.measure.in-time", "seconds", f.target()), Short: f.T("queue.col.in-time")}
	var best, worst Interval
	for i, p := range x.Inner {
		in, ok := p.InTime()
		name := f.spanName(p.Span, p.Start)
		row := cells(name, f.count(p.Offered), f.count(p.Answered), f.count(p.Abandoned), f.count(p.Voicemail), f.count(p.CallBack), f.percent(in, ok))
		if p.Span != Quarter {
			row.Cells[0].Path = figuresPath + "?of=" + p.Start
			if d, err := when.ParseDay(p.Start); err == nil {
				row.Cells[0].Small = f.holiday(rest, d)
			}
		}
		t.Rows = append(t.Rows, row)
		labels = append(labels, f.short(p))
		series.Points = append(series.Points, web.Point{Value: 100 * in, Shown: f.percent(in, ok), Missing: !ok})
		if b, _ := best.InTime(); ok && (i == 0 || in > b) {
			best = p
		}
		if w, _ := worst.InTime(); ok && (worst.Start == "" || in < w) {
			worst = p
		}
	}
	if len(labels) < 2 || best.Start == "" || worst.Start == "" {
		return web.DataTable(f.View, t)
	}
	b, _ := best.InTime()
	w, _ := worst.InTime()
	caption := f.T("queue.figures.says", "best", f.spanName(best.Span, best.Start), "high", f.percent(b, true), "worst", f.spanName(worst.Span, worst.Start), "low", f.percent(w, true))
	return web.LineChart(f.View, web.Chart{ID: "through-time", Caption: caption, Title: f.T("queue.figures.drawn", "seconds", f.target()), Summary: caption, Data: t}, labels, []web.Line{series})
}

// short is a part's label under a drawing.
func (f face) short(i Interval) string {
	switch i.Span {
	case Month, DaySpan:
		n, _ := strconv.Atoi(i.Start[len(i.Start)-2:])
		return strconv.Itoa(n)
	}
	at, err := when.ParseInstant(i.Start)
	if err != nil {
		return i.Start
	}
	return quarterName(int(at.Sub(midnight(at.Day())) / quarterHour))
}

// formulas say what is divided by what.
func (f face) formulas() (out []string) {
	for _, key := range []string{"in-time", "offered", "apart", "at-first", "satisfaction", "waits", "occupancy", "quarter"} {
		out = append(out, f.T("queue.formula."+key, "seconds", f.target()))
	}
	return out
}

func (f face) downloads(x Figures) []web.File {
	from, to := x.Start, x.Start
	switch x.Span {
	case Year:
		from, to = x.Start+"-01-01", x.Start+"-12-31"
	case Month:
		if d, err := when.ParseDay(x.Start + "-01"); err == nil {
			last := when.DayOf(time.Date(d.Year, d.Month+1, 0, 12, 0, 0, 0, when.HongKong))
			from, to = d.String(), last.String()
		}
	}
	query := "?from=" + from + "&to=" + to
	return []web.File{
		{Text: f.T("queue.figures.file"), Path: f.Plain(dataAPI + ".csv" + query), Format: "CSV"},
		{Text: f.T("queue.figures.file"), Path: f.Plain(dataAPI + ".json" + query), Format: "JSON"},
	}
}
