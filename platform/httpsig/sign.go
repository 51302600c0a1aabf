package httpsig

import (
	"crypto"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"slices"
	"time"

	"praya/kernel/when"
)

// Signer signs messages with one key under one profile. It is safe for concurrent use.
type Signer struct {
	profile Profile
	key     crypto.Signer
	keyID   string
	alg     Algorithm
	clock   when.Clock
}

// NewSigner makes a signer. The key may stand in an HSM: Ed25519, or ECDSA on P-256 that
// gives ASN.1, as [crypto.Signer] says.
func NewSigner(p Profile, keyID string, key crypto.Signer, clock when.Clock) (*Signer, error) {
	p, err := p.filled()
	if err != nil {
		return nil, err
	}
	if !name(keyID) {
		return nil, refuse(RuleConfig, "give the key an id", "the key's id is empty, too long or not visible ASCII")
	}
	alg, err := AlgorithmOf(key.Public())
	if err != nil {
		return nil, err
	}
	return &Signer{p, key, keyID, alg, clock}, nil
}

// Request signs a request that is about to be sent, and adds Signature-Input and Signature.
// A body gets its Content-Digest first when it has none: one up to [MaxHeld] is held, a longer
// one must have GetBody or come with Content-Digest set.
func (s *Signer) Request(r *http.Request) (Signature, error) {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	components := []component{{name: "@method"}}
	if s.profile.Parts {
		components = append(components, component{name: "@authority"}, component{name: "@path"}, component{name: "@query"})
	} else {
		components = append(components, component{name: "@target-uri"})
	}
	if r.Body != nil && r.Body != http.NoBody {
		if err := setDigest(r); err != nil {
			return Signature{}, err
		}
	}
	if r.Header.Get("Content-Digest") != "" {
		components = append(components, component{name: "content-digest"})
	}
	components = s.profile.withFields(components, r.Header, s.profile.Headers)
	m := message{header: r.Header, length: r.ContentLength, request: r, scheme: s.profile.Scheme}
	return s.sign(m, components)
}

// Response signs the header of an answer to a request that came signed. Content-Digest must
// stand in it already ([DigestOf], [DigestStream]); an answer without a body, also one to HEAD,
// has the digest of nothing.
func (s *Signer) Response(header http.Header, status int, request *http.Request) (Signature, error) {
	if header.Get("Content-Digest") == "" {
		return Signature{}, refuse(RuleConfig, "set it to DigestOf the body", "the response has no Content-Digest")
	}
	if status < 200 || status > 599 {
		return Signature{}, refuse(RuleConfig, "sign final responses only", "the status is not of a final response")
	}
	components := []component{{name: "@status"}, {name: "content-digest"}, {name: "signature", req: true, key: s.profile.Label}}
	components = s.profile.withFields(components, header, s.profile.Answers)
	m := message{header: header, length: -1, request: request, status: status, scheme: s.profile.Scheme}
	return s.sign(m, components)
}

// withFields adds the fields that are covered where they are there, and the named ones.
func (p Profile) withFields(components []component, header http.Header, named []string) []component {
	for _, f := range p.Also {
		if len(header.Values(f)) > 0 && !slices.Contains(named, f) {
			components = append(components, component{name: f})
		}
	}
	for _, f := range named {
		components = append(components, component{name: f})
	}
	return components
}

func (s *Signer) sign(m message, components []component) (Signature, error) {
	if err := s.unsigned(m.header); err != nil {
		return Signature{}, err
	}
	now := s.clock().Time().Unix()
	in := input{
		components: components, created: now, expires: now + int64(s.profile.Life/time.Second),
		nonce: nonce(), keyID: s.keyID, alg: string(s.alg), tag: s.profile.Tag,
	}
	in.write()
	base, err := m.base(in)
	if err != nil {
		return Signature{}, err
	}
	value, err := signBase(s.key, s.alg, base)
	if err != nil {
		return Signature{}, err
	}
	m.header.Add("Signature-Input", s.profile.Label+"="+in.text)
	m.header.Add("Signature", string(appendBytes(append([]byte(s.profile.Label), '='), value)))
	return in.made(s.alg, base, value), nil
}

// unsigned refuses a message that has our label already: which of two members counts is the
// reader's choice, and it would not be ours.
func (s *Signer) unsigned(header http.Header) error {
	if len(header.Values("Signature-Input")) == 0 && len(header.Values("Signature")) == 0 {
		return nil
	}
	label := s.profile.Label
	if plainlyWithout(header["Signature-Input"], label, readInput) && plainlyWithout(header["Signature"], label, readBytes) {
		return nil
	}
	for _, field := range []string{"Signature-Input", "Signature"} {
		_, err := memberUnder(header, field, label)
		if err == nil {
			return refuse(RuleConfig, "sign a fresh copy, or under another label", "the message has a signature %s already", label)
		}
		if RuleOf(err) != RuleUnsigned {
			return err
		}
	}
	return nil
}

func (in input) made(alg Algorithm, base, value []byte) Signature {
	return Signature{
		KeyID: in.keyID, Nonce: in.nonce, Tag: in.tag, Algorithm: alg,
		Created: when.At(time.Unix(in.created, 0)), Expires: when.At(time.Unix(in.expires, 0)),
		Base: base, Value: value,
	}
}

// nonce is 128 random bits.
func nonce() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
