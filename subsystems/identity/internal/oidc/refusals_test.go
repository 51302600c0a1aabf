package oidc_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/platform/web"
	"praya/subsystems/identity/internal/oidc"
)

// TestClientAssertions: FAPI 2.0 Security Profile, 5.3.2.1; RFC 7523, 3.
func TestClientAssertions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.FAPI)
		other := w.register(oidc.FAPI)
		now := w.clock.unix()
		send := func(assertion string, change map[string]string) answer {
			form := map[string]string{"grant_type": "client_credentials", "client_assertion": assertion}
			for k, v := range change {
				form[k] = v
			}
			return p.call("/token", form)
		}
		set := func(name string, v any) func(map[string]any) {
			return func(c map[string]any) {
				if c[name] = v; v == nil {
					delete(c, name)
				}
			}
		}
		for what, assertion := range map[string]string{
			"audience of the token endpoint": p.assertion(set("aud", w.issuer()+"/token")),
			"audience as a list":             p.assertion(set("aud", []string{w.issuer()})),
			"another audience":               p.assertion(set("aud", "https://evil.example")),
			"no audience":                    p.assertion(set("aud", nil)),
			"expired":                        p.assertion(set("exp", now-30)),
			"no exp":                         p.assertion(set("exp", nil)),
			"exp is a text":                  p.assertion(set("exp", "tomorrow")),
			"far away":                       p.assertion(set("exp", now+9000)),
			"iat 70 s ahead":                 p.assertion(set("iat", now+70)),
			"nbf 70 s ahead":                 p.assertion(set("nbf", now+70)),
			"no jti":                         p.assertion(set("jti", nil)),
			"sub of another":                 p.assertion(set("sub", other.id)),
			"iss of another":                 p.assertion(set("iss", other.id)),
			"both of another":                p.assertion(set("iss", other.id), set("sub", other.id)),
			"unknown client":                 p.assertion(set("iss", "nobody"), set("sub", "nobody")),
			"unknown kid":                    jwt(p.key, map[string]any{"kid": "sig-9"}, map[string]any{"iss": p.id, "sub": p.id, "aud": w.issuer(), "jti": "1", "exp": now + 60}),
			"another key":                    jwt(ecKey(), map[string]any{"kid": "sig-1"}, map[string]any{"iss": p.id, "sub": p.id, "aud": w.issuer(), "jti": "1", "exp": now + 60}),
			"wrong typ":                      jwt(p.key, map[string]any{"kid": "sig-1", "typ": "dpop+jwt"}, map[string]any{"iss": p.id, "sub": p.id, "aud": w.issuer(), "jti": "1", "exp": now + 60}),
			"alg none":                       b64([]byte(`{"alg":"none"}`)) + "." + strings.Split(p.assertion(), ".")[1] + ".",
			"HS256 with the public key":      hs256(p),
			"encryption key":                 jwt(p.enc, map[string]any{"kid": "enc-1"}, map[string]any{"iss": p.id, "sub": p.id, "aud": w.issuer(), "jti": "1", "exp": now + 60}),
			"two names":                      twoNames(p),
			"deep":                           p.assertion(func(c map[string]any) { c["x"] = json.RawMessage(strings.Repeat("[", 20) + strings.Repeat("]", 20)) }),
			"long":                           p.assertion(set("x", strings.Repeat("x", 15000))),
			"garbage":                        "a.b.c",
			"five parts":                     "a.b.c.d.e",
			"a list":                         jwtRaw(p, "[]"),
		} {
			if len(assertion) > 16<<10 {
				send(assertion, nil).is(t, what, 400, "invalid_request") // longer than any parameter
				continue
			}
			send(assertion, nil).is(t, what, 401, "invalid_client")
		}
		send(p.assertion(), map[string]string{"client_assertion_type": "x"}).is(t, "type", 401, "invalid_client")
		send(p.assertion(), map[string]string{"client_id": other.id}).is(t, "client_id of another", 401, "invalid_client")
		send(p.assertion(), map[string]string{"client_secret": "x"}).is(t, "two methods", 400, "invalid_request")
		send("", map[string]string{"client_assertion_type": ""}).is(t, "none", 401, "invalid_client")
		for what, ahead := range map[string]int64{"now": 0, "8 s ahead": 8} {
			send(p.assertion(set("iat", now+ahead), set("nbf", now+ahead)), nil).is(t, what, 200, "")
		}
		again := p.assertion()
		send(again, nil).is(t, "once", 200, "")
		send(again, nil).is(t, "twice", 401, "invalid_client")
	})
}

