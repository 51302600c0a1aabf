package booking

import (
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/web"
)

func (s *Service) showDesk(v *web.Visit) error {
	places, err := s.DeskPlaces(v.Context())
	if err != nil {
		return err
	}
	var tasks []web.Task
	for _, p := range places {
		tasks = append(tasks, web.Task{Text: p.Name.In(v.Lang()), Hint: p.Address.In(v.Lang()), Path: deskPath + "/" + p.Code})
	}
	body := web.TaskList(v.View, tasks)
	if len(tasks) == 0 {
		body = web.EmptyState(v.View, web.Empty{Why: v.T("booking.desk.no-places")})
	}
	add := ways(v.View, []web.Crumb{{Text: v.T("booking.place.add"), Path: deskPath + "/new"}})
	return v.Render(web.Page{Title: v.T("booking.desk.title"), Lead: v.T("booking.desk.lead"), Secret: true}, stack([]templ.Component{body, add}))
}

// showDay is a place's day: who is booked, and the queue.
func (s *Service) showDay(v *web.Visit) error {
	f := face{v, s}
	today := v.Now().Day()
	d := today
	if asked, err := when.ParseDay(v.Query.Get("day")); err == nil && !asked.IsZero() {
		d = asked
	}
	desk, err := s.DeskOf(v.Context(), v.PathValue("place"), d)
	if err != nil {
		return err
	}
	here := deskPath + "/" + desk.Place.Code
	parts := []templ.Component{
		ways(v.View, []web.Crumb{
			{Text: v.T("booking.desk.before"), Path: here + "?day=" + d.Add(-1).String()},
			{Text: v.T("booking.desk.today"), Path: here},
			{Text: v.T("booking.desk.after"), Path: here + "?day=" + d.Add(1).String()},
			{Text: v.T("booking.schedules.title"), Path: here + "/schedules"},
			{Text: v.T("booking.place.edit"), Path: here + "/place"},
			{Text: v.T("booking.board.title"), Path: rootPath + "/places/" + desk.Place.Code + "/board"},
		}),
		web.DataTable(v.View, f.deskTable(desk, d)),
	}
	if d == today {
		queue, err := f.queue(desk, here)
		if err != nil {
			return err
		}
		parts = append(parts, queue...)
	}
	name, l := desk.Place.Name.With(v.Lang())
	return v.Render(web.Page{Title: name, Lang: l, Lead: v.Day(d), Crumbs: []web.Crumb{{Text: v.T("booking.desk.title"), Path: deskPath}}, Wide: true, Secret: true}, stack(parts))
}

func (f face) deskTable(desk Desk, d when.Day) web.Table {
	t := web.Table{
		ID: "bookings", Caption: f.T("booking.desk.bookings", "day", d),
		Columns: []web.Column{{Head: f.T("booking.col.reference")}, {Head: f.T("booking.col.time")}, {Head: f.T("booking.col.what")}, {Head: f.T("booking.note")}, {Head: f.T("booking.col.state")}},
		Empty:   web.Empty{Why: f.T("booking.desk.none")},
	}
	for _, b := range desk.Bookings {
		title, l := b.Schedule.Title.With(f.Lang())
		note := web.Cell{Text: b.Booking.Note}
		if note.Text == "" {
			note.Body = web.Blank()
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: b.Booking.Reference, Path: deskPath + "/" + desk.Place.Code + "/bookings/" + string(b.Booking.ID)},
			{Text: f.span(b.Booking.Start, b.Booking.End())},
			{Text: title, Lang: l},
			note,
			{Body: f.state(b.Booking.State)},
		}})
	}
	return t
}

