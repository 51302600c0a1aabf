package governance

import (
	"context"
	"io"
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/web"
)

const base = "/governance"

func (s *Service) reader(ctx context.Context, v *web.View) (reader, error) {
	offices, err := s.departments(ctx)
	return reader{View: v, offices: offices}, err
}

// asPublic is a context in which nobody is signed in: what open data are made of.
func asPublic(ctx context.Context) context.Context {
	r := who.From(ctx)
	r.Actor = who.Actor{Kind: who.Public}
	return who.With(ctx, r)
}

// showList shows one of the lists.
func (s *Service) showList(name string, read lister) web.Handler {
	return func(v *web.Visit) error {
		if len(v.Query.Get("q")) > longestLine {
			return fault.New(fault.Invalid, "governance.fault.query-long")
		}
		r, err := s.reader(v.Context(), v.View)
		if err != nil {
			return err
		}
		rows, err := read(v.Context(), r)
		if err != nil {
			return err
		}
		d := rows.page(r)
		d.CSV = v.Plain("/api/governance/" + name + ".csv?" + v.Query.Encode())
		if s.deskOf(v) {
			d.CSV = v.Link(base + "/desk/export/" + name + "?" + v.Query.Encode())
		}
		d.Links = s.listLinks(v, name)
		lead := v.T("governance." + name + ".lead")
		return v.Render(web.Page{
			Title: v.T("governance." + name + ".title"), Lead: lead, Description: lead, Wide: true,
			Crumbs: []web.Crumb{{Text: v.T("governance.title"), Path: base}},
		}, listPage(v.View, d))
	}
}

// deskOf reports whether the visitor has a desk: sees the drafts of some department.
func (s *Service) deskOf(v *web.Visit) bool {
	return s.can(v.Context(), "see", v.Actor().Duty.Department)
}

// listLinks lead to what the visitor may do with a list.
func (s *Service) listLinks(v *web.Visit, name string) (out []link) {
	own := v.Actor().Duty.Department
	add := func(action, key, path string) {
		if own != "" && s.can(v.Context(), action, own) {
			out = append(out, link{v.T("governance.act." + key), base + path})
		}
	}
	switch name {
	case "systems":
		add("register", "new-system", "/systems/new")
	case "plans":
		add("keep", "new-plan", "/plans/new")
	case "projects":
		add("keep", "new-project", "/projects/new")
		add("import", "import", "/import")
	case "returns":
		years, err := s.Years(v.Context())
		if err == nil { // without it the list still stands
			for _, year := range fiveYears(years) {
				out = append(out, link{v.T("governance.rates.title", "year", strconv.Itoa(year)), base + "/rates/" + strconv.Itoa(year)})
			}
		}
		add("compile", "compile", "/compile")
	case "work":
		add("keep", "new-order", "/work/new")
		add("import", "import", "/import")
	case "levels":
		add("register", "new-level", "/levels/new")
	case "audits":
		add("review", "new-audit", "/audits/new")
	}
	return out
}

// downloadList sends a list as CSV as anybody may have it.
func (s *Service) downloadList(name string, read lister) web.Handler {
	return func(v *web.Visit) error { return s.sendList(v, asPublic(v.Context()), name, "", read) }
}

// sendDescriptor describes the files that downloadList sends.
func (s *Service) sendDescriptor(v *web.Visit) error {
	ctx := asPublic(v.Context())
	r, err := s.reader(ctx, v.View)
	if err != nil {
		return err
	}
	r.whole = true
	all := map[string]list{}
	for name, read := range s.lists() {
		if all[name], err = read(ctx, r); err != nil {
			return err
		}
	}
	body, err := descriptor(v.Texts, all)
	if err != nil {
		return err
	}
	return v.Download("datapackage.json", "application/json", func(w io.Writer) error {
		_, err := w.Write(body)
		return err
	})
}

// exportList sends a list as CSV with what the visitor may see.
func (s *Service) exportList(v *web.Visit) error {
	if err := s.may(v.Context(), "see", v.Actor().Duty.Department); err != nil {
		return err
	}
	name := v.PathValue("list")
	read, ok := s.lists()[name]
	if !ok {
		return hidden("list")
	}
	return s.sendList(v, v.Context(), name, byteOrderMark, read)
}

func (s *Service) sendList(v *web.Visit, ctx context.Context, name, mark string, read lister) error { //nolint:revive // the context is another one than the visit's
	r, err := s.reader(ctx, v.View)
	if err != nil {
		return err
	}
	r.whole = true
	rows, err := read(ctx, r)
	if err != nil {
		return err
	}
	return v.Download(name+".csv", "text/csv; charset=utf-8", func(w io.Writer) error {
		if _, err := io.WriteString(w, mark); err != nil {
			return err
		}
		return rows.csv(w, v.Query)
	})
}

