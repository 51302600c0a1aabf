package oidc

import (
	"errors"
	"net/http"
	"strings"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/web"
)

// Userinfo gives the claims that an access token opens (OpenID Connect Core, 5.3), and the
// values that a person has released for its authorization_details.
func (p *Provider) Userinfo(v *web.Visit) error {
	return p.answer(v, pathUserinfo, func(c *call) (*reply, error) {
		r, err := p.userinfo(c)
		var no *Refusal
		if errors.As(err, &no) {
			return nil, c.challenge(no)
		}
		return r, err
	})
}

// challenge adds what a protected resource says of its refusal (RFC 6750, 3; RFC 9449, 7.1).
func (c *call) challenge(no *Refusal) error {
	if no.Code == invalidRequest {
		return no
	}
	status := http.StatusUnauthorized
	if no.Code == insufficientScope {
		status = http.StatusForbidden
	}
	said := ""
	if no.Code != "" {
		said = `error="` + no.Code + `", error_description="` + no.Description + `", `
	}
	h := c.visit.W.Header()
	h.Add("WWW-Authenticate", `DPoP `+said+`algs="ES256 PS256 EdDSA"`)
	if no.Code != invalidDPoP && no.Code != useNonce {
		h.Add("WWW-Authenticate", strings.TrimSuffix("Bearer "+strings.TrimSuffix(said, ", "), " "))
	}
	return no.with(status)
}

func (p *Provider) userinfo(c *call) (*reply, error) {
	text, scheme, err := p.shownToken(c)
	if err != nil {
		return nil, err
	}
	var claims map[string]any
	var client *Client
	read := func(tx *db.Tx) error {
		if err := c.spend(tx); err != nil {
			return err
		}
		var g Grant
		var t tokenRow
		if g, t, err = p.usable(c, tx, text, scheme); err != nil {
			return err
		}
		if client, err = readClient(tx, g.ClientID); err != nil {
			return err
		}
		claims, err = p.userClaims(c, tx, g, listed(t.scope))
		return err
	}
	if len(c.once) > 0 {
		err = p.write(c.ctx, read)
	} else {
		err = p.DB.Read(c.ctx, read)
	}
	if err != nil {
		return nil, err
	}
	c.client = client
	return p.userinfoReply(c, client, claims)
}

// presented reads the Authorization header (RFC 6750, 2.1; RFC 9449, 7.1).
func (c *call) presented() (token, scheme string, err error) {
	headers := c.q.Header.Values("Authorization")
	if len(headers) == 0 {
		return "", "", refuse("", "") // RFC 6750, 3.1: who shows nothing is told nothing but how
	}
	scheme, token, found := strings.Cut(headers[0], " ")
	scheme = strings.ToLower(scheme)
	if len(headers) > 1 || !found || scheme != "dpop" && scheme != "bearer" {
		return "", "", refuse(invalidToken, "the Authorization header must be one, DPoP or Bearer with an access token")
	}
	if c.q.URL.Query().Has("access_token") {
		return "", "", refuse(invalidRequest, "access_token in the address is not allowed (FAPI 2.0 Security Profile, 5.3.4)")
	}
	return strings.TrimSpace(token), scheme, nil
}

// usable finds the grant of an access token that is shown as it must be.
func (p *Provider) usable(c *call, tx *db.Tx, text, scheme string) (g Grant, t tokenRow, err error) {
	if t, err = p.fitting(c, tx, text, scheme); err != nil {
		return g, t, err
	}
	if t.grantID == "" {
		return g, t, refuse(insufficientScope, "the access token speaks for a client and no person")
	}
	g, err = p.grant(tx, t.grantID)
	if fault.Is(err, fault.NotFound) {
		return g, t, refuse(invalidToken, "the access token is unknown, has expired or was revoked")
	}
	if err == nil && !contains(listed(t.scope), "openid") && len(g.Details) == 0 {
		return g, t, refuse(insufficientScope, "the access token lacks the scope openid")
	}
	return g, t, err
}

// userClaims: without openid there is no sub: a form can be filled in anonymously.
func (p *Provider) userClaims(c *call, tx *db.Tx, g Grant, scopes []string) (map[string]any, error) {
	claims := map[string]any{}
	if contains(scopes, "openid") {
		var err error
		if claims, err = p.People.Claims(c.ctx, tx, g, p.userinfoNames(g, scopes)); err != nil {
			return nil, err
		}
		if claims == nil {
			claims = map[string]any{}
		}
		claims["sub"] = g.Subject
	}
	if len(g.Details) == 0 {
		return claims, nil
	}
	released, err := p.People.Released(c.ctx, tx, g)
	if len(released) > 0 {
		claims["authorization_details"] = released
	}
	return claims, err
}

func (p *Provider) userinfoReply(c *call, client *Client, claims map[string]any) (*reply, error) {
	if client.UserinfoAlg == "" && client.UserinfoKeyAlg == "" {
		return okJSON(http.StatusOK, claims)
	}
	alg := client.UserinfoAlg
	if alg == "" {
		alg = "ES256"
	}
	claims["iss"], claims["aud"] = c.issuer, client.ID // OpenID Connect Core, 5.3.2
	jwt, err := p.sign(c.ctx, alg, "JWT", claims)
	if err == nil {
		jwt, err = p.sealFor(c.ctx, client, jwt, client.UserinfoKeyAlg)
	}
	return &reply{http.StatusOK, "application/jwt", []byte(jwt)}, err
}
