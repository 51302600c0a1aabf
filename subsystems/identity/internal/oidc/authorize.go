package oidc

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
)

// Authorize takes a browser with an authorization request, keeps the request, and sends
// the browser to the page where a person answers. A request that names no address that
// can be trusted gives a fault, and nobody is redirected (RFC 6749, 4.1.2.1).
func (p *Provider) Authorize(v *web.Visit) error {
	if err := p.limited(v, pathAuthorize); err != nil {
		return err
	}
	c := p.call(v, pathAuthorize)
	to, path, refused, err := p.authorize(c)
	status := http.StatusSeeOther
	if err != nil {
		status = http.StatusBadRequest
	}
	p.note(c, status, refused)
	switch {
	case err != nil:
		return err
	case path != "":
		return c.toPage(path)
	}
	return seeOther(v, to)
}

// toPage leads to a page of ours: in a language of ui_locales that there is, or else in
// the visitor's.
func (c *call) toPage(path string) error {
	for _, tag := range c.locales {
		if known := strings.ToLower(tag); strings.HasPrefix(known, "zh") || strings.HasPrefix(known, "en") || strings.HasPrefix(known, "yue") {
			return seeOther(c.visit, "/"+string(lang.Negotiate(tag))+c.visit.Plain(path))
		}
	}
	return c.visit.Redirect(path)
}

// authorize gives an address of the client's, or the path of a page of ours.
func (p *Provider) authorize(c *call) (to, path string, refused *Refusal, err error) {
	q, err := parseParams(c.q.URL.RawQuery)
	if errors.As(err, &refused) {
		return "", "", refused, untrusted("malformed", err)
	}
	c.params = q
	if c.client, err = p.cached(c.ctx, q["client_id"]); err != nil {
		return "", "", nil, err
	}
	if c.client == nil {
		refused = refuse(invalidRequest, "client_id is missing or names no client")
		return "", "", refused, untrusted("client", refused)
	}
	var r Request
	var used []byte
	if strings.HasPrefix(q["request_uri"], requestURI) {
		r, used, err = p.pushed(c, strings.TrimPrefix(q["request_uri"], requestURI))
	} else {
		r, err = p.direct(c, q)
	}
	if errors.As(err, &refused) {
		if r.RedirectURI == "" || !c.client.redirectsTo(r.RedirectURI) {
			return "", "", refused, untrusted("redirect", refused)
		}
		to, err = p.refusal(c.ctx, c.client, r, refused)
		return to, "", refused, err
	}
	if err != nil {
		return "", "", nil, err
	}
	to, path, err = p.wait(c, r, used)
	return to, path, nil, err
}

// untrusted is what a person sees whose browser cannot be sent back to the service.
func untrusted(key string, cause error) error {
	return fault.New(fault.Invalid, "identity.oidc.fault."+key).Because(cause)
}

// direct reads a request from the address itself, which only clients may do that are
// allowed to one by one.
func (p *Provider) direct(c *call, q params) (Request, error) {
	r := Request{ClientID: c.client.ID}
	if c.client.RequirePAR || q["request_uri"] != "" {
		backTo(c, q, &r)
		if q["request_uri"] != "" {
			return r, refuse("invalid_request_uri", "request_uri must be one that the PAR endpoint gave")
		}
		return r, refuse(invalidRequest, "this client must push its requests (RFC 9126): request_uri is missing")
	}
	if q["request"] != "" {
		backTo(c, q, &r)
		return r, refuse("request_not_supported", "a request object is taken by the PAR endpoint only")
	}
	return p.readRequest(c, q)
}

// backTo lets an error be told to the service, where it has a registered address.
func backTo(c *call, q params, r *Request) {
	if !c.client.redirectsTo(q["redirect_uri"]) {
		return
	}
	r.RedirectURI, r.State, r.ResponseMode = q["redirect_uri"], q["state"], "query"
	if mode := q["response_mode"]; mode == "jwt" || mode == "query.jwt" || c.client.signsResponses() {
		r.ResponseMode = "query.jwt"
	}
}

// pushed reads a pushed request; wait uses it up.
func (p *Provider) pushed(c *call, reference string) (r Request, used []byte, err error) {
	var row requestRow
	err = p.DB.Read(c.ctx, func(tx *db.Tx) error {
		row, err = findRequest(tx, hashOf(reference), kindPushed)
		return err
	})
	if fault.Is(err, fault.NotFound) || err == nil && (row.client != c.client.ID || expired(row, c.now)) {
		return r, nil, errUsed("request_uri is unknown, was used, has expired or is another client's")
	}
	if err != nil {
		return r, nil, err
	}
	r, err = p.openRequest(c.ctx, row)
	return r, row.hash, err
}

func errUsed(cause string) error { return untrusted("request", errors.New("oidc: "+cause)) }

