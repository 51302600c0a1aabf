package queue

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
	"praya/platform/jobs"
	"praya/platform/limits"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
)

func schemas() []db.Schema {
	return []db.Schema{audit.Schema(), calendar.Schema(), events.Schema(), jobs.Schema(), limits.Schema(), web.Schema(), Schema()}
}

// clock is one that a test turns.
type clock struct {
	base when.Instant
	move atomic.Int64
}

func (c *clock) now() when.Instant  { return c.base.Add(time.Duration(c.move.Add(1000))) }
func (c *clock) by(d time.Duration) { c.move.Add(int64(d)) }

// world is a store with one process that routes.
type world struct {
	*Service
	*testing.T
	clock  *clock
	system context.Context
	ring   *sign.Ring

	mu   sync.Mutex
	acts []Act
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) { test(newWorld(t, address)) })
}

func newWorld(t *testing.T, address string) *world {
	t.Helper()
	w := &world{T: t, clock: &clock{base: noon()}, system: who.AsSystem(t.Context(), who.Production)}
	d, err := db.Open(t.Context(), db.Config{URL: address}, w.clock.now)
	w.ok(err)
	t.Cleanup(func() { w.ok(d.Close()) })
	_, err = d.Migrate(t.Context(), schemas()...)
	w.ok(err)
	folder := t.TempDir()
	w.ring, err = sign.OpenRing(filepath.Join(folder, "ring"), filepath.Join(folder, "key"), w.clock.now)
	w.ok(err)
	w.Service = w.process(d)
	return w
}

// process is another process on the same store.
func (w *world) process(d *db.DB) *Service {
	w.Helper()
	policy, err := access.New(Policy())
	w.ok(err)
	book, err := words.New(web.Words(), Words())
	w.ok(err)
	return &Service{
		DB: d, Keys: w.ring, Policy: policy, Words: book, Clock: w.clock.now, Log: slog.New(slog.NewTextHandler(w.Output(), nil)),
		Names: func(_ context.Context, account string) lang.Text { return lang.Text{EN: "post of " + account} },
		Acts:  func(a Act) { w.mu.Lock(); defer w.mu.Unlock(); w.acts = append(w.acts, a) },
	}
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		var f *fault.Fault
		if errors.As(err, &f) {
			w.Fatal(err, f.Args, f.Fields)
		}
		w.Fatal(err)
	}
}

// refused is an error with this key.
func (w *world) refused(err error, key string) {
	w.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Key != "queue.fault."+key {
		w.Errorf("%v, want %s", err, key)
	}
}

func (w *world) step() { w.Helper(); w.ok(w.Step(w.system)) }

// act is the last act of a kind since it was asked last.
func (w *world) act(kind ActKind) (out Act) {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.acts {
		if a.Kind == kind {
			out = a
		}
	}
	if out.Kind == "" {
		w.Fatalf("no act %s in %+v", kind, w.acts)
	}
	w.acts = nil
	return out
}

func (w *world) read(fn func(tx *db.Tx) error) { w.Helper(); w.ok(w.DB.Read(w.system, fn)) }

func (w *world) write(fn func(tx *db.Tx) error) { w.Helper(); w.ok(w.DB.Write(w.system, fn)) }

func (w *world) call(id CallID) (c Call) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) { c, err = w.Call(tx, id); return err })
	return c
}

// tally is what the quarter of an instant counted.
func (w *world) tally(s Span, at when.Instant) (t Tally) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) { t, err = total(tx, s, s.Start(at)); return err })
	return t
}

// ready makes an agent who waits for calls.
func (w *world) ready(account string, languages ...string) {
	w.Helper()
	w.ok(w.PutAgent(w.system, Agent{Account: account, Languages: languages}))
	w.ok(w.SetState(w.system, account, Ready))
}

func (w *world) arrive(id, number string) {
	w.Helper()
	w.ok(w.Arrive(w.system, yue(id), number))
}

// told are the events so far.
func (w *world) told() (out []IntervalChanged) {
	w.Helper()
	bus := events.New(w.DB, w.Log, events.Consumer{Name: "test", Subjects: []string{SubjectInterval}, Handle: func(_ *db.Tx, e events.Event) error {
		var c IntervalChanged
		if err := json.Unmarshal(e.Data, &c); err != nil {
			return err
		}
		out = append(out, c)
		return nil
	}})
	bus.Every = 10 * time.Millisecond
	ctx, stop := context.WithTimeout(w.system, time.Second)
	defer stop()
	_ = bus.Run(ctx)
	return out
}
