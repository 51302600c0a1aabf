package exchange

import (
	"slices"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
)

// ConsentID names a consent. It is not secret: only the consumer that it names can use it.
type ConsentID string

// ConsentState is where a consent stands.
type ConsentState string

// The states of a consent. That it has ended by its day is told by [Consent.refusal].
const (
	Active    ConsentState = "active"
	Used      ConsentState = "used" // once, and that was it
	Withdrawn ConsentState = "withdrawn"
)

// Period is what a frequency counts by.
type Period string

// The periods. A day and a month are those of Hong Kong.
const (
	PerDay   Period = "day"
	PerMonth Period = "month"
	Overall  Period = "all"
)

// Often is how often data may be fetched: at most Times in each Period; zero Times is without
// bound.
type Often struct {
	Times int64  `json:"times,omitempty"`
	Per   Period `json:"per,omitempty"`
}

// Once is a consent for one fetch.
func Once() Often { return Often{Times: 1, Per: Overall} }

// Once reports whether it is for one fetch.
func (o Often) Once() bool { return o == Once() }

func (o Often) valid() bool {
	if o.Times == 0 {
		return o.Per == ""
	}
	return o.Times > 0 && o.Times <= 100_000 && (o.Per == PerDay || o.Per == PerMonth || o.Per == Overall)
}

// Consent is what a person agreed to. Subject is whose data it is about and By who agreed:
// later a parent or a representative.
type Consent struct {
	ID        ConsentID
	Right     RightID
	Subject   string // account
	By        string // account
	Client    string // that asked, of the identity
	Consumer  string
	Provider  string
	Service   string
	Purpose   string
	Fields    []string
	Optional  []string // those of Fields that may be taken out without an end to the service
	From      when.Instant
	Until     when.Instant
	Often     Often
	Keep      int // days for which the consumer may keep what it received
	State     ConsentState
	Uses      int64
	Period    string // in which PeriodUses were counted: a day or a month
	InPeriod  int64
	Made      when.Instant
	Changed   when.Instant
	Version   int64
	subjectID []byte // how the provider knows the subject, sealed
	hash      []byte // SHA-256 of the record
	settle    when.Instant
}

const (
	longestConsent = 2 * 366 * 24 * time.Hour
	longestKeep    = 7 * 366
)

func (c Consent) check(r Right) error {
	for _, f := range c.Fields {
		if !slices.Contains(r.Fields, f) {
			return wrong("fields", "exchange.fault.consent-fields")
		}
	}
	switch {
	case len(c.Fields) == 0 || hasTwice(c.Fields):
		return wrong("fields", "exchange.fault.consent-fields")
	case !c.Often.valid():
		return wrong("often", "exchange.fault.often")
	case !c.From.Before(c.Until) || c.Until.Sub(c.From) > longestConsent:
		return wrong("until", "exchange.fault.until")
	case c.Keep < 0 || c.Keep > longestKeep:
		return wrong("keep", "exchange.fault.keep")
	case c.Purpose != r.Purpose || c.Service != r.Service || c.Consumer != r.Consumer:
		return wrong("purpose", "exchange.fault.purpose")
	}
	return nil
}

// refusal says why the consent does not let a consumer fetch fields at an instant.
func (c *Consent) refusal(consumer, service string, fields []string, at when.Instant) Refusal {
	switch {
	case c.Consumer != consumer:
		return NoConsent // as if it were not there: others' consents are nobody's business
	case c.Service != service:
		return OtherService
	case c.State == Withdrawn:
		return WithdrawnConsent
	case c.State == Used:
		return UsedUp
	case at.Before(c.From):
		return NotYet
	case !at.Before(c.Until):
		return EndedConsent
	}
	for _, f := range fields {
		if !slices.Contains(c.Fields, f) {
			return BeyondConsent
		}
	}
	if c.Often.Times > 0 && c.used(at) >= c.Often.Times {
		return UsedUp
	}
	return ""
}

// used is how often it was used in the period of an instant.
func (c *Consent) used(at when.Instant) int64 {
	switch {
	case c.Often.Per == Overall:
		return c.Uses
	case c.Period == periodOf(c.Often.Per, at):
		return c.InPeriod
	}
	return 0
}

// use counts a use.
func (c *Consent) use(at when.Instant) {
	c.InPeriod = c.used(at) + 1
	c.Uses++
	c.Period = periodOf(c.Often.Per, at)
	if c.Often.Once() {
		c.State, c.settle = Used, at
	}
}

func periodOf(p Period, at when.Instant) string {
	day := at.Day().String()
	switch p {
	case PerDay:
		return day
	case PerMonth:
		return day[:7]
	case Overall:
	}
	return ""
}

// Change is what a person may change of a consent that holds.
type Change struct {
	Fields []string // fewer, or again what the right allows
	Until  when.Instant
}

// amend narrows or extends a consent.
func (c *Consent) amend(r Right, to Change, now when.Instant) error {
	if c.State != Active || !now.Before(c.Until) {
		return fault.New(fault.Conflict, "exchange.fault.not-active")
	}
	if to.Until.Before(now) {
		return wrong("until", "exchange.fault.until")
	}
	c.Fields, c.Until, c.settle = to.Fields, to.Until, to.Until
	return c.check(r)
}

// keepUntil is the last day on which the consumer may keep what it received.
func (c *Consent) keepUntil(ended when.Instant) when.Day { return ended.Day().Add(c.Keep) }
