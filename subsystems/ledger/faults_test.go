package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/backup"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/db/dbtest/server"
	"praya/platform/sign"
)

// rounds is how often a test of crashes tries: two, or what `make faults` says.
func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("PRAYA_ROUNDS")); err == nil && n > 0 {
		return n
	}
	return 2
}

// once checks that everything acknowledged stands in the log once, nothing else twice, and that
// Tessera derives the log anew.
func (o *office) once(t *testing.T, acknowledged map[string]bool) {
	t.Helper()
	o.settle(t)
	if err := o.fsck(t); err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	if err := o.DB.Read(o.ctx, func(tx *db.Tx) error {
		clear(times)
		leaves, err := entriesBetween(tx, 0, 1<<40)
		for _, raw := range leaves {
			l, _ := parseLeaf(raw)
			times[l.Digest]++
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for digest, n := range times {
		if n != 1 {
			t.Errorf("%s stands %d times in the log", digest, n)
		}
	}
	for digest := range acknowledged {
		if times[digest] == 0 {
			t.Errorf("%s was acknowledged and is lost", digest)
		}
	}
	t.Logf("%d acknowledged, %d in the log", len(acknowledged), len(times))
}

// brim anchors and sequences on a disk that becomes full, says on standard output what is
// durable, and goes on when there is room again, all in one life.
func brim(ctx context.Context, s *Service, first int) int {
	signal.Ignore(syscall.SIGXFSZ) // a write then fails as on a full disk
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	room := limit.Cur
	limit.Cur = 3 << 20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	refused, since := 0, 0
	for n := first; since < 20; n += 50 {
		_, _, err := s.Anchor(ctx, works, "", issue(n, n+50))
		stuck := s.step(ctx, s.newCircle(ctx))
		if err == nil {
			fmt.Println(n)
		}
		if err != nil || stuck != nil {
			if refused++; refused == 20 {
				limit.Cur = room
				if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
					fmt.Fprintln(os.Stderr, err)
					return 1
				}
			}
		} else if refused >= 20 {
			since++
		}
		if n > first+1_000_000 {
			fmt.Fprintln(os.Stderr, "the disk never became full")
			return 1
		}
	}
	fmt.Println("refused", refused)
	return 0
}

// TestFullDisk: while the disk is full nothing is acknowledged that is not durable; when there is
// room again the same process goes on, and nothing is lost, doubled or forked.
func TestFullDisk(t *testing.T) {
	address := dbtest.SQLite(t)
	d := dbtest.Open(t, address)
	if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	ring, err := sign.OpenRing(folder+"/ring", folder+"/key", when.System)
	if err != nil {
		t.Fatal(err)
	}
	o := officeWith(t, d, ring)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|0|full", childVariable, address, folder))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%.2000s", err, out)
	}
	acknowledged, refused := map[string]bool{}, 0
	for line := range strings.Lines(string(out)) {
		if rest, ok := strings.CutPrefix(line, "refused "); ok {
			refused, _ = strconv.Atoi(strings.TrimSpace(rest))
		} else if n, err := strconv.Atoi(strings.TrimSpace(line)); err == nil {
			for i := range 50 {
				acknowledged[digestOf(n+i)] = true
			}
		}
	}
	if refused < 20 || len(acknowledged) < 1000+20*50 {
		t.Errorf("%d refused, %d acknowledged: the disk was not full, or stayed so", refused, len(acknowledged))
	}
	o.once(t, acknowledged)
}

