package performance

import (
	"context"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/search"
)

// Scope is the part of the index that holds initiatives.
const Scope = "performance"

// document is an initiative as it is searched: the paper's words and ours.
func (i Initiative) document() search.Doc {
	return search.Doc{
		Scope: Scope, ID: string(i.ID), Title: i.text(), Body: strings.Join([]string{i.Title.TC, i.Title.EN}, "\n"),
		Facets: []search.Facet{{Name: "head", Value: i.Head}, {Name: "year", Value: i.Year}}, Weight: min(max(atoi(i.Year[:4])-1900, 0), 1023),
	}
}

// index puts initiatives into the index, in the order of their numbers.
func (s *Service) index(tx *db.Tx, all []search.Doc) error {
	if s.Index == nil {
		return nil
	}
	for _, d := range all {
		if err := s.Index.Put(tx, d); err != nil {
			return err
		}
	}
	return nil
}

// Found is a page of initiatives that a query found.
type Found struct {
	Query, Head string
	Total       int
	Initiatives []Initiative
}

const (
	foundAPage   = 20
	lastFound    = 500 // pages
	longestQuery = 200
)

// Find searches the words of initiatives; of one head, or of all.
func (s *Service) Find(ctx context.Context, query, head string, offset int) (f Found, err error) {
	f = Found{Query: query, Head: head}
	if err := s.mayRead(ctx); err != nil {
		return f, err
	}
	if strings.TrimSpace(query) == "" {
		return f, nil
	}
	if len([]rune(query)) > longestQuery {
		return f, fault.New(fault.Invalid, "performance.fault.long-query")
	}
	q := search.Query{Scopes: []string{Scope}, Text: query, Limit: foundAPage, Offset: offset}
	if head != "" {
		q.Filters = []search.Facet{{Name: "head", Value: head}}
	}
	return f, s.DB.Read(ctx, func(tx *db.Tx) error {
		hits, err := s.Index.Find(tx, q)
		if err != nil {
			return err
		}
		f.Total, f.Initiatives = hits.Total, nil
		for _, h := range hits.Page {
			i, err := initiative(tx, InitiativeID(h.ID))
			if err != nil {
				return err
			}
			f.Initiatives = append(f.Initiatives, i)
		}
		f.Initiatives = slices.Clip(f.Initiatives)
		return nil
	})
}
