package identity

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/web"
	"praya/subsystems/identity/internal/oidc"
)

// showRequest is where a browser comes to that a service sent: the person signs in, sees
// what is asked, and decides.
func (s *Service) showRequest(v *web.Visit) error {
	r, err := s.protocol.Pending(v.Context(), v.PathValue("id"))
	if fault.Is(err, fault.Invalid) {
		return gone(v)
	}
	if err != nil {
		return err
	}
	if l := localeOf(v, r); l != v.Lang() {
		http.Redirect(v.W, v.R, v.Same(l), http.StatusSeeOther)
		return nil
	}
	if refused, err := s.anonymousNeedsProof(v, r); refused || err != nil {
		return err
	}
	if err := s.mayAsk(v.Context(), r.ClientID, asksFor(r)); err != nil {
		return s.refuse(v, r, "access_denied", err.Error())
	}
	silent := r.Prompts("none")
	if v.Session() == nil && silent {
		return s.refuse(v, r, "login_required", "nobody is signed in")
	}
	account, err := person(v.Context())
	if err != nil {
		return err
	}
	if r.Account != "" && AccountID(r.Account) != account {
		return fault.New(fault.Forbidden, "identity.fault.other-person")
	}
	if !provenFor(v, r) {
		if silent {
			return s.refuse(v, r, "login_required", "the person signed in too long ago")
		}
		to := "/identity/request/" + r.ID
		return v.Redirect("/sign-in?" + url.Values{"again": {"1"}, "to": {to}}.Encode())
	}
	a, err := s.Account(v.Context(), account)
	if err != nil {
		return err
	}
	if !levelReached(r, a.Level) {
		if silent {
			return s.refuse(v, r, "unmet_authentication_requirements", "the person's level is below the acr that was asked for")
		}
		return v.Render(web.Page{Title: v.T("identity.request.level-title"), Lead: v.T("identity.request.level-lead"), Secret: true},
			levelBody(v.View, r.ID))
	}
	known, err := s.knows(v, account, r)
	if err != nil {
		return err
	}
	if known {
		return s.agree(v, a, r, nil)
	}
	if silent {
		return s.refuse(v, r, "consent_required", "the person has to agree first")
	}
	return s.requestPage(v, http.StatusOK, a, r, nil)
}

// localeOf is the language in which the service spoke with the person (OpenID Connect Core,
// 3.1.2.1: ui_locales), until the person chooses another one here.
func localeOf(v *web.Visit, r oidc.Request) lang.Lang {
	if len(r.UILocales) == 0 || !v.FromElsewhere() {
		return v.Lang()
	}
	return lang.Negotiate(strings.Join(r.UILocales, ","))
}

// anonymousNeedsProof refuses anonymous form filling to plain clients: a release that is
// read once wants a token that only its receiver can use.
func (s *Service) anonymousNeedsProof(v *web.Visit, r oidc.Request) (refused bool, err error) {
	if len(r.Details) == 0 || r.Has("openid") {
		return false, nil
	}
	c, err := s.protocol.Client(v.Context(), r.ClientID)
	if err != nil || c == nil || c.Kind != oidc.Plain {
		return false, err
	}
	return true, s.refuse(v, r, "invalid_request", "anonymous form filling is for FAPI clients only")
}

// gone says that a request was answered already, waited too long, or never was.
func gone(v *web.Visit) error {
	return v.RenderStatus(http.StatusGone, web.Page{Title: v.T("identity.request.gone-title"), Lead: v.T("identity.request.gone-text"), Secret: true}, none())
}

// provenFor reports whether the session's proof is fresh enough for a request: max_age and
// prompt=login say so (OpenID Connect Core, 3.1.2.1); a request to the phone always
// wants it fresh.
func provenFor(v *web.Visit, r oidc.Request) bool {
	p := v.Session().Proven
	switch {
	case r.Backchannel:
		return v.Proven(freshProof)
	case r.Prompts("login") && p.Before(r.MadeAt):
		return false
	case r.MaxAge != nil && v.Now().Sub(p) > time.Duration(*r.MaxAge)*time.Second:
		return false
	}
	return true
}

