package calendar

import (
	"testing"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

func TestCalendar(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema(), audit.Schema()}, func(t *testing.T, d *db.DB) {
		ctx := who.AsSystem(t.Context(), who.Production)
		c := New(d)
		for range 2 { // the second time changes nothing
			if err := c.Seed(ctx); err != nil {
				t.Fatal(err)
			}
		}
		all, err := c.Holidays(ctx, 2026)
		if err != nil || len(all) != 17 {
			t.Fatalf("%d holidays in 2026, %v", len(all), err)
		}
		for _, h := range all {
			if !h.Name.Complete() {
				t.Errorf("%v has no name in every language", h.Day)
			}
		}
		if known, err := c.Known(ctx, 2031); err != nil || known {
			t.Errorf("2031 is known: %v, %v", known, err)
		}
		working(t, c, "2026-12-24", 1, "2026-12-28")

		extra := Holiday{Day: day(t, "2026-12-28"), Name: lang.Text{TC: "特別假期", EN: "Special holiday", SC: "特别假期"}}
		if err := c.Put(ctx, extra); err != nil {
			t.Fatal(err)
		}
		working(t, c, "2026-12-24", 1, "2026-12-29")
		if err := c.Put(ctx, extra); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same day again: %v", err)
		}
		extra.Version = 1
		if err := c.Put(ctx, extra); err != nil {
			t.Error(err)
		}
		if err := c.Remove(ctx, extra); !fault.Is(err, fault.Conflict) {
			t.Errorf("removing what was changed meanwhile: %v", err)
		}
		extra.Version = 2
		if err := c.Remove(ctx, extra); err != nil {
			t.Error(err)
		}
		working(t, c, "2026-12-24", 1, "2026-12-28")
		if err := c.Put(ctx, Holiday{Day: day(t, "2027-01-01"), Name: lang.Text{TC: "一月一日"}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a holiday without its names: %v", err)
		}
		if _, acts, err := audit.New(d).Page(ctx, 1, 0); err != nil || acts != 3 {
			t.Errorf("%d acts in the trail, %v", acts, err)
		}
	})
}

func working(t *testing.T, c *Calendar, from string, n int, want string) {
	t.Helper()
	w, err := c.Working(who.AsSystem(t.Context(), who.Production))
	if err != nil {
		t.Fatal(err)
	}
	if got := w.AddWorking(day(t, from), n).String(); got != want {
		t.Errorf("%d working days after %s: %s, want %s", n, from, got, want)
	}
}

func day(t *testing.T, s string) when.Day {
	t.Helper()
	d, err := when.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
