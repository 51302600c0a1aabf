package performance

import (
	"context"
	"slices"

	"praya/platform/db"
)

// Outlooks gives every item of a paper, promises with what became of them.
func (s *Service) Outlooks(ctx context.Context, head, year string) (out []Outlook, err error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = outlooks(tx, head, year)
		return err
	})
}

func outlooks(tx *db.Tx, head, year string) ([]Outlook, error) {
	items, err := initiativesOfPaper(tx, head, year)
	if err != nil {
		return nil, err
	}
	all, err := years(tx, head)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(y Year) bool { return y.Year == year })
	later := at >= 0 && at+1 < len(all)
	links, err := linksFromPaper(tx, head, year)
	if err != nil {
		return nil, err
	}
	ends, err := itemsOf(tx, links)
	if err != nil {
		return nil, err
	}
	steps := map[InitiativeID][]Step{}
	for _, l := range links {
		steps[l.Earlier] = append(steps[l.Earlier], Step{Link: l, Item: ends[l.Later]})
	}
	out := make([]Outlook, len(items))
	for n, i := range items {
		out[n] = outlook(i, steps[i.ID], later)
	}
	return out, nil
}

// itemsOf reads the later ends of links, paper by paper.
func itemsOf(tx *db.Tx, links []Link) (map[InitiativeID]Initiative, error) {
	out := map[InitiativeID]Initiative{}
	for _, l := range links {
		if _, ok := out[l.Later]; ok {
			continue
		}
		i, err := initiative(tx, l.Later)
		if err != nil {
			return nil, err
		}
		all, err := initiativesOfPaper(tx, i.Head, i.Year)
		if err != nil {
			return nil, err
		}
		for _, x := range all {
			out[x.ID] = x
		}
	}
	return out, nil
}
