package oidc

import (
	"context"
	"crypto"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strings"
	"time"

	"praya/kernel/when"
	"praya/kernel/who"
)

const (
	// nonceWindow is how often the nonce changes; the one before is accepted too.
	nonceWindow = time.Minute
	// proofAge is how old a proof may be. The nonce bounds it more tightly.
	proofAge = 5 * time.Minute
)

// proof is a DPoP proof (RFC 9449, 4) that was checked.
type proof struct {
	jkt string
	ath string
}

// nonce is the server's nonce of this minute: a number under a keyed hash, so that all
// processes of a site agree and none must remember it.
func (p *Provider) nonce(ctx context.Context, now when.Instant) (string, error) {
	return p.nonceOf(ctx, now.Time().Unix()/int64(nonceWindow.Seconds()))
}

func (p *Provider) nonceOf(ctx context.Context, window int64) (string, error) {
	b := binary.BigEndian.AppendUint64(nil, uint64(window))
	mac, err := p.Ring.BlindIndex(who.From(ctx).Realm, "identity_oidc_replays", "nonce", string(b))
	return b64(append(b[4:], mac...)), err
}

func (p *Provider) knowsNonce(c *call, nonce string) (bool, error) {
	window := c.now.Time().Unix() / int64(nonceWindow.Seconds())
	for _, w := range []int64{window, window - 1, window + 1} { // +1: a process whose clock is ahead
		want, err := p.nonceOf(c.ctx, w)
		if err != nil {
			return false, err
		}
		if same([]byte(want), []byte(nonce)) {
			return true, nil
		}
	}
	return false, nil
}

// readProof checks the DPoP header, if there is one (RFC 9449, 4.3).
func (p *Provider) readProof(c *call) error {
	headers := c.q.Header.Values("DPoP")
	if len(headers) == 0 {
		return nil
	}
	if len(headers) > 1 {
		return refuse(invalidDPoP, "there is more than one DPoP header")
	}
	s, err := parseSigned("the DPoP proof", headers[0])
	if err != nil {
		return refuse(invalidDPoP, "%v", err)
	}
	if s.typ != "dpop+jwt" {
		return refuse(invalidDPoP, "the DPoP proof's typ must be dpop+jwt")
	}
	key := s.header.JSONWebKey
	if key == nil || !usable(*key) || !fits(*key, s.header.Algorithm) {
		return refuse(invalidDPoP, "the DPoP proof's jwk is missing, does not fit its alg or is not EC P-256, RSA of 2048 to 4096 bits or Ed25519")
	}
	claims, err := s.open("the DPoP proof", keySet{*key})
	if err != nil {
		return refuse(invalidDPoP, "%v", err)
	}
	print, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return refuse(invalidDPoP, "the DPoP proof's jwk has no thumbprint")
	}
	proof := &proof{jkt: b64(print)}
	proof.ath, _ = claims.text("ath")
	return p.checkProof(c, proof, claims)
}

func (p *Provider) checkProof(c *call, proof *proof, claims object) error {
	if htm, _ := claims.text("htm"); htm != c.q.Method {
		return refuse(invalidDPoP, "the DPoP proof's htm must be %s", c.q.Method)
	}
	if htu, _ := claims.text("htu"); !sameAddress(htu, c.issuer+c.endpoint) {
		return refuse(invalidDPoP, "the DPoP proof's htu must be %s", c.issuer+c.endpoint)
	}
	jti, _ := claims.text("jti")
	if jti == "" || len(jti) > 512 {
		return refuse(invalidDPoP, "the DPoP proof's jti is missing or too long")
	}
	iat, there := claims.seconds("iat")
	switch {
	case !there:
		return refuse(invalidDPoP, "the DPoP proof has no iat")
	case c.now.Add(ahead).Before(at(iat)):
		return refuse(invalidDPoP, "the DPoP proof's iat lies in the future")
	case at(iat).Add(proofAge).Before(c.now):
		return refuse(invalidDPoP, "the DPoP proof is too old")
	}
	for _, name := range []string{"exp", "nbf"} {
		t, there := claims.seconds(name)
		if there && name == "exp" && !c.now.Before(at(t).Add(behind)) || there && name == "nbf" && c.now.Add(ahead).Before(at(t)) {
			return refuse(invalidDPoP, "the DPoP proof is outside of its exp and nbf")
		}
	}
	nonce, _ := claims.text("nonce")
	known, err := p.knowsNonce(c, nonce)
	if err != nil {
		return err
	}
	if !known {
		return refuse(useNonce, "the DPoP proof needs the nonce of the DPoP-Nonce header")
	}
	ends := at(iat).Add(proofAge + time.Second)
	c.once = append(c.once, replay{onceHash("proof", proof.jkt, jti), ends, refuse(invalidDPoP, "the DPoP proof's jti was used before")})
	c.proof = proof
	return nil
}

// sameAddress compares htu with an endpoint's address without query and fragment (RFC 9449, 4.3).
func sameAddress(htu, want string) bool {
	a, err1 := url.Parse(htu)
	b, err2 := url.Parse(want)
	if err1 != nil || err2 != nil || a.User != nil {
		return false
	}
	return strings.EqualFold(a.Scheme, b.Scheme) && hostPort(a) == hostPort(b) && a.EscapedPath() == b.EscapedPath()
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[strings.ToLower(u.Scheme)]
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}

// isThumbprint reports whether a text has the form of a SHA-256 thumbprint (RFC 7638).
func isThumbprint(s string) bool {
	b, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil && len(b) == 32
}
