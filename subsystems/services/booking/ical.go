package booking

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"praya/kernel/when"
)

// Calendar files as RFC 5545 wants them. Times are in UTC (3.3.5, form 2), so that no time zone need
// be described.

// event is a booking as a calendar shows it.
type event struct {
	uid       string
	sequence  int64
	changed   when.Instant
	start     when.Instant
	end       when.Instant
	summary   string
	location  string
	text      string
	address   string // of the page
	cancelled bool
}

// calendarFile writes a calendar of events.
func calendarFile(name string, events []event) []byte {
	var w lines
	w.put("BEGIN", "VCALENDAR")
	w.put("VERSION", "2.0")
	w.put("PRODID", "-//Praya//Booking 1.0//EN")
	w.put("METHOD", "PUBLISH")
	w.put("CALSCALE", "GREGORIAN")
	w.text("NAME", name)                             // RFC 7986, 5.1
	w.text("X-WR-CALNAME", name)                     // what calendars read that do not know NAME
	w.put("REFRESH-INTERVAL;VALUE=DURATION", "PT1H") // RFC 7986, 5.7
	for _, e := range events {
		w.event(e)
	}
	w.put("END", "VCALENDAR")
	return []byte(w.b.String())
}

type lines struct{ b strings.Builder }

func (w *lines) event(e event) {
	w.put("BEGIN", "VEVENT")
	w.put("UID", e.uid)
	w.put("DTSTAMP", utc(e.changed))
	w.put("LAST-MODIFIED", utc(e.changed))
	w.put("SEQUENCE", strconv.FormatInt(e.sequence, 10))
	w.put("DTSTART", utc(e.start))
	w.put("DTEND", utc(e.end))
	w.text("SUMMARY", e.summary)
	w.text("LOCATION", e.location)
	w.text("DESCRIPTION", e.text)
	w.put("URL", e.address)
	status := "CONFIRMED"
	if e.cancelled {
		status = "CANCELLED"
	}
	w.put("STATUS", status)
	w.put("END", "VEVENT")
}

// utc is an instant in the form 20260302T010000Z.
func utc(at when.Instant) string { return at.Time().UTC().Format("20060102T150405Z") }

// text writes a property whose value is text: with its marks escaped (3.3.11).
func (w *lines) text(name, value string) {
	if value != "" {
		w.put(name, escaped(value))
	}
}

func escaped(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1 // no control characters (3.1)
		}
		return r
	}, s)
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}

// mostOctets is how long a line is at most, without its end (3.1).
const mostOctets = 75

// put writes a content line, folded: what goes on begins with a space. No character is cut.
func (w *lines) put(name, value string) {
	line := name + ":" + strings.ToValidUTF8(value, "\uFFFD")
	room := mostOctets
	for len(line) > room {
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		w.b.WriteString(line[:cut] + "\r\n ")
		line, room = line[cut:], mostOctets-1
	}
	w.b.WriteString(line + "\r\n")
}
