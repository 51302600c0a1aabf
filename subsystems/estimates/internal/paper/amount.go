package paper

import (
	"strings"
	"unicode/utf8"

	"praya/kernel/money"
)

// A mention is a figure in running text, with its unit and its clause.
type mention struct {
	num    money.Decimal
	unit   string
	raw    string
	before string // folded, from the figure before it or the start of the sentence
	after  string // folded, a few characters
	pct    *money.Decimal
	pctRaw string
	odd    bool
	at     int  // byte of the text at which it stands
	first  bool // of the sums of its paragraph
}

// countUnits are the words of number that a count in prose may carry.
func countUnits() []string {
	return []string{"個", "封", "宗", "次", "名", "人", "份", "項", "間", "所", "條", "輛", "張", "件", "公頃", "公里", "小時", "分鐘"}
}

// mentions finds the figures of a text that carry a unit.
func mentions(s string) []mention {
	var out []mention
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < '0' || c > '9' {
			_, n := utf8.DecodeRuneInString(s[i:])
			if strings.HasPrefix(s[i:], "。") || strings.HasPrefix(s[i:], "；") {
				start = i + n
			}
			i += n
			continue
		}
		d, n, odd := numberAt(s[i:])
		if n == 0 || i > 0 && wordByte(s[i-1]) {
			i += max(n, 1)
			continue
		}
		unit, size := unitAt(s[i+n:])
		end := i + n + size
		if unit == "" {
			i += n
			continue
		}
		m := mention{num: d, unit: unit, at: i, raw: s[i:end], before: fold(s[start:i]), odd: odd}
		if exp, money := exponent(unit); money || exp > 0 {
			if pct, used := percentIn(strings.TrimLeft(s[end:], " ")); used > 0 {
				skip := len(s[end:]) - len(strings.TrimLeft(s[end:], " "))
				m.pct, m.pctRaw = pct, s[end+skip:end+skip+used]
				end += skip + used
			}
		}
		m.after = fold(clipBytes(s[end:], 60))
		out = append(out, m)
		i, start = end, end
	}
	return out
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '-'
}

func clipBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// unitAt reads the unit behind a figure: money first, then words of number.
func unitAt(s string) (unit string, size int) {
	for _, u := range [...]string{UnitHundredMio, UnitMillion, UnitTenThou, UnitDollar, "%"} {
		if n := hasFolded(s, u); n > 0 {
			return u, n
		}
	}
	for _, u := range countUnits() {
		if n := hasFolded(s, u); n > 0 {
			return u, n
		}
	}
	return "", 0
}

// hasFolded matches a folded word at the start of printed text.
func hasFolded(s, word string) int {
	n := 0
	for len(s) > n {
		r, size := utf8.DecodeRuneInString(s[n:])
		f := foldRune(r)
		if f == 0 {
			n += size
			continue
		}
		want, w := utf8.DecodeRuneInString(word)
		if f != want {
			return 0
		}
		n, word = n+size, word[w:]
		if word == "" {
			return n
		}
	}
	return 0
}

// amounts turns the figures of a paragraph into facts.
func (w *walk) amounts(p *paragraph) {
	list := mentions(stripTags(p.line.body))
	if len(list) == 0 {
		return
	}
	sub := w.subject(p)
	year := w.year
	if y, fits, end := chineseFiscal(p.key); end > 0 {
		if !fits || y > w.year || y < w.year-3 {
			w.problem(p.line.no, 0, ProblemYear, clip(p.line.body))
		}
	}
	posts := strings.Contains(p.key, "職位")
	w.net = strings.Contains(p.key, "淨增加") || strings.Contains(p.key, "淨減少")
	sums := 0
	for i := range list {
		m := &list[i]
		if _, ok := exponent(m.unit); ok {
			sums++
			m.first = sums == 1
		}
		if m.odd {
			w.problem(p.line.no, 0, ProblemGrouping, m.raw)
		}
		_, isMoney := exponent(m.unit)
		switch {
		case isMoney:
			w.amount(p, sub, year, m)
		case m.unit == UnitPosts && posts && w.isPosts(p, m):
			w.posts(p.line, sub, year, m)
		case p.kind == KindDescription || p.kind == KindDone || p.kind == KindToDo:
			kind := KindCount
			if m.unit == UnitPercent {
				kind = KindPercentage
			}
			w.mention(p.line.lineAt(m.at), Fact{Kind: kind, Row: sub.row, Code: sub.code}, m)
		}
	}
}

