package oidc_test

import (
	"net/http"
	"strings"
	"testing"

	"praya/platform/db/dbtest"
	"praya/subsystems/identity/internal/oidc"
)

func TestFAPIFlow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, w := range []*world{w, w.sandbox()} {
			p := w.register(oidc.FAPI)
			f, a := p.login(map[string]string{"scope": "openid profile offline_access"})
			if a.text("token_type") != "DPoP" || a.text("scope") != "openid profile offline_access" || a.json["expires_in"] != 600.0 {
				t.Errorf("token: %v", a)
			}
			claims := p.verified(a.text("id_token"))
			for name, want := range map[string]any{
				"iss": w.issuer(), "aud": p.id, "nonce": f.nonce, "acr": "plus",
				"sub": people{}.subject("chan", "client.example"),
			} {
				if claims[name] != want {
					t.Errorf("%s: %v, want %v", name, claims[name], want)
				}
			}
			if claims["auth_time"] == nil || claims["sid"] == nil || claims["sid"] == "session-1" {
				t.Errorf("claims: %v", claims)
			}
			u := p.userinfo(a.text("access_token"))
			if u.status != http.StatusOK || u.json["sub"] != claims["sub"] || u.text("name") != "CHAN Tai Man" || u.json["email"] != nil {
				t.Errorf("userinfo: %v", u)
			}
			state := p.active(a.text("access_token"))
			if state["active"] != true || state["token_type"] != "DPoP" || state["client_id"] != p.id || state["cnf"] == nil {
				t.Errorf("introspection: %v", state)
			}
			r := p.call("/token", map[string]string{"grant_type": "refresh_token", "refresh_token": a.text("refresh_token")})
			if r.status != http.StatusOK || r.text("refresh_token") != a.text("refresh_token") || r.text("access_token") == a.text("access_token") {
				t.Errorf("refresh: %v", r)
			}
			if id := p.verified(r.text("id_token")); id["sub"] != claims["sub"] || id["auth_time"] != claims["auth_time"] {
				t.Errorf("refreshed: %v", id)
			}
			v := p.call("/revoke", map[string]string{"token": a.text("refresh_token")})
			if v.status != http.StatusOK || p.active(r.text("access_token"))["active"] != false {
				t.Errorf("revocation: %v", v)
			}
			if u := p.userinfo(r.text("access_token")); u.status != http.StatusUnauthorized || !strings.Contains(u.header.Get("WWW-Authenticate"), "invalid_token") {
				t.Errorf("userinfo after revocation: %v %v", u, u.header)
			}
		}
	})
}

func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, schemas(), "."); n < 40 {
		t.Errorf("%d statements", n)
	}
	dbtest.Homes(t, ".")
}
