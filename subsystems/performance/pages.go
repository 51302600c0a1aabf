package performance

import (
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/web"
)

const root = "/performance"

func headPath(head string) string           { return root + "/heads/" + head }
func paperPath(head, year string) string    { return headPath(head) + "/" + year }
func initiativePath(id InitiativeID) string { return root + "/initiatives/" + string(id) }
func measurePath(id MeasureID) string       { return root + "/measures/" + string(id) }
func linkPath(l Link) string                { return root + "/links/" + l.ID }
func sourcePath(i Initiative) string {
	return "/estimates/" + i.Year + "/" + i.Head + "/source?of=paper&line=" + itoa(i.Line) + "#L" + itoa(i.Line)
}

func crumbs(v *web.Visit, more ...web.Crumb) []web.Crumb {
	return append([]web.Crumb{{Text: v.T("performance.title"), Path: root}}, more...)
}

func headCrumbs(v *web.Visit, head string, more ...web.Crumb) []web.Crumb {
	return append(crumbs(v, web.Crumb{Text: v.T("performance.head.short", "head", head), Path: headPath(head)}), more...)
}

// indexView is the front page for officials and for the public.
type indexView struct {
	Heads []Head
	Board Board
	Desk  bool
}

func (s *Service) showIndex(v *web.Visit) error {
	all, err := s.Heads(v.Context())
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b Head) int { return compareHeads(a.Number, b.Number) })
	b, err := s.Board(v.Context(), "", "")
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("performance.title"), Lead: v.T("performance.lead"), Wide: true},
		indexPage(v.View, indexView{all, b, s.works(v)}))
}

// works says whether the visitor is an officer who works on the cycle.
func (s *Service) works(v *web.Visit) bool {
	return s.mayWork(v.Context(), v.Actor().Duty.Department) == nil
}

// headView is a head's page: the chain from its papers to its money.
type headView struct {
	HeadLife
	Department lang.Text
	Works      bool
	Money      moneyView
}

func (s *Service) headOf(v *web.Visit) (headView, error) {
	h, err := s.Life(v.Context(), v.PathValue("head"))
	d := headView{HeadLife: h}
	if err != nil {
		return d, err
	}
	d.Works = s.mayWork(v.Context(), h.Department) == nil
	d.Department, err = s.department(v, h.Head.Department)
	return d, err
}

// department is what a department is called; its code where nobody knows it.
func (s *Service) department(v *web.Visit, code string) (lang.Text, error) {
	if code == "" || s.Staff == nil {
		return lang.Text{}, nil
	}
	name, err := s.Staff.Department(v.Context(), code)
	if fault.Is(err, fault.NotFound) {
		return lang.Text{TC: code, EN: code, SC: code}, nil
	}
	return name, err
}

func (s *Service) showHead(v *web.Visit) error {
	d, err := s.headOf(v)
	if err != nil {
		return err
	}
	if d.Money, err = s.moneyOf(v.Context(), d.Number, d.Papers); err != nil {
		return err
	}
	name, l := d.Head.Name.With(v.Lang())
	return v.Render(web.Page{
		Title: v.T("performance.head.title", "head", d.Number, "name", name), Lang: titleLang(v, l), Lead: v.T("performance.head.lead"),
		Crumbs: crumbs(v), Wide: true,
	}, headPage(v.View, d))
}

// titleLang is empty for a title in the reader's language: its first words are ours.
func titleLang(v *web.Visit, l lang.Lang) lang.Lang {
	if v.Lang() != lang.EN && l != lang.EN {
		return l
	}
	return ""
}

func (s *Service) showHistory(v *web.Visit) error {
	d, err := s.headOf(v)
	if err != nil {
		return err
	}
	return v.Render(web.Page{
		Title: v.T("performance.history.title", "head", d.Number), Lead: v.T("performance.history.lead"), Crumbs: headCrumbs(v, d.Number), Wide: true,
	}, historyPage(v.View, d))
}

// paperView is one paper: what was promised, and what came of it.
type paperView struct {
	Head     Head
	Year     Year
	Items    []Outlook
	Sections []section
	Fate     Fate // a filter
	Counts   map[Fate]int
	Later    string // the paper after it
	Works    bool
}

