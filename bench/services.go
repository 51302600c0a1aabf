package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"praya/app"
	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
	"praya/subsystems/identity"
	"praya/subsystems/services"
	"praya/subsystems/services/booking"
)

const (
	benchFields = 30
	benchFile   = 200_000
	benchPeople = 64 // who have signed in
	benchSteps  = 10 // tasks of a process
)

// office is the whole program with services to apply for, and people who have signed in. Where
// others would be measured beside it: there is no other portal that can be had here whose
// submission is durable, so what stands beside is the least that anybody would have to do.
type office struct {
	*app.Praya
	b       *bench
	server  *httptest.Server
	client  *http.Client
	cookies []*http.Cookie
	rows    atomic.Int64
}

// services measures submissions, steps of processes, the front page, and a rush for places.
func (b *bench) services() (err error) {
	p, err := b.cycle("services")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	o := &office{Praya: p, b: b}
	if err := o.open(); err != nil {
		return err
	}
	defer o.server.Close()
	for _, f := range []struct {
		name    string
		measure func() error
	}{
		{"services.submit", o.submit}, {"services.step", o.step}, {"services.rush", o.rush}, {"services.front", o.front},
	} {
		if b.wants(f.name) {
			if err := f.measure(); err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
		}
	}
	return nil
}

func benchAccount(n int) string { return fmt.Sprintf("bench-%07d", n) }

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
	o.Site.Page("GET /enter/{account}", func(v *web.Visit) error {
		return v.SignIn(who.Actor{Kind: who.Person, ID: v.PathValue("account"), Level: "plus"}, "hwk")
	})
	o.server = httptest.NewServer(o.Site.Handler())
	o.client = &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: connections},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for n := range benchPeople {
		answer, err := o.client.Get(o.server.URL + "/en/enter/" + benchAccount(n))
		if err != nil {
			return err
		}
		if err := answer.Body.Close(); err != nil {
			return err
		}
		if len(answer.Cookies()) == 0 {
			return fmt.Errorf("nobody signs in: %d", answer.StatusCode)
		}
		o.cookies = append(o.cookies, answer.Cookies()[0])
	}
	return nil
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

const benchText = `{"tc": "許可", "en": "Permit", "sc": "许可"}`

func serviceFile(code, more string) []byte {
	return []byte(`{"code": "` + code + `", "department": "FEHD", "title": ` + benchText + `, "about": ` + benchText + `, "audience": ` + benchText + `, "fee": ` + benchText + `,
		"declaration": ` + benchText + `, "channels": ["online"], "events": [], "checked": "2026-11-20"` + more + `}`)
}

// wideService has thirty fields and a file on one page; a licence is issued at once.
func wideService() services.Bundle {
	var names, properties, asked []string
	for i := range benchFields {
		name := fmt.Sprintf("f%d", i)
		names = append(names, `"`+name+`"`)
		properties = append(properties, `"`+name+`": {"type": "string", "maxLength": 100}`)
		asked = append(asked, `{"at": "/`+name+`", "label": `+benchText+`}`)
	}
	properties = append(properties, `"plan": {"type": "object", "required": ["file", "name", "bytes", "type"], "properties": {"file": {"type": "string"}, "name": {"type": "string"}, "bytes": {"type": "number"}, "type": {"type": "string"}}}`)
	asked = append(asked, `{"at": "/plan", "as": "file", "label": `+benchText+`, "types": ["pdf"], "bytes": 1000000}`)
	return services.Bundle{
		"service.json": serviceFile("bench-wide", `, "licence": {"code": "bench-wide", "department": "FEHD", "name": `+benchText+`, "prefix": "BW", "months": 12,
			"fields": [{"name": "holder", "label": `+benchText+`}]}, "licence_values": {"holder": "answers.f0"}`),
		"form.json": []byte(`{"$id": "bench-wide", "title": ` + benchText + `, "schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
			"required": [` + strings.Join(append(names, `"plan"`), ", ") + `], "properties": {` + strings.Join(properties, ", ") + `}},
			"ui": {"pages": [{"id": "all", "title": ` + benchText + `, "fields": [` + strings.Join(asked, ", ") + `]}]}}`),
		"process.bpmn": benchProcess(`<bpmn:serviceTask id="n0" name="a" praya:operation="issue"/>`, `<bpmn:serviceTask id="n1" name="b" praya:operation="approve"/>`),
	}
}

