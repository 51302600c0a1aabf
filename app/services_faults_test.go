package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/jobs"
	"praya/platform/web"
	"praya/subsystems/identity"
	"praya/subsystems/services"
	"praya/subsystems/services/licences"
	"praya/subsystems/services/process"
)

// permit is a public service whose form is filled in from the identity alone. Its licence is
// issued by a job, so that a crash may come between the submission and the licence.
func permit() services.Bundle {
	all := `{"tc": "許可", "en": "Permit", "sc": "许可"}`
	return services.Bundle{
		"service.json": []byte(`{"code": "crash-permit", "department": "FEHD", "title": ` + all + `, "about": ` + all + `, "audience": ` + all + `, "fee": ` + all + `,
			"declaration": ` + all + `, "channels": ["online"], "events": [], "checked": "2026-11-20", "facts": {"known": "answers.name != \"\""},
			"licence": {"code": "crash-permit", "department": "FEHD", "name": ` + all + `, "prefix": "CP", "months": 12,
				"fields": [{"name": "holder", "label": ` + all + `}]},
			"licence_values": {"holder": "answers.name"}}`),
		"form.json": []byte(`{"$id": "crash-permit", "title": ` + all + `,
			"schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false, "required": ["name"],
				"properties": {"name": {"type": "string", "maxLength": 100}}},
			"ui": {"pages": [{"id": "you", "title": ` + all + `, "fields": [
				{"at": "/name", "as": "english-name", "label": ` + all + `, "source": "identity.enName", "lock": true}]}]}}`),
		"process.bpmn": []byte(`<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:praya="https://praya.example/bpmn" id="d" targetNamespace="https://praya.example/bpmn">
  <bpmn:process id="permit" name="許可" isExecutable="true">
    <bpmn:startEvent id="start"/>
    <bpmn:serviceTask id="issue" name="發出" praya:operation="issue" praya:mode="job"/>
    <bpmn:serviceTask id="approve" name="批准" praya:operation="approve"/>
    <bpmn:endEvent id="done"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="issue"/>
    <bpmn:sequenceFlow id="f2" sourceRef="issue" targetRef="approve"/>
    <bpmn:sequenceFlow id="f3" sourceRef="approve" targetRef="done"/>
  </bpmn:process>
</bpmn:definitions>`),
	}
}

// counterHall is a place where people apply who have signed in.
type counterHall struct {
	*testing.T
	place   place
	cookies []*http.Cookie // of one person each
}

func applicantID(n int) string { return fmt.Sprintf("applicant-%02d", n) }

// cardOf is an invented identity-card number with its check digit: weights 9 to 2, modulo 11, a
// missing first letter counting 36.
func cardOf(n int) string {
	digits := fmt.Sprintf("%06d", n)
	sum := 36*9 + 10*8 // A
	for i, d := range digits {
		sum += int(d-'0') * (7 - i)
	}
	return "A" + digits + string("0A987654321"[sum%11])
}

