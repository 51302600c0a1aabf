package fees

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
	"praya/platform/jobs"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
)

// office is a store with a service on it, whose clock a test sets.
type office struct {
	testing.TB
	*Service
	sim *liar
	ctx context.Context // as the system

	mu       sync.Mutex
	now      when.Instant
	paid     map[BillID]int
	refunded map[BillID]int
}

// liar is the simulated provider, which a test may make lie.
type liar struct {
	*Simulated
	look      func(Notice) Notice
	statement func([]Entry) []Entry
	deaf      bool // its refunds fail
}

func (l *liar) Look(ctx context.Context, p PaymentID) (Notice, error) {
	n, err := l.Simulated.Look(ctx, p)
	if l.look != nil {
		n = l.look(n)
	}
	return n, err
}

func (l *liar) Statement(ctx context.Context, department string, day when.Day) ([]Entry, error) {
	all, err := l.Simulated.Statement(ctx, department, day)
	if l.statement != nil {
		all = l.statement(all)
	}
	return all, err
}

func (l *liar) Refund(ctx context.Context, o RefundOrder) error {
	if l.deaf {
		return fault.New(fault.Unavailable, "fees.fault.provider")
	}
	return l.Simulated.Refund(ctx, o)
}

// second is another way to pay, with the same books.
type second struct{ *liar }

func (second) Name() string { return "second" }

func (o *office) clock() when.Instant {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *office) later(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(d)
}

func schemas() []db.Schema {
	return []db.Schema{audit.Schema(), events.Schema(), jobs.Schema(), web.Schema(), Schema()}
}

func newOffice(t testing.TB, address string) *office {
	t.Helper()
	o := &office{
		TB: t, ctx: who.AsSystem(t.Context(), who.Production), paid: map[BillID]int{}, refunded: map[BillID]int{},
		now: when.At(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)),
	}
	d, err := db.Open(o.ctx, db.Config{URL: address, Connections: 20}, o.clock)
	o.ok(err)
	t.Cleanup(func() { d.Close() })
	_, err = d.Migrate(o.ctx, schemas()...)
	o.ok(err)
	dir := t.TempDir()
	ring, err := sign.OpenRing(filepath.Join(dir, "ring"), filepath.Join(dir, "key"), o.clock)
	o.ok(err)
	policy, err := access.New(Policy())
	o.ok(err)
	book, err := words.New(web.Words(), Words())
	o.ok(err)
	o.sim = &liar{Simulated: &Simulated{DB: d, Keys: ring}}
	o.Service = &Service{DB: d, Keys: ring, Policy: policy, Clock: o.clock, Origin: "https://praya.example", Words: book, Providers: []Provider{o.sim}}
	count := func(m map[BillID]int) func(tx *db.Tx, b Bill) error {
		return func(_ *db.Tx, b Bill) error {
			o.mu.Lock()
			defer o.mu.Unlock()
			m[b.ID]++
			return nil
		}
	}
	o.OnPaid, o.OnRefunded = count(o.paid), count(o.refunded)
	return o
}

func each(t *testing.T, test func(o *office)) {
	dbtest.EachURL(t, func(t *testing.T, address string) { test(newOffice(t, address)) })
}

func (o *office) ok(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

func (o *office) write(f func(tx *db.Tx) error) {
	o.Helper()
	o.ok(o.DB.Write(o.ctx, f))
}

func (o *office) try(f func(tx *db.Tx) error) error { return o.DB.Write(o.ctx, f) }

func (o *office) as(account string) context.Context {
	return who.With(o.ctx, who.Request{Actor: who.Actor{Kind: who.Person, ID: account, Level: "plus"}, Realm: who.Production})
}

func (o *office) ask(account string, cents ...int64) (b Bill) {
	o.Helper()
	b = Bill{Case: "case-1", Account: account, Department: "FEHD", Title: lang.Text{TC: "食肆牌照費", EN: "Restaurant licence fee", SC: "食肆牌照费"}}
	for _, c := range cents {
		b.Lines = append(b.Lines, Line{Label: lang.Text{TC: "牌照費", EN: "Licence fee", SC: "牌照费"}, Cents: c})
	}
	o.write(func(tx *db.Tx) (err error) { b, err = o.Ask(tx, b); return err })
	return b
}

func (o *office) bill(id BillID) (b Bill) {
	o.Helper()
	o.write(func(tx *db.Tx) (err error) { b, err = o.ByID(tx, id); return err })
	return b
}

func (o *office) payments(id BillID) (all []Payment) {
	o.Helper()
	o.write(func(tx *db.Tx) (err error) { all, err = paymentsOf(tx, id); return err })
	return all
}

// begin begins a payment as its payer would.
func (o *office) begin(b Bill, provider string) Payment {
	o.Helper()
	_, err := o.Pay(o.as(b.Account), b.ID, provider)
	o.ok(err)
	for _, p := range o.payments(b.ID) {
		if p.State == Open {
			return p
		}
	}
	o.Fatal("no open payment")
	return Payment{}
}

// choose lets the payer choose at the provider, and delivers the notification.
func (o *office) choose(p Payment, outcome Outcome) Notice {
	o.Helper()
	signature, body, _, err := o.sim.Choose(o.ctx, p.ID, outcome)
	o.ok(err)
	n, err := o.sim.Read(o.ctx, signature, body)
	o.ok(err)
	o.ok(o.Hear(o.ctx, p.Provider, n))
	return n
}

func (o *office) pays(b Bill) Payment {
	o.Helper()
	p := o.begin(b, SimulatedName)
	o.choose(p, IsPaid)
	return p
}

func (o *office) open() (kinds []string) {
	o.Helper()
	o.write(func(tx *db.Tx) error {
		all, err := o.differencesOpen(tx, "FEHD")
		kinds = kinds[:0]
		for _, d := range all {
			kinds = append(kinds, string(d.Kind))
		}
		return err
	})
	slices.Sort(kinds) // found in one instant, they have no order
	return kinds
}

func (o *office) difference(kind DifferenceKind) (found Difference) {
	o.Helper()
	o.write(func(tx *db.Tx) error {
		all, err := o.differencesOpen(tx, "FEHD")
		for _, d := range all {
			if d.Kind == kind {
				found = d
			}
		}
		return err
	})
	if found.ID == "" {
		o.Fatalf("no difference %s but %v", kind, o.open())
	}
	return found
}

// work does the jobs that are ready.
func (o *office) work() (last error) {
	o.Helper()
	var list []jobs.Job
	o.write(func(tx *db.Tx) (err error) { list, err = jobs.List(tx, 100, 0); return err })
	for _, j := range list {
		handle := o.send
		if j.Kind == JobReconcile {
			handle = o.reconcileDay
		}
		if err := handle(o.ctx, j, nil); err != nil {
			last = err
		}
	}
	return last
}
