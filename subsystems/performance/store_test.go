package performance

import (
	"testing"

	"praya/platform/db/dbtest"
	"praya/subsystems/performance/governance"
	"praya/subsystems/performance/papers"
	"praya/subsystems/performance/votes"
)

// TestStatements prepares every statement of this folder and those below it on both engines, and
// finds those that have no home.
func TestStatements(t *testing.T) {
	all := append(schemas(), governance.Schema(), votes.Schema(), papers.Schema())
	if n := dbtest.Prepare(t, all, "."); n < 200 {
		t.Errorf("only %d statements were found", n)
	}
	dbtest.Homes(t, ".")
}
