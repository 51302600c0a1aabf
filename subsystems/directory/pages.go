package directory

import (
	"net/http"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/web"
)

// node is a department with those below it.
type node struct {
	Department
	Children []node
}

// tree sets departments under their parents. One whose parent is not among them stands at
// the top; so does one in a circle, which no rule lets into the store.
func tree(all []Department) []node {
	children := map[string][]Department{}
	known := map[string]bool{}
	for _, d := range all {
		known[d.Code] = true
	}
	var top []Department
	for _, d := range all {
		if d.Parent != "" && known[d.Parent] {
			children[d.Parent] = append(children[d.Parent], d)
		} else {
			top = append(top, d)
		}
	}
	var under func(list []Department, depth int) []node
	under = func(list []Department, depth int) []node {
		out := make([]node, len(list))
		for i, d := range list {
			out[i].Department = d
			if depth < 10 {
				out[i].Children = under(children[d.Code], depth+1)
			}
		}
		return out
	}
	return under(top, 0)
}

// byName sorts departments for readers: bureaux first, then by code.
func byName(all []Department) {
	slices.SortStableFunc(all, func(a, b Department) int {
		if rank := slices.Index(Kinds(), a.Kind) - slices.Index(Kinds(), b.Kind); rank != 0 {
			return rank
		}
		return strings.Compare(a.Code, b.Code)
	})
}

// indexView is the public list: a tree, or what a query found.
type indexView struct {
	Query string
	Found []Department
	Tree  []node
	Total int
	Past  bool
}

func (s *Service) showIndex(v *web.Visit) error {
	d := indexView{Query: strings.TrimSpace(v.Query.Get("q")), Past: v.Query.Get("past") == "1"}
	if len(d.Query) > 200 {
		return fault.New(fault.Invalid, "directory.fault.query-long")
	}
	found, err := s.Find(v.Context(), d.Query)
	if err != nil {
		return err
	}
	if d.Query == "" {
		if !d.Past {
			found = onDay(found, v.Now().Day())
		}
		byName(found)
		d.Tree = tree(found)
	}
	d.Found, d.Total = found, len(found)
	return v.Render(web.Page{Title: v.T("directory.title"), Lead: v.T("directory.lead"), Description: v.T("directory.lead")}, indexPage(v.View, d))
}

// departmentView is what the public sees of one department.
type departmentView struct {
	Department
	Over     *Department
	Children []Department
	Posts    []Post
}

func (s *Service) showDepartment(v *web.Visit) error {
	code := strings.ToUpper(v.PathValue("code"))
	all, err := s.Departments(v.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(d Department) bool { return d.Code == code })
	if i < 0 {
		return fault.New(fault.NotFound, "directory.fault.no-department")
	}
	d := departmentView{Department: all[i]}
	for _, x := range all {
		switch {
		case x.Code == d.Parent:
			d.Over = &x
		case x.Parent == code && (x.On(v.Now().Day()) || d.Ended(v.Now().Day())):
			d.Children = append(d.Children, x)
		}
	}
	byName(d.Children)
	if d.Posts, err = s.ListedPosts(v.Context(), code); err != nil {
		return err
	}
	name, l := d.Name.With(v.Lang())
	return v.Render(web.Page{
		Title: name, Lang: l, Crumbs: []web.Crumb{{Text: v.T("directory.title"), Path: "/directory"}},
	}, departmentPage(v.View, d))
}

// facts are the rows of a department's summary.
func (d departmentView) facts(v *web.View) []web.Entry {
	var out []web.Entry
	add := func(key, value string, l lang.Lang) {
		if value != "" {
			out = append(out, web.Entry{Label: v.T("directory.field." + key), Value: value, Lang: l})
		}
	}
	for _, l := range lang.All() {
		if l != v.Lang() {
			add("name-"+string(l), (lang.Text{TC: pick(d.Name.TC, l == lang.TC), EN: pick(d.Name.EN, l == lang.EN), SC: pick(d.Name.SC, l == lang.SC)}).In(l), l)
		}
	}
	short, l := d.Short.With(v.Lang())
	add("short", short, l)
	add("code", d.Code, lang.EN)
	add("kind", v.T("directory.kind."+string(d.Kind)), "")
	if d.Over != nil {
		over, l := d.Over.Name.With(v.Lang())
		out = append(out, web.Entry{Label: v.T("directory.field.parent"), Value: over, Lang: l, Path: "/directory/" + d.Over.Code})
	}
	add("period", periodWord(v, d.Period), "")
	add("telephone", d.Telephone, lang.EN)
	if d.Website != "" {
		out = append(out, web.Entry{Label: v.T("directory.field.website"), Value: d.Website, Lang: lang.EN, Path: d.Website})
	}
	return out
}

func pick(s string, yes bool) string {
	if yes {
		return s
	}
	return ""
}

// periodWord writes a period; nothing when neither day is known.
func periodWord(v *web.View, p Period) string {
	switch {
	case p.From.IsZero() && p.To.IsZero():
		return ""
	case p.To.IsZero():
		return v.T("directory.period.from", "from", v.Date(p.From))
	case p.From.IsZero():
		return v.T("directory.period.to", "to", v.Date(p.To))
	}
	return v.T("directory.period.both", "from", v.Date(p.From), "to", v.Date(p.To))
}

func departmentPath(d Department) string { return "/directory/" + d.Code }

// downloadDepartments is the whole list as CSV, for everybody.
func (s *Service) downloadDepartments(v *web.Visit) error {
	if v.R.Method == http.MethodHead {
		return nil
	}
	return s.download(v, DepartmentSheet, "")
}
