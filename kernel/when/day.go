package when

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Day is a civil day without a time or a zone, stored as 2026-11-21.
// The zero Day means that no day is known, and is stored as empty text.
type Day struct {
	Year  int
	Month time.Month
	Date  int
}

// DayOf is the civil day that a time shows in its own zone.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day{y, m, d}
}

// ParseDay reads 2026-11-21 and refuses days that no calendar has.
func ParseDay(s string) (Day, error) {
	if s == "" {
		return Day{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Day{}, fmt.Errorf("when: %q is not a day: %w", s, err)
	}
	return DayOf(t), nil
}

// IsZero reports whether no day was given.
func (d Day) IsZero() bool { return d == Day{} }

func (d Day) time() time.Time { return time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, time.UTC) }

// Add returns the day n days later.
func (d Day) Add(n int) Day { return DayOf(d.time().AddDate(0, 0, n)) }

// Sub returns how many days later d is than e.
func (d Day) Sub(e Day) int { return int(d.time().Sub(e.time()) / (24 * time.Hour)) }

// Before reports whether d lies before e.
func (d Day) Before(e Day) bool { return d.time().Before(e.time()) }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.time().Weekday() }

// String is the stored form.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Date)
}

// Value stores the day as text.
func (d Day) Value() (driver.Value, error) { return d.String(), nil }

// Scan reads the stored text.
func (d *Day) Scan(v any) error {
	s, err := text(v)
	if err != nil {
		return err
	}
	*d, err = ParseDay(s)
	return err
}

// MarshalText gives the stored form.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the stored form.
func (d *Day) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDay(string(b))
	return err
}

// FinancialYear is the year from 1 April of its number to 31 March of the next.
type FinancialYear int

// FinancialYear is the financial year that the day lies in.
func (d Day) FinancialYear() FinancialYear {
	if d.Month < time.April {
		return FinancialYear(d.Year - 1)
	}
	return FinancialYear(d.Year)
}

// String is the form of the papers: 2025-26.
func (y FinancialYear) String() string { return fmt.Sprintf("%04d-%02d", int(y), (int(y)+1)%100) }

// ParseFinancialYear reads 2025-26 and refuses years that do not follow each other.
func ParseFinancialYear(s string) (FinancialYear, error) {
	var from, to int
	if n, err := fmt.Sscanf(s, "%4d-%2d", &from, &to); err != nil || n != 2 || len(s) != 7 || (from+1)%100 != to || from < 1000 {
		return 0, fmt.Errorf("when: %q is not a financial year", s)
	}
	return FinancialYear(from), nil
}
