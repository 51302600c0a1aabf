package oidc

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"praya/kernel/when"
)

const (
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	// FAPI 2.0 SP, 5.3.2.1: clocks that are up to 10 s ahead are accepted, those more than
	// 60 s ahead are refused; up to there we are patient.
	ahead = 60 * time.Second
	// behind is how long after its exp a message still counts.
	behind = 10 * time.Second
	// longest bounds how far away an exp may be, since every jti is kept until then.
	longest = time.Hour
)

// authenticate finds out which client asks (RFC 6749, 2.3), by exactly one method, and
// that the one it is registered for.
func (p *Provider) authenticate(c *call) error {
	err := p.prove(c)
	if err == nil && p.Admit != nil {
		err = p.Admit(c.ctx, c.client.ID)
	}
	return err
}

func (p *Provider) prove(c *call) error {
	id, secret, basic, err := c.basicCredentials()
	if err != nil {
		return err
	}
	c.basic, c.named = basic, id
	assertion, post := c.params["client_assertion"], c.params["client_secret"]
	ways := 0
	for _, used := range []bool{basic, assertion != "", post != ""} {
		if used {
			ways++
		}
	}
	named := c.params["client_id"]
	switch {
	case ways > 1:
		return refuse(invalidRequest, "the client authenticates in more than one way (RFC 6749, 2.3)")
	case ways == 0:
		return noClient("the client does not authenticate: client_assertion or a secret is missing")
	case assertion != "":
		return p.byAssertion(c, named, assertion)
	case basic && named != "" && named != id:
		return refuse(invalidRequest, "client_id differs from the client of the Authorization header")
	case post != "":
		id, secret = named, post
	}
	method := byPost
	if basic {
		method = byBasic
	}
	client, err := p.cached(c.ctx, id)
	if err != nil {
		return err
	}
	if client == nil || client.AuthMethod != method || len(client.secret) == 0 || !same(client.secret, hashOf(secret)) {
		return noClient("there is no such client that authenticates by %s with this secret", method)
	}
	c.client = client
	return nil
}

// basicCredentials reads HTTP Basic with names that are form-encoded first (RFC 6749, 2.3.1).
func (c *call) basicCredentials() (id, secret string, there bool, err error) {
	headers := c.q.Header.Values("Authorization")
	if len(headers) == 0 {
		return "", "", false, nil
	}
	user, password, fine := c.q.BasicAuth()
	if len(headers) > 1 || !fine {
		return "", "", true, noClient("the Authorization header is not HTTP Basic")
	}
	id, err1 := url.QueryUnescape(user)
	secret, err2 := url.QueryUnescape(password)
	if err1 != nil || err2 != nil || !utf8.ValidString(id) || strings.IndexByte(id, 0) >= 0 {
		return "", "", true, noClient("client id and secret in the Authorization header must be form-encoded (RFC 6749, 2.3.1)")
	}
	return id, secret, true, nil
}

// byAssertion is private_key_jwt (RFC 7523, 3; OpenID Connect Core, 9).
func (p *Provider) byAssertion(c *call, named, raw string) error {
	if c.params["client_assertion_type"] != assertionType {
		return noClient("client_assertion_type must be %s", assertionType)
	}
	s, err := parseSigned("the client assertion", raw)
	if err != nil {
		return noClient("%v", err)
	}
	// Who claims to have signed it; believed when the signature fits.
	claimed, err := readObject(s.jws.UnsafePayloadWithoutVerification())
	if err != nil {
		return noClient("the client assertion's payload %v", err)
	}
	id, _ := claimed.text("sub")
	if iss, _ := claimed.text("iss"); iss != id || id == "" {
		return noClient("iss and sub of the client assertion must both be the client_id")
	}
	if named != "" && named != id {
		return noClient("client_id differs from the client assertion's sub")
	}
	client, err := p.cached(c.ctx, id)
	if err != nil {
		return err
	}
	if client == nil || client.AuthMethod != byKey {
		return noClient("there is no such client that authenticates by private_key_jwt")
	}
	if client.AuthAlg != "" && client.AuthAlg != s.header.Algorithm {
		return noClient("the client assertion must be signed with %s", client.AuthAlg)
	}
	if !s.is("", "jwt", "client-authentication+jwt") {
		return noClient("the client assertion has the wrong typ")
	}
	claims, err := p.opened(c.ctx, client, "the client assertion", s)
	if err != nil {
		return noClient("%v", err)
	}
	if !p.isAudience(c, client, claims) {
		return noClient("aud of the client assertion must be the issuer, %s, as a string (FAPI 2.0 Security Profile, 5.3.2.1)", c.issuer)
	}
	ends, err := lifetime("the client assertion", claims, c.now)
	if err != nil {
		return noClient("%v", err)
	}
	jti, _ := claims.text("jti")
	if jti == "" || len(jti) > 512 {
		return noClient("the client assertion's jti is missing or too long")
	}
	c.once = append(c.once, replay{onceHash("assertion", client.ID, jti), ends, noClient("the client assertion's jti was used before")})
	c.client = client
	return nil
}

// isAudience: FAPI 2.0 SP, 5.3.2.1: the issuer as a string and nothing else. RFC 7523, 3
// leaves plain clients the token endpoint's address and a list.
func (p *Provider) isAudience(c *call, client *Client, claims object) bool {
	if aud, fine := claims.text("aud"); fine {
		return aud == c.issuer || client.Kind == Plain && (aud == c.issuer+pathToken || aud == c.issuer+c.endpoint)
	}
	list := texts(claims["aud"])
	return client.Kind == Plain && len(list) == 1 && (list[0] == c.issuer || list[0] == c.issuer+pathToken)
}

// lifetime checks exp, nbf and iat, and gives the instant after which a message is refused anyway.
func lifetime(what string, claims object, now when.Instant) (when.Instant, error) {
	var none when.Instant
	for _, name := range []string{"exp", "nbf", "iat"} {
		if _, fine := claims.seconds(name); claims.has(name) && !fine {
			return none, fmt.Errorf("%s's %s is not a time", what, name)
		}
	}
	exp, there := claims.seconds("exp")
	if !there {
		return none, fmt.Errorf("%s has no exp", what)
	}
	ends := at(exp).Add(behind)
	if !now.Before(ends) {
		return none, fmt.Errorf("%s has expired", what)
	}
	if now.Add(longest + ahead).Before(at(exp)) {
		return none, fmt.Errorf("%s's exp is more than an hour away", what)
	}
	for _, name := range []string{"nbf", "iat"} {
		if t, there := claims.seconds(name); there && now.Add(ahead).Before(at(t)) {
			return none, fmt.Errorf("%s's %s lies in the future", what, name)
		}
	}
	return ends, nil
}

func at(seconds int64) when.Instant { return when.At(time.Unix(seconds, 0)) }

// onceHash is what a jti is remembered by.
func onceHash(kind, of, jti string) []byte {
	h := sha256.New()
	h.Write([]byte(kind + "\x00" + of + "\x00" + jti))
	return h.Sum(nil)
}
