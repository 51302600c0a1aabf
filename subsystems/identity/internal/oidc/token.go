package oidc

import (
	"encoding/json"
	"net/http"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/sign"
	"praya/platform/web"
)

// Token gives tokens for a grant (RFC 6749, 3.2).
func (p *Provider) Token(v *web.Visit) error { return p.answer(v, pathToken, p.token) }

// issue is what a token answer is made of.
type issue struct {
	access, refresh string
	scopes          []string
	details         []AuthorizationDetail
	jkt             string
	grant           *Grant // nil for a token of the client itself
	claims          map[string]any
	expires         when.Instant
}

func (p *Provider) token(c *call) (*reply, error) {
	if err := c.form(); err != nil {
		return nil, err
	}
	if err := p.authenticate(c); err != nil {
		return nil, err
	}
	give, err := p.grantType(c)
	if err != nil {
		return nil, err
	}
	if err := p.readProof(c); err != nil {
		return nil, err
	}
	if c.proof == nil && c.client.bound() {
		return nil, refuse(invalidDPoP, "the DPoP header is missing: this client's tokens are bound to a key (FAPI 2.0 Security Profile, 5.3.2.1)")
	}
	var given issue
	err = p.write(c.ctx, func(tx *db.Tx) error {
		if err := c.spend(tx); err != nil {
			return err
		}
		given, err = give(c, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return p.tokenReply(c, given)
}

type giver func(*call, *db.Tx) (issue, error)

func (p *Provider) grantType(c *call) (giver, error) {
	grant := c.params["grant_type"]
	givers := map[string]giver{
		grantCode: p.byCode, grantRefresh: p.byRefresh, grantBackchannel: p.byBackchannel, grantClient: p.byClient,
	}
	give := givers[grant]
	switch {
	case grant == "":
		return nil, refuse(invalidRequest, "grant_type is missing")
	case give == nil:
		return nil, refuse(unsupportedGrant, "grant_type must be authorization_code, refresh_token, client_credentials or %s", grantBackchannel)
	case !c.client.may(grant):
		return nil, refuse(unauthorizedClient, "the client is not registered for this grant_type")
	}
	return give, nil
}

// byClient is the client_credentials grant (RFC 6749, 4.4): nobody but the client.
func (p *Provider) byClient(c *call, tx *db.Tx) (issue, error) {
	scopes, err := p.allowedScopes(c.client, c.params["scope"])
	if err != nil {
		return issue{}, err
	}
	details, err := p.allowedDetails(c.ctx, c.client, c.params["authorization_details"])
	if err != nil {
		return issue{}, err
	}
	var own []string
	for _, s := range scopes { // there is no person whom these could speak of
		if s != "openid" && s != "offline_access" {
			own = append(own, s)
		}
	}
	given := issue{scopes: own, details: details, jkt: c.proof.key()}
	return given, p.addAccess(c, tx, &given)
}

func (d *proof) key() string {
	if d == nil {
		return ""
	}
	return d.jkt
}

// addAccess makes the access token of an issue.
func (p *Provider) addAccess(c *call, tx *db.Tx, given *issue) error {
	given.access, given.expires = secret(), tx.Now().Add(p.Lifetimes.Access)
	return p.addSecret(c, tx, given, given.access, kindAccess, given.jkt, given.expires)
}

func (p *Provider) addSecret(c *call, tx *db.Tx, given *issue, text, kind, jkt string, expires when.Instant) error {
	hash := hashOf(text)
	row := tokenRow{kind: kind, client: c.client.ID, scope: strings.Join(given.scopes, " "), jkt: jkt, issuedAt: tx.Now(), expiresAt: expires}
	if given.grant != nil {
		row.grantID, row.subject = given.grant.ID, given.grant.Subject
	}
	if len(given.details) > 0 {
		plain, err := json.Marshal(given.details)
		if err != nil {
			return err
		}
		if row.details, err = p.Ring.Encrypt(detailsPlace(tx, hash), plain); err != nil {
			return err
		}
	}
	return addToken(tx, hash, row)
}

func detailsPlace(tx *db.Tx, hash []byte) sign.Place {
	return place(tx, "identity_oidc_tokens", hexOf(hash))
}

// byCode is the authorization_code grant (RFC 6749, 4.1.3; RFC 7636, 4.6; RFC 9449, 10).
func (p *Provider) byCode(c *call, tx *db.Tx) (issue, error) {
	text := c.params["code"]
	if text == "" {
		return issue{}, refuse(invalidRequest, "code is missing")
	}
	hash := hashOf(text)
	code, err := findCode(tx, hash)
	if fault.Is(err, fault.NotFound) || err == nil && code.client != c.client.ID {
		return issue{}, refuse(invalidGrant, "the code is unknown, has expired or is another client's")
	}
	if err != nil {
		return issue{}, err
	}
	if !code.usedAt.IsZero() {
		// RFC 6749, 4.1.2: whoever came second, one of the two stole it.
		if err := endGrant(tx, code.grantID); err != nil {
			return issue{}, err
		}
		return issue{}, refuse(invalidGrant, "the code was used before; the tokens that it gave are revoked")
	}
	if err := c.fitsCode(code); err != nil {
		return issue{}, err
	}
	g, err := p.grant(tx, code.grantID)
	if fault.Is(err, fault.NotFound) {
		return issue{}, refuse(invalidGrant, "the grant of the code was revoked")
	}
	if err != nil {
		return issue{}, err
	}
	// A second use is recognised for as long as the tokens live that it would end.
	fresh, err := useCode(tx, hash, tx.Now().Add(p.grantLife(c.client, g)))
	if err == nil && !fresh {
		err = refuse(invalidGrant, "the code was used a moment ago")
	}
	if err != nil {
		return issue{}, err
	}
	return p.forPerson(c, tx, g)
}

func (c *call) fitsCode(code codeRow) error {
	verifier := c.params["code_verifier"]
	switch {
	case !c.now.Before(code.expiresAt):
		return refuse(invalidGrant, "the code has expired")
	case c.params["redirect_uri"] == "":
		return refuse(invalidRequest, "redirect_uri is missing")
	case c.params["redirect_uri"] != code.redirectURI:
		return refuse(invalidGrant, "redirect_uri differs from that of the authorization request")
	case verifier == "":
		return refuse(invalidRequest, "code_verifier is missing")
	case !isVerifier(verifier):
		return refuse(invalidGrant, "code_verifier must be 43 to 128 characters of A-Z, a-z, 0-9, -, ., _ and ~")
	case !same([]byte(b64(hashOf(verifier))), []byte(code.challenge)):
		return refuse(invalidGrant, "code_verifier does not fit the code_challenge")
	case code.jkt != "" && code.jkt != c.proof.key():
		return refuse(invalidGrant, "the DPoP proof's key is not the one that the code is bound to (RFC 9449, 10)")
	}
	return nil
}

// isVerifier: RFC 7636, 4.1.
func isVerifier(s string) bool {
	if len(s) < 43 || len(s) > 128 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._~", r)
	}) < 0
}

// forPerson gives the tokens of a new grant.
func (p *Provider) forPerson(c *call, tx *db.Tx, g Grant) (issue, error) {
	given := issue{scopes: g.Scopes, details: g.Details, jkt: c.proof.key(), grant: &g}
	if err := p.addAccess(c, tx, &given); err != nil {
		return given, err
	}
	if c.client.may(grantRefresh) && g.offline() {
		given.refresh = secret()
		// RFC 9449, 5: a client that authenticates binds its refresh token by that alone, and
		// may change its DPoP key; so no jkt here, and no rotation (FAPI 2.0 SP, 5.3.2.1).
		if err := p.addSecret(c, tx, &given, given.refresh, kindRefresh, "", tx.Now().Add(p.Lifetimes.Refresh)); err != nil {
			return given, err
		}
	}
	var err error
	given.claims, err = p.idClaims(c, tx, g)
	return given, err
}

// byRefresh is the refresh_token grant (RFC 6749, 6). The refresh token stays the same.
func (p *Provider) byRefresh(c *call, tx *db.Tx) (issue, error) {
	text := c.params["refresh_token"]
	if text == "" {
		return issue{}, refuse(invalidRequest, "refresh_token is missing")
	}
	t, err := findToken(tx, hashOf(text))
	if fault.Is(err, fault.NotFound) || err == nil && (t.kind != kindRefresh || t.client != c.client.ID || !c.now.Before(t.expiresAt)) {
		return issue{}, refuse(invalidGrant, "the refresh token is unknown, has expired, was revoked or is another client's")
	}
	if err != nil {
		return issue{}, err
	}
	g, err := p.grant(tx, t.grantID)
	if fault.Is(err, fault.NotFound) {
		return issue{}, refuse(invalidGrant, "the grant of the refresh token was revoked")
	}
	if err != nil {
		return issue{}, err
	}
	given := issue{scopes: g.Scopes, details: g.Details, jkt: c.proof.key(), grant: &g}
	if asked := listed(c.params["scope"]); len(asked) > 0 {
		for _, s := range asked {
			if !g.Has(s) {
				return given, refuse(invalidScope, "the scope %s was not granted", clip(s))
			}
		}
		given.scopes = asked
	}
	if err := p.addAccess(c, tx, &given); err != nil {
		return given, err
	}
	given.refresh = text
	given.claims, err = p.idClaims(c, tx, g)
	delete(given.claims, "nonce") // OpenID Connect Core, 12.2
	return given, err
}

func (p *Provider) tokenReply(c *call, given issue) (*reply, error) {
	answer := struct {
		AccessToken  string                `json:"access_token"`
		TokenType    string                `json:"token_type"`
		ExpiresIn    int64                 `json:"expires_in"`
		RefreshToken string                `json:"refresh_token,omitempty"`
		Scope        string                `json:"scope,omitempty"`
		IDToken      string                `json:"id_token,omitempty"`
		Details      []AuthorizationDetail `json:"authorization_details,omitempty"`
	}{
		AccessToken: given.access, TokenType: "Bearer", ExpiresIn: int64(p.Lifetimes.Access.Seconds()),
		RefreshToken: given.refresh, Scope: strings.Join(given.scopes, " "), Details: given.details,
	}
	if given.jkt != "" {
		answer.TokenType = "DPoP"
	}
	if given.claims != nil {
		jwt, err := p.sign(c.ctx, c.client.IDTokenAlg, "JWT", given.claims)
		if err == nil {
			jwt, err = p.sealFor(c.ctx, c.client, jwt, c.client.IDTokenKeyAlg)
		}
		if err != nil {
			return nil, err
		}
		answer.IDToken = jwt
	}
	return okJSON(http.StatusOK, answer)
}
