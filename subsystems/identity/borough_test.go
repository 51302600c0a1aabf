package identity

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/jobs"
	"praya/platform/post"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
)

// borough is a whole identity that serves and works, and what a test does to it.
type borough struct {
	*Service
	t      *testing.T
	ahead  atomic.Int64
	log    *safeBuffer
	post   *postOffice
	server *httptest.Server
	queue  *jobs.Queue
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *safeBuffer) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

func (w *borough) now() when.Instant { return when.System().Add(time.Duration(w.ahead.Load())) }

// eachBorough runs a test on both engines.
func eachBorough(t *testing.T, test func(t *testing.T, w *borough)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) { test(t, newBorough(t, address)) })
}

func newBorough(t *testing.T, address string) *borough {
	t.Helper()
	w := &borough{t: t, log: &safeBuffer{}, post: newPostOffice(t)}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d, err := db.Open(t.Context(), db.Config{URL: address}, w.now)
	must(err)
	t.Cleanup(func() { must(d.Close()) })
	_, err = d.Migrate(t.Context(), schemas()...)
	must(err)
	dir := t.TempDir()
	ring, err := sign.OpenRing(filepath.Join(dir, "ring"), filepath.Join(dir, "key"), w.now)
	must(err)
	book, err := words.New(append(Words(), web.Words())...)
	must(err)
	log := slog.New(slog.NewTextHandler(w.log, nil))
	w.server = httptest.NewUnstartedServer(nil)
	origin := "http://" + w.server.Listener.Addr().String()
	w.Service = &Service{
		DB: d, Keys: ring, Verifier: Simulation{}, Words: book, Rules: Rules{Name: lang.Text{TC: "海旁", EN: "Praya", SC: "海旁"}}.WithDefaults(),
		Mail: &post.Server{Server: w.post.address, From: "praya@praya.example", TLS: "none"},
	}
	w.NewProtocol(origin, w.now, log)
	site, err := web.New(web.Config{Origin: origin}, web.Parts{Words: book, Log: log, Clock: w.now, DB: d})
	must(err)
	w.Mount(site)
	w.queue = jobs.New(d, log)
	w.queue.Every = 10 * time.Millisecond
	w.Jobs(w.queue)
	must(w.SeedPersonas(t.Context()))
	w.server.Config.Handler = site.Handler()
	w.server.Start()
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { _ = w.queue.Run(ctx) })
	t.Cleanup(func() {
		stop()
		work.Wait()
		w.server.Close()
	})
	return w
}

// person opens an account; mail is the confirmed address, or empty.
func (w *borough) person(realm who.Realm, l lang.Lang, mail string) Account {
	w.t.Helper()
	var a Account
	err := w.DB.Write(who.AsSystem(w.t.Context(), realm), func(tx *db.Tx) (err error) {
		values := []Value{{Field: NameEnglish, Text: "CHAN Tai Man", Source: ByDocument}}
		if mail != "" {
			values = append(values, Value{Field: Email, Text: mail, Source: ByMessage, Verified: tx.Now()})
		}
		a, err = w.open(tx, Account{Kind: who.Person, Level: Basic, Lang: l}, values)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// as is a context in which somebody has signed in.
func (w *borough) as(a Account, realm who.Realm) context.Context {
	return who.With(w.t.Context(), who.Request{Actor: a.Actor(), Lang: a.Lang, Realm: realm})
}

func (w *borough) tells(a Account, realm who.Realm, m Message) {
	w.t.Helper()
	if err := w.DB.Write(who.AsSystem(w.t.Context(), realm), func(tx *db.Tx) error { return w.tell(tx, a, m) }); err != nil {
		w.t.Fatal(err)
	}
}

// jobs reads all jobs of a realm.
func (w *borough) jobs(realm who.Realm) (out []jobs.Job) {
	w.t.Helper()
	err := w.DB.Read(who.AsSystem(w.t.Context(), realm), func(tx *db.Tx) (err error) {
		out, err = jobs.List(tx, 1000, 0)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// settles waits until nothing that is due waits; what failed is brought forward.
func (w *borough) settles(realm who.Realm) {
	w.t.Helper()
	w.until("the jobs end", func() bool {
		for _, j := range w.jobs(realm) {
			if j.State == jobs.Running || j.State == jobs.Ready && (j.Attempts > 0 || !w.now().Before(j.RunAt)) {
				if j.State == jobs.Ready && j.Attempts > 0 && j.Attempts < 8 {
					_ = w.DB.WriteLatest(who.AsSystem(w.t.Context(), realm), func(tx *db.Tx) error { return jobs.Resume(tx, j.ID) })
				}
				return false
			}
		}
		return true
	})
}

func (w *borough) until(what string, done func() bool) {
	w.t.Helper()
	for range 600 {
		if done() {
			return
		}
		time.Sleep(15 * time.Millisecond)
	}
	w.t.Fatalf("it does not come that %s\n%s", what, w.log)
}

// silent checks that neither log nor jobs hold any of these texts.
func (w *borough) silent(texts ...string) {
	w.t.Helper()
	held := w.log.String()
	for _, realm := range []who.Realm{who.Production, who.Sandbox} {
		for _, j := range w.jobs(realm) {
			held += "\n" + string(j.Args) + j.Failed + j.Message + j.Key
		}
	}
	for _, s := range texts {
		if strings.Contains(held, s) {
			w.t.Errorf("%q stands in the log or a job", s)
		}
	}
}

// postOffice receives mail by SMTP.
type postOffice struct {
	address string
	mu      sync.Mutex
	got     []received
	trouble []string // what happens to the next letters: later, never, cut
}

type received struct{ from, to, text string }

func newPostOffice(t *testing.T) *postOffice {
	t.Helper()
	p := &postOffice{}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{office: p, conn: c}, nil }))
	server.Domain, server.ErrorLog = "mail.example", slogged{t}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.address = listener.Addr().String()
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-done; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	})
	return p
}

type slogged struct{ t *testing.T }

func (slogged) Printf(string, ...any) {}
func (slogged) Println(...any)        {}

func (p *postOffice) letters() []received {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]received{}, p.got...)
}

func (p *postOffice) expect(trouble ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble = append(p.trouble, trouble...)
}

func (p *postOffice) next(of ...string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, x := range of {
		if len(p.trouble) > 0 && p.trouble[0] == x {
			p.trouble = p.trouble[1:]
			return x
		}
	}
	return ""
}

type session struct {
	office *postOffice
	conn   *smtp.Conn
	from   string
	to     string
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error { s.from = from; return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch s.office.next("later", "never") {
	case "later":
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "later, " + to}
	case "never":
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody is " + to}
	}
	s.to = to
	return nil
}

// Data keeps the letter; "cut" then breaks the line before the answer, as a crash would.
func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.office.mu.Lock()
	s.office.got = append(s.office.got, received{s.from, s.to, string(text)})
	s.office.mu.Unlock()
	if s.office.next("cut") != "" {
		_ = s.conn.Conn().Close()
	}
	return nil
}

func (*session) Reset()        {}
func (*session) Logout() error { return nil }

// do asks the borough's server.
func (w *borough) do(method, path, body string, header map[string]string) (*http.Response, string) {
	w.t.Helper()
	q, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for k, v := range header {
		q.Header.Set(k, v)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := client.Do(q)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return r, string(text)
}

func dbAddress(t *testing.T) string { t.Helper(); return dbtest.SQLite(t) }
