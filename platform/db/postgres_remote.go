package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"praya/kernel/fault"
)

// remote is a transaction on a connection. What costs there is the way to the server and back:
// its beginning travels with the first statement, and what nobody waits for with the next
// statement or with the commit.
type remote struct {
	ctx     context.Context // watched by one function for the whole transaction, see watch
	c       *pgx.Conn
	begin   string // how it begins; empty once that was sent
	reads   bool
	open    bool // the server has begun a transaction
	waiting []*pgx.QueuedQuery
	must    []bool // whether each of them has to find a row
}

// calm is what the driver is given: with a context that can end it would start a goroutine for
// each statement.
func calm() context.Context { return context.Background() }

// watch breaks what is being waited for when the caller's context ends. What it gives ends the
// watch.
func (r *remote) watch() (stop func()) {
	fired := make(chan struct{})
	end := context.AfterFunc(r.ctx, func() {
		defer close(fired)
		_ = r.c.PgConn().Conn().SetDeadline(time.Unix(1, 0)) // the driver gives the connection up
	})
	return func() {
		if !end() {
			<-fired
			_ = r.c.PgConn().Conn().SetDeadline(time.Time{}) // nothing was being waited for: it may serve others
		}
	}
}

// said gives an error of the driver's its meaning here.
func (r *remote) said(err error) error {
	var server *pgconn.PgError
	if err == nil || errors.As(err, &server) && !r.c.IsClosed() {
		return err
	}
	switch {
	case r.c.IsClosed() && r.ctx.Err() != nil:
		return interrupted(r.ctx.Err())
	case r.c.IsClosed() && server == nil:
		return fault.New(fault.Unavailable, "db.unavailable").Because(err)
	}
	return err
}

// later keeps a statement until the next one travels.
func (r *remote) later(text string, args []any, must bool) error {
	if r.reads {
		return errOnlyReads
	}
	for i, a := range args {
		if b, ok := a.([]byte); ok {
			args[i] = bytes.Clone(b) // the caller may use its buffer again
		}
	}
	r.waiting = append(r.waiting, &pgx.QueuedQuery{SQL: text, Arguments: args})
	r.must = append(r.must, must)
	if len(r.waiting) >= mostWaiting {
		return r.flush()
	}
	return nil
}

// mostWaiting bounds how many statements wait to travel.
const mostWaiting = 256

// send sends what waits, and a statement, and reads the answers to what waited.
func (r *remote) send(text string, args []any) (pgx.BatchResults, error) {
	b := &pgx.Batch{QueuedQueries: make([]*pgx.QueuedQuery, 0, len(r.waiting)+2)}
	if r.begin != "" {
		b.Queue(r.begin)
		r.must = slices.Insert(r.must, 0, false)
		r.begin, r.open = "", true
	}
	b.QueuedQueries = append(b.QueuedQueries, r.waiting...)
	if text != "" {
		b.Queue(text, args...)
	}
	must := r.must
	r.waiting, r.must = nil, nil
	results := r.c.SendBatch(calm(), b)
	for _, found := range must {
		tag, err := results.Exec()
		if err == nil && found && tag.RowsAffected() == 0 {
			err = stale()
		}
		if err != nil {
			_ = results.Close() // the first error is the one to tell
			return nil, r.said(err)
		}
	}
	return results, nil
}

// flush sends what waits.
func (r *remote) flush() error {
	if len(r.waiting) == 0 {
		return nil
	}
	results, err := r.send("", nil)
	if err != nil {
		return err
	}
	return r.said(results.Close())
}

// start begins the transaction, if it has not begun, and sends what waits.
func (r *remote) start() error {
	if r.begin == "" {
		return r.flush()
	}
	results, err := r.send("", nil)
	if err != nil {
		return err
	}
	return r.said(results.Close())
}

