package db

import (
	"fmt"
	"slices"
	"strings"
)

// Table is a table as both engines know it.
type Table struct {
	Name    string
	Columns []Column
	Parents []string // tables that its foreign keys point to
}

// Column is a column; Type is text, bigint, boolean or bytea.
type Column struct{ Name, Type string }

// Tables lists the tables, parents before their children.
func (tx *Tx) Tables() ([]Table, error) {
	names, err := List(tx, Value[string], askTables().For(tx.engine))
	if err != nil {
		return nil, err
	}
	var all []Table
	for _, name := range names {
		t := Table{Name: name}
		if t.Columns, err = List(tx, func(s Scanner) (c Column, err error) { return c, s.Scan(&c.Name, &c.Type) },
			askColumns().For(tx.engine), name); err != nil {
			return nil, err
		}
		if t.Parents, err = List(tx, Value[string], askParents().For(tx.engine), name); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return parentsFirst(all)
}

// Applied lists the migrations that were applied, as owner, name and SHA-256.
func (tx *Tx) Applied() ([][3]string, error) {
	return List(tx, func(s Scanner) (m [3]string, err error) { return m, s.Scan(&m[0], &m[1], &m[2]) }, sqlMigrationsAll)
}

func parentsFirst(tables []Table) ([]Table, error) {
	var out []Table
	placed := map[string]bool{}
	for len(out) < len(tables) {
		before := len(out)
		for _, t := range tables {
			ready := !placed[t.Name] && !slices.ContainsFunc(t.Parents, func(p string) bool { return p != t.Name && !placed[p] })
			if ready {
				placed[t.Name] = true
				out = append(out, t)
			}
		}
		if len(out) == before {
			return nil, fmt.Errorf("db: foreign keys go round in a circle: %d tables cannot be ordered", len(tables)-len(out))
		}
	}
	return out, nil
}

// Portable reports whether all columns have types that both engines know. What has not
// is an engine's own index, and can be made again.
func (t Table) Portable() bool {
	return !slices.ContainsFunc(t.Columns, func(c Column) bool {
		switch c.Type {
		case "text", "bigint", "boolean", "bytea":
			return false
		}
		return true
	})
}

// ColumnNames lists the columns' names.
func (t Table) ColumnNames() []string {
	all := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		all[i] = c.Name
	}
	return all
}

// Dump reads all rows of a table, in no order, with its columns in theirs: for a backup.
func (tx *Tx) Dump(t Table) (*Rows, error) {
	for _, name := range append([]string{t.Name}, t.ColumnNames()...) {
		if !plain(name) {
			return nil, fmt.Errorf("db: not a plain identifier: %q", name)
		}
	}
	return tx.Query("select " + strings.Join(t.ColumnNames(), ", ") + " from " + t.Name)
}

// Count counts a table's rows.
func (tx *Tx) Count(t Table) (n int64, err error) {
	if !plain(t.Name) {
		return 0, fmt.Errorf("db: not a plain identifier: %q", t.Name)
	}
	return n, tx.Row("select count(*) from " + t.Name).Scan(&n)
}

// Later puts the check of foreign keys off to the end of the transaction, where the
// engine would make it row by row: for a restore. PostgreSQL checks at the end of each
// COPY, which is late enough with parents first.
func (tx *Tx) Later() error {
	if tx.engine != SQLite {
		return nil
	}
	_, err := tx.Exec("pragma defer_foreign_keys = on")
	return err
}
