package db

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"praya/kernel/fault"
)

// postgres is PostgreSQL through a bounded pool.
type postgres struct {
	pool     *pgxpool.Pool
	readOnly bool
}

func openPostgres(ctx context.Context, c Config) (_ backend, err error) {
	config, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		// The parser's message repeats the address, password and all: keep it out.
		return nil, fault.New(fault.Invalid, "db.bad-url")
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "praya"
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	n := c.Connections
	if n <= 0 {
		n = 16
	}
	config.MinConns, config.MaxConns = 0, int32(min(n, 10_000)) //nolint:gosec // bounded
	config.MaxConnIdleTime = 5 * time.Minute
	pool, err := pgxpool.NewWithConfig(context.WithoutCancel(ctx), config)
	if err != nil {
		return nil, explain(err)
	}
	p := &postgres{pool: pool, readOnly: c.ReadOnly}
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
	if err := p.pool.QueryRow(ctx, sqlServerPostgreSQL).Scan(&version, &collation, &encoding); err != nil {
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
		return p.once(ctx, d, beginsNothing, fn)
	}
	return p.once(ctx, d, beginRead, fn)
}

// How a transaction begins. A look-up has none: each of its statements is one by itself.
const (
	beginsNothing = ""
	beginRead     = "begin isolation level repeatable read read only"
	beginWrite    = "begin isolation level repeatable read"
	beginLatest   = "begin isolation level read committed"
	commitText    = "commit"
	rollbackText  = "rollback"
)

var errOnlyReads = errors.New("db: a read does not write")

// attempts bounds how often a transaction that others overtook begins again.
const attempts = 30

func (p *postgres) write(ctx context.Context, d *DB, latest bool, fn func(*Tx) error) error {
	if p.readOnly {
		return fault.New(fault.Unavailable, "db.read-only")
	}
	begin := beginWrite
	if latest {
		begin = beginLatest
	}
	for n := 1; ; n++ {
		err := p.once(ctx, d, begin, fn)
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

func (p *postgres) once(ctx context.Context, d *DB, begin string, fn func(*Tx) error) error {
	c, err := p.pool.Acquire(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return interrupted(ctx.Err())
		}
		return explain(err)
	}
	defer c.Release()
	r := &remote{ctx: ctx, c: c.Conn(), begin: begin, reads: begin == beginsNothing || begin == beginRead}
	defer r.rollback() // after a commit it does nothing
	defer r.watch()()
	tx := &Tx{ctx: ctx, at: d.clock(), engine: PostgreSQL, run: r}
	defer func() { _ = tx.end(nil) }() // before the rollback, also in a panic
	if err := tx.end(fn(tx)); err != nil {
		return err
	}
	return explain(r.commit())
}

func (p *postgres) stats() Stats {
	return Stats{Engine: PostgreSQL, InUse: int(p.pool.Stat().AcquiredConns())}
}

func (p *postgres) close() error {
	p.pool.Close()
	return nil
}

// fewRows are inserted by one statement, which travels with others; more by COPY, which is
// cheaper for a row and costs two round trips more.
const fewRows = 16

func (r *remote) insertMany(_ context.Context, table string, columns []string, rows iter.Seq[[]any]) (n int64, err error) {
	if r.reads {
		return 0, errOnlyReads
	}
	next, stop := iter.Pull(rows)
	defer stop()
	var few []any
	for n < fewRows {
		row, ok := next()
		if !ok {
			if n == 0 {
				return 0, nil
			}
			return n, r.later(insertNumbered(table, columns, int(n)), few, false)
		}
		if len(row) != len(columns) {
			return 0, wrongRow(table, row, columns)
		}
		few = append(few, row...)
		n++
	}
	if err := r.start(); err != nil {
		return 0, err
	}
	n, err = r.c.CopyFrom(context.Background(), pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		if len(few) > 0 {
			row := few[:len(columns)]
			few = few[len(columns):]
			return row, nil
		}
		row, ok := next()
		switch {
		case !ok:
			return nil, nil
		case len(row) != len(columns):
			return nil, wrongRow(table, row, columns)
		}
		return row, nil
	}))
	return n, r.said(err)
}

func wrongRow(table string, row []any, columns []string) error {
	return fmt.Errorf("db: %s: a row of %d values for %d columns", table, len(row), len(columns))
}

func insertNumbered(table string, columns []string, rows int) string {
	var b strings.Builder
	b.WriteString("insert into " + table + " (" + strings.Join(columns, ", ") + ") values ")
	for i := range rows * len(columns) {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%len(columns) == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	b.WriteString(")")
	return b.String()
}
