package papers

import (
	"testing"

	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
)

func TestStatementsAreUnderstoodByBothEngines(t *testing.T) {
	if n := dbtest.Prepare(t, []db.Schema{audit.Schema(), events.Schema(), Schema()}, "."); n < 20 {
		t.Errorf("only %d statements", n)
	}
}