// wait keeps a request until a person answers, in place of the pushed one that is good
// for once. The sandbox's personas answer at once.
func (p *Provider) wait(c *call, r Request, used []byte) (to, path string, err error) {
	c.locales = r.UILocales
	r.ID, r.MadeAt, r.ExpiresAt = secret(), c.now, c.now.Add(p.Lifetimes.Interaction)
	decision, err := p.decide(c.ctx, r)
	if err != nil {
		return "", "", err
	}
	if decision != nil && decision.After <= 0 {
		to, err = p.atOnce(c, r, used, *decision)
		return to, "", err
	}
	row, err := p.sealRequest(c.ctx, r.ID, kindPending, r)
	if err != nil {
		return "", "", err
	}
	err = p.DB.Write(c.ctx, func(tx *db.Tx) error {
		if err := useUp(tx, used); err != nil {
			return err
		}
		return addRequest(tx, row)
	})
	if err != nil {
		return "", "", err
	}
	if decision == nil || !pause(c.ctx, decision.After) {
		return "", p.Interaction(c.ctx, r.ID), nil
	}
	to, err = p.carryOut(c.ctx, r.ID, *decision)
	return to, "", err
}

// useUp takes a pushed request out of use; nothing for one that was not pushed.
func useUp(tx *db.Tx, pushed []byte) error {
	if pushed == nil {
		return nil
	}
	_, err := takeRequest(tx, pushed, kindPushed)
	if fault.Is(err, fault.NotFound) {
		return errUsed("request_uri was used a moment ago")
	}
	return err
}

// atOnce answers a request that waits for nobody: in one transaction, without keeping it.
func (p *Provider) atOnce(c *call, r Request, used []byte, d Decision) (to string, err error) {
	if d.Error != "" {
		if err := p.DB.Write(c.ctx, func(tx *db.Tx) error { return useUp(tx, used) }); err != nil {
			return "", err
		}
		return p.refusal(c.ctx, c.client, r, refuse(d.Error, "%s", d.Description))
	}
	if err := p.admit(r, &d.Grant); err != nil {
		return "", err
	}
	code := secret()
	err = p.DB.Write(c.ctx, func(tx *db.Tx) error {
		if err := useUp(tx, used); err != nil {
			return err
		}
		if err := p.enter(tx, c.client, r, &d.Grant); err != nil {
			return err
		}
		return p.addCodeFor(tx, r, d.Grant, code)
	})
	if err != nil {
		return "", err
	}
	return p.response(c.ctx, c.client, r, url.Values{"code": {code}})
}

func (p *Provider) decide(ctx context.Context, r Request) (*Decision, error) {
	if p.Answer == nil || who.From(ctx).Realm != who.Sandbox {
		return nil, nil
	}
	return p.Answer(ctx, r)
}

// pause waits for a persona that takes its time, but not so long that a browser would
// give up; then the page is shown instead.
func pause(ctx context.Context, d time.Duration) bool {
	if d > 5*time.Second {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// carryOut does what was decided without a page.
func (p *Provider) carryOut(ctx context.Context, id string, d Decision) (string, error) {
	if d.Error != "" {
		return p.Refuse(ctx, id, d.Error, d.Description)
	}
	return p.Approve(ctx, id, d.Grant)
}

// response is what goes back to a client through the browser: in the query, or as one
// signed response (JARM, 2.1), always with the issuer (RFC 9207).
func (p *Provider) response(ctx context.Context, c *Client, r Request, answer url.Values) (string, error) {
	if r.State != "" {
		answer.Set("state", r.State)
	}
	answer.Set("iss", p.Issuer(ctx))
	if r.ResponseMode != "query.jwt" {
		return withQuery(r.RedirectURI, answer)
	}
	claims := map[string]any{"aud": c.ID, "exp": p.Clock().Add(p.Lifetimes.Interaction).Time().Unix()}
	for name := range answer {
		claims[name] = answer.Get(name)
	}
	jwt, err := p.sign(ctx, c.responseAlg(), "JWT", claims)
	if err == nil {
		jwt, err = p.sealFor(ctx, c, jwt, c.ResponseKeyAlg)
	}
	if err != nil {
		return "", err
	}
	return withQuery(r.RedirectURI, url.Values{"response": {jwt}})
}

func (c *Client) responseAlg() string {
	if c.ResponseAlg != "" {
		return c.ResponseAlg
	}
	return "ES256"
}

func (p *Provider) refusal(ctx context.Context, c *Client, r Request, no *Refusal) (string, error) {
	return p.response(ctx, c, r, url.Values{"error": {no.Code}, "error_description": {no.Description}})
}

// sealFor encrypts a JWT for a client that wants that.
func (p *Provider) sealFor(ctx context.Context, c *Client, jwt, alg string) (string, error) {
	if alg == "" {
		return jwt, nil
	}
	keys, err := p.keysOf(ctx, c, func(all keySet) keySet {
		if k, ok := all.encrypting(alg); ok {
			return keySet{k}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	if len(keys) == 0 {
		return "", fault.New(fault.Unavailable, "identity.oidc.fault.encryption").Because(errors.New("oidc: the client has no key for " + alg))
	}
	return encrypted(jwt, alg, keys[0].KeyID, keys[0].Key)
}

func expired(row requestRow, now when.Instant) bool { return !now.Before(row.expiresAt) }
