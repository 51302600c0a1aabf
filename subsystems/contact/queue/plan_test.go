package queue

import (
	"math"
	"strings"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/calendar"
	"praya/platform/db"
)

func settings() Settings {
	return Settings{Handling: 240, Patience: 180, Shrinkage: 30, Share: 80, Target: 12}
}

func TestTrimmedMean(t *testing.T) {
	for _, x := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{1, 2, 9}, 4}, {[]float64{100, 2, 4, 0}, 3}, {[]float64{8, 1, 2, 3, 4, 5, 6, 700}, 28.0 / 6}} {
		if got := trimmed(x.values); math.Abs(got-x.want) > 1e-9 {
			t.Errorf("%v: %f", x.values, got)
		}
	}
}

// TestPlan: eight Mondays lead to a plan of the ninth, one of them a day that a fire made unlike the others.
func TestPlan(t *testing.T) {
	each(t, func(w *world) {
		monday := w.clock.now().Day()
		if _, err := w.MakePlan(w.system, monday, settings(), nil, 0); err == nil {
			t.Error("a plan from no weeks at all")
		}
		ten := 40
		w.write(func(tx *db.Tx) error {
			for k := 1; k <= weeksBack; k++ {
				at := midnight(monday.Add(-7 * k)).Add(time.Duration(ten) * quarterHour)
				calls := int64(100 + k) // 101 to 108
				if k == 3 {
					calls = 5000
				}
				if err := count(tx, at, Cantonese, "", Tally{Offered: calls}); err != nil {
					return err
				}
			}
			return count(tx, midnight(monday.Add(-1)).Add(time.Duration(ten)*quarterHour), Cantonese, "", Tally{Offered: 9999}) // a Sunday
		})
		p, err := w.MakePlan(w.system, monday, settings(), nil, 0)
		w.ok(err)
		q := p.Quarters[ten]
		if want := (102 + 104 + 105 + 106 + 107 + 108) / 6.0; math.Abs(q.Calls-want) > 1e-9 || p.Source != FromWeeks {
			t.Errorf("%f calls, want %f", q.Calls, want)
		}
		tr := settings().traffic(q.Calls)
		if q.InTime < 0.8 || ForecastOf(tr, q.Agents-1, twelve).InTime >= 0.8 || q.Rostered != Rostered(q.Agents, 0.3) || p.Quarters[0].Agents != 0 {
			t.Errorf("%+v", q)
		}
		var kept Plan
		w.read(func(tx *db.Tx) (err error) { kept, err = w.PlanOf(tx, monday); return err })
		if kept.Version != 1 || len(kept.Quarters) != quartersOfDay || kept.Quarters[ten].Agents != q.Agents || kept.Settings != settings() {
			t.Errorf("%+v", kept)
		}
		if _, err := w.MakePlan(w.system, monday, settings(), nil, 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second plan: %v", err)
		}
		var calls [quartersOfDay]float64
		calls[3] = 50
		p, err = w.MakePlan(w.system, monday, settings(), &calls, 1)
		w.ok(err)
		if _, err := w.MakePlan(w.system, monday, settings(), &calls, 1); !fault.Is(err, fault.Conflict) {
			t.Errorf("a lost update: %v", err)
		}
		if share, ok := p.PromisedShare(); !ok || share != p.Quarters[3].InTime || p.Source != FromFile {
			t.Errorf("%f %v", share, ok)
		}
		bad := settings()
		bad.Shrinkage = 100
		_, err = w.MakePlan(w.system, monday, bad, &calls, 2)
		w.refused(err, "form")
	})
}

// TestHolidaysAreForecastFromHolidays: Good Friday from the Sundays and the days of Lunar New Year
// before it, and a Tuesday from Tuesdays without the one that was Lunar New Year's Day.
func TestHolidaysAreForecastFromHolidays(t *testing.T) {
	each(t, func(w *world) {
		w.ok(calendar.New(w.DB).Seed(w.system))
		today := w.clock.now().Day() // Monday 2 March 2026
		rest := when.NewCalendar([]when.Day{{Year: 2026, Month: 2, Date: 17}, {Year: 2026, Month: 2, Date: 18}, {Year: 2026, Month: 2, Date: 19}})
		w.write(func(tx *db.Tx) error {
			for k := 1; k <= 7*weeksBack; k++ {
				calls := int64(100)
				if restful(rest, today.Add(-k)) {
					calls = 30
				}
				if err := count(tx, midnight(today.Add(-k)).Add(40*quarterHour), Cantonese, "", Tally{Offered: calls}); err != nil {
					return err
				}
			}
			return nil
		})
		for _, x := range []struct {
			day    when.Day
			calls  float64
			days   int
			source string
		}{
			{when.Day{Year: 2026, Month: 4, Date: 3}, 30, 7, FromHolidays}, // Sundays of 8, 15, 22 February and 1 March, and 17 to 19 February
			{when.Day{Year: 2026, Month: 3, Date: 8}, 30, 11, FromHolidays},
			{when.Day{Year: 2026, Month: 3, Date: 3}, 100, 7, FromWeeks},
			{when.Day{Year: 2026, Month: 3, Date: 6}, 100, 8, FromWeeks},
		} {
			w.read(func(tx *db.Tx) error {
				calls, days, source, err := w.Expected(tx, x.day)
				if calls[40] != x.calls || days != x.days || source != x.source {
					t.Errorf("%s: %v calls from %d days, %s; want %+v", x.day, calls[40], days, source, x)
				}
				return err
			})
		}
	})
}

