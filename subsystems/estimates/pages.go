package estimates

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/web"
	"praya/subsystems/estimates/internal/paper"
)

// printed is the language of what papers print.
const printed = lang.TC

func crumbs(v *web.Visit, more ...web.Crumb) []web.Crumb {
	return append([]web.Crumb{{Text: v.T("estimates.title"), Path: "/estimates"}}, more...)
}

// indexView is the front page of the Estimates.
type indexView struct {
	Years   []Year
	Newest  string
	Largest []Version
	Faults  int
}

func (s *Service) showIndex(v *web.Visit) error {
	d, err := s.indexOf(v)
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("estimates.title"), Lead: v.T("estimates.lead")}, indexPage(v.View, d))
}

func (s *Service) indexOf(v *web.Visit) (indexView, error) {
	years, err := s.Years(v.Context())
	d := indexView{Years: years}
	if err != nil {
		return d, err
	}
	if len(years) > 0 {
		d.Newest = fullest(years)
		heads, err := s.Heads(v.Context(), d.Newest)
		if err != nil {
			return d, err
		}
		for _, h := range heads {
			d.Faults += h.Summary.Outcomes[paper.Fault]
		}
		sortHeads(heads, "-size")
		d.Largest = heads[:min(10, len(heads))]
	}
	return d, nil
}

// fullest is the newest of the years with the most heads: the one worth opening on.
func fullest(years []Year) string {
	best := years[0]
	for _, y := range years {
		if y.Heads > best.Heads {
			best = y
		}
	}
	return best.Year
}

// yearView is all heads of a year.
type yearView struct {
	Year  string
	Heads []Version
	Years []Year
}

func (s *Service) showYear(v *web.Visit) error {
	year := v.PathValue("year")
	heads, err := s.Heads(v.Context(), year)
	if err != nil {
		return err
	}
	years, err := s.Years(v.Context())
	if err != nil {
		return err
	}
	sortHeads(heads, v.Query.Get("sort"))
	return v.Render(web.Page{
		Title: v.T("estimates.year.title", "year", year), Lead: v.T("estimates.year.lead"),
		Crumbs: crumbs(v), Wide: true,
	}, yearPage(v.View, yearView{year, heads, years}))
}

// sortHeads sorts by number, name, size or change; a minus turns the order round.
func sortHeads(heads []Version, by string) {
	key, down := strings.CutPrefix(by, "-")
	less := func(a, b Version) int { return compareHeads(a.Head, b.Head) }
	switch key {
	case "size":
		less = func(a, b Version) int { return compareValues(a.Summary.Estimate.value(), b.Summary.Estimate.value()) }
	case "change":
		less = func(a, b Version) int { return compareValues(changeOf(a), changeOf(b)) }
	}
	slices.SortStableFunc(heads, func(a, b Version) int {
		if down {
			return less(b, a)
		}
		return less(a, b)
	})
}

// page makes what every page of a head has: title, way, tabs.
func (s *Service) head(v *web.Visit) (HeadYear, error) {
	return s.Head(v.Context(), v.PathValue("year"), v.PathValue("head"), v.Query.Get("in"))
}

func headPage(v *web.Visit, h HeadYear, title string) web.Page {
	p := web.Page{Title: title, Wide: true}
	p.Crumbs = crumbs(v, web.Crumb{Text: v.T("estimates.year.title", "year", h.Year), Path: "/estimates/" + h.Year})
	if title == "" {
		p.Title, p.Lang = nameOf(v.View, h.Head, h.Year, h.Title())
		p.Lead = v.T("estimates.head.title", "head", h.Head, "year", h.Year)
		return p
	}
	name, l := nameOf(v.View, h.Head, h.Year, h.Title())
	p.Crumbs = append(p.Crumbs, web.Crumb{Text: name, Path: h.path(""), Lang: l})
	return p
}

// nameOf is a head's name as printed, else from the register, else its number.
func nameOf(v *web.View, head, year, title string) (string, lang.Lang) {
	if title != "" {
		return title, printed
	}
	if name, ok := registered()[head+" "+year]; ok {
		return name.With(v.Lang())
	}
	return v.T("estimates.head.name-unknown", "head", head), v.Lang()
}

// path is the address of a page of this head; the group is named when it isn't the best one.
func (h HeadYear) path(page string) string {
	p := "/estimates/" + h.Year + "/" + h.Head
	if page != "" {
		p += "/" + page
	}
	if len(h.Groups) > 0 && h.Group != h.Groups[0] {
		p += "?in=" + h.Group
	}
	return p
}

func tabs(v *web.View, h HeadYear, current string) []web.Tab {
	var out []web.Tab
	for _, name := range []string{"", "items", "measures", "subheads", "commitments", "checks", "source"} {
		key := name
		if key == "" {
			key = "overview"
		}
		out = append(out, web.Tab{Text: v.T("estimates.nav." + key), Path: h.path(name), Current: name == current})
	}
	return out
}

