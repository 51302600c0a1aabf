package services

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/services/booking"
)

// tag is how an application stands, in shape and words.
func tag(v *web.View, a Application) templ.Component {
	state := map[Stage]web.State{
		Draft: web.NotStarted, InProgress: web.InProgress, Waiting: web.Waiting, Approved: web.Approved, Refused: web.Refused, Withdrawn: web.Withdrawn,
	}[a.Stage]
	if a.Stage == Draft {
		return web.Outcome(v, state, v.T("services.stage.draft"))
	}
	return web.StatusTag(v, state)
}

// ownListView is everything that somebody applied for.
type ownListView struct {
	*web.View
	Open, Ended []web.Row
}

const mostOwn = 200

func (s *Service) showOwn(v *web.Visit) error {
	if err := s.mayOwn(v.Context(), Application{Account: v.Actor().ID}); err != nil {
		return err
	}
	all, err := s.OwnAll(v.Context(), v.Actor().ID, mostOwn)
	if err != nil {
		return err
	}
	d := ownListView{View: v.View}
	for _, a := range all {
		row, err := s.ownRow(v, a)
		if err != nil {
			return err
		}
		if a.Stage.ended() {
			d.Ended = append(d.Ended, row)
		} else {
			d.Open = append(d.Open, row)
		}
	}
	return v.Render(web.Page{Title: v.T("services.own.title"), Lead: v.T("services.own.lead"), Crumbs: []web.Crumb{{Text: v.T("services.own.me"), Path: "/me"}}, Secret: true}, ownListPage(d))
}

func (s *Service) ownRow(v *web.Visit, a Application) (web.Row, error) {
	var title lang.Text
	err := s.DB.Read(v.Context(), func(tx *db.Tx) error {
		o, err := s.version(tx, a.Service, a.Number)
		if err == nil {
			title = o.Title
		}
		return err
	})
	return web.Row{Cells: []web.Cell{
		{Text: title.In(v.Lang()), Path: casePath(a.ID), Small: a.Reference}, {Body: tag(v.View, a)}, {Text: v.Date(a.Changed.Day())},
	}}, err
}

// caseView is a case as its applicant sees it.
type caseView struct {
	applying
	Case     Case
	Tasks    []web.Task
	Facts    []web.Entry
	Timeline []web.Event
	Sections sections
	Files    []web.File
}

func (s *Service) showCase(v *web.Visit) error {
	d, err := s.applying(v)
	if err != nil {
		return err
	}
	if d.App.Stage == Draft {
		return v.Redirect(d.next())
	}
	c, err := s.Case(v.Context(), d.App.ID)
	if err != nil {
		return err
	}
	x := caseView{applying: d, Case: c}
	x.Tasks = x.tasks()
	if x.Facts, err = s.caseFacts(v, c); err != nil {
		return err
	}
	if x.Timeline, err = s.timeline(v, c, false); err != nil {
		return err
	}
	x.Sections = d.Offer.Form.Summary(v.View, c.Answers, c.Origins, v.Now().Day(), nil, false)
	for _, f := range c.Files {
		x.Files = append(x.Files, web.File{Text: f.Name, Path: v.Link(casePath(c.ID) + "/files/" + f.ID), Format: f.Type, Bytes: f.Bytes})
	}
	return v.Render(web.Page{Title: d.Offer.Title.In(v.Lang()), Crumbs: d.crumbs(), Head: tag(v.View, c.Application), Secret: true}, casePage(x))
}

// tasks are what the applicant can do now.
func (d caseView) tasks() (out []web.Task) {
	path := casePath(d.App.ID)
	if b, ok := d.Case.DueBill(); ok {
		out = append(out, web.Task{Text: d.T("services.case.pay", "amount", money(d.Texts, b.Cents)), Path: "/me/bills/" + string(b.ID), State: web.Waiting})
	}
	if d.Case.mayBook() {
		out = append(out, web.Task{Text: d.T("services.case.book"), Path: path + "/book", State: web.Waiting})
	}
	if d.Case.AwaitsMessage(messageAnswered) {
		out = append(out, web.Task{Text: d.T("services.case.answer"), Hint: lastQuestion(d.Case), Path: path + "/answer", State: web.Waiting})
	}
	if l := d.Case.Licence; l != nil {
		out = append(out, web.Task{Text: d.T("services.case.licence", "number", l.Number), Path: "/me/licences/" + string(l.ID), State: web.Done})
	}
	if b := d.Case.Booking; b != nil {
		out = append(out, web.Task{Text: d.T("services.case.booked", "when", d.Instant(b.Start)), Path: "/me/bookings/" + string(b.ID), State: web.Done})
	}
	return out
}

