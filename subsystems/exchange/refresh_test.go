package exchange

import (
	"net/http"
	"testing"

	"praya/platform/sign"
)

// TestRefresh: after the key of sealed values has turned, everything is written anew, and reads
// as before.
func TestRefresh(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.give("chan", w.standing("name", "address"))
		w.get(c.ID)
		w.must(w.s.Amend(w.ctx, "chan", c.ID, Change{Fields: []string{"name", "address"}, Until: c.Until}))
		w.must(w.s.Keys.Rotate(sign.Fields))
		if n, err := w.s.Stale(w.ctx); err != nil || n != 4 {
			t.Errorf("%d values are under the older key, %v", n, err)
		}
		w.must(w.s.reseal(w.ctx, func(int64) {}))
		if n, err := w.s.Stale(w.ctx); err != nil || n != 0 {
			t.Errorf("%d values are under the older key, %v", n, err)
		}
		if r := w.get(c.ID); r.StatusCode != http.StatusOK {
			t.Errorf("%s", r.body)
		}
		all, err := w.s.Accesses(w.ctx, "chan", AccessFilter{}, "", 10)
		w.must(err)
		for _, a := range all {
			if _, e, err := w.s.Access(w.ctx, "chan", a.ID); err != nil || len(e.Seed) != 32 {
				t.Errorf("%v", err)
			}
		}
	})
}
