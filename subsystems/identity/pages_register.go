package identity

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/web"
)

// Photographs are at most this large; both fit into a body.
const (
	maxPhoto = 5 << 20
	maxForm  = 2*maxPhoto + 64<<10
)

func (s *Service) showRegister(v *web.Visit) error {
	return v.Render(web.Page{Title: v.T("identity.register.title"), Lead: v.T("identity.register.lead")}, registerPage(v.View, s.Rules.MinimumAge))
}

func (s *Service) showDetails(v *web.Visit) error {
	return s.detailsPage(v, http.StatusOK, url.Values{}, nil)
}

func (s *Service) detailsPage(v *web.Visit, status int, form url.Values, errs []web.FieldError) error {
	return v.RenderStatus(status, web.Page{
		Title: v.T("identity.register.details"), Lead: v.T("identity.register.details-lead"), Back: "/register", Secret: true, Failed: len(errs) > 0,
	}, detailsBody(v.View, form, s.Verifier.Simulated(), errs))
}

func (s *Service) doDetails(v *web.Visit) error {
	form, photos, err := readForm(v)
	if err != nil {
		return err
	}
	c, errs := s.claimOf(v.View, form)
	if !s.Verifier.Simulated() {
		c.Card, c.Face = photos["card"], photos["face"]
		for _, name := range []string{"card", "face"} {
			if !isPhoto(photos[name]) {
				errs = append(errs, web.FieldError{Name: name, Text: v.T("identity.fault.photo")})
			}
		}
	}
	if len(errs) > 0 {
		return s.detailsPage(v, http.StatusUnprocessableEntity, form, errs)
	}
	t, err := s.Verify(v.Context(), c)
	if wrong(err) != nil {
		return s.detailsPage(v, http.StatusUnprocessableEntity, form, said(v, err))
	}
	if err != nil {
		return err
	}
	return v.Redirect("/register/passkey/" + t)
}

// readForm reads a form with photographs. They stand in memory only, and go with the visit.
func readForm(v *web.Visit) (url.Values, map[string][]byte, error) {
	if err := v.R.ParseMultipartForm(maxForm); err != nil {
		if errors.Is(err, http.ErrNotMultipart) {
			form, err := v.Form()
			return form, nil, err
		}
		return nil, nil, err
	}
	photos := map[string][]byte{}
	for _, name := range []string{"card", "face"} {
		f, _, err := v.R.FormFile(name)
		if err != nil {
			continue
		}
		photos[name], err = readPhoto(f)
		if err != nil {
			return nil, nil, err
		}
	}
	return v.R.PostForm, photos, nil
}

func readPhoto(f multipart.File) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(f, maxPhoto+1))
	return b, errors.Join(err, f.Close())
}

