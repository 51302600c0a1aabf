package paper

import (
	"strings"
	"unicode/utf8"
)

// fold gives the form of a text by which its words are recognised: no spaces,
// no tags, no emphasis; full-width signs as ASCII, dashes and quotes as one of
// each, variant and simplified characters as the traditional ones, a doubled
// character once. Optical reading makes all of these errors; what was printed
// stays in Raw.
func fold(s string) string {
	var last rune
	i := 0
	for i < len(s) { // as long as nothing changes
		r, n := utf8.DecodeRuneInString(s[i:])
		if f := foldRune(r); f != r || r == '<' && tagEnd(s[i:]) > 0 || f == last && doubledByMistake(f) {
			break
		}
		last = r
		i += n
	}
	if i == len(s) {
		return s
	}
	return foldFrom(s, i, last)
}

// foldFrom goes on folding where a text first changes.
func foldFrom(s string, i int, last rune) string {
	b := make([]byte, 0, len(s))
	b = append(b, s[:i]...)
	for i < len(s) {
		if c := s[i]; c < 0x80 {
			if end := tagEnd(s[i:]); end > 0 {
				i += end
				continue
			}
			i++
			if c = foldByte(c); c != 0 {
				b, last = append(b, c), rune(c)
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		f := foldRune(r)
		switch {
		case f == 0 || f == last && doubledByMistake(f):
		case f == r:
			b, last = append(b, s[i:i+n]...), f
		default:
			b, last = utf8.AppendRune(b, f), f
		}
		i += n
	}
	return string(b)
}

// foldByte drops the ASCII signs that stand for space and emphasis.
func foldByte(c byte) byte {
	switch c {
	case ' ', '\t', '*', '\\', '\r', '\n', '\f', '_':
		return 0
	}
	return c
}

// foldRune gives the recognised form of one character, 0 for none.
func foldRune(r rune) rune {
	if r < 0x80 {
		return rune(foldByte(byte(r)))
	}
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		if r == '－' {
			return '-'
		}
		return foldRune(r - 0xFEE0)
	case r >= 0x4E00 && r <= 0x9FFF:
		return traditional(r)
	}
	switch r {
	case '–', '—', '―', '‐', '‑', '﹣', '−', '─', 'ー':
		return '-'
	case '‘', '’', '′', '‵':
		return '\''
	case '“', '”':
		return '"'
	case 'の':
		return '的'
	case '︰', '﹕', '∶':
		return ':'
	case '﹪':
		return '%'
	case '﹙':
		return '('
	case '﹚':
		return ')'
	case '○', '〇':
		return '零'
	case '\u00a0', '\u3000', '\ufeff', '\u200b', '\u2002', '\u2003', '\u2009':
		return 0
	}
	return r
}

// doubledByMistake: words of a heading hold no doubled character, but years
// do (二零二二), and so do figures.
func doubledByMistake(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF && chineseDigit(r) < 0
}

// tagEnd gives the length of the HTML tag at the start of s, 0 if there is
// none: letters, an optional slash, attributes, at most 60 bytes.
func tagEnd(s string) int {
	if len(s) < 3 || s[0] != '<' {
		return 0
	}
	i := 1
	if s[i] == '/' {
		i++
	}
	if i >= len(s) || s[i]|0x20 < 'a' || s[i]|0x20 > 'z' {
		return 0
	}
	end := strings.IndexByte(s[:min(len(s), 60)], '>')
	return end + 1
}

// stripTags removes HTML tags and the backslashes that escape signs.
func stripTags(s string) string {
	if strings.IndexByte(s, '<') < 0 && strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if end := tagEnd(s[i:]); end > 0 {
			i += end - 1
			continue
		}
		if s[i] == '\\' {
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// isMark says whether a sign is one that papers use to point to a footnote.
// △ U+25B3 and Δ U+0394 are two signs.
func isMark(r rune) bool {
	switch r {
	case '△', 'Δ', '∆', '▲', '▽', '▼', '‡', '†', '⊖', '⊕', '⊗', '⊙', '#', '¶', '§', '@', '^', '~', '*',
		'Ω', '◎', '◇', '◆', '□', '■', '☆', '★', 'β', 'δ', 'ε', 'θ', 'λ', 'μ', 'ξ', 'π', 'φ', 'ψ', 'ω', 'Φ', 'Ψ', 'Θ', 'Λ', '♣', '♠', '♦', '♥', '＃', '＊', '＠', '※':
		return true
	}
	return false
}

// isDash says whether a sign is some kind of dash.
func isDash(r rune) bool {
	switch r {
	case '-', '–', '—', '―', '‐', '‑', '﹣', '－', '−', '─':
		return true
	}
	return false
}

// tidy joins what a line break split: spaces between Chinese characters go,
// other runs of spaces become one; dot leaders at the end go.
func tidy(s string) string {
	s = strings.TrimSpace(stripTags(s))
	s = unlead(s)
	if !strings.ContainsAny(s, " \u3000\u00a0") {
		return s
	}
	var b strings.Builder
	var last rune
	space := false
	for _, r := range s {
		if r == ' ' || r == '\u3000' || r == '\u00a0' {
			space = true
			continue
		}
		if space && !(wide(last) && wide(r)) {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// unlead takes the dots that lead from a name to its figures off its end.
func unlead(s string) string {
	for len(s) > 0 {
		if c := s[len(s)-1]; c == '.' || c == ' ' {
			s = s[:len(s)-1]
			continue
		}
		switch r, n := utf8.DecodeLastRuneInString(s); r {
		case '…', '·', '․', '\u3000', '\u00a0':
			s = s[:len(s)-n]
		default:
			return s
		}
	}
	return s
}

// wide says whether a character is one of Chinese writing, signs included.
func wide(r rune) bool {
	return r >= 0x2E80 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF || r >= 0xFF00 && r <= 0xFFEF || r == '(' || r == ')'
}
