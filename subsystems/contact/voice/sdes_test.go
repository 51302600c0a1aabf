package voice

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pion/rtp"
)

func TestEncryptedSound(t *testing.T) {
	t.Parallel()
	a, b := newSDES(), newSDES()
	one, err := newCipher(a, b)
	if err != nil {
		t.Fatal(err)
	}
	other, err := newCipher(b, a)
	if err != nil {
		t.Fatal(err)
	}
	p := rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 1, SequenceNumber: 7, Timestamp: 9}, Payload: tone(frame, 8000, 500)}
	plain, _ := p.Marshal()
	sealed, err := one.out.EncryptRTP(nil, plain, nil)
	if err != nil || bytes.Contains(sealed, p.Payload[40:60]) {
		t.Fatal("not encrypted", err)
	}
	var h rtp.Header
	if got, ok := other.open(&h, sealed); !ok || !bytes.Equal(got, p.Payload) || h.Timestamp != 9 {
		t.Error("it doesn't open")
	}
	if _, ok := other.open(&h, sealed); ok {
		t.Error("it opens twice")
	}
	sealed[20] ^= 1
	if _, ok := other.open(&h, sealed); ok {
		t.Error("a changed packet opens")
	}
	if _, ok := other.open(&h, plain); ok {
		t.Error("a plain packet opens")
	}
}

func TestKeysInDescriptions(t *testing.T) {
	t.Parallel()
	offer := strings.Replace(offerTo("127.0.0.1", 4000, "sendrecv"), "RTP/AVP", "RTP/SAVP", 1)
	key := newSDES()
	for line, want := range map[string]bool{
		key.String():                                                      true,
		key.String() + "|2^20":                                            true,
		key.String() + "|2^20|1:4":                                        false,
		key.String() + " UNENCRYPTED_SRTP":                                false,
		strings.Replace(key.String(), "_80", "_32", 1):                    false,
		strings.Replace(key.String(), "inline:", "inline:AAAA", 1):        false,
		strings.Replace(key.String(), "inline:", "uri:", 1):               false,
		"x" + key.String():                                                false,
		"1 AES_CM_128_HMAC_SHA1_80 inline:not base 64 at all and nothing": false,
	} {
		o, err := readOffer([]byte(offer + "a=crypto:" + line + "\r\n"))
		if (err == nil) != want {
			t.Errorf("%s: %v", line, err)
		}
		if want && (*o.crypto != key || !o.must) {
			t.Errorf("%s is read as %v", line, o.crypto)
		}
	}
	s := &Service{}
	o, err := readOffer([]byte(offer + "a=crypto:" + key.String() + "\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	for transport, want := range map[string]bool{"UDP": false, "TCP": false, "TLS": true} {
		if s.mayHear(o, o.addr.Addr(), transport) != want {
			t.Errorf("keys over %s", transport)
		}
	}
	u := ours{addr: o.addr, secure: true, key: newSDES()}
	if text := string(u.answer(o)); !strings.Contains(text, "RTP/SAVP 0 101") || !strings.Contains(text, "a=crypto:"+u.key.String()) {
		t.Error(text)
	}
	u.secure = false
	if text := string(u.answer(o)); strings.Contains(text, "crypto") {
		t.Error(text)
	}
}
