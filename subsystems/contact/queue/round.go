package queue

import (
	"context"
	"encoding/json"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/events"
)

// clocked counts agents' time up to now; the caller holds the lock.
func (s *Service) clocked(now when.Instant) {
	if d := now.Sub(s.counted); !s.counted.IsZero() && d > 0 {
		n := s.core.States()
		s.busy += d * time.Duration(n[Offered]+n[Talking]+n[Wrap])
		s.ready += d * time.Duration(n[Ready])
	}
	s.counted = now
}

// round is what a round stores.
type round struct {
	changed []Agent
	written []Written
	level   Level
	from    when.Instant // since when agents' time is in it
	time    Tally
}

// save stores what the round changed: records that had to wait, agents, level, wraps, agents' time,
// and the events of quarters that changed. A zero instant is the end: all of it, now.
func (s *Service) save(ctx context.Context, now when.Instant) error {
	if err := s.catchUp(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	due := now.IsZero() || now.Sub(s.saved) >= saveEvery || quarterOf(now) != quarterOf(s.saved)
	tell := now.IsZero() || now.Sub(s.published) >= tellEvery
	r := round{changed: s.core.Changed(), written: s.core.Written(), level: s.core.level, from: s.saved}
	if due {
		r.time = Tally{BusyMS: milliseconds(s.busy), ReadyMS: milliseconds(s.ready)}
	}
	old := s.level
	s.mu.Unlock()
	if len(r.changed)+len(r.written) > 0 || r.level != old || r.time != (Tally{}) {
		if err := s.DB.WriteLatest(ctx, r.save); err != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.core.again(r.changed, r.written)
			return err
		}
	}
	s.mu.Lock()
	s.level = r.level
	if due {
		s.busy -= time.Duration(r.time.BusyMS) * time.Millisecond
		s.ready -= time.Duration(r.time.ReadyMS) * time.Millisecond
		s.saved = now
	}
	if tell {
		s.published = now
	}
	s.mu.Unlock()
	if tell {
		return s.Publish(ctx)
	}
	return nil
}

// catchUp stores the records that had to wait, in their order.
func (s *Service) catchUp(ctx context.Context) error {
	for {
		s.mu.Lock()
		if len(s.unsaved) == 0 {
			s.mu.Unlock()
			return nil
		}
		next := s.unsaved[0]
		s.mu.Unlock()
		err := s.DB.WriteLatest(ctx, next)
		if fault.Is(err, fault.Unavailable) {
			return err
		}
		if err != nil {
			s.Log.ErrorContext(ctx, "a call's record could not be stored", "error", err)
		}
		s.mu.Lock()
		s.unsaved = s.unsaved[1:]
		s.mu.Unlock()
	}
}

