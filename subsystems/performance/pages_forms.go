package performance

import (
	"net/url"
	"slices"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/platform/db"
	"praya/platform/web"
)

// ask is a question of this subsystem, by the name of its field.
func ask(v *web.Visit, as web.Asked, name string, optional bool, choices ...web.Choice) web.Question {
	q := web.Question{As: as, Choices: choices, Field: web.Field{Name: name, Label: v.T("performance.field." + name), Optional: optional, MaxLength: 300}}
	if as == web.AsLines {
		q.MaxLength = longestText
	}
	if hint := "performance.hint." + name; v.Has(hint) {
		q.Hint = v.T(hint)
	}
	return q
}

func choices[T ~string](v *web.Visit, prefix string, all ...T) (out []web.Choice) {
	for _, x := range all {
		out = append(out, web.Choice{Value: string(x), Label: v.T(prefix + string(x))})
	}
	return out
}

func askThree(v *web.Visit, prefix string, optional bool) (out []web.Question) {
	for _, l := range lang.All() {
		q := ask(v, web.AsText, prefix+string(l), optional)
		q.Lang = l
		out = append(out, q)
	}
	return out
}

// atWork opens an initiative for an officer who may work on it.
func (s *Service) atWork(v *web.Visit) (storyView, error) {
	d, err := s.storyOf(v)
	if err != nil {
		return d, err
	}
	return d, s.mayWork(v.Context(), d.Owner)
}

func (s *Service) follow(v *web.Visit) error {
	d, err := s.atWork(v)
	if err != nil {
		return err
	}
	asked, err := s.askFollow(v, d)
	if err != nil {
		return err
	}
	return v.Ask(web.Questions{
		Title: v.T("performance.follow.title"), Lead: d.heading(v), Submit: v.T("performance.form.save"), Back: initiativePath(d.ID),
		Asked: asked, Given: d.given(),
		Act: func(a *web.Answers) (string, string, error) {
			f := Following{
				Version: int64(atoi(a.Text("version"))), Department: strings.ToUpper(a.Text("department")), Post: a.Text("post"),
				State: State(a.Text("state")), Due: a.Day("due", "performance.wrong.day"), Review: a.Day("review", "performance.wrong.day"),
				System: a.Text("system"), Why: a.Words("why"),
			}
			for _, m := range a.Values["measures"] {
				f.Measures = append(f.Measures, MeasureID(m))
			}
			for _, c := range a.Values["money"] {
				kind, code, _ := strings.Cut(c, "/")
				f.Carriers = append(f.Carriers, Carrier{kind, code})
			}
			if a.Bad() {
				return "", "", nil
			}
			return initiativePath(d.ID), v.T("performance.form.saved"), s.Follow(v.Context(), d.ID, f)
		},
	})
}

// heading is the words of an initiative above a form.
func (d storyView) heading(v *web.Visit) string {
	text, _ := d.Words(v.Lang())
	return strings.TrimRight(text, "；。;")
}

func (d storyView) given() url.Values {
	g := web.Given("version", itoa(int(d.Version)), "department", d.Owner, "post", d.Outlook.Post, "state", string(d.State), "system", d.Outlook.System)
	web.GiveDay(g, "due", d.Due)
	web.GiveDay(g, "review", d.Review)
	for _, m := range d.Measures {
		g.Add("measures", string(m.ID))
	}
	for _, c := range d.Carriers {
		g.Add("money", c.Kind+"/"+c.Code)
	}
	return g
}

