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

// Heads lists every head with its papers.
func (s *Service) Heads(ctx context.Context) (out []Head, err error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = heads(tx)
		return err
	})
}

// HeadNames lists every head by its newest name, with that paper's year alone.
func (s *Service) HeadNames(ctx context.Context) (out []Head, err error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = headsNewest(tx)
		return err
	})
}

// Head gives one head.
func (s *Service) Head(ctx context.Context, number string) (h Head, err error) {
	if err := s.mayRead(ctx); err != nil {
		return h, err
	}
	return h, s.DB.Read(ctx, func(tx *db.Tx) error {
		h, err = headByNumber(tx, number)
		return err
	})
}

// HeadLife is a head through its papers.
type HeadLife struct {
	Head
	Papers      []Year
	Threads     []Thread
	Programmes  []Programme
	Successions []Succession
	Tallies     []Tally
	Measures    []Measured
	Provisions  []Provision
	Waiting     int // links that look likely and wait for a decision
}

// Measured is a measure with what is known of it.
type Measured struct {
	Measure
	Values []Value // every revision
}

// Latest is the newest confirmed value of a role, by period.
func (m Measured) Latest(role Role) (Value, bool) {
	var out Value
	for _, v := range newest(m.Values) {
		if v.Role == role && v.Period >= out.Period {
			out = v
		}
	}
	return out, out.ID != ""
}

// Life gives a head through its papers.
func (s *Service) Life(ctx context.Context, number string) (h HeadLife, err error) {
	if err := s.mayRead(ctx); err != nil {
		return h, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if h.Head, err = headByNumber(tx, number); err != nil {
			return err
		}
		if h.Papers, err = years(tx, number); err != nil {
			return err
		}
		if h.Programmes, err = programmes(tx, number); err != nil {
			return err
		}
		if h.Successions, err = successions(tx, number); err != nil {
			return err
		}
		if h.Provisions, err = provisions(tx, number); err != nil {
			return err
		}
		h.Threads = threads(h.Programmes, h.Successions)
		if h.Tallies, err = db.List(tx, scanTally, sqlTalliesOfHead, tx.Realm(), number); err != nil {
			return err
		}
		if h.Measures, err = measured(tx, number); err != nil {
			return err
		}
		h.Waiting, err = waitingLinks(tx, number)
		return err
	})
	return h, err
}

// measured lists a head's measures with all their values.
func measured(tx *db.Tx, head string) (out []Measured, err error) {
	all, err := measures(tx, head)
	if err != nil {
		return nil, err
	}
	given, err := valuesOfHead(tx, head)
	for _, m := range all {
		out = append(out, Measured{m, given[m.ID]})
	}
	return out, err
}

// Story is an initiative with everything that hangs on it.
type Story struct {
	Outlook
	Before     []Step // where the promise stood in earlier papers
	Milestones []Milestone
	Entries    []Entry
	Carriers   []Carrier
	Measures   []Measured
	Owner      string // department that answers: its own, else the head's
	Paper      string // version of the Estimates
}

// Story gives an initiative.
func (s *Service) Story(ctx context.Context, of InitiativeID) (t Story, err error) {
	if err := s.mayRead(ctx); err != nil {
		return t, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		t, err = story(tx, of)
		return err
	})
	return t, err
}

func story(tx *db.Tx, of InitiativeID) (t Story, err error) {
	i, err := initiative(tx, of)
	if err != nil {
		return t, err
	}
	links, err := linksOf(tx, of)
	if err != nil {
		return t, err
	}
	var next []Step
	for _, l := range links {
		other := l.Later
		if l.Later == of {
			other = l.Earlier
		}
		item, err := initiative(tx, other)
		if err != nil {
			return t, err
		}
		if l.Later == of {
			t.Before = append(t.Before, Step{l, item})
		} else {
			next = append(next, Step{l, item})
		}
	}
	all, err := years(tx, i.Head)
	if err != nil {
		return t, err
	}
	at := slices.IndexFunc(all, func(y Year) bool { return y.Year == i.Year })
	if at >= 0 {
		t.Paper = all[at].Paper
	}
	t.Outlook = outlook(i, next, at >= 0 && at+1 < len(all))
	if t.Owner = i.Department; t.Owner == "" {
		if t.Owner, err = owner(tx, i.Head); err != nil {
			return t, err
		}
	}
	if t.Milestones, err = milestones(tx, of); err != nil {
		return t, err
	}
	if t.Entries, err = entries(tx, of); err != nil {
		return t, err
	}
	if t.Carriers, err = carriers(tx, of); err != nil {
		return t, err
	}
	of2, err := measuresOfInitiative(tx, of)
	if err != nil {
		return t, err
	}
	for _, m := range of2 {
		v, err := values(tx, m.ID)
		if err != nil {
			return t, err
		}
		t.Measures = append(t.Measures, Measured{m, v})
	}
	return t, nil
}

// Record is a measure with all its values and the initiatives that it measures.
type Record struct {
	Measured
	Initiatives []Initiative
}

// Measure gives a measure.
func (s *Service) Measure(ctx context.Context, of MeasureID) (r Record, err error) {
	if err := s.mayRead(ctx); err != nil {
		return r, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if r.Measure, err = measure(tx, of); err != nil {
			return err
		}
		if r.Values, err = values(tx, of); err != nil {
			return err
		}
		r.Initiatives, err = db.List(tx, scanInitiative, sqlInitiativesOfMeasure, tx.Realm(), string(of))
		return err
	})
	return r, err
}

// Counted gives the cases that a computed value of a period counts.
func (s *Service) Counted(ctx context.Context, of MeasureID, period string) (m Measure, out []Case, err error) {
	if err := s.mayRead(ctx); err != nil {
		return m, nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if m, err = measure(tx, of); err != nil {
			return err
		}
		if m.Stream == "" {
			return notFound("cases")
		}
		out, err = counted(tx, m, period)
		return err
	})
	return m, out, err
}

// Carried lists the initiatives that a system, a commitment, a subhead or a programme carries.
func (s *Service) Carried(ctx context.Context, head, kind, code string) (out []Initiative, err error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		if kind == "system" {
			out, err = db.List(tx, scanInitiative, sqlInitiativesOfSystem, tx.Realm(), code)
			return err
		}
		out, err = db.List(tx, scanInitiative, sqlInitiativesOfCarrier, tx.Realm(), head, kind, code)
		return err
	})
}
