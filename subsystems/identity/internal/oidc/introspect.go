package oidc

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/web"
)

// Introspect tells a client about a token (RFC 7662): its own, or, to a resource server,
// one that has a scope which the server serves. Of any other it is told what it would be
// told of a token that does not exist.
func (p *Provider) Introspect(v *web.Visit) error { return p.answer(v, pathIntrospect, p.introspect) }

func (p *Provider) introspect(c *call) (*reply, error) {
	if err := c.form(); err != nil {
		return nil, err
	}
	if err := p.authenticate(c); err != nil {
		return nil, err
	}
	if c.params["token"] == "" {
		return nil, refuse(invalidRequest, "token is missing")
	}
	if err := p.spendAlone(c); err != nil {
		return nil, err
	}
	body, err := p.tokenState(c, c.params["token"])
	if err != nil {
		return nil, err
	}
	if strings.Contains(c.q.Header.Get("Accept"), "application/token-introspection+jwt") || c.client.IntrospectionAlg != "" {
		return p.signedState(c, body)
	}
	return ok(body)
}

func (p *Provider) tokenState(c *call, text string) (body []byte, err error) {
	hash := hashOf(text)
	var t tokenRow
	var subject string
	var details []byte
	err = p.DB.ReadLatest(c.ctx, func(tx *db.Tx) error {
		if t, err = findToken(tx, hash); err != nil {
			return err
		}
		if subject = t.subject; t.client != c.client.ID && t.grantID != "" {
			if subject, err = p.subjectFor(c, tx, t.grantID); err != nil {
				return err
			}
		}
		if len(t.details) > 0 {
			details, err = p.Ring.Decrypt(detailsPlace(tx, hash), t.details)
		}
		return err
	})
	inactive := []byte(`{"active":false}`)
	if fault.Is(err, fault.NotFound) {
		return inactive, nil
	}
	if err != nil {
		return nil, err
	}
	scope, may := c.client.sees(t)
	if !may || !c.now.Before(t.expiresAt) {
		return inactive, nil
	}
	return appendState(c.issuer, t, scope, subject, details), nil
}

// subjectFor is the person's sub at the one who asks: a resource server of another sector
// must not learn the client's (OpenID Connect Core, 8.1).
func (p *Provider) subjectFor(c *call, tx *db.Tx, grantID string) (string, error) {
	g, err := p.grant(tx, grantID)
	if err != nil {
		return "", err
	}
	if g.Sector == c.client.Sector() {
		return g.Subject, nil
	}
	return "", nil // a reading transaction makes no new sub; a resource server has no need of one
}

// sees gives the scopes of a token that a client may know.
func (c *Client) sees(t tokenRow) (scope string, may bool) {
	if t.client == c.ID {
		return t.scope, true
	}
	if t.kind != kindAccess || c.Serves == "" {
		return "", false
	}
	var common []string
	serves := listed(c.Serves)
	for _, s := range listed(t.scope) {
		if contains(serves, s) {
			common = append(common, s)
		}
	}
	return strings.Join(common, " "), len(common) > 0
}

// appendState writes the answer by hand: this is asked thousands of times a second.
// Texts are our own, or were checked when the client was registered.
func appendState(issuer string, t tokenRow, scope, subject string, details []byte) []byte {
	b := make([]byte, 0, 512)
	b = append(b, `{"active":true,"iss":`...)
	b = appendText(b, issuer)
	b = append(b, `,"client_id":`...)
	b = appendText(b, t.client)
	b = append(b, `,"iat":`...)
	b = strconv.AppendInt(b, t.issuedAt.Time().Unix(), 10)
	b = append(b, `,"exp":`...)
	b = strconv.AppendInt(b, t.expiresAt.Time().Unix(), 10)
	if scope != "" {
		b = append(b, `,"scope":`...)
		b = appendText(b, scope)
	}
	if subject != "" {
		b = append(b, `,"sub":`...)
		b = appendText(b, subject)
	}
	switch {
	case t.kind == kindRefresh:
	case t.jkt != "":
		b = append(b, `,"token_type":"DPoP","cnf":{"jkt":`...)
		b = appendText(b, t.jkt)
		b = append(b, '}')
	default:
		b = append(b, `,"token_type":"Bearer"`...)
	}
	if len(details) > 0 {
		b = append(b, `,"authorization_details":`...)
		b = append(b, details...)
	}
	return append(b, '}')
}

func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			text, err := json.Marshal(s)
			if err != nil { // a text
				panic(err)
			}
			return append(b, text...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// signedState is the answer as a JWT (RFC 9701, 5).
func (p *Provider) signedState(c *call, body []byte) (*reply, error) {
	alg := c.client.IntrospectionAlg
	if alg == "" {
		alg = "ES256"
	}
	jwt, err := p.sign(c.ctx, alg, "token-introspection+jwt", map[string]any{
		"iss": c.issuer, "aud": c.client.ID, "iat": c.now.Time().Unix(), "token_introspection": json.RawMessage(body),
	})
	return &reply{http.StatusOK, "application/token-introspection+jwt", []byte(jwt)}, err
}

// Revoke ends a token (RFC 7009): an access token alone, a refresh token with all that
// came of its grant.
func (p *Provider) Revoke(v *web.Visit) error { return p.answer(v, pathRevoke, p.revoke) }

func (p *Provider) revoke(c *call) (*reply, error) {
	if err := c.form(); err != nil {
		return nil, err
	}
	if err := p.authenticate(c); err != nil {
		return nil, err
	}
	if c.params["token"] == "" {
		return nil, refuse(invalidRequest, "token is missing")
	}
	hash := hashOf(c.params["token"])
	err := p.write(c.ctx, func(tx *db.Tx) error {
		if err := c.spend(tx); err != nil {
			return err
		}
		t, err := findToken(tx, hash)
		switch {
		case fault.Is(err, fault.NotFound):
			return nil // RFC 7009, 2.2: what is not there is revoked
		case err != nil:
			return err
		case t.client != c.client.ID:
			return refuse(invalidRequest, "the token was issued to another client (RFC 7009, 2.1)")
		case t.kind == kindRefresh:
			return endGrant(tx, t.grantID)
		}
		return dropToken(tx, hash)
	})
	return &reply{status: http.StatusOK}, err
}
