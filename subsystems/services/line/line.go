package line

import (
	"context"
	"sync"
	"time"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
)

// byItself stands where else an operator's word does.
const (
	byItself   = "itself"
	byOperator = "operator"
)

// Names tells what a line's service is called.
type Names interface {
	Name(ctx context.Context, line string) (lang.Text, error)
}

// Service has the use cases. Its fields are given by app/.
type Service struct {
	DB     *db.DB
	Policy *access.Policy
	Names  Names // may be nil: then the code is shown

	mu    sync.Mutex
	lines map[place]*seen        // what this process remembers; the store knows better
	none  map[place]when.Instant // which lines were not there, a moment ago
}

// place is a line of a realm.
type place struct {
	realm who.Realm
	line  string
}

// seen is what a process remembers of a line.
type seen struct {
	state   State
	read    when.Instant
	inside  map[string]when.Instant // who went in while it was closed, and when they were last seen
	brought int64                   // the round into which those were brought
	tried   when.Instant            // when this process last tried to call
	wishes  []wish                  // what visitors want of it
	working bool                    // somebody does what is wished
}

// remembered is how long what was read of a closed line counts.
const remembered = time.Second

// maxKnown bounds the memory for each line.
const maxKnown = 200_000

// memory is what is remembered of a line that is there: names from addresses are not, so that
// nobody fills the memory with them.
func (s *Service) memory(ctx context.Context, line string) *seen {
	if s.lines == nil {
		s.lines = map[place]*seen{}
	}
	p := place{who.From(ctx).Realm, line}
	m := s.lines[p]
	if m == nil {
		m = &seen{inside: map[string]when.Instant{}}
		s.lines[p] = m
	}
	return m
}

// peek is a line as it stands: from memory when it was closed a moment ago, else from the store.
func (s *Service) peek(ctx context.Context, line string) (State, error) {
	s.mu.Lock()
	m := s.lines[place{who.From(ctx).Realm, line}]
	if m != nil && !m.state.Open && s.DB.Clock()().Sub(m.read) < remembered {
		defer s.mu.Unlock()
		return m.state, nil
	}
	if at, ok := s.none[place{who.From(ctx).Realm, line}]; ok && s.DB.Clock()().Sub(at) < remembered {
		s.mu.Unlock()
		return State{Settings: Settings{Line: line}}, nil
	}
	s.mu.Unlock()
	return s.look(ctx, line)
}

// crowds notes who goes into a closed line, and says whether it must open.
func (s *Service) crowds(ctx context.Context, line, holder string, now when.Instant) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.memory(ctx, line).note(holder, now)
}

// note remembers who is inside a closed line that may open by itself, and says whether there are
// more than it allows.
func (m *seen) note(holder string, now when.Instant) bool {
	if !m.state.ByItself || holder == "" {
		return false
	}
	if _, known := m.inside[holder]; !known && int64(len(m.inside)) >= m.state.Most {
		m.forget(now)
		if int64(len(m.inside)) >= m.state.Most {
			return true
		}
	}
	if len(m.inside) < maxKnown {
		m.inside[holder] = now
	}
	return false
}

func (m *seen) forget(now when.Instant) {
	for h, at := range m.inside {
		if now.Sub(at) >= m.state.length() {
			delete(m.inside, h)
		}
	}
}

// look reads a line and remembers it.
func (s *Service) look(ctx context.Context, line string) (st State, err error) {
	err = s.DB.ReadLatest(ctx, func(tx *db.Tx) error {
		st, err = stateOf(tx, line)
		return err
	})
	switch {
	case err == nil && st.found:
		s.remember(ctx, st)
	case err == nil:
		s.missed(ctx, line)
	}
	return st, err
}

// mostMissed bounds the memory for lines that are not there: names come from addresses.
const mostMissed = 1000

func (s *Service) missed(ctx context.Context, line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.none) >= mostMissed || s.none == nil {
		s.none = map[place]when.Instant{}
	}
	s.none[place{who.From(ctx).Realm, line}] = s.DB.Clock()()
}

func (s *Service) remember(ctx context.Context, st State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.none, place{who.From(ctx).Realm, st.Line})
	m := s.memory(ctx, st.Line)
	m.state, m.read = st, s.DB.Clock()()
}

// Enter is the question at the door: may this holder go in? It gives the ticket of who must wait.
// A line that nobody has set, or that is closed, lets everybody in.
func (s *Service) Enter(ctx context.Context, line, holder string) (ok bool, t Ticket, err error) {
	st, err := s.peek(ctx, line)
	if err != nil {
		return false, t, err
	}
	if !st.found {
		return true, t, nil
	}
	if !st.Open {
		if !s.crowds(ctx, line, holder, s.DB.Clock()()) {
			return true, t, nil
		}
		if st, err = s.open(ctx, line, byItself); err != nil {
			return false, t, err
		}
	}
	if err := s.bringIn(ctx, st); err != nil {
		return false, t, err
	}
	return s.enterOpen(ctx, st, holder)
}

