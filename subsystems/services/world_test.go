package services

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
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
	"praya/platform/words"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/fees"
	"praya/subsystems/services/forms"
	"praya/subsystems/services/licences"
	"praya/subsystems/services/line"
	"praya/subsystems/services/process"
)

// A small world: residents, officers of two departments, and the demonstration's six services on
// the real process, licences, booking and fees. What stands outside of this subsystem is played.

// residents are what the identity knows.
type residents struct {
	mu   sync.Mutex
	told []string
}

// What chan, the applicant of most tests, is known by: none of it may stand in the store as text.
const (
	chineseName = "陳大文甲"
	englishName = "CHAN Tai Man Alpha"
	cardNumber  = "A123456(3)"
	telephone   = "91234567"
	homeAddress = "海旁道987號六樓"
)

func (*residents) Profile(_ context.Context, account string) (map[string]Known, error) {
	switch account {
	case "chan":
		return map[string]Known{
			"chName": {Value: chineseName, Verified: true}, "enName": {Value: englishName, Verified: true},
			"idNo": {Value: cardNumber, Verified: true}, "mobileNumber": {Value: telephone},
		}, nil
	case "lee", "wong", "ho":
		return map[string]Known{"enName": {Value: strings.ToUpper(account), Verified: true}, "idNo": {Value: "C123456(9)", Verified: true}, "mobileNumber": {Value: "98765432"}}, nil
	}
	return nil, fault.New(fault.NotFound, "services.fault.no-application")
}

func (*residents) AtCounter(_ context.Context, code string) (string, error) {
	if code != "1234" {
		return "", fault.New(fault.Invalid, "services.fault.form")
	}
	return "chan", nil
}

func (r *residents) TellAbout(ctx context.Context, account string, about About, key, path string, title, text lang.Text) error {
	return r.Tell(ctx, account, string(about)+": "+key, path, title, text)
}

func (r *residents) Tell(_ context.Context, account, key, path string, title, text lang.Text) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, account+" "+key+" "+path+" "+title.EN+" "+text.EN)
	return nil
}

// holders are the departments that are asked through the exchange.
type holders struct {
	down  atomic.Bool
	given map[string]any
}

func (*holders) Describe(context.Context, string, Wish) (Question, error) { return Question{}, nil }

func (*holders) Agree(_ context.Context, department, account string, w Wish) (string, error) {
	return "consent of " + account + " to " + department + " for " + w.Service, nil
}

func (h *holders) Fetch(_ context.Context, _, consent string, _ Wish) (Fetched, error) {
	if h.down.Load() || consent == "" {
		return Fetched{}, fault.New(fault.Unavailable, "services.fault.form")
	}
	return Fetched{Values: h.given, From: same("Holder"), Access: "access-1", At: monday()}, nil
}

func same(s string) lang.Text { return lang.Text{TC: s, EN: s, SC: s} }

// departments know DEMO and OTHER.
type departments struct{}

func (departments) Department(_ context.Context, code string) (lang.Text, error) {
	if code != DemoDepartment && code != "OTHER" {
		return lang.Text{}, fault.New(fault.NotFound, "services.problem.department")
	}
	return same("Department " + code), nil
}

func (d departments) Departments(context.Context) (map[string]lang.Text, error) {
	return map[string]lang.Text{DemoDepartment: same("Department DEMO"), "OTHER": same("Department OTHER")}, nil
}

func (departments) Colleagues(context.Context, string, string) ([]Colleague, error) {
	return []Colleague{{Account: handler, Name: same("handler")}}, nil
}

// SignIn, Duty and Label are for the pages. NAME.DEPARTMENT.ROLES is an officer's account.
func (departments) SignIn() string { return "/sign-in" }

func (departments) Duty(_ context.Context, account string) (who.Duty, error) {
	parts := strings.SplitN(account, ".", 3)
	if len(parts) < 3 {
		return who.Duty{}, fault.New(fault.NotFound, "services.fault.no-application")
	}
	return who.Duty{Officer: parts[0], Department: parts[1], Post: "post of " + parts[0], Roles: parts[2]}, nil
}

