package oidc

import (
	"context"
	"embed"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
)

//go:embed words/*.json
var wordFiles embed.FS

// Words is what the protocol says to persons whose browser cannot be sent on.
func Words() words.Source { return words.Source{Prefix: "identity.oidc", Files: wordFiles} }

// Config is what a provider is made of. DB, Ring, People, Issuer, Clock and Log must be there.
type Config struct {
	DB     *db.DB
	Ring   *sign.Ring
	People People
	Clock  when.Clock
	Log    *slog.Logger

	// Issuer is the issuer of the context's realm: see IssuerAt.
	Issuer func(ctx context.Context) string
	// Interaction and LogoutPage are the paths, without a language, of the pages where a
	// person answers a request and confirms the end of a session.
	Interaction, LogoutPage func(ctx context.Context, id string) string

	// Answer answers a request in a person's place, for the personas of the sandbox; nil
	// for a request that waits for a person. It is asked in the sandbox only.
	Answer func(ctx context.Context, r Request) (*Decision, error)
	// MayAsk refuses a backchannel request to a person who was asked too often.
	MayAsk func(ctx context.Context, account string) error
	// Asked is told of a backchannel request in the transaction that stores it, so that the
	// person can be told.
	Asked func(tx *db.Tx, r Request) error
	// Note gets each message for the developer's log; no secret, token or personal datum is in it.
	Note func(ctx context.Context, m Message)
	// Limit may refuse a message before it is read, with a fault of the kind TooMany; for
	// limits by address. Failed is told of a client that could not prove who it is.
	Limit  func(v *web.Visit, endpoint string) error
	Failed func(v *web.Visit, clientID string)
	// Admit may refuse a client that has proven who it is: for limits by client.
	Admit func(ctx context.Context, clientID string) error
	// Department refuses a code that names no bureau or department, when a client registers
	// itself with one; its error is told to the developer.
	Department func(ctx context.Context, code string) error
	// Detail checks what a type of authorization_details holds; its error is told to the developer.
	Detail func(ctx context.Context, c *Client, d AuthorizationDetail) error

	Scopes      map[string][]string // further scopes, each with the claims that it stands for
	Claims      []string            // claims that exist, for discovery
	ACRs        []string            // authentication contexts that exist, the lowest first
	DetailTypes []string            // types of authorization_details that exist
	Outside     *Outside
	Lifetimes   Lifetimes
}

// Lifetimes are how long things live. The zero value has the defaults named.
type Lifetimes struct {
	Pushed      time.Duration // request_uri: 90 s (FAPI 2.0 SP, 5.3.2.2: less than 600)
	Interaction time.Duration // a person's time to answer: 10 min
	Code        time.Duration // 60 s (FAPI 2.0 SP, 5.3.2.2: at most)
	Access      time.Duration // 10 min
	Refresh     time.Duration // 90 days
	IDToken     time.Duration // 10 min
	Backchannel time.Duration // an auth_req_id: 5 min
	Poll        time.Duration // between two polls: 5 s
	Publish     time.Duration // how long a key is published before it signs: 10 min
}

func (l *Lifetimes) defaults() {
	set := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	set(&l.Pushed, 90*time.Second)
	set(&l.Interaction, 10*time.Minute)
	set(&l.Code, 60*time.Second)
	set(&l.Access, 10*time.Minute)
	set(&l.Refresh, 90*24*time.Hour)
	set(&l.IDToken, 10*time.Minute)
	set(&l.Backchannel, 5*time.Minute)
	set(&l.Poll, 5*time.Second)
	set(&l.Publish, 10*time.Minute)
}

// People is what the protocol must ask about persons. An account is a name of the
// caller's own; it never leaves.
type People interface {
	// Subject is the person's sub in a sector, made on the first use.
	Subject(ctx context.Context, tx *db.Tx, account, sector string) (string, error)
	// Account finds the person whose sub in a sector this is; empty when there is none.
	Account(ctx context.Context, tx *db.Tx, subject, sector string) (string, error)
	// Claims gives those of the named claims that the grant allows.
	Claims(ctx context.Context, tx *db.Tx, g Grant, names []string) (map[string]any, error)
	// Released gives the authorization_details of a grant with the values that the person
	// has released, for the userinfo answer.
	Released(ctx context.Context, tx *db.Tx, g Grant) ([]AuthorizationDetail, error)
	// FindHint finds whom a login_hint of a backchannel request means. Empty without an
	// error makes a request that nobody will ever answer: so strangers learn nothing.
	FindHint(ctx context.Context, hint string) (account string, err error)
}

// Decision is an answer that is given without a page.
type Decision struct {
	Grant       Grant
	Error       string // a code instead of a grant: access_denied
	Description string
	After       time.Duration // a backchannel request is answered only then
}

// Message is one exchange of the protocol, for the developer's request log.
type Message struct {
	Realm       who.Realm
	Endpoint    string
	ClientID    string
	Parameters  map[string]string
	Status      int
	Outcome     string // ok, or the error's code
	Description string
	At          when.Instant
	RequestID   string
}

// AuthorizationDetail is one element of authorization_details (RFC 9396, 2).
type AuthorizationDetail struct {
	Type string
	Raw  json.RawMessage // the whole object
}

// MarshalJSON gives the object as it is.
func (d AuthorizationDetail) MarshalJSON() ([]byte, error) { return d.Raw, nil }

// UnmarshalJSON reads an object with a type.
func (d *AuthorizationDetail) UnmarshalJSON(raw []byte) error {
	var head struct {
		Type string `json:"type"`
	}
	err := json.Unmarshal(raw, &head)
	d.Type, d.Raw = head.Type, append(json.RawMessage(nil), raw...)
	return err
}

// Provider is an OpenID Provider for both realms. It is safe for concurrent use.
type Provider struct {
	Config
	clients clientCache
	fetched fetched
	keyRing keyCache
}

// New makes a provider.
func New(c Config) *Provider {
	c.Lifetimes.defaults()
	if c.Outside == nil {
		c.Outside = NewOutside()
	}
	if c.Interaction == nil {
		c.Interaction = func(_ context.Context, id string) string { return "/identity/request/" + id }
	}
	if c.LogoutPage == nil {
		c.LogoutPage = func(_ context.Context, id string) string { return "/identity/logout/" + id }
	}
	return &Provider{Config: c}
}

// SandboxPath stands before every path of the sandbox.
const SandboxPath = "/sandbox"

// IssuerAt gives the issuers of a site: its origin, and a path under it for the sandbox.
func IssuerAt(origin string) func(context.Context) string {
	origin = strings.TrimSuffix(origin, "/")
	return func(ctx context.Context) string {
		if who.From(ctx).Realm == who.Sandbox {
			return origin + SandboxPath
		}
		return origin
	}
}
