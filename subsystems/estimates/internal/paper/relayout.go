package paper

import (
	"strings"
	"unicode/utf8"
)

// Older papers reach us as text in which cells are parted by two or more
// spaces, names and figures may stand on different lines, headings are spread
// over several, sentences are broken and glyphs spaced out. This file turns
// such a text into the lines of the newer layout; each cell keeps the line on
// which it is printed, and what cannot be paired is left as it stands.

// oldLayout says whether a text has no tabs but cells parted by spaces.
func oldLayout(lines []string) bool {
	rows := 0
	for _, l := range lines {
		if strings.IndexByte(l, '\t') >= 0 {
			return false
		}
		if t := tokens(l); len(t) >= 3 && allFigures(t[1:]) {
			rows++
		}
	}
	return rows >= 2
}

// A token is a run of text between two or more spaces.
type token struct {
	text string
	cell int
}

// tokens cuts a line at runs of two or more spaces and at dot leaders.
func tokens(l string) []token {
	var out []token
	for i := 0; i < len(l); {
		for i < len(l) && (l[i] == ' ' || l[i] == '\f' || l[i] == '\r') {
			i++
		}
		start := i
		for i < len(l) && !strings.HasPrefix(l[i:], "  ") && l[i] != '\r' && l[i] != '\f' {
			i++
		}
		if s := strings.TrimSpace(l[start:i]); s != "" && strings.Trim(s, ". ") != "" {
			out = append(out, token{s, len(out) + 1})
		}
	}
	return out
}

func allFigures(t []token) bool {
	for _, x := range t {
		if !figure(x.text) {
			return false
		}
	}
	return len(t) > 0
}

// ruled says whether a line is nothing but a rule under a column.
func ruled(l string) bool {
	n := 0
	for _, r := range l {
		switch {
		case isDash(r):
			n++
		case r != ' ' && r != '\r' && r != '\f':
			return false
		}
	}
	return n >= 4
}

// A setter turns old lines into new ones.
type setter struct {
	w       *walk
	out     []line
	heads   []token // headings that are being gathered
	headAt  int
	columns int    // of the table that is open
	sub     bool   // the table of subheads: names and figures apart
	names   []name // rows of it without figures as yet
	figures []line // figures without a row
	label   []line // a name that goes on in the next line
	open    []line // sentences that are not finished
}

// A name is the name of a row of subheads, which may go on for some lines.
type name struct {
	line  int
	text  string
	title bool // no figures belong to it
	goes  bool // goes on in the next line
}

// relayout prepares the lines of an old paper for the walk.
func (w *walk) relayout() {
	s := &setter{w: w}
	for i, l := range w.lines {
		if blank(l) || ruled(l) {
			continue
		}
		s.line(i+1, l)
	}
	s.closeTable()
	s.flushSentences()
	w.set = s.out
}

func (s *setter) line(no int, l string) {
	t := tokens(l)
	if len(t) == 0 {
		return
	}
	body := strings.TrimSpace(strings.Trim(l, "\f\r "))
	key := fold(strings.TrimRight(body, ". "))
	if title := afterPageNumber(key); title != "" {
		s.flushSentences()
		s.put(line{no: no, text: l, body: body[strings.Index(body, "總"):]})
		return
	}
	if _, n := digitsAt(key, 5); n == len(key) && n <= 4 && len(t) == 1 && s.columns == 0 {
		return // a page or paragraph number on a line of its own
	}
	switch {
	case s.heading(no, t, key):
	case s.figuresLine(no, t):
	case s.named(no, body, key):
	default:
		s.sentence(no, l, body, key)
	}
}

// afterPageNumber recognises a title, with the number of the page before it
// glued to it.
func afterPageNumber(key string) string {
	rest := strings.TrimLeft(key, "0123456789")
	if strings.HasPrefix(rest, "總目") && strings.Contains(rest, "-") && len(key)-len(rest) <= 4 {
		return rest
	}
	return ""
}

func (s *setter) put(l line) { s.out = append(s.out, l) }

// heading gathers the headings of a table, which may stand on several lines.
func (s *setter) heading(no int, t []token, key string) bool {
	if key == "分目" || strings.HasPrefix(key, "分目(編號)") {
		s.closeTable()
		s.heads, s.headAt, s.sub = append([]token{}, token{"分目 (編號)", 1}), no, true
		return true
	}
	if s.sub && key == "(編號)" {
		return true
	}
	for _, x := range t {
		c, ok := parseHeading(fold(x.text))
		if !ok || c.role == "" && c.year == 0 && c.unit == "" || key == "目標" {
			return false
		}
	}
	if !s.sub && len(t) < 2 {
		return false
	}
	if len(s.heads) == 0 {
		s.closeTable()
		s.headAt = no
	}
	s.heads = append(s.heads, t...)
	return true
}

