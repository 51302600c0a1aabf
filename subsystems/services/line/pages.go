package line

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/limits"
	"praya/platform/web"
)

// cookieName names a browser in lines. It says nothing else, and nothing about other sites.
const cookieName = "line"

// newBrowsers is how many browsers of one network may join without an account: a school or a
// housing estate behind one address fits, a program that asks for thousands of places does not.
func newBrowsers() limits.Rate { return limits.Rate{Burst: 60, Per: 5 * time.Second} }

// Gate is what a service asks before a form begins and before it is submitted. False: the
// visitor was sent to the line, and the handler returns the error as it is. Drafts are the
// caller's: it saves them before it asks.
//
// Officers do not wait: who acts at a counter for a person who is there has waited there.
func (s *Service) Gate(v *web.Visit, line string) (bool, error) {
	ctx := v.Context()
	if v.Actor().Kind == who.Officer {
		return true, nil
	}
	st, err := s.peek(ctx, line)
	if err != nil || !st.found {
		return err == nil, err
	}
	holder, err := s.holder(v, st)
	if err != nil {
		return false, err
	}
	ok, _, err := s.Enter(ctx, line, holder)
	if err != nil || ok {
		return ok, err
	}
	to := v.Path
	if v.R.Method == http.MethodGet && len(v.Query) > 0 {
		to += "?" + v.Query.Encode()
	}
	return false, v.Redirect("/line/" + url.PathEscape(line) + "?to=" + url.QueryEscape(to))
}

// Leave gives the visitor's place to the next one, when what they came for is done.
func (s *Service) Leave(v *web.Visit, line string) error {
	st, err := s.peek(v.Context(), line)
	if err != nil || !st.found {
		return err
	}
	account, browser := holders(v)
	if account == "" {
		account = browser
	}
	return s.Out(v.Context(), line, account)
}

// Forget takes the browser's name away: at the end of a session on a machine that others use.
func (s *Service) Forget(v *web.Visit) {
	if _, browser := holders(v); browser != "" {
		setCookie(v, "")
	}
}

// holders names the visitor: by account when signed in, by the browser's cookie.
func holders(v *web.Visit) (account, browser string) {
	if a := v.Actor(); a.Kind != who.Public && a.ID != "" {
		account = hashed(string(a.Kind), a.ID)
	}
	if c, err := v.R.Cookie(cookieName); err == nil && len(c.Value) == 2*16 {
		browser = hashed("browser", c.Value)
	}
	return account, browser
}

func hashed(kind, name string) string {
	h := sha256.Sum256([]byte("line\x00" + kind + "\x00" + name))
	return hex.EncodeToString(h[:16])
}

// known is whose ticket counts, empty when nobody knows. Who waited without an account and then
// signs in keeps the place.
func (s *Service) known(v *web.Visit, st State) (string, error) {
	account, browser := holders(v)
	if account == "" || browser == "" {
		return account + browser, nil
	}
	if st.Open {
		if err := s.Adopt(v.Context(), st.Line, browser, account); err != nil {
			return "", err
		}
	}
	setCookie(v, "")
	return account, nil
}

// holder is known, or a browser that gets a name.
func (s *Service) holder(v *web.Visit, st State) (string, error) {
	holder, err := s.known(v, st)
	if err != nil || holder != "" || !st.Open && !st.ByItself {
		return holder, err
	}
	if st.Open {
		if _, err := limits.Take(v.Context(), s.DB, "line.browser "+network(v.Client()), newBrowsers()); err != nil {
			return "", err
		}
	}
	token := make([]byte, 16)
	rand.Read(token)
	value := hex.EncodeToString(token)
	setCookie(v, value)
	return hashed("browser", value), nil
}

func setCookie(v *web.Visit, value string) {
	c := &http.Cookie{
		Name: cookieName, Value: value, Path: "/", HttpOnly: true, MaxAge: 24 * 60 * 60,
		SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(v.Origin(), "https://"),
	}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(v.W, c)
}

// network is whom a limit by address counts: a household has a whole /64 of IPv6.
func network(a netip.Addr) string {
	if p, err := a.Prefix(64); err == nil && a.Is6() && !a.Is4In6() {
		return p.String()
	}
	return a.Unmap().String()
}

