package cases

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"praya/platform/db"
	"praya/platform/web"
)

// whole is a case with all that an agent needs to see of it.
type whole struct {
	Case
	Contact   Contact
	Messages  []Message
	Referrals []Referral
	History   []Step
	Files     []File
	Linked    []Case
	Followers []Case
	Into      Case
	Subject   string
	Names     map[string]string // of departments
	Recorded  []string          // paths of the recordings of its call
}

func (f face) whole(of CaseID) (w whole, err error) {
	err = f.read(func(tx *db.Tx) (err error) {
		if w.Case, err = f.Case(tx, of); err != nil {
			return err
		}
		if w.Contact, err = f.Contact(tx, of); err != nil {
			return err
		}
		if w.Messages, err = f.Messages(tx, of); err != nil {
			return err
		}
		if w.Referrals, err = f.Referrals(tx, of); err != nil {
			return err
		}
		if w.History, err = f.History(tx, of); err != nil {
			return err
		}
		if w.Files, err = f.FilesOf(tx, of); err != nil {
			return err
		}
		if w.Linked, err = f.Linked(tx, of); err != nil {
			return err
		}
		if w.Call != "" && f.Recorded != nil {
			if w.Recorded, err = f.Recorded(tx, w.Call); err != nil {
				return err
			}
		}
		if w.Followers, err = f.Followers(tx, of); err != nil {
			return err
		}
		if w.MergedInto != "" {
			if w.Into, err = f.Case(tx, w.MergedInto); err != nil {
				return err
			}
		}
		c := w.Case
		c.Language = f.Lang()
		w.Subject = f.Title(tx, c)
		_, w.Names, err = f.departments(tx)
		return err
	})
	return w, err
}

// showCase is a case on one page.
func (s *Service) showCase(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.desk"); err != nil {
		return err
	}
	w, err := f.whole(CaseID(v.PathValue("id")))
	if err != nil {
		return err
	}
	acts, facts := f.acts(w), f.facts(w)
	if s.Beside != nil {
		more, said := s.Beside(v.View, w.Case)
		acts, facts = append(acts, more...), append(facts, said...)
	}
	parts := []templ.Component{ways(v.View, acts), web.SummaryList(v.View, facts), heading(v.T("cases.messages")), f.thread(w.Case, w.Messages, false)}
	if w.Draft != "" {
		parts = append(parts, heading(v.T("cases.draft")), sentence(v.T("cases.draft-lead")), said(w.Draft))
	}
	parts = append(parts, f.deskFiles(w), heading(v.T("cases.referrals.of-case")), web.DataTable(v.View, f.referralTable(w)))
	for _, r := range w.Referrals {
		parts = append(parts, f.replies(w, r))
	}
	var events []web.Event
	for _, x := range w.History {
		events = append(events, f.step(x, w.Names))
	}
	parts = append(parts, heading(v.T("cases.history")), web.Timeline(v.View, events))
	title := w.Title
	if title == "" {
		title = w.Subject
	}
	return v.Render(web.Page{
		Title: title, Lead: v.T("cases.with-reference", "reference", w.Reference), Crumbs: f.crumbs(), Wide: true, Secret: true,
		Head: stack([]templ.Component{f.state(w.Case)}),
	}, stack(parts))
}

func (f face) facts(w whole) []web.Entry {
	rows := []web.Entry{
		{Label: f.T("cases.write.kind-label"), Value: f.T("cases.kind." + string(w.Kind))},
		{Label: f.T("cases.subject"), Value: w.Subject},
		{Label: f.T("cases.channel-label"), Value: f.channel(w.Channel)},
		{Label: f.T("cases.new.language"), Value: w.Language.Name(), Lang: w.Language},
		{Label: f.T("cases.col.opened"), Value: f.Instant(w.OpenedAt)},
	}
	if w.Received != w.OpenedAt.Day() {
		rows = append(rows, web.Entry{Label: f.T("cases.new.received"), Value: f.Day(w.Received)})
	}
	if w.State == Fresh {
		rows = append(rows, web.Entry{Label: f.T("cases.refer-due"), Value: f.Instant(w.ReferDue)})
	}
	if w.Urgency != "" {
		rows = append(rows, web.Entry{Label: f.T("cases.urgency-label"), Value: f.T("cases.urgency." + string(w.Urgency))})
	}
	if w.Level > 0 {
		rows = append(rows, web.Entry{Label: f.T("cases.level-label"), Value: f.T("cases.level", "level", int64(w.Level))})
	}
	if w.Where != nil {
		rows = append(rows, web.Entry{Label: f.T("cases.write.where"), Value: f.place(w.Where)})
	}
	contact := f.contactWord(w.Contact)
	if contact == "" {
		contact = f.T("cases.write.none")
	}
	rows = append(rows, web.Entry{Label: f.T("cases.write.answer"), Value: contact})
	if w.Anonymous {
		rows = append(rows, web.Entry{Label: f.T("cases.write.anonymous"), Value: f.T("cases.new.anonymous")})
	}
	if w.Call != "" {
		rows = append(rows, web.Entry{Label: f.T("cases.call"), Value: w.Call})
	}
	for _, path := range w.Recorded {
		rows = append(rows, web.Entry{Label: f.T("cases.recording"), Value: f.T("cases.listen"), Path: path})
	}
	for _, c := range w.Linked {
		rows = append(rows, web.Entry{Label: f.T("cases.linked"), Value: c.Reference, Path: casePath(c.ID)})
	}
	for _, c := range w.Followers {
		rows = append(rows, web.Entry{Label: f.T("cases.followers"), Value: c.Reference, Path: casePath(c.ID)})
	}
	if w.MergedInto != "" {
		rows = append(rows, web.Entry{Label: f.T("cases.merged-into"), Value: w.Into.Reference, Path: casePath(w.Into.ID)})
	}
	if w.Outcome != "" {
		rows = append(rows, web.Entry{Label: f.T("cases.outcome-label"), Value: f.T("cases.outcome." + string(w.Outcome))})
	}
	if w.Rating > 0 {
		rows = append(rows, web.Entry{Label: f.T("cases.rate.label"), Value: f.T("cases.rate." + strconv.Itoa(w.Rating))})
	}
	return rows
}

