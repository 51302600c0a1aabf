package exchange

import (
	"context"
	"log/slog"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/sign"
	"praya/platform/words"
)

// Service is the gateway.
type Service struct {
	DB          *db.DB
	Keys        *sign.Ring
	Policy      *access.Policy
	Ledger      Ledger
	People      People
	Departments Departments
	Words       *words.Book
	Clock       when.Clock
	Log         *slog.Logger

	// Origin is the address of the site as callers see it: scheme and host.
	Origin string
	// Transport reaches providers and webhooks: see [NewTransport].
	Transport Transport
	// GovStack are the names under which GovStack's metadata know parties; without one, a party has
	// its own.
	GovStack []GovStackName
	// CDI is the Commercial Data Interchange, where the exchange is joined to it.
	CDI CDI
	// Plain keeps no evidence: only the bench sets it, to measure what evidence costs.
	Plain bool

	registers registers
	providers providers
	gate      gate
	groups    groups
}

// Seed makes what each realm begins with.
func (s *Service) Seed(ctx context.Context) error {
	for _, realm := range []who.Realm{who.Production, who.Sandbox} {
		if err := s.DB.WriteLatest(who.AsSystem(ctx, realm), newRealm); err != nil {
			return err
		}
	}
	return nil
}

// may asks policy about a party: whose department's officers act for it.
func (s *Service) may(ctx context.Context, action string, p Party) error {
	return s.Policy.Allow(ctx, action, access.Resource{Type: "Party", ID: p.Code, Attrs: map[string]any{"department": p.Department}})
}

func officer(ctx context.Context) string {
	if a := who.From(ctx).Actor; a.Kind == who.Officer {
		return a.Duty.Officer
	}
	return string(who.From(ctx).Actor.Kind)
}

// party finds a party by its code.
func (s *Service) party(ctx context.Context, code string) (Party, error) {
	r, err := s.fresh(ctx)
	if err != nil {
		return Party{}, err
	}
	p, ok := r.parties[code]
	if !ok {
		return p, fault.New(fault.NotFound, "exchange.fault.no-party")
	}
	return p, nil
}

