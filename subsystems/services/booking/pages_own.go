package booking

import (
	"bytes"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/web"
)

// askSlot books one of a day's slots for the person who asks.
func (s *Service) askSlot(v *web.Visit) error {
	f := face{v, s}
	if err := s.may(v.Context(), "booking.own", ""); err != nil {
		return err
	}
	o, err := s.offerOf(f)
	if err != nil {
		return err
	}
	d, err := f.dayIn()
	if err != nil {
		return err
	}
	var slots []Slot
	err = f.read(func(tx *db.Tx) error {
		slots, err = s.Free(tx, o.Service, o.Place, d, 1)
		return err
	})
	if err != nil {
		return err
	}
	back := rootPath + "/" + o.Service + "/" + o.Place
	if len(v.Query) > 0 {
		back += "?" + v.Query.Encode()
	}
	times, any := f.askStart(slots, d)
	title := v.T("booking.ask.title", "title", o.Title.In(v.Lang()))
	if !any && v.R.Method == http.MethodGet {
		return v.Render(web.Page{Title: title, Back: back, Secret: true}, web.EmptyState(v.View, web.Empty{Why: v.T("booking.day-full", "day", d), Next: v.T("booking.choose-day"), Path: back}))
	}
	return v.Ask(web.Questions{
		Title: title, Lead: v.T("booking.ask.lead", "day", d, "place", o.at.Name.In(v.Lang())), Submit: v.T("booking.ask.submit"), Back: back,
		Asked: []web.Question{times, {Field: web.Field{Name: "note", Label: v.T("booking.note"), Hint: v.T("booking.note-hint"), Optional: true, MaxLength: 150}}},
		Act: func(a *web.Answers) (string, string, error) {
			b := Booking{Service: o.Service, Place: o.Place, Start: startOf(a), Note: a.Words("note"), Case: v.Query.Get("case")}
			a.Need(len([]rune(b.Note)) <= 150, "note", "booking.wrong.note")
			if a.Bad() {
				return "", "", nil
			}
			got, err := s.BookOwn(v.Context(), b)
			if fa := asFault(err); fa != nil && fa.Key == "booking.fault.full" {
				a.Wrong("start", fa.Key)
				return "", "", nil
			}
			return ownPath + "/" + string(got.ID), v.T("booking.ask.done", "reference", got.Reference), err
		},
	})
}

func (f face) ownCrumbs(more ...web.Crumb) []web.Crumb {
	return append([]web.Crumb{{Text: f.T("booking.me.account"), Path: "/me"}}, more...)
}

func (s *Service) showOwns(v *web.Visit) error {
	f := face{v, s}
	all, err := s.Owns(v.Context())
	if err != nil {
		return err
	}
	var coming, past []Shown
	for _, b := range all {
		if b.Booking.State.Live() {
			coming = append([]Shown{b}, coming...) // the first first
		} else {
			past = append(past, b)
		}
	}
	parts := []templ.Component{web.DataTable(v.View, f.ownTable("coming", coming))}
	if len(past) > 0 {
		parts = append(parts, web.DataTable(v.View, f.ownTable("past", past)))
	}
	parts = append(parts, ways(v.View, []web.Crumb{{Text: v.T("booking.title"), Path: rootPath}, {Text: v.T("booking.feed.title"), Path: ownPath + "/feed"}}))
	return v.Render(web.Page{Title: v.T("booking.me.title"), Lead: v.T("booking.me.lead"), Crumbs: f.ownCrumbs(), Secret: true}, stack(parts))
}

func (f face) ownTable(id string, all []Shown) web.Table {
	t := web.Table{
		ID: id, Caption: f.T("booking.me."+id, "count", len(all)),
		Columns: []web.Column{{Head: f.T("booking.col.what")}, {Head: f.T("booking.col.time")}, {Head: f.T("booking.col.place")}, {Head: f.T("booking.col.state")}},
		Empty:   web.Empty{Why: f.T("booking.me.none"), Next: f.T("booking.me.none-next"), Path: rootPath},
	}
	for _, b := range all {
		title, l := b.Schedule.Title.With(f.Lang())
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: title, Lang: l, Path: ownPath + "/" + string(b.Booking.ID), Small: b.Booking.Reference},
			{Text: f.Day(b.Booking.Start.Day()), Small: f.span(b.Booking.Start, b.Booking.End())},
			{Text: b.Place.Name.In(f.Lang())},
			{Body: f.state(b.Booking.State)},
		}})
	}
	return t
}

