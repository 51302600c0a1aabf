package db

import (
	"context"
	"database/sql"
	"errors"
	"iter"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
)

// Tx is a transaction. It belongs to the goroutine that was given it, and ends with
// the function that was given it.
type Tx struct {
	ctx      context.Context
	at       when.Instant
	engine   Engine
	run      runner
	rows     *Rows // the one open result
	broken   error // what the first failed statement said
	brief    bool  // its rows are looked up by key: sooner there than interrupted
	drew     bool  // a name of its was drawn: see Draw
	finished bool
	kept     map[any]any
}

// runner is a connection in a transaction.
type runner interface {
	exec(ctx context.Context, sql string, args []any) (int64, error)
	query(ctx context.Context, sql string, args []any) (result, error)
	prepare(ctx context.Context, sql string) error
	insertMany(ctx context.Context, table string, columns []string, rows iter.Seq[[]any]) (int64, error)
}

// result is what a query gives, as database/sql has it.
type result interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Columns() ([]string, error)
	Close() error
}

var (
	errRowsOpen = errors.New("db: a statement while the rows of another are open")
	errFinished = errors.New("db: the transaction has ended")
	errPoisoned = errors.New("db: a statement of this transaction has failed before")
)

// Context is the caller's context.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Now is the transaction's time: one instant from its beginning to its end.
func (tx *Tx) Now() when.Instant { return tx.at }

// Realm is the realm that the context says: the first part of every key.
func (tx *Tx) Realm() who.Realm { return who.From(tx.ctx).Realm }

// Engine says which store this is; only platform has a reason to ask.
func (tx *Tx) Engine() Engine { return tx.engine }

func (tx *Tx) ready() error {
	switch {
	case tx.finished:
		return errFinished
	case tx.broken != nil:
		return errors.Join(errPoisoned, tx.broken)
	case tx.rows != nil:
		return errRowsOpen
	}
	if err := tx.ctx.Err(); err != nil {
		return interrupted(err)
	}
	return nil
}

func (tx *Tx) fail(err error) error {
	if err == nil {
		return nil
	}
	err = explain(err)
	if tx.broken == nil {
		tx.broken = err
	}
	return err
}

// Exec runs a statement and says how many rows it changed.
func (tx *Tx) Exec(sql string, args ...any) (int64, error) {
	if err := tx.ready(); err != nil {
		return 0, err
	}
	n, err := tx.run.exec(tx.ctx, sql, args)
	return n, tx.fail(err)
}

// Do runs a statement whose count nobody wants, at the latest with the next one: on PostgreSQL it
// travels with that, or with the commit, and costs no way of its own. So its error may be that of
// the next statement, or of the whole Write. Whoever must know at this line takes Exec.
func (tx *Tx) Do(sql string, args ...any) error {
	return tx.queued(sql, args, func(q queue) error { return q.later(sql, args, false) })
}

// DoChange is [Tx.Change] as [Tx.Do] is Exec: the Conflict may be that of the next statement, or of
// the whole Write.
func (tx *Tx) DoChange(sql string, args ...any) error {
	q, ok := tx.run.(queue)
	if !ok {
		return tx.Change(sql, args...)
	}
	if err := tx.ready(); err != nil {
		return err
	}
	return tx.fail(q.later(sql, args, true))
}

// DoLast is [Tx.Do] of "insert … values (…)" that the same transaction does not read: on PostgreSQL
// it travels with the commit, and rows of the same statement as one. Their order is kept.
func (tx *Tx) DoLast(sql string, args ...any) error {
	return tx.queued(sql, args, func(q queue) error { return q.last(sql, args) })
}

// queued has a statement wait where the engine can, and else runs it.
func (tx *Tx) queued(sql string, args []any, wait func(queue) error) error {
	q, ok := tx.run.(queue)
	if !ok {
		_, err := tx.Exec(sql, args...)
		return err
	}
	if err := tx.ready(); err != nil {
		return err
	}
	return tx.fail(wait(q))
}

// Settle runs what [Tx.Do] has kept: for whoever must know whose statement failed.
func (tx *Tx) Settle() error {
	q, ok := tx.run.(queue)
	if !ok {
		return nil
	}
	if err := tx.ready(); err != nil {
		return err
	}
	return tx.fail(q.flush())
}

// queue is a runner that can keep statements until the next one. A statement that must find a row
// gives Conflict when it finds none.
type queue interface {
	later(sql string, args []any, must bool) error
	last(sql string, args []any) error
	flush() error
}

// Change runs a statement that names a row and its version, and gives Conflict when no
// row matched: somebody else was faster.
//
//	update x set …, version = version + 1 where realm = $1 and id = $2 and version = $3
func (tx *Tx) Change(sql string, args ...any) error {
	n, err := tx.Exec(sql, args...)
	if err == nil && n == 0 {
		return stale()
	}
	return err
}

