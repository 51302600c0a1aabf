package fees

import (
	"errors"
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/sign"
)

func TestRefundsNeedTwoOfficers(t *testing.T) {
	each(t, func(o *office) {
		b := o.ask("chan", 10_000)
		propose := func(cents int64, why string) (r Refund, err error) {
			err = o.try(func(tx *db.Tx) (err error) { r, err = o.Refund(tx, b.ID, cents, why, "an"); return err })
			return r, err
		}
		if _, err := propose(100, "x"); !fault.Is(err, fault.Conflict) {
			t.Error("refunded what was not paid:", err)
		}
		o.pays(b)
		for _, c := range []struct {
			cents int64
			why   string
		}{{0, "x"}, {-1, "x"}, {10_001, "x"}, {5, ""}, {5, strings.Repeat("長", mostReason+1)}} {
			if _, err := propose(c.cents, c.why); !fault.Is(err, fault.Invalid) {
				t.Error(c, err)
			}
		}
		r, err := propose(4_000, "wrong class")
		o.ok(err)
		if _, err := propose(6_001, "too much with what waits"); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		decide := func(r Refund, by string, agree bool) error {
			return o.try(func(tx *db.Tx) error { return o.Decide(tx, r.ID, r.Version, by, agree) })
		}
		if err := decide(r, "an", true); !fault.Is(err, fault.Forbidden) {
			t.Error("approved by who proposed it:", err)
		}
		o.sim.deaf = true
		o.ok(decide(r, "bo", true))
		if err := decide(r, "bo", true); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		if err := o.work(); err == nil || o.bill(b.ID).Refunded != 0 {
			t.Error("booked what the provider did not do", err)
		}
		o.sim.deaf = false
		o.ok(o.work())
		o.ok(o.work()) // twice is once
		if got := o.bill(b.ID); got.State != PartRefunded || got.Refunded != 4_000 || o.refunded[b.ID] != 1 {
			t.Errorf("%+v", got)
		}
		refused, err := propose(1_000, "no reason")
		o.ok(err)
		o.ok(decide(refused, "bo", false))
		rest, err := propose(6_000, "closed")
		o.ok(err)
		o.ok(decide(rest, "bo", true))
		o.ok(o.work())
		if got := o.bill(b.ID); got.State != Refunded || got.Refunded != 10_000 {
			t.Errorf("%+v", got)
		}
		// Two proposals at the same time do not go beyond what was paid.
		b = o.ask("chan", 100)
		o.pays(b)
		done := make(chan error)
		for range 4 {
			go func() { _, err := propose(60, "at once"); done <- err }()
		}
		good := 0
		for range 4 {
			if err := <-done; err == nil {
				good++
			}
		}
		if good != 1 {
			t.Error(good)
		}
	})
}

func TestDaysAreHeldAgainstStatements(t *testing.T) {
	each(t, func(o *office) {
		day := o.clock().Day()
		paid, lost, other := o.ask("chan", 100), o.ask("chan", 200), o.ask("lee", 300)
		first := o.pays(paid)
		o.pays(other)
		p := o.begin(lost, SimulatedName)
		_, _, _, err := o.sim.Choose(o.ctx, p.ID, IsPaid) // the notification never comes
		o.ok(err)
		o.write(func(tx *db.Tx) error { _, err := o.Refund(tx, paid.ID, 40, "x", "an"); return err })
		o.approve(t)
		o.ok(o.work())
		o.write(func(tx *db.Tx) error { return EnqueueDay(tx, day) })
		o.ok(o.work())
		o.ok(o.Reconcile(o.ctx, "FEHD", day)) // again
		if got := o.open(); strings.Join(got, " ") != "extra" {
			t.Fatal(got)
		}
		o.write(func(tx *db.Tx) error {
			b, err := balances(tx, "FEHD", day)
			if len(b) != 1 || b[0].Ours != 360 || b[0].Theirs != 560 {
				t.Errorf("%+v", b)
			}
			return err
		})
		d := o.difference(Extra)
		settle := func(remedy Remedy, why string) error {
			return o.try(func(tx *db.Tx) error { return o.Settle(tx, d.ID, d.Version, remedy, why, "an") })
		}
		if err := settle(SendBack, "x"); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		if err := settle(Book, ""); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		o.ok(settle(Book, "they have it"))
		if err := settle(Book, "twice"); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		if got := o.bill(lost.ID); got.State != Paid || o.paid[lost.ID] != 1 {
			t.Errorf("%+v", got)
		}
		// A statement that lies: one is missing, one has another amount, one is nobody's.
		o.sim.statement = func(all []Entry) (out []Entry) {
			for _, e := range all {
				switch e.ID {
				case string(first.ID):
				case string(p.ID):
					out = append(out, Entry{e.ID, e.Cents + 1})
				default:
					out = append(out, e)
				}
			}
			return append(out, Entry{"nobody's", 5})
		}
		o.ok(o.Reconcile(o.ctx, "FEHD", day))
		kinds := map[string]bool{}
		for _, k := range o.open() {
			kinds[k] = true
		}
		if len(o.open()) != 3 || !kinds["missing"] || !kinds["amount"] {
			t.Error(o.open())
		}
		d = o.difference(Extra) // nobody's, beside the one that is settled
		if err := settle(Book, "x"); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		o.ok(settle(Explain, "not ours"))
	})
}

func TestReasonsAreSealed(t *testing.T) {
	each(t, func(o *office) {
		b := o.ask("chan", 100)
		o.pays(b)
		o.write(func(tx *db.Tx) error { _, err := o.Refund(tx, b.ID, 50, "陳大文投訴", "an"); return err })
		o.write(func(tx *db.Tx) error {
			rows, err := Sealed()[0].Read(tx, sign.Row{})
			if len(rows) != 1 || strings.Contains(string(rows[0].Sealed), "陳大文") {
				t.Errorf("%q", rows)
			}
			return err
		})
		o.ok(o.Keys.RefreshColumns(o.ctx, o.DB, Sealed(), func(int64) {}))
		o.write(func(tx *db.Tx) error {
			all, err := o.refundsOf(tx, b.ID)
			if len(all) != 1 || all[0].Why != "陳大文投訴" {
				t.Errorf("%+v", all)
			}
			n, staleErr := Stale(tx, []byte("zzzz"))
			if n != 1 {
				t.Error(n)
			}
			return errors.Join(err, staleErr)
		})
	})
}
