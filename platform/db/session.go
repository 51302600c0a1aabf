package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"modernc.org/sqlite"
)

// session is one connection to SQLite with its prepared statements, used by one goroutine at
// a time. It speaks with the driver itself: database/sql, made for pools and for any driver,
// locked, watched and converted for longer than a look-up by key takes.
type session struct {
	c      connection
	stmts  map[string]driver.Stmt
	args   []driver.NamedValue // of the statement that is being run
	values []driver.Value      // of the present row
}

// connection is what the driver's connections can do.
type connection interface {
	driver.Conn
	driver.ConnPrepareContext
}

func openSession(path string) (*session, error) {
	// The driver names a connection by its file and the pragmas that it begins with.
	c, err := (&sqlite.Driver{}).Open(dsn(path, "_dqs=0", "_txlock=immediate",
		"_pragma=busy_timeout(15000)", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)",
		"_pragma=foreign_keys(1)", "_pragma=temp_store(MEMORY)", "_pragma=cache_size(-32768)",
		"_pragma=wal_autocheckpoint(8192)", "_pragma=journal_size_limit(67108864)"))
	if err != nil {
		return nil, explain(err)
	}
	able, ok := c.(connection)
	if !ok {
		return nil, errors.Join(fmt.Errorf("db: the driver's %T prepares nothing", c), c.Close())
	}
	return &session{c: able, stmts: map[string]driver.Stmt{}}, nil
}

// kept bounds a connection's prepared statements. All SQL is constant, so the bound is
// only reached by InsertMany's many shapes.
const kept = 500

func (s *session) prepared(ctx context.Context, text string) (driver.Stmt, error) {
	if st := s.stmts[text]; st != nil {
		return st, nil
	}
	if len(s.stmts) >= kept {
		s.forget()
	}
	st, err := s.c.PrepareContext(context.WithoutCancel(ctx), unnamed(text))
	if err != nil {
		return nil, err
	}
	s.stmts[text] = st
	return st, nil
}

// unnamed writes $1, $2, … as ?, when they stand in order and each once: the driver reads the
// name of each parameter that has one at each use. Any other text stays as it is.
func unnamed(text string) string {
	var b strings.Builder
	n, quoted := 0, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\'':
			quoted = !quoted
		case c == '?' && !quoted, c == '"', c == '-' && strings.HasPrefix(text[i:], "--"), c == '/' && strings.HasPrefix(text[i:], "/*"):
			return text
		case c == '$' && !quoted:
			n++
			digits := strconv.Itoa(n)
			rest := text[i+1:]
			if !strings.HasPrefix(rest, digits) || len(rest) > len(digits) && rest[len(digits)] >= '0' && rest[len(digits)] <= '9' {
				return text
			}
			b.WriteByte('?')
			i += len(digits)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func (s *session) forget() {
	for text, st := range s.stmts {
		_ = st.Close()
		delete(s.stmts, text)
	}
}

func (s *session) close() {
	s.forget()
	_ = s.c.Close()
}

func (s *session) prepare(ctx context.Context, text string) error {
	_, err := s.prepared(ctx, text)
	return err
}

func (s *session) exec(ctx context.Context, text string, args []any) (int64, error) {
	st, err := s.prepared(ctx, text)
	if err != nil {
		return 0, err
	}
	if err := s.bind(args); err != nil {
		return 0, err
	}
	res, err := st.(driver.StmtExecContext).ExecContext(ctx, s.args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (s *session) query(ctx context.Context, text string, args []any) (result, error) {
	st, err := s.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	if err := s.bind(args); err != nil {
		return nil, err
	}
	rows, err := st.(driver.StmtQueryContext).QueryContext(ctx, s.args)
	if err != nil {
		return nil, err
	}
	n := len(rows.Columns())
	if cap(s.values) < n {
		s.values = make([]driver.Value, n)
	}
	return &liteRows{ctx: ctx, rows: rows, values: s.values[:n]}, nil
}

// bind puts the arguments where the driver takes them.
func (s *session) bind(args []any) (err error) {
	clear(s.args) // what was bound before may go
	s.args = s.args[:0]
	for i, a := range args {
		v := driver.NamedValue{Ordinal: i + 1}
		switch a := a.(type) {
		case string, int64, bool, []byte, nil:
			v.Value = a
		case int:
			v.Value = int64(a)
		default: // texts and numbers of other names, and what says its own value
			if v.Value, err = driver.DefaultParameterConverter.ConvertValue(a); err != nil {
				return fmt.Errorf("db: argument %d: %w", i+1, err)
			}
		}
		s.args = append(s.args, v)
	}
	return nil
}

// insertMany sends up to 64 rows a statement: beyond that a longer statement wins
// nothing, and SQLite's 32,766 parameters stay far away.
func (s *session) insertMany(ctx context.Context, table string, columns []string, rows iter.Seq[[]any]) (int64, error) {
	const most = 64
	var total int64
	args := make([]any, 0, most*len(columns))
	flush := func() error {
		n := len(args) / len(columns)
		if n == 0 {
			return nil
		}
		_, err := s.exec(ctx, insertText(table, columns, n), args)
		total += int64(n)
		args = args[:0]
		return err
	}
	for row := range rows {
		if len(row) != len(columns) {
			return total, fmt.Errorf("db: %s: a row of %d values for %d columns", table, len(row), len(columns))
		}
		args = append(args, row...)
		if len(args) >= most*len(columns) {
			if err := flush(); err != nil {
				return total, err
			}
		}
	}
	return total, flush()
}

// insertText leaves the parameters unnamed: the driver looks a name up for each value that
// it binds, in a list as long as the row count times the columns.
func insertText(table string, columns []string, rows int) string {
	row := "(?" + strings.Repeat(",?", len(columns)-1) + ")"
	return "insert into " + table + " (" + strings.Join(columns, ", ") + ") values " + row + strings.Repeat(","+row, rows-1)
}

// liteRows is a result of a session, until it is closed.
type liteRows struct {
	ctx    context.Context
	rows   driver.Rows
	values []driver.Value
	err    error
	closed bool
}

// Next reads a row, and looks between two of them whether somebody still wants the next.
func (r *liteRows) Next() bool {
	if r.closed || r.err != nil {
		return false
	}
	if r.err = r.ctx.Err(); r.err == nil {
		r.err = r.rows.Next(r.values)
	}
	return r.err == nil
}

// Scan reads the present row.
func (r *liteRows) Scan(dest ...any) error {
	switch {
	case r.closed || r.err != nil:
		return errors.New("db: there is no row to read")
	case len(dest) != len(r.values):
		return fmt.Errorf("db: %d places for %d columns", len(dest), len(r.values))
	}
	for i, d := range dest {
		if err := assign(d, r.values[i]); err != nil {
			return fmt.Errorf("db: column %s: %w", r.rows.Columns()[i], err)
		}
	}
	return nil
}

// Err says why Next returned false before the end.
func (r *liteRows) Err() error {
	if errors.Is(r.err, io.EOF) {
		return nil
	}
	return r.err
}

// Columns names the columns.
func (r *liteRows) Columns() ([]string, error) { return r.rows.Columns(), nil }

// Close gives the statement back.
func (r *liteRows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	clear(r.values)
	return r.rows.Close()
}
