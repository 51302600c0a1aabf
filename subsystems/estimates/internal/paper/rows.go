package paper

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// tabular sorts a line with tabs: headings, a comparison, or a row.
func (w *walk) tabular(l line) {
	if cell, ok := onlyCell(l.cells); ok {
		key := fold(l.cells[cell])
		if key == "財政撥款分析" {
			w.enter(partAnalysis, "", TableAnalysis)
			w.code = ""
			return
		}
		if comparing(key) {
			w.comparison(line{no: l.no, text: l.text, body: strings.TrimSpace(l.cells[cell])}, cell+1)
			return
		}
	}
	if cols, label, ok := headings(l.cells); ok {
		w.openTable(l.no, cols, label)
		return
	}
	if w.reimbursement(l) {
		return
	}
	if unknownHeadings(l.cells) {
		// What stands below must not go under the headings above.
		w.problem(l.no, 0, ProblemHeading, clip(strings.TrimSpace(strings.Join(l.cells, " "))))
		w.implicitTable(l.no)
		return
	}
	if w.table == nil {
		w.implicitTable(l.no)
	}
	if w.percentageRow(l) {
		return
	}
	w.addRow(l)
}

// unknownHeadings: two or more cells behind the first that are words are the
// headings of something, even if they name no column that we know.
func unknownHeadings(cells []string) bool {
	words := 0
	for i, c := range cells {
		if i < 2 || blank(c) {
			continue
		}
		v := parseValue(c)
		if v.num != nil || v.pct != nil || v.none {
			return false
		}
		words++
	}
	return words > 1
}

// percentageRow sets a row of nothing but (-0.6%) behind the figures above it.
func (w *walk) percentageRow(l line) bool {
	rows := w.table.rows
	if len(rows) == 0 || len(rows[len(rows)-1].cells) != len(l.cells) {
		return false
	}
	var found []aside
	for i, c := range l.cells {
		if blank(c) {
			continue
		}
		if v := parseValue(c); v.num != nil || v.pct == nil {
			return false
		}
		found = append(found, aside{i, strings.TrimSpace(c), l.no, i + 1})
	}
	if len(found) == 0 {
		return false
	}
	last := rows[len(rows)-1]
	last.pct = append(last.pct, found...)
	return true
}

// onlyCell gives the one cell of a line that is not blank.
func onlyCell(cells []string) (int, bool) {
	at, n := 0, 0
	for i, c := range cells {
		if !blank(c) {
			at, n = i, n+1
		}
	}
	return at, n == 1
}

// openTable begins a table, or stacks headings on one without figures.
func (w *walk) openTable(no int, cols []column, label string) {
	if w.table != nil && len(w.table.rows) == 0 && (len(w.table.heads) > 0 || w.table.kind == "") {
		w.table.addHeads(no, cols, label)
		w.table.rekind(cols, label)
		return
	}
	context := w.context
	if w.table != nil {
		context = w.table.kind
	}
	if w.part == partAnalysis {
		context = TableAnalysis
	}
	t := &table{kind: kindOf(cols, label, context), programme: w.code, line: no}
	if t.kind == TableSubheads || t.kind == TableCommitments || t.kind == TableExpenses || t.kind == TableAnalysis {
		t.programme = ""
	}
	w.newTable(t)
	t.addHeads(no, cols, label)
}

// rekind: a second heading line may say what the first left open.
func (t *table) rekind(cols []column, label string) {
	if k := kindOf(cols, label, t.kind); k == TableCommitments || k == TableSubheads && t.kind != TableCommitments {
		t.kind = k
	}
}

// implicitTable takes rows whose headings were lost.
func (w *walk) implicitTable(no int) {
	kind := w.context
	if w.part == partAnalysis {
		kind = TableAnalysis
	}
	w.newTable(&table{kind: kind, programme: w.code, line: no})
}

func (w *walk) newTable(t *table) {
	w.table = t
	w.tables = append(w.tables, t)
	if t.kind == TableTargets || t.kind == TableIndicators {
		w.context = t.kind
	}
}

// addRow reads the name of one row and keeps its cells.
func (w *walk) addRow(l line) {
	t := w.table
	t.settle()
	r := &row{line: l.no, cells: l.cells, at: l.at, pct: l.pct, apart: l.apart}
	r.start = w.label(t, r, l.cells)
	if w.trailingComparison(r) {
		return
	}
	w.order++
	r.order = w.order
	t.rows = append(t.rows, r)
}

// label finds the name of a row and gives the index of its first figure cell,
// -1 where that depends on how the other rows of the table stand.
func (w *walk) label(t *table, r *row, cells []string) int {
	second := ""
	if len(cells) > 1 {
		second = cells[1]
	}
	coded := t.kind == TableSubheads || t.kind == TableCommitments || t.kind == ""
	code := tidy(cells[0])
	switch {
	case blank(cells[0]):
		if blank(second) || figure(second) {
			return -1
		}
		w.name(t, r, second)
		return 2
	case coded && isCode(code) && len(cells) > 1:
		r.code = code
		if blank(second) || figure(second) {
			return -1
		}
		w.name(t, r, second)
		return 2
	case figure(cells[0]):
		return 0
	}
	w.name(t, r, cells[0])
	return 1
}

