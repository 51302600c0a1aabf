package cases

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/web"
)

// shown is a referral as its department sees it: nothing of the case but what was put into its hands.
type shown struct {
	Referral
	Kind      Kind
	Subject   string
	Anonymous bool
	CaseOpen  bool
	Where     *Where
	Later     []Message // what the person wrote since, without what is withheld
	Pictures  []File
	Papers    []File // only where the contact is shared: a paper may bear a name
	Settings  Settings
	Names     map[string]string
}

// showReferrals is the desk of a department.
func (s *Service) showReferrals(v *web.Visit) error {
	f := face{v, s}
	department := v.Actor().Duty.Department
	if err := f.Service.may(v.Context(), "cases.referral", department); err != nil {
		return err
	}
	var open, past []Referral
	var total int64
	words := v.Query.Get("q")
	err := f.read(func(tx *db.Tx) (err error) {
		if words != "" {
			open, _, err = f.FindFor(tx, department, words, 50, 0)
			return err
		}
		if total, err = openOf(tx, department); err != nil {
			return err
		}
		if open, err = openOfDepartment(tx, department, deskPage, v.PageOf(deskPage, int(total)).Offset()); err != nil {
			return err
		}
		past, err = pastOfDepartment(tx, department, 20)
		return err
	})
	if err != nil {
		return err
	}
	parts := []templ.Component{filterForm(v.View, web.Form{Action: referralsPath, Get: true, Filter: true, Submit: v.T("cases.desk.find")}, web.Field{Name: "q", Label: v.T("cases.desk.words"), Value: words, Optional: true}, nil)}
	if words != "" {
		parts = append(parts, web.DataTable(v.View, f.ownTable("found", v.T("cases.referrals.found"), open)))
	} else {
		parts = append(parts, web.DataTable(v.View, f.ownTable("open", v.T("cases.referrals.open"), open)),
			web.Pagination(v.View, v.PageOf(deskPage, int(total))), web.DataTable(v.View, f.ownTable("past", v.T("cases.referrals.past"), past)))
	}
	return v.Render(web.Page{Title: v.T("cases.referrals.title"), Lead: v.T("cases.referrals.lead"), Wide: true, Secret: true}, stack(parts))
}

func (f face) ownTable(name, caption string, all []Referral) web.Table {
	t := web.Table{
		ID: name, Caption: caption, Empty: web.Empty{Why: f.T("cases.referrals.none")},
		Columns: []web.Column{{Head: f.T("cases.reference")}, {Head: f.T("cases.col.role")}, {Head: f.T("cases.col.sent")}, {Head: f.T("cases.col.due")}, {Head: f.T("cases.col.state")}},
	}
	for _, r := range all {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: r.Reference, Path: referralsPath + "/" + string(r.ID)},
			{Text: f.role(r)},
			{Text: f.Instant(r.SentAt)},
			f.dueCell(r.Due(), r.State.Open()),
			{Body: f.ownReferralState(r)},
		}})
	}
	return t
}

// ownReferralState says nothing of what the centre decides after a refusal.
func (f face) ownReferralState(r Referral) templ.Component {
	r.Pending = false
	return f.referralState(r)
}

func (f face) role(r Referral) string {
	switch {
	case r.Directed:
		return f.T("cases.directed")
	case r.Lead:
		return f.T("cases.lead")
	}
	return f.T("cases.child")
}

// shownTo reads a referral as its department sees it. Of others' referrals it says that there are none.
func (f face) shownTo(action string) (d shown, err error) {
	err = f.read(func(tx *db.Tx) (err error) {
		if d.Referral, err = f.Referral(tx, ReferralID(f.PathValue("id"))); err != nil {
			return err
		}
		if err := f.Service.may(f.Context(), action, d.Department); err != nil {
			if f.Actor().Duty.Department != d.Department && f.Service.may(f.Context(), action, f.Actor().Duty.Department) == nil {
				return fault.New(fault.NotFound, "cases.fault.no-referral")
			}
			return err
		}
		c, err := f.Case(tx, d.Case)
		if err != nil {
			return err
		}
		d.Kind, d.Anonymous, d.Where, d.CaseOpen = c.Kind, c.Anonymous, c.Where, c.State.Open()
		c.Language = f.Lang()
		d.Subject = f.Title(tx, c)
		if d.Settings, err = settingsOf(tx, d.Department); err != nil {
			return err
		}
		if _, d.Names, err = f.departments(tx); err != nil {
			return err
		}
		return f.fillShown(tx, &d)
	})
	return d, err
}

