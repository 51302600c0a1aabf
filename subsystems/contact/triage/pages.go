package triage

import (
	"strconv"

	"github.com/a-h/templ"

	"praya/platform/db"
	"praya/platform/web"
)

const reportPath = "/contact/triage"

// Mount registers every route.
func (s *Service) Mount(site *web.Site) { site.Page("GET "+reportPath, s.showReport, web.Secret()) }

// face is what the page needs.
type face struct {
	*web.Visit
	*Service
}

// showReport says how well the proposals do, for those who answer for the centre.
func (s *Service) showReport(v *web.Visit) error {
	f := face{v, s}
	if err := v.Allow("triage.report", web.Resource{Type: "Centre", ID: "any"}); err != nil {
		return err
	}
	var r Report
	var there bool
	var choices map[string]Chosen
	var since int64
	stale, err := f.Stale(v.Context())
	if err != nil {
		return err
	}
	err = f.DB.Read(v.Context(), func(tx *db.Tx) (err error) {
		if r, there, err = f.Newest(tx); err != nil {
			return err
		}
		if choices, err = f.Choices(tx); err == nil && there {
			since, err = choicesSince(tx, r.At)
		}
		return err
	})
	if err != nil {
		return err
	}
	var parts []templ.Component
	if !there {
		parts = append(parts, web.EmptyState(v.View, web.Empty{Why: v.T("triage.report.none")}))
	} else {
		parts = append(append(parts, f.trained(r)...), f.news(r, since, stale)...)
		parts = append(parts, web.DataTable(v.View, f.measuredTable(r)), web.DataTable(v.View, f.choiceTable(r, choices)))
		for _, x := range r.Questions {
			if x.HeldOut > 0 {
				parts = append(parts, f.calibration(x))
			}
		}
	}
	parts = append(parts, heading(v.T("triage.how.title")), list([]string{
		v.T("triage.how.people"), v.T("triage.how.threshold", "threshold", f.Share(Threshold)), v.T("triage.how.held-out"), v.T("triage.how.f1"), v.T("triage.how.calibration"), v.T("triage.how.lessons"),
	}))
	return v.Render(web.Page{Title: v.T("triage.report.title"), Lead: v.T("triage.report.lead"), Crumbs: []web.Crumb{{Text: v.T("triage.contact"), Path: "/contact"}}, Wide: true, Secret: true}, stack(parts))
}

// trained says when and on how much it was trained, and plainly what it can't do.
func (f face) trained(r Report) (out []templ.Component) {
	out = append(out, sentence(f.T("triage.report.trained", "at", f.Instant(r.At), "n", int64(r.Lessons))))
	some := false
	for _, x := range r.Questions {
		some = some || x.Trained > 0 || x.Kept > 0
	}
	if !some {
		out = append(out, sentence(f.T("triage.report.few", "fewest", int64(FewestLessons))))
	}
	return out
}

// news says what the model hasn't learned yet, or that there is nothing, and what a job has left to seal.
func (f face) news(r Report, since, stale int64) (out []templ.Component) {
	switch {
	case since > 0:
		out = append(out, sentence(f.T("triage.report.since", "n", since)))
	case !r.Looked.IsZero():
		out = append(out, sentence(f.T("triage.report.looked", "at", f.Instant(r.Looked))))
	}
	if stale > 0 {
		out = append(out, sentence(f.T("triage.report.stale", "n", stale)))
	}
	return out
}

// Share writes a share as a percentage.
func (f face) Share(x float64) string { return f.Percent(strconv.FormatFloat(100*x, 'f', 1, 64)) }

func share(part, whole int64) (float64, bool) {
	if whole == 0 {
		return 0, false
	}
	return float64(part) / float64(whole), true
}

func (f face) shareCell(part, whole int64) web.Cell {
	if x, ok := share(part, whole); ok {
		return web.Cell{Text: f.Share(x), Small: f.T("triage.of", "part", part, "whole", whole)}
	}
	return web.Cell{Body: web.Blank()}
}

func (f face) question(q string) string {
	if f.Has("triage.question." + q) {
		return f.T("triage.question." + q)
	}
	return q
}

func (f face) heads(first string, more ...string) []web.Column {
	out := []web.Column{{Head: f.T("triage.col." + first)}}
	for _, x := range more {
		out = append(out, web.Column{Head: f.T("triage.col." + x), Numeric: true})
	}
	return out
}

