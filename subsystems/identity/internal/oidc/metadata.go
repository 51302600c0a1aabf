package oidc

import (
	"context"
	"encoding/json"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"praya/kernel/who"
)

// The grant types.
const (
	grantCode        = "authorization_code"
	grantRefresh     = "refresh_token"
	grantClient      = "client_credentials"
	grantBackchannel = "urn:openid:params:grant-type:ciba"
)

const (
	byKey   = "private_key_jwt"
	byBasic = "client_secret_basic"
	byPost  = "client_secret_post"

	maxURIs      = 20
	maxURI       = 2000
	defaultScope = "openid"
)

// ReadMetadata reads client metadata as a developer sends it (RFC 7591, 2), and fills
// in what was left out. Members that it does not know are passed over (RFC 7591, 2).
func (p *Provider) ReadMetadata(ctx context.Context, raw []byte) (Client, error) {
	if len(raw) > maxBody {
		return Client{}, refuse(invalidMetadata, "the metadata are larger than %d bytes", maxBody)
	}
	if _, err := readObject(raw); err != nil {
		return Client{}, refuse(invalidMetadata, "the metadata %v", shaped(err))
	}
	var c Client
	if err := json.Unmarshal(raw, &c.Metadata); err != nil {
		return Client{}, refuse(invalidMetadata, "a member of the metadata has the wrong type")
	}
	if c.Scope == "" { // RFC 7591, 2: a default set
		c.Scope = strings.Join(p.scopesSupported(), " ")
	}
	c.DetailTypes = p.knownTypes(c.DetailTypes)
	return c, c.check(who.From(ctx).Realm)
}

// shaped mends "the metadata is": they are many.
func shaped(err error) string { return strings.Replace(err.Error(), "is ", "are ", 1) }

// check fills in defaults and refuses what is not allowed.
func (c *Client) check(realm who.Realm) error {
	c.defaults()
	for _, check := range []func(who.Realm) *Refusal{
		c.checkKind, c.checkTexts, c.checkRedirects, c.checkURIs, c.checkSector, c.checkGrants,
		c.checkAlgorithms, c.checkKeys, c.checkBackchannel,
	} {
		if r := check(realm); r != nil {
			return r
		}
	}
	return nil
}

func (c *Client) defaults() {
	fill := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	if c.AuthMethod == "" && (len(c.JWKS) > 0 || c.JWKSURI != "") {
		c.AuthMethod = byKey
	}
	fill(&c.AuthMethod, byBasic) // RFC 7591, 2
	if c.Kind == "" {
		c.Kind = Kind(c.Profile)
	}
	if c.Kind == MessageSigning && !c.RequireSigned && c.ResponseAlg == "" {
		c.RequireSigned, c.ResponseAlg = true, "ES256" // the whole profile; who names its parts gets those
	}
	if c.Kind == "" {
		c.Kind = c.derived()
	}
	c.Profile = string(c.Kind)
	fill(&c.ApplicationType, "web")
	fill(&c.SubjectType, "pairwise")
	fill(&c.Scope, defaultScope)
	fill(&c.IDTokenAlg, "ES256")
	if len(c.GrantTypes) == 0 {
		c.GrantTypes = []string{grantCode}
	}
	if len(c.ResponseTypes) == 0 && c.may(grantCode) {
		c.ResponseTypes = []string{"code"}
	}
	if c.RequireSigned {
		fill(&c.RequestAlg, "ES256")
	}
	if c.fapi() {
		c.RequirePAR, c.BoundTokens = true, true
	}
	if c.may(grantBackchannel) {
		fill(&c.BackchannelMode, "poll")
	}
	for _, pair := range [][2]*string{{&c.IDTokenKeyAlg, &c.IDTokenEnc}, {&c.UserinfoKeyAlg, &c.UserinfoEnc}, {&c.ResponseKeyAlg, &c.ResponseEnc}} {
		if *pair[0] != "" {
			fill(pair[1], "A256GCM")
		}
	}
}

// derived is the kind of a client that does not name one.
func (c *Client) derived() Kind {
	switch {
	case c.AuthMethod != byKey:
		return Plain
	case c.RequireSigned, c.ResponseAlg != "" && c.BoundTokens:
		return MessageSigning
	}
	return FAPI
}

func (c *Client) checkKind(who.Realm) *Refusal {
	switch c.Kind {
	case FAPI, MessageSigning:
		if c.AuthMethod != byKey {
			return refuse(invalidMetadata, "token_endpoint_auth_method must be private_key_jwt (FAPI 2.0 Security Profile, 5.3.2.1)")
		}
	case Plain:
		if c.AuthMethod != byKey && c.AuthMethod != byBasic && c.AuthMethod != byPost {
			return refuse(invalidMetadata, "token_endpoint_auth_method must be private_key_jwt, client_secret_basic or client_secret_post")
		}
	default:
		return refuse(invalidMetadata, "praya_profile must be fapi, fapi-message-signing or plain")
	}
	if c.MTLSTokens {
		return refuse(invalidMetadata, "tls_client_certificate_bound_access_tokens is not supported: tokens are bound by DPoP")
	}
	return nil
}

