package process

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"praya/kernel/when"
	"praya/subsystems/services/rule"
)

// Timer says until when a token stands still: so many working days, a duration (ISO 8601), or a
// day that is written down or computed.
type Timer struct {
	Working  int
	Duration string
	Date     string // a day, an instant, or an expression that gives a day
	Cycle    string // of a start event: R/P1D, R5/2026-12-01T09:00:00+08:00/P1M

	span  span
	cycle cycle
	rule  *rule.Rule
}

// span is a duration of ISO 8601-1 (5.5.2.3): months are of the calendar.
type span struct {
	years, months, days int
	clock               time.Duration
}

var iso = regexp.MustCompile(`^P(?:(\d{1,2})Y)?(?:(\d{1,3})M)?(?:(\d{1,3})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$`)

func parseSpan(text string) (s span, err error) {
	parts := iso.FindStringSubmatch(text)
	if parts == nil || text == "P" || text[len(text)-1] == 'T' {
		return s, fmt.Errorf("%q is no duration", text)
	}
	var n [7]int
	for i := range n {
		if parts[i+1] != "" {
			if n[i], err = strconv.Atoi(parts[i+1]); err != nil {
				return s, err
			}
		}
	}
	clock := time.Duration(n[4])*time.Hour + time.Duration(n[5])*time.Minute + time.Duration(n[6])*time.Second
	return span{n[0], n[1], n[2]*7 + n[3], clock}, nil
}

func (s span) after(i when.Instant) when.Instant {
	return when.At(i.Time().In(when.HongKong).AddDate(s.years, s.months, s.days).Add(s.clock))
}

// beginning is when a day begins in Hong Kong.
func beginning(d when.Day) when.Instant {
	return when.At(time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, when.HongKong))
}

// timer reads a timer's definition. A number of working days may stand on the event or on its
// definition.
func (r *reader) timer(n *Node, event, definition *element) (t Timer) {
	working := first(definition.own["working"], event.own["working"])
	t.Working = r.whole(n.ID, "working", working)
	t.Duration = definition.child("timeDuration").words()
	t.Date = definition.child("timeDate").words()
	if t.Cycle = definition.child("timeCycle").words(); t.Cycle != "" {
		r.cycle(n, &t)
	}
	given := 0
	for _, x := range []string{working, t.Duration, t.Date, t.Cycle} {
		if x != "" {
			given++
		}
	}
	if given != 1 {
		r.m.complain(n.ID, "timer-when")
	}
	if t.Duration != "" {
		var err error
		if t.span, err = parseSpan(t.Duration); err != nil {
			r.m.complain(n.ID, "timer-duration", "text", t.Duration)
		}
	}
	return t
}

func (r *reader) cycle(n *Node, t *Timer) {
	if n.Kind != StartEvent {
		r.m.complain(n.ID, "unknown-element", "kind", "timeCycle")
	}
	var err error
	if t.cycle, err = parseCycle(t.Cycle); err != nil {
		r.m.complain(n.ID, "timer-duration", "text", t.Cycle)
	}
}

// fixed is a date that is written down.
func (t Timer) fixed() (when.Instant, bool) {
	if d, err := when.ParseDay(t.Date); err == nil && sensible(d.Year) {
		return beginning(d), true
	}
	if x, err := time.Parse(time.RFC3339, t.Date); err == nil && sensible(x.Year()) {
		return when.At(x), true
	}
	return when.Instant{}, false
}

// sensible reports whether a year is one that instants are written in, with room on both sides.
func sensible(year int) bool {
	const least, most = 1900, 9000
	return year >= least && year <= most
}

// until is when the timer fires. Ten working days are over when the tenth is: at the midnight
// that follows it.
func (t Timer) until(now when.Instant, working func() (when.Calendar, error), vars map[string]any) (when.Instant, error) {
	switch {
	case t.Working > 0:
		c, err := working()
		return beginning(c.AddWorking(now.Day(), t.Working).Add(1)), err
	case t.Duration != "":
		return t.span.after(now), nil
	}
	if at, ok := t.fixed(); ok {
		return at, nil
	}
	v, err := t.rule.Value(vars)
	if err != nil {
		return when.Instant{}, err
	}
	d, err := when.ParseDay(fmt.Sprint(v))
	if err == nil && !sensible(d.Year) {
		err = fmt.Errorf("%s is no day for a timer", d)
	}
	return beginning(d), err
}
