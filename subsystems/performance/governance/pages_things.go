package governance

import (
	"slices"
	"strconv"
	"strings"

	"praya/kernel/lang"
	"praya/platform/web"
)

func (s *Service) showSystem(v *web.Visit) error {
	x, err := s.SystemView(v.Context(), v.PathValue("code"))
	if err != nil {
		return err
	}
	r, err := s.reader(v.Context(), v.View)
	if err != nil {
		return err
	}
	d := sheetView{Invented: x.Invented, Facts: r.systemFacts(x), Steps: r.history(r.spelled(x))}
	path := base + "/systems/" + x.Code
	d.Acts = append(d.Acts, link{v.T("governance.systems.carried"), "/performance/carried/system/-/" + x.Code})
	keeps := s.can(v.Context(), "register", x.Department)
	if keeps {
		d.Acts = append(d.Acts, link{v.T("governance.act.edit"), path + "/edit"})
		if x.State == Building {
			d.Acts = append(d.Acts, link{v.T("governance.act.live"), path + "/live"})
		}
		if x.State != Retired {
			d.Acts = append(d.Acts, link{v.T("governance.act.retire"), path + "/retire"})
		}
	}
	if len(x.Checks) > 0 {
		d.Parts = append(d.Parts, r.checksPart(x, path, keeps))
	}
	for _, part := range []sheetPart{r.subscribersPart(x, path, keeps), r.monthsPart(x, path, keeps), r.incidentsPart(x, path, keeps)} {
		if keeps || len(part.Table.Rows) > 0 {
			d.Parts = append(d.Parts, part)
		}
	}
	if len(x.Projects) > 0 {
		d.Parts = append(d.Parts, sheetPart{Table: r.projectsTable(x.Projects)})
	}
	name, l := x.Name.With(v.Lang())
	return s.thing(v, "systems", name, l, d)
}

// spelled are the steps of a system with names instead of the codes of checks and departments.
func (r reader) spelled(x SystemView) []Step {
	out := slices.Clone(x.Steps)
	for i, step := range out {
		switch {
		case step.What == "subscriber":
			out[i].Why, _ = r.office(step.Why)
		case strings.HasPrefix(step.What, "check-"):
			if at := slices.IndexFunc(x.Checks, func(c Check) bool { return c.Kind == step.Why }); at >= 0 {
				out[i].Why = x.Checks[at].Name.In(r.Lang())
			}
		}
	}
	return out
}

func (r reader) systemFacts(x SystemView) []web.Entry {
	office, l := r.office(x.Department)
	out := []web.Entry{
		{Label: r.T("governance.column.state"), Body: systemTag(r.View, x.State)},
		{Label: r.T("governance.column.department"), Value: office, Lang: l, Path: "/directory/" + x.Department},
		{Label: r.T("governance.column.kind"), Value: r.T("governance.kind." + string(x.Kind))},
	}
	if body, l := x.Body.With(r.Lang()); body != "" {
		out = append(out, web.Entry{Label: r.T("governance.column.body"), Value: body, Lang: l})
	}
	if x.Page != "" {
		out = append(out, web.Entry{Label: r.T("governance.column.page"), Value: x.Page, Lang: lang.EN, Path: x.Page})
	}
	if !x.LiveFrom.IsZero() {
		out = append(out, web.Entry{Label: r.T("governance.column.live-from"), Value: r.Date(x.LiveFrom)})
	}
	if x.Sees && x.Risk != "" {
		out = append(out, web.Entry{Label: r.T("governance.column.risk"), Value: r.T("governance.risk." + string(x.Risk))})
	}
	if x.Sees && x.Reason != "" {
		out = append(out, web.Entry{Label: r.T("governance.column.reason"), Value: x.Reason})
	}
	return out
}

func (r reader) columns(numericFrom int, names ...string) (out []web.Column) {
	for i, n := range names {
		out = append(out, web.Column{Head: r.T("governance.column." + n), Numeric: i >= numericFrom})
	}
	return out
}

