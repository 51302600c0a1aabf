package estimates

import (
	"slices"
	"strings"

	"praya/kernel/money"
	"praya/platform/search"
	"praya/subsystems/estimates/internal/paper"
)

// Point is one figure of a series: what a paper of one year said about a year.
type Point struct {
	Year   string // the year that the figure is about
	Role   string // actual, original, revised, estimate, plan
	Paper  string // the financial year of the paper that printed it
	Source string
	Fact   paper.Fact
}

// Break is a place where a series may not be joined, and why.
type Break struct {
	Before string // the paper that begins something else
	Reason string // a key of the words: renamed, reused, renumbered, transferred, restated, gap
	Detail string // the other name, or the footnote's words
}

// Series is one programme, target or indicator over the papers of a head. It is joined by
// head, number and name; never by number alone.
type Series struct {
	Code, Name, Unit string
	Group            string // the programme of a measure, as the newest paper prints it
	Points           []Point
	Breaks           []Break
}

// Reading is one paper's facts, for joining.
type Reading struct {
	Year, Source, Title string
	Facts               []paper.Fact
}

// programmeSeries joins the provision of programmes over papers, oldest first.
func programmeSeries(readings []Reading) []Series {
	return join(readings, func(r Reading) Grid {
		g := headProvision(r.Facts)
		g.Rows = g.parts()
		return g
	})
}

// measureSeries joins targets or indicators over papers, oldest first.
func measureSeries(readings []Reading, kind string) []Series {
	return join(readings, func(r Reading) Grid {
		return grid(r.Facts, func(f paper.Fact) bool { return f.Kind == kind })
	})
}

func join(readings []Reading, table func(Reading) Grid) []Series {
	slices.SortStableFunc(readings, func(a, b Reading) int { return strings.Compare(a.Year, b.Year) })
	var all []*Series
	var before *Reading
	for i := range readings {
		r := &readings[i]
		seen := map[*Series]bool{}
		rows := table(*r).Rows
		for _, row := range rows {
			s := find(all, rows, row, seen)
			if s == nil {
				s = &Series{Code: row.Code, Name: row.Name, Unit: row.Unit, Group: row.Group}
				s.Breaks = reuse(all, row, r.Year)
				all = append(all, s)
			}
			seen[s], s.Group = true, row.Group
			if len(s.Points) > 0 {
				s.Breaks = append(s.Breaks, breaks(s, row, r, before)...)
			}
			for _, c := range slices.SortedFunc(columnsOf(row), compareColumns) {
				s.Points = append(s.Points, Point{columnYear(c), columnRole(c), r.Year, r.Source, row.Cells[c]})
			}
		}
		before = r
	}
	out := make([]Series, len(all))
	for i, s := range all {
		out[i] = *s
	}
	return out
}

func columnsOf(r Row) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for c := range r.Cells {
			if !yield(c) {
				return
			}
		}
	}
}

// find looks for the series that a row continues: the same name, and the same number where
// both have one. A name that stands twice, in a paper or in those before, is told apart by its
// group; a name that stands once may have moved to another.
func find(all []*Series, rows []Row, row Row, seen map[*Series]bool) *Series {
	var same []*Series
	for _, s := range all {
		if !sameName(s.Name, row.Name) || s.Code != row.Code || s.Unit != row.Unit {
			continue
		}
		if s.Group == row.Group && !seen[s] {
			return s
		}
		same = append(same, s)
	}
	twins := 0
	for _, r := range rows {
		if sameName(r.Name, row.Name) && r.Code == row.Code && r.Unit == row.Unit {
			twins++
		}
	}
	if len(same) == 1 && twins == 1 && !seen[same[0]] {
		return same[0]
	}
	return nil
}

// reuse finds the series whose number a row takes over under another name, and the one
// whose name it carries on under another number: both are breaks, not joins.
func reuse(all []*Series, row Row, year string) []Break {
	var out []Break
	for _, s := range all {
		switch {
		case s.Code != "" && s.Code == row.Code && !sameName(s.Name, row.Name):
			out = append(out, Break{year, "reused", s.Name})
		case s.Code != row.Code && sameName(s.Name, row.Name) && s.Unit == row.Unit:
			out = append(out, Break{year, "renumbered", s.Code})
		}
	}
	return out
}

