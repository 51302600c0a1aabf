package when

import (
	"testing"
	"time"
)

func TestInstantRoundTrip(t *testing.T) {
	i := At(time.Date(2026, 1, 2, 3, 4, 5, 600_700_800, HongKong))
	if got := i.String(); got != "2026-01-01T19:04:05.600700Z" {
		t.Errorf("stored as %s", got)
	}
	back, err := ParseInstant(i.String())
	if err != nil || back != i {
		t.Errorf("read back as %v, %v", back, err)
	}
	if i.Day() != (Day{2026, 1, 2}) {
		t.Errorf("the civil day in Hong Kong is %v", i.Day())
	}
	var zero Instant
	if err := zero.Scan(""); err != nil || !zero.IsZero() || zero.String() != "" {
		t.Errorf("empty text is not the zero instant: %v, %v", zero, err)
	}
	if _, err := ParseInstant("2026-01-01"); err == nil {
		t.Error("a day was read as an instant")
	}
}

func TestDay(t *testing.T) {
	for _, bad := range []string{"2026-02-29", "2026-13-01", "26-01-01", "2026/01/01"} {
		if _, err := ParseDay(bad); err == nil {
			t.Errorf("%q was read as a day", bad)
		}
	}
	d, err := ParseDay("2024-02-28")
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Add(2).String(); got != "2024-03-01" {
		t.Errorf("two days later: %s", got)
	}
	if n := d.Add(400).Sub(d); n != 400 {
		t.Errorf("400 days later is %d days later", n)
	}
}

func TestFinancialYear(t *testing.T) {
	for day, want := range map[Day]string{{2025, 3, 31}: "2024-25", {2025, 4, 1}: "2025-26", {1999, 5, 1}: "1999-00"} {
		if got := day.FinancialYear().String(); got != want {
			t.Errorf("%v lies in %s, want %s", day, got, want)
		}
	}
	for _, bad := range []string{"2025-27", "2025-2026", "2025", "-5-26"} {
		if _, err := ParseFinancialYear(bad); err == nil {
			t.Errorf("%q was read as a financial year", bad)
		}
	}
	if y, err := ParseFinancialYear("1999-00"); err != nil || y != 1999 {
		t.Errorf("1999-00: %v, %v", y, err)
	}
}

func TestWorkingDays(t *testing.T) {
	// Wednesday to Friday: Christmas Day and Boxing Day, a Thursday and a Friday in 2025.
	c := NewCalendar([]Day{{2025, 12, 25}, {2025, 12, 26}})
	eve := Day{2025, 12, 24}
	for n, want := range map[int]string{0: "2025-12-24", 1: "2025-12-29", 2: "2025-12-30"} {
		if got := c.AddWorking(eve, n).String(); got != want {
			t.Errorf("%d working days after Christmas Eve: %s, want %s", n, got, want)
		}
	}
	if got := c.AddWorking(Day{2025, 12, 25}, 0).String(); got != "2025-12-29" {
		t.Errorf("the first working day from Christmas on: %s", got)
	}
	if n := c.WorkingBetween(eve, Day{2025, 12, 30}); n != 2 {
		t.Errorf("%d working days, want 2", n)
	}
	if n := c.WorkingBetween(Day{2025, 12, 30}, eve); n != -2 {
		t.Errorf("%d working days backwards, want -2", n)
	}
}

// What is read the fast way is what the layout says, and nothing else is read.
func FuzzParseInstant(f *testing.F) {
	for _, s := range []string{
		"2026-01-01T19:04:05.600700Z", "2026-02-29T00:00:00.000000Z", "2026-01-01T24:00:00.000000Z", "2026-01-01T19:04:60.000000Z",
		"2026-01-01t19:04:05.600700z", "2026-01-01T19:04:05,600700Z", "2026-01-01T1:04:05.6007000Z", "2026-01-01T19:04:05.6+08:00Z", "0001-01-01T00:00:00.000000Z",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err1 := time.Parse(layout, s)
		got, err2 := ParseInstant(s)
		if s != "" && ((err1 == nil) != (err2 == nil) || err1 == nil && got != Instant{want}) {
			t.Errorf("%q: %v, %v; the layout says %v, %v", s, got, err2, want, err1)
		}
	})
}
