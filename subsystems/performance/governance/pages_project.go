package governance

import (
	"strconv"

	"praya/platform/web"
)

func (s *Service) showProject(v *web.Visit) error {
	f, err := s.Project(v.Context(), v.PathValue("id"))
	if err != nil {
		return err
	}
	r, err := s.reader(v.Context(), v.View)
	if err != nil {
		return err
	}
	d := sheetView{Invented: f.Invented, Facts: r.projectFacts(f), Steps: r.history(f.Steps)}
	if f.System != "" {
		x, err := s.System(v.Context(), f.System)
		if err != nil {
			return err
		}
		name, l := x.Name.With(v.Lang())
		d.Facts = append(d.Facts, web.Entry{Label: v.T("governance.column.system"), Value: name, Lang: l, Path: base + "/systems/" + x.Code})
	}
	if f.Sees && f.Counts != nil && f.Counts.differs(f.ProjectView.Project) {
		d.Warning = append(d.Warning, v.T("governance.projects.differs"))
	}
	if s.can(v.Context(), "keep", f.Department) {
		d.Acts = r.projectActs(f)
	}
	if len(f.Returns) > 0 {
		d.Parts = append(d.Parts, s.returnsParts(v, r, f)...)
	}
	d.Parts = append(d.Parts, r.baselinesPart(f))
	if len(f.Orders) > 0 {
		d.Parts = append(d.Parts, sheetPart{Table: r.ordersTable(f.Orders)})
	}
	title, l := f.Title.With(v.Lang())
	return s.thing(v, "projects", title, l, d)
}

func (r reader) projectFacts(f ProjectFile) []web.Entry {
	office, l := r.office(f.Department)
	d := sheetView{Facts: []web.Entry{
		{Label: r.T("governance.column.stage"), Body: projectTag(r.View, f.ProjectView)},
		{Label: r.T("governance.column.department"), Value: office, Lang: l, Path: "/directory/" + f.Department},
		{Label: r.T("governance.column.reference"), Value: f.Reference},
		{Label: r.T("governance.column.first"), Value: r.schedule(f.First)},
	}}
	if f.Baselines[len(f.Baselines)-1].Number > 1 {
		d.fact(r.T("governance.column.planned"), r.schedule(f.Planned), "")
	}
	if !f.Started.IsZero() {
		d.fact(r.T("governance.column.started"), r.Date(f.Started), "")
	}
	if !f.Ended.IsZero() {
		d.fact(r.T("governance.column.ended"), r.Date(f.Ended), "")
		d.fact(r.T("governance.column.spent"), r.thousands(f.SpentThousands), "")
	}
	if f.Counts == nil && !f.Due.IsZero() {
		d.fact(r.T("governance.column.return-due"), r.Date(f.Due), "")
	}
	d.fact(r.T("governance.column.vote"), f.Vote, "")
	d.fact(r.T("governance.column.note"), f.Note, "")
	return d.Facts
}

// projectActs are what may be done with a project now.
func (r reader) projectActs(f ProjectFile) []link {
	path := base + "/projects/" + f.ID
	out := []link{{r.T("governance.act.edit"), path + "/edit"}}
	if f.Stage == Proposed || f.Stage == Approved || f.Stage == Running {
		out = append(out, link{r.T("governance.act.plan"), path + "/plan"})
	}
	if len(nextStages(f.Stage)) > 0 {
		out = append(out, link{r.T("governance.act.stage"), path + "/stage"})
	}
	if f.Stage == Finished && f.Waiting == nil {
		key := "return"
		if f.Counts != nil {
			key = "correct-return"
		}
		out = append(out, link{r.T("governance.act." + key), path + "/return"})
	}
	return out
}

// returnsParts are the revisions of a project's return, each with its answers and on what
// they rest.
func (s *Service) returnsParts(v *web.Visit, r reader, f ProjectFile) (out []sheetPart) {
	for _, x := range f.Returns {
		part := sheetPart{Title: r.T("governance.return.revision", "number", x.Revision), Facts: []web.Entry{
			{Label: r.T("governance.column.state"), Body: returnTag(r.View, x.State)},
		}}
		for _, a := range []struct {
			name     string
			yes      bool
			computed bool
			evidence string
		}{
			{"on-schedule", x.OnSchedule, x.ScheduleComputed, x.Evidence.Schedule},
			{"in-budget", x.InBudget, x.BudgetComputed, x.Evidence.Budget},
			{"to-specification", x.ToSpecification, false, x.Evidence.Specification},
			{"with-benefits", x.WithBenefits, false, x.Evidence.Benefits},
		} {
			why := ""
			if a.computed {
				why = r.T("governance.return.computed")
			} else if f.Sees {
				why = a.evidence
			}
			part.Facts = append(part.Facts, web.Entry{Label: r.T("governance.rate." + a.name), Body: answerWith(r.View, a.yes, why)})
		}
		part.Facts = append(part.Facts, web.Entry{Label: r.T("governance.column.filed"), Value: r.Instant(x.FiledAt)})
		if !x.ConfirmedAt.IsZero() {
			part.Facts = append(part.Facts, web.Entry{Label: r.T("governance.column.confirmed"), Value: r.Instant(x.ConfirmedAt)})
		}
		if f.Sees && x.Reason != "" {
			part.Facts = append(part.Facts, web.Entry{Label: r.T("governance.column.why"), Value: x.Reason})
		}
		part.Acts = s.returnActs(v, x)
		out = append(out, part)
	}
	return out
}

func (s *Service) returnActs(v *web.Visit, x Return) (out []link) {
	path := base + "/returns/" + x.ID
	if x.State == Filed && x.FiledBy != v.Actor().ID && s.can(v.Context(), "confirm", x.Department) {
		out = append(out, link{v.T("governance.act.confirm"), path + "/confirm"})
	}
	if (x.State == Filed || x.State == Confirmed) && s.can(v.Context(), "keep", x.Department) {
		out = append(out, link{v.T("governance.act.withdraw"), path + "/withdraw"})
	}
	return out
}

func (r reader) baselinesPart(f ProjectFile) sheetPart {
	t := web.Table{ID: "baselines", Caption: r.T("governance.baselines.caption"), Columns: r.columns(9, "number", "start", "end", "cost-thousands", "recorded", "why")}
	for _, b := range f.Baselines {
		why := web.Cell{Text: b.Why}
		if b.Why == "" {
			why = web.Cell{Body: web.Blank()}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: strconv.Itoa(b.Number)}, r.dateCell(b.Start), r.dateCell(b.End), r.figureCell(b.CostThousands), r.dateCell(b.At.Day()), why,
		}})
	}
	return sheetPart{Text: r.T("governance.baselines.lead"), Table: &t}
}

func (r reader) ordersTable(all []Order) *web.Table {
	t := web.Table{ID: "orders", Caption: r.T("governance.work.caption"), Columns: r.columns(2, "order", "year", "value-thousands")}
	for _, o := range all {
		title := o.Title
		if title == "" {
			title = r.T("governance.work.one", "year", o.Year)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: title, Path: base + "/work/" + o.ID}, {Text: o.Year}, r.figureCell(o.ValueThousands)}})
	}
	return &t
}
