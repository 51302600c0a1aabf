package licences

import (
	"net/netip"
	"time"

	"github.com/a-h/templ"

	"praya/kernel/lang"
	"praya/platform/limits"
	"praya/platform/web"
)

const (
	publicPath = "/licences"
	deskPath   = publicPath + "/desk"
	pageSize   = 25
)

// mountPages registers the pages.
func (s *Service) mountPages(site *web.Site) {
	lookup := s.lookups()
	site.Page("GET "+publicPath, s.showRegister)
	site.Page("GET "+publicPath+"/export", s.exportRegister, web.Patience(5*time.Minute))
	site.Page("GET "+verifyPath, s.showVerify, web.Limit(func(v *web.Visit) error {
		if v.Query.Get("number") == "" {
			return nil // a code cannot be guessed
		}
		return lookup(v)
	}))
	site.Page("GET "+publicPath+"/{number}", s.showPublic, web.Limit(lookup))

	secret := web.Secret()
	site.Page("GET "+ownPath, s.showOwns, secret)
	site.Page("GET "+ownPath+"/{id}", s.showOwn, secret)
	site.Page("GET "+ownPath+"/{id}/print", s.printOwn, secret)
	site.Page("GET "+ownPath+"/{id}/proof/{change}", s.proveOwn, secret)

	site.Page("GET "+deskPath, s.showDesk, secret)
	site.Page("GET "+deskPath+"/{id}", s.showInspected, secret)
	site.Page("GET "+deskPath+"/{id}/{act}", s.askAct, secret)
	site.Page("POST "+deskPath+"/{id}/{act}", s.askAct, secret)
}

// lookups limits what one network may type: thirty numbers at once, and one each two seconds. With
// 40 random bits in a number, nobody walks through the register so.
func (s *Service) lookups() func(*web.Visit) error {
	rate := limits.Rate{Burst: 30, Per: 2 * time.Second}
	return func(v *web.Visit) error {
		_, err := limits.Take(v.Context(), s.DB, "licences.lookup "+network(v.Client()), rate)
		return err
	}
}

// network is whom a limit by address counts: a household has a whole /64 of IPv6.
func network(a netip.Addr) string {
	if p, err := a.Prefix(64); err == nil && a.Is6() {
		return p.String()
	}
	return a.String()
}

// face is what every page here needs.
type face struct {
	*web.Visit
	*Service
}

// tagOf is the shape of a state.
func tagOf(st State) web.State {
	return map[State]web.State{
		Valid: web.Approved, Suspended: web.Waiting, Revoked: web.Refused, Surrendered: web.Withdrawn, Expired: web.Late, Coming: web.InProgress,
	}[st]
}

func (f face) tag(st State) templ.Component {
	return web.Outcome(f.View, tagOf(st), f.T("licences.state."+string(st)))
}

// department is a department's name; its code where nobody knows it.
func (f face) department(code string) (string, lang.Lang) {
	t, err := f.Departments.Department(f.Context(), code)
	if err != nil {
		return code, ""
	}
	return t.With(f.Lang())
}

func (f face) departmentEntry(code string) web.Entry {
	name, l := f.department(code)
	return web.Entry{Label: f.T("licences.col.department"), Value: name, Lang: l}
}

// states are the choices of a filter.
func (f face) states() []web.Choice {
	out := []web.Choice{{Value: "", Label: f.T("licences.all-states")}}
	for _, st := range []State{Valid, Suspended, Expired, Revoked, Surrendered, Coming} {
		out = append(out, web.Choice{Value: string(st), Label: f.T("licences.state." + string(st)), Chosen: f.Query.Get("state") == string(st)})
	}
	return out
}

// kinds are the choices of a filter, of those kinds that are wanted.
func (f face) kinds(all []Kind, want func(Kind) bool) []web.Choice {
	out := []web.Choice{{Value: "", Label: f.T("licences.all-kinds")}}
	for _, k := range all {
		if want(k) {
			name, l := k.Name.With(f.Lang())
			out = append(out, web.Choice{Value: k.Code, Label: name, Lang: l, Chosen: f.Query.Get("kind") == k.Code})
		}
	}
	return out
}

// filter reads what a list is narrowed by.
func (f face) filter() Filter {
	return Filter{Kind: cutText(f.Query.Get("kind"), 40), State: State(cutText(f.Query.Get("state"), 20)), Words: cutText(f.Query.Get("q"), 100)}
}

func cutText(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

func (f face) filterForm(action string, kinds []web.Choice) templ.Component {
	return filterForm(f.View, action,
		web.Field{Name: "q", Label: f.T("licences.words"), Hint: f.T("licences.words-hint"), Value: f.Query.Get("q"), Optional: true, MaxLength: 100},
		web.Field{Name: "kind", Label: f.T("licences.col.kind"), Optional: true}, kinds,
		web.Field{Name: "state", Label: f.T("licences.col.state"), Optional: true}, f.states())
}

// found says how many licences a list has; a long one is not counted to its end.
func (f face) found(total int) string {
	if total >= mostCounted {
		return f.T("licences.register.many", "count", total)
	}
	return f.T("licences.register.caption", "count", total)
}
