package estimates

import (
	"slices"
	"strconv"
	"strings"

	"praya/kernel/when"
	"praya/platform/search"
	"praya/platform/web"
	"praya/subsystems/estimates/internal/paper"
)

// maxCharted is how many programmes a chart still shows well; more stand in the table alone.
const maxCharted = 8

// largestTable is the ten largest heads of the year that the front page opens on.
func largestTable(v *web.View, d indexView) web.Table {
	t := web.Table{
		ID: "largest", Caption: v.T("estimates.index.largest", "year", d.Newest), Unit: v.T("estimates.unit.million"), Mode: web.Figures,
		Columns: []web.Column{
			{Head: v.T("estimates.year.head")},
			{Head: columnWord(v, d.Newest+" estimate"), Numeric: true},
			{Head: v.T("estimates.year.change"), Numeric: true},
		},
	}
	for _, x := range d.Largest {
		row := headRow(v, x)
		name, l := nameOf(v, x.Head, x.Year, x.Title)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: x.Head + " " + name, Lang: l, Path: row.Cells[0].Path}, row.Cells[5], row.Cells[6]}})
	}
	return t
}

// against says how far the estimate lies from the revised and the original estimate.
func against(v *web.View, h HeadYear, total Row) string {
	before := yearsBefore(h.Year)[1]
	estimate := total.Cells[h.Year+" estimate"].Value
	var out []string
	for _, c := range []string{"revised", "original"} {
		if change := changeWord(v, total.Cells[before+" "+c].Value, estimate); change != "" {
			out = append(out, v.T("estimates.head.against-"+c)+" "+change)
		}
	}
	return strings.Join(out, unitSeparator(v))
}

func unitSeparator(v *web.View) string {
	if v.Lang() == "en" {
		return "; "
	}
	return "；"
}

func rowChange(v *web.View, h HeadYear, r Row) string { return against(v, h, r) }

// reasonsFor are the paper's words on why a programme's provision changed.
func reasonsFor(facts []paper.Fact, r Row) []paper.Fact {
	var out []paper.Fact
	for _, f := range about(facts, paper.KindReason) {
		if f.Code == r.Code || f.Code == "" && f.Group == r.Code {
			out = append(out, f)
		}
	}
	return out
}

// frontEntries is what stands at the front of a paper, each with its line.
func frontEntries(v *web.View, h HeadYear) []web.Entry {
	var out []web.Entry
	for _, f := range h.Facts {
		switch {
		case f.Kind == paper.KindOfficer || f.Kind == paper.KindPolicyArea:
			value := f.Name
			if value == "" {
				value = f.Raw
			}
			out = append(out, web.Entry{Label: v.T("estimates.kind." + f.Kind), Value: value, Lang: printed, Path: sourcePath(h, f)})
		case f.Table == paper.TableFront && f.Value != nil:
			e := web.Entry{Label: frontLabel(v, f), Value: inMoney(v, f), Path: sourcePath(h, f)}
			out = append(out, e)
		}
	}
	return out
}

func frontLabel(v *web.View, f paper.Fact) string {
	label := v.T("estimates.kind." + f.Kind)
	if key := "estimates.front." + f.Row; v.Has(key) {
		label = v.T(key)
	}
	if column := frontColumn(v, f.Column); column != "" {
		label += unitSpace(v) + bracket(v, column)
	}
	return label
}

func bracket(v *web.View, s string) string {
	if v.Lang() == "en" {
		return "(" + s + ")"
	}
	return "（" + s + "）"
}

// frontColumn is a column of the front page: a day, a change within a year, or a column of a table.
func frontColumn(v *web.View, column string) string {
	if day, ok := strings.CutPrefix(column, "at "); ok {
		if d, err := when.ParseDay(day); err == nil {
			return v.Date(d)
		}
	}
	if year, ok := strings.CutSuffix(column, " change"); ok {
		return v.T("estimates.column.change", "year", year)
	}
	if a, b, ok := strings.Cut(column, " on "); ok {
		return v.T("estimates.column.on", "a", columnWord(v, a), "b", columnWord(v, b))
	}
	if column == "" || columnYear(column) == "" && columnRole(column) == "balance" {
		return ""
	}
	return columnWord(v, column)
}

// itemGroup is one programme's words.
type itemGroup struct {
	Name  string
	Parts []itemPart
}

type itemPart struct {
	Kind  string
	Facts []paper.Fact
}

