package voice

import (
	"crypto/rand"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/srtp/v3"
)

// A telephone that signals over TLS may have its sound encrypted by keys that
// stand in the descriptions (RFC 4568): in a line for RTP/SAVP because it must
// be, in one for RTP/AVP because it may be (RFC 8643). Over UDP and TCP
// everybody could read the keys; there they are not looked at.
const (
	suite   = "AES_CM_128_HMAC_SHA1_80" // which everybody must know
	keyPlus = 16 + 14                   // key and salt
)

// sdesKey is one end's key of a direction.
type sdesKey struct {
	tag int
	key [keyPlus]byte
}

func newSDES() sdesKey {
	k := sdesKey{tag: 1}
	_, _ = rand.Read(k.key[:]) // never fails (crypto/rand)
	return k
}

// readCrypto gives the first key of a line that we can use.
func readCrypto(m *sdp.MediaDescription) *sdesKey {
	for _, a := range m.Attributes {
		if a.Key != "crypto" {
			continue
		}
		fields := strings.Fields(a.Value)
		if len(fields) != 3 { // session parameters would change what is sent
			continue
		}
		k := &sdesKey{}
		var err error
		if k.tag, err = strconv.Atoi(fields[0]); err != nil || k.tag < 0 || fields[1] != suite {
			continue
		}
		inline, ok := strings.CutPrefix(fields[2], "inline:")
		text, more, _ := strings.Cut(inline, "|")
		raw, err := base64.StdEncoding.DecodeString(text)
		if !ok || err != nil || len(raw) != keyPlus || strings.Contains(more, ":") { // no key identifiers
			continue
		}
		copy(k.key[:], raw)
		return k
	}
	return nil
}

func (k sdesKey) String() string {
	return strconv.Itoa(k.tag) + " " + suite + " inline:" + base64.StdEncoding.EncodeToString(k.key[:])
}

func (k sdesKey) context(options ...srtp.ContextOption) (*srtp.Context, error) {
	return srtp.CreateContext(k.key[:16], k.key[16:], srtp.ProtectionProfileAes128CmHmacSha1_80, options...)
}

// cipher encrypts a socket's sound. Sending and hearing have a context each:
// one is used under the stream's lock, the other by the socket's reader.
type cipher struct {
	out, in      *srtp.Context
	ours, theirs sdesKey
	plain        []byte
}

func newCipher(ours, theirs sdesKey) (*cipher, error) {
	out, err := ours.context()
	if err != nil {
		return nil, err
	}
	in, err := theirs.context(srtp.SRTPReplayProtection(128))
	return &cipher{out: out, in: in, ours: ours, theirs: theirs, plain: make([]byte, 2048)}, err
}

// open decrypts a packet.
func (c *cipher) open(h *rtp.Header, packet []byte) ([]byte, bool) {
	if len(packet) < 12 || len(packet) > len(c.plain) {
		return nil, false
	}
	plain, err := c.in.DecryptRTP(c.plain, packet, h)
	if err != nil {
		return nil, false
	}
	return readRTP(h, plain)
}
