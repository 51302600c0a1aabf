package oidc

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"praya/kernel/when"
	"praya/platform/db"
)

// Request is what a client asks of a person.
type Request struct {
	ID       string `json:"id,omitempty"` // of the pending request: a secret between provider and browser
	ClientID string `json:"client"`

	Scopes    []string              `json:"scopes,omitempty"`
	Claims    ClaimsRequest         `json:"claims"`
	Details   []AuthorizationDetail `json:"details,omitempty"`
	ACRValues []string              `json:"acr,omitempty"`
	MaxAge    *int64                `json:"max_age,omitempty"` // seconds
	Prompt    []string              `json:"prompt,omitempty"`
	LoginHint string                `json:"login_hint,omitempty"`
	// Account is whom the client means: by id_token_hint, or in a backchannel request by
	// either hint. Only this person may answer.
	Account   string   `json:"account,omitempty"`
	UILocales []string `json:"ui_locales,omitempty"`

	Backchannel    bool   `json:"backchannel,omitempty"` // CIBA: no browser waits
	BindingMessage string `json:"binding_message,omitempty"`

	RedirectURI  string       `json:"redirect_uri,omitempty"`
	State        string       `json:"state,omitempty"`
	Nonce        string       `json:"nonce,omitempty"`
	ResponseMode string       `json:"response_mode,omitempty"`
	Challenge    string       `json:"challenge,omitempty"`
	JKT          string       `json:"jkt,omitempty"`
	MadeAt       when.Instant `json:"made_at"`
	ExpiresAt    when.Instant `json:"expires_at"`

	AuthReqID         string   `json:"auth_req_id,omitempty"`
	NotificationToken string   `json:"notification_token,omitempty"`
	Planned           *planned `json:"planned,omitempty"`
}

// Has reports whether a scope was asked for.
func (r Request) Has(scope string) bool { return contains(r.Scopes, scope) }

// Prompts reports whether prompt has a value.
func (r Request) Prompts(value string) bool { return contains(r.Prompt, value) }

// ClaimsRequest is the claims parameter (OpenID Connect Core, 5.5).
type ClaimsRequest struct {
	Userinfo map[string]*ClaimRequest `json:"userinfo,omitempty"`
	IDToken  map[string]*ClaimRequest `json:"id_token,omitempty"`
}

// ClaimRequest is how one claim is asked for; nil when it is by its name alone.
type ClaimRequest struct {
	Essential bool              `json:"essential,omitempty"`
	Value     json.RawMessage   `json:"value,omitempty"`
	Values    []json.RawMessage `json:"values,omitempty"`
	Purpose   string            `json:"purpose,omitempty"`
}

// texts are the values that a claim must have one of.
func (r *ClaimRequest) texts() (out []string) {
	if r == nil {
		return nil
	}
	for _, raw := range append(slices.Clone(r.Values), r.Value) {
		var s string
		if len(raw) > 0 && json.Unmarshal(raw, &s) == nil {
			out = append(out, s)
		}
	}
	return out
}

const (
	maxState   = 2000
	maxText    = 512
	maxDetails = 20
	maxClaims  = 100
)

// destination is where an answer to an authorization request may be sent; until it is
// known, nobody is redirected (RFC 6749, 4.1.2.1).
func destination(c *Client, q params, r *Request) error {
	r.RedirectURI = q["redirect_uri"]
	if r.RedirectURI == "" {
		return refuse(invalidRequest, "redirect_uri is missing")
	}
	if !c.redirectsTo(r.RedirectURI) {
		return refuse(invalidRequest, "redirect_uri is not registered, character by character, for this client")
	}
	return nil
}

// readRequest reads the parameters of an authorization request.
func (p *Provider) readRequest(c *call, q params) (Request, error) {
	r := Request{ClientID: c.client.ID, MadeAt: c.now}
	if err := destination(c.client, q, &r); err != nil {
		return r, err
	}
	for _, read := range []func(*call, params, *Request) error{
		p.readResponse, p.readPKCE, p.readScopes, p.readPrompt, p.readHints, p.readClaims, p.readDetails,
	} {
		if err := read(c, q, &r); err != nil {
			return r, err
		}
	}
	return r, nil
}

