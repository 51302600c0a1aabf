package audit_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"praya/kernel/who"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

func write(t *testing.T, d *db.DB, n int) {
	t.Helper()
	ctx := who.With(t.Context(), who.Request{Actor: who.Actor{Kind: who.Operator, ID: "op-1"}, ID: "req-1", Realm: who.Production})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			err := d.Write(ctx, func(tx *db.Tx) error {
				return audit.Write(tx, audit.Act{Act: "calendar.put", Object: fmt.Sprint(i), Outcome: "done", Detail: map[string]string{"day": "2026-01-01"}})
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func verify(t *testing.T, d *db.DB) (n int64, err error) {
	_ = d.Read(t.Context(), func(tx *db.Tx) error { n, err = audit.Verify(tx); return nil })
	return n, err
}

func TestTheTrailOnlyGrows(t *testing.T) {
	dbtest.Each(t, []db.Schema{audit.Schema()}, func(t *testing.T, d *db.DB) {
		write(t, d, 8)
		for _, statement := range []string{`update audit_trail set outcome = 'refused'`, `delete from audit_trail`} {
			err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(statement); return err })
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", statement, err)
			}
		}
		if n, err := verify(t, d); n != 8 || err != nil {
			t.Errorf("%d entries fit, %v", n, err)
		}
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			page, err := audit.List(tx, 0, 3)
			if err != nil || len(page) != 3 || page[0].Number != 8 || page[0].Actor.ID != "op-1" || page[0].Request != "req-1" || page[0].Detail["day"] != "2026-01-01" {
				t.Errorf("%+v %v", page, err)
			}
			next, err := audit.List(tx, page[2].Number, 100)
			if len(next) != 5 {
				t.Errorf("%d further entries", len(next))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(who.AsSystem(t.Context(), who.Sandbox), func(tx *db.Tx) error {
			list, err := audit.List(tx, 0, 10)
			if len(list) != 0 {
				t.Error("the sandbox sees production's trail")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Someone with the database's rights takes the triggers away first.
func TestVerifyFindsWhatWasChangedBehindItsBack(t *testing.T) {
	for name, statement := range map[string]string{
		"was changed": `update audit_trail set actor_id = 'op-2' where number = 5`,
		"is missing":  `delete from audit_trail where number = 5`,
		"ends at":     `delete from audit_trail where number > 4`,
	} {
		dbtest.Each(t, []db.Schema{audit.Schema()}, func(t *testing.T, d *db.DB) {
			write(t, d, 8)
			drop := []string{`drop trigger audit_no_update`, `drop trigger audit_no_delete`}
			if d.Engine() == db.PostgreSQL {
				drop = []string{`drop trigger audit_no_change on audit_trail`}
			}
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				for _, s := range append(drop, statement) {
					if _, err := tx.Exec(s); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if n, err := verify(t, d); n != 4 || err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%d entries fit, %v", n, err)
			}
		})
	}
}

func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, []db.Schema{audit.Schema()}, "."); n != 6 {
		t.Errorf("%d statements", n)
	}
	dbtest.Homes(t, ".")
}