// setHeads puts the gathered headings as one row: years, roles and units in
// the order in which they are printed, the target before the years.
func (s *setter) setHeads() {
	if len(s.heads) == 0 {
		return
	}
	var years, roles []string
	unit, target := "", false
	for _, h := range s.heads {
		key := fold(h.text)
		c, ok := parseHeading(key)
		switch {
		case !ok:
		case c.unit != "" && c.year == 0 && c.role == "":
			unit = h.text
		case c.role == roleTarget:
			target = true
		case c.year != 0:
			years = append(years, h.text)
		default:
			roles = append(roles, h.text)
		}
	}
	cells := []string{""}
	if s.sub {
		cells[0] = "分目 (編號)"
		years, roles = inOrder(years, roles)
	}
	if target {
		cells = append(cells, "目標")
	}
	for i := range years {
		h := years[i]
		if i < len(roles) {
			h += " " + roles[i]
		}
		if unit != "" {
			h += " " + unit
		}
		cells = append(cells, h)
	}
	s.heads = nil
	s.columns = len(cells) - 1
	if len(years) != len(roles) && len(roles) > 0 {
		s.w.problem(s.headAt, 0, ProblemLostHeading, "?")
	}
	s.put(line{no: s.headAt, cells: cells})
}

// inOrder sorts the headings of subheads, which are printed out of order, by
// year and role.
func inOrder(years, roles []string) ([]string, []string) {
	rank := func(i int) int {
		c, _ := parseHeading(fold(years[i] + roles[i]))
		return c.year*10 + map[string]int{roleActual: 0, roleOriginal: 1, roleRevised: 2, roleEstimate: 3}[c.role]
	}
	if len(years) != len(roles) {
		return years, roles
	}
	for i := range years {
		for j := i; j > 0 && rank(j) < rank(j-1); j-- {
			years[j], years[j-1] = years[j-1], years[j]
			roles[j], roles[j-1] = roles[j-1], roles[j]
		}
	}
	return years, roles
}

// figuresLine takes a line that ends in figures, or is nothing else.
func (s *setter) figuresLine(no int, t []token) bool {
	first := 0
	for first < len(t) && !figure(t[first].text) {
		first++
	}
	if first == len(t) || !allFigures(t[first:]) || len(s.heads) == 0 && s.columns == 0 {
		return false
	}
	s.setHeads()
	row := line{no: no}
	name := ""
	for _, x := range t[:first] {
		name += strings.TrimRight(x.text, ". ") + " "
	}
	name = strings.TrimSpace(name)
	for _, x := range t[first:] {
		row.cells = append(row.cells, x.text)
		row.at = append(row.at, [2]int{no, x.cell})
	}
	switch {
	case percentagesOnly(t[first:]) && name == "":
		s.percentages(row)
	case name == "" && (s.sub || len(s.label) > 0):
		s.loose(row)
	case name == "":
		s.emit(line{no: no}, row)
	default:
		s.emit(s.fullName(line{no: no, body: name}), row)
	}
	return true
}

// fullName joins a name that began on the line before. If more than one line
// waits, which of them goes on is not known, and the last line stands alone.
func (s *setter) fullName(n line) line {
	if len(s.label) == 1 && !s.sub {
		n.body = s.label[0].body + n.body
	} else if len(s.label) > 1 {
		s.w.problem(n.no, 0, ProblemLabel)
	}
	s.label = nil
	return n
}

func percentagesOnly(t []token) bool {
	for _, x := range t {
		if v := parseValue(x.text); v.num != nil || v.pct == nil {
			return false
		}
	}
	return true
}

// percentages sets the line of (+2.2%) (+10.0%) behind the last two figures.
func (s *setter) percentages(row line) {
	for i := len(s.out) - 1; i >= 0; i-- {
		l := &s.out[i]
		if len(l.cells) == 5 && len(row.cells) == 2 && l.at != nil {
			for k, c := range row.cells {
				l.pct = append(l.pct, aside{3 + k, c, row.at[k][0], row.at[k][1]})
			}
			return
		}
		if l.cells != nil {
			break
		}
	}
	s.emit(line{no: row.no}, row)
}

// emit puts a row of name and figures.
func (s *setter) emit(name, row line) {
	l := line{no: row.no, cells: append([]string{name.body}, row.cells...), at: append([][2]int{{name.no, 1}}, row.at...)}
	s.put(l)
}

// loose keeps figures that stand apart from their name, and joins those that
// stand alone on their lines.
func (s *setter) loose(row line) {
	if !s.sub {
		name := line{no: row.no}
		if len(s.label) == 1 {
			name = s.label[0]
		}
		s.label = nil
		s.emit(name, row)
		return
	}
	if n := len(s.figures); n > 0 && len(s.figures[n-1].cells)+len(row.cells) <= s.columns && len(s.figures[n-1].cells) < s.columns {
		s.figures[n-1].cells = append(s.figures[n-1].cells, row.cells...)
		s.figures[n-1].at = append(s.figures[n-1].at, row.at...)
		return
	}
	s.figures = append(s.figures, row)
}