// deskService is a process of tasks, one after the other.
func deskService() services.Bundle {
	var tasks []string
	for i := range benchSteps {
		tasks = append(tasks, fmt.Sprintf(`<bpmn:userTask id="n%d" name="task" praya:role="services-handler"/>`, i))
	}
	return services.Bundle{
		"service.json": serviceFile("bench-desk", ""),
		"form.json": []byte(`{"$id": "bench-desk", "title": ` + benchText + `, "schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
			"properties": {"word": {"type": "string", "maxLength": 100}}}, "ui": {"pages": [{"id": "all", "title": ` + benchText + `, "fields": [{"at": "/word", "label": ` + benchText + `, "optional": true}]}]}}`),
		"process.bpmn": benchProcess(tasks...),
	}
}

func benchProcess(nodes ...string) []byte {
	out := `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:praya="https://praya.example/bpmn" id="d" targetNamespace="https://praya.example/bpmn">
<bpmn:process id="p" name="bench" isExecutable="true"><bpmn:startEvent id="s"/>` + strings.Join(nodes, "") + `<bpmn:endEvent id="e"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="n0"/>`
	for i := range nodes {
		to := "e"
		if i+1 < len(nodes) {
			to = fmt.Sprintf("n%d", i+1)
		}
		out += fmt.Sprintf(`<bpmn:sequenceFlow id="f%d" sourceRef="n%d" targetRef="%s"/>`, i, i, to)
	}
	return []byte(out + `</bpmn:process></bpmn:definitions>`)
}

// as is a context in which a person acts.
func (o *office) as(account string) context.Context {
	return who.With(o.b.ctx, who.Request{Realm: who.Production, Lang: lang.EN, Actor: who.Actor{Kind: who.Person, ID: account, Level: "plus"}})
}

// long is for how long each figure is measured.
func (o *office) long() time.Duration { return 2 * time.Second * time.Duration(min(o.b.scale, 5)) }

// all gives one way of asking to every client.
func all(ask func(worker int) error) []func() error {
	out := make([]func() error, connections)
	for i := range out {
		out[i] = func() error { return ask(i) }
	}
	return out
}

// bare is a transaction that keeps one row, and nothing else.
func (o *office) bare() error {
	return o.DB.Write(o.b.ctx, func(tx *db.Tx) error {
		_, err := tx.InsertMany("bench_rows", []string{"number", "a", "b", "c", "d"}, func(yield func([]any) bool) {
			yield([]any{o.rows.Add(1), "answer", "answer", "answer", "answer"})
		})
		return err
	})
}

var benchCase = regexp.MustCompile(`/me/applications/([0-9a-f-]{36})`)

// send posts something as a person, and gives the case to which the answer leads.
func (o *office) send(worker int, path, contentType string, body io.Reader) (string, error) {
	q, err := http.NewRequestWithContext(o.b.ctx, http.MethodPost, o.server.URL+path, body)
	if err != nil {
		return "", err
	}
	q.Header.Set("Content-Type", contentType)
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	q.AddCookie(o.cookies[worker%len(o.cookies)])
	answer, err := o.client.Do(q)
	if err != nil {
		return "", err
	}
	defer closed(answer.Body)
	said, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil {
		return "", err
	}
	m := benchCase.FindStringSubmatch(answer.Header.Get("Location"))
	if answer.StatusCode != http.StatusSeeOther || m == nil {
		return "", fmt.Errorf("%s answers %d: %.300s", path, answer.StatusCode, said)
	}
	return m[1], nil
}

// apply is one application as a browser makes it: begun with its answers, its page with the file
// sent, and submitted.
func (o *office) apply(worker int, file []byte) error {
	const form = "application/x-www-form-urlencoded"
	given := url.Values{}
	for i := range benchFields {
		given.Set(fmt.Sprintf("/f%d", i), "answer "+strconv.Itoa(i))
	}
	id, err := o.send(worker, "/en/services/bench-wide/start", form, strings.NewReader(given.Encode()))
	if err != nil {
		return err
	}
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := range benchFields {
		if err := m.WriteField(fmt.Sprintf("f%d", i), "answer "+strconv.Itoa(i)); err != nil {
			return err
		}
	}
	part, err := m.CreateFormFile("plan", "plan.pdf")
	if err != nil {
		return err
	}
	if _, err := part.Write(file); err != nil {
		return err
	}
	if err := m.Close(); err != nil {
		return err
	}
	if _, err := o.send(worker, "/en/me/applications/"+id+"/page/all", m.FormDataContentType(), &body); err != nil {
		return err
	}
	_, err = o.send(worker, "/en/me/applications/"+id+"/submit", form, strings.NewReader("declare=yes"))
	return err
}

