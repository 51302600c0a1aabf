package contact

import (
	"context"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/queue"
	"praya/subsystems/contact/voice"
)

// Console is what an agent sees: their state, their call, and what is known of who calls.
type Console struct {
	Agent   queue.Agent
	Call    *queue.Call // offered, talked in or wrapped up; nil without
	Number  string      // empty: withheld
	Cases   []cases.Case
	Earlier []queue.Call
	Browser bool   // the telephone in the browser is connected
	Phone   string // name of the agent's own telephone
	Held    bool
	Third   bool // somebody else is in the call
	Live    bool // caller and agent are on the line
}

func (s *Service) mayWork(ctx context.Context) error {
	return s.Policy.Allow(ctx, "contact.console", access.Resource{Type: "Console", ID: "contact"})
}

// Console reads the actor's own.
func (s *Service) Console(ctx context.Context) (c Console, err error) {
	if err := s.mayWork(ctx); err != nil {
		return c, err
	}
	account := who.From(ctx).Actor.ID
	c.Agent, c.Call, err = s.Queue.Of(ctx, account)
	if fault.Is(err, fault.NotFound) { // takes calls for the first time
		c.Agent, err = queue.Agent{Account: account, State: queue.Off}, nil
	}
	if err != nil {
		return c, err
	}
	if s.Listens {
		_, c.Browser = s.Voice.BrowserOf(account)
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if c.Phone, _, err = phoneOf(tx, account); err != nil || c.Call == nil {
			return err
		}
		if c.Number, err = s.Queue.NumberOf(tx, c.Call.ID); err != nil || c.Number == "" {
			return err
		}
		if c.Cases, err = s.Cases.ByPhone(tx, c.Number); err != nil {
			return err
		}
		c.Earlier, err = s.Queue.EarlierCalls(tx, c.Number)
		return err
	})
	if err != nil || c.Call == nil {
		return c, err
	}
	s.live(&c)
	return c, s.look(ctx, c)
}

// look records, once a call, that its number was shown.
func (s *Service) look(ctx context.Context, c Console) error {
	s.mu.Lock()
	known := s.looked[c.Call.ID] || c.Number == ""
	if !known && s.talks[c.Call.ID] != nil {
		s.looked[c.Call.ID] = true
	}
	s.mu.Unlock()
	if known {
		return nil
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		return audit.Record(tx, audit.Act{What: "contact.number.shown", On: string(c.Call.ID), Outcome: audit.Done})
	})
}

func (s *Service) live(c *Console) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.talks[c.Call.ID]; t != nil && t.room != nil && !t.over {
		c.Live, c.Held, c.Third = true, t.held, t.third != nil
	}
}

// SetState is what an agent wants to do.
func (s *Service) SetState(ctx context.Context, to queue.AgentState) error {
	if err := s.mayWork(ctx); err != nil {
		return err
	}
	account := who.From(ctx).Actor.ID
	if _, _, err := s.Queue.Of(ctx, account); fault.Is(err, fault.NotFound) {
		err := s.Queue.PutAgent(who.AsSystem(ctx, who.From(ctx).Realm), queue.Agent{Account: account, Languages: queue.Languages(), Skills: []string{queue.AllSkills}})
		if err != nil {
			return err
		}
	}
	return s.Queue.SetState(ctx, account, to)
}

// own is the actor's conversation.
func (s *Service) own(ctx context.Context) (*talk, error) {
	if err := s.mayWork(ctx); err != nil {
		return nil, err
	}
	_, call, err := s.Queue.Of(ctx, who.From(ctx).Actor.ID)
	if err != nil {
		return nil, err
	}
	if call == nil {
		return nil, noCall()
	}
	t := s.talkOf(call.ID)
	s.mu.Lock()
	defer s.mu.Unlock()
	if t == nil || t.room == nil || t.over || t.agent.account != who.From(ctx).Actor.ID {
		return nil, noCall()
	}
	return t, nil
}

