package backup_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/audit"
	"praya/platform/backup"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
	"praya/platform/files"
	"praya/platform/jobs"
	"praya/platform/search"
	"praya/platform/sign"
)

func schemas() []db.Schema {
	return []db.Schema{
		audit.Schema(), calendar.Schema(), events.Schema(), jobs.Schema(), search.Schema(),
		{Owner: "bank", Files: fstest.MapFS{"schema/0001_bank.sql": &fstest.MapFile{Data: []byte(`
create table bank_accounts (id text primary key, balance bigint not null, open boolean not null, seal bytea not null, none bytea, parent text references bank_accounts (id));
create table bank_moves (id text primary key, account text not null references bank_accounts (id), amount bigint not null, receipt text not null);`)}}},
	}
}

const (
	insertAccount = `insert into bank_accounts (id, balance, open, seal, parent) values ($1, 0, $2, $3, $4)`
	addToAccount  = `update bank_accounts set balance = balance + $2 where id = $1`
	insertMove    = `insert into bank_moves (id, account, amount, receipt) values ($1, $2, $3, $4)`
	wrongAccounts = `select count(*) from bank_accounts a where balance <> (select coalesce(sum(amount), 0) from bank_moves m where m.account = a.id)`
	allReceipts   = `select receipt from bank_moves order by id`
)

// site is a store with all that platform keeps.
type site struct {
	d     *db.DB
	blobs *files.Store
	index *search.Index
	data  string
}