// knows reports whether a request may pass without a page: it only signs in, to a service
// that the person has signed in to before and has not shut out since.
func (s *Service) knows(v *web.Visit, account AccountID, r oidc.Request) (bool, error) {
	if r.Backchannel || r.Prompts("consent") || len(asksFor(r)) > 0 || len(r.Details) > 0 {
		return false, nil
	}
	grants, err := s.grants(v.Context(), account)
	return slices.ContainsFunc(grants, func(g oidc.Grant) bool { return g.ClientID == r.ClientID }), err
}

// asksFor are the fields that scopes and claims ask for.
func asksFor(r oidc.Request) (out []Field) {
	add := func(claim string) {
		if f := claimField(claim); f != "" && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	for _, name := range claimNames() {
		for scope, claims := range map[string][]string{
			"profile": {"name", "birthdate", "gender"}, "email": {"email"}, "phone": {"phone_number"}, "address": {"address"},
		} {
			if r.Has(scope) && slices.Contains(claims, name) {
				add(name)
			}
		}
		_, inUserinfo := r.Claims.Userinfo[name]
		_, inToken := r.Claims.IDToken[name]
		if inUserinfo || inToken {
			add(name)
		}
	}
	return out
}

func (s *Service) requestPage(v *web.Visit, status int, a Account, r oidc.Request, failed error) error {
	p, err := s.Own(v.Context())
	if err != nil {
		return err
	}
	c, err := s.consent(v, p, r)
	if err != nil {
		return err
	}
	if u, err := url.Parse(r.RedirectURI); err == nil && u.Scheme != "" {
		v.FormsLeadTo(originOf(u))
	}
	key := "identity.request.title"
	if len(c.Values) == 0 {
		key = "identity.request.title-sign-in"
	}
	page := web.Page{Title: v.T(key, "service", s.serviceName(v, r.ClientID)), Secret: true, Failed: failed != nil}
	return v.RenderStatus(status, page, requestBody(v.View, c, r.BindingMessage, said(v, failed)))
}

// originOf is what a form may lead to: a site, or the scheme of an application.
func originOf(u *url.URL) string {
	if u.Scheme == "https" || u.Scheme == "http" {
		return u.Scheme + "://" + u.Host
	}
	return u.Scheme + ":"
}

// consent is the card: who asks, what goes, and on which terms.
func (s *Service) consent(v *web.Visit, p Profile, r oidc.Request) (web.Consent, error) {
	c := web.Consent{
		Head:    []web.Entry{{Label: v.T("identity.request.who"), Value: s.serviceName(v, r.ClientID)}},
		Form:    web.Form{Action: "/identity/request/" + r.ID, Submit: v.T("identity.request.agree")},
		Decline: v.T("identity.request.decline"),
	}
	if name := s.departmentOf(v, r.ClientID); name != "" {
		c.Head = append(c.Head, web.Entry{Label: v.T("identity.request.department"), Value: name})
	}
	for _, f := range asksFor(r) {
		c.Values = append(c.Values, s.consentValue(v, p, f, false, r))
	}
	for _, d := range r.Details {
		if isAgreement(d) {
			if err := s.showAgreement(v, &c, r.ClientID, d); err != nil {
				return c, err
			}
			continue
		}
		f, err := ReadFilling(d.Raw)
		if err != nil {
			return c, err
		}
		form := f.FormName
		if f.FormNumber != "" {
			form += " (" + f.FormNumber + ")"
		}
		c.Head = append(c.Head, web.Entry{Label: v.T("identity.request.form"), Value: form}, web.Entry{Label: v.T("identity.request.purpose"), Value: f.Purpose})
		for _, x := range f.Fields {
			c.Values = append(c.Values, s.consentValue(v, p, x, false, r))
		}
		for _, x := range f.OptionalFields {
			c.Values = append(c.Values, s.consentValue(v, p, x, true, r))
		}
		if f.Kept != "" {
			c.Terms = append(c.Terms, web.Entry{Label: v.T("identity.request.kept"), Value: f.Kept})
		}
	}
	return s.terms(v, c, r), nil
}

// onlyAgreements reports whether nothing goes from us: each agreement says its own terms.
func onlyAgreements(r oidc.Request) bool {
	return len(r.Details) > 0 && len(asksFor(r)) == 0 && !slices.ContainsFunc(r.Details, func(d oidc.AuthorizationDetail) bool { return !isAgreement(d) })
}

func (s *Service) terms(v *web.Visit, c web.Consent, r oidc.Request) web.Consent {
	often := "identity.request.once"
	if r.Has("offline_access") {
		often = "identity.request.until-ended"
	}
	known := "identity.request.known-as"
	if !r.Has("openid") {
		known = "identity.request.anonymous"
	}
	if !onlyAgreements(r) {
		c.Terms = append(c.Terms, web.Entry{Label: v.T("identity.request.often"), Value: v.T(often)})
	}
	c.Terms = append(c.Terms,
		web.Entry{Label: v.T("identity.request.you"), Value: v.T(known)},
		web.Entry{Label: v.T("identity.request.refusing"), Value: v.T("identity.request.refusing-text")})
	return c
}

func (s *Service) consentValue(v *web.Visit, p Profile, f Field, optional bool, r oidc.Request) web.ConsentValue {
	x, there := p[f]
	out := web.ConsentValue{Name: string(f), Label: v.T("identity.field." + string(f)), Optional: optional}
	if there {
		out.Value = write(v.View, x)
		out.Source = v.T("identity.profile.source."+string(x.Source), "day", v.Date(x.Changed.Day()))
		return out
	}
	out.Missing = v.T("identity.profile.missing")
	if !f.FromDocument() {
		out.Path = "/me/profile/" + string(f) + "?" + url.Values{"to": {"/identity/request/" + r.ID}}.Encode()
	}
	return out
}

// doRequest takes the person's decision. What the page showed is checked again.
func (s *Service) doRequest(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	r, err := s.protocol.Pending(v.Context(), v.PathValue("id"))
	if fault.Is(err, fault.Invalid) {
		return gone(v)
	}
	if err != nil {
		return err
	}
	account, err := person(v.Context())
	if err != nil {
		return err
	}
	if r.Account != "" && AccountID(r.Account) != account {
		return fault.New(fault.Forbidden, "identity.fault.other-person")
	}
	a, err := s.Account(v.Context(), account)
	if err != nil {
		return err
	}
	if form.Get("decision") != "agree" {
		if err := s.note(v.Context(), account, HistoryEntry{What: Declined, Client: r.ClientID, Device: device(v)}); err != nil {
			return err
		}
		code := "access_denied"
		if form.Get("decision") == "level" {
			code = "unmet_authentication_requirements"
		}
		return s.refuse(v, r, code, "the person did not agree")
	}
	if !provenFor(v, r) || !levelReached(r, a.Level) {
		return v.Redirect("/identity/request/" + r.ID)
	}
	missing, err := s.missing(v, r)
	if err != nil {
		return err
	}
	if missing != nil {
		return s.requestPage(v, http.StatusUnprocessableEntity, a, r, missing)
	}
	return s.agree(v, a, r, form["give"])
}

// missing says which needed field has no value yet.
func (s *Service) missing(v *web.Visit, r oidc.Request) (*fault.Fault, error) {
	p, err := s.Own(v.Context())
	if err != nil {
		return nil, err
	}
	for _, d := range r.Details {
		if isAgreement(d) {
			continue
		}
		f, err := ReadFilling(d.Raw)
		if err != nil {
			return nil, err
		}
		for _, x := range f.Fields {
			if p.Text(x) == "" {
				return fault.New(fault.Invalid, "identity.fault.field-missing", "field", v.T("identity.field."+string(x))), nil
			}
		}
	}
	return nil, nil
}

// agree gives the service what it asked for, and sends the browser back to it.
func (s *Service) agree(v *web.Visit, a Account, r oidc.Request, ticked []string) error {
	if ticked == nil {
		ticked = []string{}
	}
	details, err := s.let(v.Context(), a.ID, r, ticked)
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) { // an agreement that can't be made now
		return s.requestPage(v, http.StatusConflict, a, r, err)
	}
	if err != nil {
		return err
	}
	session := v.Session()
	redirect, err := s.protocol.Approve(v.Context(), r.ID, oidc.Grant{
		Account: string(a.ID), SessionID: session.ID, AuthTime: session.Proven, ACR: a.Level.ACR(), AMR: session.Methods, Details: details,
	})
	if err != nil {
		return err
	}
	return s.goBack(v, redirect, "identity.approve.approved")
}

