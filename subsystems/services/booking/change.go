package booking

import (
	"slices"
	"strconv"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/calendar"
	"praya/platform/db"
)

// mostStranded bounds the bookings that one change may strand: they are cancelled in one
// transaction with it.
const mostStranded = 500

// closed says why no slot of a schedule begins on a day: weekday, closed, holiday, before, after;
// empty when some do. How long before it may be booked says nothing about that.
func (s Schedule) closed(d when.Day, holidays when.Calendar) string {
	switch {
	case d.Before(s.Begin):
		return "before"
	case !s.Until.IsZero() && s.Until.Before(d):
		return "after"
	case slices.Contains(s.Closed, d):
		return "closed"
	case !slices.Contains(s.Weekdays, int(d.Weekday())):
		return "weekday"
	case !s.Holidays && holidays.IsHoliday(d):
		return "holiday"
	}
	return ""
}

// holds reports whether what was booked still fits: a slot begins then, and lasts as long.
func (s Schedule) holds(b Booking, holidays when.Calendar) bool {
	return s.closed(b.Start.Day(), holidays) == "" && b.Minutes <= s.Minutes && slices.Contains(s.starts(b.Start.Day()), b.Start)
}

// Stranded are the bookings to come for which a schedule, changed to next, would have no slot any
// more: those of another time, and of a slot with fewer places those that were made last. Of more
// than mostStranded it gives one more than that.
func (s *Service) Stranded(tx *db.Tx, next Schedule) (out []Booking, err error) {
	if next.ID == "" {
		return nil, nil
	}
	holidays, err := calendar.Working(tx)
	if err != nil {
		return nil, err
	}
	kept := map[when.Instant]int{}
	for after := tx.Now(); len(out) <= mostStranded; {
		rows, err := comingOf(tx, next.ID, after, mostStranded)
		if err != nil {
			return nil, err
		}
		some, err := s.openedAll(tx, whole(rows, mostStranded), nil)
		if err != nil || len(some) == 0 {
			return out, err
		}
		for _, b := range some {
			if next.holds(b, holidays) && kept[b.Start] < next.Quota {
				kept[b.Start]++
				continue
			}
			out = append(out, b)
		}
		after = some[len(some)-1].Start
	}
	return out[:mostStranded+1], nil
}

// whole leaves out the last time of a full slice, of which there may be more: the next slice
// begins with it.
func whole(rows []row, most int) []row {
	if len(rows) < most {
		return rows
	}
	last := rows[len(rows)-1].Start
	i := slices.IndexFunc(rows, func(r row) bool { return r.Start == last })
	if i == 0 {
		return rows // one time alone fills it
	}
	return rows[:i]
}

// Replace keeps a schedule. When bookings would be stranded it refuses, unless they are to be
// cancelled: then their people are told by whom and why.
func (s *Service) Replace(tx *db.Tx, next Schedule, cancel bool, by string) (Schedule, int, error) {
	next, err := s.PutSchedule(tx, next) // first: who books meanwhile meets this row's new version
	if err != nil {
		return next, 0, err
	}
	all, err := s.Stranded(tx, next)
	if err != nil || len(all) == 0 {
		return next, 0, err
	}
	if !cancel || len(all) > mostStranded {
		key := "booking.fault.stranded"
		if len(all) > mostStranded {
			key = "booking.fault.stranded-many"
		}
		return next, 0, fault.New(fault.Conflict, key, "count", strconv.Itoa(min(len(all), mostStranded)))
	}
	for _, b := range all {
		if _, err := s.Cancel(tx, b.ID, by, b.Version); err != nil {
			return next, 0, err
		}
	}
	return next, len(all), nil
}
