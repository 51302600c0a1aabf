package queue

import (
	"context"
	"errors"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
)

// Arrive puts a caller on record and into the queue. The number is sealed; empty: withheld. Only
// the process that routes takes callers in; another says Unavailable.
func (s *Service) Arrive(ctx context.Context, c Caller, number string) error {
	if c.ID == "" || c.Language == "" || len(c.Language) > 8 || len(c.Skill) > 60 || strings.ContainsAny(c.Skill, " \n") || c.Skill == all || c.Skill == AllSkills {
		return fault.New(fault.Invalid, "queue.fault.caller")
	}
	if !s.Holding() {
		return elsewhere()
	}
	if c.Arrived.IsZero() {
		c.Arrived = s.Clock()
	}
	call := Call{ID: c.ID, Language: c.Language, Skill: c.Skill, Priority: c.Priority, Arrived: c.Arrived}
	err := s.DB.WriteLatest(ctx, func(tx *db.Tx) error {
		sealed, index, err := s.seal(tx, c.ID, number)
		if err != nil {
			return err
		}
		call.Reference = tx.Draw(id.Reference)
		if err := insertCall(tx, call, sealed, index); err != nil {
			return err
		}
		return count(tx, c.Arrived, c.Language, c.Skill, Tally{Offered: 1})
	})
	if err != nil {
		return err
	}
	_, _, err = s.route(func(core *Core, now when.Instant) ([]Act, bool) { return core.Arrive(now, c) })
	if err == nil {
		return nil
	}
	// The lease was lost just now: whoever has it may have looked for open calls already.
	now := s.Clock()
	return errors.Join(err, s.keep(ctx, func(tx *db.Tx) error { return leave(tx, c.ID, Interrupted, now) }))
}

// Leave records how a caller went who was not answered.
func (s *Service) Leave(ctx context.Context, call CallID, how Outcome) error {
	if !how.leaves() {
		return fault.New(fault.Invalid, "queue.fault.outcome")
	}
	now, _, err := s.route(func(core *Core, now when.Instant) ([]Act, bool) { return core.Leave(now, call) })
	if err != nil {
		now = s.Clock() // the record is closed all the same
	}
	return s.keep(ctx, func(tx *db.Tx) error { return leave(tx, call, how, now) })
}

func leave(tx *db.Tx, call CallID, how Outcome, now when.Instant) error {
	c, err := callOf(tx, call)
	if err != nil || c.State != IsWaiting {
		return err
	}
	ok, err := changedOne(tx, sqlLeave, tx.Realm(), call, how, now, milliseconds(now.Sub(c.Arrived)), IsWaiting)
	if err != nil || !ok {
		return err
	}
	t := Tally{}
	switch how {
	case Abandoned:
		t.Abandoned = 1
	case Voicemail:
		t.Voicemail = 1
	case Refused:
		t.Refused = 1
	default:
		t.Interrupted = 1
	}
	return count(tx, c.Arrived, c.Language, c.Skill, t)
}

// PromiseCallBack ends the call on the line and keeps its place: the person is dialled when it is
// their turn. With no number it can't, and beyond Rules.MostPromised it won't: voicemail is left.
func (s *Service) PromiseCallBack(ctx context.Context, call CallID, number string) error {
	if number == "" {
		return fault.New(fault.Invalid, "queue.fault.number")
	}
	now, ok, err := s.route(func(core *Core, now when.Instant) ([]Act, bool) { return core.Promise(now, call) })
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Conflict, "queue.fault.no-promise")
	}
	return s.keep(ctx, func(tx *db.Tx) error {
		c, err := callOf(tx, call)
		if err != nil {
			return err
		}
		sealed, index, err := s.seal(tx, call, number)
		if err != nil {
			return err
		}
		ok, err := changedOne(tx, sqlPromise, tx.Realm(), call, milliseconds(now.Sub(c.Arrived)), sealed, index)
		if err != nil || !ok {
			return err
		}
		return count(tx, c.Arrived, c.Language, c.Skill, Tally{CallBack: 1})
	})
}

// CallBackFailed says that the person was not reached: it is tried again later, and after
// Rules.Tries it is over. Why is for the log, without personal data.
func (s *Service) CallBackFailed(ctx context.Context, call CallID, why string) error {
	gone := false
	now, ok, err := s.route(func(core *Core, now when.Instant) (acts []Act, ok bool) {
		acts, gone, ok = core.CallBackFailed(now, call)
		return acts, ok
	})
	if err != nil || !ok {
		return err
	}
	s.Log.InfoContext(ctx, "a call-back reached nobody", "call", string(call), "why", why, "over", gone)
	if !gone {
		return nil
	}
	return s.keep(ctx, func(tx *db.Tx) error {
		c, err := callOf(tx, call)
		if err != nil {
			return err
		}
		_, err = changedOne(tx, sqlLeave, tx.Realm(), call, Unreached, now, milliseconds(c.Waited), IsPromised)
		return err
	})
}

