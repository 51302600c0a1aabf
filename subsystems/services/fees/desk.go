package fees

import (
	"context"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

// DayView is a day of a department as officers see it.
type DayView struct {
	Department  string
	Day         when.Day
	Payments    []Payment
	Bills       map[BillID]Bill
	Count       int
	Cents       int64
	Refunds     []Refund
	Balances    []Balance
	Differences []Difference // of the day
	Open        []Difference // of any day
	Waiting     []Refund     // for a decision
}

// Day shows an officer a day of their own department.
func (s *Service) Day(ctx context.Context, day when.Day, limit, offset int) (d DayView, err error) {
	d = DayView{Department: who.From(ctx).Actor.Duty.Department, Day: day}
	if err := s.may(ctx, "fees.read", d.Department); err != nil {
		return d, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if d.Payments, d.Count, d.Cents, err = paymentsOn(tx, d.Department, day, limit, offset); err != nil {
			return err
		}
		if d.Bills, err = billsFor(tx, d.Payments); err != nil {
			return err
		}
		if d.Refunds, err = s.refundsOn(tx, d.Department, day); err != nil {
			return err
		}
		if d.Balances, err = balances(tx, d.Department, day); err != nil {
			return err
		}
		if d.Differences, err = s.differencesOn(tx, d.Department, day); err != nil {
			return err
		}
		if d.Open, err = s.differencesOpen(tx, d.Department); err != nil {
			return err
		}
		d.Waiting, err = s.refundsWaiting(tx, d.Department)
		return err
	})
	return d, err
}

func billsFor(tx *db.Tx, payments []Payment) (map[BillID]Bill, error) {
	out := map[BillID]Bill{}
	for _, p := range payments {
		if _, ok := out[p.Bill]; ok {
			continue
		}
		b, err := billByID(tx, p.Bill)
		if err != nil {
			return nil, err
		}
		out[p.Bill] = b
	}
	return out, nil
}

// Account is a bill with all that happened to it.
type Account struct {
	Bill     Bill
	Payments []Payment
	Refunds  []Refund
}

// Inspect shows an officer a bill of their own department. Another's is not there.
func (s *Service) Inspect(ctx context.Context, bill BillID) (a Account, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if a.Bill, err = billByID(tx, bill); err != nil {
			return err
		}
		if err := s.hidden(ctx, "fees.read", a.Bill.Department, "fees.fault.no-bill"); err != nil {
			return err
		}
		if a.Payments, err = paymentsOf(tx, bill); err != nil {
			return err
		}
		a.Refunds, err = s.refundsOf(tx, bill)
		return err
	})
	return a, err
}

// Find gives a bill of the officer's department by the reference that somebody read aloud.
func (s *Service) Find(ctx context.Context, reference string) (b Bill, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if b, err = billByReference(tx, reference); err != nil {
			return err
		}
		return s.hidden(ctx, "fees.read", b.Department, "fees.fault.no-bill")
	})
	return b, err
}

// hidden asks policy; what an officer may not see is not there for them.
func (s *Service) hidden(ctx context.Context, action, department, key string) error {
	err := s.may(ctx, action, department)
	if who.From(ctx).Actor.Kind == who.Public {
		return err
	}
	if err != nil {
		return notFound(key)
	}
	return nil
}

// RefundByID shows an officer a refund of their own department.
func (s *Service) RefundByID(ctx context.Context, refund RefundID) (r Refund, b Bill, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if r, err = s.refundByID(tx, refund); err != nil {
			return err
		}
		if err := s.hidden(ctx, "fees.read", r.Department, "fees.fault.no-refund"); err != nil {
			return err
		}
		b, err = billByID(tx, r.Bill)
		return err
	})
	return r, b, err
}

// DifferenceByID shows an officer a difference of their own department.
func (s *Service) DifferenceByID(ctx context.Context, difference DifferenceID) (d Difference, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if d, err = s.differenceByID(tx, difference); err != nil {
			return err
		}
		return s.hidden(ctx, "fees.read", d.Department, "fees.fault.no-difference")
	})
	return d, err
}

// do does something as an officer of the department, when policy lets them.
func (s *Service) do(ctx context.Context, action, department string, act func(tx *db.Tx, by string) error) error {
	if err := s.may(ctx, action, department); err != nil {
		return err
	}
	by := who.From(ctx).Actor.Duty.Officer
	return s.DB.Write(ctx, func(tx *db.Tx) error { return act(tx, by) })
}
