package fees

import (
	"context"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
)

// PaymentID names a payment. It is random enough to be nobody's guess.
type PaymentID string

// PaymentState is where a payment is in its life.
type PaymentState string

// The states.
const (
	Open    PaymentState = "open"
	Settled PaymentState = "paid"
	Surplus PaymentState = "surplus" // paid beside another payment, or for a bill that was taken back
	Failed  PaymentState = "failed"
	Left    PaymentState = "left" // another way was chosen meanwhile
)

// Payment is one attempt to pay a bill.
type Payment struct {
	ID                   PaymentID
	Bill                 BillID
	Department, Provider string
	Cents                int64
	State                PaymentState
	Made, Settled        when.Instant
	Day                  when.Day
	Version              int64
}

// Pay gives a person where to pay their bill. The same way asked for twice is the same payment, so
// a double click pays once. The provider of a payment that was begun is asked first: whoever paid,
// and saw nothing come of it, does not pay again.
func (s *Service) Pay(ctx context.Context, bill BillID, provider string) (to string, err error) {
	p, err := s.provider(provider)
	if err != nil {
		return "", err
	}
	b, err := s.Catch(ctx, bill)
	if err != nil {
		return "", err
	}
	var payment Payment
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if b, err = s.own(tx, bill); err != nil {
			return err
		}
		payment, err = begin(tx, b, provider)
		return err
	})
	if err != nil {
		return "", err
	}
	return p.Begin(ctx, Order{
		Payment: payment.ID, Department: b.Department, Reference: b.Reference, Cents: b.Cents, Return: ownPath + "/" + string(b.ID) + "/return",
	})
}

// begin gives the open payment of a bill by a provider. One by another provider is left.
func begin(tx *db.Tx, b Bill, provider string) (Payment, error) {
	if !b.State.Open() {
		return Payment{}, fault.New(fault.Conflict, "fees.fault.not-open")
	}
	all, err := paymentsOf(tx, b.ID)
	if err != nil {
		return Payment{}, err
	}
	for _, p := range all {
		switch {
		case p.State == Open && p.Provider == provider:
			return p, nil
		case p.State == Open:
			p.State = Left
			if err := updatePayment(tx, p); err != nil {
				return p, err
			}
		}
	}
	p := Payment{
		ID: id.New[PaymentID](tx.Now()), Bill: b.ID, Department: b.Department, Provider: provider, Cents: b.Cents, State: Open, Made: tx.Now(), Version: 1,
	}
	b.State = Paying
	if err := updateBill(tx, b); err != nil { // first: two tabs meet here
		return p, err
	}
	return p, insertPayment(tx, p)
}

// Hear takes what a provider says of a payment. Twice is once.
func (s *Service) Hear(ctx context.Context, provider string, n Notice) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.hear(tx, provider, n) })
}

func (s *Service) hear(tx *db.Tx, provider string, n Notice) error {
	p, err := paymentByID(tx, n.Payment)
	if err != nil {
		return err
	}
	if p.Provider != provider {
		return fault.New(fault.NotFound, "fees.fault.no-payment")
	}
	switch n.Outcome {
	case IsOpen:
		return nil
	case IsFailed, IsAbandoned:
		return s.fail(tx, p)
	case IsPaid:
		return s.settle(tx, p, n)
	}
	return fault.New(fault.Invalid, "fees.fault.notice")
}

// fail closes a payment that came to nothing; the bill waits for another.
func (s *Service) fail(tx *db.Tx, p Payment) error {
	switch p.State {
	case Settled, Surplus: // it was paid before: the provider contradicts itself
		return s.differ(tx, Difference{Kind: Contradiction, Department: p.Department, Day: p.Day, Provider: p.Provider, About: string(p.ID), Ours: p.Cents})
	case Open:
	default:
		return nil
	}
	p.State = Failed
	if err := updatePayment(tx, p); err != nil {
		return err
	}
	b, err := billByID(tx, p.Bill)
	if err != nil || b.State != Paying {
		return err
	}
	b.State = Due
	return updateBill(tx, b)
}

// settle books a payment. What does not fit is not booked, or is booked as a surplus, and stands on
// the desk.
func (s *Service) settle(tx *db.Tx, p Payment, n Notice) error {
	at := n.At
	if at.IsZero() || tx.Now().Before(at) {
		at = tx.Now() // a provider's clock is not ahead of ours
	}
	d := Difference{Department: p.Department, Day: at.Day(), Provider: p.Provider, About: string(p.ID), Ours: p.Cents, Theirs: n.Cents}
	if n.Cents != p.Cents {
		d.Kind = Amount
		return s.differ(tx, d)
	}
	if p.State == Settled || p.State == Surplus {
		return nil // heard before
	}
	b, err := billByID(tx, p.Bill)
	if err != nil {
		return err
	}
	p.Settled, p.Day, p.State = at, at.Day(), Settled
	if !b.State.Open() {
		p.State, d.Kind, d.Ours = Surplus, Surplussed, 0
		if err := updatePayment(tx, p); err != nil {
			return err
		}
		return s.differ(tx, d)
	}
	b.State, b.Paid = Paid, at
	if err := updateBill(tx, b); err != nil {
		return err
	}
	b.Version++
	if err := leaveOthers(tx, p); err != nil {
		return err
	}
	if err := updatePayment(tx, p); err != nil {
		return err
	}
	if err := publish(tx, EventPaid, b, string(p.ID)); err != nil || s.OnPaid == nil {
		return err
	}
	return s.OnPaid(tx, b)
}

// Catch asks the provider about a bill's open payment, when no notification has come: for the page
// to which payers return.
func (s *Service) Catch(ctx context.Context, bill BillID) (b Bill, err error) {
	var all []Payment
	read := func() error {
		return s.DB.Read(ctx, func(tx *db.Tx) error {
			if b, err = s.own(tx, bill); err != nil {
				return err
			}
			all, err = paymentsOf(tx, bill)
			return err
		})
	}
	if err := read(); err != nil {
		return b, err
	}
	for _, p := range all {
		if p.State != Open {
			continue
		}
		provider, err := s.provider(p.Provider)
		if err != nil {
			return b, err
		}
		n, err := provider.Look(ctx, p.ID)
		if err != nil {
			return b, nil //nolint:nilerr // the page says what we know: not heard yet
		}
		if err := s.Hear(ctx, p.Provider, n); err != nil {
			return b, err
		}
	}
	return b, read()
}
