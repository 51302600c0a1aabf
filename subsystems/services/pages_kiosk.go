package services

import (
	"io"
	"net/http"

	"praya/kernel/fault"
	"praya/platform/web"
)

const kioskPath = web.KioskHome

func (s *Service) mountKiosk(site *web.Site) {
	site.Page("GET "+kioskPath, s.showKiosk)
	site.Page("GET "+kioskPath+"/done", s.kioskDone, web.Secret())
	site.Page("POST "+kioskPath+"/leave", s.doLeave)
	site.Page("GET "+kioskPath+"/set-up", s.setUpForm, web.Secret())
	site.Page("POST "+kioskPath+"/set-up", s.setUpForm, web.Secret())
	site.API("POST /api/services/kiosk/health", s.apiHealth)
	site.Operator("GET /kiosks", s.showKiosks)
	for _, m := range []string{"GET ", "POST "} {
		site.Operator(m+"/kiosks/add", s.addKioskForm)
	}
	site.Operator("POST /kiosks/stop", s.doStopKiosk)
}

// kiosk is the kiosk that a visit comes from, and whether it is one that is in service.
func (s *Service) kiosk(v *web.Visit) (Kiosk, bool) {
	if v.Kiosk() == "" {
		return Kiosk{}, false
	}
	k, err := s.KioskOf(v.Context(), v.Kiosk())
	return k, err == nil
}

// kioskView is the beginning of a kiosk.
type kioskView struct {
	*web.View
	Kiosk Kiosk
	All   []Offer
}

func (s *Service) showKiosk(v *web.Visit) error {
	k, ok := s.kiosk(v)
	if !ok {
		return v.Redirect(kioskPath + "/set-up")
	}
	if v.Actor().ID != "" { // whoever was here before has gone
		if err := s.signOut(v); err != nil {
			return err
		}
		return v.Redirect(kioskPath)
	}
	all, err := s.All(v.Context())
	if err != nil {
		return err
	}
	d := kioskView{View: v.View, Kiosk: k}
	for o := range only(all, Search{}) {
		if o.State == Open && s.atKiosk(o, k) {
			d.All = append(d.All, o)
		}
	}
	return v.Render(web.Page{Title: v.T("services.kiosk.title"), Lead: k.Name.In(v.Lang()), Secret: true}, kioskPage(d))
}

// kioskDone says that all is done, with a slip to print; the session ends with it.
func (s *Service) kioskDone(v *web.Visit) error {
	if _, ok := s.kiosk(v); !ok {
		return fault.New(fault.NotFound, "services.fault.no-kiosk")
	}
	reference := v.Query.Get("reference")
	if len(reference) > 20 {
		reference = ""
	}
	if v.Actor().ID != "" {
		if err := s.signOut(v); err != nil {
			return err
		}
	}
	return v.Render(web.Page{Title: v.T("services.kiosk.done"), Lead: v.T("services.kiosk.done-lead"), Secret: true}, kioskDonePage(v.View, reference))
}

// signOut ends a visit: session, and place in any line.
func (s *Service) signOut(v *web.Visit) error {
	s.Line.Forget(v)
	return v.SignOut()
}

// doLeave ends a visit at a kiosk: nothing is left behind.
func (s *Service) doLeave(v *web.Visit) error {
	if v.Actor().ID != "" {
		if err := s.signOut(v); err != nil {
			return err
		}
	}
	return v.Redirect(kioskPath)
}

