package queue

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/limits"
	"praya/platform/sign"
	"praya/platform/words"
)

// Service has the use cases. Its fields are given by the root, before Run.
type Service struct {
	DB     *db.DB
	Keys   *sign.Ring
	Policy *access.Policy
	Words  *words.Book
	Clock  when.Clock
	Log    *slog.Logger
	Rules  Rules

	// Names is what an agent is called: the post.
	Names func(ctx context.Context, account string) lang.Text
	// Skills is what a topic or department is called; may be nil.
	Skills func(ctx context.Context, skill string) lang.Text
	// Acts carries out what there is to do: rings, dials, says. It is called by one goroutine at a
	// time, in order, and may call the Service; it must not wait for a person.
	Acts func(Act)
	// Recordings leads to a recording; may be nil.
	Recordings func(ctx context.Context, c Call) (path string)

	mu        sync.Mutex
	core      *Core           // nil until this process routes
	reached   map[string]bool // agents whose telephone is connected to this process
	lease     *limits.Lease
	heard     map[string]int64 // what was read last of each agent's wishes
	acts      []Act
	acting    bool
	unsaved   []func(tx *db.Tx) error
	counted   when.Instant // up to when agents' time is counted
	turn      int64        // how often a process had begun to route when this one did
	busy      time.Duration
	ready     time.Duration
	saved     when.Instant // when that was stored last
	published when.Instant
	level     Level // as stored
}

const (
	leaseName = "contact.queue"
	leaseTime = 5 * time.Second
	tickEvery = 250 * time.Millisecond
	saveEvery = 10 * time.Second // agents' time
	tellEvery = 2 * time.Second  // changed intervals
)

// Run routes calls while this process holds the lease, until the context ends. Another process
// with the same store waits, and takes over within seconds.
func (s *Service) Run(ctx context.Context) error {
	ctx = who.AsSystem(ctx, who.From(ctx).Realm)
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for {
		if err := s.Step(ctx); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "the queue of calls could not do its round", "error", err)
		}
		select {
		case <-ctx.Done():
			return s.stop(context.WithoutCancel(ctx))
		case <-tick.C:
		}
	}
}

// Step is one round of Run: lease, wishes of agents, what is due by time, what is to be stored.
func (s *Service) Step(ctx context.Context) error {
	ok, err := s.hold(ctx)
	if err != nil || !ok {
		return err
	}
	if err := s.hear(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	now := s.Clock()
	s.clocked(now)
	acts, _ := s.core.Tick(now)
	s.acts = append(s.acts, acts...)
	s.mu.Unlock()
	s.deliver()
	return s.save(ctx, now)
}

// Holding reports whether this process routes calls. Who still has callers on the line when it no
// longer does, tells them so and hangs up: their records are closed by whoever took over.
func (s *Service) Holding() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.core != nil
}

// hold takes or renews the lease. With a new one, this process begins where another ended; but one
// that only slept too long, while nobody else took the lease, goes on.
func (s *Service) hold(ctx context.Context) (bool, error) {
	now := s.Clock()
	if s.lease != nil {
		if s.lease.Until.Sub(now) > leaseTime*2/3 {
			return true, nil
		}
		err := s.lease.Renew(ctx, leaseTime)
		if !fault.Is(err, fault.Conflict) {
			return err == nil, err
		}
	}
	lease, err := limits.Acquire(ctx, s.DB, leaseName, leaseTime)
	if fault.Is(err, fault.Conflict) {
		if s.lease != nil {
			s.Log.WarnContext(ctx, "another process routes the calls now")
			s.lose()
		}
		return false, nil
	}
	if err != nil {
		return false, err
	}
	turn, err := s.turnNow(ctx)
	if err != nil {
		return false, err
	}
	slept := s.lease != nil && turn == s.turn
	if s.lease = lease; slept {
		return true, nil
	}
	if err := s.Recover(ctx); err != nil {
		s.lose()
		return false, err
	}
	return true, nil
}

