package db_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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
)

func files(pairs ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		m["schema/"+pairs[i]+".sql"] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return m
}

func schema() []db.Schema {
	return []db.Schema{{Owner: "shop", Files: files("0001_items", `
create table shop_items (
	realm   text not null,
	id      text not null,
	name    text not null,
	amount  bigint not null,
	open    boolean not null,
	body    bytea,
	version bigint not null,
	primary key (realm, id)
);
create unique index shop_items_name on shop_items (realm, name);
create table shop_lines (
	realm text not null,
	item  text not null,
	line  bigint not null,
	primary key (realm, item, line),
	foreign key (realm, item) references shop_items (realm, id)
);`)}}
}

const (
	insertItem = `insert into shop_items (realm, id, name, amount, open, body, version) values ($1, $2, $3, $4, $5, $6, 1)`
	selectItem = `select name, amount, open, body, version from shop_items where realm = $1 and id = $2`
	countItems = `select count(*) from shop_items`
)

func insert(tx *db.Tx, id string, amount int64) error {
	_, err := tx.Exec(insertItem, tx.Realm(), id, "name of "+id, amount, true, []byte{0, 1, 255})
	return err
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(countItems).Scan(&n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestValuesComeBackAsTheyWentIn(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return insert(tx, "a", 1<<62) }); err != nil {
			t.Fatal(err)
		}
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			var name string
			var amount, version int64
			var open bool
			var body []byte
			if err := tx.Row(selectItem, tx.Realm(), "a").Scan(&name, &amount, &open, &body, &version); err != nil {
				return err
			}
			got := fmt.Sprint(name, amount, open, body, version)
			if want := fmt.Sprint("name of a", int64(1)<<62, true, []byte{0, 1, 255}, 1); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			err := tx.Row(selectItem, who.Sandbox, "a").Scan(&name, &amount, &open, &body, &version)
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("another realm gives %v, want NotFound", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Some drivers bind $N by order of appearance and swap values without a word.
func TestParametersAreBoundByNumber(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			var a, b, c string
			err := tx.Row(`select cast($2 as text), cast($1 as text), cast($2 as text)`, "one", "two").Scan(&a, &b, &c)
			if got := a + b + c; err == nil && got != "twoonetwo" {
				t.Errorf("got %s, want twoonetwo", got)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestErrorsHaveTheSameKindOnBothEngines(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		write := func(fn func(*db.Tx) error) error { return d.Write(t.Context(), fn) }
		if err := write(func(tx *db.Tx) error { return insert(tx, "a", 1) }); err != nil {
			t.Fatal(err)
		}
		const insertLine = `insert into shop_lines (realm, item, line) values ($1, $2, $3)`
		const change = `update shop_items set amount = $4, version = version + 1 where realm = $1 and id = $2 and version = $3`
		tests := []struct {
			name string
			fn   func(*db.Tx) error
			kind fault.Kind
			key  string
		}{
			{"same key", func(tx *db.Tx) error { return insert(tx, "a", 1) }, fault.Conflict, "db.duplicate"},
			{"no parent", func(tx *db.Tx) error { _, err := tx.Exec(insertLine, tx.Realm(), "x", 1); return err }, fault.Conflict, "db.referenced"},
			{"old version", func(tx *db.Tx) error { return tx.Change(change, tx.Realm(), "a", 7, 1) }, fault.Conflict, "db.stale"},
			{"no table", func(tx *db.Tx) error { _, err := tx.Exec(`delete from shop_none`); return err }, fault.Defect, ""},
			{"right version", func(tx *db.Tx) error { return tx.Change(change, tx.Realm(), "a", 1, 5) }, "", ""},
		}
		for _, test := range tests {
			err := write(test.fn)
			if test.kind == "" {
				if err != nil {
					t.Errorf("%s: %v", test.name, err)
				}
				continue
			}
			var f *fault.Fault
			if fault.Of(err) != test.kind || (errors.As(err, &f) && f.Key != test.key) {
				t.Errorf("%s: got %v, want %s %s", test.name, err, test.kind, test.key)
			}
		}
	})
}

func TestATransactionEndsWithItsFirstFailure(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := insert(tx, "a", 1); err != nil {
				return err
			}
			_ = insert(tx, "a", 2) // swallowed: must not help
			if err := insert(tx, "b", 3); err == nil {
				t.Error("a statement ran after one had failed")
			}
			return nil
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v, want Conflict", err)
		}
		if n := count(t, d); n != 0 {
			t.Errorf("%d rows are left, want none", n)
		}
	})
}

