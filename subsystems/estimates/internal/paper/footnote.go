package paper

import (
	"strings"
	"unicode/utf8"
)

// A footnote is a mark and its words.
type footnote struct {
	mark string
	line int
	raw  string
	key  string // folded words
}

// footnoted reads a line that begins with a mark: "△ 為作比較…", "# 這是新項目…".
func (w *walk) footnoted(l line) bool {
	s := strings.TrimSpace(l.text)
	if strings.HasPrefix(s, "##") || strings.HasPrefix(s, "**") || strings.HasPrefix(s, "* ") && !strings.Contains(s, "。") {
		return false
	}
	plain := strings.TrimSpace(stripTags(s))
	mark, words := leadingMarks(plain)
	if mark == "" || len(words) < 6 || isHeadingWord(fold(words)) {
		return false
	}
	w.footnotes = append(w.footnotes, footnote{mark, l.no, s, fold(words)})
	w.fact(Fact{Kind: KindFootnote, Table: TableProse, Row: mark, Raw: s, Line: l.no, Code: mark, Marks: []string{mark}})
	w.footnoteAmounts(l, words, mark)
	return true
}

// leadingMarks reads one sign, or the same sign twice, at the start.
func leadingMarks(s string) (mark, rest string) {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || !isMark(r) {
		return "", s
	}
	for strings.HasPrefix(s[n:], string(r)) {
		n += utf8.RuneLen(r)
	}
	if rest = strings.TrimLeft(s[n:], " \u3000\t"); rest == "" || n > 2*utf8.RuneLen(r) {
		return "", s
	}
	return s[:n], rest
}

// isHeadingWord keeps "# 宗旨" a heading where a paper marks headings by one #.
func isHeadingWord(key string) bool {
	for _, word := range []string{"總目", "綱領", "宗旨", "簡介", "目標", "指標", "詳情", "管制人員", "財政撥款", "按分目"} {
		if strings.HasPrefix(key, word) {
			return true
		}
	}
	return strings.HasSuffix(key, "需要特別留意的事項")
}

// noteFor gives the footnote of a mark: the first behind the line, else the last before it.
func noteFor(notes []footnote, mark string, line int) (footnote, bool) {
	var before footnote
	found := false
	for _, n := range notes {
		if n.mark != mark {
			continue
		}
		if n.line > line {
			return n, true
		}
		before, found = n, true
	}
	return before, found
}
