package db_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

const table = "create table shop_one (id text primary key);\n"

func TestMigrationsGoForwardOnly(t *testing.T) {
	one := db.Schema{Owner: "shop", Files: files("0001_one", table)}
	two := db.Schema{Owner: "shop", Files: files("0001_one", table, "0003_three", "create table shop_three (id text primary key);")}
	tests := []struct {
		name   string
		schema db.Schema
		want   string // part of the error; empty: nothing to do
	}{
		{"again", two, ""},
		{"edited", db.Schema{Owner: "shop", Files: files("0001_one", table+"-- a remark", "0003_three", "")}, "changed after it was applied"},
		{"removed", one, "older than its data"},
		{"overtaken", db.Schema{Owner: "shop", Files: files("0001_one", table, "0002_two", "", "0003_three", "create table shop_three (id text primary key);")}, "later number"},
		{"another's table", db.Schema{Owner: "cafe", Files: files("0001_x", "drop table shop_one;")}, "begins with its owner's"},
		{"another's rows", db.Schema{Owner: "cafe", Files: files("0001_x", "delete from shop_one;")}, "begins with its owner's"},
		{"another's name", db.Schema{Owner: "cafe", Files: files("0001_x", "create table if not exists cafes (id text);")}, "begins with its owner's"},
		{"no engine", db.Schema{Owner: "cafe", Files: files("0001_x.oracle", "")}, "no engine"},
		{"no files", db.Schema{Owner: "cafe", Files: files()}, "no schema"},
		{"bad statement", db.Schema{Owner: "cafe", Files: files("0001_x", "create table cafe_a (id text);\ncreate tabel cafe_b (id text);")}, "syntax error"},
	}
	dbtest.EachURL(t, func(t *testing.T, address string) {
		d := dbtest.Open(t, address)
		pending, err := d.Pending(t.Context(), two)
		if diff := cmp.Diff([]string{"shop/0001_one", "shop/0003_three"}, pending); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		for i, s := range []db.Schema{one, two} {
			done, err := d.Migrate(t.Context(), s)
			if err != nil || len(done) != 1 || done[0] != pending[i] {
				t.Fatal(done, err)
			}
		}
		for _, test := range tests {
			done, err := d.Migrate(t.Context(), test.schema)
			switch {
			case test.want == "" && (err != nil || len(done) > 0):
				t.Errorf("%s: %v %v", test.name, done, err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("%s: %v, want %q", test.name, err, test.want)
			}
		}
		// The bad file's first table went with it.
		done, err := d.Migrate(t.Context(), db.Schema{Owner: "cafe", Files: files("0001_x", "create table cafe_a (id text);")})
		if err != nil || len(done) != 1 {
			t.Error(done, err)
		}
	})
}

func TestSeveralProcessesMigrateAtOnce(t *testing.T) {
	address := dbtest.PostgreSQL(t)
	s := db.Schema{Owner: "shop", Files: files("0001_one", table, "0002_two", "create table shop_two (id text primary key);")}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var all []string
	for range 6 {
		d, err := db.Open(t.Context(), db.Config{URL: address, Connections: 2}, when.System)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close() //nolint:errcheck // a test's end
		wg.Go(func() {
			done, err := d.Migrate(t.Context(), s)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			all = append(all, done...)
			mu.Unlock()
		})
	}
	wg.Wait()
	if len(all) != 2 {
		t.Errorf("applied %v, want each file once", all)
	}
}

func TestTriggersAndFunctionsAreWholeStatements(t *testing.T) {
	s := db.Schema{Owner: "shop", Files: files("0001_one", table,
		"0002_guard.sqlite", "create trigger shop_guard before delete on shop_one begin\n  select raise(abort, 'shop_one; keeps everything');\nend;\ncreate table shop_two (id text);",
		"0002_guard.postgresql", "create function shop_refuse() returns trigger language plpgsql as $$\nbegin\n  raise exception 'shop_one; keeps everything';\nend;\n$$;\ncreate trigger shop_guard before delete on shop_one for each row execute function shop_refuse();\ncreate table shop_two (id text);")}
	dbtest.Each(t, []db.Schema{s}, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := tx.Exec(`insert into shop_one (id) values ($1)`, "a"); err != nil {
				return err
			}
			_, err := tx.Exec(`delete from shop_one`)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "keeps everything") {
			t.Errorf("got %v", err)
		}
	})
}

func TestTheCatalogueIsTheSameOnBothEngines(t *testing.T) {
	want := []db.Table{
		{Name: "db_migrations", Columns: []db.Column{{Name: "owner", Type: "text"}, {Name: "name", Type: "text"}, {Name: "sha256", Type: "text"}, {Name: "applied_at", Type: "text"}}},
		{Name: "shop_items", Columns: []db.Column{{Name: "realm", Type: "text"}, {Name: "id", Type: "text"}, {Name: "name", Type: "text"}, {Name: "amount", Type: "bigint"}, {Name: "open", Type: "boolean"}, {Name: "body", Type: "bytea"}, {Name: "version", Type: "bigint"}}},
		{Name: "shop_lines", Columns: []db.Column{{Name: "realm", Type: "text"}, {Name: "item", Type: "text"}, {Name: "line", Type: "bigint"}}, Parents: []string{"shop_items"}},
	}
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			got, err := tx.Tables()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestStatementsOfThisPackage(t *testing.T) {
	if n := dbtest.Prepare(t, schema(), "."); n < 10 {
		t.Errorf("%d statements found", n)
	}
	dbtest.Homes(t, ".")
}
