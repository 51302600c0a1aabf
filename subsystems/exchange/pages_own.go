package exchange

import (
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/web"
)

const consentsOnPage = 20

// own is a page of a signed-in person, and what it needs.
type own struct {
	spoken
	account string
	uses    map[ConsentID]int64
}

func (s *Service) own(v *web.Visit) (o own, err error) {
	if err := v.Allow("exchange.own", web.Resource{Type: "Account", ID: v.Actor().ID}); err != nil {
		return o, err
	}
	reg, err := s.fresh(v.Context())
	return own{spoken: spoken{v.View, reg}, account: v.Actor().ID}, err
}

func (o own) crumbs(more ...web.Crumb) []web.Crumb {
	out := []web.Crumb{{Text: o.T("exchange.me.account"), Path: "/me"}}
	if o.Path != ownPath {
		out = append(out, web.Crumb{Text: o.T("exchange.me.title"), Path: ownPath})
	}
	return append(out, more...)
}

// ownView is everything that a person agreed to.
type ownView struct {
	own
	Active    []Consent
	Ended     web.Table
	Deletions web.Table
	Reports   int
	Pages     web.Pages
}

func (s *Service) showOwn(v *web.Visit) error {
	o, err := s.own(v)
	if err != nil {
		return err
	}
	all, err := s.OwnAll(v.Context(), o.account)
	if err != nil {
		return err
	}
	deletions, err := s.OwnDeletions(v.Context(), o.account)
	if err != nil {
		return err
	}
	reports, err := s.OwnReports(v.Context(), o.account)
	if err != nil {
		return err
	}
	if o.uses, err = s.Uses(v.Context(), o.account); err != nil {
		return err
	}
	d := ownView{own: o, Reports: len(reports)}
	var active, ended []Consent
	for _, c := range all {
		if stateAt(c, v.Now()) == string(Active) {
			active = append(active, c)
		} else {
			ended = append(ended, c)
		}
	}
	d.Pages = v.PageOf(consentsOnPage, len(active))
	d.Active = active[min(d.Pages.Offset(), len(active)):min(d.Pages.Offset()+consentsOnPage, len(active))]
	d.Ended, d.Deletions = o.endedTable(ended), o.deletionTable(deletions)
	return v.Render(web.Page{Title: v.T("exchange.me.title"), Lead: v.T("exchange.me.lead"), Crumbs: o.crumbs(), Secret: true}, ownPage(d))
}

// terms are a consent's terms as a person reads them.
func (o own) terms(c Consent) []web.Entry {
	out := []web.Entry{
		{Label: o.T("exchange.me.fields"), Value: o.fields(c.Service, c.Fields)},
		{Label: o.T("exchange.ask.purpose"), Value: o.purpose(c.Purpose)},
		{Label: o.T("exchange.ask.from"), Value: o.name(c.Provider)},
		{Label: o.T("exchange.ask.until"), Value: o.Date(lastDay(c.Until))},
		{Label: o.T("exchange.ask.often"), Value: OftenText(o.Texts, c.Often)},
		{Label: o.T("exchange.ask.keep"), Value: o.days(c.Keep)},
	}
	used := o.T("exchange.me.never-used")
	if n := o.uses[c.ID]; n > 0 {
		used = o.T("exchange.me.times", "count", n)
	}
	return append(out, web.Entry{Label: o.T("exchange.me.used"), Value: used, Path: ownPath + "/accesses?consent=" + string(c.ID)})
}

func consentPath(id ConsentID) string { return ownPath + "/consents/" + string(id) }
func accessPath(id AccessID) string   { return ownPath + "/accesses/" + string(id) }

// stateTag is how a consent stands.
func (o own) stateTag(c Consent) templ.Component {
	state := stateAt(c, o.Now())
	tag := map[string]web.State{string(Active): web.Approved, string(Withdrawn): web.Withdrawn}[state]
	if tag == "" {
		tag = web.Done
	}
	return web.Outcome(o.View, tag, o.T("exchange.state."+state))
}

func (o own) endedTable(all []Consent) web.Table {
	t := web.Table{ID: "ended", Caption: o.T("exchange.me.ended"), Columns: []web.Column{
		{Head: o.T("exchange.ask.to")}, {Head: o.T("exchange.ask.purpose")}, {Head: o.T("exchange.me.state")},
	}}
	for _, c := range all {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: o.name(c.Consumer), Path: consentPath(c.ID)}, {Text: o.purpose(c.Purpose)}, {Body: o.stateTag(c)},
		}})
	}
	return t
}

