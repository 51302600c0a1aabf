package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"praya/app"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
	"praya/subsystems/identity"
	"praya/subsystems/services"
)

const (
	benchFields = 30
	benchFile   = 200_000
	benchPeople = 64 // who have signed in
	benchSteps  = 10 // tasks of a process
)

// office is the whole program with services to apply for, and people who have signed in. With an
// embedded store this process serves them; on PostgreSQL two others do, and this one only sets
// them up and sends the load.
//
// Where others would be measured beside it: there is no other portal that can be had here whose
// submission is durable, so what stands beside is the least that anybody would have to do.
type office struct {
	*app.Praya
	b         *bench
	suffix    string      // of the figures' names
	ends      []string    // where the processes listen
	processes []*exec.Cmd // none: this one
	client    *http.Client
	cookies   []*http.Cookie
	rows      atomic.Int64
}

// onTwo is the ending of what is measured on PostgreSQL with two processes.
const onTwo = ".postgresql"

// serviceFigures are what is measured of an office, in this order: the last ones fill the store.
func serviceFigures() []struct {
	name    string
	measure func(*office) error
} {
	return []struct {
		name    string
		measure func(*office) error
	}{
		{"services.submit", (*office).submit},
		{"services.step", (*office).step},
		{"services.rush", (*office).rush},
		{"services.calm", (*office).calm},
		{"services.drafts", (*office).drafts},
		{"services.front", (*office).front},
	}
}

// serviceNames are the figures' names with an ending.
func serviceNames(suffix string) (out []string) {
	for _, f := range serviceFigures() {
		out = append(out, f.name+suffix)
	}
	return out
}

// services measures submissions, steps of processes, a rush for places, other pages in a rush, and
// the store when it is full, with an embedded store in one process.
func (b *bench) services() (err error) {
	p, err := b.cycle("services")
	if err != nil {
		return err
	}
	o := &office{Praya: p, b: b}
	defer func() { err = errors.Join(err, o.close()) }()
	o.letIn()
	server := httptest.NewServer(o.Site.Handler())
	defer server.Close()
	o.ends = []string{server.URL}
	return o.measure()
}

// measure opens the office and takes the figures that are asked for.
func (o *office) measure() error {
	if err := o.open(); err != nil {
		return err
	}
	for _, f := range serviceFigures() {
		if o.b.wants(f.name + o.suffix) {
			if err := f.measure(o); err != nil {
				return fmt.Errorf("%s%s: %w", f.name, o.suffix, err)
			}
		}
	}
	return nil
}

// add notes a figure, with the memory of who served.
func (o *office) add(r Result) {
	r.Name += o.suffix
	if len(o.processes) > 0 {
		r.Size += fmt.Sprintf("; %d processes on one PostgreSQL", len(o.processes))
		for _, p := range o.processes {
			r.RSS += rss(p.Process.Pid)
		}
	}
	o.b.add(r)
}

// used is the processor time of who serves, in milliseconds.
func (o *office) used() (sum float64) {
	if len(o.processes) == 0 {
		return usedBy(os.Getpid())
	}
	for _, p := range o.processes {
		sum += usedBy(p.Process.Pid)
	}
	return sum
}

func benchAccount(n int) string { return fmt.Sprintf("bench-%07d", n) }

// letIn lets anybody sign in as anybody.
func (o *office) letIn() {
	o.Site.Page("GET /enter/{account}", func(v *web.Visit) error {
		return v.SignIn(who.Actor{Kind: who.Person, ID: v.PathValue("account"), Level: "plus"}, "hwk")
	})
}

