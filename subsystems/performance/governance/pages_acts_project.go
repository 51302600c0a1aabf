package governance

import (
	"strconv"

	"praya/kernel/fault"
	"praya/platform/web"
)

// mine is the department that the visitor acts for; those without one may not.
func (s *Service) mine(v *web.Visit, action string) (string, error) {
	own := v.Actor().Duty.Department
	return own, s.may(v.Context(), action, own)
}

func (s *Service) newProject(v *web.Visit) error {
	own, err := s.mine(v, "keep")
	if err != nil {
		return err
	}
	questions := append([]web.Question{ask(v, web.AsText, "reference", false)}, askThree(v, web.AsText, "title-")...)
	questions = append(questions, ask(v, web.AsText, "system", true), ask(v, web.AsText, "vote", true),
		ask(v, web.AsDay, "start", true), ask(v, web.AsDay, "end", true), askFigure(v, "cost", true), ask(v, web.AsLines, "note", true))
	return s.answer(v, form{
		Title: v.T("governance.act.new-project"), Lead: v.T("governance.form-lead.new-project"), Submit: v.T("governance.do.propose"), Back: base + "/projects", Questions: questions,
		Act: func(a *answers) (string, string, error) {
			p := a.project(Project{Department: own})
			p.Planned = a.schedule()
			if a.Bad() {
				return "", "", nil
			}
			id, err := s.Propose(v.Context(), p)
			return base + "/projects/" + id, v.T("governance.done.proposed"), err
		},
	})
}

func (a *answers) project(p Project) Project {
	p.Reference, p.Title, p.System, p.Vote, p.Note = a.Text("reference"), a.three("title-"), a.Text("system"), a.words("vote"), a.words("note")
	return p
}

func (a *answers) schedule() Schedule {
	return Schedule{a.day("start"), a.day("end"), a.figure("cost")}
}

// ownProject is a project that the visitor may change; to others there is none.
func (s *Service) ownProject(v *web.Visit) (ProjectFile, error) {
	f, err := s.Project(v.Context(), v.PathValue("id"))
	if err != nil {
		return f, err
	}
	return f, s.may(v.Context(), "keep", f.Department)
}

func (s *Service) editProject(v *web.Visit) error {
	f, err := s.ownProject(v)
	if err != nil {
		return err
	}
	given := web.Given("reference", f.Reference, "system", f.System, "vote", f.Vote, "note", f.Note)
	web.GiveThree(given, "title-", f.Title)
	questions := append([]web.Question{ask(v, web.AsText, "reference", false)}, askThree(v, web.AsText, "title-")...)
	questions = append(questions, ask(v, web.AsText, "system", true), ask(v, web.AsText, "vote", true), ask(v, web.AsLines, "note", true))
	path := base + "/projects/" + f.ID
	return s.answer(v, form{
		Title: v.T("governance.act.edit"), Submit: v.T("governance.do.save"), Back: path, Questions: questions, Given: given, Version: f.Version,
		Act: func(a *answers) (string, string, error) {
			p := a.project(Project{ID: f.ID, Version: a.Version})
			return path, v.T("governance.done.saved"), s.Describe(v.Context(), p)
		},
	})
}

func (s *Service) planProject(v *web.Visit) error {
	f, err := s.ownProject(v)
	if err != nil {
		return err
	}
	r, err := s.reader(v.Context(), v.View)
	if err != nil {
		return err
	}
	given := web.Given("cost", f.Planned.CostThousands.String())
	web.GiveDay(given, "start", f.Planned.Start)
	web.GiveDay(given, "end", f.Planned.End)
	path := base + "/projects/" + f.ID
	return s.answer(v, form{
		Title: v.T("governance.act.plan"), Lead: v.T("governance.form-lead.plan"), Submit: v.T("governance.do.save"), Back: path, Given: given, Version: f.Version,
		Known:     []web.Entry{{Label: v.T("governance.column.first"), Value: r.schedule(f.First)}},
		Questions: []web.Question{ask(v, web.AsDay, "start", false), ask(v, web.AsDay, "end", false), askFigure(v, "cost", false), why(v, f.Stage == Proposed)},
		Act: func(a *answers) (string, string, error) {
			to := a.schedule()
			if a.Bad() {
				return "", "", nil
			}
			return path, v.T("governance.done.planned"), s.Replan(v.Context(), f.ID, a.Version, to, a.words("why"))
		},
	})
}

