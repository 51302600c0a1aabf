package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
)

// call is one request to one endpoint while it is answered.
type call struct {
	ctx      context.Context
	visit    *web.Visit
	q        *http.Request
	endpoint string // its path under the issuer
	issuer   string
	now      when.Instant
	params   params
	client   *Client
	proof    *proof   // DPoP; nil without
	once     []replay // what this request shows that may be shown once only
	locales  []string // in which a page of ours is asked for
	basic    bool     // the client used HTTP Basic
	named    string   // the client that the caller says it is

	objectID   string // jti of a signed request object
	objectEnds when.Instant
}

// reply is what it gets.
type reply struct {
	status      int
	contentType string
	body        []byte
}

// replay is a hash that may be seen once until it ends.
type replay struct {
	hash   []byte
	ends   when.Instant
	refuse *Refusal
}

func ok(body []byte) (*reply, error) { return &reply{http.StatusOK, "application/json", body}, nil }

func okJSON(status int, v any) (*reply, error) {
	body, err := json.Marshal(v)
	return &reply{status, "application/json", body}, err
}

func (p *Provider) call(v *web.Visit, endpoint string) *call {
	ctx := v.Context()
	return &call{ctx: ctx, visit: v, q: v.R, endpoint: endpoint, issuer: p.Issuer(ctx), now: p.Clock()}
}

// answer runs an endpoint for programs: its refusals are JSON in the standards' words.
func (p *Provider) answer(v *web.Visit, endpoint string, do func(*call) (*reply, error)) error {
	if err := p.limited(v, endpoint); err != nil {
		return err
	}
	c := p.call(v, endpoint)
	r, err := do(c)
	var refused *Refusal
	if errors.As(err, &refused) {
		r, err = c.refusal(refused), nil
		if refused.Code == invalidClient && p.Failed != nil {
			p.Failed(v, c.params["client_id"])
		}
	}
	if err != nil {
		return err
	}
	p.note(c, r.status, refused)
	h := v.W.Header()
	h.Set("Cache-Control", "no-store") // RFC 6749, 5.1
	h.Set("Pragma", "no-cache")
	if c.proof != nil || refused != nil && refused.Code == useNonce {
		nonce, err := p.nonce(c.ctx, c.now)
		if err != nil {
			return err
		}
		h.Set("DPoP-Nonce", nonce) // RFC 9449, 8.2
	}
	if r.contentType != "" {
		h.Set("Content-Type", r.contentType)
	}
	h.Set("Content-Length", strconv.Itoa(len(r.body)))
	v.W.WriteHeader(r.status)
	_, _ = v.W.Write(r.body) // nobody is left to be told
	return nil
}

func (p *Provider) limited(v *web.Visit, endpoint string) error {
	if p.Limit == nil {
		return nil
	}
	return p.Limit(v, endpoint)
}

func (c *call) refusal(r *Refusal) *reply {
	if r.Status == http.StatusUnauthorized && r.Code == invalidClient {
		// RFC 6749, 5.2: by the scheme that the client used.
		if c.basic {
			c.visit.W.Header().Set("WWW-Authenticate", `Basic realm="`+c.issuer+`", charset="UTF-8"`)
		}
	}
	body, err := json.Marshal(struct {
		Code        string `json:"error,omitempty"`
		Description string `json:"error_description,omitempty"`
	}{r.Code, r.Description})
	if err != nil { // two texts
		panic(err)
	}
	return &reply{r.Status, "application/json", body}
}

// write runs fn in a transaction. A refusal is kept apart from failures: what was written
// before it stays, so that a proof which was shown is used up, and a code that was shown
// twice ends its tokens.
func (p *Provider) write(ctx context.Context, fn func(*db.Tx) error) error {
	var refused *Refusal
	err := p.DB.Write(ctx, func(tx *db.Tx) error {
		refused = nil
		err := fn(tx)
		if errors.As(err, &refused) {
			return nil
		}
		return err
	})
	if err == nil && refused != nil {
		return refused
	}
	return err
}

// spend notes what may be shown once.
func (c *call) spend(tx *db.Tx) error {
	for _, r := range c.once {
		fresh, err := addReplay(tx, r.hash, r.ends)
		if err != nil {
			return err
		}
		if !fresh {
			return r.refuse
		}
	}
	return nil
}

// spendAlone is spend for an endpoint that writes nothing else.
func (p *Provider) spendAlone(c *call) error {
	if len(c.once) == 0 {
		return nil
	}
	return p.write(c.ctx, c.spend)
}

// shown are the parameters whose values a developer's log may hold as they are. Of all
// others it holds the length.
func shown(name string) bool {
	switch name {
	case "client_id", "response_type", "response_mode", "redirect_uri", "scope", "code_challenge_method", "grant_type",
		"prompt", "max_age", "acr_values", "ui_locales", "client_assertion_type", "token_type_hint", "authorization_details",
		"claims", "requested_expiry", "post_logout_redirect_uri", "request_uri":
		return true
	}
	return false
}

func (p *Provider) note(c *call, status int, refused *Refusal) {
	if p.Note == nil {
		return
	}
	m := Message{
		Realm: who.From(c.ctx).Realm, Endpoint: c.endpoint, ClientID: c.named, Parameters: map[string]string{},
		Status: status, Outcome: "ok", At: c.now, RequestID: who.From(c.ctx).ID,
	}
	switch {
	case c.client != nil:
		m.ClientID = c.client.ID
	case c.named == "":
		m.ClientID = c.params["client_id"]
	}
	for name, value := range c.params {
		if !shown(name) || name == "request_uri" && len(value) > len(requestURI) {
			value = "(" + strconv.Itoa(len(value)) + ")"
		}
		m.Parameters[clip(name)] = value
	}
	if c.q.Header.Get("DPoP") != "" {
		m.Parameters["DPoP"] = "(" + strconv.Itoa(len(c.q.Header.Get("DPoP"))) + ")"
	}
	if refused != nil {
		m.Outcome, m.Description = refused.Code, refused.Description
	}
	p.Note(c.ctx, m)
}

// form reads the body's parameters, and refuses a method that is not POST.
func (c *call) form() (err error) {
	c.params, err = readForm(c.q)
	return err
}

// seeOther sends a browser to another site (RFC 9700, 4.12: 303, so that no form is sent on).
func seeOther(v *web.Visit, to string) error {
	h := v.W.Header()
	h.Set("Location", to)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // RFC 9700, 4.2.4
	v.W.WriteHeader(http.StatusSeeOther)
	return nil
}

func withQuery(address string, add url.Values) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += add.Encode()
	return u.String(), nil
}
