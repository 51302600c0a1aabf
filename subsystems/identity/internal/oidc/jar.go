package oidc

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// requestParams gives the parameters of an authorization request: those of the body, or
// those of a signed request object alone (RFC 9101, 6.3; RFC 9126, 3).
func (p *Provider) requestParams(c *call, alg string) (params, error) {
	raw := c.params["request"]
	if raw == "" {
		if c.client.RequireSigned {
			return nil, refuse(invalidRequest, "request is missing: this client's requests must be signed (FAPI 2.0 Message Signing, 5.3.1)")
		}
		return c.params, nil
	}
	s, err := parseSigned("the request object", raw)
	if err != nil {
		return nil, refuse(invalidRequestObject, "%v", err)
	}
	if !s.is("", "jwt", "oauth-authz-req+jwt") {
		return nil, refuse(invalidRequestObject, "the request object's typ must be oauth-authz-req+jwt")
	}
	if alg != "" && s.header.Algorithm != alg {
		return nil, refuse(invalidRequestObject, "the request object must be signed with %s", alg)
	}
	claims, err := p.opened(c.ctx, c.client, "the request object", s)
	if err != nil {
		return nil, refuse(invalidRequestObject, "%v", err)
	}
	if err := c.checkObject(claims); err != nil {
		return nil, refuse(invalidRequestObject, "%v", err)
	}
	if jti, _ := claims.text("jti"); jti != "" {
		c.objectID, c.objectEnds = jti, c.now.Add(longest+ahead+behind) // no object is good for longer
	}
	return objectParams(claims)
}

// checkObject: RFC 9101, 4; FAPI 2.0 Message Signing, 5.3.1: nbf and exp at most an hour apart.
func (c *call) checkObject(claims object) error {
	iss, _ := claims.text("iss")
	id, hasID := claims.text("client_id")
	switch {
	case iss != c.client.ID:
		return &malformed{"the request object's iss must be the client_id"}
	case claims.has("client_id") && (!hasID || id != c.client.ID):
		return &malformed{"the request object's client_id is another client's"}
	case claims.has("request") || claims.has("request_uri"):
		return &malformed{"the request object holds request or request_uri (RFC 9101, 4)"}
	}
	if aud, fine := claims.text("aud"); fine && aud != c.issuer || !fine && !contains(texts(claims["aud"]), c.issuer) {
		return &malformed{"the request object's aud must be the issuer, " + c.issuer}
	}
	nbf, there := claims.seconds("nbf")
	if !there {
		return &malformed{"the request object has no nbf"}
	}
	if at(nbf).Add(time.Hour + behind).Before(c.now) {
		return &malformed{"the request object's nbf is more than an hour ago"}
	}
	if exp, there := claims.seconds("exp"); there && exp-nbf > 3600 {
		return &malformed{"the request object's exp is more than an hour after its nbf"}
	}
	_, err := lifetime("the request object", claims, c.now)
	return err
}

// objectParams makes parameters of claims: texts and numbers as they are, objects and
// lists as JSON (OpenID Connect Core, 6.1).
func objectParams(claims object) (params, error) {
	out := params{}
	for name, raw := range claims {
		switch name {
		case "iss", "aud", "exp", "nbf", "iat", "jti", "sub":
			continue
		}
		if text, fine := claims.text(name); fine {
			if strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text) {
				return nil, refuse(invalidRequestObject, "the request object's %s holds a zero byte", clip(name))
			}
			if text != "" {
				out[name] = text
			}
			continue
		}
		if string(raw) != "null" {
			out[name] = compact(raw)
		}
	}
	return out, nil
}

func compact(raw json.RawMessage) string { return strings.TrimSpace(string(raw)) }
