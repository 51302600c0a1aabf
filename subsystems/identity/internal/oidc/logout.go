package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/web"
)

// Logout is a service's wish to end a person's session (OpenID Connect RP-Initiated Logout).
type Logout struct {
	ID          string // of the pending request
	ClientID    string
	Account     string // whose; empty when the service did not say
	SID         string // which session, as the service knows it
	RedirectURI string
	State       string
	UILocales   []string
}

// EndSession takes a browser that a service sends to sign out, and leads it to the page
// where the person confirms. An address to come back to is believed only when it is
// registered, character by character, for a client that is known.
func (p *Provider) EndSession(v *web.Visit) error {
	c := p.call(v, pathEndSession)
	path, err := p.logout(c)
	var refused *Refusal
	status := http.StatusSeeOther
	if errors.As(err, &refused) {
		err, status = untrusted("logout", refused), http.StatusBadRequest
	}
	p.note(c, status, refused)
	if err != nil {
		return err
	}
	return c.toPage(path)
}

func (p *Provider) logout(c *call) (string, error) {
	var err error
	if c.q.Method == http.MethodPost {
		err = c.form()
	} else {
		c.params, err = parseParams(c.q.URL.RawQuery)
	}
	if err != nil {
		return "", err
	}
	q := c.params
	l := Logout{RedirectURI: q["post_logout_redirect_uri"], State: q["state"], UILocales: listed(q["ui_locales"])}
	c.locales = l.UILocales
	var claims object
	clientID := q["client_id"]
	if q["id_token_hint"] != "" {
		if claims, err = p.ours(c.ctx, q["id_token_hint"]); err != nil {
			return "", refuse(invalidRequest, "%v", err)
		}
		aud, _ := claims.text("aud")
		if clientID != "" && clientID != aud {
			return "", refuse(invalidRequest, "client_id is not the client of the id_token_hint")
		}
		clientID = aud
		l.SID, _ = claims.text("sid")
	}
	if c.client, err = p.cached(c.ctx, clientID); err != nil {
		return "", err
	}
	if c.client == nil && (clientID != "" || l.RedirectURI != "") {
		return "", refuse(invalidRequest, "client_id or id_token_hint is missing or names no client")
	}
	if l.RedirectURI != "" && !contains(c.client.PostLogoutURIs, l.RedirectURI) {
		return "", refuse(invalidRequest, "post_logout_redirect_uri is not registered, character by character, for this client")
	}
	if len(l.State) > maxState {
		return "", refuse(invalidRequest, "state is longer than %d bytes", maxState)
	}
	l.ClientID = clientID
	return p.keepLogout(c, l, claims)
}

func (p *Provider) keepLogout(c *call, l Logout, claims object) (string, error) {
	r := Request{
		ID: secret(), ClientID: l.ClientID, RedirectURI: l.RedirectURI, State: l.State, UILocales: l.UILocales, Nonce: l.SID,
		MadeAt: c.now, ExpiresAt: c.now.Add(p.Lifetimes.Interaction),
	}
	sub, _ := claims.text("sub")
	if sub != "" {
		err := p.DB.Read(c.ctx, func(tx *db.Tx) (err error) {
			r.Account, err = p.People.Account(c.ctx, tx, sub, c.client.Sector())
			return err
		})
		if err != nil {
			return "", err
		}
	}
	row, err := p.sealRequest(c.ctx, r.ID, kindLogout, r)
	if err == nil {
		err = p.DB.Write(c.ctx, func(tx *db.Tx) error { return addRequest(tx, row) })
	}
	return p.LogoutPage(c.ctx, r.ID), err
}

// PendingLogout reads a wish to sign out, by its id.
func (p *Provider) PendingLogout(ctx context.Context, id string) (Logout, error) {
	var row requestRow
	err := p.DB.Read(ctx, func(tx *db.Tx) (err error) {
		row, err = findRequest(tx, hashOf(id), kindLogout)
		return err
	})
	if fault.Is(err, fault.NotFound) || err == nil && expired(row, p.Clock()) {
		return Logout{}, errGone("there is no such wish to sign out")
	}
	if err != nil {
		return Logout{}, err
	}
	r, err := p.openRequest(ctx, row)
	return Logout{id, r.ClientID, r.Account, r.Nonce, r.RedirectURI, r.State, r.UILocales}, err
}

// IsSession reports whether a session of the caller's is the one that a service names.
func (p *Provider) IsSession(ctx context.Context, l Logout, session string) (bool, error) {
	client, err := p.cached(ctx, l.ClientID)
	if err != nil || client == nil || l.SID == "" {
		return false, err
	}
	sid, err := p.sid(ctx, client.Sector(), session)
	return err == nil && same([]byte(sid), []byte(l.SID)), err
}

