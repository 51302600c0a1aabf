package governance

import (
	"cmp"
	"context"
	"strings"

	"praya/kernel/lang"
	"praya/platform/web"
)

func (s *Service) returnList(ctx context.Context, r reader) (list, error) {
	rows, err := s.Returns(ctx)
	answer := func(name string, of func(Answers) bool) column[ReturnView] {
		return column[ReturnView]{
			name: name, text: func(x ReturnView) string { return yesNo(of(x.Answers)) },
			cell: func(x ReturnView) web.Cell { return web.Cell{Body: answerTag(r.View, of(x.Answers))} },
		}
	}
	year := func(x ReturnView) string { return number(x.Day.Year) }
	columns := []column[ReturnView]{
		{name: "project", text: func(x ReturnView) string { return x.Project }, cell: func(x ReturnView) web.Cell {
			return r.named(x.Of.Title, "/governance/projects/"+x.Project, x.Invented)
		}, order: func(a, b ReturnView) int { return cmp.Compare(a.Of.Title.In(r.Lang()), b.Of.Title.In(r.Lang())) }},
		{name: "department", text: func(x ReturnView) string { return x.Department }, cell: func(x ReturnView) web.Cell { return r.officeCell(x.Department) }},
		{name: "day", text: func(x ReturnView) string { return x.Day.String() }, cell: func(x ReturnView) web.Cell { return r.dateCell(x.Day) }},
		answer("on_schedule", func(a Answers) bool { return a.OnSchedule }),
		answer("in_budget", func(a Answers) bool { return a.InBudget }),
		answer("to_specification", func(a Answers) bool { return a.ToSpecification }),
		answer("with_benefits", func(a Answers) bool { return a.WithBenefits }),
		{name: "counts", text: func(x ReturnView) string { return yesNo(x.State == Confirmed) }, cell: func(x ReturnView) web.Cell {
			return web.Cell{Body: returnTag(r.View, x.State)}
		}},
		{name: "revision", text: func(x ReturnView) string { return number(x.Revision) }},
		{name: "schedule_computed", text: func(x ReturnView) string { return yesNo(x.ScheduleComputed) }},
		{name: "budget_computed", text: func(x ReturnView) string { return yesNo(x.BudgetComputed) }},
		{name: "invented", text: func(x ReturnView) string { return yesNo(x.Invented) }},
	}
	missed := func(x ReturnView) (out string) {
		for name, yes := range map[string]bool{"on-schedule": x.OnSchedule, "in-budget": x.InBudget, "to-specification": x.ToSpecification, "with-benefits": x.WithBenefits} {
			if !yes {
				out += name + " "
			}
		}
		return out
	}
	return sheet[ReturnView]{
		name: "returns", columns: append(columns, textColumns("title", func(x ReturnView) lang.Text { return x.Of.Title })...), rows: rows,
		filters: []filter[ReturnView]{
			{"year", year, nil},
			{"department", func(x ReturnView) string { return x.Department }, nil},
			{"missed", missed, choicesOf(r, "missed", []string{"on-schedule", "in-budget", "to-specification", "with-benefits"})},
		},
		words: func(x ReturnView) string { return text3(x.Of.Title) },
	}, err
}

// orderRows are the orders of a page as its address asks for them, or all for a file.
func (s *Service) orderRows(ctx context.Context, r reader) ([]Order, *cut, error) {
	if r.whole {
		rows, err := s.Orders(ctx, "")
		return rows, nil, err
	}
	q := queryOf(r.Query, r.PageOf(pageSize, 1<<30))
	found, err := s.FindOrders(ctx, q)
	return found.Orders, &cut{found.Total, map[string][]string{"year": found.Years, "department": found.Offices}}, err
}

func (s *Service) orderList(ctx context.Context, r reader) (list, error) {
	rows, narrowed, err := s.orderRows(ctx, r)
	by := func(x Order) string {
		if x.Outsourced {
			return "outsourced"
		}
		return "in-house"
	}
	return sheet[Order]{
		name: "work", rows: rows, cut: narrowed,
		columns: []column[Order]{
			{name: "order", text: func(x Order) string { return x.ID }, cell: func(x Order) web.Cell {
				title := x.Title
				if title == "" {
					title = r.T("governance.work.one", "year", x.Year)
				}
				return r.named(lang.Text{TC: title, EN: title, SC: title}, "/governance/work/"+x.ID, x.Invented)
			}},
			{name: "department", text: func(x Order) string { return x.Department }, cell: func(x Order) web.Cell { return r.officeCell(x.Department) }},
			{name: "year", text: func(x Order) string { return x.Year }, cell: func(x Order) web.Cell { return web.Cell{Text: x.Year} }},
			{
				name: "value_thousands", right: true, text: func(x Order) string { return x.ValueThousands.String() },
				cell:  func(x Order) web.Cell { return r.figureCell(x.ValueThousands) },
				order: func(a, b Order) int { return byFigure(a.ValueThousands, b.ValueThousands) },
			},
			{name: "outsourced", text: func(x Order) string { return yesNo(x.Outsourced) }, cell: func(x Order) web.Cell {
				if x.Cancelled {
					return web.Cell{Body: web.Outcome(r.View, web.Withdrawn, r.T("governance.work.cancelled"))}
				}
				return r.kindCell("by", by(x))
			}},
			{name: "cancelled", text: func(x Order) string { return yesNo(x.Cancelled) }},
			{name: "reference", text: func(x Order) string { return x.Reference }},
			{name: "title", text: func(x Order) string { return x.Title }},
			{name: "project", text: func(x Order) string { return x.Project }},
			{name: "invented", text: func(x Order) string { return yesNo(x.Invented) }},
		},
		filters: []filter[Order]{
			{"year", func(x Order) string { return x.Year }, nil},
			{"department", func(x Order) string { return x.Department }, nil},
			{"by", by, choicesOf(r, "by", []string{"in-house", "outsourced"})},
		},
		words: func(x Order) string { return x.Reference + "\n" + x.Title },
	}, err
}

