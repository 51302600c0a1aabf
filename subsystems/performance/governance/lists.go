package governance

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/web"
)

// lister reads a list for somebody.
type lister func(context.Context, reader) (list, error)

// lists are the lists by their names in addresses.
func (s *Service) lists() map[string]lister {
	return map[string]lister{
		"systems": s.systemList, "plans": s.planList, "projects": s.projectList, "returns": s.returnList,
		"work": s.orderList, "levels": s.levelList, "audits": s.auditList,
	}
}

func text3(t lang.Text) string { return t.TC + "\n" + t.EN + "\n" + t.SC }

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func number[T ~int | ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// named is the first cell of a row: a name that leads to the thing's page, marked when the
// thing is invented.
func (r reader) named(name lang.Text, path string, invented bool) web.Cell {
	text, l := name.With(r.Lang())
	c := web.Cell{Text: text, Lang: l, Path: path}
	if invented {
		c.Small = r.T("governance.invented")
	}
	return c
}

func (r reader) dateCell(d when.Day) web.Cell {
	if d.IsZero() {
		return web.Cell{Body: web.Blank()}
	}
	return web.Cell{Text: r.Date(d)}
}

func (r reader) kindCell(kind, value string) web.Cell {
	return web.Cell{Text: r.T("governance." + kind + "." + value)}
}

func (r reader) figureCell(f Figure) web.Cell {
	if !f.Known {
		return web.Cell{}
	}
	return web.Cell{Text: r.Decimal(f.String())}
}

// share writes a share with its numerator and denominator.
func (r reader) share(s Share) string {
	if s.Of == 0 {
		return r.T("governance.share.none")
	}
	return r.T("governance.share.of", "percent", r.Percent(s.Percent()), "part", s.Part, "of", s.Of)
}

// shareCell sets the numerator and denominator under the percentage: for narrow columns.
func (r reader) shareCell(s Share) web.Cell {
	if s.Of == 0 {
		return web.Cell{}
	}
	return web.Cell{Text: r.Percent(s.Percent()), Small: r.T("governance.share.small", "part", s.Part, "of", s.Of)}
}

func byFigure(a, b Figure) int {
	if !a.Known || !b.Known {
		return cmp.Compare(len(a.String()), len(b.String()))
	}
	return a.Decimal.Cmp(b.Decimal)
}

func textColumns[T any](prefix string, of func(T) lang.Text) []column[T] {
	return []column[T]{
		{name: prefix + "_tc", text: func(x T) string { return of(x).TC }},
		{name: prefix + "_en", text: func(x T) string { return of(x).EN }},
		{name: prefix + "_sc", text: func(x T) string { return of(x).SC }},
	}
}

func (s *Service) systemList(ctx context.Context, r reader) (list, error) {
	rows, err := s.Systems(ctx)
	columns := []column[System]{
		{name: "system", text: func(x System) string { return x.Code }, cell: func(x System) web.Cell {
			return r.named(x.Name, "/governance/systems/"+x.Code, x.Invented)
		}},
		{name: "department", text: func(x System) string { return x.Department }, cell: func(x System) web.Cell { return r.officeCell(x.Department) }},
		{name: "kind", text: func(x System) string { return string(x.Kind) }, cell: func(x System) web.Cell { return r.kindCell("kind", string(x.Kind)) }},
		{name: "state", text: func(x System) string { return string(x.State) }, cell: func(x System) web.Cell {
			return web.Cell{Body: systemTag(r.View, x.State)}
		}},
		{name: "page", text: func(x System) string { return x.Page }, cell: func(x System) web.Cell {
			if x.Page == "" {
				return web.Cell{Body: web.Blank()}
			}
			return web.Cell{Text: r.T("governance.systems.open"), Path: x.Page}
		}},
		{name: "live_from", text: func(x System) string { return x.LiveFrom.String() }},
		{name: "invented", text: func(x System) string { return yesNo(x.Invented) }},
	}
	return sheet[System]{
		name: "systems", columns: append(columns, textColumns("name", func(x System) lang.Text { return x.Name })...), rows: rows,
		filters: []filter[System]{
			{"department", func(x System) string { return x.Department }, nil},
			{"kind", func(x System) string { return string(x.Kind) }, choicesOf(r, "kind", SystemKinds())},
			{"state", func(x System) string { return string(x.State) }, choicesOf(r, "state", []SystemState{Building, Live, Retired})},
		},
		words: func(x System) string { return x.Code + "\n" + text3(x.Name) + "\n" + text3(x.Body) },
	}, err
}

func (s *Service) planList(ctx context.Context, r reader) (list, error) {
	rows, err := s.Plans(ctx)
	today := s.DB.Clock()().Day()
	standing := func(x Plan) string {
		switch {
		case x.Withdrawn != "":
			return "withdrawn"
		case x.Current(today):
			return "current"
		case today.Before(x.From):
			return "coming"
		}
		return "past"
	}
	columns := []column[Plan]{
		{name: "plan", text: func(x Plan) string { return x.ID }, cell: func(x Plan) web.Cell {
			return r.named(x.Title, "/governance/plans/"+x.ID, x.Invented)
		}},
		{name: "department", text: func(x Plan) string { return x.Department }, cell: func(x Plan) web.Cell { return r.officeCell(x.Department) }},
		{name: "kind", text: func(x Plan) string { return string(x.Kind) }, cell: func(x Plan) web.Cell { return r.kindCell("plan-kind", string(x.Kind)) }},
		{name: "from", text: func(x Plan) string { return x.From.String() }, cell: func(x Plan) web.Cell { return r.dateCell(x.From) }},
		{name: "to", text: func(x Plan) string { return x.To.String() }, cell: func(x Plan) web.Cell { return r.dateCell(x.To) }},
		{name: "standing", text: standing, cell: func(x Plan) web.Cell { return web.Cell{Body: planTag(r.View, standing(x))} }},
		{name: "document", text: func(x Plan) string { return x.Document }},
		{name: "invented", text: func(x Plan) string { return yesNo(x.Invented) }},
	}
	return sheet[Plan]{
		name: "plans", columns: append(columns, textColumns("title", func(x Plan) lang.Text { return x.Title })...), rows: rows,
		filters: []filter[Plan]{
			{"department", func(x Plan) string { return x.Department }, nil},
			{"kind", func(x Plan) string { return string(x.Kind) }, choicesOf(r, "plan-kind", PlanKinds())},
			{"standing", standing, choicesOf(r, "standing", []string{"current", "coming", "past"})},
		},
		words: func(x Plan) string { return text3(x.Title) },
	}, err
}

// standingOf is where a project stands, late ones first of all.
func standingOf(x ProjectView) string {
	all := []string{string(x.Stage)}
	if x.Late {
		all = append(all, "late")
	}
	if x.Behind {
		all = append(all, "behind")
	}
	return strings.Join(all, " ")
}

func (s *Service) projectList(ctx context.Context, r reader) (list, error) {
	rows, err := s.Projects(ctx)
	title := func(x ProjectView) lang.Text { return x.Title }
	columns := []column[ProjectView]{
		{name: "project", text: func(x ProjectView) string { return x.ID }, cell: func(x ProjectView) web.Cell {
			return r.named(x.Title, "/governance/projects/"+x.ID, x.Invented)
		}, order: func(a, b ProjectView) int { return cmp.Compare(a.Title.In(r.Lang()), b.Title.In(r.Lang())) }},
		{name: "department", text: func(x ProjectView) string { return x.Department }, cell: func(x ProjectView) web.Cell { return r.officeCell(x.Department) }},
		{name: "stage", text: func(x ProjectView) string { return string(x.Stage) }, cell: func(x ProjectView) web.Cell {
			return web.Cell{Body: projectTag(r.View, x)}
		}},
		{name: "first_end", text: func(x ProjectView) string { return x.First.End.String() }, cell: func(x ProjectView) web.Cell { return r.dateCell(x.First.End) }},
		{name: "ended", text: func(x ProjectView) string { return x.Ended.String() }, cell: func(x ProjectView) web.Cell { return r.dateCell(x.Ended) }},
		{
			name: "first_cost_thousands", right: true, text: func(x ProjectView) string { return x.First.CostThousands.String() },
			cell:  func(x ProjectView) web.Cell { return r.figureCell(x.First.CostThousands) },
			order: func(a, b ProjectView) int { return byFigure(a.First.CostThousands, b.First.CostThousands) },
		},
		{
			name: "spent_thousands", right: true, text: func(x ProjectView) string { return x.SpentThousands.String() },
			cell:  func(x ProjectView) web.Cell { return r.figureCell(x.SpentThousands) },
			order: func(a, b ProjectView) int { return byFigure(a.SpentThousands, b.SpentThousands) },
		},
		{name: "reference", text: func(x ProjectView) string { return x.Reference }},
		{name: "system", text: func(x ProjectView) string { return x.System }},
		{name: "vote", text: func(x ProjectView) string { return x.Vote }},
		{name: "planned_start", text: func(x ProjectView) string { return x.Planned.Start.String() }},
		{name: "planned_end", text: func(x ProjectView) string { return x.Planned.End.String() }},
		{name: "planned_cost_thousands", text: func(x ProjectView) string { return x.Planned.CostThousands.String() }},
		{name: "baselines", text: func(x ProjectView) string { return number(x.Baselines) }},
		{name: "started", text: func(x ProjectView) string { return x.Started.String() }},
		{name: "return_due", text: func(x ProjectView) string { return x.Due.String() }},
		{name: "late", text: func(x ProjectView) string { return yesNo(x.Late) }},
		{name: "invented", text: func(x ProjectView) string { return yesNo(x.Invented) }},
	}
	return sheet[ProjectView]{
		name: "projects", columns: append(columns, textColumns("title", title)...), rows: rows,
		filters: []filter[ProjectView]{
			{"department", func(x ProjectView) string { return x.Department }, nil},
			{"stage", standingOf, append(choicesOf(r, "stage", Stages()), choicesOf(r, "stage", []string{"late", "behind"})...)},
		},
		words: func(x ProjectView) string {
			return x.Reference + "\n" + text3(x.Title) + "\n" + x.System + "\n" + x.Vote
		},
	}, err
}
