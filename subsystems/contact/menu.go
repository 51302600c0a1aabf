package contact

import (
	"context"
	"errors"
	"time"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/queue"
	"praya/subsystems/contact/voice"
)

// What callers are asked, how often and for how long.
const (
	askTimes      = 3
	keyWait       = 6 * time.Second
	longestRecord = 3 * time.Minute
)

func (s *Service) system() context.Context {
	return who.AsSystem(context.Background(), who.Production)
}

// incoming is a caller's whole way.
func (s *Service) incoming(ctx context.Context, c *voice.Call) {
	ctx = who.AsSystem(ctx, who.Production)
	c.Ringing()
	if c.Account() != "" { // an agent's own telephone
		s.dialOut(ctx, c)
		return
	}
	if err := c.Answer(ctx); err != nil {
		return
	}
	spoken, err := s.askLanguage(ctx, c)
	if err != nil {
		return
	}
	if err := c.Play(ctx, s.prompt(spoken, "recorded")); err != nil {
		return
	}
	s.sayLevel(ctx, c, spoken)
	wish, err := s.askWish(ctx, c, spoken)
	if err != nil {
		return
	}
	if wish == leaveMessage {
		t := s.begin(c, spoken)
		defer s.forget(t)
		s.takeMessage(ctx, t)
		return
	}
	s.wait(ctx, c, spoken, wish)
}

// ask asks a question until a key fits, at most askTimes. Who presses nothing gets usual.
func ask(ctx context.Context, c *voice.Call, fits map[byte]string, usual string, retry voice.Sound, sounds ...voice.Sound) (string, error) {
	for range askTimes {
		key, err := c.Ask(ctx, keyWait, sounds...)
		if errors.Is(err, voice.ErrNoKey) {
			return usual, nil
		}
		if err != nil {
			return "", err
		}
		if v, ok := fits[key]; ok {
			return v, nil
		}
		if err := c.Play(ctx, retry); err != nil {
			return "", err
		}
	}
	return usual, nil
}

func (s *Service) askLanguage(ctx context.Context, c *voice.Call) (string, error) {
	return ask(ctx, c, map[byte]string{'1': queue.Cantonese, '2': queue.Putonghua, '3': queue.English}, queue.Cantonese,
		s.prompt(queue.Cantonese, "not-understood"),
		s.prompt(queue.Cantonese, "welcome"), s.prompt(queue.Putonghua, "welcome"), s.prompt(queue.English, "welcome"))
}

// What callers may want, as skills of agents; a message needs none.
const (
	anyWish      = ""
	report       = "report"
	followUp     = "follow"
	leaveMessage = "message"
)

// Skills are the topics of the menu.
func Skills() []string { return []string{report, followUp} }

func (s *Service) askWish(ctx context.Context, c *voice.Call, spoken string) (string, error) {
	const again = "again"
	for range askTimes {
		wish, err := ask(ctx, c, map[byte]string{'1': anyWish, '2': report, '3': followUp, '4': leaveMessage, '9': again}, anyWish,
			s.prompt(spoken, "not-understood"), s.prompt(spoken, "menu"))
		if err != nil || wish != again {
			return wish, err
		}
	}
	return anyWish, nil
}

// sayLevel says that it takes longer today.
func (s *Service) sayLevel(ctx context.Context, c *voice.Call, spoken string) {
	st, err := s.Queue.Level(ctx)
	if err == nil && st.Level() != queue.Normal {
		_ = c.Play(ctx, s.prompt(spoken, "overload"))
	}
}

// wait brings a caller to an agent.
func (s *Service) wait(ctx context.Context, c *voice.Call, spoken, skill string) {
	priority := 0
	for {
		t := s.begin(c, spoken)
		err := s.Queue.Arrive(ctx, queue.Caller{ID: t.id, Language: spoken, Skill: skill, Priority: priority, Arrived: s.Clock()}, c.From())
		if err != nil {
			if !fault.Is(err, fault.Unavailable) {
				s.note(ctx, "arrival", err)
			}
			if c.Play(ctx, s.prompt(spoken, "closed")) == nil {
				s.takeMessage(ctx, t)
			}
			s.forget(t)
			return
		}
		t.asked = true
		again := s.serve(ctx, t)
		s.forget(t)
		if !again {
			return
		}
		priority = 9 // to the front: the line broke at our end
		if c.Play(ctx, s.prompt(spoken, "agent-gone")) != nil {
			return
		}
	}
}

