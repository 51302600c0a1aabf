package identity

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"praya/kernel/fault"
	"praya/platform/web"
)

func (s *Service) showProfile(v *web.Visit) error {
	p, err := s.Own(v.Context())
	if err != nil {
		return err
	}
	var rows []web.Entry
	for _, f := range Fields() {
		rows = append(rows, profileRow(v.View, f, p[f]))
	}
	return v.Render(web.Page{Title: v.T("identity.profile.title"), Lead: v.T("identity.profile.lead"), Crumbs: crumbs(v.View), Secret: true},
		profilePage(v.View, rows))
}

func profileRow(v *web.View, f Field, x Value) web.Entry {
	row := web.Entry{Label: v.T("identity.field." + string(f)), Value: v.T("identity.profile.missing")}
	if x.Text != "" {
		row.Value = write(v, x)
		row.From = v.T("identity.profile.source."+string(x.Source), "day", v.Date(x.Changed.Day()))
	}
	if x.Text != "" && !f.FromDocument() {
		row.From = "" // theirs to change
	}
	if !f.FromDocument() {
		row.Change = "/me/profile/" + string(f)
	}
	return row
}

func (s *Service) showField(v *web.Visit) error {
	f := Field(v.PathValue("field"))
	if !f.Known() || f.FromDocument() {
		return fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	p, err := s.Own(v.Context())
	if err != nil {
		return err
	}
	return s.fieldPage(v, http.StatusOK, f, formOf(f, p[f]), nil)
}

// formOf is a value as its form would have been filled in.
func formOf(f Field, x Value) url.Values {
	form := url.Values{}
	if !f.IsAddress() {
		form.Set(string(f), x.Text)
		return form
	}
	a, err := x.Address()
	if err != nil {
		a.Kind = "premises"
	}
	for name, value := range map[string]string{
		"kind": a.Kind, "room": a.Room, "floor": a.Floor, "block": a.Block, "building": a.Building, "estate": a.Estate,
		"number": a.Number, "street": a.Street, "district": a.District, "lines": strings.Join(a.Lines, "\n"), "box": a.Box, "office": a.Office,
	} {
		form.Set(name, value)
	}
	return form
}

func (s *Service) fieldPage(v *web.Visit, status int, f Field, form url.Values, failed error) error {
	p := web.Page{
		Title: v.T("identity.field." + string(f)), Lead: v.T("identity.profile.remove-hint"), Back: "/me/profile", Secret: true, Failed: failed != nil,
	}
	errs := said(v, failed)
	for i := range errs {
		errs[i].Name = firstOf(errs[i].Name, string(f))
	}
	to := firstOf(form.Get("to"), v.Query.Get("to"))
	return v.RenderStatus(status, p, fieldBody(v.View, f, form, to, errs))
}

func (s *Service) doField(v *web.Visit) error {
	f := Field(v.PathValue("field"))
	form, err := v.Form()
	if err != nil {
		return err
	}
	text, err := f.read(form)
	if err == nil {
		err = s.Change(v.Context(), f, text, device(v))
	}
	if wrong(err) != nil {
		return s.fieldPage(v, http.StatusUnprocessableEntity, f, form, err)
	}
	if err != nil {
		return err
	}
	to := firstOf(form.Get("to"), "/me/profile")
	if f == Email && text != "" && s.mails(v.Context()) {
		to = "/me/inbox/confirm"
	}
	return v.RedirectWith(to, web.Notice{Text: v.T("identity.profile.saved")})
}

func (s *Service) showPasskeys(v *web.Visit) error {
	keys, err := s.Passkeys(v.Context())
	if err != nil {
		return err
	}
	t := web.Table{Caption: v.T("identity.passkeys.caption"), Columns: []web.Column{
		{Head: v.T("identity.passkeys.name")},
		{Head: v.T("identity.passkeys.made")},
		{Head: v.T("identity.passkeys.used")},
		{Head: v.T("identity.passkeys.kept")},
		{Head: v.T("identity.passkeys.rename")},
		{Head: v.T("identity.passkeys.remove")},
	}}
	for _, k := range keys {
		kept := "identity.passkeys.bound"
		if k.Synced {
			kept = "identity.passkeys.synced"
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: firstOf(k.Name, v.T("identity.passkeys.unnamed"))},
			{Text: v.Date(k.Created.Day())},
			{Text: v.Instant(k.Used)},
			{Text: v.T(kept)},
			{Text: v.T("identity.passkeys.rename"), Path: "/me/passkeys/name/" + k.ID},
			{Text: v.T("identity.passkeys.remove"), Path: "/me/passkeys/remove/" + k.ID},
		}})
	}
	return v.Render(web.Page{Title: v.T("identity.passkeys.title"), Lead: v.T("identity.passkeys.lead"), Crumbs: crumbs(v.View), Secret: true},
		passkeysPage(v.View, t))
}

func (s *Service) showAddPasskey(v *web.Visit) error {
	if ok, err := freshly(v); !ok {
		return err
	}
	return s.addPasskeyPage(v, http.StatusOK, nil)
}

func (s *Service) addPasskeyPage(v *web.Visit, status int, failed error) error {
	account, err := owner(v.Context())
	if err != nil {
		return err
	}
	p, err := s.Own(v.Context())
	if err != nil {
		return err
	}
	c, err := s.AskNew(v.Context(), s.origin, account, p.Name("en"), string(account))
	if err != nil {
		return err
	}
	return v.RenderStatus(status, web.Page{
		Title: v.T("identity.passkeys.add"), Lead: v.T("identity.register.passkey-lead"), Back: "/me/passkeys", Secret: true, Failed: failed != nil,
	}, passkeyBody(v.View, makeForm(v.View, "/me/passkeys/add", c), said(v, failed)))
}

