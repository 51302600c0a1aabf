package estimates

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/money"
	"praya/platform/web"
	"praya/subsystems/estimates/internal/paper"
)

// columnWord is a column's heading in the reader's language.
func columnWord(v *web.View, column string) string {
	key := "estimates.column." + columnRole(column)
	if !v.Has(key) {
		return column
	}
	return v.T(key, "year", columnYear(column))
}

// unitWord is a unit in the reader's language; units of counts stay as printed.
func unitWord(v *web.View, unit string) string {
	names := map[string]string{
		paper.UnitMillion: "million", paper.UnitThousand: "thousand", paper.UnitDollar: "dollar",
		paper.UnitTenThou: "ten-thousand", paper.UnitHundredMio: "hundred-million",
		paper.UnitPercent: "percent", paper.UnitPosts: "posts", paper.UnitNone: "none",
	}
	if name, ok := names[unit]; ok {
		return v.T("estimates.unit." + name)
	}
	return unit
}

// whyWord is the reason of a derived or inferred figure.
func whyWord(v *web.View, why string) string {
	names := map[string]string{
		paper.WhyPlacedByArithmetic: "placed", paper.WhyHeadingLost: "heading", paper.WhyColumnLost: "column-lost",
		paper.WhySolved: "solved", paper.WhyNilAssumed: "nil", paper.WhyRestAssumed: "rest", paper.WhyOddGrouping: "grouping",
	}
	if name, ok := names[why]; ok {
		return v.T("estimates.why." + name)
	}
	return why
}

// shown writes a figure: grouped by three, its digits as printed, and nil as printed.
func shown(v *web.View, f paper.Fact) string {
	if f.Value == nil {
		return f.Raw
	}
	if f.Value.IsZero() && dash(f.Raw) {
		return "—"
	}
	return v.Decimal(f.Value.String())
}

func dash(raw string) bool {
	raw = strings.TrimSpace(raw)
	return raw == "—" || raw == "–" || raw == "-" || raw == "－" || raw == "─"
}

// sourcePath is where a figure was printed: the source page, at its line.
func sourcePath(h HeadYear, f paper.Fact) string {
	line := f.Line
	if line == 0 && len(f.From) > 0 {
		line = f.From[0]
	}
	if line == 0 {
		return ""
	}
	p := "/estimates/" + h.Year + "/" + h.Head + "/source?of=" + f.Source
	if h.Group != "" && len(h.Groups) > 1 {
		p += "&in=" + h.Group
	}
	n := strconv.Itoa(line)
	p += "&line=" + n
	if f.Cell > 0 {
		p += "&cell=" + strconv.Itoa(f.Cell)
	}
	return p + "#L" + n
}