func (r reader) checksPart(x SystemView, path string, keeps bool) sheetPart {
	t := web.Table{ID: "checks", Caption: r.T("governance.checks.caption"), Columns: r.columns(9, "check", "state", "day", "evidence")}
	for _, c := range x.Checks {
		state := web.Outcome(r.View, web.Waiting, r.T("governance.check.open"))
		if c.State == CheckPassed {
			state = web.Outcome(r.View, web.Done, r.T("governance.check.passed"))
		}
		name := r.named(c.Name, "", false)
		if keeps {
			name.Path = path + "/checks/" + c.Kind
		}
		evidence := web.Cell{Text: c.Evidence}
		if c.Evidence == "" {
			evidence = web.Cell{Body: web.Blank()}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{name, {Body: state}, r.dateCell(c.Day), evidence}})
	}
	return sheetPart{Text: r.T("governance.checks.lead"), Table: &t}
}

func (r reader) subscribersPart(x SystemView, path string, keeps bool) sheetPart {
	t := web.Table{
		ID: "subscribers", Caption: r.T("governance.subscribers.caption"), Columns: r.columns(9, "department", "from", "to"),
		Empty: web.Empty{Why: r.T("governance.subscribers.empty"), Next: r.T("governance.subscribers.empty-next")},
	}
	for _, sub := range x.Subscriptions {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{r.officeCell(sub.Department), r.dateCell(sub.From), r.dateCell(sub.To)}})
	}
	return sheetPart{Table: &t, Acts: actIf(keeps, r.T("governance.act.subscribe"), path+"/subscribe")}
}

func actIf(may bool, text, path string) []link {
	if !may {
		return nil
	}
	return []link{{text, path}}
}

func (r reader) monthsPart(x SystemView, path string, keeps bool) sheetPart {
	t := web.Table{
		ID: "months", Caption: r.T("governance.months.caption"), Mode: web.Figures,
		Columns: r.columns(1, "month", "available", "agreed-minutes", "available-minutes", "cost-thousands"),
		Empty:   web.Empty{Why: r.T("governance.months.empty"), Next: r.T("governance.months.empty-next")},
	}
	for _, m := range x.Months[:min(len(x.Months), 24)] {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: m.Month}, {Text: r.Percent(m.up().percentTo(3))}, {Text: r.Number(m.AgreedMinutes)}, {Text: r.Number(m.AvailableMinutes)}, r.figureCell(m.CostThousands),
		}})
	}
	return sheetPart{Table: &t, Acts: actIf(keeps, r.T("governance.act.month"), path+"/month")}
}

func (r reader) incidentsPart(x SystemView, path string, keeps bool) sheetPart {
	names := []string{"day", "minutes"}
	if x.Sees {
		names = append(names, "what")
	}
	t := web.Table{
		ID: "incidents", Caption: r.T("governance.incidents.caption"), Columns: r.columns(9, names...),
		Empty: web.Empty{Why: r.T("governance.incidents.empty"), Next: r.T("governance.incidents.empty-next")},
	}
	for _, i := range x.Incidents {
		cells := []web.Cell{r.dateCell(i.Day), {Text: r.Number(i.Minutes)}}
		if x.Sees {
			cells = append(cells, web.Cell{Text: i.What})
		}
		t.Rows = append(t.Rows, web.Row{Cells: cells})
	}
	return sheetPart{Table: &t, Acts: actIf(keeps, r.T("governance.act.incident"), path+"/incident")}
}

func (r reader) projectsTable(all []ProjectView) *web.Table {
	t := web.Table{ID: "projects", Caption: r.T("governance.projects.caption"), Columns: r.columns(9, "project", "department", "stage", "ended")}
	for _, p := range all {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			r.named(p.Title, base+"/projects/"+p.ID, p.Invented), r.officeCell(p.Department), {Body: projectTag(r.View, p)}, r.dateCell(p.Ended),
		}})
	}
	return &t
}

