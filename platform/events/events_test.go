package events_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
)

func schemas() []db.Schema {
	return []db.Schema{events.Schema(), {Owner: "trial", Files: fstest.MapFS{"schema/0001_trial.sql": &fstest.MapFile{Data: []byte(`
create table trial_effects (consumer text not null, place bigint not null, event text not null, writer bigint not null, n bigint not null, realm text not null, primary key (consumer, place));
create table trial_own (writer bigint not null, n bigint not null, primary key (writer, n));`)}}}}
}

const (
	lastEffect   = `select coalesce(max(place), 0) from trial_effects where consumer = $1`
	insertEffect = `insert into trial_effects (consumer, place, event, writer, n, realm) values ($1, $2, $3, $4, $5, $6)`
	allEffects   = `select event, writer, n from trial_effects where consumer = $1 order by place`
	insertOwn    = `insert into trial_own (writer, n) values ($1, $2)`
	allOwn       = `select writer * 1000000 + n from trial_own order by 1`
	wholeLog     = `select id from events_log order by position`
)

// place is what a writer says in its event.
type place struct{ Writer, N int }

func effect(name string) events.Consumer {
	return events.Consumer{Name: name, Subjects: []string{"trial."}, Handle: func(tx *db.Tx, e events.Event) error {
		var p place
		if err := json.Unmarshal(e.Data, &p); err != nil {
			return err
		}
		var last int64
		if err := tx.Row(lastEffect, name).Scan(&last); err != nil {
			return err
		}
		_, err := tx.Exec(insertEffect, name, last+1, e.ID, p.Writer, p.N, tx.Realm())
		return err
	}}
}

