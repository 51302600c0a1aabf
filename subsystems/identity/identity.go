package identity

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/post"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/identity/internal/oidc"
)

// Service has the use cases of the identity. Its fields are given by app/wire.go.
type Service struct {
	DB       *db.DB
	Keys     *sign.Ring
	Policy   *access.Policy
	Verifier Verifier
	Staff    Staff // nil: there is no directory
	Rules    Rules
	Words    *words.Book  // for what is said outside of pages
	Mail     *post.Server // nil: no mail goes out

	Agreements Agreements // nil: there is nothing else to agree to

	More func(v *web.Visit) []web.Task // further parts of an account, of others; nil: none

	Examples fs.FS // copy-and-run programs that the developers' page shows; nil: none

	origin   string // where people reach us: passkeys are bound to its host, whatever a request says
	protocol *oidc.Provider
	log      requestLog
}

// Rules are what a site decides. The zero value has the defaults named.
type Rules struct {
	MinimumAge   int           // to open an account; 11
	RecoveryWait time.Duration // before a recovery opens the account; 24 h
	AddressTries int           // a minute, of one network at pages where people sign in; 60, after a burst
	Name         lang.Text     // of the site, as a passkey is labelled on a device
}

// WithDefaults fills in what was left out.
func (r Rules) WithDefaults() Rules {
	if r.MinimumAge == 0 {
		r.MinimumAge = 11
	}
	if r.RecoveryWait == 0 {
		r.RecoveryWait = 24 * time.Hour
	}
	return r
}

// freshProof is how long a proof counts as fresh for what changes the account.
const freshProof = 5 * time.Minute

// token has 256 bits.
func token() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// place is where a sealed value of an account stands.
func place(tx *db.Tx, table, column, id string) sign.Place {
	return sign.Place{Realm: tx.Realm(), Table: table, Column: column, ID: id}
}

// documentIndex is what a document number is found by.
func (s *Service) documentIndex(realm who.Realm, n DocumentNumber) ([]byte, error) {
	return s.Keys.BlindIndex(realm, "identity_accounts", "document", string(n))
}

// Profile opens all that an account keeps.
func (s *Service) Profile(tx *db.Tx, account AccountID) (Profile, error) {
	rows, err := profileOf(tx, account)
	if err != nil {
		return nil, err
	}
	p := Profile{}
	for _, r := range rows {
		plain, err := s.Keys.Decrypt(place(tx, "identity_profile", string(r.Field), string(account)), r.sealed)
		if err != nil {
			return nil, err
		}
		r.Text = string(plain)
		p[r.Field] = r.Value
	}
	return p, nil
}

// set keeps a value of the profile; an empty text takes it away.
func (s *Service) set(tx *db.Tx, account AccountID, v Value) error {
	if v.Text == "" {
		return removeValue(tx, account, v.Field)
	}
	sealed, err := s.Keys.Encrypt(place(tx, "identity_profile", string(v.Field), string(account)), []byte(v.Text))
	if err != nil {
		return err
	}
	return putValue(tx, account, v, sealed)
}

// Account reads an account.
func (s *Service) Account(ctx context.Context, account AccountID) (a Account, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		a, err = findAccount(tx, account)
		return err
	})
	return a, err
}

// owner is the account of whoever has signed in, or Unauthenticated.
func owner(ctx context.Context) (AccountID, error) {
	a := who.From(ctx).Actor
	if a.Kind != who.Person && a.Kind != who.Officer {
		return "", fault.New(fault.Unauthenticated, "web.fault.unauthenticated.text")
	}
	return AccountID(a.ID), nil
}

// open makes an account with its first values.
func (s *Service) open(tx *db.Tx, a Account, values []Value) (Account, error) {
	if a.ID == "" {
		a.ID = id.New[AccountID](tx.Now())
	}
	a.State, a.Created = Open, tx.Now()
	var index []byte
	for _, v := range values {
		if v.Field != DocumentNo {
			continue
		}
		var err error
		if index, err = s.documentIndex(tx.Realm(), DocumentNumber(v.Text)); err != nil {
			return a, err
		}
		if _, err := findByDocument(tx, index); err == nil {
			return a, fault.New(fault.Conflict, "identity.fault.known")
		} else if !fault.Is(err, fault.NotFound) {
			return a, err
		}
	}
	err := addAccount(tx, a, index)
	for _, v := range values {
		err = errors.Join(err, s.set(tx, a.ID, v))
	}
	return a, err
}

// Close closes an account for ever: what identifies the person is taken out, all sessions
// end, and the document may be registered anew.
func (s *Service) Close(ctx context.Context) error {
	account, err := owner(ctx)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.close(tx, account) })
}

func (s *Service) close(tx *db.Tx, account AccountID) error {
	a, err := findAccount(tx, account)
	if err != nil {
		return err
	}
	actor := a.Actor()
	a.State, a.Closed = Closed, tx.Now()
	_, history := tx.Exec(sqlForgetHistory, tx.Realm(), account)
	_, document := tx.Exec(sqlForgetDocument, tx.Realm(), account)
	return errors.Join(changeAccount(tx, a), document, history, removeValues(tx, account), removePasskeys(tx, account),
		forgetTickets(tx, account), forgetReleases(tx, account), forgetNotices(tx, account), web.EndSessions(tx, actor, ""), s.protocol.EndGrants(tx, string(account), ""))
}

// Subject is what a sector (a service, or services of one owner) calls an account.
func (s *Service) Subject(tx *db.Tx, account AccountID, sector string) (string, error) {
	return subjectFor(tx, account, sector, token())
}

// Sweep takes out what has ended, of every realm.
func (s *Service) Sweep(ctx context.Context) (n int64, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		tickets, err := sweepTickets(tx)
		if err != nil {
			return err
		}
		approvals, err := sweepApprovals(tx)
		if err != nil {
			return err
		}
		n, err = sweepNotices(tx)
		n += tickets + approvals
		return err
	})
	if err != nil {
		return n, err
	}
	swept, err := s.protocol.Sweep(ctx)
	return n + swept, err
}

func until(tx *db.Tx, d time.Duration) when.Instant { return tx.Now().Add(d) }
