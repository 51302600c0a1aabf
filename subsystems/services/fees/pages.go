package fees

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/pdf"
	"praya/platform/web"
	"praya/platform/words"
)

// mostOwn is how many bills a person's page shows.
const mostOwn = 100

// face is what every page here needs.
type face struct {
	*web.Visit
	*Service
}

// money writes cents as a bill does: every digit, and whole dollars without cents. (Texts.Money is
// for prose: it counts in 萬, and drops the last zero of HK$120.50.)
func money(w *words.Texts, cents int64) string {
	return w.T("fees.dollars", "amount", w.Decimal(strings.TrimSuffix(Dollars(cents), ".00")))
}

func (f face) money(cents int64) string { return money(f.Texts, cents) }

// department is a department's name; its code where nobody knows it.
func (f face) department(code string) (string, lang.Lang) {
	if f.Departments == nil {
		return code, ""
	}
	t, err := f.Departments.Department(f.Context(), code)
	if err != nil {
		return code, ""
	}
	return t.With(f.Lang())
}

// tag is a bill's state, with shape and word.
func (f face) tag(s State) templ.Component {
	shape := map[State]web.State{
		Due: web.Waiting, Paying: web.InProgress, Paid: web.Approved, PartRefunded: web.Approved, Refunded: web.Withdrawn, Cancelled: web.Withdrawn,
	}[s]
	return web.Outcome(f.View, shape, f.T("fees.state."+string(s)))
}

func (f face) crumbs(more ...web.Crumb) []web.Crumb {
	return append([]web.Crumb{{Text: f.T("fees.me.account"), Path: "/me"}, {Text: f.T("fees.me.title"), Path: ownPath}}, more...)
}

func (s *Service) showOwns(v *web.Visit) error {
	f := face{v, s}
	if err := v.Allow("fees.own", access.Resource{Type: "Account", ID: v.Actor().ID}); err != nil {
		return err
	}
	var all []Bill
	err := s.DB.Read(v.Context(), func(tx *db.Tx) (err error) {
		all, err = s.OwnOf(tx, v.Actor().ID, false, mostOwn)
		return err
	})
	if err != nil {
		return err
	}
	t := web.Table{
		ID: "bills", Caption: v.T("fees.me.caption", "count", len(all)),
		Columns: []web.Column{{Head: v.T("fees.col.title")}, {Head: v.T("fees.col.amount"), Numeric: true}, {Head: v.T("fees.col.state")}, {Head: v.T("fees.col.due")}},
		Empty:   web.Empty{Why: v.T("fees.me.none"), Next: v.T("fees.me.none-next"), Path: "/me"},
	}
	for _, b := range all {
		title, l := b.Title.With(v.Lang())
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: title, Lang: l, Path: ownPath + "/" + string(b.ID), Small: b.Reference}, {Text: f.money(b.Cents)}, {Body: f.tag(b.State)}, f.dueCell(b),
		}})
	}
	return v.Render(web.Page{Title: v.T("fees.me.title"), Lead: v.T("fees.me.lead"), Crumbs: f.crumbs()[:1], Secret: true}, web.DataTable(v.View, t))
}

func (f face) dueCell(b Bill) web.Cell {
	switch {
	case b.Due.IsZero():
		return web.Cell{Body: web.Blank()}
	case b.State.Open() && b.Due.Before(f.Now().Day()):
		return web.Cell{Text: f.Date(b.Due), Small: f.T("fees.me.late")}
	}
	return web.Cell{Text: f.Date(b.Due)}
}

// readOwn reads the bill of a page.
func (s *Service) readOwn(v *web.Visit) (b Bill, err error) {
	err = s.DB.Read(v.Context(), func(tx *db.Tx) error {
		b, err = s.own(tx, BillID(v.PathValue("id")))
		return err
	})
	return b, err
}

func (s *Service) showOwn(v *web.Visit) error {
	f := face{v, s}
	b, err := s.readOwn(v)
	if err != nil {
		return err
	}
	return f.ownPage(b, http.StatusOK, "")
}

