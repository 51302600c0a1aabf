package votes

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"praya/kernel/money"
	"praya/platform/db/dbtest"
)

func TestCents(t *testing.T) {
	for _, c := range []struct{ dollars, group, thousands, whole string }{
		{"0", "0", "0", "0"},
		{"1234567.80", "1,234,567.80", "1234.5678", "1235"},
		{"-1499.99", "−1,499.99", "-1.49999", "-1"},
		{"500", "500", "0.5", "1"},
		{"-500", "−500", "-0.5", "-1"},
		{"1000000", "1,000,000", "1000", "1000"},
	} {
		got, err := CentsOf(*dec(c.dollars))
		if err != nil || got.String() != c.group || got.Thousands().String() != c.thousands || got.RoundThousands().String() != c.whole {
			t.Errorf("%s: %s, %s, %s, %v", c.dollars, got, got.Thousands(), got.RoundThousands(), err)
		}
		back, err := CentsOfThousands(got.Thousands())
		if err != nil || back != got {
			t.Errorf("%s comes back as %s", c.dollars, back)
		}
	}
	for _, bad := range []string{"0.001", "10000000000000.01", "-10000000000001"} {
		if c, err := CentsOf(*dec(bad)); err == nil {
			t.Errorf("%s is taken for %s", bad, c)
		}
	}
}