// section is one programme's items.
type section struct {
	Programme  Programme
	ToDo, Done []Outlook
}

func (s *Service) paperOf(v *web.Visit) (d paperView, err error) {
	h, err := s.Life(v.Context(), v.PathValue("head"))
	if err != nil {
		return d, err
	}
	at := slices.IndexFunc(h.Papers, func(y Year) bool { return y.Year == v.PathValue("year") })
	if at < 0 {
		return d, notFound("paper")
	}
	d = paperView{Head: h.Head, Year: h.Papers[at], Fate: Fate(v.Query.Get("fate")), Counts: map[Fate]int{}, Works: s.mayWork(v.Context(), h.Department) == nil}
	if at+1 < len(h.Papers) {
		d.Later = h.Papers[at+1].Year
	}
	if d.Items, err = s.Outlooks(v.Context(), h.Number, d.Year.Year); err != nil {
		return d, err
	}
	for _, p := range h.Programmes {
		if p.Year != d.Year.Year {
			continue
		}
		x := section{Programme: p}
		for _, o := range d.Items {
			if o.Programme != p.Number {
				continue
			}
			if o.Part == Done {
				x.Done = append(x.Done, o)
				continue
			}
			d.Counts[o.Fate]++
			if d.Fate == "" || d.Fate == o.Fate {
				x.ToDo = append(x.ToDo, o)
			}
		}
		d.Sections = append(d.Sections, x)
	}
	return d, nil
}

func (s *Service) showPaper(v *web.Visit) error {
	d, err := s.paperOf(v)
	if err != nil {
		return err
	}
	return v.Render(web.Page{
		Title: v.T("performance.paper.title", "head", d.Head.Number, "year", d.Year.Year), Lead: v.T("performance.paper.lead"),
		Crumbs: headCrumbs(v, d.Head.Number), Wide: true,
	}, paperPage(v.View, d))
}

func (s *Service) showBoard(v *web.Visit) error {
	b, err := s.Board(v.Context(), v.Query.Get("year"), v.Query.Get("head"))
	if err != nil {
		return err
	}
	all, err := s.HeadNames(v.Context())
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b Head) int { return compareHeads(a.Number, b.Number) })
	return v.Render(web.Page{
		Title: v.T("performance.board.title"), Lead: v.T("performance.board.lead"), Crumbs: crumbs(v), Wide: true,
	}, boardPage(v.View, b, all))
}

// storyView is an initiative's page.
type storyView struct {
	Story
	Department lang.Text
	Post       lang.Text
	Works      bool
	Programme  Programme
	System     systemView
	Carried    []carriedView
}

func (s *Service) storyOf(v *web.Visit) (d storyView, err error) {
	t, err := s.Story(v.Context(), InitiativeID(v.PathValue("id")))
	if err != nil {
		return d, err
	}
	d = storyView{Story: t, Works: s.mayWork(v.Context(), t.Owner) == nil}
	if d.Department, err = s.department(v, t.Owner); err != nil {
		return d, err
	}
	h, err := s.Life(v.Context(), t.Head)
	if err != nil {
		return d, err
	}
	for _, p := range h.Programmes {
		if p.Year == t.Year && p.Number == t.Outlook.Programme {
			d.Programme = p
		}
	}
	if t.Post != "" && s.Staff != nil {
		posts, err := s.Staff.Posts(v.Context(), t.Owner)
		if err != nil {
			return d, err
		}
		d.Post = posts[t.Post]
	}
	if d.System, err = s.systemOf(v.Context(), t.Outlook.System); err != nil {
		return d, err
	}
	d.Carried, err = s.carriedBy(v.Context(), t)
	return d, err
}

func (s *Service) showInitiative(v *web.Visit) error {
	d, err := s.storyOf(v)
	if err != nil {
		return err
	}
	words, l := d.Words(v.Lang())
	return v.Render(web.Page{
		Title: strings.TrimRight(words, "；。;"), Lang: titleLangOf(v, l),
		Crumbs: headCrumbs(v, d.Head, web.Crumb{Text: v.T("performance.paper.short", "year", d.Year), Path: paperPath(d.Head, d.Year)}),
	}, initiativePage(v.View, d))
}

