package oidc_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lestrrat-go/jwx/v3/jws"

	"praya/platform/db"
	"praya/platform/sign"
	"praya/subsystems/identity/internal/oidc"
)

func TestPlainFlow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, method := range []string{"client_secret_basic", "client_secret_post"} {
			p := w.register(oidc.Plain, func(c *oidc.Client) { c.AuthMethod = method })
			_, a := p.login(map[string]string{"scope": "openid email"})
			if a.text("token_type") != "Bearer" || a.text("refresh_token") != "" {
				t.Errorf("token: %v", a)
			}
			if u := p.userinfo(a.text("access_token")); u.text("email") != "chan@example.org" {
				t.Errorf("userinfo: %v", u)
			}
			if p.active(a.text("access_token"))["active"] != true {
				t.Error("not active")
			}
		}
	})
}

func TestMessageSigning(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, alg := range []string{"", "RSA-OAEP-256", "ECDH-ES+A256KW"} {
			p := w.register(oidc.MessageSigning, func(c *oidc.Client) { c.ResponseKeyAlg, c.ResponseAlg = alg, "PS256" })
			f := p.start(nil)
			f.approve(oidc.Grant{})
			q := f.location.Query()
			if q.Get("code") != "" || q.Get("response") == "" {
				t.Fatalf("no signed response: %v", q)
			}
			if alg != "" {
				q.Set("response", p.decrypted(q.Get("response")))
				f.location.RawQuery = q.Encode()
			}
			if a := f.redeem(nil); a.status != http.StatusOK {
				t.Errorf("%s: %v", alg, a)
			}
			f = p.start(nil)
			to, err := w.p.Refuse(w.ctx(), f.id, "access_denied", "the person said no")
			if err != nil {
				t.Fatal(err)
			}
			u, _ := url.Parse(to)
			raw := u.Query().Get("response")
			if alg != "" {
				raw = p.decrypted(raw)
			}
			if c := p.verified(raw); c["error"] != "access_denied" || c["state"] != f.state || c["iss"] != w.issuer() {
				t.Errorf("refusal: %v", c)
			}
		}
	})
}

func TestAlgorithmsAndEncryption(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct{ sign, encrypt, userinfo string }{
			{"PS256", "", "PS256"}, {"EdDSA", "RSA-OAEP-256", "EdDSA"}, {"ES256", "ECDH-ES+A256KW", ""},
		} {
			p := w.register(oidc.FAPI, func(cl *oidc.Client) {
				cl.IDTokenAlg, cl.IDTokenKeyAlg, cl.UserinfoAlg, cl.UserinfoKeyAlg = c.sign, c.encrypt, c.userinfo, c.encrypt
			})
			if c.sign == "EdDSA" {
				p.proofKey = edKey()
			} else if c.sign == "PS256" {
				p.proofKey = rsaKey()
			}
			_, a := p.login(nil)
			for what, raw := range map[string]string{"ID token": a.text("id_token"), "userinfo": p.userinfo(a.text("access_token")).body} {
				if what == "userinfo" && c.userinfo == "" && c.encrypt == "" {
					continue
				}
				if c.encrypt != "" {
					raw = p.decrypted(raw)
				}
				m, err := jws.Parse([]byte(raw))
				if err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				want := c.sign
				if what == "userinfo" && c.userinfo == "" {
					want = "ES256"
				}
				if alg, _ := m.Signatures()[0].ProtectedHeaders().Algorithm(); alg.String() != want {
					t.Errorf("%s is signed with %v, want %s", what, alg, want)
				}
				if claims := p.verified(raw); claims["aud"] != p.id || claims["sub"] == nil {
					t.Errorf("%s: %v", what, claims)
				}
			}
		}
	})
}

func TestClientCredentials(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.FAPI)
		a := p.call("/token", map[string]string{"grant_type": "client_credentials", "scope": "read openid"})
		if a.status != http.StatusOK || a.text("scope") != "read" || a.text("id_token") != "" || a.text("refresh_token") != "" {
			t.Fatalf("%v", a)
		}
		if s := p.active(a.text("access_token")); s["active"] != true || s["sub"] != nil || s["scope"] != "read" {
			t.Errorf("%v", s)
		}
		p.userinfo(a.text("access_token")).is(t, "userinfo of nobody", http.StatusForbidden, "insufficient_scope")
		w.clock.by(11 * 60 * 1e9)
		if p.active(a.text("access_token"))["active"] != false {
			t.Error("active after its end")
		}
	})
}