func (f face) measuredTable(r Report) web.Table {
	t := web.Table{
		ID: "measured", Caption: f.T("triage.measured"), Mode: web.Figures, Empty: web.Empty{Why: f.T("triage.report.few", "fewest", int64(FewestLessons))},
		Columns: append(f.heads("question", "lessons", "answers", "held-out", "accuracy", "macro-f1", "error", "said", "said-right"), web.Column{Head: f.T("triage.col.state")}),
	}
	for _, x := range r.Questions {
		row := web.Row{Cells: []web.Cell{{Text: f.question(x.Question)}, {Text: f.Number(int64(x.Lessons))}, {Text: f.Number(int64(x.Answers))}}}
		if x.HeldOut == 0 {
			for range 6 {
				row.Cells = append(row.Cells, web.Cell{Body: web.Blank()})
			}
			row.Cells = append(row.Cells, web.Cell{Text: f.T("triage.state.few")})
			t.Rows = append(t.Rows, row)
			continue
		}
		state := web.Cell{Text: f.T("triage.state.taken")}
		if !x.Taken {
			state = web.Cell{Text: f.T("triage.state.kept"), Small: f.T("triage.state.kept-f1", "f1", f.Share(x.Kept))}
		}
		row.Cells = append(row.Cells, web.Cell{Text: f.Number(int64(x.HeldOut))}, web.Cell{Text: f.Share(x.Accuracy)}, web.Cell{Text: f.Share(x.MacroF1)},
			web.Cell{Text: f.Share(x.Error), Small: f.T("triage.before", "error", f.Share(x.RawError))}, f.shareCell(int64(x.Said), int64(x.HeldOut)), f.shareCell(int64(x.SaidRight), int64(x.Said)), state)
		t.Rows = append(t.Rows, row)
	}
	return t
}

// choiceTable is what people did with proposals.
func (f face) choiceTable(r Report, choices map[string]Chosen) web.Table {
	t := web.Table{ID: "choices", Caption: f.T("triage.choices"), Mode: web.Figures, Columns: f.heads("question", "shown", "agreed", "corrected"), Empty: web.Empty{Why: f.T("triage.choices-none")}}
	for _, x := range r.Questions {
		c, ok := choices[x.Question]
		if !ok {
			continue
		}
		all := c.Agreed + c.Corrected
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: f.question(x.Question)}, {Text: f.Number(all)}, f.shareCell(c.Agreed, all), f.shareCell(c.Corrected, all)}})
	}
	return t
}

// calibration draws how often proposals were right, by how sure they were.
func (f face) calibration(x Figures) templ.Component {
	t := web.Table{ID: "bins-" + x.Question, Caption: f.T("triage.bins", "question", f.question(x.Question)), Mode: web.Figures, Columns: f.heads("confidence", "proposals", "mean", "right")}
	var labels []string
	said := web.Line{Name: f.T("triage.line.said"), Short: f.T("triage.line.said-short")}
	right := web.Line{Name: f.T("triage.line.right"), Short: f.T("triage.line.right-short")}
	for i, b := range x.Bins {
		name := f.T("triage.bin", "from", int64(i*100/bins), "to", int64((i+1)*100/bins))
		labels = append(labels, strconv.Itoa(i*100/bins))
		if b.Number == 0 {
			said.Points, right.Points = append(said.Points, web.Point{Missing: true}), append(right.Points, web.Point{Missing: true})
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: name}, {Text: f.Number(0)}, {Body: web.Blank()}, {Body: web.Blank()}}})
			continue
		}
		mean, truth := b.Confidence/float64(b.Number), float64(b.Right)/float64(b.Number)
		said.Points = append(said.Points, web.Point{Value: 100 * mean, Shown: f.Share(mean)})
		right.Points = append(right.Points, web.Point{Value: 100 * truth, Shown: f.Share(truth)})
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: name}, {Text: f.Number(int64(b.Number))}, {Text: f.Share(mean)}, f.shareCell(int64(b.Right), int64(b.Number))}})
	}
	caption := f.T("triage.calibration.says", "question", f.question(x.Question), "error", f.Share(x.Error))
	return web.LineChart(f.View, web.Chart{ID: "calibration-" + x.Question, Caption: caption, Title: f.T("triage.calibration.title"), Summary: caption, Data: t}, labels, []web.Line{said, right})
}