func (r *remote) exec(_ context.Context, text string, args []any) (int64, error) {
	if r.reads {
		return 0, errOnlyReads
	}
	if r.begin == "" && len(r.waiting) == 0 {
		tag, err := r.c.Exec(calm(), text, args...)
		return tag.RowsAffected(), r.said(err)
	}
	results, err := r.send(text, args)
	if err != nil {
		return 0, err
	}
	tag, err := results.Exec()
	if e := results.Close(); err == nil {
		err = e
	}
	return tag.RowsAffected(), r.said(err)
}

func (r *remote) query(_ context.Context, text string, args []any) (result, error) {
	out := &remoteRows{r: r}
	if r.begin == "" && len(r.waiting) == 0 {
		out.rows, _ = r.c.Query(calm(), text, args...) // its error is that of the rows
	} else {
		results, err := r.send(text, args)
		if err != nil {
			return nil, err
		}
		out.results = results
		out.rows, _ = results.Query()
	}
	// An error comes with the first row: it is the statement's.
	if out.first = out.rows.Next(); !out.first {
		if err := out.Close(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *remote) prepare(_ context.Context, text string) error {
	_, err := r.c.Prepare(calm(), "", text)
	return r.said(err)
}

// commit makes what was done durable, and sends what still waits along.
func (r *remote) commit() error {
	switch {
	case !r.open && len(r.waiting) == 0:
		return nil // nothing was done
	case !r.open && len(r.waiting) == 1 && r.must[0]:
		r.begin = "" // it names a row and its version: it is a transaction by itself
		return r.flush()
	case slices.Contains(r.must, true): // it may find nothing, and the commit would travel with it
		if err := r.flush(); err != nil {
			return err
		}
	}
	var tag pgconn.CommandTag
	var err error
	if len(r.waiting) == 0 {
		tag, err = r.c.Exec(calm(), commitText)
	} else {
		var results pgx.BatchResults
		if results, err = r.send(commitText, nil); err != nil {
			return err
		}
		tag, err = results.Exec()
		if e := results.Close(); err == nil {
			err = e
		}
	}
	if err != nil {
		return r.said(err)
	}
	r.open = false
	if tag.String() != "COMMIT" {
		return fmt.Errorf("db: the commit was answered by %s", tag)
	}
	return nil
}

// goodbye bounds the wait for the answer to a rollback.
const goodbye = 5 * time.Second

// rollback undoes what was not committed. A connection that does not answer is given up.
func (r *remote) rollback() {
	if !r.open || r.c.IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), goodbye)
	defer cancel()
	if _, err := r.c.Exec(ctx, rollbackText); err != nil {
		_ = r.c.Close(ctx)
	}
}

// remoteRows is a result of the server's, until it is closed.
type remoteRows struct {
	r       *remote
	rows    pgx.Rows
	results pgx.BatchResults // nil when the statement travelled alone
	first   bool             // the first row was read, and nobody asked for it yet
	closed  bool
	err     error
}

// Next reads a row.
func (q *remoteRows) Next() bool {
	if q.first {
		q.first = false
		return true
	}
	return !q.closed && q.rows.Next()
}

// Scan reads the present row.
func (q *remoteRows) Scan(dest ...any) error { return q.rows.Scan(dest...) }

// Err says why Next returned false before the end.
func (q *remoteRows) Err() error {
	if q.err != nil {
		return q.err
	}
	return q.r.said(q.rows.Err())
}

// Columns names the columns.
func (q *remoteRows) Columns() ([]string, error) {
	var names []string
	for _, f := range q.rows.FieldDescriptions() {
		names = append(names, f.Name)
	}
	return names, nil
}

// Close reads what is left.
func (q *remoteRows) Close() error {
	if q.closed {
		return q.err
	}
	q.closed, q.first = true, false
	q.rows.Close()
	err := q.rows.Err()
	if q.results != nil {
		if e := q.results.Close(); err == nil {
			err = e
		}
	}
	q.err = q.r.said(err)
	return q.err
}
