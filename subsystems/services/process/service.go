package process

import (
	"log/slog"
	"sync"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/sign"
)

// Service publishes definitions and runs them. Operations is filled before the first instance
// starts. Functions that take a transaction do all they do in it, and ask no policy.
type Service struct {
	DB         *db.DB
	Clock      when.Clock
	Keys       *sign.Ring // seals variables
	Operations map[string]Operation
	Log        *slog.Logger

	models    cache[*Model]
	decisions cache[*Table]
	heads     cache[head] // of versions that were made before
	holidays  holidays
}

// Operation is what a service task does, inside the step's own transaction. It gives variables to
// set, or an error: a *BPMNError takes an error boundary; any other fails the step, which in a job
// is tried again, and then parked. The instance that it gets is not in the store as it stands: it
// calls nothing of this service about it.
type Operation func(tx *db.Tx, i Instance, input map[string]any) (map[string]any, error)

// maxCached bounds how many compiled models stay in memory.
const maxCached = 256

// cache keeps what was compiled under the hash of its text, or what is known of a version that
// was made before: it can't be stale, nor of a transaction that was undone.
type cache[T any] struct {
	mu   sync.Mutex
	made map[string]T
}

func (c *cache[T]) get(digest string, compile func() (T, error)) (T, error) {
	if v, ok := c.look(digest); ok {
		return v, nil
	}
	v, err := compile()
	if err == nil {
		c.put(digest, v)
	}
	return v, err
}

func (c *cache[T]) look(key string) (v T, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok = c.made[key]
	return v, ok
}

func (c *cache[T]) put(key string, v T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		c.made = map[string]T{}
	}
	for k := range c.made {
		if len(c.made) < maxCached {
			break
		}
		delete(c.made, k)
	}
	c.made[key] = v
}

// holidays keeps the calendar of a realm for a second: reading it for every task that has a day
// was a quarter of what a step costs.
type holidays struct {
	mu   sync.Mutex
	kept map[who.Realm]keptCalendar
}

type keptCalendar struct {
	at       when.Instant
	calendar when.Calendar
}

func (h *holidays) working(tx *db.Tx) (when.Calendar, error) {
	h.mu.Lock()
	k, ok := h.kept[tx.Realm()]
	h.mu.Unlock()
	if age := tx.Now().Sub(k.at); ok && age >= 0 && age < time.Second {
		return k.calendar, nil
	}
	c, err := calendar.Working(tx)
	if err != nil {
		return c, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.kept == nil {
		h.kept = map[who.Realm]keptCalendar{}
	}
	h.kept[tx.Realm()] = keptCalendar{tx.Now(), c}
	return c, nil
}

// model is a version, compiled.
func (s *Service) model(tx *db.Tx, key string, version int64, digest string) (*Model, error) {
	return s.models.get(digest, func() (*Model, error) {
		raw, err := rawOf(tx, Processes, key, version)
		if err != nil {
			return nil, err
		}
		return readSound(raw)
	})
}

// readSound reads a definition that must have no problems.
func readSound(raw []byte) (*Model, error) {
	m, err := ReadModel(raw)
	if err != nil {
		return nil, err
	}
	if problems := m.Check(Known{}); len(problems) > 0 {
		return nil, Refused(problems)
	}
	return m, nil
}

// Refused is the fault that says all problems of a definition, each a field named by its element.
func Refused(problems []Problem) *fault.Fault {
	f := fault.New(fault.Invalid, "process.refused")
	for _, p := range problems {
		f = f.At(p.Element, p.Key)
	}
	return f
}