func (s *Service) askFollow(v *web.Visit, d storyView) ([]web.Question, error) {
	departments, err := s.departmentChoices(v)
	if err != nil {
		return nil, err
	}
	posts := []web.Choice{{Label: v.T("performance.follow.no-post")}}
	if s.Staff != nil {
		titles, err := s.Staff.Posts(v.Context(), d.Owner)
		if err != nil {
			return nil, err
		}
		for id, t := range titles {
			posts = append(posts, web.Choice{Value: id, Label: t.In(v.Lang())})
		}
		slices.SortFunc(posts[1:], func(a, b web.Choice) int { return strings.Compare(a.Label, b.Label) })
	}
	systems, err := s.systemChoices(v)
	if err != nil {
		return nil, err
	}
	money, err := s.moneyChoices(v, d.Head, d.Year)
	if err != nil {
		return nil, err
	}
	var known []Measure
	err = s.DB.Read(v.Context(), func(tx *db.Tx) (err error) {
		known, err = measures(tx, d.Head)
		return err
	})
	if err != nil {
		return nil, err
	}
	var all []web.Choice
	for _, m := range known {
		name, l := m.Name.With(v.Lang())
		all = append(all, web.Choice{Value: string(m.ID), Label: name, Lang: l})
	}
	out := []web.Question{
		web.Remember("version"), ask(v, web.AsRadios, "state", false, choices(v, "performance.state.", States()...)...),
		ask(v, web.AsSelect, "department", false, departments...), ask(v, web.AsSelect, "post", true, posts...),
		ask(v, web.AsDay, "due", true), ask(v, web.AsDay, "review", true),
		ask(v, web.AsSelect, "system", true, systems...),
	}
	if len(all) > 0 {
		out = append(out, ask(v, web.AsTick, "measures", true, all...))
	}
	if len(money) > 0 {
		out = append(out, ask(v, web.AsTick, "money", true, money...))
	}
	return append(out, ask(v, web.AsLines, "why", true)), nil
}

func (s *Service) departmentChoices(v *web.Visit) (out []web.Choice, err error) {
	if s.Staff == nil {
		return nil, nil
	}
	all, err := s.Staff.Departments(v.Context())
	for code, name := range all {
		out = append(out, web.Choice{Value: code, Label: code + " " + name.In(v.Lang())})
	}
	slices.SortFunc(out, func(a, b web.Choice) int { return strings.Compare(a.Value, b.Value) })
	return out, err
}

func (s *Service) newMilestone(v *web.Visit) error {
	d, err := s.atWork(v)
	if err != nil {
		return err
	}
	return v.Ask(web.Questions{
		Title: v.T("performance.milestone.add"), Lead: d.heading(v), Submit: v.T("performance.form.save"), Back: initiativePath(d.ID),
		Asked: append(askThree(v, "", false), ask(v, web.AsDay, "due", false)),
		Act: func(a *web.Answers) (string, string, error) {
			m := Milestone{Initiative: d.ID, Name: a.Three(""), Due: a.Day("due", "performance.wrong.day")}
			if a.Bad() {
				return "", "", nil
			}
			return initiativePath(d.ID), v.T("performance.form.saved"), s.PutMilestone(v.Context(), m)
		},
	})
}

