package paper

import "strings"

// Rows of the front page.
const (
	frontEstimate = "estimate"
	frontCeiling  = "ceiling"
	frontBalance  = "balance"
)

// frontLine reads a line of the front page that has tabs: words, dots, amount.
func (w *walk) frontLine(l line) bool {
	if w.part != partFront || w.head == "" {
		return false
	}
	label := l.cells[0]
	amount, cell := "", 0
	for i, c := range l.cells[1:] {
		if !blank(c) {
			amount, cell = strings.TrimSpace(c), i+2
		}
	}
	return w.front(l, label, amount, cell)
}

// frontProse reads the sentences of the front page that have no tabs, and the
// ones about officer and policy area wherever they stand.
func (w *walk) frontProse(l line, key string) bool {
	switch {
	case strings.HasPrefix(key, "管制人員:"):
		w.controlling(l, key)
		return true
	case strings.Contains(key, "納入政策範圍") && len(key) < 300:
		w.onlyProgramme(l)
		w.policyArea(l)
		return true
	case w.part != partFront || w.head == "":
		return false
	}
	label, amount := l.body, ""
	if i := strings.Index(label, "..."); i >= 0 {
		label, amount = label[:i], strings.Trim(label[i:], ". ")
	}
	return w.front(l, label, amount, 1)
}

// front sorts one sentence of the front page by its words.
func (w *walk) front(l line, label, amount string, cell int) bool {
	key := strings.TrimRight(fold(label), ".…")
	f := Fact{Kind: KindAmount, Table: TableFront, Unit: UnitHundredMio, Raw: amount, Line: l.no, Cell: cell}
	switch {
	case strings.Contains(key, "編制上限"):
		f.Kind, f.Row = KindCeiling, frontCeiling
	case strings.HasPrefix(key, "承擔額結餘"):
		f.Row = frontBalance
	case strings.Contains(key, "首長級職位"):
	case strings.HasSuffix(key, "年度預算"):
		f.Row = frontEstimate
	default:
		return false
	}
	y, fits, end := chineseFiscal(key)
	if end > 0 && !fits {
		w.problem(l.no, 0, ProblemYear, clip(label))
	}
	if f.Row == frontEstimate && fits {
		w.votes[y]++
	}
	w.frontItems = append(w.frontItems, frontItem{l, key, label, f})
	return true
}

type frontItem struct {
	line  line
	key   string
	label string
	fact  Fact
}

// tellFront turns the front page into facts, once the year is known.
func (w *walk) tellFront() {
	for i := range w.frontItems {
		it := &w.frontItems[i]
		if y := w.yearIn(it.key); y != w.year {
			w.problem(it.line.no, 0, ProblemYear, clip(it.label))
		}
		w.frontPosts(it)
		if it.fact.Row == "" {
			continue
		}
		f := it.fact
		f.Column = column{role: roleEstimate, year: int(w.yearIn(it.key))}.name()
		if f.Row == frontBalance {
			f.Column = roleBalance
		}
		w.frontAmount(it, f)
	}
}

// yearIn is the first financial year that a text names, else the paper's.
func (w *walk) yearIn(key string) fiscal {
	if y, fits, end := chineseFiscal(key); end > 0 && fits {
		return y
	}
	return w.year
}

func (w *walk) frontAmount(it *frontItem, f Fact) {
	if f.Raw == "" {
		w.problem(it.line.no, 0, ProblemMissingPart, f.Row)
		return
	}
	for _, m := range mentions(f.Raw) {
		if _, ok := exponent(m.unit); ok && !m.odd {
			num := m.num
			f.Value, f.Unit = &num, m.unit
			w.fact(f)
			return
		}
	}
	if d := strings.TrimSpace(f.Raw); dashes(d) == len(d) {
		v := parseValue(d)
		f.Value, f.exact = v.num, true
		w.fact(f)
		return
	}
	w.problem(it.line.no, f.Cell, ProblemCell, f.Raw)
	f.Kind = KindUnplaced
	w.fact(f)
}

// frontPosts reads the posts that the sentence of the ceiling speaks of.
func (w *walk) frontPosts(it *frontItem) {
	if !strings.Contains(it.key, "職位") {
		return
	}
	w.postsSubject, w.net = "", false
	if strings.Contains(it.key, "非首長級") {
		w.postsSubject = postsNonDirectorate
	}
	for _, m := range mentions(stripTags(it.label)) {
		if m.unit == UnitPosts {
			at := len(w.facts)
			w.posts(it.line, subject{}, w.yearIn(it.key), &m)
			for i := at; i < len(w.facts); i++ {
				w.facts[i].Table, w.facts[i].Cell = TableFront, 1
			}
		}
	}
	w.postsSubject = ""
}

// controlling reads 管制人員：X會交代本總目下的開支。
func (w *walk) controlling(l line, key string) {
	_, name, ok := strings.Cut(strings.Map(colon, l.body), ":")
	if !ok {
		return
	}
	if i := strings.Index(name, "會交代"); i >= 0 {
		name = name[:i]
	}
	w.officer = tidy(name)
	w.fact(Fact{Kind: KindOfficer, Table: TableFront, Row: w.officer, Raw: l.body, Line: l.no, Name: w.officer})
}

func colon(r rune) rune {
	if r == '：' || r == '︰' || r == '﹕' {
		return ':'
	}
	return r
}

// policyArea reads 這些綱領納入政策範圍 17：name(officer)。
func (w *walk) policyArea(l line) {
	s := strings.Map(colon, l.body)
	i := strings.Index(s, "範圍")
	if i < 0 {
		i = 0
	} else {
		i += len("範圍")
	}
	number, name, _ := strings.Cut(s[i:], ":")
	code := strings.TrimSpace(number)
	area := strings.TrimRight(tidy(name), "。")
	w.area = strings.TrimSpace(code + " " + area)
	w.fact(Fact{Kind: KindPolicyArea, Table: TableFront, Row: w.area, Raw: l.body, Line: l.no, Code: code, Name: area})
}

// onlyProgramme reads the name of a head's one programme where it stands
// before the sentence about its policy area.
func (w *walk) onlyProgramme(l line) {
	name, _, ok := strings.Cut(l.body, "這")
	if name = tidy(name); ok && strings.HasPrefix(fold(name), "綱領(") && w.part == partProgrammes {
		l.body = name
		w.programmeHeading(l, fold(name))
		return
	}
	if !ok || name == "" || len(w.programmes) > 0 {
		return
	}
	w.only = name
	w.fact(Fact{Kind: KindProgramme, Table: TableFront, Row: name, Raw: name, Line: l.no, Name: name})
}
