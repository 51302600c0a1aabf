package queue

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/sheet"
	"praya/platform/web"
)

// showPlans leads to the days of the next two weeks and to any other.
func (s *Service) showPlans(v *web.Visit) error {
	f := face{v, s}
	if err := v.Allow("queue.plan", centre()); err != nil {
		return err
	}
	if d, err := when.ParseDay(v.Query.Get("day")); err == nil && !d.IsZero() {
		return v.Redirect(planPath + "/" + d.String())
	}
	t := web.Table{
		ID: "plans", Caption: v.T("queue.plan.days"),
		Columns: []web.Column{{Head: v.T("queue.col.day")}, {Head: v.T("queue.plan.state")}, {Head: v.T("queue.plan.hours"), Numeric: true}, {Head: v.T("queue.plan.promises"), Numeric: true}},
	}
	err := f.read(func(tx *db.Tx) error {
		rest, err := calendar.Working(tx)
		if err != nil {
			return err
		}
		for n := -7; n < 14; n++ {
			p, err := planOf(tx, v.Now().Day().Add(n))
			if err != nil {
				return err
			}
			t.Rows = append(t.Rows, f.planRow(p, rest))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("queue.plan.title"), Lead: v.T("queue.plan.lead"), Crumbs: f.crumbs(), Wide: true, Secret: true}, stack([]templ.Component{
		web.DataTable(v.View, t),
		oneField(v.View, web.Form{Action: planPath, Get: true, Filter: true, Quiet: true, Submit: v.T("queue.plan.go")},
			web.Field{Name: "day", Label: v.T("queue.plan.another-day"), Hint: v.T("queue.calls.day-hint"), Width: "short"}),
	}))
}

func (f face) planRow(p Plan, rest when.Calendar) web.Row {
	state, hours := f.T("queue.plan.no-plan"), f.T("queue.no-figure")
	if p.Version > 0 {
		state = f.T("queue.plan.from." + p.Source)
		quarters := 0
		for _, q := range p.Quarters {
			quarters += q.Rostered
		}
		hours = f.Decimal(strconv.FormatFloat(float64(quarters)/4, 'f', 1, 64))
	}
	r := cells(f.Day(p.Day), state, hours, f.percent(p.PromisedShare()))
	r.Cells[0].Path, r.Cells[0].Small = planPath+"/"+p.Day.String(), f.holiday(rest, p.Day)
	return r
}

// holiday says that a day is a general holiday; nothing on others.
func (f face) holiday(c when.Calendar, d when.Day) string {
	if restful(c, d) {
		return f.T("queue.holiday")
	}
	return ""
}

// dayIn is the day in the address.
func (f face) dayIn() (when.Day, error) {
	d, err := when.ParseDay(f.PathValue("day"))
	if err != nil || d.IsZero() {
		return d, noPage()
	}
	return d, f.Allow("queue.plan", centre())
}

// showPlan sets the forecast of a day beside what happened.
func (s *Service) showPlan(v *web.Visit) error {
	f := face{v, s}
	d, err := f.dayIn()
	if err != nil {
		return err
	}
	var p Plan
	var seen map[int]Tally
	lead := ""
	err = f.read(func(tx *db.Tx) (err error) {
		rest, err := calendar.Working(tx)
		if err != nil {
			return err
		}
		if restful(rest, d) {
			lead = v.T("queue.plan.holiday")
		}
		if p, err = planOf(tx, d); err == nil {
			seen, err = quartersOf(tx, d)
		}
		return err
	})
	if err != nil {
		return err
	}
	path := planPath + "/" + d.String()
	next := []web.Crumb{{Text: v.T("queue.plan.make"), Path: path + "/make"}, {Text: v.T("queue.plan.bring"), Path: path + "/file"}}
	var parts []templ.Component
	if p.Version == 0 {
		parts = append(parts, web.EmptyState(v.View, web.Empty{Why: v.T("queue.plan.none")}))
	} else {
		parts = append(parts, web.SummaryList(v.View, f.assumed(p)))
	}
	if p.Version > 0 || len(seen) > 0 {
		parts = append(parts, f.planChart(p, seen))
	}
	return v.Render(web.Page{Title: v.T("queue.plan.of", "day", d), Lead: lead, Crumbs: append(f.crumbs(), web.Crumb{Text: v.T("queue.plan.title"), Path: planPath}), Wide: true, Secret: true},
		stack(append(parts, ways(v.View, next))))
}

func (f face) assumed(p Plan) []web.Entry {
	s := p.Settings
	patience := f.T("queue.seconds", "count", int64(s.Patience))
	if s.Patience == 0 {
		patience = f.T("queue.plan.endless")
	}
	return []web.Entry{
		{Label: f.T("queue.plan.state"), Value: f.T("queue.plan.from." + p.Source)},
		{Label: f.T("queue.plan.made"), Value: f.T("queue.plan.by", "who", f.agentName(p.MadeBy), "at", p.MadeAt)},
		{Label: f.T("queue.plan.handling"), Value: f.T("queue.seconds", "count", int64(s.Handling))},
		{Label: f.T("queue.plan.patience"), Value: patience},
		{Label: f.T("queue.plan.shrinkage"), Value: f.Percent(strconv.Itoa(s.Shrinkage))},
		{Label: f.T("queue.plan.share", "seconds", int64(s.Target)), Value: f.Percent(strconv.Itoa(s.Share))},
		{Label: f.T("queue.plan.promises"), Value: f.percent(p.PromisedShare())},
	}
}

// planChart draws calls that were expected and that came, with everything by quarter in its table.
func (f face) planChart(p Plan, seen map[int]Tally) templ.Component {
	t := web.Table{
		ID: "quarters", Caption: f.T("queue.plan.quarters"), Mode: web.Figures,
		Columns: f.heads("quarter", "expected", "came", "needed", "rostered", "present", "forecast", "in-time"),
	}
	none := f.T("queue.no-figure")
	expected := web.Line{Name: f.T("queue.col.expected"), Short: f.T("queue.col.expected")}
	came := web.Line{Name: f.T("queue.col.came"), Short: f.T("queue.col.came")}
	var labels []string
	var sum float64
	var total Tally
	for q := range quartersOfDay {
		row := []string{quarterName(q), none, none, none, none, none, none, none}
		a, b := web.Point{Missing: true}, web.Point{Missing: true}
		if q < len(p.Quarters) {
			x := p.Quarters[q]
			sum += x.Calls
			row[1], row[3], row[4], row[6] = f.Decimal(strconv.FormatFloat(x.Calls, 'f', 1, 64)), f.count(int64(x.Agents)), f.count(int64(x.Rostered)), f.percent(x.InTime, true)
			a = web.Point{Value: x.Calls, Shown: row[1]}
		}
		if x, ok := seen[q]; ok {
			total = total.Add(x)
			row[2], row[7] = f.count(x.Offered), f.percent(x.InTime())
			row[5] = f.Decimal(strconv.FormatFloat(float64(x.BusyMS+x.ReadyMS)/float64(quarterHour.Milliseconds()), 'f', 1, 64))
			b = web.Point{Value: float64(x.Offered), Shown: row[2]}
		}
		t.Rows = append(t.Rows, cells(row...))
		labels, expected.Points, came.Points = append(labels, row[0]), append(expected.Points, a), append(came.Points, b)
	}
	caption := f.T("queue.plan.says", "expected", f.count(int64(math.Round(sum))), "came", f.count(total.Offered))
	return web.LineChart(f.View, web.Chart{ID: "plan", Caption: caption, Title: f.T("queue.plan.drawn"), Summary: caption, Data: t}, labels, []web.Line{expected, came})
}

// usual are the settings that a new plan begins with: what the last four weeks showed, and the targets.
func (s *Service) usual(tx *db.Tx, p Plan) (Settings, error) {
	if p.Version > 0 {
		return p.Settings, nil
	}
	r := s.Rules.filled()
	out := Settings{Handling: int(r.Handling.Seconds()), Patience: 180, Shrinkage: 30, Share: int(math.Round(100 * Promised().InTime)), Target: int(r.Target.Seconds())}
	today := tx.Now().Day()
	list, err := totals(tx, DaySpan, today.Add(-28).String(), today.String())
	var sum Tally
	for _, i := range list {
		sum = sum.Add(i.Tally)
	}
	if h, ok := sum.MeanHandling(); ok && h.Seconds() >= 10 {
		out.Handling = min(int(math.Round(h.Seconds())), 3600)
	}
	return out, err
}

// settingFields are the questions of a plan, with what stands in them.
func (f face) settingFields() (out []web.Field) {
	for _, name := range []string{"handling", "patience", "shrinkage", "share", "target"} {
		out = append(out, web.Field{Name: name, Label: f.T("queue.plan.ask." + name), Hint: f.T("queue.plan.hint." + name), Width: "short", Inputmode: "numeric", MaxLength: 5})
	}
	return out
}

func (s Settings) fields() map[string]*int {
	return map[string]*int{"handling": &s.Handling, "patience": &s.Patience, "shrinkage": &s.Shrinkage, "share": &s.Share, "target": &s.Target}
}

func (s Settings) given() url.Values {
	out := url.Values{}
	for name, n := range s.fields() {
		out.Set(name, strconv.Itoa(*n))
	}
	return out
}

// settingsOf reads typed settings; what is no number is out of every bound.
func settingsOf(text func(name string) string) Settings {
	n := func(name string) int {
		x, err := strconv.Atoi(web.HalfWidth(text(name)))
		if err != nil {
			return -1
		}
		return x
	}
	return Settings{n("handling"), n("patience"), n("shrinkage"), n("share"), n("target")}
}

// startOf is the plan of a day and the settings that a form begins with.
func (f face) startOf(d when.Day) (p Plan, set Settings, err error) {
	err = f.read(func(tx *db.Tx) (err error) {
		if p, err = planOf(tx, d); err != nil {
			return err
		}
		set, err = f.usual(tx, p)
		return err
	})
	return p, set, err
}

// askPlan plans a day from the weeks before.
func (s *Service) askPlan(v *web.Visit) error {
	f := face{v, s}
	d, err := f.dayIn()
	if err != nil {
		return err
	}
	p, set, err := f.startOf(d)
	if err != nil {
		return err
	}
	path := planPath + "/" + d.String()
	q := web.Questions{Title: v.T("queue.plan.make"), Lead: v.T("queue.plan.make-lead", "day", d), Submit: v.T("queue.plan.do"), Back: path, Given: set.given()}
	q.Given.Set("version", strconv.FormatInt(p.Version, 10))
	for _, field := range f.settingFields() {
		q.Asked = append(q.Asked, web.Question{Field: field})
	}
	q.Asked = append(q.Asked, web.Remember("version"))
	q.Act = func(a *web.Answers) (string, string, error) {
		set := settingsOf(a.Text)
		if err := set.check(); err != nil {
			for _, w := range asFault(err).Fields {
				a.Wrong(w.Name, w.Key)
			}
			return "", "", nil
		}
		version, _ := strconv.ParseInt(a.Text("version"), 10, 64) // 0: none that was looked at
		_, err := s.MakePlan(v.Context(), d, set, nil, version)
		var none *fault.Fault
		if errors.As(err, &none) && none.Key == "queue.fault.no-weeks" {
			return path + "/file", v.T(none.Key), nil // where the calls can be brought
		}
		return path, v.T("queue.plan.done"), err
	}
	return v.Ask(q)
}

func (s *Service) showPlanFile(v *web.Visit) error {
	f := face{v, s}
	d, err := f.dayIn()
	if err != nil {
		return err
	}
	p, set, err := f.startOf(d)
	if err != nil {
		return err
	}
	given := set.given()
	given.Set("version", strconv.FormatInt(p.Version, 10))
	return f.filePage(http.StatusOK, d, given, nil, nil)
}

func (f face) filePage(status int, d when.Day, given url.Values, fields map[string]string, wrong []string) error {
	file := web.FileInput{Field: web.Field{Name: "file", Label: f.T("queue.plan.file"), Hint: f.T("queue.plan.file-hint")}, Accept: ".csv,text/csv"}
	var errs []web.FieldError
	if len(wrong) > 0 {
		file.Error = f.T("queue.plan.file-wrong")
		errs = append(errs, web.FieldError{Name: "file", Text: file.Error})
	}
	asked := f.settingFields()
	for i := range asked {
		asked[i].Value = given.Get(asked[i].Name)
		if key := fields[asked[i].Name]; key != "" {
			asked[i].Error = f.T(key)
			errs = append(errs, web.FieldError{Name: asked[i].Name, Text: asked[i].Error})
		}
	}
	path := planPath + "/" + d.String()
	parts := []templ.Component{web.ErrorSummary(f.View, errs)}
	if len(wrong) > 0 {
		parts = append(parts, warning(wrong))
	}
	form := web.Form{Action: path + "/file", Files: true, Submit: f.T("queue.plan.do"), Cancel: path, Hidden: [][2]string{f.Once(), {"version", given.Get("version")}}}
	return f.RenderStatus(status, web.Page{Title: f.T("queue.plan.bring"), Lead: f.T("queue.plan.bring-lead", "day", d), Back: path, Failed: len(errs) > 0, Secret: true},
		stack(append(parts, fileForm(f.View, form, asked, file))))
}

// doPlanFile plans a day from a sheet, or says what is wrong with which line and changes nothing.
func (s *Service) doPlanFile(v *web.Visit) error {
	f := face{v, s}
	d, err := f.dayIn()
	if err != nil {
		return err
	}
	given, body, err := posted(v)
	if err != nil {
		return err
	}
	calls, problems, err := ReadCalls(bytes.NewReader(body))
	if err != nil {
		return err
	}
	set, fields := settingsOf(given.Get), map[string]string{}
	if err := set.check(); err != nil {
		for _, w := range asFault(err).Fields {
			fields[w.Name] = w.Key
		}
	}
	if len(problems)+len(fields) > 0 {
		return f.filePage(http.StatusUnprocessableEntity, d, given, fields, f.say(problems))
	}
	version, _ := strconv.ParseInt(given.Get("version"), 10, 64) // 0: none that was looked at
	err = v.SubmitOnce(given, func() error {
		_, err := s.MakePlan(v.Context(), d, set, &calls, version)
		return err
	})
	if err != nil {
		return err
	}
	return v.RedirectWith(planPath+"/"+d.String(), web.Notice{Text: v.T("queue.plan.done")})
}

// say names the line and the column of each problem.
func (f face) say(all []sheet.Problem) (out []string) {
	for _, p := range all {
		said := f.T("queue.sheet." + string(p.Fault))
		switch {
		case p.Line == 0:
			out = append(out, said)
		case p.Column == "":
			out = append(out, f.T("queue.sheet.at-line", "line", p.Line, "what", said))
		default:
			out = append(out, f.T("queue.sheet.at-cell", "line", p.Line, "column", p.Column, "what", said))
		}
	}
	return out
}

// posted reads the fields and the one file of a multipart form.
func posted(v *web.Visit) (given url.Values, file []byte, err error) {
	bad := func(err error) error { return fault.New(fault.Invalid, "queue.fault.form").Because(err) }
	reader, err := v.R.MultipartReader()
	if err != nil {
		return nil, nil, bad(err)
	}
	given = url.Values{}
	for range 12 {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return given, file, nil
		}
		if err != nil {
			return nil, nil, bad(err)
		}
		body, err := io.ReadAll(io.LimitReader(part, maxPlanFile+1))
		if err != nil {
			return nil, nil, err
		}
		if part.FormName() == "file" {
			file = body
		} else {
			given.Set(part.FormName(), string(body))
		}
	}
	return nil, nil, bad(errors.New("queue: too many parts"))
}
