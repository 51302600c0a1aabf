package voice

import (
	"net/netip"
	"testing"

	"github.com/pion/rtp"

	"praya/kernel/when"
)

// sink counts what is sent to an end.
type sink struct{ packets int }

func (s *sink) send(*rtp.Header, []byte) { s.packets++ }
func (s *sink) close()                   {}

func speaking(n int) []*Call {
	svc := &Service{}
	svc.setup()
	var calls []*Call
	for range n {
		c, err := svc.newCall("", "", "")
		if err != nil {
			panic(err)
		}
		c.sound.agree(terms{law: muLaw, in: map[uint8]law{0: muLaw}, sends: true, hears: true}, &sink{})
		c.sound.begin()
		calls = append(calls, c)
	}
	return calls
}

// BenchmarkPass is a packet from one end to the other of a room of two.
func BenchmarkPass(b *testing.B) {
	calls := speaking(2)
	NewRoom(calls...)
	h, payload := rtp.Header{Version: 2, SSRC: 1}, make([]byte, frame)
	b.ReportAllocs()
	for b.Loop() {
		h.Timestamp += frame
		calls[0].sound.hear(&h, payload)
	}
}

// BenchmarkMix is 20 ms of a room of four.
func BenchmarkMix(b *testing.B) {
	calls := speaking(4)
	room := NewRoom(calls...)
	h, payload := rtp.Header{Version: 2, SSRC: 1}, tone(frame, 8000, 500)
	b.ReportAllocs()
	for b.Loop() {
		h.Timestamp += frame
		for _, c := range calls {
			c.sound.hear(&h, payload)
		}
		room.turn()
	}
}

// BenchmarkTurn is 20 ms of four hundred prompts, without the sockets.
func BenchmarkTurn(b *testing.B) {
	calls := speaking(400)
	for _, c := range calls {
		c.start(newPlayer(true, Music()))
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, c := range calls {
			c.turn()
		}
	}
}

// BenchmarkOffer reads an offer and answers it.
func BenchmarkOffer(b *testing.B) {
	body := []byte(offerTo("127.0.0.1", 4000, "sendrecv"))
	u := ours{addr: netip.MustParseAddrPort("192.0.2.1:4000"), session: 1, version: 1}
	b.ReportAllocs()
	for b.Loop() {
		o, err := readOffer(body)
		if err != nil {
			b.Fatal(err)
		}
		_ = u.answer(o)
	}
}

// BenchmarkNonce is a challenge and its check.
func BenchmarkNonce(b *testing.B) {
	n := nonces{secret: []byte("secret")}
	now := when.System()
	for b.Loop() {
		if !n.good(n.fresh(now), now) {
			b.Fatal("not good")
		}
	}
}
