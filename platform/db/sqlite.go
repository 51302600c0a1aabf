package db

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
)

// lite is SQLite: one writer and a few readers a process. Processes on one file take
// turns through SQLite's own locks, a commit group at a time.
type lite struct {
	path    string
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
	if !c.ReadOnly {
		s, err := openSession(path)
		if err != nil {
			return nil, err
		}
		l.writer = startWriter(s, clock)
	}
	l.readers = make(chan *session, l.count)
	for range l.count {
		s, err := openSession(path)
		if err != nil {
			return nil, err
		}
		l.readers <- s
		if _, err := s.exec(ctx, "pragma query_only = 1", nil); err != nil {
			return nil, explain(err)
		}
	}
	return l, nil
}

func dsn(path string, params ...string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(params, "&")
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
	return err
}
