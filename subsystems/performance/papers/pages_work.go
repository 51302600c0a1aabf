package papers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/web"
)

// failure is the sentence for what a form can put right; empty for all else.
func failure(v *web.Visit, err error) string {
	var bad *fault.Fault
	if !errors.As(err, &bad) || bad.Kind == fault.Defect || bad.Kind == fault.Unauthenticated || bad.Kind == fault.Unavailable || !v.Has(bad.Key) {
		return ""
	}
	return v.T(bad.Key)
}

// workView is what is still to be done, and what may be done now.
type workView struct {
	draftView
	Problems  []Problem
	Threshold Threshold
	Limits    string // the page of the threshold
	Tasks     []web.Task
	Owned     []ownedLine
	Acts      []act
	Events    []web.Event
}

// An act is a form that moves the draft on.
type act struct {
	Title, Lead string
	Form        web.Form
	Why         bool
	Field       web.Field
}

func (s *Service) work(v *web.Visit) error {
	d, err := s.desk(v)
	if err != nil {
		return err
	}
	if v.R.Method == http.MethodPost {
		return s.doWork(v, d)
	}
	return s.showWork(v, d, http.StatusOK, "", "")
}

func (s *Service) showWork(v *web.Visit, d draftView, status int, why, wrong string) error {
	x := workView{draftView: d, Problems: d.Sheet.Check(), Limits: "/papers/" + d.Head + "/threshold"}
	var err error
	if x.Threshold, err = s.Threshold(v.Context(), d.Head); err != nil {
		return err
	}
	if err := s.asked(v, &x); err != nil {
		return err
	}
	for _, name := range d.acts() {
		x.Acts = append(x.Acts, d.act(v, name, why, wrong))
	}
	x.Events = s.events(v, d.Draft)
	page := s.draftPage(v, d)
	page.Failed = wrong != ""
	return v.RenderStatus(status, page, workPage(v.View, x))
}

func (s *Service) task(v *web.Visit, d draftView, a Ask, due when.Day) web.Task {
	t := web.Task{Text: a.Number + " " + a.Row.In(v.Lang()), State: web.NotStarted}
	exponent := 3
	if a.Unit == "million" {
		exponent = 6
	}
	amount := v.Money(a.Change.String(), exponent)
	change := v.T("papers.work.by", "amount", amount)
	if a.Share != nil {
		change = v.T("papers.work.by-share", "amount", amount, "share", v.Percent(a.Share.String()))
	}
	t.Hint = change
	if a.Owner != "" {
		t.Hint = v.T("papers.work.of-owner", "change", change, "owner", a.Owner)
	}
	if !a.Given && !due.IsZero() {
		t.Hint = v.T("papers.work.due", "asked", t.Hint, "day", v.Date(due))
	}
	if a.Given {
		t.State = web.Done
	}
	if d.Writes && d.State == Drafting {
		t.Path = editPath(d, a.Place)
	}
	return t
}

// acts are what the visitor may do with the draft now.
func (d draftView) acts() []string {
	var out []string
	if d.Writes && d.State == Drafting {
		out = append(out, "submit", "refresh")
	}
	if d.Approves && d.State == Submitted {
		out = append(out, "approve", "return")
	}
	if d.Approves && d.State == Approved {
		out = append(out, "publish", "return")
	}
	return out
}

func (d draftView) act(v *web.Visit, name, why, wrong string) act {
	a := act{
		Title: v.T("papers.act." + name), Lead: v.T("papers.act." + name + "-lead"),
		Form: web.Form{
			ID: "act-" + name, Action: d.path("work", 0), Submit: v.T("papers.act." + name), Quiet: name == "refresh" || name == "return",
			Hidden: [][2]string{v.Once(), {"act", name}, {"version", strconv.FormatInt(d.Version, 10)}, {"draft", string(d.ID)}},
		},
	}
	if name == "return" {
		a.Why, a.Field = true, web.Field{Name: "why", Label: v.T("papers.act.why"), Value: why, Error: wrong, MaxLength: longest}
	}
	return a
}