func (o *office) open() error {
	if _, err := o.DB.Migrate(o.b.ctx, db.Schema{Owner: "bench", Files: schemaFiles}); err != nil {
		return err
	}
	for _, bundle := range []services.Bundle{wideService(), deskService()} {
		if _, err := o.Services.Publish(o.b.ctx, bundle, services.Open); err != nil {
			return err
		}
	}
	_, err := o.Identity.Enlist(o.b.ctx, func(yield func(identity.Newcomer) bool) {
		for n := range benchPeople {
			if !yield(identity.Newcomer{ID: identity.AccountID(benchAccount(n)), Level: identity.Plus, Lang: "en", Values: []identity.Value{
				{Field: identity.DocumentNo, Text: benchCard(n), Source: identity.ByDocument},
				{Field: identity.NameEnglish, Text: "CHAN, Tai Man", Source: identity.ByDocument},
			}}) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	o.client = &http.Client{
		Transport:     &http.Transport{MaxIdleConns: 4 * connections, MaxIdleConnsPerHost: 2 * connections},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for n := range benchPeople {
		c, err := o.enter(n)
		if err != nil {
			return err
		}
		o.cookies = append(o.cookies, c)
	}
	return nil
}

// enter signs somebody in.
func (o *office) enter(n int) (*http.Cookie, error) {
	answer, err := o.client.Get(o.ends[n%len(o.ends)] + "/en/enter/" + benchAccount(n))
	if err != nil {
		return nil, err
	}
	if err := answer.Body.Close(); err != nil {
		return nil, err
	}
	if len(answer.Cookies()) == 0 {
		return nil, fmt.Errorf("nobody signs in: %d", answer.StatusCode)
	}
	return answer.Cookies()[0], nil
}

// benchCard is an invented identity-card number with its check digit.
func benchCard(n int) string {
	digits := fmt.Sprintf("%06d", n)
	sum := 36*9 + 10*8
	for i, d := range digits {
		sum += int(d-'0') * (7 - i)
	}
	return "A" + digits + string("0A987654321"[sum%11])
}

// as is a context in which a person acts.
func (o *office) as(account string) context.Context {
	return who.With(o.b.ctx, who.Request{Realm: who.Production, Lang: lang.EN, Actor: who.Actor{Kind: who.Person, ID: account, Level: "plus"}})
}

// long is for how long each figure is measured.
func (o *office) long() time.Duration { return 2 * time.Second * time.Duration(min(o.b.scale, 5)) }

const urlEncoded = "application/x-www-form-urlencoded"

// said is what a page answers.
type said struct {
	status   int
	location string
	body     string
}

// ask sends a request as somebody, to the process whose turn it is.
func (o *office) ask(end int, cookie *http.Cookie, method, path, contentType string, body io.Reader) (a said, err error) {
	q, err := http.NewRequestWithContext(o.b.ctx, method, o.ends[end%len(o.ends)]+path, body)
	if err != nil {
		return a, err
	}
	if body != nil {
		q.Header.Set("Content-Type", contentType)
		q.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	q.AddCookie(cookie)
	answer, err := o.client.Do(q)
	if err != nil {
		return a, err
	}
	defer closed(answer.Body)
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	return said{answer.StatusCode, answer.Header.Get("Location"), string(text)}, err
}

// page reads a page that must be there.
func (o *office) page(end int, cookie *http.Cookie, path string) error {
	a, err := o.ask(end, cookie, http.MethodGet, path, "", nil)
	if err == nil && a.status != http.StatusOK {
		err = a.fault(path)
	}
	return err
}

func (a said) fault(path string) error {
	return fmt.Errorf("%s answers %d: %.300s", path, a.status, a.body)
}

var benchCase = regexp.MustCompile(`/me/applications/([0-9a-f-]{36})`)

// send posts something as a person, and gives the case to which the answer leads.
func (o *office) send(worker int, cookie *http.Cookie, path, contentType string, body io.Reader) (string, error) {
	a, err := o.ask(worker, cookie, http.MethodPost, path, contentType, body)
	if err != nil {
		return "", err
	}
	m := benchCase.FindStringSubmatch(a.location)
	if a.status != http.StatusSeeOther || m == nil {
		return "", a.fault(path)
	}
	return m[1], nil
}

// declare submits a draft.
func (o *office) declare(worker int, cookie *http.Cookie, id string) error {
	_, err := o.send(worker, cookie, "/en/me/applications/"+id+"/submit", urlEncoded, strings.NewReader("declare=yes"))
	return err
}
