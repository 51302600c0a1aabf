package cases

import (
	"context"
	"iter"

	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
)

// Earlier is a case of the system that was there before.
type Earlier struct {
	New

	Reference string // empty: a new one
	State     State
	Outcome   Outcome
	Lead      string
	OpenedAt  when.Instant
	ClosedAt  when.Instant // zero for what is open
}

// lotOfEarlier is how many cases a transaction of TakeOver takes.
const lotOfEarlier = 10_000

// TakeOver keeps cases of an earlier system as they stood: no clock of theirs runs, nothing is counted,
// nobody is told and nobody gets a code. They are found by reference, account, telephone and mail, and by
// words once they change. It says how many it took.
func (s *Service) TakeOver(ctx context.Context, all iter.Seq[Earlier]) (n int64, err error) {
	next, stop := iter.Pull(all)
	defer stop()
	for {
		var lot []Earlier
		for len(lot) < lotOfEarlier {
			one, more := next()
			if !more {
				break
			}
			lot = append(lot, one)
		}
		if len(lot) == 0 {
			return n, nil
		}
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := s.takeOver(tx, lot)
			return err
		})
		if err != nil {
			return n, err
		}
		n += int64(len(lot))
	}
}

// takeOver puts cases, and in their history that they were taken over: what became of them before isn't
// known here.
func (s *Service) takeOver(tx *db.Tx, lot []Earlier) ([]Case, error) {
	out := make([]Case, 0, len(lot))
	var rows, steps [][]any
	for _, e := range lot {
		c, row, err := s.earlier(tx, e)
		if err != nil {
			return nil, err
		}
		out, rows = append(out, c), append(rows, row)
		steps = append(steps, takenOver(tx, c.ID, e.By))
	}
	if err := putEarlier(tx, rows, steps); err != nil {
		return nil, err
	}
	for _, c := range out {
		if err := countState(tx, c.ID, "", c.State); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) earlier(tx *db.Tx, e Earlier) (c Case, row []any, err error) {
	if err := e.check(); err != nil {
		return c, nil, err
	}
	if closed := e.State == Closed; e.OpenedAt.IsZero() || closed == e.ClosedAt.IsZero() || e.State == Merged {
		return c, nil, invalid("earlier")
	}
	c = Case{
		ID: id.New[CaseID](e.OpenedAt), Reference: or(e.Reference, id.Reference()), Kind: e.Kind, State: e.State, Channel: e.Channel, Language: e.Language,
		Service: e.Service, Department: e.Lead, Anonymous: e.Anonymous, Account: e.Account, Outcome: e.Outcome, Urgency: e.Urgency, Title: e.Title, Text: e.Text,
		Where: e.Where, Attributes: e.Attributes, Received: e.OpenedAt.Day(), OpenedAt: e.OpenedAt, ChangedAt: tx.Now(), ReferDue: e.OpenedAt.Add(referWithin),
		ClosedAt: e.ClosedAt, steps: 1, Version: 1,
	}
	if c.State == Closed {
		c.AnsweredAt = c.ClosedAt
	}
	by, cell, err := s.sealCase(tx, &c, e.New, newCode())
	if err != nil {
		return c, nil, err
	}
	return c, caseValues(tx, c, by, cell), nil
}
