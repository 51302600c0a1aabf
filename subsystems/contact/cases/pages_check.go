package cases

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/web"
)

func (s *Service) askCheck(v *web.Visit) error {
	f := face{v, s}
	token, d, err := f.begun()
	if err != nil {
		return err
	}
	for step, done := range map[string]bool{"kind": d.Kind != "", "what": d.Text != "", "answer": d.Answered} {
		if !done && d.Reference == "" {
			return v.Redirect(stepPath(token, step))
		}
	}
	if d.Reference != "" {
		return v.Redirect(stepPath(token, "receipt"))
	}
	return v.Ask(web.Questions{
		Title: v.T("cases.write.check"), Lead: v.T("cases.write.check-lead"), Submit: v.T("cases.write.submit"), Back: stepPath(token, "answer"),
		Above: web.SummaryList(v.View, f.checked(token, d)),
		Act: func(*web.Answers) (string, string, error) {
			if err := f.slow("send", 6, 10*time.Minute); err != nil {
				return "", "", err
			}
			return stepPath(token, "receipt"), v.T("cases.write.sent"), f.write(func(tx *db.Tx) error { return f.sendDraft(tx, token, d) })
		},
	})
}

func (f face) checked(token string, d writing) []web.Entry {
	change := func(step string) string { return stepPath(token, step) + "?to=check" }
	about := f.T("cases.write.else")
	_ = f.read(func(tx *db.Tx) error { // the name is a courtesy: the code was checked
		if x, err := f.Category(tx, d.Service); err == nil {
			about = x.Name.In(f.Lang())
		}
		return nil
	})
	none := func(s string) string {
		if s == "" {
			return f.T("cases.write.none")
		}
		return s
	}
	rows := []web.Entry{
		{Label: f.T("cases.write.kind-label"), Value: f.T("cases.kind." + string(d.Kind)), Change: change("kind")},
		{Label: f.T("cases.subject"), Value: about, Change: change("what")},
		{Label: f.T("cases.write.title"), Value: none(d.Title), Change: change("what")},
		{Label: f.T("cases.write.text"), Body: said(d.Text), Change: change("what")},
		{Label: f.T("cases.write.photos"), Value: none(f.filesWord(d.Files)), Change: change("photos")},
		{Label: f.T("cases.write.where"), Value: none(f.place(&d.Where)), Change: change("where")},
		{Label: f.T("cases.write.answer"), Value: none(f.contactWord(d.Contact)), Change: change("answer")},
	}
	if d.Anonymous {
		rows = append(rows, web.Entry{Label: f.T("cases.write.anonymous"), Value: f.T("cases.write.anonymous-yes"), Change: change("answer")})
	}
	if d.Same != "" {
		rows = append(rows, web.Entry{Label: f.T("cases.write.same"), Value: d.SameName, Change: stepPath(token, "near")})
	}
	return rows
}

func (f face) filesWord(all []FileRef) string {
	if len(all) == 0 {
		return ""
	}
	return f.T("cases.file.count", "count", int64(len(all)))
}

func (f face) contactWord(c Contact) string {
	var parts []string
	for _, p := range []string{c.Name, c.Mail, c.Phone, strings.Join(strings.Fields(c.Address), " ")} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " · ")
}

// sendDraft opens the case of a form, or one that goes on in another. The receipt takes the place of
// what was filled in.
func (f face) sendDraft(tx *db.Tx, token string, d writing) error {
	n := New{
		Kind: d.Kind, Channel: "web", Language: f.Lang(), Title: d.Title, Text: d.Text, Contact: d.Contact, Anonymous: d.Anonymous, Files: d.Files,
		Service: d.Service, By: Person,
	}
	if d.Where != (Where{}) {
		n.Where = &d.Where
	}
	if !d.Anonymous {
		n.Account = d.Account
	}
	c, code, err := f.Open(tx, n)
	if err != nil {
		return err
	}
	if d.Same != "" {
		if err := f.Merge(tx, c.ID, d.Same, Person); err != nil && !fault.Is(err, fault.Conflict) { // it was closed meanwhile: theirs is new
			return err
		}
	}
	if err := f.Acknowledge(tx, c, code); err != nil {
		return err
	}
	return f.keepDraft(tx, token, writing{Reference: c.Reference, Code: code, Account: d.Account})
}

func (s *Service) showReceipt(v *web.Visit) error {
	f := face{v, s}
	_, d, err := f.begun()
	if err != nil {
		return err
	}
	if d.Reference == "" {
		return fault.New(fault.NotFound, "cases.fault.draft")
	}
	return v.Render(web.Page{Title: v.T("cases.receipt.title"), Lead: v.T("cases.receipt.lead"), Secret: true}, stack([]templ.Component{
		web.SummaryList(v.View, []web.Entry{{Label: v.T("cases.reference"), Value: d.Reference}, {Label: v.T("cases.code"), Value: d.Code}}),
		sentence(v.T("cases.receipt.next")), sentence(v.T("cases.receipt.keep")),
		ways(v.View, []web.Crumb{{Text: v.T("cases.follow.title"), Path: followPath}, {Text: v.T("cases.contact.title"), Path: rootPath}}),
	}))
}