func (s *Service) showPlan(v *web.Visit) error {
	p, history, err := s.Plan(v.Context(), v.PathValue("id"))
	if err != nil {
		return err
	}
	r, err := s.reader(v.Context(), v.View)
	if err != nil {
		return err
	}
	office, l := r.office(p.Department)
	d := sheetView{Invented: p.Invented, Steps: r.history(history)}
	d.Facts = []web.Entry{
		{Label: v.T("governance.column.department"), Value: office, Lang: l, Path: "/directory/" + p.Department},
		{Label: v.T("governance.column.kind"), Value: v.T("governance.plan-kind." + string(p.Kind))},
		{Label: v.T("governance.column.period"), Value: r.period(p.Period)},
		{Label: v.T("governance.column.filed"), Value: v.Instant(p.Filed)},
	}
	if p.Document != "" {
		d.Facts = append(d.Facts, web.Entry{Label: v.T("governance.column.document"), Value: p.Document, Lang: lang.EN, Path: p.Document})
	}
	d.fact(v.T("governance.column.withdrawn"), p.Withdrawn, "")
	if p.Withdrawn == "" && s.can(v.Context(), "keep", p.Department) {
		d.Acts = []link{{v.T("governance.act.withdraw-plan"), base + "/plans/" + p.ID + "/withdraw"}}
	}
	title, l := p.Title.With(v.Lang())
	return s.thing(v, "plans", title, l, d)
}

func (s *Service) showOrder(v *web.Visit) error {
	o, history, err := s.Order(v.Context(), v.PathValue("id"))
	if err != nil {
		return err
	}
	r, err := s.reader(v.Context(), v.View)
	if err != nil {
		return err
	}
	office, l := r.office(o.Department)
	by := "in-house"
	if o.Outsourced {
		by = "outsourced"
	}
	d := sheetView{Invented: o.Invented, Steps: r.history(history)}
	d.Facts = []web.Entry{
		{Label: v.T("governance.column.value-thousands"), Value: r.thousands(o.ValueThousands)},
		{Label: v.T("governance.column.year"), Value: o.Year, Path: base + "/work?year=" + o.Year},
		{Label: v.T("governance.column.by"), Value: v.T("governance.by." + by)},
		{Label: v.T("governance.column.department"), Value: office, Lang: l, Path: "/directory/" + o.Department},
	}
	d.fact(v.T("governance.column.reference"), o.Reference, "")
	if o.Project != "" {
		d.Facts = append(d.Facts, web.Entry{Label: v.T("governance.column.project"), Value: v.T("governance.work.project"), Path: base + "/projects/" + o.Project})
	}
	if o.Cancelled {
		d.Warning = append(d.Warning, v.T("governance.work.cancelled"))
	} else if s.can(v.Context(), "keep", o.Department) {
		d.Acts = []link{
			{v.T("governance.act.correct"), base + "/work/" + o.ID + "/correct"},
			{v.T("governance.act.cancel-order"), base + "/work/" + o.ID + "/cancel"},
		}
	}
	title := o.Title
	if title == "" {
		title = v.T("governance.work.one", "year", o.Year)
	}
	return s.thing(v, "work", title, "", d)
}

