package queue

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/web"
)

// screenSeconds is how often a screen on the wall asks anew. Only that: a page that somebody works
// on does not change under them.
const screenSeconds = 10

// showBoard is the queue as it stands. With ?screen=1 the page comes again by itself.
func (s *Service) showBoard(v *web.Visit) error {
	f := face{v, s}
	if err := v.Allow("queue.board", centre()); err != nil {
		return err
	}
	var b Board
	if err := f.read(func(tx *db.Tx) (err error) { b, err = s.Board(tx); return err }); err != nil {
		return err
	}
	again := web.Crumb{Text: v.T("queue.board.by-itself"), Path: boardPath + "?screen=1"}
	if v.Query.Get("screen") == "1" {
		v.W.Header().Set("Refresh", strconv.Itoa(screenSeconds))
		again = web.Crumb{Text: v.T("queue.board.stay"), Path: boardPath}
	}
	parts := []templ.Component{
		f.levelTag(b.Level.Level()), sentence(f.levelSays(b.Level)),
		web.DataTable(v.View, f.linesTable(b)), web.DataTable(v.View, f.statesTable(b)), web.DataTable(v.View, f.targetsTable("today", v.T("queue.board.today"), b.Today)),
		web.DataTable(v.View, f.outcomesTable(b.Today)),
		sentence(v.T("queue.board.as-of", "at", v.Now())),
		ways(v.View, append([]web.Crumb{again, {Text: v.T("queue.calls.title"), Path: callsPath}, {Text: v.T("queue.figures.title"), Path: figuresPath}}, f.deskWays()...)),
	}
	return v.Render(web.Page{Title: v.T("queue.board.title"), Wide: true, Secret: true}, stack(parts))
}

// deskWays lead a supervisor on.
func (f face) deskWays() (out []web.Crumb) {
	if f.supervises() {
		out = []web.Crumb{{Text: f.T("queue.level.title"), Path: boardPath + "/level"}, {Text: f.T("queue.agents.title"), Path: agentsPath}}
	}
	if f.Can("queue.plan", centre()) {
		out = append(out, web.Crumb{Text: f.T("queue.plan.title"), Path: planPath})
	}
	return out
}

func (f face) levelSays(s Standing) string {
	if s.Override != "" {
		return f.T("queue.level.by-hand", "who", f.agentName(s.By), "at", s.At, "reason", s.Reason)
	}
	return f.T("queue.level.by-rule")
}

func (f face) linesTable(b Board) web.Table {
	t := web.Table{ID: "lines", Caption: f.T("queue.board.lines"), Mode: web.Figures, Columns: f.heads("language", "waiting", "longest")}
	for _, l := range b.Lines {
		longest := f.T("queue.nobody-waits")
		if l.Waiting > 0 {
			longest = f.length(l.Longest, true)
		}
		t.Rows = append(t.Rows, cells(f.languageName(l.Language), f.count(int64(l.Waiting)), longest))
	}
	t.Rows = append(t.Rows, cells(f.T("queue.board.promised"), f.count(int64(b.Promised)), f.T("queue.board.keeps")))
	return t
}

func (f face) statesTable(b Board) web.Table {
	t := web.Table{ID: "states", Caption: f.T("queue.board.agents"), Mode: web.Figures, Columns: f.heads("state", "agents")}
	for _, st := range AgentStates() {
		t.Rows = append(t.Rows, cells(f.T("queue.state."+string(st)), f.count(int64(b.Agents[st]))))
	}
	return t
}

// targetsTable sets what was measured beside what is promised, with what was divided by what.
func (f face) targetsTable(id, caption string, t Tally) web.Table {
	p := Promised()
	inTime, a := t.InTime()
	first, b := t.AtFirst()
	rated, c := t.Satisfaction()
	out := web.Table{ID: id, Caption: caption, Mode: web.Figures, Columns: f.heads("measure", "measured", "promised", "numerator", "denominator")}
	out.Rows = []web.Row{
		cells(f.T("queue.measure.in-time", "seconds", f.target()), f.percent(inTime, a), f.percent(p.InTime, true), f.count(t.Within), f.count(t.Offered)),
		cells(f.T("queue.measure.at-first"), f.percent(first, b), f.percent(p.AtFirst, true), f.count(t.Settled), f.count(t.Enquiries)),
		cells(f.T("queue.measure.satisfaction"), f.mean(rated, c), f.mean(p.Satisfaction, true), f.count(t.RatingSum), f.count(t.Ratings)),
	}
	return out
}

// target is how many seconds an answer in time may take.
func (f face) target() int64 { return int64(f.Service.Rules.filled().Target.Seconds()) }

