package app

import (
	"flag"
	"runtime"
	"strconv"
	"testing"

	"praya/platform/db/dbtest"
	"praya/platform/web/browsertest"
	"praya/platform/words"

	"github.com/rogpeppe/go-internal/testscript"
)

//nolint:gochecknoglobals // one browser for the whole package
var browser browsertest.Browser

// TestMain lets three tests go on beside each other on two cores: each waits for a browser, a
// telephone or a disk much of the time.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", strconv.Itoa(max(3, runtime.GOMAXPROCS(0)))); err != nil {
		panic(err) // package testing has this flag
	}
	testscript.Main(browserRun{m}, map[string]func(){"praya": runMain})
}

// TestEveryStatementOnBothEngines prepares every SQL constant of the program on SQLite and
// on PostgreSQL, with every table in place.
func TestEveryStatementOnBothEngines(t *testing.T) {
	n := dbtest.Prepare(t, Schemas(), "../platform", "../subsystems")
	t.Logf("%d statements", n)
	dbtest.Homes(t, "../platform", "../subsystems")
}

// TestWordsAreComplete: the three languages have the same keys and placeholders, and keep
// the rules of writing.
func TestWordsAreComplete(t *testing.T) {
	for _, wrong := range words.Complete(Words()...) {
		t.Error(wrong)
	}
}

// TestSchemasBelongTogether applies all of them twice: the second time changes nothing.
func TestSchemasBelongTogether(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		d := dbtest.Open(t, address)
		done, err := d.Migrate(t.Context(), Schemas()...)
		if err != nil || len(done) == 0 {
			t.Fatalf("applied %v, %v", done, err)
		}
		if again, err := d.Migrate(t.Context(), Schemas()...); err != nil || len(again) != 0 {
			t.Errorf("applied again %v, %v", again, err)
		}
	})
}
