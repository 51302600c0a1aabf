package governance

import (
	"context"
	"maps"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/who"
	"praya/platform/db"
)

// FileReturn files the return of a finished project, for another officer to confirm. When
// one counts already this is its correction, and needs a reason.
func (s *Service) FileReturn(ctx context.Context, projectID string, stated Answers, evidence Evidence, why string) error {
	if who.From(ctx).Actor.Kind != who.Officer {
		return fault.New(fault.Forbidden, "governance.fault.officers-only")
	}
	return s.act(ctx, "return.file", &projectID, func(tx *db.Tx, by hand) error {
		p, err := projectByID(tx, projectID)
		if err != nil {
			return unknown(err, "project")
		}
		if !s.can(ctx, "see", p.Department) {
			return hidden("project")
		}
		if err := s.may(ctx, "keep", p.Department); err != nil {
			return err
		}
		_, err = fileReturn(tx, by, p, stated, evidence, why)
		return err
	})
}

func fileReturn(tx *db.Tx, by hand, p Project, stated Answers, evidence Evidence, why string) (Return, error) {
	r, err := p.answer(stated, evidence)
	if err != nil {
		return r, err
	}
	before, err := returnsOf(tx, p.ID)
	if err != nil {
		return r, err
	}
	r.ID, r.Revision, r.FiledAt, r.FiledBy, r.Reason = id.New[string](tx.Now()), 1, tx.Now(), by.Actor, why
	step := "return-filed"
	if len(before) > 0 {
		r.Revision, step = before[0].Revision+1, "return-corrected"
		var w wrongs
		w.reason(why)
		if w.bad() {
			return r, w.err()
		}
	}
	if slices.ContainsFunc(before, func(b Return) bool { return b.State == Filed }) {
		return r, fault.New(fault.Conflict, "governance.fault.waits-already")
	}
	if err := addReturn(tx, r); err != nil {
		return r, err
	}
	r.Version = 1
	return r, note(tx, by, p.ID, step, why)
}

// onReturn reads a return that the actor may see.
func (s *Service) onReturn(ctx context.Context, what, returnID string, version int64, do func(tx *db.Tx, by hand, r Return) error) error {
	return s.act(ctx, what, &returnID, func(tx *db.Tx, by hand) error {
		r, err := returnByID(tx, returnID)
		if err != nil {
			return unknown(err, "return")
		}
		if r.State != Confirmed && !s.can(ctx, "see", r.Department) {
			return hidden("return")
		}
		r.Version = version
		return do(tx, by, r)
	})
}

// Confirm makes a filed return count: by another officer of the same department.
func (s *Service) Confirm(ctx context.Context, returnID string, version int64) error {
	return s.onReturn(ctx, "return.confirm", returnID, version, func(tx *db.Tx, by hand, r Return) error {
		if err := s.may(ctx, "confirm", r.Department); err != nil {
			return err
		}
		return confirm(tx, by, r)
	})
}

// confirm lets a correction take the place of what counted before.
func confirm(tx *db.Tx, by hand, r Return) error {
	r, err := r.confirm(by, tx.Now())
	if err != nil {
		return err
	}
	before, err := returnsOf(tx, r.Project)
	if err != nil {
		return err
	}
	for _, b := range before {
		if b.State != Confirmed {
			continue
		}
		b.State = Superseded
		if err := changeReturn(tx, b); err != nil {
			return err
		}
		if err := publish(tx, SubjectReturnWithdrawn, ReturnWithdrawn{r.Project}); err != nil {
			return err
		}
	}
	if err := changeReturn(tx, r); err != nil {
		return err
	}
	if err := note(tx, by, r.Project, "return-confirmed", ""); err != nil {
		return err
	}
	return publishReturn(tx, r)
}

// Withdraw takes a return back with the reason: one that waits, or one that counts.
func (s *Service) Withdraw(ctx context.Context, returnID string, version int64, why string) error {
	return s.onReturn(ctx, "return.withdraw", returnID, version, func(tx *db.Tx, by hand, r Return) error {
		if err := s.may(ctx, "keep", r.Department); err != nil {
			return err
		}
		if r.State != Filed && r.State != Confirmed {
			return fault.New(fault.Conflict, "governance.fault.not-waiting")
		}
		var w wrongs
		w.reason(why)
		if w.bad() {
			return w.err()
		}
		counted := r.State == Confirmed
		r.State, r.Reason = TakenBack, why
		if err := changeReturn(tx, r); err != nil {
			return err
		}
		if err := note(tx, by, r.Project, "return-withdrawn", why); err != nil || !counted {
			return err
		}
		return publish(tx, SubjectReturnWithdrawn, ReturnWithdrawn{r.Project})
	})
}

// Compile keeps the rates of a calendar year as they stand, as a new edition: all together
// under an empty code, and each department's.
func (s *Service) Compile(ctx context.Context, year int) (edition int, err error) {
	if err := s.may(ctx, "compile", ""); err != nil {
		return 0, err
	}
	on := ""
	err = s.act(ctx, "compile", &on, func(tx *db.Tx, by hand) error {
		all, err := returns(tx)
		if err != nil {
			return err
		}
		rates := ratesOf(all, year)
		if rates[""].Returns == 0 {
			return wrong("year", "no-returns")
		}
		if edition, err = lastEdition(tx, year); err != nil {
			return err
		}
		edition++
		on = compilationName(year)
		for _, department := range slices.Sorted(maps.Keys(rates)) {
			if err := addCompilation(tx, by, year, edition, department, rates[department]); err != nil {
				return err
			}
		}
		return note(tx, by, on, "compiled", "")
	})
	return edition, err
}