// askLevel lets a supervisor set the level, or give it back to the rule.
func (s *Service) askLevel(v *web.Visit) error {
	f := face{v, s}
	if err := v.Allow("queue.supervise", centre()); err != nil {
		return err
	}
	st, err := s.Level(v.Context())
	if err != nil {
		return err
	}
	choices := []web.Choice{{Value: "rule", Label: v.T("queue.level.rule"), Hint: v.T("queue.level.rule-now", "level", v.T("queue.level."+string(st.ByRule)))}}
	for _, l := range Levels() {
		choices = append(choices, web.Choice{Value: string(l), Label: v.T("queue.level." + string(l)), Hint: v.T("queue.level.hint." + string(l))})
	}
	now := "rule"
	if st.Override != "" {
		now = string(st.Override)
	}
	return v.Ask(web.Questions{
		Title: v.T("queue.level.title"), Lead: f.levelSays(st), Submit: v.T("queue.level.set"), Back: boardPath,
		Given: web.Given("level", now, "reason", st.Reason),
		Asked: []web.Question{
			{As: web.AsRadios, Field: web.Field{Name: "level", Label: v.T("queue.level.ask")}, Choices: choices},
			{Field: web.Field{Name: "reason", Label: v.T("queue.level.reason"), Hint: v.T("queue.level.reason-hint"), MaxLength: 200}},
		},
		Act: func(a *web.Answers) (string, string, error) {
			l := Level(a.Text("level"))
			if l == "rule" {
				l = ""
			}
			reason := a.Words("reason")
			if !a.Need(l == "" || rankOf(l) >= 0, "level", "queue.fault.level") || !a.Need(l == "" || reason != "" && len(reason) <= 600, "reason", "queue.wrong.reason") {
				return "", "", nil
			}
			return boardPath, v.T("queue.level.done"), s.Override(v.Context(), l, reason)
		},
	})
}

// showAgents lists the agents for a supervisor: by account, without any ranking.
func (s *Service) showAgents(v *web.Visit) error {
	f := face{v, s}
	if err := v.Allow("queue.supervise", centre()); err != nil {
		return err
	}
	list, err := s.Agents(v.Context())
	if err != nil {
		return err
	}
	t := web.Table{
		ID: "agents", Caption: v.T("queue.agents.caption"), Empty: web.Empty{Why: v.T("queue.agents.none"), Next: v.T("queue.agents.new"), Path: agentsPath + "/new"},
		Columns: []web.Column{{Head: v.T("queue.col.agent")}, {Head: v.T("queue.col.languages")}, {Head: v.T("queue.col.skills")}, {Head: v.T("queue.col.state")}},
	}
	for _, a := range list {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: f.agentName(a.Account), Path: agentsPath + "/" + url.PathEscape(a.Account)},
			{Text: f.named(a.Languages, f.languageName)},
			{Text: f.named(a.Skills, f.skillName)},
			{Text: v.T("queue.state." + string(a.State)), Small: v.T("queue.since", "at", a.Since)},
		}})
	}
	return v.Render(web.Page{Title: v.T("queue.agents.title"), Crumbs: f.crumbs(), Wide: true, Secret: true},
		stack([]templ.Component{web.DataTable(v.View, t), ways(v.View, []web.Crumb{{Text: v.T("queue.agents.new"), Path: agentsPath + "/new"}})}))
}

func (f face) crumbs() []web.Crumb {
	return []web.Crumb{{Text: f.T("queue.board.title"), Path: boardPath}}
}

// named joins the names of codes.
func (f face) named(codes []string, name func(string) string) string {
	if len(codes) == 0 {
		return f.T("queue.none")
	}
	var out []string
	for _, c := range codes {
		out = append(out, name(c))
	}
	return f.List(out...)
}

// askAgent keeps an agent's languages and skills; "new" makes one.
func (s *Service) askAgent(v *web.Visit) error {
	f := face{v, s}
	if err := v.Allow("queue.supervise", centre()); err != nil {
		return err
	}
	account := v.PathValue("account")
	q := web.Questions{Title: v.T("queue.agents.new"), Submit: v.T("queue.agents.keep"), Back: agentsPath, Given: url.Values{}}
	if account == "new" {
		q.Asked = append(q.Asked, web.Question{Field: web.Field{Name: "account", Label: v.T("queue.agents.account"), Hint: v.T("queue.agents.account-hint"), MaxLength: 100}})
	} else {
		var k kept
		if err := f.read(func(tx *db.Tx) (err error) { k, err = agentOf(tx, account); return err }); err != nil {
			return err
		}
		q.Title = f.agentName(account)
		q.Given["languages"], q.Given["skills"] = k.Languages, []string{strings.Join(k.Skills, " ")}
	}
	var choices []web.Choice
	for _, l := range Languages() {
		choices = append(choices, web.Choice{Value: l, Label: f.languageName(l)})
	}
	q.Asked = append(
		q.Asked, web.Question{As: web.AsTick, Field: web.Field{Name: "languages", Label: v.T("queue.col.languages")}, Choices: choices},
		web.Question{Field: web.Field{Name: "skills", Label: v.T("queue.col.skills"), Hint: v.T("queue.agents.skills-hint"), Optional: true, MaxLength: 1000}},
	)
	q.Act = func(a *web.Answers) (string, string, error) {
		name := account
		if name == "new" {
			name = a.Text("account")
		}
		next := Agent{Account: name, Languages: a.Values["languages"], Skills: strings.Fields(a.Text("skills"))}
		if err := next.check(); err != nil {
			for _, w := range asFault(err).Fields {
				a.Wrong(w.Name, w.Key)
			}
			return "", "", nil
		}
		return agentsPath, v.T("queue.agents.kept"), s.PutAgent(v.Context(), next)
	}
	return v.Ask(q)
}

// asFault is the fault in an error, which must be one.
func asFault(err error) *fault.Fault {
	f, _ := err.(*fault.Fault) //nolint:errorlint // check gives nothing else
	return f
}
