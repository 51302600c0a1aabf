package line

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/limits"
	"praya/platform/web"
)

func schemas() []db.Schema {
	return []db.Schema{Schema(), audit.Schema(), limits.Schema(), web.Schema()}
}

// hands is a clock that a test turns.
type hands struct {
	mu sync.Mutex
	at when.Instant
}

func (h *hands) now() when.Instant {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hands) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

func newHands() *hands {
	return &hands{at: when.At(time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC))}
}

// process is a service on a store of its own connection, as another process has it.
func process(t testing.TB, address string, clock when.Clock) *Service {
	t.Helper()
	d, err := db.Open(t.Context(), db.Config{URL: address}, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
		t.Fatal(err)
	}
	policy, err := access.New(Policy())
	if err != nil {
		t.Fatal(err)
	}
	return &Service{DB: d, Policy: policy}
}

func system(t testing.TB) context.Context { return who.AsSystem(t.Context(), who.Production) }

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func opened(t testing.TB, s *Service, x Settings) {
	t.Helper()
	x.Line = "food"
	ok(t, s.Set(system(t), x))
	ok(t, s.Open(system(t), "food"))
}

func enter(t testing.TB, s *Service, holder string) (bool, Ticket) {
	t.Helper()
	in, ticket, err := s.Enter(system(t), "food", holder)
	ok(t, err)
	return in, ticket
}

func at(t testing.TB, s *Service, holder string) Ticket {
	t.Helper()
	_, ticket, err := s.Place(system(t), "food", holder)
	ok(t, err)
	return ticket
}

// Three hundred come at once to two processes; twenty may be inside. Each gets in once, in the order
// of the numbers, and never are more than twenty inside.
func TestRush(t *testing.T) {
	const contenders, most = 300, 20
	dbtest.EachURL(t, func(t *testing.T, address string) {
		processes := []*Service{process(t, address, when.System), process(t, address, when.System)}
		opened(t, processes[0], Settings{Most: most, PerMinute: maxRate, Minutes: 10})
		ctx := system(t)
		var inside, highest, entered atomic.Int64
		var mu sync.Mutex
		numbers := map[int64]bool{}
		var all sync.WaitGroup
		for i := range contenders {
			all.Go(func() {
				holder, s := fmt.Sprintf("holder-%d", i), processes[i%2]
				for tries := 0; ; tries++ {
					in, ticket, err := s.Enter(ctx, "food", holder)
					if err != nil {
						t.Errorf("%s: %v", holder, err)
						return
					}
					if !in {
						s = processes[tries%2] // a reload may reach the other process
						time.Sleep(200 * time.Millisecond)
						continue
					}
					n := inside.Add(1)
					for h := highest.Load(); n > h && !highest.CompareAndSwap(h, n); h = highest.Load() {
					}
					mu.Lock()
					if numbers[ticket.Number] {
						t.Errorf("number %d went in twice", ticket.Number)
					}
					numbers[ticket.Number] = true
					mu.Unlock()
					entered.Add(1)
					time.Sleep(time.Millisecond)
					inside.Add(-1)
					if err := s.Out(ctx, "food", holder); err != nil {
						t.Errorf("%s: %v", holder, err)
					}
					return
				}
			})
		}
		all.Wait()
		if entered.Load() != contenders || highest.Load() > most || highest.Load() < 2 {
			t.Errorf("%d went in, at most %d at once", entered.Load(), highest.Load())
		}
		st, err := processes[0].look(ctx, "food")
		ok(t, err)
		if st.Last != contenders || st.Called != contenders || st.Inside != 0 {
			t.Errorf("in the end: %+v", st)
		}
		consistent(t, processes[0], 0)
	})
}

// consistent compares a line's counter with its rows.
func consistent(t testing.TB, s *Service, more int64) State {
	t.Helper()
	ctx := system(t)
	var st State
	ok(t, s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if st, err = stateOf(tx, "food"); err != nil {
			return err
		}
		var inside, open int64
		const tickets = `select count(*) from services_line_tickets where realm = $1 and line = $2 and round = $3 and state = 'inside'`
		const calls = `select coalesce(sum(highest - lowest + 1 - came), 0) from services_line_calls where realm = $1 and line = $2 and round = $3 and settled = false`
		if err := tx.Row(tickets, tx.Realm(), "food", st.Round).Scan(&inside); err != nil {
			return err
		}
		if err := tx.Row(calls, tx.Realm(), "food", st.Round).Scan(&open); err != nil {
			return err
		}
		if st.Inside != inside+open || st.Inside > st.Most+more || st.Called > st.Last {
			t.Errorf("the counter says %d inside of %d, the rows %d and %d still to come", st.Inside, st.Most, inside, open)
		}
		return nil
	}))
	return st
}

