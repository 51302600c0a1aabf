package cases

import (
	"cmp"
	"slices"
	"strings"

	"praya/platform/db"
	"praya/platform/search"
)

// Nearby is an open case that may be the same as one that somebody is about to bring. Nothing of what
// its person wrote is in it.
type Nearby struct {
	Case   CaseID
	Kind   Kind
	State  State
	Title  string // of the service, or the kind
	Opened string
	Where  Where // district and point; no words
	Metres int   // 0: found by like words
	Photo  string
}

// Told is what the person of a case told.
type Told struct {
	Case CaseID
	Text string
}

const (
	nearMetres  = 200
	mostNear    = 5
	mostAlike   = 5   // that may be alike by words, of a search
	mostLooked  = 200 // cases whose words are compared
	mostNearAll = 8   // of both lists together
)

// Near proposes open cases of the same kind, which everybody may know of, within 200 m, or with like
// words in the same district: one list, without a case twice.
func (s *Service) Near(tx *db.Tx, kind Kind, service, text string, w *Where) ([]Nearby, error) {
	var out []Nearby
	if w.Point() {
		y, x := cellAt(w.Lat, w.Lon)
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				all, err := casesNear(tx, kind, cellName(y+dy, x+dx), 50)
				if all, err = s.allOpened(tx, all, err); err != nil {
					return nil, err
				}
				for _, c := range all {
					far := int(metres(*w, *c.Where))
					if far <= nearMetres && (service == "" || c.Service == service) {
						out = append(out, s.nearby(tx, c, max(far, 1)))
					}
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Nearby) int { return cmp.Compare(a.Metres, b.Metres) })
	out = out[:min(len(out), mostNear)]
	for _, find := range []func(*db.Tx, Kind, string, string, *Where) ([]Nearby, error){s.likeWords, s.alike} {
		like, err := find(tx, kind, service, text, w)
		if err != nil {
			return nil, err
		}
		for _, l := range like {
			if !slices.ContainsFunc(out, func(n Nearby) bool { return n.Case == l.Case }) {
				out = append(out, l)
			}
		}
	}
	return out[:min(len(out), mostNearAll)], nil
}

// likeWords compares the whole text with those of open cases in its district, or of its service: what
// says the same in another order is found too.
func (s *Service) likeWords(tx *db.Tx, kind Kind, service, text string, w *Where) (out []Nearby, err error) {
	if s.Alike == nil || strings.TrimSpace(text) == "" {
		return nil, nil
	}
	district := ""
	if w != nil {
		if district = w.District; district == "" && w.Point() {
			district = DistrictAt(w.Lat, w.Lon)
		}
	}
	all, err := openAlike(tx, kind, district, service, mostLooked)
	if all, err = s.allOpened(tx, all, err); err != nil {
		return nil, err
	}
	var among []Told
	by := map[CaseID]Case{}
	for _, c := range all {
		if service == "" || c.Service == service {
			among = append(among, Told{c.ID, c.Title + " " + c.Text})
			by[c.ID] = c
		}
	}
	for _, of := range s.Alike(text, among) {
		if c, ok := by[of]; ok && len(out) < mostAlike {
			out = append(out, s.nearby(tx, c, 0))
		}
	}
	return out, nil
}

func (s *Service) nearby(tx *db.Tx, c Case, far int) Nearby {
	n := Nearby{Case: c.ID, Kind: c.Kind, State: c.State, Title: s.Title(tx, c), Opened: c.OpenedAt.Day().String(), Metres: far, Photo: c.Photo}
	if c.Where != nil {
		n.Where = Where{District: c.Where.District, Lat: c.Where.Lat, Lon: c.Where.Lon}
	}
	return n
}

// alike asks the index with the longest runs of a text, one after the other: a case that has two of
// them, or the only one, is alike.
func (s *Service) alike(tx *db.Tx, kind Kind, service, text string, w *Where) (out []Nearby, err error) {
	if s.Index == nil {
		return nil, nil
	}
	words := longest(text, 5)
	found := map[string]int{}
	var order []string
	for _, word := range words {
		ids, _, err := s.hits(tx, word, 20, 0, search.Facet{Name: "public", Value: "yes"}, search.Facet{Name: "kind", Value: string(kind)})
		if err != nil {
			return nil, err
		}
		for _, x := range ids {
			if found[x]++; found[x] == min(2, len(words)) {
				order = append(order, x)
			}
		}
	}
	for _, x := range order {
		c, err := s.Case(tx, CaseID(x))
		if err != nil {
			return nil, err
		}
		here := w == nil || w.District == "" || c.District == w.District
		if c.State.Open() && c.Public && here && (service == "" || c.Service == service) {
			out = append(out, s.nearby(tx, c, 0))
		}
	}
	return out, nil
}

// longest are the longest words of a text: pieces of up to six Han characters, or Latin words.
func longest(text string, most int) []string {
	var all []string
	for _, run := range runs(search.Fold(text)) {
		word := run[0]
		for _, pair := range run[1:min(len(run), 3)] {
			word += string([]rune(pair)[1:])
		}
		if size(word) >= 2 && !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return all[:min(len(all), most)]
}
