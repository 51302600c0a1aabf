package when

import "time"

// Calendar knows which days the counters are closed. Saturdays and Sundays are not
// working days of the government; Holidays are the general holidays (公眾假期) that
// a site keeps, and may edit.
type Calendar struct {
	holidays map[Day]bool
}

// NewCalendar makes a calendar of these general holidays.
func NewCalendar(holidays []Day) Calendar {
	c := Calendar{holidays: make(map[Day]bool, len(holidays))}
	for _, d := range holidays {
		c.holidays[d] = true
	}
	return c
}

// IsWorking reports whether the government works on this day.
func (c Calendar) IsWorking(d Day) bool {
	w := d.Weekday()
	return w != time.Saturday && w != time.Sunday && !c.holidays[d]
}

// IsHoliday reports whether a day is a general holiday.
func (c Calendar) IsHoliday(d Day) bool { return c.holidays[d] }

// AddWorking returns the n-th working day after d; for n = 0 the day itself, or the
// first working day after it.
func (c Calendar) AddWorking(d Day, n int) Day {
	for !c.IsWorking(d) && n == 0 {
		d = d.Add(1)
	}
	for n > 0 {
		d = d.Add(1)
		if c.IsWorking(d) {
			n--
		}
	}
	return d
}

// WorkingBetween counts the working days after from up to and including to; it is
// negative when to lies before from.
func (c Calendar) WorkingBetween(from, to Day) int {
	if to.Before(from) {
		return -c.WorkingBetween(to, from)
	}
	n := 0
	for d := from.Add(1); !to.Before(d); d = d.Add(1) {
		if c.IsWorking(d) {
			n++
		}
	}
	return n
}
