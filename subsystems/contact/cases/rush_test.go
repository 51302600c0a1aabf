package cases

import (
	"strings"
	"sync"
	"testing"

	"praya/kernel/fault"
	"praya/platform/db"
)

// TestManyAtOnce: who changes the same case at once waits, and nothing is lost; one of two refusals
// counts.
func TestManyAtOnce(t *testing.T) {
	each(t, func(w *world) {
		c, _ := w.open(lamp())
		r := w.refer(c.ID, "HYD")
		var wait sync.WaitGroup
		errs := make(chan error, 32)
		for range 8 {
			wait.Add(2)
			go func() {
				defer wait.Done()
				errs <- w.DB.Write(w.system, func(tx *db.Tx) error {
					return w.Add(tx, c.ID, Message{From: ByPerson, Channel: "web", Text: "Once more.", By: Person})
				})
			}()
			go func() {
				defer wait.Done()
				err := w.DB.Write(w.system, func(tx *db.Tx) error { return w.Refuse(tx, r.ID, Refusal{Other: "FEHD"}, "officer") })
				if err != nil && !fault.Is(err, fault.Conflict) {
					errs <- err
				}
			}()
		}
		wait.Wait()
		close(errs)
		for err := range errs {
			w.ok(err)
		}
		w.read(func(tx *db.Tx) error {
			all, err := w.Messages(tx, c.ID)
			if len(all) != 8 {
				w.Errorf("%d messages", len(all))
			}
			referrals, err2 := w.Referrals(tx, c.ID)
			if len(referrals) != 2 || referrals[1].Department != "FEHD" {
				w.Errorf("%+v", referrals)
			}
			return errorsOf(err, err2)
		})
		w.notices()
		if n := strings.Count(strings.Join(w.office.told, "\n"), "the person wrote"); n != 8 {
			w.Errorf("told %d times", n)
		}
	})
}
