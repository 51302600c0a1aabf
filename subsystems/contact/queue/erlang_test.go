package queue

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const twelve = 12 * time.Second

// TestErlangC holds the formulas against published tables of staffing: 80 % in 12 seconds, for
// 2,570,000 calls a year, three times that, and a peak day of 43,000 calls.
func TestErlangC(t *testing.T) {
	for _, x := range []struct {
		perHour, handling float64
		agents            int
		inTime, wait      float64
	}{
		{292.577, 180, 19, .847, 8.5},
		{292.577, 240, 24, .803, 13.1},
		{292.577, 300, 30, .840, 10.7},
		{877.732, 180, 50, .816, 8.1},
		{877.732, 240, 66, .828, 8.0},
		{877.732, 300, 81, .800, 10.4},
		{4300, 180, 226, .831, 5.7},
		{4300, 240, 299, .805, 7.0},
		{4300, 300, 373, .813, 6.9},
	} {
		tr := Traffic{PerHour: x.perHour, Handling: seconds(x.handling)}
		if n := Needed(tr, 0.8, twelve); n != x.agents {
			t.Errorf("%v: %d agents", x, n)
		}
		f := PatientForecast(tr, x.agents, twelve)
		if math.Abs(f.InTime-x.inTime) > 0.0006 || math.Abs(f.Wait.Seconds()-x.wait) > 0.06 {
			t.Errorf("%v: %+v", x, f)
		}
	}
	if n := Needed(Traffic{PerHour: 878, Handling: 300 * time.Second}, 0.8, twelve); n != 82 {
		t.Errorf("%d agents for 878 calls an hour", n)
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func TestErlangB(t *testing.T) {
	if n := Trunks(4300.0/3600*320, 0.001); n != 431 {
		t.Errorf("%d trunks", n)
	}
	if b := ErlangB(382.2, 431); b > 0.001 || ErlangB(382.2, 430) <= 0.001 {
		t.Errorf("%f", b)
	}
}

// TestErlangAIsErlangCWithEndlessPatience: the two are computed by different formulas.
func TestErlangAIsErlangCWithEndlessPatience(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 500).Draw(t, "agents")
		tr := Traffic{Handling: seconds(rapid.Float64Range(30, 900).Draw(t, "handling"))}
		tr.PerHour = float64(n) * rapid.Float64Range(0.1, 0.9).Draw(t, "load") / tr.Handling.Hours()
		target := seconds(rapid.Float64Range(0, 60).Draw(t, "target"))
		c := PatientForecast(tr, n, target)
		tr.Patience = 100_000 * time.Hour
		a := ForecastOf(tr, n, target)
		if math.Abs(a.InTime-c.InTime) > 1e-4 || math.Abs(a.Wait.Seconds()-c.Wait.Seconds()) > 0.01+c.Wait.Seconds()/1000 || a.Abandoned > 1e-4 {
			t.Fatalf("A %+v, C %+v", a, c)
		}
	})
}

// TestErlangAProperties: more agents never answer fewer in time, patience costs nobody, and what
// comes in goes out: those who don't abandon fit into the agents' time.
func TestErlangAProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := Traffic{
			PerHour:  rapid.Float64Range(1, 5000).Draw(t, "calls"),
			Handling: seconds(rapid.Float64Range(30, 600).Draw(t, "handling")),
			Patience: seconds(rapid.Float64Range(10, 1200).Draw(t, "patience")),
		}
		n := rapid.IntRange(1, 500).Draw(t, "agents")
		a, b := ForecastOf(tr, n, twelve), ForecastOf(tr, n+1, twelve)
		if a.InTime > b.InTime+1e-9 || a.Abandoned < b.Abandoned-1e-9 || a.InTime < 0 || a.InTime > 1 || a.Abandoned < 0 || a.Abandoned > 1 {
			t.Fatalf("%+v, with one more %+v", a, b)
		}
		if a.InTime+a.Abandoned > 1+1e-9 {
			t.Fatalf("%+v: more than everybody", a)
		}
		if served := tr.Load() * (1 - a.Abandoned); served > float64(n)+1e-6 {
			t.Fatalf("%f erlangs served by %d", served, n)
		}
		if math.Abs(a.Wait.Seconds()-a.Abandoned*tr.Patience.Seconds()) > 1e-3 { // Little's law, twice
			t.Fatalf("%+v", a)
		}
	})
}

// TestErlangAAgainstASimulation is a third opinion: M/M/N+M played out event by event.
func TestErlangAAgainstASimulation(t *testing.T) {
	for _, x := range []struct {
		tr Traffic
		n  int
	}{
		{Traffic{PerHour: 600, Handling: 240 * time.Second, Patience: 90 * time.Second}, 40},
		{Traffic{PerHour: 600, Handling: 240 * time.Second, Patience: 90 * time.Second}, 30},
		{Traffic{PerHour: 60, Handling: 300 * time.Second, Patience: 300 * time.Second}, 6},
	} {
		f := ForecastOf(x.tr, x.n, twelve)
		inTime, abandoned := play(x.tr, x.n, 400_000)
		if math.Abs(f.InTime-inTime) > 0.006 || math.Abs(f.Abandoned-abandoned) > 0.006 {
			t.Errorf("%+v with %d: formula %+v, played %.4f in time, %.4f abandoned", x.tr, x.n, f, inTime, abandoned)
		}
	}
}

// play draws callers in order: each is served by the agent who is free first, if before their
// patience ends (first come, first served).
func play(tr Traffic, n, calls int) (inTime, abandoned float64) {
	r := rand.New(rand.NewPCG(7, 11))
	free := make([]float64, n)
	now := 0.0
	for range calls {
		now += r.ExpFloat64() * 3600 / tr.PerHour
		first := 0
		for i := range free {
			if free[i] < free[first] {
				first = i
			}
		}
		start := max(now, free[first])
		if start-now > r.ExpFloat64()*tr.Patience.Seconds() {
			abandoned++
			continue
		}
		if start-now <= twelve.Seconds() {
			inTime++
		}
		free[first] = start + r.ExpFloat64()*tr.Handling.Seconds()
	}
	return inTime / float64(calls), abandoned / float64(calls)
}

func TestRostered(t *testing.T) {
	for _, x := range []struct {
		n         int
		shrinkage float64
		want      int
	}{{70, 0.3, 100}, {0, 0.3, 0}, {10, 0, 10}, {7, 0.25, 10}} {
		if got := Rostered(x.n, x.shrinkage); got != x.want {
			t.Errorf("%v: %d", x, got)
		}
	}
}