// receiptTag says whether a deletion receipt has come.
func receiptTag(v *web.View, d Deletion, today when.Day) templ.Component {
	switch {
	case !d.Received.IsZero():
		return web.Outcome(v, web.Done, v.T("exchange.deletion.received", "day", v.Date(d.Received.Day())))
	case d.Late(today):
		return web.Outcome(v, web.Late, v.T("exchange.deletion.late"))
	}
	return web.Outcome(v, web.InProgress, v.T("exchange.deletion.waiting"))
}

func (o own) deletionTable(all []Deletion) web.Table {
	t := web.Table{ID: "deletions", Caption: o.T("exchange.me.deletions"), Columns: []web.Column{
		{Head: o.T("exchange.ask.to")}, {Head: o.T("exchange.deletion.due")}, {Head: o.T("exchange.deletion.receipt")},
	}}
	for _, d := range all {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: o.name(d.Consumer), Path: consentPath(d.Consent)}, {Text: o.Date(d.Due)}, {Body: receiptTag(o.View, d, o.Now().Day())},
		}})
	}
	return t
}

// doWithdraw ends a consent by one click.
func (s *Service) doWithdraw(v *web.Visit) error {
	o, err := s.own(v)
	if err != nil {
		return err
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	id := ConsentID(form.Get("consent"))
	c, err := s.Own(v.Context(), o.account, id)
	if err != nil {
		return err
	}
	err = s.Withdraw(v.Context(), o.account, id)
	if fault.Is(err, fault.Conflict) && c.State == Withdrawn {
		err = nil // a second click: it stands as they want it
	}
	if err != nil {
		return err
	}
	d, there, err := s.DeletionOf(v.Context(), id)
	if err != nil {
		return err
	}
	due := v.Now().Day()
	if there {
		due = d.Due
	}
	return v.RedirectWith(consentPath(id), web.Notice{Text: v.T("exchange.me.withdrawn", "time", v.Time(v.Now()), "consumer", o.name(c.Consumer), "day", v.Date(due))})
}

// consentView is one consent with all that became of it.
type consentView struct {
	own
	Consent  Consent
	Records  []web.Event
	Accesses web.Table
	Deletion *Deletion
	Check    checkView
}

func (s *Service) showConsent(v *web.Visit) error {
	o, c, err := s.ownConsent(v)
	if err != nil {
		return err
	}
	if o.uses, err = s.Uses(v.Context(), o.account); err != nil {
		return err
	}
	d := consentView{own: o, Consent: c}
	records, err := s.Records(v.Context(), c.ID)
	if err != nil {
		return err
	}
	for _, r := range slices.Backward(records) {
		d.Records = append(d.Records, web.Event{When: v.Instant(r.At), What: v.T("exchange.record." + r.What), Who: v.T("exchange.record.version", "number", v.Number(r.Number))})
	}
	all, err := s.Accesses(v.Context(), o.account, AccessFilter{Consent: c.ID}, "", 5)
	if err != nil {
		return err
	}
	d.Accesses = o.accessTable(all)
	deletion, there, err := s.DeletionOf(v.Context(), c.ID)
	if there {
		d.Deletion = &deletion
	}
	if err != nil {
		return err
	}
	if d.Check, err = s.checking(v, consentPath(c.ID)+"/bundle"); err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("exchange.consent.title", "consumer", o.name(c.Consumer)), Crumbs: o.crumbs(), Secret: true}, consentPage(d))
}

func (s *Service) ownConsent(v *web.Visit) (o own, c Consent, err error) {
	if o, err = s.own(v); err != nil {
		return o, c, err
	}
	c, err = s.Own(v.Context(), o.account, ConsentID(v.PathValue("id")))
	return o, c, err
}

func (s *Service) changeConsentForm(v *web.Visit) error {
	o, c, err := s.ownConsent(v)
	if err != nil {
		return err
	}
	if stateAt(c, v.Now()) != string(Active) {
		return fault.New(fault.Conflict, "exchange.fault.not-active")
	}
	given := url.Values{"fields": c.Fields}
	web.GiveDay(given, "until", lastDay(c.Until))
	fields := web.Question{As: web.AsTick, Field: web.Field{Name: "fields", Label: v.T("exchange.me.fields"), Hint: v.T("exchange.change.fields-hint")}}
	for _, f := range o.reg.rights[c.Right].Fields {
		choice := web.Choice{Value: f, Label: o.fields(c.Service, []string{f})}
		if slices.Contains(c.Fields, f) && !slices.Contains(c.Optional, f) {
			choice.Hint = v.T("exchange.change.needed")
		}
		fields.Choices = append(fields.Choices, choice)
	}
	return v.Ask(web.Questions{
		Title: v.T("exchange.change.title"), Lead: v.T("exchange.change.lead", "consumer", o.name(c.Consumer)), Submit: v.T("exchange.change.submit"), Back: consentPath(c.ID),
		Asked: []web.Question{
			fields,
			{As: web.AsDay, Field: web.Field{Name: "until", Label: v.T("exchange.change.until"), Hint: v.T("exchange.change.until-hint")}},
		},
		Given: given,
		Act: func(a *web.Answers) (string, string, error) {
			day := a.Day("until", "exchange.fault.until")
			a.Need(!day.IsZero(), "until", "exchange.fault.until")
			a.Need(len(a.Values["fields"]) > 0, "fields", "exchange.fault.consent-fields")
			if a.Bad() {
				return "", "", nil
			}
			err := s.Amend(v.Context(), o.account, c.ID, Change{Fields: a.Values["fields"], Until: endOf(day)})
			return consentPath(c.ID), v.T("exchange.change.done", "consumer", o.name(c.Consumer)), err
		},
	})
}

