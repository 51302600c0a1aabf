package fees

import (
	"context"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/jobs"
)

// RefundID names a refund.
type RefundID string

// RefundState is where a refund is in its life.
type RefundState string

// The states.
const (
	Proposed RefundState = "proposed"
	Approved RefundState = "approved" // a job tells the provider
	Sent     RefundState = "sent"
	Declined RefundState = "refused"
)

// mostReason bounds what an officer writes.
const mostReason = 500

// Refund is money that goes back.
type Refund struct {
	ID                    RefundID
	Bill                  BillID
	Payment               PaymentID
	Department, Provider  string
	Cents                 int64
	State                 RefundState
	Why                   string
	ProposedBy, DecidedBy string // officers
	Made, Decided         when.Instant
	Day                   when.Day
	Version               int64
}

// Refund proposes to give back part or all of what was paid. Another officer approves it.
func (s *Service) Refund(tx *db.Tx, bill BillID, cents int64, why, by string) (Refund, error) {
	b, err := billByID(tx, bill)
	if err != nil {
		return Refund{}, err
	}
	p, err := paidBy(tx, b)
	if err != nil {
		return Refund{}, err
	}
	return s.propose(tx, b, p, cents, why, by)
}

// GiveBack proposes to give back a surplus.
func (s *Service) GiveBack(tx *db.Tx, payment PaymentID, why, by string) (Refund, error) {
	p, err := paymentByID(tx, payment)
	if err != nil {
		return Refund{}, err
	}
	if p.State != Surplus {
		return Refund{}, fault.New(fault.Conflict, "fees.fault.not-surplus")
	}
	b, err := billByID(tx, p.Bill)
	if err != nil {
		return Refund{}, err
	}
	return s.propose(tx, b, p, p.Cents, why, by)
}

// paidBy is the payment that paid a bill.
func paidBy(tx *db.Tx, b Bill) (Payment, error) {
	all, err := paymentsOf(tx, b.ID)
	if i := slices.IndexFunc(all, func(p Payment) bool { return p.State == Settled }); i >= 0 {
		return all[i], err
	}
	if err == nil {
		err = fault.New(fault.Conflict, "fees.fault.not-paid")
	}
	return Payment{}, err
}

func (s *Service) propose(tx *db.Tx, b Bill, p Payment, cents int64, why, by string) (Refund, error) {
	if why == "" || utf8.RuneCountInString(why) > mostReason {
		return Refund{}, fault.New(fault.Invalid, "fees.fault.reason").At("why", "fees.fault.reason")
	}
	pending, sent, err := goneBack(tx, p)
	if err != nil {
		return Refund{}, err
	}
	if cents <= 0 || cents > p.Cents-sent-pending {
		return Refund{}, fault.New(fault.Invalid, "fees.fault.too-much").At("amount", "fees.fault.too-much")
	}
	if err := updateBill(tx, b); err != nil { // two proposals meet here
		return Refund{}, err
	}
	r := Refund{
		ID: id.New[RefundID](tx.Now()), Bill: b.ID, Payment: p.ID, Department: b.Department, Provider: p.Provider, Cents: cents, State: Proposed,
		Why: why, ProposedBy: by, Made: tx.Now(), Version: 1,
	}
	if err := s.insertRefund(tx, r); err != nil {
		return r, err
	}
	return r, audit.Record(tx, audit.Act{What: "fees.refund", On: string(r.ID), Outcome: audit.Done})
}

// Decide approves a proposed refund, or refuses it. The proposer can't. The provider is told by a
// job.
func (s *Service) Decide(tx *db.Tx, refund RefundID, version int64, by string, agree bool) error {
	r, err := s.refundByID(tx, refund)
	switch {
	case err != nil:
		return err
	case r.State != Proposed || r.Version != version:
		return fault.New(fault.Conflict, "fees.fault.decided")
	case r.ProposedBy == by:
		return fault.New(fault.Forbidden, "fees.fault.own-proposal")
	}
	r.State, r.DecidedBy, r.Decided = Declined, by, tx.Now()
	what := "fees.refuse-refund"
	if agree {
		r.State, what = Approved, "fees.approve-refund"
		raw, err := json.Marshal(refundArguments{r.ID})
		if err != nil {
			return err
		}
		if _, err := jobs.Enqueue(tx, jobs.Job{Kind: JobRefund, Key: string(r.ID), Args: raw}); err != nil {
			return err
		}
	}
	if err := updateRefund(tx, r); err != nil {
		return err
	}
	return audit.Record(tx, audit.Act{What: what, On: string(r.ID), Outcome: audit.Done})
}

type refundArguments struct {
	Refund RefundID `json:"refund"`
}

// send tells the provider of an approved refund, and books it. The provider knows it by its id, so
// that a second telling gives nothing back.
func (s *Service) send(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var a refundArguments
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return err
	}
	var r Refund
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		r, err = s.refundByID(tx, a.Refund)
		return err
	})
	if err != nil || r.State != Approved {
		return err
	}
	p, err := s.provider(r.Provider)
	if err != nil {
		return err
	}
	if err := p.Refund(ctx, RefundOrder{ID: r.ID, Payment: r.Payment, Department: r.Department, Cents: r.Cents}); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.sent(tx, a.Refund) })
}

func (s *Service) sent(tx *db.Tx, refund RefundID) error {
	r, err := s.refundByID(tx, refund)
	if err != nil || r.State != Approved {
		return err
	}
	r.State, r.Day = Sent, tx.Now().Day()
	if err := updateRefund(tx, r); err != nil {
		return err
	}
	p, err := paymentByID(tx, r.Payment)
	if err != nil || p.State == Surplus { // what came too much says nothing about the bill
		return err
	}
	b, err := billByID(tx, r.Bill)
	if err != nil {
		return err
	}
	b.Refunded += r.Cents
	b.State = PartRefunded
	if b.Refunded >= b.Cents {
		b.State = Refunded
	}
	if err := updateBill(tx, b); err != nil {
		return err
	}
	b.Version++
	if err := publish(tx, EventRefunded, b, string(r.ID)); err != nil || s.OnRefunded == nil {
		return err
	}
	return s.OnRefunded(tx, b)
}
