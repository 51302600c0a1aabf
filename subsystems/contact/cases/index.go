package cases

import (
	"strings"
	"unicode"

	"praya/platform/db"
	"praya/platform/search"
)

// SearchScope is the scope of the index that this folder fills.
const SearchScope = "contact.cases"

// The index holds no text: each word, and each pair of Han characters, stands there as a keyed hash in
// letters, side by side as in the text. A query is turned in the same way, so a phrase is still found
// as a phrase. Scattered hashes of the same text differ between realms.

// veiled are a text's words as keyed hashes: a run of Latin letters and digits is a word, and a run of
// Han characters its pairs.
func (s *Service) veiled(tx *db.Tx, text string, most int) ([][]string, error) {
	var out [][]string
	n := 0
	for _, run := range runs(search.Fold(text)) {
		var words []string
		for _, w := range run {
			if n++; n > most {
				return out, nil
			}
			sum, err := s.Keys.BlindIndex(tx.Realm(), "contact_cases_search", "word", w)
			if err != nil {
				return nil, err
			}
			words = append(words, letters(sum[:4]))
		}
		out = append(out, words)
	}
	return out, nil
}

// letters writes bytes in the letters a to p: a word that no tokenizer cuts or takes for a plural.
func letters(b []byte) string {
	var out strings.Builder
	for _, x := range b {
		out.WriteByte('a' + x>>4)
		out.WriteByte('a' + x&15)
	}
	return out.String()
}

// runs cuts a folded text into runs; a run of Han characters is its pairs, or its one character.
func runs(text string) (out [][]string) {
	var word, han []rune
	flush := func() {
		if len(word) > 0 {
			out = append(out, []string{singular(string(word))})
		}
		var pairs []string
		for i := 0; i+1 < len(han); i++ {
			pairs = append(pairs, string(han[i:i+2]))
		}
		if len(han) == 1 {
			pairs = []string{string(han)}
		}
		if len(pairs) > 0 {
			out = append(out, pairs)
		}
		word, han = nil, nil
	}
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			if len(word) > 0 {
				flush()
			}
			han = append(han, r)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if len(han) > 0 {
				flush()
			}
			word = append(word, r)
		default:
			flush()
		}
	}
	flush()
	return out
}

func singular(w string) string {
	if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") {
		return w[:len(w)-1]
	}
	return w
}

const mostIndexed = 3000

func (s *Service) indexText(tx *db.Tx, text string) (string, error) {
	all, err := s.veiled(tx, text, mostIndexed)
	var out []string
	for _, run := range all {
		out = append(out, strings.Join(run, " "))
	}
	return strings.Join(out, " . "), err
}

// putIndex makes a case findable for the centre.
func (s *Service) putIndex(tx *db.Tx, c Case) error {
	if s.Index == nil {
		return nil
	}
	where := ""
	if c.Where != nil {
		where = c.Where.Address
	}
	facets := []search.Facet{{Name: "for", Value: "centre"}, {Name: "kind", Value: string(c.Kind)}}
	if c.Public {
		facets = append(facets, search.Facet{Name: "public", Value: "yes"})
	}
	return s.putDoc(tx, string(c.ID), c.Title, c.Text+"\n"+where, facets)
}

// putDepartments makes a case findable for the departments that were asked: by what they were shown.
func (s *Service) putDepartments(tx *db.Tx, c Case, all []Referral) error {
	if s.Index == nil {
		return nil
	}
	for _, r := range all {
		if r.State != Sent {
			continue
		}
		err := s.putDoc(tx, string(r.ID), r.Question, r.Brief, []search.Facet{{Name: "for", Value: "department." + r.Department}})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) putDoc(tx *db.Tx, id, title, body string, facets []search.Facet) error {
	title, err := s.indexText(tx, title)
	if err != nil {
		return err
	}
	if body, err = s.indexText(tx, body); err != nil {
		return err
	}
	return s.Index.Put(tx, search.Doc{Scope: SearchScope, ID: id, Title: title, Body: body, Facets: facets})
}

// query turns words into what the index holds of them: each run as a phrase. Sixteen of them are within
// the bound of a query.
func (s *Service) query(tx *db.Tx, words string) (string, error) {
	all, err := s.veiled(tx, words, 16)
	var out []string
	for _, run := range all {
		out = append(out, `"`+strings.Join(run, " ")+`"`)
	}
	return strings.Join(out, " "), err
}

// Find searches the cases of the centre.
func (s *Service) Find(tx *db.Tx, words string, limit, offset int) (out []Case, total int, err error) {
	ids, total, err := s.hits(tx, words, limit, offset, search.Facet{Name: "for", Value: "centre"})
	for _, x := range ids {
		if err == nil {
			var c Case
			c, err = s.Case(tx, CaseID(x))
			out = append(out, c)
		}
	}
	return out, total, err
}

// FindFor searches a department's referrals.
func (s *Service) FindFor(tx *db.Tx, department, words string, limit, offset int) (out []Referral, total int, err error) {
	ids, total, err := s.hits(tx, words, limit, offset, search.Facet{Name: "for", Value: "department." + department})
	for _, x := range ids {
		if err == nil {
			var r Referral
			r, err = s.Referral(tx, ReferralID(x))
			out = append(out, r)
		}
	}
	return out, total, err
}

func (s *Service) hits(tx *db.Tx, words string, limit, offset int, facets ...search.Facet) (ids []string, total int, err error) {
	text, err := s.query(tx, words)
	if err != nil || text == "" || s.Index == nil {
		return nil, 0, err
	}
	hits, err := s.Index.Find(tx, search.Query{
		Text: text, Scopes: []string{SearchScope}, Filters: facets, Limit: limit, Offset: offset,
	})
	for _, h := range hits.Page {
		ids = append(ids, h.ID)
	}
	return ids, hits.Total, err
}
