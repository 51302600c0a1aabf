package exchange

import (
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/platform/db"
)

// TestReports: a report is sealed, reaches the consumer's steward without the person's name, is
// answered once, and the person is told.
func TestReports(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.give("chan", w.standing("name", "address"))
		w.get(c.ID)
		id, err := w.s.ReportMisuse(w.ctx, "chan", c.ID, "", "I never asked for it")
		w.must(err)
		if _, err := w.s.ReportMisuse(w.ctx, "lee", c.ID, "", "not mine"); !fault.Is(err, fault.NotFound) {
			t.Errorf("another person reports on it: %v", err)
		}
		if _, err := w.s.ReportMisuse(w.ctx, "chan", c.ID, "", ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty report: %v", err)
		}
		var kept []byte
		w.must(w.s.DB.Read(w.ctx, func(tx *db.Tx) error {
			r, err := findReport(tx, id)
			kept = r.sealedText
			return err
		}))
		if strings.Contains(string(kept), "never") {
			t.Error("the words stand in the clear")
		}
		steward := w.as("td-1", "TD", StewardRole)
		on, err := w.s.ReportsOn(steward, "transport")
		if err != nil || len(on) != 1 || on[0].Text != "I never asked for it" {
			t.Fatalf("%+v %v", on, err)
		}
		if _, err := w.s.ReportsOn(w.as("immd-1", "IMMD", StewardRole), "transport"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another department reads it: %v", err)
		}
		w.must(w.s.AnswerReport(steward, id, "We have looked into it"))
		if err := w.s.AnswerReport(steward, id, "again"); !fault.Is(err, fault.Conflict) {
			t.Errorf("it is answered twice: %v", err)
		}
		own, err := w.s.OwnReports(w.ctx, "chan")
		if err != nil || len(own) != 1 || own[0].Answer != "We have looked into it" || own[0].State != ReportAnswered || len(w.people.told) != 1 {
			t.Errorf("%+v %v %v", own, w.people.told, err)
		}
		for range mostReports {
			_, err = w.s.ReportMisuse(w.ctx, "chan", c.ID, "", "again")
			w.must(err)
		}
		if _, err := w.s.ReportMisuse(w.ctx, "chan", c.ID, "", "once more"); !fault.Is(err, fault.TooMany) {
			t.Errorf("reports without end: %v", err)
		}
	})
}

// TestCounts: what a desk and a person see in figures.
func TestCounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.give("chan", w.standing("name", "address"))
		w.get(c.ID)
		w.get(c.ID)
		w.must(w.s.Withdraw(w.ctx, "chan", c.ID))
		w.get(c.ID)
		for _, party := range []string{"transport", "immd"} {
			all, err := w.s.Counts(w.ctx, party)
			if err != nil || len(all) != 2 || all[0].Calls != 2 || all[0].Outcome != "" || all[1].Calls != 1 || all[1].Outcome != WithdrawnConsent {
				t.Errorf("%s: %+v %v", party, all, err)
			}
		}
		if all, err := w.s.Counts(w.ctx, "taxes"); err != nil || len(all) != 0 {
			t.Errorf("%+v %v", all, err)
		}
		uses, err := w.s.Uses(w.ctx, "chan")
		if err != nil || uses[c.ID] != 2 {
			t.Errorf("%v %v", uses, err)
		}
		own, err := w.s.OwnDeletions(w.ctx, "chan")
		if err != nil || len(own) != 1 || own[0].Consent != c.ID || own[0].Late(w.clock.now().Day()) || !own[0].Late(own[0].Due.Add(1)) {
			t.Errorf("%+v %v", own, err)
		}
		if all, err := w.s.Accesses(w.ctx, "chan", AccessFilter{Consumer: "taxes"}, "", 10); err != nil || len(all) != 0 {
			t.Errorf("%+v %v", all, err)
		}
		w.clock.by(countedFor)
		if all, err := w.s.Counts(w.ctx, "immd"); err != nil || len(all) != 0 {
			t.Errorf("yesterday's calls count: %+v %v", all, err)
		}
	})
}
