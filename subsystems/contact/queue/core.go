package queue

import (
	"slices"
	"time"

	"praya/kernel/when"
)

// Core is the queue itself: pure, and on whatever clock its callers have. Every method that
// changes it takes the present instant, and gives what there is to do, in order. What does not fit
// the state (an answer to an offer that was withdrawn) changes nothing and says false.
type Core struct {
	rules Rules
	calls map[CallID]*party
	lines []*line // one for each language and skill that anybody asked for
	later []*party
	staff []*seat // by account
	seats map[string]*seat
	wraps map[CallID]*seat
	reach map[string]bool // by account: a telephone can ring

	seq      int64
	onLine   int // waiting with the telephone at the ear
	promised int // call-backs that are not answered yet
	handling time.Duration

	level    Level
	override Level
	calmed   when.Instant // since when the measure asks for less than the level; zero: it does not

	acts    []Act
	changed map[string]bool
	written []Written
}

// Written is a call whose wrap is over.
type Written struct {
	Call CallID
	At   when.Instant
}

// NewCore makes an empty queue. What the rules leave at zero is as Defaults.
func NewCore(r Rules) *Core {
	r = r.filled()
	return &Core{
		rules: r, calls: map[CallID]*party{}, seats: map[string]*seat{}, wraps: map[CallID]*seat{}, reach: map[string]bool{},
		handling: r.Handling, level: Normal, changed: map[string]bool{},
	}
}

func (c *Core) done(ok bool) ([]Act, bool) {
	out := c.acts
	c.acts = nil
	return out, ok
}

func (c *Core) act(a Act) { c.acts = append(c.acts, a) }

// Arrive takes a caller in.
func (c *Core) Arrive(now when.Instant, who Caller) ([]Act, bool) {
	if _, known := c.calls[who.ID]; known {
		return c.done(false)
	}
	if who.Arrived.IsZero() {
		who.Arrived = now
	}
	c.seq++
	p := &party{Caller: who, seq: c.seq, said: now}
	p.rank = who.Arrived.Add(-time.Duration(who.Priority) * c.rules.HeadStart)
	c.calls[p.ID] = p
	if p.CallBack {
		c.promised++
		c.enter(p)
		c.match(now)
		return c.done(true)
	}
	if c.seatFor(p) == nil && c.full(p) {
		p.stage = putOff
		c.act(Act{Kind: PutOff, Call: p.ID})
		return c.done(true)
	}
	c.enter(p)
	c.match(now)
	if p.stage == waiting {
		c.announce(p)
	}
	return c.done(true)
}

// full reports whether this caller gets no place on the line.
func (c *Core) full(p *party) bool {
	return c.onLine >= c.rules.MostWaiting || c.Level() == Overloaded && p.Priority < c.rules.Overload.Urgent
}

// enter puts a caller into the line where their order says.
func (c *Core) enter(p *party) {
	p.stage, p.seat = waiting, nil
	l := c.lineOf(p)
	l.waiting = slices.Insert(l.waiting, l.ahead(p), p)
	if !p.CallBack {
		c.onLine++
	}
}

// exit takes a caller who waits out of the line.
func (c *Core) exit(p *party) {
	l := c.lineOf(p)
	i := l.ahead(p)
	l.waiting = slices.Delete(l.waiting, i, i+1)
	if !p.CallBack {
		c.onLine--
	}
}

func (c *Core) lineOf(p *party) *line {
	for _, l := range c.lines {
		if l.language == p.Language && l.skill == p.Skill {
			return l
		}
	}
	l := &line{language: p.Language, skill: p.Skill}
	c.lines = append(c.lines, l)
	return l
}

// Leave takes out a caller who is not talking: hung up, or went to voicemail.
func (c *Core) Leave(now when.Instant, call CallID) ([]Act, bool) {
	p := c.calls[call]
	if p == nil || p.stage == talking {
		return c.done(false)
	}
	c.release(now, p)
	c.drop(p)
	c.match(now)
	return c.done(true)
}

