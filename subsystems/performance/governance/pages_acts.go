package governance

import (
	"maps"
	"slices"

	"praya/kernel/fault"
	"praya/platform/web"
)

func sortedKeys[T any](of map[string]T) []string { return slices.Sorted(maps.Keys(of)) }

func (s *Service) newPlan(v *web.Visit) error {
	own, err := s.mine(v, "keep")
	if err != nil {
		return err
	}
	questions := append([]web.Question{askOne(v, web.AsRadios, "kind", choicesOf(reader{View: v.View}, "plan-kind", PlanKinds()))}, askThree(v, web.AsText, "title-")...)
	return s.answer(v, form{
		Title: v.T("governance.act.new-plan"), Submit: v.T("governance.do.file-plan"), Back: base + "/plans",
		Questions: append(questions, ask(v, web.AsDay, "from", false), ask(v, web.AsDay, "to", false), ask(v, web.AsText, "document", true)),
		Act: func(a *answers) (string, string, error) {
			p := Plan{Department: own, Kind: PlanKind(a.chose("kind")), Title: a.three("title-"), Period: a.period(), Document: a.Text("document")}
			if a.Bad() {
				return "", "", nil
			}
			id, err := s.FilePlan(v.Context(), p)
			return base + "/plans/" + id, v.T("governance.done.plan-filed"), err
		},
	})
}

