package booking

import (
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/web"
)

// weekLength is how many days a schedule is shown for before it is kept.
const weekLength = 7

// scheduleHere is a place of the officer's department, and the schedule of it that the address
// names.
func (f face) scheduleHere() (p Place, o Schedule, err error) {
	o = Schedule{Place: f.PathValue("place"), Weekdays: []int{1, 2, 3, 4, 5}, From: "09:00", To: "17:00", Minutes: 30, Quota: 1, Ahead: 30}
	err = f.read(func(tx *db.Tx) error {
		if p, err = f.mayPlace(f.Context(), tx, "booking.schedule", o.Place); err != nil {
			return err
		}
		if f.PathValue("id") == "new" {
			return nil
		}
		there, err := scheduleByID(tx, ScheduleID(f.PathValue("id")))
		if err == nil && there.Place != o.Place {
			err = fault.New(fault.NotFound, "booking.fault.no-schedule")
		}
		o = there
		return err
	})
	return p, o, err
}

// wrongOf says beside each answer what is wrong with the schedule.
func wrongOf(a *web.Answers, o Schedule) {
	if fa := asFault(o.check()); fa != nil {
		for _, field := range fa.Fields {
			name := field.Name
			if name == "title" {
				name = "title-tc"
			}
			a.Wrong(name, field.Key)
		}
	}
}

// checkSchedule shows what the coming week would be, and whose bookings would no longer fit, before
// anything is kept. The answers stand in the address; they name nobody.
func (s *Service) checkSchedule(v *web.Visit) error {
	f := face{v, s}
	p, o, err := f.scheduleHere()
	if err != nil {
		return err
	}
	typed := &web.Answers{Values: v.Query}
	o = readSchedule(typed, o)
	if wrongOf(typed, o); typed.Bad() {
		return fault.New(fault.NotFound, "booking.fault.no-schedule") // an address that nobody was led to
	}
	var week web.Table
	var stranded []Booking
	err = f.read(func(tx *db.Tx) (err error) {
		if week, err = f.week(tx, o); err != nil {
			return err
		}
		stranded, err = s.Stranded(tx, o)
		return err
	})
	if err != nil {
		return err
	}
	here := deskPath + "/" + p.Code + "/schedules"
	above := []templ.Component{web.SummaryList(v.View, f.settled(o)), web.DataTable(v.View, week)}
	asked := []web.Question{web.Remember("version")}
	if len(stranded) > 0 {
		above = append(above, heading(v.T("booking.check.stranded")), sentence(v.T("booking.check.stranded-lead")), web.DataTable(v.View, f.strandedTable(p, stranded)))
		asked = append(asked, web.Question{
			As: web.AsTick, Field: web.Field{Name: "cancel", Label: v.T("booking.check.stranded")},
			Choices: []web.Choice{{Value: "yes", Label: v.T("booking.check.cancel", "count", len(stranded))}},
		})
	}
	return v.Ask(web.Questions{
		Title: v.T("booking.check.title"), Lead: v.T("booking.check.lead", "title", o.Title.In(v.Lang()), "place", p.Name.In(v.Lang())),
		Submit: v.T("booking.schedules.submit"), Back: here + "/" + v.PathValue("id") + "?" + v.Query.Encode(), Danger: len(stranded) > 0,
		Asked: asked, Given: web.Given("version", v.Query.Get("version")), Above: stack(above),
		Act: func(a *web.Answers) (string, string, error) {
			cancel := a.Ticked("cancel", "yes")
			if !a.Need(cancel || len(stranded) == 0, "cancel", "booking.wrong.cancel") {
				return "", "", nil
			}
			told := 0
			err := s.Do(v.Context(), p.Code, "booking.schedule", "schedule", p.Code, func(tx *db.Tx, by string) (err error) {
				_, told, err = s.Replace(tx, o, cancel, by)
				return err
			})
			if told > 0 {
				return here, v.T("booking.check.done", "count", told), err
			}
			return here, v.T("booking.schedules.done"), err
		},
	})
}

