package exchange

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/platform/web"
)

const partiesPath = "/exchange/parties"

func (s *Service) mountOperator(site *web.Site) {
	site.Operator("GET "+partiesPath, s.showParties, web.Secret())
	for path, form := range map[string]web.Handler{"/new": s.newPartyForm, "/edit": s.editPartyForm} {
		site.Operator("GET "+partiesPath+path, form, web.Secret())
		site.Operator("POST "+partiesPath+path, form, web.Secret())
	}
}

// showParties lists who takes part, for whoever runs the program.
func (s *Service) showParties(v *web.Visit) error {
	reg, err := s.fresh(v.Context())
	if err != nil {
		return err
	}
	if err := s.may(v.Context(), "exchange.admit", Party{Code: "any"}); err != nil {
		return err
	}
	x := spoken{v.View, reg}
	t := web.Table{ID: "parties", Caption: v.T("exchange.party.list"), Columns: []web.Column{
		{Head: v.T("exchange.party.code")}, {Head: v.T("exchange.party.name")}, {Head: v.T("exchange.party.department")}, {Head: v.T("exchange.me.state")}, {Head: v.T("exchange.desk.title")},
	}, Empty: web.Empty{Why: v.T("exchange.party.none"), Next: v.T("exchange.party.new"), Path: partiesPath + "/new"}}
	for _, p := range x.parties() {
		department := p.Department
		if department == "" {
			department = v.T("exchange.party.company")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: p.Code, Path: partiesPath + "/edit?party=" + p.Code},
			named(v.View, p.Name, ""),
			{Text: department},
			{Body: partyTag(v.View, p)},
			{Text: v.T("exchange.party.look-after"), Path: deskPath + "?party=" + p.Code},
		}})
	}
	return v.Render(web.Page{Title: v.T("exchange.party.title"), Lead: v.T("exchange.party.lead"), Back: "/", Wide: true, Secret: true},
		tablePage(v.View, t, partiesPath+"/new", v.T("exchange.party.new")))
}

func (s *Service) newPartyForm(v *web.Visit) error {
	return s.partyForm(v, Party{})
}

func (s *Service) editPartyForm(v *web.Visit) error {
	p, err := s.party(v.Context(), v.Query.Get("party"))
	if err != nil {
		return err
	}
	return s.partyForm(v, p)
}

func (s *Service) partyForm(v *web.Visit, was Party) error {
	if err := s.may(v.Context(), "exchange.admit", was); err != nil {
		return err
	}
	departments, err := s.departmentChoices(v.Context(), v)
	if err != nil {
		return err
	}
	d := desk{spoken: spoken{View: v.View}}
	given := web.Given(
		"party-code", was.Code, "department", was.Department, "clients", strings.Join(was.Clients, "\n"), "webhook", was.Webhook, "version", strconv.FormatInt(was.Version, 10),
	)
	if was.Suspended {
		given.Set("suspended", "yes")
	}
	web.GiveThree(given, "name", was.Name)
	return v.Ask(web.Questions{
		Title: v.T("exchange.party.form"), Lead: v.T("exchange.party.form-lead"), Submit: v.T("exchange.service.save"), Back: partiesPath, Given: given,
		Asked: slices.Concat(
			[]web.Question{d.ask(web.AsText, "party-code"), d.optional(web.AsSelect, "department", departments...)}, d.three("name", web.AsText, false),
			[]web.Question{
				d.optional(web.AsLines, "clients"), d.optional(web.AsText, "webhook"),
				d.optional(web.AsTick, "suspended", web.Choice{Value: "yes", Label: v.T("exchange.party.suspend")}), web.Remember("version"),
			},
		),
		Act: func(a *web.Answers) (string, string, error) {
			p := Party{
				Code: a.Text("party-code"), Department: a.Text("department"), Name: a.Three("name"), Clients: strings.Fields(a.Words("clients")),
				Webhook: a.Text("webhook"), Suspended: a.Ticked("suspended", "yes"),
			}
			p.Version, _ = strconv.ParseInt(a.Text("version"), 10, 64)
			a.Need(was.Code == "" || p.Code == was.Code, "party-code", "exchange.fault.code-fixed")
			a.Need(codeForm.MatchString(p.Code) && len(p.Code) <= longestCode, "party-code", "exchange.fault.code")
			a.Need(p.Name.TC != "" && p.Name.EN != "", "nametc", "exchange.fault.name")
			if a.Bad() {
				return "", "", nil
			}
			err := s.PutParty(v.Context(), p)
			if fault.Is(err, fault.Conflict) && was.Code == "" {
				a.Wrong("party-code", "exchange.fault.taken")
				return "", "", nil
			}
			return partiesPath, v.T("exchange.party.saved"), err
		},
	})
}

// departmentChoices offers the directory's departments; none is a company.
func (s *Service) departmentChoices(ctx context.Context, v *web.Visit) ([]web.Choice, error) {
	all, err := s.Departments.Departments(ctx)
	out := []web.Choice{{Label: v.T("exchange.party.company")}}
	for _, code := range slices.Sorted(maps.Keys(all)) {
		out = append(out, web.Choice{Value: code, Label: code + " " + all[code].In(v.Lang())})
	}
	return out, err
}
