package fees

import (
	"io"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/sheet"
	"praya/platform/web"
)

const (
	pageSize   = 50
	mostExport = 100_000
)

// day is the day that is asked for; today when none is.
func (f face) day() (when.Day, error) {
	text := f.Query.Get("day")
	if text == "" {
		return f.Now().Day(), nil
	}
	d, err := when.ParseDay(text)
	if err != nil {
		return d, fault.New(fault.NotFound, "fees.fault.day")
	}
	return d, nil
}

func dayPath(d when.Day) string { return deskPath + "?day=" + d.String() }

// showDesk is what waits, then a day: payments, refunds, and how it balances. A reference leads to
// its bill.
func (s *Service) showDesk(v *web.Visit) error {
	f := face{v, s}
	if typed := v.Query.Get("reference"); typed != "" {
		return f.findBill(typed)
	}
	day, err := f.day()
	if err != nil {
		return err
	}
	place := v.PageOf(pageSize, 1<<30)
	d, err := s.Day(v.Context(), day, pageSize, place.Offset())
	if err != nil {
		return err
	}
	var parts []templ.Component
	if tasks := f.tasks(d); len(tasks) > 0 {
		parts = append(parts, heading(v.T("fees.desk.todo")), web.TaskList(v.View, tasks))
	}
	parts = append(parts,
		dayForm(v.View, web.Form{Action: deskPath, Get: true, Filter: true, Quiet: true, Submit: v.T("fees.desk.show")}, web.Field{Name: "day", Label: v.T("fees.desk.day"), Hint: v.T("fees.desk.day-hint"), Value: day.String(), Width: "medium", MaxLength: 10}),
		dayForm(v.View, web.Form{Action: deskPath, Get: true, Filter: true, Quiet: true, Submit: v.T("fees.desk.find")}, web.Field{Name: "reference", Label: v.T("fees.col.reference"), Hint: v.T("fees.desk.reference-hint"), Width: "medium", MaxLength: 20}),
		web.SummaryList(v.View, []web.Entry{
			{Label: v.T("fees.desk.count"), Value: v.Number(int64(d.Count))}, {Label: v.T("fees.desk.sum"), Value: f.money(d.Cents)},
		}),
		web.DataTable(v.View, f.paymentTable(d)), web.Pagination(v.View, v.PageOf(pageSize, d.Count)),
		web.DataTable(v.View, f.refundTable(d.Refunds)),
		web.DataTable(v.View, f.balanceTable(d)), web.DataTable(v.View, f.differenceTable(d.Differences)))
	if v.Can("fees.settle", resourceOf(d.Department)) {
		parts = append(parts, plainForm(v.View, web.Form{Action: deskPath + "/reconcile", Submit: v.T("fees.desk.reconcile"), Quiet: true, Hidden: [][2]string{{"day", day.String()}}}))
	}
	parts = append(parts, web.DownloadList(v.View, []web.File{{Text: v.T("fees.desk.export"), Path: v.Link(deskPath + "/export?day=" + day.String()), Format: "CSV"}}))
	name, _ := f.department(d.Department)
	return v.Render(web.Page{Title: v.T("fees.desk.title"), Lead: v.T("fees.desk.lead", "department", name, "day", day), Wide: true, Secret: true}, stack(parts))
}

func (f face) findBill(typed string) error {
	reference, ok := id.ParseReference(typed)
	if !ok {
		return fault.New(fault.NotFound, "fees.fault.no-bill")
	}
	b, err := f.Find(f.Context(), reference)
	if err != nil {
		return err
	}
	return f.Redirect(deskPath + "/bills/" + string(b.ID))
}

// tasks are what waits for an officer: refunds to decide, differences to settle.
func (f face) tasks(d DayView) (out []web.Task) {
	if f.Can("fees.approve", resourceOf(d.Department)) {
		for _, r := range d.Waiting {
			out = append(out, web.Task{Text: f.T("fees.desk.decide", "amount", f.money(r.Cents)), Hint: f.Instant(r.Made), Path: deskPath + "/refunds/" + string(r.ID), State: web.Waiting})
		}
	}
	if f.Can("fees.settle", resourceOf(d.Department)) {
		for _, x := range d.Open {
			out = append(out, web.Task{Text: f.T("fees.difference." + string(x.Kind)), Hint: f.T("fees.desk.of-day", "day", x.Day), Path: deskPath + "/differences/" + string(x.ID), State: web.Waiting})
		}
	}
	return out
}

