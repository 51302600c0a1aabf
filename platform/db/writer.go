package db

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
)

// writer gives the one writing connection of SQLite to one caller after the other, and
// commits what they did in groups: one fsync for many writers. The caller's function
// runs in the caller's own goroutine, so that its panic is its own.
type writer struct {
	s       *session
	clock   when.Clock
	queue   chan *turn
	quit    chan struct{}
	stopped chan error
	commits atomic.Int64
	writes  atomic.Int64
}

// turn is one caller's place in the queue.
type turn struct {
	state   atomic.Int32  // waiting, then granted or gone
	granted chan error    // the connection is yours, or why not
	left    chan bool     // the caller is done: keep its work, or undo it
	settled chan struct{} // closed when failed is final
	failed  error         // why the group was not committed
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
	w := &writer{s: s, clock: clock, queue: make(chan *turn, groupLength), quit: make(chan struct{}), stopped: make(chan error, 1)}
	go w.loop()
	return w
}

func (w *writer) write(ctx context.Context, fn func(*Tx) error) error {
	t := &turn{granted: make(chan error, 1), left: make(chan bool, 1), settled: make(chan struct{})}
	select {
	case w.queue <- t:
	case <-ctx.Done():
		return interrupted(ctx.Err())
	}
	var err error
	select {
	case err = <-t.granted:
	case <-ctx.Done():
		if t.state.CompareAndSwap(waiting, gone) {
			return interrupted(ctx.Err())
		}
		err = <-t.granted
	}
	if err != nil {
		return explain(err)
	}
	if err := w.use(ctx, t, fn); err != nil {
		<-t.settled
		return err
	}
	<-t.settled
	return explain(t.failed)
}

// use runs fn and leaves the turn also when fn panics or ends its goroutine.
func (w *writer) use(ctx context.Context, t *turn, fn func(*Tx) error) (err error) {
	// An interrupted INSERT would roll back the whole group (sqlite.org/c3ref/interrupt.html):
	// statements run undisturbed, and Tx looks at the context between them.
	tx := &Tx{ctx: ctx, at: w.clock(), engine: SQLite, run: undisturbed{w.s}}
	keep := false
	defer func() {
		_ = tx.end(nil) // closes rows that a panic left open
		t.left <- keep
	}()
	err = tx.end(fn(tx))
	keep = err == nil
	return err
}

func (w *writer) loop() {
	idle := time.NewTimer(idleTime)
	defer idle.Stop()
	dirty := false
	for {
		select {
		case t := <-w.queue:
			w.group(t)
			dirty = true
			idle.Reset(idleTime)
		case <-idle.C:
			if dirty {
				_, _ = w.s.exec(context.Background(), "pragma wal_checkpoint(passive)", nil) // comes again
				dirty = false
			}
		case <-w.quit:
			_, err := w.s.exec(context.Background(), "pragma wal_checkpoint(truncate)", nil)
			w.s.close()
			w.stopped <- err
			return
		}
	}
}

func (w *writer) close() error {
	close(w.quit)
	return explain(<-w.stopped)
}

// group gives turns until nobody waits, then commits for all of them.
func (w *writer) group(t *turn) {
	var members, undone []*turn
	var broken error
	began := w.clock()
	for t != nil {
		if t.state.CompareAndSwap(waiting, granted) {
			first := len(members) == 0
			var kept bool
			switch kept, broken = w.give(t, first); {
			case kept:
				members = append(members, t)
			case first:
				close(t.settled)
			default:
				undone = append(undone, t)
			}
		}
		if broken != nil || len(members) >= groupLength || w.clock().Sub(began) > groupTime {
			break
		}
		select {
		case t = <-w.queue:
		default:
			t = nil
		}
	}
	if len(members) == 0 {
		return
	}
	if broken == nil {
		broken = w.control("commit")
	}
	if broken != nil {
		_ = w.control("rollback") // it may be gone already
	}
	w.commits.Add(1)
	w.writes.Add(int64(len(members)))
	for _, m := range members {
		m.failed = broken
		close(m.settled)
	}
	// Who failed may have failed over what others of the group had written: told before the
	// commit, they would read the store again and find it as it was.
	for _, t := range undone {
		close(t.settled)
	}
}

// give lets one caller work. The first of a group needs no savepoint: undoing it
// undoes the transaction.
func (w *writer) give(t *turn, first bool) (kept bool, broken error) {
	begin, undo := "savepoint turn", "rollback to turn"
	if first {
		begin, undo = "begin immediate", "rollback"
	}
	if err := w.control(begin); err != nil {
		t.granted <- err
		if first {
			return false, nil // nothing is open
		}
		return false, errors.Join(fault.New(fault.Unavailable, "db.unavailable"), err)
	}
	t.granted <- nil
	kept = <-t.left
	if !kept {
		broken = w.control(undo)
	}
	if !first && broken == nil {
		broken = w.control("release turn")
	}
	if broken != nil {
		// A full disk or an I/O error has ended the transaction under everybody.
		broken = fault.New(fault.Unavailable, "db.unavailable").Because(fmt.Errorf("db: the commit group was lost: %w", broken))
		if first {
			_ = w.control("rollback")
			broken = nil
		}
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
