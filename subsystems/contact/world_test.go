package contact

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	netsmtp "net/smtp"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

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
	"praya/platform/post"
	"praya/platform/search"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/knowledge"
	"praya/subsystems/contact/mail"
	"praya/subsystems/contact/queue"
	"praya/subsystems/contact/triage"
	"praya/subsystems/contact/voice"
)

// directory plays the departments and the officers.
type directory struct{}

func (directory) Department(*db.Tx, string) (cases.Department, error) {
	return cases.Department{}, fault.New(fault.NotFound, "cases.fault.department")
}
func (directory) Departments(*db.Tx) ([]cases.Department, error) { return nil, nil }
func (directory) Officers(context.Context, string, string) ([]string, error) {
	return nil, nil
}

func (directory) Tell(context.Context, string, string, string, lang.Text, lang.Text) error {
	return nil
}

// zone is a part of the DNS.
type zone map[string][]string

func none(name string) error {
	return &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	if v, ok := z[strings.TrimSuffix(name, ".")]; ok {
		return v, nil
	}
	return nil, none(name)
}
func (zone) LookupMX(_ context.Context, name string) ([]*net.MX, error) { return nil, none(name) }
func (zone) LookupIPAddr(_ context.Context, name string) ([]net.IPAddr, error) {
	return nil, none(name)
}
func (zone) LookupAddr(_ context.Context, name string) ([]string, error) { return nil, none(name) }

// sink is the server that our mail goes out by.
type sink struct{ letters chan sentMail }

type sentMail struct{ to, text string }

type sinkSession struct {
	sink

	to string
}

func (s sink) NewSession(*smtp.Conn) (smtp.Session, error)       { return &sinkSession{sink: s}, nil }
func (*sinkSession) Mail(string, *smtp.MailOptions) error        { return nil }
func (s *sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = to; return nil }
func (*sinkSession) Reset()                                      {}
func (*sinkSession) Logout() error                               { return nil }
func (s *sinkSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.letters <- sentMail{s.to, string(text)}
	return err
}

// world is a centre with its mail servers and its store; no telephone.
type world struct {
	*Service
	*testing.T
	system context.Context
	move   atomic.Int64
	out    sink
	jobs   *jobs.Queue
	in     string
}

const address = "1823@praya.example"

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, url string) { test(newWorld(t, url)) })
}

func (w *world) now() when.Instant { return when.System().Add(time.Duration(w.move.Load())) }

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	w := &world{T: t, out: sink{make(chan sentMail, 20)}, system: who.AsSystem(t.Context(), who.Production)}
	d, err := db.Open(t.Context(), db.Config{URL: url, Connections: 8}, w.now)
	w.ok(err)
	t.Cleanup(func() { w.ok(d.Close()) })
	_, err = d.Migrate(t.Context(), append(Schemas(), audit.Schema(), calendar.Schema(), events.Schema(), jobs.Schema(), limits.Schema(), search.Schema(), web.Schema())...)
	w.ok(err)
	w.ok(calendar.New(d).Seed(w.system))
	folder := t.TempDir()
	ring, err := sign.OpenRing(filepath.Join(folder, "ring"), filepath.Join(folder, "key"), w.now)
	w.ok(err)
	engine, err := files.OpenFolder(filepath.Join(folder, "blobs"))
	w.ok(err)
	index, err := search.New(cases.SearchScope, knowledge.SearchScope)
	w.ok(err)
	policy, err := access.New(Policies()...)
	w.ok(err)
	book, err := words.New(append(Words(), web.Words())...)
	w.ok(err)
	logger := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	store := files.New(engine, 0)
	w.Service = &Service{
		DB: d, Keys: ring, Files: store, Policy: policy, Words: book, Clock: w.now, Log: logger, People: directory{}, Address: address, Retention: 90 * 24 * time.Hour,
		Tapes: &voice.Spool{Dir: filepath.Join(folder, "calls"), Keys: ring, Realm: who.Production},
		Voice: &voice.Service{Config: voice.Config{UDP: "127.0.0.1:0"}, Log: logger, Clock: w.now, Phones: Phones{DB: d, Keys: ring}},
		Queue: &queue.Service{
			DB: d, Keys: ring, Policy: policy, Words: book, Clock: w.now, Log: logger, Rules: queue.Defaults(),
			Names: func(context.Context, string) lang.Text { return lang.Text{} },
		},
		Cases: &cases.Service{
			DB: d, Keys: ring, Files: store, Index: index, Policy: policy, Words: book, Clock: w.now, Log: logger, Origin: "https://praya.example",
			Departments: directory{}, Staff: directory{}, People: directory{},
		},
		Mail: &mail.Server{Address: "127.0.0.1:0", Domain: "praya.example", Ours: []string{address}, DNS: zone{"sender.example": {"v=spf1 ip4:127.0.0.1 -all"}}, Log: logger, Clock: w.now},
	}
	w.Knowledge = &knowledge.Service{DB: d, Index: index, Policy: policy, Words: book, Clock: w.now, Log: logger, People: directory{}}
	w.Triage = &triage.Service{DB: d, Keys: ring, Policy: policy, Words: book, Clock: w.now, Log: logger}
	w.listens()
	w.Open()
	w.jobs = jobs.New(d, logger)
	w.jobs.Every = 10 * time.Millisecond
	w.Jobs(w.jobs)
	w.runs(w.jobs.Run)
	w.runs(w.Mail.Run)
	w.in, err = w.Mail.Bound()
	w.ok(err)
	return w
}

