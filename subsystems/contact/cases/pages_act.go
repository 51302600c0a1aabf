package cases

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/platform/db"
	"praya/platform/web"
)

// askAct is one act on a case, on a page of its own.
func (s *Service) askAct(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.desk"); err != nil {
		return err
	}
	w, err := f.whole(CaseID(v.PathValue("id")))
	if err != nil {
		return err
	}
	act := v.PathValue("act")
	q, err := f.actOn(w, act)
	if err != nil {
		return err
	}
	q.Title, q.Crumbs = v.T("cases.act."+act), append(f.crumbs(), web.Crumb{Text: w.Reference, Path: casePath(w.ID)})
	if q.Submit == "" {
		q.Submit = v.T("cases.act." + act)
	}
	return v.Ask(q)
}

// doing is an act in a transaction, which leads back to the case.
func (f face) doing(of CaseID, field string, do func(tx *db.Tx, a *web.Answers) error) func(a *web.Answers) (string, string, error) {
	return func(a *web.Answers) (string, string, error) {
		err := f.write(func(tx *db.Tx) error { return do(tx, a) })
		return casePath(of), f.T("cases.done"), beside(field, err)
	}
}

func (f face) actOn(w whole, act string) (web.Questions, error) {
	lines := func(name, key string) web.Question {
		return web.Question{As: web.AsLines, Field: web.Field{Name: name, Label: f.T("cases.ask." + key), Hint: f.T("cases.ask." + key + "-hint")}}
	}
	line := func(name, key string) web.Question {
		return web.Question{Field: web.Field{Name: name, Label: f.T("cases.ask." + key), Hint: f.T("cases.ask." + key + "-hint"), Width: "medium"}}
	}
	switch act {
	case "refer":
		return f.askRefer(w, "")
	case "answer":
		return f.askAnswerTo(w), nil
	case "close":
		var ends []web.Choice
		for _, o := range Outcomes() {
			ends = append(ends, web.Choice{Value: string(o), Label: f.T("cases.outcome." + string(o))})
		}
		return web.Questions{Asked: []web.Question{{As: web.AsRadios, Field: web.Field{Name: "outcome", Label: f.T("cases.outcome-label")}, Choices: ends}}, Act: f.doing(w.ID, "outcome", func(tx *db.Tx, a *web.Answers) error {
			return f.Close(tx, w.ID, Outcome(a.Text("outcome")), f.by())
		})}, nil
	case "reopen":
		return web.Questions{Asked: []web.Question{lines("reason", "reason")}, Act: f.doing(w.ID, "reason", func(tx *db.Tx, a *web.Answers) error {
			return f.Reopen(tx, w.ID, a.Words("reason"), f.by())
		})}, nil
	case "take", "drop":
		holder := map[string]string{"take": f.by()}[act]
		return web.Questions{Lead: f.T("cases.ask." + act), Act: f.doing(w.ID, "", func(tx *db.Tx, _ *web.Answers) error {
			return f.Assign(tx, w.ID, holder, f.by())
		})}, nil
	case "note":
		return web.Questions{Asked: []web.Question{lines("text", "note")}, Act: f.doing(w.ID, "text", func(tx *db.Tx, a *web.Answers) error {
			return f.Add(tx, w.ID, Message{From: ByAgent, Channel: "web", Text: a.Words("text"), Internal: true, By: f.by()})
		})}, nil
	case "sort":
		return f.askSort(w)
	case "contact":
		return web.Questions{
			Asked: append(f.contactFields(), f.postalField()),
			Given: web.Given("name", w.Contact.Name, "phone", w.Contact.Phone, "mail", w.Contact.Mail, "postal", w.Contact.Address),
			Act:   f.doing(w.ID, "name", func(tx *db.Tx, a *web.Answers) error { return f.SetContact(tx, w.ID, contactOf(a), f.by()) }),
		}, nil
	case "erase":
		return f.askErase(w)
	case "code":
		return f.askCode(w), nil
	case "letter":
		return f.askLetter(w)
	case "merge", "link":
		return web.Questions{Lead: f.T("cases.ask." + act), Asked: []web.Question{line("reference", "reference")}, Act: f.doing(w.ID, "reference", func(tx *db.Tx, a *web.Answers) error {
			return f.join(tx, w, act, a)
		})}, nil
	case "photo":
		return f.askPhoto(w), nil
	}
	return web.Questions{}, fault.New(fault.NotFound, "cases.fault.no-case")
}

