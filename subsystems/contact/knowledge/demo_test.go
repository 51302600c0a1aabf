package knowledge

import (
	"testing"

	"praya/kernel/lang"
	"praya/platform/db"
)

// TestDemonstration: articles of several departments, once, found by everyday words in three languages.
func TestDemonstration(t *testing.T) {
	onEach(t, func(w *world) {
		w.ok(w.Demonstrate(w.system))
		w.ok(w.Demonstrate(w.system))
		w.read(func(tx *db.Tx) error {
			all, err := w.Articles(tx, "", "", 100)
			departments := map[string]bool{}
			for _, a := range all {
				departments[a.Department] = true
				if !a.Title.Complete() || !a.Text.Complete() || !a.Everyday.Complete() {
					t.Errorf("%s isn't there in three languages", a.Code)
				}
			}
			if len(all) != len(demonstration()) || len(departments) < 5 {
				t.Errorf("%d articles of %d departments", len(all), len(departments))
			}
			return err
		})
		for q, want := range map[string]string{
			"唔見咗身份證點算": "identity-card-lost", "lost my HKID": "identity-card-lost", "出世纸": "birth-register", "牛肉乾": "parking-ticket", "how to open a restaurant": "food-licence",
			"樓上冷氣機滴水": "water-drip", "地盘嘈": "construction-noise", "badminton court": "book-court", "街燈壞咗": "street-lamp", "where can I recycle bottles?": "recycling",
		} {
			got, _ := w.find(Query{Text: q, Lang: lang.EN})
			if len(got) == 0 || got[0].Code != want {
				t.Errorf("%s: %+v", q, got)
			}
		}
	})
}
