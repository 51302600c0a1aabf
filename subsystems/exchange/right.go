package exchange

import (
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
)

// Basis is what an access rests on.
type Basis string

// The bases.
const (
	OnConsent Basis = "consent"
	ByLaw     Basis = "law"
)

// RightState is where a request for a right stands.
type RightState string

// The states of a right.
const (
	Asked    RightState = "asked"
	Proposed RightState = "proposed" // by law: one officer agreed, another one must
	Granted  RightState = "granted"
	Refused  RightState = "refused"
	Revoked  RightState = "revoked"
)

// RightID names a right.
type RightID string

// Right is that a consumer may ask for fields of a service for one purpose. Each access also
// wants a consent, or the subject's identifier when it is by law.
type Right struct {
	ID       RightID
	Service  string
	Consumer string
	Fields   []string
	Purpose  string
	Why      string // the consumer's words to the steward
	Basis    Basis
	Law      lang.Text // by law: ordinance and section, in the person's words
	Delay    int       // by law: days until the person sees an access; 0: at once
	State    RightState
	AskedBy  string // officers, by the directory's ids
	FirstBy  string
	Decided  string
	Said     []Saying // each decision, the oldest first
	Until    when.Day // the last day; zero: no end
	Tested   int64    // calls of the consumer that the service answered in the test environment
	At       when.Instant
	Version  int64
}

// Saying is an officer's decision on a right, and why.
type Saying struct {
	Did RightState   `json:"did"`
	By  string       `json:"by"`
	Why string       `json:"why,omitempty"`
	At  when.Instant `json:"at"`
}

const maxDelay = 3 * 366

func (r Right) check(d DataService) error {
	switch {
	case !d.has(r.Fields) || hasTwice(r.Fields):
		return wrong("fields", "exchange.fault.right-fields")
	case len(d.Purposes) > 0 && !slices.Contains(d.Purposes, r.Purpose):
		return wrong("purpose", "exchange.fault.purpose")
	case r.Why == "" || len([]rune(r.Why)) > 2000:
		return wrong("why", "exchange.fault.why")
	case r.Basis == ByLaw && (r.Law.TC == "" || r.Law.EN == "" || tooLong(r.Law, 500)):
		return wrong("law", "exchange.fault.law")
	case r.Basis != ByLaw && r.Basis != OnConsent, r.Basis == OnConsent && r.Delay != 0, r.Delay < 0, r.Delay > maxDelay:
		return wrong("delay", "exchange.fault.delay")
	}
	if _, ok := PurposeOf(r.Purpose); !ok {
		return wrong("purpose", "exchange.fault.purpose")
	}
	return nil
}

// decide moves a right on. By law two officers decide, and neither is who asked.
func (r *Right) decide(officer string, agree bool, reason string, at when.Instant) error {
	switch {
	case r.State != Asked && r.State != Proposed:
		return fault.New(fault.Conflict, "exchange.fault.decided")
	case officer == "" || officer == r.AskedBy || officer == r.FirstBy:
		return fault.New(fault.Forbidden, "exchange.fault.four-eyes")
	case !agree && reason == "":
		return wrong("reason", "exchange.fault.reason")
	case agree && r.Tested == 0 && reason == "":
		return wrong("reason", "exchange.fault.untested")
	}
	switch {
	case !agree:
		r.State, r.Decided = Refused, officer
	case r.Basis == ByLaw && r.State == Asked:
		r.State, r.FirstBy = Proposed, officer
	default:
		r.State, r.Decided = Granted, officer
	}
	r.said(officer, reason, at)
	return nil
}

func (r *Right) said(officer, why string, at when.Instant) {
	r.Said = append(r.Said, Saying{r.State, officer, why, at})
}

// holds reports whether a right counts on a day.
func (r Right) holds(on when.Day) bool {
	return r.State == Granted && (r.Until.IsZero() || !r.Until.Before(on))
}

func hasTwice(list []string) bool {
	for i, x := range list {
		if slices.Contains(list[:i], x) {
			return true
		}
	}
	return false
}
