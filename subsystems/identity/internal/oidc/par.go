package oidc

import (
	"crypto/rand"
	"net/http"

	"praya/platform/db"
	"praya/platform/web"
)

// requestURI stands before the reference of a pushed request (RFC 9126, 2.2).
const requestURI = "urn:ietf:params:oauth:request_uri:"

// secret makes a text that cannot be guessed: 256 random bits.
func secret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	return b64(b[:])
}

// PAR takes a pushed authorization request (RFC 9126).
func (p *Provider) PAR(v *web.Visit) error { return p.answer(v, pathPAR, p.push) }

func (p *Provider) push(c *call) (*reply, error) {
	if err := c.form(); err != nil {
		return nil, err
	}
	if err := p.authenticate(c); err != nil {
		return nil, err
	}
	if c.params["request_uri"] != "" {
		return nil, refuse(invalidRequest, "request_uri is not allowed here (RFC 9126, 2.1)")
	}
	if err := p.readProof(c); err != nil {
		return nil, err
	}
	q, err := p.requestParams(c, c.client.RequestAlg)
	if err != nil {
		return nil, err
	}
	r, err := p.readRequest(c, q)
	if err != nil {
		return nil, err
	}
	reference := secret()
	r.ExpiresAt = c.now.Add(p.Lifetimes.Pushed)
	row, err := p.sealRequest(c.ctx, reference, kindPushed, r)
	if err != nil {
		return nil, err
	}
	err = p.write(c.ctx, func(tx *db.Tx) error {
		if err := c.spend(tx); err != nil {
			return err
		}
		return addRequest(tx, row)
	})
	if err != nil {
		return nil, err
	}
	return okJSON(http.StatusCreated, struct {
		RequestURI string `json:"request_uri"`
		ExpiresIn  int64  `json:"expires_in"`
	}{requestURI + reference, int64(p.Lifetimes.Pushed.Seconds())})
}