// release takes a caller from where they stand: line, offer, or those who are tried later.
func (c *Core) release(now when.Instant, p *party) {
	switch p.stage {
	case waiting:
		c.exit(p)
	case offered:
		c.act(Act{Kind: Withdraw, Call: p.ID, Agent: p.seat.Account})
		c.free(now, p.seat)
	case retrying:
		c.later = slices.DeleteFunc(c.later, func(q *party) bool { return q == p })
	}
	p.seat = nil
}

func (c *Core) drop(p *party) {
	delete(c.calls, p.ID)
	if p.CallBack && p.stage != talking {
		c.promised--
	}
}

// Promise turns a caller who waits or is put off into a call-back that keeps the place. It says
// false when there are as many as can be kept.
func (c *Core) Promise(now when.Instant, call CallID) ([]Act, bool) {
	p := c.calls[call]
	if p == nil || p.stage == talking || p.CallBack || c.promised >= c.rules.MostPromised {
		return c.done(false)
	}
	c.release(now, p)
	p.CallBack = true
	c.promised++
	c.enter(p)
	c.match(now)
	return c.done(true)
}

// Answered joins a caller and the agent to whom they were offered; of a call-back, agent and
// person have both answered.
func (c *Core) Answered(now when.Instant, call CallID, agent string) ([]Act, bool) {
	p := c.calls[call]
	if p == nil || p.stage != offered || p.seat.Account != agent {
		return c.done(false)
	}
	p.stage, p.answered = talking, now
	if p.CallBack {
		c.promised--
	}
	c.state(now, p.seat, Talking)
	return c.done(true)
}

// Missed says that the agent did not pick up.
func (c *Core) Missed(now when.Instant, call CallID, agent string) ([]Act, bool) {
	p := c.calls[call]
	if p == nil || p.stage != offered || p.seat.Account != agent {
		return c.done(false)
	}
	c.missed(now, p)
	c.match(now)
	return c.done(true)
}

func (c *Core) missed(now when.Instant, p *party) {
	s := p.seat
	s.call, s.then = nil, ""
	c.state(now, s, Break)
	p.front = true
	c.enter(p)
}

// CallBackFailed says that the person was not reached. It is tried again later, or over: gone.
func (c *Core) CallBackFailed(now when.Instant, call CallID) (acts []Act, gone, ok bool) {
	p := c.calls[call]
	if p == nil || p.stage != offered || !p.CallBack {
		return nil, false, false
	}
	s := p.seat
	p.seat, p.tries = nil, p.tries+1
	c.free(now, s)
	if gone = p.tries >= c.rules.Tries; gone {
		c.drop(p)
	} else {
		p.stage, p.again = retrying, now.Add(c.rules.RetryAfter)
		c.later = append(c.later, p)
	}
	c.match(now)
	acts, _ = c.done(true)
	return acts, gone, true
}

// Ended ends a conversation; the agent wraps up.
func (c *Core) Ended(now when.Instant, call CallID) ([]Act, bool) {
	p := c.calls[call]
	if p == nil || p.stage != talking {
		return c.done(false)
	}
	s := p.seat
	s.call, s.last, s.from = nil, p.ID, p.answered
	c.wraps[p.ID] = s
	c.state(now, s, Wrap)
	c.drop(p)
	return c.done(true)
}

// Wrapped says that the agent has written a call down.
func (c *Core) Wrapped(now when.Instant, call CallID) ([]Act, bool) {
	s := c.wraps[call]
	if s == nil {
		return c.done(false)
	}
	c.wrapped(now, s, "")
	c.match(now)
	return c.done(true)
}

// smoothing is how many calls the mean handling time looks back on, roughly.
const smoothing = 50

func (c *Core) wrapped(now when.Instant, s *seat, then AgentState) {
	delete(c.wraps, s.last)
	c.handling += (now.Sub(s.from) - c.handling) / smoothing
	if then == "" {
		then = s.then
	}
	if then == "" {
		then = Ready
	}
	c.written = append(c.written, Written{s.last, now})
	s.last, s.then = "", ""
	c.state(now, s, then)
}

// free makes an agent ready who was offered a call that is not to be: they have been idle since
// before, and do not lose their turn.
func (c *Core) free(now when.Instant, s *seat) {
	since := s.Since
	s.call = nil
	if c.state(now, s, Ready); s.State == Ready {
		s.Since = since
	}
}

