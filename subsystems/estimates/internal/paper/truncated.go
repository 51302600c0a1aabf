package paper

import (
	"strings"
	"unicode"
)

// cut refuses a paper that stops in the middle: within a table, within a sentence, or before
// the parts that every paper ends with. A paper that merely lacks something is not refused;
// its problems say so.
func (w *walk) cut(name string) error {
	last := w.lastLine()
	if last == 0 {
		return nil
	}
	var within string
	switch {
	case w.endsWithinTable(last):
		within = w.tables[len(w.tables)-1].kind
	case withinSentence(w.lines[last-1]):
		within = TableProse
	case !w.has(TableSubheads) && w.part < partDetails:
		within = TableSubheads
	default:
		return nil
	}
	return &InputError{File: name, Line: last, Key: InputTruncated, Args: []string{within}}
}

// lastLine is the last line that is not blank.
func (w *walk) lastLine() int {
	for n := len(w.lines); n > 0; n-- {
		if strings.TrimSpace(w.lines[n-1]) != "" {
			return n
		}
	}
	return 0
}

func (w *walk) has(kind string) bool {
	for _, t := range w.tables {
		if t.kind == kind && len(t.rows) > 0 {
			return true
		}
	}
	return false
}

// endsWithinTable: the file's last line is a row of a table that ends in a total, and there
// is none.
func (w *walk) endsWithinTable(last int) bool {
	if len(w.tables) == 0 {
		return false
	}
	t := w.tables[len(w.tables)-1]
	switch t.kind {
	case TableAnalysis, TableSubheads, TableExpenses, TableCommitments:
	default:
		return false
	}
	if len(t.rows) == 0 {
		return t.line >= last-2
	}
	for _, r := range t.rows {
		if r.total == TotalHead {
			return false
		}
	}
	return t.rows[len(t.rows)-1].line >= last
}

// longSentence is how many Chinese characters make a line more than a name or a caption.
const longSentence = 12

// withinSentence: a line of prose that ends without a mark.
func withinSentence(line string) bool {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "#") || strings.Contains(line, "\t") {
		return false
	}
	han := 0
	var end rune
	for _, r := range line {
		if unicode.Is(unicode.Han, r) {
			han++
		}
		end = r
	}
	return han >= longSentence && (unicode.IsLetter(end) || strings.ContainsRune("，、（(「《", end))
}
