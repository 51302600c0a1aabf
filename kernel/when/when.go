// Package when tells an instant (時刻) from a civil day (日子), and knows working
// days (工作天) and financial years (財政年度). No code asks the system for the time
// except through a Clock that it was given.
package when

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// HongKong is the civil time of every Day: UTC+8 all year since 1979.
var HongKong = time.FixedZone("HKT", 8*60*60) //nolint:gochecknoglobals // a constant that Go can't write as one

// layout has a fixed width, so that stored instants sort as text on every engine.
const layout = "2006-01-02T15:04:05.000000Z"

// Instant is a point in time to the microsecond, stored as fixed-width UTC text.
// The zero Instant is stored as empty text.
type Instant struct{ t time.Time }

// Clock gives the present instant.
type Clock func() Instant

// System is the machine's clock, the only one outside tests.
func System() Instant { return At(time.Now()) }

// At is the instant of a time, cut to the microsecond.
func At(t time.Time) Instant { return Instant{t.UTC().Truncate(time.Microsecond)} }

// Time returns the instant as a time in UTC.
func (i Instant) Time() time.Time { return i.t }

// Add returns the instant that lies d later.
func (i Instant) Add(d time.Duration) Instant { return At(i.t.Add(d)) }

// Sub returns how much later i is than j.
func (i Instant) Sub(j Instant) time.Duration { return i.t.Sub(j.t) }

// Before reports whether i lies before j.
func (i Instant) Before(j Instant) bool { return i.t.Before(j.t) }

// IsZero reports whether no instant was given.
func (i Instant) IsZero() bool { return i.t.IsZero() }

// Day is the civil day in Hong Kong at this instant.
func (i Instant) Day() Day { return DayOf(i.t.In(HongKong)) }

// String is the stored form, for example 2026-11-21T01:02:03.000000Z.
func (i Instant) String() string {
	if i.t.IsZero() {
		return ""
	}
	return i.t.Format(layout)
}

// ParseInstant reads the stored form; empty text is the zero Instant.
func ParseInstant(s string) (Instant, error) {
	if s == "" {
		return Instant{}, nil
	}
	form := layout
	if len(s) == len(layout) && s[len(s)-1] == 'Z' && s[len("2006-01-02T15:04:05")] == '.' {
		form = time.RFC3339Nano // the same in this width; package time reads it five times as fast
	}
	t, err := time.Parse(form, s)
	if err != nil {
		return Instant{}, fmt.Errorf("when: %q is not an instant: %w", s, err)
	}
	return Instant{t}, nil
}

// Value stores the instant as text.
func (i Instant) Value() (driver.Value, error) { return i.String(), nil }

// Scan reads the stored text.
func (i *Instant) Scan(v any) error {
	s, err := text(v)
	if err != nil {
		return err
	}
	*i, err = ParseInstant(s)
	return err
}

// MarshalText gives the stored form.
func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads the stored form.
func (i *Instant) UnmarshalText(b []byte) (err error) {
	*i, err = ParseInstant(string(b))
	return err
}

func text(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	case nil:
		return "", nil
	}
	return "", fmt.Errorf("when: cannot read a %T", v)
}
