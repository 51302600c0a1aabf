package identity

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/web"
)

// Recovery is the way back of somebody who lost every passkey.
type Recovery struct {
	ID      string
	Account AccountID
	Via     string // code or counter
	State   string
	Begun   when.Instant
	Ready   when.Instant // when a passkey may be made
	Version int64
}

// The states of a recovery.
const (
	recoveryWaits   = "waiting"
	recoveryStopped = "stopped"
	recoveryDone    = "done"
)

// recoveryTime is how long a recovery may be finished after its waiting time.
const recoveryTime = 7 * 24 * time.Hour

// codesMade is how many recovery codes a sheet has.
const codesMade = 10

// codeBytes is the secret of a code: 80 bits, in four groups of four letters.
const codeBytes = 10

func newCode() string {
	var b [codeBytes]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	s := base32.StdEncoding.EncodeToString(b[:])
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// readCode brings a code as it was typed into its one form.
func readCode(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '0':
			return 'O'
		case r == '1':
			return 'I'
		case r >= 'A' && r <= 'Z' || r >= '2' && r <= '7':
			return r
		}
		return -1
	}, strings.ToUpper(web.HalfWidth(s)))
	if len(s) != 16 {
		return ""
	}
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// MakeCodes makes a new sheet of recovery codes; those of the old one are worth nothing
// from now on. They can be shown this once.
func (s *Service) MakeCodes(ctx context.Context, device string) (codes []string, err error) {
	account, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		codes = codes[:0]
		if err := removeTickets(tx, account, forRecovery); err != nil {
			return err
		}
		for range codesMade {
			code := newCode()
			if err := addTicket(tx, forRecovery, code, ticket{Account: account, Ends: until(tx, 20*365*24*time.Hour)}); err != nil {
				return err
			}
			codes = append(codes, code)
		}
		return addHistory(tx, account, HistoryEntry{What: CodesMade, Device: device})
	})
	return codes, err
}

// Recover begins a recovery with a code, and gives the token with which it can be finished.
// It says the same about a wrong code, a used one, and one of a closed account.
func (s *Service) Recover(ctx context.Context, typed, device string) (token string, ready when.Instant, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := useTicket(tx, forRecovery, readCode(typed))
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.Invalid, "identity.fault.code")
		}
		if err != nil {
			return err
		}
		token, ready, err = s.beginRecovery(tx, t.Account, "code", device)
		return err
	})
	return token, ready, err
}

func (s *Service) beginRecovery(tx *db.Tx, account AccountID, via, device string) (string, when.Instant, error) {
	a, err := findAccount(tx, account)
	if err != nil {
		return "", when.Instant{}, err
	}
	if a.State == Closed {
		return "", when.Instant{}, fault.New(fault.Invalid, "identity.fault.code")
	}
	what := RecoveryBegun
	if via == "counter" {
		what = RecoveryAtDesk
	}
	t := token()
	r := Recovery{ID: id.New[string](tx.Now()), Account: account, Via: via, State: recoveryWaits, Ready: until(tx, s.Rules.RecoveryWait)}
	return t, r.Ready, errors.Join(addRecovery(tx, r, hashed(t)),
		addHistory(tx, account, HistoryEntry{What: what, Detail: r.ID, Device: device}),
		s.tell(tx, a, Message{Key: "recovery", Link: "/me/recovery", Day: r.Ready}))
}

// Recovery reads a recovery by its token.
func (s *Service) Recovery(ctx context.Context, token string) (r Recovery, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err = findRecovery(tx, hashed(token))
		return err
	})
	return r, err
}

// Finish exchanges a recovery whose time has come for the right to make a passkey.
func (s *Service) Finish(ctx context.Context, recovery string) (out string, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := findRecovery(tx, hashed(recovery))
		if err != nil {
			return err
		}
		if err := r.mayFinish(tx.Now()); err != nil {
			return err
		}
		p, err := s.Profile(tx, r.Account)
		if err != nil {
			return err
		}
		a, err := findAccount(tx, r.Account)
		if err != nil {
			return err
		}
		out, err = s.issue(tx, forEnrolment, Enrolment{
			Account: r.Account, Kind: a.Kind, Level: a.Level, Label: p.Name("en"), Recover: r.ID,
		}, enrolmentTime)
		return err
	})
	return out, err
}

func (r Recovery) mayFinish(now when.Instant) error {
	switch {
	case r.State != recoveryWaits || !now.Before(r.Ready.Add(recoveryTime)):
		return fault.New(fault.Forbidden, "identity.fault.recovery-over")
	case now.Before(r.Ready):
		return fault.New(fault.Forbidden, "identity.fault.recovery-waits")
	}
	return nil
}

// recovered leads a recovery's new passkey to its account. The lost keys go, and what was
// signed in ends: who has the old device has it no more.
func (s *Service) recovered(tx *db.Tx, e Enrolment, device string) (Account, error) {
	a, err := findAccount(tx, e.Account)
	if err != nil {
		return a, err
	}
	r, err := recoveryNamed(tx, e.Account, e.Recover)
	if err != nil {
		return a, err
	}
	if err := r.mayFinish(tx.Now()); err != nil {
		return a, err
	}
	r.State = recoveryDone
	if a.State == Frozen {
		a.State = Open
	}
	return a, errors.Join(changeRecovery(tx, r), changeAccount(tx, a), removePasskeys(tx, a.ID), web.EndSessions(tx, a.Actor(), ""),
		addHistory(tx, a.ID, HistoryEntry{What: Recovered, Detail: r.ID, Device: device}),
		s.tell(tx, a, Message{Key: "recovered", Link: "/me/passkeys"}))
}

// StopRecoveries stops every recovery that waits: the person still has the account.
func (s *Service) StopRecoveries(ctx context.Context, device string) (n int, err error) {
	account, err := owner(ctx)
	if err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		waiting, err := recoveriesOf(tx, account)
		if err != nil {
			return err
		}
		n = 0
		for _, r := range waiting {
			r.State = recoveryStopped
			err = errors.Join(err, changeRecovery(tx, r), addHistory(tx, account, HistoryEntry{What: RecoveryStopped, Detail: r.ID, Device: device}))
			n++
		}
		return err
	})
	return n, err
}

// Recoveries lists the recoveries of the signed-in person's account that wait.
func (s *Service) Recoveries(ctx context.Context) (out []Recovery, err error) {
	account, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = recoveriesOf(tx, account)
		return err
	})
	return out, err
}
