package queue

import (
	"slices"

	"praya/kernel/when"
)

// match offers callers to agents until no ready agent can serve anybody who waits.
func (c *Core) match(now when.Instant) {
	for {
		p, s := c.pair()
		if p == nil {
			return
		}
		c.exit(p)
		p.stage, p.seat, p.since = offered, s, now
		s.call = p
		c.state(now, s, Offered)
		kind := Offer
		if p.CallBack {
			kind = PlaceCallBack
		}
		c.act(Act{Kind: kind, Call: p.ID, Agent: s.Account, Wait: now.Sub(p.Arrived)})
	}
}

// pair is the first in the order of service for whom an agent is ready, and that agent.
func (c *Core) pair() (*party, *seat) {
	if !slices.ContainsFunc(c.staff, func(s *seat) bool { return s.State == Ready }) {
		return nil, nil
	}
	var heads []*party
	for _, l := range c.lines {
		if len(l.waiting) > 0 {
			heads = append(heads, l.waiting[0])
		}
	}
	slices.SortFunc(heads, func(p, q *party) int {
		if p.before(q) {
			return -1
		}
		return 1
	})
	for _, p := range heads {
		if s := c.seatFor(p); s != nil {
			return p, s
		}
	}
	return nil, nil
}

// seatFor is the ready agent who takes this caller: of those who can, first those whose scarce
// abilities this caller needs or who have none, then the longest idle.
func (c *Core) seatFor(p *party) (best *seat) {
	scarce := c.scarce()
	spared := 0
	for _, s := range c.staff {
		if s.State != Ready || !s.serves(p.Language, p.Skill) {
			continue
		}
		n := scarce.spared(s, p)
		if best == nil || n < spared || n == spared && s.Since.Before(best.Since) {
			best, spared = s, n
		}
	}
	return best
}

// supply is how many ready agents speak a language or know a skill.
type supply struct {
	most             int // up to which an ability is scarce
	languages, skill map[string]int
}

func (c *Core) scarce() supply {
	out := supply{c.rules.Scarce, map[string]int{}, map[string]int{}}
	for _, s := range c.staff {
		if s.State != Ready {
			continue
		}
		for _, l := range s.Languages {
			out.languages[l]++
		}
		for _, k := range s.Skills {
			out.skill[k]++
		}
	}
	return out
}

// spared counts the scarce abilities of an agent that a caller does not need.
func (u supply) spared(s *seat, p *party) (n int) {
	for _, l := range s.Languages {
		if l != p.Language && u.languages[l] <= u.most {
			n++
		}
	}
	for _, k := range s.Skills {
		if k != p.Skill && k != AllSkills && u.skill[k] <= u.most {
			n++
		}
	}
	return n
}
