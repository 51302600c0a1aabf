package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/who"
	"praya/platform/db"
)

// Handler does a job. It may run again after a crash; its context ends when the job is
// cancelled, its lease is lost, or the program stops.
type Handler func(ctx context.Context, j Job, p *Progress) error

// Options say how a kind of job is done. Zero values have the defaults named.
type Options struct {
	Workers  int           // at once in this process; 1
	Attempts int           // before it is parked; 8
	Lease    time.Duration // without a sign of life; 30 s
	Base     time.Duration // pause after the first failure, doubled each time; 2 s
	Cap      time.Duration // longest pause; 1 h
}

func (o Options) filled() Options {
	o.Workers = max(o.Workers, 1)
	if o.Attempts <= 0 {
		o.Attempts = 8
	}
	if o.Lease <= 0 {
		o.Lease = 30 * time.Second
	}
	if o.Base <= 0 {
		o.Base = 2 * time.Second
	}
	if o.Cap <= 0 {
		o.Cap = time.Hour
	}
	return o
}

// Queue runs jobs in this process.
type Queue struct {
	d     *db.DB
	log   *slog.Logger
	kinds []kind
	// Every is how often an idle worker looks; default 250 ms.
	Every time.Duration
}

type kind struct {
	name    string
	handle  Handler
	options Options
}

// New makes a queue.
func New(d *db.DB, log *slog.Logger) *Queue {
	return &Queue{d: d, log: log, Every: 250 * time.Millisecond}
}

// Register says who does a kind of job. It is called before Run.
func (q *Queue) Register(name string, handle Handler, o Options) {
	q.kinds = append(q.kinds, kind{name, handle, o.filled()})
}

// Run works until the context ends; jobs that run then are given back.
func (q *Queue) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, k := range q.kinds {
		for range k.options.Workers {
			wg.Go(func() { q.work(ctx, k) })
		}
	}
	wg.Wait()
	return nil
}

func (q *Queue) work(ctx context.Context, k kind) {
	for ctx.Err() == nil {
		did, err := q.one(ctx, k)
		if err != nil && ctx.Err() == nil {
			q.log.ErrorContext(ctx, "jobs", "job", k.name, "kind", fault.Of(err), "error", err)
		}
		if did {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(q.Every + time.Duration(rand.Int64N(int64(q.Every)/4+1))):
		}
	}
}

// held is a job in a worker's hands.
type held struct {
	Job
	holder string
}

// one claims a job and does it.
func (q *Queue) one(ctx context.Context, k kind) (bool, error) {
	h, ok, err := q.claim(ctx, k)
	if err != nil || !ok {
		return false, err
	}
	began := q.d.Clock()()
	if h.Attempts > k.options.Attempts {
		return true, q.park(ctx, h, errors.New("jobs: the process ended each time that this job ran"))
	}
	err = q.do(ctx, k, h)
	q.log.InfoContext(ctx, "job", "job", k.name, "id", h.ID, "realm", string(h.Realm), "attempt", h.Attempts,
		"ms", q.d.Clock()().Sub(began).Milliseconds(), "outcome", outcome(err))
	return true, q.settle(ctx, k, h, err)
}

func outcome(err error) string {
	if err == nil {
		return "done"
	}
	return string(fault.Of(err))
}

func (q *Queue) claim(ctx context.Context, k kind) (h held, ok bool, err error) {
	some := 0
	err = q.d.Read(ctx, func(tx *db.Tx) error { return tx.Row(sqlWaiting, k.name, tx.Now()).Scan(&some) })
	if err != nil || some == 0 {
		return h, false, err
	}
	err = q.d.WriteLatest(ctx, func(tx *db.Tx) error {
		h = held{holder: id.New[string](tx.Now())}
		row := tx.Row(claim().For(tx.Engine()), k.name, tx.Now(), h.holder, tx.Now().Add(k.options.Lease))
		err := row.Scan(&h.ID, &h.Realm, &h.Kind, &h.Key, (*[]byte)(&h.Args), &h.Attempts)
		ok = err == nil
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	})
	return h, ok && err == nil, err
}

