package db_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

const changeItem = `update shop_items set amount = $4, version = version + 1 where realm = $1 and id = $2 and version = $3`

func later(tx *db.Tx, id string) error {
	return tx.Do(insertItem, tx.Realm(), id, "name of "+id, 1, true, []byte{1})
}

func amount(tx *db.Tx, id string) (n int64, err error) {
	return n, tx.Row(`select amount from shop_items where realm = $1 and id = $2`, tx.Realm(), id).Scan(&n)
}

// What is kept for later is there for the next statement, and with the commit.
func TestWhatIsDoneLaterIsDone(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			body := []byte("first")
			if err := tx.Do(insertItem, tx.Realm(), "a", "name of a", 1, true, body); err != nil {
				return err
			}
			copy(body, "other") // a caller's buffer is its own again
			if err := tx.Row(`select body from shop_items where id = $1`, "a").Scan(&body); err != nil || string(body) != "first" {
				t.Errorf("kept %q, want first: %v", body, err)
			}
			if err := errors.Join(later(tx, "b"), tx.DoChange(changeItem, tx.Realm(), "a", 1, 5)); err != nil {
				return err
			}
			n, err := amount(tx, "a")
			if n != 5 {
				t.Errorf("the next statement sees %d, want 5", n)
			}
			return errors.Join(err, later(tx, "c"))
		})
		if err != nil {
			t.Fatal(err)
		}
		// A change that is all that a transaction does.
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.DoChange(changeItem, tx.Realm(), "b", 1, 7) }); err != nil {
			t.Fatal(err)
		}
		err = d.ReadLatest(t.Context(), func(tx *db.Tx) error {
			n, err := amount(tx, "b")
			if n != 7 {
				t.Errorf("%d is kept, want 7", n)
			}
			return err
		})
		if n := count(t, d); n != 3 || err != nil {
			t.Errorf("%d rows, want 3: %v", n, err)
		}
	})
}

func TestWhatFailsLaterUndoesAll(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		old := func(tx *db.Tx) error { return tx.DoChange(changeItem, tx.Realm(), "a", 9, 5) }
		for name, test := range map[string]struct {
			fn  func(*db.Tx) error
			key string
		}{
			"a duplicate at the commit":    {func(tx *db.Tx) error { return errors.Join(later(tx, "b"), later(tx, "a")) }, "db.duplicate"},
			"an old version by itself":     {old, "db.stale"},
			"an old version at the commit": {func(tx *db.Tx) error { return errors.Join(later(tx, "b"), old(tx)) }, "db.stale"},
			"an old version among others":  {func(tx *db.Tx) error { return errors.Join(old(tx), later(tx, "b")) }, "db.stale"},
			"a duplicate before a look":    {func(tx *db.Tx) error { _ = later(tx, "a"); _, err := amount(tx, "a"); return err }, "db.duplicate"},
			"a duplicate that was settled": {func(tx *db.Tx) error { _ = later(tx, "a"); return tx.Settle() }, "db.duplicate"},
			"what is swallowed":            {func(tx *db.Tx) error { _ = later(tx, "a"); _ = tx.Settle(); return later(tx, "b") }, "db.duplicate"},
			"few rows, one of them a second": {func(tx *db.Tx) error {
				_, err := tx.InsertMany("shop_items", columns(), func(yield func([]any) bool) {
					_ = yield([]any{tx.Realm(), "b", "x", 1, true, nil, 1}) && yield([]any{tx.Realm(), "a", "y", 1, true, nil, 1})
				})
				return err
			}, "db.duplicate"},
		} {
			if err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(`delete from shop_items`)
				return errors.Join(err, later(tx, "a"))
			}); err != nil {
				t.Fatal(err)
			}
			err := d.Write(t.Context(), test.fn)
			var f *fault.Fault
			if !errors.As(err, &f) || f.Kind != fault.Conflict || f.Key != test.key {
				t.Errorf("%s: %v, want %s", name, err, test.key)
			}
			if n := count(t, d); n != 1 {
				t.Errorf("%s: %d rows are left, want 1", name, n)
			}
		}
		if err := d.Read(t.Context(), func(tx *db.Tx) error { return later(tx, "z") }); err == nil {
			t.Error("a row was kept for later in a Read")
		}
	})
}