func (s *Service) stageProject(v *web.Visit) error {
	f, err := s.ownProject(v)
	if err != nil {
		return err
	}
	r, err := s.reader(v.Context(), v.View)
	if err != nil {
		return err
	}
	next := nextStages(f.Stage)
	if len(next) == 0 {
		return fault.New(fault.Conflict, "governance.fault.no-stage")
	}
	path := base + "/projects/" + f.ID
	given := web.Given("stage", string(next[0]))
	if f.Stage == Finished {
		given.Set("cost", f.SpentThousands.String())
		web.GiveDay(given, "day", f.Ended)
	}
	questions := []web.Question{askOne(v, web.AsRadios, "stage", choicesOf(r, "to-stage", next))}
	if f.Stage == Approved || f.Stage == Running || f.Stage == Finished {
		questions = append(questions, ask(v, web.AsDay, "day", true))
	}
	if f.Stage == Running || f.Stage == Finished {
		questions = append(questions, askFigure(v, "cost", true))
		questions[len(questions)-1].Label = v.T("governance.field.spent")
	}
	return s.answer(v, form{
		Title: v.T("governance.act.stage"), Lead: v.T("governance.form-lead.stage"), Submit: v.T("governance.do.save"), Back: path, Version: f.Version,
		Known: []web.Entry{{Label: v.T("governance.column.stage"), Body: projectTag(v.View, f.ProjectView)}}, Given: given,
		Questions: append(questions, why(v, true)),
		Act: func(a *answers) (string, string, error) {
			m := Milestone{a.day("day"), a.figure("cost")}
			if a.Bad() {
				return "", "", nil
			}
			return path, v.T("governance.done.moved"), s.Move(v.Context(), f.ID, a.Version, Stage(a.chose("stage")), m, a.words("why"))
		},
	})
}

// fileReturnForm asks what can't be computed; what can is shown as it is.
func (s *Service) fileReturnForm(v *web.Visit) error {
	f, err := s.ownProject(v)
	if err != nil {
		return err
	}
	if f.Stage != Finished || f.Waiting != nil {
		return fault.New(fault.Conflict, "governance.fault.no-return-now")
	}
	r, err := s.reader(v.Context(), v.View)
	if err != nil {
		return err
	}
	path := base + "/projects/" + f.ID
	x := form{
		Title: v.T("governance.act.return"), Lead: v.T("governance.form-lead.return"), Submit: v.T("governance.do.file"), Back: path,
		Known: []web.Entry{
			{Label: v.T("governance.column.first"), Value: r.schedule(f.First)},
			{Label: v.T("governance.column.ended"), Value: v.Date(f.Ended)},
			{Label: v.T("governance.column.spent"), Value: r.thousands(f.SpentThousands)},
		},
	}
	onSchedule, inBudget := f.computed()
	for _, c := range []struct {
		name  string
		value *bool
	}{{"on-schedule", onSchedule}, {"in-budget", inBudget}, {"to-specification", nil}, {"with-benefits", nil}} {
		if c.value != nil {
			x.Known = append(x.Known, web.Entry{Label: v.T("governance.rate." + c.name), Body: answerWith(v.View, *c.value, v.T("governance.return.computed"))})
			continue
		}
		evidence := map[string]string{"on-schedule": "schedule", "in-budget": "budget", "to-specification": "specification", "with-benefits": "benefits"}[c.name]
		x.Questions = append(x.Questions, askYes(v, c.name), ask(v, web.AsLines, evidence+"-evidence", false))
	}
	if len(f.Returns) > 0 {
		x.Title = v.T("governance.act.correct-return")
		x.Questions = append(x.Questions, why(v, false))
	}
	x.Act = func(a *answers) (string, string, error) {
		for _, q := range x.Questions {
			if q.As == web.AsRadios {
				a.need(a.chose(q.Name) != "", q.Name, "choose")
			}
		}
		if a.Bad() {
			return "", "", nil
		}
		stated := Answers{a.yes("on-schedule"), a.yes("in-budget"), a.yes("to-specification"), a.yes("with-benefits")}
		evidence := Evidence{a.words("schedule-evidence"), a.words("budget-evidence"), a.words("specification-evidence"), a.words("benefits-evidence")}
		return path, v.T("governance.done.filed"), s.FileReturn(v.Context(), f.ID, stated, evidence, a.words("why"))
	}
	return s.answer(v, x)
}

