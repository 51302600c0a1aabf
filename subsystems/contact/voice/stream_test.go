package voice

import (
	"bytes"
	"testing"

	"github.com/pion/rtp"
)

// keeper keeps what is sent to an end.
type keeper struct {
	heads []rtp.Header
	last  []byte
}

func (k *keeper) send(h *rtp.Header, payload []byte) {
	k.heads, k.last = append(k.heads, *h), bytes.Clone(payload)
}
func (k *keeper) close() {}

func pair(t *testing.T, laws ...law) ([]*Call, []*keeper) {
	t.Helper()
	calls, keepers := speaking(len(laws)), make([]*keeper, len(laws))
	for i, l := range laws {
		keepers[i] = &keeper{}
		pt := uint8(0)
		if l == aLaw {
			pt = 8
		}
		calls[i].sound.agree(terms{law: l, pt: pt, in: map[uint8]law{pt: l}, event: 101, evIn: 101, sends: true, hears: true}, keepers[i])
	}
	return calls, keepers
}

func TestWhatAnEndHears(t *testing.T) {
	t.Parallel()
	calls, ends := pair(t, muLaw, aLaw)
	room := NewRoom(calls...)
	said := tone(frame, 8000, 500)
	say := func(from int, pt uint8, at uint32, payload []byte) {
		h := rtp.Header{Version: 2, SSRC: uint32(from + 10), PayloadType: pt, Timestamp: at}
		calls[from].sound.hear(&h, bytes.Clone(payload))
	}
	calls[1].sound.turn(1000)
	before := ends[1].heads
	say(0, 0, 5000, said)
	if h := ends[1].heads[len(ends[1].heads)-1]; h.PayloadType != 8 || !h.Marker || len(ends[1].heads) != len(before)+1 {
		t.Errorf("passed on as %+v", h)
	}
	for i, b := range ends[1].last {
		if b != tables().muToA[said[i]] {
			t.Fatalf("sample %d is %#x in A-law", i, b)
		}
	}
	back := make([]byte, frame)
	for i := range back {
		back[i] = tables().muToA[said[i]]
	}
	say(1, 8, 99, back)
	off := 0
	for i, b := range ends[0].last {
		if d := decodeMu(b) - decodeMu(said[i]); d > 600 || d < -600 {
			off++
		}
	}
	if off > 0 {
		t.Errorf("%d samples came back otherwise", off)
	}
	room.Mute(calls[0], true)
	say(0, 0, 5160, said)
	if ends[1].last[80] != tables().muToA[silence] {
		t.Errorf("a muted end is heard: %#x", ends[1].last[80])
	}
	room.Mute(calls[0], false)
	room.Hold(calls[1], Music())
	n := len(ends[1].heads)
	say(0, 0, 5320, said)
	if len(ends[1].heads) != n {
		t.Error("who is on hold hears the room")
	}
	calls[1].sound.turn(1000)
	if len(ends[1].heads) != n+1 {
		t.Error("who is on hold hears no music")
	}
	room.Hold(calls[1], nil)
	say(0, 0, 5480, said)
	say(0, 101, 5640, []byte{5, 0x0a, 0, 160})
	if h := ends[1].heads[len(ends[1].heads)-1]; h.PayloadType != 101 || !bytes.Equal(ends[1].last, []byte{5, 0x0a, 0, 160}) {
		t.Errorf("a key is passed on as %+v", h)
	}
	if k := <-calls[0].sound.keys; k.key != '5' {
		t.Errorf("key %q", k.key)
	}
	for range 10 { // the other end falls silent
		calls[1].sound.turn(1000)
	}
	for i := 1; i < len(ends[1].heads); i++ {
		was, is := ends[1].heads[i-1], ends[1].heads[i]
		if is.SequenceNumber != was.SequenceNumber+1 || is.Timestamp-was.Timestamp > 10*frame || is.SSRC != was.SSRC {
			t.Errorf("packet %d follows %+v as %+v", i, was, is)
		}
	}
	if n := len(ends[1].heads); n < 9 {
		t.Errorf("%d packets: silence is not filled in", n)
	}
}

// TestTurnsWhilePacketsPass: between two who speak the wheel sends nothing, and
// who falls silent is missed although the other speaks on.
func TestTurnsWhilePacketsPass(t *testing.T) {
	t.Parallel()
	calls, ends := pair(t, muLaw, muLaw)
	NewRoom(calls...)
	at := uint32(0)
	say := func(from int) {
		h := rtp.Header{Version: 2, SSRC: uint32(from + 10), Timestamp: at}
		calls[from].sound.hear(&h, tone(frame, 8000, 500))
	}
	const patience = 5
	for range 10 {
		at += frame
		say(0)
		say(1)
		for i, c := range calls {
			if c.sound.turn(patience) {
				t.Errorf("end %d is missed while it speaks", i)
			}
		}
	}
	if a, b := len(ends[0].heads), len(ends[1].heads); a != 10 || b != 10 {
		t.Errorf("%d and %d packets for 10 each", a, b)
	}
	missed := 0
	for n := range 2 * patience {
		at += frame
		say(0)
		if calls[0].sound.turn(patience) {
			t.Error("who speaks is missed")
		}
		if calls[1].sound.turn(patience) && missed == 0 {
			missed = n
		}
	}
	if missed != patience {
		t.Errorf("who is silent is missed after %d turns", missed)
	}
	if a, b := len(ends[0].heads), len(ends[1].heads); a < 14 || b != 10+2*patience {
		t.Errorf("%d packets: silence is not filled in; %d of the other's are passed on", a, b)
	}
}

func TestKeysOfARoomAndOfPackets(t *testing.T) {
	t.Parallel()
	var e events
	steps := []struct {
		at      uint32
		payload []byte
		want    byte
	}{
		{1000, []byte{1, 10, 0, 160}, '1'},
		{1000, []byte{1, 10, 1, 64}, 0},
		{1000, []byte{1, 0x8a, 1, 224}, 0},
		{1000, []byte{1, 0x8a, 1, 224}, 0},
		{5000, []byte{1, 0x8a, 1, 224}, '1'},       // only the end of a key arrived
		{4000, []byte{2, 10, 0, 160}, 0},           // older: it comes late
		{9000, []byte{11, 10, 0xFF, 0xFF}, '#'},    // held very long
		{9000 + 0xFFFF, []byte{11, 10, 0, 160}, 0}, // and longer: one key
		{90000, []byte{10, 10, 0, 160}, '*'},
		{99000, []byte{15, 10, 0}, 0},      // too short to be a key
		{99000, []byte{16, 10, 0, 160}, 0}, // no key: flash
	}
	for i, s := range steps {
		if got := e.read(s.at, s.payload); got != s.want {
			t.Errorf("step %d: %q, not %q", i, got, s.want)
		}
	}
}
