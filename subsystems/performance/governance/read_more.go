package governance

import (
	"cmp"
	"context"
	"slices"

	"praya/kernel/when"
	"praya/platform/db"
)

// shown is an order as the public sees it: year, value, and who did the work.
func (o Order) shown(all bool) Order {
	if !all {
		o.Reference, o.Title, o.Project = "", "", ""
	}
	return o
}

// Orders lists the work orders of a financial year, or with an empty one all.
func (s *Service) Orders(ctx context.Context, year string) (out []Order, err error) {
	sees := s.sees(ctx)
	err = s.read(ctx, func(tx *db.Tx) error {
		out, err = orders(tx, year)
		return err
	})
	slices.SortStableFunc(out, func(a, b Order) int { // newest year first
		return cmp.Or(cmp.Compare(b.Year, a.Year), cmp.Compare(a.Department, b.Department), cmp.Compare(a.Reference, b.Reference))
	})
	for i := range out {
		out[i] = out[i].shown(sees(out[i].Department))
	}
	return out, err
}

// Order gives one order, with its history for those who see it.
func (s *Service) Order(ctx context.Context, orderID string) (o Order, history []Step, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		if o, err = orderByID(tx, orderID); err != nil {
			return err
		}
		history, err = steps(tx, orderID)
		return err
	})
	if err != nil {
		return o, nil, unknown(err, "order")
	}
	sees := s.can(ctx, "see", o.Department)
	if !sees {
		history = nil
	}
	return o.shown(sees), history, nil
}

// WorkOf is the value of work of a financial year; a year without orders has nought.
func (s *Service) WorkOf(ctx context.Context, year string) (t WorkTotal, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		t, err = workOf(tx, year)
		return err
	})
	return t, err
}

func workOf(tx *db.Tx, year string) (WorkTotal, error) {
	all, err := orders(tx, year)
	if err != nil {
		return WorkTotal{}, err
	}
	sums, err := totals(all)
	if t, ok := sums[year]; ok {
		return t, err
	}
	zero, _ := ParseFigure("0")
	return WorkTotal{Year: year, Thousands: zero, OutsourcedThousands: zero}, err
}

// WorkByYear are the totals of every financial year that has orders.
func (s *Service) WorkByYear(ctx context.Context) (out map[string]WorkTotal, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		all, err := orders(tx, "")
		if err != nil {
			return err
		}
		out, err = totals(all)
		return err
	})
	return out, err
}

// LevelView is a service level document with how it was judged.
type LevelView struct {
	Level
	Met  Share      // over all its periods
	Last *Judgement // of the newest period
	Late bool       // a year has passed since the last period, and it still runs
}

// judgedWithin is how many days after the last judged period the next is expected.
const judgedWithin = 366

func (l Level) view(judged []Judgement, today when.Day) LevelView {
	v := LevelView{Level: l, Met: shareMet(judged, 0)}
	for _, j := range newest(judged) {
		if v.Last == nil || v.Last.To.Before(j.To) {
			v.Last = &j
		}
	}
	since := l.From
	if v.Last != nil {
		since = v.Last.To
	}
	v.Late = l.On(today) && today.Sub(since) > judgedWithin
	return v
}

// Levels lists every service level document.
func (s *Service) Levels(ctx context.Context) (out []LevelView, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		all, err := levels(tx)
		if err != nil {
			return err
		}
		judged, err := judgements(tx)
		if err != nil {
			return err
		}
		of := map[string][]Judgement{}
		for _, j := range judged {
			of[j.Level] = append(of[j.Level], j)
		}
		out = nil
		for _, l := range all {
			out = append(out, l.view(of[l.ID], tx.Now().Day()))
		}
		return nil
	})
	return out, err
}

// Level gives one service level document, all revisions of its judgements, newest first, and
// its history for those who see its provider's drafts.
func (s *Service) Level(ctx context.Context, levelID string) (v LevelView, judged []Judgement, history []Step, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		l, err := levelByID(tx, levelID)
		if err != nil {
			return err
		}
		if judged, err = judgementsOf(tx, levelID); err != nil {
			return err
		}
		v = l.view(judged, tx.Now().Day())
		history, err = steps(tx, levelID)
		return err
	})
	if err != nil {
		return v, nil, nil, unknown(err, "level")
	}
	if !s.can(ctx, "see", v.Provider) {
		history = nil
		for i := range judged {
			judged[i].Evidence = ""
		}
	}
	return v, judged, history, nil
}

// AuditView is an audit with how many of its findings stand where.
type AuditView struct {
	Audit
	Findings map[FindingStatus]int
	Total    int
	Late     int
	Sees     bool
}

func (a Audit) view(found []Finding, today when.Day) AuditView {
	v := AuditView{Audit: a, Findings: map[FindingStatus]int{}}
	for _, f := range found {
		v.Total++
		v.Findings[f.Status]++
		if f.Late(today) {
			v.Late++
		}
	}
	return v
}

// Audits lists the audits; what they found is for those who see the department's drafts.
func (s *Service) Audits(ctx context.Context) (out []AuditView, err error) {
	sees := s.sees(ctx)
	err = s.read(ctx, func(tx *db.Tx) error {
		all, err := audits(tx)
		if err != nil {
			return err
		}
		found, err := findings(tx)
		if err != nil {
			return err
		}
		of := map[string][]Finding{}
		for _, f := range found {
			of[f.Audit] = append(of[f.Audit], f)
		}
		out = nil
		for _, a := range all {
			v := a.view(of[a.ID], tx.Now().Day())
			v.Sees = sees(a.Department)
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

// FindingView is a finding with its history.
type FindingView struct {
	Finding
	IsLate bool
	Steps  []Step
}

// Audit gives one audit. Its findings are there for those who see the department's drafts;
// others know how many there are, and how they stand.
func (s *Service) Audit(ctx context.Context, auditID string) (v AuditView, found []FindingView, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		a, err := auditByID(tx, auditID)
		if err != nil {
			return err
		}
		all, err := findingsOf(tx, auditID)
		if err != nil {
			return err
		}
		v, found = a.view(all, tx.Now().Day()), nil
		for _, f := range all {
			x := FindingView{Finding: f, IsLate: f.Late(tx.Now().Day())}
			if x.Steps, err = steps(tx, f.ID); err != nil {
				return err
			}
			found = append(found, x)
		}
		return nil
	})
	if err != nil {
		return v, nil, unknown(err, "audit")
	}
	if v.Sees = s.can(ctx, "see", v.Department); !v.Sees {
		found = nil
	}
	return v, found, nil
}

// Finding gives one finding with its audit, to those who see the department's drafts.
func (s *Service) Finding(ctx context.Context, findingID string) (f Finding, a Audit, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		if f, err = findingByID(tx, findingID); err != nil {
			return err
		}
		a, err = auditByID(tx, f.Audit)
		return err
	})
	if err != nil {
		return f, a, unknown(err, "finding")
	}
	if !s.can(ctx, "see", a.Department) {
		return Finding{}, Audit{}, hidden("finding")
	}
	return f, a, nil
}