func TestEntriesBalance(t *testing.T) {
	e := Entry{Year: "2025-26", Subhead: "000", Component: "salaries"}
	e.spend(100)
	if err := e.check(); err != nil || len(e.Legs) != 6 {
		t.Errorf("%v %v", e.Legs, err)
	}
	r := e.reversed()
	if err := r.check(); err != nil || r.Cents != -100 || r.Legs[0].Credit != 100 {
		t.Errorf("%v %v", r, err)
	}
	for name, legs := range map[string][]Leg{
		"none":        nil,
		"one":         {{"a", "", 1, 0}},
		"unequal":     {{"a", "", 2, 0}, {"b", "", 0, 1}},
		"both":        {{"a", "", 1, 1}, {"b", "", 1, 1}},
		"nothing":     {{"a", "", 0, 0}, {"b", "", 0, 0}},
		"negative":    {{"a", "", -1, 0}, {"b", "", 0, -1}},
		"overflowing": {{"a", "", 1 << 62, 0}, {"a", "", 1 << 62, 0}, {"b", "", 0, 1 << 62}, {"b", "", 0, 1 << 62}},
	} {
		if (Entry{Legs: legs}).check() == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestMonths(t *testing.T) {
	got := MonthsOf("2025-26")
	if len(got) != 12 || got[0] != "2025-04" || got[8] != "2025-12" || got[9] != "2026-01" || got[11] != "2026-03" {
		t.Errorf("%v", got)
	}
	for _, m := range got {
		if m.Year() != "2025-26" {
			t.Errorf("%s lies in %s", m, m.Year())
		}
	}
	if MonthsOf("2025-27") != nil || Month("2025-00").Year() != "" || Month("x").Year() != "" {
		t.Error("no such months")
	}
}

func TestRules(t *testing.T) {
	all := Rules{
		{Name: SecondEyes, From: "1900-01", Value: *dec("1000")},
		{Name: SecondEyes, Head: "47", From: "2024-25", To: "2024-25", Value: *dec("10")},
		{Name: SecondEyes, Subhead: "700", From: "1900-01", Value: *dec("100")},
		{Name: ExplainPercent, From: "1900-01", Value: *dec("5")},
		{Name: ExplainAbove, From: "1900-01", Value: *dec("5000")},
	}
	for _, c := range []struct {
		head, subhead, year string
		cents               Cents
		want                bool
	}{
		{"1", "000", "2025-26", 100_000, false},
		{"1", "000", "2025-26", 100_001, true},
		{"1", "700", "2025-26", 10_001, true},
		{"47", "700", "2024-25", 1001, true},
		{"47", "700", "2025-26", 1001, false},
	} {
		if got := all.secondEyes(c.head, c.subhead, c.year, c.cents); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	if !(Rules{}).secondEyes("1", "000", "2025-26", 1) {
		t.Error("without a rule nobody pays alone")
	}
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"1000", "1050", false},
		{"1000", "1050.1", true},
		{"1000", "949.9", true},
		{"1000000", "1005000", false},
		{"1000000", "1005000.1", true},
		{"0", "1", true},
		{"0", "0", false},
		{"-1000", "-1040", false},
	} {
		if got := all.explains("1", "000", "2025-26", *dec(c.from), *dec(c.to)); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestForecast(t *testing.T) {
	months := func(spent ...Cents) []MonthFigure {
		out := make([]MonthFigure, 12)
		for i, m := range MonthsOf("2025-26") {
			out[i] = MonthFigure{Month: m}
			if i < len(spent) {
				out[i].Actual = &spent[i]
			}
		}
		return out
	}
	expected := Cents(1200)
	planned := months(100, 100, 100)
	for i := 3; i < 12; i++ {
		p := Cents(50)
		planned[i].Plan = &p
	}
	seventy := Cents(70)
	planned[3].Actual = &seventy // the present month: more than planned
	half := months(100, 100, 100)
	fifty := Cents(500)
	half[11].Plan = &fifty
	for name, c := range map[string]struct {
		months []MonthFigure
		now    Month
		want   Forecast
	}{
		"shared out": {months(100, 100, 100), "2025-07", Forecast{300, 900, 1200, false, false}},
		"planned":    {planned, "2025-07", Forecast{370, 400, 770, true, false}},
		"in part":    {half, "2025-07", Forecast{300, 900, 1200, false, false}},
		"overspent":  {months(900, 900), "2025-06", Forecast{1800, 0, 1800, false, false}},
		"year over":  {months(100, 100), "2026-04", Forecast{200, 0, 200, true, true}},
		"year ahead": {months(), "2025-01", Forecast{0, 1200, 1200, false, false}},
	} {
		if got := forecast(c.months, c.now, &expected); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestProvisionCheck(t *testing.T) {
	b := book47()
	checks := b.Provision()
	if len(checks) != 4 || !checks[3].Agrees || checks[3].DifferenceThousands.String() != "25" {
		t.Errorf("%+v", checks)
	}
	b.Programmes[0].Millions.Estimate = dec("305.8") // two tenths more than rounding allows
	checks = b.Provision()
	if checks[3].Agrees || checks[3].DifferenceThousands.String() != "225" {
		t.Errorf("%+v", checks[3])
	}
	b.Programmes[0].Millions.Estimate = nil
	if c := b.Provision()[3]; c.ProgrammesThousands != nil || c.DifferenceThousands != nil {
		t.Errorf("%+v", c)
	}
}

func TestRankRates(t *testing.T) {
	ranks := Ranks(testRanks())
	for on, want := range map[string]int64{"2020-01-01": 800_000, "2025-04-01": 800_000, "2026-03-31": 800_000, "2026-04-01": 840_000, "2030-01-01": 840_000} {
		for _, list := range []Ranks{ranks, {ranks[2], ranks[1], ranks[0]}} {
			if r, ok := list.on("AP", day(on)); !ok || r.MidpointDollars != want {
				t.Errorf("%s: %+v", on, r)
			}
		}
	}
}

// TestCeilingHoldsOnEveryDay: whatever changes are admitted, on no day do the posts exceed the
// ceiling, and none of them falls below nothing.
func TestCeilingHoldsOnEveryDay(t *testing.T) {
	ranks := Ranks(testRanks())
	ceilings := map[string]Cents{"2025-26": 10_000_000_00, "2026-27": 9_000_000_00}
	rapid.Check(t, func(t *rapid.T) {
		var all Establishment
		for range rapid.IntRange(1, 15).Draw(t, "changes") {
			c := PostChange{
				Day:  day("2025-04-01").Add(rapid.IntRange(0, 700).Draw(t, "day")),
				Rank: rapid.SampledFrom([]string{"SM", "AP", "D2"}).Draw(t, "rank"), Programme: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "programme"),
				Delta: rapid.Int64Range(-4, 8).Draw(t, "delta"), Permanent: true, Reason: "x", Approval: "y",
			}
			if all.admits([]PostChange{c}, ranks, func(y string) (Cents, bool) { m, ok := ceilings[y]; return m, ok }) == nil {
				all = append(all, c)
			}
		}
		for d := day("2025-04-01"); d.Before(day("2027-04-02")); d = d.Add(1) {
			value := Cents(0) // reckoned apart
			for _, c := range all {
				if !d.Before(c.Day) {
					rate := map[string]int64{"SM": 1_200_000, "AP": 800_000}[c.Rank]
					if c.Rank == "AP" && !d.Before(day("2026-04-01")) {
						rate = 840_000
					}
					value += Cents(c.Delta * rate * 100)
				}
			}
			if most, ok := ceilings[d.FinancialYear().String()]; ok && value > most {
				// A pay rise may lift what stood before above the next year's ceiling; a change may not.
				if slices.ContainsFunc(all, func(c PostChange) bool { return c.Day == d && c.Delta > 0 && c.Rank != "D2" }) {
					t.Fatalf("%s: %s above %s: %v", d, value, most, all)
				}
			}
			for p, n := range all.at(d) {
				if n < 0 {
					t.Fatalf("%s: %d of %v", d, n, p)
				}
			}
		}
	})
}

// TestJournalKeepsItsSums: random requests, approved or not, keep double entry and balances.
func TestJournalKeepsItsSums(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		w := newWorld(t, address)
		rapid.Check(w.T, func(t *rapid.T) {
			for range rapid.IntRange(1, 6).Draw(t, "steps") {
				body, reason := randomRequest(t, w)
				r, err := w.Ask(w.officer(), "47", body, reason)
				if err != nil || r.State != Pending || !rapid.Bool().Draw(t, "approve") {
					continue
				}
				_, _ = w.Approve(w.approver(), "47", r.ID, r.Version, "")
			}
		})
		w.sound()
		entries, total, err := w.Journal(w.officer(), "47", "2025-26", "", "", 10_000, 0)
		w.ok(err)
		kinds := map[EntryKind]int{}
		for i, e := range entries {
			kinds[e.Kind]++
			if e.Number != int64(total-i) {
				t.Fatalf("entry %d has number %d", total-i, e.Number)
			}
		}
		if kinds[EntryPayment] == 0 || kinds[EntryReversal] == 0 || kinds[EntryVirement] == 0 {
			t.Errorf("too little happened: %v", kinds)
		}
	})
}

func randomRequest(t *rapid.T, w *world) (Asked, string) {
	c := Cents(rapid.OneOf(rapid.Int64Range(-5, 5_000_000), rapid.Int64Range(1, 400_000_000_000)).Draw(t, "cents"))
	on := day("2025-04-01").Add(rapid.IntRange(0, 170).Draw(t, "day"))
	places := rapid.SampledFrom([]Place{{"000", "salaries"}, {"000", "hosting"}, {"661", ""}, {"700", ""}})
	item := rapid.SampledFrom([]string{"802", "803", "894"}).Draw(t, "item")
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 0:
		return Virement{on, places.Draw(t, "from"), places.Draw(t, "to"), c}, "x"
	case 1:
		return Supplement{on, Place{}, item, c, "FC"}, "x"
	case 2:
		entries, _, err := w.Journal(w.officer(), "47", "2025-26", "", "", 5, 0)
		w.ok(err)
		return Reversal{rapid.SampledFrom(entries).Draw(t, "entry").ID, on}, "x"
	}
	p := Payment{Day: on, Cents: c, Text: "x"}
	if place := places.Draw(t, "place"); place.Subhead == "000" {
		p.Subhead, p.Component = place.Subhead, place.Component
	} else {
		p.Subhead, p.Item = "700", item
	}
	return Payments{[]Payment{p}}, ""
}

func TestPlacesAreTold(t *testing.T) {
	if got := fmt.Sprint(Place{"000", "salaries"}, " ", Place{"661", ""}); got != "000/salaries 661" {
		t.Error(got)
	}
	if code := ComponentCode(named(" 資訊及通訊科技的租用及 維修 / x ")); code != "資訊及通訊科技的租用及維修x" {
		t.Error(code)
	}
	if d := inMillions(*dec("310049.9")); d.String() != "310.0" {
		t.Error(d)
	}
	if d := inMillions(*dec("-310050")); d.String() != "-310.1" || strings.Contains(d.String(), "e") {
		t.Error(d)
	}
	var nothing *money.Decimal
	if !same(nothing, nil) || same(dec("0"), nil) || !same(dec("1.0"), dec("1")) {
		t.Error("same")
	}
}

func TestGapsBetweenPapers(t *testing.T) {
	var got []string
	for _, p := range everyYear([]ItemPoint{{Year: "2019-20"}, {Year: "2020-21"}, {Year: "2023-24"}, {Year: "2024-25"}}) {
		got = append(got, p.Year)
	}
	if strings.Join(got, " ") != "2019-20 2020-21 2021-22 2022-23 2023-24 2024-25" {
		t.Error(got)
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{{"提速推動香港 Web3 的發展", "提速推動香港Web3的發展", true}, {"Wi-Fi", "Drones", false}, {"", "x", true}} {
		if sameName(named(c.a), named(c.b)) != c.want {
			t.Errorf("%+v", c)
		}
	}
}

func TestNamesThatLookAlike(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"購置消防車（第一期）", "購置消防車（第二期）", true},
		{"購置消防車1", "購置消防車 2", true},
		{"Purchase of fire engines, lot 1", "purchase of fire engines lot 12", true},
		{"Purchase of printers", "Purchase of servers", false},
		{"更換打印機", "海濱照明", false},
		{"", "", false},
		{"車", "車", true},
	} {
		if alike(c.a, c.b) != c.want || alike(c.b, c.a) != c.want {
			t.Errorf("%q and %q: want %v", c.a, c.b, c.want)
		}
	}
}
