package services

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"unicode"

	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/search"
)

// Scope is the scope of the search index that holds public services.
const Scope = "services"

// putInIndex makes a service found by its words in both scripts; a hidden one is not found.
func (s *Service) putInIndex(tx *db.Tx, p PublicService, state State) error {
	if state == Hidden {
		return s.Index.Delete(tx, Scope, p.Code)
	}
	name, err := s.Departments.Department(tx.Context(), p.Department)
	if err != nil {
		return err
	}
	return s.Index.Put(tx, document(p, name))
}

func document(p PublicService, department lang.Text) search.Doc {
	body := slices.Concat(three(p.About), three(p.Audience), p.Keywords, three(department), []string{p.Department})
	for _, n := range p.Needed {
		body = append(body, three(n)...)
	}
	facets := []search.Facet{{Name: "department", Value: p.Department}}
	for _, e := range p.Events {
		facets = append(facets, search.Facet{Name: "event", Value: e})
	}
	return search.Doc{Scope: Scope, ID: p.Code, Title: strings.Join(three(p.Title), " "), Body: strings.Join(body, "\n"), Facets: facets}
}

func three(t lang.Text) []string { return []string{t.TC, t.EN} }

// Search asks for services.
type Search struct {
	Text, Event, Department string
	Limit, Offset           int
}

// Find finds services in everyday words, best first; without words it lists them.
func (s *Service) Find(ctx context.Context, q Search) (found []Offer, total int, err error) {
	if strings.TrimSpace(q.Text) == "" {
		return s.list(ctx, q)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		found, total, err = s.find(tx, q)
		return err
	})
	return found, total, err
}

func (s *Service) find(tx *db.Tx, q Search) (found []Offer, total int, err error) {
	query := search.Query{Text: q.Text, Scopes: []string{Scope}, Limit: max(q.Limit, 1), Offset: q.Offset}
	if q.Event != "" {
		query.Filters = append(query.Filters, search.Facet{Name: "event", Value: q.Event})
	}
	if q.Department != "" {
		query.Filters = append(query.Filters, search.Facet{Name: "department", Value: q.Department})
	}
	hits, err := s.Index.Find(tx, query)
	if err != nil {
		return nil, 0, err
	}
	codes := make([]string, len(hits.Page))
	for n, h := range hits.Page {
		codes[n] = h.ID
	}
	total = hits.Total
	if total == 0 {
		if codes, err = s.nearest(tx, query); err != nil {
			return nil, 0, err
		}
		total = len(codes)
		codes = codes[min(q.Offset, total):min(q.Offset+query.Limit, total)]
	}
	for _, code := range codes {
		o, err := s.published(tx, code)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, o)
	}
	return found, total, nil
}

// fillers are what people say around what they look for: "how do I renew my car licence",
// 我想續車牌.
var fillers = []string{
	"how", "do", "does", "i", "can", "to", "a", "an", "the", "my", "me", "for", "want", "need", "please", "get", "apply", "where", "is", "am", "of",
	"我想", "我要", "想要", "怎樣", "怎么", "怎麼", "如何", "可以", "請問", "请问", "申請", "申请", "辦理", "办理", "攞", "點樣", "点样", "我的",
}

// mostWords bounds the words of a question that are looked for one by one.
const mostWords = 16

// nearest finds the services that share the most words with a question that as a whole fits
// none: what people write is a sentence, and no service says all of it.
func (s *Service) nearest(tx *db.Tx, q search.Query) ([]string, error) {
	score, best := map[string]int{}, 0
	for _, w := range wordsOf(q.Text) {
		one := q
		one.Text, one.Limit, one.Offset = w, 100, 0
		hits, err := s.Index.Find(tx, one)
		if err != nil {
			return nil, err
		}
		for _, h := range hits.Page {
			score[h.ID]++
			best = max(best, score[h.ID])
		}
	}
	var out []string
	for code, n := range score {
		if 2*n > best { // what shares half as much is about something else
			out = append(out, code)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(score[b]-score[a], strings.Compare(a, b)) })
	return out, nil
}

// wordsOf cuts a question into words: pairs of Han characters and Latin words, without fillers.
func wordsOf(text string) (out []string) {
	text = strings.ToLower(text)
	for _, f := range fillers {
		if f >= "一" {
			text = strings.ReplaceAll(text, f, " ")
		}
	}
	add := func(w string) {
		if len(out) < mostWords && !slices.Contains(fillers, w) && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	for _, field := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		run := []rune(field)
		if !unicode.Is(unicode.Han, run[0]) {
			add(field)
			continue
		}
		for i := range max(len(run)-1, 1) {
			add(string(run[i:min(i+2, len(run))]))
		}
	}
	return out
}

func (s *Service) list(ctx context.Context, q Search) (found []Offer, total int, err error) {
	all, err := s.All(ctx)
	for o := range only(all, q) {
		total++
		if total > q.Offset && len(found) < q.Limit {
			found = append(found, o)
		}
	}
	return found, total, err
}

func only(all []Offer, q Search) iter.Seq[Offer] {
	return func(yield func(Offer) bool) {
		for _, o := range all {
			if o.State == Hidden || q.Event != "" && !slices.Contains(o.Events, q.Event) || q.Department != "" && o.Department != q.Department {
				continue
			}
			if !yield(o) {
				return
			}
		}
	}
}

// All lists the present versions of all services, hidden ones too, by code.
func (s *Service) All(ctx context.Context) (out []Offer, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		rows, err := allCurrent(tx)
		if err != nil {
			return err
		}
		for _, r := range rows {
			p, err := s.version(tx, r.code, r.number)
			if err != nil {
				return err
			}
			o := *p
			o.State, o.Version = r.state, r.version
			out = append(out, o)
		}
		return nil
	})
	return out, err
}

// Offered reads a service for the public: a hidden one is not there.
func (s *Service) Offered(ctx context.Context, code string) (o Offer, err error) {
	// What a row names never changes: two statements see what one snapshot would.
	err = s.DB.ReadLatest(ctx, func(tx *db.Tx) error {
		o, err = s.published(tx, code)
		return err
	})
	if err == nil && o.State == Hidden {
		err = noService()
	}
	return o, err
}
