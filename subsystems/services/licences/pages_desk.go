package licences

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/web"
)

// showDesk is the department's register, with what waits for a decision first.
func (s *Service) showDesk(v *web.Visit) error {
	f := face{v, s}
	page := v.PageOf(pageSize, 1<<30)
	list, total, err := s.Desk(v.Context(), f.filter(), pageSize, page.Offset())
	if err != nil {
		return err
	}
	waiting, err := s.Waiting(v.Context())
	if err != nil {
		return err
	}
	kinds, err := s.allKinds(f)
	if err != nil {
		return err
	}
	byCode := map[string]Kind{}
	for _, k := range kinds {
		byCode[k.Code] = k
	}
	var parts []templ.Component
	if len(waiting) > 0 {
		parts = append(parts, web.DataTable(v.View, f.deskTable("waiting", v.T("licences.desk.waiting", "count", len(waiting)), waiting, byCode)))
	}
	department := v.Actor().Duty.Department
	parts = append(parts,
		f.filterForm(deskPath, f.kinds(kinds, func(k Kind) bool { return k.Department == department })),
		web.DataTable(v.View, f.deskTable("all", f.found(total), list, byCode)),
		web.Pagination(v.View, v.PageOf(pageSize, total)))
	name, _ := f.department(department)
	return v.Render(web.Page{Title: v.T("licences.desk.title"), Lead: name, Wide: true, Secret: true}, stack(parts))
}

func (f face) deskTable(id, caption string, list []Licence, kinds map[string]Kind) web.Table {
	t := web.Table{
		ID: id, Caption: caption,
		Columns: []web.Column{{Head: f.T("licences.col.number")}, {Head: f.T("licences.col.kind")}, {Head: f.T("licences.col.about")}, {Head: f.T("licences.col.state")}, {Head: f.T("licences.col.until")}},
		Empty:   web.Empty{Why: f.T("licences.desk.none"), Next: f.T("licences.desk.none-next"), Path: deskPath},
	}
	today := f.Now().Day()
	for _, l := range list {
		k := kinds[l.Kind]
		name, in := k.Name.With(f.Lang())
		about := web.Cell{Text: k.called(k.public(l.Values))}
		if about.Text == "" {
			about = web.Cell{Body: web.Blank()}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: l.Number, Path: deskPath + "/" + string(l.ID)}, {Text: name, Lang: in}, about, {Body: f.tag(l.StateOn(today))}, {Text: until(f.Texts, l.Until)},
		}})
	}
	return t
}

// showInspected is a licence with all its values, what may be done with it, and its history.
func (s *Service) showInspected(v *web.Visit) error {
	f := face{v, s}
	in, err := s.Inspect(v.Context(), LicenceID(v.PathValue("id")))
	if err != nil {
		return err
	}
	standing := in.Licence.StateOn(v.Now().Day())
	parts := []templ.Component{tag(v.View, tagOf(standing), v.T("licences.state."+string(standing)), "")}
	here := deskPath + "/" + string(in.Licence.ID)
	if p := in.Proposal; p != nil {
		why, l := p.Why.With(v.Lang())
		parts = append(parts, heading(v.T("licences.desk.proposal")), web.SummaryList(v.View, []web.Entry{
			{Label: v.T("licences.desk.proposed-by"), Value: f.who(p.By)},
			{Label: v.T("licences.desk.proposed-at"), Value: v.Instant(p.At)},
			{Label: v.T("licences.col.why"), Value: why, Lang: l},
		}))
		switch {
		case p.By == v.Actor().Duty.Officer:
			parts = append(parts, sentence(v.T("licences.desk.own-proposal")))
		case v.Can("licences.decide", resourceOf(in.Licence.Department)):
			parts = append(parts, ways(v.View, []web.Crumb{{Text: v.T("licences.do.decide.title"), Path: here + "/decide"}}))
		}
	}
	parts = append(parts, web.SummaryList(v.View, f.fullEntries(in.Licence, in.Kind)))
	if v.Can("licences.change", resourceOf(in.Licence.Department)) {
		parts = append(parts, heading(v.T("licences.desk.acts")), f.acts(in, standing))
	}
	parts = append(parts, heading(v.T("licences.col.history")), web.Timeline(v.View, f.timeline(in.History, true)),
		ways(v.View, []web.Crumb{{Text: v.T("licences.desk.public"), Path: publicPath + "/" + in.Licence.Number}}))
	name, l := in.Kind.Name.With(v.Lang())
	return v.Render(web.Page{Title: name, Lang: l, Lead: in.Licence.Number, Crumbs: []web.Crumb{{Text: v.T("licences.desk.title"), Path: deskPath}}, Secret: true}, stack(parts))
}

// pageActs are the acts that an officer does on a page, by the name in its address.
func pageActs() []struct {
	name string
	act  Act
} {
	return []struct {
		name string
		act  Act
	}{{"amend", Amended}, {"suspend", SuspendedAct}, {"restore", RestoredAct}, {"transfer", Transferred}, {"surrender", SurrenderedAct}, {"revoke", RevokedAct}}
}

// acts are the ways to what may be done with a licence as it stands.
func (f face) acts(in Inspected, standing State) templ.Component {
	var out []web.Crumb
	for _, a := range pageActs() {
		if slices.Contains(leads[a.act].from, standing) && (a.act != RevokedAct || in.Proposal == nil) {
			out = append(out, web.Crumb{Text: f.T("licences.do." + a.name + ".title"), Path: deskPath + "/" + string(in.Licence.ID) + "/" + a.name})
		}
	}
	if len(out) == 0 {
		return sentence(f.T("licences.desk.no-acts"))
	}
	return ways(f.View, out)
}

