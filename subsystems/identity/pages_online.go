package identity

import (
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/platform/web"
)

const portalPath = "/developers/services"

func (s *Service) mountOnline(page func(string, web.Handler, ...web.Option), site *web.Site) {
	site.Page("GET /developers", s.showDevelopers)
	page("GET /developers/log", s.showSandboxLog)
	open := func(pattern string, h web.Handler) { site.Page(pattern, h, web.Secret()) } // production only
	open("GET "+portalPath, s.showOwnOnline)
	open("GET "+portalPath+"/new", s.showNewOnline)
	open("POST "+portalPath+"/new", s.doNewOnline)
	open("GET "+portalPath+"/{id}", s.showOnline)
	open("POST "+portalPath+"/{id}/submit", s.doSubmitOnline)
	open("POST "+portalPath+"/{id}/secret", s.doNewSecret)
	open("GET "+portalPath+"/{id}/log", s.showOnlineLog)
	open("GET "+portalPath+"/{id}/edit/{step}", s.showStep)
	open("POST "+portalPath+"/{id}/edit/{step}", s.doStep)
	s.mountApprovals(func(pattern string, h web.Handler) { site.Page(pattern, h, web.Secret()) })
	s.mountApprovals(func(pattern string, h web.Handler) { site.Operator(pattern, h, web.Secret()) })
}

func portalCrumbs(v *web.View, more ...web.Crumb) []web.Crumb {
	return append([]web.Crumb{{Text: v.T("identity.online.developers.title"), Path: "/developers"}}, more...)
}

func servicesCrumb(v *web.View) web.Crumb {
	return web.Crumb{Text: v.T("identity.online.services.title"), Path: portalPath}
}

// example is a program that the developers' page shows.
type example struct {
	Name, Text string
	Lines      []web.SourceLine
}

// examples reads the programs: the very files that the tests run.
func (s *Service) examples(v *web.View) (out []example, err error) {
	if s.Examples == nil {
		return nil, nil
	}
	return out, fs.WalkDir(s.Examples, ".", func(name string, d fs.DirEntry, err error) error {
		key := "identity.online.example." + path.Base(path.Dir(name)) + "-" + strings.TrimPrefix(path.Ext(name), ".")
		if err != nil || d.IsDir() || !v.Has(key) {
			return err
		}
		text, err := fs.ReadFile(s.Examples, name)
		e := example{Name: "examples/" + name, Text: v.T(key)}
		for line := range strings.Lines(string(text)) {
			e.Lines = append(e.Lines, web.SourceLine{Number: len(e.Lines) + 1, Text: strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "  ")})
		}
		out = append(out, e)
		return err
	})
}

func (s *Service) showDevelopers(v *web.Visit) error {
	programs, err := s.examples(v.View)
	if err != nil {
		return err
	}
	const discovery = "/.well-known/openid-configuration"
	rows := []web.Entry{
		{Label: v.T("identity.online.developers.sandbox"), Body: code(v.Origin() + "/sandbox" + discovery)},
		{Label: v.T("identity.online.developers.register"), Body: code(v.Origin() + "/sandbox/register")},
		{Label: v.T("identity.online.developers.departments"), Body: code(v.Origin() + "/sandbox/api/directory/departments.csv")},
		{Label: v.T("identity.online.developers.production"), Body: code(v.Origin() + discovery)},
	}
	var personas []web.Entry
	for _, p := range Personas() {
		personas = append(personas, web.Entry{Label: v.T("identity.persona." + p.Name), Body: personaText(v.View, p.Name)})
	}
	lead := v.T("identity.online.developers.lead")
	return v.Render(web.Page{Title: v.T("identity.online.developers.title"), Lead: lead, Description: lead}, developersPage(v.View, rows, personas, programs))
}

// stateTag is a state as a tag.
func stateTag(v *web.View, o Online) templ.Component {
	tag := map[OnlineState]web.State{
		OnlineDraft: web.InProgress, OnlineSubmitted: web.InProgress, OnlineApproved: web.Approved, OnlineReturned: web.Waiting,
		OnlineSuspended: web.Refused, OnlineEnded: web.Withdrawn,
	}[o.State]
	return web.Outcome(v, tag, v.T("identity.online.state."+string(o.State)))
}

