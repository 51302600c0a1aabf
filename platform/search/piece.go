package search

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/platform/db"
)

// A tsvector keeps no position beyond 16,383 and no more than 256 of one lexeme
// (PostgreSQL's manual, 12.11). A piece ends before either, at the end of a run.
const (
	longestPiece = 12_000
	mostOfOne    = 200 // then at the end of the run, or 45 later within it
	mostInTitle  = 5   // of one token; more are left out
	mostPieces   = 256
	longestTitle = 1_000 // tokens; it stands in every piece
)

// piece is what an engine keeps of a document, or of a part of a long one.
type piece struct {
	title, body []string // coded tokens in their order
	marks       []string
}

// pieces cuts a document.
func pieces(code string, d Doc) ([]piece, error) {
	var titleTokens []string
	titleChars := map[rune]bool{}
	ofTitle := map[string]int{}
	tokens(d.Title, func(t token) bool {
		if ofTitle[t.text]++; ofTitle[t.text] > mostInTitle {
			return true
		}
		titleTokens = append(titleTokens, t.text)
		note(titleChars, t.text)
		return len(titleTokens) < longestTitle
	})
	title := make([]string, len(titleTokens))
	for i, t := range titleTokens {
		title[i] = code + t
	}
	marks := []string{code + markAll, code + markTitle + wholeTitle(untailed(d.Title))}
	for _, f := range d.Facets {
		marks = append(marks, code+markFacet+facetHash(f))
	}
	for r := range titleChars {
		marks = append(marks, code+markInTitle+string(r))
	}
	var all []piece
	var body []string
	chars, of := map[rune]bool{}, map[string]int{}
	end := func() {
		p := piece{title: title, body: body, marks: slices.Clone(marks)}
		for r := range titleChars {
			chars[r] = true
		}
		for r := range chars {
			p.marks = append(p.marks, code+markAnywhere+string(r))
		}
		slices.Sort(p.marks)
		p.marks = slices.Compact(p.marks)
		all = append(all, p)
		body = nil
		clear(chars)
		clear(of)
	}
	full, run := false, -1
	tokens(d.Body, func(t token) bool {
		if (full && t.run != run) || len(body) > longestPiece+2000 || of[t.text] >= mostOfOne+45 {
			end()
			full = false
		}
		run = t.run
		body = append(body, code+t.text)
		note(chars, t.text)
		of[t.text]++
		full = full || len(body) >= longestPiece || of[t.text] >= mostOfOne
		return len(all) < mostPieces
	})
	if len(body) > 0 || len(all) == 0 {
		end()
	}
	if len(all) > mostPieces {
		return nil, fault.New(fault.Invalid, "search.text-too-long")
	}
	return all, nil
}

// note keeps the Han characters of a token.
func note(chars map[rune]bool, text string) {
	for _, r := range text {
		if isHan(r) {
			chars[r] = true
		}
	}
}

// untailed is the title as a query would be cut: without the last run's tail.
func untailed(title string) []string {
	var all []string
	for _, part := range parts(title) {
		if w, ok := cut(part); ok {
			all = append(all, w.tokens...)
		}
	}
	return all
}

// row is the piece in the form that an engine keeps.
func (p piece) row(e db.Engine, no int64) []any {
	if e == db.SQLite {
		return []any{no, strings.Join(p.title, " "), strings.Join(p.body, " "), strings.Join(p.marks, " ")}
	}
	return []any{no, p.vector()}
}

// titled is a token once more, as one of the title. Weights would say the same, but GIN
// does not hold them, and PostgreSQL would read every hit's vector to check.
func titled(t string) string { return t[:codeLength] + markOfTitle + t[codeLength:] }

// vector writes a tsvector's text form: 'token':1,2 and marks without a place.
func (p piece) vector() string {
	places := map[string][]byte{}
	var order []string
	place := func(t string, at int) {
		if utf8.RuneCountInString(t) == 0 {
			return
		}
		b, ok := places[t]
		if !ok {
			order = append(order, t)
		} else {
			b = append(b, ',')
		}
		places[t] = strconv.AppendInt(b, int64(at), 10)
	}
	for i, t := range p.title {
		place(t, i+1)
		place(titled(t), i+1)
	}
	for i, t := range p.body {
		place(t, len(p.title)+i+3) // a gap: no phrase goes from the title into the body
	}
	var b strings.Builder
	for _, t := range order {
		b.WriteString("'" + t + "':")
		b.Write(places[t])
		b.WriteByte(' ')
	}
	for _, m := range p.marks {
		b.WriteString("'" + m + "' ")
	}
	return b.String()
}
