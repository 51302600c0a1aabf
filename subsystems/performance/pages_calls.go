package performance

import (
	"slices"

	"github.com/a-h/templ"

	"praya/kernel/money"
	"praya/kernel/when"
	"praya/platform/web"
)

// quarterCount is a quarter of an hour with calls: how many count, and of how many.
type quarterCount struct {
	from        when.Instant
	path        string
	part, whole money.Decimal
}

// quartersIn joins the two rows that a quarter has, by time, and gives what they add up to.
func (m Measure) quartersIn(all []Case) (out []quarterCount, sum quarterCount, err error) {
	at := map[string]int{}
	for _, c := range all {
		i, known := at[c.ID]
		if !known {
			from, err := when.ParseInstant(c.ID)
			if err != nil {
				return nil, sum, err
			}
			i, out = len(out), append(out, quarterCount{from: from, path: c.Path})
			at[c.ID] = i
		}
		of, total := &out[i].whole, &sum.whole
		if m.counts(c) {
			of, total = &out[i].part, &sum.part
		}
		*of = c.Amount
		if *total, err = total.Add(c.Amount); err != nil {
			return nil, sum, err
		}
	}
	slices.SortFunc(out, func(a, b quarterCount) int { return a.from.Time().Compare(b.from.Time()) })
	return out, sum, nil
}

// showQuarters is what a share or a mean of calls counts: a row for each quarter of an hour, with
// the numerator and the denominator each in a column of its own.
func (s *Service) showQuarters(v *web.Visit, page web.Page, m Measure, all []Case) error {
	rows, sum, err := m.quartersIn(all)
	if err != nil {
		return err
	}
	shares := m.Formula != Sum
	pages := v.PageOf(casesAPage, len(rows))
	t := web.Table{
		ID: "cases", Caption: v.T("performance.quarters.caption"), Mode: web.Figures,
		Columns: []web.Column{{Head: v.T("performance.quarters.quarter")}, {Head: v.T("performance.cases.case")}, {Head: v.T("performance.quarters.part." + m.Stream), Numeric: true}},
		Empty:   web.Empty{Why: v.T("performance.cases.none")},
	}
	says := v.T("performance.quarters.sum", "part", v.Decimal(sum.part.String()))
	if shares {
		t.Columns = append(t.Columns, web.Column{Head: v.T("performance.quarters.whole." + m.Stream), Numeric: true})
		says = v.T("performance.quarters.share", "part", v.Decimal(sum.part.String()), "whole", v.Decimal(sum.whole.String()))
	}
	from := min(pages.Offset(), len(rows))
	for _, q := range rows[from:min(from+casesAPage, len(rows))] {
		row := web.Row{Cells: []web.Cell{{Text: v.Instant(q.from)}, {Text: v.T("performance.cases.open"), Path: q.path}, {Text: v.Decimal(q.part.String())}}}
		if shares {
			row.Cells = append(row.Cells, web.Cell{Text: v.Decimal(q.whole.String())})
		}
		t.Rows = append(t.Rows, row)
	}
	return v.Render(page, templ.Join(quartersSum(says), web.DataTable(v.View, t), web.Pagination(v.View, pages)))
}