// TestRestartOfPostgreSQL: the database crashes and comes back again and again while departments
// anchor, each repeating what failed with the same key, and two sequencers run. Everything stands
// in the log once.
func TestRestartOfPostgreSQL(t *testing.T) {
	s, err := server.Start(t.Context(), true)
	if errors.Is(err, server.ErrNone) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	d := dbtest.Open(t, s.URL)
	if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
		t.Fatal(err)
	}
	o := newOffice(t, d)
	o.Marks = NewMarks(filepath.Join(t.TempDir(), "marks"))
	ctx, stop := context.WithCancel(o.ctx)
	var work sync.WaitGroup
	for range 2 {
		work.Go(func() { _ = o.Run(ctx) })
	}
	acknowledged := map[string]bool{}
	var mu sync.Mutex
	var failed atomic.Int32
	for i := range 4 {
		work.Go(func() {
			for n := i * 1_000_000; ctx.Err() == nil; {
				if _, _, err := o.Anchor(ctx, works, strconv.Itoa(n), issue(n, n+1)); err != nil {
					failed.Add(1)
					time.Sleep(20 * time.Millisecond)
					continue
				}
				mu.Lock()
				acknowledged[digestOf(n)] = true
				mu.Unlock()
				n++
			}
		})
	}
	for range rounds() {
		time.Sleep(time.Second)
		crash(o.ctx, t, d)
		time.Sleep(2 * time.Second)
	}
	stop()
	work.Wait()
	if failed.Load() == 0 || len(acknowledged) < 50 {
		t.Errorf("%d failed, %d acknowledged: it did not restart under load", failed.Load(), len(acknowledged))
	}
	var last error
	for range 300 { // until it answers again
		if last = o.step(o.ctx, o.newCircle(o.ctx)); last == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if last != nil {
		t.Fatal(last)
	}
	o.once(t, acknowledged)
}

// crash kills one of the server's processes; the server then ends all others and recovers from
// its log, as after a power cut.
func crash(ctx context.Context, t *testing.T, d *db.DB) {
	t.Helper()
	const sqlPID = `select cast(pg_backend_pid() as bigint)`
	var pid int64
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) { // it may still recover from the last time
		err := d.Read(ctx, func(tx *db.Tx) error { return tx.Row(sqlPID).Scan(&pid) })
		if err == nil {
			break
		}
		if time.Since(began) > time.Minute {
			t.Fatal(err)
		}
	}
	if err := syscall.Kill(int(pid), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// TestClockJumps: the clock goes a day ahead, three back, and on; entries are published within
// seconds each time, also by a second process after the first died with a lease from the future.
func TestClockJumps(t *testing.T) {
	var offset atomic.Int64
	clock := func() when.Instant { return when.System().Add(time.Duration(offset.Load())) }
	address := dbtest.SQLite(t)
	d, err := db.Open(t.Context(), db.Config{URL: address}, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
		t.Fatal(err)
	}
	o := newOffice(t, d)
	o.Clock, o.Marks = clock, NewMarks(filepath.Join(t.TempDir(), "marks"))
	run := func() (stop func()) {
		ctx, end := context.WithCancel(o.ctx)
		var running sync.WaitGroup
		running.Go(func() { _ = o.Run(ctx) })
		return func() { end(); running.Wait() }
	}
	stop := run()
	all := 0
	published := func(patience time.Duration) {
		t.Helper()
		o.anchor(t, issue(all, all+3))
		all += 3
		for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
			if p, err := o.Checkpoint(o.ctx); err == nil && p.Size == int64(all) {
				return
			} else if time.Since(began) > patience {
				t.Fatalf("%d of %d are published after %s, %v", p.Size, all, patience, err)
			}
		}
	}
	published(5 * time.Second)
	for _, days := range []int{1, -2, 0, 30, 0} {
		offset.Store(int64(days) * int64(24*time.Hour))
		published(5 * time.Second)
	}
	offset.Store(int64(24 * time.Hour))
	published(5 * time.Second)
	stop() // as if it had died: the lease that it had stays
	if err := d.WriteLatest(o.ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`insert into limits_leases (realm, name, holder, until) values ($1, $2, 'gone', $3)
			on conflict (realm, name) do update set holder = excluded.holder, until = excluded.until`, tx.Realm(), leaseName, tx.Now().Add(leaseTime))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	offset.Store(0)
	defer run()()
	published(3 * leaseTime)
	if err := o.fsck(t); err != nil {
		t.Error(err)
	}
	o.each(t, all)
}

