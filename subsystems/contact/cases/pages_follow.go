package cases

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
)

// showContact is the way in.
func (s *Service) showContact(v *web.Visit) error {
	tasks := []web.Task{
		{Text: v.T("cases.contact.write"), Hint: v.T("cases.contact.write-hint"), Path: writePath},
		{Text: v.T("cases.follow.title"), Hint: v.T("cases.contact.follow-hint"), Path: followPath},
	}
	if v.Actor().Kind == who.Person {
		tasks = append(tasks, web.Task{Text: v.T("cases.own.title"), Hint: v.T("cases.contact.own-hint"), Path: ownPath})
	}
	if s.Ways != nil {
		tasks = append(tasks, s.Ways(v.View)...)
	}
	return v.Render(web.Page{Title: v.T("cases.contact.title"), Lead: v.T("cases.contact.lead")}, web.TaskList(v.View, tasks))
}

// askFollow asks for reference and code; the right to follow lasts a day.
func (s *Service) askFollow(v *web.Visit) error {
	f := face{v, s}
	return v.Ask(web.Questions{
		Title: v.T("cases.follow.title"), Lead: v.T("cases.follow.lead"), Submit: v.T("cases.follow.submit"), Back: rootPath,
		Asked: []web.Question{
			{Field: web.Field{Name: "reference", Label: v.T("cases.reference"), Hint: v.T("cases.follow.reference-hint"), Width: "medium", MaxLength: 20}},
			{Field: web.Field{Name: "code", Label: v.T("cases.code"), Hint: v.T("cases.follow.code-hint"), Width: "medium", MaxLength: 30}},
		},
		Act: func(a *web.Answers) (string, string, error) {
			if err := f.slow("follow", 10, time.Minute); err != nil {
				return "", "", err
			}
			token := strings.ToLower(rand.Text())
			err := f.write(func(tx *db.Tx) error {
				c, err := f.Follow(tx, a.Text("reference"), a.Text("code"))
				if err != nil {
					return err
				}
				return f.keepDraft(tx, token, writing{Follow: c.ID})
			})
			if fault.Is(err, fault.NotFound) {
				a.Wrong("reference", "cases.fault.follow")
				return "", "", nil
			}
			return followPath + "/" + token, v.T("cases.follow.found"), err
		},
	})
}

// followed is the case that the visit's token leads to.
func (f face) followed() (CaseID, string, error) {
	d, err := f.draft(f.PathValue("token"))
	if err == nil && d.Follow == "" {
		err = fault.New(fault.NotFound, "cases.fault.draft")
	}
	return d.Follow, followPath + "/" + f.PathValue("token"), err
}

func (s *Service) showFollowed(v *web.Visit) error {
	f := face{v, s}
	of, here, err := f.followed()
	if err != nil {
		return err
	}
	return f.showToPerson(of, here, followPath, addition{})
}

func (s *Service) doFollowed(v *web.Visit) error {
	f := face{v, s}
	of, here, err := f.followed()
	if err != nil {
		return err
	}
	return f.doAsPerson(of, here, followPath)
}

func (s *Service) followedFile(v *web.Visit) error {
	f := face{v, s}
	of, _, err := f.followed()
	if err != nil {
		return err
	}
	return f.personsFile(of)
}

// own is a case of the visitor's own.
func (f face) own() (CaseID, string, error) {
	if err := f.Allow("cases.own", web.Resource{Type: "Case", ID: "own"}); err != nil {
		return "", "", err
	}
	of := CaseID(f.PathValue("id"))
	err := f.read(func(tx *db.Tx) error {
		c, err := f.Case(tx, of)
		if err == nil && (c.Account == "" || c.Account != f.by()) {
			err = fault.New(fault.NotFound, "cases.fault.no-case")
		}
		return err
	})
	return of, ownPath + "/" + string(of), err
}

func (s *Service) showOwn(v *web.Visit) error {
	f := face{v, s}
	of, here, err := f.own()
	if err != nil {
		return err
	}
	return f.showToPerson(of, here, ownPath, addition{})
}

func (s *Service) doOwn(v *web.Visit) error {
	f := face{v, s}
	of, here, err := f.own()
	if err != nil {
		return err
	}
	return f.doAsPerson(of, here, ownPath)
}

func (s *Service) ownFile(v *web.Visit) error {
	f := face{v, s}
	of, _, err := f.own()
	if err != nil {
		return err
	}
	return f.personsFile(of)
}

