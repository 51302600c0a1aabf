package papers

import (
	"sort"
	"strings"
	"unicode"

	"praya/kernel/lang"
	"praya/kernel/money"
)

// A Difference is a figure that the sheet has and the reading has not, or has
// otherwise, or the other way about.
type Difference struct {
	Table, Row, Column string
	Wanted, Read       string // as printed without grouping; empty for none
}

// A place is where a figure stands; figures of one place are compared in the
// order in which they are printed.
type place struct{ table, group, row, column, unit string }

// Compare holds every figure of a sheet against what was read. The figures of
// tables must be the same, no more and no fewer; of sentences those that the
// sheet makes must be among those that were read.
func Compare(s Sheet, r Reading) []Difference {
	want, loose := s.wanted()
	have, said := map[place][]string{}, map[place][]string{}
	for _, f := range r.Facts {
		p, value, ok := f.place()
		switch {
		case !ok:
		case f.Table == tableFront || f.Table == tableProse || f.Kind == kindPercentage:
			said[p] = append(said[p], value)
		case f.How != "printed":
			have[p] = append(have[p], value+" ("+f.How+")")
		default:
			have[p] = append(have[p], value)
		}
	}
	var out []Difference
	for p, values := range want {
		out = append(out, differ(p, values, have[p])...)
	}
	for p, values := range have {
		if _, ok := want[p]; !ok {
			out = append(out, differ(p, nil, values)...)
		}
	}
	for p, values := range loose {
		out = append(out, differ(p, values, among(values, said[p]))...)
	}
	if r.Head != s.Head || r.Year != fiscal(s.years()[Estimate]) {
		out = append(out, Difference{Table: tableFront, Row: "title", Wanted: s.Head + " " + s.Year, Read: r.Head + " " + r.Year})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].key() < out[j].key() })
	return out
}

func (d Difference) key() string {
	return strings.Join([]string{d.Table, d.Row, d.Column, d.Wanted, d.Read}, "\x00")
}

// among keeps of what was read as many figures as were wanted: those that are
// equal first.
func among(want, have []string) []string {
	left := append([]string(nil), have...)
	out := make([]string, 0, len(want))
	for _, w := range want {
		found := ""
		for i, h := range left {
			if h == w {
				found, left = h, append(left[:i], left[i+1:]...)
				break
			}
		}
		if found == "" {
			return have
		}
		out = append(out, found)
	}
	return out
}

func differ(p place, want, have []string) []Difference {
	var out []Difference
	for i := range max(len(want), len(have)) {
		d := Difference{Table: p.table, Row: strings.TrimSpace(p.group + " " + p.row), Column: p.column}
		if i < len(want) {
			d.Wanted = want[i]
		}
		if i < len(have) {
			d.Read = have[i]
		}
		if d.Wanted != d.Read {
			out = append(out, d)
		}
	}
	return out
}

// Words of the facts that Compare goes by.
const (
	tableFront     = "front"
	tableProse     = "prose"
	kindPercentage = "percentage"
	noFigure       = "not known"
)

// place tells where a fact stands; ok is false for words.
func (f Fact) place() (p place, value string, ok bool) {
	p = place{table: f.Table, row: squeeze(f.Row), column: f.Column, unit: f.Unit}
	switch f.Table {
	case TableTargets, TableIndicators:
		p.group = f.Group
	case TableExpenses, TableSubheads:
		p.group = squeeze(f.Group)
	case TableProvision, TableAnalysis, tableProse:
		if f.Total == "" && f.Code != "" { // the number alone: the reader takes the name from words
			p.row = f.Code
		}
	}
	switch {
	case f.Total == "head" && f.Table != TableSubheads:
		p.row, p.group = "total", ""
	case f.Total != "":
		p.row, p.group = squeeze(f.Row), ""
	}
	if f.Value == nil {
		return p, noFigure, f.Column != ""
	}
	return p, written(*f.Value), true
}

// squeeze makes names comparable: the reader joins what a line end split, and
// takes leaders and footnote marks off.
func squeeze(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	return strings.TrimRight(s, ".…")
}

// written is a figure as printed, nought without places: a dash has none.
func written(d money.Decimal) string {
	if d.IsZero() {
		return "0"
	}
	return d.String()
}

// wanted lists the figures of tables and of sentences that a sheet makes.
func (s *Sheet) wanted() (tables, loose map[place][]string) {
	w := &wants{s: s, tables: map[place][]string{}, loose: map[place][]string{}}
	w.provision()
	w.measures()
	w.subheads()
	w.commitments()
	w.front()
	w.sentences()
	return w.tables, w.loose
}

type wants struct {
	s             *Sheet
	tables, loose map[place][]string
}

func (w *wants) put(p place, f Figure, places int) {
	value := noFigure
	if places >= 0 { // a table of money, where nothing is nil
		value = written(f.amount())
		if d, err := f.amount().At(places); err == nil {
			value = written(d)
		}
	} else if f.Value != nil {
		value = written(*f.Value)
	}
	w.tables[p] = append(w.tables[p], value)
}

func (w *wants) say(p place, d money.Decimal) { w.loose[p] = append(w.loose[p], written(d)) }

