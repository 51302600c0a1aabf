package identity

import (
	"strconv"
	"strings"
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

// TestLookingUpReadsNoTable: what is asked for at each sign-in takes the same time among a
// million accounts. The embedded store says how it would look.
func TestLookingUpReadsNoTable(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t))
	if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
		t.Fatal(err)
	}
	for name, sql := range map[string]string{
		"account": sqlAccount, "by document": sqlAccountByDocument, "by persona": sqlAccountByPersona, "passkey": sqlPasskey, "passkeys": sqlPasskeys,
		"profile": sqlProfile, "ticket": sqlTicket, "sweep": sqlSweepTickets, "history": sqlHistory, "subject": sqlSubject, "account of a subject": sqlSubjectAccount,
		"use of a passkey": sqlUsePasskey, "release": sqlRelease,
	} {
		var args []any
		for n := 1; strings.Contains(sql, "$"+strconv.Itoa(n)); n++ {
			args = append(args, "1")
		}
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			steps, err := db.List(tx, func(row db.Scanner) (step string, err error) {
				var number, parent, unused int
				err = row.Scan(&number, &parent, &unused, &step)
				return step, err
			}, "explain query plan "+sql, args...)
			for _, step := range steps {
				if strings.HasPrefix(step, "SCAN") || strings.HasSuffix(step, "(realm=?)") {
					t.Errorf("%s: %s", name, step)
				}
			}
			if err == nil && len(steps) == 0 {
				t.Errorf("%s: no plan", name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