// agreed writes a level with its unit and direction.
func (r reader) agreed(l Level) string {
	return r.T("governance.level."+string(l.Direction), "level", r.measure(l.Agreed, l.Unit))
}

func (r reader) measure(f Figure, unit Unit) string {
	return r.T("governance.unit.figure-"+string(unit), "figure", r.Decimal(f.String()))
}

func (s *Service) levelList(ctx context.Context, r reader) (list, error) {
	rows, err := s.Levels(ctx)
	last := func(x LevelView) string {
		switch {
		case x.Last == nil:
			return "not-judged"
		case x.Last.Met:
			return "met"
		}
		return "missed"
	}
	columns := []column[LevelView]{
		{name: "level", text: func(x LevelView) string { return x.ID }, cell: func(x LevelView) web.Cell {
			return r.named(x.Service, "/governance/levels/"+x.ID, x.Invented)
		}},
		{name: "provider", text: func(x LevelView) string { return x.Provider }, cell: func(x LevelView) web.Cell { return r.officeCell(x.Provider) }},
		{name: "user", text: func(x LevelView) string { return x.User }, cell: func(x LevelView) web.Cell {
			if x.User == "" {
				return web.Cell{Text: r.T("governance.levels.everybody")}
			}
			return r.officeCell(x.User)
		}},
		{
			name: "agreed", text: func(x LevelView) string { return x.Agreed.String() }, cell: func(x LevelView) web.Cell { return web.Cell{Text: r.agreed(x.Level)} },
			order: func(a, b LevelView) int { return byFigure(a.Agreed, b.Agreed) },
		},
		{name: "last", text: last, cell: func(x LevelView) web.Cell { return web.Cell{Body: levelTag(r.View, last(x))} }},
		{name: "met", right: true, text: func(x LevelView) string { return number(x.Met.Part) }, cell: func(x LevelView) web.Cell {
			return web.Cell{Text: r.share(x.Met)}
		}, order: func(a, b LevelView) int { return cmp.Compare(a.Met.Part*b.Met.Of, b.Met.Part*a.Met.Of) }},
		{name: "judged", text: func(x LevelView) string { return number(x.Met.Of) }},
		{name: "unit", text: func(x LevelView) string { return string(x.Unit) }},
		{name: "direction", text: func(x LevelView) string { return string(x.Direction) }},
		{name: "from", text: func(x LevelView) string { return x.From.String() }},
		{name: "to", text: func(x LevelView) string { return x.To.String() }},
		{name: "invented", text: func(x LevelView) string { return yesNo(x.Invented) }},
	}
	return sheet[LevelView]{
		name: "levels", columns: append(columns, textColumns("service", func(x LevelView) lang.Text { return x.Service })...), rows: rows,
		filters: []filter[LevelView]{
			{"provider", func(x LevelView) string { return x.Provider }, nil},
			{"last", last, choicesOf(r, "judged", []string{"met", "missed", "not-judged"})},
		},
		words: func(x LevelView) string { return text3(x.Service) },
	}, err
}

func (s *Service) auditList(ctx context.Context, r reader) (list, error) {
	rows, err := s.Audits(ctx)
	count := func(status FindingStatus) column[AuditView] {
		return column[AuditView]{
			name: "findings_" + strings.ReplaceAll(string(status), "-", "_"), right: true, text: func(x AuditView) string { return number(x.Findings[status]) },
			cell:  func(x AuditView) web.Cell { return web.Cell{Text: number(x.Findings[status])} },
			order: func(a, b AuditView) int { return cmp.Compare(a.Findings[status], b.Findings[status]) },
		}
	}
	columns := []column[AuditView]{
		{name: "audit", text: func(x AuditView) string { return x.ID }, cell: func(x AuditView) web.Cell {
			return r.named(x.Service, "/governance/audits/"+x.ID, x.Invented)
		}},
		{name: "department", text: func(x AuditView) string { return x.Department }, cell: func(x AuditView) web.Cell { return r.officeCell(x.Department) }},
		{name: "from", text: func(x AuditView) string { return x.From.String() }, cell: func(x AuditView) web.Cell { return r.dateCell(x.From) }},
		{
			name: "findings", right: true, text: func(x AuditView) string { return number(x.Total) }, cell: func(x AuditView) web.Cell { return web.Cell{Text: number(x.Total)} },
			order: func(a, b AuditView) int { return cmp.Compare(a.Total, b.Total) },
		},
		count(FindingOpen), count(FindingAccepted), count(FindingDone), count(FindingNotAccepted),
		{
			name: "findings_late", right: true, text: func(x AuditView) string { return number(x.Late) }, cell: func(x AuditView) web.Cell { return web.Cell{Text: number(x.Late)} },
			order: func(a, b AuditView) int { return cmp.Compare(a.Late, b.Late) },
		},
		{name: "to", text: func(x AuditView) string { return x.To.String() }},
		{name: "invented", text: func(x AuditView) string { return yesNo(x.Invented) }},
	}
	late := func(x AuditView) string {
		if x.Late > 0 {
			return "late"
		}
		return ""
	}
	return sheet[AuditView]{
		name: "audits", columns: append(columns, textColumns("service", func(x AuditView) lang.Text { return x.Service })...), rows: rows,
		filters: []filter[AuditView]{
			{"department", func(x AuditView) string { return x.Department }, nil},
			{"late", late, choicesOf(r, "finding", []string{"late"})},
		},
		words: func(x AuditView) string { return text3(x.Service) + "\n" + text3(x.Auditor) },
	}, err
}
