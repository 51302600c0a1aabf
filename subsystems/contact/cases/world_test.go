package cases

import (
	"context"
	"errors"
	"io"
	"log/slog"
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
	"praya/platform/files"
	"praya/platform/jobs"
	"praya/platform/limits"
	"praya/platform/search"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/web/browsertest"
	"praya/platform/words"
)

//nolint:gochecknoglobals // one browser for the whole package
var chrome browsertest.Browser

func TestMain(m *testing.M) { os.Exit(chrome.Run(m)) }

func schemas() []db.Schema {
	return []db.Schema{audit.Schema(), calendar.Schema(), events.Schema(), jobs.Schema(), limits.Schema(), search.Schema(), web.Schema(), Schema()}
}

// office plays the directory: four invented departments, and officers by role.
type office struct {
	mu   sync.Mutex
	told []string
}

func (o *office) Department(_ *db.Tx, code string) (Department, error) {
	names := map[string]lang.Text{
		"FEHD": text("Food"), "HYD": text("Highways"), "LANDS": text("Lands"), "DSD": text("Drainage"),
		"LANDSD": text("Lands Department"), "LCSD": text("Leisure"), "EPD": text("Environment"),
	}
	n, ok := names[code]
	if !ok {
		return Department{}, fault.New(fault.NotFound, "cases.fault.department")
	}
	return Department{code, n}, nil
}

func (o *office) Departments(tx *db.Tx) (out []Department, err error) {
	for _, c := range []string{"DSD", "FEHD", "HYD", "LANDS"} {
		d, _ := o.Department(tx, c)
		out = append(out, d)
	}
	return out, nil
}

func (o *office) Officers(_ context.Context, department, role string) ([]string, error) {
	return []string{department + "/" + role}, nil
}

func (o *office) Tell(_ context.Context, account, key, path string, title, text lang.Text) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.told = append(o.told, account+" "+path+" "+title.EN)
	return nil
}

// clock is one that a test turns.
type clock struct {
	base when.Instant
	move atomic.Int64
}

func (c *clock) now() when.Instant { return c.base.Add(time.Duration(c.move.Add(1000))) }

type world struct {
	*Service
	*testing.T
	clock  *clock
	office *office
	sent   *[]Outgoing
	system context.Context
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) { test(newWorld(t, address)) })
}

// monday is 2 March 2026; 3, 4 and 6 April 2026 are Good Friday, the day after it and Easter Monday.
func monday() when.Instant { return when.At(time.Date(2026, 3, 2, 8, 0, 0, 0, when.HongKong)) }

func newWorld(t *testing.T, address string) *world {
	t.Helper()
	w := &world{T: t, office: &office{}, sent: &[]Outgoing{}, clock: &clock{base: monday()}, system: who.AsSystem(t.Context(), who.Production)}
	d, err := db.Open(t.Context(), db.Config{URL: address, Connections: 8}, w.clock.now)
	w.ok(err)
	t.Cleanup(func() { w.ok(d.Close()) })
	_, err = d.Migrate(t.Context(), schemas()...)
	w.ok(err)
	w.ok(calendar.New(d).Seed(w.system))
	folder := t.TempDir()
	ring, err := sign.OpenRing(filepath.Join(folder, "ring"), filepath.Join(folder, "key"), w.clock.now)
	w.ok(err)
	engine, err := files.OpenFolder(filepath.Join(folder, "blobs"))
	w.ok(err)
	index, err := search.New(SearchScope)
	w.ok(err)
	policy, err := access.New(Policy())
	w.ok(err)
	book, err := words.New(web.Words(), Words())
	w.ok(err)
	w.Service = &Service{
		DB: d, Keys: ring, Files: files.New(engine, 0), Index: index, Policy: policy, Clock: w.clock.now, Words: book, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Origin: "https://praya.example", Departments: w.office, Staff: w.office, People: w.office,
	}
	w.Send = func(_ *db.Tx, o Outgoing) error {
		*w.sent = append(*w.sent, o)
		return nil
	}
	w.write(func(tx *db.Tx) error {
		return errorsOf(
			w.PutCategory(tx, Category{Code: "street-light", Name: lang.Text{TC: "街燈", EN: "Street light", SC: "街灯"}, Department: "HYD", Public: true, Active: true}),
			w.PutCategory(tx, Category{Code: "noise", Name: text("Noise"), Active: true}))
	})
	return w
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
	if !errors.As(err, &f) || f.Key != "cases.fault."+key {
		w.Errorf("%v, want %s", err, key)
	}
}

// lamp is a case that a person might bring.
func lamp() New {
	return New{
		Kind: Request, Channel: "web", Language: lang.EN, Title: "Broken lamp", Text: "The street lamp is dark. CHAN Invented Tai Man, call 9123 4567 or chan@example.com.",
		Contact: Contact{Name: "CHAN Invented Tai Man", Phone: "+852 9123 4567", Mail: "chan@example.com"},
		Where:   &Where{Lat: 22.2810, Lon: 114.1580, Address: "8 Invented Road"}, Service: "street-light", By: Person,
	}
}

func (w *world) open(n New) (c Case, code string) {
	w.Helper()
	w.write(func(tx *db.Tx) (err error) {
		c, code, err = w.Open(tx, n)
		return err
	})
	return c, code
}

func (w *world) refer(of CaseID, department string) (r Referral) {
	w.Helper()
	w.write(func(tx *db.Tx) (err error) {
		r, err = w.Refer(tx, of, department, "Please look into it.", "agent")
		return err
	})
	return r
}

func (w *world) get(of CaseID) (c Case) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		c, err = w.Case(tx, of)
		return err
	})
	return c
}

// openAt is the open referral of a department.
func (w *world) openAt(of CaseID, department string) (out Referral) {
	w.Helper()
	w.read(func(tx *db.Tx) error {
		all, err := w.Referrals(tx, of)
		for _, r := range all {
			if r.Department == department && r.State.Open() {
				out = r
			}
		}
		return err
	})
	return out
}

// chase turns the clock to an instant, lets the clocks speak, and the notices go.
func (w *world) chase(at when.Instant) {
	w.Helper()
	w.clock.move.Store(int64(at.Sub(w.clock.base)))
	w.ok(w.Chase(w.system, jobs.Job{}, nil))
	w.notices()
}

// notices does the jobs that tell.
func (w *world) notices() {
	w.Helper()
	var all []jobs.Job
	w.read(func(tx *db.Tx) (err error) {
		all, err = jobs.List(tx, 200, 0)
		return err
	})
	for _, j := range all {
		if j.Kind == JobTell && j.State == jobs.Ready {
			w.ok(w.Tell(w.system, j, nil))
			w.write(func(tx *db.Tx) error { return jobs.Cancel(tx, j.ID) })
		}
	}
}

func at(s string) when.Instant {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, when.HongKong)
	if err != nil {
		panic(err)
	}
	return when.At(t)
}

func contextWith(w *world) (context.Context, context.CancelFunc) {
	return context.WithTimeout(w.system, 20*time.Second)
}

// emptied is a world on a store of its own without services.
func emptied(w *world) *world {
	w.Helper()
	x := newWorld(w.T, dbtest.SQLite(w.T))
	x.system = who.AsSystem(w.T.Context(), who.Sandbox) // another realm: what newWorld made stands in production
	w.ok(calendar.New(x.DB).Seed(x.system))
	return x
}
