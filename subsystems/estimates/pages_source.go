package estimates

import (
	"slices"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/platform/web"
	"praya/subsystems/estimates/internal/paper"
)

// sourceView is a paper's lines, and the figure that a reader came from.
type sourceView struct {
	Head    HeadYear
	Version Version
	Lines   []web.SourceLine
	Partial bool // only lines that we know figures of
	Line    int
	Facts   []paper.Fact // what stands on that line, the chosen cell first
	Checks  []paper.Check
}

func (s *Service) showSource(v *web.Visit) error {
	h, err := s.head(v)
	if err != nil {
		return err
	}
	d := sourceView{Head: h, Line: pageLine(v.Query.Get("line"))}
	of := v.Query.Get("of")
	i := slices.IndexFunc(h.Versions, func(x Version) bool { return of == "" || x.Source == of })
	if i < 0 {
		return fault.New(fault.NotFound, "estimates.fault.no-head", "head", h.Head, "year", h.Year)
	}
	d.Version = h.Versions[i]
	text, err := s.Text(v.Context(), d.Version)
	if err != nil {
		return err
	}
	d.lines(text)
	if d.Line > 0 && d.Partial {
		d.admit(v.T("estimates.source.withheld"))
	}
	if d.Line > 0 && !slices.ContainsFunc(d.Lines, func(l web.SourceLine) bool { return l.Number == d.Line }) {
		return fault.New(fault.NotFound, "estimates.fault.no-line")
	}
	d.pick(v.Query.Get("cell"))
	return v.Render(headPage(v, h, v.T("estimates.source.title", "head", h.Head, "year", h.Year)), sourcePage(v.View, d))
}

// longestPaper bounds the number of a line whose words we do not hold.
const longestPaper = 100_000

// admit says, for a line of a paper of which we hold figures only, that its words are not here.
func (d *sourceView) admit(words string) {
	at, known := slices.BinarySearchFunc(d.Lines, d.Line, func(l web.SourceLine, n int) int { return l.Number - n })
	if !known && d.Line <= longestPaper {
		d.Lines = slices.Insert(d.Lines, at, web.SourceLine{Number: d.Line, Text: words})
	}
}

func pageLine(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0
	}
	return n
}

// lines takes the text, or where we hold figures only what stands on each of their lines.
func (d *sourceView) lines(text []string) {
	if len(text) == 0 {
		d.Partial = true
		d.Lines = known(d.Head.Facts, d.Version.Source)
		return
	}
	for i, line := range text {
		n := i + 1
		if i < len(d.Version.Numbers) {
			n = d.Version.Numbers[i]
		}
		d.Lines = append(d.Lines, web.SourceLine{Number: n, Text: line})
	}
}

func known(facts []paper.Fact, source string) []web.SourceLine {
	byLine := map[int][]paper.Fact{}
	for _, f := range facts {
		if f.Source == source && f.Line > 0 && f.How == paper.Printed {
			byLine[f.Line] = append(byLine[f.Line], f)
		}
	}
	var out []web.SourceLine
	for n, list := range byLine {
		slices.SortStableFunc(list, func(a, b paper.Fact) int { return a.Cell - b.Cell })
		var parts []string
		if name := strings.TrimSpace(list[0].Code + " " + list[0].Name); name != "" && name != list[0].Raw {
			parts = append(parts, name)
		}
		for _, f := range list {
			parts = append(parts, f.Raw+strings.Join(f.Marks, ""))
		}
		out = append(out, web.SourceLine{Number: n, Text: strings.Join(parts, "\t")})
	}
	slices.SortFunc(out, func(a, b web.SourceLine) int { return a.Number - b.Number })
	return out
}

// pick finds what stands on the line, the cell that was asked for first, and the checks that use it.
func (d *sourceView) pick(cell string) {
	if d.Line == 0 {
		return
	}
	for _, f := range d.Head.Facts {
		if f.Source == d.Version.Source && (f.Line == d.Line || f.Line == 0 && slices.Contains(f.From, d.Line)) {
			d.Facts = append(d.Facts, f)
		}
	}
	want := pageLine(cell)
	slices.SortStableFunc(d.Facts, func(a, b paper.Fact) int { return chosen(b, want) - chosen(a, want) })
	column := ""
	if want > 0 && len(d.Facts) > 0 && d.Facts[0].Cell == want {
		column = d.Facts[0].Column
	}
	for _, c := range d.Head.Checks {
		here := slices.Contains(c.Lines, d.Line) && (c.Source == "" || c.Source == d.Version.Source)
		if here && (column == "" || strings.Contains(c.Column, column)) {
			d.Checks = append(d.Checks, c)
		}
	}
}

func chosen(f paper.Fact, cell int) int {
	if cell > 0 && f.Cell == cell {
		return 1
	}
	return 0
}

// entries describes the figure that a reader came from.
func (d sourceView) entries(v *web.View) []web.Entry {
	if len(d.Facts) == 0 {
		return nil
	}
	f := d.Facts[0]
	var out []web.Entry
	if f.Value != nil {
		out = append(out,
			web.Entry{Label: v.T("estimates.source.value"), Value: shown(v, f)},
			web.Entry{Label: v.T("estimates.source.unit"), Value: unitWord(v, f.Unit)})
	}
	if row := strings.TrimSpace(f.Row); row != "" {
		out = append(out, web.Entry{Label: v.T("estimates.source.row"), Value: row, Lang: printed})
	}
	if f.Column != "" {
		out = append(out, web.Entry{Label: v.T("estimates.source.column"), Value: columnWord(v, f.Column)})
	}
	out = append(out, web.Entry{Label: v.T("estimates.source.how"), Value: v.T("estimates.how." + f.How)})
	if f.Raw != "" && f.Value != nil {
		out = append(out, web.Entry{Label: v.T("estimates.source.printed-as"), Value: f.Raw, Lang: printed})
	}
	if f.Why != "" {
		out = append(out, web.Entry{Label: v.T("estimates.source.why"), Value: whyWord(v, f.Why)})
	}
	if len(f.From) > 0 {
		out = append(out, web.Entry{Label: v.T("estimates.source.from"), Body: lineLinks(v, d.Head, d.Version.Source, f.From)})
	}
	if len(f.Marks) > 0 {
		out = append(out, web.Entry{Label: v.T("estimates.source.marks"), Value: strings.Join(f.Marks, " ")})
	}
	return out
}

// backPath is the page whose table shows the figure.
func (d sourceView) backPath() string {
	if len(d.Facts) == 0 {
		return d.Head.path("")
	}
	switch d.Facts[0].Kind {
	case paper.KindTarget, paper.KindIndicator:
		return d.Head.path("measures")
	case paper.KindSubhead, paper.KindExpense, paper.KindReimburse, paper.KindDetail:
		return d.Head.path("subheads")
	case paper.KindCommitment:
		return d.Head.path("commitments")
	case paper.KindAim, paper.KindDescription, paper.KindDone, paper.KindToDo:
		return d.Head.path("items")
	}
	return d.Head.path("")
}

// linePath is the source page at a line.
func linePath(h HeadYear, source string, line int) string {
	return sourcePath(h, paper.Fact{Source: source, Line: line})
}
