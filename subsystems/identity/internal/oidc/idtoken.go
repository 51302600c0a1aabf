package oidc

import (
	"context"
	"encoding/hex"
	"maps"
	"slices"

	"praya/kernel/who"
	"praya/platform/db"
)

// idClaims are the claims of an ID token (OpenID Connect Core, 2); nil without openid.
func (p *Provider) idClaims(c *call, tx *db.Tx, g Grant) (map[string]any, error) {
	if !g.Has("openid") {
		return nil, nil
	}
	names := slices.Sorted(maps.Keys(g.Claims.IDToken))
	claims := map[string]any{}
	if len(names) > 0 {
		more, err := p.People.Claims(c.ctx, tx, g, names)
		if err != nil {
			return nil, err
		}
		maps.Copy(claims, more)
	}
	now := tx.Now().Time().Unix()
	claims["iss"], claims["sub"], claims["aud"] = c.issuer, g.Subject, g.ClientID
	claims["iat"], claims["exp"] = now, now+int64(p.Lifetimes.IDToken.Seconds())
	claims["auth_time"] = g.AuthTime.Time().Unix()
	if g.Nonce != "" {
		claims["nonce"] = g.Nonce
	}
	if g.ACR != "" {
		claims["acr"] = g.ACR
	}
	if len(g.AMR) > 0 {
		claims["amr"] = g.AMR
	}
	if g.SessionID != "" {
		sid, err := p.sid(c.ctx, g.Sector, g.SessionID)
		if err != nil {
			return nil, err
		}
		claims["sid"] = sid
	}
	return claims, nil
}

// sid names a session to one sector (OpenID Connect Back-Channel Logout, 2.1). As with
// sub, two services cannot compare what they know.
func (p *Provider) sid(ctx context.Context, sector, session string) (string, error) {
	b, err := p.Ring.BlindIndex(who.From(ctx).Realm, "identity_oidc_grants", "sid", sector+"\x00"+session)
	return hex.EncodeToString(b), err
}

// scopeClaims: OpenID Connect Core, 5.4.
func scopeClaims(scope string) []string {
	switch scope {
	case "profile":
		return []string{
			"name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
			"website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
		}
	case "email":
		return []string{"email", "email_verified"}
	case "address":
		return []string{"address"}
	case "phone":
		return []string{"phone_number", "phone_number_verified"}
	}
	return nil
}

// userinfoNames are the claims that a token's scopes and the claims parameter ask for.
func (p *Provider) userinfoNames(g Grant, scopes []string) []string {
	names := map[string]bool{}
	for _, s := range scopes {
		for _, n := range append(scopeClaims(s), p.Scopes[s]...) {
			names[n] = true
		}
	}
	for n := range g.Claims.Userinfo {
		names[n] = true
	}
	return slices.Sorted(maps.Keys(names))
}
