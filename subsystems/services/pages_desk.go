package services

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/sheet"
	"praya/platform/web"
	"praya/subsystems/services/process"
)

func (s *Service) mountDesk(site *web.Site) {
	page := func(pattern string, h web.Handler, opts ...web.Option) {
		site.Page(pattern, h, append(opts, web.Secret())...)
	}
	page("GET "+deskPath, s.showQueue)
	page("GET "+deskPath+"/cases", s.showCases)
	page("GET "+deskPath+"/cases.csv", s.downloadCases)
	page("GET "+deskPath+"/find", s.findCase)
	one := deskPath + "/cases/{id}"
	page("GET "+one, s.showDeskCase)
	page("GET "+one+"/files/{file}", s.deskFile)
	page("GET "+one+"/letters/{number}", s.deskLetter)
	task := deskPath + "/tasks/{task}"
	page("POST "+task+"/claim", s.onClaim(s.Claim))
	page("POST "+task+"/release", s.onClaim(s.Release))
	for path, form := range map[string]web.Handler{
		task: s.decideForm, task + "/delegate": s.delegateForm, one + "/write": s.writeForm, deskPath + "/counter": s.counterForm, deskPath + "/catalogue/upload": s.uploadForm,
		deskPath + "/catalogue/{code}/state": s.stateForm,
	} {
		page("GET "+path, form)
		page("POST "+path, form, web.Body(maxBundle+64<<10))
	}
	page("GET "+deskPath+"/catalogue", s.showCatalogue)
	page("GET "+deskPath+"/catalogue/{code}", s.showDefinition)
	page("GET "+deskPath+"/catalogue/{code}/bundle", s.downloadBundle)
	page("GET "+deskPath+"/catalogue/{code}/process", s.downloadProcess)
}

// deskView is the frame of an officer's pages.
type deskView struct {
	*web.View
	Tabs []web.Tab
}

func (s *Service) desk(v *web.Visit, tab string) (d deskView, err error) {
	d.View = v.View
	duty := v.Actor().Duty
	worker, editor, counter := len(roles(duty)) > 0, duty.In(EditorRole), duty.In(CounterRole)
	if !worker && !editor && !counter {
		return d, s.mayWork(v.Context(), duty.Department)
	}
	add := func(shown bool, name, path string) {
		if shown {
			d.Tabs = append(d.Tabs, web.Tab{Text: v.T("services.desk." + name), Path: path, Current: name == tab})
		}
	}
	add(worker, "queue", deskPath)
	add(worker, "cases", deskPath+"/cases")
	add(counter, "counter", deskPath+"/counter")
	add(editor || worker, "catalogue", deskPath+"/catalogue")
	return d, nil
}

func (d deskView) page(title, lead string) web.Page {
	return web.Page{Title: title, Lead: lead, Wide: true, Secret: true}
}

// queueView is an officer's open tasks.
type queueView struct {
	deskView
	Table   web.Table
	Pages   web.Pages
	Whose   []web.Choice
	Unknown bool
}

const queueOnPage = 50

