package voice

import (
	"bytes"
	"testing"
)

func TestJitter(t *testing.T) {
	t.Parallel()
	packet := func(b byte) []byte { return bytes.Repeat([]byte{b}, frame) }
	take := func(j *jitter) byte {
		into := make([]byte, frame)
		j.take(into)
		return into[0]
	}
	j := newJitter()
	if take(j) != silence {
		t.Error("sound before the first packet")
	}
	at := uint32(0xFFFFFF00) // timestamps begin anywhere and turn over
	j.put(at, packet(1))
	j.put(at+2*frame, packet(3)) // out of order
	j.put(at+frame, packet(2))
	j.put(at+frame, packet(2)) // twice
	for i, want := range []byte{silence, silence, 1, 2, 3, silence} {
		if got := take(j); got != want {
			t.Errorf("frame %d: %d, not %d", i, got, want)
		}
	}
	j.put(at+3*frame, packet(4)) // too late
	if got := take(j); got != silence {
		t.Errorf("a late packet is heard: %d", got)
	}
	heard := 0
	for i := range uint32(20) { // a sender that has fallen behind is heard again
		j.put(at+(4+i)*frame, packet(9))
		if take(j) == 9 {
			heard++
		}
	}
	if heard < 12 {
		t.Errorf("%d of 20 frames of a sender that fell behind", heard)
	}
	for i := range uint32(40) { // one whose clock runs ahead doesn't pile up
		j.put(at+(24+i)*frame, packet(byte(i)))
	}
	if got := take(j); got < 30 {
		t.Errorf("after 40 packets at once, frame %d is next", got)
	}
	j.put(at+1<<30, packet(7)) // another stream
	for range 3 {              // it waits for longer, once a sender has been late
		take(j)
	}
	if got := take(j); got != 7 {
		t.Errorf("another stream begins with %d", got)
	}
}
