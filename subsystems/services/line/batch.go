package line

import (
	"context"
	"time"

	"praya/kernel/who"
	"praya/platform/db"
)

// Many who come at once change the same row of a line, and on PostgreSQL each would wait until the
// one before is on the disk. So a process gathers what its visitors want of a line, and does it
// in one transaction: what a thousand people want in a second is a few commits.

// maxBatch bounds a transaction, and patience how long anybody waits for it.
const (
	maxBatch = 200
	patience = 15 * time.Second
)

// wish is what one visitor wants of a line.
type wish struct {
	do   func(*turn) error // may run more than once
	done chan outcome
}

type outcome struct {
	state State
	err   error
}

// change does something in a line that is open, together with what others want at this moment.
// A line that is closed is left as it is, and the state says so.
func (s *Service) change(ctx context.Context, line string, do func(*turn) error) (State, error) {
	w := wish{do, make(chan outcome, 1)}
	p := place{who.From(ctx).Realm, line}
	s.mu.Lock()
	m := s.memory(ctx, line)
	m.wishes = append(m.wishes, w)
	if !m.working {
		m.working = true
		go s.work(p, m)
	}
	s.mu.Unlock()
	select {
	case o := <-w.done:
		return o.state, o.err
	case <-ctx.Done():
		return State{}, ctx.Err()
	}
}

// work fulfils wishes until there are none.
func (s *Service) work(p place, m *seen) {
	for {
		s.mu.Lock()
		n := min(len(m.wishes), maxBatch)
		if n == 0 {
			m.working = false
			s.mu.Unlock()
			return
		}
		batch := m.wishes[:n:n]
		m.wishes = m.wishes[n:]
		s.mu.Unlock()
		s.fulfil(p, batch)
	}
}

// fulfil does a batch; when one of it fails, each by itself, so that it fails alone.
func (s *Service) fulfil(p place, batch []wish) {
	st, err := s.together(p, batch)
	if err != nil && len(batch) > 1 {
		for i := range batch {
			s.fulfil(p, batch[i:i+1])
		}
		return
	}
	for _, w := range batch {
		w.done <- outcome{st, err}
	}
}

func (s *Service) together(p place, batch []wish) (st State, err error) {
	ctx, cancel := context.WithTimeout(who.AsSystem(context.Background(), p.realm), patience)
	defer cancel()
	err = s.DB.WriteLatest(ctx, func(tx *db.Tx) error {
		st, err = change(tx, p.line, func(t *turn) error {
			for _, w := range batch {
				if err := w.do(t); err != nil {
					return err
				}
			}
			return nil
		})
		return err
	})
	return st, err
}
