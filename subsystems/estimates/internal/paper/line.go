package paper

import (
	"strings"
	"unicode/utf8"
)

// A line is one physical line of a paper: as printed, without the signs of its
// layout (#, -, **), and cut into cells where it has tabs.
type line struct {
	no     int
	text   string // as printed
	body   string // without layout signs and paragraph number
	bullet bool
	number bool // began with a paragraph number
	cells  []string

	// Of the older layout, where a line here is several there:
	at    [][2]int // line and cell of each of cells
	pct   []aside  // percentages that stand on a line of their own
	parts []partOf // lines that body was joined of
	apart bool     // name and figures stand on different lines
}

// An aside is a percentage that belongs to a cell but is printed elsewhere.
type aside struct {
	of         int // index of the cell
	raw        string
	line, cell int
}

// A partOf says from which byte of a joined body on the text stands on a line.
type partOf struct{ from, line int }

// lineAt gives the line on which a byte of the body is printed.
func (l *line) lineAt(offset int) int {
	no := l.no
	for _, p := range l.parts {
		if offset >= p.from {
			no = p.line
		}
	}
	return no
}

// cut prepares a line; key is its folded form.
func cut(no int, text string) line {
	l := line{no: no, text: text}
	if strings.IndexByte(text, '\t') >= 0 {
		l.cells = strings.Split(text, "\t")
		return l
	}
	l.body = strings.TrimSpace(text)
	l.unmark()
	return l
}

// unmark takes off headings' signs, bullets, emphasis and paragraph numbers,
// in the order in which they nest ("- 5 有關…", "#### 14 二零…").
func (l *line) unmark() {
	s := l.body
	if h := strings.TrimLeft(s, "#"); len(s)-len(h) >= 2 {
		s = strings.TrimSpace(h)
	}
	if strings.HasPrefix(s, "- ") || strings.HasPrefix(s, "• ") || strings.HasPrefix(s, "•") && len(s) > 3 {
		l.bullet = true
		s = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(s, "- "), "•"))
	}
	if strings.HasPrefix(s, "**") && strings.HasSuffix(s, "**") && len(s) > 4 {
		s = strings.TrimSpace(s[2 : len(s)-2])
	}
	if _, n := digitsAt(s, 3); n > 0 && n < 3 && n+1 < len(s) && s[n] == ' ' {
		if rest := strings.TrimLeft(s[n:], " "); rest != "" && rest[0] >= 0x80 {
			l.number, s = true, rest
		}
	}
	l.body = s
}

// blank says whether a text is nothing but spaces.
func blank(s string) bool {
	for i := 0; i < len(s); {
		if c := s[i]; c < 0x80 {
			if c > ' ' {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if foldRune(r) != 0 {
			return false
		}
		i += n
	}
	return true
}