func hs256(p *party) string {
	set, _ := json.Marshal(publicJWK(p.key, "sig-1", "sig"))
	input := b64([]byte(`{"alg":"HS256","kid":"sig-1"}`)) + "." + strings.Split(p.assertion(), ".")[1]
	m := hmac.New(sha256.New, set)
	m.Write([]byte(input))
	return input + "." + b64(m.Sum(nil))
}

// jwtRaw signs any payload.
func jwtRaw(p *party, payload string) string {
	parts := strings.Split(jwt(p.key, map[string]any{"kid": "sig-1"}, map[string]any{"raw": json.RawMessage(`0`)}), ".")
	return resigned(p, parts[0], payload)
}

func twoNames(p *party) string {
	claims, _ := json.Marshal(map[string]any{"iss": p.id, "sub": p.id, "aud": p.w.issuer(), "jti": random(), "exp": p.w.clock.unix() + 60})
	return jwtRaw(p, `{"sub":"x",`+string(claims[1:]))
}

// TestProofs: RFC 9449, 4.3 and 8.
func TestProofs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.FAPI)
		address := w.issuer() + "/token"
		send := func(proof string) answer {
			return p.once("/token", map[string]string{"grant_type": "client_credentials"}, map[string]string{"DPoP": proof})
		}
		first := send(p.proof("POST", address, ""))
		first.is(t, "no nonce", 400, "use_dpop_nonce")
		if first.header.Get("DPoP-Nonce") == "" {
			t.Fatal("no nonce was given")
		}
		set := func(name string, v any) func(map[string]any) {
			return func(c map[string]any) {
				if c[name] = v; v == nil {
					delete(c, name)
				}
			}
		}
		now := w.clock.unix()
		claims := map[string]any{"jti": random(), "htm": "POST", "htu": address, "iat": now, "nonce": p.nonce}
		private := ecKey()
		for what, proof := range map[string]string{
			"another method":  p.proof("GET", address, ""),
			"another address": p.proof("POST", w.issuer()+"/par", ""),
			"another site":    p.proof("POST", "https://evil.example/token", ""),
			"no address":      p.proof("POST", address, "", set("htu", nil)),
			"no jti":          p.proof("POST", address, "", set("jti", nil)),
			"no iat":          p.proof("POST", address, "", set("iat", nil)),
			"old":             p.proof("POST", address, "", set("iat", now-400)),
			"future":          p.proof("POST", address, "", set("iat", now+70)),
			"expired":         p.proof("POST", address, "", set("exp", now-70)),
			"typ":             jwt(p.proofKey, map[string]any{"typ": "JWT", "jwk": publicJWK(p.proofKey, "", "")}, claims),
			"no jwk":          jwt(p.proofKey, map[string]any{"typ": "dpop+jwt"}, claims),
			"another key":     jwt(p.proofKey, map[string]any{"typ": "dpop+jwt", "jwk": publicJWK(private, "", "")}, claims),
			"none":            b64([]byte(`{"typ":"dpop+jwt","alg":"none"}`)) + "." + b64([]byte("{}")) + ".",
			"garbage":         "x",
			"long":            p.proof("POST", address, "", set("x", strings.Repeat("x", 17000))),
		} {
			send(proof).is(t, what, 400, "invalid_dpop_proof")
		}
		send(p.proof("POST", address, "", set("nonce", "AAAA"))).is(t, "made-up nonce", 400, "use_dpop_nonce")
		send(p.proof("POST", address+"?x=1#y", "")).is(t, "query and fragment", 200, "")
		once := p.proof("POST", address, "")
		send(once).is(t, "once", 200, "")
		send(once).is(t, "twice", 400, "invalid_dpop_proof")
		p.proofKey = nil
		p.call("/token", map[string]string{"grant_type": "client_credentials"}).is(t, "no proof", 400, "invalid_dpop_proof")
		p.proofKey = ecKey()
		w.clock.by(5 * time.Minute)
		send(p.proof("POST", address, "")).is(t, "old nonce", 400, "use_dpop_nonce")
	})
}