func (s *Service) doWork(v *web.Visit, d draftView) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(form.Get("version"), 10, 64)
	if err != nil || form.Get("draft") != string(d.ID) {
		return fault.New(fault.Conflict, "papers.fault.changed")
	}
	name := form.Get("act")
	var changes []Change
	err = v.SubmitOnce(form, func() (err error) {
		changes, err = s.run(v.Context(), d.ID, version, name, form.Get("why"))
		return err
	})
	var bad *fault.Fault
	if errors.As(err, &bad) && bad.Kind == fault.Invalid && len(bad.Fields) > 0 {
		return s.showWork(v, d, http.StatusUnprocessableEntity, form.Get("why"), v.T(bad.Fields[0].Key))
	}
	if said := failure(v, err); said != "" {
		return v.RedirectWith(d.path("work", 0), web.Notice{Failed: true, Text: said})
	}
	if err != nil {
		return err
	}
	if name == "refresh" {
		page := s.draftPage(v, d)
		page.Title = v.T("papers.refresh.title")
		return v.Render(page, changesPage(v.View, changesView{changes, d.path("work", 0)}))
	}
	return v.RedirectWith(d.path("work", 0), web.Notice{Text: v.T("papers.done." + name)})
}

// changesView is which figures are others than before.
type changesView struct {
	Changes []Change
	Back    string
}

func (s *Service) run(ctx context.Context, id DraftID, version int64, name, why string) ([]Change, error) {
	var err error
	switch name {
	case "submit":
		_, err = s.Submit(ctx, id, version)
	case "approve":
		_, err = s.Approve(ctx, id, version)
	case "return":
		_, err = s.SendBack(ctx, id, version, why)
	case "publish":
		_, err = s.Publish(ctx, id, version)
	case "refresh":
		return s.Refresh(ctx, id, version)
	default:
		return nil, nothing()
	}
	return nil, err
}

// events are the steps of a draft, the newest first.
func (s *Service) events(v *web.Visit, d Draft) []web.Event {
	var out []web.Event
	for _, x := range []struct {
		key string
		Step
	}{{"published", d.Release}, {"approved", d.Approval}, {"submitted", d.Sent}, {"begun", d.Begun}} {
		if x.At.IsZero() || x.key == "submitted" && d.State == Drafting {
			continue
		}
		out = append(out, web.Event{When: v.Instant(x.At), What: v.T("papers.event." + x.key), Who: s.post(v, x.Step, d.Department)})
	}
	return out
}

// post names who acted: the post when it is known, else the department.
func (s *Service) post(v *web.Visit, x Step, department string) string {
	if s.Posts != nil && x.Post != "" {
		if name, err := s.Posts.Post(v.Context(), x.Post); err == nil {
			return name.In(v.Lang())
		}
	}
	return department
}

func editPath(d draftView, place string) string {
	return d.path("words/edit", 0) + "?" + url.Values{"place": {place}}.Encode()
}

// wordsView lists the words that officers may change.
type wordsView struct {
	draftView
	Groups []wordsGroup
}

type wordsGroup struct {
	Title   string
	Entries []web.Entry
}

func (s *Service) showWords(v *web.Visit) error {
	d, err := s.desk(v)
	if err != nil {
		return err
	}
	x := wordsView{draftView: d}
	for _, p := range d.Places() {
		title := s.sectionName(v, d.Sheet, p.Section)
		if n := len(x.Groups); n == 0 || x.Groups[n-1].Title != title {
			x.Groups = append(x.Groups, wordsGroup{Title: title})
		}
		g := &x.Groups[len(x.Groups)-1]
		e := web.Entry{Label: placeName(v, p), Value: p.Words.TC, Lang: lang.TC}
		if v.Lang() == lang.EN {
			e.Value, e.Lang = p.Words.EN, lang.EN
		}
		if e.Value == "" {
			e.Value, e.Lang = v.T("papers.words.none"), v.Lang()
		}
		if d.Writes && d.State == Drafting {
			e.Change = editPath(d, p.Key)
		}
		g.Entries = append(g.Entries, e)
	}
	return v.Render(s.draftPage(v, d), wordsPage(v.View, x))
}