// ownPage is a bill: what, how much, and how to pay.
func (f face) ownPage(b Bill, status int, wrong string) error {
	here := ownPath + "/" + string(b.ID)
	parts := []templ.Component{
		web.KeyFigure(f.View, web.Figure{Label: f.T("fees.bill.total"), Value: f.money(b.Cents)}),
		web.SummaryList(f.View, f.entries(b)),
		web.DataTable(f.View, f.lineTable(b)),
	}
	if b.State.Open() {
		field := web.Field{Name: "provider", Label: f.T("fees.pay.how"), Error: wrong}
		if wrong != "" {
			parts = append([]templ.Component{web.ErrorSummary(f.View, []web.FieldError{{Name: "provider", Text: wrong}})}, parts...)
		}
		parts = append(parts, heading(f.T("fees.pay.title")), sentence(f.T("fees.pay.lead")),
			payForm(f.View, web.Form{Action: here, Submit: f.T("fees.pay.submit", "amount", f.money(b.Cents)), Hidden: f.onlyProvider()}, field, f.providers()))
	}
	if !b.Paid.IsZero() {
		parts = append(parts, ways(f.View, []web.Crumb{{Text: f.T("fees.receipt.title"), Path: here + "/receipt"}}))
	}
	if f.CasePath != nil && b.Case != "" {
		parts = append(parts, ways(f.View, []web.Crumb{{Text: f.T("fees.case"), Path: f.CasePath(b.Case)}}))
	}
	title, l := b.Title.With(f.Lang())
	return f.RenderStatus(status, web.Page{Title: title, Lang: l, Lead: b.Reference, Crumbs: f.crumbs(), Secret: true, Failed: wrong != ""}, stack(parts))
}

func (f face) providers() (out []web.Choice) {
	for _, p := range f.Providers {
		out = append(out, web.Choice{Value: p.Name(), Label: f.T("fees.provider." + p.Name()), Hint: f.T("fees.provider." + p.Name() + "-hint")})
	}
	return out
}

// onlyProvider is the way to pay when there is no choice.
func (f face) onlyProvider() [][2]string {
	if len(f.Providers) != 1 {
		return nil
	}
	return [][2]string{{"provider", f.Providers[0].Name()}}
}

func (f face) entries(b Bill) []web.Entry {
	name, l := f.department(b.Department)
	out := []web.Entry{
		{Label: f.T("fees.col.reference"), Value: b.Reference},
		{Label: f.T("fees.col.state"), Body: f.tag(b.State)},
		{Label: f.T("fees.col.department"), Value: name, Lang: l},
		{Label: f.T("fees.col.made"), Value: f.Date(b.Made.Day())},
	}
	if !b.Due.IsZero() {
		out = append(out, web.Entry{Label: f.T("fees.col.due"), Value: f.Date(b.Due)})
	}
	if !b.Paid.IsZero() {
		out = append(out, web.Entry{Label: f.T("fees.col.paid"), Value: f.Instant(b.Paid)})
	}
	if b.Refunded > 0 {
		out = append(out, web.Entry{Label: f.T("fees.col.refunded"), Value: f.money(b.Refunded)})
	}
	return out
}

func (f face) lineTable(b Bill) web.Table {
	t := web.Table{
		ID: "lines", Caption: f.T("fees.bill.lines"), Mode: web.Figures,
		Columns: []web.Column{{Head: f.T("fees.col.line")}, {Head: f.T("fees.col.amount"), Numeric: true}},
	}
	for _, x := range b.Lines {
		label, l := x.Label.With(f.Lang())
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: label, Lang: l}, {Text: f.money(x.Cents)}}})
	}
	t.Rows = append(t.Rows, web.Row{Total: true, Cells: []web.Cell{{Text: f.T("fees.bill.total")}, {Text: f.money(b.Cents)}}})
	return t
}

