package cases

import (
	"maps"
	"testing"
	"time"

	"praya/platform/db"
)

// TestDemonstration: cases at every stage and level, once.
func TestDemonstration(t *testing.T) {
	each(t, func(w *world) {
		w.write(func(tx *db.Tx) error { // as in an empty store
			for _, code := range []string{"street-light", "noise"} {
				if _, err := w.Category(tx, code); err != nil {
					return err
				}
			}
			return nil
		})
		who := Demonstration{Agent: "a", Colleague: "b", Head: "h", Director: "d", Officer: "o"}
		w.ok(w.Demonstrate(w.system, who)) // there are services: nothing is invented
		var n Counts
		count := func() {
			w.read(func(tx *db.Tx) (err error) {
				n, err = w.Counts(tx)
				return err
			})
		}
		if count(); n.Opened != 0 {
			t.Error("invented among real ones")
		}
		w = emptied(w)
		began := time.Now()
		w.ok(w.Demonstrate(w.system, who))
		t.Log("invented in", time.Since(began))
		w.ok(w.Demonstrate(w.system, who))
		count()
		if int(n.Opened) != len(demoCases()) || n.Merged != 1 || n.Closed < 4 || n.States[Fresh] == 0 || n.States[Referred] == 0 || n.States[Escalated] < 2 || n.States[Replied] == 0 {
			t.Errorf("%+v", n)
		}
		w.countersHold()
		levels := map[int]bool{}
		w.read(func(tx *db.Tx) error {
			all, err := deskCases(tx, desk{view: "all", limit: 100})
			for _, c := range all {
				levels[c.Level] = true
			}
			return err
		})
		if !levels[1] || !levels[2] {
			t.Errorf("levels %v", levels)
		}
	})
}

// countersHold wants what is counted as it changes to be what stands in the store.
func (w *world) countersHold() {
	w.Helper()
	type open struct{ department, what string }
	counted, stored := map[open]int64{}, map[open]int64{}
	w.read(func(tx *db.Tx) error {
		rows, err := countsBetween(tx, "", "")
		for _, r := range rows {
			if r.n != 0 {
				counted[open{r.department, r.what}] = r.n
			}
		}
		var all []Case
		if err == nil {
			all, err = casesBy(tx, sqlBefore, "~", 10_000)
		}
		for _, c := range all {
			if c.State.Open() {
				stored[open{"", openIn + string(c.State)}]++
			}
			of, err := referralRows(tx, c.ID)
			if err != nil {
				return err
			}
			for _, r := range of {
				if r.State.Open() {
					stored[open{r.Department, openReferrals}]++
				}
			}
		}
		return err
	})
	if !maps.Equal(counted, stored) {
		w.Errorf("counted %v, stored %v", counted, stored)
	}
}