func (f face) join(tx *db.Tx, w whole, act string, a *web.Answers) error {
	ref, ok := id.ParseReference(a.Text("reference"))
	if !ok {
		return invalid("merge")
	}
	other, err := f.ByReference(tx, ref)
	if fault.Is(err, fault.NotFound) {
		err = invalid("merge")
	}
	if err != nil {
		return err
	}
	if act == "merge" {
		return f.Merge(tx, w.ID, other.ID, f.by())
	}
	return f.Link(tx, w.ID, other.ID, f.by())
}

// askRefer asks a department; on is the refused referral that this decides.
func (f face) askRefer(w whole, on ReferralID) (web.Questions, error) {
	p := pendingOf(w.Referrals, on)
	level := 1
	lead := f.T("cases.ask.refer-lead")
	if p != nil {
		level = p.Level
		lead = f.T("cases.ask.decide-lead", "level", int64(level))
	}
	if err := f.may(level); err != nil {
		return web.Questions{}, err
	}
	var departments []web.Choice
	given := url.Values{}
	err := f.read(func(tx *db.Tx) (err error) {
		if departments, _, err = f.departments(tx); err != nil {
			return err
		}
		if x, err := f.Category(tx, w.Service); err == nil && len(w.Referrals) == 0 {
			given.Set("department", x.Department)
		}
		return nil
	})
	return web.Questions{
		Lead: lead, Given: given,
		Asked: []web.Question{
			{As: web.AsSelect, Field: web.Field{Name: "department", Label: f.T("cases.col.department")}, Choices: departments},
			{As: web.AsLines, Field: web.Field{Name: "question", Label: f.T("cases.ask.question"), Hint: f.T("cases.ask.question-hint"), Optional: true}},
		},
		Act: f.doing(w.ID, "department", func(tx *db.Tx, a *web.Answers) (err error) {
			if p != nil {
				_, err = f.Decide(tx, p.ID, a.Text("department"), a.Words("question"), f.by())
			} else {
				_, err = f.Refer(tx, w.ID, a.Text("department"), a.Words("question"), f.by())
			}
			return err
		}),
	}, err
}

func (f face) askAnswerTo(w whole) web.Questions {
	q := web.Questions{
		Lead:  f.T("cases.ask.answer-lead", "language", w.Language.Name()),
		Asked: []web.Question{{As: web.AsLines, Field: web.Field{Name: "text", Label: f.T("cases.ask.answer"), Hint: f.T("cases.ask.answer-hint"), Lang: w.Language}}},
		Given: web.Given("text", w.Draft),
		Act: f.doing(w.ID, "text", func(tx *db.Tx, a *web.Answers) error {
			_, err := f.AnswerTo(tx, w.ID, Answer{Text: a.Words("text"), By: f.by(), Followers: a.Ticked("followers", "yes")})
			return err
		}),
	}
	var rows []web.Entry
	for _, r := range w.Referrals {
		if text := or(r.Reply, r.Interim); text != "" && !r.Passed {
			rows = append(rows, web.Entry{Label: w.Names[r.Department], Body: said(text)})
		}
	}
	if len(rows) > 0 {
		q.Above = stack([]templ.Component{heading(f.T("cases.ask.replies")), web.SummaryList(f.View, rows)})
	}
	if n := len(w.Followers); n > 0 {
		q.Asked = append(q.Asked, web.Question{As: web.AsTick, Field: web.Field{Name: "followers", Label: f.T("cases.followers"), Optional: true}, Choices: []web.Choice{{Value: "yes", Label: f.T("cases.ask.followers", "count", int64(n))}}})
	}
	return q
}

func (f face) askCode(w whole) web.Questions {
	return web.Questions{Lead: f.T("cases.ask.code"), Act: func(*web.Answers) (string, string, error) {
		token := strings.ToLower(rand.Text())
		err := f.write(func(tx *db.Tx) error {
			code, err := f.NewCode(tx, w.ID, f.by())
			if err != nil {
				return err
			}
			return f.keepDraft(tx, token, writing{Reference: w.Reference, Code: code, Same: w.ID, Account: f.by()})
		})
		return deskPath + "/codes/" + token, f.T("cases.done"), err
	}}
}

