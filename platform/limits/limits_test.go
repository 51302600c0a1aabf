package limits_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/limits"
)

// moved is a clock that a test moves.
type moved struct{ ahead atomic.Int64 }

func (m *moved) now() when.Instant {
	return when.At(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)).Add(time.Duration(m.ahead.Load()))
}
func (m *moved) by(d time.Duration) { m.ahead.Add(int64(d)) }

func each(t *testing.T, test func(t *testing.T, d *db.DB, clock *moved)) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		clock := &moved{}
		d, err := db.Open(t.Context(), db.Config{URL: address}, clock.now)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close() //nolint:errcheck // a test's end
		if _, err := d.Migrate(t.Context(), limits.Schema()); err != nil {
			t.Fatal(err)
		}
		test(t, d, clock)
	})
}

func TestALeaseHasOneHolder(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *moved) {
		var got atomic.Int64
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				switch _, err := limits.Acquire(t.Context(), d, "nightly", time.Minute); {
				case err == nil:
					got.Add(1)
				case !fault.Is(err, fault.Conflict):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got.Load() != 1 {
			t.Errorf("%d holders", got.Load())
		}
		if _, err := limits.Acquire(who.AsSystem(t.Context(), who.Sandbox), d, "nightly", time.Minute); err != nil {
			t.Errorf("the sandbox has leases of its own: %v", err)
		}
		clock.by(61 * time.Second)
		l, err := limits.Acquire(t.Context(), d, "nightly", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		clock.by(50 * time.Second)
		if err := l.Renew(t.Context(), time.Minute); err != nil {
			t.Error(err)
		}
		clock.by(50 * time.Second)
		if _, err := limits.Acquire(t.Context(), d, "nightly", time.Minute); !fault.Is(err, fault.Conflict) {
			t.Errorf("a renewed lease was taken: %v", err)
		}
		clock.by(time.Minute)
		if err := l.Renew(t.Context(), time.Minute); !fault.Is(err, fault.Conflict) {
			t.Errorf("a lease that had ended was renewed: %v", err)
		}
		if l, err = limits.Acquire(t.Context(), d, "nightly", time.Minute); err != nil {
			t.Fatal(err)
		}
		if err := l.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err = limits.Acquire(t.Context(), d, "nightly", time.Minute); err != nil {
			t.Error(err)
		}
	})
}

func TestABucketFillsSteadily(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *moved) {
		rate := limits.Rate{Burst: 5, Per: 10 * time.Second}
		take := func() (n int) {
			t.Helper()
			for {
				wait, err := limits.Take(t.Context(), d, "203.0.113.7", rate)
				if fault.Is(err, fault.TooMany) {
					if wait <= 0 || wait > rate.Per {
						t.Errorf("wait %v", wait)
					}
					return n
				}
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
		}
		if n := take(); n != 5 {
			t.Errorf("%d at once, want 5", n)
		}
		clock.by(25 * time.Second)
		if n := take(); n != 2 {
			t.Errorf("%d after 25 s, want 2", n)
		}
		clock.by(time.Hour)
		if n := take(); n != 5 {
			t.Errorf("%d after an hour, want 5", n)
		}
		if _, err := limits.Take(t.Context(), d, "203.0.113.8", rate); err != nil {
			t.Errorf("another key: %v", err)
		}
		clock.by(time.Hour)
		if n, err := limits.Sweep(t.Context(), d); n != 2 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
	})
}

func TestABucketIsOneForAllProcesses(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *moved) {
		var got atomic.Int64
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				for range 5 {
					if _, err := limits.Take(t.Context(), d, "k", limits.Rate{Burst: 30, Per: time.Second}); err == nil {
						got.Add(1)
					} else if !fault.Is(err, fault.TooMany) {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if got.Load() != 30 {
			t.Errorf("%d of 100 were let through, want 30", got.Load())
		}
	})
}

func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, []db.Schema{limits.Schema()}, "."); n != 7 {
		t.Errorf("%d statements", n)
	}
	dbtest.Homes(t, ".")
}

// Two processes with a meter each share one allowance: together they hand out the burst and
// no more, and go on at the rate.
func TestMetersShareAnAllowance(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *moved) {
		rate := limits.Rate{Burst: 100, Per: 10 * time.Millisecond}
		meters := []*limits.Meter{{DB: d, Rate: rate, Lot: 10}, {DB: d, Rate: rate, Lot: 10}}
		spend := func() (n int) {
			for ; n < 1000; n++ {
				_, err := meters[n%2].Take(t.Context(), "client")
				if fault.Is(err, fault.TooMany) {
					return n
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			return n
		}
		if n := spend(); n < 90 || n > 100 {
			t.Errorf("handed out %d of 100", n)
		}
		clock.by(500 * time.Millisecond)
		if n := spend(); n < 40 || n > 60 {
			t.Errorf("half a second later %d of 50", n)
		}
		if _, err := meters[0].Take(t.Context(), "another client"); err != nil {
			t.Error(err)
		}
	})
}
