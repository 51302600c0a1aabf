package main

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // postgres://
	_ "modernc.org/sqlite"             // files
)

// row is what is known of a subject: field and value.
type row map[string]any

// source finds rows by their subject, and gives only the fields that are asked for.
type source interface {
	find(ctx context.Context, subject string, fields []string) ([]row, error)
	close() error
}

const mostRows = 1000

func openSource(ctx context.Context, s serviceConfig) (source, error) {
	if s.CSV != "" {
		t := &table{serviceConfig: s}
		_, err := t.load()
		return t, err
	}
	return openQuery(ctx, s)
}

// table is a CSV file. When it changes, it is read again.
type table struct {
	serviceConfig

	mu   sync.Mutex
	seen os.FileInfo
	rows map[string][][]string // by subject
	at   map[string]int        // columns
}

func (*table) close() error { return nil }

func (t *table) find(_ context.Context, subject string, fields []string) (out []row, err error) {
	rows, err := t.load()
	if err != nil {
		return nil, err
	}
	for _, values := range rows[subject] {
		r := row{}
		for _, f := range fields {
			r[f] = values[t.at[t.Fields[f]]]
		}
		if out = append(out, r); len(out) > mostRows {
			return nil, errors.New("a subject has too many rows")
		}
	}
	return out, nil
}

func (t *table) load() (map[string][][]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, err := os.Stat(t.CSV)
	if err != nil {
		return nil, err
	}
	if t.seen != nil && os.SameFile(t.seen, now) && t.seen.ModTime().Equal(now.ModTime()) && t.seen.Size() == now.Size() {
		return t.rows, nil
	}
	f, err := os.Open(t.CSV)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, at, err := readTable(f, t.Subject)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.CSV, err)
	}
	for name, column := range t.Fields {
		if _, ok := at[column]; !ok {
			return nil, fmt.Errorf("%s has no column %q for the field %s", t.CSV, column, name)
		}
	}
	t.seen, t.rows, t.at = now, rows, at
	return rows, nil
}

func readTable(in io.Reader, subject string) (rows map[string][][]string, at map[string]int, err error) {
	r := csv.NewReader(in)
	heading, err := r.Read()
	if err != nil {
		return nil, nil, err
	}
	heading[0] = strings.TrimPrefix(heading[0], "\ufeff") // what spreadsheets put first
	at = map[string]int{}
	for i, name := range heading {
		if _, twice := at[name]; twice {
			return nil, nil, fmt.Errorf("the column %q is there twice", name)
		}
		at[name] = i
	}
	who, ok := at[subject]
	if !ok {
		return nil, nil, fmt.Errorf("there is no column %q for the subject", subject)
	}
	rows = map[string][][]string{}
	for {
		values, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, at, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if s := values[who]; s != "" {
			rows[s] = append(rows[s], values)
		}
	}
}

// query is a table or a select statement of a database, which does the looking up.
type query struct {
	serviceConfig
	db *sql.DB
}

func openQuery(ctx context.Context, s serviceConfig) (*query, error) {
	driver, address := "sqlite", "file:"+s.Database+"?mode=ro&_pragma=busy_timeout(5000)"
	if strings.HasPrefix(s.Database, "postgres://") || strings.HasPrefix(s.Database, "postgresql://") {
		driver, address = "pgx", s.Database
	}
	d, err := sql.Open(driver, address)
	if err != nil {
		return nil, err
	}
	d.SetMaxOpenConns(8)
	q := &query{s, d}
	names := make([]string, 0, len(s.Fields))
	for name := range s.Fields {
		names = append(names, name)
	}
	slices.Sort(names)
	if _, err := q.find(ctx, "", names); err != nil { // all columns are there
		return nil, errors.Join(err, d.Close())
	}
	return q, nil
}

func (q *query) close() error { return q.db.Close() }

// text is the statement for some fields: no other column leaves the database.
func (q *query) text(fields []string) string {
	columns := make([]string, len(fields))
	for i, f := range fields {
		columns[i] = "served." + quoted(q.Fields[f]) // alone, SQLite would take an unknown name for a text
	}
	from := q.Query
	if strings.ContainsAny(strings.TrimSpace(from), " \t\n") {
		from = "(" + from + ")"
	}
	return "select " + strings.Join(columns, ", ") + " from " + from + " as served where served." + quoted(q.Subject) + " = $1 limit " + fmt.Sprint(mostRows+1)
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (q *query) find(ctx context.Context, subject string, fields []string) (out []row, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	rows, err := q.db.QueryContext(ctx, q.text(fields), subject)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	for rows.Next() {
		values, to := make([]any, len(fields)), make([]any, len(fields))
		for i := range values {
			to[i] = &values[i]
		}
		if err := rows.Scan(to...); err != nil {
			return nil, err
		}
		r := row{}
		for i, f := range fields {
			r[f] = plain(values[i])
		}
		if out = append(out, r); len(out) > mostRows {
			return nil, errors.New("a subject has too many rows")
		}
	}
	return out, rows.Err()
}

// plain is a value as JSON has it.
func plain(v any) any {
	switch v := v.(type) {
	case []byte:
		return string(v)
	case time.Time:
		return v.Format(time.RFC3339)
	}
	return v
}
