package calendar_test

import (
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/audit"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

func day(t *testing.T, s string) when.Day {
	t.Helper()
	d, err := when.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The Ordinance (Cap. 149) has every Sunday, and seventeen further days a year.
func TestTheShippedListsAreWhole(t *testing.T) {
	all, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	years := map[int]int{}
	for i, h := range all {
		years[h.Day.Year]++
		if h.Day.Weekday() == time.Sunday {
			t.Errorf("%s is a Sunday, which is a general holiday by itself", h.Day)
		}
		if !h.Name.Complete() {
			t.Errorf("%s has no name in some language", h.Day)
		}
		if i > 0 && !all[i-1].Day.Before(h.Day) {
			t.Errorf("%s stands out of order", h.Day)
		}
	}
	for y := 2024; y <= 2026; y++ {
		if years[y] != 17 {
			t.Errorf("%d has %d holidays, want 17", y, years[y])
		}
	}
}

func TestTheListIsEditable(t *testing.T) {
	dbtest.Each(t, []db.Schema{audit.Schema(), calendar.Schema()}, func(t *testing.T, d *db.DB) {
		for range 2 {
			if err := calendar.Seed(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		check := func(want string, n int) {
			t.Helper()
			err := d.Read(t.Context(), func(tx *db.Tx) error {
				c, err := calendar.Working(tx)
				if err != nil {
					return err
				}
				if got := c.AddWorking(day(t, "2026-04-02"), 1); got != day(t, want) {
					t.Errorf("the working day after 2 April 2026 is %s, want %s", got, want)
				}
				year, err := calendar.Year(tx, 2026)
				if len(year) != n {
					t.Errorf("2026 has %d holidays, want %d", len(year), n)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		check("2026-04-08", 17)
		write := func(fn func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		write(func(tx *db.Tx) error { return calendar.Remove(tx, day(t, "2026-04-07")) })
		check("2026-04-07", 16)
		if err := calendar.Seed(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		check("2026-04-07", 16)
		name := lang.Text{EN: "A further holiday", TC: "額外假期", SC: "额外假期"}
		write(func(tx *db.Tx) error {
			return calendar.Put(tx, calendar.Holiday{Day: day(t, "2026-04-07"), Name: name})
		})
		check("2026-04-08", 17)
		err := d.Write(t.Context(), func(tx *db.Tx) error { return calendar.Put(tx, calendar.Holiday{Day: day(t, "2026-04-07")}) })
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("a holiday without a name: %v", err)
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error { return calendar.Remove(tx, day(t, "2026-04-09")) })
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("a working day was removed: %v", err)
		}
		err = d.Read(t.Context(), func(tx *db.Tx) error {
			n, err := audit.Verify(tx)
			if n != 2 {
				t.Errorf("%d acts in the trail, want 2", n)
			}
			known, err2 := calendar.Known(tx)
			if known != 2026 || err2 != nil {
				t.Errorf("known to %d, %v", known, err2)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, []db.Schema{audit.Schema(), calendar.Schema()}, "."); n != 6 {
		t.Errorf("%d statements", n)
	}
	dbtest.Homes(t, ".")
}
