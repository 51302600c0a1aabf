package db

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
)

// writer gives the one writing connection of SQLite to one caller after the other, and
// commits what they did in groups: one fsync for many writers. The first caller of a group
// leads it: works, lets those who wait meanwhile work, and commits for all. Who comes alone so
// waits for nobody. Each function runs in its caller's own goroutine, so that its panic is its own.
type writer struct {
	s       *session
	clock   when.Clock
	mu      sync.Mutex
	led     bool    // somebody has the connection
	queue   []*turn // who waits for it
	quit    chan struct{}
	stopped chan struct{} // the keeper has ended
	commits atomic.Int64
	writes  atomic.Int64
}

// turn is one caller's place in the queue.
type turn struct {
	state   atomic.Int32  // waiting, then granted or gone
	granted chan grant    // the connection is yours, or why not
	left    chan bool     // the caller is done: keep its work, or undo it
	settled chan struct{} // closed when failed is final
	failed  error         // why the group was not committed
}

// grant is what a waiting caller is told.
type grant struct {
	lead bool // you are the first of the next group
	err  error
}

const (
	waiting int32 = iota
	granted
	gone
)

// A group ends when nobody waits, when it is this long, or when it has taken this
// long: the first of a group waits for the last.
const (
	groupLength = 256
	groupTime   = 25 * time.Millisecond
	idleTime    = 500 * time.Millisecond
)

func startWriter(s *session, clock when.Clock) *writer {
	w := &writer{s: s, clock: clock, quit: make(chan struct{}), stopped: make(chan struct{})}
	go w.keep()
	return w
}

func (w *writer) write(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return interrupted(err)
	}
	t := w.come()
	if t == nil {
		return w.lead(ctx, fn)
	}
	var g grant
	select {
	case g = <-t.granted:
	case <-ctx.Done():
		if t.state.CompareAndSwap(waiting, gone) {
			return interrupted(ctx.Err())
		}
		g = <-t.granted
	}
	if g.err != nil {
		return explain(g.err)
	}
	if g.lead {
		return w.lead(ctx, fn)
	}
	if err := w.member(ctx, t, fn); err != nil {
		<-t.settled
		return err
	}
	<-t.settled
	return explain(t.failed)
}

// come takes the connection when nobody has it, and else a place in the queue.
func (w *writer) come() *turn {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.led {
		w.led = true
		return nil
	}
	t := &turn{granted: make(chan grant, 1), left: make(chan bool, 1), settled: make(chan struct{})}
	w.queue = append(w.queue, t)
	return t
}

// next is who has waited longest and still does: to lead, or to work in a group.
func (w *writer) next(lead bool) *turn {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) > 0 {
		t := w.queue[0]
		w.queue[0] = nil
		if w.queue = w.queue[1:]; len(w.queue) == 0 {
			w.queue = nil
		}
		if t.state.CompareAndSwap(waiting, granted) {
			return t
		}
	}
	if lead {
		w.led = false // nobody waits
	}
	return nil
}

// pass gives the connection to who waits next, or lays it down.
func (w *writer) pass() {
	if t := w.next(true); t != nil {
		t.granted <- grant{lead: true}
		runtime.Gosched() // it goes first: all who write wait for it, and for us only our caller
	}
}

// lead begins a group with the caller's own work, and ends it.
func (w *writer) lead(ctx context.Context, fn func(*Tx) error) error {
	defer w.pass()
	if err := w.control("begin immediate"); err != nil {
		return explain(err)
	}
	if err := w.use(ctx, fn, func(keep bool) {
		if !keep {
			_ = w.control("rollback") // it may be gone already
		}
	}); err != nil {
		return err
	}
	return explain(w.group())
}

// member works as one of a group that another leads.
func (w *writer) member(ctx context.Context, t *turn, fn func(*Tx) error) error {
	return w.use(ctx, fn, func(keep bool) { t.left <- keep })
}