// enterOpen reads first: who is inside, and was seen a moment ago, costs no write.
func (s *Service) enterOpen(ctx context.Context, st State, holder string) (ok bool, t Ticket, err error) {
	now := s.DB.Clock()()
	err = s.DB.ReadLatest(ctx, func(tx *db.Tx) error {
		t, err = standing(tx, st, holder, now)
		return err
	})
	if err != nil {
		return false, t, err
	}
	switch {
	case t.Standing == Inside && t.Until.Sub(now) > st.length():
		return true, t, nil
	case t.Standing == Lost:
		return false, t, nil
	case t.Standing == Waiting && !s.mayCall(ctx, st, now):
		return false, t, nil
	}
	after, err := s.change(ctx, st.Line, func(c *turn) (err error) {
		ok, t, err = c.enter(holder)
		return err
	})
	return ok || err == nil && !after.Open, t, err
}

// enter takes the holder one step on: into the line, or inside.
func (t *turn) enter(holder string) (bool, Ticket, error) {
	ticket, err := standing(t.tx, t.s, holder, t.now)
	if err != nil {
		return false, ticket, err
	}
	switch ticket.Standing {
	case Inside:
		return true, ticket, t.stay(holder)
	case Called:
		return true, ticket, t.goIn(holder, ticket.Number)
	case None, Over:
		return t.joinAndEnter(holder, ticket)
	}
	return false, ticket, nil
}

// mayCall reports whether it is worth trying to call somebody now: at most once a second in a
// process, however many wait.
func (s *Service) mayCall(ctx context.Context, st State, now when.Instant) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.memory(ctx, st.Line)
	if now.Sub(m.tried) < time.Second {
		return false
	}
	if n, _ := st.next(now); n == 0 && st.Inside < st.Most {
		return false
	}
	m.tried = now
	return true
}

// bringIn makes tickets, once in a round, of those whom this process let in while it was closed.
func (s *Service) bringIn(ctx context.Context, st State) error {
	s.mu.Lock()
	m := s.memory(ctx, st.Line)
	if m.brought == st.Round {
		s.mu.Unlock()
		return nil
	}
	m.forget(s.DB.Clock()())
	holders := make([]string, 0, len(m.inside))
	for h := range m.inside {
		holders = append(holders, h)
	}
	m.brought, m.inside = st.Round, map[string]when.Instant{}
	s.mu.Unlock()
	if len(holders) == 0 {
		return nil
	}
	if _, err := s.change(ctx, st.Line, func(t *turn) error { return t.bring(holders) }); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		m.brought = 0 // the next visitor tries again
		for _, h := range holders {
			m.inside[h] = s.DB.Clock()()
		}
		return err
	}
	return nil
}

// Place is where a holder stands, with an estimate. It calls who is due, now and then.
func (s *Service) Place(ctx context.Context, line, holder string) (st State, t Ticket, err error) {
	now := s.DB.Clock()()
	if st, err = s.look(ctx, line); err != nil || !st.Open {
		return st, t, err
	}
	if s.mayCall(ctx, st, now) {
		if st, err = s.step(ctx, line); err != nil {
			return st, t, err
		}
	}
	err = s.DB.ReadLatest(ctx, func(tx *db.Tx) error {
		if t, err = standing(tx, st, holder, now); err != nil || t.Standing != Waiting {
			return err
		}
		called, over, err := rate(tx, st, now)
		t.From, t.To = estimate(now, t.Ahead, called, over)
		return err
	})
	return st, t, err
}

// rate is how many were called in the last minutes, and in how long.
func rate(tx *db.Tx, st State, now when.Instant) (called int64, over time.Duration, err error) {
	since := now.Add(-measured)
	if since.Before(st.Opened) {
		since = st.Opened
	}
	list, err := minutes(tx, st.Line, since)
	for _, m := range list {
		called += m.Called
	}
	return called, max(now.Sub(since), time.Minute), err
}

// step settles and calls.
func (s *Service) step(ctx context.Context, line string) (State, error) {
	return s.change(ctx, line, func(*turn) error { return nil })
}

// Rejoin puts somebody whose turn was lost at the end of the line.
func (s *Service) Rejoin(ctx context.Context, line, holder string) error {
	_, err := s.change(ctx, line, func(t *turn) error {
		ticket, err := standing(t.tx, t.s, holder, t.now)
		if err != nil || ticket.Standing != Lost && ticket.Standing != None && ticket.Standing != Over {
			return err
		}
		return t.join(holder, ticket.Standing != None)
	})
	return err
}

// Out gives the place of somebody who is done to the next one.
func (s *Service) Out(ctx context.Context, line, holder string) error {
	st, err := s.peek(ctx, line)
	if err != nil || !st.found || holder == "" {
		return err
	}
	s.mu.Lock()
	delete(s.memory(ctx, line).inside, holder)
	s.mu.Unlock()
	if !st.Open {
		return nil
	}
	_, err = s.change(ctx, line, func(t *turn) error { return t.goOut(holder) })
	return err
}

// Adopt gives a browser's ticket to the account that has signed in with it. An account that has
// a ticket of its own keeps that one.
func (s *Service) Adopt(ctx context.Context, line, browser, account string) error {
	return s.DB.WriteLatest(ctx, func(tx *db.Tx) error {
		st, err := held(tx, line)
		if err != nil || !st.Open {
			return err
		}
		if _, found, err := ticketOf(tx, st, account); err != nil || found {
			return err
		}
		return tx.Do(sqlRename, tx.Realm(), line, st.Round, browser, account)
	})
}