func (s *Service) showQueue(v *web.Visit) error {
	d, err := s.desk(v, "queue")
	if err != nil {
		return err
	}
	if len(roles(v.Actor().Duty)) == 0 {
		return v.Redirect(d.Tabs[0].Path)
	}
	f := QueueFilter{Mine: v.Query.Get("whose") == "mine", Free: v.Query.Get("whose") == "free", Limit: queueOnPage}
	_, total, err := s.Queue(v.Context(), QueueFilter{Mine: f.Mine, Free: f.Free, Limit: 1})
	if err != nil {
		return err
	}
	x := queueView{deskView: d, Pages: v.PageOf(queueOnPage, total)}
	f.Offset = x.Pages.Offset()
	all, _, err := s.Queue(v.Context(), f)
	if err != nil {
		return err
	}
	for _, w := range []string{"all", "mine", "free"} {
		x.Whose = append(x.Whose, web.Choice{Value: w, Label: v.T("services.desk.whose-" + w), Chosen: v.Query.Get("whose") == w || w == "all" && v.Query.Get("whose") == ""})
	}
	x.Table = web.Table{
		ID: "queue", Caption: v.T("services.desk.queue"),
		Columns: []web.Column{
			{Head: v.T("services.desk.case")}, {Head: v.T("services.desk.task")}, {Head: v.T("services.desk.left"), Numeric: true}, {Head: v.T("services.desk.holder")},
		},
		Empty: web.Empty{Why: v.T("services.desk.empty"), Next: v.T("services.desk.empty-next"), Path: deskPath + "/cases"},
	}
	err = s.DB.Read(v.Context(), func(tx *db.Tx) error {
		cal, err := calendar.Working(tx)
		x.Table.Rows = nil
		for _, q := range all {
			x.Table.Rows = append(x.Table.Rows, queueRow(v, q, cal))
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.Render(d.page(v.T("services.desk.title"), v.T("services.desk.lead")), queuePage(x))
}

func queueRow(v *web.Visit, q Queued, cal when.Calendar) web.Row {
	left := web.Cell{Text: v.T("services.desk.no-due")}
	if due := q.due(); !due.IsZero() {
		n := cal.WorkingBetween(v.Now().Day(), due)
		left = web.Cell{Text: v.Number(int64(n)), Small: v.Date(due)}
		if n < 0 {
			left = web.Cell{Body: web.Outcome(v.View, web.Late, v.T("services.desk.overdue", "count", -n)), Small: v.Date(due)}
		}
	}
	holder := v.T("services.desk.nobody")
	switch q.Holder {
	case "":
	case v.Actor().ID:
		holder = v.T("services.desk.me")
	default:
		holder = v.T("services.desk.colleague")
	}
	return web.Row{Cells: []web.Cell{
		{Text: q.Title.In(v.Lang()), Path: deskCasePath(q.Case.ID), Small: q.Case.Reference},
		{Text: q.Name.In(v.Lang()), Path: taskPath(q.ID)},
		left,
		{Text: holder},
	}}
}

// due is the task's own day, or the case's.
func (q Queued) due() when.Day {
	if q.Due.IsZero() {
		return q.Case.Due
	}
	return q.Due
}

// casesView is the cases of a department.
type casesView struct {
	deskView
	Stages []web.Choice
	Table  web.Table
	Pages  web.Pages
	Stage  Stage
}

func stageOf(v *web.Visit) Stage {
	stage := Stage(v.Query.Get("stage"))
	if !slices.Contains([]Stage{InProgress, Waiting, Approved, Refused, Withdrawn}, stage) {
		return InProgress
	}
	return stage
}

func (s *Service) showCases(v *web.Visit) error {
	d, err := s.desk(v, "cases")
	if err != nil {
		return err
	}
	x := casesView{deskView: d, Stage: stageOf(v)}
	_, total, err := s.Cases(v.Context(), x.Stage, 1, 0)
	if err != nil {
		return err
	}
	x.Pages = v.PageOf(queueOnPage, int(total))
	all, _, err := s.Cases(v.Context(), x.Stage, queueOnPage, x.Pages.Offset())
	if err != nil {
		return err
	}
	for _, stage := range []Stage{InProgress, Waiting, Approved, Refused, Withdrawn} {
		x.Stages = append(x.Stages, web.Choice{Value: string(stage), Label: v.T("services.stage." + string(stage)), Chosen: stage == x.Stage})
	}
	x.Table = web.Table{ID: "cases", Caption: v.T("services.stage." + string(x.Stage)), Columns: []web.Column{
		{Head: v.T("services.desk.case")}, {Head: v.T("services.case.submitted")}, {Head: v.T("services.case.due")},
	}, Empty: web.Empty{Why: v.T("services.desk.no-cases")}}
	for _, a := range all {
		row, err := s.ownRow(v, a)
		if err != nil {
			return err
		}
		row.Cells[0].Path = deskCasePath(a.ID)
		due := web.Cell{Text: v.T("services.desk.no-due")}
		if !a.Due.IsZero() {
			due.Text = v.Date(a.Due)
		}
		x.Table.Rows = append(x.Table.Rows, web.Row{Cells: []web.Cell{row.Cells[0], {Text: v.Date(a.Submitted.Day())}, due}})
	}
	return v.Render(d.page(v.T("services.desk.cases"), v.T("services.desk.cases-lead")), casesPage(x))
}

// mostExported bounds a list of cases as a file.
const mostExported = 5_000

func (s *Service) downloadCases(v *web.Visit) error {
	all, _, err := s.Cases(v.Context(), stageOf(v), mostExported, 0)
	if err != nil {
		return err
	}
	return v.Download("cases-"+string(stageOf(v))+".csv", "text/csv; charset=utf-8", func(w io.Writer) error {
		out, err := sheet.NewWriter(w, true)
		if err != nil {
			return err
		}
		if err := out.Write([]string{"reference", "service", "state", "channel", "submitted", "due", "ended"}); err != nil {
			return err
		}
		for _, a := range all {
			if err := out.Write([]string{a.Reference, a.Service, string(a.Stage), string(a.Channel), a.Submitted.String(), a.Due.String(), instantText(a.Ended)}); err != nil {
				return err
			}
		}
		return out.Close()
	})
}

func (s *Service) findCase(v *web.Visit) error {
	reference, ok := id.ParseReference(v.Query.Get("reference"))
	if ok {
		a, err := s.FindCase(v.Context(), reference)
		if err == nil {
			return v.Redirect(deskCasePath(a.ID))
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return v.RedirectWith(deskPath+"/cases", web.Notice{Failed: true, Text: v.T("services.desk.not-found")})
}

// deskCaseView is a case as its officers see it.
type deskCaseView struct {
	deskView
	caseView
	Task  process.Task
	Notes []web.Event
}

func (s *Service) deskCase(v *web.Visit, c Case) (x deskCaseView, err error) {
	if x.deskView, err = s.desk(v, ""); err != nil {
		return x, err
	}
	x.caseView = caseView{applying: applying{v.View, c.Application, c.Offer}, Case: c}
	if x.Facts, err = s.caseFacts(v, c); err != nil {
		return x, err
	}
	x.Facts = append([]web.Entry{{Label: v.T("services.desk.applicant"), Value: c.Name}}, x.Facts...)
	if x.Timeline, err = s.timeline(v, c, true); err != nil {
		return x, err
	}
	x.Sections = c.Offer.Form.Summary(v.View, c.Answers, c.Origins, v.Now().Day(), nil, false)
	for _, f := range c.Files {
		x.Files = append(x.Files, web.File{Text: f.Name, Path: v.Link(deskCasePath(c.ID) + "/files/" + f.ID), Format: f.Type, Bytes: f.Bytes})
	}
	mine := roles(v.Actor().Duty)
	for _, t := range c.Tasks {
		if slices.Contains(mine, t.Role) {
			x.caseView.Tasks = append(x.caseView.Tasks, web.Task{Text: t.Name.In(v.Lang()), Path: taskPath(t.ID), State: web.Waiting})
		}
	}
	return x, nil
}

func (s *Service) showDeskCase(v *web.Visit) error {
	c, err := s.CaseAtDesk(v.Context(), ApplicationID(v.PathValue("id")))
	if err != nil {
		return err
	}
	x, err := s.deskCase(v, c)
	if err != nil {
		return err
	}
	return v.Render(web.Page{
		Title: c.Offer.Title.In(v.Lang()), Lead: c.Reference, Crumbs: []web.Crumb{{Text: v.T("services.desk.title"), Path: deskPath}}, Head: tag(v.View, c.Application), Secret: true, Wide: true,
	}, deskCasePage(x))
}

func (s *Service) deskFile(v *web.Visit) error {
	c, err := s.CaseAtDesk(v.Context(), ApplicationID(v.PathValue("id")))
	if err != nil {
		return err
	}
	return s.sendFile(v, c.ID)
}

func (s *Service) deskLetter(v *web.Visit) error {
	c, err := s.CaseAtDesk(v.Context(), ApplicationID(v.PathValue("id")))
	if err != nil {
		return err
	}
	return s.renderLetter(v, c, []web.Crumb{{Text: v.T("services.desk.title"), Path: deskPath}})
}

func (s *Service) onClaim(do func(context.Context, string) error) web.Handler {
	return func(v *web.Visit) error {
		if err := do(v.Context(), v.PathValue("task")); err != nil {
			return err
		}
		return v.Redirect(taskPath(v.PathValue("task")))
	}
}

// decideForm shows a task with its case, and takes the decision.
func (s *Service) decideForm(v *web.Visit) error {
	t, c, err := s.TaskAtDesk(v.Context(), v.PathValue("task"))
	if err != nil {
		return err
	}
	x, err := s.deskCase(v, c)
	if err != nil {
		return err
	}
	x.Task = t
	if t.State != process.TaskOpen {
		return v.RedirectWith(deskCasePath(c.ID), web.Notice{Text: v.T("services.desk.done-already")})
	}
	asked := []web.Question{{As: web.AsRadios, Field: web.Field{Name: "outcome", Label: v.T("services.decide.outcome")}}}
	reasons := web.Question{As: web.AsSelect, Field: web.Field{Name: "reason", Label: v.T("services.decide.reason"), Hint: v.T("services.decide.reason-hint"), Optional: true}}
	reasons.Choices = append(reasons.Choices, web.Choice{Value: "", Label: v.T("services.decide.no-reason")})
	for _, o := range t.Decisions {
		asked[0].Choices = append(asked[0].Choices, web.Choice{Value: o, Label: outcomeText(v.Texts, o)})
		for _, r := range c.Offer.Reasons[o] {
			reasons.Choices = append(reasons.Choices, web.Choice{Value: r.Code, Label: outcomeText(v.Texts, o) + v.T("services.did.colon") + r.Text.In(v.Lang())})
		}
	}
	if len(reasons.Choices) > 1 {
		asked = append(asked, reasons)
	}
	asked = append(asked,
		web.Question{As: web.AsLines, Field: web.Field{Name: "text", Label: v.T("services.decide.text"), Hint: v.T("services.decide.text-hint"), MaxLength: mostMessage, Optional: true}},
		web.Question{As: web.AsLines, Field: web.Field{Name: "note", Label: v.T("services.decide.note"), Hint: v.T("services.decide.note-hint"), MaxLength: mostMessage, Optional: true}},
		web.Remember("version"),
	)
	var warnings []string
	if t.BarredBy != "" && t.BarredBy == v.Actor().ID {
		warnings = append(warnings, v.T("services.decide.four-eyes"))
	}
	return v.Ask(web.Questions{
		Title: t.Name.In(v.Lang()), Lead: v.T("services.decide.lead", "service", c.Offer.Title.In(v.Lang()), "reference", c.Reference), Submit: v.T("services.decide.submit"),
		Crumbs: []web.Crumb{{Text: v.T("services.desk.title"), Path: deskPath}, {Text: c.Reference, Path: deskCasePath(c.ID)}}, Warnings: warnings,
		Asked: asked, Above: taskHead(x), Below: caseBody(x.caseView, true), Given: web.Given("version", strconv.FormatInt(t.Version, 10)),
		Act: func(q *web.Answers) (string, string, error) {
			if !q.Need(slices.Contains(t.Decisions, q.Text("outcome")), "outcome", "services.decide.choose") {
				return "", "", nil
			}
			version, err := strconv.ParseInt(q.Text("version"), 10, 64)
			if err != nil {
				return "", "", err
			}
			a, err := s.Decide(v.Context(), Decision{Task: t.ID, Version: version, Outcome: q.Text("outcome"), Reason: q.Text("reason"), Text: q.Words("text"), Note: q.Words("note")})
			return deskPath, v.T("services.decide.done", "reference", a.Reference), err
		},
	})
}

func (s *Service) delegateForm(v *web.Visit) error {
	t, c, err := s.TaskAtDesk(v.Context(), v.PathValue("task"))
	if err != nil {
		return err
	}
	colleagues, err := s.Staff.Colleagues(v.Context(), c.Department, t.Role)
	if err != nil {
		return err
	}
	q := web.Question{As: web.AsSelect, Field: web.Field{Name: "to", Label: v.T("services.delegate.to")}}
	for _, x := range colleagues {
		if x.Account != v.Actor().ID {
			q.Choices = append(q.Choices, web.Choice{Value: x.Account, Label: x.Name.In(v.Lang())})
		}
	}
	return v.Ask(web.Questions{
		Title: v.T("services.delegate.title"), Lead: t.Name.In(v.Lang()), Submit: v.T("services.delegate.submit"), Back: taskPath(t.ID), Asked: []web.Question{q},
		Act: func(a *web.Answers) (string, string, error) {
			to := a.Text("to")
			if !a.Need(slices.ContainsFunc(colleagues, func(x Colleague) bool { return x.Account == to }), "to", "services.delegate.choose") {
				return "", "", nil
			}
			return deskPath, v.T("services.delegate.done"), s.Delegate(v.Context(), t.ID, to)
		},
	})
}

func (s *Service) writeForm(v *web.Visit) error {
	c, err := s.CaseAtDesk(v.Context(), ApplicationID(v.PathValue("id")))
	if err != nil {
		return err
	}
	return v.Ask(web.Questions{
		Title: v.T("services.write.title"), Lead: c.Reference, Submit: v.T("services.write.submit"), Back: deskCasePath(c.ID),
		Asked: []web.Question{
			{As: web.AsRadios, Field: web.Field{Name: "to", Label: v.T("services.write.to")}, Choices: []web.Choice{
				{Value: "applicant", Label: v.T("services.write.applicant")}, {Value: "officers", Label: v.T("services.write.officers")},
			}},
			{As: web.AsLines, Field: web.Field{Name: "text", Label: v.T("services.answer.text"), MaxLength: mostMessage}},
		},
		Act: func(q *web.Answers) (string, string, error) {
			to := q.Text("to")
			if !q.Need(to == "applicant" || to == "officers", "to", "services.write.choose") {
				return "", "", nil
			}
			return deskCasePath(c.ID), v.T("services.write.done"), s.Write(v.Context(), c.ID, q.Words("text"), to == "officers")
		},
	})
}

// counterForm begins an application for somebody who stands at the counter.
func (s *Service) counterForm(v *web.Visit) error {
	if _, err := s.desk(v, "counter"); err != nil {
		return err
	}
	all, err := s.All(v.Context())
	if err != nil {
		return err
	}
	q := web.Question{As: web.AsSelect, Field: web.Field{Name: "service", Label: v.T("services.counter.service")}}
	for o := range only(all, Search{Department: v.Actor().Duty.Department}) {
		if o.State == Open && slices.Contains(o.Channels, AtCounter) {
			q.Choices = append(q.Choices, web.Choice{Value: o.Code, Label: o.Title.In(v.Lang())})
		}
	}
	return v.Ask(web.Questions{
		Title: v.T("services.counter.title"), Lead: v.T("services.counter.lead"), Submit: v.T("services.counter.submit"), Back: deskPath,
		Asked: []web.Question{{As: web.AsText, Field: web.Field{Name: "code", Label: v.T("services.counter.code"), Hint: v.T("services.counter.code-hint"), Width: "medium"}}, q},
		Act: func(a *web.Answers) (string, string, error) {
			if !a.Need(a.Text("service") != "", "service", "services.counter.choose") {
				return "", "", nil
			}
			if err := s.mayHelp(v.Context(), v.Actor().Duty.Department); err != nil {
				return "", "", err
			}
			account, err := s.People.AtCounter(v.Context(), a.Text("code"))
			if err != nil {
				return "", "", err
			}
			app, err := s.Begin(v.Context(), Beginning{Service: a.Text("service"), Account: account, Channel: AtCounter, Helper: v.Actor().ID})
			return casePath(app.ID), v.T("services.counter.done"), err
		},
	})
}

// catalogueView is a department's services for its editors.
type catalogueView struct {
	deskView
	Table web.Table
	Edit  bool
}

func (s *Service) showCatalogue(v *web.Visit) error {
	d, err := s.desk(v, "catalogue")
	if err != nil {
		return err
	}
	all, err := s.All(v.Context())
	if err != nil {
		return err
	}
	x := catalogueView{deskView: d, Edit: v.Actor().Duty.In(EditorRole)}
	x.Table = web.Table{ID: "services", Caption: v.T("services.desk.catalogue"), Columns: []web.Column{
		{Head: v.T("services.desk.service")}, {Head: v.T("services.desk.version"), Numeric: true}, {Head: v.T("services.desk.state")},
	}, Empty: web.Empty{Why: v.T("services.desk.no-services"), Next: v.T("services.desk.no-services-next"), Path: deskPath + "/catalogue/upload"}}
	for _, o := range all {
		if o.Department == v.Actor().Duty.Department {
			x.Table.Rows = append(x.Table.Rows, web.Row{Cells: []web.Cell{
				{Text: o.Title.In(v.Lang()), Path: deskPath + "/catalogue/" + o.Code, Small: o.Code}, {Text: v.Number(o.Number)}, {Text: v.T("services.state." + string(o.State))},
			}})
		}
	}
	return v.Render(d.page(v.T("services.desk.catalogue"), v.T("services.desk.catalogue-lead")), cataloguePage(x))
}

// definitionView is one service for its editors.
type definitionView struct {
	deskView
	Offer    Offer
	Versions web.Table
	Preview  templ.Component
	Edit     bool
}

func (s *Service) definition(v *web.Visit) (o Offer, err error) {
	err = s.DB.Read(v.Context(), func(tx *db.Tx) error {
		o, err = s.published(tx, v.PathValue("code"))
		return err
	})
	if err == nil && o.Department != v.Actor().Duty.Department {
		err = noService()
	}
	return o, err
}

func (s *Service) showDefinition(v *web.Visit) error {
	d, err := s.desk(v, "catalogue")
	if err != nil {
		return err
	}
	o, err := s.definition(v)
	if err != nil {
		return err
	}
	all, err := s.Versions(v.Context(), o.Code)
	if err != nil {
		return err
	}
	x := definitionView{deskView: d, Offer: o, Edit: v.Actor().Duty.In(EditorRole), Preview: o.Form.Preview(v.View)}
	x.Versions = web.Table{ID: "versions", Caption: v.T("services.definition.versions"), Columns: []web.Column{
		{Head: v.T("services.desk.version"), Numeric: true}, {Head: v.T("services.definition.at")}, {Head: v.T("services.definition.files")},
	}}
	for _, p := range all {
		x.Versions.Rows = append(x.Versions.Rows, web.Row{Cells: []web.Cell{
			{Text: v.Number(p.Number)},
			{Text: v.Instant(p.At)},
			{Text: v.T("services.definition.download"), Path: deskPath + "/catalogue/" + o.Code + "/bundle?version=" + strconv.FormatInt(p.Number, 10)},
		}})
	}
	return v.Render(web.Page{
		Title: o.Title.In(v.Lang()), Lead: v.T("services.definition.lead"), Crumbs: []web.Crumb{{Text: v.T("services.desk.catalogue"), Path: deskPath + "/catalogue"}}, Secret: true, Wide: true,
	}, definitionPage(x))
}

func (s *Service) downloadBundle(v *web.Visit) error {
	o, err := s.definition(v)
	if err != nil {
		return err
	}
	number, _ := strconv.ParseInt(v.Query.Get("version"), 10, 64)
	raw, err := s.Export(v.Context(), o.Code, number)
	if err != nil {
		return err
	}
	return v.Download(o.Code+".zip", "application/zip", func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	})
}

func (s *Service) downloadProcess(v *web.Visit) error {
	o, err := s.definition(v)
	if err != nil {
		return err
	}
	var xml []byte
	if err := s.DB.Read(v.Context(), func(tx *db.Tx) error {
		d, err := s.Process.Definition(tx, o.Code, o.Process)
		if err != nil {
			return err
		}
		m, err := process.ReadModel(d.XML)
		if err != nil {
			return err
		}
		xml = m.XML() // with a diagram: editors refuse to open what has none
		return nil
	}); err != nil {
		return err
	}
	return v.Download(o.Code+".bpmn", "application/xml", func(w io.Writer) error {
		_, err := w.Write(xml)
		return err
	})
}

func (s *Service) stateForm(v *web.Visit) error {
	o, err := s.definition(v)
	if err != nil {
		return err
	}
	if err := s.mayEdit(v.Context(), o.Code, o.Department); err != nil {
		return err
	}
	q := web.Question{As: web.AsRadios, Field: web.Field{Name: "state", Label: v.T("services.desk.state")}}
	for _, st := range []State{Open, Closed, Hidden} {
		q.Choices = append(q.Choices, web.Choice{Value: string(st), Label: v.T("services.state." + string(st)), Hint: v.T("services.state-hint." + string(st))})
	}
	return v.Ask(web.Questions{
		Title: v.T("services.definition.state-title"), Lead: o.Title.In(v.Lang()), Submit: v.T("services.definition.state-submit"), Back: deskPath + "/catalogue/" + o.Code,
		Asked: []web.Question{q}, Given: url.Values{"state": {string(o.State)}},
		Act: func(a *web.Answers) (string, string, error) {
			st := State(a.Text("state"))
			if !a.Need(slices.Contains([]State{Open, Closed, Hidden}, st), "state", "services.definition.state-choose") {
				return "", "", nil
			}
			return deskPath + "/catalogue/" + o.Code, v.T("services.definition.state-done"), s.SetState(v.Context(), o.Code, st)
		},
	})
}

// uploadView takes a bundle, and shows what is wrong with one.
type uploadView struct {
	deskView
	Problems []web.Row
	Errors   []web.FieldError
}

func (s *Service) uploadForm(v *web.Visit) error {
	d, err := s.desk(v, "catalogue")
	if err != nil {
		return err
	}
	if !v.Actor().Duty.In(EditorRole) {
		return s.mayEdit(v.Context(), "", v.Actor().Duty.Department)
	}
	if v.R.Method != http.MethodPost {
		return s.renderUpload(v, http.StatusOK, uploadView{deskView: d})
	}
	raw, err := readFile(v, "bundle", maxBundle)
	if err != nil {
		return err
	}
	if len(raw) == 0 {
		return s.renderUpload(v, http.StatusUnprocessableEntity, uploadView{deskView: d, Errors: []web.FieldError{{Name: "bundle", Text: v.T("services.upload.none")}}})
	}
	b, err := ReadZIP(raw)
	if fault.Is(err, fault.Invalid) {
		return s.renderUpload(v, http.StatusUnprocessableEntity, uploadView{deskView: d, Errors: []web.FieldError{{Name: "bundle", Text: v.T("services.fault.bundle-zip")}}})
	}
	if err != nil {
		return err
	}
	p, problems := s.Check(b)
	if len(problems) > 0 {
		return s.renderUpload(v, http.StatusUnprocessableEntity, uploadView{deskView: d, Problems: problemRows(v.View, problems), Errors: []web.FieldError{{Name: "bundle", Text: v.T("services.upload.problems", "count", len(problems))}}})
	}
	number, err := s.Publish(v.Context(), b, Hidden)
	if err != nil {
		return err
	}
	return v.RedirectWith(deskPath+"/catalogue/"+p.Code, web.Notice{Text: v.T("services.upload.done", "number", v.Number(number))})
}

func (s *Service) renderUpload(v *web.Visit, status int, x uploadView) error {
	return v.RenderStatus(status, web.Page{
		Title: v.T("services.upload.title"), Lead: v.T("services.upload.lead"), Back: deskPath + "/catalogue", Failed: len(x.Errors) > 0, Secret: true, Wide: true,
	}, uploadPage(x))
}

func problemRows(v *web.View, all Problems) (out []web.Row) {
	for _, p := range all {
		out = append(out, web.Row{Cells: []web.Cell{{Text: p.File}, {Text: or(p.Where, v.T("services.upload.whole"))}, {Text: p.Say(v)}}})
	}
	return out
}

// Say is a problem in the reader's language.
func (p Problem) Say(v *web.View) string {
	args := make([]any, 0, 2*len(p.Args))
	for name, value := range p.Args {
		args = append(args, name, value)
	}
	said, err := v.Lookup(p.Key, args...)
	if err != nil {
		return p.Key
	}
	return said
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}
