package identity

import (
	"net/http"

	"praya/kernel/fault"
	"praya/platform/web"
)

// doAskPhone begins the two-device journey: the browser shows what the phone must show too.
func (s *Service) doAskPhone(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	a, browser, err := s.AskPhone(v.Context(), device(v))
	if err != nil {
		return err
	}
	return s.pairingPage(v, http.StatusOK, a, browser, form.Get("to"), nil)
}

func (s *Service) pairingPage(v *web.Visit, status int, a Approval, browser, to string, failed error) error {
	p := web.Pairing{
		Address: s.origin + v.Link("/approve/"+a.ID), Code: a.Code, Until: v.Time(a.Ends), Action: "/sign-in/other/done",
		Hidden: [][2]string{{"id", a.ID}, {"browser", browser}, {"to", to}},
	}
	return v.RenderStatus(status, web.Page{Title: v.T("identity.pair.title"), Back: "/sign-in", Secret: true, Failed: failed != nil},
		pairingBody(v.View, p, said(v, failed)))
}

// doCollect is "I have approved": it signs the browser in, or says what is missing.
func (s *Service) doCollect(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	account, err := s.Collect(v.Context(), form.Get("id"), form.Get("browser"))
	switch {
	case fault.Is(err, fault.Unavailable):
		a, findErr := s.Approval(v.Context(), form.Get("id"))
		if findErr != nil {
			return findErr
		}
		return s.pairingPage(v, http.StatusUnprocessableEntity, a, form.Get("browser"), form.Get("to"), err)
	case fault.Is(err, fault.Forbidden):
		return v.RedirectWith("/sign-in", web.Notice{Failed: true, Text: said(v, err)[0].Text})
	case err != nil:
		return err
	}
	if err := s.signedIn(v, account, SignedIn, "hwk", "user", "mca"); err != nil {
		return err
	}
	return v.Redirect(firstOf(form.Get("to"), "/me"))
}

// showApprove asks the person on the phone. It wants the passkey now, not a session that
// somebody left open.
func (s *Service) showApprove(v *web.Visit) error {
	if ok, err := freshly(v); !ok {
		return err
	}
	a, err := s.Approval(v.Context(), v.PathValue("id"))
	if err != nil {
		return err
	}
	if !a.waits(v.Now()) {
		return v.RenderStatus(http.StatusGone, web.Page{Title: v.T("identity.approve.title"), Lead: v.T("identity.pair.over"), Back: "/me", Secret: true}, none())
	}
	return v.Render(web.Page{Title: v.T("identity.approve.title"), Lead: v.T("identity.approve.lead"), Back: "/me", Secret: true},
		approvePage(v.View, a, approvalRows(v, a)))
}

func approvalRows(v *web.Visit, a Approval) []web.Entry {
	return []web.Entry{
		{Label: v.T("identity.approve.what"), Value: v.T("identity.approve.sign-in")},
		{Label: v.T("identity.approve.device"), Value: firstOf(a.Device, v.T("identity.approve.unknown-device"))},
		{Label: v.T("identity.approve.until"), Value: v.Time(a.Ends)},
	}
}

func (s *Service) doApprove(v *web.Visit) error {
	if ok, err := freshly(v); !ok {
		return err
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	yes := form.Get("decision") == "agree"
	_, err = s.Answer(v.Context(), v.PathValue("id"), yes, device(v))
	if fault.Is(err, fault.Conflict) {
		return v.RedirectWith("/me", web.Notice{Failed: true, Text: v.T("identity.pair.over")})
	}
	if err != nil {
		return err
	}
	if !yes {
		return v.RedirectWith("/me", web.Notice{Text: v.T("identity.approve.rejected")})
	}
	return v.RedirectWith("/me", web.Notice{Text: v.T("identity.approve.approved")})
}
