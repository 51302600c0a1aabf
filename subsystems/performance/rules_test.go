package performance

import (
	"testing"

	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
)

func programme(year, number, name string) Programme {
	return Programme{Head: "901", Year: year, Number: number, Name: lang.Text{TC: name}}
}

// TestNoSeriesIsJoinedByNumberAlone: what goes on has the same number and the same name, or an
// officer's word for it.
func TestNoSeriesIsJoinedByNumberAlone(t *testing.T) {
	moved := programme("2032-33", "1", "燈塔")
	moved.Note = "撥款轉撥自另一總目"
	for _, c := range []struct {
		name    string
		second  Programme
		decided []Succession
		joined  bool
		why     SuccessionKind
	}{
		{"the same number and name", programme("2032-33", "1", "燈 塔"), nil, true, ""},
		{"another name", programme("2032-33", "1", "渡輪"), nil, false, Reused},
		{"another number", programme("2032-33", "2", "燈塔"), nil, false, ""},
		{"a footnote says that money was moved", moved, nil, false, Transferred},
		{"an officer says that it is the same", programme("2032-33", "2", "燈塔及渡輪"), []Succession{{
			From: Place{"901", "2031-32", "1"}, To: Place{"901", "2032-33", "2"}, Kind: Renamed,
		}}, true, ""},
		{"an officer says that it is not", programme("2032-33", "1", "燈塔"), []Succession{{
			From: Place{"901", "2031-32", ""}, To: Place{"901", "2032-33", "1"}, Kind: Reorganised,
		}}, false, Reorganised},
		{"it came from another head", programme("2032-33", "1", "燈塔"), []Succession{{
			From: Place{"902", "2031-32", ""}, To: Place{"901", "2032-33", "1"}, Kind: Transferred,
		}}, false, Transferred},
	} {
		got := threads([]Programme{programme("2031-32", "1", "燈塔"), c.second}, c.decided)
		if joined := len(got) == 1; joined != c.joined {
			t.Errorf("%s: %+v", c.name, got)
			continue
		}
		last := got[len(got)-1]
		if !c.joined && c.why != "" && (len(last.Breaks) != 1 || last.Breaks[0].Kind != c.why) {
			t.Errorf("%s: %+v", c.name, last.Breaks)
		}
	}
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		kind       PeriodKind
		period     string
		from, to   string
		today, was string
	}{
		{Calendar, "2025", "2025-01-01", "2025-12-31", "2026-01-01", "2025"},
		{Financial, "2025-26", "2025-04-01", "2026-03-31", "2026-03-31", "2024-25"},
		{Financial, "2025-26", "2025-04-01", "2026-03-31", "2026-04-01", "2025-26"},
	} {
		from, to, err := c.kind.Span(c.period)
		if err != nil || from.String() != c.from || to.String() != c.to {
			t.Errorf("%s: %s to %s, %v", c.period, from, to, err)
		}
		today, _ := when.ParseDay(c.today)
		if was := c.kind.Before(today); was != c.was {
			t.Errorf("before %s: %s, want %s", c.today, was, c.was)
		}
	}
	for _, bad := range []string{"", "25", "2025-27", "2025-26", "20255", "abcd"} {
		if _, _, err := Calendar.Span(bad); err == nil {
			t.Errorf("%q is no calendar year", bad)
		}
	}
}

func TestReckoning(t *testing.T) {
	of := func(goods ...bool) (out []Case) {
		for i, g := range goods {
			amount := money.Int(int32(1500 * (i + 1)))
			out = append(out, Case{Good: g, Amount: amount, Whose: string(rune('a' + i%2))})
		}
		return out
	}
	for _, c := range []struct {
		name  string
		m     Measure
		cases []Case
		want  string
		of    string
	}{
		{"a share", Measure{Formula: Share, Places: 1}, of(true, true, false), "66.7", "3"},
		{"half is rounded up", Measure{Formula: Share, Places: 0}, of(true, false, true, true, true, true, true, true), "88", "8"},
		{"a sum of thousands in millions", Measure{Formula: Sum, Stream: Work, Places: 1}, of(true, true), "4.5", ""},
		{"a number", Measure{Formula: Count}, of(true, false), "2", ""},
		{"holders, each once", Measure{Formula: Held}, of(true, true, true), "2", ""},
	} {
		r, err := c.m.reckon(c.cases)
		if err != nil || r.value.String() != c.want || amountText(r.denominator) != c.of {
			t.Errorf("%s: %v of %v, %v", c.name, r.value, amountText(r.denominator), err)
		}
	}
	if _, err := (Measure{Formula: Share}).reckon(nil); err == nil {
		t.Error("of no cases there is no share")
	}
}

func TestTargetsHaveADirection(t *testing.T) {
	for _, c := range []struct {
		direction Direction
		value     string
		met       bool
		known     bool
	}{{Up, "80", true, true}, {Up, "79.9", false, true}, {Down, "80", true, true}, {Down, "80.1", false, true}, {Flat, "99", false, false}} {
		m := Measure{Target: dec("80"), Direction: c.direction}
		if met, known := m.Met(*dec(c.value)); met != c.met || known != c.known {
			t.Errorf("%s of %s: %v %v", c.value, c.direction, met, known)
		}
	}
}

func TestAddressesOfEvidence(t *testing.T) {
	for address, ok := range map[string]bool{
		"/adoption": true, "https://www.example.gov.hk/a?b=1": true, "//evil.example": false, "http://a.example": false,
		"javascript:alert(1)": false, "https://user@a.example/": false, "/a\\b": false, "": false, "ftp://a": false, "/a b": false,
	} {
		if ValidAddress(address) != ok {
			t.Errorf("%q", address)
		}
	}
}