func TestTurns(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		clock := newHands()
		s, other := process(t, address, clock.now), process(t, address, clock.now)
		opened(t, s, Settings{Most: 2, PerMinute: 60, Minutes: 10})
		for _, h := range []string{"a", "b"} {
			if in, _ := enter(t, s, h); !in {
				t.Fatalf("%s waits, but there is room", h)
			}
		}
		for i, h := range []string{"c", "d", "e"} {
			if in, ticket := enter(t, s, h); in || ticket.Standing != Waiting || ticket.Ahead != int64(i) {
				t.Fatalf("%s: %v, %+v", h, in, ticket)
			}
		}
		first := at(t, s, "d")
		if again := at(t, other, "d"); again.Number != first.Number || again.Ahead != 1 {
			t.Errorf("another process gives %+v, not %+v", again, first)
		}
		if _, again := enter(t, other, "d"); again.Number != first.Number {
			t.Errorf("coming again gives number %d, not %d", again.Number, first.Number)
		}
		ok(t, s.Out(system(t), "food", "a"))
		c := at(t, s, "c")
		if c.Standing != Called || c.Until.Sub(clock.now()) != TurnKept {
			t.Fatalf("c is %+v", c)
		}
		if at(t, s, "d").Ahead != 0 {
			t.Error("d did not move up")
		}
		clock.pass(TurnKept - time.Second)
		if in, _ := enter(t, s, "b"); !in {
			t.Error("b went in, and is outside")
		}
		if c := at(t, s, "c"); c.Standing != Called {
			t.Errorf("a second before the end c is %+v", c)
		}
		clock.pass(time.Second)
		if in, c := enter(t, s, "c"); in || c.Standing != Lost {
			t.Errorf("c came too late, and is %+v", c)
		}
		if d := at(t, s, "d"); d.Standing != Called {
			t.Errorf("after c lost the turn d is %+v", d)
		}
		if in, _ := enter(t, other, "d"); !in {
			t.Error("d does not get in by the other process")
		}
		ok(t, s.Rejoin(system(t), "food", "c"))
		if c := at(t, s, "c"); c.Standing != Waiting || c.Ahead != 1 {
			t.Errorf("c joined again, and is %+v", c)
		}
		// Who is there stays inside; who stays away for ten minutes makes room.
		for range 4 {
			clock.pass(6 * time.Minute)
			if in, _ := enter(t, s, "b"); !in {
				t.Fatal("b was there all the time, and is outside")
			}
		}
		if d := at(t, s, "d"); d.Standing != Over {
			t.Errorf("d stayed away, and is %+v", d)
		}
		consistent(t, s, 0)
		ok(t, s.Close(system(t), "food"))
		if in, _ := enter(t, s, "z"); !in {
			t.Error("the line is closed, and z waits")
		}
	})
}

func TestRateAndEstimate(t *testing.T) {
	clock := newHands()
	s := process(t, dbtest.SQLite(t), clock.now)
	opened(t, s, Settings{Most: 1000, PerMinute: 6, Minutes: 60})
	for i := range 100 {
		enter(t, s, fmt.Sprint(i))
	}
	st := consistent(t, s, 0)
	if st.Called != 1 {
		t.Errorf("%d were called at once; six a minute may be", st.Called)
	}
	for range 60 {
		clock.pass(10 * time.Second)
		ok(t, s.Tick(system(t)))
	}
	if st = consistent(t, s, 0); st.Called < 60 || st.Called > 61 {
		t.Errorf("in ten minutes %d were called, not six a minute", st.Called)
	}
	last := at(t, s, "99")
	// 39 wait: six and a half minutes at the measured rate.
	true0 := clock.now().Add(390 * time.Second)
	if last.From.IsZero() || true0.Before(last.From) || last.To.Before(true0) || last.To.Sub(last.From) > 10*time.Minute {
		t.Errorf("the estimate is %v to %v, and it will be %v", last.From, last.To, true0)
	}
	from, to := estimate(clock.now(), 5, 0, time.Minute)
	if !from.IsZero() || !to.IsZero() {
		t.Error("an estimate from nothing")
	}
}

