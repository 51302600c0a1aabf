package identity

import (
	"net/http"

	"praya/kernel/fault"
	"praya/platform/web"
)

func (s *Service) showRecovery(v *web.Visit) error {
	h, err := s.home(v.Context())
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("identity.recovery.title"), Lead: v.T("identity.recovery.lead"), Crumbs: crumbs(v.View), Secret: true},
		recoveryPage(v.View, h))
}

// doMakeCodes answers with the codes themselves: they are shown this once, and no address
// leads to them again.
func (s *Service) doMakeCodes(v *web.Visit) error {
	if !v.Proven(freshProof) {
		return v.Redirect("/sign-in?again=1&to=%2Fme%2Frecovery")
	}
	codes, err := s.MakeCodes(v.Context(), device(v))
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("identity.recovery.codes-title"), Lead: v.T("identity.recovery.codes-lead"), Crumbs: crumbs(v.View), Secret: true},
		web.KeepList(codes))
}

func (s *Service) doStopRecoveries(v *web.Visit) error {
	if _, err := s.StopRecoveries(v.Context(), device(v)); err != nil {
		return err
	}
	return v.RedirectWith("/me/recovery", web.Notice{Text: v.T("identity.recovery.stopped")})
}

func (s *Service) showRecover(v *web.Visit) error { return s.recoverPage(v, http.StatusOK, nil) }

func (s *Service) recoverPage(v *web.Visit, status int, failed error) error {
	errs := said(v, failed)
	for i := range errs {
		errs[i].Name = "code"
	}
	return v.RenderStatus(status, web.Page{
		Title: v.T("identity.recover.title"), Lead: v.T("identity.recover.lead"), Back: "/sign-in", Secret: true, Failed: failed != nil,
	}, recoverBody(v.View, errs))
}

func (s *Service) doRecover(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	t, _, err := s.Recover(v.Context(), form.Get("code"), device(v))
	if wrong(err) != nil {
		return s.recoverPage(v, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return v.Redirect("/recover/" + t)
}

// showWaiting is the page that somebody who recovers an account keeps, and comes back to.
func (s *Service) showWaiting(v *web.Visit) error {
	r, err := s.Recovery(v.Context(), v.PathValue("token"))
	if err != nil {
		return err
	}
	switch err := r.mayFinish(v.Now()); {
	case err == nil:
		f := web.Form{Action: "/recover/" + v.PathValue("token"), Submit: v.T("identity.recover.ready-submit")}
		return v.Render(web.Page{Title: v.T("identity.recover.ready-title"), Lead: v.T("identity.recover.ready-text"), Secret: true}, plainForm(v.View, f))
	case r.State == recoveryWaits && v.Now().Before(r.Ready):
		lead := v.T("identity.recover.wait-text", "day", v.Date(r.Ready.Day()), "time", v.Time(r.Ready))
		return v.Render(web.Page{Title: v.T("identity.recover.wait-title"), Lead: lead, Secret: true}, none())
	}
	return v.RenderStatus(http.StatusForbidden, web.Page{Title: v.T("identity.recover.over-title"), Lead: v.T("identity.recover.over-text"), Secret: true}, none())
}

func (s *Service) doFinish(v *web.Visit) error {
	t, err := s.Finish(v.Context(), v.PathValue("token"))
	if fault.Is(err, fault.Forbidden) {
		return v.Redirect("/recover/" + v.PathValue("token"))
	}
	if err != nil {
		return err
	}
	return v.Redirect("/register/passkey/" + t)
}

func (s *Service) showRaise(v *web.Visit) error {
	if ok, err := freshly(v); !ok {
		return err
	}
	return s.raisePage(v, http.StatusOK, nil)
}

func (s *Service) raisePage(v *web.Visit, status int, errs []web.FieldError) error {
	return v.RenderStatus(status, web.Page{
		Title: v.T("identity.raise.title"), Lead: v.T("identity.raise.lead"), Back: "/me", Secret: true, Failed: len(errs) > 0,
	}, raiseBody(v.View, s.Verifier.Simulated(), firstOf(v.R.PostFormValue("to"), v.Query.Get("to")), errs))
}

func (s *Service) doRaise(v *web.Visit) error {
	if ok, err := freshly(v); !ok {
		return err
	}
	form, photos, err := readForm(v)
	if err != nil {
		return err
	}
	c := Claim{Card: photos["card"], Face: photos["face"], Scripted: form.Get("scripted")}
	if !s.Verifier.Simulated() && (!isPhoto(c.Card) || !isPhoto(c.Face)) {
		return s.raisePage(v, http.StatusUnprocessableEntity, []web.FieldError{{Name: "face", Text: v.T("identity.fault.photo")}})
	}
	err = s.Raise(v.Context(), c, device(v))
	if wrong(err) != nil {
		return s.raisePage(v, http.StatusUnprocessableEntity, said(v, err))
	}
	if err != nil {
		return err
	}
	return v.RedirectWith(firstOf(form.Get("to"), "/me"), web.Notice{Text: v.T("identity.raise.done")})
}
