package services

import (
	"net/url"
	"slices"
	"strconv"

	"praya/kernel/lang"
	"praya/platform/web"
	"praya/platform/words"
)

const (
	publicPath = "/services"
	ownPath    = "/me/applications"
	deskPath   = "/services/desk"
)

func servicePath(code string) string                { return publicPath + "/" + code }
func casePath(id ApplicationID) string              { return ownPath + "/" + string(id) }
func deskCasePath(id ApplicationID) string          { return deskPath + "/cases/" + string(id) }
func taskPath(id string) string                     { return deskPath + "/tasks/" + id }
func pagePath(id ApplicationID, page string) string { return casePath(id) + "/page/" + page }

func itoa(n int) string { return strconv.Itoa(n) }

// money writes cents for people.
func money(t *words.Texts, cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	text := sign + strconv.FormatInt(cents/100, 10)
	if cents%100 != 0 {
		text += "." + strconv.FormatInt(cents%100+100, 10)[1:]
	}
	return t.T("services.money", "amount", t.Decimal(text))
}

// eventName is what a life event is called.
func eventName(event string) func(*words.Texts) string {
	return func(t *words.Texts) string { return t.T("services.event." + event) }
}

const servicesOnPage = 20

func (s *Service) mountPublic(site *web.Site) {
	open := func(pattern string, h web.Handler, opts ...web.Option) {
		site.Page(pattern, h, append(opts, web.InSandbox())...)
	}
	open("GET "+publicPath, s.showServices)
	open("GET "+publicPath+"/{code}", s.showService)
	open("POST "+publicPath+"/{code}/start", s.doStart)
	for _, m := range []string{"GET ", "POST "} {
		open(m+"/confirm/{token}", s.confirmForm, web.Secret())
	}
	site.API("GET /api/services/catalogue.jsonld", s.apiCatalogue, web.InSandbox(), web.OpenData())
}

// servicesView is the list of services, found or all.
type servicesView struct {
	*web.View
	Text      string
	Event     string
	Found     []Offer
	Names     map[string]lang.Text // of departments
	Events    []web.Task
	Elsewhere []web.Task
	Total     int
	Pages     web.Pages
}

func (s *Service) showServices(v *web.Visit) error {
	if err := v.Allow("services.read", web.Resource{Type: "Catalogue", ID: "all"}); err != nil {
		return err
	}
	d := servicesView{View: v.View, Text: v.Query.Get("q"), Event: v.Query.Get("event")}
	if len(d.Text) > 200 {
		d.Text = d.Text[:200]
	}
	if !slices.Contains(LifeEvents(), d.Event) {
		d.Event = ""
	}
	q := Search{Text: d.Text, Event: d.Event, Department: v.Query.Get("department"), Limit: servicesOnPage}
	var err error
	if _, d.Total, err = s.Find(v.Context(), q); err != nil {
		return err
	}
	d.Pages = v.PageOf(servicesOnPage, d.Total)
	q.Offset = d.Pages.Offset()
	if d.Found, _, err = s.Find(v.Context(), q); err != nil {
		return err
	}
	if d.Names, err = s.Departments.Departments(v.Context()); err != nil {
		return err
	}
	d.Events = eventTasks(v.View)
	if s.Elsewhere != nil && d.Text != "" {
		d.Elsewhere = s.Elsewhere(v.View, d.Text)
	}
	return v.Render(web.Page{Title: v.T("services.list.title"), Lead: v.T("services.list.lead"), Description: v.T("services.list.lead")}, listPage(d))
}

// eventTasks lead to the services of each life event.
func eventTasks(v *web.View) (out []web.Task) {
	for _, e := range LifeEvents() {
		out = append(out, web.Task{Text: v.T("services.event." + e), Path: publicPath + "?event=" + e})
	}
	return out
}

// serviceView is the page of one service.
type serviceView struct {
	*web.View
	Offer      Offer
	Department lang.Text
	Facts      []web.Entry
	More       []web.Entry
	Mine       []Application // drafts of the reader
	SignedIn   bool
	Kiosk      *Kiosk
}