// itemGroups sorts the paper's words by programme and kind, in the paper's order.
func itemGroups(facts []paper.Fact) []itemGroup {
	names := map[string]string{}
	for _, f := range facts {
		if f.Kind == paper.KindProgramme {
			names[f.Code] = strings.TrimSpace(f.Code + " " + f.Name)
		}
	}
	kinds := []string{paper.KindAim, paper.KindDescription, paper.KindDone, paper.KindToDo}
	var out []itemGroup
	for _, f := range about(facts, kinds...) {
		name := f.Group
		if n, ok := names[f.Group]; ok {
			name = n
		}
		i := slices.IndexFunc(out, func(g itemGroup) bool { return g.Name == name })
		if i < 0 {
			i = len(out)
			out = append(out, itemGroup{Name: name})
		}
		j := slices.IndexFunc(out[i].Parts, func(p itemPart) bool { return p.Kind == f.Kind })
		if j < 0 {
			j = len(out[i].Parts)
			out[i].Parts = append(out[i].Parts, itemPart{Kind: f.Kind})
		}
		out[i].Parts[j].Facts = append(out[i].Parts[j].Facts, f)
	}
	for _, g := range out {
		slices.SortStableFunc(g.Parts, func(a, b itemPart) int { return slices.Index(kinds, a.Kind) - slices.Index(kinds, b.Kind) })
	}
	return out
}

func allBreaks(series []Series) []Break {
	var out []Break
	for _, s := range series {
		for _, b := range s.Breaks {
			if !slices.Contains(out, b) {
				out = append(out, b)
			}
		}
	}
	return out
}

func checkWord(v *web.View, name string) string {
	if key := "estimates.check." + name; v.Has(key) {
		return v.T(key)
	}
	return name
}

// checkTable is the checks as a table, each with the lines that it rests on.
func checkTable(v *web.View, d checksView) web.Table {
	t := web.Table{
		ID: "checks", Caption: v.T("estimates.checks.caption"), Mode: web.Records,
		Columns: []web.Column{
			{Head: v.T("estimates.checks.check")},
			{Head: v.T("estimates.checks.outcome")},
			{Head: v.T("estimates.checks.printed"), Numeric: true},
			{Head: v.T("estimates.checks.computed"), Numeric: true},
			{Head: v.T("estimates.checks.difference"), Numeric: true},
			{Head: v.T("estimates.checks.lines")},
		},
	}
	for _, c := range d.Checks {
		small := strings.TrimSpace(rowWord(v, c.Row) + " " + frontColumn(v, c.Column))
		if c.Footnote != "" {
			small += "\n" + c.Footnote
		} else if c.Why != "" {
			small += " " + whyCheck(v, c)
		}
		number := func(d interface{ String() string }, known bool) web.Cell {
			if !known {
				return web.Cell{}
			}
			return web.Cell{Text: v.Decimal(d.String()), Small: unitWord(v, c.Unit)}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: checkWord(v, c.Check), Small: small},
			{Body: web.StatusTag(v, web.State(c.Outcome))},
			number(c.Printed, c.Printed != nil),
			number(c.Computed, c.Computed != nil),
			number(c.Difference, c.Difference != nil),
			{Body: lineLinks(v, d.Head, sourceOf(d.Head, c), c.Lines)},
		}})
	}
	return t
}

// whyCheck is the reason of an outcome in the reader's language.
func whyCheck(v *web.View, c paper.Check) string {
	word := func(key string) string { return v.T("estimates.check-why." + key) }
	switch {
	case strings.HasPrefix(c.Why, "a figure is missing: "):
		place := strings.Split(strings.TrimPrefix(c.Why, "a figure is missing: "), ", ")
		if len(place) < 3 {
			return word("missing-some")
		}
		last := len(place) - 1
		return v.T("estimates.check-why.missing", "row", rowWord(v, strings.Join(place[1:last], ", ")), "column", frontColumn(v, place[last]))
	case strings.HasPrefix(c.Why, "a figure is missing"):
		return word("missing-some")
	case strings.Contains(c.Why, "money was moved between heads"):
		return word("moved")
	case strings.Contains(c.Why, "need not cover all of the subhead"):
		return word("cover")
	case strings.Contains(c.Why, "carry no footnotes"):
		return word("csv")
	case c.Why == "no percentage of nothing":
		return word("nothing")
	case c.Check == paper.CheckProseLimit:
		return word("limit")
	}
	return c.Why
}

// rowWord is what a check is about: the paper's own name, or ours for a row without one.
func rowWord(v *web.View, row string) string {
	for _, key := range []string{"estimates.row." + row, "estimates.front." + row} {
		if v.Has(key) {
			return v.T(key)
		}
	}
	return row
}

func sourceOf(h HeadYear, c paper.Check) string {
	if c.Source != "" || len(h.Versions) == 0 {
		return c.Source
	}
	return h.Versions[0].Source
}