// TestPushedRequests: RFC 9126; FAPI 2.0 Security Profile, 5.3.2.2.
func TestPushedRequests(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.FAPI)
		for what, c := range map[string]struct {
			name, value, code string
		}{
			"implicit":         {"response_type", "token", "unsupported_response_type"},
			"no type":          {"response_type", "", "invalid_request"},
			"address":          {"redirect_uri", redirectURI + "&y=2", "invalid_request"},
			"address, case":    {"redirect_uri", strings.ToUpper(redirectURI), "invalid_request"},
			"no address":       {"redirect_uri", "", "invalid_request"},
			"no PKCE":          {"code_challenge", "", "invalid_request"},
			"plain PKCE":       {"code_challenge_method", "plain", "invalid_request"},
			"no method":        {"code_challenge_method", "", "invalid_request"},
			"short PKCE":       {"code_challenge", "abc", "invalid_request"},
			"request_uri":      {"request_uri", "urn:x", "invalid_request"},
			"scope":            {"scope", "openid admin", "invalid_scope"},
			"mode":             {"response_mode", "fragment", "invalid_request"},
			"prompt":           {"prompt", "none login", "invalid_request"},
			"max_age":          {"max_age", "-1", "invalid_request"},
			"claims":           {"claims", "[]", "invalid_request"},
			"deep claims":      {"claims", `{"userinfo":` + strings.Repeat(`{"a":`, 20) + "1" + strings.Repeat("}", 20) + "}", "invalid_request"},
			"details":          {"authorization_details", "{}", "invalid_authorization_details"},
			"details, no type": {"authorization_details", "[{}]", "invalid_authorization_details"},
			"other proof key":  {"dpop_jkt", sum("x"), "invalid_request"},
			"id_token_hint":    {"id_token_hint", "a.b.c", "invalid_request"},
			"UTF-8":            {"state", "\xff\xfe", "invalid_request"},
			"zero byte":        {"state", "a\x00b", "invalid_request"},
			"unsigned":         {"request", "a.b.c", "invalid_request_object"},
			"long":             {"nonce", strings.Repeat("n", 600), "invalid_request"},
		} {
			_, form := p.ask(map[string]string{c.name: c.value})
			p.call("/par", form).is(t, what, 400, c.code)
		}
		_, form := p.ask(nil)
		values := url.Values{"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {p.assertion()}}
		for k, v := range form {
			values.Set(k, v)
		}
		values.Add("scope", "openid")
		w.do("POST", w.issuer()+"/par", values.Encode(), nil).is(t, "duplicate", 400, "invalid_request")
		w.do("POST", w.issuer()+"/par", "x="+strings.Repeat("x", 70000), nil).is(t, "large", 413, "invalid_request")
		w.do("POST", w.issuer()+"/par", "{}", map[string]string{"Content-Type": "application/json"}).is(t, "JSON", 400, "invalid_request")
		w.do("POST", w.issuer()+"/par", "a=%zz", nil).is(t, "escape", 400, "invalid_request")
		w.do("POST", w.issuer()+"/par", form2(form), nil).is(t, "anonymous", 401, "invalid_client")
	})
}

func form2(m map[string]string) string {
	v := url.Values{}
	for k, s := range m {
		v.Set(k, s)
	}
	return v.Encode()
}