func (r round) save(tx *db.Tx) error {
	for _, a := range r.changed {
		if err := putAgentState(tx, a); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(sqlSetLevel, tx.Realm(), r.level); err != nil {
		return err
	}
	l := newLedger()
	if err := wrapped(tx, r.written, l); err != nil {
		return err
	}
	if r.time != (Tally{}) && !r.from.IsZero() {
		l.add(r.from, all, all, r.time)
	}
	return l.write(tx)
}

// SubjectInterval is the subject of the event that a quarter's counters have changed.
const SubjectInterval = "contact.queue.interval"

// IntervalChanged is its data: all that the quarter counts so far, not what is new.
type IntervalChanged struct {
	From      when.Instant `json:"from"` // the quarter's first instant
	Day       string       `json:"day"`  // in Hong Kong
	Offered   int64        `json:"offered"`
	Within    int64        `json:"within"`
	Answered  int64        `json:"answered"`
	Abandoned int64        `json:"abandoned"`
	Voicemail int64        `json:"voicemail"`
	CallBack  int64        `json:"callback"`
	Enquiries int64        `json:"enquiries"`
	Settled   int64        `json:"settled"`
	Ratings   int64        `json:"ratings"`
	RatingSum int64        `json:"rating_sum"`
}

// mostTold bounds the quarters of one transaction.
const mostTold = 200

// Publish publishes the quarters that changed, each once however many calls changed it: a consumer
// that computes measures from them is not asked to do so for every call.
func (s *Service) Publish(ctx context.Context) error {
	return s.DB.WriteLatest(ctx, func(tx *db.Tx) error {
		list, err := changes(tx, mostTold)
		if err != nil {
			return err
		}
		for _, c := range list {
			if err := publish(tx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

func publish(tx *db.Tx, c change) error {
	ok, err := changedOne(tx, sqlPublished, tx.Realm(), c.start, c.changes)
	if err != nil || !ok {
		return err // it changed again: the next round publishes it
	}
	t, err := total(tx, Quarter, c.start.String())
	if err != nil {
		return err
	}
	data, err := json.Marshal(IntervalChanged{
		c.start, c.start.Day().String(), t.Offered, t.Within, t.Answered, t.Abandoned, t.Voicemail, t.CallBack, t.Enquiries, t.Settled, t.Ratings, t.RatingSum,
	})
	if err != nil {
		return err
	}
	return events.Publish(tx, events.Event{Subject: SubjectInterval, Data: data})
}

// Recover begins where a process ended that held the queue: what it left open is closed as
// interrupted, its agents are free, and promised call-backs wait again. Run does it when it takes
// the lease.
func (s *Service) Recover(ctx context.Context) error {
	core := NewCore(s.Rules)
	now := s.Clock()
	err := s.DB.WriteLatest(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(sqlNextTurn, tx.Realm()); err != nil {
			return err
		}
		return interruptAll(tx, now)
	})
	if err != nil {
		return err
	}
	var promised []Call
	turn, err := s.turnNow(ctx)
	if err != nil {
		return err
	}
	var st Standing
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if promised, err = openCalls(tx, IsPromised, core.rules.MostPromised); err != nil {
			return err
		}
		st, err = standing(tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range promised {
		core.Arrive(now, c.caller())
	}
	core.Override(st.Override)
	s.mu.Lock()
	for account := range s.reached {
		core.Reach(now, account, true)
	}
	s.core, s.heard, s.level, s.turn = core, map[string]int64{}, st.ByRule, turn
	s.counted, s.saved, s.published = now, now, now
	s.busy, s.ready = 0, 0
	s.mu.Unlock()
	return s.hear(ctx)
}

// interruptAll closes what stands open, and sums what it counts, so that rows are changed in one order.
func interruptAll(tx *db.Tx, now when.Instant) error {
	l := newLedger()
	for _, st := range []CallState{IsWaiting, IsTalking} {
		for {
			open, err := openCalls(tx, st, mostListed)
			if err != nil {
				return err
			}
			for _, c := range open {
				if _, err := tx.Exec(sqlInterrupt, tx.Realm(), c.ID, now); err != nil {
					return err
				}
				t := Tally{Interrupted: 1}
				if st == IsTalking {
					t = Tally{Handled: 1, HandledMS: milliseconds(now.Sub(c.Answered))}
				}
				l.add(c.Arrived, c.Language, c.Skill, t)
			}
			if len(open) < mostListed {
				break
			}
		}
	}
	return l.write(tx)
}

// hear reads what agents wish and what the supervisor set, and tells the core what is new.
func (s *Service) hear(ctx context.Context) error {
	var list []kept
	var st Standing
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if list, err = agents(tx); err != nil {
			return err
		}
		st, err = standing(tx)
		return err
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	if s.core == nil {
		s.mu.Unlock()
		return nil
	}
	now := s.Clock()
	s.clocked(now)
	s.core.Override(st.Override)
	for _, k := range list {
		if s.heard[k.Account] >= k.setNo {
			continue
		}
		s.heard[k.Account] = k.setNo
		a := k.Agent
		a.State = k.wish
		acts, _ := s.core.SetAgent(now, a)
		s.acts = append(s.acts, acts...)
	}
	s.mu.Unlock()
	s.deliver()
	return nil
}