// whose is the department or the company that a service is of.
func (s *Service) whose(v *web.Visit, o Online) string {
	return firstOf(s.departmentName(v.Context(), o.Department, v.Lang()), o.Asked.Company)
}

func (s *Service) onlineTable(v *web.Visit, caption, under string, all []Online) web.Table {
	t := web.Table{
		Caption: caption, Mode: web.Records,
		Columns: []web.Column{{Head: v.T("identity.online.name")}, {Head: v.T("identity.online.whose")}, {Head: v.T("identity.online.stands")}},
	}
	for _, o := range all {
		name, l := o.Shown().Name.With(v.Lang())
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: firstOf(name, string(o.ID)), Lang: l, Path: under + "/" + string(o.ID)}, {Text: s.whose(v, o)}, {Body: stateTag(v.View, o)},
		}})
	}
	return t
}

func (s *Service) showOwnOnline(v *web.Visit) error {
	all, err := s.OwnOnline(v.Context())
	if err != nil {
		return err
	}
	t := s.onlineTable(v, v.T("identity.online.services.caption"), portalPath, all)
	t.Empty = web.Empty{Why: v.T("identity.online.services.empty")}
	return v.Render(web.Page{Title: v.T("identity.online.services.title"), Lead: v.T("identity.online.services.lead"), Crumbs: portalCrumbs(v.View), Secret: true},
		ownOnlinePage(v.View, t))
}

func (s *Service) showNewOnline(v *web.Visit) error {
	if _, err := s.OwnOnline(v.Context()); err != nil {
		return err
	}
	return s.newOnlinePage(v, http.StatusOK, url.Values{}, nil)
}

func (s *Service) newOnlinePage(v *web.Visit, status int, form url.Values, errs []web.FieldError) error {
	return v.RenderStatus(status, web.Page{
		Title: v.T("identity.online.new.title"), Lead: v.T("identity.online.new.lead"), Back: portalPath, Secret: true, Failed: len(errs) > 0,
	}, newOnlineBody(v.View, form, errs))
}

func (s *Service) doNewOnline(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	a := reading{View: v.View, form: form}
	name := a.three("name")
	if len(a.errs) > 0 {
		return s.newOnlinePage(v, http.StatusUnprocessableEntity, form, a.errs)
	}
	var o Online
	err = v.SubmitOnce(form, func() (err error) {
		o, err = s.RegisterOnline(v.Context(), name)
		return err
	})
	if err != nil {
		return err
	}
	return v.Redirect(portalPath + "/" + string(o.ID))
}

func onlineID(v *web.Visit) OnlineID { return OnlineID(v.PathValue("id")) }

func (s *Service) showOnline(v *web.Visit) error { return s.onlinePage(v, http.StatusOK, nil, "") }

func (s *Service) onlinePage(v *web.Visit, status int, failed error, secret string) error {
	o, err := s.Online(v.Context(), onlineID(v))
	if err != nil {
		return err
	}
	name, l := o.Shown().Name.With(v.Lang())
	return v.RenderStatus(status, web.Page{
		Title: firstOf(name, string(o.ID)), Lang: l, Crumbs: portalCrumbs(v.View, servicesCrumb(v.View)), Head: stateTag(v.View, o), Secret: true,
		Failed: failed != nil,
	}, onlinePage(v.View, o, s.stepTasks(v.View, o), secret, said(v, failed)))
}

func (s *Service) stepTasks(v *web.View, o Online) (out []web.Task) {
	if o.mayEdit() != nil {
		return nil
	}
	missing := strings.Join(o.missing(), " ")
	for _, step := range onlineSteps() {
		state := web.Done
		if strings.Contains(missing, step) {
			state = web.NotStarted
		}
		out = append(out, web.Task{
			Text: v.T("identity.online.step." + step), Hint: v.T("identity.online.step." + step + "-hint"),
			Path: portalPath + "/" + string(o.ID) + "/edit/" + step, State: state,
		})
	}
	return out
}

func (s *Service) doSubmitOnline(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	err = s.SubmitOnline(v.Context(), onlineID(v), versionOf(form))
	if fault.Is(err, fault.Invalid) {
		return s.onlinePage(v, http.StatusUnprocessableEntity, err, "")
	}
	if err != nil {
		return err
	}
	return v.RedirectWith(portalPath+"/"+string(onlineID(v)), web.Notice{Text: v.T("identity.online.submitted")})
}

