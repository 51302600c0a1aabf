package services

import (
	"context"
	"iter"
	"slices"
	"strings"

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
	if hits.Total == 0 {
		if shorter := stems(q.Text); shorter != "" {
			query.Text = shorter
			if hits, err = s.Index.Find(tx, query); err != nil {
				return nil, 0, err
			}
		}
	}
	for _, h := range hits.Page {
		o, err := s.published(tx, h.ID)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, o)
	}
	return found, hits.Total, nil
}

// fillers are what people say around what they look for: "how do I renew my car licence",
// 我想續車牌.
var fillers = []string{
	"how", "do", "does", "i", "can", "to", "a", "an", "the", "my", "me", "for", "want", "need", "please", "get", "apply", "where", "is", "am", "of",
	"我想", "我要", "想要", "怎樣", "怎么", "怎麼", "如何", "可以", "請問", "请问", "申請", "申请", "辦理", "办理", "攞", "點樣", "点样", "我的",
}

// stems takes the fillers out; empty when nothing would be left or nothing was taken.
func stems(text string) string {
	fields := strings.Fields(strings.ToLower(text))
	var out []string
	for _, f := range fields {
		for _, x := range fillers {
			if x >= "一" {
				f = strings.ReplaceAll(f, x, "")
			}
		}
		if f != "" && !slices.Contains(fillers, f) {
			out = append(out, f)
		}
	}
	left := strings.Join(out, " ")
	if left == strings.Join(fields, " ") {
		return ""
	}
	return left
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
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		o, err = s.published(tx, code)
		return err
	})
	if err == nil && o.State == Hidden {
		err = noService()
	}
	return o, err
}