func (f face) fillShown(tx *db.Tx, d *shown) error {
	to, err := f.Contact(tx, d.Case)
	if err != nil {
		return err
	}
	messages, err := f.Messages(tx, d.Case)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if m.From == ByPerson && !m.Internal && m.Text != "" && d.State.Open() {
			m.Text = withhold(m.Text, to)
			d.Later = append(d.Later, m)
		}
	}
	if d.Where != nil { // an address may bear a name
		w := *d.Where
		w.Address = withhold(w.Address, to)
		d.Where = &w
	}
	files, err := f.FilesOf(tx, d.Case)
	for _, x := range files {
		switch {
		case x.Picture():
			d.Pictures = append(d.Pictures, x)
		case d.Shared && !d.Anonymous:
			d.Papers = append(d.Papers, x)
		}
	}
	return err
}

// handles are what a department can do with a referral as it stands.
func (f face) handles(d shown) []string {
	if !d.State.Open() || !d.CaseOpen {
		return nil
	}
	var out []string
	if d.State == Sent {
		out = append(out, "accept")
	}
	if d.State != InterimGiven {
		out = append(out, "interim")
	}
	out = append(out, "reply")
	if !d.Directed {
		out = append(out, "refuse")
	}
	if d.Shared && !d.Anonymous {
		out = append(out, "see-contact")
	}
	return out
}

func (s *Service) showReferral(v *web.Visit) error {
	f := face{v, s}
	d, err := f.shownTo("cases.referral")
	if err != nil {
		return err
	}
	here := referralsPath + "/" + string(d.ID)
	var acts []web.Crumb
	for _, n := range f.handles(d) {
		acts = append(acts, web.Crumb{Text: v.T("cases.act." + n), Path: here + "/" + n})
	}
	rows := []web.Entry{
		{Label: v.T("cases.write.kind-label"), Value: v.T("cases.kind." + string(d.Kind))},
		{Label: v.T("cases.subject"), Value: d.Subject},
		{Label: v.T("cases.col.role"), Value: f.role(d.Referral)},
		{Label: v.T("cases.col.sent"), Value: v.Instant(d.SentAt)},
		{Label: v.T("cases.interim-due"), Value: v.Instant(d.InterimDue.Add(-1))},
		{Label: v.T("cases.reply-due"), Value: v.Instant(d.ReplyDue.Add(-1))},
	}
	if d.Where != nil {
		rows = append(rows, web.Entry{Label: v.T("cases.write.where"), Value: f.place(d.Where)})
	}
	for _, x := range []struct{ key, text string }{{"question", d.Question}, {"brief", d.Brief}, {"interim", d.Interim}, {"reply", d.Reply}, {"reason", d.Reason}, {"draft", d.Draft}} {
		if x.text != "" {
			rows = append(rows, web.Entry{Label: v.T("cases.said." + x.key), Body: said(x.text)})
		}
	}
	for _, m := range d.Later {
		rows = append(rows, web.Entry{Label: v.T("cases.thread.person", "at", m.At), Body: said(m.Text)})
	}
	var photos []picture
	for i, x := range d.Pictures {
		photos = append(photos, picture{v.Link(here + "/files/" + x.ID), v.T("cases.file.photo", "number", int64(i+1))})
	}
	var papers []web.File
	for i, x := range d.Papers {
		papers = append(papers, web.File{Text: v.T("cases.file.number", "number", int64(i+1)), Path: v.Link(here + "/files/" + x.ID), Format: "PDF", Bytes: x.Bytes})
	}
	parts := []templ.Component{ways(v.View, acts), web.SummaryList(v.View, rows), pictures(photos)}
	if len(papers) > 0 {
		parts = append(parts, web.DownloadList(v.View, papers))
	}
	lead := v.T("cases.referrals.withheld")
	if d.Anonymous {
		lead = v.T("cases.referrals.anonymous")
	}
	return v.Render(web.Page{
		Title: v.T("cases.with-reference", "reference", d.Reference), Lead: lead, Crumbs: []web.Crumb{{Text: v.T("cases.referrals.title"), Path: referralsPath}},
		Secret: true, Head: stack([]templ.Component{f.ownReferralState(d.Referral)}),
	}, stack(parts))
}

// askHandle is one act of a department on its referral.
func (s *Service) askHandle(v *web.Visit) error {
	f := face{v, s}
	act := v.PathValue("act")
	action := "cases.handle"
	if act == "reply" {
		action = "cases.reply"
	}
	d, err := f.shownTo(action)
	if err != nil {
		return err
	}
	if !slices.Contains(f.handles(d), act) {
		return conflict("ended")
	}
	q := f.handle(d, act)
	q.Title = v.T("cases.act." + act)
	q.Crumbs = []web.Crumb{{Text: v.T("cases.referrals.title"), Path: referralsPath}, {Text: d.Reference, Path: referralsPath + "/" + string(d.ID)}}
	if q.Submit == "" {
		q.Submit = q.Title
	}
	if act == "see-contact" && v.R.Method == http.MethodPost {
		return f.seeContact(d, q.Crumbs)
	}
	return v.Ask(q)
}

