package contact

import (
	"context"
	"errors"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/platform/db"
	"praya/subsystems/contact/queue"
	"praya/subsystems/contact/voice"
)

// talk is a call from the moment at which an agent is asked for.
type talk struct {
	id       queue.CallID
	language string
	caller   *voice.Call
	number   string
	acts     chan queue.Act
	joined   chan leg // an agent has picked up
	asked    bool     // for an agent: the queue knows of it

	room  *voice.Room
	agent leg
	over  bool // for the agent, who may have handed the caller on
	held  bool
	third *voice.Call // of a conference or a transfer
}

// leg is an agent's end.
type leg struct {
	account string
	call    *voice.Call
}

// keptActs bounds what a talk has not looked at yet. Announcements that come on top are dropped.
const keptActs = 16

func (s *Service) begin(c *voice.Call, spoken string) *talk {
	t := &talk{
		id: id.New[queue.CallID](s.Clock()), language: spoken, caller: c, number: c.From(),
		acts: make(chan queue.Act, keptActs), joined: make(chan leg, 1),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.talks[t.id] = t
	return t
}

func (s *Service) forget(t *talk) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.talks, t.id)
	delete(s.looked, t.id)
}

// act carries out what the queue wants. The queue waits for it, so it only passes things on.
func (s *Service) act(a queue.Act) {
	ctx := s.system()
	switch a.Kind {
	case queue.Offer:
		s.offer(ctx, a, s.Queue.Rules.RingFor, s.ring)
	case queue.PlaceCallBack:
		s.offer(ctx, a, s.Queue.Rules.DialFor, s.callBack)
	case queue.Withdraw:
		s.mu.Lock()
		if o := s.offered[a.Agent]; o.call == a.Call && o.stop != nil {
			o.stop() // the telephone rings no longer
			delete(s.offered, a.Agent)
		}
		s.mu.Unlock()
	default:
		if t := s.talkOf(a.Call); t != nil {
			select {
			case t.acts <- a:
			default: // it is told again
			}
		}
	}
}

// offer is a call for which an agent's telephone rings.
type offer struct {
	call queue.CallID
	stop context.CancelFunc
}

func (s *Service) offer(ctx context.Context, a queue.Act, long time.Duration, do func(context.Context, queue.Act)) {
	ctx, stop := context.WithTimeout(ctx, long)
	s.mu.Lock()
	s.offered[a.Agent] = offer{a.Call, stop}
	s.mu.Unlock()
	go func() {
		defer stop()
		do(ctx, a)
	}()
}

// ring lets an agent's telephones ring. In the browser the console shows the call, and the agent
// presses a button.
func (s *Service) ring(ctx context.Context, a queue.Act) {
	t := s.talkOf(a.Call)
	if t == nil {
		return
	}
	end, err := s.Voice.RingPhone(ctx, a.Agent, t.number)
	if err != nil {
		if !errors.Is(err, voice.ErrNoPhone) {
			s.Log.InfoContext(ctx, "agent's telephone", "agent", a.Agent, "outcome", err.Error())
		}
		return // the queue takes the offer back: in its time, or when the telephone has gone
	}
	if err := s.join(ctx, t, leg{a.Agent, end}); err != nil {
		end.HangUp()
	}
}

// Accept is the answer of an agent whose telephone is in the browser.
func (s *Service) Accept(ctx context.Context, account string) error {
	end, ok := s.Voice.BrowserOf(account)
	if !ok {
		return fault.New(fault.Conflict, "contact.fault.no-phone")
	}
	s.mu.Lock()
	t := s.talks[s.offered[account].call]
	s.mu.Unlock()
	if t == nil {
		return noCall()
	}
	return s.join(ctx, t, leg{account, end})
}

func (s *Service) join(ctx context.Context, t *talk, end leg) error {
	if err := s.Queue.Answered(ctx, t.id, end.account); err != nil {
		return err
	}
	s.mu.Lock()
	o := s.offered[end.account]
	delete(s.offered, end.account)
	s.mu.Unlock()
	if o.stop != nil {
		o.stop() // who answers in the browser lets the telephone on the desk rest
	}
	t.joined <- end
	return nil
}