// makeForm is the form with which a device makes a passkey.
func makeForm(v *web.View, action string, c Ceremony) web.PasskeyForm {
	return web.PasskeyForm{
		Form:   web.Form{Action: action, Submit: v.T("identity.register.passkey-submit"), Hidden: [][2]string{{"note", c.Note}}},
		Create: true, Options: c.Options, Failed: v.T("identity.register.passkey-failed"), Unable: v.T("identity.register.passkey-unable"),
	}
}

func (s *Service) doAddPasskey(v *web.Visit) error {
	if ok, err := freshly(v); !ok {
		return err
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	err = s.AddPasskey(v.Context(), s.origin, form.Get("note"), form.Get("answer"), device(v))
	if wrong(err) != nil {
		return s.addPasskeyPage(v, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return v.RedirectWith("/me/passkeys", web.Notice{Text: v.T("identity.passkeys.added")})
}

func (s *Service) showRenamePasskey(v *web.Visit) error {
	k, err := s.passkey(v)
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("identity.passkeys.rename-title"), Back: "/me/passkeys", Secret: true}, renameBody(v.View, k.ID, k.Name, nil))
}

func (s *Service) doRenamePasskey(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	k, err := s.passkey(v)
	if err != nil {
		return err
	}
	err = s.RenamePasskey(v.Context(), k.ID, form.Get("name"), device(v))
	if wrong(err) != nil {
		p := web.Page{Title: v.T("identity.passkeys.rename-title"), Back: "/me/passkeys", Secret: true, Failed: true}
		return v.RenderStatus(http.StatusUnprocessableEntity, p, renameBody(v.View, k.ID, form.Get("name"), said(v, err)))
	}
	if err != nil {
		return err
	}
	return v.RedirectWith("/me/passkeys", web.Notice{Text: v.T("identity.passkeys.renamed")})
}

// passkey is the visitor's own passkey that the address names.
func (s *Service) passkey(v *web.Visit) (Passkey, error) {
	keys, err := s.Passkeys(v.Context())
	if err != nil {
		return Passkey{}, err
	}
	for _, k := range keys {
		if k.ID == v.PathValue("id") {
			return k, nil
		}
	}
	return Passkey{}, fault.New(fault.NotFound, "web.fault.not-found.text")
}

func (s *Service) showRemovePasskey(v *web.Visit) error {
	if ok, err := freshly(v); !ok {
		return err
	}
	return s.removePasskeyPage(v, http.StatusOK, nil)
}

func (s *Service) removePasskeyPage(v *web.Visit, status int, failed error) error {
	k, err := s.passkey(v)
	if err != nil {
		return err
	}
	f := web.Form{Action: "/me/passkeys/remove/" + k.ID, Submit: v.T("identity.passkeys.remove"), Cancel: "/me/passkeys"}
	what := v.T("identity.passkeys.remove-what", "name", firstOf(k.Name, v.T("identity.passkeys.unnamed")))
	return v.RenderStatus(status, web.Page{Title: v.T("identity.passkeys.remove-title"), Back: "/me/passkeys", Secret: true, Failed: failed != nil},
		confirmBody(v.View, f, []string{what}, said(v, failed)))
}

func (s *Service) doRemovePasskey(v *web.Visit) error {
	if ok, err := freshly(v); !ok {
		return err
	}
	err := s.RemovePasskey(v.Context(), v.PathValue("id"), device(v))
	if fault.Is(err, fault.Conflict) {
		return s.removePasskeyPage(v, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return v.RedirectWith("/me/passkeys", web.Notice{Text: v.T("identity.passkeys.removed")})
}

func (s *Service) showSessions(v *web.Visit) error {
	list, err := s.Sessions(v.Context())
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("identity.sessions.title"), Lead: v.T("identity.sessions.lead"), Crumbs: crumbs(v.View), Secret: true},
		sessionsPage(v.View, list, v.Session().ID))
}

func (s *Service) doEndSession(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	if v.Session() == nil {
		return fault.New(fault.Unauthenticated, "web.fault.unauthenticated.text")
	}
	if err := s.EndSessions(v.Context(), form.Get("session"), v.Session().ID, device(v)); err != nil {
		return err
	}
	return v.RedirectWith("/me/sessions", web.Notice{Text: v.T("identity.sessions.ended")})
}

func (s *Service) showExport(v *web.Visit) error {
	if ok, err := freshly(v); !ok {
		return err
	}
	data, err := s.Export(v.Context(), device(v))
	if err != nil {
		return err
	}
	return v.Download("praya-identity.json", "application/json", func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func (s *Service) showClose(v *web.Visit) error {
	if ok, err := freshly(v); !ok {
		return err
	}
	f := web.Form{Action: "/me/close", Submit: v.T("identity.close.submit"), Cancel: "/me"}
	what := []string{v.T("identity.close.what-data"), v.T("identity.close.what-services"), v.T("identity.close.what-again")}
	return v.Render(web.Page{Title: v.T("identity.close.title"), Back: "/me", Secret: true}, confirmBody(v.View, f, what, nil))
}

func (s *Service) doClose(v *web.Visit) error {
	if ok, err := freshly(v); !ok {
		return err
	}
	if err := s.Close(v.Context()); err != nil {
		return err
	}
	if err := v.SignOut(); err != nil {
		return err
	}
	return v.RedirectWith("/", web.Notice{Text: v.T("identity.close.done")})
}