// queue is what an officer does with those who are there.
func (f face) queue(desk Desk, here string) ([]templ.Component, error) {
	waiting := 0
	t := web.Table{
		ID: "tickets", Caption: f.T("booking.queue.tickets"),
		Columns: []web.Column{{Head: f.T("booking.col.number")}, {Head: f.T("booking.col.what")}, {Head: f.T("booking.col.state")}, {Head: f.T("booking.col.act")}},
		Empty:   web.Empty{Why: f.T("booking.fault.nobody")},
	}
	titles, services, err := f.titles(desk.Place.Code)
	if err != nil {
		return nil, err
	}
	for _, k := range desk.Tickets {
		number := strconv.FormatInt(k.Number, 10)
		state := web.Cell{Body: web.Outcome(f.View, web.Waiting, f.T("booking.ticket."+string(k.State)))}
		act := web.Cell{Body: web.Blank()}
		if waiting++; k.State == Called {
			waiting--
			state = web.Cell{Body: web.Outcome(f.View, web.InProgress, f.T("booking.ticket.called-to", "counter", k.Counter))}
			act.Body = buttons(f.View, []web.Form{
				{Action: here + "/tickets/" + number + "/served", Submit: f.T("booking.queue.served", "number", number), Quiet: true, Hidden: [][2]string{f.Once()}},
				{Action: here + "/tickets/" + number + "/gone", Submit: f.T("booking.queue.gone", "number", number), Quiet: true, Hidden: [][2]string{f.Once()}},
			})
		}
		what := web.Cell{Text: titles[k.Service], Small: f.T("booking.queue.walked-in")}
		if k.Booking != "" {
			what.Small = f.T("booking.queue.booked", "time", f.Time(k.Due))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: number}, what, state, act}})
	}
	return []templ.Component{
		heading(f.T("booking.queue.title")), sentence(f.T("booking.board.waiting", "count", waiting)),
		f.callForm(desk.Place, here),
		web.DataTable(f.View, t),
		heading(f.T("booking.queue.walk-in")),
		ticketForm(f.View, web.Form{Action: here + "/ticket", Submit: f.T("booking.queue.give"), Quiet: true, Hidden: [][2]string{f.Once()}},
			web.Field{Name: "service", Label: f.T("booking.col.what")}, services),
	}, nil
}

// callForm asks to which counter: one of the place's, where they are known.
func (f face) callForm(p Place, here string) templ.Component {
	form := web.Form{Action: here + "/call", Submit: f.T("booking.queue.call"), Hidden: [][2]string{f.Once()}}
	field := web.Field{Name: "counter", Label: f.T("booking.col.counter"), Value: f.Query.Get("counter"), Width: "short", MaxLength: 8}
	if len(p.Counters) == 0 {
		return callForm(f.View, form, field)
	}
	var choices []web.Choice
	for _, c := range p.Counters {
		choices = append(choices, web.Choice{Value: c, Label: c, Chosen: c == field.Value})
	}
	return ticketForm(f.View, form, field, choices)
}

// titles are the services of a place by their codes, and as choices.
func (f face) titles(place string) (map[string]string, []web.Choice, error) {
	out := map[string]string{}
	var choices []web.Choice
	err := f.read(func(tx *db.Tx) error {
		all, err := schedulesAt(tx, place)
		for _, o := range all {
			if _, known := out[o.Service]; !known {
				title, l := o.Title.With(f.Lang())
				out[o.Service], choices = title, append(choices, web.Choice{Value: o.Service, Label: title, Lang: l})
			}
		}
		return err
	})
	return out, choices, err
}

// post does what a button of the desk asks for, once.
func (f face) post(what string, act func(form map[string][]string) (next, notice string, err error)) error {
	form, err := f.Form()
	if err != nil {
		return err
	}
	var next, notice string
	if err := f.SubmitOnce(form, func() (err error) {
		next, notice, err = act(form)
		return err
	}); err != nil {
		return err
	}
	return f.RedirectWith(next, web.Notice{Text: notice})
}

func first(form map[string][]string, name string) string {
	if len(form[name]) == 0 {
		return ""
	}
	return web.HalfWidth(form[name][0])
}

func (s *Service) doCall(v *web.Visit) error {
	f, here := face{v, s}, deskPath+"/"+v.PathValue("place")
	return f.post("call", func(form map[string][]string) (string, string, error) {
		var t Ticket
		counter := first(form, "counter")
		err := s.Do(v.Context(), v.PathValue("place"), "booking.serve", "call", v.PathValue("place"), func(tx *db.Tx, _ string) (err error) {
			t, err = s.CallNext(tx, v.PathValue("place"), counter)
			return err
		})
		return here + "?counter=" + counter, v.T("booking.queue.called", "number", t.Number, "counter", counter), err
	})
}

func (s *Service) doTicket(v *web.Visit) error {
	f, here := face{v, s}, deskPath+"/"+v.PathValue("place")
	return f.post("ticket", func(form map[string][]string) (string, string, error) {
		var t Ticket
		err := s.Do(v.Context(), v.PathValue("place"), "booking.serve", "ticket", v.PathValue("place"), func(tx *db.Tx, _ string) (err error) {
			t, err = s.WalkIn(tx, v.PathValue("place"), first(form, "service"))
			return err
		})
		return here, v.T("booking.queue.given", "number", t.Number), err
	})
}

