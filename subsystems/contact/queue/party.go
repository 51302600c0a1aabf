package queue

import (
	"sort"

	"praya/kernel/when"
)

// stage is how far a caller has come.
type stage int

const (
	waiting stage = iota
	offered
	talking
	putOff
	retrying
)

// party is a caller in the queue.
type party struct {
	Caller
	seq      int64
	rank     when.Instant // arrival less the head start of the priority
	front    bool         // an agent did not pick up
	stage    stage
	since    when.Instant // of the offer
	seat     *seat
	answered when.Instant
	said     when.Instant // the last announcement
	proposed bool
	again    when.Instant // of a call-back that is tried later
	tries    int
}

// before is the order of service.
func (p *party) before(q *party) bool {
	switch {
	case p.front != q.front:
		return p.front
	case p.rank != q.rank:
		return p.rank.Before(q.rank)
	}
	return p.seq < q.seq
}

// line is who waits with one language and skill, in the order of service.
type line struct {
	language, skill string
	waiting         []*party
}

func (l *line) ahead(p *party) int {
	return sort.Search(len(l.waiting), func(i int) bool { return !l.waiting[i].before(p) })
}

// seat is an agent and what they do.
type seat struct {
	Agent
	call *party
	last CallID       // that is being wrapped
	from when.Instant // when the call that is being wrapped was answered
	then AgentState   // what the agent wants to do after the call; empty: be ready
}