func last(tx *db.Tx, id string) error {
	return tx.DoLast(insertItem, tx.Realm(), id, "name of "+id, 1, true, []byte{1})
}

func TestRowsForTheEnd(t *testing.T) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		fill := func(n int, wrong ...string) error {
			return d.Write(t.Context(), func(tx *db.Tx) error {
				for i := range n {
					if err := last(tx, fmt.Sprintf("%d of %d", i, n)); err != nil {
						return err
					}
					if i == 3 {
						if err := tx.Settle(); err != nil {
							return err
						}
					}
				}
				for _, id := range wrong {
					if err := last(tx, id); err != nil {
						return err
					}
				}
				return nil
			})
		}
		want := 0
		for _, n := range []int{1, 2, 7, 8, 9, 40} {
			if err := fill(n); err != nil {
				t.Fatal(err)
			}
			want += n
			if got := count(t, d); got != want {
				t.Fatalf("%d rows, want %d", got, want)
			}
		}
		if err := fill(5, "new", "3 of 7"); !fault.Is(err, fault.Conflict) || count(t, d) != want {
			t.Errorf("a row that was there: %v, %d rows, want %d", err, count(t, d), want)
		}
		// One that must find its row, with rows and the commit behind it.
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			return errors.Join(last(tx, "z"), tx.DoChange(changeItem, tx.Realm(), "3 of 7", 9, 5))
		})
		if !fault.Is(err, fault.Conflict) || count(t, d) != want {
			t.Errorf("an old version: %v, %d rows, want %d", err, count(t, d), want)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			return errors.Join(last(tx, "z"), tx.DoChange(changeItem, tx.Realm(), "3 of 7", 1, 5), last(tx, "zz"))
		}); err != nil || count(t, d) != want+2 {
			t.Errorf("%v, %d rows, want %d", err, count(t, d), want+2)
		}
		if err := d.Read(t.Context(), func(tx *db.Tx) error { return last(tx, "y") }); err == nil {
			t.Error("a row was kept for the end of a Read")
		}
	})
}

// A statement that waits for another transaction ends with its context, and the store serves on.
func TestAStatementEndsWithItsContext(t *testing.T) {
	d := dbtest.Open(t, dbtest.PostgreSQL(t))
	if _, err := d.Migrate(t.Context(), schema()...); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return later(tx, "a") }); err != nil {
		t.Fatal(err)
	}
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		if err := tx.Change(changeItem, tx.Realm(), "a", 1, 2); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := d.WriteLatest(ctx, func(other *db.Tx) error { return other.Change(changeItem, tx.Realm(), "a", 1, 3) })
		if !fault.Is(err, fault.Unavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who waited was told %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// A context that ends between statements costs nobody else the connection.
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := amount(tx, "a")
			cancel()
			return err
		})
		if err != nil && !fault.Is(err, fault.Unavailable) {
			t.Fatal(err)
		}
		if n := count(t, d); n != 1 {
			t.Fatalf("%d rows", n)
		}
	}
}

// A server that ends a connection in the middle of a transaction: nothing of it is kept, and the
// next one works.
func TestALostConnectionIsUnavailable(t *testing.T) {
	d := dbtest.Open(t, dbtest.PostgreSQL(t))
	if _, err := d.Migrate(t.Context(), schema()...); err != nil {
		t.Fatal(err)
	}
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		var own int64
		if err := errors.Join(insert(tx, "a", 1), tx.Row(`select pg_backend_pid()`).Scan(&own)); err != nil {
			return err
		}
		err := d.ReadLatest(t.Context(), func(tx *db.Tx) error {
			var done bool
			return tx.Row(`select pg_terminate_backend($1::bigint::int)`, own).Scan(&done)
		})
		return errors.Join(err, later(tx, "b"))
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v, want Unavailable", err)
	}
	if n := count(t, d); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}