// doNewSecret answers with the secret itself: no address leads to it again.
func (s *Service) doNewSecret(v *web.Visit) error {
	if ok, err := freshly(v); !ok {
		return err
	}
	secret, err := s.NewSecret(v.Context(), onlineID(v))
	if err != nil {
		return err
	}
	return s.onlinePage(v, http.StatusOK, nil, secret)
}

func (s *Service) showStep(v *web.Visit) error {
	o, err := s.stepOf(v)
	if err != nil {
		return err
	}
	return s.stepPage(v, http.StatusOK, o, o.answers(), nil)
}

func (s *Service) stepOf(v *web.Visit) (Online, error) {
	o, err := s.Online(v.Context(), onlineID(v))
	if err != nil {
		return o, err
	}
	for _, step := range onlineSteps() {
		if step == v.PathValue("step") {
			return o, o.mayEdit()
		}
	}
	return o, fault.New(fault.NotFound, "web.fault.not-found.text")
}

func (s *Service) stepPage(v *web.Visit, status int, o Online, form url.Values, errs []web.FieldError) error {
	step, back := v.PathValue("step"), portalPath+"/"+string(o.ID)
	f := web.Form{
		Action: back + "/edit/" + step, Submit: v.T("identity.online.save"), Cancel: back,
		Hidden: [][2]string{{"version", firstOf(form.Get("version"), versionText(o.Version))}},
	}
	return v.RenderStatus(status, web.Page{
		Title: v.T("identity.online.step." + step), Lead: v.T("identity.online.step." + step + "-lead"), Back: back, Secret: true, Failed: len(errs) > 0,
	}, stepBody(v.View, step, f, o, form, errs))
}

func (s *Service) doStep(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	o, err := s.stepOf(v)
	if err != nil {
		return err
	}
	a := reading{View: v.View, form: form}
	step := v.PathValue("step")
	edit := a.step(step)
	if len(a.errs) > 0 {
		return s.stepPage(v, http.StatusUnprocessableEntity, o, form, a.errs)
	}
	err = s.EditOnline(v.Context(), o.ID, versionOf(form), func(o *Online) error { edit(o); return nil })
	if err != nil {
		return err
	}
	to := portalPath + "/" + string(o.ID)
	if step == "fields" { // one after the other
		to += "/edit/fields"
	}
	return v.RedirectWith(to, web.Notice{Text: v.T("identity.profile.saved")})
}

const logPage = 50

func (s *Service) showOnlineLog(v *web.Visit) error {
	o, err := s.Online(v.Context(), onlineID(v))
	if err != nil {
		return err
	}
	name, _ := o.Shown().Name.With(v.Lang())
	crumbs := portalCrumbs(v.View, servicesCrumb(v.View), web.Crumb{Text: name, Path: portalPath + "/" + string(o.ID)})
	return s.logPage(v, string(o.ID), crumbs, "")
}

// showSandboxLog is for whoever holds a client's id: nothing there is real. In production
// the log stands beside the service.
func (s *Service) showSandboxLog(v *web.Visit) error {
	if !inSandbox(v) {
		return v.Redirect(portalPath)
	}
	return s.logPage(v, strings.TrimSpace(v.Query.Get("client")), nil, v.Query.Get("client"))
}

func (s *Service) logPage(v *web.Visit, client string, crumbs []web.Crumb, typed string) error {
	outcome := v.Query.Get("outcome")
	d := logView{Client: typed, Sandbox: inSandbox(v), Outcome: outcome, Action: v.Path}
	if client != "" {
		_, total, err := s.ClientLog(v.Context(), client, outcome, 1, 0)
		if err != nil {
			return err
		}
		d.Pages = v.PageOf(logPage, total)
		if d.Entries, _, err = s.ClientLog(v.Context(), client, outcome, logPage, d.Pages.Offset()); err != nil {
			return err
		}
	}
	return v.Render(web.Page{Title: v.T("identity.online.log.title"), Lead: v.T("identity.online.log.lead"), Crumbs: crumbs, Wide: true, Secret: true},
		logBody(v.View, d))
}

// logView is the request log as it is shown.
type logView struct {
	Client, Outcome, Action string
	Sandbox                 bool
	Entries                 []LogEntry
	Pages                   web.Pages
}