// stale says that somebody else was faster.
func stale() error { return fault.New(fault.Conflict, "db.stale") }

// Query runs a statement that gives rows. They must be closed, or read to their end,
// before the next statement.
func (tx *Tx) Query(sql string, args ...any) (*Rows, error) { return tx.query(tx.ctx, sql, args) }

func (tx *Tx) query(ctx context.Context, sql string, args []any) (*Rows, error) {
	if err := tx.ready(); err != nil {
		return nil, err
	}
	r, err := tx.run.query(ctx, sql, args)
	if err != nil {
		return nil, tx.fail(err)
	}
	tx.rows = &Rows{tx: tx, r: r}
	return tx.rows, nil
}

// Row runs a statement that gives at most one row of interest.
func (tx *Tx) Row(sql string, args ...any) Row {
	ctx := tx.ctx
	if tx.brief {
		ctx = context.WithoutCancel(ctx) // else database/sql and the driver each start a goroutine to watch it
	}
	r, err := tx.query(ctx, sql, args)
	return Row{r, err}
}

// InsertMany inserts rows the fast way: statements of many rows on SQLite; on PostgreSQL COPY,
// and few rows as [Tx.Do] does. The names must be plain identifiers; the sequence must not use tx.
func (tx *Tx) InsertMany(table string, columns []string, rows iter.Seq[[]any]) (int64, error) {
	if err := tx.ready(); err != nil {
		return 0, err
	}
	for _, name := range append([]string{table}, columns...) {
		if !plain(name) {
			return 0, tx.fail(errors.New("db: not a plain identifier: " + name))
		}
	}
	n, err := tx.run.insertMany(tx.ctx, table, columns, rows)
	return n, tx.fail(err)
}

func plain(name string) bool {
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && c != '_' && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// end closes what is open and says whether the work may be committed.
func (tx *Tx) end(err error) error {
	if tx.rows != nil {
		tx.rows.Close()
	}
	tx.finished = true
	if err == nil {
		err = tx.broken
	}
	return err
}

// Rows are the result of a query, read one after the other.
type Rows struct {
	tx *Tx
	r  result
}

// Next goes to the next row; after the last one it closes.
func (r *Rows) Next() bool {
	if r.r.Next() {
		return true
	}
	_ = r.tx.fail(r.r.Err())
	r.Close()
	return false
}

// Scan reads the present row.
func (r *Rows) Scan(dest ...any) error { return r.r.Scan(dest...) }

// Err says why Next returned false before the end.
func (r *Rows) Err() error { return explain(r.r.Err()) }

// Columns names the columns.
func (r *Rows) Columns() ([]string, error) { return r.r.Columns() }

// Close may be called at any time, and more than once.
func (r *Rows) Close() {
	_ = r.r.Close() // its error is Err's
	if r.tx.rows == r {
		r.tx.rows = nil
	}
}

// Row is the first row of a result.
type Row struct {
	r   *Rows
	err error
}

// Scan reads the row and closes the result. Without a row it gives NotFound.
func (r Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.r.Close()
	if !r.r.Next() {
		if err := r.r.Err(); err != nil {
			return err
		}
		return fault.New(fault.NotFound, "db.not-found").Because(sql.ErrNoRows)
	}
	return r.r.Scan(dest...)
}

// Scanner is what one row can do.
type Scanner interface{ Scan(dest ...any) error }

// List runs a query and reads all its rows.
func List[T any](tx *Tx, read func(Scanner) (T, error), sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := read(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// Value reads a column of one plain type: for List, as in List(tx, db.Value[string], …).
func Value[T any](s Scanner) (v T, err error) { return v, s.Scan(&v) }

// Prepare asks the engine whether it understands a statement, and runs nothing.
func (d *DB) Prepare(ctx context.Context, sql string) error {
	return d.Read(ctx, func(tx *Tx) error { return tx.fail(tx.run.prepare(ctx, sql)) })
}

// Draw gives a name that is drawn at random for a column with a unique index. Forty random bits are
// alike once in a million cases: the index tells, and the Write begins again and draws another. So
// nobody looks first whether it is free.
func (tx *Tx) Draw(draw func() string) string {
	tx.drew = true
	return draw()
}

// Keep holds a value for the rest of the transaction, under a key as a context's: of a type of the
// caller's own. What a transaction has read or written itself it need not read again.
func (tx *Tx) Keep(key, value any) {
	if tx.kept == nil {
		tx.kept = map[any]any{}
	}
	tx.kept[key] = value
}

// Kept is what was kept under a key, or nil.
func (tx *Tx) Kept(key any) any { return tx.kept[key] }