// state changes what an agent does. Who would be ready, but has no telephone that can ring, is
// unconnected: nobody waits for them.
func (c *Core) state(now when.Instant, s *seat, st AgentState) {
	if st == Ready && c.rules.Connected && !c.reach[s.Account] {
		st = Unconnected
	}
	if s.State != st {
		if st != Offered {
			s.Since = now
		}
		s.State = st
	}
	c.changed[s.Account] = true
}

// SetAgent brings an agent's languages and skills, and what the agent wants to do: Ready, Break or
// Off; an empty state leaves that as it is. Who talks does it after the call.
func (c *Core) SetAgent(now when.Instant, a Agent) ([]Act, bool) {
	s := c.seats[a.Account]
	if s == nil {
		s = &seat{Agent: Agent{Account: a.Account, State: Off, Since: now}}
		c.seats[a.Account] = s
		i, _ := slices.BinarySearchFunc(c.staff, a.Account, func(s *seat, name string) int { return compare(s.Account, name) })
		c.staff = slices.Insert(c.staff, i, s)
	}
	s.Languages, s.Skills = slices.Clone(a.Languages), slices.Clone(a.Skills)
	ok := a.State == "" || c.want(now, s, a.State)
	c.match(now)
	return c.done(ok)
}

func (c *Core) want(now when.Instant, s *seat, st AgentState) bool {
	if st != Ready && st != Break && st != Off {
		return false
	}
	switch s.State {
	case Talking:
		s.then = st
	case Wrap:
		c.wrapped(now, s, st)
	case Offered:
		if st == Ready {
			return true
		}
		c.takeBack(now, s)
		c.state(now, s, st)
	default:
		c.state(now, s, st)
	}
	return true
}

// takeBack ends an offer for which the caller can't help: they go to the front.
func (c *Core) takeBack(now when.Instant, s *seat) {
	p := s.call
	c.release(now, p)
	p.front = true
	c.enter(p)
}

// Reach says whether a telephone of an agent can ring. A call that is offered when it no longer
// can goes to somebody else; one that they speak in goes on.
func (c *Core) Reach(now when.Instant, account string, on bool) ([]Act, bool) {
	if c.reach[account] == on {
		return c.done(false)
	}
	if c.reach[account] = on; !on {
		delete(c.reach, account)
	}
	s := c.seats[account]
	switch {
	case s == nil || !c.rules.Connected:
	case on && s.State == Unconnected, !on && s.State == Ready:
		c.state(now, s, Ready)
	case !on && s.State == Offered:
		c.takeBack(now, s)
	}
	c.match(now)
	return c.done(true)
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Tick does what is due by time alone: a few times a second, or whenever the clock has moved.
func (c *Core) Tick(now when.Instant) ([]Act, bool) {
	for _, s := range c.staff {
		switch {
		case s.State == Offered && now.Sub(s.call.since) >= c.patience(s.call):
			c.act(Act{Kind: Withdraw, Call: s.call.ID, Agent: s.Account})
			c.missed(now, s.call)
		case s.State == Wrap && now.Sub(s.Since) >= c.rules.WrapFor:
			c.wrapped(now, s, "")
		}
	}
	c.later = slices.DeleteFunc(c.later, func(p *party) bool {
		if now.Before(p.again) {
			return false
		}
		c.enter(p)
		return true
	})
	c.match(now)
	c.measure(now)
	for _, p := range c.due(now) {
		p.said = now
		c.announce(p)
	}
	return c.done(true)
}

func (c *Core) patience(p *party) time.Duration {
	if p.CallBack {
		return c.rules.DialFor
	}
	return c.rules.RingFor
}

// due are those on the line who have heard nothing for long.
func (c *Core) due(now when.Instant) (out []*party) {
	for _, l := range c.lines {
		for _, p := range l.waiting {
			if !p.CallBack && now.Sub(p.said) >= c.rules.Announce {
				out = append(out, p)
			}
		}
	}
	slices.SortFunc(out, func(p, q *party) int { return int(p.seq - q.seq) })
	return out
}
