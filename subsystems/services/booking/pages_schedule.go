package booking

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/web"
)

func (s *Service) showSchedules(v *web.Visit) error {
	f := face{v, s}
	var p Place
	var all []Schedule
	err := f.read(func(tx *db.Tx) (err error) {
		if p, err = s.mayPlace(v.Context(), tx, "booking.schedule", v.PathValue("place")); err != nil {
			return err
		}
		all, err = schedulesAt(tx, p.Code)
		return err
	})
	if err != nil {
		return err
	}
	here := deskPath + "/" + p.Code
	t := web.Table{
		ID: "schedules", Caption: v.T("booking.schedules.caption", "count", len(all)),
		Columns: []web.Column{{Head: v.T("booking.col.what")}, {Head: v.T("booking.ask.weekdays")}, {Head: v.T("booking.col.hours")}, {Head: v.T("booking.ask.minutes"), Numeric: true}, {Head: v.T("booking.ask.quota"), Numeric: true}, {Head: v.T("booking.col.fee")}},
		Empty:   web.Empty{Why: v.T("booking.schedules.none")},
	}
	for _, o := range all {
		title, l := o.Title.With(v.Lang())
		var days []string
		for _, d := range o.Weekdays {
			days = append(days, v.T("booking.weekday."+strconv.Itoa(d)))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: title, Lang: l, Path: here + "/schedules/" + string(o.ID), Small: o.Service},
			{Text: v.List(days...)},
			{Text: v.T("booking.span", "from", o.From, "to", o.To)},
			{Text: v.Number(int64(o.Minutes))},
			{Text: v.Number(int64(o.Quota))},
			{Text: f.dollars(o.Cents)},
		}})
	}
	name, _ := p.Name.With(v.Lang())
	return v.Render(web.Page{
		Title: v.T("booking.schedules.title"), Lead: name, Wide: true, Secret: true,
		Crumbs: []web.Crumb{{Text: v.T("booking.desk.title"), Path: deskPath}, {Text: name, Path: here}},
	}, stack([]templ.Component{web.DataTable(v.View, t), ways(v.View, []web.Crumb{{Text: v.T("booking.schedules.add"), Path: here + "/schedules/new"}})}))
}

// askSchedule asks for a new schedule, or for changes of one; the next page shows what they mean.
func (s *Service) askSchedule(v *web.Visit) error {
	f := face{v, s}
	_, o, err := f.scheduleHere()
	if err != nil {
		return err
	}
	given := f.scheduleGiven(o)
	if v.Query.Has("from") { // back from the check, to change something
		given = v.Query
	}
	here := deskPath + "/" + o.Place + "/schedules"
	return v.Ask(web.Questions{
		Title: v.T("booking.schedules.one"), Lead: v.T("booking.schedules.lead"), Submit: v.T("booking.schedules.check"), Back: here,
		Asked: f.scheduleQuestions(o), Given: given,
		Act: func(a *web.Answers) (string, string, error) {
			if wrongOf(a, readSchedule(a, o)); a.Bad() {
				return "", "", nil
			}
			return here + "/" + v.PathValue("id") + "/check?" + typed(a.Values).Encode(), v.T("booking.check.notice"), nil
		},
	})
}

// typed is what was answered, without what the form adds.
func typed(values url.Values) url.Values {
	out := url.Values{}
	for name, all := range values {
		if !strings.HasPrefix(name, "_") {
			out[name] = all
		}
	}
	return out
}

