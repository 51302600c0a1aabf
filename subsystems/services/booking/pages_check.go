package booking

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

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
	above := []templ.Component{web.DataTable(v.View, week)}
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

// askPlace makes a place of the officer's department, or changes one.
func (s *Service) askPlace(v *web.Visit) error {
	f := face{v, s}
	p := Place{Department: v.Actor().Duty.Department}
	code := v.PathValue("place")
	back := deskPath
	if err := f.placeHere(&p, code); err != nil {
		return err
	}
	title := v.T("booking.place.add")
	if code != "" {
		back, title = deskPath+"/"+code, v.T("booking.place.edit")
	}
	return v.Ask(web.Questions{
		Title: title, Lead: v.T("booking.place.lead"), Submit: v.T("booking.place.submit"), Back: back,
		Asked: f.placeQuestions(code == ""), Given: placeGiven(p),
		Act: func(a *web.Answers) (string, string, error) {
			next, err := s.readPlace(v, a, p, code == "")
			if err != nil || a.Bad() {
				return "", "", err
			}
			return deskPath + "/" + next.Code, v.T("booking.place.done"), s.KeepPlace(v.Context(), next)
		},
	})
}

// placeHere reads the place that is to be changed, or asks whether a new one may be made.
func (f face) placeHere(p *Place, code string) error {
	if code == "" {
		return f.may(f.Context(), "booking.schedule", p.Department)
	}
	return f.read(func(tx *db.Tx) (err error) {
		*p, err = f.mayPlace(f.Context(), tx, "booking.schedule", code)
		return err
	})
}

func (f face) placeQuestions(fresh bool) []web.Question {
	ask := func(name, label string) web.Question {
		q := web.Question{Field: web.Field{Name: name, Label: f.T("booking.place." + label), MaxLength: 200}}
		if f.Has("booking.place-hint." + label) {
			q.Hint = f.T("booking.place-hint." + label)
		}
		return q
	}
	out := []web.Question{web.Remember("version")}
	if fresh {
		out = append(out, ask("code", "code"))
	}
	for _, name := range []string{"name", "address"} {
		for _, l := range []string{"tc", "en", "sc"} {
			out = append(out, ask(name+"-"+l, name+"-"+l))
		}
	}
	counters := ask("counters", "counters")
	counters.As, counters.Optional, counters.MaxLength = web.AsLines, true, maxCounters*10
	return append(out, counters)
}

func placeGiven(p Place) url.Values {
	out := web.Given("version", strconv.FormatInt(p.Version, 10), "code", p.Code, "counters", strings.Join(p.Counters, "\n"))
	web.GiveThree(out, "name-", p.Name)
	web.GiveThree(out, "address-", p.Address)
	return out
}

// readPlace reads the answers, and says what is wrong with them.
func (s *Service) readPlace(v *web.Visit, a *web.Answers, p Place, fresh bool) (Place, error) {
	p.Version, _ = strconv.ParseInt(a.Text("version"), 10, 64)
	p.Name, p.Address, p.Counters = a.Three("name-"), a.Three("address-"), fields(a.Text("counters"))
	if fresh {
		p.Code, p.Version = a.Text("code"), 0
		var all []Place
		err := s.DB.Read(v.Context(), func(tx *db.Tx) (err error) {
			all, err = allPlaces(tx)
			return err
		})
		if err != nil {
			return p, err
		}
		a.Need(!slices.ContainsFunc(all, func(x Place) bool { return x.Code == p.Code }), "code", "booking.wrong.code-taken")
	}
	if fa := asFault(p.check()); fa != nil {
		for _, field := range fa.Fields {
			name := field.Name
			if name == "name" || name == "address" {
				name += "-tc"
			}
			a.Wrong(name, field.Key)
		}
	}
	return p, nil
}

// fields are the counters that were typed, each once.
func fields(text string) (out []string) {
	for _, c := range strings.Fields(text) {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}
