package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a unit that is found: folded text, and where it stands in the original.
type token struct {
	text     string
	from, to int
	run      int  // which run of letters it came from
	tail     bool // the last character of a longer Han run, once more by itself
}

// longest bounds a Latin token, so that a wall of letters is no giant lexeme.
const longest = 64

// tokens cuts a text. yield returns false to stop.
func tokens(s string, yield func(token) bool) {
	t := tokenizer{s: s, yield: yield}
	t.all()
}

type tokenizer struct {
	s     string
	yield func(token) bool
	run   int
}

func (t *tokenizer) all() {
	for i := 0; i < len(t.s); {
		r, n := utf8.DecodeRuneInString(t.s[i:])
		var end int
		var more bool
		switch {
		case isHan(r):
			end, more = t.han(i)
		case isWord(r):
			end, more = t.word(i)
		default:
			i += n
			continue
		}
		if !more {
			return
		}
		t.run++
		i = end
	}
}

func isHan(r rune) bool { return r >= 0x2E80 && unicode.Is(unicode.Han, r) }

func isWord(r rune) bool {
	return r < utf8.RuneSelf && (r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z') ||
		r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) && !isHan(r)
}

// han gives the pairs of a run, then its last character alone; a lone one once.
func (t *tokenizer) han(from int) (int, bool) {
	prev, prevAt, count := rune(0), from, 0
	i := from
	for i < len(t.s) {
		r, n := utf8.DecodeRuneInString(t.s[i:])
		if !isHan(r) {
			break
		}
		f := FoldRune(r)
		if count > 0 && !t.yield(token{string([]rune{prev, f}), prevAt, i + n, t.run, false}) {
			return i, false
		}
		prev, prevAt = f, i
		count++
		i += n
	}
	return i, t.yield(token{string(prev), prevAt, i, t.run, count > 1})
}

// word gives a run of letters and digits; a comma between groups of three digits
// belongs to the number.
func (t *tokenizer) word(from int) (int, bool) {
	var b strings.Builder
	digits, grouped := true, false
	i := from
	for i < len(t.s) {
		r, n := utf8.DecodeRuneInString(t.s[i:])
		switch {
		case isWord(r):
			digits = digits && '0' <= r && r <= '9'
			if f := FoldRune(r); f >= 0 && b.Len() < longest {
				b.WriteRune(f)
			}
			i += n
			continue
		case unicode.Is(unicode.Mn, r):
			i += n
			continue
		case digits && (grouped || i-from <= 3) && groups(t.s[i:]):
			b.WriteString(t.s[i+1 : i+4])
			grouped = true
			i += 4
			continue
		}
		return i, t.yield(token{singular(b.String()), from, i, t.run, false})
	}
	return i, t.yield(token{singular(b.String()), from, i, t.run, false})
}

// groups reports whether s is a comma and exactly three digits.
func groups(s string) bool {
	if len(s) < 4 || s[0] != ',' {
		return false
	}
	for i := 1; i < 4; i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) == 4 || s[4] < '0' || s[4] > '9'
}

// singular is the S stemmer of Harman (How effective is suffixing?, JASIS 42, 1991).
func singular(w string) string {
	if len(w) < 4 || w[len(w)-1] != 's' {
		return w
	}
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return w
		}
	}
	ends := func(suffixes ...string) bool {
		for _, s := range suffixes {
			if strings.HasSuffix(w, s) {
				return true
			}
		}
		return false
	}
	switch {
	case ends("ies"):
		if !ends("eies", "aies") {
			return w[:len(w)-3] + "y"
		}
	case ends("es"):
		if !ends("aes", "ees", "oes") {
			return w[:len(w)-1]
		}
	case !ends("us", "ss"):
		return w[:len(w)-1]
	}
	return w
}