// TestRequestObjects: RFC 9101; FAPI 2.0 Message Signing, 5.3.1.
func TestRequestObjects(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.MessageSigning)
		now := w.clock.unix()
		object := func(change map[string]any) string {
			claims := map[string]any{
				"iss": p.id, "aud": w.issuer(), "nbf": now, "exp": now + 300, "client_id": p.id, "response_type": "code", "scope": "openid",
				"redirect_uri": redirectURI, "code_challenge": sum("x"), "code_challenge_method": "S256", "state": "s",
			}
			for k, v := range change {
				if claims[k] = v; v == nil {
					delete(claims, k)
				}
			}
			return jwt(p.key, map[string]any{"kid": "sig-1", "typ": "oauth-authz-req+jwt"}, claims)
		}
		for what, change := range map[string]map[string]any{
			"no nbf": {"nbf": nil}, "old nbf": {"nbf": now - 3700, "exp": now + 10}, "no exp": {"exp": nil}, "expired": {"exp": now - 20},
			"long life": {"exp": now + 3601}, "issuer": {"iss": "x"}, "audience": {"aud": "https://evil.example"}, "no audience": {"aud": nil},
			"client": {"client_id": "x"}, "request_uri": {"request_uri": "urn:x"}, "nested": {"request": "x"}, "future": {"nbf": now + 70},
		} {
			p.call("/par", map[string]string{"request": object(change)}).is(t, what, 400, "invalid_request_object")
		}
		p.call("/par", map[string]string{"request": object(nil)}).is(t, "good", 201, "")
		p.call("/par", map[string]string{"request": object(map[string]any{"max_age": 60, "claims": map[string]any{"userinfo": map[string]any{"email": nil}}})}).
			is(t, "numbers and objects", 201, "")
		plain := *p
		plain.mode = oidc.FAPI
		_, form := plain.ask(nil)
		p.call("/par", form).is(t, "unsigned", 400, "invalid_request")
		// FAPI 2.0 Message Signing, 5.3.1: only what was signed counts.
		p.call("/par", map[string]string{"request": object(map[string]any{"redirect_uri": nil}), "redirect_uri": redirectURI}).
			is(t, "outside of the object", 400, "invalid_request")
	})
}

// TestAuthorizeTrustsNobody: what has no address that can be trusted ends on a page of ours.
func TestAuthorizeTrustsNobody(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, other, plain := w.register(oidc.FAPI), w.register(oidc.FAPI), w.register(oidc.Plain)
		push := func() string {
			_, form := p.ask(nil)
			return p.call("/par", form).text("request_uri")
		}
		get := func(q url.Values) answer { return w.do("GET", w.issuer()+"/authorize?"+q.Encode(), "", nil) }
		page := func(what string, a answer) {
			t.Helper()
			if a.status != 400 || a.header.Get("Location") != "" || !strings.Contains(a.body, "<html") || !strings.Contains(a.body, a.header.Get("X-Request-Id")) {
				t.Errorf("%s: %d to %q", what, a.status, a.header.Get("Location"))
			}
		}
		page("no client", get(url.Values{}))
		page("unknown client", get(url.Values{"client_id": {"x"}, "redirect_uri": {"https://evil.example"}}))
		page("another's request", get(url.Values{"client_id": {other.id}, "request_uri": {push()}}))
		page("unknown request", get(url.Values{"client_id": {p.id}, "request_uri": {"urn:ietf:params:oauth:request_uri:x"}}))
		page("redirect", get(url.Values{"client_id": {plain.id}, "redirect_uri": {"https://evil.example"}, "response_type": {"code"}}))
		page("twice", w.do("GET", w.issuer()+"/authorize?client_id=a&client_id=b", "", nil))
		uri := push()
		if a := w.do("HEAD", w.issuer()+"/authorize?"+url.Values{"client_id": {p.id}, "request_uri": {uri}}.Encode(), "", nil); a.status != 405 {
			t.Errorf("HEAD: %v", a)
		}
		if a := get(url.Values{"client_id": {p.id}, "request_uri": {uri}}); a.status != 303 {
			t.Errorf("%v", a)
		}
		page("request_uri a second time", get(url.Values{"client_id": {p.id}, "request_uri": {uri}}))
		uri = push()
		w.clock.by(91 * time.Second)
		page("expired", get(url.Values{"client_id": {p.id}, "request_uri": {uri}}))
		if a := w.do("GET", w.issuer()+"/tc/authorize?client_id=x", "", nil); a.status != 422 || !strings.Contains(a.body, "本系統不認識") {
			t.Errorf("%d", a.status)
		}
		if f := p.start(map[string]string{"ui_locales": "fr zh-CN en"}); !strings.HasPrefix(f.page, "/sc/") {
			t.Errorf("ui_locales: %s", f.page)
		}
		back := func(what string, a answer, code string) {
			t.Helper()
			u, _ := url.Parse(a.header.Get("Location"))
			if a.status != 303 || !strings.HasPrefix(u.String(), redirectURI) || u.Query().Get("error") != code || u.Query().Get("iss") != w.issuer() || u.Query().Get("state") != "st" {
				t.Errorf("%s: %d to %v", what, a.status, u)
			}
		}
		q := url.Values{"client_id": {p.id}, "redirect_uri": {redirectURI}, "response_type": {"code"}, "state": {"st"}}
		back("FAPI without PAR", get(q), "invalid_request")
		q.Set("client_id", plain.id)
		back("plain without PKCE", get(q), "invalid_request")
		q.Set("response_type", "token")
		back("implicit", get(q), "unsupported_response_type")
		q.Set("request", "a.b.c")
		back("request object", get(q), "request_not_supported")
	})
}

