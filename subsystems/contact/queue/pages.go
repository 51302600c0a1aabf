package queue

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/web"
)

const (
	boardPath   = "/contact/board"
	agentsPath  = "/contact/agents"
	callsPath   = "/contact/calls"
	planPath    = "/contact/plan"
	figuresPath = "/contact/figures"
	dataAPI     = "/api/contact/figures/quarters"
)

// mountPages registers the pages.
func (s *Service) mountPages(site *web.Site) {
	secret := web.Secret()
	both := func(path string, h web.Handler) {
		site.Page("GET "+path, h, secret)
		site.Page("POST "+path, h, secret)
	}
	site.Page("GET "+boardPath, s.showBoard, secret)
	both(boardPath+"/level", s.askLevel)
	site.Page("GET "+agentsPath, s.showAgents, secret)
	both(agentsPath+"/{account}", s.askAgent)
	site.Page("GET "+callsPath, s.showCalls, secret)
	site.Page("GET "+callsPath+"/{id}", s.showCall, secret)
	site.Page("POST "+callsPath+"/{id}/number", s.showNumber, secret)
	site.Page("GET "+planPath, s.showPlans, secret)
	site.Page("GET "+planPath+"/{day}", s.showPlan, secret)
	both(planPath+"/{day}/make", s.askPlan)
	site.Page("GET "+planPath+"/{day}/file", s.showPlanFile, secret)
	site.Page("POST "+planPath+"/{day}/file", s.doPlanFile, secret, web.Body(maxPlanFile+1<<16))
	site.Page("GET "+figuresPath, s.showFigures)
}

// face is what every page here needs.
type face struct {
	*web.Visit
	*Service
}

func (f face) read(fn func(tx *db.Tx) error) error { return f.DB.Read(f.Context(), fn) }

// centre is what most actions are about.
func centre() access.Resource { return access.Resource{Type: "Centre", ID: "centre"} }

func (f face) supervises() bool { return f.Can("queue.supervise", centre()) }

// account is the officer who looks at the page.
func (f face) account() string { return f.Actor().ID }

// agentName is an agent's post, or the account when nobody knows it.
func (f face) agentName(account string) string {
	if account == "" {
		return f.T("queue.nobody")
	}
	if f.Names != nil {
		if name := f.Names(f.Context(), account).In(f.Lang()); name != "" {
			return name
		}
	}
	return account
}

func (f face) skillName(skill string) string {
	switch skill {
	case "":
		return f.T("queue.any-skill")
	case AllSkills:
		return f.T("queue.all-skills")
	}
	if f.Service.Skills != nil {
		if name := f.Service.Skills(f.Context(), skill).In(f.Lang()); name != "" {
			return name
		}
	}
	return skill
}

func (f face) languageName(l string) string {
	if key := "queue.language." + l; f.Has(key) {
		return f.T(key)
	}
	return l
}

// percent is a share with one decimal.
func (f face) percent(x float64, ok bool) string {
	if !ok {
		return f.T("queue.no-figure")
	}
	return f.Percent(strconv.FormatFloat(100*x, 'f', 1, 64))
}

// mean is a mean with two decimals.
func (f face) mean(x float64, ok bool) string {
	if !ok {
		return f.T("queue.no-figure")
	}
	return f.Decimal(strconv.FormatFloat(x, 'f', 2, 64))
}

// length is a duration in words: seconds, and minutes from two on.
func (f face) length(d time.Duration, ok bool) string {
	switch {
	case !ok:
		return f.T("queue.no-figure")
	case d < 2*time.Minute:
		return f.T("queue.seconds", "count", int64(d/time.Second))
	}
	return f.T("queue.minutes", "count", int64(d.Round(time.Minute)/time.Minute))
}

func (f face) count(n int64) string { return f.Number(n) }

// cells is a row of texts.
func cells(texts ...string) web.Row {
	var r web.Row
	for _, t := range texts {
		r.Cells = append(r.Cells, web.Cell{Text: t})
	}
	return r
}

// heads are a table's columns by their words; all but the first are numeric.
func (f face) heads(keys ...string) (out []web.Column) {
	for i, k := range keys {
		out = append(out, web.Column{Head: f.T("queue.col." + k), Numeric: i > 0})
	}
	return out
}

// levelTag is a level as a shape and a word.
func (f face) levelTag(l Level) templ.Component {
	state := map[Level]web.State{Normal: web.Approved, Busy: web.Waiting, Overloaded: web.Late}[l]
	return web.Outcome(f.View, state, f.T("queue.level."+string(l)))
}

// noPage is an address that leads nowhere.
func noPage() error { return fault.New(fault.NotFound, "queue.fault.no-page") }
