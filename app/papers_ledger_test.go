package app

import (
	"math"
	"strconv"
	"strings"

	"praya/kernel/money"
	"praya/subsystems/performance/papers"
)

// A ledger holds the printed tables of a report, with what was changed in
// them, and works out by itself which sums of the paper no longer hold. It
// shares no code with the reader: amounts are half-dollars.
type ledger struct {
	s      papers.Sheet
	tables map[string]*papers.Table // provision by "provision-<number>", the others by kind
	gone   map[string]bool          // dropped rows, "<table> <row>"
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

func newLedger(s papers.Sheet, r papers.Report) *ledger {
	l := &ledger{s: s, tables: map[string]*papers.Table{}, gone: map[string]bool{}}
	for _, b := range r.Blocks {
		if b.Kind == papers.BlockTable && b.Table.Kind != "targets" && b.Table.Kind != "indicators" {
			l.tables[tableKey(b.Table)] = b.Table
		}
	}
	return l
}

// at reads a figure as printed.
func (l *ledger) at(table string, row, col int) entry {
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
func (l *ledger) row(table, label string) int {
	for i, r := range l.tables[table].Rows {
		if !r.Title && strings.TrimSpace(strings.Join(r.Cells[:l.tables[table].Labels], " ")) == label {
			return i
		}
	}
	return -1
}

// broken names the first identity that does not hold, "" when all do.
func (l *ledger) broken() string {
	for _, f := range []func() string{l.programmesHold, l.percentagesHold, l.reasonsHold, l.subheadsHold, l.componentsHold, l.commitmentsHold, l.sentencesHold} {
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

func (l *ledger) programmesHold() string {
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

func (l *ledger) percentagesHold() string {
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
		if pct, ok := percentOf(p.Provision[3], p.Provision[1]); ok && !change(pct, l.at("provision-"+p.Number, 0, 3), l.at("provision-"+p.Number, 0, 1)) {
			return "comparison with the original estimate"
		}
	}
	if last := 1 + len(l.s.Programmes); l.at("analysis", last, 3).ok {
		if why := check("analysis", last); why != "" {
			return why
		}
		x, y := l.whole(3), l.whole(1)
		if pct, ok := percentOf(x, y); ok && !change(pct, l.at("analysis", last, 3), l.at("analysis", last, 1)) {
			return "comparison of the whole"
		}
	}
	return ""
}

func (l *ledger) whole(col int) papers.Figure {
	var d money.Decimal
	for _, p := range l.s.Programmes {
		if v := p.Provision[col].Value; v != nil {
			d, _ = d.Add(*v)
		}
	}
	return papers.Known(d)
}

func number(f papers.Figure) float64 {
	if f.Value == nil {
		return 0
	}
	v, _ := strconv.ParseFloat(f.Value.String(), 64)
	return v
}

// percentOf is the percentage that the unchanged sheet has, where it has one.
func percentOf(x, y papers.Figure) (float64, bool) {
	a, b := number(x), number(y)
	if b <= 0 || a < 0 {
		return 0, false
	}
	return math.Round((a-b)/b*1000) / 10, true
}

// reasonsHold: the change that the reasons name, in both tables.
func (l *ledger) reasonsHold() string {
	for i, p := range l.s.Programmes {
		said := math.Round((number(p.Provision[3])-number(p.Provision[2]))*10) / 10 * 1_000_000 * dollar
		if said == 0 {
			continue
		}
		slack := 50_000 * dollar // of 0.001 億 or 10 萬
		for _, at := range [][2]any{{"provision-" + p.Number, 0}, {"analysis", 1 + i}} {
			table, row := at[0].(string), at[1].(int)
			x, y := l.at(table, row, 3), l.at(table, row, 2)
			if !x.ok || !y.ok || math.Abs(x.value-y.value-said) >= slack+x.slack+y.slack-0.25 {
				return "reason"
			}
			if pct, ok := percentOf(p.Provision[3], p.Provision[2]); ok && !change(math.Abs(pct)*direction(said), x, y) {
				return "percentage of a reason"
			}
		}
	}
	return ""
}

func direction(v float64) float64 {
	if v < 0 {
		return -1
	}
	return 1
}

func (l *ledger) subheadsHold() string {
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

func (l *ledger) componentsHold() string {
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

func (l *ledger) commitmentsHold() string {
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

// sentencesHold: amounts and changes that the front page and the details name.
func (l *ledger) sentencesHold() string {
	whole := l.row("subheads", "開支總額")
	if why := l.said("subheads", whole, l.sum(3), l.sum(2), l.sum(0), false); why != "" {
		return why
	}
	if len(l.s.Commitments) > 0 {
		left := 0.0
		for _, c := range l.s.Commitments {
			left += number(c.Balance)
		}
		if e := l.at("commitments", len(l.tables["commitments"].Rows)-1, 3); !e.ok || !frontIs(left, e) {
			return "front balance"
		}
	}
	if e := l.at("subheads", whole, 3); !frontIs(l.sum(3), e) {
		return "front estimate"
	}
	for _, h := range l.s.Subheads {
		now := number(h.Amounts[3])
		if now <= 0 || h.Code != "000" && h.Each == nil && h.Account != papers.Capital && h.Reason.TC == "" {
			continue
		}
		if why := l.said("subheads", l.row("subheads", h.Code+" "+h.Name.TC), now, number(h.Amounts[2]), math.NaN(), true); why != "" {
			return why
		}
		if h.Each != nil {
			e := l.at("subheads", l.row("subheads", h.Code+" "+h.Name.TC), 3)
			if e.value > 0 && e.value < number(papers.Known(h.Each.From))*dollar {
				return "limit"
			}
		}
		if h.Code == "000" {
			e := l.at("expenses", len(l.tables["expenses"].Rows)-1, 3)
			if math.Abs(e.value-now*1000*dollar) >= e.slack+0.75 {
				return "amount of subhead 000"
			}
		}
	}
	return ""
}

func (l *ledger) sum(col int) float64 {
	sum := 0.0
	for _, h := range l.s.Subheads {
		sum += number(h.Amounts[col])
	}
	return sum
}

// frontIs: the front page gives 0.1 million, nothing for nil.
func frontIs(thousands float64, e entry) bool {
	printed := math.Round(thousands/100) * 100_000 * dollar
	slack := 50_000 * dollar
	if printed == 0 {
		slack = 0
	}
	return printed == e.value || math.Abs(printed-e.value) < slack+e.slack-0.25
}

// said: the amount of a row in full, its changes on the revised estimate and
// on the actual, and the percentage of the first.
func (l *ledger) said(table string, row int, now, revised, actual float64, pct bool) string {
	x, y, z := l.at(table, row, 3), l.at(table, row, 2), l.at(table, row, 0)
	if !x.ok {
		return "amount of a row that is gone"
	}
	full := func(v float64) float64 { return v * 1000 * dollar }
	if math.Abs(x.value-full(now)) >= x.slack+0.75 {
		return "amount"
	}
	for _, b := range []struct {
		was float64
		e   entry
	}{{revised, y}, {actual, z}} {
		d := full(now - b.was)
		if math.IsNaN(b.was) || d == 0 {
			continue
		}
		if math.Abs(x.value-b.e.value-d) >= x.slack+b.e.slack+0.75 || math.Abs(full(now)-b.e.value-d) >= b.e.slack+1.75 {
			return "change"
		}
	}
	if p, ok := percentOf(papers.Known(decimal(now)), papers.Known(decimal(revised))); pct && ok && now != revised && !change(p, x, y) {
		return "percentage of a change"
	}
	return ""
}

func decimal(v float64) money.Decimal {
	d, _ := money.New(int64(v), 0)
	return d
}