func placeName(v *web.Visit, p Place) string {
	switch p.Kind {
	case "reason", "subhead-reason", "footnote":
		return v.T("papers.place."+p.Kind, "row", p.Row.In(v.Lang()))
	}
	return v.T("papers.place." + p.Kind)
}

// sectionName is what a section is called to officers.
func (s *Service) sectionName(v *web.Visit, sheet Sheet, section string) string {
	for _, p := range sheet.Programmes {
		if section == ProgrammeSection(p.Number) {
			return v.T("papers.section.programme", "number", p.Number, "name", p.Name.In(v.Lang()))
		}
	}
	return v.T("papers.section." + section)
}

// editView is the form for one place.
type editView struct {
	Form             web.Form
	Chinese, English web.Field
	Errors           []web.FieldError
	Past             []web.Event
}

func (s *Service) edit(v *web.Visit) error {
	d, err := s.desk(v)
	if err != nil {
		return err
	}
	key := v.Query.Get("place")
	var at *Place
	for _, p := range d.Places() {
		if p.Key == key {
			at = &p
		}
	}
	if at == nil || !d.Writes || d.State != Drafting {
		return nothing()
	}
	x := editView{
		Form: web.Form{
			Action: editPath(d, key), Submit: v.T("papers.words.save"), Cancel: d.path("words", 0),
			Hidden: [][2]string{v.Once(), {"version", strconv.FormatInt(versionOf(d.Edits, key), 10)}},
		},
		Chinese: web.Field{Name: "tc", Label: v.T("papers.words.chinese"), Value: at.Words.TC, Lang: lang.TC, MaxLength: longest},
		English: web.Field{Name: "en", Label: v.T("papers.words.english"), Value: at.Words.EN, Lang: lang.EN, MaxLength: longest},
	}
	page := web.Page{Title: placeName(v, *at), Lead: s.sectionName(v, d.Sheet, at.Section), Back: d.path("words", 0), Secret: true}
	if v.R.Method == http.MethodPost {
		return s.doEdit(v, d, key, x, page)
	}
	past, err := s.Past(v.Context(), d.ID, key)
	if err != nil {
		return err
	}
	for _, e := range past {
		words, _ := e.Words.With(v.Lang())
		x.Past = append(x.Past, web.Event{When: v.Instant(e.At), What: words, Who: s.post(v, Step{Post: e.Post}, d.Department)})
	}
	return v.Render(page, editPage(v.View, x))
}

func (s *Service) doEdit(v *web.Visit, d draftView, key string, x editView, page web.Page) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(form.Get("version"), 10, 64)
	if err != nil {
		return fault.New(fault.Conflict, "papers.fault.changed")
	}
	err = v.SubmitOnce(form, func() error {
		return s.Edit(v.Context(), d.ID, key, form.Get("tc"), form.Get("en"), version)
	})
	var bad *fault.Fault
	if errors.As(err, &bad) && (bad.Kind == fault.Invalid && len(bad.Fields) > 0 || bad.Kind == fault.Conflict && v.Has(bad.Key)) {
		return v.RenderStatus(statusOf(bad), failed(page), editPage(v.View, x.wrong(v, form, bad)))
	}
	if err != nil {
		return err
	}
	return v.RedirectWith(d.path("words", 0), web.Notice{Text: v.T("papers.words.saved")})
}

func failed(p web.Page) web.Page {
	p.Failed = true
	return p
}

func statusOf(bad *fault.Fault) int {
	if bad.Kind == fault.Conflict {
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}

// wrong shows what was typed and what is wrong with it; of a lost update, what
// stands there now is a page away, and nothing of what was typed is lost.
func (x editView) wrong(v *web.Visit, form url.Values, bad *fault.Fault) editView {
	x.Chinese.Value, x.English.Value = form.Get("tc"), form.Get("en")
	if bad.Kind == fault.Conflict {
		x.Errors = []web.FieldError{{Name: "tc", Text: v.T("papers.fault.changed-words")}}
		return x
	}
	for _, f := range bad.Fields {
		said := v.T(f.Key)
		x.Errors = append(x.Errors, web.FieldError{Name: f.Name, Text: said})
		if f.Name == "tc" {
			x.Chinese.Error = said
		} else {
			x.English.Error = said
		}
	}
	return x
}