func (c *Client) checkTexts(who.Realm) *Refusal {
	for _, s := range append([]string{c.Name, c.Scope, c.Serves}, append(c.Contacts, append(c.DefaultACR, c.DetailTypes...)...)...) {
		if len(s) > 1000 || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return refuse(invalidMetadata, "a text of the metadata is longer than 1000 bytes or not valid")
		}
	}
	if len(c.Contacts) > maxURIs || len(c.DefaultACR) > maxURIs || len(c.DetailTypes) > 100 || len(listed(c.Scope)) > 100 {
		return refuse(invalidMetadata, "a list of the metadata is too long")
	}
	if c.ApplicationType != "web" && c.ApplicationType != "native" {
		return refuse(invalidMetadata, "application_type must be web or native")
	}
	if c.SubjectType != "pairwise" {
		return refuse(invalidMetadata, "subject_type must be pairwise: a person has a different sub at each service")
	}
	if c.DefaultMaxAge != nil && *c.DefaultMaxAge < 0 {
		return refuse(invalidMetadata, "default_max_age must not be negative")
	}
	return nil
}

func (c *Client) checkRedirects(realm who.Realm) *Refusal {
	if len(c.RedirectURIs) > maxURIs || len(c.PostLogoutURIs) > maxURIs {
		return refuse(invalidRedirect, "more than %d redirect URIs", maxURIs)
	}
	if c.may(grantCode) && len(c.RedirectURIs) == 0 {
		return refuse(invalidRedirect, "redirect_uris is missing")
	}
	for _, u := range slices.Concat(c.RedirectURIs, c.PostLogoutURIs) {
		if r := c.checkRedirect(u, realm); r != nil {
			return r
		}
	}
	return nil
}

// checkRedirect: https, but RFC 8252, 7 for applications on a person's own device, and
// http to this machine in the sandbox.
func (c *Client) checkRedirect(raw string, realm who.Realm) *Refusal {
	u, err := url.Parse(raw)
	switch {
	case len(raw) > maxURI:
		return refuse(invalidRedirect, "a redirect URI is longer than %d characters", maxURI)
	case err != nil || !u.IsAbs() || printable(raw) != raw || strings.ContainsAny(raw, " *"):
		return refuse(invalidRedirect, "a redirect URI is not an absolute URI without wildcards")
	case u.Fragment != "" || strings.Contains(raw, "#"):
		return refuse(invalidRedirect, "a redirect URI has a fragment (RFC 6749, 3.1.2)")
	case u.User != nil:
		return refuse(invalidRedirect, "a redirect URI has a user name or a password")
	case u.Scheme == "https" && u.Host != "":
		return nil
	case u.Scheme == "http" && isLoopback(u.Hostname()) && (realm == who.Sandbox || c.ApplicationType == "native"):
		return nil
	case c.ApplicationType == "native" && strings.Contains(u.Scheme, ".") && u.Host == "": // RFC 8252, 7.1
		return nil
	}
	return refuse(invalidRedirect, "a redirect URI must be https; http only to a loopback address, for a native application or in the sandbox")
}

func (c *Client) checkURIs(realm who.Realm) *Refusal {
	for _, u := range []struct {
		name, value string
		called      bool // by us, so that the sandbox may use http
	}{
		{"jwks_uri", c.JWKSURI, true},
		{"sector_identifier_uri", c.SectorURI, true},
		{"backchannel_logout_uri", c.BackchannelLogoutURI, true},
		{"backchannel_client_notification_endpoint", c.BackchannelEndpoint, true},
		{"client_uri", c.ClientURI, false},
		{"logo_uri", c.LogoURI, false},
		{"policy_uri", c.PolicyURI, false},
		{"tos_uri", c.TermsURI, false},
		{"initiate_login_uri", c.InitiateLogin, false},
	} {
		if u.value == "" {
			continue
		}
		parsed, err := url.Parse(u.value)
		plain := realm == who.Sandbox && err == nil && parsed.Scheme == "http"
		if len(u.value) > maxURI || err != nil || parsed.Host == "" || parsed.User != nil || strings.Contains(u.value, "#") || parsed.Scheme != "https" && !plain {
			return refuse(invalidMetadata, "%s must be an https URI of at most %d characters without a fragment", u.name, maxURI)
		}
	}
	return nil
}

// checkSector: OpenID Connect Registration, 5; what stands behind the URI is fetched by Register.
func (c *Client) checkSector(who.Realm) *Refusal {
	hosts := map[string]bool{}
	for _, u := range c.RedirectURIs {
		if h := hostOf(u); !isLoopback(h) {
			hosts[h] = true
		}
	}
	if len(hosts) > 1 && c.SectorURI == "" {
		return refuse(invalidMetadata, "redirect URIs of several hosts need a sector_identifier_uri (OpenID Connect Core, 8.1)")
	}
	return nil
}