// callBack dials somebody whose turn has come, once their agent is on the line.
func (s *Service) callBack(ctx context.Context, a queue.Act) {
	number, record, err := s.promised(ctx, a.Call)
	if err == nil {
		err = s.dialPromised(ctx, a, number, record)
	}
	if err != nil {
		s.note(ctx, "call back", s.Queue.CallBackFailed(s.system(), a.Call, err.Error()))
	}
}

func (s *Service) promised(ctx context.Context, call queue.CallID) (number string, record queue.Call, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if record, err = s.Queue.Call(tx, call); err != nil {
			return err
		}
		number, err = s.Queue.NumberOf(tx, call)
		return err
	})
	return number, record, err
}

func (s *Service) dialPromised(ctx context.Context, a queue.Act, number string, record queue.Call) error {
	end, own := s.Voice.BrowserOf(a.Agent)
	if !own {
		var err error
		if end, err = s.Voice.RingPhone(ctx, a.Agent, number); err != nil {
			return err
		}
	}
	person, err := s.Voice.Dial(ctx, number)
	if err != nil {
		if !own {
			end.HangUp()
		}
		return err
	}
	t := &talk{id: a.Call, language: record.Language, caller: person, number: number, acts: make(chan queue.Act, keptActs), joined: make(chan leg, 1)}
	s.mu.Lock()
	s.talks[t.id] = t
	s.mu.Unlock()
	if err := s.join(ctx, t, leg{a.Agent, end}); err != nil {
		person.HangUp()
		s.forget(t)
		return err
	}
	go func() {
		defer s.forget(t)
		defer person.HangUp()
		s.converse(s.system(), t, <-t.joined)
	}()
	return nil
}

// converse lets caller and agent speak, and then asks the caller how it was. It gives true when
// the agent's line broke, and the caller is still there.
func (s *Service) converse(ctx context.Context, t *talk, agent leg) (broken bool) {
	room := voice.NewRoom(t.caller, agent.call)
	s.mu.Lock()
	t.agent, t.room, t.over = agent, room, false
	s.mu.Unlock()
	tape := s.record(ctx, t.id, "talk")
	room.Record(tape)
	_ = room.Wait(ctx) // the context ends all of them
	room.Record(nil)
	s.part(ctx, t)
	s.keep(ctx, tape)
	room.Close()
	if _, own := s.Voice.BrowserOf(agent.account); !own {
		agent.call.HangUp()
	}
	if gone(t.caller) {
		return false
	}
	if why := agent.call.Why(); why == voice.WhyQuiet || why == voice.WhyLost {
		return true
	}
	s.survey(ctx, t)
	return false
}

// part ends the conversation for the agent, once.
func (s *Service) part(ctx context.Context, t *talk) {
	s.mu.Lock()
	was := t.over
	t.over = true
	s.mu.Unlock()
	if !was {
		s.note(ctx, "end of call", s.Queue.Ended(context.WithoutCancel(ctx), t.id))
	}
}

func (s *Service) survey(ctx context.Context, t *talk) {
	key, err := t.caller.Ask(ctx, surveyWait, s.prompt(t.language, "survey"))
	if err != nil || key < '1' || key > '5' {
		return
	}
	s.note(ctx, "rating", s.Queue.Rate(ctx, t.id, int(key-'0')))
	_ = t.caller.Play(ctx, s.prompt(t.language, "survey-thanks"))
}

const surveyWait = 8 * time.Second

func gone(c *voice.Call) bool {
	select {
	case <-c.Done():
		return true
	default:
		return false
	}
}

// note logs what went wrong where nobody waits for an answer.
func (s *Service) note(ctx context.Context, what string, err error) {
	if err != nil {
		s.Log.ErrorContext(ctx, "contact: "+what, "error", err)
	}
}
