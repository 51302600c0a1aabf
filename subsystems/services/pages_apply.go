package services

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"

	"praya/kernel/fault"
	"praya/platform/web"
	"praya/subsystems/services/forms"
)

// maxUpload bounds what one page of a form may send.
const maxUpload = 24 << 20

func (s *Service) mountOwn(site *web.Site) {
	own := func(pattern string, h web.Handler, opts ...web.Option) {
		site.Page(pattern, h, append(opts, web.InSandbox(), web.Secret())...)
	}
	one := ownPath + "/{id}"
	own("GET "+ownPath, s.showOwn)
	own("GET "+one, s.showCase)
	own("GET "+one+"/page/{page}", s.showPage)
	own("POST "+one+"/page/{page}", s.doPage, web.Body(maxUpload))
	own("GET "+one+"/check", s.showCheck)
	own("POST "+one+"/submit", s.doSubmit)
	own("GET "+one+"/receipt", s.downloadReceipt)
	own("GET "+one+"/letters/{number}", s.showLetter)
	own("GET "+one+"/files/{file}", s.downloadFile)
	own("POST "+one+"/book", s.doBook)
	for path, form := range map[string]web.Handler{
		"/consent/{service...}": s.consentForm, "/answer": s.answerForm, "/book": s.bookForm, "/withdraw": s.withdrawForm, "/invite": s.inviteForm,
	} {
		own("GET "+one+path, form)
		if path != "/book" {
			own("POST "+one+path, form, web.Body(maxUpload))
		}
	}
	own("POST "+one+"/uninvite", s.doUninvite)
}

// applying is a page of somebody's application, and what it needs.
type applying struct {
	*web.View
	App   Application
	Offer Offer
}

func (s *Service) applying(v *web.Visit) (d applying, err error) {
	d.View = v.View
	if v.Actor().ID == "" {
		return d, s.mayOwn(v.Context(), Application{})
	}
	d.App, d.Offer, err = s.Own(v.Context(), ApplicationID(v.PathValue("id")))
	return d, err
}

func (d applying) crumbs() []web.Crumb {
	return []web.Crumb{{Text: d.T("services.own.title"), Path: ownPath}}
}

// next is the page on which a draft goes on.
func (d applying) next() string {
	if all := d.App.Asking(d.Offer); len(all) > 0 {
		return casePath(d.App.ID) + "/consent/" + url.PathEscape(all[0].Service)
	}
	if p, ok := d.Offer.Form.Resume(d.App.Answers, d.Now().Day()); ok {
		return pagePath(d.App.ID, p.ID)
	}
	return casePath(d.App.ID) + "/check"
}

// draft lets only drafts through; what was submitted is shown as the case that it is.
func (s *Service) draft(v *web.Visit) (d applying, err error) {
	if d, err = s.applying(v); err == nil && d.App.Stage != Draft {
		err = fault.New(fault.Conflict, "services.fault.submitted")
	}
	return d, err
}

// formView is one page of a form.
type formView struct {
	applying
	Page   *forms.Page
	Given  forms.Given
	Errors []web.FieldError
	Frame  web.Form
	Step   int
	Steps  int
	Saved  bool
}

func (s *Service) showPage(v *web.Visit) error {
	d, err := s.draft(v)
	if err != nil {
		return err
	}
	return s.renderPage(v, d, http.StatusOK, nil, nil)
}

func (s *Service) renderPage(v *web.Visit, d applying, status int, posted url.Values, wrong forms.Problems) error {
	today := v.Now().Day()
	p := d.Offer.Form.Page(v.PathValue("page"))
	if p == nil {
		return fault.New(fault.NotFound, "services.fault.no-page")
	}
	visible, err := d.Offer.Form.Visible(d.App.Answers, today)
	if err != nil {
		return err
	}
	step := slices.Index(visible, p)
	if step < 0 {
		return v.Redirect(d.next()) // the answers before it have changed
	}
	back := servicePath(d.Offer.Code)
	if b, ok := d.Offer.Form.Before(d.App.Answers, today, p.ID); ok {
		back = pagePath(d.App.ID, b.ID)
	}
	f := formView{applying: d, Page: p, Given: forms.Given{Answers: d.App.Answers, Posted: posted, Origins: d.App.Origins, Wrong: wrong, Today: today}, Step: step + 1, Steps: len(visible)}
	f.Errors = p.Errors(v.View, wrong)
	f.Frame = web.Form{
		ID: "page", Action: pagePath(d.App.ID, p.ID) + queryOf(v), Files: p.HasFiles(), Submit: v.T("services.apply.next"),
		Hidden: [][2]string{{"version", itoa(int(d.App.Version))}},
	}
	return v.RenderStatus(status, web.Page{
		Title: p.Title.In(v.Lang()), Lead: p.Lead.In(v.Lang()), Back: back, Failed: len(wrong) > 0, Secret: true, Form: "page",
	}, formPage(f))
}

