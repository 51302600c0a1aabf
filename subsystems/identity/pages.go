package identity

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
)

// device is what this browser is called in lists.
func device(v *web.Visit) string {
	if s := v.Session(); s != nil {
		return s.Device
	}
	return web.Device(v.R.UserAgent())
}

// freshly sends somebody whose proof is older than a few minutes to prove it again, and
// then back here. When it returns false, the visit is answered.
func freshly(v *web.Visit) (bool, error) {
	if _, err := owner(v.Context()); err != nil {
		return false, err
	}
	if v.Proven(freshProof) {
		return true, nil
	}
	if v.R.Method != http.MethodGet && v.R.Method != http.MethodHead {
		return false, fault.New(fault.Forbidden, "identity.fault.prove")
	}
	to := v.Path
	if len(v.Query) > 0 {
		to += "?" + v.Query.Encode()
	}
	return false, v.Redirect("/sign-in?" + url.Values{"again": {"1"}, "to": {to}}.Encode())
}

// wrong is an error to be shown on the form it came from; nil for any other.
func wrong(err error) *fault.Fault {
	var f *fault.Fault
	if errors.As(err, &f) && (f.Kind == fault.Invalid || f.Kind == fault.Conflict || f.Kind == fault.Forbidden || f.Kind == fault.Unavailable) {
		return f
	}
	return nil
}

func (s *Service) showSignIn(v *web.Visit) error { return s.signInPage(v, http.StatusOK, nil) }

func (s *Service) signInPage(v *web.Visit, status int, failed error) error {
	if who.From(v.Context()).Realm == who.Sandbox {
		return s.choosePersona(v)
	}
	to := firstOf(v.R.FormValue("to"), v.Query.Get("to"), "/me")
	again := firstOf(v.R.FormValue("again"), v.Query.Get("again")) != "" && v.Session() != nil
	ask, title, lead, submit := s.AskPasskey, "identity.signin.title", "identity.signin.lead", "identity.signin.submit"
	if again {
		ask, title, lead, submit = s.AskAgain, "identity.signin.again-title", "identity.signin.again-lead", "identity.signin.again-submit"
	}
	c, err := ask(v.Context(), s.origin)
	if err != nil {
		return err
	}
	f := web.PasskeyForm{
		Form: web.Form{Action: "/sign-in", Submit: v.T(submit), Hidden: [][2]string{{"note", c.Note}, {"to", to}}}, Options: c.Options,
		Failed: v.T("identity.signin.failed"), Unable: v.T("identity.signin.unable"),
	}
	if again {
		f.Hidden = append(f.Hidden, [2]string{"again", "1"})
	}
	p := web.Page{Title: v.T(title), Lead: v.T(lead), Secret: true, Failed: failed != nil}
	return v.RenderStatus(status, p, signInBody(v.View, f, to, again, said(v, failed)))
}

// said is an error as the summary of a form shows it.
func said(v *web.Visit, err error) []web.FieldError {
	f := wrong(err)
	if f == nil {
		return nil
	}
	pairs := make([]any, 0, 2*len(f.Args))
	for name, value := range f.Args {
		pairs = append(pairs, name, value)
	}
	if len(f.Fields) == 0 {
		return []web.FieldError{{Text: v.T(f.Key, pairs...)}}
	}
	var out []web.FieldError
	for _, x := range f.Fields {
		out = append(out, web.FieldError{Name: x.Name, Text: v.T(x.Key, pairs...)})
	}
	return out
}

