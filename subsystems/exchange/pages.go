package exchange

import (
	"strings"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/web"
)

const (
	publicPath = "/exchange"
	ownPath    = "/me/exchange"
	deskPath   = "/exchange/desk"
)

func (s *Service) mountPages(site *web.Site) {
	open := func(pattern string, h web.Handler) { site.Page(pattern, h, web.InSandbox()) }
	open("GET "+publicPath, s.showExchange)
	open("GET "+publicPath+"/services/{code}", s.showService)
	open("GET "+publicPath+"/check", s.showCheck)
	own := func(pattern string, h web.Handler) { site.Page(pattern, h, web.InSandbox(), web.Secret()) }
	own("GET "+ownPath, s.showOwn)
	own("POST "+ownPath+"/withdraw", s.doWithdraw)
	own("GET "+ownPath+"/consents/{id}", s.showConsent)
	own("GET "+ownPath+"/consents/{id}/bundle", s.downloadConsent)
	own("GET "+ownPath+"/accesses", s.showAccesses)
	own("GET "+ownPath+"/accesses/{id}", s.showAccess)
	own("GET "+ownPath+"/accesses/{id}/bundle", s.downloadAccess)
	own("GET "+ownPath+"/reports", s.showReports)
	for path, form := range map[string]web.Handler{"/consents/{id}/change": s.changeConsentForm, "/consents/{id}/report": s.reportConsent, "/accesses/{id}/report": s.reportAccess} {
		own("GET "+ownPath+path, form)
		own("POST "+ownPath+path, form)
	}
	// The desk stands at both doors: whoever runs the program looks after companies' entries.
	s.mountDesk(func(pattern string, h web.Handler) { site.Page(pattern, h, web.Secret(), web.Body(maxOpenAPI+64<<10)) })
	s.mountDesk(func(pattern string, h web.Handler) {
		site.Operator(pattern, h, web.Secret(), web.Body(maxOpenAPI+64<<10))
	})
	s.mountOperator(site)
}

// spoken is what the pages need to put codes into words.
type spoken struct {
	*web.View
	reg *register
}

// name is a party's name in the reader's language, or the nearest.
func (x spoken) name(party string) string { return x.reg.name(party).In(x.Lang()) }

func (x spoken) service(code string) string {
	if d := x.reg.services[code]; d != nil {
		return d.Title.In(x.Lang())
	}
	return code
}

func (x spoken) provider(service string) string {
	if d := x.reg.services[service]; d != nil {
		return d.Provider
	}
	return ""
}

// fields names fields as the service labels them.
func (x spoken) fields(service string, names []string) string {
	if len(names) == 0 {
		return x.T("exchange.access.no-fields")
	}
	out := make([]string, len(names))
	for i, f := range names {
		out[i] = f
		if d := x.reg.services[service]; d != nil {
			out[i] = d.Label(f).In(x.Lang())
		}
	}
	return x.List(out...)
}

func (x spoken) purpose(code string) string {
	if p, ok := PurposeOf(code); ok {
		return p.Label.In(x.Lang())
	}
	return code
}

func (x spoken) days(n int) string { return x.T("exchange.ask.days", "days", x.Count(int64(n))) }

// sentence is an access in words.
func (x spoken) sentence(a Access) string {
	provider := x.provider(a.Service)
	args := []any{
		"consumer", x.name(a.Consumer), "provider", x.name(provider), "fields", x.fields(a.Service, strings.Fields(a.Fields)), "purpose", x.purpose(a.Purpose),
	}
	switch {
	case a.Outcome != "":
		return x.T("exchange.access.refused", append(args, "why", x.T("exchange.refusal."+string(a.Outcome)))...)
	case !answered(a.Status):
		return x.T("exchange.access.empty", args...)
	}
	return x.T("exchange.access.answered", args...)
}

// law is the rule that an access without consent rests on.
func (x spoken) law(right RightID) (string, lang.Lang) {
	text, l := x.reg.rights[right].Law.With(x.Lang())
	if l == x.Lang() {
		l = ""
	}
	return text, l
}

// lastDay is the last day of what ends at an instant.
func lastDay(until when.Instant) when.Day { return until.Add(-1).Day() }

// named is a text in three languages as a cell.
func named(v *web.View, t lang.Text, path string) web.Cell {
	text, l := t.With(v.Lang())
	if l == v.Lang() {
		l = ""
	}
	return web.Cell{Text: text, Lang: l, Path: path}
}

// pieces cuts a long text into pieces after which a line may break.
func pieces(text string) (out []string) {
	for len(text) > 16 {
		out, text = append(out, text[:16]), text[16:]
	}
	return append(out, text)
}
