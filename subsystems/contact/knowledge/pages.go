package knowledge

import (
	"time"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/limits"
	"praya/platform/search"
	"praya/platform/web"
)

const (
	rootPath    = "/contact"
	answersPath = rootPath + "/answers"
	agentPath   = rootPath + "/knowledge"
	deskPath    = agentPath + "/desk"
	writePath   = rootPath + "/write"
)

// Mount registers every route.
func (s *Service) Mount(site *web.Site) {
	secret := web.Secret()
	both := func(path string, h web.Handler, more ...web.Option) {
		site.Page("GET "+path, h, secret)
		site.Page("POST "+path, h, append(more, secret)...)
	}
	site.Page("GET "+answersPath, s.showAnswers)
	site.Page("GET "+answersPath+"/{code}", s.showAnswer)
	site.Page("POST "+answersPath+"/{code}/{helped}", s.takeHelped)

	site.Page("GET "+agentPath, s.showSearch, secret)
	site.Page("GET "+agentPath+"/articles/{code}", s.showArticle, secret)

	site.Page("GET "+deskPath, s.showDesk, secret)
	site.Page("GET "+deskPath+"/unanswered", s.showUnanswered, secret)
	both(deskPath+"/settled", s.askSettled)
	both(deskPath+"/new", s.askNew)
	site.Page("GET "+deskPath+"/export", s.export, secret, web.Uncompressed())
	both(deskPath+"/import", s.takeImport, web.Body(MaxShipped+1<<20), web.Patience(time.Minute))
	site.Page("GET "+deskPath+"/articles/{code}", s.showEdited, secret)
	both(deskPath+"/articles/{code}/edit", s.askEdit, web.Body(4<<20))
	both(deskPath+"/articles/{code}/publish", s.askPublish)
	both(deskPath+"/articles/{code}/review", s.askReview)
	both(deskPath+"/articles/{code}/withdraw", s.askWithdraw)
	site.Page("GET "+deskPath+"/articles/{code}/versions/{number}", s.showVersion, secret)
}

// face is what every page here needs.
type face struct {
	*web.Visit
	*Service
}

func (f face) read(fn func(tx *db.Tx) error) error { return f.DB.Read(f.Context(), fn) }

func (f face) write(fn func(tx *db.Tx) error) error { return f.DB.Write(f.Context(), fn) }

// by is the account of whoever acts.
func (f face) by() string { return f.Actor().ID }

// mine is the department of the officer who looks.
func (f face) mine() string { return f.Actor().Duty.Department }

func (f face) may(action string) error {
	return f.Allow("knowledge."+action, web.Resource{Type: "Centre", ID: "any"})
}

func article(department string) web.Resource {
	return web.Resource{Type: "Article", ID: "any", Attrs: map[string]any{"department": department}}
}

func (f face) departments(tx *db.Tx) (map[string]string, error) {
	all, err := f.Departments.Departments(tx)
	names := map[string]string{}
	for _, d := range all {
		names[d.Code] = d.Name.In(f.Lang())
	}
	return names, err
}

// result is an article that was found, on a page.
type result struct {
	Found
	path, department, tag string
	marks                 [][2]int
}

func (f face) results(all []Found, names map[string]string, under, words string) (out []result) {
	for _, x := range all {
		r := result{Found: x, path: under + "/" + x.Code, department: or(names[x.Department], x.Department)}
		if x.Draft {
			r.tag, r.path = f.T("knowledge.state.draft"), r.path+"?draft=yes"
		}
		if words != "" {
			for _, m := range search.Mark(x.Excerpt, words) {
				r.marks = append(r.marks, [2]int{m.From, m.To})
			}
		}
		out = append(out, r)
	}
	return out
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// words is an article's text in the reader's language, or the one that there is.
func (f face) words(a Article) templ.Component {
	text, l := a.Text.With(f.Lang())
	var parts []templ.Component
	if l != "" && l != f.Lang() && text != "" {
		parts = append(parts, sentence(f.T("knowledge.other-language", "language", l.Name())))
	}
	return stack(append(parts, body(tagOf(l), blocks(text))))
}

func tagOf(l lang.Lang) string {
	if l == "" {
		l = lang.TC
	}
	return l.Tag()
}

// crowded reports whether a visitor's network asks more than people do.
func (f face) crowded(what string, burst int, per time.Duration) (bool, error) {
	_, err := limits.Take(f.Context(), f.DB, "contact.knowledge."+what+"."+f.Client().String(), limits.Rate{Burst: burst, Per: per})
	if fault.Is(err, fault.TooMany) {
		return true, nil
	}
	return false, err
}

func state(s State) web.State {
	switch s {
	case Published:
		return web.Done
	case Withdrawn:
		return web.Withdrawn
	}
	return web.NotStarted
}

func (f face) stateTag(a Article) templ.Component {
	if a.Overdue(f.Now().Day()) {
		return web.Outcome(f.View, web.Late, f.T("knowledge.state.overdue"))
	}
	word := string(a.State)
	if a.State == Published && a.Open() {
		word = "changed"
	}
	return web.Outcome(f.View, state(a.State), f.T("knowledge.state."+word))
}

func (f face) field() web.Field {
	return web.Field{Name: "q", Label: f.T("knowledge.search.label"), Hint: f.T("knowledge.search.hint"), Value: cut(f.Query.Get("q"), maxQuery), MaxLength: maxQuery, Kind: "search", Optional: true}
}