// queryOf keeps where to go on afterwards: ?to=check after a change.
func queryOf(v *web.Visit) string {
	if v.Query.Get("to") == "check" {
		return "?to=check"
	}
	return ""
}

func (s *Service) doPage(v *web.Visit) error {
	d, err := s.draft(v)
	if err != nil {
		return err
	}
	p := d.Offer.Form.Page(v.PathValue("page"))
	if p == nil {
		return fault.New(fault.NotFound, "services.fault.no-page")
	}
	posted, uploads, wrong, err := s.posted(v, d.App, p)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return s.renderPage(v, d, http.StatusUnprocessableEntity, posted, wrong)
	}
	next, problems, err := s.takeOf(v.Context(), d.App, d.Offer, p.ID, posted, uploads)
	if len(problems) > 0 {
		// What came as a file is kept, also when something else on the page is wrong.
		if d, err = s.applying(v); err != nil {
			return err
		}
		// What was right is not kept, but decides which questions are asked: else one that is
		// missing could be named and not stand there.
		d.App.Answers, _ = d.Offer.Form.Take(p, posted, uploads, d.App.Answers, d.App.Origins, v.Now().Day())
		return s.renderPage(v, d, http.StatusUnprocessableEntity, posted, problems)
	}
	if err != nil {
		return err
	}
	// The page is kept: whoever is not inside in a rush waits now, and goes on from there.
	if ok, err := s.Line.Gate(v, d.Offer.Code); !ok || err != nil {
		return err
	}
	return v.Redirect(s.after(v, d, p, posted, next))
}

// after is where to go once a page was taken.
func (s *Service) after(v *web.Visit, d applying, p *forms.Page, posted url.Values, next string) string {
	switch {
	case posted.Has("lang"):
		return pagePath(d.App.ID, p.ID)
	case posted.Has("later"):
		return ownPath
	case p.Stays(posted):
		return pagePath(d.App.ID, p.ID) + queryOf(v)
	case v.Query.Get("to") == "check" || next == "":
		return casePath(d.App.ID) + "/check"
	}
	return pagePath(d.App.ID, next)
}

// posted reads a form with its files. Each file is scanned, sealed and kept as it comes; what is
// wrong with one is said beside its field.
func (s *Service) posted(v *web.Visit, a Application, p *forms.Page) (values url.Values, uploads []forms.Upload, wrong forms.Problems, err error) {
	if kind, _, _ := mime.ParseMediaType(v.R.Header.Get("Content-Type")); kind != "multipart/form-data" {
		values, err = v.Form()
		return values, nil, nil, err
	}
	parts, err := v.R.MultipartReader()
	if err != nil {
		return nil, nil, nil, fault.New(fault.Invalid, "services.fault.form").Because(err)
	}
	values = url.Values{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return values, uploads, wrong, nil
		}
		if err != nil {
			return nil, nil, nil, err
		}
		if part.FileName() == "" {
			if err := field(values, part); err != nil {
				return nil, nil, nil, err
			}
			continue
		}
		up, problem, err := s.receivePart(v, a, p, part)
		if err != nil {
			return nil, nil, nil, err
		}
		if problem != nil {
			wrong = append(wrong, *problem)
		} else if up != nil {
			uploads = append(uploads, *up)
		}
	}
}

const (
	maxField  = 64 << 10
	maxFields = 500
	mostAhead = 1 << 20 // memory that an upload is given for what it says of its size
)

func field(values url.Values, part *multipart.Part) error {
	raw, err := io.ReadAll(io.LimitReader(part, maxField+1))
	if err != nil {
		return err
	}
	if len(raw) > maxField || len(values) >= maxFields {
		return fault.New(fault.Invalid, "services.fault.form")
	}
	values.Add(part.FormName(), string(raw))
	return nil
}