func (s *Service) showHead(v *web.Visit) error {
	h, err := s.head(v)
	if err != nil {
		return err
	}
	versions, err := s.VersionsOf(v.Context(), h.Year, h.Head)
	if err != nil {
		return err
	}
	return v.Render(headPage(v, h, ""), overviewPage(v.View, h, versions))
}

func (s *Service) showItems(v *web.Visit) error {
	h, err := s.head(v)
	if err != nil {
		return err
	}
	return v.Render(headPage(v, h, v.T("estimates.items.title", "head", h.Head, "year", h.Year)), itemsPage(v.View, h))
}

// measuresView is the targets and indicators of a head over the years.
type measuresView struct {
	Head                HeadYear
	Targets, Indicators []Series
}

func (s *Service) showMeasures(v *web.Visit) error {
	h, err := s.head(v)
	if err != nil {
		return err
	}
	readings, err := s.Readings(v.Context(), h.Head)
	if err != nil {
		return err
	}
	d := measuresView{h, measureSeries(readings, paper.KindTarget), measureSeries(readings, paper.KindIndicator)}
	return v.Render(headPage(v, h, v.T("estimates.measures.title", "head", h.Head)), measuresPage(v.View, d))
}

func (s *Service) showSubheads(v *web.Visit) error {
	h, err := s.head(v)
	if err != nil {
		return err
	}
	return v.Render(headPage(v, h, v.T("estimates.subheads.title", "head", h.Head, "year", h.Year)), subheadsPage(v.View, h))
}

func (s *Service) showCommitments(v *web.Visit) error {
	h, err := s.head(v)
	if err != nil {
		return err
	}
	return v.Render(headPage(v, h, v.T("estimates.commitments.title", "head", h.Head, "year", h.Year)), commitmentsPage(v.View, h))
}

// checkOrder is faults first.
var checkOrder = []string{paper.Fault, paper.Uncheckable, paper.Note, paper.Footnoted, paper.Rounding, paper.Agrees}

// checksView is the checks of a head, perhaps of one outcome only.
type checksView struct {
	Head    HeadYear
	Outcome string
	Count   map[Outcome]int
	Checks  []paper.Check
}

func (s *Service) showChecks(v *web.Visit) error {
	h, err := s.head(v)
	if err != nil {
		return err
	}
	d := checksView{Head: h, Outcome: v.Query.Get("outcome"), Count: outcomes(h.Checks)}
	for _, c := range h.Checks {
		if d.Outcome == "" || c.Outcome == d.Outcome {
			d.Checks = append(d.Checks, c)
		}
	}
	slices.SortStableFunc(d.Checks, func(a, b paper.Check) int {
		return slices.Index(checkOrder, a.Outcome) - slices.Index(checkOrder, b.Outcome)
	})
	return v.Render(headPage(v, h, v.T("estimates.checks.title", "head", h.Head, "year", h.Year)), checksPage(v.View, d))
}

// compareView is the form and, when it was filled in, what it asked for.
type compareView struct {
	HeadA, YearA, HeadB, YearB string
	Years                      []Year
	Result                     *Comparison
	Failed                     string
}

func (s *Service) showCompare(v *web.Visit) error {
	years, err := s.Years(v.Context())
	if err != nil {
		return err
	}
	q := v.Query
	d := compareView{q.Get("head-a"), q.Get("year-a"), q.Get("head-b"), q.Get("year-b"), years, nil, ""}
	if d.HeadB == "" {
		d.HeadB = d.HeadA
	}
	if d.HeadA != "" && d.YearA != "" && d.YearB != "" {
		c, err := s.Compare(v.Context(), d.HeadA, d.YearA, d.HeadB, d.YearB)
		switch {
		case fault.Is(err, fault.NotFound):
			d.Failed = failText(v, err)
		case err != nil:
			return err
		default:
			d.Result = &c
		}
	}
	return v.Render(web.Page{
		Title: v.T("estimates.compare.title"), Lead: v.T("estimates.compare.lead"), Crumbs: crumbs(v), Wide: true,
		Failed: d.Failed != "",
	}, comparePage(v.View, d))
}

func (s *Service) showSearch(v *web.Visit) error {
	q := Query{Text: v.Query.Get("q"), Year: v.Query.Get("year"), Head: v.Query.Get("head"), Kind: v.Query.Get("kind")}
	q.Page = pageNumber(v.Query.Get("page"))
	hits, err := s.Find(v.Context(), q)
	if err != nil {
		return err
	}
	years, err := s.Years(v.Context())
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("estimates.search.title"), Crumbs: crumbs(v)}, searchPage(v.View, hits, years))
}

// Highlights is what the program's front page shows of the Estimates.
func (s *Service) Highlights(v *web.Visit) (templ.Component, error) {
	d, err := s.indexOf(v)
	return highlights(v.View, d), err
}