// askAct asks for a reason and does an act. Revoking only proposes; deciding is another officer's.
func (s *Service) askAct(v *web.Visit) error {
	f := face{v, s}
	in, err := s.Inspect(v.Context(), LicenceID(v.PathValue("id")))
	if err != nil {
		return err
	}
	name, action := v.PathValue("act"), "licences.change"
	if name == "decide" {
		action = "licences.decide"
	} else if !slices.ContainsFunc(pageActs(), func(a struct {
		name string
		act  Act
	},
	) bool {
		return a.name == name
	}) {
		return fault.New(fault.NotFound, "licences.fault.no-act")
	}
	if err := s.may(v.Context(), action, in.Licence.Department); err != nil {
		return err
	}
	if name == "decide" && in.Proposal == nil {
		return fault.New(fault.NotFound, "licences.fault.no-proposal")
	}
	here := deskPath + "/" + string(in.Licence.ID)
	q := web.Questions{
		Title: v.T("licences.do." + name + ".title"), Lead: v.T("licences.do."+name+".lead", "number", in.Licence.Number), Submit: v.T("licences.do." + name + ".submit"),
		Back: here, Danger: name == "revoke" || name == "suspend", Given: url.Values{"version": {strconv.FormatInt(in.Licence.Version, 10)}},
		Asked: []web.Question{web.Remember("version")},
	}
	f.addQuestions(&q, in, name)
	q.Act = func(a *web.Answers) (string, string, error) {
		o := Order{Why: f.reason(a)}
		o.Version, _ = strconv.ParseInt(a.Text("version"), 10, 64) // 0 for what is no number: none that was looked at
		if name != "decide" && name != "surrender" {
			a.Need(o.Why != (lang.Text{}), "why", "licences.fault.reason")
		}
		agree := a.Text("agree")
		if name == "decide" {
			a.Need(agree == "yes" || agree == "no", "agree", "licences.wrong.agree")
		}
		if a.Bad() {
			return "", "", nil
		}
		values := map[string]string{}
		for _, field := range in.Kind.Fields {
			if got, asked := a.Values["v-"+field.Name]; asked && len(got) == 1 {
				values[field.Name] = a.Words("v-" + field.Name)
			}
		}
		to := a.Text("to")
		if to != "" { // whose code the new holder shows
			var err error
			to, err = s.People.AtCounter(v.Context(), to)
			if a.Need(err == nil, "to", "licences.wrong.code"); a.Bad() {
				return "", "", nil
			}
		}
		err := s.Do(v.Context(), in.Licence.ID, action, name, func(tx *db.Tx, by string) error {
			o.By = by
			return s.deskAct(tx, in, name, o, values, to, agree == "yes")
		})
		return here, v.T("licences.do." + name + ".done"), err
	}
	return v.Ask(q)
}

func (s *Service) deskAct(tx *db.Tx, in Inspected, name string, o Order, values map[string]string, to string, agree bool) (err error) {
	id := in.Licence.ID
	switch name {
	case "amend":
		_, err = s.Amend(tx, id, values, o)
	case "suspend":
		_, err = s.Suspend(tx, id, o)
	case "restore":
		_, err = s.Restore(tx, id, o)
	case "transfer":
		_, err = s.Transfer(tx, id, to, values, o)
	case "surrender":
		_, err = s.Surrender(tx, id, o)
	case "revoke":
		err = s.Propose(tx, id, o)
	case "decide":
		err = s.Decide(tx, *in.Proposal, o.By, agree)
	}
	return err
}

// reason is what an officer wrote, in the language of the page.
func (f face) reason(a *web.Answers) (t lang.Text) {
	switch why := a.Words("why"); f.Lang() {
	case lang.EN:
		t.EN = why
	case lang.SC:
		t.SC = why
	default:
		t.TC = why
	}
	return t
}

// addQuestions asks what an act needs to know.
func (f face) addQuestions(q *web.Questions, in Inspected, name string) {
	if name == "amend" || name == "transfer" {
		if name == "transfer" {
			q.Asked = append(q.Asked, web.Question{Field: web.Field{Name: "to", Label: f.T("licences.do.transfer.to"), Hint: f.T("licences.do.transfer.to-hint"), Optional: true, MaxLength: 100}})
		}
		for _, field := range in.Kind.Fields {
			q.Asked = append(q.Asked, web.Question{Field: web.Field{Name: "v-" + field.Name, Label: named(field.Label, f.Lang(), field.Name), Optional: true, MaxLength: maxValue}})
			q.Given.Set("v-"+field.Name, in.Licence.Values[field.Name])
		}
	}
	if name == "decide" {
		why, _ := in.Proposal.Why.With(f.Lang())
		q.Above = web.SummaryList(f.View, []web.Entry{
			{Label: f.T("licences.desk.proposed-by"), Value: f.who(in.Proposal.By)}, {Label: f.T("licences.col.why"), Value: why},
		})
		q.Asked = append(q.Asked, web.Question{
			As: web.AsRadios, Field: web.Field{Name: "agree", Label: f.T("licences.do.decide.agree")},
			Choices: []web.Choice{{Value: "yes", Label: f.T("licences.do.decide.yes")}, {Value: "no", Label: f.T("licences.do.decide.no")}},
		})
		return
	}
	q.Asked = append(q.Asked, web.Question{
		As:    web.AsLines,
		Field: web.Field{Name: "why", Label: f.T("licences.col.why"), Hint: f.T("licences.do.why-hint"), MaxLength: maxReason, Optional: name == "surrender"},
	})
}