func (p *Provider) readResponse(c *call, q params, r *Request) error {
	r.State = q["state"]
	mode := q["response_mode"]
	switch {
	case mode == "" && c.client.signsResponses(), mode == "jwt":
		mode = "query.jwt" // JARM, 2.3.4
	case mode == "":
		mode = "query"
	}
	// From here on an error can be sent: first how, then why.
	r.ResponseMode = mode
	if c.client.signsResponses() {
		r.ResponseMode = "query.jwt"
	}
	if len(r.State) > maxState {
		r.State = ""
		return refuse(invalidRequest, "state is longer than %d bytes", maxState)
	}
	if mode != "query" && mode != "query.jwt" {
		r.ResponseMode = "query"
		return refuse(invalidRequest, "response_mode must be query, query.jwt or jwt")
	}
	if c.client.signsResponses() && mode != "query.jwt" {
		return refuse(invalidRequest, "response_mode must be jwt: this client's responses are signed")
	}
	switch {
	case q["response_type"] == "":
		return refuse(invalidRequest, "response_type is missing")
	case q["response_type"] != "code":
		return refuse(unsupportedResponse, "response_type must be code")
	case !c.client.may(grantCode):
		return refuse(unauthorizedClient, "the client is not registered for authorization_code")
	case q["request_uri"] != "":
		return refuse(invalidRequest, "request_uri is not allowed here (RFC 9126, 2.1)")
	case q["registration"] != "":
		return refuse("registration_not_supported", "registration is not supported")
	}
	if r.Nonce = q["nonce"]; len(r.Nonce) > maxText {
		return refuse(invalidRequest, "nonce is longer than %d bytes", maxText)
	}
	return nil
}

// readPKCE: FAPI 2.0 SP, 5.3.2.2; RFC 7636, 4.3.
func (p *Provider) readPKCE(c *call, q params, r *Request) error {
	r.Challenge, r.JKT = q["code_challenge"], q["dpop_jkt"]
	switch {
	case r.Challenge == "":
		return refuse(invalidRequest, "code_challenge is missing (RFC 7636, 4.3)")
	case q["code_challenge_method"] != "S256":
		return refuse(invalidRequest, "code_challenge_method must be S256")
	case !isThumbprint(r.Challenge):
		return refuse(invalidRequest, "code_challenge must be the base64url form of a SHA-256 hash, 43 characters")
	case r.JKT != "" && !isThumbprint(r.JKT):
		return refuse(invalidRequest, "dpop_jkt must be a SHA-256 thumbprint, 43 characters")
	case c.proof != nil && r.JKT != "" && r.JKT != c.proof.jkt:
		return refuse(invalidRequest, "dpop_jkt is not the key of the DPoP proof (RFC 9449, 10.1)")
	case c.proof != nil:
		r.JKT = c.proof.jkt
	}
	return nil
}

func (p *Provider) readScopes(c *call, q params, r *Request) error {
	scopes, err := p.allowedScopes(c.client, q["scope"])
	r.Scopes = scopes
	return err
}

// allowedScopes checks a list against what exists and what the client is registered for.
// Without a list it is all that the client is registered for (RFC 6749, 3.3).
func (p *Provider) allowedScopes(client *Client, asked string) ([]string, error) {
	registered := listed(client.Scope)
	if asked == "" {
		return registered, nil
	}
	scopes := listed(asked)
	for _, s := range scopes {
		if !contains(registered, s) {
			return nil, refuse(invalidScope, "the scope %s is not registered for this client", clip(s))
		}
	}
	return scopes, nil
}

func (p *Provider) readPrompt(c *call, q params, r *Request) error {
	r.Prompt = listed(q["prompt"])
	for _, w := range r.Prompt {
		if w != "none" && w != "login" && w != "consent" && w != "select_account" {
			return refuse(invalidRequest, "prompt may hold none, login, consent and select_account")
		}
	}
	if len(r.Prompt) > 1 && contains(r.Prompt, "none") {
		return refuse(invalidRequest, "prompt=none stands alone (OpenID Connect Core, 3.1.2.1)")
	}
	r.MaxAge = c.client.DefaultMaxAge
	if text := q["max_age"]; text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil || n < 0 {
			return refuse(invalidRequest, "max_age must be a whole number of seconds")
		}
		r.MaxAge = &n
	}
	r.ACRValues = listed(q["acr_values"])
	if len(r.ACRValues) == 0 {
		r.ACRValues = c.client.DefaultACR
	}
	r.UILocales = listed(q["ui_locales"])
	if len(q["acr_values"]) > maxText || len(q["ui_locales"]) > maxText {
		return refuse(invalidRequest, "acr_values and ui_locales may be %d bytes long", maxText)
	}
	return nil
}