func TestOneResultAtATime(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for _, id := range []string{"a", "b", "c"} {
				if err := insert(tx, id, 1); err != nil {
					return err
				}
			}
			rows, err := tx.Query(`select id from shop_items order by id`)
			if err != nil {
				return err
			}
			rows.Next()
			if _, err := tx.Query(countItems); err == nil {
				t.Error("a second query ran while rows were open")
			}
			rows.Close()
			ids, err := db.List(tx, db.Value[string], `select id from shop_items order by id`)
			if diff := cmp.Diff([]string{"a", "b", "c"}, ids); diff != "" {
				t.Error(diff)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestNothingIsChangedInARead(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		if err := d.Read(t.Context(), func(tx *db.Tx) error { return insert(tx, "a", 1) }); err == nil {
			t.Error("a row was inserted in a Read")
		}
		if n := count(t, d); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestAReadIsOneSnapshot(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			var before, after int
			if err := tx.Row(countItems).Scan(&before); err != nil {
				return err
			}
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return insert(tx, "a", 1) }); err != nil {
				return err
			}
			if err := tx.Row(countItems).Scan(&after); err != nil {
				return err
			}
			if before != after {
				t.Errorf("saw %d, then %d", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestReadLatestSeesWhatIsCommitted(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		err := d.ReadLatest(t.Context(), func(tx *db.Tx) error {
			var before, after int
			if err := tx.Row(countItems).Scan(&before); err != nil {
				return err
			}
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return insert(tx, "a", 1) }); err != nil {
				return err
			}
			if err := tx.Row(countItems).Scan(&after); err != nil {
				return err
			}
			if after != before+1 {
				t.Errorf("saw %d, then %d", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.ReadLatest(t.Context(), func(tx *db.Tx) error { return insert(tx, "b", 1) }); err == nil {
			t.Error("a row was inserted in a ReadLatest")
		}
	})
}

// Every third writer fails, some by panic, some by ending their goroutine; each one's
// work is all there or not at all, and nobody else's suffers.
func TestOneWritersFailureIsItsOwn(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		const writers, rounds = 32, 12
		var wg sync.WaitGroup
		var want atomic.Int64
		for w := range writers {
			for r := range rounds {
				wg.Go(func() {
					defer func() { _ = recover() }()
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						for i := range 3 {
							if err := insert(tx, fmt.Sprintf("%d-%d-%d", w, r, i), 1); err != nil {
								return err
							}
						}
						switch (w + r) % 9 {
						case 0:
							panic("a writer's own")
						case 3:
							return errors.New("a writer's own")
						case 6:
							runtime.Goexit()
						}
						return nil
					})
					if err == nil {
						want.Add(3)
					} else if err.Error() != "a writer's own" {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		if n := count(t, d); int64(n) != want.Load() || n == 0 {
			t.Errorf("%d rows, want %d", n, want.Load())
		}
		if s := d.Stats(); d.Engine() == db.SQLite && s.Commits >= s.Writes {
			t.Errorf("%d commits for %d writers: no group was formed", s.Commits, s.Writes)
		}
	})
}

// Two writers that read and then add must not lose an addition on either engine.
// TestAConflictCanBeRead: who was refused because another was first finds the other's row.
func TestAConflictCanBeRead(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		for round := range 50 {
			id := fmt.Sprint("row", round)
			var work sync.WaitGroup
			for range 16 {
				work.Go(func() {
					err := d.Write(t.Context(), func(tx *db.Tx) error { return insert(tx, id, 1) })
					if err == nil {
						return
					}
					found := 0
					err = d.ReadLatest(t.Context(), func(tx *db.Tx) error {
						return tx.Row(`select count(*) from shop_items where realm = $1 and id = $2`, tx.Realm(), id).Scan(&found)
					})
					if err != nil || found != 1 {
						t.Errorf("%s: %d rows, %v", id, found, err)
					}
				})
			}
			work.Wait()
		}
	})
}

func TestATakenNameIsDrawnAgain(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		add := func(draw func() string, add func(*db.Tx, string) error) error {
			return d.Write(t.Context(), func(tx *db.Tx) error { return add(tx, tx.Draw(draw)) })
		}
		now := func(tx *db.Tx, name string) error { return insert(tx, name, 1) }
		var names []string
		draw := func() string {
			one := names[0]
			names = names[1:]
			return one
		}
		for _, add := range []error{
			d.Write(t.Context(), func(tx *db.Tx) error { return errors.Join(insert(tx, "a", 1), insert(tx, "b", 1)) }),
			func() error { names = []string{"a", "b", "c", "d"}; return add(draw, now) }(),
			func() error { names = []string{"a", "c", "e", "f"}; return add(draw, later) }(),
		} {
			if add != nil {
				t.Fatal(add)
			}
		}
		draws := 0
		err := add(func() string { draws++; return "a" }, now)
		if !fault.Is(err, fault.Conflict) || draws < 2 || draws > 8 {
			t.Errorf("drawn %d times: %v", draws, err)
		}
		var all []string
		if err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
			all, err = db.List(tx, db.Value[string], `select id from shop_items where realm = $1 order by id`, tx.Realm())
			return err
		}); err != nil || strings.Join(all, "") != "abce" {
			t.Errorf("%v: %v", err, all)
		}
		before := draws
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return insert(tx, "a", 1) }); !fault.Is(err, fault.Conflict) || draws != before {
			t.Errorf("nothing was drawn: %v", err)
		}
	})
}

