package db

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver named "sqlite"

	"praya/kernel/fault"
	"praya/kernel/when"
)

// lite is SQLite: one writer and a few readers a process. Processes on one file take
// turns through SQLite's own locks, a commit group at a time.
type lite struct {
	path    string
	pool    *sql.DB
	writer  *writer
	readers chan *session
	count   int
}

func openSQLite(ctx context.Context, c Config, clock when.Clock) (_ backend, err error) {
	path := strings.TrimPrefix(c.URL, "sqlite:")
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fault.New(fault.Unavailable, "db.unavailable").Because(err)
	}
	l := &lite{path: path, count: min(max(c.Readers, 0), 8)}
	if l.count == 0 {
		l.count = 4
	}
	defer func() {
		if err != nil {
			_ = l.close() // the first error is the one to tell
		}
	}()
	// The file holds personal data: make it readable by its owner alone before SQLite does.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "db.unavailable").Because(err)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	if l.pool, err = sql.Open("sqlite", dsn(path, "_dqs=0", "_txlock=immediate",
		"_pragma=busy_timeout(15000)", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)",
		"_pragma=foreign_keys(1)", "_pragma=temp_store(MEMORY)", "_pragma=cache_size(-32768)",
		"_pragma=wal_autocheckpoint(8192)", "_pragma=journal_size_limit(67108864)")); err != nil {
		return nil, err
	}
	if !c.ReadOnly {
		s, err := l.session(ctx)
		if err != nil {
			return nil, err
		}
		l.writer = startWriter(s, clock)
	}
	l.readers = make(chan *session, l.count)
	for range l.count {
		s, err := l.session(ctx)
		if err != nil {
			return nil, err
		}
		if _, err := s.c.ExecContext(ctx, "pragma query_only = 1"); err != nil {
			return nil, explain(err)
		}
		l.readers <- s
	}
	return l, nil
}

func dsn(path string, params ...string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(params, "&")
}

func (l *lite) session(ctx context.Context) (*session, error) {
	c, err := l.pool.Conn(ctx)
	if err != nil {
		return nil, explain(err)
	}
	return &session{c: c, stmts: map[string]*sql.Stmt{}}, nil
}

func (l *lite) read(ctx context.Context, d *DB, latest bool, fn func(*Tx) error) error {
	var s *session
	select {
	case s = <-l.readers:
	case <-ctx.Done():
		return interrupted(ctx.Err())
	}
	defer func() { l.readers <- s }()
	if !latest {
		calm := context.WithoutCancel(ctx)
		if _, err := s.exec(calm, "begin", nil); err != nil {
			return explain(err)
		}
		defer func() { _, _ = s.exec(calm, "rollback", nil) }() // nothing was written
	}
	tx := &Tx{ctx: ctx, at: d.clock(), engine: SQLite, run: s, brief: latest}
	defer func() { _ = tx.end(nil) }() // before the rollback, also in a panic
	return tx.end(fn(tx))
}

func (l *lite) write(ctx context.Context, _ *DB, _ bool, fn func(*Tx) error) error {
	if l.writer == nil {
		return fault.New(fault.Unavailable, "db.read-only")
	}
	return l.writer.write(ctx, fn)
}

func (l *lite) stats() Stats {
	st := Stats{Engine: SQLite, InUse: l.count - len(l.readers)}
	if info, err := os.Stat(l.path + "-wal"); err == nil {
		st.WALBytes = info.Size()
	}
	if l.writer != nil {
		st.Commits, st.Writes = l.writer.commits.Load(), l.writer.writes.Load()
	}
	return st
}

func (l *lite) close() error {
	var err error
	if l.writer != nil {
		err = l.writer.close()
	}
	if l.readers != nil {
		for range len(l.readers) {
			s := <-l.readers
			s.close()
		}
	}
	if l.pool != nil {
		if e := l.pool.Close(); err == nil {
			err = e
		}
	}
	return err
}

// session is one connection with its prepared statements.
type session struct {
	c     *sql.Conn
	stmts map[string]*sql.Stmt
}

// kept bounds a connection's prepared statements. All SQL is constant, so the bound is
// only reached by InsertMany's many shapes.
const kept = 500

func (s *session) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if st := s.stmts[text]; st != nil {
		return st, nil
	}
	if len(s.stmts) >= kept {
		s.forget()
	}
	st, err := s.c.PrepareContext(context.WithoutCancel(ctx), text)
	if err != nil {
		return nil, err
	}
	s.stmts[text] = st
	return st, nil
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
	res, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (s *session) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	st, err := s.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
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
