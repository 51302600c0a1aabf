package queue

import (
	"context"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/sign"
)

// The functions that take a transaction check no policy: whoever opened it did.

// numberPlace is where a caller's number stands.
func numberPlace(realm who.Realm, call CallID) sign.Place {
	return sign.Place{Realm: realm, Table: "contact_queue_calls", Column: "number", ID: string(call)}
}

func (s *Service) seal(tx *db.Tx, call CallID, number string) (sealed, index []byte, err error) {
	if number == "" {
		return []byte{}, []byte{}, nil
	}
	if sealed, err = s.Keys.Encrypt(numberPlace(tx.Realm(), call), []byte(number)); err != nil {
		return nil, nil, err
	}
	index, err = s.Keys.BlindIndex(tx.Realm(), "contact_queue_calls", "number", number)
	return sealed, index, err
}

// Call finds a call.
func (s *Service) Call(tx *db.Tx, call CallID) (Call, error) { return callOf(tx, call) }

// CallByReference finds a call by its spoken reference, in its one written form.
func (s *Service) CallByReference(tx *db.Tx, reference string) (Call, error) {
	c, err := scanCall(tx.Row(sqlCallByReference, tx.Realm(), reference))
	if fault.Is(err, fault.NotFound) {
		return c, fault.New(fault.NotFound, "queue.fault.no-call")
	}
	return c, err
}

// Calls lists calls, the newest first.
func (s *Service) Calls(tx *db.Tx, f Filter) ([]Call, error) { return callsOf(tx, f) }

// CallsOfCase lists the calls of a case, the newest first.
func (s *Service) CallsOfCase(tx *db.Tx, of string) ([]Call, error) {
	return db.List(tx, scanCall, sqlCallsOfCase, tx.Realm(), of, mostListed)
}

// NumberOf opens a caller's number; empty when it was withheld or erased. For agents only, and
// whoever shows it records that in the audit trail.
func (s *Service) NumberOf(tx *db.Tx, call CallID) (string, error) {
	var sealed []byte
	err := tx.Row(sqlNumber, tx.Realm(), call).Scan(&sealed)
	if fault.Is(err, fault.NotFound) {
		return "", fault.New(fault.NotFound, "queue.fault.no-call")
	}
	if err != nil || len(sealed) == 0 {
		return "", err
	}
	plain, err := s.Keys.Decrypt(numberPlace(tx.Realm(), call), sealed)
	return string(plain), err
}

// mostEarlier bounds the earlier calls of a number.
const mostEarlier = 20

// EarlierCalls are the last calls from a number, the newest first.
func (s *Service) EarlierCalls(tx *db.Tx, number string) ([]Call, error) {
	if number == "" {
		return nil, nil
	}
	index, err := s.Keys.BlindIndex(tx.Realm(), "contact_queue_calls", "number", number)
	if err != nil {
		return nil, err
	}
	return db.List(tx, scanCall, sqlCallsOfNumber, tx.Realm(), index, mostEarlier)
}

// Link says which case a call belongs to.
func (s *Service) Link(tx *db.Tx, call CallID, caseID string) error {
	return s.one(tx, sqlLink, call, caseID)
}

// Recorded says where the recording of a call stands.
func (s *Service) Recorded(tx *db.Tx, call CallID, blob string) error {
	return s.one(tx, sqlRecorded, call, blob)
}

func (s *Service) one(tx *db.Tx, sql string, call CallID, value string) error {
	ok, err := changedOne(tx, sql, tx.Realm(), call, value)
	if err == nil && !ok {
		return fault.New(fault.NotFound, "queue.fault.no-call")
	}
	return err
}

// Settled notes whether an answered call was an enquiry, and whether it was settled at this call.
// It may be noted again; the figures follow.
func (s *Service) Settled(tx *db.Tx, call CallID, enquiry, atFirst bool) error {
	c, err := callOf(tx, call)
	if err != nil {
		return err
	}
	if c.Answered.IsZero() {
		return fault.New(fault.Conflict, "queue.fault.not-answered")
	}
	atFirst = atFirst && enquiry
	if err := tx.Change(sqlSettle, tx.Realm(), call, enquiry, atFirst, c.Version); err != nil {
		return err
	}
	t := Tally{Enquiries: one(enquiry) - one(c.Enquiry), Settled: one(atFirst) - one(c.AtFirst)}
	if t == (Tally{}) {
		return nil
	}
	return count(tx, c.Arrived, c.Language, c.Skill, t)
}

