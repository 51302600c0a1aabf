package main

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTables: which files can be served, and what stands in them.
func TestTables(t *testing.T) {
	for _, c := range []struct{ name, text, subject, wrong string }{
		{"plain", "id,name\nA1,x\n", "id", ""},
		{"from a spreadsheet", "\ufeffid,name\nA1,x\n", "id", ""},
		{"quoted", "\"id\",\"name\"\nA1,\"x\"\n", "id", ""},
		{"without the subject", "number,name\nA1,x\n", "id", `no column "id"`},
		{"without a field", "id,nam\nA1,x\n", "id", `no column "name"`},
		{"a column twice", "id,name,name\nA1,x,y\n", "id", "twice"},
		{"a short line", "id,name\nA1\n", "id", "wrong number of fields"},
		{"empty", "", "id", "EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "people.csv")
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := openSource(t.Context(), serviceConfig{CSV: file, Subject: c.subject, Fields: map[string]string{"name": "name"}})
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if rows, err := s.find(t.Context(), "A1", []string{"name"}); err != nil || len(rows) != 1 || rows[0]["name"] != "x" {
				t.Errorf("%v %v", rows, err)
			}
			if rows, err := s.find(t.Context(), "", []string{"name"}); err != nil || len(rows) != 0 {
				t.Errorf("nobody has %v %v", rows, err)
			}
		})
	}
}

// TestQueries: a column that is not there is found out at the start, also where SQLite would
// take its name for a text; a subject is never part of the statement.
func TestQueries(t *testing.T) {
	file := filepath.Join(t.TempDir(), "people.db")
	d, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.ExecContext(t.Context(), `create table people (id text, name text, age integer); insert into people values ('A1', 'x', 7), ('A2', 'y', 8)`); err != nil {
		t.Fatal(err)
	}
	config := serviceConfig{Database: file, Query: "people", Subject: "id", Fields: map[string]string{"name": "name", "years": "age"}}
	s, err := openSource(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close() //nolint:errcheck // it was only read
	if rows, err := s.find(t.Context(), "A2", []string{"years"}); err != nil || len(rows) != 1 || len(rows[0]) != 1 || rows[0]["years"] != int64(8) {
		t.Errorf("%v %v", rows, err)
	}
	if rows, err := s.find(t.Context(), "A1' or '1'='1", []string{"years"}); err != nil || len(rows) != 0 {
		t.Errorf("%v %v", rows, err)
	}
	config.Fields = map[string]string{"name": "nam"}
	if _, err := openSource(t.Context(), config); err == nil {
		t.Error("a column that is not there is served")
	}
	config.Fields, config.Database = map[string]string{"name": "name"}, file+"x"
	if _, err := openSource(t.Context(), config); err == nil {
		t.Error("a database that is not there is served")
	}
}

// TestOwnKey is made once, and only its owner reads it.
func TestOwnKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	key, public, err := ownKey(file)
	if err != nil {
		t.Fatal(err)
	}
	again, same, err := ownKey(file)
	if err != nil || !key.Equal(again) || !bytes.Equal(public, same) || !strings.HasPrefix(string(public), "-----BEGIN PUBLIC KEY-----") {
		t.Errorf("%v %s", err, same)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

// TestNonces are taken once, and forgotten when nobody can send them again.
func TestNonces(t *testing.T) {
	g := newGateway("http://localhost")
	now := time.Now()
	if err := g.remember("one", now); err != nil {
		t.Fatal(err)
	}
	if g.remember("one", now.Add(time.Minute)) == nil {
		t.Error("it is taken twice")
	}
	if err := g.remember("two", now.Add(time.Hour)); err != nil || len(g.nonces) != 1 {
		t.Errorf("%v, %d are kept", err, len(g.nonces))
	}
}

// TestConfig: what cannot work is said at the start.
func TestConfig(t *testing.T) {
	good := []string{"-gateway", "https://gateway.example", "-party", "immd", "-service", "immd.address", "-csv", "x", "-subject", "id", "-fields", "name=full name,address"}
	c, err := readConfig(good)
	if err != nil || c.KeyID != "immd/1" || c.Services[0].Fields["name"] != "full name" || c.Services[0].Fields["address"] != "address" {
		t.Errorf("%+v %v", c, err)
	}
	for _, more := range [][]string{
		{"-gateway", "http://gateway.example"},
		{"-party", "td"},
		{"-key-id", "td/1"},
		{"-subject", ""},
		{"-fields", ""},
		{"-csv", ""},
		{"-database", "y", "-query", "z"},
		{"-config", "nowhere.toml"},
	} {
		if _, err := readConfig(append(append([]string{}, good...), more...)); err == nil {
			t.Errorf("%s is taken", more)
		}
	}
}
