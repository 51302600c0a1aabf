package directory

import (
	"slices"

	"praya/kernel/when"
)

// AppointmentID names an appointment.
type AppointmentID string

// Appointment says that an officer holds a post, or acts in it. Department is the post's.
// Version is 0 for a new one.
type Appointment struct {
	ID         AppointmentID
	Officer    OfficerID
	Post       PostID
	Department string
	Acting     bool
	Period
	Version int64
}

// check finds what is wrong with an appointment: by itself, in its post, beside the post's
// other holders, and beside the officer's other posts. The appointment itself, as it was
// before, may stand among the others.
func (a Appointment) check(in Post, ofPost, ofOfficer []Appointment) error {
	var w wrongs
	switch {
	case a.From.IsZero():
		w.add("from", "day")
	case !a.Ordered():
		w.add("to", "order")
	case a.From.Before(in.From):
		w.add("from", "before-post")
	case !a.Within(in.Period):
		w.add("to", "after-post")
	case a.clashes(ofPost, func(b Appointment) bool { return a.Acting == b.Acting }):
		w.add("from", taken(a.Acting))
	case !a.Acting && a.clashes(ofOfficer, func(b Appointment) bool { return !b.Acting }):
		w.add("from", "two-posts")
	case a.clashes(ofOfficer, func(b Appointment) bool { return a.Post == b.Post }):
		w.add("from", "same-post")
	}
	return w.err()
}

func taken(acting bool) string {
	if acting {
		return "acted-in"
	}
	return "held"
}

// clashes reports whether another appointment of a sort shares a day with this one.
func (a Appointment) clashes(others []Appointment, sort func(Appointment) bool) bool {
	return slices.ContainsFunc(others, func(b Appointment) bool {
		return a.ID != b.ID && sort(b) && a.Overlaps(b.Period)
	})
}

// elsewhere lists the other departments in which an officer serves during an appointment.
func (a Appointment) elsewhere(ofOfficer []Appointment) []string {
	var out []string
	for _, b := range ofOfficer {
		if b.ID != a.ID && b.Department != a.Department && a.Overlaps(b.Period) && !slices.Contains(out, b.Department) {
			out = append(out, b.Department)
		}
	}
	return out
}

// servesIn lists the departments whose staff an officer belongs to on a day: those served now
// or later, or when there are none, the one served last. Departments come in order.
func servesIn(appointments []Appointment, day when.Day) []string {
	var now []string
	var last Appointment
	for _, a := range appointments {
		if !a.Ended(day) {
			now = append(now, a.Department)
		}
		if last.ID == "" || last.To.Before(a.To) {
			last = a
		}
	}
	if len(now) == 0 && last.ID != "" {
		now = []string{last.Department}
	}
	slices.Sort(now)
	return slices.Compact(now)
}
