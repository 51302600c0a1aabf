package queue

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/sheet"
)

// Settings are what a plan assumes and promises.
type Settings struct {
	Handling  int `json:"handling"`  // seconds, talking and wrapping
	Patience  int `json:"patience"`  // seconds; 0: nobody hangs up (Erlang C)
	Shrinkage int `json:"shrinkage"` // percent of paid time
	Share     int `json:"share"`     // percent to be answered within Target
	Target    int `json:"target"`    // seconds
}

func (s Settings) check() error {
	f := fault.New(fault.Invalid, "queue.fault.form")
	for _, x := range []struct {
		name        string
		is, low, up int
	}{{"handling", s.Handling, 10, 3600}, {"patience", s.Patience, 0, 7200}, {"shrinkage", s.Shrinkage, 0, 80}, {"share", s.Share, 1, 99}, {"target", s.Target, 0, 600}} {
		if x.is < x.low || x.is > x.up {
			f = f.At(x.name, "queue.wrong."+x.name)
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// traffic is a quarter's, which is taken as stationary.
func (s Settings) traffic(calls float64) Traffic {
	return Traffic{PerHour: calls * 4, Handling: time.Duration(s.Handling) * time.Second, Patience: time.Duration(s.Patience) * time.Second}
}

// PlanQuarter is what a quarter needs.
type PlanQuarter struct {
	Quarter          int
	Calls            float64
	Agents, Rostered int
	InTime           float64 // as Erlang A says
}

// Plan is how many are needed on a day.
type Plan struct {
	Day      when.Day
	Settings Settings
	Source   string // weeks, file
	MadeAt   when.Instant
	MadeBy   string
	Quarters []PlanQuarter
	Version  int64 // 0: none yet
}

// The sources of a plan's calls.
const (
	FromWeeks    = "weeks"    // the same weekday of the last eight weeks, without general holidays
	FromHolidays = "holidays" // Sundays and general holidays of the last eight weeks
	FromFile     = "file"
)

// Staffing is what a day needs whose quarters expect so many calls.
func (s Settings) Staffing(calls [quartersOfDay]float64) []PlanQuarter {
	out := make([]PlanQuarter, quartersOfDay)
	target := time.Duration(s.Target) * time.Second
	for q, n := range calls {
		t := s.traffic(n)
		agents := Needed(t, float64(s.Share)/100, target)
		out[q] = PlanQuarter{q, n, agents, Rostered(agents, float64(s.Shrinkage)/100), ForecastOf(t, agents, target).InTime}
	}
	return out
}

// PromisedShare is the share in time of the whole day, each quarter weighed by its calls.
func (p Plan) PromisedShare() (float64, bool) {
	sum, calls := 0.0, 0.0
	for _, q := range p.Quarters {
		sum, calls = sum+q.Calls*q.InTime, calls+q.Calls
	}
	if calls == 0 {
		return 0, false
	}
	return sum / calls, true
}

// weeksBack is how many weeks a forecast looks back.
const weeksBack = 8

// trimmed is the mean without the lowest and the highest, from four values on.
func trimmed(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	values = slices.Clone(values)
	slices.Sort(values)
	if len(values) >= 4 {
		values = values[1 : len(values)-1]
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// restful reports whether a day is a general holiday, as each Sunday is (Cap. 149): people call
// otherwise than on its weekday.
func restful(c when.Calendar, d when.Day) bool {
	return d.Weekday() == time.Sunday || c.IsHoliday(d)
}

// like are the days of the last eight weeks by which a day is forecast: the Sundays and general
// holidays when it is one itself, else those of its weekday that were none.
func like(c when.Calendar, d when.Day) (days []when.Day, source string) {
	rest := restful(c, d)
	for k := 1; k <= 7*weeksBack; k++ {
		past := d.Add(-k)
		if rest && restful(c, past) || !rest && !restful(c, past) && past.Weekday() == d.Weekday() {
			days = append(days, past)
		}
	}
	if rest {
		return days, FromHolidays
	}
	return days, FromWeeks
}

// Expected is how many calls each quarter of a day will bring, by the days that it is like of the
// last eight weeks, where these have any calls; how many such days there were, and which.
func (s *Service) Expected(tx *db.Tx, d when.Day) (calls [quartersOfDay]float64, days int, source string, err error) {
	c, err := calendar.Working(tx)
	if err != nil {
		return calls, 0, "", err
	}
	alike, source := like(c, d)
	seen := make([][]float64, quartersOfDay)
	for _, past := range alike {
		if !past.Before(tx.Now().Day()) {
			continue
		}
		list, err := quartersOf(tx, past)
		if err != nil {
			return calls, days, source, err
		}
		if len(list) == 0 {
			continue
		}
		days++
		for q := range quartersOfDay {
			seen[q] = append(seen[q], float64(list[q].Offered))
		}
	}
	for q := range quartersOfDay {
		calls[q] = trimmed(seen[q])
	}
	return calls, days, source, nil
}

// quartersOf are the counters of a day by quarter, 0 to 95.
func quartersOf(tx *db.Tx, d when.Day) (map[int]Tally, error) {
	start := midnight(d)
	list, err := totals(tx, Quarter, start.String(), midnight(d.Add(1)).String())
	out := make(map[int]Tally, len(list))
	for _, i := range list {
		at, err := when.ParseInstant(i.Start)
		if err != nil {
			return nil, err
		}
		out[int(at.Sub(start)/quarterHour)] = i.Tally
	}
	return out, err
}

// MakePlan plans a day: from a file when calls are given, else from the weeks before. Its version
// must be the one that was read; 0 makes a new one.
func (s *Service) MakePlan(ctx context.Context, d when.Day, set Settings, calls *[quartersOfDay]float64, version int64) (p Plan, err error) {
	if err := set.check(); err != nil {
		return p, err
	}
	p = Plan{Day: d, Settings: set, Source: FromFile, MadeBy: who.From(ctx).Actor.ID, Version: version}
	if calls == nil {
		calls = &[quartersOfDay]float64{}
		days := 0
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			*calls, days, p.Source, err = s.Expected(tx, d)
			return err
		})
		if err == nil && days == 0 {
			err = fault.New(fault.Invalid, "queue.fault.no-weeks")
		}
		if err != nil {
			return p, err
		}
	}
	p.Quarters = set.Staffing(*calls)
	return p, s.DB.Write(ctx, func(tx *db.Tx) error {
		p.MadeAt = tx.Now()
		if err := putPlan(tx, p); err != nil {
			return err
		}
		return note(tx, "plan", d.String())
	})
}

// PlanOf is the plan of a day; one of version 0 when there is none.
func (s *Service) PlanOf(tx *db.Tx, d when.Day) (Plan, error) { return planOf(tx, d) }

// planFile is the sheet of a day's calls.
func planFile() sheet.Format {
	return sheet.Format{Columns: []string{"time", "calls"}, Others: true, Bytes: maxPlanFile, Rows: quartersOfDay, Told: 10}
}

const maxPlanFile = 64 << 10

// mostCalls bounds what a quarter of a sheet may expect.
const mostCalls = 100_000

// ReadCalls reads a sheet with a line for each quarter: time (09:15) and calls. Quarters without a
// line expect none.
func ReadCalls(r io.Reader) (calls [quartersOfDay]float64, wrong []sheet.Problem, err error) {
	rows, wrong, err := planFile().Read(r)
	if err != nil || len(wrong) > 0 {
		return calls, wrong, err
	}
	given := map[int]bool{}
	for _, row := range rows {
		q := quarterNamed(row.Cells["time"])
		n, err := strconv.ParseFloat(row.Cells["calls"], 64)
		switch {
		case q < 0 || given[q]:
			wrong = append(wrong, sheet.Problem{Line: row.Line, Column: "time", Fault: "time"})
		case err != nil || math.IsNaN(n) || n < 0 || n > mostCalls:
			wrong = append(wrong, sheet.Problem{Line: row.Line, Column: "calls", Fault: "calls"})
		default:
			calls[q], given[q] = n, true
		}
	}
	return calls, wrong, nil
}

// quarterNamed is the quarter that begins at 09:15, or -1.
func quarterNamed(s string) int {
	for q := range quartersOfDay {
		if name := quarterName(q); s == name || s == name[1:] && name[0] == '0' {
			return q
		}
	}
	return -1
}

func (s Settings) stored() (string, error) {
	b, err := json.Marshal(s)
	return string(b), err
}
