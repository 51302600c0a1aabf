// Package dbtest runs the tests of stores on both engines, and checks the habits that
// package db asks for. It is imported by tests only.
package dbtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/db/dbtest/server"
)

// Each runs a test once on each engine, on an empty store with the schemas applied.
func Each(t *testing.T, schemas []db.Schema, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachURL(t, func(t *testing.T, address string) {
		d := Open(t, address)
		if _, err := d.Migrate(t.Context(), schemas...); err != nil {
			t.Fatal(err)
		}
		test(t, d)
	})
}

// EachURL runs a test once on each engine with the address of an empty store: for
// tests that open it themselves, or from several processes.
func EachURL(t *testing.T, test func(t *testing.T, address string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgresql", func(t *testing.T) { test(t, PostgreSQL(t)) })
}

// Open opens a store with the system's clock and closes it with the test.
func Open(t testing.TB, address string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), db.Config{URL: address, Connections: 40}, when.System)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// SQLite gives the address of a file that is not there yet.
func SQLite(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "praya.db") }

// PostgreSQL makes an empty database and drops it with the test. Without a PostgreSQL
// the test is skipped, but fails when CI is set.
func PostgreSQL(t testing.TB) string {
	t.Helper()
	base, err := running()
	if errors.Is(err, server.ErrNone) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var b [8]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	name := "test_" + hex.EncodeToString(b[:])
	command(t, base, "create database "+name+" template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'")
	t.Cleanup(func() { command(t, base, "drop database "+name+" with (force)") })
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func command(t testing.TB, address, text string) {
	t.Helper()
	ctx := context.Background() // also after the test's own context has ended
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx) //nolint:errcheck // nothing depends on it
	if _, err := c.Exec(ctx, text); err != nil {
		t.Fatal(err)
	}
}

// running is the server of `make test`, or one that this process starts for itself; it
// ends with the process.
var running = sync.OnceValues(func() (string, error) {
	if address := os.Getenv(server.Env); address != "" {
		return address, nil
	}
	s, err := server.Start(context.Background(), false)
	if err != nil {
		return "", err
	}
	return s.URL, nil
})

// Address gives the address of a database of the running server, for other processes.
func Address(t testing.TB, name string) string {
	t.Helper()
	base, err := running()
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}
