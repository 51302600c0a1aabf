package oidc_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"praya/platform/db"
	"praya/platform/web"
	"praya/subsystems/identity/internal/oidc"
)

// told is an API that wants the scope read, and says who called.
func (w *world) told(v *web.Visit) error {
	client, err := w.p.Bearer(v, "read")
	var no *oidc.Refusal
	if errors.As(err, &no) {
		return v.JSON(no.Status, map[string]string{"error": no.Code, "error_description": no.Description})
	}
	if err != nil {
		return err
	}
	return v.JSON(http.StatusOK, map[string]string{"client": client})
}

// calls shows a token to the API, with a proof that a test may change.
func (p *party) calls(scheme, token string, change ...func(map[string]any)) answer {
	p.w.t.Helper()
	address := p.w.issuer() + "/api/told"
	var a answer
	for range 2 {
		h := map[string]string{"Authorization": scheme + " " + token}
		if scheme == "DPoP" {
			h["DPoP"] = p.proof("POST", address, token, change...)
		}
		a = p.w.do("POST", address, "", h)
		if n := a.header.Get("DPoP-Nonce"); n != "" {
			p.nonce = n
		}
		if a.text("error") != "use_dpop_nonce" {
			break
		}
	}
	return a
}

func TestBearerOfAnAPI(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, w := range []*world{w, w.sandbox()} {
			p := w.register(oidc.FAPI)
			own := func(scope string) string {
				t.Helper()
				a := p.call("/token", map[string]string{"grant_type": "client_credentials", "scope": scope})
				if a.status != http.StatusOK {
					t.Fatal(a)
				}
				return a.text("access_token")
			}
			token := own("read")
			p.nonce = ""
			a := p.w.do("POST", w.issuer()+"/api/told", "", map[string]string{"Authorization": "DPoP " + token, "DPoP": p.proof("POST", w.issuer()+"/api/told", token)})
			if a.status != http.StatusUnauthorized || a.text("error") != "use_dpop_nonce" || a.header.Get("DPoP-Nonce") == "" || len(a.header.Values("WWW-Authenticate")) == 0 {
				t.Errorf("without a nonce: %v %v", a, a.header)
			}
			if a := p.calls("DPoP", token); a.status != http.StatusOK || a.text("client") != p.id {
				t.Fatalf("%v", a)
			}
			refused := func(what string, a answer, status int, code string) {
				t.Helper()
				if a.status != status || a.text("error") != code {
					t.Errorf("%s: %v, want %d %s", what, a, status, code)
				}
			}
			refused("no token", w.do("POST", w.issuer()+"/api/told", "", nil), http.StatusUnauthorized, "")
			refused("as a bearer", p.calls("Bearer", token), http.StatusUnauthorized, "invalid_token")
			refused("unknown", p.calls("DPoP", "abc"), http.StatusUnauthorized, "invalid_token")
			refused("without the scope", p.calls("DPoP", own("forms")), http.StatusForbidden, "insufficient_scope")
			refused("of another address", p.calls("DPoP", token, func(c map[string]any) { c["htu"] = w.issuer() + "/api/other" }), http.StatusUnauthorized, "invalid_dpop_proof")
			refused("by another method", p.calls("DPoP", token, func(c map[string]any) { c["htm"] = "GET" }), http.StatusUnauthorized, "invalid_dpop_proof")
			refused("of another token", p.calls("DPoP", token, func(c map[string]any) { c["ath"] = sum("x") }), http.StatusUnauthorized, "invalid_dpop_proof")
			once := func(c map[string]any) { c["jti"] = "just-this-one-" + p.id }
			if a := p.calls("DPoP", token, once); a.status != http.StatusOK {
				t.Errorf("%v", a)
			}
			refused("a proof a second time", p.calls("DPoP", token, once), http.StatusUnauthorized, "invalid_dpop_proof")
			key := p.proofKey
			p.proofKey = ecKey()
			refused("by another key", p.calls("DPoP", token), http.StatusUnauthorized, "invalid_token")
			p.proofKey = key
			_, given := p.login(map[string]string{"scope": "openid read"})
			refused("a person's token", p.calls("DPoP", given.text("access_token")), http.StatusForbidden, "insufficient_scope")
			if err := w.db.Read(w.ctx(), func(tx *db.Tx) error {
				for account, want := range map[string]bool{"chan": true, "wong": false} {
					if got, err := w.p.Granted(tx, account, p.id); err != nil || got != want {
						t.Errorf("%s: %v %v", account, got, err)
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if err := w.db.Write(w.ctx(), func(tx *db.Tx) error { return w.p.EndGrants(tx, "chan", p.id) }); err != nil {
				t.Fatal(err)
			}
			if err := w.db.Read(w.ctx(), func(tx *db.Tx) error {
				if got, err := w.p.Granted(tx, "chan", p.id); err != nil || got {
					t.Errorf("ended: %v %v", got, err)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			plain := w.register(oidc.Plain)
			a = plain.call("/token", map[string]string{"grant_type": "client_credentials", "scope": "read"})
			if got := plain.calls("Bearer", a.text("access_token")); got.status != http.StatusOK || got.text("client") != plain.id {
				t.Errorf("%v", got)
			}
			if err := w.db.Write(w.ctx(), func(tx *db.Tx) error { return w.p.EndClient(tx, plain.id) }); err != nil {
				t.Fatal(err)
			}
			refused("of an ended client", plain.calls("Bearer", a.text("access_token")), http.StatusUnauthorized, "invalid_token")
			w.clock.by(11 * time.Minute)
			refused("too late", p.calls("DPoP", token), http.StatusUnauthorized, "invalid_token")
		}
	})
}