func (f face) askPhoto(w whole) web.Questions {
	choices := []web.Choice{{Value: "none", Label: f.T("cases.ask.no-photo")}}
	var shown []picture
	for i, x := range w.Files {
		if x.Picture() {
			name := f.T("cases.file.photo", "number", int64(i+1))
			choices = append(choices, web.Choice{Value: x.ID, Label: name})
			shown = append(shown, picture{f.View.Link(casePath(w.ID)+"/files/"+x.ID) + "?as=small", name})
		}
	}
	given := w.Photo
	if given == "" {
		given = "none"
	}
	return web.Questions{
		Lead: f.T("cases.ask.photo"), Above: pictures(shown), Given: web.Given("photo", given),
		Asked: []web.Question{{As: web.AsRadios, Field: web.Field{Name: "photo", Label: f.T("cases.act.photo")}, Choices: choices}},
		Act: f.doing(w.ID, "photo", func(tx *db.Tx, a *web.Answers) error {
			return f.PublishPhoto(tx, w.ID, strings.TrimPrefix(a.Text("photo"), "none"), f.by())
		}),
	}
}

// askReferralAct is one act of the centre on a referral.
func (s *Service) askReferralAct(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.desk"); err != nil {
		return err
	}
	w, err := f.whole(CaseID(v.PathValue("id")))
	if err != nil {
		return err
	}
	of, act := ReferralID(v.PathValue("referral")), v.PathValue("act")
	i := slices.IndexFunc(w.Referrals, func(r Referral) bool { return r.ID == of })
	if i < 0 {
		return fault.New(fault.NotFound, "cases.fault.no-referral")
	}
	r := w.Referrals[i]
	var q web.Questions
	switch act {
	case "decide":
		if !r.Pending {
			return conflict("not-pending")
		}
		if q, err = f.askRefer(w, of); err != nil {
			return err
		}
	case "share", "unshare":
		q = web.Questions{Lead: v.T("cases.ask."+act, "department", w.Names[r.Department]), Act: f.doing(w.ID, "", func(tx *db.Tx, _ *web.Answers) error {
			return f.Share(tx, of, act == "share", f.by())
		})}
	case "withdraw":
		if r.Pending {
			if err := f.may(r.Level); err != nil {
				return err
			}
		}
		q = web.Questions{
			Lead:  v.T("cases.ask.withdraw", "department", w.Names[r.Department]),
			Asked: []web.Question{{As: web.AsLines, Field: web.Field{Name: "reason", Label: v.T("cases.ask.reason"), Hint: v.T("cases.ask.reason-hint")}}},
			Act:   f.doing(w.ID, "reason", func(tx *db.Tx, a *web.Answers) error { return f.Withdraw(tx, of, a.Words("reason"), f.by()) }),
		}
	default:
		return fault.New(fault.NotFound, "cases.fault.no-referral")
	}
	q.Title, q.Submit = v.T("cases.act."+act), v.T("cases.act."+act)
	q.Crumbs = append(f.crumbs(), web.Crumb{Text: w.Reference, Path: casePath(w.ID)})
	return v.Ask(q)
}

// askFiles takes scans of letters and other files to a case.
func (s *Service) askFiles(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.desk"); err != nil {
		return err
	}
	w, err := f.whole(CaseID(v.PathValue("id")))
	if err != nil {
		return err
	}
	var wrong []web.FieldError
	status := 200
	if v.R.Method == http.MethodPost {
		var got []FileRef
		if got, wrong, err = f.uploads(maxFiles); err != nil {
			return err
		}
		if len(got) > 0 {
			err := f.write(func(tx *db.Tx) error {
				return f.Add(tx, w.ID, Message{From: ByAgent, Channel: w.Channel, Files: got, Internal: true, By: f.by()})
			})
			if err != nil {
				return err
			}
		}
		if len(wrong) == 0 {
			return v.RedirectWith(casePath(w.ID), web.Notice{Text: v.T("cases.done")})
		}
		status = 422
	}
	return v.RenderStatus(status, web.Page{
		Title: v.T("cases.act.files"), Lead: v.T("cases.ask.files"), Secret: true, Failed: len(wrong) > 0,
		Crumbs: append(f.crumbs(), web.Crumb{Text: w.Reference, Path: casePath(w.ID)}),
	}, uploadForm(v.View, web.Form{Action: v.Path, Files: true, Submit: v.T("cases.file.submit")}, wrong, f.fileInput(wrong)))
}

func (s *Service) deskFile(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.desk"); err != nil {
		return err
	}
	as := AsSent
	if v.Query.Get("as") == "small" {
		as = AsSmall
	}
	return f.sendFile(CaseID(v.PathValue("id")), v.PathValue("file"), as, "")
}