// TestCodes: RFC 6749, 4.1.2 and 10.5; RFC 9700, 2.1.
func TestCodes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, other := w.register(oidc.FAPI), w.register(oidc.FAPI)
		fresh := func() *flow { f := p.start(nil); f.approve(oidc.Grant{}); return f }
		f := fresh()
		f.redeem(map[string]string{"code_verifier": random() + random()}).is(t, "wrong verifier", 400, "invalid_grant")
		f.redeem(map[string]string{"code_verifier": ""}).is(t, "no verifier", 400, "invalid_request")
		f.redeem(map[string]string{"redirect_uri": "https://client.example/other"}).is(t, "another address", 400, "invalid_grant")
		f.redeem(map[string]string{"code": "x"}).is(t, "unknown", 400, "invalid_grant")
		other.call("/token", map[string]string{"grant_type": "authorization_code", "code": f.code(), "redirect_uri": redirectURI, "code_verifier": f.verifier}).
			is(t, "another client", 400, "invalid_grant")
		key := p.proofKey
		p.proofKey = ecKey()
		f.redeem(nil).is(t, "another proof key", 400, "invalid_grant")
		p.proofKey = key
		a := f.redeem(nil)
		a.is(t, "right", 200, "")
		p.proofKey = ecKey()
		u := p.userinfo(a.text("access_token"))
		u.is(t, "stolen token with another key", 401, "invalid_token")
		if !strings.HasPrefix(u.header.Get("WWW-Authenticate"), "DPoP ") {
			t.Errorf("%v", u.header)
		}
		p.proofKey = key
		w.do("GET", w.issuer()+"/userinfo", "", map[string]string{"Authorization": "Bearer " + a.text("access_token")}).is(t, "as a bearer", 401, "invalid_token")
		nothing := w.do("GET", w.issuer()+"/userinfo", "", nil)
		nothing.is(t, "nothing", 401, "")
		if c := nothing.header.Values("WWW-Authenticate"); len(c) != 2 || strings.Contains(strings.Join(c, ""), "error") {
			t.Errorf("%v", c)
		}
		other.call("/revoke", map[string]string{"token": a.text("access_token")}).is(t, "revoked by another", 400, "invalid_request")
		if p.userinfo(a.text("access_token")).status != 200 {
			t.Error("the right key does not open")
		}
		f.redeem(nil).is(t, "a second time", 400, "invalid_grant")
		if p.active(a.text("access_token"))["active"] != false {
			t.Error("tokens outlive a code that was shown twice")
		}
		f = fresh()
		w.clock.by(61 * time.Second)
		f.redeem(nil).is(t, "after 60 s", 400, "invalid_grant")
		_, r := p.login(map[string]string{"scope": "openid email offline_access"})
		refresh := map[string]string{"grant_type": "refresh_token", "refresh_token": r.text("refresh_token")}
		other.call("/token", refresh).is(t, "another's refresh token", 400, "invalid_grant")
		refresh["scope"] = "openid forms"
		p.call("/token", refresh).is(t, "more scope", 400, "invalid_scope")
		refresh["scope"] = "openid"
		if a := p.call("/token", refresh); a.text("scope") != "openid" || p.userinfo(a.text("access_token")).json["email"] != nil {
			t.Errorf("less scope: %v", a)
		}
		p.call("/token", map[string]string{"grant_type": "password"}).is(t, "password", 400, "unsupported_grant_type")
		p.call("/token", map[string]string{"grant_type": ""}).is(t, "no grant", 400, "invalid_request")
	})
}