func TestReadCalls(t *testing.T) {
	calls, wrong, err := ReadCalls(strings.NewReader("time,calls,note\n09:15,12.5,x\n9:30,3,\n23:45,0,\n"))
	if err != nil || len(wrong) > 0 || calls[37] != 12.5 || calls[38] != 3 {
		t.Errorf("%v %v %v", calls, wrong, err)
	}
	for text, want := range map[string]string{
		"time,calls\n09:10,1\n":          "time",
		"time,calls\n09:15,1\n09:15,2\n": "time",
		"time,calls\n09:15,-1\n":         "calls",
		"time,calls\n09:15,NaN\n":        "calls",
		"time\n09:15\n":                  "column-missing",
	} {
		if _, wrong, err := ReadCalls(strings.NewReader(text)); err != nil || len(wrong) != 1 || string(wrong[0].Fault) != want {
			t.Errorf("%q: %v %v", text, wrong, err)
		}
	}
}

func TestQuantiles(t *testing.T) {
	h := Histogram{}
	if _, ok := h.Quantile(0.5); ok {
		t.Error("a median of nothing")
	}
	h[10], h[20] = 50, 50 // 10 to 12 seconds, 20 to 25
	for q, want := range map[float64]time.Duration{0.25: 11 * time.Second, 0.5: 12 * time.Second, 0.75: 22500 * time.Millisecond} {
		if got, ok := h.Quantile(q); !ok || got != want {
			t.Errorf("%.2f: %s", q, got)
		}
	}
	for wait, want := range map[time.Duration]int64{0: 0, 999 * time.Millisecond: 0, 12 * time.Second: 12, 11999 * time.Millisecond: 10, 5 * time.Hour: 3600} {
		if got := binOf(wait); got != want {
			t.Errorf("%s in bin %d", wait, got)
		}
	}
}

// TestFiguresAddUp: the figures of a year are those of its months, and so on down.
func TestFiguresAddUp(t *testing.T) {
	each(t, func(w *world) {
		days := []when.Day{{Year: 2025, Month: 12, Date: 31}, {Year: 2026, Month: 1, Date: 1}, {Year: 2026, Month: 2, Date: 28}, {Year: 2026, Month: 2, Date: 1}}
		w.write(func(tx *db.Tx) error {
			for i, d := range days {
				for q := range 3 {
					at := midnight(d).Add(time.Duration(q*40) * quarterHour)
					if err := count(tx, at, Languages()[q], "tax", Tally{Offered: int64(10 + i), Within: 5, Answered: 7, Enquiries: 4, Settled: 3}); err != nil {
						return err
					}
				}
			}
			return countWait(tx, midnight(days[1]), 5*time.Second)
		})
		w.read(func(tx *db.Tx) error {
			for start, want := range map[string]int64{"2025": 30, "2026": 33 + 36 + 39, "2026-02": 36 + 39, "2026-02-28": 36, "2024": 0} {
				span, ok := spanNamed(start)
				f, err := w.FiguresOf(tx, span, start)
				if err != nil || !ok {
					return err
				}
				var inner, languages, skills Tally
				for _, i := range f.Inner {
					inner = inner.Add(i.Tally)
				}
				for _, p := range f.Languages {
					languages = languages.Add(p.Tally)
				}
				for _, p := range f.Skill {
					skills = skills.Add(p.Tally)
				}
				if f.Offered != want || inner != f.Tally || languages != f.Tally || skills != f.Tally {
					t.Errorf("%s: %+v, within %+v, languages %+v, skills %+v", start, f.Tally, inner, languages, skills)
				}
			}
			list, err := w.Quarters(tx, days[0], days[1])
			if len(list) != 6 {
				t.Errorf("%d quarters: %v", len(list), list)
			}
			return err
		})
		for s, ok := range map[string]bool{"2026": true, "2026-13": false, "2026-02-30": false, "x": false, "": false, "20x6": false} {
			if _, got := spanNamed(s); got != ok {
				t.Errorf("%q: %v", s, got)
			}
		}
	})
}

// FuzzReadCalls: whatever file somebody brings, what is accepted can be planned.
func FuzzReadCalls(f *testing.F) {
	f.Add("time,calls\n09:15,12.5\n")
	f.Add("calls,time\r\n1e3,9:00\r\n")
	f.Add("\ufefftime,calls\n00:00,Inf\n")
	f.Fuzz(func(t *testing.T, text string) {
		calls, wrong, err := ReadCalls(strings.NewReader(text))
		if err != nil || len(wrong) > 0 {
			return
		}
		for _, n := range calls {
			if math.IsNaN(n) || n < 0 || n > mostCalls {
				t.Fatalf("%f calls", n)
			}
		}
	})
}
