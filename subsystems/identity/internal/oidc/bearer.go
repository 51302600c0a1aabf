package oidc

import (
	"errors"
	"net/http"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
)

// Bearer tells which client calls an API of ours with a token of its own (grant
// client_credentials) that has a scope. A token that is bound to a key is shown with its
// proof, as at userinfo. A refusal is a *Refusal; what the caller must be told in headers
// (RFC 6750, 3; RFC 9449, 7.1 and 8) is set.
func (p *Provider) Bearer(v *web.Visit, scope string) (clientID string, err error) {
	endpoint := v.R.URL.EscapedPath()
	if who.From(v.Context()).Realm == who.Sandbox {
		endpoint = strings.TrimPrefix(endpoint, SandboxPath)
	}
	c := p.call(v, endpoint)
	id, err := p.bearer(c, scope)
	var no *Refusal
	if !errors.As(err, &no) {
		return id, err
	}
	if err := c.tellNonce(p, no); err != nil {
		return "", err
	}
	return "", c.challenge(no)
}

// tellNonce gives the nonce that the next proof must have (RFC 9449, 8.2).
func (c *call) tellNonce(p *Provider, no *Refusal) error {
	if c.proof == nil && no.Code != useNonce {
		return nil
	}
	nonce, err := p.nonce(c.ctx, c.now)
	if err == nil {
		c.visit.W.Header().Set("DPoP-Nonce", nonce)
	}
	return err
}

func (p *Provider) bearer(c *call, scope string) (string, error) {
	text, scheme, err := p.shownToken(c)
	if err != nil {
		return "", err
	}
	var t tokenRow
	read := func(tx *db.Tx) error {
		if err := c.spend(tx); err != nil {
			return err
		}
		t, err = p.fitting(c, tx, text, scheme)
		return err
	}
	if len(c.once) > 0 {
		err = p.write(c.ctx, read)
	} else {
		err = p.DB.Read(c.ctx, read)
	}
	if err != nil {
		return "", err
	}
	switch client, err := p.cached(c.ctx, t.client); {
	case err != nil:
		return "", err
	case client == nil:
		return "", refuse(invalidToken, "the client was ended")
	case t.grantID != "":
		return "", refuse(insufficientScope, "the access token speaks for a person: this wants one of the client itself (client_credentials)")
	case !contains(listed(t.scope), scope):
		return "", refuse(insufficientScope, "the access token lacks the scope %s", scope)
	}
	return t.client, nil
}

// shownToken reads a token and the proof that it is shown with (RFC 9449, 7).
func (p *Provider) shownToken(c *call) (text, scheme string, err error) {
	if text, scheme, err = c.presented(); err != nil {
		return "", "", err
	}
	if err := p.readProof(c); err != nil {
		return "", "", err
	}
	if scheme == "dpop" {
		switch {
		case c.proof == nil:
			return "", "", refuse(invalidDPoP, "the DPoP header is missing")
		case !same([]byte(c.proof.ath), []byte(b64(hashOf(text)))):
			return "", "", refuse(invalidDPoP, "the DPoP proof's ath is not the hash of the access token")
		}
	}
	return text, scheme, nil
}

// fitting finds an access token that lives and is shown as it must be.
func (p *Provider) fitting(c *call, tx *db.Tx, text, scheme string) (tokenRow, error) {
	t, err := findToken(tx, hashOf(text))
	switch {
	case err != nil && !fault.Is(err, fault.NotFound):
		return t, err
	case err != nil || t.kind != kindAccess || !c.now.Before(t.expiresAt):
		return t, refuse(invalidToken, "the access token is unknown, has expired or was revoked")
	case t.jkt != "" && scheme != "dpop":
		return t, refuse(invalidToken, "the access token is bound to a key: it is shown by the scheme DPoP with a proof")
	case t.jkt == "" && scheme == "dpop":
		return t, refuse(invalidToken, "the access token is not bound to a key")
	case t.jkt != "" && t.jkt != c.proof.key():
		return t, refuse(invalidToken, "the access token is bound to another key than that of the DPoP proof")
	}
	return t, nil
}

// Granted reports whether a person lets a client in: there is a grant that has not ended.
func (p *Provider) Granted(tx *db.Tx, account, clientID string) (bool, error) {
	var id string
	err := tx.Row(sqlLiveGrant, tx.Realm(), account, clientID, tx.Now()).Scan(&id)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Do calls an address that came from outside, as everything of this kind is called: see
// Outside. The caller closes the body, and bounds what it reads of it.
func (o *Outside) Do(q *http.Request) (*http.Response, error) {
	return o.client(q.Context()).Do(q)
}