// use runs fn, and says whether to keep what it did also when fn panics or ends its goroutine.
func (w *writer) use(ctx context.Context, fn func(*Tx) error, leave func(keep bool)) (err error) {
	// An interrupted INSERT would roll back the whole group (sqlite.org/c3ref/interrupt.html):
	// statements run undisturbed, and Tx looks at the context between them.
	tx := &Tx{ctx: ctx, at: w.clock(), engine: SQLite, run: undisturbed{w.s}}
	keep := false
	defer func() {
		_ = tx.end(nil) // closes rows that a panic left open
		leave(keep)
	}()
	err = tx.end(fn(tx))
	keep = err == nil
	return err
}

// keep writes what the log holds into the file when nobody has written for a while.
func (w *writer) keep() {
	defer close(w.stopped)
	idle := time.NewTicker(idleTime)
	defer idle.Stop()
	var seen, done int64 // commits: at the last look, and at the last checkpoint
	for {
		select {
		case <-idle.C:
		case <-w.quit:
			return
		}
		n := w.commits.Load()
		if n == seen && n != done && w.free() {
			_ = w.control("pragma wal_checkpoint(passive)") // comes again
			w.pass()
			done = n
		}
		seen = n
	}
}

// free takes the connection if nobody has it.
func (w *writer) free() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.led
	w.led = true
	return !was
}

// close is called when nobody writes any more: see [DB.Close].
func (w *writer) close() error {
	close(w.quit)
	<-w.stopped
	err := w.control("pragma wal_checkpoint(truncate)")
	w.s.close()
	return explain(err)
}

// group lets who waits work, then commits for the leader and all of them.
func (w *writer) group() error {
	var members, undone []*turn
	var broken error
	began := w.clock()
	for broken == nil && len(members)+1 < groupLength && w.clock().Sub(began) <= groupTime {
		t := w.next(false)
		if t == nil {
			break
		}
		var kept bool
		if kept, broken = w.give(t); kept {
			members = append(members, t)
		} else {
			undone = append(undone, t)
		}
	}
	if broken == nil {
		broken = w.control("commit")
	}
	if broken != nil {
		_ = w.control("rollback") // it may be gone already
	}
	w.commits.Add(1)
	w.writes.Add(int64(len(members)) + 1)
	for _, m := range members {
		m.failed = broken
		close(m.settled)
	}
	// Who failed may have failed over what others of the group had written: told before the
	// commit, they would read the store again and find it as it was.
	for _, t := range undone {
		close(t.settled)
	}
	return broken
}

// give lets one caller work behind a savepoint, so that its work alone can be undone.
func (w *writer) give(t *turn) (kept bool, broken error) {
	if err := w.control("savepoint turn"); err != nil {
		t.granted <- grant{err: err}
		return false, errors.Join(fault.New(fault.Unavailable, "db.unavailable"), err)
	}
	t.granted <- grant{}
	kept = <-t.left
	if !kept {
		broken = w.control("rollback to turn")
	}
	if broken == nil {
		broken = w.control("release turn")
	}
	if broken != nil {
		// A full disk or an I/O error has ended the transaction under everybody.
		broken = fault.New(fault.Unavailable, "db.unavailable").Because(fmt.Errorf("db: the commit group was lost: %w", broken))
	}
	return kept, broken
}

func (w *writer) control(text string) error {
	_, err := w.s.exec(context.Background(), text, nil)
	return err
}

// undisturbed is a session whose statements no context interrupts.
type undisturbed struct{ s *session }

func (u undisturbed) exec(ctx context.Context, text string, args []any) (int64, error) {
	return u.s.exec(context.WithoutCancel(ctx), text, args)
}

func (u undisturbed) query(ctx context.Context, text string, args []any) (result, error) {
	return u.s.query(context.WithoutCancel(ctx), text, args)
}

func (u undisturbed) insertMany(ctx context.Context, table string, columns []string, rows iter.Seq[[]any]) (int64, error) {
	return u.s.insertMany(context.WithoutCancel(ctx), table, columns, rows)
}

func (u undisturbed) prepare(ctx context.Context, text string) error { return u.s.prepare(ctx, text) }