func (s *Service) doEndTicket(v *web.Visit) error {
	f, here := face{v, s}, deskPath+"/"+v.PathValue("place")
	number, err := strconv.ParseInt(v.PathValue("number"), 10, 64)
	act := v.PathValue("act")
	if err != nil || act != "served" && act != "gone" {
		return fault.New(fault.NotFound, "booking.fault.no-ticket")
	}
	return f.post(act, func(map[string][]string) (string, string, error) {
		err := s.Do(v.Context(), v.PathValue("place"), "booking.serve", "ticket-"+act, v.PathValue("place"), func(tx *db.Tx, by string) error {
			_, err := s.EndTicket(tx, v.PathValue("place"), number, act == "served", by)
			return err
		})
		return here, v.T("booking.queue.ended", "number", number), err
	})
}

// bookingHere is a booking of the place in the address.
func (s *Service) bookingHere(f face) (out Shown, history []Change, err error) {
	err = f.read(func(tx *db.Tx) error {
		if _, err := s.mayPlace(f.Context(), tx, "booking.inspect", f.PathValue("place")); err != nil {
			return err
		}
		b, err := s.ByID(tx, BookingID(f.PathValue("id")))
		if err == nil && b.Place != f.PathValue("place") {
			err = fault.New(fault.NotFound, "booking.fault.no-booking")
		}
		if err != nil {
			return err
		}
		all, err := showing(tx, []Booking{b})
		if err != nil {
			return err
		}
		out = all[0]
		history, err = s.History(tx, b.ID)
		return err
	})
	return out, history, err
}

// deskActs are the acts that a booking's state allows, as of now.
func deskActs(b Booking, now when.Instant) (out []string) {
	switch {
	case b.State == Arrived:
		return []string{"serve"}
	case b.State != Booked:
		return nil
	}
	if b.Start.Day() == now.Day() {
		out = append(out, "arrive", "serve")
	}
	if !now.Before(b.Start) {
		return append(out, "no-show")
	}
	return append(out, "cancel")
}

func (s *Service) showBooking(v *web.Visit) error {
	f := face{v, s}
	b, history, err := s.bookingHere(f)
	if err != nil {
		return err
	}
	here := deskPath + "/" + b.Place.Code
	var forms []web.Form
	for _, act := range deskActs(b.Booking, v.Now()) {
		forms = append(forms, web.Form{
			Action: here + "/bookings/" + string(b.Booking.ID) + "/" + act, Submit: v.T("booking.do." + act), Quiet: act != "arrive", Danger: act == "cancel",
			Hidden: [][2]string{v.Once(), {"version", strconv.FormatInt(b.Booking.Version, 10)}},
		})
	}
	var events []web.Event
	for _, c := range history {
		who := v.T("booking.by.department")
		if c.By == b.Booking.Account && c.By != "" {
			who = v.T("booking.by.person")
		}
		events = append(events, web.Event{When: v.Instant(c.At), What: v.T("booking.what."+c.What, "at", c.Start), Who: who})
	}
	title, l := b.Schedule.Title.With(v.Lang())
	return v.Render(web.Page{
		Title: title, Lang: l, Secret: true,
		Crumbs: []web.Crumb{{Text: v.T("booking.desk.title"), Path: deskPath}, {Text: b.Place.Name.In(v.Lang()), Path: here + "?day=" + b.Booking.Start.Day().String()}},
		Head:   tag(v.View, stateOf(b.Booking.State), v.T("booking.state."+string(b.Booking.State))),
	}, stack([]templ.Component{web.SummaryList(v.View, f.facts(b)), buttons(v.View, forms), heading(v.T("booking.history")), web.Timeline(v.View, events)}))
}

func (s *Service) doBooking(v *web.Visit) error {
	f := face{v, s}
	b, _, err := s.bookingHere(f)
	if err != nil {
		return err
	}
	act := v.PathValue("act")
	here := deskPath + "/" + b.Place.Code
	return f.post(act, func(form map[string][]string) (string, string, error) {
		version, _ := strconv.ParseInt(first(form, "version"), 10, 64) // 0: none that was looked at
		notice := v.T("booking.done")
		err := s.Do(v.Context(), b.Place.Code, "booking.serve", act, string(b.Booking.ID), func(tx *db.Tx, by string) (err error) {
			switch act {
			case "arrive":
				var t Ticket
				_, t, err = s.Arrive(tx, b.Booking.ID, by, version)
				notice = v.T("booking.queue.given", "number", t.Number)
			case "serve":
				_, err = s.Serve(tx, b.Booking.ID, by, version)
			case "no-show":
				_, err = s.NoShow(tx, b.Booking.ID, by, version)
			case "cancel":
				_, err = s.Cancel(tx, b.Booking.ID, by, version)
			default:
				err = fault.New(fault.NotFound, "booking.fault.no-booking")
			}
			return err
		})
		return here + "?day=" + b.Booking.Start.Day().String(), notice, err
	})
}