// cut gives every row its cells in the place of figures. Where a row has no
// name, the others say how many cells names take.
func (t *table) cut() {
	width := t.width()
	for _, r := range t.rows {
		if r.start < 0 {
			r.start = 0
			for r.start < width && r.start < len(r.cells) && (blank(r.cells[r.start]) || r.start == 0 && r.code != "") {
				r.start++
			}
		}
		for i := r.start; i < len(r.cells); i++ {
			v := parseValue(r.cells[i])
			v.line, v.cell = r.line, i+1
			if r.at != nil {
				v.line, v.cell = r.at[i][0], r.at[i][1]
			}
			for k := range r.pct {
				if r.pct[k].of == i {
					v.pct, v.aside = parseValue(r.pct[k].raw).pct, &r.pct[k]
				}
			}
			r.region = append(r.region, v)
		}
		r.fit(len(t.columns), t.kind)
		r.title = r.filled() == 0
		r.cells = nil
	}
}

// width is the number of cells that names take in most rows with figures.
func (t *table) width() int {
	var count [3]int
	for _, r := range t.rows {
		if r.start > 0 && r.start < len(count) && len(r.cells) > r.start && !blank(strings.Join(r.cells[r.start:], "")) {
			count[r.start]++
		}
	}
	if count[2] > count[1] {
		return 2
	}
	return 1
}

// name splits a printed name into number, name and marks.
func (w *walk) name(t *table, r *row, printed string) {
	r.label = strings.TrimSpace(printed)
	s, marks := splitMarks(tidy(printed))
	r.marks = marks
	s = strings.TrimRight(s, ". …")
	s, more := splitMarks(s)
	r.marks = append(more, r.marks...)
	switch t.kind {
	case TableProvision:
		r.name = s
		if _, unit := takeUnit(fold(s)); unit != "" {
			r.unit, t.unit = unit, unit
		}
		return
	case TableAnalysis:
		r.code, s = bracketNumber(s)
	case TableSubheads, TableCommitments, "":
		if r.code == "" {
			r.code, s = leadingCode(s)
		}
	case TableExpenses:
		s = strings.TrimLeftFunc(s, func(c rune) bool { return isDash(c) || c == ' ' })
	case TableTargets, TableIndicators:
		r.unit = measureUnit(s)
	}
	r.name = strings.TrimSpace(s)
}

// bracketNumber splits "(1) name".
func bracketNumber(s string) (code, name string) {
	rest, ok := strings.CutPrefix(strings.Replace(s, "（", "(", 1), "(")
	if !ok {
		return "", s
	}
	n, size := digitsAt(rest, 3)
	if size == 0 {
		return "", s
	}
	_, close := utf8.DecodeRuneInString(rest[size:])
	if size+close > len(rest) || rest[size] != ')' && !strings.HasPrefix(rest[size:], "）") {
		return "", s
	}
	return strconv.Itoa(n), strings.TrimSpace(rest[size+close:])
}

// leadingCode splits "801 name": three digits, then the name.
func leadingCode(s string) (code, name string) {
	if len(s) < 3 || !isCode(s[:3]) || len(s) > 3 && s[3] >= '0' && s[3] <= '9' {
		return "", s
	}
	rest := s[3:]
	if rest != "" && rest[0] != ' ' && rest[0] < 0x80 {
		return "", s
	}
	return s[:3], strings.TrimSpace(rest)
}

// isCode: numbers of subheads and items have three digits; some carry letters.
func isCode(s string) bool {
	_, n := digitsAt(s, 4)
	return n == 3 && (len(s) == 3 || len(s) <= 5 && s[3] >= 'A' && s[3] <= 'Z')
}

// measureUnit is the unit that a target or indicator names in brackets.
func measureUnit(name string) string {
	key := fold(name)
	open := strings.LastIndexByte(key, '(')
	if open < 0 || !strings.HasSuffix(key, ")") {
		return UnitNone
	}
	switch key[open+1 : len(key)-1] {
	case "%":
		return UnitPercent
	case "百萬元":
		return UnitMillion
	case "$'000", "千元":
		return UnitThousand
	case "元", "港元":
		return UnitDollar
	case "萬元":
		return UnitTenThou
	case "億元":
		return UnitHundredMio
	}
	return UnitNone
}

// figure says whether a cell holds a figure, a dash or a percentage, so that
// it is no name.
func figure(cell string) bool {
	v := parseValue(cell)
	return v.readable() || v.pct != nil || v.none
}

// fit trims blank cells behind the columns.
func (r *row) fit(columns int, kind string) {
	if columns == 0 {
		columns = len(expectedColumns(kind, 1))
	}
	for len(r.region) > columns && r.region[len(r.region)-1].blank {
		r.region = r.region[:len(r.region)-1]
	}
}
