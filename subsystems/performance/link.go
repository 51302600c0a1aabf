package performance

import (
	"praya/kernel/when"
	"praya/subsystems/performance/internal/match"
)

// Relation says how two items of different papers are one promise.
type Relation string

// The relations.
const (
	Continued Relation = "continued" // in the same words
	Reworded  Relation = "reworded"
	Merged    Relation = "merged" // several promises became one
	Split     Relation = "split"  // one promise became several
)

// Relations lists them.
func Relations() []Relation { return []Relation{Continued, Reworded, Merged, Split} }

// Link is two items that may be, or are, one promise.
type Link struct {
	ID             string
	Earlier, Later InitiativeID
	Relation       Relation
	Score, Inside  int
	Shared         []string
	State          Decision
	Note           string
	DecidedBy      string
	DecidedAt      when.Instant
	Version        int64
}

// Decision is what an officer made of a proposal.
type Decision string

// The decisions.
const (
	Proposed Decision = "proposed"
	Accepted Decision = "accepted"
	Rejected Decision = "rejected"
)

// Fate is what became of a promise in a later paper.
type Fate string

// The fates. CarriedOn is never stored: an accepted link to a later promise says so.
const (
	CarriedOn  Fate = "carried-on"
	FateDone   Fate = "finished" // reported as done, and no longer promised
	FateDrop   Fate = "dropped"  // an officer says so, with the reason
	Gone       Fate = "gone"     // no later paper speaks of it, and nobody has said why
	Undecided  Fate = "undecided"
	NotYet     Fate = "not-yet" // there is no later paper
	reportable      = 450       // from this score on a proposal is strong enough to be shown as likely
)

// relations proposes how each pair of two papers is related: the same words, several to one, one
// to several, or other words.
func relations(pairs []match.Pair) []Relation {
	strong := func(p match.Pair) bool { return p.Score >= reportable }
	from, to := map[string]int{}, map[string]int{}
	for _, p := range pairs {
		if strong(p) {
			from[p.From]++
			to[p.To]++
		}
	}
	out := make([]Relation, len(pairs))
	for i, p := range pairs {
		switch {
		case p.Same:
			out[i] = Continued
		case strong(p) && to[p.To] > 1:
			out[i] = Merged
		case strong(p) && from[p.From] > 1:
			out[i] = Split
		default:
			out[i] = Reworded
		}
	}
	return out
}

// Outlook is a promise with what became of it, decided or as it looks.
type Outlook struct {
	Initiative
	Fate    Fate // decided, or proposed
	Decided bool
	Next    []Step // where it is found again, best first
}

// Step is a link with the item at its other end.
type Step struct {
	Link
	Item Initiative
}

// outlook says what became of a promise: what was decided, else what the proposals suggest.
// later says whether any later paper of the head is known.
func outlook(i Initiative, steps []Step, later bool) Outlook {
	o := Outlook{Initiative: i}
	for _, s := range steps {
		if s.State != Rejected {
			o.Next = append(o.Next, s)
		}
	}
	accepted := func(part Part) bool {
		for _, s := range o.Next {
			if s.State == Accepted && s.Item.Part == part {
				return true
			}
		}
		return false
	}
	switch {
	case i.Fate != "":
		o.Fate, o.Decided = i.Fate, true
	case accepted(ToDo):
		o.Fate, o.Decided = CarriedOn, true
	case accepted(Done):
		o.Fate, o.Decided = FateDone, true
	case !later:
		o.Fate = NotYet
	default:
		o.Fate = likely(o.Next)
	}
	return o
}

// likely is what the strong proposals suggest: a later promise, else a later report, else that
// nothing speaks of it any more. Weak ones leave it open.
func likely(steps []Step) Fate {
	fate := Gone
	for _, s := range steps {
		switch {
		case s.Score >= reportable && s.Item.Part == ToDo:
			return CarriedOn
		case s.Score >= reportable:
			fate = FateDone
		case fate == Gone:
			fate = Undecided
		}
	}
	return fate
}