// restored is an office on a store that a backup of another was restored into.
func (o *office) restored(t *testing.T, raw []byte, ring *sign.Ring, address string) *office {
	t.Helper()
	d := dbtest.Open(t, address)
	if _, err := backup.Restore(o.ctx, bytes.NewReader(raw), int64(len(raw)), backup.Target{DB: d, Schemas: schemas()}); err != nil {
		t.Fatal(err)
	}
	return officeWith(t, d, ring)
}

func (o *office) backup(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, _, err := backup.Write(o.ctx, backup.Source{DB: o.DB}, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestOlderBackup: after a backup was restored that is older than what was published, the log
// stands still, says so and takes nothing more; a newer backup goes on, and so does a renewed
// log, under another name, while old proofs stay good.
func TestOlderBackup(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		another := func() string {
			if strings.HasPrefix(address, "sqlite:") {
				return dbtest.SQLite(t)
			}
			return dbtest.PostgreSQL(t)
		}
		d := dbtest.Open(t, address)
		if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		ring, err := sign.OpenRing(folder+"/ring", folder+"/key", when.System)
		if err != nil {
			t.Fatal(err)
		}
		o := officeWith(t, d, ring)
		marks := filepath.Join(folder, "marks")
		o.Marks = NewMarks(marks)
		o.anchor(t, issue(0, 300))
		o.settle(t)
		older := o.backup(t)
		o.anchor(t, issue(300, 700))
		o.settle(t)
		newer := o.backup(t)
		kept, err := o.DocumentBundle(o.ctx, digestOf(650))
		if err != nil {
			t.Fatal(err)
		}

		back := o.restored(t, older, ring, another())
		back.Marks = NewMarks(marks)
		var said bytes.Buffer
		back.Log = slog.New(slog.NewTextHandler(&said, nil))
		var known standing
		back.report(back.ctx, &known, back.step(back.ctx, back.newCircle(back.ctx)))
		if known.why != stoppedByMark || !strings.Contains(said.String(), "700 entries") || !strings.Contains(said.String(), "praya ledger renew") {
			t.Fatalf("%+v %s", known, said.String())
		}
		if _, _, err := back.Anchor(back.ctx, works, "", issue(900, 901)); !fault.Is(err, fault.Unavailable) {
			t.Error("it anchors: ", err)
		}
		if r, err := http.Get(back.web.URL + "/en/ledger"); err != nil || !strings.Contains(body(t, r), "The log stands still") {
			t.Error("the page does not say so", err)
		}
		if err := (&StatusCommand{}).Run(back.ctx, back.Service, Output{&said}); !errors.Is(err, errStopped) {
			t.Error(err)
		}
		// What was waiting grows past what was published: it does not help.
		if err := back.DB.Write(back.ctx, func(tx *db.Tx) error {
			return insertStatements(tx, strings.Repeat("f", 36), works, "", issue(2000, 2900))
		}); err != nil {
			t.Fatal(err)
		}
		for {
			if n, err := back.Sequence(back.ctx); err != nil || n == 0 {
				break
			}
		}
		var h halt
		if err := back.step(back.ctx, back.newCircle(back.ctx)); !errors.As(err, &h) || !strings.Contains(h.what, "not those that were published") {
			t.Error(err)
		}
		if p, err := back.Checkpoint(back.ctx); err != nil || p.Size != 300 {
			t.Error("it published ", p.Size, err)
		}

		good := o.restored(t, newer, ring, another())
		good.Marks = NewMarks(marks)
		good.anchor(t, issue(700, 710))
		good.settle(t)

		back.renewed(t, kept, &known)
	})
}