// showOwns lists a person's cases.
func (s *Service) showOwns(v *web.Visit) error {
	f := face{v, s}
	if err := v.Allow("cases.own", web.Resource{Type: "Case", ID: "own"}); err != nil {
		return err
	}
	var rows []web.Row
	err := f.read(func(tx *db.Tx) error {
		all, err := f.ByAccount(tx, f.by())
		for _, c := range all {
			name := c.Title
			if name == "" {
				name = f.Title(tx, c)
			}
			rows = append(rows, web.Row{Cells: []web.Cell{
				{Text: c.Reference, Path: ownPath + "/" + string(c.ID)},
				{Text: name, Small: f.T("cases.kind." + string(c.Kind))},
				{Text: f.Date(c.OpenedAt.Day())},
				{Body: web.Outcome(f.View, stateOf(c.State), f.T("cases.own."+ownState(c.State)))},
			}})
		}
		return err
	})
	if err != nil {
		return err
	}
	t := web.Table{
		Caption: v.T("cases.own.title"), Rows: rows, Empty: web.Empty{Why: v.T("cases.own.none"), Next: v.T("cases.contact.write"), Path: writePath},
		Columns: []web.Column{{Head: v.T("cases.reference")}, {Head: v.T("cases.col.what")}, {Head: v.T("cases.opened-day")}, {Head: v.T("cases.col.state")}},
	}
	return v.Render(web.Page{Title: v.T("cases.own.title"), Lead: v.T("cases.own.lead"), Secret: true}, stack([]templ.Component{
		ways(v.View, []web.Crumb{{Text: v.T("cases.contact.write"), Path: writePath}}), web.DataTable(v.View, t),
	}))
}

// ownState is a state as its person is told: what goes on inside is "in progress" to them.
func ownState(s State) string {
	switch s {
	case Fresh, Answered, Closed, Merged:
		return string(s)
	}
	return "progress"
}

// toPerson are the steps that a person is told.
func toPerson() []string {
	return []string{"opened", "referred", "referred-child", "directed", "answered", "closed", "reopened", "merged", "wrote", "sent-files", "posted", "rated"}
}