func (f face) paymentTable(d DayView) web.Table {
	t := web.Table{
		ID: "payments", Caption: f.T("fees.desk.payments"),
		Columns: []web.Column{{Head: f.T("fees.col.reference")}, {Head: f.T("fees.col.title")}, {Head: f.T("fees.col.amount"), Numeric: true}, {Head: f.T("fees.col.provider")}, {Head: f.T("fees.col.state")}, {Head: f.T("fees.col.paid")}},
		Empty:   web.Empty{Why: f.T("fees.desk.no-payments"), Next: f.T("fees.desk.no-payments-next"), Path: deskPath},
	}
	for _, p := range d.Payments {
		b := d.Bills[p.Bill]
		title, l := b.Title.With(f.Lang())
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: b.Reference, Path: deskPath + "/bills/" + string(b.ID)},
			{Text: title, Lang: l},
			{Text: f.money(p.Cents)},
			{Text: f.T("fees.provider." + p.Provider)},
			{Text: f.T("fees.payment." + string(p.State))},
			{Text: f.Instant(p.Settled)},
		}})
	}
	return t
}

func (f face) refundTable(all []Refund) web.Table {
	t := web.Table{
		ID: "refunds", Caption: f.T("fees.desk.refunds"),
		Columns: []web.Column{{Head: f.T("fees.col.made")}, {Head: f.T("fees.col.amount"), Numeric: true}, {Head: f.T("fees.col.state")}, {Head: f.T("fees.col.why")}},
		Empty:   web.Empty{Why: f.T("fees.desk.no-refunds"), Next: f.T("fees.desk.no-refunds-next")},
	}
	for _, r := range all {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: f.Instant(r.Made), Path: deskPath + "/refunds/" + string(r.ID)}, {Text: f.money(r.Cents)}, {Text: f.T("fees.refund." + string(r.State))}, {Text: r.Why},
		}})
	}
	return t
}

func (f face) balanceTable(d DayView) web.Table {
	t := web.Table{
		ID: "balance", Caption: f.T("fees.desk.balance"),
		Columns: []web.Column{{Head: f.T("fees.col.provider")}, {Head: f.T("fees.col.ours"), Numeric: true}, {Head: f.T("fees.col.theirs"), Numeric: true}, {Head: f.T("fees.col.verdict")}, {Head: f.T("fees.col.checked")}},
		Empty:   web.Empty{Why: f.T("fees.desk.not-reconciled"), Next: f.T("fees.desk.not-reconciled-next")},
	}
	for _, b := range d.Balances {
		verdict := web.Agrees
		if b.Ours != b.Theirs {
			verdict = web.Disagrees
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: f.T("fees.provider." + b.Provider)}, {Text: f.money(b.Ours)}, {Text: f.money(b.Theirs)}, {Body: web.StatusTag(f.View, verdict)}, {Text: f.Instant(b.At)},
		}})
	}
	return t
}

func (f face) differenceTable(all []Difference) web.Table {
	t := web.Table{
		ID: "differences", Caption: f.T("fees.desk.differences"),
		Columns: []web.Column{{Head: f.T("fees.col.difference")}, {Head: f.T("fees.col.ours"), Numeric: true}, {Head: f.T("fees.col.theirs"), Numeric: true}, {Head: f.T("fees.col.state")}},
		Empty:   web.Empty{Why: f.T("fees.desk.no-differences"), Next: f.T("fees.desk.no-differences-next")},
	}
	for _, x := range all {
		state := f.T("fees.difference.settled")
		if x.Open {
			state = f.T("fees.difference.open")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: f.T("fees.difference." + string(x.Kind)), Path: deskPath + "/differences/" + string(x.ID), Small: x.About}, {Text: f.money(x.Ours)}, {Text: f.money(x.Theirs)}, {Text: state},
		}})
	}
	return t
}

