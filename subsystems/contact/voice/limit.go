package voice

import (
	"net/netip"
	"sync"

	"praya/kernel/when"
)

// allowance is how often something may be done: so many a second, and a burst
// of so many at once.
type allowance struct {
	tokens float64
	at     when.Instant
}

func (a *allowance) take(now when.Instant, perSecond, burst float64) bool {
	if a.at.IsZero() {
		a.tokens = burst
	} else {
		a.tokens = min(burst, a.tokens+max(0, now.Sub(a.at).Seconds())*perSecond)
	}
	a.at = now
	if a.tokens < 1 {
		return false
	}
	a.tokens--
	return true
}

// sources bounds what each source does. It remembers a bounded number of them;
// in a flood from more, the rest share one allowance.
type sources struct {
	mu    sync.Mutex
	known map[netip.Addr]*allowance
	rest  allowance
	swept when.Instant
}

const mostSources = 10_000

func (s *sources) take(from netip.Addr, now when.Instant, perSecond, burst float64) bool {
	if from.Is6() && !from.Is4In6() { // who has one IPv6 address has 2^64
		if p, err := from.Prefix(64); err == nil {
			from = p.Addr()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.known[from]
	if a == nil {
		if len(s.known) >= mostSources {
			s.forget(now)
		}
		if len(s.known) >= mostSources {
			return s.rest.take(now, perSecond, burst)
		}
		if s.known == nil {
			s.known = map[netip.Addr]*allowance{}
		}
		a = &allowance{}
		s.known[from] = a
	}
	return a.take(now, perSecond, burst)
}

// forget drops those who have been still long enough to have their burst back.
func (s *sources) forget(now when.Instant) {
	if !s.swept.IsZero() && now.Sub(s.swept).Seconds() < 1 {
		return
	}
	s.swept = now
	for from, a := range s.known {
		if now.Sub(a.at).Seconds() > 60 {
			delete(s.known, from)
		}
	}
}

// spent reports whether a source has used up its allowance, without taking
// from it.
func (s *sources) spent(from netip.Addr, now when.Instant) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.known[from]
	return a != nil && a.tokens+max(0, now.Sub(a.at).Seconds())*failsASecond < 1
}