// acts are the ways to what can be done with a case as it stands.
func (f face) acts(w whole) []web.Crumb {
	var names []string
	switch w.State {
	case Closed:
		names = []string{"reopen", "note", "link"}
		if f.may(2) == nil {
			names = append(names, "erase")
		}
	case Merged:
		names = []string{"note"}
	default:
		names = []string{"refer", "answer", "close", "take", "note", "sort", "contact", "code", "files", "merge", "link"}
		if w.Public {
			names = append(names, "photo")
		}
		if w.Holder == f.by() {
			names[3] = "drop"
		}
	}
	if byPost(w.Case, w.Contact, w.Messages) {
		names = append(names, "letter")
	}
	var out []web.Crumb
	for _, n := range names {
		out = append(out, web.Crumb{Text: f.T("cases.act." + n), Path: casePath(w.ID) + "/" + n})
	}
	return out
}

func (f face) deskFiles(w whole) templ.Component {
	var rows []web.File
	var shown []picture
	for i, x := range w.Files {
		rows = append(rows, web.File{Text: x.Name, Path: f.View.Link(casePath(w.ID) + "/files/" + x.ID), Format: strings.ToUpper(x.Type[strings.Index(x.Type, "/")+1:]), Bytes: x.Bytes})
		if x.Picture() {
			shown = append(shown, picture{f.View.Link(casePath(w.ID)+"/files/"+x.ID) + "?as=small", f.T("cases.file.photo", "number", int64(i+1))})
		}
	}
	if len(rows) == 0 {
		return stack(nil)
	}
	return stack([]templ.Component{heading(f.T("cases.write.photos")), web.DownloadList(f.View, rows), pictures(shown)})
}

// referralTable is the referrals with their clocks.
func (f face) referralTable(w whole) web.Table {
	t := web.Table{
		ID: "referrals", Caption: f.T("cases.referrals.of-case"), Empty: web.Empty{Why: f.T("cases.referrals.none-yet")},
		Columns: []web.Column{{Head: f.T("cases.col.department")}, {Head: f.T("cases.col.state")}, {Head: f.T("cases.col.sent")}, {Head: f.T("cases.col.due")}, {Head: f.T("cases.col.acts")}},
	}
	for _, r := range w.Referrals {
		role := f.T("cases.child")
		if r.Lead {
			role = f.T("cases.lead")
		}
		if r.Directed {
			role = f.T("cases.directed")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: w.Names[r.Department], Small: role},
			{Body: f.referralState(r)},
			{Text: f.Instant(r.SentAt)},
			f.dueCell(r.Due(), r.State.Open()),
			{Body: ways(f.View, f.referralActs(w, r))},
		}})
	}
	return t
}

func (f face) referralState(r Referral) templ.Component {
	if r.Pending {
		return web.Outcome(f.View, web.Waiting, f.T("cases.pending", "level", int64(r.Level)))
	}
	st := web.InProgress
	switch r.State {
	case FullReply:
		st = web.Done
	case Refused:
		st = web.Refused
	case Withdrawn:
		st = web.Withdrawn
	case Sent:
		st = web.NotStarted
	}
	return web.Outcome(f.View, st, f.T("cases.rstate."+string(r.State)))
}

func (f face) referralActs(w whole, r Referral) (out []web.Crumb) {
	if !w.State.Open() {
		return nil
	}
	var names []string
	if r.State.Open() {
		names = append(names, "withdraw")
		if !w.Anonymous && !w.Contact.Empty() {
			if names = append(names, "share"); r.Shared {
				names[1] = "unshare"
			}
		}
	}
	if r.Pending && f.may(r.Level) == nil {
		names = append(names, "decide", "withdraw")
	}
	for _, n := range names {
		out = append(out, web.Crumb{Text: f.T("cases.act." + n), Path: casePath(w.ID) + "/referrals/" + string(r.ID) + "/" + n})
	}
	return out
}

// replies are what a department said.
func (f face) replies(w whole, r Referral) templ.Component {
	var rows []web.Entry
	for _, x := range []struct{ key, text string }{{"question", r.Question}, {"interim", r.Interim}, {"reply", r.Reply}, {"reason", r.Reason}} {
		if x.text != "" {
			rows = append(rows, web.Entry{Label: f.T("cases.said." + x.key), Body: said(x.text)})
		}
	}
	if len(rows) == 0 {
		return stack(nil)
	}
	return stack([]templ.Component{heading(f.T("cases.referrals.with", "department", w.Names[r.Department])), web.SummaryList(f.View, rows)})
}