func newCounterHall(t *testing.T, p place, people int) *counterHall {
	t.Helper()
	h := &counterHall{T: t, place: p}
	store := p.open(t)
	ctx := who.AsSystem(t.Context(), who.Production)
	if _, err := store.Services.Publish(ctx, permit(), services.Open); err != nil {
		t.Fatal(err)
	}
	_, err := store.Identity.Enlist(ctx, func(yield func(identity.Newcomer) bool) {
		for n := range people {
			if !yield(identity.Newcomer{ID: identity.AccountID(applicantID(n)), Level: identity.Plus, Lang: "en", Values: []identity.Value{
				{Field: identity.DocumentNo, Text: cardOf(n), Source: identity.ByDocument},
				{Field: identity.NameEnglish, Text: "CHAN, Tai Man", Source: identity.ByDocument},
			}}) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	store.Site.Page("GET /enter/{account}", func(v *web.Visit) error {
		return v.SignIn(who.Actor{Kind: who.Person, ID: v.PathValue("account"), Level: "plus"}, "hwk")
	})
	handler := store.Site.Handler()
	for n := range people {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/en/enter/"+applicantID(n), nil))
		all := w.Result().Cookies()
		if len(all) == 0 {
			t.Fatalf("nobody signs in: %d", w.Code)
		}
		h.cookies = append(h.cookies, all[0])
	}
	return h
}

// serve starts the program as a process of its own.
func (h *counterHall) serve() served {
	s, out := served{place: h.place, log: &transcript{}}, &transcript{}
	s.cmd = h.place.command(h.T, "serve", "--listen", "localhost:0")
	s.cmd.Stdout, s.cmd.Stderr = out, s.log
	if err := s.cmd.Start(); err != nil {
		h.Fatal(err)
	}
	s.public = out.between(h.T, "ready ", "\n")
	return s
}

var ownCase = regexp.MustCompile(`/me/applications/([0-9a-f-]{36})`)

// applies begins an application and submits it, and gives its id once the program has answered
// that it was received.
func (h *counterHall) applies(client *http.Client, base string, person int) (services.ApplicationID, error) {
	id, err := h.posts(client, base+"/en/services/crash-permit/start", person, nil)
	if err != nil {
		return "", err
	}
	return h.posts(client, base+"/en/me/applications/"+string(id)+"/submit", person, url.Values{"declare": {"yes"}})
}

func (h *counterHall) posts(client *http.Client, address string, person int, form url.Values) (services.ApplicationID, error) {
	q, err := http.NewRequestWithContext(h.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	q.AddCookie(h.cookies[person])
	answer, err := client.Do(q)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var body bytes.Buffer
	if _, err := io.Copy(&body, io.LimitReader(answer.Body, 64<<10)); err != nil {
		return "", err
	}
	m := ownCase.FindStringSubmatch(answer.Header.Get("Location"))
	if answer.StatusCode != http.StatusSeeOther || m == nil {
		return "", fmt.Errorf("%w: %d %.300s", errNotAnswered, answer.StatusCode, body.String())
	}
	return services.ApplicationID(m[1]), nil
}

// crowd applies from all clients at once until it is told to stop.
type crowd struct {
	stop     chan struct{}
	work     sync.WaitGroup
	mu       sync.Mutex
	received map[services.ApplicationID]int // and how often it was answered so
	failed   atomic.Int64
	why      atomic.Value
}

func (h *counterHall) crowd(base string) *crowd {
	c := &crowd{stop: make(chan struct{}), received: map[services.ApplicationID]int{}}
	for n := range h.cookies {
		client := &http.Client{
			Transport: &http.Transport{MaxIdleConnsPerHost: 1}, Timeout: 20 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
		c.work.Go(func() {
			for {
				select {
				case <-c.stop:
					return
				default:
				}
				id, err := h.applies(client, base, n)
				if err != nil {
					c.failed.Add(1)
					c.why.Store(err.Error())
					time.Sleep(10 * time.Millisecond)
					continue
				}
				c.mu.Lock()
				c.received[id]++
				c.mu.Unlock()
			}
		})
	}
	return c
}

// waits until so many were received.
func (c *crowd) waits(t *testing.T, n int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		c.mu.Lock()
		got := len(c.received)
		c.mu.Unlock()
		if got >= n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the crowd stands still: %d received, %d failed: %v", got, c.failed.Load(), c.why.Load())
		}
	}
}

func (c *crowd) end() map[services.ApplicationID]int {
	close(c.stop)
	c.work.Wait()
	return c.received
}

// TestKilledServices kills the program while sixteen people apply: each submission that was
// answered is there once, with one process, one licence and each step once; and of those that
// were not answered, each is a draft as it was, or there as if it had been.
func TestKilledServices(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		h := newCounterHall(t, somewhere(t, address), 16)
		received := map[services.ApplicationID]bool{}
		for range rounds() + 1 {
			s := h.serve()
			c := h.crowd(s.public)
			c.waits(t, 60)
			if err := s.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = s.cmd.Wait()
			for id, times := range c.end() {
				if times != 1 || received[id] {
					t.Errorf("%s was received twice", id)
				}
				received[id] = true
			}
		}
		h.settled(received)
	})
}

// settled lets the jobs that are left be done, and then looks at every application.
func (h *counterHall) settled(received map[services.ApplicationID]bool) {
	h.Helper()
	store := h.place.open(h.T)
	ctx, stop := context.WithCancel(who.AsSystem(h.Context(), who.Production))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = store.Jobs.Run(ctx)
	}()
	h.quiet(ctx, store)
	stop()
	<-done
	ctx = who.AsSystem(h.Context(), who.Production)
	submitted, drafts := 0, 0
	for n := range h.cookies {
		all, err := store.Services.OwnAll(ctx, applicantID(n), 10_000)
		if err != nil {
			h.Fatal(err)
		}
		issued := map[string]int{}
		if err := store.DB.Read(ctx, func(tx *db.Tx) error {
			own, err := store.Services.Licences.OwnOf(tx, applicantID(n))
			for _, l := range own {
				issued[l.Case]++
			}
			return err
		}); err != nil {
			h.Fatal(err)
		}
		for _, a := range all {
			if a.Stage == services.Draft {
				drafts++
			} else {
				submitted++
			}
			h.whole(ctx, store, a, issued[string(a.ID)])
			if received[a.ID] && a.Stage != services.Approved {
				h.Errorf("%s was received, and is %s", a.ID, a.Stage)
			}
			delete(received, a.ID)
		}
	}
	if len(received) > 0 {
		h.Errorf("%d applications were received and are not there", len(received))
	}
	h.Logf("%d applications, each whole; %d drafts", submitted, drafts)
}

// quiet waits until no job is left.
func (h *counterHall) quiet(ctx context.Context, store *Praya) {
	h.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		var n map[string]int64
		if err := store.DB.Read(ctx, func(tx *db.Tx) (err error) {
			n, err = jobs.Counts(tx)
			return err
		}); err != nil {
			h.Fatal(err)
		}
		if n["ready"]+n["running"]+n["failing"] == 0 { // a job whose worker was killed runs until its lease ends
			return
		}
		if time.Now().After(deadline) {
			h.Fatalf("jobs are left: %v", n)
		}
	}
}

// whole checks that an application has all that a submission makes, once, or nothing of it.
func (h *counterHall) whole(ctx context.Context, store *Praya, a services.Application, issued int) {
	h.Helper()
	var runs []process.Instance
	var steps []process.Step
	var l licences.Licence
	err := store.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if runs, err = store.Services.Process.Of(tx, string(a.ID)); err != nil || a.Stage == services.Draft {
			return err
		}
		if steps, err = store.Services.Process.History(tx, string(a.ID)); err != nil {
			return err
		}
		l, err = store.Services.Licences.ByCase(tx, string(a.ID))
		return err
	})
	if err != nil {
		h.Errorf("%s %s: %v", a.ID, a.Stage, err)
		return
	}
	if a.Stage == services.Draft {
		if len(runs) != 0 || issued != 0 {
			h.Errorf("a draft has %d processes and %d licences", len(runs), issued)
		}
		return
	}
	passed := ""
	for _, s := range steps {
		passed += s.Node + " "
	}
	if len(runs) != 1 || runs[0].State != process.Ended || passed != "start issue approve done " || issued != 1 || l.Case != string(a.ID) || a.Stage != services.Approved {
		h.Errorf("%s is %s, with %d processes, %d licences, and passed %s", a.ID, a.Stage, len(runs), issued, passed)
	}
}
