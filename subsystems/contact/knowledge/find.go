package knowledge

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/search"
)

// SearchScope is the scope of the index that this folder fills.
const SearchScope = "contact.knowledge"

// Query asks as people do: words or a sentence, in any script.
type Query struct {
	Text       string
	Lang       lang.Lang
	Department string // empty for all
	Limit      int    // default 10, at most 50
	Offset     int
	Drafts     bool // also what isn't published, for who works here
	Quiet      bool // isn't counted when nothing is found
}

// Found is an article that was found.
type Found struct {
	Code, Department string
	Title            string
	TitleLang        lang.Lang
	Excerpt          string
	ExcerptLang      lang.Lang
	Draft            bool // what isn't published
	Part             bool // it has most of the words, not all
}

const (
	usualLimit = 10
	maxLimit   = 50
	maxQuery   = 200
	draftEnd   = "/draft"
	between    = "\n" // of the titles of one article
	page       = "\f" // of its texts; no text holds one
)

// index brings what is found of an article up to date.
func (s *Service) index(tx *db.Tx, a Article) error {
	if s.Index == nil {
		return nil
	}
	if a.State == Published {
		public, err := articleBy(tx, sqlPublished, a.Code)
		if err == nil {
			err = s.Index.Put(tx, document(public, a.Code, "public"))
		}
		if err != nil {
			return err
		}
	} else if err := s.Index.Delete(tx, SearchScope, a.Code); err != nil {
		return err
	}
	if a.Open() && a.State != Withdrawn {
		return s.Index.Put(tx, document(a, a.Code+draftEnd, "draft"))
	}
	return s.Index.Delete(tx, SearchScope, a.Code+draftEnd)
}

// document is an article as it is searched: everyday words count like the title.
func document(a Article, id, seen string) search.Doc {
	title := strings.Join([]string{a.Title.TC, a.Title.EN, a.Title.SC, oneLine(a.Everyday.TC), oneLine(a.Everyday.EN), oneLine(a.Everyday.SC)}, between)
	return search.Doc{
		Scope: SearchScope, ID: id, Title: title, Body: strings.Join([]string{a.Text.TC, a.Text.EN, a.Text.SC}, page), Card: a.Department,
		Facets: []search.Facet{{Name: "seen", Value: seen}, {Name: "department", Value: a.Department}},
	}
}

func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " ; ") }

// Find gives what answers a question, the best first, and how many there are. With no words it gives
// what is read most. What finds nothing is counted.
func (s *Service) Find(ctx context.Context, q Query) (out []Found, total int, err error) {
	q.Text = strings.TrimSpace(cut(q.Text, maxQuery))
	if q.Limit <= 0 {
		q.Limit = usualLimit
	}
	q.Limit = min(q.Limit, maxLimit)
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, total, err = s.find(tx, q)
		return err
	})
	if err != nil || total > 0 || q.Quiet || q.Text == "" {
		return out, total, err
	}
	return out, total, s.count(ctx, q.Text)
}

func (s *Service) find(tx *db.Tx, q Query) ([]Found, int, error) {
	if q.Text == "" {
		all, err := popular(tx, q.Department, q.Limit)
		out := make([]Found, 0, len(all))
		for _, a := range all {
			out = append(out, found(a.Code, a.Department, a.Title, a.Text, q))
		}
		return out, len(out), err
	}
	hits, err := s.Index.Find(tx, q.index(q.Text, q.Limit, q.Offset))
	if err != nil {
		return nil, 0, err
	}
	if hits.Total == 0 {
		return s.findMost(tx, q)
	}
	out := make([]Found, 0, len(hits.Page))
	for _, h := range hits.Page {
		out = append(out, ofHit(h, q))
	}
	return out, hits.Total, nil
}

func (q Query) index(text string, limit, offset int) search.Query {
	x := search.Query{Text: text, Scopes: []string{SearchScope}, Limit: limit, Offset: offset, Filters: []search.Facet{{Name: "seen", Value: "public"}}}
	if q.Drafts {
		x.Filters = append(x.Filters, search.Facet{Name: "seen", Value: "draft"})
	}
	if q.Department != "" {
		x.Filters = append(x.Filters, search.Facet{Name: "department", Value: q.Department})
	}
	return x
}

// How much is looked at when nothing has every word.
const (
	maxTerms   = 8
	termHits   = 15
	candidates = 3 // of the rarest terms
)

// rated is a hit and how much of the question it has.
type rated struct {
	search.Hit
	score float64
}

