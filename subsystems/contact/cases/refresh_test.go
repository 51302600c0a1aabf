package cases

import (
	"testing"

	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/sign"
)

// TestRefresh: after a rotation everything is sealed anew, and still says the same.
func TestRefresh(t *testing.T) {
	each(t, func(w *world) {
		n := lamp()
		n.MailID = "<thread@mail.example>"
		c, _ := w.open(n)
		ref, err := w.Receive(w.system, "a.jpg", photo(20, 20))
		w.ok(err)
		r := w.refer(c.ID, "HYD")
		w.write(func(tx *db.Tx) error {
			return errorsOf(w.Add(tx, c.ID, Message{From: ByPerson, Channel: "mail", Text: "Still dark.", Files: []FileRef{ref}, By: Person, MailID: "<second@mail.example>"}),
				w.Refuse(tx, r.ID, Refusal{Reason: "Not ours."}, "officer"))
		})
		w.ok(w.Keys.Rotate(sign.Fields))
		if n, err := w.Stale(w.system); err != nil || n != 1 {
			t.Errorf("%d %v", n, err)
		}
		w.ok(w.Refresh(w.system, jobs.Job{}, nil))
		if n, err := w.Stale(w.system); err != nil || n != 0 {
			t.Errorf("%d %v", n, err)
		}
		w.read(func(tx *db.Tx) error {
			mark, err := w.Keys.Mark()
			w.ok(err)
			for _, column := range []func(*db.Tx, sign.Row) ([]sign.Row, error){sealedWords, sealedContacts, sealedReferrals, sealedHeads, sealedNotes, sealedMessages(false), sealedMessages(true)} {
				rows, err := column(tx, sign.Row{})
				if err != nil || len(rows) == 0 {
					t.Errorf("%d %v", len(rows), err)
				}
				for _, r := range rows {
					if string(r.Sealed[:len(mark)]) != string(mark) {
						t.Errorf("%+v is sealed with the old key", r)
					}
				}
			}
			got, err := w.Case(tx, c.ID)
			w.ok(err)
			to, err := w.Contact(tx, c.ID)
			w.ok(err)
			all, err := w.Messages(tx, c.ID)
			w.ok(err)
			history, err := w.History(tx, c.ID)
			w.ok(err)
			if got.Text != lamp().Text || to.Name != lamp().Contact.Name || all[1].Text != "Still dark." || all[1].MailID != "<second@mail.example>" || len(all[1].Files) != 1 || history[1].Note != "Not ours." {
				t.Errorf("%+v %+v %+v", got, all, history[1])
			}
			return nil
		})
	})
}