// named takes a name without figures in an open table.
func (s *setter) named(no int, body, key string) bool {
	if s.sub && len(s.heads) > 0 && (strings.HasSuffix(key, "帳目") || strings.HasSuffix(key, "開支")) {
		s.setHeads()
	}
	if len(s.heads) > 0 && !sectionWord(key) && !strings.ContainsAny(key, "。，；") {
		s.setHeads()
	}
	if s.columns == 0 || strings.ContainsAny(key, "。；") || strings.HasPrefix(key, "(或較") || afterTable(key) {
		s.closeTable()
		return false
	}
	text := strings.TrimSpace(strings.TrimRight(body, ". "))
	if !s.sub {
		if key == "綱領" {
			return true
		}
		s.label = append(s.label, line{no: no, body: text})
		return true
	}
	leaders := strings.Contains(body, "...")
	if n := len(s.names); n > 0 && s.names[n-1].goes {
		s.names[n-1].text += text
		s.names[n-1].goes = !leaders
		return true
	}
	begins := len(key) > 3 && isCode(key[:3])
	s.names = append(s.names, name{line: no, text: text, title: !leaders && !begins, goes: begins && !leaders})
	return true
}

// afterTable: a heading that ends a table of the old layout.
func afterTable(key string) bool {
	return sectionWord(key) || strings.HasSuffix(key, "需要特別留意的事項") || len(key) > 150
}

func sectionWord(key string) bool {
	switch key {
	case "管制人員報告", "詳情", "宗旨", "簡介", "目標", "指標", "財政撥款分析", "財政撥款及人手編制分析", "按分目列出的開支詳情":
		return true
	}
	return false
}

// closeTable pairs the names and figures of the subheads, which stand apart,
// in their order, if there are as many of the one as of the other.
func (s *setter) closeTable() {
	s.setHeads()
	if s.sub {
		s.pair()
	}
	s.columns, s.sub, s.names, s.figures, s.label = 0, false, nil, nil, nil
}

func (s *setter) pair() {
	rows := 0
	for _, n := range s.names {
		if !n.title {
			rows++
		}
	}
	if rows != len(s.figures) {
		for _, f := range s.figures {
			s.emitApart(name{line: f.no}, f)
			s.w.problem(f.no, 0, ProblemLabel)
		}
		return
	}
	next := 0
	for _, n := range s.names {
		if n.title {
			s.put(line{no: n.line, cells: []string{n.text, "", "", "", ""}})
			continue
		}
		s.emitApart(n, s.figures[next])
		next++
	}
}

// emitApart puts a row whose name and figures were paired by their order; the
// sums must confirm it (place.go).
func (s *setter) emitApart(n name, row line) {
	code, rest := leadingCode(n.text)
	cells := []string{code, rest}
	at := [][2]int{{n.line, 1}, {n.line, 1}}
	s.put(line{no: n.line, apart: true, cells: append(cells, row.cells...), at: append(at, row.at...)})
}

// sentence joins the broken lines of a sentence. A line that begins a sentence
// anew while one is open leaves that one waiting: it may go on further down.
func (s *setter) sentence(no int, l, body, key string) {
	if strings.HasPrefix(body, "•") || beginsAnew(key) || standsAlone(key) || len(s.open) == 0 {
		if standsAlone(key) {
			s.flushSentences()
			s.put(cutOld(no, l, body))
			return
		}
		if strings.HasPrefix(body, "•") {
			s.flushSentences()
		}
		s.open = append(s.open, cutOld(no, l, body))
	} else {
		top := &s.open[len(s.open)-1]
		top.parts = append(top.parts, partOf{len(top.body), no})
		top.body += strings.TrimSpace(body)
	}
	top := s.open[len(s.open)-1]
	if finished(top.body) {
		s.open = s.open[:len(s.open)-1]
		s.put(top)
	}
}

func cutOld(no int, text, body string) line {
	l := line{no: no, text: text, body: body}
	l.unmark()
	return l
}

func finished(body string) bool {
	b := strings.TrimRight(body, ". ")
	for _, end := range []string{"。", "；", "：", "︰", ":", "；以及", "元", "%)"} {
		if strings.HasSuffix(b, end) {
			return true
		}
	}
	return false
}

// beginsAnew: words that begin a sentence of the front page.
func beginsAnew(key string) bool {
	if strings.HasPrefix(key, "此外") || strings.HasPrefix(key, "管制人員:") || strings.HasPrefix(key, "承擔額結餘") || strings.HasPrefix(key, "(或較") {
		return true
	}
	_, fits, end := chineseFiscal(key)
	return fits && end > 0 && strings.HasPrefix(key[end:], "年度") && utf8.RuneCountInString(key[:end]) <= 8
}

// standsAlone: headings are lines of their own.
func standsAlone(key string) bool {
	if sectionWord(key) || key == "綱領" || strings.HasPrefix(key, "綱領(") && len(key) < 90 || strings.HasPrefix(key, "(或較") && strings.HasSuffix(key, ")") {
		return true
	}
	switch key {
	case "經營帳目", "非經營帳目", "經常開支", "非經常開支", "機器、設備及工程", "資助金":
		return true
	}
	return strings.HasSuffix(key, "需要特別留意的事項")
}

func (s *setter) flushSentences() {
	for _, l := range s.open {
		s.put(l)
	}
	s.open = nil
}
