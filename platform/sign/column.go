package sign

import (
	"context"

	"praya/platform/db"
)

// Slice is how many rows a transaction of [Ring.RefreshColumns] takes: other writers come
// between.
const Slice = 200

// Row is a sealed value of a table, and what it is found by: its id, or its owner and the
// name of its part.
type Row struct {
	ID, Owner, Part string
	Sealed          []byte
}

// Column is where sealed values stand.
type Column struct {
	// Read gives at most Slice rows behind the last one, in the order by which they are found.
	Read  func(tx *db.Tx, after Row) ([]Row, error)
	Place func(tx *db.Tx, r Row) Place
	Write func(tx *db.Tx, r Row, sealed []byte) error
}

// RefreshColumns seals every value of the context's realm anew with the present key. It may
// run again after a crash, and beside all else.
func (r *Ring) RefreshColumns(ctx context.Context, d *db.DB, columns []Column, report func(done int64)) error {
	done := int64(0)
	for _, c := range columns {
		var last Row
		for more := true; more; {
			var n int
			next := last
			err := d.Write(ctx, func(tx *db.Tx) (err error) { // it may run again: from last
				n, next, err = r.refreshSlice(tx, c, last)
				return err
			})
			if err != nil {
				return err
			}
			last, more, done = next, n == Slice, done+int64(n)
			report(done)
		}
	}
	return nil
}

func (r *Ring) refreshSlice(tx *db.Tx, c Column, after Row) (n int, last Row, err error) {
	rows, err := c.Read(tx, after)
	if err != nil || len(rows) == 0 {
		return 0, after, err
	}
	for _, row := range rows {
		sealed, changed, err := r.Refresh(c.Place(tx, row), row.Sealed)
		if err == nil && changed {
			err = c.Write(tx, row, sealed)
		}
		if err != nil {
			return 0, after, err
		}
	}
	return len(rows), rows[len(rows)-1], nil
}

// Mark is how every field begins that is sealed with the present key: by it what is left
// under older keys is counted in the store.
func (r *Ring) Mark() ([]byte, error) {
	k, err := r.present(Fields)
	return append([]byte(k.ID), 0), err
}