// setUpForm makes a browser a kiosk, with the token that the operator got.
func (s *Service) setUpForm(v *web.Visit) error {
	return v.Ask(web.Questions{
		Title: v.T("services.kiosk.set-up"), Lead: v.T("services.kiosk.set-up-lead"), Submit: v.T("services.kiosk.set-up-submit"), Back: "/",
		Asked: []web.Question{{As: web.AsText, Field: web.Field{Name: "token", Label: v.T("services.kiosk.token"), Autocomplete: "off"}}},
		Act: func(a *web.Answers) (string, string, error) {
			k, err := s.KioskOf(v.Context(), a.Text("token"))
			if fault.Is(err, fault.Unauthenticated) {
				a.Wrong("token", "services.kiosk.wrong")
				return "", "", nil
			}
			if err != nil {
				return "", "", err
			}
			v.SetUpKiosk(a.Text("token"))
			return kioskPath, v.T("services.kiosk.set-up-done", "name", k.Name.In(v.Lang())), nil
		},
	})
}

// apiHealth takes a kiosk's report: the token as bearer, what it is like as JSON.
func (s *Service) apiHealth(v *web.Visit) error {
	token := v.R.Header.Get("Authorization")
	if len(token) < 8 || token[:7] != "Bearer " {
		return fault.New(fault.Unauthenticated, "services.fault.no-kiosk")
	}
	k, err := s.KioskOf(v.Context(), token[7:])
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(io.LimitReader(v.R.Body, 4<<10))
	if err != nil {
		return err
	}
	h, err := readHealth(raw)
	if err != nil {
		return err
	}
	if err := s.Report(v.Context(), k, h); err != nil {
		return err
	}
	v.W.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Service) showKiosks(v *web.Visit) error {
	all, err := s.Kiosks(v.Context())
	if err != nil {
		return err
	}
	t := web.Table{ID: "kiosks", Caption: v.T("services.kiosk.list"), Columns: []web.Column{
		{Head: v.T("services.kiosk.name")}, {Head: v.T("services.kiosk.region")}, {Head: v.T("services.kiosk.state")}, {Head: v.T("services.kiosk.seen")}, {Head: v.T("services.kiosk.act")},
	}, Empty: web.Empty{Why: v.T("services.kiosk.none"), Next: v.T("services.kiosk.add"), Path: "/kiosks/add"}}
	for _, k := range all {
		seen := v.T("services.kiosk.never")
		if !k.Seen.IsZero() {
			seen = v.Instant(k.Seen)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: k.Name.In(v.Lang())}, {Text: v.T("services.region." + k.Region)}, {Body: kioskTag(v.View, k)}, {Text: seen, Small: k.Health.Note}, {Body: stopForm(v.View, k)},
		}})
	}
	return v.Render(web.Page{Title: v.T("services.kiosk.list"), Wide: true}, kiosksPage(v.View, t))
}

func (s *Service) addKioskForm(v *web.Visit) error {
	region := web.Question{As: web.AsRadios, Field: web.Field{Name: "region", Label: v.T("services.kiosk.region")}}
	for _, r := range Regions() {
		region.Choices = append(region.Choices, web.Choice{Value: r, Label: v.T("services.region." + r)})
	}
	text := func(name, key string) web.Question {
		return web.Question{As: web.AsText, Field: web.Field{Name: name, Label: v.T("services.kiosk." + key), MaxLength: 200}}
	}
	return v.Ask(web.Questions{
		Title: v.T("services.kiosk.add"), Submit: v.T("services.kiosk.add"), Back: "/kiosks",
		Asked: []web.Question{text("nametc", "name-tc"), text("nameen", "name-en"), text("namesc", "name-sc"), region},
		Act: func(a *web.Answers) (string, string, error) {
			_, token, err := s.AddKiosk(v.Context(), a.Three("name"), a.Text("region"))
			return "/kiosks", v.T("services.kiosk.added", "token", token), err
		},
	})
}

func (s *Service) doStopKiosk(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	version, err := readVersion(form.Get("version"))
	if err != nil {
		return err
	}
	if err := s.StopKiosk(v.Context(), form.Get("kiosk"), version, form.Get("stop") == "yes"); err != nil {
		return err
	}
	return v.RedirectWith("/kiosks", web.Notice{Text: v.T("services.kiosk.changed")})
}