func (departments) Label(*web.Visit) (string, string, error) { return "somebody", "/me", nil }

// The officers. Rival has every role, in the other department.
const (
	handler   = "ng.DEMO." + HandlerRole
	inspector = "ip.DEMO." + InspectorRole
	approver  = "au.DEMO." + ApproverRole
	editor    = "yu.DEMO." + EditorRole
	counter   = "ma.DEMO." + CounterRole
	rival     = "xi.OTHER." + ApproverRole + " " + CounterRole + " " + EditorRole + " " + HandlerRole + " " + InspectorRole
)

// ledger takes acts on licences; the real one is tried in app.
type ledger struct{ n atomic.Int64 }

func (l *ledger) Commit(*db.Tx, string, [32]byte, string) (string, error) {
	return fmt.Sprintf("entry-%d", l.n.Add(1)), nil
}
func (*ledger) Bundle(context.Context, string) ([]byte, bool, error) { return nil, true, nil }

// clock is one that a test turns.
type clock struct {
	base when.Instant
	move atomic.Int64
}

func (c *clock) now() when.Instant  { return c.base.Add(time.Duration(c.move.Add(1000))) }
func (c *clock) by(d time.Duration) { c.move.Add(int64(d)) }

// monday is 2 March 2026, in the morning.
func monday() when.Instant { return when.At(time.Date(2026, 3, 2, 8, 0, 0, 0, when.HongKong)) }

type world struct {
	*Service
	*testing.T
	clock   *clock
	people  *residents
	holders *holders
	pay     *fees.Simulated
	queue   *jobs.Queue
	system  context.Context
	handler http.Handler
}

func worldSchemas() []db.Schema {
	return append([]db.Schema{
		audit.Schema(), calendar.Schema(), events.Schema(), jobs.Schema(), limits.Schema(), search.Schema(), web.Schema(),
	}, Schemas()...)
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) { test(newWorld(t, address)) })
}

func newWorld(t *testing.T, address string) *world {
	t.Helper()
	w := &world{
		T: t, clock: &clock{base: monday()}, people: &residents{}, system: who.AsSystem(t.Context(), who.Production),
		holders: &holders{given: map[string]any{"address": homeAddress, "since": "2019-05-01"}},
	}
	d, err := db.Open(t.Context(), db.Config{URL: address, Connections: 12}, w.clock.now)
	w.ok(err)
	t.Cleanup(func() { w.ok(d.Close()) })
	_, err = d.Migrate(t.Context(), worldSchemas()...)
	w.ok(err)
	w.ok(calendar.New(d).Seed(w.system))
	folder := t.TempDir()
	ring, err := sign.OpenRing(filepath.Join(folder, "ring"), filepath.Join(folder, "key"), w.clock.now)
	w.ok(err)
	blobs, err := files.OpenFolder(filepath.Join(folder, "blobs"))
	w.ok(err)
	policy, err := access.New(Policies()...)
	w.ok(err)
	book, err := words.New(append([]words.Source{web.Words()}, Words()...)...)
	w.ok(err)
	index, err := search.New(Scope)
	w.ok(err)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	w.pay = &fees.Simulated{DB: d, Keys: ring}
	const origin = "http://praya.example"
	w.Service = &Service{
		DB: d, Keys: ring, Files: files.New(blobs, 0), Index: index, Policy: policy, Words: book, Clock: w.clock.now, Log: log,
		People: w.people, Exchange: w.holders, Departments: departments{}, Staff: departments{},
		Process:  &process.Service{DB: d, Keys: ring, Clock: w.clock.now, Log: log},
		Licences: &licences.Service{DB: d, Keys: ring, Policy: policy, Clock: w.clock.now, Origin: origin, Words: book, Ledger: &ledger{}, People: w.people, Departments: departments{}},
		Booking:  &booking.Service{DB: d, Keys: ring, Policy: policy, Clock: w.clock.now, Words: book, People: w.people, Origin: origin},
		Fees:     &fees.Service{DB: d, Keys: ring, Policy: policy, Clock: w.clock.now, Words: book, Origin: origin, Departments: departments{}, Providers: []fees.Provider{w.pay}},
		Line:     &line.Service{DB: d, Policy: policy},
	}
	w.ok(w.Open())
	w.queue = jobs.New(d, log)
	w.Jobs(w.queue)
	w.ok(w.LoadDemo(w.system))
	site, err := web.New(web.Config{Operator: "off", Owner: same("Praya")},
		web.Parts{Words: book, Policy: policy, Log: log, Clock: w.clock.now, DB: d, People: departments{}})
	w.ok(err)
	w.Mount(site)
	site.Page("GET /enter/{account}", func(v *web.Visit) error {
		a := actorOf(v.PathValue("account"))
		a.Duty = who.Duty{}
		if err := v.SignIn(a, "hwk"); err != nil {
			return err
		}
		return v.Redirect(publicPath)
	})
	w.handler = site.Handler()
	return w
}

