package votes

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/platform/web"
)

func asFault(err error) *fault.Fault {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// enter shows and takes the form of a kind of request.
func (s *Service) enter(v *web.Visit) error {
	d, err := s.officers(v, "votes.enter")
	if err != nil {
		return err
	}
	form, known := map[string]func(desk) (web.Questions, error){
		"payment": askPayment, "reversal": askReversal, "virement": askVirement, "supplement": askSupplement,
		"item": askItem, "estimate": askEstimate, "posts": askPosts, "plan": askPlan, "refund": askRefund,
	}[v.PathValue("what")]
	if !known {
		return fault.New(fault.NotFound, "votes.fault.kind")
	}
	q, err := form(d)
	if err != nil || q.Act == nil { // answered already
		return err
	}
	q.Submit = v.T("votes.enter.submit")
	if q.Back == "" {
		q.Back = d.path("")
	}
	if q.Title == "" {
		q.Title, q.Lead = v.T("votes.enter."+v.PathValue("what")+".title"), v.T("votes.enter."+v.PathValue("what")+".lead")
	}
	return v.Ask(q)
}

// sent asks for a change, and says whether it waits or is done.
func (d desk) sent(body Asked, reason string) (string, string, error) {
	r, err := d.Service.Ask(d.Context(), d.Code, body, reason)
	if err != nil {
		return "", "", err
	}
	if r.State == Approved {
		return d.path("/journal"), d.T("votes.enter.posted"), nil
	}
	return d.path("/queue/" + string(r.ID)), d.T("votes.enter.waits"), nil
}

func (d desk) ask(as web.Asked, name string, optional bool) web.Question {
	q := web.Question{As: as, Field: web.Field{Name: name, Label: d.T("votes.field." + name), Optional: optional, MaxLength: longest}}
	if d.Has("votes.hint." + name) {
		q.Hint = d.T("votes.hint." + name)
	}
	return q
}

// amount asks for dollars.
func (d desk) amount() web.Question {
	q := d.ask(web.AsText, "cents", false)
	q.Inputmode, q.Width, q.MaxLength = "decimal", "medium", 30
	return q
}

func dollarsOf(a *web.Answers) Cents {
	n := a.Decimal("cents", "votes.wrong.amount")
	c, err := CentsOf(n)
	a.Need(err == nil, "cents", "votes.wrong.amount")
	return c
}

func (d desk) today() url.Values {
	given := url.Values{}
	web.GiveDay(given, "day", d.Now().Day())
	return given
}

// linePart separates the parts of a line in an answer: subhead/component/item.
func lineAnswer(a *web.Answers, name string) (Place, string) {
	parts := strings.SplitN(a.Words(name), "/", 3)
	for len(parts) < 3 {
		parts = append(parts, "")
	}
	return Place{parts[0], parts[1]}, parts[2]
}

// lines asks for a line of the vote; withItems offers items where payments name them.
func (d desk) lines(name string, withItems bool) (web.Question, error) {
	q := d.ask(web.AsSelect, name, false)
	year, err := d.year()
	if err != nil {
		return q, err
	}
	o, err := d.Service.Overview(d.Context(), d.Code, year)
	if err != nil {
		return q, err
	}
	for _, x := range o.Subheads {
		var below []web.Choice
		if x.Code == Recurrent {
			for _, c := range x.Components {
				below = append(below, web.Choice{Value: x.Code + "/" + c.Code + "/", Label: labelled(x.Code, c.Name, d.Lang())})
			}
		}
		if withItems {
			for _, i := range o.Items {
				if i.Subhead == x.Code && (i.GoneFrom == "" || i.GoneFrom > year) {
					below = append(below, web.Choice{Value: x.Code + "//" + i.Code, Label: labelled(x.Code+"/"+i.Code, i.Name, d.Lang())})
				}
			}
		}
		if len(below) == 0 || !withItems && x.Code != Recurrent {
			below = []web.Choice{{Value: x.Code + "//", Label: labelled(x.Code, x.Name, d.Lang())}}
		}
		q.Choices = append(q.Choices, below...)
	}
	return q, nil
}

func askPayment(d desk) (web.Questions, error) {
	line, err := d.lines("line", true)
	given := d.today()
	given.Set("line", d.Query.Get("line"))
	return web.Questions{
		Asked: []web.Question{d.ask(web.AsDay, "day", false), line, d.amount(), d.ask(web.AsText, "text", false), d.ask(web.AsText, "reference", true)},
		Given: given,
		Act: func(a *web.Answers) (string, string, error) {
			place, item := lineAnswer(a, "line")
			p := Payment{
				Day: a.Day("day", "votes.wrong.day"), Subhead: place.Subhead, Component: place.Component, Item: item,
				Cents: dollarsOf(a), Text: a.Words("text"), Reference: a.Words("reference"),
			}
			if a.Bad() {
				return "", "", nil
			}
			return d.sent(Payments{[]Payment{p}}, "")
		},
	}, err
}

func askReversal(d desk) (web.Questions, error) {
	e, err := d.Service.Entry(d.Context(), d.Code, EntryID(d.Query.Get("entry")))
	return web.Questions{
		Title: d.T("votes.enter.reversal.title"), Lead: d.entryWord(e.ID), Back: d.path("/journal"), Danger: true,
		Asked: []web.Question{d.ask(web.AsDay, "day", false), d.ask(web.AsLines, "reason", false)}, Given: d.today(),
		Act: func(a *web.Answers) (string, string, error) {
			day := a.Day("day", "votes.wrong.day")
			if a.Bad() {
				return "", "", nil
			}
			return d.sent(Reversal{e.ID, day}, a.Words("reason"))
		},
	}, err
}

// askRefund asks for what came back of an earlier year; opened from a payment, with its line and year.
func askRefund(d desk) (web.Questions, error) {
	line, err := d.lines("line", true)
	if err != nil {
		return web.Questions{}, err
	}
	given := d.today()
	if id := d.Query.Get("entry"); id != "" {
		e, err := d.Service.Entry(d.Context(), d.Code, EntryID(id))
		if err != nil {
			return web.Questions{}, err
		}
		given.Set("year", e.Year)
		given.Set("line", e.Subhead+"/"+e.Component+"/"+e.Item)
		given.Set("reference", e.Reference)
	}
	year := d.ask(web.AsText, "year", false)
	year.Width, year.MaxLength = "short", 7
	return web.Questions{
		Asked: []web.Question{d.ask(web.AsDay, "day", false), year, line, d.amount(), d.ask(web.AsText, "reference", true), d.ask(web.AsLines, "reason", false)},
		Given: given,
		Act: func(a *web.Answers) (string, string, error) {
			place, item := lineAnswer(a, "line")
			r := Refund{
				Day: a.Day("day", "votes.wrong.day"), Year: web.HalfWidth(a.Text("year")), Subhead: place.Subhead, Component: place.Component, Item: item,
				Cents: dollarsOf(a), Reference: a.Words("reference"),
			}
			if a.Bad() {
				return "", "", nil
			}
			return d.sent(r, a.Words("reason"))
		},
	}, nil
}

func askVirement(d desk) (web.Questions, error) {
	from, err := d.lines("from", false)
	to := from
	to.Name, to.Label = "to", d.T("votes.field.to")
	return web.Questions{
		Asked: []web.Question{d.ask(web.AsDay, "day", false), from, to, d.amount(), d.ask(web.AsLines, "reason", false)}, Given: d.today(),
		Act: func(a *web.Answers) (string, string, error) {
			source, _ := lineAnswer(a, "from")
			target, _ := lineAnswer(a, "to")
			m := Virement{Day: a.Day("day", "votes.wrong.day"), From: source, To: target, Cents: dollarsOf(a)}
			if a.Bad() {
				return "", "", nil
			}
			return d.sent(m, a.Words("reason"))
		},
	}, err
}

func askSupplement(d desk) (web.Questions, error) {
	line, err := d.lines("line", true)
	if err != nil {
		return web.Questions{}, err
	}
	plain, err := d.lines("line", false)
	for _, c := range plain.Choices { // the subhead of items as well as each item
		known := false
		for _, k := range line.Choices {
			known = known || k.Value == c.Value
		}
		if !known {
			line.Choices = append(line.Choices, c)
		}
	}
	return web.Questions{
		Asked: []web.Question{d.ask(web.AsDay, "day", false), line, d.amount(), d.ask(web.AsText, "authority", false), d.ask(web.AsLines, "reason", false)}, Given: d.today(),
		Act: func(a *web.Answers) (string, string, error) {
			to, item := lineAnswer(a, "line")
			m := Supplement{Day: a.Day("day", "votes.wrong.day"), To: to, Item: item, Cents: dollarsOf(a), Authority: a.Words("authority")}
			if a.Bad() {
				return "", "", nil
			}
			return d.sent(m, a.Words("reason"))
		},
	}, err
}

func (d desk) three(names ...string) (out []web.Question) {
	for i, l := range []lang.Lang{lang.TC, lang.EN, lang.SC} {
		q := d.ask(web.AsText, names[i], l == lang.SC)
		q.Lang = l
		out = append(out, q)
	}
	return out
}

func askItem(d desk) (web.Questions, error) {
	year, err := d.year()
	if err != nil {
		return web.Questions{}, err
	}
	b, err := d.Service.Book(d.Context(), d.Code, year)
	if err != nil {
		return web.Questions{}, err
	}
	rules, err := d.Service.Rules(d.Context())
	subhead := d.ask(web.AsRadios, "subhead", false)
	for _, x := range b.Subheads {
		if rules.namesItems(d.Code, x.Code, year) {
			c := web.Choice{Value: x.Code, Label: labelled(x.Code, x.Name, d.Lang())}
			above, ok1 := rules.of(ItemAbove, d.Code, x.Code, year)
			upTo, ok2 := rules.of(ItemUpTo, d.Code, x.Code, year)
			if ok1 && ok2 {
				c.Hint = d.T("votes.hint.limits", "above", d.Decimal(above.String()), "up-to", d.Decimal(upTo.String()))
			}
			subhead.Choices = append(subhead.Choices, c)
		}
	}
	code := d.ask(web.AsText, "code", false)
	code.Width, code.MaxLength = "short", 24
	asked := append([]web.Question{d.ask(web.AsDay, "day", false), subhead, code}, d.three("tc", "en", "sc")...)
	return web.Questions{
		Asked: append(asked, d.amount(), d.ask(web.AsText, "supplier", true), d.ask(web.AsText, "authority", true), d.ask(web.AsLines, "reason", false)), Given: d.today(),
		Act: func(a *web.Answers) (string, string, error) {
			m := NewItem{
				Day: a.Day("day", "votes.wrong.day"), Code: a.Text("code"), Subhead: a.Text("subhead"), Name: a.Three(""), Cents: dollarsOf(a),
				Authority: a.Words("authority"), Supplier: a.Words("supplier"),
			}
			if a.Bad() {
				return "", "", nil
			}
			return d.sent(m, a.Words("reason"))
		},
	}, err
}

// askEstimate first asks which figure, then for the figure itself beside what it is now.
func askEstimate(d desk) (web.Questions, error) {
	if d.Query.Get("phase") == "" {
		return d.chooseFigure()
	}
	change := EstimateChange{Kind: LineKind(d.Query.Get("kind")), Code: d.Query.Get("code"), Year: d.Query.Get("of"), Phase: Phase(d.Query.Get("phase"))}
	if !change.Phase.valid() || shift(change.Year, 0) == "" || !d.Has("votes.line."+string(change.Kind)) {
		return web.Questions{}, fault.New(fault.NotFound, "votes.fault.no-book")
	}
	now, err := d.Service.Figure(d.Context(), d.Code, change.Kind, change.Code, change.Year, change.Phase)
	if err != nil {
		return web.Questions{}, err
	}
	if done, err := d.pin("was", written(now)); done {
		return web.Questions{}, err
	}
	if change.Was, err = figure(d.Query.Get("was")); err != nil {
		return web.Questions{}, fault.New(fault.Conflict, "votes.fault.moved")
	}
	thousands := d.ask(web.AsText, "thousands", false)
	thousands.Inputmode, thousands.Width, thousands.MaxLength = "decimal", "medium", 30
	return web.Questions{
		Title: d.T("votes.enter.estimate.of", "line", d.T("votes.line."+string(change.Kind))+" "+change.Code, "year", change.Year, "phase", d.T("votes.phase."+string(change.Phase))),
		Lead:  d.T("votes.enter.estimate.now", "figure", d.printed(written(change.Was))),
		Asked: []web.Question{thousands, d.ask(web.AsLines, "explanation", true)},
		Given: web.Given("thousands", written(change.Was)),
		Act: func(a *web.Answers) (string, string, error) {
			change.Thousands, change.Explanation = a.Decimal("thousands", "votes.wrong.amount"), a.Words("explanation")
			if a.Bad() {
				return "", "", nil
			}
			return d.sent(change, "")
		},
	}, nil
}

func (d desk) chooseFigure() (web.Questions, error) {
	year, err := d.year()
	if err != nil {
		return web.Questions{}, err
	}
	b, err := d.Service.Book(d.Context(), d.Code, year)
	if err != nil {
		return web.Questions{}, err
	}
	line := d.ask(web.AsSelect, "which", false)
	for _, l := range b.lines() {
		label := d.T("votes.line."+string(l.Kind)) + " " + labelled(l.Code, l.Name, d.Lang())
		if l.Kind != Ceilings {
			line.Choices = append(line.Choices, web.Choice{Value: string(l.Kind) + "/" + l.Code, Label: label})
		}
	}
	line.Choices = append(line.Choices, web.Choice{Value: string(Ceilings) + "/", Label: d.T("votes.line.ceiling")})
	of := d.ask(web.AsRadios, "of", false)
	for n := -1; n <= 1; n++ {
		of.Choices = append(of.Choices, web.Choice{Value: shift(year, n), Label: shift(year, n)})
	}
	phase := d.ask(web.AsRadios, "phase", false)
	for _, p := range []Phase{Revised, Original, Actual} {
		phase.Choices = append(phase.Choices, web.Choice{Value: string(p), Label: d.T("votes.phase." + string(p))})
	}
	return web.Questions{
		Asked: []web.Question{line, of, phase}, Given: web.Given("of", year, "phase", string(Revised)),
		Act: func(a *web.Answers) (string, string, error) {
			kind, code, ok := strings.Cut(a.Words("which"), "/")
			a.Need(ok, "which", "votes.wrong.line")
			a.Need(Phase(a.Text("phase")).valid(), "phase", "votes.wrong.phase")
			if a.Bad() {
				return "", "", nil
			}
			return d.path("/enter/estimate", "kind", kind, "code", code, "of", a.Text("of"), "phase", a.Text("phase")), d.T("votes.enter.estimate.chosen"), nil
		},
	}, nil
}

func askPosts(d desk) (web.Questions, error) {
	ranks, err := d.Service.Ranks(d.Context())
	if err != nil {
		return web.Questions{}, err
	}
	rank := d.ask(web.AsSelect, "rank", false)
	for i, r := range ranks {
		if i == 0 || ranks[i-1].Code != r.Code {
			rank.Choices = append(rank.Choices, web.Choice{Value: r.Code, Label: labelled(r.Code, r.Name, d.Lang())})
		}
	}
	year, err := d.year()
	if err != nil {
		return web.Questions{}, err
	}
	b, err := d.Service.Book(d.Context(), d.Code, year)
	programme := d.ask(web.AsSelect, "programme", false)
	for _, p := range b.Programmes {
		programme.Choices = append(programme.Choices, web.Choice{Value: p.Number, Label: "(" + p.Number + ") " + p.Name.In(d.Lang())})
	}
	delta := d.ask(web.AsText, "delta", false)
	delta.Width, delta.MaxLength = "short", 7
	permanent := d.ask(web.AsTick, "permanent", true)
	permanent.Choices = []web.Choice{{Value: "yes", Label: d.T("votes.posts.permanent")}}
	given := d.today()
	given.Set("permanent", "yes")
	return web.Questions{
		Asked: []web.Question{d.ask(web.AsDay, "day", false), rank, programme, delta, permanent, d.ask(web.AsLines, "reason", false), d.ask(web.AsText, "approval", true)}, Given: given,
		Act: func(a *web.Answers) (string, string, error) {
			n, err := strconv.ParseInt(strings.ReplaceAll(strings.TrimPrefix(a.Text("delta"), "+"), "−", "-"), 10, 64)
			a.Need(err == nil, "delta", "votes.wrong.delta")
			c := PostChange{
				Day: a.Day("day", "votes.wrong.day"), Rank: a.Text("rank"), Programme: a.Text("programme"), Delta: n, Permanent: a.Ticked("permanent", "yes"),
				Reason: a.Words("reason"), Approval: a.Words("approval"),
			}
			if a.Bad() {
				return "", "", nil
			}
			return d.sent(PostChanges{[]PostChange{c}}, "")
		},
	}, err
}

// askPlan asks for what is meant to be spent: of a subhead in each month, of an item in a year.
func askPlan(d desk) (web.Questions, error) {
	kind, code := LineKind(d.Query.Get("kind")), d.Query.Get("code")
	if kind != Subheads && kind != Items || !codeForm.MatchString(code) {
		return web.Questions{}, fault.New(fault.NotFound, "votes.fault.no-subhead")
	}
	year, err := d.year()
	if err != nil {
		return web.Questions{}, err
	}
	part := d.Query.Get("part") // a month of a subhead, a year of an item
	if part == "" {
		return d.choosePart(kind, code, year)
	}
	p := Plan{Kind: kind, Code: code, Year: part}
	if kind == Subheads {
		p.Month = Month(part)
		p.Year = p.Month.Year()
	}
	if shift(p.Year, 0) == "" {
		return web.Questions{}, fault.New(fault.NotFound, "votes.fault.no-year")
	}
	plans, err := d.Service.Plans(d.Context(), d.Code, kind, code, p.Year)
	if err != nil {
		return web.Questions{}, err
	}
	for _, x := range plans {
		if x.Month == p.Month {
			p = x
		}
	}
	if done, err := d.pin("version", strconv.FormatInt(p.Version, 10)); done {
		return web.Questions{}, err
	}
	return web.Questions{
		Title: d.T("votes.enter.plan.of", "line", d.T("votes.line."+string(kind))+" "+code, "part", part), Lead: d.T("votes.enter.plan.lead"),
		Asked: []web.Question{d.amount()}, Given: web.Given("cents", p.Cents.Dollars().String()),
		Act: func(a *web.Answers) (string, string, error) {
			p.Cents = dollarsOf(a)
			version, err := strconv.ParseInt(d.Query.Get("version"), 10, 64)
			if err != nil {
				return "", "", fault.New(fault.Conflict, "votes.fault.moved")
			}
			p.Version = version
			if a.Bad() {
				return "", "", nil
			}
			next := d.path("/subheads/" + code)
			if kind == Items {
				next = d.path("/commitments/" + code)
			}
			return next, d.T("votes.enter.plan.done"), d.Service.SetPlan(d.Context(), d.Code, p)
		},
	}, nil
}

func (d desk) choosePart(kind LineKind, code, year string) (web.Questions, error) {
	part := d.ask(web.AsSelect, "part", false)
	if kind == Subheads {
		for _, m := range MonthsOf(year) {
			y, month := m.parts()
			part.Choices = append(part.Choices, web.Choice{Value: string(m), Label: d.Month(y, month)})
		}
	} else {
		for n := range 6 {
			part.Choices = append(part.Choices, web.Choice{Value: shift(year, n), Label: shift(year, n)})
		}
	}
	return web.Questions{
		Asked: []web.Question{part},
		Act: func(a *web.Answers) (string, string, error) {
			return d.path("/enter/plan", "kind", string(kind), "code", code, "part", a.Text("part")), d.T("votes.enter.estimate.chosen"), nil
		},
	}, nil
}

// dayOf and decimalOf read cells of a sheet, half width and with grouping.
func dayOf(s string) (when.Day, error) { return when.ParseDay(web.HalfWidth(s)) }

func decimalOf(s string) (money.Decimal, error) {
	return money.Parse(strings.ReplaceAll(strings.ReplaceAll(web.HalfWidth(s), ",", ""), " ", ""))
}
