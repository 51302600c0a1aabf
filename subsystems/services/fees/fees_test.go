package fees

import (
	"errors"
	"strings"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

func TestABillIsPaidOnce(t *testing.T) {
	each(t, func(o *office) {
		b := o.ask("chan", 120_000, 5_050, -50)
		if b.Cents != 125_000 || b.State != Due || len(b.Reference) < 9 {
			t.Fatalf("%+v", b)
		}
		// A double click, in two tabs at once.
		done := make(chan error)
		for range 4 {
			go func() { _, err := o.Pay(o.as("chan"), b.ID, SimulatedName); done <- err }()
		}
		for range 4 {
			o.ok(<-done)
		}
		all := o.payments(b.ID)
		if len(all) != 1 || o.bill(b.ID).State != Paying {
			t.Fatalf("%+v", all)
		}
		n := o.choose(all[0], IsPaid)
		for range 3 { // repeated
			o.ok(o.Hear(o.ctx, SimulatedName, n))
		}
		o.choose(all[0], IsFailed) // a second choice changes nothing
		if got := o.bill(b.ID); got.State != Paid || got.Paid.IsZero() || o.paid[b.ID] != 1 {
			t.Errorf("%+v %d", got, o.paid[b.ID])
		}
		if _, err := o.Pay(o.as("chan"), b.ID, SimulatedName); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		if got := o.open(); len(got) != 0 {
			t.Error(got)
		}
	})
}

func TestBillsThatCannotBeAsked(t *testing.T) {
	each(t, func(o *office) {
		label := lang.Text{TC: "費"}
		for name, b := range map[string]Bill{
			"no lines":   {},
			"nothing":    {Lines: []Line{{label, 5}, {label, -5}}},
			"no label":   {Lines: []Line{{Cents: 5}}},
			"wrong sum":  {Lines: []Line{{label, 5}}, Cents: 6},
			"too much":   {Lines: []Line{{label, mostCents}, {label, 1}}},
			"no account": {Lines: []Line{{label, 5}}},
		} {
			if name != "no account" {
				b.Account = "chan"
			}
			b.Department, b.Title = "FEHD", label
			if err := o.try(func(tx *db.Tx) error { _, err := o.Ask(tx, b); return err }); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestFailedAndAbandonedPaymentsMayBeTriedAgain(t *testing.T) {
	each(t, func(o *office) {
		b := o.ask("chan", 100)
		for _, outcome := range []Outcome{IsFailed, IsAbandoned} {
			p := o.begin(b, SimulatedName)
			o.choose(p, outcome)
			if got := o.bill(b.ID); got.State != Due {
				t.Errorf("%+v", got)
			}
		}
		o.pays(b)
		if got := o.bill(b.ID); got.State != Paid || len(o.payments(b.ID)) != 3 {
			t.Errorf("%+v", got)
		}
	})
}

func TestTwoWaysAtOnceAndLateMoney(t *testing.T) {
	each(t, func(o *office) {
		o.Providers = append(o.Providers, second{o.sim})
		b := o.ask("chan", 100)
		first := o.begin(b, SimulatedName)
		other := o.begin(b, "second")
		if first.ID == other.ID {
			t.Fatal("one payment by two providers")
		}
		// The left one is paid first: it counts. The other one is paid too: a surplus.
		o.choose(first, IsPaid)
		if got := o.bill(b.ID); got.State != Paid {
			t.Errorf("%+v", got)
		}
		o.choose(other, IsPaid)
		if got := o.open(); strings.Join(got, " ") != "surplus" || o.paid[b.ID] != 1 {
			t.Error(got, o.paid[b.ID])
		}
		// It goes back, by two officers, and the bill stays paid.
		d := o.difference(Surplussed)
		o.write(func(tx *db.Tx) error { return o.Settle(tx, d.ID, d.Version, SendBack, "paid twice", "an") })
		o.approve(t)
		o.ok(o.work())
		if got := o.bill(b.ID); got.State != Paid || got.Refunded != 0 {
			t.Errorf("%+v", got)
		}
		if err := o.try(func(tx *db.Tx) error { _, err := o.GiveBack(tx, other.ID, "again", "an"); return err }); !fault.Is(err, fault.Invalid) {
			t.Error("given back twice:", err)
		}
		// Money for a bill that was taken back.
		c := o.ask("chan", 200)
		p := o.begin(c, SimulatedName)
		o.write(func(tx *db.Tx) error { return o.Cancel(tx, c.ID) })
		o.choose(p, IsPaid)
		if got := o.bill(c.ID); got.State != Cancelled || o.paid[c.ID] != 0 || len(o.open()) != 1 {
			t.Errorf("%+v %v", got, o.open())
		}
		if err := o.try(func(tx *db.Tx) error { return o.Cancel(tx, b.ID) }); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	})
}

// approve approves all that waits, as somebody else.
func (o *office) approve(t *testing.T) {
	t.Helper()
	o.write(func(tx *db.Tx) error {
		waiting, err := o.refundsWaiting(tx, "FEHD")
		for _, r := range waiting {
			if err := o.Decide(tx, r.ID, r.Version, "bo", true); err != nil {
				return err
			}
		}
		return err
	})
}

func TestALyingProvider(t *testing.T) {
	each(t, func(o *office) {
		b := o.ask("chan", 10_000)
		p := o.begin(b, SimulatedName)
		for _, cents := range []int64{1, 1_000_000, -10_000, 0} {
			o.ok(o.Hear(o.ctx, SimulatedName, Notice{Payment: p.ID, Outcome: IsPaid, Cents: cents, At: o.clock()}))
		}
		if got := o.bill(b.ID); got.State != Paying || o.paid[b.ID] != 0 {
			t.Errorf("%+v", got)
		}
		if got := o.open(); len(got) != 1 || got[0] != "amount" {
			t.Error(got)
		}
		if err := o.Hear(o.ctx, SimulatedName, Notice{Payment: "nobody's", Outcome: IsPaid, Cents: 1}); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := o.Hear(o.ctx, "another", Notice{Payment: p.ID, Outcome: IsPaid, Cents: b.Cents}); !fault.Is(err, fault.NotFound) {
			t.Error("a provider spoke of another's payment:", err)
		}
		if err := o.Hear(o.ctx, SimulatedName, Notice{Payment: p.ID, Outcome: "perhaps", Cents: b.Cents}); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		// Paid in a year to come, then denied.
		o.ok(o.Hear(o.ctx, SimulatedName, Notice{Payment: p.ID, Outcome: IsPaid, Cents: b.Cents, At: o.clock().Add(9000 * time.Hour)}))
		if got := o.bill(b.ID); got.State != Paid || o.clock().Before(got.Paid) {
			t.Errorf("%+v", got)
		}
		o.ok(o.Hear(o.ctx, SimulatedName, Notice{Payment: p.ID, Outcome: IsFailed, Cents: b.Cents}))
		if got := o.bill(b.ID); got.State != Paid || strings.Join(o.open(), " ") != "amount contradiction" {
			t.Errorf("%+v %v", got, o.open())
		}
	})
}

func TestSignaturesOfNotifications(t *testing.T) {
	each(t, func(o *office) {
		p := o.begin(o.ask("chan", 10_000), SimulatedName)
		signature, body, _, err := o.sim.Choose(o.ctx, p.ID, IsPaid)
		o.ok(err)
		sandbox := who.AsSystem(o.ctx, who.Sandbox)
		for name, try := range map[string]func() error{
			"another body": func() error {
				_, err := o.sim.Read(o.ctx, signature, []byte(strings.Replace(string(body), "10000", "1", 1)))
				return err
			},
			"no signature":  func() error { _, err := o.sim.Read(o.ctx, "", body); return err },
			"half":          func() error { _, err := o.sim.Read(o.ctx, signature[:8], body); return err },
			"another realm": func() error { _, err := o.sim.Read(sandbox, signature, body); return err },
		} {
			if err := try(); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestTheReturnPageAsksWhenNothingWasHeard(t *testing.T) {
	each(t, func(o *office) {
		b := o.ask("chan", 100)
		p := o.begin(b, SimulatedName)
		_, _, _, err := o.sim.Choose(o.ctx, p.ID, IsPaid)
		o.ok(err)
		o.sim.look = func(n Notice) Notice { n.Cents = 1; return n }
		got, err := o.Catch(o.as("chan"), b.ID)
		o.ok(err)
		if got.State != Paying {
			t.Errorf("%+v", got)
		}
		o.sim.look = nil
		if _, err := o.Pay(o.as("chan"), b.ID, SimulatedName); !fault.Is(err, fault.Conflict) {
			t.Error("led to pay again:", err)
		}
		got, err = o.Catch(o.as("chan"), b.ID)
		o.ok(err)
		if got.State != Paid {
			t.Errorf("%+v", got)
		}
		if _, err := o.Catch(o.as("lee"), b.ID); !fault.Is(err, fault.NotFound) {
			t.Error("another's bill:", err)
		}
		if _, err := o.Pay(o.as("lee"), b.ID, SimulatedName); !fault.Is(err, fault.NotFound) {
			t.Error("another's bill:", err)
		}
	})
}

// When the case that waits for money can't go on, nothing is booked, and it is tried again.
func TestPaymentAndCaseCommitTogether(t *testing.T) {
	each(t, func(o *office) {
		b := o.ask("chan", 100)
		p := o.begin(b, SimulatedName)
		no, fine := errors.New("no"), o.OnPaid
		o.OnPaid = func(*db.Tx, Bill) error { return no }
		n := Notice{Payment: p.ID, Outcome: IsPaid, Cents: 100, At: o.clock()}
		if err := o.Hear(o.ctx, SimulatedName, n); !errors.Is(err, no) || o.bill(b.ID).State != Paying {
			t.Error(err, o.bill(b.ID).State)
		}
		o.OnPaid = fine
		o.ok(o.Hear(o.ctx, SimulatedName, n))
		if o.bill(b.ID).State != Paid {
			t.Error(o.bill(b.ID).State)
		}
	})
}

func TestStatements(t *testing.T) {
	dbtest.Prepare(t, []db.Schema{Schema()}, ".")
	dbtest.Homes(t, ".")
}

func TestDollars(t *testing.T) {
	for cents, want := range map[int64]string{0: "0.00", 5: "0.05", -5: "-0.05", 12_345: "123.45", -100: "-1.00"} {
		if got := Dollars(cents); got != want {
			t.Error(cents, got)
		}
	}
}

// A notification that comes days late books the day on which the money moved.
func TestLateNotifications(t *testing.T) {
	each(t, func(o *office) {
		b := o.ask("chan", 100)
		p := o.begin(b, SimulatedName)
		_, body, _, err := o.sim.Choose(o.ctx, p.ID, IsPaid)
		o.ok(err)
		day := o.clock().Day()
		o.later(75 * time.Hour)
		signature, err := o.sim.sign(o.ctx, body)
		o.ok(err)
		n, err := o.sim.Read(o.ctx, signature, body)
		o.ok(err)
		o.ok(o.Hear(o.ctx, SimulatedName, n))
		if got := o.payments(b.ID)[0]; got.Day != day || got.State != Settled {
			t.Errorf("%+v", got)
		}
	})
}
