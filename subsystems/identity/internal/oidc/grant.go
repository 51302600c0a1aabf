package oidc

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
)

// Grant is what a person allowed a client, and how the person had signed in.
type Grant struct {
	ID        string `json:"-"`
	ClientID  string `json:"-"`
	Account   string `json:"-"`
	SessionID string `json:"-"` // the session's id, never the secret of its cookie: it is stored as it is

	AuthTime when.Instant          `json:"auth_time"`
	ACR      string                `json:"acr,omitempty"`
	AMR      []string              `json:"amr,omitempty"`
	Scopes   []string              `json:"scopes,omitempty"`
	Details  []AuthorizationDetail `json:"details,omitempty"`

	// Filled in from the request.
	Claims  ClaimsRequest `json:"claims"`
	Nonce   string        `json:"nonce,omitempty"`
	Sector  string        `json:"sector,omitempty"`
	Subject string        `json:"subject,omitempty"`
	MadeAt  when.Instant  `json:"-"`
}

// Has reports whether a scope was granted.
func (g Grant) Has(scope string) bool { return contains(g.Scopes, scope) }

func (g Grant) offline() bool { return g.Has("offline_access") || !g.Has("openid") }

// errGone is what a person sees whose request has been answered, or waited too long.
func errGone(cause string) error { return untrusted("gone", errors.New("oidc: "+cause)) }

// Pending reads a request that waits for a person, by its id.
func (p *Provider) Pending(ctx context.Context, id string) (r Request, err error) {
	r, _, err = p.pending(ctx, id)
	return r.shown(), err
}

func (p *Provider) pending(ctx context.Context, id string) (r Request, row requestRow, err error) {
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		row, err = findRequest(tx, hashOf(id), kindPending)
		if fault.Is(err, fault.NotFound) {
			row, err = findHandled(tx, hashOf(id))
		}
		return err
	})
	switch {
	case fault.Is(err, fault.NotFound):
		return r, row, errGone("there is no such request")
	case err != nil:
		return r, row, err
	case row.state != stateOpen || expired(row, p.Clock()):
		return r, row, errGone("the request was answered or has expired")
	}
	r, err = p.openRequest(ctx, row)
	return r, row, err
}

// shown is a request without what is between provider and client alone.
func (r Request) shown() Request {
	r.AuthReqID, r.NotificationToken, r.Planned = "", "", nil
	return r
}

// Waiting lists the backchannel requests that a person has not answered yet, by which
// an application on the phone asks.
func (p *Provider) Waiting(ctx context.Context, account string) (list []Request, err error) {
	if account == "" {
		return nil, nil
	}
	var rows []requestRow
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err = listWaiting(tx, account)
		return err
	})
	for _, row := range rows {
		r, err := p.openRequest(ctx, row)
		if err != nil {
			return nil, err
		}
		list = append(list, r.shown())
	}
	return list, err
}

// Approve answers a pending request with what a person allows. It gives the address to
// which the browser goes; none for a backchannel request.
func (p *Provider) Approve(ctx context.Context, requestID string, g Grant) (redirect string, err error) {
	r, row, err := p.pending(ctx, requestID)
	if err != nil {
		return "", err
	}
	client, err := p.cached(ctx, r.ClientID)
	if err != nil {
		return "", err
	}
	if client == nil {
		return "", errGone("the client was ended")
	}
	if err := p.admit(r, &g); err != nil {
		return "", err
	}
	code := secret()
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		if err := p.enter(tx, client, r, &g); err != nil {
			return err
		}
		if r.Backchannel {
			return p.settle(tx, client, r, row.hash, stateApproved, g.ID)
		}
		if err := takeOpen(tx, row.hash, kindPending); err != nil {
			return err
		}
		return p.addCodeFor(tx, r, g, code)
	})
	if err != nil || r.Backchannel {
		return "", err
	}
	return p.response(ctx, client, r, url.Values{"code": {code}})
}

// takeOpen removes a request that waits; another one may have been faster.
func takeOpen(tx *db.Tx, hash []byte, kind string) error {
	_, err := takeRequest(tx, hash, kind)
	if fault.Is(err, fault.NotFound) {
		return errGone("the request was answered a moment ago")
	}
	return err
}

