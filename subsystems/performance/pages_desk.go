package performance

import (
	"strings"

	"praya/platform/db"
	"praya/platform/web"
)

// deskView is what waits for an officer.
type deskView struct {
	Board  Board
	Links  []waitingHead
	Values []waitingValue
}

type waitingHead struct {
	Head  Head
	Count int
}

type waitingValue struct {
	Value
	Measure Measure
	Own     bool
}

func (s *Service) showDesk(v *web.Visit) error {
	department := v.Actor().Duty.Department
	if err := s.mayWork(v.Context(), department); err != nil {
		return err
	}
	d, err := s.desk(v, department)
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("performance.desk.title"), Lead: v.T("performance.desk.lead"), Crumbs: crumbs(v), Wide: true, Secret: true},
		deskPage(v.View, d))
}

func (s *Service) desk(v *web.Visit, department string) (d deskView, err error) {
	err = s.DB.Read(v.Context(), func(tx *db.Tx) error {
		all, err := heads(tx)
		if err != nil {
			return err
		}
		d = deskView{}
		for _, h := range all {
			if h.Department != department {
				continue
			}
			n, err := waitingLinks(tx, h.Number)
			if err != nil {
				return err
			}
			if n > 0 {
				d.Links = append(d.Links, waitingHead{h, n})
			}
			b, err := board(tx, s.today(), "", h.Number)
			if err != nil {
				return err
			}
			d.Board.Late = append(d.Board.Late, b.Late...)
			d.Board.Milestones = append(d.Board.Milestones, b.Milestones...)
			d.Board.Reviews = append(d.Board.Reviews, b.Reviews...)
			d.Board.Missing = append(d.Board.Missing, b.Missing...)
		}
		waiting, err := waitingValues(tx, department, mostLate)
		if err != nil {
			return err
		}
		for _, x := range waiting {
			m, err := measure(tx, x.Measure)
			if err != nil {
				return err
			}
			d.Values = append(d.Values, waitingValue{x, m, x.GivenBy == by(v.Context())})
		}
		return nil
	})
	return d, err
}

// valuesWaiting is what waits for a second pair of eyes.
func valuesWaiting(v *web.View, all []waitingValue) web.Table {
	t := web.Table{ID: "waiting", Caption: v.T("performance.desk.values"), Mode: web.Records, Empty: web.Empty{Why: v.T("performance.desk.no-values")}, Columns: []web.Column{
		{Head: v.T("performance.measure.name")}, {Head: v.T("performance.measure.period")}, {Head: v.T("performance.value.value"), Numeric: true}, {Head: v.T("performance.value.given")},
	}}
	for _, x := range all {
		name := named(v, x.Measure.Name, root+"/values/"+x.ID)
		if x.Own {
			name.Small = v.T("performance.desk.own")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			name, {Text: x.Period + " " + v.T("performance.role."+string(x.Role))}, {Text: shown(v, x.Measure, x.Value.Value), Small: parts(v, x.Measure, x.Value)}, {Text: v.Instant(x.GivenAt)},
		}})
	}
	return t
}

// proposalsTable is the links of a paper, undecided first.
func proposalsTable(v *web.View, d paperView) web.Table {
	t := web.Table{ID: "proposals", Caption: v.T("performance.match.caption"), Mode: web.Records, Columns: []web.Column{
		{Head: v.T("performance.match.earlier")}, {Head: v.T("performance.match.later")}, {Head: v.T("performance.match.why")}, {Head: v.T("performance.match.decision")},
	}, Empty: web.Empty{Why: v.T("performance.match.none")}}
	for _, waiting := range []bool{true, false} {
		for _, o := range d.Items {
			for _, s := range o.Next {
				if (s.State == Proposed) != waiting {
					continue
				}
				decision := web.Cell{Body: web.Outcome(v, map[Decision]web.State{Proposed: web.Waiting, Accepted: web.Done, Rejected: web.Refused}[s.State], v.T("performance.decision."+string(s.State)))}
				decision.Path = ""
				decision.Small = v.T("performance.relation." + string(s.Relation))
				later := itemCell(v, s.Item)
				later.Path = linkPath(s.Link)
				later.Small = v.T("performance.part." + string(s.Item.Part))
				t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
					itemCell(v, o.Initiative), later, {Text: v.Percent(itoa(s.Score / 10)), Small: sharedWords(v, s.Shared)}, decision,
				}})
			}
		}
	}
	return t
}

func sharedWords(v *web.View, all []string) string {
	if len(all) == 0 {
		return v.T("performance.match.by-hand")
	}
	quoted := make([]string, len(all))
	for i, s := range all {
		quoted[i] = v.Quote(s)
	}
	return strings.Join(quoted, " ")
}

func (s *Service) showMatch(v *web.Visit) error {
	d, err := s.paperOf(v)
	if err != nil {
		return err
	}
	if err := s.mayWork(v.Context(), d.Head.Department); err != nil {
		return err
	}
	return v.Render(web.Page{
		Title: v.T("performance.match.title", "year", d.Year.Year), Wide: true, Secret: true,
		Crumbs: headCrumbs(v, d.Head.Number, web.Crumb{Text: v.T("performance.paper.short", "year", d.Year.Year), Path: paperPath(d.Head.Number, d.Year.Year)}),
	}, matchPage(v.View, d))
}

func (s *Service) acceptLikely(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	n := 0
	err = v.SubmitOnce(form, func() (err error) {
		n, err = s.AcceptLikely(v.Context(), v.PathValue("head"), v.PathValue("year"))
		return err
	})
	if err != nil {
		return err
	}
	return v.RedirectWith(v.Path, web.Notice{Text: v.T("performance.match.accepted", "count", n)})
}