func (s *Service) showLevel(v *web.Visit) error {
	x, judged, history, err := s.Level(v.Context(), v.PathValue("id"))
	if err != nil {
		return err
	}
	r, err := s.reader(v.Context(), v.View)
	if err != nil {
		return err
	}
	provider, l := r.office(x.Provider)
	user, userLang := r.office(x.User)
	if x.User == "" {
		user = v.T("governance.levels.everybody")
	}
	d := sheetView{Invented: x.Invented, Steps: r.history(history)}
	d.Facts = []web.Entry{
		{Label: v.T("governance.column.agreed"), Value: r.agreed(x.Level)},
		{Label: v.T("governance.column.met"), Value: r.share(x.Met)},
		{Label: v.T("governance.column.provider"), Value: provider, Lang: l},
		{Label: v.T("governance.column.user"), Value: user, Lang: userLang},
		{Label: v.T("governance.column.period"), Value: r.period(x.Period)},
	}
	if s.can(v.Context(), "register", x.Provider) {
		d.Acts = []link{
			{v.T("governance.act.judge"), base + "/levels/" + x.ID + "/judge"},
			{v.T("governance.act.end-level"), base + "/levels/" + x.ID + "/end"},
		}
	}
	t := web.Table{
		ID: "judged", Caption: v.T("governance.judged.caption"), Columns: r.columns(9, "period", "measured", "met", "revision", "evidence"),
		Empty: web.Empty{Why: v.T("governance.judged.empty"), Next: v.T("governance.judged.empty-next")},
	}
	for _, j := range judged {
		result := "missed"
		if j.Met {
			result = "met"
		}
		evidence := web.Cell{Text: j.Evidence}
		if j.Evidence == "" {
			evidence = web.Cell{Body: web.Blank()}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: r.period(j.Period)}, {Text: r.measure(j.Measured, x.Unit)}, {Body: levelTag(v.View, result)}, {Text: strconv.Itoa(j.Revision)}, evidence,
		}})
	}
	d.Parts = []sheetPart{{Table: &t}}
	name, l := x.Service.With(v.Lang())
	return s.thing(v, "levels", name, l, d)
}

func (s *Service) showAudit(v *web.Visit) error {
	x, found, err := s.Audit(v.Context(), v.PathValue("id"))
	if err != nil {
		return err
	}
	r, err := s.reader(v.Context(), v.View)
	if err != nil {
		return err
	}
	office, l := r.office(x.Department)
	auditor, auditorLang := x.Auditor.With(v.Lang())
	d := sheetView{Invented: x.Invented, Facts: []web.Entry{
		{Label: v.T("governance.column.department"), Value: office, Lang: l, Path: "/directory/" + x.Department},
		{Label: v.T("governance.column.auditor"), Value: auditor, Lang: auditorLang},
		{Label: v.T("governance.column.period"), Value: r.period(x.Period)},
	}}
	counts := web.Table{ID: "statuses", Caption: v.T("governance.audits.statuses"), Columns: r.columns(1, "status", "findings")}
	for _, status := range FindingStatuses() {
		counts.Rows = append(counts.Rows, web.Row{Cells: []web.Cell{{Text: v.T("governance.finding." + string(status))}, {Text: strconv.Itoa(x.Findings[status])}}})
	}
	d.Parts = append(d.Parts, sheetPart{Table: &counts})
	if x.Sees {
		scope, l := x.Scope.With(v.Lang())
		d.fact(v.T("governance.column.scope"), scope, l)
		keeps := s.can(v.Context(), "keep", x.Department)
		for _, f := range found {
			d.Parts = append(d.Parts, r.findingPart(f, keeps))
		}
	}
	if s.can(v.Context(), "review", x.Department) {
		d.Acts = []link{{v.T("governance.act.new-finding"), base + "/audits/" + x.ID + "/finding"}}
	}
	name, l := x.Service.With(v.Lang())
	return s.thing(v, "audits", name, l, d)
}

func (r reader) findingPart(f FindingView, keeps bool) sheetPart {
	what, l := f.What.With(r.Lang())
	recommended, rl := f.Recommendation.With(r.Lang())
	return sheetPart{
		Title: r.T("governance.finding.number", "number", f.Number),
		Facts: []web.Entry{
			{Label: r.T("governance.column.status"), Body: findingTag(r.View, f.Status, f.IsLate)},
			{Label: r.T("governance.column.what"), Value: what, Lang: l},
			{Label: r.T("governance.column.recommendation"), Value: recommended, Lang: rl},
			{Label: r.T("governance.column.owner"), Value: f.Owner},
			{Label: r.T("governance.column.due"), Value: r.Date(f.Due)},
		},
		Acts:  actIf(keeps, r.T("governance.act.follow"), base+"/findings/"+f.ID+"/follow"),
		Steps: r.history(f.Steps),
	}
}
