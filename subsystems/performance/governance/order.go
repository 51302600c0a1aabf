package governance

import (
	"praya/kernel/money"
	"praya/kernel/when"
)

// Order is a work order (工作): work undertaken in a financial year.
type Order struct {
	ID             string `json:"id"`
	Department     string `json:"department"`
	Reference      string `json:"-"`
	Title          string `json:"-"`
	Year           string `json:"year" doc:"Financial year, 2025-26"`
	ValueThousands Figure `json:"value_thousands" doc:"In thousands of dollars"`
	Outsourced     bool   `json:"outsourced"`
	Project        string `json:"project,omitempty" doc:"Id of the project that it is part of"`
	Cancelled      bool   `json:"cancelled,omitempty" doc:"A cancelled order has the value 0"`
	Invented       bool   `json:"invented,omitempty" doc:"Made up for the demonstration"`
	Version        int64  `json:"version"`
}

func (o Order) check() error {
	var w wrongs
	w.need(o.Reference != "" && line(o.Reference), "reference", "reference")
	w.need(o.Title != "" && line(o.Title), "title", "line")
	_, err := when.ParseFinancialYear(o.Year)
	w.need(err == nil, "year", "financial-year")
	w.need(o.ValueThousands.amount(), "value", "amount")
	return w.err()
}

// WorkTotal is the value of work of a financial year: all of it, and the part that was
// outsourced (外發).
type WorkTotal struct {
	Year                string `json:"year"`
	Orders              int    `json:"orders"`
	Thousands           Figure `json:"thousands" doc:"Value of work undertaken, in thousands of dollars"`
	OutsourcedThousands Figure `json:"outsourced_thousands" doc:"Value of the work outsourced"`
}

// totals sums orders by financial year; cancelled ones do not count.
func totals(orders []Order) (map[string]WorkTotal, error) {
	out := map[string]WorkTotal{}
	for _, o := range orders {
		if o.Cancelled {
			continue
		}
		t, ok := out[o.Year]
		if !ok {
			t = WorkTotal{Year: o.Year, Thousands: known(money.Int(0)), OutsourcedThousands: known(money.Int(0))}
		}
		t.Orders++
		var err error
		if t.Thousands.Decimal, err = t.Thousands.Decimal.Add(o.ValueThousands.Decimal); err != nil {
			return nil, err
		}
		if o.Outsourced {
			if t.OutsourcedThousands.Decimal, err = t.OutsourcedThousands.Decimal.Add(o.ValueThousands.Decimal); err != nil {
				return nil, err
			}
		}
		out[o.Year] = t
	}
	return out, nil
}