func open(t *testing.T, address string) site {
	t.Helper()
	data := t.TempDir()
	blobs, err := files.OpenFolder(filepath.Join(data, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	index, err := search.New("bank")
	if err != nil {
		t.Fatal(err)
	}
	return site{dbtest.Open(t, address), files.New(blobs, 0), index, data}
}

func (s site) ring() string { return filepath.Join(s.data, "keys.ring") }

func (s site) source() backup.Source {
	return backup.Source{DB: s.d, Files: s.blobs, Ring: s.ring()}
}

func (s site) target() backup.Target {
	return backup.Target{DB: s.d, Files: s.blobs, Ring: s.ring(), Schemas: schemas(), After: []func(context.Context, *db.DB) error{
		func(ctx context.Context, d *db.DB) error { return d.Write(ctx, events.Settle) },
		s.index.Rebuild,
	}}
}

func (s site) fill(t *testing.T) {
	t.Helper()
	if _, err := s.d.Migrate(t.Context(), schemas()...); err != nil {
		t.Fatal(err)
	}
	if _, err := sign.OpenRing(s.ring(), filepath.Join(s.data, "key"), when.System); err != nil {
		t.Fatal(err)
	}
	if err := calendar.New(s.d).Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := s.d.Write(t.Context(), func(tx *db.Tx) error {
		for i := range 8 {
			parent := any(nil)
			if i > 0 {
				parent = fmt.Sprint(i - 1)
			}
			if _, err := tx.Exec(insertAccount, fmt.Sprint(i), i%2 == 0, []byte{0, byte(i), 255}[:i%4], parent); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// move is one writer's act: a blob, two rows that belong together, an event, an entry
// in the index, a job.
func (s site) move(ctx context.Context, w, n int) error {
	b, err := s.blobs.Put(ctx, strings.NewReader(fmt.Sprintf("receipt %d-%d <&> 收據\u2028", w, n)))
	if err != nil {
		return err
	}
	id, account := fmt.Sprintf("%03d-%06d", w, n), fmt.Sprint((w+n)%8)
	return s.d.Write(ctx, func(tx *db.Tx) error {
		_, err1 := tx.Exec(insertMove, id, account, int64(n)<<40, string(b.Address))
		_, err2 := tx.Exec(addToAccount, account, int64(n)<<40)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		if err := s.index.Put(tx, search.Doc{Scope: "bank", ID: id, Title: "轉賬 " + id}); err != nil {
			return err
		}
		if _, err := jobs.Enqueue(tx, jobs.Job{Kind: "mail", Key: id}); err != nil {
			return err
		}
		return events.Publish(tx, events.Event{Subject: "bank.move.made"})
	})
}

// load writes until it is stopped.
func (s site) load(t *testing.T) (stop func()) {
	t.Helper()
	var wg sync.WaitGroup
	var stopped atomic.Bool
	for w := range 6 {
		wg.Go(func() {
			for n := 1; !stopped.Load(); n++ {
				if err := s.move(t.Context(), w, n); err != nil && !fault.Is(err, fault.Unavailable) {
					t.Error(err)
					return
				}
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	wg.Go(func() { _ = events.New(s.d, slog.New(slog.DiscardHandler)).Run(ctx) })
	return func() { stopped.Store(true); cancel(); wg.Wait() }
}

// sound holds a restored store against the invariants that its writers keep.
func (s site) sound(t *testing.T) {
	t.Helper()
	err := s.d.Read(t.Context(), func(tx *db.Tx) error {
		var wrong int
		if err := tx.Row(wrongAccounts).Scan(&wrong); err != nil {
			return err
		}
		receipts, err := db.List(tx, db.Value[files.Address], allReceipts)
		if err != nil {
			return err
		}
		if wrong != 0 || len(receipts) == 0 {
			t.Errorf("%d accounts do not fit their %d moves", wrong, len(receipts))
		}
		for _, h := range receipts {
			r, err := s.blobs.Open(t.Context(), h)
			if err != nil {
				return err
			}
			if _, err := io.ReadAll(r); err != nil {
				t.Error(err)
			}
			_ = r.Close()
		}
		hits, err := s.index.Find(tx, search.Query{Text: "轉賬", Scopes: []string{"bank"}})
		if hits.Total != len(receipts) {
			t.Errorf("%d moves are found, of %d", hits.Total, len(receipts))
		}
		for _, t2 := range []struct{ what, text string }{{"events", `select count(*) from events_log`}, {"jobs", `select count(*) from jobs_work`}} {
			var n int
			if err := tx.Row(t2.text).Scan(&n); err != nil || n != len(receipts) {
				t.Errorf("%d %s of %d moves: %v", n, t2.what, len(receipts), err)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// rows reads all portable tables, for a comparison.
func (s site) rows(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := s.d.Read(t.Context(), func(tx *db.Tx) error {
		tables, err := tx.Tables()
		for _, table := range tables {
			if table.Name == "db_migrations" || strings.HasPrefix(table.Name, "events_") || !table.Portable() {
				continue // events move from the outbox to the log in a restore
			}
			rows, err := tx.Dump(table)
			if err != nil {
				return err
			}
			for rows.Next() {
				cells := make([]any, len(table.Columns))
				for i, c := range table.Columns {
					cells[i] = new(any)
					if c.Type == "boolean" {
						cells[i] = new(*bool) // SQLite gives 0 and 1
					}
				}
				if err := rows.Scan(cells...); err != nil {
					return err
				}
				line := ""
				for i := range cells {
					switch c := cells[i].(type) {
					case *any:
						line += fmt.Sprintf("%v|", *c)
					case **bool:
						line += fmt.Sprintf("%v|", **c)
					}
				}
				all[table.Name] = append(all[table.Name], line)
			}
			slices.Sort(all[table.Name])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestBackupUnderLoadAndRestore(t *testing.T) {
	for _, way := range []struct{ name, from, to string }{{"sqlite to sqlite", "s", "s"}, {"postgresql to postgresql", "p", "p"}, {"sqlite to postgresql", "s", "p"}, {"postgresql to sqlite", "p", "s"}} {
		t.Run(way.name, func(t *testing.T) {
			address := map[string]func(testing.TB) string{"s": dbtest.SQLite, "p": dbtest.PostgreSQL}
			from, to := open(t, address[way.from](t)), open(t, address[way.to](t))
			from.fill(t)
			stop := from.load(t)
			time.Sleep(300 * time.Millisecond)
			var file bytes.Buffer
			if _, _, err := backup.Write(t.Context(), from.source(), &file); err != nil {
				t.Fatal(err)
			}
			stop()
			if _, err := backup.Restore(t.Context(), bytes.NewReader(file.Bytes()), int64(file.Len()), to.target()); err != nil {
				t.Fatal(err)
			}
			to.sound(t)
			if _, err := sign.OpenRing(to.ring(), filepath.Join(from.data, "key"), when.System); err != nil {
				t.Errorf("the ring does not open with the key file that was kept apart: %v", err)
			}
			if err := to.move(t.Context(), 99, 1); err != nil {
				t.Errorf("the restored store takes no writes: %v", err)
			}

			// At rest all rows are equal, type by type.
			file.Reset()
			if _, _, err := backup.Write(t.Context(), from.source(), &file); err != nil {
				t.Fatal(err)
			}
			again := open(t, address[way.to](t))
			if _, err := backup.Restore(t.Context(), bytes.NewReader(file.Bytes()), int64(file.Len()), again.target()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(from.rows(t), again.rows(t)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatRestoreRefuses(t *testing.T) {
	from := open(t, dbtest.SQLite(t))
	from.fill(t)
	if err := from.move(t.Context(), 1, 1); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if _, _, err := backup.Write(t.Context(), from.source(), &file); err != nil {
		t.Fatal(err)
	}
	whole := file.Bytes()
	restore := func(b []byte, target backup.Target) error {
		_, err := backup.Restore(t.Context(), bytes.NewReader(b), int64(len(b)), target)
		return err
	}
	to := open(t, dbtest.SQLite(t))
	for name, b := range map[string][]byte{
		"empty": nil, "half": whole[:len(whole)/2], "without its end": whole[:len(whole)-1], "no zip": []byte(strings.Repeat("x", 1000)),
		"an altered row":    rewrite(t, whole, "db/bank_accounts.jsonl", func(s string) string { return strings.Replace(s, "1", "2", 1) }),
		"an altered blob":   rewrite(t, whole, "blobs/", func(s string) string { return s + "!" }),
		"a part that grew":  rewrite(t, whole, "db/bank_moves.jsonl", func(s string) string { return s + s }),
		"a part that is no": rewrite(t, whole, "db/bank_moves.jsonl", nil),
		"another format":    rewrite(t, whole, "manifest.json", func(s string) string { return strings.Replace(s, `"format": 1`, `"format": 2`, 1) }),
		"another program": rewrite(t, whole, "manifest.json", func(s string) string {
			return strings.Replace(s, `"0001_bank"`, `"0002_bank"`, 1)
		}),
	} {
		if err := restore(b, to.target()); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
	for step := 0; step < len(whole); step += 97 { // a bit anywhere
		b := bytes.Clone(whole)
		b[step] ^= 0x10
		m, err := backup.Verify(bytes.NewReader(b), int64(len(b)))
		if err == nil {
			// What ZIP does not check (times, attributes) may change; content may not.
			if want, _ := backup.Verify(bytes.NewReader(whole), int64(len(whole))); !reflect.DeepEqual(m, want) {
				t.Errorf("byte %d changed unseen", step)
			}
		}
	}
	if err := restore(whole, to.target()); err != nil {
		t.Fatalf("whole, after all these: %v", err)
	}
	if err := restore(whole, to.target()); !fault.Is(err, fault.Conflict) {
		t.Errorf("into a store that has rows: %v, want Conflict", err)
	}
	to.sound(t)
}

// rewrite copies a backup with the first part of a name altered, or left out.
func rewrite(t *testing.T, whole []byte, name string, alter func(string) string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	did := false
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if !did && strings.HasPrefix(f.Name, name) {
			did = true
			if alter == nil {
				continue
			}
			altered := alter(string(b))
			if altered == string(b) {
				t.Fatalf("%s was not altered", name)
			}
			b = []byte(altered)
		}
		e, err := w.Create(f.Name)
		if err == nil {
			_, err = e.Write(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
