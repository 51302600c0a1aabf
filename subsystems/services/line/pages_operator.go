package line

import (
	"net/url"
	"time"

	"praya/kernel/when"
	"praya/platform/web"
)

func (s *Service) showLines(v *web.Visit) error {
	lines, err := s.States(v.Context())
	if err != nil {
		return err
	}
	t := web.Table{
		Caption: v.T("line.operator.caption"), Mode: web.Records,
		Columns: []web.Column{
			{Head: v.T("line.operator.line")},
			{Head: v.T("line.operator.state")},
			{Head: v.T("line.operator.inside"), Numeric: true},
			{Head: v.T("line.operator.most"), Numeric: true},
			{Head: v.T("line.operator.waiting"), Numeric: true},
		},
		Empty: web.Empty{Why: v.T("line.operator.none"), Next: v.T("line.operator.set"), Path: "/lines/new/settings"},
	}
	for _, x := range lines {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: x.Line, Path: "/lines/" + url.PathEscape(x.Line), Small: s.name(v, x.Line)},
			{Text: stateText(v, x)},
			{Text: v.Number(x.Inside)},
			{Text: v.Number(x.Most)},
			{Text: v.Number(x.Waiting())},
		}})
	}
	return v.Render(web.Page{Title: v.T("line.operator.title"), Lead: v.T("line.operator.lead"), Wide: true}, linesBody(v.View, t))
}

func stateText(v *web.Visit, x State) string {
	switch {
	case x.Open && x.ByLine:
		return v.T("line.operator.open-itself", "time", x.Opened)
	case x.Open:
		return v.T("line.operator.open", "time", x.Opened)
	}
	return v.T("line.operator.closed")
}

func (s *Service) showLine(v *web.Visit) error {
	line := v.PathValue("line")
	st, err := s.look(v.Context(), line)
	if err != nil {
		return err
	}
	if !st.found {
		return v.Redirect("/lines/" + url.PathEscape(line) + "/settings")
	}
	list, err := s.Minutes(v.Context(), line, v.Now().Add(-30*time.Minute))
	if err != nil {
		return err
	}
	yes := map[bool]string{true: v.T("line.operator.yes"), false: v.T("line.operator.no")}
	rows := []web.Entry{
		{Label: v.T("line.operator.state"), Value: stateText(v, st)},
		{Label: v.T("line.operator.inside"), Value: v.Number(st.Inside)},
		{Label: v.T("line.operator.waiting"), Value: v.Number(st.Waiting())},
		{Label: v.T("line.operator.most"), Value: v.Number(st.Most), Change: v.Path + "/settings"},
		{Label: v.T("line.operator.rate"), Value: v.Number(st.PerMinute), Change: v.Path + "/settings"},
		{Label: v.T("line.operator.minutes"), Value: v.Number(st.Minutes), Change: v.Path + "/settings"},
		{Label: v.T("line.operator.by-itself"), Value: yes[st.ByItself], Change: v.Path + "/settings"},
	}
	act := web.Form{Action: v.Path, Submit: v.T("line.operator.do-open"), Hidden: [][2]string{{"act", "open"}}, Danger: true}
	if st.Open {
		act.Submit, act.Hidden = v.T("line.operator.do-close"), [][2]string{{"act", "close"}}
	}
	return v.Render(web.Page{Title: s.name(v, line), Crumbs: []web.Crumb{{Text: v.T("line.operator.title"), Path: "/lines"}}, Wide: true},
		lineBody(v.View, rows, act, minutesTable(v, list)))
}

func minutesTable(v *web.Visit, list []Minute) web.Table {
	t := web.Table{
		Caption: v.T("line.operator.last"), Empty: web.Empty{Why: v.T("line.operator.nothing")},
		Columns: []web.Column{{Head: v.T("line.operator.minute")}},
	}
	for _, head := range []string{"joined", "called", "came", "lost", "over"} {
		t.Columns = append(t.Columns, web.Column{Head: v.T("line.operator." + head), Numeric: true})
	}
	for i := len(list) - 1; i >= 0; i-- {
		m := list[i]
		at, err := when.ParseInstant(m.At + ":00.000000Z")
		if err != nil {
			continue
		}
		row := web.Row{Cells: []web.Cell{{Text: v.Time(at)}}}
		for _, n := range []int64{m.Joined, m.Called, m.Came, m.Lost, m.Over} {
			row.Cells = append(row.Cells, web.Cell{Text: v.Number(n)})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (s *Service) doLine(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	line, said := v.PathValue("line"), "line.operator.is-open"
	if form.Get("act") == "close" {
		err, said = s.Close(v.Context(), line), "line.operator.is-closed"
	} else {
		err = s.Open(v.Context(), line)
	}
	if err != nil {
		return err
	}
	return v.RedirectWith(v.Path, web.Notice{Text: v.T(said)})
}

func (s *Service) setLine(v *web.Visit) error {
	line := v.PathValue("line")
	st, err := s.look(v.Context(), line)
	if err != nil {
		return err
	}
	if !st.found {
		st.Settings = Settings{Line: "", Most: 200, PerMinute: 60, Minutes: 20, ByItself: true}
		if line != "new" {
			st.Line = line
		}
	}
	given := web.Given("line", st.Line, "most", v.Number(st.Most), "rate", v.Number(st.PerMinute), "minutes", v.Number(st.Minutes))
	if st.ByItself {
		given.Set("by-itself", "yes")
	}
	ask := func(name string) web.Question {
		return web.Question{Field: web.Field{Name: name, Label: v.T("line.operator.ask-" + name), Hint: v.T("line.operator.hint-" + name), Width: "short"}}
	}
	by := ask("by-itself")
	by.As, by.Choices = web.AsTick, []web.Choice{{Value: "yes", Label: v.T("line.operator.yes")}}
	return v.Ask(web.Questions{
		Title: v.T("line.operator.settings"), Submit: v.T("line.operator.save"), Back: "/lines",
		Asked: []web.Question{ask("line"), ask("most"), ask("rate"), ask("minutes"), by}, Given: given,
		Act: func(a *web.Answers) (string, string, error) {
			x := Settings{Line: a.Text("line"), ByItself: a.Ticked("by-itself", "yes")}
			for name, to := range map[string]*int64{"most": &x.Most, "rate": &x.PerMinute, "minutes": &x.Minutes} {
				d := a.Decimal(name, "line.fault."+name)
				if a.Need(d.Scale() == 0, name, "line.fault."+name) {
					*to = d.Coef()
				}
			}
			if a.Bad() {
				return "", "", nil
			}
			return "/lines/" + url.PathEscape(x.Line), v.T("line.operator.saved"), s.Set(v.Context(), x)
		},
	})
}
