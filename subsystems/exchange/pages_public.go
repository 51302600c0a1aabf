package exchange

import (
	"cmp"
	"slices"

	"praya/kernel/fault"
	"praya/platform/web"
)

// publicView is the exchange as everybody may see it: who exchanges what, and why; never whose.
type publicView struct {
	spoken
	Services, Rights, Parties web.Table
}

func (s *Service) mayReadPublic(v *web.Visit) (x spoken, err error) {
	if err := v.Allow("exchange.read", web.Resource{Type: "Exchange", ID: "exchange"}); err != nil {
		return x, err
	}
	reg, err := s.fresh(v.Context())
	return spoken{v.View, reg}, err
}

func (s *Service) showExchange(v *web.Visit) error {
	x, err := s.mayReadPublic(v)
	if err != nil {
		return err
	}
	d := publicView{spoken: x, Services: x.servicesTable(), Rights: x.rightsTable(""), Parties: x.partiesTable()}
	return v.Render(web.Page{Title: v.T("exchange.public.title"), Lead: v.T("exchange.public.lead"), Description: v.T("exchange.public.lead")}, publicPage(d))
}

// openServices are the services that are not drafts, by code.
func (x spoken) openServices() (out []*openService) {
	for _, d := range x.reg.services {
		if d.State != Draft {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b *openService) int { return cmp.Compare(a.Code, b.Code) })
	return out
}

func (x spoken) servicesTable() web.Table {
	t := web.Table{ID: "services", Caption: x.T("exchange.public.services"), Columns: []web.Column{
		{Head: x.T("exchange.ask.service")}, {Head: x.T("exchange.ask.from")}, {Head: x.T("exchange.me.fields")}, {Head: x.T("exchange.me.state")},
	}, Empty: web.Empty{Why: x.T("exchange.public.no-services"), Next: x.T("exchange.public.no-services-next")}}
	for _, d := range x.openServices() {
		names := []string{}
		for _, f := range d.Fields {
			names = append(names, f.Name)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			named(x.View, d.Title, publicPath+"/services/"+d.Code), named(x.View, x.reg.name(d.Provider), ""),
			{Text: x.fields(d.Code, names)},
			{Body: serviceTag(x.View, d.State)},
		}})
	}
	return t
}

// rightsTable lists the purposes and legal bases in force: of one service, or of all.
func (x spoken) rightsTable(service string) web.Table {
	t := web.Table{ID: "rights", Caption: x.T("exchange.public.rights"), Columns: []web.Column{
		{Head: x.T("exchange.ask.to")}, {Head: x.T("exchange.ask.service")}, {Head: x.T("exchange.ask.purpose")}, {Head: x.T("exchange.access.basis")},
	}, Empty: web.Empty{Why: x.T("exchange.public.no-rights")}}
	today := x.Now().Day()
	for _, r := range x.rights(func(r Right) bool { return r.holds(today) && (service == "" || r.Service == service) }) {
		basis := web.Cell{Text: x.T("exchange.basis.consent")}
		if r.Basis == ByLaw {
			law, l := x.law(r.ID)
			basis = web.Cell{Text: law, Lang: l, Small: x.T("exchange.basis.law")}
			if r.Delay > 0 {
				basis.Small = x.T("exchange.basis.law-later", "days", x.Number(int64(r.Delay)))
			}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			named(x.View, x.reg.name(r.Consumer), ""),
			{Text: x.service(r.Service), Path: publicPath + "/services/" + r.Service, Small: x.fields(r.Service, r.Fields)},
			{Text: x.purpose(r.Purpose)},
			basis,
		}})
	}
	return t
}

// rights are those that are wanted, the newest first.
func (x spoken) rights(want func(Right) bool) (out []Right) {
	for _, r := range x.reg.rights {
		if want(r) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b Right) int { return cmp.Compare(b.ID, a.ID) })
	return out
}

// parties are all, by code.
func (x spoken) parties() (out []Party) {
	for _, p := range x.reg.parties {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Party) int { return cmp.Compare(a.Code, b.Code) })
	return out
}

func (x spoken) partiesTable() web.Table {
	t := web.Table{ID: "parties", Caption: x.T("exchange.public.parties"), Columns: []web.Column{
		{Head: x.T("exchange.party.name")}, {Head: x.T("exchange.party.code")}, {Head: x.T("exchange.me.state")},
	}, Empty: web.Empty{Why: x.T("exchange.public.no-parties")}}
	for _, p := range x.parties() {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{named(x.View, p.Name, ""), {Text: p.Code}, {Body: partyTag(x.View, p)}}})
	}
	return t
}

// serviceView is one service.
type serviceView struct {
	spoken
	Data   DataService
	Fields web.Table
	Rights web.Table
}

func (s *Service) showService(v *web.Visit) error {
	x, err := s.mayReadPublic(v)
	if err != nil {
		return err
	}
	d, ok := x.reg.services[v.PathValue("code")]
	if !ok || d.State == Draft {
		return fault.New(fault.NotFound, "exchange.fault.no-service")
	}
	out := serviceView{spoken: x, Data: d.DataService, Rights: x.rightsTable(d.Code)}
	out.Fields = web.Table{ID: "fields", Caption: v.T("exchange.me.fields"), Columns: []web.Column{
		{Head: v.T("exchange.service.field")}, {Head: v.T("exchange.service.name")}, {Head: v.T("exchange.service.class")},
	}}
	for _, f := range d.Fields {
		out.Fields.Rows = append(out.Fields.Rows, web.Row{Cells: []web.Cell{
			named(v.View, f.Label, ""), {Text: f.Name}, {Text: v.T("exchange.class." + string(f.Class))},
		}})
	}
	title, l := d.Title.With(v.Lang())
	about := d.About.In(v.Lang())
	return v.Render(web.Page{
		Title: title, Lang: l, Lead: about, Crumbs: []web.Crumb{{Text: v.T("exchange.public.title"), Path: publicPath}},
	}, servicePage(out))
}

func (d serviceView) facts() []web.Entry {
	out := []web.Entry{
		{Label: d.T("exchange.ask.from"), Value: d.name(d.Data.Provider)},
		{Label: d.T("exchange.party.code"), Value: d.Data.Code},
		{Label: d.T("exchange.me.state"), Body: serviceTag(d.View, d.Data.State)},
		{Label: d.T("exchange.service.content"), Value: d.T("exchange.content." + string(d.Data.Content))},
	}
	if level := d.Data.Level.In(d.Lang()); level != "" {
		out = append(out, web.Entry{Label: d.T("exchange.service.level"), Value: level})
	}
	return out
}
