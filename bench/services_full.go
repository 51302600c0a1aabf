package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"praya/platform/db"
	"praya/subsystems/services"
	"praya/subsystems/services/line"
)

// fill has people apply and submit, each of them ten times, one after the other.
func (o *office) fill(n int) (really int, err error) {
	really = n
	if o.DB.Engine() == db.PostgreSQL {
		really = min(n, mostReal)
	}
	if err := o.handIn(really); err != nil {
		return 0, err
	}
	for k := 1; k < n/really; k++ {
		if err := o.Services.CopyApplications(o.b.ctx, strconv.Itoa(k)); err != nil {
			return 0, err
		}
	}
	return really, analyze(o.b.ctx, o.DB)
}

// mostReal bounds how many applications are handed in on a PostgreSQL that does not hurry; the
// others are copies of their rows.
const mostReal = 20_000

func (o *office) handIn(n int) error {
	errs := make([]error, connections)
	var work sync.WaitGroup
	for worker := range errs {
		work.Go(func() {
			for person := worker; person < n/10 && errs[worker] == nil; person += connections {
				for range 10 {
					_, err := o.store(benchAccount(person))
					errs[worker] = errors.Join(errs[worker], err)
				}
			}
		})
	}
	work.Wait()
	return errors.Join(errs...)
}

func (o *office) store(account string) (services.ApplicationID, error) {
	a, err := o.Services.Begin(o.as(account), services.Beginning{Service: "bench-desk", Account: account, Channel: services.Online})
	if err != nil {
		return "", err
	}
	_, err = o.Services.Submit(o.as(account), a.ID)
	return a.ID, err
}

const (
	rushed      = 1_000_000 // accounts of who rushes begin here
	insideMost  = 50        // people whom the line lets be inside
	lookEvery   = 5 * time.Second
	readers     = 4
	pauseOfRead = 10 * time.Millisecond
)

// calm asks for pages that have nothing to do with a rush, before and during it: the front page of
// people who have signed in, and a case.
func (o *office) calm() error {
	if err := o.Services.Line.Set(o.b.ctx, line.Settings{Line: "bench-desk", Most: insideMost, PerMinute: 60 * insideMost, Minutes: 10}); err != nil {
		return err
	}
	crowd := make([]*http.Cookie, contenders)
	for n := range crowd {
		c, err := o.enter(rushed + n)
		if err != nil {
			return err
		}
		crowd[n] = c
	}
	cases := make([]string, readers)
	for n := range cases {
		id, err := o.store(benchAccount(n))
		if err != nil {
			return err
		}
		cases[n] = "/en/me/applications/" + string(id)
	}
	quietFront, quietCase, err := o.read(cases, time.After(o.long()))
	if err != nil {
		return err
	}
	if err := o.Services.Line.Open(o.b.ctx, "bench-desk"); err != nil {
		return err
	}
	over := make(chan time.Time)
	var took []time.Duration
	var looks int64
	var crowded error
	go func() {
		defer close(over)
		took, looks, crowded = o.throng(crowd)
	}()
	busyFront, busyCase, err := o.read(cases, over)
	<-over
	if err := errors.Join(err, crowded, o.Services.Line.Close(o.b.ctx, "bench-desk")); err != nil {
		return err
	}
	_, q99 := spread(quietFront)
	p50, p99 := spread(busyFront)
	last := slices.Max(took)
	size := fmt.Sprintf("%d people come for one service at once, its line lets %d be inside, and all have submitted after %.1f s, having looked at their place %d times; meanwhile %d readers: %d pages",
		contenders, insideMost, last.Seconds(), looks, readers, len(busyFront)+len(busyCase))
	o.add(Result{Name: "services.calm", Unit: "ms p99, front page in a rush", Ours: p99, P50: p50, P99: p99, Beside: map[string]float64{"the same without a rush": q99}, Size: size})
	_, q99 = spread(quietCase)
	p50, p99 = spread(busyCase)
	o.add(Result{Name: "services.calm.case", Unit: "ms p99, a case in a rush", Ours: p99, P50: p50, P99: p99, Beside: map[string]float64{"the same without a rush": q99}, Size: size})
	return nil
}

// read has some people read the front page and a case of theirs by turns.
func (o *office) read(cases []string, until <-chan time.Time) (front, own []time.Duration, err error) {
	var mu sync.Mutex
	var over atomic.Bool
	errs := make([]error, len(cases))
	var work sync.WaitGroup
	for n, path := range cases {
		work.Go(func() {
			for i := n; !over.Load() && errs[n] == nil; i++ {
				began := time.Now()
				errs[n] = o.page(i/2, o.cookies[n], "/en/")
				first := time.Since(began)
				time.Sleep(pauseOfRead)
				began = time.Now()
				errs[n] = errors.Join(errs[n], o.page(i/2, o.cookies[n], path))
				second := time.Since(began)
				time.Sleep(pauseOfRead)
				mu.Lock()
				front, own = append(front, first), append(own, second)
				mu.Unlock()
			}
		})
	}
	<-until
	over.Store(true)
	work.Wait()
	return front, own, errors.Join(errs...)
}

// throng is a thousand people who want the same at once.
func (o *office) throng(crowd []*http.Cookie) (took []time.Duration, looks int64, err error) {
	took = make([]time.Duration, len(crowd))
	errs := make([]error, len(crowd))
	var looked atomic.Int64
	var work sync.WaitGroup
	began := time.Now()
	for n, cookie := range crowd {
		work.Go(func() {
			errs[n] = o.queue(n, cookie, &looked)
			took[n] = time.Since(began)
		})
	}
	work.Wait()
	return took, looked.Load(), errors.Join(errs...)
}

// queue is one of them: waits in the line, applies and submits.
func (o *office) queue(n int, cookie *http.Cookie, looks *atomic.Int64) error {
	const start = "/en/services/bench-desk/start"
	for {
		a, err := o.ask(n, cookie, http.MethodPost, start, urlEncoded, strings.NewReader(""))
		if err != nil {
			return err
		}
		if m := benchCase.FindStringSubmatch(a.location); m != nil {
			return o.declare(n, cookie, m[1])
		}
		if a.status != http.StatusSeeOther {
			return a.fault(start)
		}
		for at := a.location; ; {
			time.Sleep(lookEvery)
			looks.Add(1)
			place, err := o.ask(n, cookie, http.MethodGet, at, "", nil)
			if err != nil {
				return err
			}
			if place.status == http.StatusSeeOther || strings.Contains(place.body, `href="`+start+`"`) {
				break // their turn
			}
			if place.status != http.StatusOK {
				return place.fault(at)
			}
		}
	}
}
