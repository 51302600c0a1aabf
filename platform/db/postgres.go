package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"praya/kernel/fault"
)

// postgres is PostgreSQL through a bounded pool.
type postgres struct {
	pool     *sql.DB
	readOnly bool
}

func openPostgres(ctx context.Context, c Config) (_ backend, err error) {
	config, err := pgx.ParseConfig(c.URL)
	if err != nil {
		// The parser's message repeats the address, password and all: keep it out.
		return nil, fault.New(fault.Invalid, "db.bad-url")
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "praya"
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	p := &postgres{pool: stdlib.OpenDB(*config), readOnly: c.ReadOnly}
	n := c.Connections
	if n <= 0 {
		n = 16
	}
	p.pool.SetMaxOpenConns(n)
	p.pool.SetMaxIdleConns(n)
	p.pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := p.suits(ctx); err != nil {
		_ = p.close()
		return nil, err
	}
	return p, nil
}

// suits refuses a server that would sort text otherwise than SQLite does, or is too old.
func (p *postgres) suits(ctx context.Context) error {
	var version int
	var collation, encoding string
	if err := p.pool.QueryRowContext(ctx, sqlServerPostgreSQL).Scan(&version, &collation, &encoding); err != nil {
		return explain(err)
	}
	if version < 150000 {
		return fault.New(fault.Invalid, "db.too-old", "version", fmt.Sprint(version/10000))
	}
	switch strings.ToUpper(collation) {
	case "C", "POSIX", "C.UTF-8", "C.UTF8":
	default:
		return fault.New(fault.Invalid, "db.collation", "collation", collation).Because(fmt.Errorf(
			"the database sorts by %s; make it with: create database praya template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8'", collation))
	}
	if encoding != "UTF8" {
		return fault.New(fault.Invalid, "db.encoding", "encoding", encoding)
	}
	return nil
}

func (p *postgres) read(ctx context.Context, d *DB, latest bool, fn func(*Tx) error) error {
	if latest {
		return p.lookup(ctx, d, fn)
	}
	return p.once(ctx, d, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, fn)
}

// lookup runs statements without a transaction around them.
func (p *postgres) lookup(ctx context.Context, d *DB, fn func(*Tx) error) error {
	c, err := p.pool.Conn(ctx)
	if err != nil {
		return explain(err)
	}
	defer c.Close() //nolint:errcheck // it goes back to the pool
	tx := &Tx{ctx: ctx, at: d.clock(), engine: PostgreSQL, run: reader{remote{c: c}}}
	defer func() { _ = tx.end(nil) }()
	return tx.end(fn(tx))
}

// reader is a connection without a transaction, which only reads.
type reader struct{ remote }

func (r reader) query(ctx context.Context, text string, args []any) (result, error) {
	return r.c.QueryContext(ctx, text, args...)
}

func (reader) exec(context.Context, string, []any) (int64, error) { return 0, errOnlyReads }

func (reader) insertMany(context.Context, string, []string, iter.Seq[[]any]) (int64, error) {
	return 0, errOnlyReads
}

var errOnlyReads = errors.New("db: a read does not write")

// attempts bounds how often a transaction that others overtook begins again.
const attempts = 30

func (p *postgres) write(ctx context.Context, d *DB, latest bool, fn func(*Tx) error) error {
	if p.readOnly {
		return fault.New(fault.Unavailable, "db.read-only")
	}
	options := &sql.TxOptions{Isolation: sql.LevelRepeatableRead}
	if latest {
		options.Isolation = sql.LevelReadCommitted
	}
	for n := 1; ; n++ {
		err := p.once(ctx, d, options, fn)
		if err == nil || !again(err) || n == attempts {
			return err
		}
		// Full jitter, so that those who collided do not collide again.
		wait := time.Duration(rand.Int64N(int64(time.Millisecond) << min(n, 7)))
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return interrupted(ctx.Err())
		}
	}
}

func (p *postgres) once(ctx context.Context, d *DB, options *sql.TxOptions, fn func(*Tx) error) error {
	c, err := p.pool.Conn(ctx)
	if err != nil {
		return explain(err)
	}
	defer c.Close() //nolint:errcheck // it goes back to the pool
	t, err := c.BeginTx(ctx, options)
	if err != nil {
		return explain(err)
	}
	defer t.Rollback() //nolint:errcheck // after a commit it does nothing
	tx := &Tx{ctx: ctx, at: d.clock(), engine: PostgreSQL, run: remote{c, t}}
	defer func() { _ = tx.end(nil) }() // before the rollback, also in a panic
	if err := tx.end(fn(tx)); err != nil {
		return err
	}
	return explain(t.Commit())
}

func (p *postgres) stats() Stats {
	return Stats{Engine: PostgreSQL, InUse: p.pool.Stats().InUse}
}

func (p *postgres) close() error { return p.pool.Close() }

// remote is a transaction on a connection; pgx prepares and keeps its statements.
type remote struct {
	c *sql.Conn
	t *sql.Tx
}

func (r remote) exec(ctx context.Context, text string, args []any) (int64, error) {
	res, err := r.t.ExecContext(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (r remote) query(ctx context.Context, text string, args []any) (result, error) {
	return r.t.QueryContext(ctx, text, args...)
}

func (r remote) insertMany(ctx context.Context, table string, columns []string, rows iter.Seq[[]any]) (int64, error) {
	var n int64
	err := r.c.Raw(func(driver any) error {
		next, stop := iter.Pull(rows)
		defer stop()
		var err error
		n, err = driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
			row, ok := next()
			if !ok {
				return nil, nil
			}
			if len(row) != len(columns) {
				return nil, fmt.Errorf("db: %s: a row of %d values for %d columns", table, len(row), len(columns))
			}
			return row, nil
		}))
		return err
	})
	return n, err
}

func (r remote) prepare(ctx context.Context, text string) error {
	st, err := r.t.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	return st.Close()
}