func (s *Service) receivePart(v *web.Visit, a Application, p *forms.Page, part *multipart.Part) (*forms.Upload, *forms.Problem, error) {
	f, pointer, ok := p.FileAt(part.FormName())
	if !ok {
		return nil, nil, fault.New(fault.Invalid, "services.fault.form")
	}
	var whole bytes.Buffer
	whole.Grow(int(min(max(v.R.ContentLength, 0), f.MaxBytes, mostAhead)) + bytes.MinRead)
	if _, err := whole.ReadFrom(io.LimitReader(part, f.MaxBytes+1)); err != nil {
		return nil, nil, err
	}
	plain := whole.Bytes()
	if len(plain) == 0 {
		return nil, nil, nil
	}
	media, ok := forms.SniffType(plain[:min(len(plain), forms.HeadBytes)], plain[max(0, len(plain)-forms.TailBytes):], int64(len(plain)), part.FileName())
	if !ok || !slices.Contains(f.Types, media) || int64(len(plain)) > f.MaxBytes {
		return &forms.Upload{Pointer: pointer, Name: part.FileName(), Type: media, Bytes: int64(len(plain))}, nil, nil // refused beside its field
	}
	up, err := s.Receive(v.Context(), a.ID, Given{Pointer: pointer, File: File{Name: part.FileName(), Type: media}, Plain: plain})
	var refused *fault.Fault
	if errors.As(err, &refused) && (refused.Kind == fault.Invalid || refused.Kind == fault.Unavailable) {
		return nil, &forms.Problem{Pointer: pointer, Page: p.ID, Key: refused.Key}, nil
	}
	return &up, nil, err
}

func (s *Service) consentForm(v *web.Visit) error {
	d, err := s.draft(v)
	if err != nil {
		return err
	}
	w, err := d.Offer.Wish(v.PathValue("service"))
	if err != nil {
		return err
	}
	if v.R.Method == http.MethodPost {
		return s.doConsent(v, d, w)
	}
	q, err := s.Exchange.Describe(v.Context(), d.Offer.Department, w)
	if fault.Is(err, fault.Invalid) { // nobody granted it, or it is closed: the form asks instead
		if err := s.Decline(v.Context(), d.App.ID, w.Service); err != nil {
			return err
		}
		return v.RedirectWith(casePath(d.App.ID), web.Notice{Failed: true, Text: v.T("services.consent.unavailable")})
	}
	if err != nil {
		return err
	}
	c := web.Consent{
		Head: told(v.View, q.Head), Terms: told(v.View, q.Terms),
		Form:    web.Form{Action: casePath(d.App.ID) + "/consent/" + url.PathEscape(w.Service), Submit: v.T("services.consent.agree")},
		Decline: v.T("services.consent.decline"),
	}
	for _, f := range q.Fields {
		c.Values = append(c.Values, web.ConsentValue{Name: f.Name, Label: f.Label.In(v.Lang()), Value: f.Held.In(v.Lang())})
	}
	refusal := "services.consent.refusal"
	if w.Required {
		refusal = "services.consent.refusal-needed"
	}
	c.Terms = append(c.Terms, web.Entry{Label: v.T("services.consent.refusal-label"), Value: v.T(refusal)})
	return v.Render(web.Page{
		Title: v.T("services.consent.title", "department", q.From.In(v.Lang())), Lead: v.T("services.consent.lead"), Back: servicePath(d.Offer.Code), Secret: true,
	}, web.ConsentCard(v.View, c))
}

func told(v *web.View, all []Told) (out []web.Entry) {
	for _, t := range all {
		out = append(out, web.Entry{Label: t.Label.In(v.Lang()), Value: t.Text.In(v.Lang())})
	}
	return out
}

func (s *Service) doConsent(v *web.Visit, d applying, w Wish) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	if form.Get("decision") != "agree" {
		if err := s.Decline(v.Context(), d.App.ID, w.Service); err != nil {
			return err
		}
		return v.Redirect(casePath(d.App.ID))
	}
	err = s.Agree(v.Context(), d.App.ID, w.Service)
	if fault.Is(err, fault.Unavailable) { // the department doesn't answer: nobody waits for it
		return v.RedirectWith(casePath(d.App.ID), web.Notice{Failed: true, Text: v.T("services.consent.failed")})
	}
	if err != nil {
		return err
	}
	return v.RedirectWith(casePath(d.App.ID), web.Notice{Text: v.T("services.consent.done")})
}

// checkView is the whole application before it is submitted.
type checkView struct {
	applying
	Sections []forms.Section
	Others   []CoApplicant
	Missing  []web.FieldError
	Once     [2]string
	Declared string
}

func (s *Service) showCheck(v *web.Visit) error {
	d, err := s.draft(v)
	if err != nil {
		return err
	}
	return s.renderCheck(v, d, http.StatusOK, "")
}