// breaks says why the points of a new paper may not be joined to those before: a head that
// was renamed, money that a footnote says was transferred, a restated figure.
func breaks(s *Series, row Row, now, before *Reading) []Break {
	var out []Break
	if before != nil && before.Title != "" && now.Title != "" && !sameName(before.Title, now.Title) {
		out = append(out, Break{now.Year, "renamed", before.Title})
	}
	for _, mark := range rowMarks(row) {
		if note := footnote(now.Facts, mark); transfers(note) {
			out = append(out, Break{now.Year, "transferred", note})
		}
	}
	for c, f := range row.Cells {
		if columnRole(c) != "original" || f.Value == nil {
			continue
		}
		for _, p := range s.Points {
			if p.Role == "estimate" && p.Year == columnYear(c) && p.Fact.Value != nil && p.Fact.Value.Cmp(*f.Value) != 0 {
				out = append(out, Break{now.Year, "restated", p.Fact.Value.String() + " → " + f.Value.String()})
			}
		}
	}
	return out
}

func rowMarks(r Row) []string {
	var out []string
	for _, f := range r.Cells {
		for _, m := range f.Marks {
			if !slices.Contains(out, m) {
				out = append(out, m)
			}
		}
	}
	slices.Sort(out)
	return out
}

// footnote is what a mark means in a paper, as far as it is known.
func footnote(facts []paper.Fact, mark string) string {
	for _, f := range facts {
		if f.Kind == paper.KindFootnote && slices.Contains(f.Marks, mark) {
			return f.Raw
		}
	}
	return ""
}

// transfers reports whether a footnote speaks of money that came from or went elsewhere.
func transfers(note string) bool {
	return strings.Contains(note, "轉撥") || strings.Contains(note, "重組")
}

// sameName compares names as printed, without the spaces that a line break left in them, and
// with variants of a character as one: optical reading puts a simplified one here and there.
func sameName(a, b string) bool { return a == b || squeeze(a) == squeeze(b) }

func squeeze(s string) string {
	return search.Fold(strings.Map(func(r rune) rune {
		if r == ' ' || r == '　' || r == '\u00a0' {
			return -1
		}
		return r
	}, s))
}

// latest is the newest word on each year: the actual if there is one, else the revised,
// the original and the estimate, and of two papers the later one.
func (s Series) latest() []Point {
	best := map[string]Point{}
	for _, p := range s.Points {
		if p.Year == "" || p.Fact.Value == nil {
			continue
		}
		old, ok := best[p.Year]
		if !ok || rank(p.Role) > rank(old.Role) || rank(p.Role) == rank(old.Role) && p.Paper > old.Paper {
			best[p.Year] = p
		}
	}
	var out []Point
	for _, p := range best {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Point) int { return strings.Compare(a.Year, b.Year) })
	return out
}

// target is the promised level of a measure, and the paper that says it.
func (s Series) target() (Point, bool) {
	for _, p := range slices.Backward(s.Points) {
		if p.Role == "target" {
			return p, true
		}
	}
	return Point{}, false
}

func rank(role string) int {
	return slices.Index([]string{"plan", "estimate", "original", "revised", "actual"}, role)
}

// met compares a result with its target. Time limits and rates in the papers are stated so
// that more is better ("answered within 12 seconds, %"), which is the only direction that
// is certain without knowing the measure; for any other unit nothing is said.
func met(target, result paper.Fact) (bool, bool) {
	if target.Value == nil || result.Value == nil || target.Unit != result.Unit || target.Unit != paper.UnitPercent {
		return false, false
	}
	return result.Value.Cmp(*target.Value) >= 0, true
}

// percent is the change from one figure to another in percent to one place, as the papers print it.
func percent(from, to *money.Decimal) string {
	if from == nil || to == nil || from.IsZero() {
		return ""
	}
	diff, err := to.Sub(*from)
	if err != nil {
		return ""
	}
	hundred, err := diff.Mul(100)
	if err != nil {
		return ""
	}
	q, err := hundred.Quo(*from, 1)
	if err != nil {
		return ""
	}
	if q.Sign() >= 0 { // Quo has no negative nought
		return "+" + q.String() + "%"
	}
	return q.String() + "%"
}

// byPeriod parts series about calendar years from those about financial years: their years
// may not share an axis or a table.
func byPeriod(series []Series) (calendar, financial []Series) {
	for _, s := range series {
		if slices.ContainsFunc(s.Points, func(p Point) bool { return strings.Contains(p.Year, "-") }) {
			financial = append(financial, s)
		} else {
			calendar = append(calendar, s)
		}
	}
	return calendar, financial
}
