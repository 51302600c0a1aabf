package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold brings a text into the form in which it is compared: lower case, no accents,
// half-width letters, Simplified characters.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if f := FoldRune(r); f >= 0 {
			b.WriteRune(f)
		}
	}
	return b.String()
}

// FoldRune folds one character; -1 for a combining mark, which folds to nothing.
func FoldRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	case unicode.Is(unicode.Han, r):
		return foldHan(r)
	case r >= 0xFF01 && r <= 0xFF5E: // full-width forms of ASCII
		return FoldRune(r - 0xFF01 + '!')
	case unicode.Is(unicode.Mn, r):
		return -1
	}
	var buf [utf8.UTFMax]byte
	d := norm.NFKD.PropertiesString(string(buf[:utf8.EncodeRune(buf[:], r)])).Decomposition()
	if len(d) > 0 {
		base, _ := utf8.DecodeRune(d)
		if base != r && (unicode.IsLetter(base) || unicode.IsDigit(base)) {
			return FoldRune(base)
		}
	}
	return unicode.ToLower(r)
}

// foldHan looks a character up in the generated table, which lists three bytes each.
func foldHan(r rune) rune {
	if r >= 0xF900 && r <= 0xFAFF { // compatibility ideographs are one character twice
		r, _ = utf8.DecodeRuneInString(norm.NFC.String(string(r)))
	}
	low, high := 0, len(foldFrom)/3
	for low < high {
		mid := (low + high) / 2
		at, _ := utf8.DecodeRuneInString(foldFrom[3*mid:])
		switch {
		case at == r:
			to, _ := utf8.DecodeRuneInString(foldTo[3*mid:])
			return to
		case at < r:
			low = mid + 1
		default:
			high = mid
		}
	}
	return foldWideHan(r)
}

// foldWideHan looks through the few pairs outside the basic plane. A rare character's
// cost is of no account, and a common one above U+4E00 that folds was found before.
func foldWideHan(r rune) rune {
	if r >= 0x4E00 && r <= 0x9FA5 && !foldsWide(r) {
		return r
	}
	first := true
	var from rune
	for _, c := range foldWide {
		if first {
			from = c
		} else if from == r {
			return c
		}
		first = !first
	}
	return r
}