func actorOf(account string) who.Actor {
	a := who.Actor{Kind: who.Person, ID: account, Level: "plus"}
	switch {
	case account == "":
		return who.Actor{Kind: who.Public}
	case strings.Contains(account, "."):
		a.Kind, a.Level = who.Officer, ""
		a.Duty, _ = departments{}.Duty(context.Background(), account)
	}
	return a
}

// as is a context in which an account acts.
func (w *world) as(account string) context.Context {
	return who.With(w.Context(), who.Request{Realm: who.Production, Actor: actorOf(account), Lang: lang.EN})
}

func (w *world) ok(err error) {
	w.Helper()
	if err == nil {
		return
	}
	var f *fault.Fault
	if errors.As(err, &f) {
		w.Fatal(err, f.Key, f.Args, f.Fields)
	}
	w.Fatal(err)
}

// refused wants a fault with this key.
func (w *world) refused(err error, key string) {
	w.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Key != "services.fault."+key {
		w.Errorf("%v, want %s", err, key)
	}
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.DB.Read(w.system, fn))
}

func (w *world) begin(account, service string) Application {
	w.Helper()
	a, err := w.Begin(w.as(account), Beginning{Service: service, Account: account, Channel: Online})
	w.ok(err)
	return a
}

// takes answers a page, as the account whose application it is.
func (w *world) takes(a Application, page string, pairs ...string) {
	w.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	_, problems, err := w.Take(w.as(a.Account), a.ID, page, values, nil)
	if len(problems) > 0 {
		w.Fatal(problems)
	}
	w.ok(err)
}

func (w *world) submits(a Application) Application {
	w.Helper()
	a, err := w.Submit(w.as(a.Account), a.ID)
	w.ok(err)
	return a
}

// allowance is an application for the benefit, which two officers decide on, up to its submission.
func (w *world) allowance(account string) Application {
	w.Helper()
	a := w.begin(account, "living-benefit")
	w.takes(a, "applicant", "phone", telephone)
	w.takes(a, "money", "income", "4321", "savings", "8765")
	return a
}

// hall is an application for a hall, which is booked and paid for.
func (w *world) hall(account string) Application {
	w.Helper()
	a := w.begin(account, "hall-booking")
	w.takes(a, "applicant", "phone", telephone)
	w.takes(a, "event", "purpose", "粵曲聚會", "people", "30", "children", "no")
	return a
}

// certificate is an application that needs what another department holds.
func (w *world) certificate(account string) Application {
	w.Helper()
	a := w.begin(account, "address-certificate")
	w.ok(w.Agree(w.as(account), a.ID, "immd.residence"))
	w.takes(a, "applicant", "phone", telephone)
	w.takes(a, "address", "for", "bank")
	return a
}

// tasks are the open ones of a case.
func (w *world) tasks(a Application) (all []process.Task) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		all, _, err = w.Process.Tasks(tx, process.TaskFilter{Subject: string(a.ID), OpenOnly: true, Limit: 20})
		return err
	})
	return all
}

func (w *world) instances(a Application) (all []process.Instance) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		all, err = w.Process.Of(tx, string(a.ID))
		return err
	})
	return all
}

