package platform_test

import (
	"strings"
	"testing"

	"praya/platform/audit"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
	"praya/platform/jobs"
	"praya/platform/limits"
	"praya/platform/search"
	"praya/platform/web"
)

// One SQL text for both engines; exceptions are few, named, and counted here. Who adds
// one says why beside it and raises the number.
func TestExceptionsBetweenTheEnginesAreCounted(t *testing.T) {
	schemas := []db.Schema{audit.Schema(), calendar.Schema(), events.Schema(), jobs.Schema(), limits.Schema(), search.Schema(), web.Schema()}
	total := dbtest.Prepare(t, schemas, ".")
	count := map[string]int{}
	for _, s := range dbtest.Statements(t, ".") {
		if s.On == db.PostgreSQL {
			folder, _, _ := strings.Cut(s.File, "/")
			count[folder]++
		}
	}
	want := map[string]int{"db": 6, "events": 4, "jobs": 1, "search": 6}
	for folder, n := range count {
		if want[folder] != n {
			t.Errorf("%s has %d exceptions, %d are known", folder, n, want[folder])
		}
	}
	t.Logf("%d statements", total)
	dbtest.Homes(t, "db", "events", "jobs", "limits", "search", "backup")
}
