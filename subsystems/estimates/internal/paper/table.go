package paper

import "strings"

// A table is one block of rows under one set of headings.
type table struct {
	kind      string
	programme string // code of the programme in whose part it stands
	line      int
	columns   []column
	heads     [][]column // heading rows as they stand, before settle
	headCells []int      // physical lines of the headings
	unit      string
	rows      []*row
	inLabel   bool // a column's heading stands in the place of the names
	settled   bool
	account   string // of subheads and commitments while their rows are read
	group     string
	code      string
}

// A row is one line of a table: its name and the cells in the place of figures.
type row struct {
	order  int
	line   int
	label  string // name as printed
	code   string
	name   string
	group  string
	total  string
	unit   string
	marks  []string
	cells  []string // until the table is whole
	at     [][2]int // line and cell of each, where the row was set anew
	pct    []aside
	apart  bool // name and figures stand on different lines
	start  int  // first cell in the place of figures, -1 as yet unknown
	region []value
	title  bool // a heading within the table: no figures
}

func (r *row) filled() int {
	n := 0
	for i := range r.region {
		if !r.region[i].blank {
			n++
		}
	}
	return n
}

// display is the fact's Row: number and name.
func (r *row) display() string {
	switch {
	case r.code != "" && r.name != "":
		return r.code + " " + r.name
	case r.name == "" && r.code == "" && r.total != "":
		return "total"
	}
	return r.code + r.name
}

// headingLabel says whether the first cell of a row of headings may hold this.
func headingLabel(key string) bool {
	return key == "" || key == "目標" || key == "指標" || key == "綱領" ||
		strings.HasPrefix(key, "分目") || strings.HasPrefix(key, "項目") || strings.HasPrefix(key, "(編號)")
}

// headings reads a row of cells as headings: one column a cell.
func headings(cells []string) (cols []column, label string, ok bool) {
	if len(cells) < 2 {
		return nil, "", false
	}
	if !mayHead(cells[0]) {
		return nil, "", false
	}
	first := fold(cells[0])
	_, isHead := parseHeading(first)
	if !isHead && !headingLabel(first) {
		return nil, "", false
	}
	cols = make([]column, len(cells))
	known, unknown := 0, 0
	for i, c := range cells {
		if blank(c) || i == 0 && !isHead {
			continue
		}
		col, good := parseHeading(fold(c))
		switch {
		case good:
			known++
		case headingLabel(fold(c)):
			continue
		default:
			col, unknown = column{odd: true}, unknown+1
		}
		col.cell = i + 1
		cols[i] = col
	}
	if known == 0 || unknown > 1 || unknown > 0 && known < 2 || onlyYearsOfData(cols, known) {
		return nil, "", false
	}
	return cols, first, true
}

// mayHead turns away most names of rows before they are folded: a heading is
// short, and blank or made of the words of headings.
func mayHead(cell string) bool {
	if len(cell) > 100 {
		return false
	}
	for _, r := range cell {
		if foldRune(r) == 0 {
			continue
		}
		return r < 0x80 || strings.ContainsRune("目指綱纲分項项核截結结承（實原修預", r)
	}
	return true
}

// onlyYearsOfData guards against ungrouped figures that look like years: a
// heading row of bare years has more than one.
func onlyYearsOfData(cols []column, known int) bool {
	return known == 1 && cols[len(cols)-1].cal && cols[len(cols)-1].role == ""
}

// addHeads stacks a row of headings on a table that has no figures yet.
func (t *table) addHeads(no int, cols []column, label string) {
	t.heads = append(t.heads, cols)
	t.headCells = append(t.headCells, no)
	for _, c := range cols {
		if c.unit != "" {
			t.unit = c.unit
		}
	}
	if c, ok := parseHeading(label); ok && c.role != "" {
		t.inLabel = true
	}
}

// settle resolves the stacked headings to columns.
func (t *table) settle() {
	if t.settled {
		return
	}
	t.settled = true
	if t.kind == TableCommitments {
		t.settleCommitments()
		return
	}
	var cols []column
	for _, h := range t.heads {
		if !named(h) {
			continue
		}
		for i, c := range h {
			for len(cols) <= i {
				cols = append(cols, column{cell: len(cols) + 1})
			}
			cols[i].merge(c)
		}
	}
	if len(cols) > 0 && cols[0].role == "" && !t.inLabel {
		cols = cols[1:] // the column of names
	}
	if t.kind != TableTargets && t.kind != TableIndicators {
		cols = trimEmpty(cols)
	}
	t.columns = cols
}

// trimEmpty takes blank headings off both ends: in tables of provision they
// stand over names or over nothing.
func trimEmpty(cols []column) []column {
	for len(cols) > 0 && cols[len(cols)-1].empty() {
		cols = cols[:len(cols)-1]
	}
	for len(cols) > 0 && cols[0].empty() {
		cols = cols[1:]
	}
	return cols
}

func (c column) empty() bool { return c.role == "" && c.year == 0 && !c.odd }

// named says whether a heading row has more than units.
func named(h []column) bool {
	for _, c := range h {
		if c.role != "" || c.year != 0 || c.odd {
			return true
		}
	}
	return false
}

func (c *column) merge(d column) {
	if c.role == "" {
		c.role = d.role
	}
	if c.year == 0 {
		c.year, c.cal, c.term = d.year, d.cal, d.term
	}
	c.odd = c.odd || d.odd
}

// settleCommitments: the headings of commitments stand on two lines that do
// not pair by cell, but their order is always the same.
func (t *table) settleCommitments() {
	for _, role := range []string{roleApproved, roleAccumulated, roleRevised, roleBalance} {
		if c, ok := t.headed(role); ok {
			t.columns = append(t.columns, c)
		}
	}
}

// headed finds the heading of a role.
func (t *table) headed(role string) (column, bool) {
	for _, h := range t.heads {
		for _, c := range h {
			if c.role == role {
				return c, true
			}
		}
	}
	return column{}, false
}

// kindOf decides from its headings what a table is; context is what the
// headings before it announced.
func kindOf(cols []column, label, context string) string {
	has := func(role string) bool {
		for _, c := range cols {
			if c.role == role {
				return true
			}
		}
		return false
	}
	unit := ""
	for _, c := range cols {
		if c.unit != "" {
			unit = c.unit
		}
	}
	switch {
	case has(roleApproved) || has(roleAccumulated) || has(roleBalance) || strings.Contains(label, "涵蓋的範圍"):
		return TableCommitments
	case strings.HasPrefix(label, "分目") || ofSubheads(cols):
		return TableSubheads
	case has(rolePlan) || has(roleTarget):
		return TableTargets
	case unit == UnitThousand && has(roleActual):
		return TableExpenses
	case unit == UnitMillion && has(roleActual):
		return TableAnalysis
	case has(roleOriginal) && context != TableExpenses && context != TableSubheads && context != TableAnalysis:
		return TableProvision
	case context == TableTargets && has(roleActual):
		return TableIndicators
	}
	return context
}

// ofSubheads: only the table of subheads says 實際開支 and 核准預算.
func ofSubheads(cols []column) bool {
	for _, c := range cols {
		if c.subhead {
			return true
		}
	}
	return false
}