// submit measures applications over HTTP, beside a row and a synced file each.
func (o *office) submit() error {
	file := make([]byte, benchFile)
	if _, err := rand.Read(file); err != nil {
		return err
	}
	copy(file, "%PDF-1.4\n")
	copy(file[len(file)-7:], "\n%%EOF\n")
	asks := all(func(worker int) error { return o.apply(worker, file) })
	if _, _, err := loopOf(connections, time.Second, asks); err != nil {
		return err
	}
	before := usedBy(os.Getpid())
	took, long, err := loopOf(connections, o.long(), asks)
	if err != nil {
		return err
	}
	cpu := (usedBy(os.Getpid()) - before) / float64(len(took))
	var n atomic.Int64
	least, leastLong, err := loopOf(connections, time.Second, all(func(int) error {
		f, err := os.Create(filepath.Join(o.b.dir, "file-"+strconv.FormatInt(n.Add(1), 10)))
		if err != nil {
			return err
		}
		_, err = f.Write(file)
		return errors.Join(err, f.Sync(), f.Close(), o.bare())
	}))
	if err != nil {
		return err
	}
	p50, p99 := spread(took)
	o.b.add(Result{
		Name: "services.submit", Unit: "applications/s", Ours: float64(len(took)) / long.Seconds(), P50: p50, P99: p99,
		Beside: map[string]float64{"a row and a synced file": float64(len(least)) / leastLong.Seconds()},
		Size: fmt.Sprintf("%d clients; %d fields, one file of %d kB, three requests each, over HTTP in one process with the load: %.3g ms of CPU each for both; a licence is issued with each",
			connections, benchFields, benchFile/1000, cpu),
	})
	return nil
}

// step measures tasks that are finished, each a transaction with its step, its history, the next
// task and its facts, beside as many transactions that keep a row.
func (o *office) step() error {
	o.rows.CompareAndSwap(0, 1_000_000)
	now := make([][]string, connections) // the instance and the open task of each client
	next := func(worker int) error {
		if len(now[worker]) == 0 {
			return o.DB.Write(o.b.ctx, func(tx *db.Tx) error {
				i, err := o.Services.Process.Start(tx, "bench-desk", "bench-"+strconv.FormatInt(o.rows.Add(1), 10), "FEHD", nil)
				if err != nil {
					return err
				}
				now[worker], err = o.waits(tx, i.Subject)
				return err
			})
		}
		return o.DB.Write(o.b.ctx, func(tx *db.Tx) error {
			i, err := o.Services.Process.Complete(tx, now[worker][0], "officer", "", nil)
			if err != nil {
				return err
			}
			now[worker], err = o.waits(tx, i.Subject)
			return err
		})
	}
	took, long, err := loopOf(connections, o.long(), all(next))
	if err != nil {
		return err
	}
	least, leastLong, err := loopOf(connections, time.Second, all(func(int) error { return o.bare() }))
	if err != nil {
		return err
	}
	p50, p99 := spread(took)
	o.b.add(Result{
		Name: "services.step", Unit: "steps/s", Ours: float64(len(took)) / long.Seconds(), P50: p50, P99: p99,
		Beside: map[string]float64{"bare transactions": float64(len(least)) / leastLong.Seconds()},
		Size:   fmt.Sprintf("%d clients, processes of %d tasks, one durable transaction a step", connections, benchSteps),
	})
	return nil
}

// waits are the tasks for which a subject waits.
func (o *office) waits(tx *db.Tx, subject string) (out []string, err error) {
	list, err := o.Services.Process.Waiting(tx, subject)
	for _, w := range list {
		out = append(out, w.Task)
	}
	return out, err
}