// turnNow is how often a process has begun to route.
func (s *Service) turnNow(ctx context.Context) (turn int64, err error) {
	err = s.DB.ReadLatest(ctx, func(tx *db.Tx) error { return tx.Row(sqlTurn, tx.Realm()).Scan(&turn) })
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return turn, err
}

// lose forgets the queue: whoever has the lease now has closed what stood in it.
func (s *Service) lose() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.core, s.lease, s.acts, s.unsaved = nil, nil, nil, nil
}

func (s *Service) stop(ctx context.Context) error {
	if s.lease == nil {
		return nil
	}
	err := s.save(ctx, when.Instant{})
	lease := s.lease
	s.lose()
	if e := lease.Release(ctx); err == nil {
		err = e
	}
	return err
}

// elsewhere is said while another process routes, or none does yet.
func elsewhere() error { return fault.New(fault.Unavailable, "queue.fault.elsewhere") }

// route changes the queue, if this process holds it.
func (s *Service) route(change func(c *Core, now when.Instant) ([]Act, bool)) (now when.Instant, ok bool, err error) {
	s.mu.Lock()
	if s.core == nil {
		s.mu.Unlock()
		return now, false, elsewhere()
	}
	now = s.Clock()
	s.clocked(now)
	acts, ok := change(s.core, now)
	s.acts = append(s.acts, acts...)
	s.mu.Unlock()
	s.deliver()
	return now, ok, nil
}

// deliver hands the acts over in order, one goroutine at a time, without holding the queue.
func (s *Service) deliver() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.acting {
		return
	}
	s.acting = true
	defer func() { s.acting = false }()
	for len(s.acts) > 0 {
		a := s.acts[0]
		s.acts = s.acts[1:]
		if s.Acts == nil {
			continue
		}
		s.mu.Unlock()
		s.Acts(a)
		s.mu.Lock()
	}
}

// keep stores what has happened already. What can't be stored now is tried again in order.
func (s *Service) keep(ctx context.Context, fn func(tx *db.Tx) error) error {
	s.mu.Lock()
	behind := len(s.unsaved) > 0
	if behind {
		s.unsaved = append(s.unsaved, fn)
	}
	s.mu.Unlock()
	if behind {
		return nil
	}
	ctx = context.WithoutCancel(ctx) // a caller who hangs up must not undo the record
	err := s.DB.WriteLatest(ctx, fn)
	if err != nil && fault.Of(err) == fault.Unavailable {
		s.mu.Lock()
		s.unsaved = append(s.unsaved, fn)
		s.mu.Unlock()
		s.Log.WarnContext(ctx, "a call's record is stored later", "error", err)
		return nil
	}
	return err
}

// Override sets the level by hand, with a reason; an empty level gives it back to the rule.
func (s *Service) Override(ctx context.Context, l Level, reason string) error {
	if l != "" && rankOf(l) < 0 {
		return fault.New(fault.Invalid, "queue.fault.level")
	}
	if l != "" && reason == "" {
		return fault.New(fault.Invalid, "queue.fault.form").At("reason", "queue.wrong.reason")
	}
	by := who.From(ctx).Actor.ID
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(sqlOverride, tx.Realm(), l, reason, by, tx.Now()); err != nil {
			return err
		}
		return note(tx, "override", "centre")
	})
	if err == nil && s.Holding() {
		err = s.hear(ctx)
	}
	return err
}

// Level is the level now, from the store: the same in every process.
func (s *Service) Level(ctx context.Context) (out Standing, err error) {
	err = s.DB.ReadLatest(ctx, func(tx *db.Tx) error {
		out, err = standing(tx)
		return err
	})
	return out, err
}

// Estimate is a waiting caller's place and wait.
func (s *Service) Estimate(call CallID) (place int, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.core == nil {
		return 0, Unknown
	}
	return s.core.Estimate(call)
}

// note writes a supervisor's act into the audit trail.
func note(tx *db.Tx, what, on string) error {
	return audit.Record(tx, audit.Act{What: "queue." + what, On: on, Outcome: audit.Done})
}