// showToPerson is a case as its person sees it.
func (f face) showToPerson(of CaseID, here, back string, added addition) error {
	var c, into Case
	var referrals []Referral
	var messages []Message
	var files []File
	var history []Step
	var names map[string]string
	err := f.read(func(tx *db.Tx) (err error) {
		if c, err = f.Case(tx, of); err != nil {
			return err
		}
		if c.MergedInto != "" {
			if into, err = f.Case(tx, c.MergedInto); err != nil {
				return err
			}
		}
		if messages, err = f.Messages(tx, of); err != nil {
			return err
		}
		if referrals, err = referralRows(tx, of); err != nil {
			return err
		}
		if history, err = f.History(tx, of); err != nil {
			return err
		}
		if files, err = f.FilesOf(tx, of); err != nil {
			return err
		}
		_, names, err = f.departments(tx)
		return err
	})
	if err != nil {
		return err
	}
	parts := []templ.Component{web.ErrorSummary(f.View, added.wrong), sentence(f.T("cases.told." + string(c.State))), web.SummaryList(f.View, f.personsFacts(c, referrals))}
	if into.ID != "" && into.State != Merged {
		parts = append(parts, sentence(f.T("cases.told."+string(into.State))))
	}
	parts = append(parts, heading(f.T("cases.messages")), f.thread(c, messages, true))
	parts = append(parts, f.personsPictures(here, sentByPerson(messages, files)))
	parts = append(parts, f.addParts(c, here, added)...)
	if (c.State == Closed || c.State == Answered) && c.Rating == 0 {
		var stars []web.Choice
		for n := 5; n >= 1; n-- {
			stars = append(stars, web.Choice{Value: strconv.Itoa(n), Label: f.T("cases.rate." + strconv.Itoa(n))})
		}
		parts = append(parts, rateForm(f.View, web.Form{Action: here + "/rate", Submit: f.T("cases.rate.submit"), Quiet: true, Hidden: [][2]string{f.Once()}},
			web.Field{Name: "rating", Label: f.T("cases.rate.label")}, stars))
	}
	var events []web.Event
	for _, x := range history {
		if slices.Contains(toPerson(), x.What) {
			x.Note = ""
			if x.What == "merged" {
				events = append(events, web.Event{When: f.Instant(x.At), What: f.T("cases.told.merged")})
				continue
			}
			e := f.step(x, names)
			e.Who = ""
			events = append(events, e)
		}
	}
	parts = append(parts, heading(f.T("cases.history")), web.Timeline(f.View, events))
	title := c.Title
	if title == "" {
		title = f.T("cases.kind." + string(c.Kind))
	}
	status := http.StatusOK
	if len(added.wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return f.RenderStatus(status, web.Page{
		Title: title, Secret: true, Back: back, Failed: len(added.wrong) > 0, Lead: f.T("cases.with-reference", "reference", c.Reference),
		Head: tag(f.View, stateOf(c.State), f.T("cases.own."+ownState(c.State))),
	}, stack(parts))
}

func (f face) personsFacts(c Case, all []Referral) []web.Entry {
	rows := []web.Entry{
		{Label: f.T("cases.write.kind-label"), Value: f.T("cases.kind." + string(c.Kind))},
		{Label: f.T("cases.opened-day"), Value: f.Instant(c.OpenedAt)},
	}
	if c.Where != nil {
		rows = append(rows, web.Entry{Label: f.T("cases.write.where"), Value: f.place(c.Where)})
	}
	for _, r := range all {
		if r.Lead && r.State.Open() {
			rows = append(rows, web.Entry{Label: f.T("cases.reply-by"), Value: f.Day(r.ReplyDue.Add(-time.Second).Day())})
		}
	}
	if c.State == Closed {
		rows = append(rows, web.Entry{Label: f.T("cases.outcome-label"), Value: f.T("cases.outcome." + string(c.Outcome))})
	}
	return rows
}

// thread is what was written, the oldest first: to the person without what is internal.
func (f face) thread(c Case, all []Message, outside bool) templ.Component {
	parts := []templ.Component{web.SummaryList(f.View, []web.Entry{{Label: f.T("cases.thread.person", "at", c.OpenedAt), Body: said(c.Text)}})}
	var rows []web.Entry
	for _, m := range all {
		if m.Text == "" && len(m.Files) == 0 || outside && (m.Internal || m.From == ByDepartment) {
			continue
		}
		from := string(m.From)
		if m.Internal {
			from = "internal"
		}
		rows = append(rows, web.Entry{Label: f.T("cases.thread."+from, "at", m.At), Body: said(f.words(m))})
	}
	if len(rows) > 0 {
		parts = append(parts, web.SummaryList(f.View, rows))
	}
	return stack(parts)
}

// words are a message's text and the names of its files.
func (f face) words(m Message) string {
	if len(m.Files) == 0 {
		return m.Text
	}
	return strings.TrimSpace(m.Text + "\n\n" + f.fileNames(m.Files))
}

func (f face) personsPictures(here string, files []File) templ.Component {
	var shown []picture
	for i, x := range files {
		if x.Picture() {
			shown = append(shown, picture{f.View.Link(here + "/files/" + x.ID), f.T("cases.file.photo", "number", int64(i+1))})
		}
	}
	return pictures(shown)
}

func (f face) personsFile(of CaseID) error {
	file := f.PathValue("file")
	err := f.read(func(tx *db.Tx) error {
		messages, err := f.Messages(tx, of)
		if err != nil {
			return err
		}
		files, err := f.FilesOf(tx, of)
		if err == nil && !slices.ContainsFunc(sentByPerson(messages, files), func(x File) bool { return x.ID == file }) {
			err = fault.New(fault.NotFound, "cases.fault.no-file")
		}
		return err
	})
	if err != nil {
		return err
	}
	return f.sendFile(of, file, AsSmall, "")
}

// doAsPerson adds to a case, or rates.
func (f face) doAsPerson(of CaseID, here, back string) error {
	var err error
	notice := f.T("cases.add.done")
	switch f.PathValue("act") {
	case "add":
		var d addition
		if d, err = f.takeAddition(of); err == nil && len(d.wrong) > 0 {
			return f.showToPerson(of, here, back, d)
		}
	case "rate":
		notice = f.T("cases.rate.done")
		err = f.rate(of)
	default:
		err = fault.New(fault.NotFound, "cases.fault.no-case")
	}
	var bad *fault.Fault
	if asFault(err, &bad) && (bad.Kind == fault.Invalid || bad.Kind == fault.Conflict) && f.Has(bad.Key) {
		return f.RedirectWith(here, web.Notice{Failed: true, Text: f.T(bad.Key)})
	}
	if err != nil {
		return err
	}
	return f.RedirectWith(here, web.Notice{Text: notice})
}

func (f face) rate(of CaseID) error {
	form, err := f.Form()
	if err != nil {
		return err
	}
	if err := f.slow("rate", 10, time.Minute); err != nil {
		return err
	}
	n, _ := strconv.Atoi(form.Get("rating")) // 0 is refused
	return f.SubmitOnce(form, func() error { return f.write(func(tx *db.Tx) error { return f.Rate(tx, of, n) }) })
}
