package identity

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/web"
)

// Purposes of tickets: what the token that somebody holds is good for.
const (
	forEnrolment  = "enrolment"  // proofing was passed; a passkey may be made
	forInvitation = "invitation" // somebody was invited to enrol
	forRecovery   = "recovery-code"
)

const (
	enrolmentTime  = 30 * time.Minute
	invitationTime = 7 * 24 * time.Hour
)

// Enrolment is a person whose proofing has been passed, or an officer who was invited,
// before there is a passkey. It is sealed in its ticket.
type Enrolment struct {
	Account AccountID // chosen beforehand, since the device keeps it
	Kind    who.Kind
	Level   Level
	Values  []Value
	Officer string // the directory's id of an invited officer
	Label   string // how the device will show the passkey
	Persona string
	Recover string // id of a recovery that leads back to the account
}

// Verify passes somebody's claim to the verifier, and gives the token with which they may
// make a passkey. Remote proofing of the document alone gives the basic level.
func (s *Service) Verify(ctx context.Context, c Claim) (string, error) {
	if err := s.oldEnough(c.Values); err != nil {
		return "", err
	}
	verdict, err := s.Verifier.Verify(ctx, c)
	if err != nil {
		return "", fault.New(fault.Unavailable, "identity.fault.verifier").Because(err)
	}
	if !verdict.Passed {
		return "", fault.New(fault.Invalid, "identity.verdict."+verdict.Reason)
	}
	level := Basic
	if c.Alive {
		level = Plus
	}
	e := Enrolment{Account: id.New[AccountID](s.DB.Clock()()), Kind: who.Person, Level: level, Values: c.Values}
	e.Label = labelOf(c.Values)
	var out string
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		index, err := s.documentIndex(tx.Realm(), c.Document)
		if err != nil {
			return err
		}
		if _, err := findByDocument(tx, index); err == nil {
			return fault.New(fault.Conflict, "identity.fault.known")
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		out, err = s.issue(tx, forEnrolment, e, enrolmentTime)
		return err
	})
	return out, err
}

func labelOf(values []Value) string {
	p := Profile{}
	for _, v := range values {
		p[v.Field] = v
	}
	return p.Name(lang.EN)
}

func (s *Service) oldEnough(values []Value) error {
	for _, v := range values {
		if v.Field != BirthDate {
			continue
		}
		born, err := when.ParseDay(v.Text)
		today := s.DB.Clock()().Day()
		if err != nil || today.Before(born) || born.Year < 1900 {
			return fault.New(fault.Invalid, "identity.fault.birth").At("birthDate", "identity.fault.birth")
		}
		if Age(born, today) < s.Rules.MinimumAge {
			return fault.New(fault.Forbidden, "identity.fault.too-young")
		}
		return nil
	}
	return fault.New(fault.Invalid, "identity.fault.birth").At("birthDate", "identity.fault.birth")
}

// issue makes a ticket with an enrolment sealed in it, and gives its token.
func (s *Service) issue(tx *db.Tx, purpose string, e Enrolment, lasts time.Duration) (string, error) {
	t := token()
	plain, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	sealed, err := s.Keys.Encrypt(place(tx, "identity_tickets", "sealed", hashed(t)), plain)
	if err != nil {
		return "", err
	}
	return t, addTicket(tx, purpose, t, ticket{Account: e.Account, Sealed: sealed, Ends: until(tx, lasts)})
}

// Enrolment reads what a token stands for, without using it.
func (s *Service) Enrolment(ctx context.Context, token string) (e Enrolment, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		t, err := findTicket(tx, forEnrolment, token)
		if err != nil {
			return err
		}
		e, err = s.openEnrolment(tx, token, t)
		return err
	})
	return e, err
}

func (s *Service) openEnrolment(tx *db.Tx, token string, t ticket) (e Enrolment, err error) {
	plain, err := s.Keys.Decrypt(place(tx, "identity_tickets", "sealed", hashed(token)), t.Sealed)
	if err != nil {
		return e, err
	}
	return e, json.Unmarshal(plain, &e)
}

// Enrol takes the passkey that a device made, and opens the account (or leads back to the
// one that is being recovered).
func (s *Service) Enrol(ctx context.Context, origin, token, sealed, answer, device string) (a Account, err error) {
	n, c, err := s.newKey(ctx, origin, sealed, answer, hashed(token))
	if err != nil {
		return a, err
	}
	var e Enrolment
	var job string
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := take(tx, n); err != nil {
			return err
		}
		t, err := useTicket(tx, forEnrolment, token)
		if err != nil {
			return err
		}
		if e, err = s.openEnrolment(tx, token, t); err != nil {
			return err
		}
		if e.Recover != "" {
			a, err = s.recovered(tx, e, device)
		} else {
			a, err = s.opened(tx, e, device)
		}
		if err != nil {
			return err
		}
		if s.links(e) {
			if job, err = acceptLater(tx, acceptArgs{e.Officer, a.ID}); err != nil {
				return err
			}
		}
		return s.add(tx, a.ID, *c, device)
	})
	if err == nil && s.links(e) {
		err = s.acceptNow(ctx, acceptArgs{e.Officer, a.ID}, job)
	}
	return a, err
}