func (s *Service) withdrawPlanForm(v *web.Visit) error {
	p, _, err := s.Plan(v.Context(), v.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.may(v.Context(), "keep", p.Department); err != nil {
		return err
	}
	path := base + "/plans/" + p.ID
	return s.answer(v, form{
		Title: v.T("governance.act.withdraw-plan"), Submit: v.T("governance.do.withdraw"), Back: path, Danger: true, Version: p.Version,
		Questions: []web.Question{why(v, false)},
		Act: func(a *answers) (string, string, error) {
			return path, v.T("governance.done.withdrawn"), s.WithdrawPlan(v.Context(), p.ID, a.Version, a.words("why"))
		},
	})
}

func orderQuestions(v *web.Visit) []web.Question {
	q := askOne(v, web.AsRadios, "by", choicesOf(reader{View: v.View}, "by", []string{"in-house", "outsourced"}))
	year := ask(v, web.AsText, "year", false)
	year.Width = "short"
	return []web.Question{ask(v, web.AsText, "reference", false), ask(v, web.AsText, "title", false), year, askFigure(v, "value", false), q, ask(v, web.AsText, "project", true)}
}

func (a *answers) order(o Order) Order {
	a.need(a.chose("by") != "", "by", "choose")
	o.Reference, o.Title, o.Year, o.ValueThousands = a.Text("reference"), a.words("title"), a.Text("year"), a.figure("value")
	o.Outsourced, o.Project = a.chose("by") == "outsourced", a.Text("project")
	return o
}

func (s *Service) newOrder(v *web.Visit) error {
	own, err := s.mine(v, "keep")
	if err != nil {
		return err
	}
	return s.answer(v, form{
		Title: v.T("governance.act.new-order"), Submit: v.T("governance.do.record"), Back: base + "/work", Questions: orderQuestions(v),
		Given: web.Given("year", v.Now().Day().FinancialYear().String()),
		Act: func(a *answers) (string, string, error) {
			o := a.order(Order{Department: own})
			if a.Bad() {
				return "", "", nil
			}
			id, err := s.RecordOrder(v.Context(), o, "")
			return base + "/work/" + id, v.T("governance.done.recorded"), err
		},
	})
}

func (s *Service) ownOrder(v *web.Visit) (Order, error) {
	o, _, err := s.Order(v.Context(), v.PathValue("id"))
	if err != nil {
		return o, err
	}
	return o, s.may(v.Context(), "keep", o.Department)
}

func (s *Service) correctOrderForm(v *web.Visit) error {
	o, err := s.ownOrder(v)
	if err != nil {
		return err
	}
	by := "in-house"
	if o.Outsourced {
		by = "outsourced"
	}
	path := base + "/work/" + o.ID
	return s.answer(v, form{
		Title: v.T("governance.act.correct"), Submit: v.T("governance.do.save"), Back: path, Version: o.Version,
		Given:     web.Given("reference", o.Reference, "title", o.Title, "year", o.Year, "value", o.ValueThousands.String(), "by", by, "project", o.Project),
		Questions: append(orderQuestions(v), why(v, false)),
		Act: func(a *answers) (string, string, error) {
			to := a.order(o)
			if to.Version = a.Version; a.Bad() {
				return "", "", nil
			}
			_, err := s.RecordOrder(v.Context(), to, a.words("why"))
			return path, v.T("governance.done.saved"), err
		},
	})
}

func (s *Service) cancelOrderForm(v *web.Visit) error {
	o, err := s.ownOrder(v)
	if err != nil {
		return err
	}
	path := base + "/work/" + o.ID
	return s.answer(v, form{
		Title: v.T("governance.act.cancel-order"), Submit: v.T("governance.do.cancel"), Back: path, Danger: true, Version: o.Version,
		Questions: []web.Question{why(v, false)},
		Act: func(a *answers) (string, string, error) {
			return path, v.T("governance.done.cancelled"), s.CancelOrder(v.Context(), o.ID, a.Version, a.words("why"))
		},
	})
}

func (s *Service) newLevel(v *web.Visit) error {
	if _, err := s.mine(v, "register"); err != nil {
		return err
	}
	provider, err := s.askDepartment(v, "provider", "register")
	if err != nil {
		return err
	}
	user, err := s.askDepartment(v, "user", "")
	if err != nil {
		return err
	}
	r := reader{View: v.View}
	questions := append(askThree(v, web.AsText, "service-"), provider, user, askOne(v, web.AsRadios, "direction", choicesOf(r, "direction", Directions())),
		askFigure(v, "agreed", false), askOne(v, web.AsSelect, "unit", choicesOf(r, "unit", Units())), ask(v, web.AsDay, "from", false), ask(v, web.AsDay, "to", true))
	return s.answer(v, form{
		Title: v.T("governance.act.new-level"), Submit: v.T("governance.do.save"), Back: base + "/levels", Questions: questions,
		Given: web.Given("provider", v.Actor().Duty.Department),
		Act: func(a *answers) (string, string, error) {
			l := Level{
				Service: a.three("service-"), Provider: a.chose("provider"), User: a.chose("user"), Agreed: a.figure("agreed"),
				Unit: Unit(a.chose("unit")), Direction: Direction(a.chose("direction")), Period: a.period(),
			}
			if a.need(l.Provider != "", "provider", "choose"); a.Bad() {
				return "", "", nil
			}
			id, err := s.AgreeLevel(v.Context(), l)
			return base + "/levels/" + id, v.T("governance.done.saved"), err
		},
	})
}

func (s *Service) ownLevel(v *web.Visit) (LevelView, error) {
	l, _, _, err := s.Level(v.Context(), v.PathValue("id"))
	if err != nil {
		return l, err
	}
	return l, s.may(v.Context(), "register", l.Provider)
}

func (s *Service) judgeLevel(v *web.Visit) error {
	l, err := s.ownLevel(v)
	if err != nil {
		return err
	}
	path := base + "/levels/" + l.ID
	return s.answer(v, form{
		Title: v.T("governance.act.judge"), Lead: v.T("governance.form-lead.judge"), Submit: v.T("governance.do.judge"), Back: path,
		Known:     []web.Entry{{Label: v.T("governance.column.agreed"), Value: reader{View: v.View}.agreed(l.Level)}},
		Questions: []web.Question{ask(v, web.AsDay, "from", false), ask(v, web.AsDay, "to", false), askFigure(v, "measured", false), ask(v, web.AsLines, "evidence", false)},
		Act: func(a *answers) (string, string, error) {
			j := Judgement{Period: a.period(), Measured: a.figure("measured"), Evidence: a.words("evidence")}
			if a.Bad() {
				return "", "", nil
			}
			return path, v.T("governance.done.judged"), s.Judge(v.Context(), l.ID, j)
		},
	})
}

func (s *Service) endLevelForm(v *web.Visit) error {
	l, err := s.ownLevel(v)
	if err != nil {
		return err
	}
	path := base + "/levels/" + l.ID
	return s.answer(v, form{
		Title: v.T("governance.act.end-level"), Lead: v.T("governance.form-lead.end-level"), Submit: v.T("governance.do.save"), Back: path, Version: l.Version,
		Questions: []web.Question{ask(v, web.AsDay, "to", false), why(v, false)},
		Act: func(a *answers) (string, string, error) {
			last := a.day("to")
			if a.Bad() {
				return "", "", nil
			}
			return path, v.T("governance.done.saved"), s.EndLevel(v.Context(), l.ID, a.Version, last, a.words("why"))
		},
	})
}

func (s *Service) newAudit(v *web.Visit) error {
	if err := s.may(v.Context(), "review", ""); err != nil {
		return err
	}
	department, err := s.askDepartment(v, "department", "review")
	if err != nil {
		return err
	}
	questions := append(askThree(v, web.AsText, "service-"), department)
	questions = append(questions, askThree(v, web.AsText, "auditor-")...)
	questions = append(questions, askThree(v, web.AsLines, "scope-")...)
	return s.answer(v, form{
		Title: v.T("governance.act.new-audit"), Submit: v.T("governance.do.record"), Back: base + "/audits",
		Questions: append(questions, ask(v, web.AsDay, "from", false), ask(v, web.AsDay, "to", true)),
		Act: func(a *answers) (string, string, error) {
			x := Audit{Service: a.three("service-"), Department: a.chose("department"), Auditor: a.three("auditor-"), Scope: a.three("scope-"), Period: a.period()}
			if a.need(x.Department != "", "department", "choose"); a.Bad() {
				return "", "", nil
			}
			id, err := s.OpenAudit(v.Context(), x)
			return base + "/audits/" + id, v.T("governance.done.recorded"), err
		},
	})
}

func (s *Service) newFinding(v *web.Visit) error {
	x, _, err := s.Audit(v.Context(), v.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.may(v.Context(), "review", x.Department); err != nil {
		return err
	}
	path := base + "/audits/" + x.ID
	questions := append(askThree(v, web.AsLines, "what-"), askThree(v, web.AsLines, "recommendation-")...)
	return s.answer(v, form{
		Title: v.T("governance.act.new-finding"), Submit: v.T("governance.do.record"), Back: path,
		Questions: append(questions, ask(v, web.AsText, "owner", false), ask(v, web.AsDay, "due", false)),
		Act: func(a *answers) (string, string, error) {
			f := Finding{Audit: x.ID, What: a.three("what-"), Recommendation: a.three("recommendation-"), Owner: a.words("owner"), Due: a.day("due")}
			if a.Bad() {
				return "", "", nil
			}
			_, err := s.AddFinding(v.Context(), f)
			return path, v.T("governance.done.recorded"), err
		},
	})
}

func (s *Service) followFindingForm(v *web.Visit) error {
	f, x, err := s.Finding(v.Context(), v.PathValue("id"))
	if err != nil {
		return err
	}
	if err := s.may(v.Context(), "keep", x.Department); err != nil {
		return err
	}
	what, l := f.What.With(v.Lang())
	path := base + "/audits/" + x.ID
	return s.answer(v, form{
		Title: v.T("governance.act.follow"), Submit: v.T("governance.do.save"), Back: path, Version: f.Version,
		Known: []web.Entry{
			{Label: v.T("governance.column.what"), Value: what, Lang: l},
			{Label: v.T("governance.column.status"), Body: findingTag(v.View, f.Status, false)},
		},
		Questions: []web.Question{askOne(v, web.AsRadios, "status", choicesOf(reader{View: v.View}, "to-status", nextStatuses(f.Status))), why(v, true)},
		Act: func(a *answers) (string, string, error) {
			return path, v.T("governance.done.followed"), s.FollowUp(v.Context(), f.ID, a.Version, FindingStatus(a.chose("status")), a.words("why"))
		},
	})
}

// ownSystem is a system that the visitor may change.
func (s *Service) ownSystem(v *web.Visit) (SystemView, error) {
	x, err := s.SystemView(v.Context(), v.PathValue("code"))
	if err != nil {
		return x, err
	}
	return x, s.may(v.Context(), "register", x.Department)
}

func (s *Service) putSystem(v *web.Visit) error {
	var x SystemView
	code := v.PathValue("code")
	var err error
	if code == "" {
		_, err = s.mine(v, "register")
	} else {
		x, err = s.ownSystem(v)
	}
	if err != nil {
		return err
	}
	department, err := s.askDepartment(v, "department", "register")
	if err != nil {
		return err
	}
	r := reader{View: v.View}
	var questions []web.Question
	given, path, title := web.Given("department", v.Actor().Duty.Department), base+"/systems", v.T("governance.act.new-system")
	if code == "" {
		questions = append(questions, ask(v, web.AsText, "code", false))
	} else {
		given = web.Given("department", x.Department, "kind", string(x.Kind), "page", x.Page, "risk", string(x.Risk), "reason", x.Reason)
		web.GiveThree(given, "name-", x.Name)
		web.GiveThree(given, "body-", x.Body)
		path, title = base+"/systems/"+code, v.T("governance.act.edit")
	}
	names := askThree(v, web.AsText, "name-")
	for i := range names {
		names[i].Optional = false // what everybody looks up has a name in every language
	}
	questions = append(questions, names...)
	questions = append(questions, department, askOne(v, web.AsSelect, "kind", choicesOf(r, "kind", SystemKinds())))
	questions = append(questions, askThree(v, web.AsText, "body-")...)
	questions = append(questions, ask(v, web.AsText, "page", true), askOne(v, web.AsRadios, "risk", choicesOf(r, "risk", Risks())), ask(v, web.AsLines, "reason", true))
	return s.answer(v, form{
		Title: title, Submit: v.T("governance.do.save"), Back: path, Questions: questions, Given: given, Version: x.Version,
		Act: func(a *answers) (string, string, error) {
			to := System{
				Code: code, Name: a.three("name-"), Department: a.chose("department"), Kind: SystemKind(a.chose("kind")), Body: a.three("body-"),
				Page: a.Text("page"), Risk: Risk(a.chose("risk")), Reason: a.words("reason"), Version: a.Version,
			}
			if code == "" {
				to.Code, to.Version = a.Text("code"), 0
			}
			if a.need(to.Department != "", "department", "choose"); a.Bad() {
				return "", "", nil
			}
			return base + "/systems/" + to.Code, v.T("governance.done.saved"), s.PutSystem(v.Context(), to)
		},
	})
}

// onSystemForm is a form about something of a system.
func (s *Service) onSystemForm(key string, questions func(v *web.Visit, x SystemView) ([]web.Question, error), act func(v *web.Visit, x SystemView, a *answers) error) web.Handler {
	return func(v *web.Visit) error {
		x, err := s.ownSystem(v)
		if err != nil {
			return err
		}
		asks, err := questions(v, x)
		if err != nil {
			return err
		}
		path := base + "/systems/" + x.Code
		name, l := x.Name.With(v.Lang())
		return s.answer(v, form{
			Title: v.T("governance.act." + key), Submit: v.T("governance.do.save"), Back: path, Questions: asks, Version: x.Version, Danger: key == "retire",
			Known: []web.Entry{{Label: v.T("governance.column.system"), Value: name, Lang: l}},
			Act: func(a *answers) (string, string, error) {
				return path, v.T("governance.done.saved"), act(v, x, a)
			},
		})
	}
}

func (s *Service) systemForms() map[string]web.Handler {
	only := func(ask ...func(v *web.Visit) web.Question) func(*web.Visit, SystemView) ([]web.Question, error) {
		return func(v *web.Visit, _ SystemView) (out []web.Question, err error) {
			for _, q := range ask {
				out = append(out, q(v))
			}
			return out, nil
		}
	}
	one := func(as web.Asked, name string, optional bool) func(*web.Visit) web.Question {
		return func(v *web.Visit) web.Question { return ask(v, as, name, optional) }
	}
	number := func(name string, optional bool) func(*web.Visit) web.Question {
		return func(v *web.Visit) web.Question { return askFigure(v, name, optional) }
	}
	return map[string]web.Handler{
		"live": s.onSystemForm("live", only(one(web.AsDay, "day", false)), func(v *web.Visit, x SystemView, a *answers) error {
			return s.GoLive(v.Context(), x.Code, a.Version, a.day("day"))
		}),
		"retire": s.onSystemForm("retire", only(one(web.AsLines, "why", false)), func(v *web.Visit, x SystemView, a *answers) error {
			return s.Retire(v.Context(), x.Code, a.Version, a.words("why"))
		}),
		"month": s.onSystemForm("month", only(one(web.AsText, "month", false), number("agreed-minutes", false), number("available-minutes", false), number("cost", true)),
			func(v *web.Visit, x SystemView, a *answers) error {
				m := Availability{System: x.Code, Month: a.Text("month"), AgreedMinutes: a.whole("agreed-minutes"), AvailableMinutes: a.whole("available-minutes"), CostThousands: a.figure("cost")}
				if a.Bad() {
					return nil
				}
				return s.RecordMonth(v.Context(), m)
			}),
		"incident": s.onSystemForm("incident", only(one(web.AsDay, "day", false), number("minutes", false), one(web.AsLines, "what", false)),
			func(v *web.Visit, x SystemView, a *answers) error {
				i := Incident{System: x.Code, Day: a.day("day"), Minutes: a.whole("minutes"), What: a.words("what")}
				if a.Bad() {
					return nil
				}
				return s.RecordIncident(v.Context(), i)
			}),
		"subscribe": s.onSystemForm("subscribe", func(v *web.Visit, _ SystemView) ([]web.Question, error) {
			q, err := s.askDepartment(v, "department", "read")
			return []web.Question{q, ask(v, web.AsDay, "from", false), ask(v, web.AsDay, "to", true)}, err
		}, func(v *web.Visit, x SystemView, a *answers) error {
			sub := Subscription{System: x.Code, Department: a.chose("department"), Period: a.period()}
			for _, old := range x.Subscriptions { // the same first day again changes the last one
				if old.Department == sub.Department && old.From == sub.From {
					sub.ID, sub.Version = old.ID, old.Version
				}
			}
			if a.Bad() {
				return nil
			}
			return s.Subscribe(v.Context(), sub)
		}),
	}
}

func (s *Service) recordCheckForm(v *web.Visit) error {
	x, err := s.ownSystem(v)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(x.Checks, func(c Check) bool { return c.Kind == v.PathValue("kind") })
	if i < 0 {
		return fault.New(fault.NotFound, "governance.fault.no-check")
	}
	c := x.Checks[i]
	given := web.Given("state", string(c.State), "evidence", c.Evidence)
	web.GiveDay(given, "day", c.Day)
	path := base + "/systems/" + x.Code
	name, l := c.Name.With(v.Lang())
	return s.answer(v, form{
		Title: v.T("governance.act.check"), Submit: v.T("governance.do.save"), Back: path, Given: given, Version: c.Version,
		Known: []web.Entry{{Label: v.T("governance.column.check"), Value: name, Lang: l}},
		Questions: []web.Question{
			askOne(v, web.AsRadios, "state", choicesOf(reader{View: v.View}, "check", []CheckState{CheckOpen, CheckPassed})),
			ask(v, web.AsDay, "day", true), ask(v, web.AsLines, "evidence", true),
		},
		Act: func(a *answers) (string, string, error) {
			to := Check{System: x.Code, Kind: c.Kind, State: CheckState(a.chose("state")), Evidence: a.words("evidence"), Day: a.day("day"), Version: a.Version}
			if a.Bad() {
				return "", "", nil
			}
			return path, v.T("governance.done.saved"), s.RecordCheck(v.Context(), to)
		},
	})
}