func (p *Provider) readHints(c *call, q params, r *Request) error {
	if r.LoginHint = q["login_hint"]; len(r.LoginHint) > maxText {
		return refuse(invalidRequest, "login_hint is longer than %d bytes", maxText)
	}
	if q["id_token_hint"] == "" {
		return nil
	}
	account, err := p.hinted(c, q["id_token_hint"])
	r.Account = account
	return err
}

// hinted is the person of an id_token_hint, which must be ours and this client's.
func (p *Provider) hinted(c *call, hint string) (account string, err error) {
	claims, err := p.ours(c.ctx, hint)
	if err != nil {
		return "", refuse(invalidRequest, "%v", err)
	}
	if aud, _ := claims.text("aud"); aud != c.client.ID {
		return "", refuse(invalidRequest, "the id_token_hint was given to another client")
	}
	sub, _ := claims.text("sub")
	err = p.DB.Read(c.ctx, func(tx *db.Tx) error {
		account, err = p.People.Account(c.ctx, tx, sub, c.client.Sector())
		return err
	})
	if err == nil && account == "" {
		return "", refuse(loginRequired, "the person of the id_token_hint cannot sign in")
	}
	return account, err
}

func (p *Provider) readClaims(_ *call, q params, r *Request) error {
	if q["claims"] == "" {
		return nil
	}
	claims, err := readClaimsRequest([]byte(q["claims"]))
	if err != nil {
		return refuse(invalidRequest, "claims %v", err)
	}
	r.Claims = claims
	return nil
}

// readClaimsRequest reads the claims parameter (OpenID Connect Core, 5.5). Members it
// does not know are passed over.
func readClaimsRequest(raw []byte) (ClaimsRequest, error) {
	var out ClaimsRequest
	o, err := readObject(raw)
	if err != nil {
		return out, err
	}
	for name, into := range map[string]*map[string]*ClaimRequest{"userinfo": &out.Userinfo, "id_token": &out.IDToken} {
		if !o.has(name) {
			continue
		}
		if json.Unmarshal(o[name], into) != nil {
			return out, refusedClaims(name)
		}
		if len(*into) > maxClaims {
			return out, refusedClaims(name)
		}
	}
	return out, nil
}

func refusedClaims(name string) error {
	return &malformed{"has a member " + name + " that is not an object of at most " + strconv.Itoa(maxClaims) + " claims, each null or an object"}
}

// malformed says what is wrong with something that the caller names.
type malformed struct{ what string }

func (m *malformed) Error() string { return m.what }

func (p *Provider) readDetails(c *call, q params, r *Request) (err error) {
	r.Details, err = p.allowedDetails(c.ctx, c.client, q["authorization_details"])
	return err
}

// allowedDetails reads authorization_details and asks whether the client may have them.
func (p *Provider) allowedDetails(ctx context.Context, client *Client, raw string) ([]AuthorizationDetail, error) {
	if raw == "" {
		return nil, nil
	}
	details, err := readDetails([]byte(raw))
	if err != nil {
		return nil, refuse(invalidDetails, "authorization_details %v", err)
	}
	for _, d := range details {
		if !contains(p.DetailTypes, d.Type) || len(client.DetailTypes) > 0 && !contains(client.DetailTypes, d.Type) {
			return nil, refuse(invalidDetails, "authorization_details has a type that does not exist or is not registered for this client: %s", clip(d.Type))
		}
		if p.Detail == nil {
			continue
		}
		if err := p.Detail(ctx, client, d); err != nil {
			return nil, refuse(invalidDetails, "authorization_details of type %s: %v", d.Type, err)
		}
	}
	return details, nil
}

// readDetails reads a list of objects that each have a type (RFC 9396, 2).
func readDetails(raw []byte) ([]AuthorizationDetail, error) {
	if err := checkJSON(raw); err != nil {
		return nil, err
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil, &malformed{"is not a JSON list"}
	}
	if len(list) == 0 || len(list) > maxDetails {
		return nil, &malformed{"must have 1 to " + strconv.Itoa(maxDetails) + " elements"}
	}
	var out []AuthorizationDetail
	for _, one := range list {
		o, err := readObject(one)
		if err != nil {
			return nil, &malformed{"has an element that " + strings.TrimPrefix(err.Error(), "has ")}
		}
		t, _ := o.text("type")
		if t == "" {
			return nil, &malformed{"has an element without a type"}
		}
		out = append(out, AuthorizationDetail{t, one})
	}
	return out, nil
}
