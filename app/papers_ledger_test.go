package app

import (
	"math"
	"strconv"
	"strings"

	"praya/subsystems/performance/papers"
)

// A tally holds the printed tables of a report, with what was changed in
// them, and works out by itself which sums of the paper no longer hold. It
// shares no code with the reader: amounts are half-dollars.
type tally struct {
	s      papers.Sheet
	tables map[string]*papers.Table // provision by "provision-<number>", the others by kind
	gone   map[string]bool          // dropped rows, "<table> <row>"
	said   map[string]entry         // figures in sentences
	spoken []spoken                 // where these stand
}

// An entry is a printed figure and how far the true one may be away.
type entry struct {
	value, slack float64
	pct          *float64
	ok           bool
}

const dollar = 2.0

func tableKey(t *papers.Table) string {
	if t.Programme != "" {
		return t.Kind + "-" + t.Programme
	}
	return t.Kind
}

func newTally(s papers.Sheet, r papers.Report) *tally {
	l := &tally{s: s, tables: map[string]*papers.Table{}, gone: map[string]bool{}, said: map[string]entry{}}
	l.listen(r)
	for _, b := range r.Blocks {
		if b.Kind == papers.BlockTable && b.Table.Kind != "targets" && b.Table.Kind != "indicators" {
			l.tables[tableKey(b.Table)] = b.Table
		}
	}
	return l
}

// at reads a figure as printed.
func (l *tally) at(table string, row, col int) entry {
	t := l.tables[table]
	if row < 0 || l.gone[table+" "+strconv.Itoa(row)] {
		return entry{}
	}
	unit := 1000 * dollar
	slack := unit / 2
	if strings.HasPrefix(table, "provision") || table == "analysis" {
		unit = 1_000_000 * dollar
		slack = unit / 20
	}
	cell, rest, _ := strings.Cut(t.Rows[row].Cells[t.Labels+col], " (")
	e := entry{ok: true}
	if rest != "" {
		p, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSuffix(rest, ")"), "%"), 64)
		if rest == "—)" {
			p, err = 0, nil
		}
		if err == nil {
			e.pct = &p
		}
	}
	cell = strings.TrimRight(cell, "△‡†§")
	if cell == "—" {
		return e
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(cell, ",", ""), 64)
	if err != nil {
		return entry{}
	}
	e.value, e.slack = math.Round(v*unit*10)/10, slack
	return e
}

// rows finds rows by what stands in their labels.
func (l *tally) row(table, label string) int {
	for i, r := range l.tables[table].Rows {
		if !r.Title && strings.TrimSpace(strings.Join(r.Cells[:l.tables[table].Labels], " ")) == label {
			return i
		}
	}
	return -1
}

// broken names the first identity that does not hold, "" when all do.
func (l *tally) broken() string {
	for _, f := range []func() string{l.programmesHold, l.percentagesHold, l.reasonsHold, l.postsHold, l.subheadsHold, l.componentsHold, l.commitmentsHold, l.sentencesHold} {
		if why := f(); why != "" {
			return why
		}
	}
	return ""
}

// sums says whether parts make a total; parts that are gone add nothing, but
// some part must be there.
func sums(parts []entry, total entry) bool {
	value, slack, n := 0.0, total.slack, 0
	for _, e := range parts {
		if e.ok {
			value, slack, n = value+e.value, slack+e.slack, n+1
		}
	}
	return total.ok && n > 0 && (value == total.value || math.Abs(value-total.value) < slack-0.25)
}

func (l *tally) programmesHold() string {
	for c := range 4 {
		var own, listed []entry
		for i, p := range l.s.Programmes {
			a, b := l.at("provision-"+p.Number, 0, c), l.at("analysis", 1+i, c)
			if !a.ok || !b.ok || !sums([]entry{a}, b) {
				return "provision and analysis"
			}
			own, listed = append(own, a), append(listed, b)
		}
		last := l.at("analysis", 1+len(l.s.Programmes), c)
		if len(listed) == 1 && !last.ok {
			continue // one programme needs no total
		}
		if !sums(own, last) || !sums(listed, last) {
			return "analysis total"
		}
	}
	return ""
}

// change says whether a printed percentage can be the change from y to x.
func change(p float64, x, y entry) bool {
	if !x.ok || !y.ok || x.value-x.slack < 0 || y.value-y.slack <= 0 {
		return false
	}
	most := 100 * ((x.value+x.slack)/(y.value-y.slack) - 1)
	least := 100 * ((x.value-x.slack)/(y.value+y.slack) - 1)
	return p-0.05 <= most+1e-7 && p+0.05 >= least-1e-7
}

