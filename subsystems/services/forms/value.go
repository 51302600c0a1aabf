package forms

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"praya/kernel/money"
	"praya/kernel/when"
	"praya/platform/web"
)

// clean takes away what no answer on one line means: control characters, and spaces at its ends.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r) || r == utf8.RuneError || turns(r):
			return -1
		}
		return r
	}, s))
}

// turns reports characters that turn the direction of what follows: with them a text looks like
// another one on an officer's screen (Unicode Standard Annex 9, 2.1 to 2.5).
func turns(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// cleanLines is clean for several lines.
func cleanLines(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(clean("|" + line)[1:], " ")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// readText takes an answer that is kept as text. The key says what to do when it is none.
func readText(x *Field, s string) (string, string) {
	switch x.As {
	case Lines:
		s = cleanLines(s)
	case HKID:
		return readHKID(s)
	case Phone:
		n, ok := phone(s)
		if !ok {
			return s, "forms.wrong.format-phone"
		}
		return n, ""
	case Email:
		if s = web.HalfWidth(s); !emailOK(s) {
			return s, "forms.wrong.format-email"
		}
	case Day:
		if _, err := when.ParseDay(s); err != nil {
			return s, "forms.wrong.format-date"
		}
	case EnglishName:
		s = strings.Join(strings.Fields(web.HalfWidth(clean(s))), " ")
		if !nameIs(s, unicode.Latin, " ,.'-’") {
			return s, "forms.wrong.english-name"
		}
	case ChineseName:
		if s = strings.ReplaceAll(clean(s), " ", ""); !nameIs(s, unicode.Han, "·・．〇") {
			return s, "forms.wrong.chinese-name"
		}
	default:
		s = clean(s)
	}
	if utf8.RuneCountInString(s) > x.most {
		return s, "forms.wrong.too-long"
	}
	return s, ""
}

func readHKID(s string) (string, string) {
	n, err := ParseHKID(s)
	switch {
	case errors.Is(err, errCheck):
		return s, "forms.wrong.hkid-check"
	case err != nil:
		return s, "forms.wrong.format-hkid"
	}
	return n, ""
}

// nameIs keeps every character of a script, the rare ones too (those of HKSCS lie in several
// planes), and private use, in which old systems wrote what Unicode had not yet.
func nameIs(s string, script *unicode.RangeTable, more string) bool {
	for _, r := range s {
		if !unicode.In(r, script, unicode.M, unicode.Co) && !strings.ContainsRune(more, r) {
			return false
		}
	}
	return true
}

// maxFigure is the largest whole number that a float64 and JavaScript hold exactly.
const maxFigure = 1 << 53

// readFigure takes a number: grouping commas and full width are accepted, exponents are not.
func readFigure(x *Field, s string) (any, string) {
	s = strings.NewReplacer(",", "", " ", "", "HK$", "", "$", "").Replace(web.HalfWidth(s))
	d, err := money.Parse(s)
	if err != nil || len(s) > 17 {
		return nil, "forms.wrong.figure-" + string(x.As)
	}
	if x.As == Money {
		if d, err = d.At(max(d.Scale(), 2)); err != nil || d.Scale() > 2 {
			return nil, "forms.wrong.figure-money"
		}
		return exact(d.Coef(), x)
	}
	if x.whole {
		if d.Scale() > 0 {
			return nil, "forms.wrong.figure-" + string(x.As)
		}
		return exact(d.Coef(), x)
	}
	f, err := strconv.ParseFloat(d.String(), 64)
	if err != nil {
		return nil, "forms.wrong.figure-" + string(x.As)
	}
	return f, ""
}

func exact(n int64, x *Field) (any, string) {
	if n >= maxFigure || n <= -maxFigure {
		return nil, "forms.wrong.figure-" + string(x.As)
	}
	return float64(n), ""
}
