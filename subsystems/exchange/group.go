package exchange

import (
	"context"
	"runtime"
	"sync"

	"praya/kernel/who"
)

// mostInGroup is how many calls one transaction closes: an entry bundle of the ledger.
const mostInGroup = 256

// groups collects calls whose evidence is made durable together: while one group is written, the
// next one gathers. The first call of a group writes it for all.
type groups struct {
	mu  sync.Mutex
	all map[who.Realm]*gathering
}

type gathering struct {
	mu      sync.Mutex
	waiting []*waiter
	writing bool
}

type waiter struct {
	c    *closing
	lead chan bool // true: write the next group; false: it is done
	err  error
}

func (g *groups) of(realm who.Realm) *gathering {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all == nil {
		g.all = map[who.Realm]*gathering{}
	}
	if g.all[realm] == nil {
		g.all[realm] = &gathering{}
	}
	return g.all[realm]
}

// close makes a call's evidence durable, with others'. The caller's context does not end it:
// a group is written for all its members or for none.
func (s *Service) close(ctx context.Context, c *closing) error {
	realm := who.From(ctx).Realm
	if err := s.seal(realm, c); err != nil {
		return err
	}
	g := s.groups.of(realm)
	w := &waiter{c: c, lead: make(chan bool, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, w)
	if g.writing {
		g.mu.Unlock()
		if !<-w.lead {
			return w.err
		}
		g.mu.Lock()
	}
	g.writing = true
	g.mu.Unlock()
	runtime.Gosched() // who is about to come goes first: fewer groups, each a commit
	g.mu.Lock()
	group := g.waiting
	if len(group) > mostInGroup {
		group = group[:mostInGroup]
	}
	g.waiting = append([]*waiter(nil), g.waiting[len(group):]...)
	g.mu.Unlock()

	all := make([]*closing, len(group))
	for i, m := range group {
		all[i] = m.c
	}
	err := s.closeAll(who.AsSystem(context.WithoutCancel(ctx), realm), all)

	g.mu.Lock()
	if g.writing = len(g.waiting) > 0; g.writing {
		g.waiting[0].lead <- true
	}
	g.mu.Unlock()
	for _, m := range group {
		if m != w {
			m.err = err
			m.lead <- false
		}
	}
	return err
}
