package db

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// Schema is what a folder owns in the store. Files holds schema/0001_x.sql and so on,
// applied in the order of their names. A file that cannot be the same on both engines
// stands there twice, as 0001_x.sqlite.sql and 0001_x.postgresql.sql.
type Schema struct {
	Owner string // every table begins with it: owner, or owner_something
	Files fs.FS
}

// migration is one file for one engine.
type migration struct{ owner, name, text, sum string }

// Migrate applies what is missing, each file in a transaction of its own, and returns
// the names of what it applied. Several processes may call it at once.
func (d *DB) Migrate(ctx context.Context, schemas ...Schema) ([]string, error) {
	all, err := d.migrations(schemas)
	if err != nil {
		return nil, err
	}
	err = d.WriteLatest(ctx, func(tx *Tx) error {
		if err := lockMigrations(tx); err != nil {
			return err
		}
		_, err := tx.Exec(sqlMigrationsTable)
		return err
	})
	if err != nil {
		return nil, err
	}
	var done []string
	for _, m := range all {
		var did bool
		err := d.WriteLatest(ctx, func(tx *Tx) (err error) {
			did, err = m.apply(tx, all)
			return err
		})
		if err != nil {
			return done, err
		}
		if did {
			done = append(done, m.owner+"/"+m.name)
		}
	}
	return done, nil
}

// Pending returns the names of what Migrate would apply, and changes nothing.
func (d *DB) Pending(ctx context.Context, schemas ...Schema) ([]string, error) {
	all, err := d.migrations(schemas)
	if err != nil {
		return nil, err
	}
	var missing []string
	err = d.Read(ctx, func(tx *Tx) error {
		missing = nil
		var there int
		if err := tx.Row(askMigrationsExist().For(d.engine)).Scan(&there); err != nil {
			return err
		}
		for _, m := range all {
			applied := false
			if there > 0 {
				if applied, err = m.applied(tx, all); err != nil {
					return err
				}
			}
			if !applied {
				missing = append(missing, m.owner+"/"+m.name)
			}
		}
		return nil
	})
	return missing, err
}

func lockMigrations(tx *Tx) error {
	if tx.engine != PostgreSQL {
		return nil // one writer
	}
	_, err := tx.Exec(sqlMigrationsLockPostgreSQL)
	return err
}

func (m migration) apply(tx *Tx, all []migration) (bool, error) {
	if err := lockMigrations(tx); err != nil {
		return false, err
	}
	if there, err := m.applied(tx, all); there || err != nil {
		return false, err
	}
	for _, statement := range statements(m.text) {
		if _, err := tx.Exec(statement); err != nil {
			return false, fmt.Errorf("db: migration %s/%s: %w", m.owner, m.name, err)
		}
	}
	_, err := tx.Exec(sqlMigrationInsert, m.owner, m.name, m.sum, tx.Now())
	return err == nil, err
}

// applied reports whether the migration was applied, and refuses a history that does
// not fit the files: edited, removed, or overtaken.
func (m migration) applied(tx *Tx, all []migration) (bool, error) {
	type past struct{ name, sum string }
	history, err := List(tx, func(s Scanner) (p past, err error) { return p, s.Scan(&p.name, &p.sum) }, sqlMigrationsApplied, m.owner)
	if err != nil {
		return false, err
	}
	found := false
	for _, p := range history {
		i := slices.IndexFunc(all, func(x migration) bool { return x.owner == m.owner && x.name == p.name })
		switch {
		case i < 0:
			return false, fmt.Errorf("db: %s/%s was applied but is not in this program: is the program older than its data?", m.owner, p.name)
		case p.name == m.name && p.sum != m.sum:
			return false, fmt.Errorf("db: %s/%s was changed after it was applied: write a new file instead", m.owner, m.name)
		case p.name == m.name:
			found = true
		}
	}
	if !found && len(history) > 0 && m.name < history[len(history)-1].name {
		return false, fmt.Errorf("db: %s/%s stands before %s, which was applied already: give it a later number", m.owner, m.name, history[len(history)-1].name)
	}
	return found, nil
}

