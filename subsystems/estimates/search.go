package estimates

import (
	"context"
	"encoding/json"
	"iter"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/search"
	"praya/subsystems/estimates/internal/paper"
)

const scope = "estimates"

// searchable are the kinds of fact that a search finds by their words.
func searchable(f paper.Fact) bool {
	switch f.Kind {
	case paper.KindTitle, paper.KindProgramme, paper.KindAim, paper.KindDescription, paper.KindDone, paper.KindToDo,
		paper.KindReason, paper.KindFootnote, paper.KindPolicyArea, paper.KindOfficer, paper.KindDetail:
		return f.Raw != ""
	}
	return false
}

// named are the kinds of fact whose rows have names worth finding, one document a row. The
// programmes of a paper are found by their own facts; a CSV has them in its rows only.
func named(f paper.Fact) bool {
	switch f.Kind {
	case paper.KindTarget, paper.KindIndicator, paper.KindSubhead, paper.KindCommitment, paper.KindExpense:
		return f.Name != "" && f.Total == ""
	case paper.KindProvision:
		return f.Name != "" && f.Total == "" && f.Source != paper.SourcePaper
	}
	return false
}

// documents are what of a version can be found, each with its place in the version.
func documents(v Version, facts []paper.Fact) iter.Seq[search.Doc] {
	return func(yield func(search.Doc) bool) {
		seen := map[string]bool{}
		for i, f := range facts {
			d := search.Doc{
				Scope: scope, ID: string(v.ID) + "/" + strconv.Itoa(i+1), Weight: weight(v.Year),
				Facets: []search.Facet{{Name: "year", Value: v.Year}, {Name: "head", Value: v.Head}, {Name: "kind", Value: f.Kind}},
			}
			switch {
			case f.Kind == paper.KindTitle || f.Kind == paper.KindProgramme:
				d.Title = f.Raw
			case searchable(f):
				d.Body = f.Raw
			case named(f) && !seen[f.Kind+f.Code+f.Name]:
				seen[f.Kind+f.Code+f.Name] = true
				d.Body = strings.TrimSpace(f.Code + " " + f.Name)
			default:
				continue
			}
			card, err := json.Marshal(hitCard{v.Title, f.Kind, f.Head, f.Year, f.Source, f.Code, f.Name, f.Line, f.Cell})
			if err != nil {
				continue // a fact that was read can be written
			}
			if d.Card = string(card); !yield(d) {
				return
			}
		}
	}
}

// hitCard is what the index keeps of a document beside its text, so that a page of hits needs
// no look-up.
type hitCard struct {
	Office string `json:"o"` // the head's name
	Kind   string `json:"k"`
	Head   string `json:"h"`
	Year   string `json:"y"`
	Source string `json:"s"`
	Code   string `json:"c,omitempty"`
	Name   string `json:"n,omitempty"`
	Line   int    `json:"l"`
	Cell   int    `json:"e,omitempty"`
}

// weight sets newer papers before older ones that a query fits as well.
func weight(year string) int {
	n, err := strconv.Atoi(year[:min(4, len(year))])
	if err != nil {
		return 0
	}
	return min(max(n-1900, 0), 1023)
}

// forget takes an old version out of the index; it stays readable.
func (s *Service) forget(tx *db.Tx, v Version) error {
	facts, err := factsOf(tx, v)
	if err != nil {
		return err
	}
	for d := range documents(v, facts) {
		if err := s.Index.Delete(tx, d.Scope, d.ID); err != nil {
			return err
		}
	}
	return nil
}

// Query is a search: words in either script, and filters that may be empty.
type Query struct {
	Text, Year, Head, Kind string
	Page                   int // from 1
}

// Hit is one place that was found: what was searched, and where it stands.
type Hit struct {
	Version VersionID `json:"version"`
	Office  string    `json:"office"` // the head's name
	Head    string    `json:"head"`
	Year    string    `json:"year"`
	Kind    string    `json:"kind"`
	Source  string    `json:"source"`
	Code    string    `json:"code,omitempty"`
	Name    string    `json:"name,omitempty"`
	Text    string    `json:"text"`
	Line    int       `json:"line"`
	Cell    int       `json:"cell,omitempty"`
}

// Hits is one page of a search.
type Hits struct {
	Query Query
	Total int
	Hits  []Hit
}

const hitsPerPage = 20

// Find searches heads, programmes, items and names.
func (s *Service) Find(ctx context.Context, q Query) (Hits, error) {
	out := Hits{Query: q}
	if err := s.may(ctx, "estimates.search"); err != nil {
		return out, err
	}
	if strings.TrimSpace(q.Text) == "" {
		return out, nil
	}
	if len([]rune(q.Text)) > 200 {
		return out, fault.New(fault.Invalid, "estimates.fault.long-query")
	}
	var filters []search.Facet
	for _, f := range []search.Facet{{Name: "year", Value: q.Year}, {Name: "head", Value: q.Head}, {Name: "kind", Value: q.Kind}} {
		if f.Value != "" {
			filters = append(filters, f)
		}
	}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := s.Index.Find(tx, search.Query{
			Scopes: []string{scope}, Text: q.Text, Filters: filters, Limit: hitsPerPage, Offset: (max(q.Page, 1) - 1) * hitsPerPage,
		})
		if err != nil {
			return err
		}
		out.Total, out.Hits = found.Total, nil
		for _, f := range found.Page {
			var card hitCard
			if err := json.Unmarshal([]byte(f.Card), &card); err != nil {
				return err
			}
			version, _, _ := strings.Cut(f.ID, "/")
			out.Hits = append(out.Hits, Hit{
				VersionID(version), card.Office, card.Head, card.Year, card.Kind, card.Source,
				card.Code, card.Name, f.Title + f.Body, card.Line, card.Cell,
			})
		}
		return nil
	})
	return out, err
}