// tasksHead says whether something is to be done, or is there to be used.
func (d caseView) tasksHead() string {
	if d.Case.Stage.ended() {
		return d.T("services.case.results")
	}
	return d.T("services.case.next")
}

// mayBook reports whether a time is to be chosen: the process waits for it, or the one that was
// chosen was given up.
func (c Case) mayBook() bool {
	if c.AwaitsMessage(messageBooked) {
		return true
	}
	if c.Booking != nil || c.Returns || c.Stage.ended() {
		return false
	}
	for _, e := range slices.Backward(c.History) {
		if e.Kind == DidBook || e.Kind == DidUnbook {
			return e.Kind == DidUnbook
		}
	}
	return false
}

func lastQuestion(c Case) string {
	for _, e := range slices.Backward(c.History) {
		if e.Kind == DidAsk {
			return e.Text
		}
	}
	return ""
}

func (s *Service) caseFacts(v *web.Visit, c Case) ([]web.Entry, error) {
	department, err := s.Departments.Department(v.Context(), c.Department)
	if err != nil {
		return nil, err
	}
	out := []web.Entry{
		{Label: v.T("services.case.reference"), Value: c.Reference},
		{Label: v.T("services.service.department"), Value: department.In(v.Lang()), Path: "/directory/" + c.Department},
		{Label: v.T("services.case.submitted"), Value: v.Instant(c.Submitted)},
	}
	if c.Channel == AtCounter || c.Channel == AtKiosk {
		out = append(out, web.Entry{Label: v.T("services.case.channel"), Value: v.T("services.channel." + string(c.Channel))})
	}
	if !c.Stage.ended() && !c.Due.IsZero() {
		left, err := s.daysLeft(v, c)
		if err != nil {
			return nil, err
		}
		out = append(out, web.Entry{Label: v.T("services.case.due"), Value: left})
	}
	return out, nil
}

// daysLeft says until when something was promised, and how many working days that leaves.
func (s *Service) daysLeft(v *web.Visit, c Case) (text string, err error) {
	err = s.DB.Read(v.Context(), func(tx *db.Tx) error {
		cal, err := calendar.Working(tx)
		if err != nil {
			return err
		}
		left, _ := c.DaysLeft(cal, v.Now().Day())
		switch {
		case c.Due.Before(v.Now().Day()):
			text = v.T("services.case.late", "day", v.Date(c.Due), "count", -left)
		default:
			text = v.T("services.case.left", "day", v.Date(c.Due), "count", left)
		}
		return nil
	})
	return text, err
}

// timeline tells what happened, newest first, and what comes next.
func (s *Service) timeline(v *web.Visit, c Case, desk bool) (out []web.Event, err error) {
	for _, w := range c.Tasks {
		if w.Role != applicantRole {
			next := web.Event{What: w.Name.In(v.Lang()), Who: v.T("services.role." + w.Role), Next: true}
			if !c.Due.IsZero() {
				next.When = v.T("services.case.until", "day", v.Date(c.Due))
			}
			out = append(out, next)
		}
	}
	for _, e := range slices.Backward(c.History) {
		x := web.Event{When: v.Instant(e.At), What: sayEntry(v.View, e), Path: e.Path}
		switch {
		case e.Kind == DidWrite && desk:
			x.Path = deskCasePath(c.ID) + "/letters/" + strconv.FormatInt(e.Number, 10)
		case e.Kind == DidWrite:
			x.Path = casePath(c.ID) + "/letters/" + strconv.FormatInt(e.Number, 10)
		case desk:
			x.Path = ""
		}
		if x.Who, err = s.sayActor(v, e, c); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func sayEntry(v *web.View, e Entry) string {
	text := v.T("services.did."+string(e.Kind), "task", e.Task.In(v.Lang()), "title", e.Title.In(v.Lang()), "outcome", outcomeText(v.Texts, e.Outcome))
	if e.Kind == DidBook || e.Kind == DidUnbook {
		if at, err := when.ParseInstant(e.Text); err == nil {
			return text + v.T("services.did.colon") + v.Instant(at)
		}
	}
	if reason := e.Reason.In(v.Lang()); reason != "" {
		text += v.T("services.did.colon") + reason
	}
	if result := e.Result.In(v.Lang()); result != "" {
		text += v.T("services.did.colon") + result
	}
	if e.Text != "" {
		text += v.T("services.did.colon") + e.Text
	}
	return text
}

// outcomeText is an outcome in words; a process may have outcomes of its own.
func outcomeText(t *words.Texts, outcome string) string {
	if key := "services.outcome." + outcome; outcome != "" && t.Has(key) {
		return t.T(key)
	}
	return outcome
}

func (s *Service) sayActor(v *web.Visit, e Entry, c Case) (string, error) {
	switch {
	case e.ActorKind == "Officer" && c.Channel == AtCounter && e.Actor == c.Helper && e.Kind == DidSubmit:
		return v.T("services.actor.counter"), nil
	case e.ActorKind == "Officer":
		name, err := s.Departments.Department(v.Context(), c.Department)
		return name.In(v.Lang()), err
	case e.Actor == c.Account:
		return v.T("services.actor.applicant"), nil
	case e.ActorKind == "Person":
		return v.T("services.actor.co-applicant"), nil
	}
	return v.T("services.actor.system"), nil
}

func (s *Service) downloadFile(v *web.Visit) error {
	d, err := s.applying(v)
	if err != nil {
		return err
	}
	return s.sendFile(v, d.App.ID)
}

func (s *Service) sendFile(v *web.Visit, id ApplicationID) error {
	f, plain, err := s.File(v.Context(), id, v.PathValue("file"))
	if err != nil {
		return err
	}
	return v.Download(f.Name, f.Type, func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(plain))
		return err
	})
}

