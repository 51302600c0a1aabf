package queue

import (
	"slices"
	"time"

	"praya/kernel/when"
)

// Outcome is what became of a call.
type Outcome string

// The outcomes. A call that waits has none.
const (
	Answered    Outcome = "answered"
	Abandoned   Outcome = "abandoned"   // hung up before an answer
	Voicemail   Outcome = "voicemail"   // left a message
	CallBack    Outcome = "callback"    // a call-back is promised
	CalledBack  Outcome = "called-back" // and was kept
	Unreached   Outcome = "unreached"   // and was tried, but nobody picked up
	Refused     Outcome = "refused"     // a nuisance, or a limit of the line that it came by
	Interrupted Outcome = "interrupted" // by a failure of ours
)

// Outcomes lists them.
func Outcomes() []Outcome {
	return []Outcome{Answered, Abandoned, Voicemail, CallBack, CalledBack, Unreached, Refused, Interrupted}
}

// how a caller may leave.
func (o Outcome) leaves() bool {
	return o == Abandoned || o == Voicemail || o == Refused || o == Interrupted
}

// CallState is how far the record of a call has come.
type CallState string

// The states.
const (
	IsWaiting  CallState = "waiting"
	IsPromised CallState = "promised"
	IsTalking  CallState = "talking"
	IsOver     CallState = "over"
)

// Call is the record of a call that asked for an agent.
type Call struct {
	ID              CallID
	Reference       string
	Language, Skill string
	Priority        int
	State           CallState
	Outcome         Outcome
	Agent, Case     string

	Arrived, Answered, Ended when.Instant
	Waited                   time.Duration // to the answer, or to the end of waiting

	Rating           int // 0: none
	Enquiry, AtFirst bool
	Recording        string
	Version          int64
}

// caller is the call as the core knows it.
func (c Call) caller() Caller {
	return Caller{
		ID: c.ID, Language: c.Language, Skill: c.Skill, Priority: c.Priority, Arrived: c.Arrived,
		CallBack: c.State == IsPromised,
	}
}

// Filter chooses calls by when they arrived; empty fields choose all.
type Filter struct {
	From, To      when.Instant // To is not in it
	Agent         string
	Outcome       Outcome
	Limit, Offset int
}

// mostListed bounds a list.
const mostListed = 200

func (f Filter) bounded() Filter {
	if f.Limit <= 0 || f.Limit > mostListed {
		f.Limit = mostListed
	}
	if f.To.IsZero() {
		f.To = when.At(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	}
	f.Offset = max(f.Offset, 0)
	return f
}

// eachIn reports whether every one of some words stands on a list.
func eachIn(some, list []string) bool {
	for _, x := range some {
		if !slices.Contains(list, x) {
			return false
		}
	}
	return true
}