// TestAnswersFitRequests: what a page approves by mistake is not granted.
func TestAnswersFitRequests(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.FAPI)
		_, a := p.login(nil)
		for what, c := range map[string]struct {
			ask map[string]string
			g   oidc.Grant
		}{
			"more scope":      {nil, oidc.Grant{Account: "chan", Scopes: []string{"openid", "forms"}}},
			"nobody":          {nil, oidc.Grant{}},
			"somebody else":   {map[string]string{"id_token_hint": a.text("id_token")}, oidc.Grant{Account: "wong"}},
			"long ago":        {map[string]string{"max_age": "60"}, oidc.Grant{Account: "chan", AuthTime: w.clock.now().Add(-2 * time.Minute)}},
			"not again":       {map[string]string{"prompt": "login"}, oidc.Grant{Account: "chan", AuthTime: w.clock.now().Add(-time.Minute)}},
			"lower assurance": {map[string]string{"claims": `{"id_token":{"acr":{"essential":true,"values":["plus"]}}}`}, oidc.Grant{Account: "chan", ACR: "basic"}},
			"more details":    {nil, oidc.Grant{Account: "chan", Details: []oidc.AuthorizationDetail{{Type: "praya_form", Raw: []byte(`{"type":"praya_form"}`)}}}},
		} {
			f := p.start(c.ask)
			if _, err := w.p.Approve(w.ctx(), f.id, c.g); err == nil {
				t.Errorf("%s was granted", what)
			}
		}
		f := p.start(nil)
		f.approve(oidc.Grant{})
		if _, err := w.p.Approve(w.ctx(), f.id, oidc.Grant{Account: "chan"}); err == nil {
			t.Error("a request was approved twice")
		}
		f = p.start(nil)
		w.clock.by(11 * time.Minute)
		if _, err := w.p.Pending(w.ctx(), f.id); err == nil {
			t.Error("a request outlives its time")
		}
		f = p.start(map[string]string{"claims": `{"userinfo":{"birthdate":{"essential":true}},"id_token":{"email":null}}`, "scope": "openid"})
		f.approve(oidc.Grant{})
		got := f.redeem(nil)
		if id := p.verified(got.text("id_token")); id["email"] == nil || id["birthdate"] != nil {
			t.Errorf("%v", id)
		}
		if u := p.userinfo(got.text("access_token")); u.text("birthdate") != "1980-02-29" || u.json["email"] != nil {
			t.Errorf("%v", u)
		}
	})
}

// TestLimits: the subsystem counts, and the protocol asks it.
func TestLimits(t *testing.T) {
	var failed atomic.Int64
	w := open(t, "sqlite:"+t.TempDir()+"/x.db", nil, nil, func(c *oidc.Config) {
		c.Failed = func(_ *web.Visit, clientID string) {
			if clientID != "" {
				failed.Add(1)
			}
		}
		c.Limit = func(v *web.Visit, endpoint string) error {
			if failed.Load() < 3 || endpoint != "/token" || !v.Client().IsLoopback() {
				return nil
			}
			return fault.New(fault.TooMany, "web.fault.too-many.text")
		}
	})
	p := w.register(oidc.Plain, func(c *oidc.Client) { c.AuthMethod = "client_secret_post" })
	p.secret = "guess"
	for range 3 {
		p.call("/token", map[string]string{"grant_type": "client_credentials"}).is(t, "guess", 401, "invalid_client")
	}
	if a := p.call("/token", map[string]string{"grant_type": "client_credentials"}); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
		t.Errorf("%v", a)
	}
}