func TestWhatIsKeptEndsWithTheTransaction(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		type mine struct{}
		type other struct{}
		for range 2 {
			if err := d.Write(t.Context(), func(tx *db.Tx) error {
				if got := tx.Kept(mine{}); got != nil {
					return fmt.Errorf("kept from another transaction: %v", got)
				}
				tx.Keep(mine{}, 1)
				if tx.Kept(mine{}) != 1 || tx.Kept(other{}) != nil {
					return errors.New("not kept")
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestNoUpdateIsLost(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return insert(tx, "a", 0) }); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				for range 10 {
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						var n int64
						if err := tx.Row(`select amount from shop_items where realm = $1 and id = $2`, tx.Realm(), "a").Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec(`update shop_items set amount = $3 where realm = $1 and id = $2`, tx.Realm(), "a", n+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			var n int64
			err := tx.Row(`select amount from shop_items where id = $1`, "a").Scan(&n)
			if n != 60 {
				t.Errorf("60 additions gave %d", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	if _, err := d.Migrate(t.Context(), schema()...); err != nil {
		t.Fatal(err)
	}
	held, release := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- d.Write(context.Background(), func(tx *db.Tx) error {
			close(held)
			<-release
			return insert(tx, "a", 1)
		})
	}()
	<-held
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	err := d.Write(ctx, func(*db.Tx) error { t.Error("ran after its context had ended"); return nil })
	if !fault.Is(err, fault.Unavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestCloseWaitsForWritersAndRefusesNewOnes(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		d := dbtest.Open(t, address)
		if _, err := d.Migrate(t.Context(), schema()...); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var kept atomic.Int64
		began := make(chan struct{}, 1000)
		for w := range 16 {
			wg.Go(func() {
				for i := 0; ; i++ {
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						began <- struct{}{}
						return insert(tx, fmt.Sprintf("%d-%d", w, i), 1)
					})
					if err != nil {
						if !fault.Is(err, fault.Unavailable) {
							t.Error(err)
						}
						return
					}
					kept.Add(1)
				}
			})
		}
		for range 100 {
			<-began
		}
		go func() {
			for range began { //nolint:revive // drains
			}
		}()
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		close(began)
		again := dbtest.Open(t, address)
		if n := count(t, again); int64(n) != kept.Load() {
			t.Errorf("%d rows after opening again, %d writers were told yes", n, kept.Load())
		}
	})
}

// TestMain is also the second program of the test below.
func TestMain(m *testing.M) {
	if address := os.Getenv("PRAYA_DB_TRIAL"); address != "" {
		if err := second(address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

const each, writers = 150, 4

func second(address string) error {
	d, err := db.Open(context.Background(), db.Config{URL: address}, when.System)
	if err != nil {
		return err
	}
	if _, err := d.Migrate(context.Background(), schema()...); err != nil {
		return err
	}
	return errors.Join(burst(d, "second"), d.Close())
}

// burst adds rows, and to one counter, from several goroutines.
func burst(d *db.DB, name string) error {
	var wg sync.WaitGroup
	errs := make([]error, writers)
	for w := range writers {
		wg.Go(func() {
			for i := 0; i < each && errs[w] == nil; i++ {
				errs[w] = d.Write(context.Background(), func(tx *db.Tx) error {
					if err := insert(tx, fmt.Sprintf("%s-%d-%d", name, w, i), 1); err != nil {
						return err
					}
					_, err := tx.Exec(`update shop_items set amount = amount + 1 where id = $1`, "counter")
					return err
				})
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// An import runs beside the program that serves: two real processes write one file.
func TestTwoProcessesWriteOneFile(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		d := dbtest.Open(t, address)
		if _, err := d.Migrate(t.Context(), schema()...); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return insert(tx, "counter", 0) }); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "PRAYA_DB_TRIAL="+address)
		var said strings.Builder
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if err := burst(d, "first"); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Fatalf("the second process: %v\n%s", err, said.String())
		}
		if n := count(t, d); n != 2*writers*each+1 {
			t.Errorf("%d rows, want %d", n, 2*writers*each+1)
		}
		var n int
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Row(`select amount from shop_items where id = $1`, "counter").Scan(&n)
		})
		if err != nil || n != 2*writers*each {
			t.Errorf("the counter says %d, want %d: %v", n, 2*writers*each, err)
		}
	})
}

func TestAReadOnlyStoreTakesNoWrites(t *testing.T) {
	address := dbtest.SQLite(t)
	dbtest.Open(t, address)
	reader, err := db.Open(t.Context(), db.Config{URL: address, ReadOnly: true}, when.System)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close() //nolint:errcheck // a test's end
	if err := reader.Write(t.Context(), func(*db.Tx) error { return nil }); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a read-only store takes writes: %v", err)
	}
}

func TestTheFileIsItsOwnersAlone(t *testing.T) {
	address := dbtest.SQLite(t)
	dbtest.Open(t, address)
	path := strings.TrimPrefix(address, "sqlite:")
	for _, p := range []string{path, path + "-wal"} {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", filepath.Base(p), info.Mode())
		}
	}
}

func numbered(n int) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for i := range n {
			if !yield([]any{who.Production, fmt.Sprintf("%07d", i), fmt.Sprintf("項目 %d", i), int64(i), i%2 == 0, []byte(nil), int64(1)}) {
				return
			}
		}
	}
}

