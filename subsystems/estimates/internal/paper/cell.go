package paper

import (
	"strings"
	"unicode/utf8"

	"praya/kernel/money"
)

// A value is one cell in the place of figures: a figure with its marks and the
// percentage that may stand behind it, a nil dash, nothing, or something that
// is no figure.
type value struct {
	raw   string
	line  int
	cell  int
	num   *money.Decimal
	dash  bool // a nil dash: nought, and not rounded
	blank bool
	odd   bool // grouped wrongly: a digit may be lost
	none  bool // says in words that there is no figure
	marks []string
	pct   *money.Decimal // of (-0.6%)
	aside *aside         // where the percentage is printed, if not in the cell
}

// readable says whether the cell holds a figure.
func (v *value) readable() bool { return v.num != nil }

// parseValue reads one cell.
func parseValue(raw string) value {
	v := value{raw: strings.TrimSpace(raw)}
	s := strings.TrimSpace(stripTags(raw))
	if v.blank = blank(s); v.blank {
		return v
	}
	if s[0] == '*' {
		if s = strings.ReplaceAll(s, "**", ""); blank(s) {
			v.blank = true
			return v
		}
	}
	if n := dashes(s); n > 0 {
		if v.marks, v.pct, n = tail(s[n:], n); n == 0 {
			v.num, v.dash = &money.Decimal{}, true
		}
		return v
	}
	owed, isCredit := strings.CutPrefix(s, credit)
	if isCredit {
		s = strings.TrimSpace(owed)
	}
	d, n, odd := numberAt(s)
	if isCredit {
		d = d.Neg()
	}
	if n == 0 {
		if v.none = noFigure(s); v.none {
			return v
		}
		if marks, pct, left := tail(s, 1); left == 0 && pct != nil {
			v.marks, v.pct = marks, pct
		}
		return v
	}
	marks, pct, left := tail(s[n:], 1)
	if left != 0 {
		return v
	}
	v.num, v.odd, v.marks, v.pct = &d, odd, marks, pct
	return v
}

// noFigure: words that stand where there is no figure.
func noFigure(s string) bool {
	s, _ = splitMarks(s)
	switch fold(s) {
	case "不適用", "N.A.", "NA", "N/A", "n.a.", "未有", "沒有":
		return true
	}
	return false
}

// dashes gives the length of a nil dash at the start of s.
func dashes(s string) int {
	n := 0
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if !isDash(r) {
			break
		}
		n += size
	}
	if n > 0 && n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] == '.') {
		return 0
	}
	return n
}

// tail reads what may follow a figure: marks, (±n%), marks. It returns 0 when
// that is all, and not0 otherwise.
func tail(s string, not0 int) (marks []string, pct *money.Decimal, left int) {
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == ' ' || r == '\u00a0' || r == '\u3000':
		case isMark(r):
			marks = append(marks, string(r))
		case (r == '(' || r == '（') && pct == nil:
			p, size := percentIn(s)
			if size == 0 {
				return marks, nil, not0
			}
			pct, n = p, size
		default:
			return marks, pct, not0
		}
		s = s[n:]
	}
	return marks, pct, 0
}

// percentIn reads "(-0.6%)", "(+147.4%)", "(—)" at the start of s.
func percentIn(s string) (*money.Decimal, int) {
	_, open := utf8.DecodeRuneInString(s)
	end := strings.IndexAny(s, ")）")
	if end < 0 {
		return nil, 0
	}
	_, closing := utf8.DecodeRuneInString(s[end:])
	inner := strings.TrimSpace(s[open:end])
	if n := dashes(inner); n > 0 && n == len(inner) {
		none, err := money.New(0, 1) // percentages have one place; no change is rounded like any other
		if err != nil {
			return nil, 0
		}
		return &none, end + closing
	}
	d, n, odd := numberAt(inner)
	rest := strings.TrimSpace(inner[n:])
	if n == 0 || odd || rest != "%" && rest != "％" && rest != "﹪" {
		return nil, 0
	}
	return &d, end + closing
}

// numberAt reads a figure at the start of s: an optional sign, digits grouped
// by commas or single spaces, an optional fraction. n is the length read, 0
// for none; odd says that the groups are not of three digits.
func numberAt(s string) (d money.Decimal, n int, odd bool) {
	var buf [40]byte
	out := buf[:0]
	if r, size := utf8.DecodeRuneInString(s); r == '+' || r == '＋' {
		n = size
	} else if isDash(r) {
		out, n = append(out, '-'), size
	}
	group, groups, sep, point, digits := 0, 0, rune(0), false, 0
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if r >= '０' && r <= '９' {
			r -= 0xFEE0
		}
		switch {
		case r >= '0' && r <= '9':
			if len(out) == len(buf) {
				return d, 0, false
			}
			out = append(out, byte(r))
			digits++
			if !point {
				group++
			}
		case (r == ',' || r == '，' || r == ' ') && !point && digits > 0 && groupFollows(s[n+size:], r):
			if sep != 0 && sep != r && (sep == ' ' || r == ' ') || groups == 0 && group > 3 || groups > 0 && group != 3 {
				if r == ' ' {
					goto done
				}
				odd = true
			}
			sep, groups, group = r, groups+1, 0
		case (r == '.' || r == '．') && !point && digits > 0 && digitFollows(s[n+size:]):
			out, point = append(out, '.'), true
		default:
			goto done
		}
		n += size
	}
done:
	if digits == 0 {
		return d, 0, false
	}
	if groups > 0 && group != 3 {
		odd = true
	}
	d, err := money.Parse(string(out))
	if err != nil {
		return d, 0, false
	}
	return d, n, odd
}

// groupFollows says whether a separator is followed by digits: any for a
// comma, exactly three for a space (2 570 000).
func groupFollows(s string, sep rune) bool {
	if sep != ' ' {
		return digitFollows(s)
	}
	_, n := digitsAt(s, 4)
	return n == 3
}

func digitFollows(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r >= '0' && r <= '9' || r >= '０' && r <= '９'
}

// splitMarks takes the footnote marks off the end of a name.
func splitMarks(name string) (string, []string) {
	var marks []string
	for {
		name = strings.TrimRight(name, " \u00a0\u3000")
		r, n := utf8.DecodeLastRuneInString(name)
		if n == 0 || !isMark(r) {
			break
		}
		marks = append([]string{string(r)}, marks...)
		name = name[:len(name)-n]
	}
	return name, marks
}
