package fees

import (
	"context"
	"encoding/json"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/jobs"
	"praya/platform/sign"
	"praya/platform/words"
)

// Service asks for fees. Functions that take a transaction do all they do in it, and ask no policy;
// those that take a context ask.
type Service struct {
	DB          *db.DB
	Keys        *sign.Ring
	Policy      *access.Policy
	Clock       when.Clock
	Origin      string // how the public reaches us
	Providers   []Provider
	Words       *words.Book
	Departments Departments // names on receipts; nil: codes

	// CasePath is the page of what a bill is for; nil: there is none.
	CasePath func(caseID string) string

	// What waits for money goes on in the same transaction.
	OnPaid     func(tx *db.Tx, b Bill) error
	OnRefunded func(tx *db.Tx, b Bill) error
}

// The facts that are published: ids and states.
const (
	EventAsked     = "services.fees.asked"
	EventPaid      = "services.fees.paid"
	EventRefunded  = "services.fees.refunded"
	EventCancelled = "services.fees.cancelled"
)

func publish(tx *db.Tx, subject string, b Bill, by string) error {
	raw, err := json.Marshal(struct {
		Bill  BillID `json:"bill"`
		Case  string `json:"case,omitempty"`
		State State  `json:"state"`
		By    string `json:"by,omitempty"` // payment or refund
	}{b.ID, b.Case, b.State, by})
	if err != nil {
		return err
	}
	return events.Publish(tx, events.Event{Subject: subject, Data: raw})
}

func (s *Service) provider(name string) (Provider, error) {
	for _, p := range s.Providers {
		if p.Name() == name {
			return p, nil
		}
	}
	return nil, fault.New(fault.NotFound, "fees.fault.no-provider")
}

// own reads a bill of the person who asks. Another's is not there.
func (s *Service) own(tx *db.Tx, bill BillID) (Bill, error) {
	a := who.From(tx.Context()).Actor
	if err := s.Policy.Allow(tx.Context(), "fees.own", access.Resource{Type: "Account", ID: a.ID}); err != nil {
		return Bill{}, err
	}
	b, err := billByID(tx, bill)
	if err == nil && b.Account != a.ID {
		err = fault.New(fault.NotFound, "fees.fault.no-bill")
	}
	return b, err
}

// may asks policy about a department's money.
func (s *Service) may(ctx context.Context, action, department string) error {
	return s.Policy.Allow(ctx, action, resourceOf(department))
}

func resourceOf(department string) access.Resource {
	return access.Resource{Type: "Bill", ID: department, Attrs: map[string]any{"department": department}}
}

func noon(d when.Day) when.Instant {
	const half = 12
	return when.At(time.Date(d.Year, d.Month, d.Date, half, 0, 0, 0, when.HongKong))
}

// The kinds of jobs.
const (
	JobRefund    = "services.fees.refund"
	JobReconcile = "services.fees.reconcile"
)

// Jobs registers what tells providers of refunds, and reconciles.
func (s *Service) Jobs(q *jobs.Queue) {
	q.Register(JobRefund, s.send, jobs.Options{})
	q.Register(JobReconcile, s.reconcileDay, jobs.Options{})
}

type dayArguments struct {
	Department string   `json:"department"`
	Day        when.Day `json:"day"`
}

// EnqueueDay asks for the reconciliation of a day of all departments that ask for fees: for what
// runs once a day, with yesterday. Twice is once.
func EnqueueDay(tx *db.Tx, day when.Day) error {
	all, err := departments(tx)
	if err != nil {
		return err
	}
	for _, d := range all {
		raw, err := json.Marshal(dayArguments{d, day})
		if err != nil {
			return err
		}
		if _, err := jobs.Enqueue(tx, jobs.Job{Kind: JobReconcile, Key: d + "/" + day.String(), Args: raw}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) reconcileDay(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var a dayArguments
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return err
	}
	return s.Reconcile(ctx, a.Department, a.Day)
}