// links reports whether the directory must be told: of a new officer, for one who recovers is
// linked already.
func (s *Service) links(e Enrolment) bool { return e.Officer != "" && s.Staff != nil }

// opened opens the account of an enrolment.
func (s *Service) opened(tx *db.Tx, e Enrolment, device string) (Account, error) {
	a, err := s.open(tx, Account{ID: e.Account, Kind: e.Kind, Level: e.Level, Persona: e.Persona, Lang: who.From(tx.Context()).Lang}, e.Values)
	if err != nil {
		return a, err
	}
	return a, addHistory(tx, a.ID, HistoryEntry{What: Registered, Device: device})
}

// Invite makes an invitation, and gives the path that the invited person opens. An officer
// at a counter who has seen the person and the document gives the plus level.
func (s *Service) Invite(ctx context.Context, e Enrolment) (string, error) {
	e.Account = id.New[AccountID](s.DB.Clock()())
	if e.Label == "" {
		e.Label = labelOf(e.Values)
	}
	var t string
	err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if t, err = s.issue(tx, forInvitation, e, invitationTime); err != nil {
			return err
		}
		return audit.Record(tx, audit.Act{What: "identity.invite", On: string(e.Account), Outcome: audit.Done})
	})
	return "/join/" + t, err
}

// InviteOfficer invites an officer of the directory, for the directory's own pages.
func (s *Service) InviteOfficer(ctx context.Context, officer, label string) (string, error) {
	return s.Invite(ctx, Enrolment{Kind: who.Officer, Level: Plus, Officer: officer, Label: label})
}

// Accept exchanges an invitation for the right to make a passkey.
func (s *Service) Accept(ctx context.Context, invitation string) (out string, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := useTicket(tx, forInvitation, invitation)
		if err != nil {
			return err
		}
		e, err := s.openEnrolment(tx, invitation, t)
		if err != nil {
			return err
		}
		out, err = s.issue(tx, forEnrolment, e, enrolmentTime)
		return err
	})
	return out, err
}

// EndOfficer closes the account of an officer who has left: all sessions end at once.
func (s *Service) EndOfficer(ctx context.Context, account string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.close(tx, AccountID(account)) })
}

// Raise brings an account from basic to plus, after the living person was compared with
// the document that the account knows.
func (s *Service) Raise(ctx context.Context, c Claim, device string) error {
	account, err := owner(ctx)
	if err != nil {
		return err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := s.Profile(tx, account)
		c.Document, c.Alive = DocumentNumber(p.Text(DocumentNo)), true
		for _, f := range Fields() {
			if f.FromDocument() && p.Text(f) != "" {
				c.Values = append(c.Values, p[f])
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	verdict, err := s.Verifier.Verify(ctx, c)
	if err != nil {
		return fault.New(fault.Unavailable, "identity.fault.verifier").Because(err)
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if !verdict.Passed {
			return addHistory(tx, account, HistoryEntry{What: RaiseRefused, Detail: verdict.Reason, Device: device})
		}
		a, err := findAccount(tx, account)
		if err != nil {
			return err
		}
		a.Level = Plus
		return errors.Join(changeAccount(tx, a), web.RaiseSessions(tx, a.Actor()),
			addHistory(tx, account, HistoryEntry{What: Raised, Device: device}))
	})
	if err == nil && !verdict.Passed {
		return fault.New(fault.Invalid, "identity.verdict."+verdict.Reason)
	}
	return err
}

// invitation reads what an invitation stands for, without using it.
func (s *Service) invitation(ctx context.Context, token string) (e Enrolment, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		t, err := findTicket(tx, forInvitation, token)
		if err != nil {
			return err
		}
		e, err = s.openEnrolment(tx, token, t)
		return err
	})
	return e, err
}

// proofSource is where values come from that the verifier passed.
func (s *Service) proofSource() Source {
	if s.Verifier.Simulated() {
		return BySimulation
	}
	return ByDocument
}

// verifiedAt is when they were checked: never, by a simulation.
func (s *Service) verifiedAt() when.Instant {
	if s.Verifier.Simulated() {
		return when.Instant{}
	}
	return s.DB.Clock()()
}
