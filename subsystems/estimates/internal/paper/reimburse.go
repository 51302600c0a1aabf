package paper

import "strings"

// Some subheads are paid back by others: 可收回的薪金及津貼 names an amount, and the line 減去發還款項
// below takes it off again (貸方, a credit). The amount belongs to no year, though it may stand
// where the first year's column begins; only what stands in the columns themselves, mostly a
// nil dash, is of a year.

const (
	paidBack = "發還款項"
	payable  = "可收回的薪金及津貼"
	credit   = "貸方"
)

// reimbursement reads such a line of the subheads, and reports whether it was one.
func (w *walk) reimbursement(l line) bool {
	if w.table == nil || w.table.kind != TableSubheads {
		return false
	}
	at := -1
	for i := 0; i < len(l.cells) && i < 2; i++ {
		if key := fold(l.cells[i]); strings.Contains(key, paidBack) || strings.Contains(key, payable) {
			at = i
		}
	}
	if at < 0 {
		return false
	}
	name, tail := cutLeader(l.cells[at])
	cells, places := append([]string{}, l.cells[:at]...), [][2]int{}
	for i := range cells {
		places = append(places, [2]int{l.no, i + 1})
	}
	cells, places = append(cells, name), append(places, [2]int{l.no, at + 1})
	rest, filled := l.cells[at+1:], 0
	for _, c := range rest {
		if !blank(c) {
			filled++
		}
	}
	years := w.table.yearColumns()
	from := at + 1
	switch {
	case tail != "" && w.paid(l.no, at+1, name, tail, l.cells):
	case len(rest) > 0 && (filled == years+1 || filled == 1 && years > 1 && !onlyDash(rest)):
		first := 0
		for blank(rest[first]) {
			first++
		}
		if !w.paid(l.no, from+first+1, name, strings.TrimSpace(rest[first]), l.cells) {
			return false
		}
		rest, from, filled = rest[first+1:], from+first+1, filled-1
	default:
		return false
	}
	if filled == 0 {
		return true
	}
	for i, c := range rest {
		cells, places = append(cells, c), append(places, [2]int{l.no, from + i + 1})
	}
	l.cells, l.at = cells, places
	w.addRow(l)
	return true
}

// paid writes down an amount that is paid back, a credit as less than nothing.
func (w *walk) paid(no, cell int, name, raw string, cells []string) bool {
	s := strings.TrimSpace(stripTags(raw))
	rest, credited := strings.CutPrefix(s, credit)
	rest, dollars := strings.CutPrefix(strings.TrimSpace(rest), "$")
	v := parseValue(strings.TrimSpace(rest))
	if v.num == nil || v.dash {
		return false
	}
	d, unit := *v.num, UnitThousand
	if credited {
		d = d.Neg()
	}
	if dollars {
		unit = UnitDollar
	}
	f := Fact{
		Kind: KindReimburse, Table: TableSubheads, Row: tidy(name), Column: KindReimburse, Value: &d, Unit: unit,
		Raw: raw, Line: no, Cell: cell, Marks: v.marks, Name: tidy(name), Group: w.table.group,
	}
	if code := tidy(cells[0]); isCode(code) {
		f.Code, f.Row = code, code+" "+f.Name
	}
	w.fact(f)
	return true
}

// cutLeader parts a name from what stands behind its leader of dots.
func cutLeader(cell string) (name, tail string) {
	i := strings.Index(cell, "...")
	if i < 0 {
		return cell, ""
	}
	return strings.TrimSpace(cell[:i]), strings.TrimSpace(strings.TrimLeft(cell[i:], ". "))
}

func onlyDash(cells []string) bool {
	for _, c := range cells {
		if v := parseValue(c); !v.blank && !v.dash {
			return false
		}
	}
	return true
}

// yearColumns counts the columns that are about a year.
func (t *table) yearColumns() int {
	t.settle()
	n := 0
	for _, c := range t.columns {
		if c.year != 0 {
			n++
		}
	}
	return n
}
