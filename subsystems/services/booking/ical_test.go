package booking

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestCalendarFile: as RFC 5545 wants it, line by line.
func TestCalendarFile(t *testing.T) {
	got := string(calendarFile("我的預約", []event{{
		uid: "1@praya.example", sequence: 2, changed: at("2026-03-02 08:00"), start: at("2026-03-03 09:00"), end: at("2026-03-03 09:30"),
		summary: "A; B, C\\D", location: strings.Repeat("香港", 40), text: "one\r\ntwo\x00", address: "https://praya.example/me/bookings/1", cancelled: true,
	}}))
	for _, line := range strings.SplitAfter(got, "\r\n") {
		if len(line) > 77 || !utf8.ValidString(line) || strings.ContainsAny(strings.TrimSuffix(line, "\r\n"), "\r\n") {
			t.Errorf("%d octets: %q", len(line), line)
		}
	}
	for _, want := range []string{
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "METHOD:PUBLISH\r\n", "UID:1@praya.example\r\n", "DTSTAMP:20260302T000000Z\r\n", "DTSTART:20260303T010000Z\r\n",
		"DTEND:20260303T013000Z\r\n", `SUMMARY:A\; B\, C\\D` + "\r\n", `DESCRIPTION:one\ntwo` + "\r\n", "SEQUENCE:2\r\n", "STATUS:CANCELLED\r\n", "END:VEVENT\r\nEND:VCALENDAR\r\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if unfolded := strings.ReplaceAll(got, "\r\n ", ""); !strings.Contains(unfolded, "LOCATION:"+strings.Repeat("香港", 40)+"\r\n") {
		t.Error(unfolded)
	}
}

// FuzzFold: whatever is written comes back, in lines that are short enough.
func FuzzFold(f *testing.F) {
	f.Add("香港", "a;b,c\\\n")
	f.Fuzz(func(t *testing.T, name, value string) {
		out := string(calendarFile(name, []event{{summary: value}}))
		for _, line := range strings.Split(strings.TrimSuffix(out, "\r\n"), "\r\n") {
			if len(line) > mostOctets || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
				t.Errorf("%q", line)
			}
		}
		if strings.Count(strings.ReplaceAll(out, "\r\n ", ""), "\r\nBEGIN:") != 1 {
			t.Errorf("%q began something", value)
		}
	})
}