// isPhoto knows a JPEG or a PNG of bearable size by its first bytes.
func isPhoto(b []byte) bool {
	return len(b) <= maxPhoto && (bytes.HasPrefix(b, []byte("\xff\xd8\xff")) || bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")))
}

// claimOf reads what somebody says about themselves, and everything that is wrong with it.
func (s *Service) claimOf(v *web.View, form url.Values) (c Claim, errs []web.FieldError) {
	bad := func(name, key string) { errs = append(errs, web.FieldError{Name: name, Text: v.T(key)}) }
	keep := func(f Field, text string) {
		if text != "" {
			c.Values = append(c.Values, Value{Field: f, Text: text, Source: s.proofSource(), Verified: s.verifiedAt()})
		}
	}
	for _, f := range []Field{NameChinese, NameEnglish} {
		text, err := readLine(form.Get(string(f)), longestName)
		if err != nil {
			bad(string(f), "identity.fault.long")
		}
		keep(f, text)
	}
	if len(c.Values) == 0 && len(errs) == 0 {
		bad(string(NameChinese), "identity.fault.name")
	}
	number, err := ParseDocumentNumber(form.Get(string(DocumentNo)))
	if err != nil {
		var f *fault.Fault
		errors.As(err, &f)
		bad(string(DocumentNo), f.Key)
	}
	c.Document = number
	keep(DocumentNo, string(number))
	born, err := web.DateOf(form, web.Field{Name: string(BirthDate)}).Day()
	if err != nil {
		bad(string(BirthDate), "identity.fault.birth")
	} else {
		keep(BirthDate, born.String())
	}
	if sex := form.Get(string(Sex)); slices.Contains(Sex.Choices(), sex) {
		keep(Sex, sex)
	} else {
		bad(string(Sex), "identity.fault.sex")
	}
	c.Scripted = form.Get("scripted")
	return c, errs
}

func (s *Service) showMakePasskey(v *web.Visit) error {
	return s.makePasskeyPage(v, http.StatusOK, nil)
}

func (s *Service) makePasskeyPage(v *web.Visit, status int, failed error) error {
	t := v.PathValue("token")
	e, err := s.Enrolment(v.Context(), t)
	if err != nil {
		return err
	}
	c, err := s.AskNew(v.Context(), s.origin, e.Account, e.Label, hashed(t))
	if err != nil {
		return err
	}
	return v.RenderStatus(status, web.Page{
		Title: v.T("identity.register.passkey-title"), Lead: v.T("identity.register.passkey-lead"), Secret: true, Failed: failed != nil,
	}, passkeyBody(v.View, makeForm(v.View, "/register/passkey/"+t, c), said(v, failed)))
}

func (s *Service) doMakePasskey(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	t := v.PathValue("token")
	e, err := s.Enrolment(v.Context(), t)
	if err != nil {
		return err
	}
	a, err := s.Enrol(v.Context(), s.origin, t, form.Get("note"), form.Get("answer"), device(v))
	if fault.Is(err, fault.Invalid) {
		return s.makePasskeyPage(v, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	if err := s.signedIn(v, a, SignedIn, "hwk", "user"); err != nil {
		return err
	}
	text := "identity.register.done"
	if e.Recover != "" {
		text = "identity.register.recovered"
	}
	return v.RedirectWith("/me", web.Notice{Text: v.T(text)})
}

func (s *Service) showJoin(v *web.Visit) error {
	e, err := s.invitation(v.Context(), v.PathValue("token"))
	if err != nil {
		return err
	}
	lead := v.T("identity.join.lead-unnamed")
	if e.Label != "" {
		lead = v.T("identity.join.lead", "name", e.Label)
	}
	f := web.Form{Action: "/join/" + v.PathValue("token"), Submit: v.T("identity.join.submit")}
	return v.Render(web.Page{Title: v.T("identity.join.title"), Lead: lead, Secret: true}, plainForm(v.View, f))
}

func (s *Service) doJoin(v *web.Visit) error {
	t, err := s.Accept(v.Context(), v.PathValue("token"))
	if err != nil {
		return err
	}
	return v.Redirect("/register/passkey/" + t)
}

// choosePersona is the sandbox's way to sign in: nobody there has a passkey.
func (s *Service) choosePersona(v *web.Visit) error {
	to := firstOf(v.R.FormValue("to"), "/me")
	return v.Render(web.Page{Title: v.T("identity.signin.persona-title"), Lead: v.T("identity.signin.persona-lead")}, personasPage(v.View, to))
}

func (s *Service) doPersona(v *web.Visit) error {
	if who.From(v.Context()).Realm != who.Sandbox {
		return fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	a, err := s.Persona(v.Context(), form.Get("persona"))
	if err != nil {
		return err
	}
	if err := a.mayUse(); err != nil {
		return err
	}
	if err := s.signedIn(v, a, SignedIn, "hwk", "user"); err != nil {
		return err
	}
	return v.Redirect(firstOf(form.Get("to"), "/me"))
}

// Label is what the header calls somebody who has signed in.
func (s *Service) Label(ctx context.Context, l lang.Lang) (string, error) {
	p, err := s.Own(ctx)
	return p.Name(l), err
}