// rush has a thousand contend for ten places, beside a thousand bare transactions.
func (o *office) rush() error {
	const contenders, places = 1000, 10
	day := when.System().Day().Add(7)
	start := when.At(time.Date(day.Year, day.Month, day.Date, 10, 0, 0, 0, when.HongKong))
	err := o.DB.Write(o.b.ctx, func(tx *db.Tx) error {
		text := lang.Text{TC: "禮堂", EN: "Hall", SC: "礼堂"}
		if err := o.Services.Booking.PutPlace(tx, booking.Place{Code: "bench-hall", Department: "FEHD", Name: text, Address: text}); err != nil {
			return err
		}
		_, err := o.Services.Booking.PutSchedule(tx, booking.Schedule{
			Place: "bench-hall", Service: "bench-hall", Title: text, Weekdays: []int{0, 1, 2, 3, 4, 5, 6}, From: "10:00", To: "11:00", Minutes: 60, Quota: places, Ahead: 30,
		})
		return err
	})
	if err != nil {
		return err
	}
	contend := func(ask func(n int) error) (time.Duration, error) {
		errs := make([]error, contenders)
		var work sync.WaitGroup
		began := time.Now()
		for n := range contenders {
			work.Go(func() { errs[n] = ask(n) })
		}
		work.Wait()
		return time.Since(began), errors.Join(errs...)
	}
	var got atomic.Int64
	took, err := contend(func(n int) error {
		account := benchAccount(n)
		err := o.DB.WriteLatest(o.as(account), func(tx *db.Tx) error {
			_, err := o.Services.Booking.Book(tx, booking.Booking{Service: "bench-hall", Place: "bench-hall", Account: account, Start: start}, account)
			return err
		})
		if err == nil {
			got.Add(1)
		}
		if fault.Is(err, fault.Conflict) {
			return nil // full
		}
		return err
	})
	if err != nil {
		return err
	}
	if got.Load() != places {
		return fmt.Errorf("%d of %d places were given", got.Load(), places)
	}
	least, err := contend(func(int) error { return o.bare() })
	if err != nil {
		return err
	}
	o.b.add(Result{
		Name: "services.rush", Unit: "s", Ours: took.Seconds(), Beside: map[string]float64{"a thousand bare transactions": least.Seconds()},
		Size: fmt.Sprintf("%d contenders at once for %d places: exactly %d got one", contenders, places, got.Load()),
	})
	return nil
}

// front measures the front page of people with applications while many are stored, beside a page
// of the same site that reads nothing.
func (o *office) front() error {
	n := 20_000
	if o.b.scale >= 10 {
		n = 1_000_000
	}
	if stored, err := strconv.Atoi(os.Getenv("APPLICATIONS")); err == nil {
		n = stored
	}
	began := time.Now()
	if err := o.fill(n); err != nil {
		return err
	}
	filled := time.Since(began)
	ask := func(path string) ([]time.Duration, error) {
		return each(500, func(i int) error {
			q, err := http.NewRequestWithContext(o.b.ctx, http.MethodGet, o.server.URL+path, nil)
			if err != nil {
				return err
			}
			q.AddCookie(o.cookies[i%len(o.cookies)])
			answer, err := o.client.Do(q)
			if err != nil {
				return err
			}
			defer closed(answer.Body)
			if answer.StatusCode != http.StatusOK {
				return fmt.Errorf("%s answers %d", path, answer.StatusCode)
			}
			_, err = io.Copy(io.Discard, answer.Body)
			return err
		})
	}
	front, err := ask("/en/")
	if err != nil {
		return err
	}
	plain, err := ask("/en/display")
	if err != nil {
		return err
	}
	p50, p99 := spread(front)
	_, q99 := spread(plain)
	o.b.add(Result{
		Name: "services.front", Unit: "ms p99", Ours: p99, P50: p50, P99: p99, Beside: map[string]float64{"a page that reads nothing": q99},
		Size: fmt.Sprintf("%d applications stored, at %.0f a second; %d people who have signed in, ten applications each", n, float64(n)/filled.Seconds(), benchPeople),
	})
	return nil
}

// fill has people apply and submit, each of them ten times, one after the other.
func (o *office) fill(n int) error {
	errs := make([]error, connections)
	var work sync.WaitGroup
	for worker := range errs {
		work.Go(func() {
			for person := worker; person < n/10 && errs[worker] == nil; person += connections {
				for range 10 {
					errs[worker] = errors.Join(errs[worker], o.store(benchAccount(person)))
				}
			}
		})
	}
	work.Wait()
	return errors.Join(errs...)
}

func (o *office) store(account string) error {
	a, err := o.Services.Begin(o.as(account), services.Beginning{Service: "bench-desk", Account: account, Channel: services.Online})
	if err != nil {
		return err
	}
	_, err = o.Services.Submit(o.as(account), a.ID)
	return err
}
