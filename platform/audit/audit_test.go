package audit

import (
	"fmt"
	"sync"
	"testing"

	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

func TestTrail(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		ctx := who.With(t.Context(), who.Request{Actor: who.Actor{Kind: who.Operator, ID: "op-1"}, ID: "R1", Realm: who.Production})
		var wait sync.WaitGroup
		for i := range 20 {
			wait.Go(func() {
				err := d.Write(ctx, func(tx *db.Tx) error {
					return Record(tx, Act{What: "test.act", On: fmt.Sprint(i), Outcome: Done})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		trail := New(d)
		entries, total, err := trail.Page(ctx, 5, 0)
		if err != nil || total != 20 || len(entries) != 5 || entries[0].Number != 20 {
			t.Fatalf("%d of %d entries, %v", len(entries), total, err)
		}
		if e := entries[0]; e.Actor.ID != "op-1" || e.Request != "R1" || e.What != "test.act" || e.Before != entries[1].Hash {
			t.Errorf("the newest entry is %+v", e)
		}
		if broken, err := trail.Verify(ctx); err != nil || broken != 0 {
			t.Errorf("an untouched trail is broken at %d, %v", broken, err)
		}
		if other, total, err := trail.Page(who.AsSystem(ctx, who.Sandbox), 5, 0); err != nil || total != 0 || len(other) != 0 {
			t.Errorf("the sandbox sees %d entries of production, %v", total, err)
		}
	})
}

func TestNobodyChangesTheTrail(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		ctx := who.AsSystem(t.Context(), who.Production)
		for range 3 {
			if err := d.Write(ctx, func(tx *db.Tx) error { return Record(tx, Act{"test.act", "x", Done}) }); err != nil {
				t.Fatal(err)
			}
		}
		for _, sql := range []string{
			`update audit_trail set what = 'test.other' where number = 2`,
			`delete from audit_trail where number = 2`,
		} {
			err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(sql)
				return err
			})
			if err == nil {
				t.Errorf("%s was allowed", sql)
			}
		}
		// What the store cannot refuse is an entry that somebody adds with a hash of their own.
		err := d.Write(ctx, func(tx *db.Tx) error {
			return insert(tx, Entry{Number: 4, At: tx.Now(), Act: Act{"test.forged", "x", Done}, Before: "x", Hash: "y"})
		})
		if err != nil {
			t.Fatal(err)
		}
		if broken, err := New(d).Verify(ctx); err != nil || broken != 4 {
			t.Errorf("a forged entry is found at %d, %v", broken, err)
		}
	})
}

func TestNoActWithoutItsEntry(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		ctx := who.AsSystem(t.Context(), who.Production)
		_ = d.Write(ctx, func(tx *db.Tx) error {
			if err := Record(tx, Act{"test.act", "x", Done}); err != nil {
				return err
			}
			return fmt.Errorf("the act fails")
		})
		if _, total, err := New(d).Page(ctx, 1, 0); err != nil || total != 0 {
			t.Errorf("%d entries of an act that did not happen, %v", total, err)
		}
	})
}
