package identity

import (
	"net/http"
	"net/url"

	"praya/kernel/fault"
	"praya/platform/web"
)

func (s *Service) mountCounter(site *web.Site) {
	site.Page("GET /counter", s.showCounter, web.Secret())
	site.Page("POST /counter", s.doCounter, web.Secret())
	site.Page("POST /counter/recover", s.doCounterRecover, web.Secret())
}

func (s *Service) showCounter(v *web.Visit) error {
	if err := s.mayServe(v.Context()); err != nil {
		return err
	}
	return s.counterPage(v, http.StatusOK, url.Values{}, nil)
}

func (s *Service) counterPage(v *web.Visit, status int, form url.Values, errs []web.FieldError) error {
	return v.RenderStatus(status, web.Page{
		Title: v.T("identity.online.counter.title"), Lead: v.T("identity.online.counter.lead"), Secret: true, Failed: len(errs) > 0,
	}, counterBody(v.View, form, errs))
}

func (s *Service) doCounter(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	if err := s.mayServe(v.Context()); err != nil {
		return err
	}
	c, errs := s.claimOf(v.View, form)
	if form.Get("seen") != "yes" {
		errs = append(errs, web.FieldError{Name: "seen", Text: v.T("identity.online.counter.undeclared")})
	}
	if len(errs) > 0 {
		return s.counterPage(v, http.StatusUnprocessableEntity, form, errs)
	}
	path, err := s.RegisterAtCounter(v.Context(), c)
	if wrong(err) != nil {
		return s.counterPage(v, http.StatusUnprocessableEntity, form, said(v, err))
	}
	if err != nil {
		return err
	}
	return v.Render(web.Page{
		Title: v.T("identity.online.counter.invited"), Lead: v.T("identity.online.counter.invited-lead"), Secret: true,
	}, invitedBody(v.View, v.Origin()+v.Link(path)))
}

func (s *Service) doCounterRecover(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	path, ready, err := s.RecoverAtCounter(v.Context(), form.Get("number"))
	if fault.Is(err, fault.Invalid) {
		errs := said(v, err)
		errs[0].Name = "number"
		return s.counterPage(v, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	return v.Render(web.Page{
		Title: v.T("identity.online.counter.begun"), Lead: v.T("identity.online.counter.begun-lead", "when", v.Instant(ready)), Secret: true,
	}, invitedBody(v.View, v.Origin()+v.Link(path)))
}