// comparedTable is the estimates of two papers by programme.
func comparedTable(v *web.View, c Comparison) web.Table {
	t := web.Table{
		ID: "compared", Caption: v.T("estimates.compare.estimates"), Unit: v.T("estimates.unit.million"), Mode: web.Figures,
		Columns: []web.Column{
			{Head: v.T("estimates.compare.programme")},
			{Head: v.T("estimates.head.title", "head", headOf(c.A), "year", c.A.Year), Numeric: true},
			{Head: v.T("estimates.head.title", "head", headOf(c.B), "year", c.B.Year), Numeric: true},
			{Head: v.T("estimates.compare.change"), Numeric: true},
		},
	}
	for i, r := range c.Rows {
		last := i == len(c.Rows)-1
		name := web.Cell{Text: strings.TrimSpace(r.Code + " " + r.Name), Lang: printed}
		if last {
			name = web.Cell{Text: v.T("estimates.head.total")}
		}
		change := web.Cell{Body: web.Blank()}
		if r.Change != "" {
			change = web.Cell{Text: v.Change(strings.TrimPrefix(strings.TrimSuffix(r.Change, "%"), "+"))}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{name, side(v, c.A, r.A), side(v, c.B, r.B), change}, Total: last})
	}
	return t
}

func side(v *web.View, r Reading, f *paper.Fact) web.Cell {
	if f == nil {
		return web.Cell{Text: v.T("estimates.compare.none")}
	}
	return figure(v, HeadYear{Head: headOf(r), Year: r.Year}, *f)
}

// phasesTable is each financial year in its phases, each figure from its own paper.
func phasesTable(v *web.View, c Comparison) web.Table {
	roles := []string{"estimate", "original", "revised", "actual"}
	t := web.Table{
		ID: "phases", Caption: v.T("estimates.compare.years"), Unit: v.T("estimates.unit.million"), Mode: web.Figures,
		Columns: []web.Column{{Head: v.T("estimates.compare.year")}},
	}
	for _, r := range roles {
		t.Columns = append(t.Columns, web.Column{Head: v.T("estimates.phase." + r), Numeric: true})
	}
	for _, y := range c.Years {
		row := web.Row{Cells: []web.Cell{{Text: y.Year}}}
		for _, role := range roles {
			cell := web.Cell{}
			for _, p := range y.Phases {
				if p.Role == role {
					cell = figure(v, HeadYear{Head: headOf(c.A), Year: p.Paper}, p.Fact)
					cell.Small = v.T("estimates.compare.paper-of", "year", p.Paper)
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func yearChoices(years []Year, chosen string) []web.Choice {
	var out []web.Choice
	for _, y := range years {
		out = append(out, web.Choice{Value: y.Year, Label: y.Year, Chosen: y.Year == chosen})
	}
	return out
}

func anyYear(v *web.View, years []Year, chosen string) []web.Choice {
	return append([]web.Choice{{Value: "", Label: v.T("estimates.search.any"), Chosen: chosen == ""}}, yearChoices(years, chosen)...)
}

func hitPath(hit Hit) string {
	return sourcePath(HeadYear{Head: hit.Head, Year: hit.Year, Group: group(hit.Source)}, paper.Fact{Source: hit.Source, Line: hit.Line, Cell: hit.Cell})
}

// hitPlace says where a hit stands: year, head, kind and line.
func hitPlace(v *web.View, hit Hit) string {
	name, _ := nameOf(v, hit.Head, hit.Year, hit.Office)
	parts := []string{v.T("estimates.head.title", "head", hit.Head, "year", hit.Year)}
	parts = append(parts, name, v.T("estimates.kind."+hit.Kind), v.T("estimates.paper.by-line", "line", strconv.Itoa(hit.Line)))
	return strings.Join(parts, " · ")
}

// markedPart is a piece of a text that was searched.
type markedPart struct {
	Text string
	Hit  bool
}

// markedParts cuts a text where the words of a query stand in it.
func markedParts(text, query string) []markedPart {
	var out []markedPart
	at := 0
	for _, r := range search.Mark(text, query) {
		if r.From > at {
			out = append(out, markedPart{text[at:r.From], false})
		}
		out = append(out, markedPart{text[r.From:r.To], true})
		at = r.To
	}
	return append(out, markedPart{text[at:], false})
}

// figuresKnownOnly reports whether no source of this head came with its words.
func figuresKnownOnly(h HeadYear) bool {
	return !slices.ContainsFunc(h.Versions, func(x Version) bool { return x.Source == paper.SourcePaper && x.Document != "" })
}
