package paper

import (
	"strings"

	"praya/kernel/money"
)

// comparison reads "(或較 2024-25 原來預算減少 1.5%)": the estimate against the
// original estimate. It stands in a cell, on a line of its own, or on two.
func (w *walk) comparison(l line, cell int) {
	key := fold(l.body)
	if !strings.Contains(key, ")") {
		w.pendCmp = append(w.pendCmp, l)
		return
	}
	w.compare(l.no, cell, l.body, key)
}

// continuesComparison takes lines of prose that begin or go on with one.
func (w *walk) continuesComparison(l line, key string) bool {
	if len(w.pendCmp) == 0 {
		if !comparing(key) {
			return false
		}
		w.comparison(l, 1)
		return true
	}
	if len(w.pendCmp) > 3 || len(key) > 90 {
		w.flushComparison()
		return false
	}
	w.pendCmp = append(w.pendCmp, l)
	if strings.Contains(key, ")") {
		w.flushComparison()
	}
	return true
}

// comparing says whether a folded text begins a comparison: (或較 …, or
// (與 … 原來預算相同).
func comparing(key string) bool {
	return strings.HasPrefix(key, "(或較") || strings.HasPrefix(key, "(與") && strings.HasSuffix(key, "相同)") && len(key) < 90
}

// flushComparison reads the lines that were kept.
func (w *walk) flushComparison() {
	if len(w.pendCmp) == 0 {
		return
	}
	parts := make([]string, len(w.pendCmp))
	for i, l := range w.pendCmp {
		parts[i] = l.body
	}
	raw := strings.Join(parts, " ")
	no := w.pendCmp[len(w.pendCmp)-1].no
	w.pendCmp = nil
	w.compare(no, 1, raw, fold(raw))
}

// trailingComparison takes a row that is nothing but a comparison in cells.
func (w *walk) trailingComparison(r *row) bool {
	cell, only := onlyCell(r.cells)
	if !only {
		return false
	}
	key := fold(r.cells[cell])
	if !strings.HasPrefix(key, "(或") && !comparing(key) {
		return false
	}
	w.compare(r.line, cell+1, strings.TrimSpace(r.cells[cell]), key)
	return true
}

// compare attaches a comparison to the last row of provision with figures.
func (w *walk) compare(no, cell int, raw, key string) {
	base, words := comparedWith(key)
	pct, ok := signedPercent(words)
	r := w.lastProvision()
	if !ok || base.role == "" || r == nil {
		w.problem(no, cell, ProblemRow, clip(raw))
		w.fact(Fact{Kind: KindUnplaced, Table: TableProse, Raw: raw, Line: no, Cell: cell, Unit: UnitPercent})
		return
	}
	if base.odd {
		w.problem(no, cell, ProblemHeading, clip(raw))
	}
	w.order++
	w.facts = append(w.facts, w.keep(Fact{
		Kind: KindPercentage, Table: r.table.kind, Value: &pct, Unit: UnitPercent, Raw: raw,
		Line: no, Cell: cell, How: Printed, Column: comparedColumn(base), Order: r.row.order, Code: r.row.code, Group: r.table.programme,
	}))
}

// comparedColumn names a change: the year is filled in when it is known.
func comparedColumn(base column) string {
	return column{role: roleEstimate, year: base.year + 1}.name() + " on " + base.name()
}

// comparedWith finds year and role behind 較, or behind the (與 of what is the same.
func comparedWith(key string) (base column, rest string) {
	_, rest, ok := strings.Cut(key, "較")
	if !ok && comparing(key) {
		rest, ok = strings.CutPrefix(key, "(與")
	}
	if !ok {
		return base, key
	}
	rest = base.takeYear(strings.TrimLeft(rest, "-"))
	rest = strings.TrimPrefix(rest, "的")
	for _, word := range []string{"修訂預算", "原來預算", "核准預算", "實際開支", "實際"} {
		if after, ok := strings.CutPrefix(rest, word); ok {
			base.role, _ = roleWord(word)
			return base, after
		}
	}
	return base, rest
}

// signedPercent reads 減少1.5%, 增加150.0%, 相同.
func signedPercent(words string) (money.Decimal, bool) {
	if strings.Contains(words, "相同") || strings.Contains(words, "無變") {
		none, err := money.New(0, 1)
		return none, err == nil
	}
	down := strings.HasPrefix(words, "減少") || strings.HasPrefix(words, "減幅")
	if !down && !strings.HasPrefix(words, "增加") && !strings.HasPrefix(words, "增幅") {
		return money.Decimal{}, false
	}
	i := strings.IndexAny(words, "0123456789")
	if i < 0 {
		return money.Decimal{}, false
	}
	d, n, odd := numberAt(words[i:])
	if n == 0 || odd || !strings.HasPrefix(words[i+n:], "%") {
		return money.Decimal{}, false
	}
	if down {
		d = d.Neg()
	}
	return d, true
}

type provisionRow struct {
	table *table
	row   *row
}

// lastProvision is the row that a comparison speaks about: the programme's own,
// or the total of the analysis.
func (w *walk) lastProvision() *provisionRow {
	for i := len(w.tables) - 1; i >= 0; i-- {
		t := w.tables[i]
		if w.part == partAnalysis && t.kind != TableAnalysis ||
			w.part != partAnalysis && (t.kind != TableProvision || t.programme != w.code) {
			continue
		}
		for j := len(t.rows) - 1; j >= 0; j-- {
			if !blank(strings.Join(t.rows[j].cells, "")) {
				return &provisionRow{t, t.rows[j]}
			}
		}
	}
	return nil
}
