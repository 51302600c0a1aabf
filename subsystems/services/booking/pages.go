package booking

import (
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/web"
)

const (
	rootPath = "/booking"
	deskPath = rootPath + "/desk"
	feedAPI  = "/api/booking/feed"
	ahead    = 28 // days that a page lists
)

// mountPages registers the pages.
func (s *Service) mountPages(site *web.Site) {
	site.Page("GET "+rootPath, s.showServices)
	site.Page("GET "+rootPath+"/{service}", s.showServicePlaces)
	site.Page("GET "+rootPath+"/{service}/{place}", s.showDays)
	site.Page("GET "+rootPath+"/places/{place}/board", s.showBoard)

	secret := web.Secret()
	both := func(path string, h web.Handler) {
		site.Page("GET "+path, h, secret)
		site.Page("POST "+path, h, secret)
	}
	both(rootPath+"/{service}/{place}/{day}", s.askSlot)
	site.Page("GET "+ownPath, s.showOwns, secret)
	both(ownPath+"/feed", s.showFeed)
	site.Page("GET "+ownPath+"/{id}", s.showOwn, secret)
	site.Page("GET "+ownPath+"/{id}/calendar", s.downloadOwn, secret)
	site.Page("GET "+ownPath+"/{id}/move", s.showMoveDays, secret)
	both(ownPath+"/{id}/move/{day}", s.askMove)
	both(ownPath+"/{id}/cancel", s.askCancel)

	site.Page("GET "+deskPath, s.showDesk, secret)
	site.Page("GET "+deskPath+"/{place}", s.showDay, secret)
	site.Page("POST "+deskPath+"/{place}/call", s.doCall, secret)
	site.Page("POST "+deskPath+"/{place}/ticket", s.doTicket, secret)
	site.Page("POST "+deskPath+"/{place}/tickets/{number}/{act}", s.doEndTicket, secret)
	site.Page("GET "+deskPath+"/{place}/bookings/{id}", s.showBooking, secret)
	site.Page("POST "+deskPath+"/{place}/bookings/{id}/{act}", s.doBooking, secret)
	site.Page("GET "+deskPath+"/{place}/schedules", s.showSchedules, secret)
	both(deskPath+"/{place}/schedules/{id}", s.askSchedule)
	both(deskPath+"/{place}/schedules/{id}/check", s.checkSchedule)
	both(deskPath+"/new", s.askPlace)
	both(deskPath+"/{place}/place", s.askPlace)
}

// face is what every page here needs.
type face struct {
	*web.Visit
	*Service
}

func (f face) read(fn func(tx *db.Tx) error) error { return f.DB.Read(f.Context(), fn) }

// stateOf is the shape of a state.
func stateOf(st State) web.State {
	return map[State]web.State{
		Booked: web.Approved, Arrived: web.InProgress, Served: web.Done, Cancelled: web.Withdrawn, NoShowed: web.Refused, Lapsed: web.NotStarted,
	}[st]
}

// state is how a booking stands.
func (f face) state(st State) templ.Component {
	return web.Outcome(f.View, stateOf(st), f.T("booking.state."+string(st)))
}

// span is a time of day from and to.
func (f face) span(start when.Instant, end when.Instant) string {
	return f.T("booking.span", "from", f.Time(start), "to", f.Time(end))
}

// dollars is a fee in words.
func (f face) dollars(cents int64) string {
	if cents == 0 {
		return f.T("booking.free")
	}
	amount := strconv.FormatInt(cents/100, 10)
	if rest := cents % 100; rest != 0 {
		amount += "." + strconv.FormatInt(100+rest, 10)[1:]
	}
	return f.Money(amount, 0)
}

// slotLabel is a slot as a choice.
func (f face) slotLabel(s Slot) web.Choice {
	end := Booking{Start: s.Start, Minutes: s.Minutes}.End()
	c := web.Choice{Value: s.Start.String(), Label: f.span(s.Start, end), Hint: f.T("booking.left", "count", s.Left)}
	if s.Cents > 0 {
		c.Hint = f.T("booking.left-fee", "left", c.Hint, "fee", f.dollars(s.Cents))
	}
	return c
}

// from is the first day that a list of days shows.
func (f face) from() when.Day {
	today := f.Now().Day()
	if d, err := when.ParseDay(f.Query.Get("from")); err == nil && today.Before(d) {
		return d
	}
	return today
}

// days lists the days on which something is left, as ways to them.
func (f face) days(slots []Slot, from when.Day, to func(when.Day) string) []templ.Component {
	var tasks []web.Task
	left := map[when.Day]int{}
	var order []when.Day
	for _, s := range slots {
		d := s.Start.Day()
		if _, known := left[d]; !known {
			order = append(order, d)
		}
		left[d] += s.Left
	}
	for _, d := range order {
		if left[d] > 0 {
			tasks = append(tasks, web.Task{Text: f.Day(d), Hint: f.T("booking.left", "count", left[d]), Path: to(d)})
		}
	}
	var parts []templ.Component
	if len(tasks) == 0 {
		parts = append(parts, web.EmptyState(f.View, web.Empty{Why: f.T("booking.no-days", "from", from, "to", from.Add(ahead-1))}))
	} else {
		parts = append(parts, web.TaskList(f.View, tasks))
	}
	var more []web.Crumb
	if earlier := from.Add(-ahead); f.Now().Day().Before(from) {
		more = append(more, web.Crumb{Text: f.T("booking.earlier"), Path: f.Path + "?" + f.query("from", earlier.String())})
	}
	if from.Add(ahead).Before(f.Now().Day().Add(maxAhead)) {
		more = append(more, web.Crumb{Text: f.T("booking.later"), Path: f.Path + "?" + f.query("from", from.Add(ahead).String())})
	}
	return append(parts, ways(f.View, more))
}

// query is the page's query with one value changed.
func (f face) query(name, value string) string {
	q := map[string][]string{}
	for k, v := range f.Query {
		q[k] = v
	}
	q[name] = []string{value}
	return encode(q)
}

// dayIn is a day in the address.
func (f face) dayIn() (when.Day, error) {
	d, err := when.ParseDay(f.PathValue("day"))
	if err != nil {
		return d, fault.New(fault.NotFound, "booking.fault.no-slot")
	}
	return d, nil
}

// askStart asks for one of a day's slots.
func (f face) askStart(slots []Slot, d when.Day) (q web.Question, any bool) {
	q = web.Question{As: web.AsRadios, Field: web.Field{Name: "start", Label: f.T("booking.choose-time")}}
	for _, s := range slots {
		if s.Start.Day() == d && s.Left > 0 {
			q.Choices = append(q.Choices, f.slotLabel(s))
		}
	}
	return q, len(q.Choices) > 0
}

// startOf reads the chosen slot.
func startOf(a *web.Answers) when.Instant {
	at, err := when.ParseInstant(a.Text("start"))
	a.Need(err == nil && !at.IsZero(), "start", "booking.wrong.start")
	return at
}