func (s *Service) renderCheck(v *web.Visit, d applying, status int, declared string) error {
	today := v.Now().Day()
	if _, ok := d.Offer.Form.Resume(d.App.Answers, today); ok || len(d.App.Asking(d.Offer)) > 0 {
		return v.Redirect(d.next())
	}
	c, err := s.Case(v.Context(), d.App.ID)
	if err != nil {
		return err
	}
	change := func(page string) string { return pagePath(d.App.ID, page) + "?to=check" }
	x := checkView{applying: d, Others: c.Others, Once: v.Once(), Declared: declared}
	x.Sections = d.Offer.Form.Summary(v.View, d.App.Answers, d.App.Origins, today, change, false)
	if declared != "" {
		x.Missing = []web.FieldError{{Name: "declare", Text: declared}}
	}
	return v.RenderStatus(status, web.Page{
		Title: v.T("services.check.title"), Lead: v.T("services.check.lead"), Back: d.backFrom(), Secret: true, Failed: declared != "",
	}, checkPage(x))
}

// backFrom is the last page of the form.
func (d applying) backFrom() string {
	visible, err := d.Offer.Form.Visible(d.App.Answers, d.Now().Day())
	if err != nil || len(visible) == 0 {
		return ownPath
	}
	return pagePath(d.App.ID, visible[len(visible)-1].ID)
}

func (s *Service) doSubmit(v *web.Visit) error {
	d, err := s.applying(v)
	if err != nil {
		return err
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	if d.App.Stage == Draft && form.Get("declare") != "yes" {
		return s.renderCheck(v, d, http.StatusUnprocessableEntity, v.T("services.check.declare-missing"))
	}
	if d.App.Stage == Draft {
		if ok, err := s.Line.Gate(v, d.Offer.Code); !ok || err != nil {
			return err
		}
	}
	// A double click finds the application submitted, and is shown the same.
	a, err := s.submitOf(v.Context(), d.App, d.Offer)
	if err != nil {
		return err
	}
	if err := s.Line.Leave(v, a.Service); err != nil {
		return err
	}
	if k, ok := s.kiosk(v); ok && k.ID == a.Helper {
		return v.Redirect(kioskPath + "/done?reference=" + url.QueryEscape(a.Reference))
	}
	if a.Channel == AtCounter { // what was handed in is the person's and the desk's
		return v.RedirectWith(deskPath+"/counter", web.Notice{Text: v.T("services.counter.submitted", "reference", a.Reference)})
	}
	return v.RedirectWith(casePath(a.ID), web.Notice{Text: v.T("services.check.done", "reference", a.Reference)})
}

// inviteForm asks who else has to confirm, and shows the address for them once.
func (s *Service) inviteForm(v *web.Visit) error {
	d, err := s.draft(v)
	if err != nil {
		return err
	}
	return v.Ask(web.Questions{
		Title: v.T("services.co.title"), Lead: v.T("services.co.lead"), Submit: v.T("services.co.submit"), Back: casePath(d.App.ID) + "/check",
		Asked: []web.Question{{As: web.AsText, Field: web.Field{Name: "name", Label: v.T("services.co.name"), Hint: v.T("services.co.hint"), MaxLength: 200}}},
		Act: func(q *web.Answers) (string, string, error) {
			token, err := s.Invite(v.Context(), d.App.ID, q.Words("name"))
			return casePath(d.App.ID) + "/check", v.T("services.co.done", "address", v.Origin()+v.Link("/confirm/"+token)), err
		},
	})
}

func (s *Service) doUninvite(v *web.Visit) error {
	d, err := s.draft(v)
	if err != nil {
		return err
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	if err := s.Uninvite(v.Context(), d.App.ID, form.Get("token")); err != nil {
		return err
	}
	return v.RedirectWith(casePath(d.App.ID)+"/check", web.Notice{Text: v.T("services.co.removed")})
}

// confirmForm shows a co-applicant what they confirm.
func (s *Service) confirmForm(v *web.Visit) error {
	a, o, err := s.Invited(v.Context(), v.PathValue("token"))
	if err != nil {
		return err
	}
	sections := o.Form.Summary(v.View, a.Answers, a.Origins, v.Now().Day(), nil, true)
	return v.Ask(web.Questions{
		Title: v.T("services.confirm.title", "service", o.Title.In(v.Lang())), Lead: v.T("services.confirm.lead"), Submit: v.T("services.confirm.submit"), Back: "/",
		Above: sectionList(v.View, sections),
		Asked: []web.Question{{As: web.AsTick, Field: web.Field{Name: "declare", Label: v.T("services.check.declaration")}, Choices: []web.Choice{{Value: "yes", Label: o.Declaration.In(v.Lang())}}}},
		Act: func(q *web.Answers) (string, string, error) {
			if !q.Need(q.Ticked("declare", "yes"), "declare", "services.check.declare-missing") {
				return "", "", nil
			}
			return "/", v.T("services.confirm.done"), s.Confirm(v.Context(), v.PathValue("token"))
		},
	})
}