func (w *wants) amounts(p place, a Amounts, places int) {
	for col, f := range a {
		p.column = w.s.columnName(col)
		w.put(p, f, places)
	}
}

// changes are the percentages behind the figures of a row of provision.
func (w *wants) changes(table, row string, a Amounts) {
	for _, pair := range [][2]int{{Revised, Original}, {Estimate, Revised}, {Estimate, Original}} {
		if p, ok := percent(a[pair[0]].amount(), a[pair[1]].amount()); ok {
			w.say(place{table: table, row: row, column: w.s.columnName(pair[0]) + " on " + w.s.columnName(pair[1]), unit: "%"}, p)
		}
	}
}

func (w *wants) provision() {
	for _, p := range w.s.Programmes {
		w.amounts(place{table: TableProvision, row: p.Number, unit: "百萬元"}, p.Provision, 1)
		w.amounts(place{table: TableAnalysis, row: p.Number, unit: "百萬元"}, p.Provision, 1)
		w.changes(TableProvision, p.Number, p.Provision)
	}
	sums := w.s.provisionTotals()
	w.amounts(place{table: TableAnalysis, row: "total", unit: "百萬元"}, sums, 1)
	w.changes(TableAnalysis, "total", sums)
}

func (w *wants) measures() {
	y := int(w.s.years()[Estimate])
	year := w.s.years()[Estimate]
	for _, p := range w.s.Programmes {
		for _, t := range p.Targets {
			at := place{table: TableTargets, group: p.Number, row: squeeze(chinese{}.unit(t.Name.TC, t.Unit.TC)), unit: measureUnit(t.Unit)}
			for i, f := range []Figure{t.Target, t.Before, t.Last, t.Plan} {
				at.column = [4]string{"target", count(y-2).String() + " actual", count(y-1).String() + " actual", count(y).String() + " plan"}[i]
				w.put(at, f, -1)
			}
		}
		w.indicators(p.Number, p.Indicators, [3]string{count(y-2).String() + " actual", count(y-1).String() + " actual", count(y).String() + " estimate"})
		w.indicators(p.Number, p.Financial, [3]string{fiscal(year-2) + " actual", fiscal(year-1) + " revised", fiscal(year) + " estimate"})
	}
}

func (w *wants) indicators(programme string, list []Indicator, columns [3]string) {
	for _, t := range list {
		at := place{table: TableIndicators, group: programme, row: squeeze(chinese{}.unit(t.Name.TC, t.Unit.TC)), unit: measureUnit(t.Unit)}
		for i, f := range []Figure{t.Before, t.Last, t.Coming} {
			at.column = columns[i]
			w.put(at, f, -1)
		}
	}
}

// measureUnit is the unit of a measure as the reader names it.
func measureUnit(t lang.Text) string {
	switch t.TC {
	case "%", "百萬元", "$'000", "元", "萬元", "億元":
		return t.TC
	case "千元":
		return "$'000"
	case "港元":
		return "元"
	}
	return ""
}

func (w *wants) subheads() {
	const unit = "$'000"
	for _, ak := range accounts() {
		words, _ := kindWords(ak[0], ak[1])
		rows := w.s.ofKind(ak[0], ak[1])
		for _, h := range rows {
			w.amounts(place{table: TableSubheads, group: squeeze(words[0].TC + "/" + words[1].TC), row: squeeze(h.Code + h.Name.TC), unit: unit}, h.Amounts, 0)
		}
		if len(rows) > 0 {
			w.amounts(place{table: TableSubheads, row: chinese{}.ofKind(words[1].TC), unit: unit}, sumOf(rows), 0)
		}
		if whole := w.s.ofAccount(ak[0]); len(whole) > 0 && (ak[1] == Recurrent || ak[1] == Plant) {
			w.amounts(place{table: TableSubheads, row: chinese{}.ofKind(words[0].TC), unit: unit}, sumOf(whole), 0)
		}
	}
	w.amounts(place{table: TableSubheads, row: "開支總額", unit: unit}, sumOf(w.s.Subheads), 0)
	for _, x := range w.s.Components {
		w.amounts(place{table: TableExpenses, group: squeeze(x.Group.TC), row: squeeze(x.Name.TC), unit: unit}, x.Amounts, 0)
	}
	for _, h := range w.s.Subheads {
		if h.Code == "000" {
			w.amounts(place{table: TableExpenses, row: "total", unit: unit}, h.Amounts, 0)
		}
	}
}

func (w *wants) commitments() {
	columns := [4]string{"approved", "accumulated", w.s.columnName(Revised), "balance"}
	put := func(p place, list [4]Figure) {
		p.table, p.unit = TableCommitments, "$'000"
		for i, f := range list {
			p.column = columns[i]
			w.put(p, f, 0)
		}
	}
	for _, x := range w.s.Commitments {
		put(place{row: squeeze(x.Item + x.Name.TC)}, [4]Figure{x.Approved, x.Accumulated, x.Revised, x.Balance})
	}
	if len(w.s.Commitments) > 0 {
		t := w.s.commitmentTotals()
		put(place{row: "total"}, [4]Figure{Known(t[0]), Known(t[1]), Known(t[2]), Known(t[3])})
	}
}
