package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
)

// Approval is a request that a person answers on a phone: another device wants to sign
// in. Code is shown on both devices. What services ask on the phone (CIBA) are requests
// of the protocol.
type Approval struct {
	ID      string
	Account AccountID // who answered
	Code    string
	Device  string // what the asking browser is called
	State   string
	Made    when.Instant
	Ends    when.Instant
	Version int64
}

// The states of an approval.
const (
	approvalWaits    = "waiting"
	approvalGiven    = "given"
	approvalRejected = "rejected"
	approvalUsed     = "used"
)

const approvalTime = 5 * time.Minute

// codeLetters leave out 0, O, 1 and I, which people mix up.
const codeLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

func identificationCode() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	for i := range b {
		b[i] = codeLetters[int(b[i])%len(codeLetters)] // 32 letters: no letter is more likely
	}
	return string(b[:])
}

// AskPhone begins the two-device journey for a browser. The token stays in that browser:
// nobody else can collect the answer.
func (s *Service) AskPhone(ctx context.Context, device string) (a Approval, browser string, err error) {
	browser = token()
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		a = Approval{
			ID: id.New[string](tx.Now()), Code: identificationCode(), Device: device,
			State: approvalWaits, Made: tx.Now(), Ends: until(tx, approvalTime),
		}
		return addApproval(tx, a, hashed(browser))
	})
	return a, browser, err
}

// Approval reads a request, which whoever opened its address may answer.
func (s *Service) Approval(ctx context.Context, approval string) (a Approval, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		a, err = findApproval(tx, approval)
		return err
	})
	return a, err
}

func (a Approval) waits(now when.Instant) bool { return a.State == approvalWaits && now.Before(a.Ends) }

// Answer gives or refuses a request, by the person who has signed in on the phone.
func (s *Service) Answer(ctx context.Context, approval string, yes bool, device string) (a Approval, err error) {
	account, err := owner(ctx)
	if err != nil {
		return a, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err = findApproval(tx, approval)
		if err == nil && !a.waits(tx.Now()) {
			err = fault.New(fault.Conflict, "identity.fault.approval-over")
		}
		if err != nil {
			return err
		}
		what := Approved
		a.State, a.Account = approvalGiven, account
		if !yes {
			a.State, what = approvalRejected, Rejected
		}
		return errors.Join(changeApproval(tx, a), addHistory(tx, account, HistoryEntry{What: what, Detail: a.ID, Device: device}))
	})
	return a, err
}

// Collect gives the browser that asked the account that approved. It works once. An answer
// that has not come yet is Unavailable.
func (s *Service) Collect(ctx context.Context, approval, browser string) (out Account, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := approvalOf(tx, approval, hashed(browser))
		if err != nil {
			return err
		}
		switch {
		case a.waits(tx.Now()):
			return fault.New(fault.Unavailable, "identity.pair.waiting")
		case a.State == approvalRejected:
			return fault.New(fault.Forbidden, "identity.pair.rejected")
		case a.State != approvalGiven || !tx.Now().Before(a.Ends):
			return fault.New(fault.Forbidden, "identity.pair.over")
		}
		a.State = approvalUsed
		if out, err = findAccount(tx, a.Account); err != nil {
			return err
		}
		return changeApproval(tx, a)
	})
	if err == nil {
		err = out.mayUse()
	}
	return out, err
}
