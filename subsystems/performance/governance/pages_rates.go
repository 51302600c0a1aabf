package governance

import (
	"strconv"

	"praya/platform/web"
)

// showRates shows the rates of a calendar year as they stand, for all and each department,
// and beneath them as they were compiled last.
func (s *Service) showRates(v *web.Visit) error {
	year, err := strconv.Atoi(v.PathValue("year"))
	if err != nil {
		return hidden("rates")
	}
	r, err := s.reader(v.Context(), v.View)
	if err != nil {
		return err
	}
	now, err := s.RatesOf(v.Context(), year)
	if err != nil {
		return err
	}
	c, err := s.Compilation(v.Context(), year)
	if err != nil {
		return err
	}
	all := now[""]
	if delete(now, ""); all.Returns+c.Edition == 0 {
		return hidden("rates")
	}
	shown := strconv.Itoa(year)
	var d sheetView
	d.Acts = []link{{v.T("governance.rates.returns"), base + "/returns?year=" + shown}}
	d.Parts = []sheetPart{{Text: v.T("governance.overview.rates-lead"), Table: r.ratesTable("now", v.T("governance.rates.caption"), all, now)}}
	if c.Edition > 0 {
		text := v.T("governance.rates.compiled", "edition", c.Edition, "at", v.Instant(c.At))
		if all != c.All {
			d.Warning = append(d.Warning, v.T("governance.rates.changed"))
		}
		d.Parts = append(d.Parts, sheetPart{Title: v.T("governance.rates.compilation"), Text: text, Table: r.ratesTable("compiled", v.T("governance.rates.compiled-caption"), c.All, c.Departments)})
	}
	return s.thing(v, "returns", v.T("governance.rates.title", "year", shown), "", d)
}

func (r reader) ratesTable(id, caption string, all Rates, departments map[string]Rates) *web.Table {
	t := web.Table{ID: id, Caption: caption, Mode: web.Figures, Columns: r.columns(1, "department", "returns")}
	for name := range all.each {
		t.Columns = append(t.Columns, web.Column{Head: r.T("governance.rate." + name), Numeric: true})
	}
	add := func(head web.Cell, rates Rates, total bool) {
		cells := []web.Cell{head, {Text: strconv.Itoa(rates.Returns)}}
		for _, share := range rates.each {
			cells = append(cells, r.shareCell(share))
		}
		t.Rows = append(t.Rows, web.Row{Cells: cells, Total: total})
	}
	for _, code := range sortedKeys(departments) {
		add(r.officeCell(code), departments[code], false)
	}
	add(web.Cell{Text: r.T("governance.list.all")}, all, true)
	return &t
}
