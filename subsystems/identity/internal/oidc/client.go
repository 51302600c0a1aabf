package oidc

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

// Kind is how a client speaks with the provider.
type Kind string

// The kinds of client.
const (
	FAPI           Kind = "fapi"                 // FAPI 2.0 Security Profile
	MessageSigning Kind = "fapi-message-signing" // and signed requests (JAR); responses (JARM): either or both
	Plain          Kind = "plain"                // OpenID Connect with code, PKCE and a secret; allowed one by one
)

// Client is an online service as the protocol knows it.
type Client struct {
	ID   string
	Kind Kind
	Metadata
	MadeAt  when.Instant
	EndedAt when.Instant
	Version int64

	secret []byte // SHA-256
	keys   keySet // of Metadata.JWKS
}

// Metadata is what a client is registered with, by the names of RFC 7591, 2, OpenID
// Connect Registration, CIBA Core, RFC 9126, 9396 and 9449.
type Metadata struct {
	Name            string          `json:"client_name,omitempty"`
	ClientURI       string          `json:"client_uri,omitempty"`
	LogoURI         string          `json:"logo_uri,omitempty"`
	PolicyURI       string          `json:"policy_uri,omitempty"`
	TermsURI        string          `json:"tos_uri,omitempty"`
	Contacts        []string        `json:"contacts,omitempty"`
	ApplicationType string          `json:"application_type,omitempty"`
	RedirectURIs    []string        `json:"redirect_uris,omitempty"`
	GrantTypes      []string        `json:"grant_types,omitempty"`
	ResponseTypes   []string        `json:"response_types,omitempty"`
	Scope           string          `json:"scope,omitempty"`
	JWKSURI         string          `json:"jwks_uri,omitempty"`
	JWKS            json.RawMessage `json:"jwks,omitempty"`
	DetailTypes     []string        `json:"authorization_details_types,omitempty"`

	AuthMethod string `json:"token_endpoint_auth_method,omitempty"`
	AuthAlg    string `json:"token_endpoint_auth_signing_alg,omitempty"`

	SubjectType     string   `json:"subject_type,omitempty"`
	SectorURI       string   `json:"sector_identifier_uri,omitempty"`
	DefaultMaxAge   *int64   `json:"default_max_age,omitempty"`
	DefaultACR      []string `json:"default_acr_values,omitempty"`
	RequireAuthTime bool     `json:"require_auth_time,omitempty"`
	InitiateLogin   string   `json:"initiate_login_uri,omitempty"`

	IDTokenAlg       string `json:"id_token_signed_response_alg,omitempty"`
	IDTokenKeyAlg    string `json:"id_token_encrypted_response_alg,omitempty"`
	IDTokenEnc       string `json:"id_token_encrypted_response_enc,omitempty"`
	UserinfoAlg      string `json:"userinfo_signed_response_alg,omitempty"`
	UserinfoKeyAlg   string `json:"userinfo_encrypted_response_alg,omitempty"`
	UserinfoEnc      string `json:"userinfo_encrypted_response_enc,omitempty"`
	RequestAlg       string `json:"request_object_signing_alg,omitempty"`
	ResponseAlg      string `json:"authorization_signed_response_alg,omitempty"`
	ResponseKeyAlg   string `json:"authorization_encrypted_response_alg,omitempty"`
	ResponseEnc      string `json:"authorization_encrypted_response_enc,omitempty"`
	IntrospectionAlg string `json:"introspection_signed_response_alg,omitempty"`

	PostLogoutURIs           []string `json:"post_logout_redirect_uris,omitempty"`
	BackchannelLogoutURI     string   `json:"backchannel_logout_uri,omitempty"`
	BackchannelLogoutSession bool     `json:"backchannel_logout_session_required,omitempty"`

	BackchannelMode     string `json:"backchannel_token_delivery_mode,omitempty"`
	BackchannelEndpoint string `json:"backchannel_client_notification_endpoint,omitempty"`
	BackchannelAlg      string `json:"backchannel_authentication_request_signing_alg,omitempty"`
	BackchannelUserCode bool   `json:"backchannel_user_code_parameter,omitempty"`

	RequirePAR    bool `json:"require_pushed_authorization_requests,omitempty"`
	RequireSigned bool `json:"require_signed_request_object,omitempty"`
	BoundTokens   bool `json:"dpop_bound_access_tokens,omitempty"`
	MTLSTokens    bool `json:"tls_client_certificate_bound_access_tokens,omitempty"`

	// Ours: the kind of client, for a resource server the scopes that it serves (it may
	// introspect tokens that have one of them), and in the sandbox the code of the bureau or
	// department that answers for it. In production an officer's own department does.
	Profile    string `json:"praya_profile,omitempty"`
	Serves     string `json:"praya_serves_scope,omitempty"`
	Department string `json:"praya_department,omitempty"`
}

