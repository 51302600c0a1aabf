package cases

import (
	"strings"
	"testing"
	"time"

	"praya/platform/db"
	"praya/platform/jobs"
)

// TestErase: with a case all goes that was written about it, and what was merged into it; an open one
// stays.
func TestErase(t *testing.T) {
	each(t, func(w *world) {
		var erased []CaseID
		w.Erased = func(_ *db.Tx, of CaseID) error {
			erased = append(erased, of)
			return nil
		}
		ref, err := w.Receive(w.system, "a.pdf", []byte("%PDF-1.4\n1 0 obj\n%%EOF"))
		w.ok(err)
		n := lamp()
		n.Files = []FileRef{ref}
		c, _ := w.open(n)
		same, _ := w.open(lamp())
		beside, _ := w.open(lamp())
		w.refer(c.ID, "HYD")
		r := w.openAt(c.ID, "HYD")
		w.write(func(tx *db.Tx) error {
			_, err := w.Reply(tx, r.ID, "Done.", "officer")
			return errorsOf(err, w.Answer(tx, c.ID, "It was mended.", "agent"), w.Merge(tx, same.ID, c.ID, "agent"), w.Link(tx, c.ID, beside.ID, "agent"))
		})
		w.refuse("not-closed", func(tx *db.Tx) error { return w.Erase(tx, c.ID, "head") })
		w.refuse("merged", func(tx *db.Tx) error { return w.Erase(tx, same.ID, "head") })
		w.write(func(tx *db.Tx) error { return w.Close(tx, c.ID, Resolved, "agent") })
		w.write(func(tx *db.Tx) error { return w.Erase(tx, c.ID, "head") })
		for _, of := range []CaseID{c.ID, same.ID} {
			w.refuse("no-case", func(tx *db.Tx) error { _, err := w.Case(tx, of); return err })
			if strings.Contains(w.dumpOf("contact_cases_"), string(of)) {
				t.Errorf("something of %s is left", of)
			}
		}
		if len(erased) != 2 {
			t.Errorf("heard of %v", erased)
		}
		w.read(func(tx *db.Tx) error {
			linked, err := w.Linked(tx, beside.ID)
			if len(linked) != 0 {
				t.Errorf("linked with nothing: %v", linked)
			}
			found, n, err2 := w.Find(tx, "lamp", 10, 0)
			if n != 1 || found[0].ID != beside.ID {
				t.Errorf("found %d", n)
			}
			theirs, n, err3 := w.FindFor(tx, "HYD", "lamp", 10, 0)
			if n != 0 {
				t.Errorf("the department finds %v", theirs)
			}
			return errorsOf(err, err2, err3)
		})
		w.countersHold()
		w.clock.move.Add(int64(25 * time.Hour))
		w.ok(w.Chase(w.system, jobs.Job{}, nil))
		w.refuse("no-file", func(tx *db.Tx) error { _, err := w.file(tx, ref.ID); return err })
	})
}

// TestRetention: what was closed for long goes; what is open, or closed for less, stays.
func TestRetention(t *testing.T) {
	each(t, func(w *world) {
		w.Retention = 365 * 24 * time.Hour
		old, _ := w.open(lamp())
		open, _ := w.open(lamp())
		w.write(func(tx *db.Tx) error { return w.Close(tx, old.ID, Dropped, "agent") })
		w.chase(monday().Add(364 * 24 * time.Hour))
		w.get(old.ID)
		w.chase(monday().Add(366 * 24 * time.Hour))
		w.get(open.ID)
		w.refuse("no-case", func(tx *db.Tx) error { _, err := w.Case(tx, old.ID); return err })
	})
}
