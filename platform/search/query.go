package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"praya/kernel/fault"
)

// Bounds of a query.
const (
	longestQuery = 200 // characters
	mostWords    = 16
	mostHits     = 100    // a page
	deepest      = 10_000 // offset and limit together
)

// word is a part of a query that is found as a whole.
type word struct {
	tokens []string
	lone   bool // one Han character, found anywhere
	prefix bool // the last token may begin a longer one: a Han character after letters
}

// words cuts a query at spaces, and keeps together what stands in quotation marks.
func words(text string) ([]word, error) {
	if utf8.RuneCountInString(text) > longestQuery {
		return nil, fault.New(fault.Invalid, "search.too-long")
	}
	var all []word
	for _, part := range parts(text) {
		if w, ok := cut(part); ok {
			all = append(all, w)
		}
	}
	if len(all) > mostWords {
		return nil, fault.New(fault.Invalid, "search.too-long")
	}
	return all, nil
}

func parts(text string) []string {
	var all []string
	var b strings.Builder
	quoted := false
	flush := func() {
		if b.Len() > 0 {
			all = append(all, b.String())
			b.Reset()
		}
	}
	for _, r := range text {
		switch {
		case strings.ContainsRune("\"“”「」『』", r):
			flush()
			quoted = r != '”' && r != '」' && r != '』' && (r != '"' || !quoted)
		case unicode.IsSpace(r) && !quoted:
			flush()
		default:
			b.WriteRune(r)
		}
	}
	flush()
	return all
}

func cut(part string) (word, bool) {
	var all []token
	tokens(part, func(t token) bool {
		all = append(all, t)
		return true
	})
	if len(all) == 0 {
		return word{}, false
	}
	last := all[len(all)-1]
	if last.tail { // the run may go on in the text
		all = all[:len(all)-1]
	}
	w := word{}
	for _, t := range all {
		w.tokens = append(w.tokens, t.text)
	}
	r, n := utf8.DecodeRuneInString(last.text)
	single := !last.tail && n == len(last.text) && isHan(r)
	w.lone = single && len(all) == 1
	w.prefix = single && len(all) > 1
	return w, true
}

// The marks of a document, tokens without a place. Their second part is a private-use
// character, which no text's token has.
const (
	markFacet    = "\uE000"
	markInTitle  = "\uE001" // a character that the title has
	markAnywhere = "\uE002" // a character that title or body has
	markTitle    = "\uE003" // the whole title
	markAll      = "\uE004" // every document
	markOfTitle  = "\uE005" // PostgreSQL: a token of the title, with its place

	codeLength = 4 // bytes of realm and scope before all of these
)

// dialect writes a query for one engine.
type dialect interface {
	phrase(tokens []string, prefix, title bool) string
	and(parts []string) string
	or(parts []string) string
	except(a, b string) string
}

// ask writes the query of one scope. all is what must match; title that the title has
// all words; exact that the title is the query.
func ask(d dialect, code string, words []word, filters [][]string) (all, title, exact string) {
	var everywhere, inTitle []string
	var whole []string
	for _, w := range words {
		whole = append(whole, w.tokens...)
		if w.lone {
			everywhere = append(everywhere, d.phrase([]string{code + markAnywhere + w.tokens[0]}, false, false))
			inTitle = append(inTitle, d.phrase([]string{code + markInTitle + w.tokens[0]}, false, false))
			continue
		}
		coded := make([]string, len(w.tokens))
		for i, t := range w.tokens {
			coded[i] = code + t
		}
		everywhere = append(everywhere, d.phrase(coded, w.prefix, false))
		inTitle = append(inTitle, d.phrase(coded, w.prefix, true))
	}
	var narrow []string
	for _, alternatives := range filters {
		var any []string
		for _, f := range alternatives {
			any = append(any, d.phrase([]string{code + markFacet + f}, false, false))
		}
		narrow = append(narrow, d.or(any))
	}
	if len(words) == 0 {
		return d.and(append(narrow, d.phrase([]string{code + markAll}, false, false))), "", ""
	}
	is := d.phrase([]string{code + markTitle + wholeTitle(whole)}, false, false)
	return d.and(append(everywhere, narrow...)), d.and(append(inTitle, narrow...)), d.and(append([]string{is}, narrow...))
}

// fts5 writes for SQLite (sqlite.org/fts5.html, 3).
type fts5 struct{}

func (fts5) phrase(tokens []string, prefix, title bool) string {
	s := `"` + strings.Join(tokens, " ") + `"`
	if prefix {
		s += " *"
	}
	if title {
		s = "title : " + s
	}
	return s
}
func (fts5) and(parts []string) string { return "(" + strings.Join(parts, " AND ") + ")" }
func (fts5) or(parts []string) string  { return "(" + strings.Join(parts, " OR ") + ")" }
func (fts5) except(a, b string) string { return "(" + a + " NOT " + b + ")" }

// tsquery writes for PostgreSQL (its manual, 8.11.2).
type tsquery struct{}

func (tsquery) phrase(tokens []string, prefix, title bool) string {
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 {
			b.WriteString(" <-> ")
		}
		if title {
			t = titled(t)
		}
		b.WriteString("'" + t + "'")
		if prefix && i == len(tokens)-1 {
			b.WriteString(":*")
		}
	}
	return "(" + b.String() + ")"
}
func (tsquery) and(parts []string) string { return "(" + strings.Join(parts, " & ") + ")" }
func (tsquery) or(parts []string) string  { return "(" + strings.Join(parts, " | ") + ")" }
func (tsquery) except(a, b string) string { return "(" + a + " & !" + b + ")" }
