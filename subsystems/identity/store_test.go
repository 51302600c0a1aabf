package identity

import (
	"testing"

	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
	"praya/platform/jobs"
	"praya/platform/limits"
	"praya/platform/web"
	"praya/platform/words"
)

// schemas are all that this subsystem stands on.
func schemas() []db.Schema {
	return []db.Schema{audit.Schema(), events.Schema(), jobs.Schema(), limits.Schema(), web.Schema(), Schema()}
}

func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, schemas(), "."); n < 40 {
		t.Errorf("only %d statements were found", n)
	}
	dbtest.Homes(t, ".")
}

func TestWords(t *testing.T) {
	if _, err := words.New(append(Words(), web.Words())...); err != nil {
		t.Fatal(err)
	}
}