// FinishLogout ends what the service itself holds of the session that it named, and, when
// the person agreed, session with everything that hangs on it. It gives the address to go
// back to; empty when the service named none.
func (p *Provider) FinishLogout(ctx context.Context, id, session string) (redirect string, err error) {
	l, err := p.PendingLogout(ctx, id)
	if err != nil {
		return "", err
	}
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		if err := takeOpen(tx, hashOf(id), kindLogout); err != nil {
			return err
		}
		if err := p.endNamed(tx, l); err != nil {
			return err
		}
		return p.End(tx, session)
	})
	if err != nil || l.RedirectURI == "" {
		return "", err
	}
	if l.State == "" {
		return l.RedirectURI, nil
	}
	return withQuery(l.RedirectURI, url.Values{"state": {l.State}})
}

// endNamed ends the service's own part: it says that the person has signed out there.
func (p *Provider) endNamed(tx *db.Tx, l Logout) error {
	if l.SID == "" || l.Account == "" {
		return nil
	}
	grants, err := p.accountGrants(tx, l.Account, l.ClientID)
	if err != nil {
		return err
	}
	for _, g := range grants {
		sid, err := p.sid(tx.Context(), g.Sector, g.SessionID)
		if err != nil {
			return err
		}
		if g.SessionID == "" || !same([]byte(sid), []byte(l.SID)) {
			continue
		}
		if err := p.endOne(tx, g, g.Has("offline_access")); err != nil {
			return err
		}
	}
	return nil
}

// End ends a session: the tokens of its grants, but for offline access, and every service
// that has asked to be told is told (OpenID Connect Back-Channel Logout, 2.5).
func (p *Provider) End(tx *db.Tx, session string) error {
	if session == "" {
		return nil
	}
	grants, err := p.sessionGrants(tx, session)
	if err != nil {
		return err
	}
	for _, g := range grants {
		if err := p.endOne(tx, g, g.Has("offline_access")); err != nil {
			return err
		}
	}
	return nil
}

// EndGrants ends what a person has granted a client, offline access too; an empty client
// means all of them: the account is closed, or was recovered.
func (p *Provider) EndGrants(tx *db.Tx, account, clientID string) error {
	grants, err := p.accountGrants(tx, account, clientID)
	if err != nil {
		return err
	}
	for _, g := range grants {
		if err := p.endOne(tx, g, false); err != nil {
			return err
		}
	}
	return nil
}

// Grants lists what a person has granted and not ended.
func (p *Provider) Grants(tx *db.Tx, account string) ([]Grant, error) {
	return p.accountGrants(tx, account, "")
}

type logoutArgs struct {
	Client  string `json:"client"`
	Grant   string `json:"grant"`
	Subject string `json:"sub"`
	SID     string `json:"sid,omitempty"`
}

func (p *Provider) endOne(tx *db.Tx, g Grant, offline bool) error {
	client, err := readClient(tx, g.ClientID)
	if err != nil {
		return err
	}
	args := logoutArgs{Client: g.ClientID, Grant: g.ID, Subject: g.Subject}
	if g.SessionID != "" {
		if args.SID, err = p.sid(tx.Context(), g.Sector, g.SessionID); err != nil {
			return err
		}
	}
	end := endGrant
	if offline {
		end = leaveSession
	}
	if err := end(tx, g.ID); err != nil || client.BackchannelLogoutURI == "" || !client.EndedAt.IsZero() {
		return err
	}
	key := g.ID // one message for all grants of a session
	if args.SID != "" {
		key = args.SID
	}
	return enqueue(tx, jobLogout, g.ClientID+" "+key, tx.Now(), args)
}

// tellLogout sends a logout token (OpenID Connect Back-Channel Logout, 2.4 and 2.5).
func (p *Provider) tellLogout(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var args logoutArgs
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return fault.New(fault.Invalid, "identity.oidc.fault.malformed").Because(err)
	}
	client, err := p.cached(ctx, args.Client)
	if err != nil || client == nil {
		return err
	}
	now := p.Clock()
	claims := map[string]any{
		"iss": p.Issuer(ctx), "aud": client.ID, "sub": args.Subject, "iat": now.Time().Unix(), "exp": now.Time().Unix() + 120,
		"jti":    id.New[string](now),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": struct{}{}},
	}
	if args.SID != "" {
		claims["sid"] = args.SID
	}
	jwt, err := p.sign(ctx, client.IDTokenAlg, "logout+jwt", claims)
	if err != nil {
		return err
	}
	body := url.Values{"logout_token": {jwt}}.Encode()
	status, err := p.Outside.post(ctx, client.BackchannelLogoutURI, "application/x-www-form-urlencoded", "", []byte(body))
	if err == nil && status != http.StatusOK && status != http.StatusNoContent {
		err = fmt.Errorf("oidc: the logout endpoint answered with %d", status)
	}
	return err
}
