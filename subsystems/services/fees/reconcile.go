package fees

import (
	"context"
	"slices"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/audit"
	"praya/platform/db"
)

// DifferenceID names a difference.
type DifferenceID string

// DifferenceKind is how a provider and we disagree.
type DifferenceKind string

// The kinds.
const (
	Missing       DifferenceKind = "missing"       // we booked it, the statement has it not
	Extra         DifferenceKind = "extra"         // the statement has it, we have not booked it
	Amount        DifferenceKind = "amount"        // both have it, with different amounts
	Surplussed    DifferenceKind = "surplus"       // paid beside another payment
	Contradiction DifferenceKind = "contradiction" // a paid one that the provider called failed
)

// Difference is a row on which a provider and we disagree.
type Difference struct {
	ID                   DifferenceID
	Department, Provider string
	Day                  when.Day
	Kind                 DifferenceKind
	About                string // id of the payment or refund, as the provider names it
	Ours, Theirs         int64
	Found                when.Instant
	Open                 bool
	SettledBy, Why       string
	Version              int64
}

// differ notes a difference once.
func (s *Service) differ(tx *db.Tx, d Difference) error {
	d.ID, d.Found, d.Open, d.Version = id.New[DifferenceID](tx.Now()), tx.Now(), true, 1
	d.About = cut(d.About, 100)
	return insertDifference(tx, d)
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// Balance is a day of a department and a provider.
type Balance struct {
	Department, Provider string
	Day                  when.Day
	At                   when.Instant
	Ours, Theirs         int64
}

// Reconcile holds a department's day against every provider's statement. It may run again: what was
// noted is not noted twice.
func (s *Service) Reconcile(ctx context.Context, department string, day when.Day) error {
	for _, p := range s.Providers {
		statement, err := p.Statement(ctx, department, day)
		if err != nil {
			return err
		}
		if err := s.DB.Write(ctx, func(tx *db.Tx) error { return s.compare(tx, p.Name(), department, day, statement) }); err != nil {
			return err
		}
	}
	return nil
}

// compare goes through both lists.
func (s *Service) compare(tx *db.Tx, provider, department string, day when.Day, statement []Entry) error {
	ours, err := moved(tx, provider, department, day)
	if err != nil {
		return err
	}
	b := Balance{Department: department, Provider: provider, Day: day, At: tx.Now()}
	for _, cents := range ours {
		b.Ours += cents
	}
	theirs := map[string]int64{}
	for _, e := range statement {
		b.Theirs += e.Cents
		theirs[e.ID] += e.Cents // one that stands there twice has another amount than ours
	}
	d := Difference{Department: department, Provider: provider, Day: day}
	for about, cents := range theirs {
		have, ok := ours[about]
		d.About, d.Ours, d.Theirs = about, have, cents
		switch {
		case !ok:
			d.Kind = Extra
		case have != cents:
			d.Kind = Amount
		default:
			continue
		}
		if err := s.differ(tx, d); err != nil {
			return err
		}
	}
	for about, cents := range ours {
		if _, ok := theirs[about]; !ok {
			d.Kind, d.About, d.Ours, d.Theirs = Missing, about, cents, 0
			if err := s.differ(tx, d); err != nil {
				return err
			}
		}
	}
	return putBalance(tx, b)
}

// Remedy is what settles a difference beside its reason.
type Remedy string

// The remedies.
const (
	Explain  Remedy = "explain"   // nothing but the reason
	Book     Remedy = "book"      // of an extra: the payment that we have not heard of is booked
	SendBack Remedy = "send-back" // of a surplus: a refund is proposed
)

// Remedies are those that a difference may have.
func (d Difference) Remedies() []Remedy {
	switch d.Kind {
	case Extra:
		return []Remedy{Book, Explain}
	case Surplussed:
		return []Remedy{SendBack, Explain}
	}
	return []Remedy{Explain}
}

// Settle closes a difference with a remedy and a reason.
func (s *Service) Settle(tx *db.Tx, difference DifferenceID, version int64, remedy Remedy, why, by string) error {
	d, err := s.differenceByID(tx, difference)
	switch {
	case err != nil:
		return err
	case !d.Open || d.Version != version:
		return fault.New(fault.Conflict, "fees.fault.settled")
	case why == "" || utf8.RuneCountInString(why) > mostReason:
		return fault.New(fault.Invalid, "fees.fault.reason").At("why", "fees.fault.reason")
	case !slices.Contains(d.Remedies(), remedy):
		return fault.New(fault.Invalid, "fees.fault.remedy").At("remedy", "fees.fault.remedy")
	}
	switch remedy {
	case Book:
		err = s.book(tx, d)
	case SendBack:
		_, err = s.GiveBack(tx, PaymentID(d.About), why, by)
	}
	if err != nil {
		return err
	}
	d.SettledBy, d.Why = by, why
	if err := s.settleDifference(tx, d); err != nil {
		return err
	}
	return audit.Record(tx, audit.Act{What: "fees.settle", On: string(d.ID), Outcome: audit.Done})
}

func (s *Service) book(tx *db.Tx, d Difference) error {
	p, err := paymentByID(tx, PaymentID(d.About))
	if fault.Is(err, fault.NotFound) || err == nil && (p.Department != d.Department || p.Cents != d.Theirs) {
		return fault.New(fault.Invalid, "fees.fault.not-bookable").At("remedy", "fees.fault.not-bookable")
	}
	if err != nil {
		return err
	}
	// At noon of the statement's day: the statement does not say when.
	return s.settle(tx, p, Notice{Payment: p.ID, Outcome: IsPaid, Cents: d.Theirs, At: noon(d.Day)})
}