// Answer takes the call that is offered to the actor, on the telephone in their browser.
func (s *Service) Answer(ctx context.Context) error {
	if err := s.mayWork(ctx); err != nil {
		return err
	}
	return s.Accept(ctx, who.From(ctx).Actor.ID)
}

// Hold lets the caller hear music, or takes them back.
func (s *Service) Hold(ctx context.Context) error {
	t, err := s.own(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	t.held = !t.held
	held := t.held
	s.mu.Unlock()
	if held {
		t.room.Hold(t.caller, voice.Music())
	} else {
		t.room.Hold(t.caller, nil)
	}
	return nil
}

// HangUp ends the actor's conversation: the caller is asked how it was.
func (s *Service) HangUp(ctx context.Context) error {
	t, err := s.own(ctx)
	if err != nil {
		return err
	}
	s.part(ctx, t)
	t.room.Close()
	return nil
}

// Conference brings a number outside into the call.
func (s *Service) Conference(ctx context.Context, number string) error {
	t, err := s.own(ctx)
	if err != nil {
		return err
	}
	return s.bringIn(ctx, t, number)
}

func (s *Service) bringIn(ctx context.Context, t *talk, number string) error {
	third, err := s.Voice.Dial(ctx, number)
	if err != nil {
		return fault.New(fault.Conflict, "contact.fault.unreached").Because(err)
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		return audit.Record(tx, audit.Act{What: "contact.conference", On: string(t.id), Outcome: audit.Done})
	})
	if err != nil {
		third.HangUp()
		return err
	}
	s.mu.Lock()
	t.third = third
	s.mu.Unlock()
	t.room.Add(third)
	return nil
}

// Transfer leaves the caller with who was brought in.
func (s *Service) Transfer(ctx context.Context) error {
	t, err := s.own(ctx)
	if err != nil {
		return err
	}
	return s.handOver(ctx, t)
}

func (s *Service) handOver(ctx context.Context, t *talk) error {
	s.mu.Lock()
	third := t.third
	s.mu.Unlock()
	if third == nil || gone(third) {
		return fault.New(fault.Conflict, "contact.fault.nobody")
	}
	s.part(ctx, t)
	t.room.Remove(t.agent.call)
	return nil
}

// transfer is what an agent's telephone asks for with its transfer key.
func (s *Service) transfer(_ context.Context, end *voice.Call, to string) error {
	s.mu.Lock()
	var of *talk
	for _, t := range s.talks {
		if t.agent.call == end && !t.over {
			of = t
		}
	}
	s.mu.Unlock()
	if of == nil {
		return noCall()
	}
	ctx := s.system()
	if err := s.bringIn(ctx, of, to); err != nil {
		return err
	}
	return s.handOver(ctx, of)
}

// dialOut is a call that an agent makes from their own telephone: by the trunk, or nowhere.
func (s *Service) dialOut(ctx context.Context, c *voice.Call) {
	other, err := s.Voice.Dial(ctx, c.To())
	if err != nil {
		c.Reject(404, "Not Found", 0)
		return
	}
	defer other.HangUp()
	if c.Answer(ctx) == nil {
		room := voice.NewRoom(c, other)
		defer room.Close()
		_ = room.Wait(ctx) // the context ends both
	}
}

// Written is what an agent notes of a call.
type Written struct {
	Enquiry, AtFirst bool
	Case             cases.CaseID // to which it belongs; empty: to none
}

// WriteDown notes what a call was, and lets the agent take the next one.
func (s *Service) WriteDown(ctx context.Context, call queue.CallID, w Written) error {
	if err := s.mayWork(ctx); err != nil {
		return err
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		known, err := s.Queue.Call(tx, call)
		if err != nil {
			return err
		}
		if known.Agent != who.From(ctx).Actor.ID {
			return noCall()
		}
		if w.Case != "" {
			if err := s.Queue.Link(tx, call, string(w.Case)); err != nil {
				return err
			}
		}
		return s.Queue.Settled(tx, call, w.Enquiry, w.AtFirst)
	})
	if err != nil {
		return err
	}
	return s.Queue.Wrapped(ctx, call)
}
