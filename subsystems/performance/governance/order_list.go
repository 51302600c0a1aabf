package governance

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"praya/platform/db"
	"praya/platform/search"
	"praya/platform/web"
)

// OrderQuery is which orders somebody looks for.
type OrderQuery struct {
	Year, Department string
	By               string // outsourced, in-house
	Words            string // in reference and title, of which four count
	Sort             string // a column, with - before it: downwards
	Limit, Offset    int

	seen string // departments whose titles the reader sees
}

// OrderPage is a page of orders, with what there is to choose from.
type OrderPage struct {
	Orders         []Order
	Total          int
	Years, Offices []string
}

// mostWords bounds how many words are searched for at once.
const mostWords = 4

// patterns are the words that are looked for; the first is empty when there are none.
func (q OrderQuery) patterns() (out [mostWords]string) {
	escape := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
	words := strings.Fields(search.Fold(q.Words))
	for i := range out {
		switch {
		case i < len(words):
			out[i] = "%" + escape.Replace(words[i]) + "%"
		case len(words) > 0:
			out[i] = "%"
		}
	}
	return out
}

// folded is what is searched of an order; it is never empty.
func (o Order) folded() string { return search.Fold(o.Reference+"\n"+o.Title) + "\n" }

// worth is an order's value as a number that sorts: below nought where it is not known.
func (o Order) worth() int64 {
	d, err := o.ValueThousands.Decimal.At(6)
	if !o.ValueThousands.Known || err != nil {
		return -1
	}
	return d.Coef()
}

// FindOrders gives a page of the work orders that somebody looks for, newest year first unless they
// ask otherwise. Words are looked for only where the reader sees titles.
func (s *Service) FindOrders(ctx context.Context, q OrderQuery) (out OrderPage, err error) {
	sees := s.sees(ctx)
	err = s.read(ctx, func(tx *db.Tx) error {
		if out.Years, err = orderYears(tx); err != nil {
			return err
		}
		if out.Offices, err = orderOffices(tx); err != nil {
			return err
		}
		q.seen = seenOf(out.Offices, sees)
		if q.seen == "" && strings.TrimSpace(q.Words) != "" {
			return nil // there are no words that this reader may find
		}
		if out.Total, err = ordersCount(tx, q); err != nil {
			return err
		}
		q.Offset = max(0, min(q.Offset, (out.Total-1)/max(q.Limit, 1)*q.Limit))
		out.Orders, err = ordersFound(tx, q)
		return err
	})
	for i := range out.Orders {
		out.Orders[i] = out.Orders[i].shown(sees(out.Orders[i].Department))
	}
	return out, err
}

func seenOf(offices []string, sees func(string) bool) string {
	seen := slices.DeleteFunc(slices.Clone(offices), func(d string) bool { return !sees(d) })
	if len(seen) == len(offices) {
		return "*"
	}
	return strings.Join(seen, " ")
}

// FoldOrders fills in what is searched of orders that were written before it was kept.
func (s *Service) FoldOrders(ctx context.Context) error {
	for {
		n := 0
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			old, err := ordersUnfolded(tx)
			n = len(old)
			for _, o := range old {
				if err := foldOrder(tx, o); err != nil {
					return err
				}
			}
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// queryOf reads a list's address.
func queryOf(query url.Values, pages web.Pages) OrderQuery {
	return OrderQuery{
		Year: query.Get("year"), Department: query.Get("department"), By: query.Get("by"), Words: query.Get("q"), Sort: query.Get("sort"),
		Limit: pageSize, Offset: pages.Offset(),
	}
}