// reconcileNow holds a day against the statements at once.
func (s *Service) reconcileNow(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	day, err := when.ParseDay(form.Get("day"))
	if err != nil {
		return fault.New(fault.Invalid, "fees.fault.day")
	}
	department := v.Actor().Duty.Department
	if err := s.may(v.Context(), "fees.settle", department); err != nil {
		return err
	}
	if err := s.Reconcile(v.Context(), department, day); err != nil {
		return err
	}
	return v.RedirectWith(dayPath(day), web.Notice{Text: v.T("fees.desk.reconciled", "day", day)})
}

// exportDay is a day as a file: payments and refunds, exact to the cent.
func (s *Service) exportDay(v *web.Visit) error {
	f := face{v, s}
	day, err := f.day()
	if err != nil {
		return err
	}
	d, err := s.Day(v.Context(), day, mostExport, 0)
	if err != nil {
		return err
	}
	return v.Download("fees-"+day.String()+".csv", "text/csv; charset=utf-8", func(w io.Writer) error {
		out, err := sheet.NewWriter(w, true)
		if err != nil {
			return err
		}
		rows := [][]string{{"kind", "id", "reference", "title", "dollars", "provider", "state", "at"}}
		for _, p := range d.Payments {
			b := d.Bills[p.Bill]
			rows = append(rows, []string{"payment", string(p.ID), b.Reference, b.Title.In(v.Lang()), Dollars(p.Cents), p.Provider, string(p.State), p.Settled.String()})
		}
		for _, r := range d.Refunds {
			rows = append(rows, []string{"refund", string(r.ID), "", "", Dollars(-r.Cents), r.Provider, string(r.State), r.Decided.String()})
		}
		for _, r := range rows {
			if err := out.Write(r); err != nil {
				return err
			}
		}
		return out.Close()
	})
}

// showBill is a bill with its payments and refunds.
func (s *Service) showBill(v *web.Visit) error {
	f := face{v, s}
	a, err := s.Inspect(v.Context(), BillID(v.PathValue("id")))
	if err != nil {
		return err
	}
	parts := []templ.Component{web.SummaryList(v.View, f.entries(a.Bill)), web.DataTable(v.View, f.lineTable(a.Bill)), web.DataTable(v.View, f.attempts(a)), web.DataTable(v.View, f.refundTable(a.Refunds))}
	if (a.Bill.State == Paid || a.Bill.State == PartRefunded) && v.Can("fees.refund", resourceOf(a.Bill.Department)) {
		parts = append(parts, ways(v.View, []web.Crumb{{Text: v.T("fees.do.refund.title"), Path: deskPath + "/bills/" + string(a.Bill.ID) + "/refund"}}))
	}
	title, l := a.Bill.Title.With(v.Lang())
	return v.Render(web.Page{Title: title, Lang: l, Lead: a.Bill.Reference, Crumbs: f.deskCrumbs(), Secret: true}, stack(parts))
}

func (f face) deskCrumbs() []web.Crumb {
	return []web.Crumb{{Text: f.T("fees.desk.title"), Path: deskPath}}
}

func (f face) attempts(a Account) web.Table {
	t := web.Table{
		ID: "attempts", Caption: f.T("fees.desk.attempts"),
		Columns: []web.Column{{Head: f.T("fees.col.made")}, {Head: f.T("fees.col.provider")}, {Head: f.T("fees.col.amount"), Numeric: true}, {Head: f.T("fees.col.state")}},
		Empty:   web.Empty{Why: f.T("fees.desk.no-attempts"), Next: f.T("fees.desk.no-attempts-next")},
	}
	for _, p := range a.Payments {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: f.Instant(p.Made)}, {Text: f.T("fees.provider." + p.Provider)}, {Text: f.money(p.Cents)}, {Text: f.T("fees.payment." + string(p.State))}}})
	}
	return t
}

// number is a version that a form remembers; 0 for what is no number: none that was looked at.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func remembered(version int64) url.Values {
	return web.Given("version", strconv.FormatInt(version, 10))
}
