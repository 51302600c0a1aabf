package votes

import (
	"context"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/money"
	"praya/kernel/who"
	"praya/platform/db"
)

// SetPeriod closes a month or opens it again, by an approver, with a reason. The version is
// that of the period which the approver saw.
func (s *Service) SetPeriod(ctx context.Context, head string, m Month, closed bool, version int64, reason string) error {
	if _, err := s.may(ctx, "votes.approve", head); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	switch {
	case m.Year() == "":
		return fault.New(fault.NotFound, "votes.fault.no-year")
	case reason == "":
		return wrong("reason", "votes.wrong.reason")
	case !plain(reason, longest):
		return wrong("reason", "votes.wrong.long")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := touchHead(tx, head); err != nil {
			return err
		}
		was, err := isClosed(tx, head, m)
		if err != nil {
			return err
		}
		if was == closed {
			return fault.New(fault.Conflict, "votes.fault.period")
		}
		if closed && MonthOf(tx.Now().Day()) < m {
			return wrong("reason", "votes.wrong.future")
		}
		// The time is read once the head is held: a payment that was first may have begun later than this.
		p := Period{Month: m, Closed: closed, Reason: reason, By: person(who.From(ctx).Actor), At: s.DB.Clock()(), Version: version}
		if err := putPeriod(tx, head, p); err != nil {
			return err
		}
		act := "period.reopen"
		if closed {
			act = "period.close"
		}
		return record(tx, act, head+"/"+string(m))
	})
}

// Journal gives a page of the entries of a head and a year, newest first, for its officers.
func (s *Service) Journal(ctx context.Context, head, year, subhead, item string, limit, offset int) (out []Entry, total int, err error) {
	if _, err := s.may(ctx, "votes.draft", head); err != nil {
		return nil, 0, err
	}
	return out, total, s.DB.Read(ctx, func(tx *db.Tx) error {
		out, total, err = entriesPage(tx, head, year, subhead, item, limit, offset)
		return err
	})
}

// Entry gives one entry of a head, for its officers.
func (s *Service) Entry(ctx context.Context, head string, entry EntryID) (e Entry, err error) {
	if _, err := s.may(ctx, "votes.draft", head); err != nil {
		return e, err
	}
	return e, s.DB.Read(ctx, func(tx *db.Tx) error {
		e, err = entryByID(tx, entry)
		if fault.Is(err, fault.NotFound) || err == nil && e.Head != head {
			return fault.New(fault.NotFound, "votes.fault.no-entry")
		}
		return err
	})
}

// SetPlan writes what is meant to be spent: of a subhead in a month, of an item in a year. Two
// who write one at the same time: the second gets a Conflict.
func (s *Service) SetPlan(ctx context.Context, head string, p Plan) error {
	if _, err := s.may(ctx, "votes.enter", head); err != nil {
		return err
	}
	_, err := parseYear(p.Year)
	switch {
	case err != nil || p.Kind == Subheads && p.Month.Year() != p.Year || p.Kind == Items && p.Month != "":
		return wrong("month", "votes.wrong.year")
	case p.Cents < 0 || p.Cents > mostCents:
		return wrong("cents", "votes.wrong.amount")
	case p.Kind != Subheads && p.Kind != Items || !codeForm.MatchString(p.Code):
		return wrong("cents", "votes.wrong.line")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if p.Kind == Items {
			if _, err := itemByCode(tx, head, p.Code); err != nil {
				return err
			}
		} else if known, err := lineKnown(tx, head, EstimateChange{Kind: Subheads, Code: p.Code, Year: p.Year}); err != nil || !known {
			if err == nil {
				err = wrong("cents", "votes.wrong.line")
			}
			return err
		}
		if err := putPlan(tx, head, p); err != nil {
			return err
		}
		return record(tx, "plan", head+"/"+p.Code+"/"+p.Year+string(p.Month))
	})
}

// Plans lists what is planned of a line.
func (s *Service) Plans(ctx context.Context, head string, kind LineKind, code, year string) (out []Plan, err error) {
	return out, s.read(ctx, head, func(tx *db.Tx) error {
		out, err = plansOf(tx, head, kind, code, year)
		return err
	})
}

// Figure gives a line's figure of a year and phase as it stands, in thousands; nil: not known.
func (s *Service) Figure(ctx context.Context, head string, kind LineKind, code, year string, phase Phase) (d *money.Decimal, err error) {
	return d, s.read(ctx, head, func(tx *db.Tx) error {
		d, err = figureNow(tx, head, EstimateChange{Kind: kind, Code: code, Year: year, Phase: phase})
		return err
	})
}

// Rules lists the limits that are data.
func (s *Service) Rules(ctx context.Context) (out Rules, err error) {
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = rulesOf(tx)
		return err
	})
}

// Ranks lists all ranks with their rates.
func (s *Service) Ranks(ctx context.Context) (out Ranks, err error) {
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = ranksOf(tx)
		return err
	})
}