// list is a term, how many articles have it, and the best of them, when they were looked up.
type list struct {
	term
	total int
	hits  []search.Hit
}

// lists are the terms of a question, the rarest first. How common a term is was mostly asked before:
// that is remembered for an hour, since looking up what stands in thousands of articles takes longest.
func (s *Service) lists(tx *db.Tx, q Query) (out []list, err error) {
	for _, t := range terms(q.Text, maxTerms) {
		key := string(tx.Realm()) + " " + q.Department + " " + strconv.FormatBool(q.Drafts) + " " + t.text
		total, known := s.frequency.of(key, tx.Now())
		l := list{term: t, total: total}
		if !known {
			hits, err := s.Index.Find(tx, q.index(t.text, termHits, 0))
			if err != nil {
				return nil, err
			}
			l.total, l.hits = hits.Total, hits.Page
			s.frequency.put(key, hits.Total)
		}
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b list) int { return cmp.Compare(a.total, b.total) })
	return out, nil
}

// findMost looks for what has most of the words that matter: the rarest words lead to candidates, and
// each is rated by all. A rare word weighs more than a common one.
func (s *Service) findMost(tx *db.Tx, q Query) ([]Found, int, error) {
	lists, err := s.lists(tx, q)
	if err != nil {
		return nil, 0, err
	}
	all, seen, whole, taken := []rated{}, map[string]bool{}, 0.0, 0
	for _, l := range lists {
		whole += l.weight(l.total)
		if l.total == 0 || taken == candidates {
			continue
		}
		taken++
		hits := l.hits
		if hits == nil {
			got, err := s.Index.Find(tx, q.index(l.text, termHits, 0))
			if err != nil {
				return nil, 0, err
			}
			hits = got.Page
		}
		for _, h := range hits {
			if !seen[h.ID] {
				seen[h.ID] = true
				all = append(all, rated{Hit: h})
			}
		}
	}
	for i := range all {
		text := search.Fold(all[i].Title + between + all[i].Body)
		for _, l := range lists {
			if strings.Contains(text, l.text) {
				all[i].score += l.weight(l.total)
			}
		}
	}
	all = slices.DeleteFunc(all, func(r rated) bool { return r.score < whole/2 })
	slices.SortStableFunc(all, func(a, b rated) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.ID, b.ID)) })
	out := []Found{}
	for _, r := range all[min(q.Offset, len(all)):min(q.Offset+q.Limit, len(all))] {
		f := ofHit(r.Hit, q)
		f.Part = true
		out = append(out, f)
	}
	return out, len(all), nil
}

func ofHit(h search.Hit, q Query) Found {
	titles, texts := strings.Split(h.Title, between), strings.Split(h.Body, page)
	var title, text lang.Text
	if len(titles) >= 3 && len(texts) == 3 {
		title, text = lang.Text{TC: titles[0], EN: titles[1], SC: titles[2]}, lang.Text{TC: texts[0], EN: texts[1], SC: texts[2]}
	}
	code, draft := strings.CutSuffix(h.ID, draftEnd)
	f := found(code, h.Card, title, text, q)
	f.Draft = draft
	return f
}

func found(code, department string, title, text lang.Text, q Query) Found {
	f := Found{Code: code, Department: department}
	f.Title, f.TitleLang = title.With(q.Lang)
	body, l := text.With(q.Lang)
	f.Excerpt, f.ExcerptLang = excerpt(body, q.Text), l
	return f
}

// excerptSize is how long an excerpt is, in characters.
const excerptSize = 120

// excerpt is the part of a text where the words stand, or its beginning.
func excerpt(text, query string) string {
	flat := strings.Join(strings.FieldsFunc(strings.ReplaceAll(strings.ReplaceAll(text, "\n## ", "\n"), "\n- ", "\n"), func(r rune) bool { return r == '\n' }), " ")
	flat = strings.TrimPrefix(strings.TrimPrefix(flat, "## "), "- ")
	from := 0
	if query != "" {
		if marks := search.Mark(flat, query); len(marks) > 0 {
			from = marks[0].From
		}
	}
	before, after := []rune(flat[:from]), []rune(flat[from:])
	lead := min(len(before), excerptSize/4)
	size := min(len(after), excerptSize-lead)
	out := string(before[len(before)-lead:]) + string(after[:size])
	if lead < len(before) {
		out = "…" + out
	}
	if size < len(after) {
		out += "…"
	}
	return out
}
