package cases

import (
	"slices"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/platform/db"
)

// TestTakeOver: cases of an earlier system are kept as they stood, are found, and count for nothing.
func TestTakeOver(t *testing.T) {
	each(t, func(w *world) {
		opened := monday().Add(-400 * 24 * time.Hour)
		closed := Earlier{New: lamp(), Reference: "OLD-1", State: Closed, Outcome: Resolved, Lead: "HYD", OpenedAt: opened, ClosedAt: opened.Add(time.Hour)}
		open := Earlier{New: lamp(), State: Fresh, OpenedAt: opened}
		n, err := w.TakeOver(w.system, slices.Values([]Earlier{closed, open}))
		w.ok(err)
		w.read(func(tx *db.Tx) error {
			c, err := w.ByReference(tx, "OLD-1")
			if n != 2 || c.Text != lamp().Text || c.State != Closed || c.Department != "HYD" || c.District != "CW" {
				t.Errorf("%d: %+v", n, c)
			}
			all, err2 := w.ByPhone(tx, "91234567")
			if len(all) != 2 {
				t.Errorf("%d found by telephone", len(all))
			}
			counts, err3 := w.CountsOf(tx, opened.Day(), monday().Day())
			if counts.Opened != 0 || counts.Closed != 0 || counts.States[Fresh] != 1 {
				t.Errorf("%+v", counts)
			}
			steps, err4 := w.History(tx, c.ID)
			if len(steps) != 1 || steps[0].What != "taken-over" {
				t.Errorf("%+v", steps)
			}
			return errorsOf(err, err2, err3, err4)
		})
		w.countersHold()
		for _, wrong := range []Earlier{{New: lamp(), State: Fresh}, {New: lamp(), State: Closed, OpenedAt: opened}, {New: lamp(), State: Merged, OpenedAt: opened}} {
			if _, err := w.TakeOver(w.system, slices.Values([]Earlier{wrong})); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", wrong, err)
			}
		}
	})
}