// serve keeps a caller company until an agent answers, and lets them speak. It gives true when
// the agent's line broke.
func (s *Service) serve(ctx context.Context, t *talk) (again bool) {
	for {
		sound, quiet := context.WithCancel(ctx)
		go t.caller.Keep(sound, voice.Music())
		select {
		case end := <-t.joined:
			quiet()
			return s.converse(ctx, t, end)
		case <-t.caller.Done():
			quiet()
			s.leave(ctx, t, queue.Abandoned)
			return false
		case <-ctx.Done():
			quiet()
			return false
		case a := <-t.acts:
			quiet()
			if end, done := s.tell(ctx, t, a); end != nil {
				return s.converse(ctx, t, *end)
			} else if done {
				return false
			}
		}
	}
}

// tell says something to who waits. An agent who answers meanwhile stops it.
func (s *Service) tell(ctx context.Context, t *talk, a queue.Act) (end *leg, done bool) {
	sound, stop := context.WithCancel(ctx)
	defer stop()
	finished := make(chan bool, 1)
	go func() { finished <- s.say(sound, t, a) }()
	select {
	case e := <-t.joined:
		stop()
		<-finished
		return &e, false
	case done := <-finished:
		return nil, done
	}
}

// say gives true when the caller does not wait on the line any longer.
func (s *Service) say(ctx context.Context, t *talk, a queue.Act) (done bool) {
	c := t.caller
	switch a.Kind {
	case queue.Announce:
		_ = c.Play(ctx, s.place(t.language, a)...)
		return false
	case queue.ProposeCallBack:
		if !s.mayCallBack(t) {
			return false
		}
		key, err := c.Ask(ctx, keyWait, s.prompt(t.language, "callback-offer"))
		return err == nil && key == '1' && s.promise(ctx, t)
	case queue.PutOff:
		if s.mayCallBack(t) {
			key, err := c.Ask(ctx, keyWait, s.prompt(t.language, "overload"), s.prompt(t.language, "callback-offer"))
			if err == nil && key == '1' && s.promise(ctx, t) {
				return true
			}
		}
		s.takeMessage(ctx, t)
		return true
	}
	return false
}

func (s *Service) mayCallBack(t *talk) bool { return s.CallsBack && t.number != "" }

func (s *Service) promise(ctx context.Context, t *talk) bool {
	if err := s.Queue.PromiseCallBack(ctx, t.id, t.number); err != nil {
		return false
	}
	_ = t.caller.Play(ctx, s.prompt(t.language, "callback-done"))
	return true
}

func (s *Service) prompt(spoken, name string) voice.Sound {
	return s.Voice.Voice().Prompt(spoken, name)
}

func (s *Service) number(spoken string, n int) []voice.Sound {
	return s.Voice.Voice().Number(spoken, n)
}

// place says how many are before a caller, and for how long.
func (s *Service) place(spoken string, a queue.Act) (out []voice.Sound) {
	if a.Place > 0 && a.Place < 100 {
		out = append(append(out, s.prompt(spoken, "place")), s.number(spoken, a.Place)...)
		out = append(out, s.prompt(spoken, "place-after"))
	}
	minutes := int((a.Wait + time.Minute - 1) / time.Minute)
	switch {
	case a.Wait < 0 || minutes > 99:
	case minutes <= 1:
		out = append(out, s.prompt(spoken, "wait-soon"))
	default:
		out = append(out, s.prompt(spoken, "wait"))
		out = append(append(out, s.number(spoken, minutes)...), s.prompt(spoken, "minutes"))
	}
	return out
}

func (s *Service) leave(ctx context.Context, t *talk, how queue.Outcome) {
	s.note(ctx, "leaving", s.Queue.Leave(context.WithoutCancel(ctx), t.id, how))
}

// takeMessage records what a caller has to say, and makes a case of it, so that somebody answers.
func (s *Service) takeMessage(ctx context.Context, t *talk) {
	c := t.caller
	if c.Play(ctx, s.prompt(t.language, "voicemail"), voice.Beep()) != nil {
		if t.asked {
			s.leave(ctx, t, queue.Abandoned)
		}
		return
	}
	tape := s.record(ctx, t.id, "message")
	_ = c.Voicemail(ctx, longestRecord, tape) // whatever was said is kept
	ctx = context.WithoutCancel(ctx)
	if t.asked {
		s.leave(ctx, t, queue.Voicemail)
	}
	s.keep(ctx, tape)
	s.note(ctx, "message", s.DB.Write(ctx, func(tx *db.Tx) error {
		opened, _, err := s.Cases.Open(tx, cases.New{
			Kind: cases.Enquiry, Channel: "phone", Language: language(t.language), Contact: cases.Contact{Phone: t.number}, Call: string(t.id), By: cases.Machine,
			Title: s.Words.In(language(t.language)).T("contact.message.title"), Text: s.Words.In(language(t.language)).T("contact.message.text"),
		})
		if err != nil {
			return err
		}
		if !t.asked {
			return nil
		}
		return s.Queue.Link(tx, t.id, string(opened.ID))
	}))
	_ = c.Play(ctx, s.prompt(t.language, "voicemail-thanks"))
}