func titleLangOf(v *web.Visit, l lang.Lang) lang.Lang {
	if l == v.Lang() {
		return ""
	}
	return l
}

func (s *Service) showMeasures(v *web.Visit) error {
	head := v.Query.Get("head")
	all, err := s.Heads(v.Context())
	if err != nil {
		return err
	}
	var out []HeadLife
	for _, h := range all {
		if head != "" && h.Number != head {
			continue
		}
		life, err := s.Life(v.Context(), h.Number)
		if err != nil {
			return err
		}
		out = append(out, life)
	}
	return v.Render(web.Page{
		Title: v.T("performance.measures.title"), Lead: v.T("performance.measures.lead"), Crumbs: crumbs(v), Wide: true,
	}, measuresPage(v.View, out))
}

// recordView is a measure's page.
type recordView struct {
	Record
	Department lang.Text
	Works      bool
	Confirms   bool
}

func (s *Service) recordOf(v *web.Visit) (d recordView, err error) {
	r, err := s.Measure(v.Context(), MeasureID(v.PathValue("id")))
	if err != nil {
		return d, err
	}
	d = recordView{Record: r, Works: s.mayWork(v.Context(), r.Department) == nil, Confirms: s.mayConfirm(v.Context(), r.Department) == nil}
	if r.State == MeasureDraft && !d.Works && len(r.Values) == 0 {
		return d, notFound("measure")
	}
	d.Department, err = s.department(v, r.Department)
	return d, err
}

func (s *Service) showMeasure(v *web.Visit) error {
	d, err := s.recordOf(v)
	if err != nil {
		return err
	}
	name, l := d.Name.With(v.Lang())
	return v.Render(web.Page{Title: name, Lang: titleLangOf(v, l), Crumbs: headCrumbs(v, d.Head, web.Crumb{Text: v.T("performance.measures.title"), Path: root + "/measures?head=" + d.Head})},
		measurePage(v.View, d))
}

// casesView is what one computed value counts.
type casesView struct {
	Measure Measure
	Cases   []Case
	Pages   web.Pages
	Good    int
}

const casesAPage = 100

func (s *Service) showCases(v *web.Visit) error {
	m, all, err := s.Counted(v.Context(), MeasureID(v.PathValue("id")), v.PathValue("period"))
	if err != nil {
		return err
	}
	name, l := m.Name.With(v.Lang())
	page := web.Page{
		Title: v.T("performance.cases.title", "period", v.PathValue("period")), Lead: v.T("performance.cases.lead"), Wide: true,
		Crumbs: headCrumbs(v, m.Head, web.Crumb{Text: name, Lang: l, Path: measurePath(m.ID)}),
	}
	if whole(m.Stream) != "" {
		return s.showQuarters(v, page, m, all)
	}
	d := casesView{Measure: m, Pages: v.PageOf(casesAPage, len(all))}
	for _, c := range all {
		if c.Good {
			d.Good++
		}
	}
	from := min(d.Pages.Offset(), len(all))
	d.Cases = all[from:min(from+casesAPage, len(all))]
	return v.Render(page, casesPage(v.View, d))
}

// showCarried lists the promises that a system or a sum of money carries: the way back.
func (s *Service) showCarried(v *web.Visit) error {
	kind, head, code := v.PathValue("kind"), v.PathValue("head"), v.PathValue("code")
	all, err := s.Carried(v.Context(), head, kind, code)
	if err != nil {
		return err
	}
	what, path, err := s.carrierOf(v, kind, head, code)
	if err != nil {
		return err
	}
	return v.Render(web.Page{
		Title: v.T("performance.carried.title", "what", what), Lead: v.T("performance.carried.lead"), Crumbs: crumbs(v), Wide: true,
	}, carriedPage(v.View, all, what, path))
}

// showSearch finds initiatives by their words.
func (s *Service) showSearch(v *web.Visit) error {
	page := min(max(atoi(v.Query.Get("page")), 1), lastFound)
	f, err := s.Find(v.Context(), v.Query.Get("q"), v.Query.Get("head"), (page-1)*foundAPage)
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("performance.search.title"), Crumbs: crumbs(v), Wide: true}, searchPage(v.View, f, v.PageOf(foundAPage, f.Total)))
}
