package paper

import (
	"strconv"
	"strings"
)

// A part says where in the paper the walk stands: which heading was last.
type part int

const (
	partFront part = iota
	partProgrammes
	partDetail
	partAnalysis
	partReasons
	partSubheads
	partDetails
	partCommitments
)

// A walk goes through the lines once and sorts them into blocks.
type walk struct {
	lim      Limits
	lines    []string
	set      []line // lines of the older layout, set anew
	part     part
	text     string // kind of prose that the last heading announced
	context  string // table that the last heading announced
	code     string // programme in whose part the walk stands
	table    *table
	order    int
	pendCmp  []line // a comparison that is not closed yet
	captions bool

	head, title  string
	titleLine    int
	titleRaw     string
	titles       []programme // every page heading
	officer      string
	area         string
	only         string // name of the one programme of a head that numbers none
	programmes   []programme
	sections     []programme // programme headings in the details
	tables       []*table
	footnotes    []footnote
	facts        []*Fact // those that do not stand in tables
	arena        []Fact  // room for the next facts
	problems     []Problem
	votes        map[fiscal]int
	reasons      map[string]bool // programmes that have their reasons printed
	year         fiscal
	expected     map[string][]string // names of the columns that a table must have
	paragraphs   []paragraph
	frontItems   []frontItem
	announced    bool // the text says that the analysis of subhead 000 follows
	postsSubject string
	net          bool // the paragraph gives a net change of posts, which its other changes make
}

type programme struct {
	code, name string
	line       int
}

func (w *walk) run() {
	for _, l := range w.set {
		w.step(l)
	}
	if w.set != nil {
		w.flushComparison()
		return
	}
	for i, text := range w.lines {
		if blank(text) {
			w.captions = false
			continue
		}
		if strings.ContainsRune(text, '\uFFFD') {
			w.problem(i+1, 0, ProblemCharacter, "U+FFFD")
		}
		w.step(cut(i+1, strings.TrimRight(text, "\r")))
	}
	w.flushComparison()
}

// step sorts one line.
func (w *walk) step(l line) {
	if l.cells != nil {
		if w.frontLine(l) {
			return
		}
		w.tabular(l)
		return
	}
	key := fold(l.body)
	if w.continuesComparison(l, key) {
		return
	}
	switch {
	case w.titled(l, key):
	case w.footnoted(l):
	case w.frontProse(l, key):
	case w.headed(l, key):
	default:
		w.prose(l, key)
	}
}

// titled reads 總目 47 — name: the title, and its repetition on every page.
func (w *walk) titled(l line, key string) bool {
	rest, ok := strings.CutPrefix(key, "總目")
	if !ok {
		return false
	}
	_, n := digitsAt(rest, 4)
	if n == 0 || n > 3 || n >= len(rest) {
		return false
	}
	if rest[n] != '-' && (w.head != "" || rest[n] < 0x80 || len(rest) > 120 || strings.Contains(rest, "。")) {
		return false // without a dash only the title itself, not a sentence about a head
	}
	w.titles = append(w.titles, programme{rest[:n], titleName(l.body), l.no})
	if w.head == "" {
		w.head, w.titleLine, w.titleRaw = rest[:n], l.no, l.body
	}
	return true
}

// electTitle: the title stands on every page; one odd page heading does not
// change the head.
func (w *walk) electTitle() {
	votes := make(map[string]int)
	for _, t := range w.titles {
		votes[t.code]++
	}
	for _, t := range w.titles {
		if votes[t.code] > votes[w.head] {
			w.head = t.code
		}
	}
	for _, t := range w.titles {
		if w.title == "" && t.code == w.head {
			w.title = t.name
		}
	}
	for _, t := range w.titles {
		if t.code != w.head || fold(t.name) != fold(w.title) {
			w.problem(t.line, 0, ProblemTitle, t.code+" "+t.name)
		}
	}
	w.fact(Fact{Kind: KindTitle, Table: TableFront, Row: w.head + " " + w.title, Raw: w.titleRaw, Line: w.titleLine, Code: w.head, Name: w.title})
}

// titleName is what stands behind the dash of a title.
func titleName(s string) string {
	for i, r := range s {
		if isDash(r) {
			return tidy(strings.TrimLeftFunc(s[i:], isDash))
		}
	}
	return tidy(strings.TrimLeft(s, "總总目 0123456789"))
}

