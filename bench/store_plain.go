package main

import (
	"context"
	"embed"
	"errors"
	"time"

	"praya/kernel/when"
	"praya/platform/db"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// sqlAnalyze is what the server's own housekeeping does within a minute: until then it takes every
// table for an empty one.
const sqlAnalyze = `analyze`

func analyze(ctx context.Context, d *db.DB) error {
	if d.Engine() != db.PostgreSQL {
		return nil
	}
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(sqlAnalyze)
		return err
	})
}

// plainRows measures how many rows a second the store takes when nothing else is done.
func plainRows(ctx context.Context, file string, n int) (rate float64, err error) {
	d, err := db.Open(ctx, db.Config{URL: "sqlite:" + file}, when.System)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if _, err := d.Migrate(ctx, db.Schema{Owner: "bench", Files: schemaFiles}); err != nil {
		return 0, err
	}
	start := time.Now()
	err = d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.InsertMany("bench_rows", []string{"number", "a", "b", "c", "d"}, func(yield func([]any) bool) {
			for i := range n {
				if !yield([]any{i, "provision", "2025-26 estimate", "1234.5", "百萬元"}) {
					return
				}
			}
		})
		return err
	})
	return float64(n) / time.Since(start).Seconds(), err
}
