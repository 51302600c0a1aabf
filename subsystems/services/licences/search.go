package licences

import (
	"slices"
	"strings"
	"unicode"

	"praya/platform/search"
)

// A licence is found by the beginning of any word of its public values, and in Chinese from any
// character: the ends of each value from there are kept, folded and cut.
const (
	maxTerm  = 24  // characters of a term
	maxTerms = 120 // of a licence
)

// terms is what a licence is found by. Those of kinds that are not listed are found at the desk only.
func terms(k Kind, open map[string]string) (out []string) {
	for _, f := range k.Fields {
		for _, t := range ends(open[f.Name]) {
			if len(out) < maxTerms && !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// ends are a text from each of its words, and from each Chinese character.
func ends(text string) (out []string) {
	letters := []rune(folded(text))
	for i, r := range letters {
		begins := i == 0 || unicode.Is(unicode.Han, r) || !unicode.IsLetter(letters[i-1]) && !unicode.IsDigit(letters[i-1]) || unicode.Is(unicode.Han, letters[i-1])
		if begins && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			out = append(out, string(letters[i:min(len(letters), i+maxTerm)]))
		}
	}
	return out
}

// folded brings a text into the form in which it is compared, with single spaces.
func folded(text string) string { return strings.Join(strings.Fields(search.Fold(text)), " ") }

// query is what a reader's words become: a beginning of a term, and the first text that does not
// begin so.
func query(typed string) (from, to string) {
	letters := []rune(folded(typed))
	from = string(letters[:min(len(letters), maxTerm)])
	return from, from + "\U0010FFFF"
}
