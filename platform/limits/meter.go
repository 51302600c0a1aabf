package limits

import (
	"context"
	"sync"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

// Meter takes allowances from the store in lots and hands them out one by one, for what is
// asked thousands of times a second: one write for a lot, not one for each. Several
// processes share the allowance; each may hold a lot that the others miss.
type Meter struct {
	DB   *db.DB
	Rate Rate
	Lot  int // at most a quarter of the burst, so that a few processes can hold one each

	mu   sync.Mutex
	held map[string]*lot
}

// lot is what a process holds of a key's allowance.
type lot struct {
	mu    sync.Mutex
	left  int
	until when.Instant // then it is worth nothing, as if it had been spent
}

// keeps bounds how long a lot is good for, and most how many a process remembers.
const (
	keeps = 10 * time.Second
	most  = 10_000
)

// Take is the function of the same name, from the lot.
func (m *Meter) Take(ctx context.Context, key string) (wait time.Duration, err error) {
	now := m.DB.Clock()()
	l := m.lotOf(key, now)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left > 0 && now.Before(l.until) {
		l.left--
		return 0, nil
	}
	if wait, err = take(ctx, m.DB, key, m.Rate, m.Lot); err == nil {
		l.left, l.until = m.Lot-1, now.Add(keeps)
		return 0, nil
	}
	if !fault.Is(err, fault.TooMany) {
		return wait, err
	}
	return take(ctx, m.DB, key, m.Rate, 1) // what is left of the allowance may be less than a lot
}

func (m *Meter) lotOf(key string, now when.Instant) *lot {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.held[key]; l != nil {
		return l
	}
	if m.held == nil || len(m.held) >= most {
		m.held = map[string]*lot{} // forgetting costs each key a lot, at worst
	}
	l := &lot{until: now}
	m.held[key] = l
	return l
}
