package queue

import (
	"math"
	"reflect"
	"testing"
	"time"

	"praya/kernel/when"
)

// peakDay is the peak that the centre has seen.
func peakDay() Day { return PeakDay(midnight(when.Day{Year: 2026, Month: 3, Date: 2}), 43_000) }

const (
	handles = 240 * time.Second
	waitsOn = 180 * time.Second
)

func traffic(calls float64) Traffic {
	return Traffic{PerHour: calls * 4, Handling: handles, Patience: waitsOn}
}

// planned is the staffing by Erlang A, and the share in time that it promises for the whole day.
func planned(d Day, share float64) (staff []int, promised float64) {
	total := 0.0
	for _, calls := range d.Calls {
		n := Needed(traffic(calls), share, twelve)
		staff = append(staff, n)
		promised += calls * ForecastOf(traffic(calls), n, twelve).InTime
		total += calls
	}
	return staff, promised / total
}

// plain are rules without overload: Erlang A knows no call-back.
func plain() Rules {
	return Rules{ProposeAfter: time.Hour, MostWaiting: 100_000, Handling: handles, Overload: Overload{BusyWait: time.Hour, OverWait: time.Hour, BusyLine: 1000, OverLine: 1000}}
}

// TestPeakDay: with the planned staffing, the real queue code answers as many in time as Erlang A
// says, within two points.
func TestPeakDay(t *testing.T) {
	d := peakDay()
	staff, promised := planned(d, 0.8)
	for name, rules := range map[string]Rules{"plain": plain(), "with call-back": Defaults()} {
		got := Simulate(d, staff, rules, Exponential(waitsOn), Exponential(handles), 1)
		t.Logf("%s: %d calls, %.2f %% in time, promised %.2f %%, occupancy %.3f, longest line %d", name, got.Calls, 100*got.Share(), 100*promised, got.Occupancy, got.LongestLine)
		if got.Calls < 42_000 || got.Calls > 44_000 {
			t.Errorf("%d calls", got.Calls)
		}
		if math.Abs(got.Share()-promised) > 0.02 {
			t.Errorf("%s: %.4f in time, Erlang A says %.4f", name, got.Share(), promised)
		}
		got.addsUp(t)
	}
}

// addsUp: no caller is lost on the way.
func (p Played) addsUp(t *testing.T) {
	t.Helper()
	if p.Answered+p.Abandoned+p.Voicemail+p.Promised != p.Calls || p.CalledBack+p.Unreached+p.StillPromised != p.Promised {
		t.Errorf("%+v does not add up", p)
	}
	var n int64
	for _, c := range p.Waits {
		n += c
	}
	if n != int64(p.Answered) {
		t.Errorf("%d waits of %d answered", n, p.Answered)
	}
}

// TestTooFewAgents: with a fifth of the agents away the queue calls back; nobody hears a busy tone.
func TestTooFewAgents(t *testing.T) {
	d := peakDay()
	staff, promised := planned(d, 0.8)
	for i := range staff {
		staff[i] = staff[i] * 8 / 10
	}
	got := Simulate(d, staff, Defaults(), Exponential(waitsOn), Exponential(handles), 2)
	t.Logf("%.2f %% in time (%.2f promised with all), %d answered, %d abandoned, %d voicemail, %d promised, %d called back, %d still promised, %d put off, longest line %d",
		100*got.Share(), 100*promised, got.Answered, got.Abandoned, got.Voicemail, got.Promised, got.CalledBack, got.StillPromised, got.PutOff, got.LongestLine)
	got.addsUp(t)
	if got.BusyTones != 0 || got.Promised < got.Calls/50 || got.Share() > promised-0.05 {
		t.Errorf("%+v", got)
	}
	if got.CalledBack < got.Promised/2 {
		t.Errorf("of %d promised call-backs only %d were kept", got.Promised, got.CalledBack)
	}
	if got.LongestLine > Defaults().MostWaiting {
		t.Errorf("a line of %d", got.LongestLine)
	}
}

func TestASeedGivesTheSameDay(t *testing.T) {
	d := peakDay()
	for q := range d.Calls {
		d.Calls[q] /= 50
	}
	staff, _ := planned(d, 0.7)
	play := func(seed uint64) Played {
		return Simulate(d, staff, Defaults(), Exponential(waitsOn), Exponential(handles), seed)
	}
	if a, b := play(3), play(3); !reflect.DeepEqual(a, b) {
		t.Error("two days with one seed differ")
	}
	if reflect.DeepEqual(play(3), play(4)) {
		t.Error("two seeds give one day")
	}
}