func publish(tx *db.Tx, writer, n int) error {
	data, err := json.Marshal(place{writer, n})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(insertOwn, writer, n); err != nil {
		return err
	}
	return events.Publish(tx, events.Event{Subject: "trial.thing.made", Data: data})
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// TestMain is also the program of the processes that the crash tests kill.
func TestMain(m *testing.M) {
	if address := os.Getenv("PRAYA_EVENTS_TRIAL"); address != "" {
		if err := trial(address, os.Getenv("PRAYA_EVENTS_ROUND")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// trial runs two consumers, and on SQLite, where only one process may, also the
// writers; it prints what was committed.
func trial(address, round string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{URL: address}, when.System)
	if err != nil {
		return err
	}
	bus := events.New(d, quiet(), effect("one"), effect("two"))
	bus.Every = 5 * time.Millisecond
	fmt.Println("up")
	if d.Engine() == db.SQLite && round != "" {
		var start int
		if _, err := fmt.Sscan(round, &start); err != nil {
			return err
		}
		var mu sync.Mutex
		for w := range 32 {
			go func() {
				for n := start * 100_000; ; n++ {
					if err := d.Write(ctx, func(tx *db.Tx) error { return publish(tx, w, n) }); err != nil {
						return
					}
					mu.Lock()
					fmt.Println(w, n)
					mu.Unlock()
				}
			}()
		}
	}
	return bus.Run(ctx)
}

// child starts the trial program, and gives the lines that it prints.
func child(t *testing.T, address, round string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PRAYA_EVENTS_TRIAL="+address, "PRAYA_EVENTS_ROUND="+round)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "up" {
		t.Fatal("the trial did not start")
	}
	return cmd, lines
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // says that it was killed
}

// inspect holds the consumers' effects against the log and the writers' own rows.
func inspect(t *testing.T, d *db.DB, told map[int]bool) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		log, err := db.List(tx, db.Value[string], wholeLog)
		if err != nil {
			return err
		}
		own, err := db.List(tx, db.Value[int], allOwn)
		if err != nil {
			return err
		}
		for _, name := range []string{"one", "two"} {
			var ids []string
			var seen []int
			last := map[int]int{}
			_, err := db.List(tx, func(s db.Scanner) (struct{}, error) {
				var id string
				var p place
				err := s.Scan(&id, &p.Writer, &p.N)
				ids, seen = append(ids, id), append(seen, p.Writer*1_000_000+p.N)
				if before, ok := last[p.Writer]; ok && before >= p.N {
					t.Errorf("%s: writer %d: %d after %d", name, p.Writer, p.N, before)
				}
				last[p.Writer] = p.N
				return struct{}{}, err
			}, allEffects, name)
			if err != nil {
				return err
			}
			if !slices.Equal(ids, log) {
				t.Errorf("%s: %d effects are not the %d events of the log in their order", name, len(ids), len(log))
			}
			slices.Sort(seen)
			if !slices.Equal(seen, own) {
				t.Errorf("%s: %d effects, %d committed transactions", name, len(seen), len(own))
			}
			for p := range told {
				if _, ok := slices.BinarySearch(seen, p); !ok {
					t.Errorf("%s: the writer was told that %d is kept, and it is not", name, p)
				}
			}
		}
		if len(own) == 0 {
			t.Error("nothing was published")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// settle waits until the consumers have nothing ahead.
func settle(t *testing.T, d *db.DB, want int64) {
	t.Helper()
	bus := events.New(d, quiet(), effect("one"), effect("two"))
	for range 600 {
		all, err := bus.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if all[0].Behind == 0 && all[1].Behind == 0 && all[0].Position >= want {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the consumers did not come to the end")
}

// On SQLite the whole program is killed while 32 writers publish, and started again.
func TestNothingIsLostWhenTheProgramIsKilled(t *testing.T) {
	address := dbtest.SQLite(t)
	d, err := db.Open(t.Context(), db.Config{URL: address}, when.System)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	told := map[int]bool{}
	for round := range 3 {
		cmd, lines := child(t, address, fmt.Sprint(round))
		deadline := time.Now().Add(400 * time.Millisecond)
		for lines.Scan() {
			var p place
			if n, _ := fmt.Sscan(lines.Text(), &p.Writer, &p.N); n == 2 {
				told[p.Writer*1_000_000+p.N] = true
			}
			if time.Now().After(deadline) {
				break
			}
		}
		kill(t, cmd)
	}
	d = dbtest.Open(t, address)
	bus := events.New(d, quiet(), effect("one"), effect("two"))
	bus.Every = time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- bus.Run(ctx) }()
	settle(t, d, int64(len(told)))
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	inspect(t, d, told)
}

// On PostgreSQL 32 writers commit out of order while two processes of consumers are
// killed and started again.
func TestNothingIsLostWhenConsumersAreKilled(t *testing.T) {
	d := dbtest.Open(t, dbtest.PostgreSQL(t))
	address := postgresOf(t, d)
	told := map[int]bool{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var stop atomic.Bool
	for w := range 32 {
		wg.Go(func() {
			for n := 0; !stop.Load(); n++ {
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					if rand.IntN(10) == 0 { // so that later ones commit earlier
						defer time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
					}
					if err := publish(tx, w, n); err != nil {
						return err
					}
					if rand.IntN(20) == 0 {
						return errUndone
					}
					return nil
				})
				switch {
				case err == nil:
					mu.Lock()
					told[w*1_000_000+n] = true
					mu.Unlock()
				case !errors.Is(err, errUndone):
					t.Error(err)
					return
				}
			}
		})
	}
	a, _ := child(t, address, "")
	b, _ := child(t, address, "")
	for round := range 4 {
		time.Sleep(300 * time.Millisecond)
		if round%2 == 0 {
			kill(t, a)
			a, _ = child(t, address, "")
		} else {
			kill(t, b)
			b, _ = child(t, address, "")
		}
	}
	stop.Store(true)
	wg.Wait()
	settle(t, d, int64(len(told)))
	inspect(t, d, told)
}

var errUndone = errors.New("undone on purpose")

// postgresOf migrates a store and gives its address again for other processes.
func postgresOf(t *testing.T, d *db.DB) string {
	t.Helper()
	if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
		t.Fatal(err)
	}
	var name string
	err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(`select current_database()`).Scan(&name) })
	if err != nil {
		t.Fatal(err)
	}
	return dbtest.Address(t, name)
}