func (f face) scheduleQuestions(o Schedule) []web.Question {
	ask := func(name string, as web.Asked) web.Question {
		q := web.Question{As: as, Field: web.Field{Name: name, Label: f.T("booking.ask." + name), MaxLength: 100}}
		if f.Has("booking.ask-hint." + name) {
			q.Hint = f.T("booking.ask-hint." + name)
		}
		return q
	}
	days := ask("weekdays", web.AsTick)
	for d := range 7 {
		days.Choices = append(days.Choices, web.Choice{Value: strconv.Itoa(d), Label: f.T("booking.weekday." + strconv.Itoa(d))})
	}
	out := []web.Question{web.Remember("version")}
	if o.ID == "" {
		out = append(out, ask("service", web.AsText))
	}
	for _, l := range []string{"tc", "en", "sc"} {
		out = append(out, ask("title-"+l, web.AsText))
	}
	out = append(out, days)
	for _, name := range []string{"from", "to", "minutes", "quota", "cents", "ahead"} {
		q := ask(name, web.AsText)
		if q.Width = "short"; name != "from" && name != "to" {
			q.Inputmode = "decimal"
		}
		out = append(out, q)
	}
	begin, until, closed := ask("begin", web.AsDay), ask("until", web.AsDay), ask("closed", web.AsLines)
	begin.Optional, until.Optional, closed.Optional, closed.MaxLength = true, true, true, maxClosed*12
	holidays := ask("holidays", web.AsTick)
	holidays.Choices, holidays.Optional = []web.Choice{{Value: "yes", Label: f.T("booking.ask.holidays-yes")}}, true
	return append(out, begin, until, closed, holidays)
}

func (f face) scheduleGiven(o Schedule) url.Values {
	out := web.Given("service", o.Service, "from", o.From, "to", o.To, "minutes", strconv.Itoa(o.Minutes), "quota", strconv.Itoa(o.Quota),
		"cents", dollarsText(o.Cents), "ahead", strconv.Itoa(o.Ahead), "version", strconv.FormatInt(o.Version, 10))
	web.GiveThree(out, "title-", o.Title)
	web.GiveDay(out, "begin", o.Begin)
	web.GiveDay(out, "until", o.Until)
	for _, d := range o.Weekdays {
		out.Add("weekdays", strconv.Itoa(d))
	}
	var closed []string
	for _, d := range o.Closed {
		closed = append(closed, d.String())
	}
	out.Set("closed", strings.Join(closed, "\n"))
	if o.Holidays {
		out.Set("holidays", "yes")
	}
	return out
}

func dollarsText(cents int64) string {
	return strconv.FormatInt(cents/100, 10) + "." + strconv.FormatInt(100+cents%100, 10)[1:]
}

func readSchedule(a *web.Answers, o Schedule) Schedule {
	if o.ID == "" {
		o.Service = a.Text("service")
	}
	o.Version, _ = strconv.ParseInt(a.Text("version"), 10, 64) // 0 matches no version
	o.Title, o.From, o.To = a.Three("title-"), a.Text("from"), a.Text("to")
	whole := func(name string) int {
		n, err := strconv.Atoi(a.Text(name))
		if err != nil {
			return -1 // which no schedule may have
		}
		return n
	}
	o.Minutes, o.Quota, o.Ahead = whole("minutes"), whole("quota"), whole("ahead")
	o.Cents = centsOf(a)
	o.Begin, o.Until = a.Day("begin", "booking.wrong.day"), a.Day("until", "booking.wrong.day")
	o.Weekdays = nil
	for d := range 7 {
		if a.Ticked("weekdays", strconv.Itoa(d)) {
			o.Weekdays = append(o.Weekdays, d)
		}
	}
	o.Closed = []when.Day{}
	for _, line := range strings.Fields(a.Text("closed")) {
		d, err := when.ParseDay(line)
		if a.Need(err == nil, "closed", "booking.wrong.closed") {
			o.Closed = append(o.Closed, d)
		}
	}
	o.Holidays = a.Ticked("holidays", "yes")
	return o
}

// centsOf reads dollars with at most two digits of cents; below zero when it is none.
func centsOf(a *web.Answers) int64 {
	whole, part, _ := strings.Cut(strings.ReplaceAll(a.Text("cents"), ",", ""), ".")
	n, err := strconv.ParseInt(whole, 10, 40)
	rest, second := strconv.ParseInt((part + "00")[:2], 10, 8)
	if err != nil || second != nil || len(part) > 2 || n < 0 || rest < 0 {
		return -1
	}
	return n*100 + rest
}