// headed reads the headings that say what comes next.
func (w *walk) headed(l line, key string) bool {
	key = strings.TrimRight(key, ":")
	if w.programmeHeading(l, key) {
		return true
	}
	switch key {
	case "管制人員報告":
		w.enter(partProgrammes, "", "")
	case "綱領":
		if w.part == partAnalysis {
			return true
		}
		w.enter(partProgrammes, "", "")
	case "詳情":
		w.enter(partDetail, "", TableProvision)
	case "宗旨":
		w.enter(partDetail, KindAim, "")
	case "簡介":
		w.enter(partDetail, KindDescription, "")
	case "目標":
		w.enter(partDetail, KindDescription, TableTargets)
	case "指標":
		w.enter(partDetail, KindDescription, TableIndicators)
	case "財政撥款分析":
		w.enter(partAnalysis, "", TableAnalysis)
		w.code = ""
	case "財政撥款及人手編制分析":
		w.enter(partReasons, KindReason, "")
		w.code = ""
	case "按分目列出的開支詳情":
		w.enter(partDetails, KindDetail, "")
		w.code = ""
	case "經營帳目", "非經營帳目", "經常開支", "非經常開支", "機器、設備及工程", "資助金":
		if w.part != partDetails {
			return false
		}
		w.table, w.context = nil, ""
	default:
		if strings.HasSuffix(key, "需要特別留意的事項") && len(key) < 90 {
			w.enter(partDetail, KindToDo, "")
			w.checkYear(key, l)
			return true
		}
		return w.caption(key)
	}
	return true
}

// caption skips what is left of a chart: its title and its date.
func (w *walk) caption(key string) bool {
	switch key {
	case "各綱領的撥款分配情況", "各綱領的員工人數", "編制的變動":
		w.captions = true
		return true
	}
	return w.captions && strings.HasPrefix(key, "(") && strings.HasSuffix(key, ")")
}

func (w *walk) enter(p part, text, context string) {
	w.part, w.text, w.context, w.table = p, text, context, nil
}

// programmeHeading reads 綱領(1)：name, in the list, the details and the reasons.
func (w *walk) programmeHeading(l line, key string) bool {
	rest, ok := strings.CutPrefix(key, "綱領(")
	if !ok {
		return false
	}
	n, size := digitsAt(rest, 3)
	if size == 0 || !strings.HasPrefix(rest[size:], ")") {
		return false
	}
	name := afterBracket(l.body)
	if len(name) > 150 || strings.HasSuffix(name, "。") {
		return false
	}
	p := programme{strconv.Itoa(n), name, l.no}
	switch {
	case w.part == partReasons || w.part == partAnalysis && name == "":
		w.enter(partReasons, KindReason, "")
	case w.part == partProgrammes:
		w.programmes = append(w.programmes, p)
		w.fact(Fact{Kind: KindProgramme, Table: TableFront, Row: p.code + " " + p.name, Raw: l.body, Line: l.no, Code: p.code, Name: p.name})
		return true
	default:
		w.enter(partDetail, "", TableProvision)
		w.sections = append(w.sections, p)
	}
	w.code = p.code
	return true
}

// afterBracket is the name behind "綱領(1)：".
func afterBracket(s string) string {
	i := strings.IndexAny(s, ")）")
	if i < 0 {
		return ""
	}
	return tidy(strings.TrimLeft(s[i:], ")）:：︰﹕ \u3000"))
}

// checkYear notes a financial year in words and says when its halves do not fit.
func (w *walk) checkYear(key string, l line) fiscal {
	y, fits, end := chineseFiscal(key)
	if end < 0 {
		return 0
	}
	if !fits {
		w.problem(l.no, 0, ProblemYear, clip(l.body))
	}
	return y
}

func clip(s string) string {
	r := []rune(s)
	if len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}

func (w *walk) fact(f Fact) {
	if f.How == "" {
		f.How = Printed
	}
	if f.Order == 0 {
		w.order++
		f.Order = w.order
	}
	w.facts = append(w.facts, w.keep(f))
}

// keep gives a fact a place that it need not leave again.
func (w *walk) keep(f Fact) *Fact {
	if len(w.arena) == cap(w.arena) {
		w.arena = make([]Fact, 0, 64)
	}
	w.arena = append(w.arena, f)
	return &w.arena[len(w.arena)-1]
}

// maxProblems bounds what is told of one paper; a file that is all wrong need
// not say so cell by cell.
const maxProblems = 2000

func (w *walk) problem(line, cell int, code string, args ...string) {
	switch {
	case len(w.problems) == maxProblems:
		line, cell, code, args = 0, 0, ProblemCapacity, nil
	case len(w.problems) > maxProblems:
		return
	}
	w.problems = append(w.problems, problem(line, cell, code, args...))
}