// renewed lets a log that stands still go on under another name.
func (o *office) renewed(t *testing.T, kept Bundle, known *standing) {
	t.Helper()
	was := o.key(t)
	for _, name := range []string{"", "praya.example/ledger", "a b"} {
		if err := o.Renew(o.ctx, name); err == nil {
			t.Errorf("it takes the name %q", name)
		}
	}
	var said bytes.Buffer
	if err := (&RenewCommand{Name: "praya.example/ledger-2"}).Run(o.ctx, o.Service, Output{&said}); err != nil || !strings.Contains(said.String(), o.key(t)) || o.key(t) == was {
		t.Fatal(err, said.String())
	}
	o.report(o.ctx, known, o.step(o.ctx, o.newCircle(o.ctx)))
	o.anchor(t, issue(300, 310))
	o.settle(t)
	if err := o.fsck(t); err != nil {
		t.Error(err)
	}
	b, err := o.DocumentBundle(o.ctx, digestOf(7))
	if err != nil || b.Origin != "praya.example/ledger-2" {
		t.Fatal(err, b.Origin)
	}
	if _, err := b.Verify(Trust{Key: o.key(t)}); err != nil {
		t.Error(err)
	}
	if _, err := kept.Verify(Trust{Key: was}); err != nil {
		t.Error("an old proof: ", err)
	}
	said.Reset()
	if err := (&StatusCommand{}).Run(o.ctx, o.Service, Output{&said}); err != nil || !strings.Contains(said.String(), was) {
		t.Error(err, said.String())
	}
	if r, err := http.Get(o.web.URL + "/en/ledger"); err != nil || !strings.Contains(body(t, r), "Earlier name of the log") {
		t.Error("the page does not name the earlier log", err)
	}
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	defer r.Body.Close()
	var out bytes.Buffer
	if _, err := out.ReadFrom(r.Body); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestOlderBackupBeforeAWitness: with the data folder gone too, a witness still knows.
func TestOlderBackupBeforeAWitness(t *testing.T) {
	for _, quorum := range []int{0, 1} {
		t.Run(fmt.Sprint("quorum ", quorum), func(t *testing.T) {
			d := dbtest.Open(t, dbtest.SQLite(t))
			if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
				t.Fatal(err)
			}
			folder := t.TempDir()
			ring, err := sign.OpenRing(folder+"/ring", folder+"/key", when.System)
			if err != nil {
				t.Fatal(err)
			}
			o := officeWith(t, d, ring)
			w := newWatcher(t, o.key(t))
			o.Witnesses, o.Quorum = []Witness{{URL: w.URL, Key: w.vkey}}, quorum
			o.anchor(t, issue(0, 300))
			o.settle(t)
			older := o.backup(t)
			o.anchor(t, issue(300, 700))
			o.settle(t)
			back := o.restored(t, older, ring, dbtest.SQLite(t))
			back.Witnesses, back.Quorum = o.Witnesses, quorum
			for n, some := range []int{100, 300, 1000} { // shorter, as long, longer
				back.anchor(t, issue(3000+n*1000, 3000+n*1000+some))
				var h halt
				if err := back.step(back.ctx, back.newCircle(back.ctx)); !errors.As(err, &h) || h.reason != stoppedByWitness {
					t.Errorf("%d more: %v", some, err)
				}
			}
			if p, err := back.Checkpoint(back.ctx); err != nil || p.Size != 300 {
				t.Error("it published ", p.Size, err)
			}
		})
	}
}

// TestMarkCannotBeRead: a log without its memory stands still.
func TestMarkCannotBeRead(t *testing.T) {
	o := newOfficeOn(t)
	file := filepath.Join(t.TempDir(), "marks")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Marks = NewMarks(file)
	o.anchor(t, issue(0, 1))
	var h halt
	if err := o.step(o.ctx, o.newCircle(o.ctx)); !errors.As(err, &h) || !strings.Contains(h.what, file) {
		t.Error(err)
	}
}
