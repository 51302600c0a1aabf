package votes

import (
	"fmt"
	"time"

	"praya/kernel/when"
)

// parseYear reads 2025-26 within the bounds of what this program counts.
func parseYear(s string) (when.FinancialYear, error) {
	y, err := when.ParseFinancialYear(s)
	if err == nil && (y < 1900 || y > 2200) {
		err = fmt.Errorf("votes: %s is out of range", s)
	}
	return y, err
}

// shift is the year n years later, as text.
func shift(year string, n int) string {
	y, err := parseYear(year)
	if err != nil {
		return ""
	}
	return (y + when.FinancialYear(n)).String()
}

func firstDay(y when.FinancialYear) when.Day {
	return when.Day{Year: int(y), Month: time.April, Date: 1}
}

func lastDay(y when.FinancialYear) when.Day {
	return when.Day{Year: int(y) + 1, Month: time.March, Date: 31}
}

// Month is a calendar month, 2025-04: a period of a financial year.
type Month string

// MonthOf is the month of a day.
func MonthOf(d when.Day) Month { return Month(fmt.Sprintf("%04d-%02d", d.Year, int(d.Month))) }

// Year is the financial year that a month lies in; empty when it is no month.
func (m Month) Year() string {
	d, err := when.ParseDay(string(m) + "-01")
	if err != nil || d.IsZero() {
		return ""
	}
	return d.FinancialYear().String()
}

func (m Month) parts() (int, time.Month) {
	d, err := when.ParseDay(string(m) + "-01")
	if err != nil {
		return 0, time.January
	}
	return d.Year, d.Month
}

// MonthsOf lists the twelve months of a financial year, April first.
func MonthsOf(year string) []Month {
	y, err := parseYear(year)
	if err != nil {
		return nil
	}
	out := make([]Month, 0, 12)
	for i := range 12 {
		m := (int(time.April)-1+i)%12 + 1
		calendar := int(y)
		if m < int(time.April) {
			calendar++
		}
		out = append(out, Month(fmt.Sprintf("%04d-%02d", calendar, m)))
	}
	return out
}

// Period is a month and whether it takes entries. One that nobody closed is open.
type Period struct {
	Month   Month        `json:"month"`
	Closed  bool         `json:"closed"`
	Reason  string       `json:"-"`
	By      string       `json:"-"`
	At      when.Instant `json:"-"`
	Version int64        `json:"-"`
}
