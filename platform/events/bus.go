package events

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
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

// Bus runs the consumers of one process. Several processes may run the same ones.
type Bus struct {
	d         *db.DB
	log       *slog.Logger
	consumers []Consumer
	// Every is how often an idle consumer looks; default 100 ms.
	Every time.Duration
}

// New makes a bus.
func New(d *db.DB, log *slog.Logger, consumers ...Consumer) *Bus {
	return &Bus{d: d, log: log, consumers: consumers, Every: 100 * time.Millisecond}
}

// Run works until the context ends.
func (b *Bus) Run(ctx context.Context) error {
	ctx = who.AsSystem(ctx, who.Production)
	var wg sync.WaitGroup
	if b.d.Engine() == db.PostgreSQL {
		wg.Go(func() { b.repeat(ctx, "sequencer", b.sequence) })
	}
	for _, c := range b.consumers {
		wg.Go(func() { b.repeat(ctx, c.Name, func(ctx context.Context) (bool, error) { return b.consume(ctx, c) }) })
	}
	wg.Wait()
	return nil
}

// repeat calls step at once while there is more to do, and after a pause otherwise.
func (b *Bus) repeat(ctx context.Context, name string, step func(context.Context) (bool, error)) {
	for ctx.Err() == nil {
		more, err := step(ctx)
		if err != nil && ctx.Err() == nil {
			b.log.ErrorContext(ctx, "events", "consumer", name, "kind", fault.Of(err), "error", err)
		}
		if more && err == nil {
			continue
		}
		// Processes that start together need not look together.
		pause := b.Every + time.Duration(rand.Int64N(int64(b.Every)/4+1))
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// sequence moves what has its final place from the outbox to the log.
func (b *Bus) sequence(ctx context.Context) (bool, error) {
	// Read committed: the lock is taken first, and the next statement sees all that the
	// sequencer before us committed.
	err := b.d.WriteLatest(ctx, func(tx *db.Tx) error {
		var mine bool
		if err := tx.Row(sqlSequencerLockPostgreSQL).Scan(&mine); err != nil || !mine {
			return err
		}
		return tx.Do(sqlSequencePostgreSQL)
	})
	return false, err
}

// most events are handled in one transaction.
const most = 64

// cursor is where a consumer stands.
type cursor struct {
	position int64
	attempts int
	failed   string
	again    when.Instant
}

func readCursor(tx *db.Tx, name string) (c cursor, err error) {
	err = tx.Row(sqlCursor, name).Scan(&c.position, &c.attempts, &c.failed, &c.again)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return c, err
}

var errBusy = errors.New("events: another process runs this consumer")

// consume handles the next events of one consumer.
func (b *Bus) consume(ctx context.Context, c Consumer) (more bool, err error) {
	cur, batch, err := b.next(ctx, c)
	if err != nil || len(batch) == 0 {
		return false, err
	}
	done, failedAt, err := b.handle(ctx, c, cur, batch)
	switch {
	case errors.Is(err, errBusy):
		return false, nil
	case err == nil:
		return done > 0, nil
	case failedAt > 0:
		// Keep what went well before the one that failed.
		_, _, again := b.handle(ctx, c, cur, batch[:failedAt])
		if again == nil || errors.Is(again, errBusy) {
			return true, nil
		}
		return false, again
	case ctx.Err() != nil || fault.Is(err, fault.Unavailable):
		return false, err // the store's trouble, not the event's
	}
	return false, errors.Join(err, b.fail(ctx, c, cur, err))
}

// next looks, without writing, at what lies ahead: events of one realm.
func (b *Bus) next(ctx context.Context, c Consumer) (cur cursor, batch []Event, err error) {
	err = b.d.Read(ctx, func(tx *db.Tx) error {
		if cur, err = readCursor(tx, c.Name); err != nil {
			return err
		}
		if tx.Now().Before(cur.again) {
			return nil
		}
		limit := most
		if cur.attempts > 0 {
			limit = 1
		}
		batch, err = db.List(tx, readEvent, sqlNext, cur.position, limit)
		return err
	})
	for i, e := range batch {
		if e.Realm != batch[0].Realm {
			batch = batch[:i]
			break
		}
	}
	return cur, batch, err
}

// handle runs a batch and moves the cursor in one transaction.
func (b *Bus) handle(ctx context.Context, c Consumer, cur cursor, batch []Event) (done, failedAt int, err error) {
	ctx = who.AsSystem(ctx, batch[0].Realm)
	err = b.d.Write(ctx, func(tx *db.Tx) error {
		done, failedAt = 0, 0
		if err := b.take(tx, c, cur); err != nil {
			return err
		}
		for i, e := range batch {
			failedAt = i
			if c.wants(e.Subject) {
				if err := safely(c, tx, e); err != nil {
					return err
				}
				if err := tx.Settle(); err != nil { // this event's failure, not the next one's
					return err
				}
			}
			done++
		}
		failedAt = 0
		n, err := tx.Exec(sqlCursorMove, c.Name, cur.position, batch[len(batch)-1].Position)
		if err == nil && n == 0 {
			return errBusy
		}
		return err
	})
	return done, failedAt, err
}

// safely makes a handler's panic its failure: one event must not end the process.
func safely(c Consumer, tx *db.Tx, e Event) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("events: %s panicked at position %d: %v", c.Name, e.Position, p)
		}
	}()
	return c.Handle(tx, e)
}

