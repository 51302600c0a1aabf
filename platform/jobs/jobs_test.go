package jobs_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/jobs"
)

func schemas() []db.Schema {
	return []db.Schema{jobs.Schema(), {Owner: "trial", Files: fstest.MapFS{"schema/0001_trial.sql": &fstest.MapFile{Data: []byte(
		`create table trial_done (key text not null, attempt bigint not null, primary key (key, attempt));`)}}}}
}

const (
	insertDone = `insert into trial_done (key, attempt) values ($1, $2)`
	countDone  = `select count(distinct key), count(*) from trial_done`
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func queue(d *db.DB) *jobs.Queue {
	q := jobs.New(d, quiet())
	q.Every = 2 * time.Millisecond
	return q
}

func fast() jobs.Options {
	return jobs.Options{Attempts: 3, Base: time.Millisecond, Cap: 4 * time.Millisecond, Lease: 300 * time.Millisecond}
}

func enqueue(t *testing.T, d *db.DB, js ...jobs.Job) (out []jobs.Job) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		out = nil
		for _, j := range js {
			j, err := jobs.Enqueue(tx, j)
			if err != nil {
				return err
			}
			out = append(out, j)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func get(t *testing.T, d *db.DB, id string) (j jobs.Job) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) { j, err = jobs.Get(tx, id); return err })
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// until waits for a job's state, with the queue running.
func until(t *testing.T, d *db.DB, id string, want jobs.State) jobs.Job {
	t.Helper()
	for range 1000 {
		if j := get(t, d, id); j.State == want {
			return j
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the job is %+v, want %s", get(t, d, id), want)
	return jobs.Job{}
}

func run(t *testing.T, q *jobs.Queue) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- q.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

func TestAJobIsDoneOnce(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		var ran sync.Map
		var n atomic.Int64
		for range 3 { // as three processes would
			q := queue(d)
			q.Register("mail", func(_ context.Context, j jobs.Job, _ *jobs.Progress) error {
				if _, again := ran.LoadOrStore(j.Key, true); again {
					t.Errorf("%s ran twice", j.Key)
				}
				n.Add(1)
				return nil
			}, jobs.Options{Workers: 4})
			run(t, q)
		}
		var last []jobs.Job
		for i := range 100 {
			last = enqueue(t, d, jobs.Job{Kind: "mail", Key: fmt.Sprint(i), Args: json.RawMessage(`{"n":1}`)}, jobs.Job{Kind: "mail", Key: fmt.Sprint(i)})
			if last[0].ID != last[1].ID {
				t.Fatal("one key made two jobs")
			}
		}
		for range 500 {
			if n.Load() == 100 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if j := until(t, d, last[0].ID, jobs.Done); j.FinishedAt.IsZero() || j.Attempts != 1 {
			t.Errorf("%+v", j)
		}
	})
}

func TestAnUndoneTransactionEnqueuesNothing(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		var id string
		undone := errors.New("undone")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			j, err := jobs.Enqueue(tx, jobs.Job{Kind: "mail", Key: "1"})
			id = j.ID
			return errors.Join(err, undone)
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		err = d.Read(t.Context(), func(tx *db.Tx) error { _, err := jobs.Get(tx, id); return err })
		if !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestFailuresAreTriedAgainAndThenParked(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		var calls atomic.Int64
		q := queue(d)
		q.Register("call", func(_ context.Context, j jobs.Job, _ *jobs.Progress) error {
			n := calls.Add(1)
			switch {
			case j.Key == "mends" && n < 3:
				panic("not yet")
			case j.Key == "never":
				return errors.New("no answer\x00")
			case j.Key == "invalid":
				return fault.New(fault.Invalid, "mail.no-address")
			}
			return nil
		}, fast())
		run(t, q)
		if j := until(t, d, enqueue(t, d, jobs.Job{Kind: "call", Key: "mends"})[0].ID, jobs.Done); j.Attempts != 3 || j.Failed != "" {
			t.Errorf("%+v", j)
		}
		never := until(t, d, enqueue(t, d, jobs.Job{Kind: "call", Key: "never"})[0].ID, jobs.Parked)
		if never.Attempts != 3 || !strings.Contains(never.Failed, "no answer") {
			t.Errorf("%+v", never)
		}
		if j := until(t, d, enqueue(t, d, jobs.Job{Kind: "call", Key: "invalid"})[0].ID, jobs.Parked); j.Attempts != 1 {
			t.Errorf("%+v", j)
		}
		before := calls.Load()
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return jobs.Resume(tx, never.ID) }); err != nil {
			t.Fatal(err)
		}
		for range 300 {
			if calls.Load() >= before+3 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		until(t, d, never.ID, jobs.Parked)
		if calls.Load() != before+3 {
			t.Errorf("a resumed job ran %d times, want 3", calls.Load()-before)
		}
	})
}

func TestProgressAndCancel(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		ended := make(chan error, 1)
		q := queue(d)
		q.Register("import", func(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
			p.Report(ctx, 3, 10, "第三份")
			<-ctx.Done()
			ended <- ctx.Err()
			return ctx.Err()
		}, fast())
		stop := run(t, q)
		j := enqueue(t, d, jobs.Job{Kind: "import", Key: "1"})[0]
		for range 500 {
			if j = get(t, d, j.ID); j.Done > 0 {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		if j.Done != 3 || j.Total != 10 || j.Message != "第三份" || j.State != jobs.Running {
			t.Errorf("%+v", j)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return jobs.Cancel(tx, j.ID) }); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			t.Fatal("the handler was not told")
		}
		stop()
		if j = get(t, d, j.ID); j.State != jobs.Cancelled {
			t.Errorf("%+v", j)
		}
	})
}

