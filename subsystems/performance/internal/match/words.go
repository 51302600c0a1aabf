package match

import (
	"slices"
	"strings"
	"unicode"

	"praya/platform/search"
)

// openings are words with which an item says that it goes on; they tell nothing about what.
var openings = []string{"繼續", "continue to ", "continued to ", "continuing to "}

// words is an item's text as it stands, without what opens or ends a list's line, and beside
// it the same folded, character by character.
type words struct{ printed, folded []rune }

func (w words) text() string { return string(w.folded) }

func read(text string) words {
	s := strings.TrimSpace(text)
	for _, tail := range []string{"以及", "及", " and", "and"} {
		if rest, ok := strings.CutSuffix(s, tail); ok && strings.HasSuffix(strings.TrimRight(rest, " "), "；") {
			s = rest
		}
	}
	s = strings.TrimRight(s, "；;，,。. ")
	var w words
	for _, r := range s {
		if f := search.FoldRune(r); f >= 0 {
			w.printed, w.folded = append(w.printed, r), append(w.folded, f)
		}
	}
	for _, o := range openings {
		if n := len([]rune(o)); strings.HasPrefix(w.text(), search.Fold(o)) {
			w = words{w.printed[n:], w.folded[n:]}
		}
	}
	return w
}

// terms cuts a text into overlapping pairs of Han characters, and words of others.
func terms(s string) []string {
	var out []string
	var word []rune
	var before rune
	flush := func() {
		if len(word) > 0 {
			out = append(out, string(word))
			word = word[:0]
		}
	}
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			flush()
			if before != 0 {
				out = append(out, string([]rune{before, r}))
			}
			before = r
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			word = append(word, r)
		default:
			flush()
		}
		before = 0
	}
	flush()
	return out
}

// shortest is the least number of characters that a shared phrase has.
const shortest = 3

// shared finds the longest phrases that two texts have in common, longest first, at most most,
// spelt as the first prints them.
func shared(a, b words, most int) []string {
	x := slices.Clone(a.folded)
	var out []string
	for len(out) < most {
		from, n := longest(x, b.folded)
		if n < shortest {
			return out
		}
		phrase := strings.TrimFunc(string(a.printed[from:from+n]), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if len([]rune(phrase)) >= shortest && !slices.Contains(out, phrase) {
			out = append(out, phrase)
		}
		for i := from; i < from+n; i++ {
			x[i] = 0 // never found again
		}
	}
	return out
}

// longest is the longest run of characters that two texts share: where it begins in x, and its
// length. It never crosses a mark of punctuation.
func longest(x, y []rune) (from, n int) {
	row := make([]int, len(y)+1)
	for i, a := range x {
		before := 0
		for j, b := range y {
			here := row[j+1]
			if a != 0 && a == b && !strings.ContainsRune("，、；。", a) {
				row[j+1] = before + 1
				if row[j+1] > n {
					n, from = row[j+1], i-row[j+1]+1
				}
			} else {
				row[j+1] = 0
			}
			before = here
		}
	}
	return from, n
}