// pay sends the payer to a provider.
func (s *Service) pay(v *web.Visit) error {
	f := face{v, s}
	form, err := v.Form()
	if err != nil {
		return err
	}
	b, err := s.readOwn(v)
	if err != nil {
		return err
	}
	if form.Get("provider") == "" {
		return f.ownPage(b, http.StatusUnprocessableEntity, v.T("fees.pay.choose"))
	}
	to, err := s.Pay(v.Context(), b.ID, form.Get("provider"))
	if fault.Is(err, fault.Conflict) { // paid in another tab: say how it stands
		return v.Redirect(ownPath + "/" + string(b.ID))
	}
	if err != nil {
		return err
	}
	if strings.HasPrefix(to, "/") {
		return v.Redirect(to)
	}
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "https" {
		return fault.New(fault.Unavailable, "fees.fault.provider")
	}
	v.FormsLeadTo(u.Scheme + "://" + u.Host)
	http.Redirect(v.W, v.R, u.String(), http.StatusSeeOther)
	return nil
}

// comeBack is where payers return to: what counts is what the provider says, not that they are here.
func (s *Service) comeBack(v *web.Visit) error {
	b, err := s.Catch(v.Context(), BillID(v.PathValue("id")))
	if err != nil {
		return err
	}
	n := web.Notice{Text: v.T("fees.back." + string(b.State))}
	n.Failed = b.State == Due
	return v.RedirectWith(ownPath+"/"+string(b.ID), n)
}

// paidBill is a bill of the reader that has a receipt.
func (s *Service) paidBill(v *web.Visit) (Bill, error) {
	b, err := s.readOwn(v)
	if err == nil && b.Paid.IsZero() {
		err = fault.New(fault.NotFound, "fees.fault.not-paid")
	}
	return b, err
}

func (s *Service) showReceipt(v *web.Visit) error {
	f := face{v, s}
	b, err := s.paidBill(v)
	if err != nil {
		return err
	}
	title, _ := b.Title.With(v.Lang())
	return v.Render(web.Page{Title: v.T("fees.receipt.title"), Lead: title, Crumbs: f.crumbs(), Secret: true, Version: b.Reference}, stack([]templ.Component{
		web.SummaryList(v.View, f.entries(b)), web.DataTable(v.View, f.lineTable(b)),
		web.DownloadList(v.View, []web.File{{Text: v.T("fees.receipt.print"), Path: v.Link(ownPath + "/" + string(b.ID) + "/receipt/print"), Format: "PDF"}}),
	}))
}

func (s *Service) printReceipt(v *web.Visit) error {
	f := face{v, s}
	b, err := s.paidBill(v)
	if err != nil {
		return err
	}
	department, _ := f.department(b.Department)
	file, err := receipt(v.Texts, b, department)
	if err != nil {
		return err
	}
	return send(v, b.Reference+".pdf", "application/pdf", file)
}

// receipt is a receipt as a file, in the payer's language.
func receipt(w *words.Texts, b Bill, department string) ([]byte, error) {
	d, err := pdf.New(pdf.Info{
		Title: w.T("fees.receipt.title") + " " + b.Reference, Author: department, Producer: "Praya", Lang: w.Lang(), Day: b.Paid.Day(), Footer: w.T("fees.receipt.footer", "reference", b.Reference),
	})
	if err != nil {
		return nil, err
	}
	d.Paragraph("", department)
	d.Heading(1, w.T("fees.receipt.title"))
	d.Paragraph("", b.Title.In(w.Lang()))
	d.Pair(w.T("fees.col.reference"), b.Reference)
	d.Pair(w.T("fees.col.paid"), w.Instant(b.Paid))
	t := pdf.Table{Words: 1, Heads: [][]string{{w.T("fees.col.line"), w.T("fees.col.amount")}}}
	for _, l := range b.Lines {
		t.Rows = append(t.Rows, pdf.Row{Cells: []string{l.Label.In(w.Lang()), money(w, l.Cents)}})
	}
	t.Rows = append(t.Rows, pdf.Row{Cells: []string{w.T("fees.bill.total"), money(w, b.Cents)}, Ruled: true})
	if b.Refunded > 0 {
		t.Rows = append(t.Rows, pdf.Row{Cells: []string{w.T("fees.col.refunded"), money(w, b.Refunded)}})
	}
	d.Table(t)
	return d.Bytes()
}

func send(v *web.Visit, name, contentType string, body []byte) error {
	return v.Download(name, contentType, func(w io.Writer) error {
		_, err := bytes.NewReader(body).WriteTo(w)
		return err
	})
}