// Answered records that an agent and the caller whom they were offered talk. An offer that was
// withdrawn meanwhile is a Conflict: the agent's telephone is to be hung up.
func (s *Service) Answered(ctx context.Context, call CallID, agent string) error {
	now, ok, err := s.route(func(core *Core, now when.Instant) ([]Act, bool) { return core.Answered(now, call, agent) })
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Conflict, "queue.fault.not-offered")
	}
	return s.keep(ctx, func(tx *db.Tx) error { return s.answered(tx, call, agent, now) })
}

func (s *Service) answered(tx *db.Tx, call CallID, agent string, now when.Instant) error {
	c, err := callOf(tx, call)
	if err != nil {
		return err
	}
	wait := now.Sub(c.Arrived)
	if c.State == IsPromised {
		ok, err := changedOne(tx, sqlAnswer, tx.Realm(), call, CalledBack, agent, now, milliseconds(wait), IsPromised)
		if err != nil || !ok {
			return err
		}
		return count(tx, c.Arrived, c.Language, c.Skill, Tally{CalledBack: 1})
	}
	ok, err := changedOne(tx, sqlAnswer, tx.Realm(), call, Answered, agent, now, milliseconds(wait), IsWaiting)
	if err != nil || !ok {
		return err
	}
	t := Tally{Answered: 1, WaitedMS: milliseconds(wait)}
	if wait <= s.Rules.filled().Target {
		t.Within = 1
	}
	if err := count(tx, c.Arrived, c.Language, c.Skill, t); err != nil {
		return err
	}
	return countWait(tx, c.Arrived, wait)
}

// Missed says that the agent did not pick up. An offer that was withdrawn already is no news.
func (s *Service) Missed(_ context.Context, call CallID, agent string) error {
	_, _, err := s.route(func(core *Core, now when.Instant) ([]Act, bool) { return core.Missed(now, call, agent) })
	return err
}

// Reach says whether a telephone of an agent that is connected to this process can ring. Under
// Rules.Connected nobody else is offered calls; a process that takes the lease begins with what it
// was told.
func (s *Service) Reach(account string, on bool) {
	s.mu.Lock()
	if s.reached == nil {
		s.reached = map[string]bool{}
	}
	if s.reached[account] = on; !on {
		delete(s.reached, account)
	}
	s.mu.Unlock()
	_, _, _ = s.route(func(core *Core, now when.Instant) ([]Act, bool) { return core.Reach(now, account, on) }) // where another process routes, it asks its own telephones
}

// Ended records the end of a conversation; the agent wraps it up.
func (s *Service) Ended(ctx context.Context, call CallID) error {
	now, _, err := s.route(func(core *Core, now when.Instant) ([]Act, bool) { return core.Ended(now, call) })
	if err != nil {
		now = s.Clock()
	}
	return s.keep(ctx, func(tx *db.Tx) error {
		c, err := callOf(tx, call)
		if err != nil {
			return err
		}
		ok, err := changedOne(tx, sqlEndCall, tx.Realm(), call, now)
		if err != nil || !ok {
			return err
		}
		return count(tx, c.Arrived, c.Language, c.Skill, Tally{Handled: 1, HandledMS: milliseconds(now.Sub(c.Answered))})
	})
}

// Wrapped says that the agent has written the call down and is ready. The next round stores it.
func (s *Service) Wrapped(_ context.Context, call CallID) error {
	_, _, err := s.route(func(core *Core, now when.Instant) ([]Act, bool) { return core.Wrapped(now, call) })
	return err
}

// wrapped adds the wraps to the handling time. A call without a record has nothing to add.
func wrapped(tx *db.Tx, list []Written, l *ledger) error {
	for _, w := range list {
		c, err := callOf(tx, w.Call)
		if fault.Is(err, fault.NotFound) || err == nil && c.Ended.IsZero() {
			continue
		}
		if err != nil {
			return err
		}
		l.add(c.Arrived, c.Language, c.Skill, Tally{HandledMS: milliseconds(w.At.Sub(c.Ended))})
	}
	return nil
}