// enter writes down a grant, with what the request says of it.
func (p *Provider) enter(tx *db.Tx, client *Client, r Request, g *Grant) (err error) {
	g.ID, g.ClientID, g.Claims, g.Nonce, g.Sector = id.New[string](tx.Now()), r.ClientID, r.Claims, r.Nonce, client.Sector()
	if g.Subject, err = p.People.Subject(tx.Context(), tx, g.Account, g.Sector); err != nil {
		return err
	}
	return p.addGrant(tx, *g, tx.Now().Add(p.grantLife(client, *g)))
}

func (p *Provider) addCodeFor(tx *db.Tx, r Request, g Grant, code string) error {
	return addCode(tx, hashOf(code), codeRow{
		grantID: g.ID, client: g.ClientID, redirectURI: r.RedirectURI, challenge: r.Challenge, jkt: r.JKT, expiresAt: tx.Now().Add(p.Lifetimes.Code),
	})
}

// grantLife is how long a grant can have tokens.
func (p *Provider) grantLife(c *Client, g Grant) time.Duration {
	life := p.Lifetimes.Code + p.Lifetimes.Backchannel + p.Lifetimes.Access + time.Hour
	if c.may(grantRefresh) && g.offline() {
		life += p.Lifetimes.Refresh
	}
	return life
}

// admit holds what is granted against what was asked, in case a page forgot.
func (p *Provider) admit(r Request, g *Grant) error {
	now := p.Clock()
	wrong := func(why string) error {
		return fault.New(fault.Invalid, "identity.oidc.fault.grant").Because(errors.New("oidc: " + why))
	}
	if g.Scopes == nil {
		g.Scopes = r.Scopes
	}
	if g.Details == nil {
		g.Details = r.Details
	}
	if g.AuthTime.IsZero() {
		g.AuthTime = now
	}
	switch {
	case g.Account == "":
		return wrong("a grant names no account")
	case r.Account != "" && r.Account != g.Account:
		return wrong("the request means somebody else")
	case slices.ContainsFunc(g.Scopes, func(s string) bool { return !r.Has(s) }):
		return wrong("a scope was granted that was not asked for")
	case slices.ContainsFunc(g.Details, func(d AuthorizationDetail) bool { return !typed(r.Details, d.Type) }):
		return wrong("authorization_details were granted of a type that was not asked for")
	case r.MaxAge != nil && g.AuthTime.Add(time.Duration(*r.MaxAge)*time.Second+behind).Before(r.MadeAt):
		return wrong("the person signed in longer ago than max_age")
	case r.Prompts("login") && g.AuthTime.Add(behind).Before(r.MadeAt):
		return wrong("prompt=login, but the person did not sign in again")
	case !meetsACR(r, g.ACR):
		return wrong("the acr that was asked for as essential was not reached")
	}
	return nil
}

func typed(list []AuthorizationDetail, t string) bool {
	return slices.ContainsFunc(list, func(d AuthorizationDetail) bool { return d.Type == t })
}

// meetsACR: OpenID Connect Core, 5.5.1.1: an essential acr is a condition.
func meetsACR(r Request, acr string) bool {
	want := r.Claims.IDToken["acr"]
	if want == nil || !want.Essential || len(want.texts()) == 0 {
		return true
	}
	return contains(want.texts(), acr)
}

// Refuse answers a pending request with an error code of the standards: access_denied,
// login_required, interaction_required, consent_required, unmet_authentication_requirements.
func (p *Provider) Refuse(ctx context.Context, requestID, code, description string) (redirect string, err error) {
	r, row, err := p.pending(ctx, requestID)
	if err != nil {
		return "", err
	}
	client, err := p.cached(ctx, r.ClientID)
	if err != nil {
		return "", err
	}
	if client == nil {
		return "", errGone("the client was ended")
	}
	no := refuse(code, "%s", description)
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		if r.Backchannel {
			return p.settle(tx, client, r, row.hash, no.Code, "")
		}
		if err := takeOpen(tx, row.hash, kindPending); err != nil {
			return err
		}
		return nil
	})
	if err != nil || r.Backchannel {
		return "", err
	}
	return p.refusal(ctx, client, r, no)
}