func (s *Service) editMilestone(v *web.Visit) error {
	var m Milestone
	var i Initiative
	var department string
	err := s.DB.Read(v.Context(), func(tx *db.Tx) (err error) {
		if m, err = milestone(tx, v.PathValue("id")); err != nil {
			return err
		}
		if i, err = initiative(tx, m.Initiative); err != nil {
			return err
		}
		if department = i.Department; department == "" {
			department, err = owner(tx, i.Head)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := s.mayWork(v.Context(), department); err != nil {
		return err
	}
	g := web.Given("version", itoa(int(m.Version)))
	web.GiveThree(g, "", m.Name)
	web.GiveDay(g, "due", m.Due)
	web.GiveDay(g, "done", m.Done)
	return v.Ask(web.Questions{
		Title: v.T("performance.milestone.edit"), Submit: v.T("performance.form.save"), Back: initiativePath(i.ID), Given: g,
		Asked: append(append([]web.Question{web.Remember("version")}, askThree(v, "", false)...), ask(v, web.AsDay, "due", false), ask(v, web.AsDay, "done", true)),
		Act: func(a *web.Answers) (string, string, error) {
			m.Version, m.Name = int64(atoi(a.Text("version"))), a.Three("")
			m.Due, m.Done = a.Day("due", "performance.wrong.day"), a.Day("done", "performance.wrong.day")
			if a.Bad() {
				return "", "", nil
			}
			return initiativePath(i.ID), v.T("performance.form.saved"), s.PutMilestone(v.Context(), m)
		},
	})
}

func (s *Service) addEvidence(v *web.Visit) error { return s.addEntry(v, Evidence) }

func (s *Service) addReview(v *web.Visit) error { return s.addEntry(v, Review) }

func (s *Service) addEntry(v *web.Visit, kind string) error {
	d, err := s.atWork(v)
	if err != nil {
		return err
	}
	asked := []web.Question{ask(v, web.AsLines, "text", false)}
	if kind == Evidence {
		asked = append(asked, ask(v, web.AsText, "address", true),
			ask(v, web.AsTick, "open", true, web.Choice{Value: "yes", Label: v.T("performance.evidence.open")}))
	} else {
		asked = append(asked, ask(v, web.AsDay, "next", !d.State.Open()))
	}
	return v.Ask(web.Questions{
		Title: v.T("performance." + kind + ".add"), Lead: d.heading(v), Submit: v.T("performance.form.save"), Back: initiativePath(d.ID), Asked: asked,
		Act: func(a *web.Answers) (string, string, error) {
			e := Entry{Initiative: d.ID, Kind: kind, Text: a.Words("text"), Address: a.Text("address"), Open: a.Ticked("open", "yes")}
			next := a.Day("next", "performance.wrong.day")
			if a.Bad() {
				return "", "", nil
			}
			return initiativePath(d.ID), v.T("performance.form.saved"), s.AddEntry(v.Context(), e, next)
		},
	})
}

func (s *Service) settle(v *web.Visit) error {
	d, err := s.atWork(v)
	if err != nil {
		return err
	}
	return v.Ask(web.Questions{
		Title: v.T("performance.settle.title"), Lead: d.heading(v), Submit: v.T("performance.form.save"), Back: initiativePath(d.ID),
		Given: web.Given("version", itoa(int(d.Version)), "fate", string(d.Initiative.Fate), "why", d.FateWhy),
		Asked: []web.Question{
			web.Remember("version"), ask(v, web.AsRadios, "fate", false, append([]web.Choice{{Label: v.T("performance.settle.open")}}, choices(v, "performance.fate.", FateDone, FateDrop, Gone)...)...),
			ask(v, web.AsLines, "why", true),
		},
		Act: func(a *web.Answers) (string, string, error) {
			return initiativePath(d.ID), v.T("performance.form.saved"),
				s.Settle(v.Context(), d.ID, int64(atoi(a.Text("version"))), Fate(a.Text("fate")), a.Words("why"))
		},
	})
}

// linkView is a proposed link with both its ends.
type linkView struct {
	Link
	From, To Initiative
	Head     Head
}

func linkFacts(v *web.View, d linkView) []web.Entry {
	from, l := d.From.Words(v.Lang())
	to, m := d.To.Words(v.Lang())
	return []web.Entry{
		{Label: v.T("performance.match.earlier"), Value: from, Lang: l, Path: initiativePath(d.From.ID)},
		{Label: v.T("performance.match.later"), Value: to, Lang: m, Path: initiativePath(d.To.ID)},
		{Label: v.T("performance.match.why"), Value: v.Percent(itoa(d.Score/10)) + " " + sharedWords(v, d.Shared)},
	}
}

func (s *Service) decideLink(v *web.Visit) error {
	var d linkView
	err := s.DB.Read(v.Context(), func(tx *db.Tx) (err error) {
		if d.Link, err = link(tx, v.PathValue("id")); err != nil {
			return err
		}
		if d.From, err = initiative(tx, d.Earlier); err != nil {
			return err
		}
		if d.To, err = initiative(tx, d.Later); err != nil {
			return err
		}
		d.Head, err = headByNumber(tx, d.From.Head)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.mayWork(v.Context(), d.Head.Department); err != nil {
		return err
	}
	back := paperPath(d.From.Head, d.From.Year) + "/match"
	return v.Ask(web.Questions{
		Title: v.T("performance.match.decide"), Submit: v.T("performance.form.save"), Back: back, Above: linkPage(v.View, d),
		Given: web.Given("version", itoa(int(d.Version)), "decision", string(d.State), "relation", string(d.Relation), "note", d.Note),
		Asked: []web.Question{
			web.Remember("version"), ask(v, web.AsRadios, "decision", false, choices(v, "performance.decision.", Accepted, Rejected, Proposed)...),
			ask(v, web.AsRadios, "relation", false, choices(v, "performance.relation.", Relations()...)...), ask(v, web.AsLines, "note", true),
		},
		Act: func(a *web.Answers) (string, string, error) {
			return back, v.T("performance.form.saved"), s.DecideLink(v.Context(), d.ID, int64(atoi(a.Text("version"))),
				Decision(a.Text("decision")), Relation(a.Text("relation")), a.Words("note"))
		},
	})
}

func (s *Service) addSuccession(v *web.Visit) error {
	d, err := s.headOf(v)
	if err != nil {
		return err
	}
	if err := s.mayWork(v.Context(), d.Head.Department); err != nil {
		return err
	}
	var from, to []web.Choice
	for _, y := range d.Papers {
		name := v.T("performance.head.year", "head", y.Head, "year", y.Year)
		from = append(from, web.Choice{Value: y.Head + "/" + y.Year + "/", Label: name})
		for _, p := range d.Programmes {
			if p.Year == y.Year {
				c := web.Choice{Value: p.Head + "/" + p.Year + "/" + p.Number, Label: p.Year + " (" + p.Number + ") " + p.Name.TC, Lang: lang.TC}
				from, to = append(from, c), append(to, c)
			}
		}
	}
	others, err := s.otherHeads(v, d.Head)
	if err != nil {
		return err
	}
	from = append(from, others...)
	return v.Ask(web.Questions{
		Title: v.T("performance.history.add"), Submit: v.T("performance.form.save"), Back: headPath(d.Number) + "/history",
		Asked: append([]web.Question{
			ask(v, web.AsSelect, "from", false, from...), ask(v, web.AsSelect, "to", false, to...),
			ask(v, web.AsRadios, "kind", false, choices(v, "performance.succession.", SuccessionKinds()...)...),
		}, askThree(v, "reason-", false)...),
		Act: func(a *web.Answers) (string, string, error) {
			x := Succession{From: placeOf(a.Text("from")), To: placeOf(a.Text("to")), Kind: SuccessionKind(a.Text("kind")), Reason: a.Three("reason-")}
			return headPath(d.Number) + "/history", v.T("performance.form.saved"), s.Succeed(v.Context(), x)
		},
	})
}

// otherHeads are the heads from which money or duties may have come: each by its newest paper
// before the newest of this one.
func (s *Service) otherHeads(v *web.Visit, to Head) (out []web.Choice, err error) {
	all, err := s.Heads(v.Context())
	for _, h := range all {
		if h.Number == to.Number {
			continue
		}
		for i := len(h.Years) - 1; i >= 0; i-- {
			if h.Years[i] < to.Years[len(to.Years)-1] {
				name := v.T("performance.head.year", "head", h.Number, "year", h.Years[i])
				out = append(out, web.Choice{Value: h.Number + "/" + h.Years[i] + "/", Label: name + " " + h.Name.In(v.Lang())})
				break
			}
		}
	}
	return out, err
}

func placeOf(s string) (p Place) {
	parts := strings.SplitN(s, "/", 3)
	if len(parts) == 3 {
		p = Place{parts[0], parts[1], parts[2]}
	}
	return p
}

func (s *Service) removeSuccession(v *web.Visit) error {
	d, err := s.headOf(v)
	if err != nil {
		return err
	}
	if err := s.mayWork(v.Context(), d.Head.Department); err != nil {
		return err
	}
	return v.Ask(web.Questions{
		Title: v.T("performance.history.remove-title"), Lead: v.T("performance.history.remove-lead"), Submit: v.T("performance.history.remove"),
		Back: headPath(d.Number) + "/history", Danger: true,
		Act: func(*web.Answers) (string, string, error) {
			return headPath(d.Number) + "/history", v.T("performance.form.saved"), s.Unsucceed(v.Context(), d.Number, v.PathValue("id"))
		},
	})
}

func (s *Service) editMeasure(v *web.Visit) error {
	d, err := s.recordOf(v)
	if err != nil {
		return err
	}
	return s.askMeasure(v, d.Measure, measurePath(d.ID))
}

func (s *Service) newMeasure(v *web.Visit) error {
	h, err := s.Head(v.Context(), v.PathValue("head"))
	if err != nil {
		return err
	}
	return s.askMeasure(v, Measure{
		Head: h.Number, Year: h.Years[len(h.Years)-1], Kind: Indicator, Period: Calendar, Direction: Flat, Formula: Share,
		Days: defaultDays, Department: h.Department, State: MeasureDraft,
	}, headPath(h.Number))
}

func (s *Service) askMeasure(v *web.Visit, m Measure, back string) error {
	if err := s.mayWork(v.Context(), m.Department); err != nil {
		return err
	}
	streams := []web.Choice{{Label: v.T("performance.formula.entered")}}
	for _, st := range Streams() {
		streams = append(streams, web.Choice{Value: st.Name, Label: v.T("performance.stream." + st.Name)})
	}
	g := web.Given("version", itoa(int(m.Version)), "programme", m.Programme, "kind", string(m.Kind), "unit", m.Unit, "places", itoa(m.Places),
		"period", string(m.Period), "direction", string(m.Direction), "target", amountText(m.Target), "stream", m.Stream, "formula", string(m.Formula), "line", m.Line,
		"days", itoa(m.Days), "state", string(m.State), "numerator", m.Numerator, "denominator", m.Denominator)
	web.GiveThree(g, "", m.Name)
	web.GiveThree(g, "definition-", m.Definition)
	asked := append([]web.Question{web.Remember("version")}, askThree(v, "", false)...)
	for _, q := range askThree(v, "definition-", true) {
		q.As, q.MaxLength = web.AsLines, longestText
		asked = append(asked, q)
	}
	asked = append(
		asked, ask(v, web.AsText, "programme", false), ask(v, web.AsRadios, "kind", false, choices(v, "performance.kind.", Target, Indicator)...),
		ask(v, web.AsText, "target", true), ask(v, web.AsText, "unit", true), ask(v, web.AsText, "places", false),
		ask(v, web.AsRadios, "period", false, choices(v, "performance.period.", Calendar, Financial)...),
		ask(v, web.AsRadios, "direction", false, choices(v, "performance.direction.", Up, Down, Flat)...),
		ask(v, web.AsText, "numerator", true), ask(v, web.AsText, "denominator", true),
		ask(v, web.AsSelect, "stream", true, streams...), ask(v, web.AsRadios, "formula", false, choices(v, "performance.reckon.", Share, Sum, Count, Held, Used, Stock, Rate, Mean)...),
		ask(v, web.AsText, "line", true),
		ask(v, web.AsText, "days", false), ask(v, web.AsRadios, "state", false, choices(v, "performance.measure-state.", MeasureDraft, MeasurePublished, MeasureEnded)...),
	)
	return v.Ask(web.Questions{
		Title: v.T("performance.measure.edit"), Submit: v.T("performance.form.save"), Back: back, Given: g, Asked: asked,
		Act: func(a *web.Answers) (string, string, error) {
			m.Version, m.Name, m.Definition, m.Programme = int64(atoi(a.Text("version"))), a.Three(""), a.Three("definition-"), a.Text("programme")
			m.Kind, m.Unit, m.Places, m.Period = MeasureKind(a.Text("kind")), a.Words("unit"), atoi(a.Text("places")), PeriodKind(a.Text("period"))
			m.Direction, m.Stream, m.Formula, m.Days = Direction(a.Text("direction")), a.Text("stream"), Formula(a.Text("formula")), atoi(a.Text("days"))
			m.Line = a.Text("line")
			m.State, m.Numerator, m.Denominator, m.Target = MeasureState(a.Text("state")), a.Words("numerator"), a.Words("denominator"), nil
			if a.Text("target") != "" {
				d := a.Decimal("target", "performance.wrong.number")
				m.Target = &d
			}
			if a.Bad() {
				return "", "", nil
			}
			id, err := s.PutMeasure(v.Context(), m)
			return measurePath(id), v.T("performance.form.saved"), err
		},
	})
}

func (s *Service) giveValue(v *web.Visit) error {
	d, err := s.recordOf(v)
	if err != nil {
		return err
	}
	if err := s.mayWork(v.Context(), d.Measure.Department); err != nil {
		return err
	}
	period := v.Query.Get("period")
	if period == "" {
		period = d.Period.Before(v.Now().Day())
	}
	seen := -1
	if last, ok := lastOf(d.Values, period, Actual); ok {
		seen = last.Revision
	}
	name, _ := d.Name.With(v.Lang())
	return v.Ask(web.Questions{
		Title: v.T("performance.value.give"), Lead: name, Submit: v.T("performance.value.send"), Back: measurePath(d.ID),
		Given: web.Given("period", period, "role", string(Actual), "revision", itoa(seen)),
		Asked: []web.Question{
			web.Remember("revision"), ask(v, web.AsText, "period", false), ask(v, web.AsRadios, "role", false, choices(v, "performance.role.", Actual, Revised, Estimate, Plan)...),
			ask(v, web.AsText, "value", false), ask(v, web.AsText, "numerator", true), ask(v, web.AsText, "denominator", true),
			ask(v, web.AsLines, "evidence", true), ask(v, web.AsLines, "why", true),
		},
		Act: func(a *web.Answers) (string, string, error) {
			g := Given{
				Measure: d.ID, Period: a.Text("period"), Role: Role(a.Text("role")), Value: a.Decimal("value", "performance.wrong.number"),
				Evidence: a.Words("evidence"), Why: a.Words("why"), Revision: atoi(a.Text("revision")),
			}
			if g.Period != period || g.Role != Actual { // another period than the page was opened for
				g.Revision = -1
				if last, ok := lastOf(d.Values, g.Period, g.Role); ok {
					g.Revision = last.Revision
				}
			}
			for name, to := range map[string]**money.Decimal{"numerator": &g.Numerator, "denominator": &g.Denominator} {
				if a.Text(name) != "" {
					x := a.Decimal(name, "performance.wrong.number")
					*to = &x
				}
			}
			if a.Bad() {
				return "", "", nil
			}
			return measurePath(d.ID), v.T("performance.value.sent"), s.GiveValue(v.Context(), g)
		},
	})
}

func (s *Service) confirmValue(v *web.Visit) error {
	var x Value
	var m Measure
	err := s.DB.Read(v.Context(), func(tx *db.Tx) (err error) {
		if x, err = value(tx, v.PathValue("id")); err != nil {
			return err
		}
		m, err = measure(tx, x.Measure)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.mayWork(v.Context(), m.Department); err != nil {
		return err
	}
	name, _ := m.Name.With(v.Lang())
	return v.Ask(web.Questions{
		Title: v.T("performance.value.confirm"), Lead: name, Submit: v.T("performance.form.save"), Back: root + "/desk",
		Above: web.SummaryList(v.View, givenFacts(v.View, m, x)), Given: web.Given("version", itoa(int(x.Version))),
		Asked: []web.Question{web.Remember("version"), ask(v, web.AsRadios, "confirm", false, choices(v, "performance.confirm.", Confirmed, Refused)...)},
		Act: func(a *web.Answers) (string, string, error) {
			return root + "/desk", v.T("performance.form.saved"), s.ConfirmValue(v.Context(), x.ID, int64(atoi(a.Text("version"))), Confirmation(a.Text("confirm")))
		},
	})
}

func givenFacts(v *web.View, m Measure, x Value) []web.Entry {
	out := []web.Entry{
		{Label: v.T("performance.measure.period"), Value: x.Period + " " + v.T("performance.role."+string(x.Role))},
		{Label: v.T("performance.value.value"), Value: shown(v, m, x.Value)},
	}
	if p := parts(v, m, x); p != "" {
		out = append(out, web.Entry{Label: v.T("performance.value.parts"), Value: p})
	}
	if x.Source != "" {
		out = append(out, web.Entry{Label: v.T("performance.value.evidence"), Value: x.Source})
	}
	if x.Why != "" {
		out = append(out, web.Entry{Label: v.T("performance.value.why"), Value: x.Why})
	}
	return out
}
