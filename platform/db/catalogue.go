package db

import (
	"fmt"
	"slices"
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