// migrations reads the files for this engine, in order.
func (d *DB) migrations(schemas []Schema) ([]migration, error) {
	var all []migration
	for _, s := range schemas {
		if !plain(s.Owner) {
			return nil, fmt.Errorf("db: %q is no owner of tables", s.Owner)
		}
		names, err := fs.Glob(s.Files, "schema/*.sql")
		if err != nil {
			return nil, err
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("db: %s has no schema/*.sql", s.Owner)
		}
		slices.Sort(names)
		for _, path := range names {
			name := strings.TrimSuffix(strings.TrimPrefix(path, "schema/"), ".sql")
			if bare, engine, ok := strings.Cut(name, "."); ok {
				if engine != string(SQLite) && engine != string(PostgreSQL) {
					return nil, fmt.Errorf("db: %s: %s is no engine", path, engine)
				}
				if engine != string(d.engine) {
					continue
				}
				name = bare
			}
			b, err := fs.ReadFile(s.Files, path)
			if err != nil {
				return nil, err
			}
			sum := sha256.Sum256(b)
			m := migration{s.Owner, name, string(b), hex.EncodeToString(sum[:])}
			if err := m.inOwnName(); err != nil {
				return nil, err
			}
			all = append(all, m)
		}
	}
	return all, nil
}

// named finds the tables, views and indexes that a statement makes or changes.
var named = regexp.MustCompile(`(?i)\b(?:create\s+(?:virtual\s+|unlogged\s+)?(?:table|view|sequence)\s+(?:if\s+not\s+exists\s+)?` +
	`|create\s+(?:unique\s+)?index\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?` +
	`|create\s+(?:or\s+replace\s+)?(?:trigger|function)\s+(?:if\s+not\s+exists\s+)?` +
	`|(?:alter|drop)\s+(?:table|view|index|sequence|trigger|function)\s+(?:if\s+exists\s+)?(?:only\s+)?` +
	`|insert\s+into\s+|delete\s+from\s+|truncate\s+(?:table\s+)?|update\s+|\bon\s+)([a-z_"][a-z0-9_."]*)`)

// follow are words that may stand where a table's name would: "on conflict", "before
// update on", "on delete cascade" and the like.
var follow = regexp.MustCompile(`(?i)^(conflict|delete|update|on|of|set|or|insert|each)$`)

func (m migration) inOwnName() error {
	text := blank(m.text)
	for _, match := range named.FindAllStringSubmatch(text, -1) {
		name := strings.ToLower(match[1])
		if follow.MatchString(name) || name == m.owner || strings.HasPrefix(name, m.owner+"_") {
			continue
		}
		return fmt.Errorf("db: %s/%s names %s: a table's name begins with its owner's", m.owner, m.name, name)
	}
	return nil
}

// blank takes comments and quoted text out of SQL.
func blank(text string) string {
	return quoted.ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasPrefix(s, "--") || strings.HasPrefix(s, "/*") {
			return " "
		}
		return "''"
	})
}

var quoted = regexp.MustCompile(`--[^\n]*|(?s:/\*.*?\*/)|'(?:[^']|'')*'`)

// statements cuts a file at semicolons that stand at the end of a line, outside of
// trigger bodies and dollar quotes.
func statements(text string) []string {
	var all []string
	var b strings.Builder
	inside := 0
	dollar := false
	for line := range strings.Lines(text) {
		bare := strings.TrimSpace(quoted.ReplaceAllString(line, ""))
		low := strings.ToLower(bare)
		b.WriteString(line)
		if strings.Count(bare, "$$")%2 == 1 {
			dollar = !dollar
		}
		if dollar {
			continue
		}
		if low == "begin" || strings.HasSuffix(low, " begin") {
			inside++
		}
		if inside > 0 && (low == "end;" || low == "end") {
			inside--
		}
		if inside == 0 && strings.HasSuffix(bare, ";") {
			all = append(all, b.String())
			b.Reset()
		}
	}
	if strings.TrimSpace(blank(b.String())) != "" {
		all = append(all, b.String())
	}
	return all
}
