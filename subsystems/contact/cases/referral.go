package cases

import (
	"praya/kernel/when"
)

// ReferralID names a referral.
type ReferralID string

// ReferralState is how a referral stands.
type ReferralState string

// The states. The first three are open.
const (
	Sent         ReferralState = "sent"
	Accepted     ReferralState = "accepted"
	InterimGiven ReferralState = "interim"
	FullReply    ReferralState = "replied"
	Refused      ReferralState = "refused"
	Withdrawn    ReferralState = "withdrawn"
)

// Open reports whether the department still has something to do.
func (s ReferralState) Open() bool { return s == Sent || s == Accepted || s == InterimGiven }

// Referral is a case, or a part of it, in the hands of a department.
type Referral struct {
	ID         ReferralID
	Case       CaseID
	Reference  string // of the case
	Number     int64  // within the case, from 1
	Chain      int64  // number of the referral with which this way began: a refused one goes on in the next
	Department string
	Lead       bool
	State      ReferralState
	Directed   bool // by the office's head: it can't be refused
	Pending    bool // it was refused, and somebody of the level must decide
	Level      int  // of who decides, or who decided
	Late       int  // by how many levels its lateness went up
	Shared     bool // the contact
	Passed     bool // its reply was passed on to the person
	RefusedTo  string
	SentAt     when.Instant
	InterimDue when.Instant
	ReplyDue   when.Instant
	InterimAt  when.Instant
	EndedAt    when.Instant
	Version    int64

	// Sealed in the store.
	Question string // the centre's words to the department
	Brief    string // what the person wrote, without what is withheld
	Interim  string
	Reply    string
	Reason   string // of refusing or withdrawing
	Draft    string
	DraftBy  string

	wasOpen bool // as the store has it
	sealed  []byte
	chaseAt when.Instant
}

// Due is the next promise of an open referral.
func (r Referral) Due() when.Instant {
	if r.State == InterimGiven || !r.InterimAt.IsZero() {
		return r.ReplyDue
	}
	return r.InterimDue
}

// IsLate reports whether an open referral is behind its clock.
func (r Referral) IsLate(now when.Instant) bool { return r.State.Open() && !now.Before(r.Due()) }

// Refusal is what a department says that does not take a referral: another department, or a reason,
// or both.
type Refusal struct{ Other, Reason string }

// onward is where a refused referral goes: to the department that was named, or up to a level.
type onward struct {
	department string
	level      int
}

// afterRefusal decides what follows the refusal of a referral. refusals counts those of its chain, this
// one among them; before lists the departments that ever refused the case; asked has those that have
// an open referral of it.
func afterRefusal(refused Referral, other string, refusals int, before, asked []string) onward {
	first := refusals < 2 && refused.Level == 0
	if first && other != "" && other != refused.Department && !contains(before, other) && !contains(asked, other) {
		return onward{department: other}
	}
	return onward{level: min(refused.Level+1, topLevel)}
}

// topLevel is the office's head.
const topLevel = 3

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