func (c *Client) checkGrants(who.Realm) *Refusal {
	for _, g := range c.GrantTypes {
		if g != grantCode && g != grantRefresh && g != grantClient && g != grantBackchannel {
			return refuse(invalidMetadata, "grant_types may hold authorization_code, refresh_token, client_credentials and urn:openid:params:grant-type:ciba")
		}
	}
	for _, r := range c.ResponseTypes {
		if r != "code" {
			return refuse(invalidMetadata, "response_types may hold code only")
		}
	}
	if len(c.GrantTypes) > 10 || len(c.ResponseTypes) > 10 {
		return refuse(invalidMetadata, "a list of the metadata is too long")
	}
	return nil
}

func (c *Client) checkAlgorithms(who.Realm) *Refusal {
	for _, a := range []struct{ name, value string }{
		{"id_token_signed_response_alg", c.IDTokenAlg},
		{"userinfo_signed_response_alg", c.UserinfoAlg},
		{"request_object_signing_alg", c.RequestAlg},
		{"authorization_signed_response_alg", c.ResponseAlg},
		{"introspection_signed_response_alg", c.IntrospectionAlg},
		{"token_endpoint_auth_signing_alg", c.AuthAlg},
		{"backchannel_authentication_request_signing_alg", c.BackchannelAlg},
	} {
		if a.value != "" && !contains(algorithmNames(), a.value) {
			return refuse(invalidMetadata, "%s must be ES256, PS256 or EdDSA", a.name)
		}
	}
	for _, a := range []struct{ name, alg, enc string }{
		{"id_token_encrypted_response", c.IDTokenKeyAlg, c.IDTokenEnc},
		{"userinfo_encrypted_response", c.UserinfoKeyAlg, c.UserinfoEnc},
		{"authorization_encrypted_response", c.ResponseKeyAlg, c.ResponseEnc},
	} {
		if a.alg == "" && a.enc == "" {
			continue
		}
		if !contains(encryptionNames(), a.alg) || a.enc != "A256GCM" {
			return refuse(invalidMetadata, "%s_alg must be RSA-OAEP-256 or ECDH-ES+A256KW, and %s_enc A256GCM", a.name, a.name)
		}
	}
	return nil
}

func encryptionNames() []string { return []string{"RSA-OAEP-256", "ECDH-ES+A256KW"} }

func (c *Client) checkKeys(who.Realm) *Refusal {
	if string(c.JWKS) == "null" {
		c.JWKS = nil
	}
	if len(c.JWKS) > 0 && c.JWKSURI != "" {
		return refuse(invalidMetadata, "jwks and jwks_uri exclude each other (RFC 7591, 2)")
	}
	if len(c.JWKS) > 0 {
		keys, err := readKeySet(c.JWKS)
		if err != nil {
			return refuse(invalidMetadata, "jwks: %v", err)
		}
		c.keys = keys
	}
	encrypts := c.IDTokenKeyAlg != "" || c.UserinfoKeyAlg != "" || c.ResponseKeyAlg != ""
	if (c.AuthMethod == byKey || encrypts || c.RequireSigned) && len(c.JWKS) == 0 && c.JWKSURI == "" {
		return refuse(invalidMetadata, "jwks or jwks_uri is missing")
	}
	return nil
}

func (c *Client) checkBackchannel(who.Realm) *Refusal {
	switch {
	case c.BackchannelUserCode:
		return refuse(invalidMetadata, "backchannel_user_code_parameter is not supported")
	case c.BackchannelMode != "" && c.BackchannelMode != "poll" && c.BackchannelMode != "ping":
		return refuse(invalidMetadata, "backchannel_token_delivery_mode must be poll or ping (FAPI-CIBA, 5.2.2)")
	case c.BackchannelMode == "ping" && c.BackchannelEndpoint == "":
		return refuse(invalidMetadata, "ping needs a backchannel_client_notification_endpoint")
	}
	return nil
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// redirectsTo compares character by character (RFC 6749, 3.1.2.3; FAPI 2.0 SP, 5.3.2.2);
// only the port of a native application's loopback address is its own (RFC 8252, 7.3).
func (c *Client) redirectsTo(raw string) bool {
	if contains(c.RedirectURIs, raw) {
		return true
	}
	if c.ApplicationType != "native" {
		return false
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" || !isLoopback(u.Hostname()) || u.Hostname() == "localhost" || u.User != nil || strings.Contains(raw, "#") {
		return false
	}
	return slices.ContainsFunc(c.RedirectURIs, func(r string) bool {
		known, err := url.Parse(r)
		if err != nil || known.Scheme != "http" || !isLoopback(known.Hostname()) {
			return false
		}
		known.Host = u.Host
		return hostOf(r) == u.Hostname() && known.String() == raw
	})
}
