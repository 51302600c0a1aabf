package db

import (
	"context"
	"strings"
	"sync"

	"praya/kernel/fault"
	"praya/kernel/when"
)

// Engine is one of the two stores.
type Engine string

// The engines.
const (
	SQLite     Engine = "sqlite"
	PostgreSQL Engine = "postgresql"
)

// Config says where the data are. The zero values of all but URL work.
type Config struct {
	// URL is "postgres://…", "sqlite:FILE" or the path of a SQLite file.
	URL string
	// Readers bounds how many reads run at once on SQLite (default 4, at most 8:
	// four busy readers already cut a lone writer's rate to a quarter).
	Readers int
	// Connections bounds the pool of PostgreSQL (default 16).
	Connections int
	// ReadOnly refuses every Write: for a backup beside a program that serves.
	ReadOnly bool
}

// DB is an open store. It is safe for concurrent use.
type DB struct {
	engine Engine
	clock  when.Clock
	back   backend

	mu     sync.Mutex
	closed bool
	open   sync.WaitGroup
}

// backend is what the two engines do differently.
type backend interface {
	read(ctx context.Context, d *DB, latest bool, fn func(*Tx) error) error
	write(ctx context.Context, d *DB, latest bool, fn func(*Tx) error) error
	stats() Stats
	close() error
}

// Stats are figures for the operator's page and the metrics.
type Stats struct {
	Engine   Engine
	WALBytes int64 // SQLite: size of the write-ahead log
	Commits  int64 // SQLite: groups committed
	Writes   int64 // SQLite: writers in those groups
	InUse    int   // connections or readers in use
}

// Open opens a store, and makes a SQLite file that is not there.
func Open(ctx context.Context, c Config, clock when.Clock) (*DB, error) {
	d := &DB{clock: clock}
	var err error
	switch {
	case strings.HasPrefix(c.URL, "postgres://"), strings.HasPrefix(c.URL, "postgresql://"):
		d.engine = PostgreSQL
		d.back, err = openPostgres(ctx, c)
	case c.URL == "":
		return nil, fault.New(fault.Invalid, "db.no-url")
	default:
		d.engine = SQLite
		d.back, err = openSQLite(ctx, c, clock)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Engine says which of the two it is.
func (d *DB) Engine() Engine { return d.engine }

// Clock is the clock that transactions take their time from.
func (d *DB) Clock() when.Clock { return d.clock }

// Stats gives the present figures.
func (d *DB) Stats() Stats { return d.back.stats() }

// Read runs fn on one snapshot in which nothing can be changed.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	if err := d.enter(); err != nil {
		return err
	}
	defer d.open.Done()
	return d.back.read(ctx, d, false, fn)
}

// ReadLatest is Read in which each statement sees what has been committed so far: for
// looking up one row by its key, it saves beginning and ending a transaction. On SQLite a
// [Tx.Row] of it is not interrupted once it has begun.
func (d *DB) ReadLatest(ctx context.Context, fn func(*Tx) error) error {
	if err := d.enter(); err != nil {
		return err
	}
	defer d.open.Done()
	return d.back.read(ctx, d, true, fn)
}

// Write runs fn and makes all its changes durable, or none. fn may run again.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error { return d.write(ctx, false, fn) }

// WriteLatest is Write in which each statement sees what has been committed so far:
// for queues and counters. On SQLite it is Write.
func (d *DB) WriteLatest(ctx context.Context, fn func(*Tx) error) error {
	return d.write(ctx, true, fn)
}

// mostDraws bounds how often a Write begins again because a name was taken: a fourth time is no
// chance.
const mostDraws = 4

func (d *DB) write(ctx context.Context, latest bool, fn func(*Tx) error) error {
	if err := d.enter(); err != nil {
		return err
	}
	defer d.open.Done()
	for n := 1; ; n++ {
		drew := false
		err := d.back.write(ctx, d, latest, func(tx *Tx) error {
			err := fn(tx)
			drew = tx.drew
			return err
		})
		if !drew || n == mostDraws || !duplicate(err) {
			return err
		}
	}
}

// Close waits for the transactions that have begun, refuses new ones, and closes.
func (d *DB) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	d.mu.Unlock()
	d.open.Wait()
	return d.back.close()
}

func (d *DB) enter() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return fault.New(fault.Unavailable, "db.closed")
	}
	d.open.Add(1)
	return nil
}

// PerEngine is a statement that cannot be the same on both engines.
type PerEngine struct{ SQLite, PostgreSQL string }

// For gives the engine's statement.
func (p PerEngine) For(e Engine) string {
	if e == PostgreSQL {
		return p.PostgreSQL
	}
	return p.SQLite
}