// answerForm takes what the department asked for.
func (s *Service) answerForm(v *web.Visit) error {
	d, err := s.applying(v)
	if err != nil {
		return err
	}
	c, err := s.Case(v.Context(), d.App.ID)
	if err != nil {
		return err
	}
	lead := v.T("services.answer.lead-message")
	if q := lastQuestion(c); c.AwaitsMessage(messageAnswered) && q != "" {
		lead = v.T("services.answer.lead", "question", q)
	}
	return v.Ask(web.Questions{
		Title: v.T("services.answer.title"), Lead: lead, Submit: v.T("services.answer.submit"), Back: casePath(d.App.ID),
		Asked: []web.Question{{As: web.AsLines, Field: web.Field{Name: "text", Label: v.T("services.answer.text"), MaxLength: mostMessage}}},
		Act: func(q *web.Answers) (string, string, error) {
			return casePath(d.App.ID), v.T("services.answer.done"), s.Answer(v.Context(), d.App.ID, q.Words("text"), nil)
		},
	})
}

func (s *Service) withdrawForm(v *web.Visit) error {
	d, err := s.applying(v)
	if err != nil {
		return err
	}
	if v.R.Method == http.MethodPost {
		if err := s.Withdraw(v.Context(), d.App.ID); err != nil {
			return err
		}
		return v.RedirectWith(ownPath, web.Notice{Text: v.T("services.withdraw.done." + draftOr(d.App))})
	}
	back := casePath(d.App.ID)
	if d.App.Stage == Draft {
		back = ownPath
	}
	return v.Render(web.Page{Title: v.T("services.withdraw.title." + draftOr(d.App)), Back: back, Secret: true}, web.ConfirmForm(v.View, web.Form{
		Action: casePath(d.App.ID) + "/withdraw", Submit: v.T("services.withdraw.submit." + draftOr(d.App)), Cancel: back, Danger: true,
	}, []string{v.T("services.withdraw.text."+draftOr(d.App), "service", d.Offer.Title.In(v.Lang()))}))
}

func draftOr(a Application) string {
	if a.Stage == Draft {
		return "draft"
	}
	return "case"
}

// letterView is a letter, to read and to print.
type letterView struct {
	*web.View
	Entry Entry
	Lang  lang.Lang
	From  lang.Text
	Text  []string
}

func (s *Service) showLetter(v *web.Visit) error {
	d, err := s.applying(v)
	if err != nil {
		return err
	}
	c, err := s.Case(v.Context(), d.App.ID)
	if err != nil {
		return err
	}
	return s.renderLetter(v, c, d.crumbs())
}