// TestKeysOfFieldsTurn: grants, what tokens tell of them and the private keys are sealed anew,
// and tokens that were given before go on.
func TestKeysOfFieldsTurn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.FAPI)
		_, a := p.login(map[string]string{"scope": "forms", "authorization_details": `[{"type":"praya_form","form":"TD557","fields":["name"]}]`})
		stale := func() (n int64) {
			mark, err := w.ring.Mark()
			if err == nil {
				err = w.db.Read(w.ctx(), func(tx *db.Tx) error {
					n, err = w.p.Stale(tx, mark)
					return err
				})
			}
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if err := w.ring.Rotate(sign.Fields); err != nil {
			t.Fatal(err)
		}
		if n := stale(); n < 3 { // a grant, an access token's details, a private key
			t.Errorf("%d values are under the older key", n)
		}
		for range 2 { // it may run again
			if err := w.ring.RefreshColumns(w.ctx(), w.db, w.p.SealedColumns(), func(int64) {}); err != nil {
				t.Fatal(err)
			}
		}
		if n := stale(); n != 0 {
			t.Errorf("%d values are still under the older key", n)
		}
		if s := p.active(a.text("access_token")); s["active"] != true || s["authorization_details"] == nil {
			t.Errorf("%v", s)
		}
		if u := p.userinfo(a.text("access_token")); u.status != 200 {
			t.Errorf("%v", u)
		}
	})
}

func TestAuthorizationDetails(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.FAPI)
		details := `[{"type":"praya_form","form":"TD557","fields":["name"]}]`
		_, a := p.login(map[string]string{"scope": "forms", "authorization_details": details})
		list, _ := a.json["authorization_details"].([]any)
		if len(list) != 1 || a.text("id_token") != "" {
			t.Fatalf("token: %v", a)
		}
		u := p.userinfo(a.text("access_token"))
		if u.status != 200 || u.json["sub"] != nil || !strings.Contains(u.body, `"values":{"name":"CHAN Tai Man"}`) {
			t.Errorf("userinfo: %v", u)
		}
		if s := p.active(a.text("access_token")); s["authorization_details"] == nil {
			t.Errorf("introspection: %v", s)
		}
		f, form := p.ask(map[string]string{"authorization_details": `[{"type":"other"}]`})
		_ = f
		p.call("/par", form).is(t, "another type", 400, "invalid_authorization_details")
	})
}

func TestResourceServerSeesItsTokensOnly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.FAPI)
		server := w.register(oidc.Plain, func(c *oidc.Client) { c.Serves, c.RedirectURIs = "read", []string{"https://api.example/cb"} })
		stranger := w.register(oidc.Plain)
		_, a := p.login(map[string]string{"scope": "openid read"})
		s := server.active(a.text("access_token"))
		if s["active"] != true || s["scope"] != "read" || s["sub"] != nil || s["client_id"] != p.id {
			t.Errorf("the server of the scope: %v", s)
		}
		if len(stranger.active(a.text("access_token"))) != 1 {
			t.Error("a stranger learns of the token")
		}
		_, b := p.login(map[string]string{"scope": "openid email"})
		if len(server.active(b.text("access_token"))) != 1 {
			t.Error("the server sees a token that is not for it")
		}
		r := p.once("/introspect", map[string]string{"token": a.text("access_token")}, map[string]string{"Accept": "application/token-introspection+jwt"})
		if c := p.verified(r.body); c["aud"] != p.id || c["token_introspection"] == nil || r.header.Get("Content-Type") != "application/token-introspection+jwt" {
			t.Errorf("signed: %v", r)
		}
	})
}

func TestRealmsDoNotTouch(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.sandbox()
		p := s.register(oidc.Plain)
		_, a := p.login(nil)
		outside := p.at(w)
		outside.once("/introspect", map[string]string{"token": a.text("access_token")}, nil).is(t, "a client of the sandbox", 401, "invalid_client")
		outside.userinfo(a.text("access_token")).is(t, "a token of the sandbox", 401, "invalid_token")
		if d := w.do("GET", w.server.URL+"/sandbox/.well-known/openid-configuration", "", nil); d.text("issuer") != s.issuer() || d.text("registration_endpoint") == "" {
			t.Errorf("%v", d)
		}
		if d := w.do("GET", w.server.URL+"/.well-known/oauth-authorization-server/sandbox", "", nil); d.text("issuer") != s.issuer() {
			t.Errorf("%v", d)
		}
		if d := w.do("GET", w.server.URL+"/.well-known/openid-configuration", "", nil); d.text("issuer") != w.issuer() || d.text("registration_endpoint") != "" {
			t.Errorf("%v", d)
		}
	})
}
