package queue

import (
	"slices"
	"time"

	"praya/kernel/when"
)

// Estimate is a waiting caller's place, from 1, and how long it may take. The place counts
// everybody, called back or on the line, who is served before and could be served by an agent who
// could serve this caller; the wait is the place times the mean handling time, shared by the
// agents who could. Without such an agent the wait is Unknown. Who does not wait has place 0.
func (c *Core) Estimate(call CallID) (place int, wait time.Duration) {
	p := c.calls[call]
	if p == nil || p.stage != waiting {
		return 0, 0
	}
	return c.estimate(p)
}

func (c *Core) estimate(p *party) (place int, wait time.Duration) {
	able := 0
	var spoken []string
	for _, s := range c.staff {
		if !s.State.present() || !s.serves(p.Language, p.Skill) {
			continue
		}
		able++
		for _, l := range s.Languages {
			if !slices.Contains(spoken, l) {
				spoken = append(spoken, l)
			}
		}
	}
	place = 1
	for _, l := range c.lines {
		if l.language == p.Language || slices.Contains(spoken, l.language) {
			place += l.ahead(p)
		}
	}
	if able == 0 {
		return place, Unknown
	}
	return place, time.Duration(place) * c.handling / time.Duration(able)
}

// announce tells a caller on the line where they stand, and proposes a call-back once when it
// takes long.
func (c *Core) announce(p *party) {
	place, wait := c.estimate(p)
	c.act(Act{Kind: Announce, Call: p.ID, Place: place, Wait: wait})
	if !p.proposed && (wait == Unknown || wait >= c.rules.ProposeAfter) && c.promised < c.rules.MostPromised {
		p.proposed = true
		c.act(Act{Kind: ProposeCallBack, Call: p.ID, Place: place, Wait: wait})
	}
}

// Level is the supervisor's word, or what the rule says.
func (c *Core) Level() Level {
	if c.override != "" {
		return c.override
	}
	return c.level
}

// Override sets the level by hand; an empty one gives it back to the rule.
func (c *Core) Override(l Level) { c.override = l }

// Overridden is the level set by hand, or empty.
func (c *Core) Overridden() Level { return c.override }

// measure lets the level rise at once, and fall when less has been enough for a while.
func (c *Core) measure(now when.Instant) {
	is := c.measured(now)
	switch o := rankOf(is) - rankOf(c.level); {
	case o > 0:
		c.level, c.calmed = is, when.Instant{}
	case o == 0:
		c.calmed = when.Instant{}
	case c.calmed.IsZero():
		c.calmed = now
	case now.Sub(c.calmed) >= c.rules.Overload.Calm:
		c.level, c.calmed = is, when.Instant{}
	}
}

func rankOf(l Level) int { return slices.Index(Levels(), l) }

func (c *Core) measured(now when.Instant) Level {
	var longest time.Duration
	for _, l := range c.lines {
		for _, p := range l.waiting {
			if !p.CallBack {
				longest = max(longest, now.Sub(p.Arrived))
			}
		}
	}
	present := 0
	for _, s := range c.staff {
		if s.State.present() {
			present++
		}
	}
	r, per := c.rules.Overload, c.onLine*10
	many := c.onLine > 0 && c.onLine >= r.Least
	switch {
	case longest >= r.OverWait, many && per >= r.OverLine*max(present, 1):
		return Overloaded
	case longest >= r.BusyWait, many && per >= r.BusyLine*max(present, 1):
		return Busy
	}
	return Normal
}

// Agents lists the agents by account.
func (c *Core) Agents() []Agent {
	out := make([]Agent, len(c.staff))
	for i, s := range c.staff {
		out[i] = s.Agent
	}
	return out
}

// Agent is one of them, and the call that is offered to them, that they talk in, or wrap up.
func (c *Core) Agent(account string) (Agent, CallID, bool) {
	s := c.seats[account]
	switch {
	case s == nil:
		return Agent{}, "", false
	case s.call != nil:
		return s.Agent, s.call.ID, true
	}
	return s.Agent, s.last, true
}

// Waiting counts who waits on the line, and who waits to be called back.
func (c *Core) Waiting() (onLine, promised int) { return c.onLine, c.promised }

// Handling is the mean time of talking and wrapping of late.
func (c *Core) Handling() time.Duration { return c.handling }

// States counts the agents by what they do.
func (c *Core) States() map[AgentState]int {
	out := map[AgentState]int{}
	for _, s := range c.staff {
		out[s.State]++
	}
	return out
}

// Changed gives the agents who changed since it was asked last, by account.
func (c *Core) Changed() (out []Agent) {
	for _, s := range c.staff {
		if c.changed[s.Account] {
			out = append(out, s.Agent)
		}
	}
	clear(c.changed)
	return out
}

// Written gives the calls whose wrap has ended since it was asked last.
func (c *Core) Written() []Written {
	out := c.written
	c.written = nil
	return out
}

// again takes back what Changed and Written gave and nobody could store.
func (c *Core) again(list []Agent, written []Written) {
	for _, a := range list {
		c.changed[a.Account] = true
	}
	c.written = append(written, c.written...)
}