func columns() []string {
	return []string{"realm", "id", "name", "amount", "open", "body", "version"}
}

func TestInsertMany(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		for _, n := range []int{0, 1, 63, 64, 65, 1000} {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				if _, err := tx.Exec(`delete from shop_items`); err != nil {
					return err
				}
				got, err := tx.InsertMany("shop_items", columns(), numbered(n))
				if int(got) != n {
					t.Errorf("%d rows reported, want %d", got, n)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := count(t, d); got != n {
				t.Errorf("%d rows, want %d", got, n)
			}
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.InsertMany("shop_items; drop table shop_lines", columns(), numbered(1))
			return err
		})
		if err == nil {
			t.Error("a name with a statement in it was taken")
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.InsertMany("shop_items", columns(), numbered(3))
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("the same keys again: %v, want Conflict", err)
		}
	})
}

func BenchmarkInsertMany(b *testing.B) {
	for name, address := range map[string]string{"sqlite": dbtest.SQLite(b), "postgresql": dbtest.PostgreSQL(b)} {
		d := dbtest.Open(b, address)
		if _, err := d.Migrate(b.Context(), schema()...); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			const n = 100_000
			for b.Loop() {
				err := d.Write(b.Context(), func(tx *db.Tx) error {
					if _, err := tx.Exec(`delete from shop_items`); err != nil {
						return err
					}
					_, err := tx.InsertMany("shop_items", columns(), numbered(n))
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	for name, address := range map[string]string{"sqlite": dbtest.SQLite(b), "postgresql": dbtest.PostgreSQL(b)} {
		d := dbtest.Open(b, address)
		if _, err := d.Migrate(b.Context(), schema()...); err != nil {
			b.Fatal(err)
		}
		for _, writers := range []int{1, 32} {
			b.Run(fmt.Sprintf("%s/%d", name, writers), func(b *testing.B) {
				var n atomic.Int64
				var wg sync.WaitGroup
				run := when.System().String()
				for range writers {
					wg.Go(func() {
						for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
							err := d.Write(b.Context(), func(tx *db.Tx) error { return insert(tx, fmt.Sprint(run, i), 1) })
							if err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
			})
		}
	}
}