// take makes sure that nobody else handles the same events: another process is kept
// out by a lock, and one that was faster by the cursor, which has moved.
func (b *Bus) take(tx *db.Tx, c Consumer, seen cursor) error {
	if tx.Engine() == db.PostgreSQL {
		var mine bool
		if err := tx.Row(sqlConsumerLockPostgreSQL, c.Name).Scan(&mine); err != nil {
			return err
		}
		if !mine {
			return errBusy
		}
	}
	if err := tx.Do(sqlCursorNew, c.Name); err != nil {
		return err
	}
	now, err := readCursor(tx, c.Name)
	if err == nil && now.position != seen.position {
		return errBusy
	}
	return err
}

// fail notes a failure; the next attempt comes after 1 s, 2 s, 4 s … at most 5 minutes.
func (b *Bus) fail(ctx context.Context, c Consumer, cur cursor, cause error) error {
	wait := min(time.Second<<min(cur.attempts, 12), 5*time.Minute)
	return b.d.Write(ctx, func(tx *db.Tx) error {
		if err := tx.Do(sqlCursorNew, c.Name); err != nil {
			return err
		}
		return tx.Do(sqlCursorFail, c.Name, cur.position, short(cause.Error()), tx.Now().Add(wait))
	})
}

// short keeps the beginning of an error's text, in a form that every engine takes.
func short(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
	for len(s) > 500 {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// Status is where a consumer stands, for the operator's page.
type Status struct {
	Consumer string
	Position int64
	Behind   int64 // how many events lie ahead
	Attempts int   // at the event that is next, when it fails
	Failed   string
	Again    when.Instant
}

// Status lists this bus's consumers.
func (b *Bus) Status(ctx context.Context) ([]Status, error) {
	var all []Status
	err := b.d.Read(ctx, func(tx *db.Tx) error {
		all = nil
		var last int64
		if err := tx.Row(sqlLast).Scan(&last); err != nil {
			return err
		}
		for _, c := range b.consumers {
			cur, err := readCursor(tx, c.Name)
			if err != nil {
				return err
			}
			all = append(all, Status{c.Name, cur.position, last - cur.position, cur.attempts, cur.failed, cur.again})
		}
		return nil
	})
	return all, err
}

// Skip makes a consumer go on behind a position: an operator's decision, who audits it.
func (b *Bus) Skip(ctx context.Context, consumer string, position int64) error {
	return b.d.Write(ctx, func(tx *db.Tx) error { return tx.Change(sqlCursorSkip, consumer, position) })
}

// Prune takes out events before an instant that all consumers have seen. The last one
// stays, so that positions never begin anew.
func (b *Bus) Prune(ctx context.Context, before when.Instant) (n int64, err error) {
	err = b.d.Write(ctx, func(tx *db.Tx) error {
		n, err = tx.Exec(sqlPrune, before)
		return err
	})
	return n, err
}