// A stands before B if A had committed before B began, also between writers.
func TestOrderFollowsCommits(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		var clock atomic.Int64 // counts commits
		type stamp struct{ began, committed int64 }
		stamps := map[int]stamp{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		bus := events.New(d, quiet(), effect("one"), effect("two"))
		bus.Every = 2 * time.Millisecond
		done := make(chan error, 1)
		go func() { done <- bus.Run(ctx) }()
		const writers, each = 32, 12
		for w := range writers {
			wg.Go(func() {
				for n := range each {
					var s stamp
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						s.began = clock.Load()
						if d.Engine() == db.PostgreSQL {
							defer time.Sleep(time.Duration(rand.IntN(8)) * time.Millisecond)
						}
						return publish(tx, w, n)
					})
					if err != nil {
						t.Error(err)
						return
					}
					s.committed = clock.Add(1)
					mu.Lock()
					stamps[w*1_000_000+n] = s
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		settle(t, d, writers*each)
		cancel()
		<-done
		inspect(t, d, nil)
		var order []stamp
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			_, err := db.List(tx, func(s db.Scanner) (struct{}, error) {
				var id string
				var p place
				err := s.Scan(&id, &p.Writer, &p.N)
				order = append(order, stamps[p.Writer*1_000_000+p.N])
				return struct{}{}, err
			}, allEffects, "one")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		overlaps := 0
		for i, later := range order {
			for _, earlier := range order[:i] {
				if later.committed <= earlier.began {
					t.Fatalf("an event stands after one that began when it had committed: %+v %+v", earlier, later)
				}
				if later.began < earlier.committed {
					overlaps++
				}
			}
		}
		if d.Engine() == db.PostgreSQL && overlaps == 0 {
			t.Error("no transactions overlapped: the test shows nothing")
		}
	})
}

// Two transactions that have both published, and are both open, commit in either order.
func TestPublishersDoNotWaitForEachOther(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		if d.Engine() != db.PostgreSQL {
			t.Skip("SQLite has one writer")
		}
		first, second := make(chan struct{}), make(chan struct{})
		done := make(chan error, 1)
		go func() {
			done <- d.Write(t.Context(), func(tx *db.Tx) error {
				if err := publish(tx, 1, 1); err != nil {
					return err
				}
				close(first)
				<-second // open until the other one has committed
				return nil
			})
		}()
		<-first
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := d.Write(ctx, func(tx *db.Tx) error { return publish(tx, 2, 1) }); err != nil {
			t.Errorf("the second publisher waited for the first: %v", err)
		}
		close(second)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
}

func TestAConsumerThatFailsStandsStillAndSaysSo(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		broken := atomic.Bool{}
		broken.Store(true)
		good := effect("one")
		c := events.Consumer{Name: "one", Subjects: []string{"trial.thing.made"}, Handle: func(tx *db.Tx, e events.Event) error {
			if broken.Load() && strings.Contains(string(e.Data), `"N":3`) {
				panic("cannot")
			}
			return good.Handle(tx, e)
		}}
		for n := range 6 {
			ctx := t.Context()
			if n%2 == 1 {
				ctx = who.AsSystem(ctx, who.Sandbox)
			}
			if err := d.Write(ctx, func(tx *db.Tx) error { return publish(tx, 0, n) }); err != nil {
				t.Fatal(err)
			}
		}
		bus := events.New(d, quiet(), c, effect("two"))
		bus.Every = time.Millisecond
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- bus.Run(ctx) }()
		var st events.Status
		for range 400 {
			all, err := bus.Status(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if st = all[0]; st.Attempts > 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if st.Behind != 3 || st.Attempts == 0 || !strings.Contains(st.Failed, "cannot") || st.Again.IsZero() {
			t.Errorf("status %+v", st)
		}
		broken.Store(false)
		settle(t, d, 6)
		cancel()
		<-done
		inspect(t, d, nil)
		var sandbox int
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Row(`select count(*) from trial_effects where realm = $1`, who.Sandbox).Scan(&sandbox)
		})
		if err != nil || sandbox != 6 {
			t.Errorf("%d effects in the sandbox, want 6: %v", sandbox, err)
		}
		if n, err := bus.Prune(t.Context(), when.System().Add(time.Hour)); err != nil || n != 5 {
			t.Errorf("pruned %d, %v, want 5", n, err)
		}
	})
}

// Rows that came from another cluster carry numbers that mean nothing here.
func TestTheOutboxOfAnotherClusterIsSettled(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for i, xid := range []int64{1 << 40, 1<<40 - 5, 1 << 40} {
				const foreign = `insert into events_outbox (seq, xid, id, subject, realm, at, data) values ($1, $2, $3, 'trial.thing.made', 'production', $4, '{}')`
				if _, err := tx.Exec(foreign, 1000+i, xid, fmt.Sprintf("old-%d", i), tx.Now()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if d.Engine() == db.SQLite {
			err = d.Write(t.Context(), events.Settle)
		} else {
			err = d.Write(t.Context(), func(tx *db.Tx) error { return publish(tx, 0, 0) })
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			_ = events.New(d, quiet()).Run(ctx)
		}
		if err != nil {
			t.Fatal(err)
		}
		var log []string
		err = d.Read(t.Context(), func(tx *db.Tx) (err error) {
			log, err = db.List(tx, db.Value[string], wholeLog)
			return err
		})
		if err != nil || len(log) < 3 || !slices.Equal(log[:3], []string{"old-1", "old-0", "old-2"}) {
			t.Errorf("%v %v", log, err)
		}
	})
}

func TestPublishRefusesWhatIsNoFact(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		for _, e := range []events.Event{
			{Subject: "made"}, {Subject: "a.b.c", Data: []byte("{")}, {Subject: "a.b.c", Realm: who.Sandbox}, {Subject: "a.b.c", Data: []byte(`"` + strings.Repeat("x", 20_000) + `"`)},
		} {
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return events.Publish(tx, e) }); err == nil {
				t.Errorf("published %+v", e.Subject)
			}
		}
	})
}

func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, schemas(), "."); n < 12 {
		t.Errorf("%d statements", n)
	}
	dbtest.Homes(t, ".")
}
