package oidc

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/web"
)

// BackchannelAuthorize takes a request that a person answers on the phone while the
// service waits elsewhere (CIBA Core, 7; FAPI-CIBA, 5.2.2).
func (p *Provider) BackchannelAuthorize(v *web.Visit) error {
	return p.answer(v, pathBackchannel, p.ask)
}

// planned is an answer of a persona that takes its time.
type planned struct {
	Grant   Grant  `json:"grant"`
	Account string `json:"account"`
	Session string `json:"session"`
	Error   string `json:"error,omitempty"`
	Said    string `json:"said,omitempty"`
}

func (p *Provider) ask(c *call) (*reply, error) {
	if err := c.form(); err != nil {
		return nil, err
	}
	if err := p.authenticate(c); err != nil {
		return nil, err
	}
	if !c.client.may(grantBackchannel) {
		return nil, refuse(unauthorizedClient, "the client is not registered for %s", grantBackchannel)
	}
	q, err := p.requestParams(c, c.client.BackchannelAlg)
	if err != nil {
		return nil, err
	}
	if err := c.signedOnce(); err != nil {
		return nil, err
	}
	r, err := p.readAsk(c, q)
	if err != nil {
		return nil, err
	}
	decision, err := p.decide(c.ctx, r)
	if err != nil {
		return nil, err
	}
	if decision != nil && decision.After > 0 {
		d := decision
		r.Planned = &planned{d.Grant, d.Grant.Account, d.Grant.SessionID, d.Error, d.Description}
	}
	row, err := p.sealRequest(c.ctx, r.AuthReqID, kindBackchannel, r)
	if err != nil {
		return nil, err
	}
	row.pause = int64(p.Lifetimes.Poll.Seconds())
	err = p.write(c.ctx, func(tx *db.Tx) error {
		if err := c.spend(tx); err != nil {
			return err
		}
		if err := p.keepAsk(tx, row, r, decision); err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if decision != nil && decision.After <= 0 {
		if _, err := p.carryOut(c.ctx, r.ID, *decision); err != nil {
			return nil, err
		}
	}
	return okJSON(http.StatusOK, struct {
		ID        string `json:"auth_req_id"`
		ExpiresIn int64  `json:"expires_in"`
		Interval  int64  `json:"interval"`
	}{r.AuthReqID, int64(r.ExpiresAt.Sub(c.now).Seconds()), row.pause})
}

// signedOnce: a signed backchannel request has a jti (CIBA Core, 7.1.1). No request_uri
// stands between it and the person's phone, so it is good for once.
func (c *call) signedOnce() error {
	if c.params["request"] == "" {
		return nil
	}
	if c.objectID == "" || len(c.objectID) > maxText {
		return refuse(invalidRequestObject, "the request object's jti is missing or too long (CIBA Core, 7.1.1)")
	}
	c.once = append(c.once, replay{
		onceHash("request", c.client.ID, c.objectID), c.objectEnds, refuse(invalidRequestObject, "the request object's jti was used before"),
	})
	return nil
}

func (p *Provider) keepAsk(tx *db.Tx, row requestRow, r Request, decision *Decision) error {
	if err := addRequest(tx, row); err != nil {
		return err
	}
	if r.Planned != nil {
		return enqueue(tx, jobAnswer, hexOf(row.hash), tx.Now().Add(decision.After), hashArgs{hexOf(row.hash)})
	}
	if p.Asked != nil && r.Account != "" && decision == nil {
		return p.Asked(tx, r)
	}
	return nil
}

const (
	maxBinding  = 20 // characters that fit on every phone
	maxTokenLen = 1024
)

// readAsk reads the parameters of a backchannel request (CIBA Core, 7.1).
func (p *Provider) readAsk(c *call, q params) (Request, error) {
	r := Request{
		ClientID: c.client.ID, Backchannel: true, ID: secret(), AuthReqID: secret(), MadeAt: c.now,
		BindingMessage: q["binding_message"], NotificationToken: q["client_notification_token"],
	}
	if !contains(listed(q["scope"]), "openid") {
		return r, refuse(invalidScope, "scope must hold openid (CIBA Core, 7.1)")
	}
	for _, read := range []func(*call, params, *Request) error{
		p.readScopes, p.readPrompt, p.readClaims, p.readDetails, readBinding, readNotification, p.readExpiry, p.readWhom,
	} {
		if err := read(c, q, &r); err != nil {
			return r, err
		}
	}
	return r, nil
}

func readBinding(_ *call, q params, r *Request) error {
	if len(r.BindingMessage) > maxBinding || strings.ContainsFunc(r.BindingMessage, func(x rune) bool { return !plain(x) }) {
		return refuse(invalidBindingMessage, "binding_message must be at most %d characters of A-Z, a-z, 0-9, space, - and _", maxBinding)
	}
	if q["user_code"] != "" {
		return refuse(invalidRequest, "user_code is not supported")
	}
	return nil
}

func plain(x rune) bool {
	return x >= 'a' && x <= 'z' || x >= 'A' && x <= 'Z' || x >= '0' && x <= '9' || x == ' ' || x == '-' || x == '_'
}

func readNotification(c *call, _ params, r *Request) error {
	if c.client.BackchannelMode != "ping" {
		r.NotificationToken = ""
		return nil
	}
	// CIBA Core, 7.1: a bearer token of at most 1024 characters (RFC 6750, 2.1).
	odd := strings.ContainsFunc(r.NotificationToken, func(x rune) bool {
		return x > 0x7e || !plain(x) && !strings.ContainsRune(".~+/=", x) || x == ' '
	})
	if r.NotificationToken == "" || len(r.NotificationToken) > maxTokenLen || odd {
		return refuse(invalidRequest, "client_notification_token must be a bearer token of at most %d characters", maxTokenLen)
	}
	return nil
}

func (p *Provider) readExpiry(c *call, q params, r *Request) error {
	life := p.Lifetimes.Backchannel
	if text := q["requested_expiry"]; text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil || n <= 0 {
			return refuse(invalidRequest, "requested_expiry must be a positive whole number of seconds")
		}
		life = min(2*p.Lifetimes.Backchannel, time.Duration(n)*time.Second)
	}
	r.ExpiresAt = c.now.Add(life)
	return nil
}

// readWhom: exactly one hint (CIBA Core, 7.1).
func (p *Provider) readWhom(c *call, q params, r *Request) (err error) {
	hints := 0
	for _, name := range []string{"login_hint", "id_token_hint", "login_hint_token"} {
		if q[name] != "" {
			hints++
		}
	}
	switch {
	case hints != 1:
		return refuse(invalidRequest, "exactly one of login_hint and id_token_hint is needed")
	case q["login_hint_token"] != "":
		return refuse(invalidRequest, "login_hint_token is not supported: use login_hint or id_token_hint")
	case q["id_token_hint"] != "":
		r.Account, err = p.hinted(c, q["id_token_hint"])
		return p.mayAsk(c, r.Account, err)
	}
	if r.LoginHint = q["login_hint"]; len(r.LoginHint) > maxText {
		return refuse(invalidRequest, "login_hint is longer than %d bytes", maxText)
	}
	r.Account, err = p.People.FindHint(c.ctx, r.LoginHint)
	if fault.Is(err, fault.NotFound) {
		return refuse(unknownUser, "login_hint names nobody")
	}
	return p.mayAsk(c, r.Account, err)
}

// mayAsk is the limit of what one person's phone is asked, by whichever hint and client.
func (p *Provider) mayAsk(c *call, account string, err error) error {
	if err != nil || account == "" || p.MayAsk == nil {
		return err
	}
	return p.MayAsk(c.ctx, account)
}

// byBackchannel is the CIBA grant: the client asks whether the person has answered (CIBA
// Core, 10 and 11).
func (p *Provider) byBackchannel(c *call, tx *db.Tx) (issue, error) {
	text := c.params["auth_req_id"]
	if text == "" {
		return issue{}, refuse(invalidRequest, "auth_req_id is missing")
	}
	row, err := findRequest(tx, hashOf(text), kindBackchannel)
	switch {
	case fault.Is(err, fault.NotFound) || err == nil && row.client != c.client.ID:
		return issue{}, refuse(invalidGrant, "the auth_req_id is unknown, was used or is another client's")
	case err != nil:
		return issue{}, err
	case expired(row, c.now):
		return issue{}, refuse(expiredToken, "the auth_req_id has expired")
	case row.state == stateOpen:
		return issue{}, p.notYet(c, tx, row)
	}
	if _, err := takeRequest(tx, row.hash, kindBackchannel); err != nil {
		return issue{}, err
	}
	if row.state != stateApproved {
		return issue{}, refuse(accessDenied, "the person refused, or could not: %s", row.state)
	}
	g, err := p.grant(tx, row.grantID)
	if fault.Is(err, fault.NotFound) {
		return issue{}, refuse(invalidGrant, "the grant was revoked")
	}
	if err != nil {
		return issue{}, err
	}
	return p.forPerson(c, tx, g)
}

// notYet: each time a client asks too soon, it must wait five seconds longer (CIBA Core, 11).
func (p *Provider) notYet(c *call, tx *db.Tx, row requestRow) error {
	const tolerance = 500 * time.Millisecond
	soon := !row.polledAt.IsZero() && tx.Now().Sub(row.polledAt) < time.Duration(row.pause)*time.Second-tolerance
	if soon {
		row.pause += 5
	}
	if err := notePoll(tx, row.hash, row.pause); err != nil {
		return err
	}
	if soon {
		return refuse(slowDown, "wait %d seconds between two questions", row.pause)
	}
	return refuse(authorizationPending, "the person has not answered yet")
}

// settle notes the answer to a backchannel request, and tells a client that wants to be told.
func (p *Provider) settle(tx *db.Tx, c *Client, r Request, hash []byte, state, grantID string) error {
	err := settleRequest(tx, hash, state, grantID)
	if fault.Is(err, fault.Conflict) {
		return errGone("the request was answered a moment ago")
	}
	if err != nil || c.BackchannelMode != "ping" || r.NotificationToken == "" {
		return err
	}
	return enqueue(tx, jobPing, hexOf(hash), tx.Now(), hashArgs{hexOf(hash)})
}

// ping tells a client that there is an answer (CIBA Core, 10.2).
func (p *Provider) ping(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	r, client, err := p.asked(ctx, j)
	if err != nil || client == nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"auth_req_id": r.AuthReqID})
	if err != nil {
		return err
	}
	status, err := p.Outside.post(ctx, client.BackchannelEndpoint, "application/json", r.NotificationToken, body)
	if err == nil && status >= 300 {
		err = fmt.Errorf("oidc: the notification endpoint answered with %d", status)
	}
	return err
}

// carryOutPlanned gives a persona's answer when its time has come.
func (p *Provider) carryOutPlanned(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	r, client, err := p.asked(ctx, j)
	if err != nil || client == nil || r.Planned == nil {
		return err
	}
	d := Decision{Grant: r.Planned.Grant, Error: r.Planned.Error, Description: r.Planned.Said}
	d.Grant.Account, d.Grant.SessionID = r.Planned.Account, r.Planned.Session
	_, err = p.carryOut(ctx, r.ID, d)
	if fault.Is(err, fault.Invalid) {
		return nil // it has expired or was answered: there is nothing left to do
	}
	return err
}

// asked reads the backchannel request of a job; no client when it has gone.
func (p *Provider) asked(ctx context.Context, j jobs.Job) (r Request, c *Client, err error) {
	hash, err := readHashArgs(j.Args)
	if err != nil {
		return r, nil, err
	}
	var row requestRow
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		row, err = findRequest(tx, hash, kindBackchannel)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return r, nil, nil
	}
	if err != nil {
		return r, nil, err
	}
	if r, err = p.openRequest(ctx, row); err != nil {
		return r, nil, err
	}
	c, err = p.cached(ctx, r.ClientID)
	return r, c, err
}