func (f face) facts(b Shown) []web.Entry {
	out := []web.Entry{
		{Label: f.T("booking.col.reference"), Value: b.Booking.Reference},
		{Label: f.T("booking.col.time"), Value: f.T("booking.when", "day", b.Booking.Start.Day(), "span", f.span(b.Booking.Start, b.Booking.End()))},
		{Label: f.T("booking.col.place"), Value: b.Place.Name.In(f.Lang())},
		{Label: f.T("booking.col.address"), Value: b.Place.Address.In(f.Lang())},
		{Label: f.T("booking.col.fee"), Value: f.dollars(b.Booking.Cents)},
	}
	if b.Booking.Note != "" {
		out = append(out, web.Entry{Label: f.T("booking.note"), Value: b.Booking.Note})
	}
	return out
}

func (s *Service) showOwn(v *web.Visit) error {
	f := face{v, s}
	b, err := s.Own(v.Context(), BookingID(v.PathValue("id")))
	if err != nil {
		return err
	}
	here := ownPath + "/" + string(b.Booking.ID)
	parts := []templ.Component{web.SummaryList(v.View, f.facts(b))}
	if b.Booking.State == Booked {
		parts = append(parts, sentence(v.T("booking.me.bring")),
			web.DownloadList(v.View, []web.File{{Text: v.T("booking.me.ics"), Path: v.Link(here + "/calendar"), Format: "iCalendar"}}))
		if v.Now().Before(b.Booking.Start) {
			parts = append(parts, ways(v.View, []web.Crumb{{Text: v.T("booking.move.title"), Path: here + "/move"}, {Text: v.T("booking.cancel.title"), Path: here + "/cancel"}}))
		}
	}
	title, l := b.Schedule.Title.With(v.Lang())
	return v.Render(web.Page{
		Title: title, Lang: l, Crumbs: f.ownCrumbs(web.Crumb{Text: v.T("booking.me.title"), Path: ownPath}), Secret: true,
		Head: tag(v.View, stateOf(b.Booking.State), v.T("booking.state."+string(b.Booking.State))),
	}, stack(parts))
}

func (s *Service) downloadOwn(v *web.Visit) error {
	b, err := s.Own(v.Context(), BookingID(v.PathValue("id")))
	if err != nil {
		return err
	}
	return sendCalendar(v, s.calendar([]Shown{b}, v.Lang()))
}

func sendCalendar(v *web.Visit, file []byte) error {
	return v.Download("booking.ics", "text/calendar; charset=utf-8; method=PUBLISH", func(w io.Writer) error {
		_, err := bytes.NewReader(file).WriteTo(w)
		return err
	})
}

func (s *Service) showMoveDays(v *web.Visit) error {
	f := face{v, s}
	b, err := s.Own(v.Context(), BookingID(v.PathValue("id")))
	if err != nil {
		return err
	}
	from := f.from()
	var slots []Slot
	err = f.read(func(tx *db.Tx) error {
		slots, err = s.Free(tx, b.Booking.Service, b.Booking.Place, from, ahead)
		return err
	})
	if err != nil {
		return err
	}
	here := ownPath + "/" + string(b.Booking.ID)
	parts := f.days(slots, from, func(d when.Day) string { return here + "/move/" + d.String() })
	return v.Render(web.Page{Title: v.T("booking.move.title"), Lead: v.T("booking.move.lead", "at", b.Booking.Start), Back: here, Secret: true}, stack(parts))
}

