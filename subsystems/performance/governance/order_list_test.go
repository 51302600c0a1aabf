package governance

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/platform/db"
	"praya/platform/web"
	"praya/platform/words"
)

// inventOrders writes invented orders of three departments and four years.
func inventOrders(w *world, n int) {
	w.Helper()
	r := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // a test's own numbers
	what := []string{"更換伺服器", "Replace servers 100%", "維修網絡_A", `back\slash`, "培訓ＡＢＣ課程"}
	for from := 0; from < n; from += 500 {
		w.ok(w.DB.Write(w.as("System", "", ""), func(tx *db.Tx) error {
			for i := from; i < min(n, from+500); i++ {
				o := Order{
					ID: id.New[string](tx.Now()), Department: []string{"DPO", "EPD", "TD"}[r.IntN(3)], Reference: fmt.Sprintf("R-%d-%d", r.IntN(90_000), i),
					Title: what[r.IntN(len(what))], Outsourced: r.IntN(3) > 0, Cancelled: r.IntN(20) == 0, ValueThousands: known(money.Int(int32(r.IntN(5000)))),
				}
				y := 2021 + r.IntN(4)
				o.Year = fmt.Sprintf("%d-%02d", y, (y+1)%100)
				if err := writeOrder(tx, o); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// TestOrdersAreFoundByTheStore: for whatever is asked, the store's pages are the rows that the whole
// list narrowed and sorted in memory gives, for the public, for a department and for who sees all.
func TestOrdersAreFoundByTheStore(t *testing.T) {
	worlds(t, func(w *world) {
		inventOrders(w, 340)
		book, err := words.New(web.Words(), Words())
		w.ok(err)
		view := &web.View{Texts: book.In(lang.EN)}
		for reader, ctx := range map[string]context.Context{"public": w.public(), "officer": w.officer("ann", "EPD"), "compiler": w.compiler()} {
			for _, query := range []string{
				"", "year=2023-24", "department=TD", "by=outsourced", "by=in-house&year=2021-22&department=EPD", "q=server", "q=伺服器", "q=伺服 更換",
				"q=100%25", "q=_a", `q=\`, "q=abc", "q=nothing", "sort=order", "sort=-order", "sort=department", "sort=-department", "sort=year",
				"sort=-year", "sort=value_thousands", "sort=-value_thousands", "sort=outsourced", "sort=-outsourced&q=R-", "sort=unknown", "year=1999-00",
			} {
				asked, err := url.ParseQuery(query)
				w.ok(err)
				r := wholeReader(view, asked)
				whole, err := w.orderList(ctx, r)
				w.ok(err)
				var file bytes.Buffer
				w.ok(whole.csv(&file, asked))
				rows, err := csv.NewReader(&file).ReadAll()
				w.ok(err)
				var want, got []string
				for _, row := range rows[1:] {
					want = append(want, row[0])
				}
				total := -1
				for offset := 0; total < 0 || offset < total; offset += pageSize {
					q := queryOf(asked, web.Pages{Page: 1, Size: pageSize})
					q.Offset = offset
					found, err := w.FindOrders(ctx, q)
					w.ok(err)
					total = found.Total
					for _, o := range found.Orders {
						got = append(got, o.ID)
						if reader == "public" && (o.Title != "" || o.Reference != "") {
							w.Errorf("the public sees %+v", o)
						}
					}
					if len(found.Years) != 4 || strings.Join(found.Offices, " ") != "DPO EPD TD" {
						w.Errorf("%v %v", found.Years, found.Offices)
					}
				}
				if total != len(want) || !slices.Equal(got, want) {
					w.Errorf("%s asks %q: %d orders, want %d; first difference at %d", reader, query, len(got), len(want), firstUnlike(got, want))
				}
			}
		}
		found, err := w.FindOrders(w.public(), OrderQuery{Limit: pageSize, Offset: 1 << 40})
		w.ok(err)
		if len(found.Orders) != 340%pageSize {
			w.Errorf("a page that is not there shows the last one: %d", len(found.Orders))
		}
	})
}

func wholeReader(v *web.View, query url.Values) reader {
	v.Query = query
	return reader{View: v, whole: true}
}

func firstUnlike(a, b []string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// TestOldOrdersAreFolded: orders that were kept before their words were are found too.
func TestOldOrdersAreFolded(t *testing.T) {
	worlds(t, func(w *world) {
		inventOrders(w, 30)
		system := w.as("System", "", "")
		w.ok(w.DB.Write(system, func(tx *db.Tx) error {
			all, err := orders(tx, "")
			for _, o := range all {
				if _, err := tx.Exec(sqlFoldOrder, tx.Realm(), o.ID, "", 0); err != nil {
					return err
				}
			}
			return err
		}))
		for _, want := range []int{0, 30} {
			found, err := w.FindOrders(w.compiler(), OrderQuery{Words: "r-", Limit: pageSize})
			w.ok(err)
			if found.Total != want {
				w.Errorf("%d found, want %d", found.Total, want)
			}
			w.ok(w.FoldOrders(system))
		}
	})
}