// do runs the handler with a heart that beats beside it.
func (q *Queue) do(ctx context.Context, k kind, h held) error {
	ctx, cancel := context.WithCancelCause(who.AsSystem(ctx, h.Realm))
	defer cancel(nil)
	var wg sync.WaitGroup
	defer wg.Wait()
	stop := make(chan struct{})
	defer close(stop)
	wg.Go(func() { q.beat(ctx, k, h, stop, cancel) })
	p := &Progress{q: q, h: h}
	err := safely(ctx, k, h.Job, p)
	p.flush(ctx)
	if cause := context.Cause(ctx); errors.Is(cause, errLost) {
		return cause
	}
	return err
}

// safely makes a handler's panic its failure.
func safely(ctx context.Context, k kind, j Job, p *Progress) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("jobs: %s panicked: %v", k.name, r)
		}
	}()
	return k.handle(ctx, j, p)
}

var errLost = errors.New("jobs: the job is no longer ours")

func (q *Queue) beat(ctx context.Context, k kind, h held, stop chan struct{}, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(k.options.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var n int64
		err := q.d.WriteLatest(ctx, func(tx *db.Tx) (err error) {
			n, err = tx.Exec(sqlBeat, h.ID, h.holder, tx.Now().Add(k.options.Lease))
			return err
		})
		if err == nil && n == 0 {
			cancel(errLost)
			return
		}
	}
}

// settle writes down how it went, also when the program is stopping.
func (q *Queue) settle(ctx context.Context, k kind, h held, err error) error {
	stopping := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	switch {
	case errors.Is(err, errLost):
		return nil
	case err == nil:
		return q.change(ctx, func(tx *db.Tx) error { return changed(tx, sqlDone, h.ID, h.holder, tx.Now()) })
	case stopping:
		return q.change(ctx, func(tx *db.Tx) error { return changed(tx, sqlGiveUp, h.ID, h.holder, tx.Now()) })
	case h.Attempts >= k.options.Attempts || fault.Is(err, fault.Invalid):
		return q.park(ctx, h, err)
	}
	pause := k.options.Cap
	if n := h.Attempts - 1; n < 30 && k.options.Base<<n < pause && k.options.Base<<n > 0 {
		pause = k.options.Base << n
	}
	pause = pause/2 + time.Duration(rand.Int64N(int64(pause)/2+1)) // jobs that failed together come back apart
	return q.change(ctx, func(tx *db.Tx) error {
		return changed(tx, sqlFail, h.ID, h.holder, Ready, short(err.Error()), tx.Now().Add(pause), "")
	})
}

func (q *Queue) park(ctx context.Context, h held, err error) error {
	return q.change(ctx, func(tx *db.Tx) error {
		return changed(tx, sqlFail, h.ID, h.holder, Parked, short(err.Error()), tx.Now(), tx.Now())
	})
}

func (q *Queue) change(ctx context.Context, fn func(*db.Tx) error) error {
	return q.d.WriteLatest(ctx, fn)
}

// changed does not mind when the job is no longer ours: whoever has it now decides.
func changed(tx *db.Tx, sqlStatement string, args ...any) error {
	return tx.Do(sqlStatement, args...)
}

func short(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
	for len(s) > 500 {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// Progress is how a handler says how far it is. It is safe for concurrent use.
type Progress struct {
	q *Queue
	h held

	mu          sync.Mutex
	done, total int64
	message     string
	wrote       time.Duration // since the epoch, by the store's clock
	pending     bool
}

// Report notes progress; it is written at most twice a second.
func (p *Progress) Report(ctx context.Context, done, total int64, message string) {
	p.mu.Lock()
	p.done, p.total, p.message, p.pending = done, total, message, true
	now := time.Duration(p.q.d.Clock()().Time().UnixNano())
	write := now-p.wrote >= 500*time.Millisecond
	if write {
		p.wrote = now
	}
	p.mu.Unlock()
	if write {
		p.flush(ctx)
	}
}

func (p *Progress) flush(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.pending {
		return
	}
	err := p.q.d.WriteLatest(ctx, func(tx *db.Tx) error {
		return changed(tx, sqlReport, p.h.ID, p.h.holder, p.done, p.total, short(p.message))
	})
	p.pending = err != nil
}
