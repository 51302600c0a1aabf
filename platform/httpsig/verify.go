package httpsig

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"praya/kernel/when"
)

// Verifier holds messages against one profile. It is safe for concurrent use. It does not
// remember nonces: the caller refuses a second use of one under the same key until Expires
// and the profile's Skew have passed.
type Verifier struct {
	profile Profile
	keys    Keys
	clock   when.Clock
	ready   *readyKeys
}

// NewVerifier makes a verifier that asks keys for the partners' keys.
func NewVerifier(p Profile, keys Keys, clock when.Clock) (*Verifier, error) {
	p, err := p.filled()
	if err != nil {
		return nil, err
	}
	return &Verifier{p, keys, clock, &readyKeys{}}, nil
}

// Request verifies a request that came in. From then on its Body ends with io.EOF only when it
// is what was signed; see [ReadBody].
func (v *Verifier) Request(r *http.Request) (Signature, error) {
	m := message{header: r.Header, length: r.ContentLength, request: r, scheme: v.profile.Scheme}
	in, value, err := v.read(m)
	if err != nil {
		return Signature{}, err
	}
	if err := v.coversRequest(in, r); err != nil {
		return Signature{}, err
	}
	var want []expected
	if in.covers("content-digest") {
		if want, err = claims(r.Header); err != nil {
			return Signature{}, err
		}
	}
	out, err := v.hold(r.Context(), m, in, value)
	if err != nil {
		return Signature{}, err
	}
	if !bodyComes(r) {
		r.Body = http.NoBody
	}
	r.Body = &checkedBody{body: r.Body, want: want}
	return out, nil
}