func (s *Service) doSignIn(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	again := form.Get("again") != ""
	a, err := s.Prove(v.Context(), s.origin, form.Get("note"), form.Get("answer"), again)
	if wrong(err) != nil {
		return s.signInPage(v, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	what := SignedIn
	if again {
		what = ProvenAgain
	}
	if err := s.signedIn(v, a, what, "hwk", "user"); err != nil {
		return err
	}
	return v.Redirect(firstOf(form.Get("to"), "/me"))
}

// signedIn begins the session of somebody who proved who they are (amr: RFC 8176).
func (s *Service) signedIn(v *web.Visit, a Account, what string, methods ...string) error {
	if err := v.SignIn(a.Actor(), methods...); err != nil {
		return err
	}
	return s.noteSignIn(v.Context(), a, HistoryEntry{What: what, Device: device(v)})
}

func (s *Service) doSignOut(v *web.Visit) error {
	if session := v.Session(); session != nil {
		if err := s.DB.Write(v.Context(), func(tx *db.Tx) error { return s.protocol.End(tx, session.ID) }); err != nil {
			return err
		}
	}
	if err := v.SignOut(); err != nil {
		return err
	}
	return v.RedirectWith("/", web.Notice{Text: v.T("identity.signin.out")})
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func dayText(v *web.View, text string) string {
	d, err := when.ParseDay(text)
	if err != nil {
		return text
	}
	return v.Date(d)
}

// todo is what a new account should still do.
func (s *Service) todo(v *web.Visit, h home) []web.Task {
	var out []web.Task
	add := func(key, path string, needed bool) {
		if needed {
			out = append(out, web.Task{
				Text: v.T("identity.me." + key), Hint: v.T("identity.me." + key + "-hint"), Path: path, State: web.NotStarted,
			})
		}
	}
	add("todo-codes", "/me/recovery", h.codes == 0)
	add("todo-second", "/me/passkeys", h.passkeys < 2)
	add("todo-email", "/me/profile/"+string(Email), h.profile.Text(Email) == "")
	if e := h.profile[Email]; e.Text != "" && e.Verified.IsZero() && s.mails(v.Context()) {
		out = append(out, web.Task{Text: v.T("identity.notice.me.todo-confirm"), Hint: v.T("identity.notice.me.todo-confirm-hint"), Path: "/me/inbox/confirm", State: web.NotStarted})
	}
	if h.account.Kind == who.Person && h.account.Level == Basic {
		out = append(out, web.Task{Text: v.T("identity.me.raise"), Hint: v.T("identity.me.todo-raise-hint"), Path: "/me/raise", State: web.NotStarted})
	}
	return out
}

func (s *Service) showMe(v *web.Visit) error {
	h, err := s.home(v.Context())
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: firstOf(h.profile.Name(v.Lang()), v.T("identity.me.title")), Secret: true},
		mePage(v.View, h, s.todo(v, h), s.parts(v, h)))
}

// parts are the parts of an account, those that others add before the rarer ones.
func (s *Service) parts(v *web.Visit, h home) []web.Task {
	own := h.links(v)
	if s.More == nil {
		return own
	}
	return slices.Insert(own, 3, s.More(v)...)
}

// links are the parts of an account that stand here, each with a line of what is there.
func (h home) links(v *web.Visit) []web.Task {
	var out []web.Task
	for _, part := range []string{"profile", "inbox", "services", "history", "passkeys", "sessions", "recovery", "export", "close"} {
		task := web.Task{Text: v.T("identity.me." + part), Hint: v.T("identity.me." + part + "-text"), Path: "/me/" + part}
		if part == "inbox" && h.unread > 0 {
			task.Hint = v.T("identity.notice.me.unread", "count", h.unread)
		}
		out = append(out, task)
	}
	return out
}

func crumbs(v *web.View) []web.Crumb {
	return []web.Crumb{{Text: v.T("identity.me.title"), Path: "/me"}}
}

func (s *Service) showHistory(v *web.Visit) error {
	p := v.PageOf(historyPage, 0)
	entries, total, err := s.History(v.Context(), historyPage, p.Offset())
	if err != nil {
		return err
	}
	p = v.PageOf(historyPage, total)
	var events []web.Event
	for _, e := range entries {
		events = append(events, web.Event{When: v.Instant(e.At), What: s.tellHistory(v, e), Who: e.Device})
	}
	return v.Render(web.Page{Title: v.T("identity.history.title"), Lead: v.T("identity.history.lead"), Crumbs: crumbs(v.View), Secret: true},
		historyBody(v.View, events, p))
}

const historyPage = 50

// tellHistory is an entry as a sentence. Fields are named in the reader's language.
func (s *Service) tellHistory(v *web.Visit, e HistoryEntry) string {
	var fields []string
	for f := range strings.FieldsSeq(e.Detail) {
		if Field(f).Known() {
			fields = append(fields, v.T("identity.field."+f))
		}
	}
	return v.T("identity.history."+e.What, "service", s.serviceName(v, e.Client), "fields", v.List(fields...))
}

func none() templ.Component { return templ.NopComponent }