func (s *Service) refuse(v *web.Visit, r oidc.Request, code, why string) error {
	redirect, err := s.protocol.Refuse(v.Context(), r.ID, code, why)
	if err != nil {
		return err
	}
	return s.goBack(v, redirect, "identity.approve.rejected")
}

// goBack sends the browser to the service; for a request on the phone there is nowhere to go.
func (s *Service) goBack(v *web.Visit, redirect, said string) error {
	if redirect == "" {
		return v.RedirectWith("/me", web.Notice{Text: v.T(said)})
	}
	http.Redirect(v.W, v.R, redirect, http.StatusSeeOther)
	return nil
}

// showLogout asks whether to sign out here too, when a service sent the person to.
func (s *Service) showLogout(v *web.Visit) error {
	l, err := s.protocol.PendingLogout(v.Context(), v.PathValue("id"))
	if fault.Is(err, fault.Invalid) {
		return gone(v)
	}
	if err != nil {
		return err
	}
	if u, err := url.Parse(l.RedirectURI); err == nil && u.Scheme != "" {
		v.FormsLeadTo(originOf(u))
	}
	if v.Session() == nil { // nobody to ask
		session, err := s.personaSession(v.Context(), l)
		if err != nil {
			return err
		}
		return s.finishLogout(v, l, session)
	}
	return v.Render(web.Page{Title: v.T("identity.logout.title"), Secret: true}, logoutBody(v.View, l.ID, s.serviceName(v, l.ClientID)))
}