// Sector is the part of the world in which a person has one and the same sub (OpenID
// Connect Core, 8.1). Loopback is no party, so such clients each have their own.
func (c *Client) Sector() string {
	if c.SectorURI != "" {
		return hostOf(c.SectorURI)
	}
	if len(c.RedirectURIs) > 0 {
		if h := hostOf(c.RedirectURIs[0]); h != "" && !isLoopback(h) {
			return h
		}
	}
	return c.ID
}

func (c *Client) may(grant string) bool { return contains(c.GrantTypes, grant) }
func (c *Client) fapi() bool            { return c.Kind != Plain }

// signsResponses reports whether all its answers are signed (JARM), which is an option of
// its own in FAPI 2.0 Message Signing (5.4).
func (c *Client) signsResponses() bool { return c.Kind == MessageSigning && c.ResponseAlg != "" }

// bound reports whether its tokens must be bound to a key (FAPI 2.0 SP, 5.3.2.1).
func (c *Client) bound() bool { return c.fapi() || c.BoundTokens }

// SaveClient registers a client or changes it: for the service that approves online
// services. secret is a plain client's new secret, or empty to keep what it has; Version
// must be the one that was read, 0 for a new client.
func (p *Provider) SaveClient(tx *db.Tx, c Client, secret string) error {
	if err := c.check(tx.Realm()); err != nil {
		return err
	}
	if secret != "" {
		c.secret = hashOf(secret)
	}
	p.clients.forget(tx.Realm(), c.ID)
	return saveClient(tx, c)
}

// EndClient refuses a client from now on, and ends all that was granted to it.
func (p *Provider) EndClient(tx *db.Tx, id string) error {
	if err := tx.Change(sqlEndClient, tx.Realm(), id, tx.Now()); err != nil {
		return err
	}
	if err := endClient(tx, id); err != nil {
		return err
	}
	p.clients.forget(tx.Realm(), id)
	return nil
}

// Client reads a client.
func (p *Provider) Client(ctx context.Context, id string) (c *Client, err error) {
	err = p.DB.ReadLatest(ctx, func(tx *db.Tx) error {
		c, err = readClient(tx, id)
		return err
	})
	return c, err
}

// stale bounds how long a process may go on with what another one has changed.
const stale = time.Second

// cached gives a client that is at most a second old; nil when there is none.
func (p *Provider) cached(ctx context.Context, id string) (*Client, error) {
	if id == "" || len(id) > 200 {
		return nil, nil
	}
	realm, now := who.From(ctx).Realm, p.Clock()
	if c, ok := p.clients.get(realm, id, now); ok {
		return c, nil
	}
	c, err := p.Client(ctx, id)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case !c.EndedAt.IsZero():
		return nil, nil
	}
	p.clients.put(realm, c, now)
	return c, nil
}

type clientKey struct {
	realm who.Realm
	id    string
}

type clientEntry struct {
	client *Client
	at     when.Instant
}

// clientCache keeps what was read a moment ago. It is bounded: when it is full, it
// begins anew.
type clientCache struct {
	mu   sync.RWMutex
	kept map[clientKey]clientEntry
}

func (k *clientCache) get(realm who.Realm, id string, now when.Instant) (*Client, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	e, ok := k.kept[clientKey{realm, id}]
	if !ok || now.Sub(e.at) >= stale || now.Before(e.at) {
		return nil, false
	}
	return e.client, true
}

func (k *clientCache) put(realm who.Realm, c *Client, now when.Instant) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || len(k.kept) >= 4096 {
		k.kept = map[clientKey]clientEntry{}
	}
	k.kept[clientKey{realm, c.ID}] = clientEntry{c, now}
}

func (k *clientCache) forget(realm who.Realm, id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.kept, clientKey{realm, id})
}