// returnOf finds the project of a return that the visitor may see.
func (s *Service) returnOf(v *web.Visit) (Return, error) {
	all, err := s.Returns(v.Context())
	for _, x := range all {
		if x.ID == v.PathValue("id") {
			return x.Return, err
		}
	}
	if err == nil {
		err = hidden("return")
	}
	return Return{}, err
}

func (s *Service) confirmReturn(v *web.Visit) error {
	x, err := s.returnOf(v)
	if err != nil {
		return err
	}
	if err := s.may(v.Context(), "confirm", x.Department); err != nil {
		return err
	}
	f, err := s.Project(v.Context(), x.Project)
	if err != nil {
		return err
	}
	r, err := s.reader(v.Context(), v.View)
	if err != nil {
		return err
	}
	path := base + "/projects/" + x.Project
	title, _ := f.Title.With(v.Lang())
	known := []web.Entry{{Label: v.T("governance.column.project"), Value: title}}
	for _, part := range s.returnsParts(v, r, f) {
		known = append(known, part.Facts...)
		break // the newest one is the one that waits
	}
	return s.answer(v, form{
		Title: v.T("governance.act.confirm"), Lead: v.T("governance.form-lead.confirm"), Submit: v.T("governance.do.confirm"), Back: path, Known: known, Version: x.Version,
		Act: func(a *answers) (string, string, error) {
			return path, v.T("governance.done.confirmed"), s.Confirm(v.Context(), x.ID, a.Version)
		},
	})
}

func (s *Service) withdrawReturn(v *web.Visit) error {
	x, err := s.returnOf(v)
	if err != nil {
		return err
	}
	if err := s.may(v.Context(), "keep", x.Department); err != nil {
		return err
	}
	path := base + "/projects/" + x.Project
	return s.answer(v, form{
		Title: v.T("governance.act.withdraw"), Lead: v.T("governance.form-lead.withdraw"), Submit: v.T("governance.do.withdraw"), Back: path, Version: x.Version,
		Danger: true, Questions: []web.Question{why(v, false)},
		Act: func(a *answers) (string, string, error) {
			return path, v.T("governance.done.withdrawn"), s.Withdraw(v.Context(), x.ID, a.Version, a.words("why"))
		},
	})
}

func (s *Service) compileYear(v *web.Visit) error {
	if err := s.may(v.Context(), "compile", ""); err != nil {
		return err
	}
	q := ask(v, web.AsText, "calendar-year", false)
	q.Inputmode, q.Width, q.MaxLength = "numeric", "short", 4
	return s.answer(v, form{
		Title: v.T("governance.act.compile"), Lead: v.T("governance.form-lead.compile"), Submit: v.T("governance.do.compile"), Back: base + "/returns",
		Questions: []web.Question{q}, Given: web.Given("calendar-year", strconv.Itoa(v.Now().Day().Year-1)),
		Act: func(a *answers) (string, string, error) {
			year, err := strconv.Atoi(a.Text("calendar-year"))
			if a.need(err == nil, "calendar-year", "calendar-year"); err != nil {
				return "", "", nil //nolint:nilerr // the field says what to do
			}
			edition, err := s.Compile(v.Context(), year)
			return base + "/rates/" + strconv.Itoa(year), v.T("governance.done.compiled", "year", strconv.Itoa(year), "edition", edition), err
		},
	})
}