func systemTag(v *web.View, s SystemState) templ.Component {
	state := map[SystemState]web.State{Building: web.InProgress, Live: web.Done, Retired: web.Withdrawn}[s]
	return web.Outcome(v, state, v.T("governance.state."+string(s)))
}

func planTag(v *web.View, standing string) templ.Component {
	state := map[string]web.State{"current": web.Done, "coming": web.NotStarted, "past": web.Withdrawn, "withdrawn": web.Withdrawn}[standing]
	return web.Outcome(v, state, v.T("governance.standing."+standing))
}

// projectTag says first what somebody must do something about.
func projectTag(v *web.View, x ProjectView) templ.Component {
	switch {
	case x.Late:
		return web.Outcome(v, web.Late, v.T("governance.stage.late"))
	case x.Behind:
		return web.Outcome(v, web.Late, v.T("governance.stage.behind"))
	}
	state := map[Stage]web.State{
		Proposed: web.NotStarted, Approved: web.Approved, Running: web.InProgress, Finished: web.Done, Shelved: web.Withdrawn, Withdrawn: web.Withdrawn,
	}[x.Stage]
	return web.Outcome(v, state, v.T("governance.stage."+string(x.Stage)))
}

func answerTag(v *web.View, yes bool) templ.Component {
	if yes {
		return web.Outcome(v, web.Done, v.T("governance.answer.yes"))
	}
	return web.Outcome(v, web.Failed, v.T("governance.answer.no"))
}

func returnTag(v *web.View, s ReturnState) templ.Component {
	state := map[ReturnState]web.State{Filed: web.Waiting, Confirmed: web.Done, Superseded: web.Withdrawn, TakenBack: web.Withdrawn}[s]
	return web.Outcome(v, state, v.T("governance.return-state."+string(s)))
}

func levelTag(v *web.View, judged string) templ.Component {
	state := map[string]web.State{"met": web.Done, "missed": web.Failed, "not-judged": web.NotStarted}[judged]
	return web.Outcome(v, state, v.T("governance.judged."+judged))
}

func findingTag(v *web.View, s FindingStatus, late bool) templ.Component {
	if late {
		return web.Outcome(v, web.Late, v.T("governance.finding.late-"+string(s)))
	}
	state := map[FindingStatus]web.State{
		FindingOpen: web.Waiting, FindingAccepted: web.InProgress, FindingDone: web.Done, FindingNotAccepted: web.Refused,
	}[s]
	return web.Outcome(v, state, v.T("governance.finding."+string(s)))
}

// sheetView is a page about one thing: what it is, tables of what belongs to it, what may be
// done with it, and its history.
type sheetView struct {
	Invented bool
	Warning  []string
	Facts    []web.Entry
	Acts     []link
	Parts    []sheetPart
	Steps    []web.Event
}

type sheetPart struct {
	Title string
	Text  string
	Table *web.Table
	Facts []web.Entry
	Acts  []link
	Steps []web.Event
}

func (d *sheetView) fact(label, value string, l lang.Lang) {
	if value != "" {
		d.Facts = append(d.Facts, web.Entry{Label: label, Value: value, Lang: l})
	}
}

// thing is the page of a thing of a list.
func (s *Service) thing(v *web.Visit, name, title string, l lang.Lang, d sheetView) error {
	return v.Render(web.Page{
		Title: title, Lang: l, Wide: true,
		Crumbs: []web.Crumb{{Text: v.T("governance.title"), Path: base}, {Text: v.T("governance." + name + ".title"), Path: base + "/" + name}},
	}, thingPage(v.View, d))
}

// history writes steps for people: what, by which department, why.
func (r reader) history(steps []Step) (out []web.Event) {
	for _, x := range steps {
		what := r.T("governance.step." + x.What)
		if x.Why != "" {
			what = r.T("governance.step.why", "what", what, "why", x.Why)
		}
		by, _ := r.office(x.Department)
		out = append(out, web.Event{When: r.Instant(x.At), What: what, Who: by})
	}
	return out
}

// period writes a period; one without a last day goes on.
func (r reader) period(p Period) string {
	if p.To.IsZero() {
		return r.T("governance.period.from", "from", r.Date(p.From))
	}
	return r.T("governance.period.both", "from", r.Date(p.From), "to", r.Date(p.To))
}

// schedule writes what a baseline promises.
func (r reader) schedule(p Schedule) string {
	days := ""
	if !p.Start.IsZero() && !p.End.IsZero() {
		days = r.period(Period{p.Start, p.End})
	}
	switch {
	case days == "":
		return r.thousands(p.CostThousands)
	case !p.CostThousands.Known:
		return days
	}
	return r.pair(days, r.thousands(p.CostThousands))
}

// pair sets two facts beside each other.
func (r reader) pair(a, b string) string { return r.T("governance.list.pair", "a", a, "b", b) }

func (r reader) thousands(f Figure) string {
	if !f.Known {
		return r.T("governance.unknown")
	}
	return r.T("governance.thousands", "figure", r.Decimal(f.String()))
}