func (w *walk) isPosts(p *paragraph, m *mention) bool {
	return strings.HasPrefix(m.after, "職位") || strings.HasPrefix(m.after, "首長級") || strings.HasPrefix(m.after, "非首長級") || p.kind == ""
}

// amount sorts an amount of money: a change, a limit, a ceiling, or a sum.
func (w *walk) amount(p *paragraph, sub subject, year fiscal, m *mention) {
	f := Fact{Kind: KindAmount, Row: sub.row, Code: sub.code, Group: sub.group}
	clause := m.before
	if i := strings.LastIndex(clause, "較"); i >= 0 {
		clause = clause[:i]
	}
	if y := lastFiscal(clause); y != 0 {
		year = y
	}
	estimate := column{role: roleEstimate, year: int(year)}.name()
	b := strings.TrimRight(m.before, "約了至為達的")
	down := strings.HasSuffix(b, "減少") || strings.HasSuffix(b, "減幅")
	up := strings.HasSuffix(b, "增加") || strings.HasSuffix(b, "增幅")
	base, _ := comparedWith(lastCompared(m.before))
	switch {
	case (down || up) && base.role != "":
		f.Kind, f.Column = KindChange, estimate+" on "+base.name()
		if base.odd {
			w.problem(p.line.no, 0, ProblemYear, clip(p.line.body))
		}
	case down || up:
		f.Kind = KindChange
	case strings.HasPrefix(m.after, "以上"):
		f.Kind, f.Column = KindLimit, "limit from"
	case strings.HasSuffix(b, "不超過") && strings.Contains(p.key, "每項"):
		f.Kind, f.Column = KindLimit, "limit to"
	case strings.HasSuffix(b, "不能超過") || strings.HasSuffix(b, "不得超過") || strings.HasSuffix(b, "不可超過"):
		f.Kind, f.Column, f.Row, f.Code, f.Group = KindCeiling, estimate, subjectCeiling, "", ""
	case p.kind == KindDetail && sub.row != "" && m.first && estimateWords(b, m.after):
		f.Column = estimate
	}
	if down {
		m.num = m.num.Neg()
		if m.pct != nil {
			n := m.pct.Neg()
			m.pct = &n
		}
	}
	w.mention(p.line.lineAt(m.at), f, m)
	if m.pct != nil {
		f.Kind, f.Order = KindPercentage, w.order
		w.mention(p.line.lineAt(m.at), f, &mention{num: *m.pct, unit: UnitPercent, raw: m.pctRaw})
	}
}

// estimateWords: the sum that a paragraph names for the year itself.
func estimateWords(before, after string) bool {
	return strings.HasSuffix(before, "預算") || strings.HasSuffix(before, "撥款") || strings.HasSuffix(before, "項下") ||
		strings.HasPrefix(after, "撥款")
}

// lastCompared gives the text from the last 較 on.
func lastCompared(s string) string {
	if i := strings.LastIndex(s, "較"); i >= 0 {
		return s[i:]
	}
	return ""
}

func (w *walk) mention(no int, f Fact, m *mention) {
	num := m.num
	f.Table, f.Value, f.Unit, f.Raw, f.Line = TableProse, &num, m.unit, m.raw, no
	if m.odd {
		f.How, f.Why = Inferred, WhyOddGrouping
	}
	w.fact(f)
}

// footnoteAmounts reads the amounts of a footnote: "核准承擔額為 8 億元，現把增加 3 億元…".
func (w *walk) footnoteAmounts(l line, words, mark string) {
	for _, m := range mentions(words) {
		if _, ok := exponent(m.unit); ok {
			w.mention(l.no, Fact{Kind: KindAmount, Row: mark, Code: mark, Group: KindFootnote}, &m)
		}
	}
}
