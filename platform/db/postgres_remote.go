package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
	lasting []*rowsOf
	strict  bool // statements that find no row fail by themselves: see orFail
}

// rowsOf are rows that one statement will insert.
type rowsOf struct {
	text string
	n    int
	args []any
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
	if err == nil {
		return nil
	}
	if errors.As(err, &server) && !r.c.IsClosed() {
		if r.strict && server.Code == "22012" {
			return stale()
		}
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
	ownBytes(args)
	r.waiting = append(r.waiting, &pgx.QueuedQuery{SQL: text, Arguments: args})
	r.must = append(r.must, must)
	if len(r.waiting) >= mostWaiting {
		return r.flush()
	}
	return nil
}

// ownBytes copies what the caller may use again.
func ownBytes(args []any) {
	for i, a := range args {
		if b, ok := a.([]byte); ok {
			args[i] = bytes.Clone(b)
		}
	}
}

// mostWaiting bounds how many statements wait to travel, mostRows how many rows one of them
// inserts: each number is a statement that the server prepares.
const (
	mostWaiting = 256
	mostRows    = 8
)

// last keeps rows until the end.
func (r *remote) last(text string, args []any) error {
	if r.reads {
		return errOnlyReads
	}
	ownBytes(args)
	for i := len(r.lasting) - 1; i >= 0; i-- {
		if p := r.lasting[i]; p.text == text {
			if p.n < mostRows {
				p.n, p.args = p.n+1, append(p.args, args...)
				return nil
			}
			break
		}
	}
	r.lasting = append(r.lasting, &rowsOf{text, 1, args})
	return nil
}

// closing has what was kept for the end wait like the rest.
func (r *remote) closing() {
	for _, p := range r.lasting {
		r.waiting = append(r.waiting, &pgx.QueuedQuery{SQL: ofRows(p.text, p.n), Arguments: p.args})
		r.must = append(r.must, false)
	}
	r.lasting = nil
}

// ofRows makes an insert of one row one of so many: "… values ($1, 'x'), ($2, 'x') …".
func ofRows(text string, rows int) string {
	if rows == 1 {
		return text
	}
	from := strings.LastIndex(text, "values (") + len("values ")
	to := from + strings.IndexByte(text[from:], ')') + 1
	row := strings.Split(text[from:to], "$")
	var b strings.Builder
	b.WriteString(text[:to])
	for k := 1; k < rows; k++ {
		b.WriteString(", " + row[0])
		for _, piece := range row[1:] {
			digits := len(piece) - len(strings.TrimLeft(piece, "0123456789"))
			n, _ := strconv.Atoi(piece[:digits])
			b.WriteString("$" + strconv.Itoa(n+k*(len(row)-1)) + piece[digits:])
		}
	}
	return b.String() + text[to:]
}

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
	r.closing()
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
	r.closing()
	switch {
	case !r.open && len(r.waiting) == 0:
		return nil // nothing was done
	case !r.open && len(r.waiting) == 1 && r.must[0]:
		r.begin = "" // it names a row and its version: it is a transaction by itself
		return r.flush()
	}
	for i, must := range r.must {
		if must { // if it finds nothing the commit, which travels with it, must not happen
			r.waiting[i].SQL, r.must[i], r.strict = orFail(r.waiting[i].SQL), false, true
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

// orFail makes a statement that finds no row fail by itself, by a division by zero.
func orFail(text string) string {
	return "with changed as (" + text + " returning 1) select 1 / count(*) from changed"
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
