package oidc

import (
	"maps"
	"net/http"
	"slices"

	"praya/kernel/who"
	"praya/platform/web"
)

// metadata describes the provider (OpenID Connect Discovery, 3; RFC 8414, 2; and what
// each extension adds).
func (p *Provider) metadata(issuer string, realm who.Realm) map[string]any {
	algs, auth := algorithmNames(), []string{byKey, byBasic, byPost}
	m := map[string]any{
		"issuer":                                issuer,
		"authorization_endpoint":                issuer + pathAuthorize,
		"token_endpoint":                        issuer + pathToken,
		"pushed_authorization_request_endpoint": issuer + pathPAR,
		"userinfo_endpoint":                     issuer + pathUserinfo,
		"introspection_endpoint":                issuer + pathIntrospect,
		"revocation_endpoint":                   issuer + pathRevoke,
		"end_session_endpoint":                  issuer + pathEndSession,
		"backchannel_authentication_endpoint":   issuer + pathBackchannel,
		"jwks_uri":                              issuer + pathJWKS,

		"scopes_supported":         p.scopesSupported(),
		"claims_supported":         p.claimsSupported(),
		"response_types_supported": []string{"code"},
		"response_modes_supported": []string{"query", "query.jwt", "jwt"},
		"grant_types_supported":    []string{grantCode, grantRefresh, grantClient, grantBackchannel},
		"subject_types_supported":  []string{"pairwise"},
		"prompt_values_supported":  []string{"none", "login", "consent", "select_account"},

		"code_challenge_methods_supported":               []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
		// Clients of kind plain are allowed one by one; require_pushed_authorization_requests
		// would be untrue of them, and stands in the metadata of each of the others.
		"require_pushed_authorization_requests": false,
		"dpop_signing_alg_values_supported":     algs,

		"token_endpoint_auth_methods_supported":                    auth,
		"token_endpoint_auth_signing_alg_values_supported":         algs,
		"introspection_endpoint_auth_methods_supported":            auth,
		"introspection_endpoint_auth_signing_alg_values_supported": algs,
		"introspection_signing_alg_values_supported":               algs,
		"revocation_endpoint_auth_methods_supported":               auth,
		"revocation_endpoint_auth_signing_alg_values_supported":    algs,

		"id_token_signing_alg_values_supported":                           algs,
		"id_token_encryption_alg_values_supported":                        encryptionNames(),
		"id_token_encryption_enc_values_supported":                        []string{"A256GCM"},
		"userinfo_signing_alg_values_supported":                           algs,
		"userinfo_encryption_alg_values_supported":                        encryptionNames(),
		"userinfo_encryption_enc_values_supported":                        []string{"A256GCM"},
		"request_object_signing_alg_values_supported":                     algs,
		"authorization_signing_alg_values_supported":                      algs,
		"authorization_encryption_alg_values_supported":                   encryptionNames(),
		"authorization_encryption_enc_values_supported":                   []string{"A256GCM"},
		"claims_parameter_supported":                                      true,
		"request_parameter_supported":                                     false, // by PAR it is
		"request_uri_parameter_supported":                                 false, // but that of PAR
		"require_request_uri_registration":                                false,
		"backchannel_logout_supported":                                    true,
		"backchannel_logout_session_supported":                            true,
		"backchannel_token_delivery_modes_supported":                      []string{"poll", "ping"},
		"backchannel_user_code_parameter_supported":                       false,
		"backchannel_authentication_request_signing_alg_values_supported": algs,
	}
	if len(p.ACRs) > 0 {
		m["acr_values_supported"] = p.ACRs
	}
	if len(p.DetailTypes) > 0 {
		m["authorization_details_types_supported"] = p.DetailTypes
	}
	if realm == who.Sandbox {
		m["registration_endpoint"] = issuer + pathRegister
	}
	return m
}

func (p *Provider) claimsSupported() []string {
	all := append([]string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"}, p.Claims...)
	slices.Sort(all)
	return slices.Compact(all)
}

func (p *Provider) scopesSupported() []string {
	return append([]string{"openid", "offline_access", "profile", "email", "address", "phone"}, slices.Sorted(maps.Keys(p.Scopes))...)
}

// Discovery describes the provider.
func (p *Provider) Discovery(v *web.Visit) error {
	ctx := v.Context()
	return v.JSON(http.StatusOK, p.metadata(p.Issuer(ctx), who.From(ctx).Realm))
}

// JWKS gives the public keys: those that sign, those that will, and those that did until
// the last of their tokens has ended.
func (p *Provider) JWKS(v *web.Visit) error {
	keys, err := p.keys(v.Context())
	if err != nil {
		return err
	}
	h := v.W.Header()
	h.Set("Content-Type", "application/jwk-set+json")
	v.W.WriteHeader(http.StatusOK)
	_, _ = v.W.Write(keys.jwks) // nobody is left to be told
	return nil
}