// personaSession is the session of a persona that answered by itself, and so signs out by
// itself: only in the sandbox, where nobody loses anything.
func (s *Service) personaSession(ctx context.Context, l oidc.Logout) (string, error) {
	if who.From(ctx).Realm != who.Sandbox || l.Account == "" {
		return "", nil
	}
	grants, err := s.grants(ctx, AccountID(l.Account))
	if err != nil {
		return "", err
	}
	for _, g := range grants {
		if is, err := s.protocol.IsSession(ctx, l, g.SessionID); is || err != nil {
			return g.SessionID, err
		}
	}
	return "", nil
}

func (s *Service) doLogout(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	l, err := s.protocol.PendingLogout(v.Context(), v.PathValue("id"))
	if fault.Is(err, fault.Invalid) {
		return gone(v)
	}
	if err != nil {
		return err
	}
	session := v.Session()
	if session == nil || form.Get("decision") != "agree" {
		return s.finishLogout(v, l, "")
	}
	if err := v.SignOut(); err != nil {
		return err
	}
	return s.finishLogout(v, l, session.ID)
}

func (s *Service) finishLogout(v *web.Visit, l oidc.Logout, session string) error {
	redirect, err := s.protocol.FinishLogout(v.Context(), l.ID, session)
	if err != nil {
		return err
	}
	if redirect == "" {
		return v.RedirectWith("/", web.Notice{Text: v.T("identity.signin.out")})
	}
	http.Redirect(v.W, v.R, redirect, http.StatusSeeOther)
	return nil
}