// Mount registers every route.
func (s *Service) Mount(site *web.Site) {
	site.Page("GET /line/{line}", s.showPlace, web.Secret())
	site.Page("POST /line/{line}", s.doRejoin, web.Secret())
	site.Operator("GET /lines", s.showLines)
	site.Operator("GET /lines/{line}", s.showLine)
	site.Operator("POST /lines/{line}", s.doLine)
	site.Operator("GET /lines/{line}/settings", s.setLine)
	site.Operator("POST /lines/{line}/settings", s.setLine)
}

// leads is where somebody goes in: a path of this site, else the front page.
func leads(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") || len(to) > 2000 {
		return "/"
	}
	return to
}

// waitingPage is what a waiting page says.
type waitingPage struct {
	Ticket  Ticket
	Title   string
	Lead    string
	Entries []web.Entry
	Rules   []string
	To      string // where Continue leads; empty for nowhere
	Same    string // this page
	Rejoin  web.Form
}

func (s *Service) showPlace(v *web.Visit) error {
	line, to := v.PathValue("line"), leads(v.Query.Get("to"))
	st, err := s.peek(v.Context(), line)
	if err != nil {
		return err
	}
	if !st.found {
		return fault.New(fault.NotFound, "line.fault.no-line")
	}
	holder, err := s.known(v, st)
	if err != nil {
		return err
	}
	st, t, err := s.Place(v.Context(), line, holder)
	if err != nil {
		return err
	}
	if !st.Open || t.Standing == Inside {
		return v.Redirect(to)
	}
	d := s.waiting(v, st, t, to)
	if t.Standing == Waiting || t.Standing == Called {
		v.W.Header().Set("Refresh", strconv.Itoa(int(t.Again().Seconds())))
	}
	return v.Render(web.Page{Title: d.Title, Lead: d.Lead, Secret: true}, waitingBody(v.View, d))
}

func (s *Service) waiting(v *web.Visit, st State, t Ticket, to string) waitingPage {
	d := waitingPage{Ticket: t, Same: v.Path + "?to=" + url.QueryEscape(to)}
	name := s.name(v, st.Line)
	again := v.Now().Add(t.Again())
	switch t.Standing {
	case Called:
		d.Title, d.Lead, d.To = v.T("line.called.title"), v.T("line.called.lead", "time", v.Time(t.Until)), to
	case Waiting:
		d.Title, d.Lead = v.T("line.waiting.title"), v.T("line.waiting.lead", "service", name)
		d.Entries = []web.Entry{
			{Label: v.T("line.ahead"), Value: v.T("line.people", "count", int(t.Ahead))},
			{Label: v.T("line.likely"), Value: likely(v, t)},
			{Label: v.T("line.number"), Value: v.Number(t.Number)},
			{Label: v.T("line.again"), Value: v.Time(again)},
		}
		d.Rules = []string{
			v.T("line.rule.keep"), v.T("line.rule.turn", "minutes", int(TurnKept/time.Minute)), v.T("line.rule.inside", "minutes", st.Minutes),
		}
	case Lost:
		d.Title, d.Lead = v.T("line.lost.title"), v.T("line.lost.lead", "time", v.Time(t.Until))
	default:
		d.Title, d.Lead = v.T("line.none.title"), v.T("line.none.lead", "service", name)
	}
	d.Rejoin = web.Form{Action: d.Same, Submit: v.T("line.rejoin")}
	return d
}

func likely(v *web.Visit, t Ticket) string {
	if t.From.IsZero() {
		return v.T("line.unknown")
	}
	if t.From.Day() != t.To.Day() {
		return v.T("line.between", "from", v.Instant(t.From), "to", v.Instant(t.To))
	}
	return v.T("line.between", "from", v.Time(t.From), "to", v.Time(t.To))
}

func (s *Service) name(v *web.Visit, line string) string {
	if s.Names != nil {
		if n, err := s.Names.Name(v.Context(), line); err == nil {
			return n.In(v.Lang())
		}
	}
	return line
}

func (s *Service) doRejoin(v *web.Visit) error {
	line, to := v.PathValue("line"), leads(v.Query.Get("to"))
	if _, err := v.Form(); err != nil {
		return err
	}
	st, err := s.peek(v.Context(), line)
	if err != nil {
		return err
	}
	if !st.found || !st.Open {
		return v.Redirect(to)
	}
	holder, err := s.holder(v, st)
	if err != nil {
		return err
	}
	if err := s.Rejoin(v.Context(), line, holder); err != nil {
		return err
	}
	return v.Redirect("/line/" + url.PathEscape(line) + "?to=" + url.QueryEscape(to))
}
