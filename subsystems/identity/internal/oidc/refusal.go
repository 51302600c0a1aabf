package oidc

import (
	"fmt"
	"net/http"
	"strings"
)

// Refusal is a no in the standards' words (RFC 6749, 5.2): a code for the program, and
// a sentence for its developer that holds no personal data.
type Refusal struct {
	Code        string
	Description string
	Status      int
}

// The error codes of the standards that are answered with.
const (
	invalidRequest        = "invalid_request"
	invalidClient         = "invalid_client"
	invalidGrant          = "invalid_grant"
	invalidScope          = "invalid_scope"
	invalidToken          = "invalid_token" // RFC 6750, 3.1
	invalidDPoP           = "invalid_dpop_proof"
	useNonce              = "use_dpop_nonce" // RFC 9449, 8
	invalidRequestObject  = "invalid_request_object"
	invalidDetails        = "invalid_authorization_details" // RFC 9396, 5
	invalidMetadata       = "invalid_client_metadata"       // RFC 7591, 3.2.2
	invalidRedirect       = "invalid_redirect_uri"
	unauthorizedClient    = "unauthorized_client"
	unsupportedGrant      = "unsupported_grant_type"
	unsupportedResponse   = "unsupported_response_type"
	accessDenied          = "access_denied"
	insufficientScope     = "insufficient_scope"
	loginRequired         = "login_required"
	unmetRequirements     = "unmet_authentication_requirements"
	authorizationPending  = "authorization_pending" // CIBA Core, 11
	slowDown              = "slow_down"
	expiredToken          = "expired_token"
	unknownUser           = "unknown_user_id"
	expiredLoginHintToken = "expired_login_hint_token"
	invalidBindingMessage = "invalid_binding_message"
)

// Error is for logs: the code and the sentence.
func (r *Refusal) Error() string { return "oidc: " + r.Code + ": " + r.Description }

func refuse(code, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Description: printable(fmt.Sprintf(format, args...)), Status: http.StatusBadRequest}
}

func (r *Refusal) with(status int) *Refusal {
	r.Status = status
	return r
}

// noClient: RFC 6749, 5.2: 401 for a client that did not prove who it is.
func noClient(format string, args ...any) *Refusal {
	return refuse(invalidClient, format, args...).with(http.StatusUnauthorized)
}

// printable keeps a text to what error_description may hold (RFC 6749, 5.2): ASCII
// without quotation mark and backslash.
func printable(s string) string {
	const longest = 400
	if len(s) > longest {
		s = s[:longest]
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case r < 0x20 || r > 0x7e || r == '\\':
			return '?'
		}
		return r
	}, s)
}