func (l *tally) percentagesHold() string {
	check := func(table string, row int) string {
		for c := range 4 {
			e := l.at(table, row, c)
			if e.pct != nil && (c < 2 || !change(*e.pct, e, l.at(table, row, c-1))) {
				return "percentage"
			}
		}
		return ""
	}
	for _, p := range l.s.Programmes {
		if why := check("provision-"+p.Number, 0); why != "" {
			return why
		}
		if x, ok := l.said["compared-"+p.Number]; ok && !change(x.value, l.at("provision-"+p.Number, 0, 3), l.at("provision-"+p.Number, 0, 1)) {
			return "comparison with the original estimate"
		}
	}
	last := 1 + len(l.s.Programmes)
	compared := last
	if !l.at("analysis", last, 3).ok {
		compared = last - 1 // the line speaks about the row above it
	}
	if x, ok := l.said["compared"]; ok && !change(x.value, l.at("analysis", compared, 3), l.at("analysis", compared, 1)) {
		return "comparison of the whole"
	}
	if l.at("analysis", last, 3).ok {
		if why := check("analysis", last); why != "" {
			return why
		}
	}
	return ""
}

func (l *tally) subheadsHold() string {
	t := l.tables["subheads"]
	for c := range 4 {
		var items, kinds, accounts []entry
		for i, r := range t.Rows {
			label := r.Cells[1]
			e := l.at("subheads", i, c)
			switch {
			case r.Title:
			case r.Cells[0] != "":
				items = append(items, e)
			case label == "開支總額":
				if !sums(accounts, e) {
					return "total of the subheads"
				}
				var listed []entry
				adjusted := false
				for k, p := range l.s.Programmes {
					listed = append(listed, l.at("analysis", 1+k, c))
					adjusted = adjusted || len(p.Provision[c].Marks) > 0
				}
				if !sums(listed, e) && (!adjusted || total(listed) < e.value) {
					return "programmes and subheads"
				}
			case strings.HasSuffix(label, "帳目總額"):
				if !sums(kinds, e) {
					return "account"
				}
				accounts, kinds = append(accounts, e), nil
			default:
				if !sums(items, e) {
					return "kind"
				}
				kinds, items = append(kinds, e), nil
			}
		}
	}
	return ""
}

func total(list []entry) float64 {
	sum := 0.0
	for _, e := range list {
		sum += e.value
	}
	return sum
}

func (l *tally) componentsHold() string {
	t, ok := l.tables["expenses"]
	if !ok {
		return ""
	}
	for c := range 4 {
		var items []entry
		for i, r := range t.Rows {
			e := l.at("expenses", i, c)
			switch {
			case r.Title:
			case i < len(t.Rows)-1:
				items = append(items, e)
			default:
				if !sums(items, e) || !l.at("subheads", l.row("subheads", "000 運作開支"), c).ok ||
					!sums([]entry{e}, l.at("subheads", l.row("subheads", "000 運作開支"), c)) {
					return "components"
				}
			}
		}
	}
	return ""
}

func (l *tally) commitmentsHold() string {
	t, ok := l.tables["commitments"]
	if !ok {
		return ""
	}
	var columns [4][]entry
	for i, r := range t.Rows {
		var e [4]entry
		for c := range e {
			e[c] = l.at("commitments", i, c)
		}
		last := i == len(t.Rows)-1
		if r.Title || !e[0].ok && !last {
			continue
		}
		if !e[3].ok || math.Abs(e[0].value-e[1].value-e[2].value-e[3].value) >= max(0.1, e[0].slack+e[1].slack+e[2].slack+e[3].slack-0.25) {
			return "balance"
		}
		for c := range columns {
			if last && !sums(columns[c], e[c]) {
				return "total of the commitments"
			}
			columns[c] = append(columns[c], e[c])
		}
	}
	spent := entry{ok: true}
	for _, e := range columns[2][:len(columns[2])-1] {
		spent.value, spent.slack = spent.value+e.value, spent.slack+e.slack
	}
	have := l.at("subheads", l.row("subheads", "700 一般非經常開支"), 2)
	if have.ok && spent.value > have.value && spent.value-have.value >= spent.slack+have.slack-0.25 {
		return "commitments and their subhead"
	}
	return ""
}