func TestStoppingGivesJobsBack(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		began := make(chan struct{}, 1)
		q := queue(d)
		q.Register("long", func(ctx context.Context, _ jobs.Job, _ *jobs.Progress) error {
			began <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		}, fast())
		stop := run(t, q)
		j := enqueue(t, d, jobs.Job{Kind: "long", Key: "1"})[0]
		<-began
		stop()
		if j = get(t, d, j.ID); j.State != jobs.Ready || j.Attempts != 0 {
			t.Errorf("%+v", j)
		}
	})
}

func TestTheOperatorsListBeginsWithTrouble(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		now := when.System()
		q := queue(d)
		q.Register("bad", func(context.Context, jobs.Job, *jobs.Progress) error { return fault.New(fault.Invalid, "x.y") }, fast())
		q.Register("slow", func(context.Context, jobs.Job, *jobs.Progress) error { return errors.New("again") },
			jobs.Options{Base: time.Hour})
		q.Register("good", func(context.Context, jobs.Job, *jobs.Progress) error { return nil }, fast())
		all := enqueue(t, d, jobs.Job{Kind: "good", Key: "g"}, jobs.Job{Kind: "bad", Key: "b"}, jobs.Job{Kind: "slow", Key: "s"},
			jobs.Job{Kind: "none", Key: "late", RunAt: now.Add(-time.Hour)}, jobs.Job{Kind: "none", Key: "later", RunAt: now.Add(time.Hour)})
		stop := run(t, q)
		until(t, d, all[0].ID, jobs.Done)
		until(t, d, all[1].ID, jobs.Parked)
		for range 500 {
			if get(t, d, all[2].ID).Failed != "" {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		stop()
		var keys []string
		var counts map[string]int64
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			list, err := jobs.List(tx, 10, 0)
			for _, j := range list {
				keys = append(keys, j.Key)
			}
			counts, _ = jobs.Counts(tx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"b", "s", "late", "later", "g"}, keys); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]int64{"parked": 1, "failing": 1, "late": 1, "ready": 1, "done": 1}, counts); diff != "" {
			t.Error(diff)
		}
		if n, err := jobs.Prune(t.Context(), d, when.System().Add(time.Hour)); n != 1 || err != nil {
			t.Errorf("pruned %d, %v", n, err)
		}
		sandbox := who.AsSystem(t.Context(), who.Sandbox)
		err = d.Write(sandbox, func(tx *db.Tx) error {
			list, err := jobs.List(tx, 10, 0)
			if len(list) != 0 {
				t.Error("the sandbox sees production's jobs")
			}
			if err := jobs.Cancel(tx, all[3].ID); !fault.Is(err, fault.Conflict) {
				t.Errorf("the sandbox cancels production's jobs: %v", err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestMain is also the program that the crash test kills.
func TestMain(m *testing.M) {
	if address := os.Getenv("PRAYA_JOBS_TRIAL"); address != "" {
		if err := trial(address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func trial(address string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{URL: address}, when.System)
	if err != nil {
		return err
	}
	q := jobs.New(d, quiet())
	q.Every = 5 * time.Millisecond
	q.Register("poison", func(context.Context, jobs.Job, *jobs.Progress) error {
		fmt.Println("poison")
		time.Sleep(time.Hour) // until we are killed
		return nil
	}, jobs.Options{Lease: 400 * time.Millisecond, Attempts: 4})
	q.Register("work", func(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
		time.Sleep(3 * time.Millisecond)
		return d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(insertDone, j.Key, j.Attempts); return err })
	}, jobs.Options{Workers: 6, Lease: 400 * time.Millisecond, Attempts: 20, Base: time.Millisecond})
	fmt.Println("up")
	return q.Run(ctx)
}

// Processes are killed in the midst of their work. Every job is done in the end; the
// one that takes its process with it is parked.
func TestAKilledWorkersJobsAreTakenOver(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		d, err := db.Open(t.Context(), db.Config{URL: address}, when.System)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
			t.Fatal(err)
		}
		const n = 400
		var all []jobs.Job
		for i := range n {
			all = append(all, jobs.Job{Kind: "work", Key: fmt.Sprint(i)})
		}
		poison := enqueue(t, d, append(all, jobs.Job{Kind: "poison", Key: "1"})...)[n]
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		for range 4 {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "PRAYA_JOBS_TRIAL="+address)
			cmd.Stderr = os.Stderr
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "poison"; { //nolint:revive // waits
			}
			time.Sleep(60 * time.Millisecond)
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
		}
		d = dbtest.Open(t, address)
		q := queue(d)
		q.Register("poison", func(context.Context, jobs.Job, *jobs.Progress) error {
			t.Error("the poisoned job ran once more than it may")
			return nil
		}, jobs.Options{Attempts: 4, Lease: 400 * time.Millisecond})
		q.Register("work", func(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
			return d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(insertDone, j.Key, j.Attempts); return err })
		}, jobs.Options{Workers: 4, Attempts: 20, Lease: 400 * time.Millisecond})
		run(t, q)
		if j := until(t, d, poison.ID, jobs.Parked); !strings.Contains(j.Failed, "process ended") {
			t.Errorf("%+v", j)
		}
		for range 1000 {
			var counts map[string]int64
			err := d.Read(t.Context(), func(tx *db.Tx) (err error) { counts, err = jobs.Counts(tx); return err })
			if err != nil {
				t.Fatal(err)
			}
			if counts["done"] == n {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		err = d.Read(t.Context(), func(tx *db.Tx) error {
			var keys, runs int
			err := tx.Row(countDone).Scan(&keys, &runs)
			if keys != n {
				t.Errorf("%d of %d jobs were done", keys, n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, schemas(), "."); n < 14 {
		t.Errorf("%d statements", n)
	}
	dbtest.Homes(t, ".")
}