func one(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Rate keeps what the caller thought of an answered call, from 1 to 5, once.
func (s *Service) Rate(ctx context.Context, call CallID, rating int) error {
	if rating < 1 || rating > 5 {
		return fault.New(fault.Invalid, "queue.fault.rating")
	}
	return s.DB.WriteLatest(ctx, func(tx *db.Tx) error {
		c, err := callOf(tx, call)
		if err != nil {
			return err
		}
		ok, err := changedOne(tx, sqlRate, tx.Realm(), call, rating)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "queue.fault.rated")
		}
		return count(tx, c.Arrived, c.Language, c.Skill, Tally{Ratings: 1, RatingSum: int64(rating)})
	})
}

// SetState is what an agent wants to do: Ready, Break or Off. Who talks does it after the call.
func (s *Service) SetState(ctx context.Context, account string, st AgentState) error {
	if st != Ready && st != Break && st != Off {
		return fault.New(fault.Invalid, "queue.fault.state")
	}
	err := s.DB.WriteLatest(ctx, func(tx *db.Tx) error {
		ok, err := changedOne(tx, sqlWish, tx.Realm(), account, st)
		if err == nil && !ok {
			return fault.New(fault.NotFound, "queue.fault.no-agent")
		}
		return err
	})
	if err == nil && s.Holding() {
		err = s.hear(ctx)
	}
	return err
}

// PutAgent keeps an agent's languages and skills; the state stays. A new agent is off.
func (s *Service) PutAgent(ctx context.Context, a Agent) error {
	if err := a.check(); err != nil {
		return err
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := putAgent(tx, a); err != nil {
			return err
		}
		return note(tx, "agent", a.Account)
	})
	if err == nil && s.Holding() {
		err = s.hear(ctx)
	}
	return err
}

// Agents lists all of them by account, as the process that routes saw them last.
func (s *Service) Agents(ctx context.Context) (out []Agent, err error) {
	err = s.DB.ReadLatest(ctx, func(tx *db.Tx) error {
		out, err = s.agentsOf(tx)
		return err
	})
	return out, err
}

func (s *Service) agentsOf(tx *db.Tx) ([]Agent, error) {
	list, err := agents(tx)
	out := make([]Agent, len(list))
	for i, k := range list {
		out[i] = k.Agent
	}
	return out, err
}

// Of is an agent, and the call that is offered to them, that they talk in or wrap up; nil without.
// In the process that routes it is as of now; elsewhere as it was stored last.
func (s *Service) Of(ctx context.Context, account string) (a Agent, c *Call, err error) {
	s.mu.Lock()
	var current CallID
	known := false
	if s.core != nil {
		a, current, known = s.core.Agent(account)
	}
	s.mu.Unlock()
	err = s.DB.ReadLatest(ctx, func(tx *db.Tx) error {
		if !known {
			k, err := agentOf(tx, account)
			if err != nil {
				return err
			}
			a = k.Agent
			last, err := callsOf(tx, Filter{Agent: account, Limit: 1})
			if err == nil && len(last) > 0 && (last[0].State == IsTalking || a.State == Wrap) {
				current = last[0].ID
			}
			if err != nil {
				return err
			}
		}
		if current == "" {
			return nil
		}
		found, err := callOf(tx, current)
		c = &found
		return err
	})
	return a, c, err
}

// check refuses what no caller could ask for.
func (a Agent) check() error {
	f := fault.New(fault.Invalid, "queue.fault.form")
	if a.Account == "" || len(a.Account) > 100 {
		f = f.At("account", "queue.wrong.account")
	}
	if len(a.Languages) == 0 || !eachIn(a.Languages, Languages()) {
		f = f.At("languages", "queue.wrong.languages")
	}
	for _, k := range a.Skills {
		if k == "" || k == all || len(k) > 60 {
			f = f.At("skills", "queue.wrong.skills")
			break
		}
	}
	if len(a.Skills) > 100 {
		f = f.At("skills", "queue.wrong.skills")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}