func TestOpensByItself(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		clock := newHands()
		s, other := process(t, address, clock.now), process(t, address, clock.now)
		ok(t, s.Set(system(t), Settings{Line: "food", Most: 3, PerMinute: 600, Minutes: 10, ByItself: true}))
		for _, h := range []string{"a", "b", "c"} {
			if in, _ := enter(t, s, h); !in {
				t.Fatalf("%s waits before a closed line", h)
			}
		}
		for _, h := range []string{"x", "y"} {
			if in, _ := enter(t, other, h); !in {
				t.Fatalf("%s waits before a closed line", h)
			}
		}
		if in, d := enter(t, s, "d"); in || d.Standing != Waiting {
			t.Fatalf("one too many: %v, %+v", in, d)
		}
		clock.pass(remembered)
		for _, h := range []string{"a", "b", "c"} {
			if in, _ := enter(t, s, h); !in {
				t.Errorf("%s was inside, and is sent out", h)
			}
		}
		for _, h := range []string{"x", "y"} {
			if in, _ := enter(t, other, h); !in {
				t.Errorf("%s was inside by the other process, and is sent out", h)
			}
		}
		open, inside, waiting, err := s.Totals(system(t))
		if err != nil || open != 1 || inside != 5 || waiting != 1 {
			t.Errorf("open %d, inside %d, waiting %d, %v", open, inside, waiting, err)
		}
		if st := consistent(t, s, 2); st.Inside != 5 || !st.ByLine {
			t.Errorf("inside: %d", st.Inside)
		}
		for _, h := range []string{"a", "b"} {
			ok(t, s.Out(system(t), "food", h))
			if in, _ := enter(t, s, "d"); in {
				t.Errorf("d is in while there are more than three")
			}
		}
		ok(t, s.Out(system(t), "food", "c"))
		if in, _ := enter(t, s, "d"); !in {
			t.Error("there is room, and d waits")
		}
		for range 18 {
			clock.pass(time.Minute)
			ok(t, s.Tick(system(t)))
			enter(t, s, "d")
		}
		if st := consistent(t, s, 0); st.Open {
			t.Errorf("the line is quiet, and open: %+v", st)
		}
		ok(t, s.Set(system(t), Settings{Line: "food", Most: 5, PerMinute: 600, Minutes: 10}))
		ok(t, s.Open(system(t), "food"))
		n, err := s.Sweep(system(t))
		ok(t, err)
		if n < 6 {
			t.Errorf("%d old rows were swept", n)
		}
	})
}

func TestAdopt(t *testing.T) {
	clock := newHands()
	s := process(t, dbtest.SQLite(t), clock.now)
	opened(t, s, Settings{Most: 1, PerMinute: 60, Minutes: 10})
	enter(t, s, "inside")
	enter(t, s, "browser")
	enter(t, s, "later")
	ok(t, s.Adopt(system(t), "food", "browser", "account"))
	if a := at(t, s, "account"); a.Standing != Waiting || a.Ahead != 0 {
		t.Errorf("after signing in: %+v", a)
	}
	if b := at(t, s, "browser"); b.Standing != None {
		t.Errorf("the browser still has a ticket: %+v", b)
	}
	ok(t, s.Adopt(system(t), "food", "later", "account"))
	if a := at(t, s, "account"); a.Ahead != 0 {
		t.Errorf("a second ticket took the place of the first: %+v", a)
	}
}

// Whatever people do, the counters agree with the rows, nobody is called out of turn, and nobody
// is inside twice.
func TestLineHoldsTogether(t *testing.T) {
	holders := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	clock := newHands()
	s := process(t, dbtest.SQLite(t), clock.now)
	rapid.Check(t, func(r *rapid.T) {
		ok(t, s.Close(system(t), "food"))
		opened(t, s, Settings{Most: int64(rapid.IntRange(1, 4).Draw(r, "most")), PerMinute: int64(rapid.IntRange(1, 120).Draw(r, "rate")), Minutes: int64(rapid.IntRange(1, 20).Draw(r, "minutes"))})
		for range rapid.IntRange(1, 40).Draw(r, "steps") {
			holder := rapid.SampledFrom(holders).Draw(r, "holder")
			before := at(t, s, holder)
			switch rapid.IntRange(0, 4).Draw(r, "act") {
			case 0, 1:
				in, _ := enter(t, s, holder)
				if in && before.Standing == Waiting && before.Ahead > 0 && !slices.Contains([]Standing{Inside}, at(t, s, holder).Standing) {
					r.Fatalf("%s went in, and is not inside", holder)
				}
			case 2:
				ok(t, s.Out(system(t), "food", holder))
			case 3:
				ok(t, s.Rejoin(system(t), "food", holder))
			case 4:
				clock.pass(time.Duration(rapid.IntRange(1, 400).Draw(r, "seconds")) * time.Second)
				ok(t, s.Tick(system(t)))
			}
			st := consistent(t, s, 0)
			for _, h := range holders {
				ticket := at(t, s, h)
				if (ticket.Standing == Called || ticket.Standing == Inside) && ticket.Number > st.Called {
					r.Fatalf("%s is in with number %d; %d was called", h, ticket.Number, st.Called)
				}
			}
		}
	})
}
