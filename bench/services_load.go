package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"mime/multipart"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/process"
)

// all gives one way of asking to every client.
func all(clients int, ask func(worker int) error) []func() error {
	out := make([]func() error, clients)
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

// answers are what everybody applies with, as a browser sends them: written once, since what the
// load costs is taken from what is measured.
type answers struct {
	begin    string
	page     []byte
	pageType string
}

func benchAnswers() (a answers, err error) {
	file, err := benchUpload()
	if err != nil {
		return a, err
	}
	given := url.Values{}
	var page bytes.Buffer
	m := multipart.NewWriter(&page)
	for i := range benchFields {
		name, text := fmt.Sprintf("f%d", i), "answer "+strconv.Itoa(i)
		given.Set("/"+name, text)
		if err := m.WriteField(name, text); err != nil {
			return a, err
		}
	}
	part, err := m.CreateFormFile("plan", "plan.pdf")
	if err != nil {
		return a, err
	}
	if _, err := part.Write(file); err != nil {
		return a, err
	}
	err = m.Close()
	return answers{given.Encode(), page.Bytes(), m.FormDataContentType()}, err
}

// apply is one application as a browser makes it: begun with its answers, its page with the file
// sent, and submitted.
func (o *office) apply(worker int, a answers) error {
	cookie := o.cookies[worker%len(o.cookies)]
	id, err := o.send(worker, cookie, "/en/services/bench-wide/start", urlEncoded, strings.NewReader(a.begin))
	if err != nil {
		return err
	}
	if _, err := o.send(worker, cookie, "/en/me/applications/"+id+"/page/all", a.pageType, bytes.NewReader(a.page)); err != nil {
		return err
	}
	return o.declare(worker, cookie, id)
}

func benchUpload() ([]byte, error) {
	file := make([]byte, benchFile)
	if _, err := rand.Read(file); err != nil {
		return nil, err
	}
	copy(file, "%PDF-1.4\n")
	copy(file[len(file)-7:], "\n%%EOF\n")
	return file, nil
}

// warm does a work until connections know it and the store its tables.
func (o *office) warm(work func() error) error {
	if err := work(); err != nil {
		return err
	}
	if err := analyze(o.b.ctx, o.DB); err != nil {
		return err
	}
	return work()
}

// submit measures applications over HTTP, beside a row and a synced file each.
func (o *office) submit() error {
	given, err := benchAnswers()
	if err != nil {
		return err
	}
	asks := all(connections, func(worker int) error { return o.apply(worker, given) })
	err = o.warm(func() error { _, _, err := loopOf(connections, o.long(), asks); return err })
	if err != nil {
		return err
	}
	before := o.used()
	took, long, err := loopOf(connections, o.long(), asks)
	if err != nil {
		return err
	}
	cpu := (o.used() - before) / float64(len(took))
	where := "in one process with the load"
	if len(o.processes) > 0 {
		where = "the load in a process of its own"
	}
	least, err := o.everywhere("kept", time.Second)
	if err != nil {
		return err
	}
	p50, p99 := spread(took)
	o.add(Result{
		Name: "services.submit", Unit: "applications/s", Ours: float64(len(took)) / long.Seconds(), P50: p50, P99: p99,
		Beside: map[string]float64{"a row and a synced file": least.rate()},
		Size: fmt.Sprintf("%d clients; %d fields, one file of %d kB, three requests each, over HTTP, %s: %.3g ms of CPU each; a licence is issued with each",
			connections, benchFields, benchFile/1000, where, cpu),
	})
	return nil
}

// step measures tasks that are finished, each a transaction with its step, its history, the next
// task and its facts, beside as many transactions that keep a row.
func (o *office) step() error {
	if err := o.warm(func() error { _, err := o.everywhere("step", o.long()); return err }); err != nil {
		return err
	}
	ours, err := o.everywhere("step", o.long())
	if err != nil {
		return err
	}
	least, err := o.everywhere("bare", time.Second)
	if err != nil {
		return err
	}
	p50, p99 := spread(ours.Took)
	o.add(Result{
		Name: "services.step", Unit: "steps/s", Ours: ours.rate(), P50: p50, P99: p99,
		Beside: map[string]float64{"bare transactions": least.rate()},
		Size:   fmt.Sprintf("%d clients, processes of %d tasks, one durable transaction a step", connections, benchSteps),
	})
	return nil
}

// seen is what a process saw of its work. Who works beside others adds theirs.
type seen struct {
	Took  []time.Duration
	Long  time.Duration
	Given int64 // of a rush: how many got what they wanted
}

func (s seen) rate() float64 { return float64(len(s.Took)) / s.Long.Seconds() }

func (s *seen) join(t seen) {
	s.Took = append(s.Took, t.Took...)
	s.Long = max(s.Long, t.Long)
	s.Given += t.Given
}

// do is one process's part of a work: of so many processes, this is the one with this number.
func (o *office) do(work string, long time.Duration, number, of int) (seen, error) {
	clients := connections / of
	loop := func(ask func(worker int) error) (s seen, err error) {
		s.Took, s.Long, err = loopOf(clients, long, all(clients, ask))
		return s, err
	}
	switch work {
	case "step":
		return loop(o.stepper(clients))
	case "bare":
		return loop(func(int) error { return o.bare() })
	case "kept":
		return loop(o.keep())
	case "contend":
		return contend(number, of, o.wish())
	case "contend bare":
		return contend(number, of, func(int) (bool, error) { return false, o.bare() })
	}
	return seen{}, errors.New("unknown work: " + work)
}

// stepper finishes one task after the other, each client in processes of its own.
func (o *office) stepper(clients int) func(worker int) error {
	now := make([][]string, clients) // the open task of each client
	return func(worker int) error {
		var next []string
		err := o.DB.Write(o.b.ctx, func(tx *db.Tx) (err error) {
			next, err = o.finish(tx, now[worker])
			return err
		})
		now[worker] = next
		return err
	}
}

// finish finishes a task, or starts a process where there is none, and gives what is next.
func (o *office) finish(tx *db.Tx, open []string) (next []string, err error) {
	var i process.Instance
	if len(open) == 0 {
		i, err = o.Services.Process.Start(tx, "bench-desk", "bench-"+strconv.FormatInt(o.rows.Add(1), 10), "FEHD", nil)
	} else {
		i, err = o.Services.Process.Complete(tx, open[0], "officer", "", nil)
	}
	if err != nil {
		return nil, err
	}
	list, err := o.Services.Process.Waiting(tx, i.Subject)
	for _, w := range list {
		next = append(next, w.Task)
	}
	return next, err
}

// keep is a row and a synced file.
func (o *office) keep() func(worker int) error {
	var n atomic.Int64
	return func(int) error {
		f, err := os.CreateTemp(o.b.dir, "file-"+strconv.FormatInt(n.Add(1), 10))
		if err != nil {
			return err
		}
		_, err = f.Write(make([]byte, benchFile))
		return errors.Join(err, f.Sync(), f.Close(), o.bare(), os.Remove(filepath.Clean(f.Name())))
	}
}

const contenders, places = 1000, 10

// contend has one process's part of a thousand ask at once.
func contend(number, of int, ask func(n int) (bool, error)) (seen, error) {
	s := seen{Took: make([]time.Duration, contenders/of)}
	errs := make([]error, len(s.Took))
	var got atomic.Int64
	var work sync.WaitGroup
	began := time.Now()
	for i := range s.Took {
		work.Go(func() {
			given, err := ask(number*len(s.Took) + i)
			if given {
				got.Add(1)
			}
			s.Took[i], errs[i] = time.Since(began), err
		})
	}
	work.Wait()
	s.Long, s.Given = time.Since(began), got.Load()
	return s, errors.Join(errs...)
}

// rushStart is the time that everybody wants.
func rushStart() when.Instant {
	day := when.System().Day().Add(7)
	return when.At(time.Date(day.Year, day.Month, day.Date, 10, 0, 0, 0, when.HongKong))
}

// wish asks for one of the ten places.
func (o *office) wish() func(n int) (bool, error) {
	start := rushStart()
	return func(n int) (bool, error) {
		account := benchAccount(n)
		err := o.DB.WriteLatest(o.as(account), func(tx *db.Tx) error {
			_, err := o.Services.Booking.Book(tx, booking.Booking{Service: "bench-hall", Place: "bench-hall", Account: account, Start: start}, account)
			return err
		})
		if fault.Is(err, fault.Conflict) {
			return false, nil // full
		}
		return err == nil, err
	}
}

// rush has a thousand contend for ten places, beside a thousand bare transactions.
func (o *office) rush() error {
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
	ours, err := o.everywhere("contend", 0)
	if err != nil {
		return err
	}
	if ours.Given != places {
		return fmt.Errorf("%d of %d places were given", ours.Given, places)
	}
	least, err := o.everywhere("contend bare", 0)
	if err != nil {
		return err
	}
	p50, p99 := spread(ours.Took)
	o.add(Result{
		Name: "services.rush", Unit: "s", Ours: ours.Long.Seconds(), P50: p50, P99: p99, Beside: map[string]float64{"a thousand bare transactions": least.Long.Seconds()},
		Size: fmt.Sprintf("%d contenders at once for %d places: exactly %d got one", contenders, places, ours.Given),
	})
	return nil
}

// front measures the front page of people with applications while many are stored, beside a page
// of the same site that reads nothing.
func (o *office) front() error {
	n := o.stored("APPLICATIONS")
	began := time.Now()
	really, err := o.fill(n)
	if err != nil {
		return err
	}
	filled := time.Since(began)
	ask := func(path string) ([]time.Duration, error) {
		return each(500, func(i int) error { return o.page(i, o.cookies[i%len(o.cookies)], path) })
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
	o.add(Result{
		Name: "services.front", Unit: "ms p99", Ours: p99, P50: p50, P99: p99, Beside: map[string]float64{"a page that reads nothing": q99},
		Size: fmt.Sprintf("%d applications stored, %d of them handed in and the others copied, in %.0f s; %d people who have signed in, ten applications each", n, really, filled.Seconds(), benchPeople),
	})
	return nil
}

// stored is how many the store is filled with: as the environment says, else by scale.
func (o *office) stored(variable string) int {
	if n, err := strconv.Atoi(os.Getenv(variable)); err == nil {
		return n
	}
	if o.b.scale >= 10 {
		return 1_000_000
	}
	return 20_000
}
