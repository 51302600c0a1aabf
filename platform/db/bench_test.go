package db_test

import (
	"testing"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

// BenchmarkLookUp reads one row by its key, as most requests do.
func BenchmarkLookUp(b *testing.B) {
	d, err := db.Open(b.Context(), db.Config{URL: "sqlite:" + b.TempDir() + "/x.db"}, when.System)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	ctx := who.AsSystem(b.Context(), who.Production)
	if _, err := d.Migrate(ctx, schema()...); err != nil {
		b.Fatal(err)
	}
	if err := d.Write(ctx, func(tx *db.Tx) error { return insert(tx, "a", 1) }); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		err := d.ReadLatest(ctx, func(tx *db.Tx) error {
			var name string
			var amount, version int64
			var open bool
			var body []byte
			return tx.Row(selectItem, tx.Realm(), "a").Scan(&name, &amount, &open, &body, &version)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