// Response verifies an answer to a request that we sent signed. From then on its Body ends with
// io.EOF only when it is what was signed.
func (v *Verifier) Response(r *http.Response, request *http.Request) (Signature, error) {
	if r.Uncompressed {
		return Signature{}, refuse(RuleConfig, "set DisableCompression on the transport", "the transport has decompressed the body, so its digest can't be checked")
	}
	m := message{header: r.Header, length: r.ContentLength, request: request, status: r.StatusCode, scheme: v.profile.Scheme}
	in, value, err := v.read(m)
	if err != nil {
		return Signature{}, err
	}
	if err := v.coversResponse(in, r); err != nil {
		return Signature{}, err
	}
	want, err := claims(r.Header)
	if err != nil {
		return Signature{}, err
	}
	out, err := v.hold(request.Context(), m, in, value)
	if err != nil {
		return Signature{}, err
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	r.Body = &checkedBody{body: r.Body, want: want}
	return out, nil
}

// read takes the signature under our label from the header, and checks its parameters before
// anything is spent on it.
func (v *Verifier) read(m message) (input, []byte, error) {
	in, err := inputOf(m.header, v.profile.Label)
	if err != nil {
		return input{}, nil, err
	}
	value, err := signatureOf(m.header, v.profile.Label)
	if err != nil {
		return input{}, nil, err
	}
	return in, value, v.checkParameters(in)
}

func (v *Verifier) checkParameters(in input) error {
	switch {
	case in.created == 0 || in.expires == 0 || in.nonce == "" || in.keyID == "" || in.alg == "" || in.tag == "":
		return refuse(RuleParameters, "send created, expires, nonce, keyid, alg and tag", "a parameter of the signature is missing")
	case len(in.nonce) < minNonce || len(in.nonce) > maxNonce:
		return refuse(RuleParameters, "draw 128 random bits for every message", "the nonce is not of %d to %d characters", minNonce, maxNonce)
	case len(in.keyID) > maxName:
		return refuse(RuleSize, "use the id that the key was registered with", "keyid is longer than %d characters", maxName)
	case in.tag != v.profile.Tag:
		return refuse(RuleTag, "sign with the tag "+v.profile.Tag, "the signature was made for another purpose")
	}
	now, skew := v.clock().Time().Unix(), int64(v.profile.Skew/time.Second)
	life := int64(v.profile.Life / time.Second)
	switch {
	case in.created > now+skew:
		return refuse(RuleCreated, "set your clock", "created lies more than %s in the future", v.profile.Skew)
	case in.expires <= in.created:
		return refuse(RuleExpired, "let expires lie after created", "expires lies before created")
	case in.expires-in.created > life:
		return refuse(RuleExpired, "sign for a shorter time", "the signature is meant to hold for longer than %s", v.profile.Life)
	case now >= in.expires+skew:
		return refuse(RuleExpired, "sign anew and send at once, and check your clock", "the signature has expired")
	}
	return nil
}

func (v *Verifier) coversRequest(in input, r *http.Request) error {
	const do = "cover @method, @target-uri (or @authority, @path and @query), content-digest with a body, content-type and content-encoding where they are sent, and the named headers"
	if slices.ContainsFunc(in.components, func(c component) bool { return c.req || c.name == "@status" }) {
		return refuse(RuleComponents, do, "a component of a response is covered in a request")
	}
	parts := in.covers("@authority") && in.covers("@path") && in.covers("@query")
	if !in.covers("@method") || !in.covers("@target-uri") && !parts {
		return refuse(RuleComponents, do, "the method or the address is not covered")
	}
	if bodyComes(r) && !in.covers("content-digest") {
		return refuse(RuleComponents, do, "the request has a body, and content-digest is not covered")
	}
	return in.coversFields(r.Header, v.profile.Headers, v.profile.Also, do)
}

func (v *Verifier) coversResponse(in input, r *http.Response) error {
	const do = `cover @status, content-digest, "signature";req;key of the request's signature, content-type and content-encoding where they are sent, and the named headers`
	if !in.covers("@status") || !in.covers("content-digest") {
		return refuse(RuleComponents, do, "the status or content-digest is not covered")
	}
	if !slices.ContainsFunc(in.components, func(c component) bool { return c.req && c.key == v.profile.Label }) {
		return refuse(RuleComponents, do, "the response is not bound to the request's signature")
	}
	if slices.ContainsFunc(in.components, func(c component) bool {
		return !c.req && slices.Contains(derivedOfRequest, c.name) || c.req && c.name == "@status"
	}) {
		return refuse(RuleComponents, do, "a component of the request is covered without req")
	}
	return in.coversFields(r.Header, v.profile.Answers, v.profile.Also, do)
}

func (in input) coversFields(header http.Header, named, also []string, do string) error {
	for _, f := range also {
		if len(header.Values(f)) > 0 && !in.covers(f) {
			return refuse(RuleComponents, do, "%s is sent and not covered", f)
		}
	}
	for _, f := range named {
		if !in.covers(f) {
			return refuse(RuleComponents, do, "%s is not covered", f)
		}
	}
	return nil
}

// covers reports whether a component of the message itself is covered.
func (in input) covers(name string) bool {
	return slices.Contains(in.components, component{name: name})
}

// hold looks the key up and holds the signature against the message.
func (v *Verifier) hold(ctx context.Context, m message, in input, value []byte) (Signature, error) {
	base, err := m.base(in)
	if err != nil {
		return Signature{}, err
	}
	key, err := v.keys.PublicKey(ctx, in.keyID)
	if errors.Is(err, ErrUnknownKey) {
		return Signature{}, refuse(RuleKey, "register the key, or sign with one that holds", "the key is not known or no longer holds")
	}
	if err != nil {
		return Signature{}, err
	}
	alg, err := AlgorithmOf(key)
	if err != nil {
		return Signature{}, err
	}
	if in.alg != string(alg) { // RFC 9421, 3.2: the key decides, never the message
		return Signature{}, refuse(RuleAlgorithm, "sign with "+string(alg), "the key is for another algorithm")
	}
	if !v.fits(key, base, value) {
		return Signature{}, refuse(RuleSignature, "compare your signature base with what was sent, and the key with the registered one", "the signature does not fit the message")
	}
	return in.made(alg, base, value), nil
}

// bodyComes reports whether a request that came in has a body. net/http gives length 0 only
// to one that has none.
func bodyComes(r *http.Request) bool {
	return r.Body != nil && r.Body != http.NoBody && r.ContentLength != 0
}