// TestAskingIsLimitedByEveryHint: id_token_hint goes to the same phone as login_hint.
func TestAskingIsLimitedByEveryHint(t *testing.T) {
	var asked atomic.Int64
	w := open(t, "sqlite:"+t.TempDir()+"/x.db", nil, nil, func(c *oidc.Config) {
		c.MayAsk = func(_ context.Context, account string) error {
			if account != "chan" {
				t.Errorf("asked about %q", account)
			}
			if asked.Add(1) > 2 {
				return fault.New(fault.TooMany, "web.fault.too-many.text")
			}
			return nil
		}
	})
	p := w.register(oidc.FAPI)
	a := p.call("/bc-authorize", map[string]string{"scope": "openid", "login_hint": "chan"})
	waiting, err := w.p.Waiting(w.ctx(), "chan")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.p.Approve(w.ctx(), waiting[0].ID, oidc.Grant{Account: "chan"}); err != nil {
		t.Fatal(err)
	}
	got := p.call("/token", map[string]string{"grant_type": ciba, "auth_req_id": a.text("auth_req_id")})
	hint := map[string]string{"scope": "openid", "id_token_hint": got.text("id_token")}
	p.call("/bc-authorize", hint).is(t, "id_token_hint", 200, "")
	for _, form := range []map[string]string{hint, {"scope": "openid", "login_hint": "chan"}} {
		if a := p.call("/bc-authorize", form); a.status != http.StatusTooManyRequests {
			t.Errorf("%v", a)
		}
	}
}

func TestSecretsOfPlainClients(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.Plain)
		wrong := *p
		wrong.secret = random()
		a := wrong.call("/token", map[string]string{"grant_type": "client_credentials"})
		a.is(t, "wrong secret", 401, "invalid_client")
		if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Basic ") {
			t.Errorf("%v", a.header)
		}
		wrong = *p
		wrong.post = true
		wrong.call("/token", map[string]string{"grant_type": "client_credentials"}).is(t, "the other method", 401, "invalid_client")
		signed := w.register(oidc.FAPI)
		signed.secret = "x"
		signed.call("/token", map[string]string{"grant_type": "client_credentials"}).is(t, "a client without a secret", 401, "invalid_client")
		for _, h := range []string{"Basic !!!", "Bearer x", "Basic " + b64([]byte("%zz:x"))} {
			w.do("POST", w.issuer()+"/token", "grant_type=client_credentials", map[string]string{"Authorization": h}).is(t, h, 401, "invalid_client")
		}
		if a := w.do("GET", w.issuer()+"/token", "", nil); a.status != http.StatusMethodNotAllowed {
			t.Errorf("%v", a)
		}
	})
}

// TestNothingPersonalIsKept: neither in the log nor in the developer's notes nor, unsealed, in the database.
func TestNothingPersonalIsKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.FAPI)
		f, a := p.login(map[string]string{"login_hint": "hint-of-chan", "scope": "openid profile offline_access"})
		p.userinfo(a.text("access_token"))
		p.call("/introspect", map[string]string{"token": a.text("access_token")})
		notes, _ := json.Marshal(w.notes.list)
		if len(w.notes.list) < 4 {
			t.Fatalf("notes: %s", notes)
		}
		for _, secret := range []string{"hint-of-chan", f.code(), f.verifier, f.state, f.nonce, a.text("access_token"), a.text("refresh_token"), a.text("id_token"), "CHAN Tai Man", "chan@example.org"} {
			if strings.Contains(string(notes), secret) {
				t.Errorf("the notes hold %q", secret)
			}
			if strings.Contains(w.log.String(), secret) {
				t.Errorf("the log holds %q", secret)
			}
			if dumped(t, w, secret) {
				t.Errorf("the database holds %q", secret)
			}
		}
		if !strings.Contains(string(notes), `"redirect_uri":"`+redirectURI) || !strings.Contains(string(notes), p.id) {
			t.Errorf("notes: %s", notes)
		}
	})
}
