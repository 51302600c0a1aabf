package voice

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
	"github.com/pion/rtp"
)

// FuzzOffer: what we take as an offer, we answer with a description that can
// be read again, that speaks one of its codecs, and that has as many lines.
func FuzzOffer(f *testing.F) {
	f.Add([]byte(offerTo("127.0.0.1", 4000, "sendrecv")))
	f.Add([]byte("v=0\r\no=- 1 1 IN IP6 ::1\r\ns=-\r\nc=IN IP6 ::1\r\nt=0 0\r\nm=video 1 RTP/AVP 9\r\nm=audio 9 RTP/AVPF 96 8\r\na=rtpmap:96 PCMU/8000/1\r\na=inactive\r\n"))
	f.Add([]byte(strings.Replace(offerTo("127.0.0.1", 4000, "sendonly"), "RTP/AVP", "RTP/SAVP", 1) + "a=crypto:" + newSDES().String() + "\r\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := readOffer(body)
		if err != nil {
			return
		}
		terms := o.terms()
		if len(terms.in) == 0 || !o.addr.IsValid() || o.addr.Port() == 0 || o.addr.Addr().IsMulticast() {
			t.Fatalf("took %+v of %q", o, body)
		}
		text := ours{session: 1, version: 2, addr: netip.MustParseAddrPort("192.0.2.1:4000"), secure: true, key: newSDES()}.answer(o)
		back, err := readOffer(text)
		if err != nil || len(back.lines) != len(o.lines) || back.codecs[0].law != o.codecs[0].law || back.audio != o.audio {
			t.Fatalf("answer %q: %v", text, err)
		}
	})
}

// FuzzKeys: a key is one of the sixteen; packets with one timestamp are one key at most.
func FuzzKeys(f *testing.F) {
	f.Add([]byte{1, 0x0a, 0, 160, 1, 0x0a, 1, 64, 1, 0x8a, 3, 32}, uint32(100))
	f.Fuzz(func(t *testing.T, packets []byte, at uint32) {
		var e events
		seen := 0
		for len(packets) >= 4 {
			k := e.read(at, packets[:4])
			if k != 0 {
				seen++
				if !strings.ContainsRune(keyNames, rune(k)) {
					t.Fatalf("key %q", k)
				}
			}
			packets = packets[4:]
		}
		if seen > 1 {
			t.Fatalf("%d keys of one timestamp", seen)
		}
	})
}

func FuzzInfo(f *testing.F) {
	f.Add("application/dtmf-relay", []byte("Signal=5\r\nDuration=160"))
	f.Add("application/dtmf", []byte("#"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		if k, ok := infoKey(kind, body); ok && !strings.ContainsRune(keyNames, rune(k)) {
			t.Fatalf("key %q", k)
		}
	})
}

func FuzzRTP(f *testing.F) {
	f.Add([]byte{0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3}, uint32(7))
	f.Fuzz(func(t *testing.T, packet []byte, next uint32) {
		var h rtp.Header
		payload, ok := readRTP(&h, packet)
		if ok && (len(payload) == 0 || len(payload) > len(packet)-12) {
			t.Fatalf("payload of %d in %d", len(payload), len(packet))
		}
		j, into := newJitter(), make([]byte, frame)
		j.put(next, payload)
		j.put(h.Timestamp, payload)
		for range 60 {
			j.take(into)
		}
	})
}

func FuzzTape(f *testing.F) {
	sp := spool(f, f.TempDir())
	var whole bytes.Buffer
	tape, err := sp.Start("seed")
	if err != nil {
		f.Fatal(err)
	}
	if err := errors.Join(tape.Write(make([]byte, 320)), tape.Close(), sp.Finish("seed", &whole)); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add([]byte(streamMagic + "\x00\x00\x00\x04abcd"))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		var out bytes.Buffer
		if err := sp.WAV(&out, "seed", bytes.NewReader(sealed)); err == nil && !bytes.HasPrefix(sealed, whole.Bytes()) {
			t.Fatal("something else than the recording opens")
		}
		in := bufio.NewReader(bytes.NewReader(sealed))
		for {
			if _, err := readPiece(in); err != nil {
				if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, ErrTape) {
					t.Fatal(err)
				}
				return
			}
		}
	})
}

func FuzzWAV(f *testing.F) {
	f.Add(monoWAV(tone(100, 5000, 400)))
	f.Fuzz(func(t *testing.T, file []byte) {
		if s, err := readMonoWAV(file); err == nil && 2*len(s) > len(file) {
			t.Fatalf("%d samples of %d bytes", len(s), len(file))
		}
	})
}

// FuzzMessage: whatever a datagram holds, it is read or left, and what our
// handlers read of a message doesn't fall over it.
func FuzzMessage(f *testing.F) {
	for _, m := range torture() {
		f.Add([]byte(m.text))
	}
	parser := sip.NewParser()
	f.Fuzz(func(t *testing.T, datagram []byte) {
		if !parses(parser, datagram) {
			return
		}
		m, err := parser.ParseSIP(datagram)
		if err != nil {
			return
		}
		req, ok := m.(*sip.Request)
		if !ok {
			return
		}
		req.SetSource("127.0.0.1:5060")
		if n := number(req, true); len(n) > 64 || strings.ContainsAny(n, "<>\r\n\"") {
			t.Fatalf("number %q", n)
		}
		_, _ = askedTimer(req)
		_ = required(req)
		_, _ = description(req)
		if req.Contact() != nil {
			_ = lifetime(req.Contact(), req)
		}
	})
}