// runs does something until the test is over.
func (w *world) runs(do func(context.Context) error) {
	ctx, stop := context.WithCancel(w.system)
	done := make(chan error, 1)
	go func() { done <- do(ctx) }()
	w.Cleanup(func() {
		stop()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			w.Error(err)
		}
	})
}

func (w *world) listens() {
	w.Helper()
	server := smtp.NewServer(w.out)
	server.ErrorLog = log.New(io.Discard, "", 0)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	w.ok(err)
	w.Post = &post.Server{Server: listener.Addr().String(), From: address, TLS: "none"}
	var work sync.WaitGroup
	work.Go(func() { _ = server.Serve(listener) })
	w.Cleanup(func() { _ = server.Close(); work.Wait() })
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

func (w *world) read(fn func(tx *db.Tx) error) { w.Helper(); w.ok(w.DB.Read(w.system, fn)) }

func (w *world) write(fn func(tx *db.Tx) error) { w.Helper(); w.ok(w.DB.Write(w.system, fn)) }

// mails sends a mail to the centre over the line.
func (w *world) mails(sender, text string) {
	w.Helper()
	w.ok(netsmtp.SendMail(w.in, nil, sender, []string{address}, []byte(strings.ReplaceAll(text, "\n", "\r\n"))))
}

// gets is the next mail that went out.
func (w *world) gets(to string) string {
	w.Helper()
	select {
	case m := <-w.out.letters:
		if m.to != to {
			w.Errorf("a mail to %s, want %s:\n%s", m.to, to, m.text)
		}
		return m.text
	case <-time.After(20 * time.Second):
		w.Fatal("no mail goes out")
		return ""
	}
}

// quiet wants that nothing more goes out.
func (w *world) quiet() {
	w.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var all []jobs.Job
		w.read(func(tx *db.Tx) (err error) { all, err = jobs.List(tx, 200, 0); return err })
		waits := false
		for _, j := range all {
			waits = waits || j.Kind == JobSend && j.State == jobs.Ready
		}
		if !waits {
			break
		}
	}
	select {
	case m := <-w.out.letters:
		w.Errorf("a mail to %s:\n%s", m.to, m.text)
	default:
	}
}

func (w *world) casesOf(mail string) (out []cases.Case) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) { out, err = w.Cases.ByMail(tx, mail); return err })
	return out
}

func (w *world) messages(of cases.CaseID) (out []cases.Message) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) { out, err = w.Cases.Messages(tx, of); return err })
	return out
}
