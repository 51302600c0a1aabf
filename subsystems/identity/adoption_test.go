package identity

import (
	"context"
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/subsystems/identity/internal/oidc"
)

func TestStandings(t *testing.T) {
	today := when.Day{Year: 2026, Month: 11, Date: 22}
	for _, c := range []struct {
		due  when.Day
		live bool
		ever int64
		want Standing
		late bool
	}{
		{today, false, 0, Planned, false}, // the day itself is in time
		{today.Add(-1), false, 0, Planned, true},
		{today.Add(-1), true, 0, Admitted, true},
		{today.Add(-1), true, 1, InUse, false},
		{today.Add(-1), false, 9, Planned, true}, // suspended since
		{today.Add(1), true, 0, Admitted, false},
	} {
		got, late := Adoption{Due: c.due}.standing(c.live, c.ever, today)
		if got != c.want || late != c.late {
			t.Errorf("due %s, live %t, %d sign-ins: %s, late %t", c.due, c.live, c.ever, got, late)
		}
	}
}

// offices is a directory of two departments.
type offices struct{}

func (offices) Accepted(context.Context, string, string) error { return nil }
func (offices) Department(_ context.Context, code string) (lang.Text, error) {
	return three(code), nil
}

func (offices) Departments(context.Context) (map[string]lang.Text, error) {
	return map[string]lang.Text{"DPO": three("DPO"), "ITIB": three("ITIB")}, nil
}

// TestBoard: entries are kept by approvers only, an export comes back as an import without
// a change, and a file with one wrong line changes nothing.
func TestBoard(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		s := desk(t, d)
		s.Staff = offices{}
		keeper := officer(t.Context(), "k", "ITIB", ApproverRole)
		due := when.Day{Year: 2026, Month: 1, Date: 31}
		entry := Adoption{Department: "DPO", Name: three("Renewal, \"quick\""), Due: due}
		if err := s.PutAdoptions(officer(t.Context(), "d", "DPO", DeveloperRole), entry); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a developer keeps the board: %v", err)
		}
		must(t, s.PutAdoptions(keeper, entry, entry))
		for _, wrong := range []Adoption{
			{Department: "NONE", Name: entry.Name, Due: due},
			{Department: "DPO", Due: due},
			{Department: "DPO", Name: entry.Name},
			{Department: "DPO", Name: entry.Name, Due: due, Service: "nobody"},
		} {
			if err := s.PutAdoptions(keeper, entry, wrong); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", wrong, err)
			}
		}
		var file strings.Builder
		rows, err := s.Board(t.Context())
		must(t, err)
		must(t, WriteBoard(&file, rows))
		if len(rows) != 2 || !rows[0].Late || rows[0].Version != 1 {
			t.Fatalf("the board: %+v", rows)
		}
		for _, spoiled := range []string{"", "id,department\n", strings.Replace(file.String(), "2026-01-31", "31/1/2026", 1), strings.Replace(file.String(), rows[1].ID, "unknown", 1)} {
			if _, err := s.ImportBoard(keeper, strings.NewReader(spoiled)); !fault.Is(err, fault.Invalid) {
				t.Errorf("%.60q: %v", spoiled, err)
			}
		}
		n, err := s.ImportBoard(keeper, strings.NewReader("\ufeff"+file.String()))
		must(t, err)
		again, err := s.Board(t.Context())
		must(t, err)
		if n != 2 || len(again) != 2 || again[0].Name != rows[0].Name || again[0].Version != 2 {
			t.Errorf("%d imported: %+v", n, again)
		}
		if err := s.RemoveAdoption(keeper, again[0].ID, 1); !fault.Is(err, fault.Conflict) {
			t.Errorf("a lost update: %v", err)
		}
		must(t, s.RemoveAdoption(keeper, again[0].ID, 2))
	})
}

// TestBoardCountsSignIns: planned, approved, in use.
func TestBoardCountsSignIns(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		s := desk(t, d)
		s.Staff = offices{}
		keeper := officer(t.Context(), "k", "ITIB", ApproverRole)
		must(t, d.Write(keeper, func(tx *db.Tx) error {
			return s.addSample(tx, Sample{Client: "sample", Callback: "http://127.0.0.1/back", Department: "LCSD", Fields: []Field{NameChinese}})
		}))
		must(t, s.PutAdoptions(keeper, Adoption{Department: "DPO", Name: three("Sample"), Due: when.Day{Year: 2026, Month: 1, Date: 31}, Service: "sample"}))
		rows, err := s.Board(t.Context())
		must(t, err)
		if rows[0].Standing != Admitted || !rows[0].Late {
			t.Errorf("approved without a sign-in: %+v", rows[0])
		}
		for range 3 {
			s.noteMessage(keeper, oidc.Message{
				Realm: "production", Endpoint: "/token", ClientID: "sample", Outcome: "ok", At: d.Clock()(), Parameters: map[string]string{"grant_type": grantCode},
			})
		}
		must(t, s.FlushLog(t.Context()))
		if rows, err = s.Board(t.Context()); err != nil || rows[0].Standing != InUse || rows[0].Late || rows[0].SignIns != 3 {
			t.Errorf("in use: %+v, %v", rows, err)
		}
	})
}

// TestCounter: an officer invites a person whose card they have seen; the same document is
// not registered twice; a recovery begins for an account that is there, and is told to its owner.
func TestCounter(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		s := desk(t, d)
		clerk := officer(t.Context(), "c", "DPO", CounterRole)
		claim := func() Claim {
			return Claim{Document: "A1234563", Values: []Value{
				{Field: NameEnglish, Text: "CHAN Sample"}, {Field: DocumentNo, Text: "A1234563"}, {Field: BirthDate, Text: "1990-12-31"}, {Field: Sex, Text: "F"},
			}}
		}
		if _, err := s.RegisterAtCounter(officer(t.Context(), "x", "DPO", DeveloperRole), claim()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another officer serves: %v", err)
		}
		path, err := s.RegisterAtCounter(clerk, claim())
		must(t, err)
		invited, err := s.invitation(t.Context(), strings.TrimPrefix(path, "/join/"))
		must(t, err)
		if invited.Level != Plus || invited.Values[0].Source != ByCounter || invited.Values[0].Verified.IsZero() {
			t.Errorf("invited as %+v", invited)
		}
		if _, _, err := s.RecoverAtCounter(clerk, "A123456(3)"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a recovery of nobody's account: %v", err)
		}
		var a Account
		must(t, d.Write(t.Context(), func(tx *db.Tx) (err error) {
			a, err = s.opened(tx, invited, "")
			return err
		}))
		if _, err := s.RegisterAtCounter(clerk, claim()); !fault.Is(err, fault.Conflict) {
			t.Errorf("a document is registered twice: %v", err)
		}
		path, ready, err := s.RecoverAtCounter(clerk, "A123456(3)")
		must(t, err)
		r, err := s.Recovery(t.Context(), strings.TrimPrefix(path, "/recover/"))
		must(t, err)
		if r.Account != a.ID || r.Via != "counter" || r.Ready != ready {
			t.Errorf("recovery %+v", r)
		}
		_, total, err := audit.New(d).Page(t.Context(), 10, 0)
		must(t, err)
		if total != 4 { // declared, invited, a recovery refused, a recovery begun
			t.Errorf("%d acts in the trail", total)
		}
		for range counterBurst {
			_, _, err = s.RecoverAtCounter(clerk, "B765432(A)")
		}
		if !fault.Is(err, fault.TooMany) {
			t.Errorf("without a limit: %v", err)
		}
	})
}
