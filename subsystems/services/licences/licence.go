package licences

import (
	"strings"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/web"
)

// LicenceID names a licence in the store. People know its number.
type LicenceID string

// Licence is one that was issued, as it stands now.
type Licence struct {
	ID         LicenceID
	Number     string
	Kind       string
	Department string // of its kind
	Holder     string // account; empty when the holder has none
	Case       string // in which it was issued
	Values     map[string]string
	From       when.Day
	Until      when.Day // the last day; zero: no end
	State      State
	Why        lang.Text // of the last change; sealed in the store
	Entry      string    // of the ledger, of the last change
	Digest     string    // of the last change's record, in hex
	Changes    int64     // how many there were
	At         when.Instant
	Version    int64
}

// State is how a licence stands.
type State string

// The states. Expired and Coming are never stored: the day says them.
const (
	Valid       State = "valid"
	Suspended   State = "suspended"
	Revoked     State = "revoked"
	Surrendered State = "surrendered"
	Expired     State = "expired"
	Coming      State = "coming"
)

// Final reports whether nothing leads away from a state.
func (s State) Final() bool { return s == Revoked || s == Surrendered }

// StateOn is how a licence stands on a day.
func (l Licence) StateOn(day when.Day) State {
	switch {
	case l.State.Final():
		return l.State
	case !l.Until.IsZero() && l.Until.Before(day):
		return Expired
	case l.State == Valid && day.Before(l.From):
		return Coming
	}
	return l.State
}

// Act is what was done to a licence.
type Act string

// The acts.
const (
	Issued         Act = "issued"
	Renewed        Act = "renewed"
	Amended        Act = "amended"
	SuspendedAct   Act = "suspended"
	RestoredAct    Act = "restored"
	RevokedAct     Act = "revoked"
	SurrenderedAct Act = "surrendered"
	Transferred    Act = "transferred"
)

// leads says from which states an act leads, and where to.
var leads = map[Act]struct {
	from []State
	to   State
}{
	Renewed:        {[]State{Valid, Suspended, Expired}, ""},
	Amended:        {[]State{Valid, Suspended, Coming}, ""},
	SuspendedAct:   {[]State{Valid, Coming}, Suspended},
	RestoredAct:    {[]State{Suspended}, Valid},
	RevokedAct:     {[]State{Valid, Coming, Suspended, Expired}, Revoked},
	SurrenderedAct: {[]State{Valid, Coming, Suspended}, Surrendered},
	Transferred:    {[]State{Valid, Coming}, ""},
}

// Order is by whom an act is done, why, and in which case.
type Order struct {
	By      string // id of an officer or an account
	Second  string // who proposed it, when somebody else decided
	Why     lang.Text
	Case    string
	Version int64 // of the licence that was looked at; 0: whatever it is
}

// Change is an act on a licence, as it is kept.
type Change struct {
	Licence LicenceID
	Number  int64 // from 1
	Act     Act
	By      string
	Second  string
	Case    string
	At      when.Instant
	Entry   string // of the ledger
	Digest  string
	Record  Record // as it was sealed
}

// newNumber gives a licence of a kind its number.
func (k Kind) newNumber() string { return k.Prefix + "-" + id.Reference() }

// referenceLength is the letters and digits of a reference, without hyphens.
const referenceLength = 9

// ParseNumber reads a number as a person types it. It gives the one written form, and false when
// it cannot be a number.
func ParseNumber(typed string) (string, bool) {
	var b []rune
	for _, r := range strings.ToUpper(web.HalfWidth(typed)) {
		if r != '-' && r != ' ' && r != '　' {
			b = append(b, r)
		}
	}
	if len(b) <= referenceLength || len(b) > referenceLength+6 {
		return "", false
	}
	prefix := string(b[:len(b)-referenceLength])
	reference, ok := id.ParseReference(string(b[len(b)-referenceLength:]))
	if !ok || !prefixForm.MatchString(prefix) {
		return "", false
	}
	return prefix + "-" + reference, true
}

// checkValues refuses values that the kind has no field for, and those that no page could show.
func (k Kind) checkValues(values map[string]string) error {
	for name, v := range values {
		if _, ok := k.field(name); !ok {
			return fault.New(fault.Invalid, "licences.fault.field", "field", name)
		}
		if len(v) > maxValue || strings.ContainsFunc(v, control) {
			return fault.New(fault.Invalid, "licences.fault.value", "field", name)
		}
	}
	return nil
}

func control(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }

func (o Order) check(needsReason bool) error {
	if o.By == "" || len(o.By) > 200 || len(o.Case) > 200 {
		return fault.New(fault.Invalid, "licences.fault.order")
	}
	if n := len(o.Why.TC) + len(o.Why.EN) + len(o.Why.SC); n > 3*maxReason {
		return fault.New(fault.Invalid, "licences.fault.reason-long")
	}
	if needsReason && o.Why == (lang.Text{}) {
		return fault.New(fault.Invalid, "licences.fault.reason")
	}
	return nil
}