func (s *Service) showService(v *web.Visit) error {
	o, err := s.Offered(v.Context(), v.PathValue("code"))
	if err != nil {
		return err
	}
	d := serviceView{View: v.View, Offer: o, SignedIn: v.Actor().ID != ""}
	if d.Department, err = s.Departments.Department(v.Context(), o.Department); err != nil {
		return err
	}
	d.Facts, d.More = d.facts(), d.more()
	if k, ok := s.kiosk(v); ok {
		d.Kiosk = &k
	}
	return v.Render(web.Page{
		Title: o.Title.In(v.Lang()), Lead: o.About.In(v.Lang()), Crumbs: []web.Crumb{{Text: v.T("services.list.title"), Path: publicPath}},
		Description: o.About.In(v.Lang()), Version: v.T("services.service.version", "number", v.Number(o.Number), "day", v.Date(o.At.Day())),
	}, servicePage(d))
}

func (d serviceView) facts() []web.Entry {
	o := d.Offer
	out := []web.Entry{
		{Label: d.T("services.service.department"), Value: d.Department.In(d.Lang()), Path: "/directory/" + o.Department},
		{Label: d.T("services.service.audience"), Value: o.Audience.In(d.Lang())},
		{Label: d.T("services.service.fee"), Value: o.Fee.In(d.Lang())},
		{Label: d.T("services.service.time"), Value: promised(d.Texts, o.Days)},
	}
	if len(o.Needed) > 0 {
		var list []string
		for _, n := range o.Needed {
			list = append(list, n.In(d.Lang()))
		}
		out = append(out, web.Entry{Label: d.T("services.service.needed"), Body: bulletList(list)})
	}
	return out
}

func promised(t *words.Texts, days int) string {
	if days == 0 {
		return t.T("services.service.at-once")
	}
	return t.T("services.service.days", "count", days)
}

func (d serviceView) more() []web.Entry {
	o := d.Offer
	var out []web.Entry
	for _, l := range o.Law {
		out = append(out, web.Entry{Label: d.T("services.service.law"), Value: l.Text.In(d.Lang()), Path: l.Address})
	}
	var channels []string
	for _, c := range o.Channels {
		channels = append(channels, d.T("services.channel."+string(c)))
	}
	out = append(out, web.Entry{Label: d.T("services.service.channels"), Value: d.List(channels...)})
	if o.Appeal != (lang.Text{}) {
		out = append(out, web.Entry{Label: d.T("services.service.appeal"), Value: o.Appeal.In(d.Lang())})
	}
	if !o.Checked.IsZero() {
		out = append(out, web.Entry{Label: d.T("services.service.checked"), Value: d.Date(o.Checked)})
	}
	return out
}

// doStart begins an application, once the line lets the visitor through.
func (s *Service) doStart(v *web.Visit) error {
	code := v.PathValue("code")
	if v.Actor().ID == "" {
		return v.SignInFirst(servicePath(code))
	}
	b := Beginning{Service: code, Account: v.Actor().ID, Channel: Online}
	if k, ok := s.kiosk(v); ok {
		b.Channel, b.Helper, b.Region = AtKiosk, k.ID, k.Region
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	b.Answers = given(form)
	if err := s.mayOwn(v.Context(), Application{Account: b.Account}); err != nil {
		return err
	}
	if ok, err := s.Line.Gate(v, code); !ok || err != nil {
		return err
	}
	a, err := s.Begin(v.Context(), b)
	if err != nil {
		return err
	}
	return v.Redirect(casePath(a.ID))
}

// given are answers that a link of ours brings along: which licence to renew, which decision.
func given(form url.Values) map[string]string {
	out := map[string]string{}
	for name, values := range form {
		if len(name) > 1 && name[0] == '/' && len(values) == 1 && len(values[0]) <= 100 {
			out[name] = values[0]
		}
	}
	return out
}

func (s *Service) apiCatalogue(v *web.Visit) error {
	raw, err := s.Catalogue(v.Context(), v.Origin())
	if err != nil {
		return err
	}
	v.W.Header().Set("Content-Type", "application/ld+json")
	_, err = v.W.Write(raw)
	return err
}