// fresh is the register as the store has it now.
func (s *Service) fresh(ctx context.Context) (*register, error) {
	var n numbers
	err := s.DB.ReadLatest(ctx, func(tx *db.Tx) (err error) {
		n, err = findNumbers(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.current(ctx, n.register)
}

// changeRegister writes to the register, and lets every process know.
func (s *Service) changeRegister(ctx context.Context, act audit.Act, change func(tx *db.Tx) error) error {
	act.Outcome = audit.Done
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		if err := registerChanged(tx); err != nil {
			return err
		}
		return audit.Record(tx, act)
	})
}

// PutParty enters a party, or changes it.
func (s *Service) PutParty(ctx context.Context, p Party) error {
	if err := s.may(ctx, "exchange.admit", p); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	return s.changeRegister(ctx, audit.Act{What: "exchange.party", On: p.Code}, func(tx *db.Tx) error {
		all, err := allParties(tx)
		if err != nil {
			return err
		}
		for _, other := range all {
			if other.Code != p.Code && shares(other.Clients, p.Clients) {
				return wrong("clients", "exchange.fault.client-taken")
			}
		}
		return putParty(tx, p)
	})
}

func shares(a, b []string) bool {
	for _, x := range a {
		if within([]string{x}, b) {
			return true
		}
	}
	return false
}

// AddKey registers a party's key. It counts from its first instant on.
func (s *Service) AddKey(ctx context.Context, k PartyKey) error {
	p, err := s.party(ctx, k.Party)
	if err != nil {
		return err
	}
	if err := s.may(ctx, "exchange.develop", p); err != nil {
		return err
	}
	if err := k.check(); err != nil {
		return err
	}
	return s.changeRegister(ctx, audit.Act{What: "exchange.key", On: k.ID}, func(tx *db.Tx) error { return addKey(tx, k) })
}

// EndKey lets a key end on a later day, or revokes it now.
func (s *Service) EndKey(ctx context.Context, keyID string, until when.Instant, revoke bool) error {
	r, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	k, ok := r.keys[keyID]
	if !ok {
		return fault.New(fault.NotFound, "exchange.fault.no-key")
	}
	if err := s.may(ctx, "exchange.develop", r.parties[k.Party]); err != nil {
		return err
	}
	return s.changeRegister(ctx, audit.Act{What: "exchange.key.end", On: keyID}, func(tx *db.Tx) error {
		if revoke {
			return endKey(tx, keyID, tx.Now(), tx.Now())
		}
		return endKey(tx, keyID, until, when.Instant{})
	})
}

// PutService describes a service, or changes it. Opening it wants the data steward.
func (s *Service) PutService(ctx context.Context, d DataService) error {
	p, err := s.party(ctx, d.Provider)
	if err != nil {
		return err
	}
	action := "exchange.develop"
	if d.State != Draft {
		action = "exchange.steward"
	}
	if err := s.may(ctx, action, p); err != nil {
		return err
	}
	if err := d.check(); err != nil {
		return err
	}
	if err := checkOpenAPI(ctx, d); err != nil {
		return err
	}
	return s.changeRegister(ctx, audit.Act{What: "exchange.service", On: d.Code}, func(tx *db.Tx) error { return putService(tx, d) })
}

// DataService is a service as it is described now. Changed, it can be put again.
func (s *Service) DataService(ctx context.Context, code string) (DataService, error) {
	r, err := s.fresh(ctx)
	if err != nil {
		return DataService{}, err
	}
	d, ok := r.services[code]
	if !ok {
		return DataService{}, fault.New(fault.NotFound, "exchange.fault.no-service")
	}
	if err := s.may(ctx, "exchange.develop", r.parties[d.Provider]); err != nil {
		return DataService{}, err
	}
	return d.DataService, nil
}

// AskRight asks the provider of a service for a right, in a consumer's name.
func (s *Service) AskRight(ctx context.Context, r Right) (RightID, error) {
	reg, err := s.fresh(ctx)
	if err != nil {
		return "", err
	}
	consumer, ok := reg.parties[r.Consumer]
	d, known := reg.services[r.Service]
	if !ok || !known || d.State == Draft || d.State == Ended {
		return "", fault.New(fault.NotFound, "exchange.fault.no-service")
	}
	if err := s.may(ctx, "exchange.develop", consumer); err != nil {
		return "", err
	}
	if err := r.check(d.DataService); err != nil {
		return "", err
	}
	r.State, r.AskedBy, r.FirstBy, r.Decided, r.Said, r.Version, r.At = Asked, officer(ctx), "", "", nil, 0, s.Clock()
	r.ID = id.New[RightID](r.At)
	if r.Tested, err = s.tested(ctx, r.Consumer, r.Service); err != nil {
		return "", err
	}
	return r.ID, s.changeRegister(ctx, audit.Act{What: "exchange.right.ask", On: string(r.ID)}, func(tx *db.Tx) error { return putRight(tx, r) })
}

// tested counts the calls of a consumer that a service of the same code has answered in the test
// environment. In the test environment itself nothing has to be tested first.
func (s *Service) tested(ctx context.Context, consumer, service string) (n int64, err error) {
	if who.From(ctx).Realm == who.Sandbox {
		return 1, nil
	}
	err = s.DB.Read(who.AsSystem(ctx, who.Sandbox), func(tx *db.Tx) error {
		n, err = answeredCalls(tx, consumer, service)
		return err
	})
	return n, err
}

// DecideRight is the data steward's word on a right that was asked for.
func (s *Service) DecideRight(ctx context.Context, rightID RightID, agree bool, reason string) error {
	r, p, err := s.rightOf(ctx, rightID)
	if err != nil {
		return err
	}
	if err := s.may(ctx, "exchange.steward", p); err != nil {
		return err
	}
	if err := r.decide(officer(ctx), agree, reason, s.Clock()); err != nil {
		return err
	}
	return s.changeRegister(ctx, audit.Act{What: "exchange.right." + string(r.State), On: string(r.ID)}, func(tx *db.Tx) error {
		if err := putRight(tx, r); err != nil {
			return err
		}
		return events.Publish(tx, events.Event{Subject: "exchange.right." + string(r.State), Data: fact(rightEvent{r.ID, r.Service, r.Consumer})})
	})
}

// RevokeRight ends a right from the next call on.
func (s *Service) RevokeRight(ctx context.Context, rightID RightID, reason string) error {
	r, p, err := s.rightOf(ctx, rightID)
	if err != nil {
		return err
	}
	if err := s.may(ctx, "exchange.steward", p); err != nil {
		return err
	}
	if r.State != Granted {
		return fault.New(fault.Conflict, "exchange.fault.decided")
	}
	if reason == "" {
		return wrong("reason", "exchange.fault.reason")
	}
	r.State = Revoked
	r.said(officer(ctx), reason, s.Clock())
	return s.changeRegister(ctx, audit.Act{What: "exchange.right.revoked", On: string(r.ID)}, func(tx *db.Tx) error { return putRight(tx, r) })
}

func (s *Service) rightOf(ctx context.Context, id RightID) (Right, Party, error) {
	reg, err := s.fresh(ctx)
	if err != nil {
		return Right{}, Party{}, err
	}
	r, ok := reg.rights[id]
	if !ok {
		return r, Party{}, fault.New(fault.NotFound, "exchange.fault.no-right")
	}
	return r, reg.parties[reg.services[r.Service].Provider], nil
}