func (s *Service) downloadConsent(v *web.Visit) error {
	o, err := s.own(v)
	if err != nil {
		return err
	}
	b, err := s.ConsentBundle(v.Context(), o.account, ConsentID(v.PathValue("id")))
	if err != nil {
		return err
	}
	return sendBundle(v, "consent-"+v.PathValue("id"), b)
}

func (s *Service) downloadAccess(v *web.Visit) error {
	o, err := s.own(v)
	if err != nil {
		return err
	}
	a, _, err := s.Access(v.Context(), o.account, AccessID(v.PathValue("id")))
	if err != nil {
		return err
	}
	b, err := s.AccessBundle(v.Context(), o.account, a.ID, o.sentence(a))
	if err != nil {
		return err
	}
	return sendBundle(v, "access-"+v.PathValue("id"), b)
}

func sendBundle(v *web.Visit, name string, b Bundle) error {
	raw, err := b.Encode()
	if err != nil {
		return err
	}
	return v.Download(name+".json", "application/json", func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	})
}

// reportConsent and reportAccess ask what was misused.
func (s *Service) reportConsent(v *web.Visit) error {
	o, c, err := s.ownConsent(v)
	if err != nil {
		return err
	}
	return s.askReport(v, o, c.Consumer, consentPath(c.ID), c.ID, "")
}

func (s *Service) reportAccess(v *web.Visit) error {
	o, err := s.own(v)
	if err != nil {
		return err
	}
	a, _, err := s.Access(v.Context(), o.account, AccessID(v.PathValue("id")))
	if err != nil {
		return err
	}
	return s.askReport(v, o, a.Consumer, accessPath(a.ID), "", a.ID)
}

func (s *Service) askReport(v *web.Visit, o own, consumer, back string, c ConsentID, a AccessID) error {
	return v.Ask(web.Questions{
		Title: v.T("exchange.report.title"), Lead: v.T("exchange.report.lead", "consumer", o.name(consumer)), Submit: v.T("exchange.report.submit"), Back: back,
		Asked: []web.Question{{As: web.AsLines, Field: web.Field{Name: "text", Label: v.T("exchange.report.text"), Hint: v.T("exchange.report.hint")}}},
		Act: func(q *web.Answers) (string, string, error) {
			_, err := s.ReportMisuse(v.Context(), o.account, c, a, strings.TrimSpace(q.Words("text")))
			return ownPath + "/reports", v.T("exchange.report.done", "consumer", o.name(consumer)), err
		},
	})
}

// reportsView is what a person reported.
type reportsView struct {
	own
	All []Report
}

func (s *Service) showReports(v *web.Visit) error {
	o, err := s.own(v)
	if err != nil {
		return err
	}
	all, err := s.OwnReports(v.Context(), o.account)
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("exchange.report.list"), Lead: v.T("exchange.report.list-lead"), Crumbs: o.crumbs(), Secret: true}, reportsPage(reportsView{o, all}))
}

// reportTag is how a report stands.
func reportTag(v *web.View, r Report) templ.Component {
	if r.State == ReportAnswered {
		return web.Outcome(v, web.Done, v.T("exchange.report.answered"))
	}
	return web.Outcome(v, web.InProgress, v.T("exchange.report.open"))
}

func (o own) reportEntries(r Report) []web.Entry {
	path := accessPath(r.Access)
	if r.Access == "" {
		path = consentPath(r.Consent)
	}
	out := []web.Entry{
		{Label: o.T("exchange.report.about"), Value: o.name(r.Consumer), Path: path},
		{Label: o.T("exchange.report.sent"), Value: o.Instant(r.At)},
		{Label: o.T("exchange.report.text"), Value: r.Text},
		{Label: o.T("exchange.me.state"), Body: reportTag(o.View, r)},
	}
	if r.Answer != "" {
		out = append(out, web.Entry{Label: o.T("exchange.report.answer"), Value: r.Answer})
	}
	return out
}