func (s *Service) renderLetter(v *web.Visit, c Case, crumbs []web.Crumb) error {
	number, err := strconv.ParseInt(v.PathValue("number"), 10, 64)
	i := slices.IndexFunc(c.History, func(e Entry) bool { return e.Number == number && e.Kind == DidWrite })
	if err != nil || i < 0 {
		return fault.New(fault.NotFound, "services.fault.no-letter-here")
	}
	d := letterView{View: v.View, Entry: c.History[i]}
	if d.From, err = s.Departments.Department(v.Context(), c.Department); err != nil {
		return err
	}
	text, in := d.Entry.Letter.With(v.Lang())
	d.Text, d.Lang = paragraphs(text), in
	return v.Render(web.Page{Title: d.Entry.Title.In(v.Lang()), Crumbs: append(crumbs, web.Crumb{Text: c.Reference, Path: casePath(c.ID)}), Secret: true}, letterPage(d))
}

// bookView offers the free slots of a service.
type bookView struct {
	applying
	Days   []web.Tab
	Slots  []web.Choice
	Places []web.Choice
	Place  string
	Day    when.Day
	Errors []web.FieldError
	Once   [2]string
}

func (s *Service) bookForm(v *web.Visit) error { return s.renderBook(v, http.StatusOK, "") }

// daysShown is how many days with free slots the page offers at once.
const daysShown = 14

func (s *Service) renderBook(v *web.Visit, status int, wrong string) error {
	d, err := s.applying(v)
	if err != nil {
		return err
	}
	if d.Offer.Booking == "" || d.App.Stage == Draft || d.App.Stage.ended() {
		return fault.New(fault.NotFound, "services.fault.no-booking")
	}
	x := bookView{applying: d, Place: v.Query.Get("place"), Once: v.Once()}
	for _, p := range d.Offer.Places {
		if x.Place == "" {
			x.Place = p.Code
		}
		x.Places = append(x.Places, web.Choice{Value: p.Code, Label: p.Name.In(v.Lang()), Hint: p.Address.In(v.Lang()), Chosen: p.Code == x.Place})
	}
	from := v.Now().Day().Add(1)
	if day, err := when.ParseDay(v.Query.Get("from")); err == nil && from.Before(day) {
		from = day
	}
	var slots []booking.Slot
	err = s.DB.Read(v.Context(), func(tx *db.Tx) error {
		slots, err = s.Booking.Free(tx, d.Offer.Booking, x.Place, from, daysShown)
		return err
	})
	if err != nil {
		return err
	}
	x.fill(v, slots)
	if wrong != "" {
		x.Errors = []web.FieldError{{Name: "start", Text: wrong}}
	}
	return v.RenderStatus(status, web.Page{Title: v.T("services.book.title"), Lead: v.T("services.book.lead"), Back: casePath(d.App.ID), Failed: wrong != "", Secret: true}, bookPage(x))
}

// fill groups slots by day, and shows those of the chosen one.
func (x *bookView) fill(v *web.Visit, slots []booking.Slot) {
	x.Day, _ = when.ParseDay(v.Query.Get("day"))
	var days []when.Day
	for _, slot := range slots {
		if day := slot.Start.Day(); slot.Left > 0 && !slices.Contains(days, day) {
			days = append(days, day)
		}
	}
	if !slices.Contains(days, x.Day) && len(days) > 0 {
		x.Day = days[0]
	}
	for _, day := range days {
		q := url.Values{"place": {x.Place}, "day": {day.String()}, "from": {v.Query.Get("from")}}
		x.Days = append(x.Days, web.Tab{Text: v.Day(day), Path: casePath(x.App.ID) + "/book?" + q.Encode(), Current: day == x.Day})
	}
	for _, slot := range slots {
		if slot.Left > 0 && slot.Start.Day() == x.Day {
			c := web.Choice{Value: slot.Start.String(), Label: v.Time(slot.Start), Hint: v.T("services.book.left", "count", slot.Left)}
			if slot.Cents > 0 {
				c.Hint = money(v.Texts, slot.Cents)
			}
			x.Slots = append(x.Slots, c)
		}
	}
}

func (s *Service) doBook(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	start, err := when.ParseInstant(form.Get("start"))
	if err != nil || start.IsZero() {
		return s.renderBook(v, http.StatusUnprocessableEntity, v.T("services.book.choose"))
	}
	id := ApplicationID(v.PathValue("id"))
	var b booking.Booking
	err = v.SubmitOnce(form, func() error {
		b, err = s.Book(v.Context(), id, form.Get("place"), start)
		return err
	})
	if fault.Is(err, fault.Conflict) {
		return s.renderBook(v, http.StatusConflict, v.T("services.book.taken"))
	}
	if err != nil {
		return err
	}
	return v.RedirectWith(casePath(id), web.Notice{Text: v.T("services.book.done", "when", v.Instant(b.Start))})
}