// settled is everything that would be kept, whoever led the officer to this page.
func (f face) settled(o Schedule) []web.Entry {
	var days, closed []string
	for _, d := range o.Weekdays {
		days = append(days, f.T("booking.weekday."+strconv.Itoa(d)))
	}
	for _, d := range o.Closed {
		closed = append(closed, f.Date(d))
	}
	out := []web.Entry{
		{Label: f.T("booking.ask.service"), Value: o.Service},
		{Label: f.T("booking.ask.title-tc"), Value: o.Title.TC},
		{Label: f.T("booking.ask.title-en"), Value: o.Title.EN},
		{Label: f.T("booking.ask.title-sc"), Value: o.Title.SC},
		{Label: f.T("booking.ask.weekdays"), Value: f.List(days...)},
		{Label: f.T("booking.col.hours"), Value: f.T("booking.span", "from", o.From, "to", o.To)},
		{Label: f.T("booking.ask.minutes"), Value: f.Number(int64(o.Minutes))},
		{Label: f.T("booking.ask.quota"), Value: f.Number(int64(o.Quota))},
		{Label: f.T("booking.col.fee"), Value: f.dollars(o.Cents)},
		{Label: f.T("booking.ask.ahead"), Value: f.Number(int64(o.Ahead))},
	}
	if !o.Begin.IsZero() {
		out = append(out, web.Entry{Label: f.T("booking.ask.begin"), Value: f.Date(o.Begin)})
	}
	if !o.Until.IsZero() {
		out = append(out, web.Entry{Label: f.T("booking.ask.until"), Value: f.Date(o.Until)})
	}
	if len(closed) > 0 {
		out = append(out, web.Entry{Label: f.T("booking.ask.closed"), Value: f.List(closed...)})
	}
	if o.Holidays {
		out = append(out, web.Entry{Label: f.T("booking.ask.holidays"), Value: f.T("booking.ask.holidays-yes")})
	}
	return out
}

// week is what could be booked in the coming week, or in the first week of a schedule that begins
// later.
func (f face) week(tx *db.Tx, o Schedule) (t web.Table, err error) {
	from := f.Now().Day()
	if from.Before(o.Begin) {
		from = o.Begin
	}
	holidays, err := calendar.Working(tx)
	if err != nil {
		return t, err
	}
	taken, err := takenBetween(tx, o.ID, midnight(from), midnight(from.Add(weekLength)))
	if err != nil {
		return t, err
	}
	t = web.Table{
		ID: "week", Caption: f.T("booking.check.week", "from", from, "to", from.Add(weekLength-1)),
		Columns: []web.Column{{Head: f.T("booking.check.day")}, {Head: f.T("booking.check.times")}, {Head: f.T("booking.check.most"), Numeric: true}, {Head: f.T("booking.check.taken"), Numeric: true}},
	}
	for n := range weekLength {
		d := from.Add(n)
		cells := []web.Cell{{Text: f.Day(d)}, {}, {Text: f.Number(0)}, {Text: f.Number(0)}}
		if why := o.closed(d, holidays); why != "" {
			cells[1].Text = f.T("booking.check." + why)
			t.Rows = append(t.Rows, web.Row{Cells: cells})
			continue
		}
		starts := o.starts(d)
		booked := 0
		for _, at := range starts {
			booked += taken[at]
		}
		end := Booking{Start: starts[len(starts)-1], Minutes: o.Minutes}.End()
		cells[1].Text, cells[1].Small = f.span(starts[0], end), f.T("booking.check.slots", "count", len(starts), "minutes", o.Minutes)
		cells[2].Text, cells[3].Text = f.Number(int64(len(starts)*o.Quota)), f.Number(int64(booked))
		t.Rows = append(t.Rows, web.Row{Cells: cells})
	}
	return t, nil
}

// strandedShown is how many of the stranded bookings are listed by name of their reference.
const strandedShown = 50

func (f face) strandedTable(p Place, all []Booking) web.Table {
	t := web.Table{
		ID: "stranded", Caption: f.T("booking.check.stranded-count", "count", len(all)),
		Columns: []web.Column{{Head: f.T("booking.col.reference")}, {Head: f.T("booking.col.time")}},
	}
	for _, b := range all[:min(len(all), strandedShown)] {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: b.Reference, Path: deskPath + "/" + p.Code + "/bookings/" + string(b.ID)},
			{Text: f.T("booking.when", "day", f.Day(b.Start.Day()), "span", f.span(b.Start, b.End()))},
		}})
	}
	return t
}
