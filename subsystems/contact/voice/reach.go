package voice

import (
	"context"
	"sync"
	"time"
)

// reach is what was told of the agents' telephones.
type reach struct {
	mu   sync.Mutex
	told map[string]bool // accounts of which it was said that a telephone can ring
}

// Registered reports whether a telephone of the account could ring now: one
// that registered, or the browser.
func (s *Service) Registered(account string) bool {
	s.setup()
	if len(s.phones.of(account, s.Clock())) > 0 {
		return true
	}
	c, ok := s.BrowserOf(account)
	if !ok {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.begun
}

// tell says when an agent's telephones begin or cease to be able to ring. It
// looks while it holds the lock, so that what is said last is true.
func (s *Service) tell(account string) {
	if s.Reach == nil || account == "" {
		return
	}
	s.reach.mu.Lock()
	defer s.reach.mu.Unlock()
	on := s.Registered(account)
	if s.reach.told[account] == on {
		return
	}
	if s.reach.told[account] = on; !on {
		delete(s.reach.told, account)
	}
	s.Reach(account, on)
}

// watchReach finds the registrations that have run out.
func (s *Service) watchReach(ctx context.Context) {
	each := time.NewTicker(time.Second)
	defer each.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-each.C:
			s.reach.mu.Lock()
			var all []string
			for account := range s.reach.told {
				all = append(all, account)
			}
			s.reach.mu.Unlock()
			for _, account := range all {
				s.tell(account)
			}
		}
	}
}