// upload keeps a file for a draft, as its page would.
func (w *world) upload(a Application, page, pointer, name string, plain []byte) (up forms.Upload, problems forms.Problems) {
	w.Helper()
	up, err := w.Receive(w.as(a.Account), a.ID, Given{Pointer: pointer, File: File{Name: name, Type: "application/pdf"}, Plain: plain})
	w.ok(err)
	_, problems, err = w.Take(w.as(a.Account), a.ID, page, url.Values{"income": {"1"}, "savings": {"1"}}, []forms.Upload{up})
	if len(problems) == 0 {
		w.ok(err)
	}
	return up, problems
}

// work does the jobs that wait.
func (w *world) work() {
	w.Helper()
	ctx, stop := context.WithCancel(w.system)
	done := make(chan error, 1)
	go func() { done <- w.queue.Run(ctx) }()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		var counts map[string]int64
		w.read(func(tx *db.Tx) (err error) {
			counts, err = jobs.Counts(tx)
			return err
		})
		if counts["running"]+counts["ready"] == 0 || time.Now().After(deadline) {
			break
		}
	}
	stop()
	<-done
}

// dump is all that the tables of this subsystem hold, as text.
func (w *world) dump(prefixes ...string) string {
	w.Helper()
	var out strings.Builder
	w.read(func(tx *db.Tx) error {
		tables, err := tx.Tables()
		if err != nil {
			return err
		}
		for _, t := range tables {
			if !hasPrefix(t.Name, prefixes) {
				continue
			}
			rows, err := tx.Dump(t)
			if err != nil {
				return err
			}
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			for rows.Next() {
				values, into := make([]any, len(columns)), make([]any, len(columns))
				for i := range values {
					into[i] = &values[i]
				}
				if err := rows.Scan(into...); err != nil {
					return err
				}
				for _, v := range values {
					if raw, ok := v.([]byte); ok {
						v = string(raw)
					}
					fmt.Fprintf(&out, "%s %v\n", t.Name, v)
				}
			}
			rows.Close()
		}
		return nil
	})
	return out.String()
}

func hasPrefix(name string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// browser is a visitor with cookies.
type browser struct {
	*world
	cookies map[string]*http.Cookie
	header  http.Header
	page    string
	status  int
	to      string
}

func (w *world) browser(account string) *browser {
	w.Helper()
	b := &browser{world: w, cookies: map[string]*http.Cookie{}}
	if account != "" {
		b.send("GET", "/en/enter/"+url.PathEscape(account), "", nil)
	}
	return b
}

func (b *browser) send(method, path, contentType string, body io.Reader) *browser {
	b.Helper()
	q := httptest.NewRequest(method, "http://praya.example"+path, body)
	q.RemoteAddr = "203.0.113.9:1234"
	q.Header.Set("Content-Type", contentType)
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range b.cookies {
		q.AddCookie(c)
	}
	w := httptest.NewRecorder()
	func() {
		defer func() { _ = recover() }() // a broken download ends so
		b.handler.ServeHTTP(w, q)
	}()
	response := w.Result()
	for _, c := range response.Cookies() {
		b.cookies[c.Name] = c
	}
	b.page, b.status, b.to, b.header = w.Body.String(), w.Code, response.Header.Get("Location"), response.Header
	return b
}

func (b *browser) get(path string) *browser { b.Helper(); return b.send("GET", path, "", nil) }

// bundle is a copy of one of the demonstration's.
func (w *world) bundle(code string) Bundle {
	w.Helper()
	sub, err := fs.Sub(demoFiles, "demo/"+code)
	w.ok(err)
	b, err := ReadBundle(sub)
	w.ok(err)
	return b
}

// change replaces a piece of a file, which has to be there.
func (b Bundle) change(t *testing.T, file, old, fresh string) {
	t.Helper()
	if !strings.Contains(string(b[file]), old) {
		t.Fatalf("%s does not hold %s", file, old)
	}
	b[file] = []byte(strings.Replace(string(b[file]), old, fresh, 1))
}
