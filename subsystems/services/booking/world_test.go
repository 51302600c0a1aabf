package booking

import (
	"context"
	"errors"
	"os"
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
	"praya/platform/web/browsertest"
	"praya/platform/words"
)

//nolint:gochecknoglobals // one browser for the whole package
var chrome browsertest.Browser

// TestMain also is the second process of TestRush, when it is told to be.
func TestMain(m *testing.M) {
	if address := os.Getenv(contenderAddress); address != "" {
		os.Exit(contend(address))
	}
	os.Exit(chrome.Run(m))
}

func schemas() []db.Schema {
	return []db.Schema{audit.Schema(), calendar.Schema(), events.Schema(), jobs.Schema(), limits.Schema(), web.Schema(), Schema()}
}

// people keeps what people were told, once for each key.
type people struct {
	mu   sync.Mutex
	told map[string]string
}

func (p *people) Tell(_ context.Context, account, key, path string, title, text lang.Text) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told[key] = account + " " + path + " " + title.EN + " " + text.TC
	return nil
}

// clock is one that a test turns.
type clock struct {
	base when.Instant
	move atomic.Int64
}

func (c *clock) now() when.Instant  { return c.base.Add(time.Duration(c.move.Add(1000))) }
func (c *clock) by(d time.Duration) { c.move.Add(int64(d)) }

type world struct {
	*Service
	*testing.T
	clock  *clock
	people *people
	system context.Context
	halls  Schedule
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) { test(newWorld(t, address)) })
}

// monday is 2 March 2026, the morning of a Monday; 3 and 4 April 2026 are Good Friday and the day
// after it.
func monday() when.Instant { return when.At(time.Date(2026, 3, 2, 8, 0, 0, 0, when.HongKong)) }

// newWorld is a store with a place that may be booked on weekdays from 09:00 to 11:00, half an hour
// each for two at once.
func newWorld(t *testing.T, address string) *world {
	t.Helper()
	w := &world{T: t, people: &people{told: map[string]string{}}, clock: &clock{base: monday()}, system: who.AsSystem(t.Context(), who.Production)}
	d, err := db.Open(t.Context(), db.Config{URL: address, Connections: 12}, w.clock.now)
	w.ok(err)
	t.Cleanup(func() { w.ok(d.Close()) })
	_, err = d.Migrate(t.Context(), schemas()...)
	w.ok(err)
	w.ok(calendar.New(d).Seed(w.system))
	folder := t.TempDir()
	ring, err := sign.OpenRing(filepath.Join(folder, "ring"), filepath.Join(folder, "key"), w.clock.now)
	w.ok(err)
	policy, err := access.New(Policy())
	w.ok(err)
	book, err := words.New(web.Words(), Words())
	w.ok(err)
	w.Service = &Service{DB: d, Keys: ring, Policy: policy, Clock: w.clock.now, Words: book, People: w.people, Origin: "https://praya.example"}
	w.write(func(tx *db.Tx) error {
		err := errors.Join(
			w.PutPlace(tx, Place{Code: "mong-kok", Department: "FEHD", Name: lang.Text{TC: "旺角辦事處", EN: "Mong Kok Office", SC: "旺角办事处"}, Address: text("1 Road; Mong Kok, Kowloon")}),
			w.PutPlace(tx, Place{Code: "sha-tin", Department: "LCSD", Name: text("Sha Tin Hall"), Address: text("2 Road")}))
		if err != nil {
			return err
		}
		w.halls, err = w.PutSchedule(tx, weekdays())
		return err
	})
	return w
}

func weekdays() Schedule {
	return Schedule{
		Place: "mong-kok", Service: "site-visit", Title: lang.Text{TC: "實地視察", EN: "Site visit", SC: "实地视察"}, Weekdays: []int{1, 2, 3, 4, 5},
		From: "09:00", To: "11:00", Minutes: 30, Quota: 2, Ahead: 60,
	}
}

func text(s string) lang.Text { return lang.Text{TC: s, EN: s, SC: s} }

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

func (w *world) write(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.DB.Write(w.system, fn))
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.DB.Read(w.system, fn))
}

// refuse runs what must fail, with this key.
func (w *world) refuse(key string, fn func(tx *db.Tx) error) {
	w.Helper()
	err := w.DB.Write(w.system, fn)
	var f *fault.Fault
	if !errors.As(err, &f) || f.Key != "booking.fault."+key {
		w.Errorf("%v, want %s", err, key)
	}
}

// at is a time in Hong Kong.
func at(s string) when.Instant {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, when.HongKong)
	if err != nil {
		panic(err)
	}
	return when.At(t)
}

func day(s string) when.Day {
	d, err := when.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func wish(account, of, start string) Booking {
	return Booking{Service: "site-visit", Place: "mong-kok", Account: account, Case: of, Start: at(start)}
}

func (w *world) book(b Booking) (out Booking) {
	w.Helper()
	w.write(func(tx *db.Tx) (err error) {
		out, err = w.Book(tx, b, "somebody")
		return err
	})
	return out
}

// left is how many places a slot has.
func (w *world) left(start string) int {
	w.Helper()
	n := -1
	w.read(func(tx *db.Tx) error {
		slots, err := w.Free(tx, "site-visit", "mong-kok", at(start).Day(), 1)
		for _, s := range slots {
			if s.Start == at(start) {
				n = s.Left
			}
		}
		return err
	})
	return n
}

func eachAddress(t *testing.T, test func(t *testing.T, w *world, address string)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) { test(t, newWorld(t, address), address) })
}