// table lays a grid out for reading. Notes under it say what the marks of its figures mean.
func table(v *web.View, h HeadYear, id, caption string, g Grid) web.Table {
	t := web.Table{ID: id, Caption: caption, Mode: web.Figures, Columns: []web.Column{{Head: v.T("estimates.year.name")}}}
	mixed := mixedUnits(g)
	if !mixed && g.Unit != "" {
		t.Unit = unitWord(v, g.Unit)
	}
	for _, c := range g.Columns {
		t.Columns = append(t.Columns, web.Column{Head: columnWord(v, c), Numeric: true})
	}
	notes := notes{view: v, h: h, table: id}
	group := ""
	for _, r := range g.Rows {
		if r.Total == "" && r.Group != "" && r.Group != group && id != "provision" {
			t.Rows = append(t.Rows, groupRow(r.Group, len(g.Columns)))
		}
		if r.Total == "" {
			group = r.Group
		}
		name := web.Cell{Text: strings.TrimSpace(r.Code + " " + r.Name), Lang: printed}
		if r.Total != "" {
			name = totalName(v, r)
		} else if mixed && r.Unit != "" {
			name.Small = unitWord(v, r.Unit)
		}
		row := web.Row{Cells: []web.Cell{name}, Total: r.Total != "", Indent: r.Total == "" && r.Group != "" && id != "provision"}
		for _, c := range g.Columns {
			f, ok := r.Cells[c]
			if !ok {
				row.Cells = append(row.Cells, web.Cell{})
				continue
			}
			cell := figure(v, h, f)
			cell.Marks = notes.marks(f)
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	t.Notes = notes.list
	return t
}

// groupRow is the name of a group above its rows: its other cells stay empty on purpose.
func groupRow(name string, columns int) web.Row {
	r := web.Row{Cells: []web.Cell{{Text: name, Lang: printed}}}
	for range columns {
		r.Cells = append(r.Cells, web.Cell{Body: web.Blank()})
	}
	return r
}

func totalName(v *web.View, r Row) web.Cell {
	if r.Name != "" {
		return web.Cell{Text: r.Name, Lang: printed}
	}
	return web.Cell{Text: v.T("estimates.head.total")}
}

func mixedUnits(g Grid) bool {
	return slices.ContainsFunc(g.Rows, func(r Row) bool { return r.Unit != g.Unit })
}

// figure is one figure in a table, a click away from its line.
func figure(v *web.View, h HeadYear, f paper.Fact) web.Cell {
	return web.Cell{Text: shown(v, f), Path: sourcePath(h, f), How: web.How(f.How), Why: whyWord(v, f.Why)}
}

// notes collects what the marks in a table mean, each once.
type notes struct {
	view  *web.View
	h     HeadYear
	table string
	list  []web.Note
}

func (n *notes) marks(f paper.Fact) []web.Mark {
	var out []web.Mark
	for _, sign := range f.Marks {
		id := ""
		for _, known := range n.list {
			if known.Sign == sign {
				id = known.ID
			}
		}
		if id == "" {
			text := footnote(n.h.Facts, sign)
			if text == "" {
				continue // known figures only, or a mark without a footnote, which the checks report
			}
			id = n.table + "-note-" + strconv.Itoa(len(n.list)+1)
			n.list = append(n.list, web.Note{ID: id, Sign: sign, Text: text, Lang: printed})
		}
		out = append(out, web.Mark{Sign: sign, ID: id})
	}
	return out
}

// headRow is a head in the overview of a year.
func headRow(v *web.View, x Version) web.Row {
	name, l := nameOf(v, x.Head, x.Year, x.Title)
	number := func(a *Amount) web.Cell {
		if a == nil {
			return web.Cell{}
		}
		c := web.Cell{Text: v.Decimal(a.Value.String()), How: web.How(a.How)}
		if a.How != paper.Printed {
			c.Why = v.T("estimates.why.added")
		}
		if a.Line > 0 {
			h := HeadYear{Head: x.Head, Year: x.Year}
			c.Path = sourcePath(h, paper.Fact{Source: x.Source, Line: a.Line, Cell: a.Cell})
		}
		return c
	}
	path := "/estimates/" + x.Year + "/" + x.Head
	return web.Row{Cells: []web.Cell{
		{Text: x.Head, Path: path},
		{Text: name, Lang: l, Path: path},
		number(x.Summary.Actual), number(x.Summary.Original), number(x.Summary.Revised), number(x.Summary.Estimate),
		{Text: changeWord(v, x.Summary.Revised.value(), x.Summary.Estimate.value())},
		{Body: outcomeOf(v, x)},
	}}
}

// changeWord is a change in percent, or empty where there is none to state.
func changeWord(v *web.View, from, to *money.Decimal) string {
	p := percent(from, to)
	if p == "" {
		return ""
	}
	return v.Change(strings.TrimPrefix(strings.TrimSuffix(p, "%"), "+"))
}

func changeOf(x Version) *money.Decimal {
	p := percent(x.Summary.Revised.value(), x.Summary.Estimate.value())
	d, err := money.Parse(strings.TrimPrefix(strings.TrimSuffix(p, "%"), "+"))
	if err != nil {
		return nil
	}
	return &d
}

// compareValues puts what is not known first.
func compareValues(a, b *money.Decimal) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return a.Cmp(*b)
}

// yearTable is all heads of a year with a total of those listed.
func yearTable(v *web.View, d yearView) web.Table {
	if len(d.Heads) == 0 {
		return web.Table{}
	}
	y := d.Heads[0].Year
	before := yearsBefore(y)
	t := web.Table{
		ID: "heads", Caption: v.T("estimates.year.caption"), Unit: v.T("estimates.unit.million"), Mode: web.Figures,
		Columns: []web.Column{
			v.SortBy("number", web.Column{Head: v.T("estimates.year.head")}),
			{Head: v.T("estimates.year.name")},
			{Head: columnWord(v, before[0]+" actual"), Numeric: true},
			{Head: columnWord(v, before[1]+" original"), Numeric: true},
			{Head: columnWord(v, before[1]+" revised"), Numeric: true},
			v.SortBy("size", web.Column{Head: columnWord(v, y+" estimate"), Numeric: true}),
			v.SortBy("change", web.Column{Head: v.T("estimates.year.change"), Numeric: true}),
			{Head: v.T("estimates.year.checks")},
		},
	}
	for _, x := range d.Heads {
		t.Rows = append(t.Rows, headRow(v, x))
	}
	if total, ok := sumHeads(d.Heads); ok {
		row := headRow(v, total)
		row.Total = true
		row.Cells[0], row.Cells[1] = web.Cell{Text: v.T("estimates.year.total")}, web.Cell{Body: web.Blank()}
		row.Cells[7] = web.Cell{Body: web.Blank()}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// yearsBefore are the two financial years before one.
func yearsBefore(year string) [2]string {
	n, err := strconv.Atoi(year[:min(4, len(year))])
	if err != nil {
		return [2]string{}
	}
	return [2]string{fiscal(n - 2), fiscal(n - 1)}
}

// fiscal writes the financial year that begins in a calendar year as papers do: 2024-25, 1999-2000.
func fiscal(n int) string {
	if n%100 == 99 {
		return strconv.Itoa(n) + "-" + strconv.Itoa(n+1)
	}
	two := strconv.Itoa((n + 1) % 100)
	if len(two) == 1 {
		two = "0" + two
	}
	return strconv.Itoa(n) + "-" + two
}

// sumHeads adds up the heads that are listed; a column that one of them lacks stays empty.
func sumHeads(heads []Version) (Version, bool) {
	out := Version{Year: heads[0].Year}
	fields := func(s *Summary) []**Amount { return []**Amount{&s.Actual, &s.Original, &s.Revised, &s.Estimate} }
	for i, total := range fields(&out.Summary) {
		sum := money.Int(0)
		for _, h := range heads {
			a := *fields(&h.Summary)[i]
			if a == nil {
				continue // a head without programmes has no provision to add
			}
			next, err := sum.Add(a.Value)
			if err != nil {
				return out, false
			}
			sum = next
		}
		*total = &Amount{Value: sum, How: paper.Derived}
	}
	return out, len(heads) > 1
}

// failText is what a person is told of a fault.
func failText(v *web.Visit, err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return ""
	}
	args := make([]any, 0, 2*len(f.Args))
	for k, x := range f.Args {
		args = append(args, k, x)
	}
	text, err := v.Lookup(f.Key, args...)
	if err != nil {
		return f.Key
	}
	return text
}

func pageNumber(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 10_000 {
		return 1
	}
	return n
}

// about are the facts of a kind, in the paper's order.
func about(facts []paper.Fact, kinds ...string) []paper.Fact {
	var out []paper.Fact
	for _, f := range facts {
		if slices.Contains(kinds, f.Kind) && f.Raw != "" {
			out = append(out, f)
		}
	}
	return out
}

// problemWord is a problem in the reader's language.
func problemWord(v *web.View, p paper.Problem) string {
	key := "estimates.problem." + p.Code
	if !v.Has(key) {
		return p.Message
	}
	args := []any{"a", "", "b", ""}
	for i, a := range p.Args {
		if i < 2 {
			args[2*i+1] = a
		}
	}
	return v.T(key, args...)
}
