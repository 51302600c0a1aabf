package identity

import (
	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
)

// AccountID names an account. People and services never see it.
type AccountID string

// Level is how sure we are who somebody is.
type Level string

// The levels.
const (
	Basic Level = "basic" // a document was checked
	Plus  Level = "plus"  // a document and the living person: for what has legal effect
)

// Reaches reports whether a level is at least another.
func (l Level) Reaches(wanted Level) bool { return l == Plus || l == wanted }

// ACR is the level as tokens say it (OpenID Connect Core, 2: acr).
func (l Level) ACR() string { return "urn:praya:acr:" + string(l) }

// LevelOfACR is the level that an acr value names.
func LevelOfACR(acr string) (Level, bool) {
	for _, l := range []Level{Basic, Plus} {
		if l.ACR() == acr {
			return l, true
		}
	}
	return "", false
}

// State is where an account stands.
type State string

// The states. What is closed never opens again.
const (
	Open   State = "open"
	Frozen State = "frozen" // by the person, while somebody else tries to recover it
	Closed State = "closed"
)

// Account is what a person has with us. It holds no personal data: those are the profile.
type Account struct {
	ID      AccountID
	Kind    who.Kind // Person or Officer
	Level   Level
	State   State
	Persona string // in the sandbox: which test person this is; empty for others
	Lang    lang.Lang
	Created when.Instant
	Closed  when.Instant
	Version int64
}

// Actor is the account as what it does is decided and written down.
func (a Account) Actor() who.Actor {
	actor := who.Actor{Kind: a.Kind, ID: string(a.ID)}
	if a.Kind == who.Person {
		actor.Level = string(a.Level)
	}
	return actor
}

// mayUse says why somebody may not sign in with this account.
func (a Account) mayUse() error {
	switch a.State {
	case Open:
		return nil
	case Frozen:
		return fault.New(fault.Forbidden, "identity.fault.frozen")
	}
	return fault.New(fault.Forbidden, "identity.fault.closed")
}

// Age is how many birthdays somebody has had on a day. Who was born on 29 February has
// theirs on 1 March in other years.
func Age(born, on when.Day) int {
	years := on.Year - born.Year
	if on.Month < born.Month || on.Month == born.Month && on.Date < born.Date {
		years--
	}
	return years
}