func (s *Service) askMove(v *web.Visit) error {
	f := face{v, s}
	b, err := s.Own(v.Context(), BookingID(v.PathValue("id")))
	if err != nil {
		return err
	}
	d, err := f.dayIn()
	if err != nil {
		return err
	}
	var slots []Slot
	err = f.read(func(tx *db.Tx) error {
		slots, err = s.Free(tx, b.Booking.Service, b.Booking.Place, d, 1)
		return err
	})
	if err != nil {
		return err
	}
	here := ownPath + "/" + string(b.Booking.ID)
	times, any := f.askStart(slots, d)
	if !any && v.R.Method == http.MethodGet {
		return v.Render(web.Page{Title: v.T("booking.move.title"), Back: here + "/move", Secret: true}, web.EmptyState(v.View, web.Empty{Why: v.T("booking.day-full", "day", d), Next: v.T("booking.choose-day"), Path: here + "/move"}))
	}
	return v.Ask(web.Questions{
		Title: v.T("booking.move.title"), Lead: v.T("booking.move.lead", "at", b.Booking.Start), Submit: v.T("booking.move.submit"), Back: here + "/move",
		Asked: []web.Question{times},
		Act: func(a *web.Answers) (string, string, error) {
			start := startOf(a)
			if a.Bad() {
				return "", "", nil
			}
			err := s.ChangeOwn(v.Context(), b.Booking.ID, func(tx *db.Tx, by string) error {
				_, err := s.Move(tx, b.Booking.ID, "", start, by, b.Booking.Version)
				return err
			})
			if fa := asFault(err); fa != nil && (fa.Key == "booking.fault.full" || fa.Key == "booking.fault.same-slot") {
				a.Wrong("start", fa.Key)
				return "", "", nil
			}
			return here, v.T("booking.move.done"), err
		},
	})
}

func (s *Service) askCancel(v *web.Visit) error {
	b, err := s.Own(v.Context(), BookingID(v.PathValue("id")))
	if err != nil {
		return err
	}
	if b.Booking.State != Booked {
		return fault.New(fault.Conflict, "booking.fault.not-from-"+string(b.Booking.State))
	}
	here := ownPath + "/" + string(b.Booking.ID)
	return v.Ask(web.Questions{
		Title: v.T("booking.cancel.title"), Lead: v.T("booking.cancel.lead", "at", b.Booking.Start), Submit: v.T("booking.cancel.submit"), Back: here, Danger: true,
		Act: func(*web.Answers) (string, string, error) {
			err := s.ChangeOwn(v.Context(), b.Booking.ID, func(tx *db.Tx, by string) error {
				_, err := s.Cancel(tx, b.Booking.ID, by, b.Booking.Version)
				return err
			})
			return here, v.T("booking.cancel.done"), err
		},
	})
}

// showFeed makes and ends the private address of a person's calendar. It is shown once.
func (s *Service) showFeed(v *web.Visit) error {
	f := face{v, s}
	made, err := s.FeedMade(v.Context())
	if err != nil {
		return err
	}
	page := web.Page{Title: v.T("booking.feed.title"), Lead: v.T("booking.feed.lead"), Crumbs: f.ownCrumbs(web.Crumb{Text: v.T("booking.me.title"), Path: ownPath}), Secret: true}
	if v.R.Method == http.MethodPost {
		form, err := v.Form()
		if err != nil {
			return err
		}
		if form.Get("end") == "yes" {
			if err := v.SubmitOnce(form, func() error { return s.EndFeed(v.Context()) }); err != nil {
				return err
			}
			return v.RedirectWith(ownPath+"/feed", web.Notice{Text: v.T("booking.feed.ended")})
		}
		token := ""
		if err := v.SubmitOnce(form, func() (err error) {
			token, err = s.NewFeed(v.Context())
			return err
		}); err != nil {
			return err
		}
		return v.Render(page, stack([]templ.Component{
			sentence(v.T("booking.feed.once")), secretAddress(s.Origin + v.Plain(feedAPI+"/"+token+"/"+string(v.Lang())+".ics")),
			ways(v.View, []web.Crumb{{Text: v.T("booking.me.title"), Path: ownPath}}),
		}))
	}
	parts := []templ.Component{}
	forms := []web.Form{{Action: ownPath + "/feed", Submit: v.T("booking.feed.make"), Hidden: [][2]string{v.Once()}}}
	if !made.IsZero() {
		parts = append(parts, sentence(v.T("booking.feed.made", "at", made)))
		forms = append(forms, web.Form{Action: ownPath + "/feed", Submit: v.T("booking.feed.end"), Quiet: true, Danger: true, Hidden: [][2]string{v.Once(), {"end", "yes"}}})
	}
	return v.Render(page, stack(append(parts, buttons(v.View, forms))))
}
