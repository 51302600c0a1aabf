package identity

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/limits"
	"praya/platform/web"
)

// The limits. All are kept in the store, so that several processes count together.
const (
	addressBurst = 120 // tries at pages where people sign in and register, from one network
	clientBurst  = 40_000
	clientPer    = 50 * time.Microsecond // 20,000 a second
	clientLot    = 2_000

	failuresBurst = 60 // of clients that could not prove who they are, from one network
	failuresPer   = 2 * time.Second

	accountBurst = 10 // failed passkeys, or requests to the phone, at one account
	accountPer   = 30 * time.Second
)

// throttle holds back who asks too often. What it keeps in memory only saves questions to
// the store.
type throttle struct {
	db      *db.DB
	clients *limits.Meter

	mu      sync.Mutex
	blocked map[string]when.Instant // networks whose failures are used up, until when
}

func newThrottle(d *db.DB) *throttle {
	return &throttle{
		db: d, blocked: map[string]when.Instant{},
		clients: &limits.Meter{DB: d, Rate: limits.Rate{Burst: clientBurst, Per: clientPer}, Lot: clientLot},
	}
}

// network is whom a limit by address counts: a household has a whole /64 of IPv6.
func network(a netip.Addr) string {
	if p, err := a.Prefix(64); err == nil && a.Is6() {
		return p.String()
	}
	return a.String()
}

// slowly is a route's limit by the network that asks.
func (s *Service) slowly(what string) web.Option {
	return web.Limit(func(v *web.Visit) error {
		_, err := limits.Take(v.Context(), s.DB, "identity."+what+" "+network(v.Client()), limits.Rate{Burst: addressBurst, Per: s.Rules.perTry()})
		return err
	})
}

// perTry is how long a network waits for its next try, once the burst is used up.
func (r Rules) perTry() time.Duration {
	if r.AddressTries <= 0 {
		return time.Second
	}
	return time.Minute / time.Duration(r.AddressTries)
}

// failed counts a client that could not prove who it is, against its network. In the
// sandbox developers may fail as often as they like: anybody can have a client there.
func (t *throttle) failed(v *web.Visit, _ string) {
	if who.From(v.Context()).Realm == who.Sandbox {
		return
	}
	name := network(v.Client())
	wait, err := limits.Take(v.Context(), t.db, "identity.failed "+name, limits.Rate{Burst: failuresBurst, Per: failuresPer})
	if !fault.Is(err, fault.TooMany) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.blocked) > 10_000 {
		clear(t.blocked)
	}
	t.blocked[name] = v.Now().Add(wait)
}

// limit refuses a network whose failures are used up.
func (t *throttle) limit(v *web.Visit, _ string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.blocked) == 0 {
		return nil
	}
	name := network(v.Client())
	if until, ok := t.blocked[name]; !ok || !v.Now().Before(until) {
		delete(t.blocked, name)
		return nil
	}
	return fault.New(fault.TooMany, "limits.slower")
}

// admit is the limit of a client.
func (t *throttle) admit(ctx context.Context, client string) error {
	_, err := t.clients.Take(ctx, "identity.client "+client)
	return err
}

// accountLimit is what failed passkeys and requests to the phone may cost one account.
func (s *Service) accountLimit(ctx context.Context, what string, account AccountID) error {
	_, err := limits.Take(ctx, s.DB, "identity."+what+" "+string(account), limits.Rate{Burst: accountBurst, Per: accountPer})
	return err
}
