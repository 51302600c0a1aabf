package fees

import (
	"strconv"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
)

// BillID names a bill.
type BillID string

// State is where a bill is in its life.
type State string

// The states.
const (
	Due          State = "due"
	Paying       State = "paying" // a payment is open
	Paid         State = "paid"
	PartRefunded State = "part-refunded"
	Refunded     State = "refunded"
	Cancelled    State = "cancelled"
)

// Open reports whether a bill can still be paid.
func (s State) Open() bool { return s == Due || s == Paying }

// mostCents bounds a bill: a hundred million dollars.
const mostCents = 10_000_000_000

// mostLines bounds what a bill is made of.
const mostLines = 50

// Line is a fee; one below zero is a concession.
type Line struct {
	Label lang.Text `json:"label"`
	Cents int64     `json:"cents"`
}

// Bill is what is asked for.
type Bill struct {
	ID                        BillID
	Reference                 string
	Case, Account, Department string
	Title                     lang.Text
	Lines                     []Line
	Cents                     int64
	State                     State
	Made, Paid                when.Instant
	Due                       when.Day
	Refunded                  int64
	Version                   int64
}

// Dollars writes cents as dollars with two places.
func Dollars(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	rest := strconv.FormatInt(cents%100, 10)
	if len(rest) == 1 {
		rest = "0" + rest
	}
	return sign + strconv.FormatInt(cents/100, 10) + "." + rest
}

// Ask makes a bill. Its sum is that of its lines; a case that costs nothing needs none.
func (s *Service) Ask(tx *db.Tx, b Bill) (Bill, error) {
	var sum int64
	for _, l := range b.Lines {
		if l.Label == (lang.Text{}) || l.Cents == 0 || l.Cents > mostCents || l.Cents < -mostCents {
			return b, fault.New(fault.Invalid, "fees.fault.line")
		}
		sum += l.Cents
	}
	if len(b.Lines) == 0 || len(b.Lines) > mostLines || sum <= 0 || sum > mostCents || b.Cents != 0 && b.Cents != sum {
		return b, fault.New(fault.Invalid, "fees.fault.sum")
	}
	if b.Title == (lang.Text{}) || b.Department == "" || b.Account == "" {
		return b, fault.New(fault.Invalid, "fees.fault.bill")
	}
	b.ID, b.Reference, b.Cents, b.State = id.New[BillID](tx.Now()), tx.Draw(id.Reference), sum, Due
	b.Made, b.Paid, b.Refunded, b.Version = tx.Now(), when.Instant{}, 0, 1
	if err := insertBill(tx, b); err != nil {
		return b, err
	}
	return b, publish(tx, EventAsked, b, "")
}

// Of lists the bills of a case, oldest first.
func (s *Service) Of(tx *db.Tx, caseID string) ([]Bill, error) { return billsOfCase(tx, caseID) }

// ByID gives a bill.
func (s *Service) ByID(tx *db.Tx, bill BillID) (Bill, error) { return billByID(tx, bill) }

// OwnOf lists the bills of an account, newest first, or those that wait to be paid.
func (s *Service) OwnOf(tx *db.Tx, account string, openOnly bool, limit int) ([]Bill, error) {
	return billsOfAccount(tx, account, openOnly, limit)
}

// Cancel takes back a bill that nobody has paid. Money that comes all the same is a surplus.
func (s *Service) Cancel(tx *db.Tx, bill BillID) error {
	b, err := billByID(tx, bill)
	if err != nil {
		return err
	}
	if !b.State.Open() {
		return fault.New(fault.Conflict, "fees.fault.not-open")
	}
	b.State = Cancelled
	if err := updateBill(tx, b); err != nil {
		return err
	}
	return publish(tx, EventCancelled, b, "")
}
