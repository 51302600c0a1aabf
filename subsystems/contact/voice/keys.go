package voice

import (
	"bytes"
	"strings"

	"praya/kernel/when"
)

// A press is a key that the other end pressed.
type press struct {
	key byte
	at  when.Instant
}

const keyNames = "0123456789*#ABCD"

// events reads telephone events (RFC 4733). A key is several packets with one
// timestamp; the end is sent three times. A key counts once, at its first
// packet that arrives, whichever of them that is.
type events struct {
	seen  bool
	at    uint32 // timestamp of the last event
	last  uint16 // its duration so far
	event byte
	ended bool
}

// read gives the key of a packet that begins a new event; 0 for all others.
func (e *events) read(at uint32, payload []byte) byte {
	if len(payload) < 4 || int(payload[0]) >= len(keyNames) {
		return 0
	}
	event, end := payload[0], payload[1]&0x80 != 0
	duration := uint16(payload[2])<<8 | uint16(payload[3])
	if e.seen && (at == e.at || at-e.at >= stale) { // the same, or an older one that comes late
		if at == e.at {
			e.last, e.ended = max(e.last, duration), e.ended || end
		}
		return 0
	}
	// A key held longer than 8 s goes on in a further event that begins where
	// the last ended, without an end in between (RFC 4733, 2.5.1.3).
	onward := e.seen && !e.ended && event == e.event && at == e.at+uint32(e.last) && e.last >= 0xF000
	*e = events{seen: true, at: at, last: duration, event: event, ended: end}
	if onward {
		return 0
	}
	return keyNames[event]
}

// infoKey reads a key that comes by SIP INFO (application/dtmf-relay, or
// application/dtmf whose body is the key alone).
func infoKey(contentType string, body []byte) (byte, bool) {
	kind, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	text := ""
	switch strings.TrimSpace(kind) {
	case "application/dtmf":
		text = string(bytes.TrimSpace(body))
	case "application/dtmf-relay":
		for line := range strings.Lines(string(body)) {
			if name, value, ok := strings.Cut(line, "="); ok && strings.EqualFold(strings.TrimSpace(name), "signal") {
				text = strings.TrimSpace(value)
			}
		}
	}
	text = strings.ToUpper(text)
	switch text { // some telephones write the event's number
	case "10":
		text = "*"
	case "11":
		text = "#"
	}
	if len(text) != 1 || !strings.Contains(keyNames, text) {
		return 0, false
	}
	return text[0], true
}
