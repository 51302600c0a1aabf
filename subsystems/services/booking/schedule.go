package booking

import (
	"regexp"
	"slices"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
)

// Place is where people go.
type Place struct {
	Code       string
	Department string
	Name       lang.Text
	Address    lang.Text
	Counters   []string // where people are served; empty: officers type them
	Version    int64
}

// ScheduleID names a schedule.
type ScheduleID string

// Schedule says when a service may be booked at a place.
type Schedule struct {
	ID       ScheduleID
	Place    string
	Service  string
	Title    lang.Text // what is booked
	Weekdays []int     // 0 is Sunday
	From     string    // first start, as 09:00
	To       string    // the last one ends by then
	Minutes  int       // of a slot
	Quota    int       // bookings of a slot
	Cents    int64     // fee of a slot; 0: none
	Begin    when.Day  // zero: at once
	Until    when.Day  // last day; zero: no end
	Ahead    int       // days before from which it may be booked
	Closed   []when.Day
	Holidays bool // open on general holidays
	Version  int64
}

// Slot is a time that may be booked.
type Slot struct {
	Schedule ScheduleID
	Place    string
	Service  string
	Title    lang.Text
	Start    when.Instant
	Minutes  int
	Left     int
	Cents    int64
}

var (
	codeForm = regexp.MustCompile(`^[a-z][a-z0-9-]{1,59}$`)
	timeForm = regexp.MustCompile(`^([01][0-9]|2[0-4]):[0-5][0-9]$`)
)

// Bounds.
const (
	maxQuota    = 10_000
	maxAhead    = 366
	maxClosed   = 200
	maxNote     = 500
	maxCounters = 100
	mostDays    = 62 // that are looked at at once
	mostLive    = 3  // bookings of a service that one person may hold
	dayLength   = 24 * 60
)

// reserved are codes of services that would hide other addresses.
func reserved(code string) bool { return code == "desk" || code == "places" || code == "feed" }

func (p Place) check() error {
	f := wrongs{fault.New(fault.Invalid, "booking.fault.place")}
	f.need(codeForm.MatchString(p.Code) && p.Code != "new", "code") // new is an address of ours
	f.need(p.Department != "" && len(p.Department) <= 40, "department")
	f.need(p.Name.Complete(), "name")
	f.need(p.Address.Complete(), "address")
	f.need(len(p.Counters) <= maxCounters && !slices.ContainsFunc(p.Counters, func(c string) bool { return !counterForm.MatchString(c) }), "counters")
	return f.err()
}

// wrongs gathers what is wrong with what was given.
type wrongs struct{ *fault.Fault }

func (w *wrongs) need(ok bool, field string) {
	if !ok {
		w.Fault = w.At(field, "booking.wrong."+field)
	}
}

func (w *wrongs) err() error {
	if len(w.Fields) > 0 {
		return w.Fault
	}
	return nil
}

func (s Schedule) check() error {
	f := wrongs{fault.New(fault.Invalid, "booking.fault.schedule")}
	f.need(codeForm.MatchString(s.Place), "place")
	f.need(codeForm.MatchString(s.Service) && !reserved(s.Service), "service")
	f.need(s.Title.Complete(), "title")
	f.need(len(s.Weekdays) > 0 && len(s.Weekdays) <= 7 && !slices.ContainsFunc(s.Weekdays, func(d int) bool { return d < 0 || d > 6 }), "weekdays")
	f.need(s.Minutes >= 5 && s.Minutes <= dayLength, "minutes")
	from, ok := minutesOf(s.From)
	f.need(ok, "from")
	to, ok := minutesOf(s.To)
	f.need(ok && to >= from+s.Minutes, "to")
	f.need(s.Quota >= 1 && s.Quota <= maxQuota, "quota")
	f.need(s.Cents >= 0 && s.Cents <= 100_000_000_00, "cents")
	f.need(s.Until.IsZero() || !s.Until.Before(s.Begin), "until")
	f.need(s.Ahead >= 0 && s.Ahead <= maxAhead, "ahead")
	f.need(len(s.Closed) <= maxClosed, "closed")
	return f.err()
}

// minutesOf is a time of day in minutes since midnight; 24:00 is the day's end.
func minutesOf(s string) (int, bool) {
	if !timeForm.MatchString(s) {
		return 0, false
	}
	n := (int(s[0]-'0')*10+int(s[1]-'0'))*60 + int(s[3]-'0')*10 + int(s[4]-'0')
	return n, n <= dayLength
}

// midnight is the beginning of a day in Hong Kong, which has no summer time.
func midnight(d when.Day) when.Instant {
	return when.At(time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, when.HongKong))
}

// open reports whether a day can be booked, as of today.
func (s Schedule) open(d, today when.Day, calendar when.Calendar) bool {
	switch {
	case d.Before(today), today.Add(s.Ahead).Before(d), d.Before(s.Begin), !s.Until.IsZero() && s.Until.Before(d):
		return false
	case !slices.Contains(s.Weekdays, int(d.Weekday())), slices.Contains(s.Closed, d):
		return false
	}
	return s.Holidays || !calendar.IsHoliday(d)
}

// starts are the times of a day at which slots begin.
func (s Schedule) starts(d when.Day) (out []when.Instant) {
	from, _ := minutesOf(s.From)
	to, _ := minutesOf(s.To)
	for at := from; s.Minutes > 0 && at+s.Minutes <= to; at += s.Minutes {
		out = append(out, midnight(d).Add(time.Duration(at)*time.Minute))
	}
	return out
}

// offers reports whether a slot begins at an instant, as of now.
func (s Schedule) offers(start, now when.Instant, calendar when.Calendar) bool {
	return now.Before(start) && s.open(start.Day(), now.Day(), calendar) && slices.Contains(s.starts(start.Day()), start)
}

// slot is a time of the schedule of which some is taken.
func (s Schedule) slot(start when.Instant, taken int) Slot {
	return Slot{s.ID, s.Place, s.Service, s.Title, start, s.Minutes, max(s.Quota-taken, 0), s.Cents}
}