func (f face) handle(d shown, act string) web.Questions {
	here := referralsPath + "/" + string(d.ID)
	doing := func(field string, do func(tx *db.Tx, a *web.Answers) error) func(a *web.Answers) (string, string, error) {
		return func(a *web.Answers) (string, string, error) {
			err := f.write(func(tx *db.Tx) error { return do(tx, a) })
			return here, f.T("cases.done"), beside(field, err)
		}
	}
	text := func(key string) web.Question {
		return web.Question{As: web.AsLines, Field: web.Field{Name: "text", Label: f.T("cases.ask." + key), Hint: f.T("cases.ask." + key + "-hint")}}
	}
	switch act {
	case "accept":
		return web.Questions{Lead: f.T("cases.ask.accept", "due", d.InterimDue.Add(-1)), Act: doing("", func(tx *db.Tx, _ *web.Answers) error { return f.Accept(tx, d.ID, f.by()) })}
	case "interim":
		return web.Questions{Asked: []web.Question{text("interim")}, Act: doing("text", func(tx *db.Tx, a *web.Answers) error {
			return f.Interim(tx, d.ID, a.Words("text"), f.by())
		})}
	case "reply":
		q := web.Questions{Asked: []web.Question{text("reply")}, Given: web.Given("text", d.Draft), Act: doing("text", func(tx *db.Tx, a *web.Answers) error {
			_, err := f.Reply(tx, d.ID, a.Words("text"), f.by())
			return err
		})}
		if d.Settings.FourEyes {
			q.Lead = f.T("cases.ask.four-eyes")
		}
		return q
	case "refuse":
		var choices []web.Choice
		for _, code := range sortedKeys(d.Names) {
			if code != d.Department {
				choices = append(choices, web.Choice{Value: code, Label: d.Names[code]})
			}
		}
		choices = append([]web.Choice{{Label: f.T("cases.ask.none-named")}}, choices...)
		return web.Questions{
			Lead: f.T("cases.ask.refuse"), Asked: []web.Question{
				{As: web.AsSelect, Field: web.Field{Name: "other", Label: f.T("cases.ask.named"), Optional: true}, Choices: choices},
				{As: web.AsLines, Field: web.Field{Name: "reason", Label: f.T("cases.ask.reason"), Hint: f.T("cases.ask.reason-hint"), Optional: true}},
			},
			Act: doing("other", func(tx *db.Tx, a *web.Answers) error {
				return f.Refuse(tx, d.ID, Refusal{Other: a.Text("other"), Reason: a.Words("reason")}, f.by())
			}),
		}
	}
	return web.Questions{Lead: f.T("cases.ask.see-contact")}
}

// seeContact shows the contact in the answer itself: nothing keeps it on the way, and the look is
// recorded.
func (f face) seeContact(d shown, crumbs []web.Crumb) error {
	form, err := f.Form()
	if err != nil {
		return err
	}
	var to Contact
	err = f.SubmitOnce(form, func() error {
		return f.write(func(tx *db.Tx) (err error) {
			to, err = f.ContactFor(tx, d.ID)
			return err
		})
	})
	if err != nil {
		return err
	}
	return f.Render(web.Page{Title: f.T("cases.write.answer"), Lead: f.T("cases.contact-recorded"), Crumbs: crumbs, Secret: true}, web.SummaryList(f.View, []web.Entry{
		{Label: f.T("cases.contact.name"), Value: or(to.Name, f.T("cases.write.none"))},
		{Label: f.T("cases.contact.phone"), Value: or(to.Phone, f.T("cases.write.none"))},
		{Label: f.T("cases.contact.mail"), Value: or(to.Mail, f.T("cases.write.none"))},
		{Label: f.T("cases.contact.postal"), Value: or(to.Address, f.T("cases.write.none"))},
	}))
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func sortedKeys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// referralFile is a picture drawn anew, or a paper where the contact is shared.
func (s *Service) referralFile(v *web.Visit) error {
	f := face{v, s}
	d, err := f.shownTo("cases.referral")
	if err != nil {
		return err
	}
	for i, x := range d.Pictures {
		if x.ID == v.PathValue("file") {
			return f.sendFile(d.Case, x.ID, AsView, "photo-"+strconv.Itoa(i+1)+".jpg")
		}
	}
	for i, x := range d.Papers {
		if x.ID == v.PathValue("file") {
			return f.sendFile(d.Case, x.ID, AsSent, "paper-"+strconv.Itoa(i+1)+".pdf")
		}
	}
	return fault.New(fault.NotFound, "cases.fault.no-file")
}
