package oidc_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/subsystems/identity/internal/oidc"
)

// resigned signs a payload under a header that is encoded already.
func resigned(p *party, header, payload string) string {
	input := header + "." + b64([]byte(payload))
	h := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, p.key.(*ecdsa.PrivateKey), h[:])
	if err != nil {
		panic(err)
	}
	var sig [64]byte
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return input + "." + b64(sig[:])
}

// dumped looks through all rows of the protocol's tables.
func dumped(t *testing.T, w *world, secret string) (found bool) {
	t.Helper()
	err := w.db.Read(w.ctx(), func(tx *db.Tx) error {
		tables, err := tx.Tables()
		if err != nil {
			return err
		}
		for _, table := range tables {
			if !strings.HasPrefix(table.Name, "identity_oidc") {
				continue
			}
			rows, err := tx.Dump(table)
			if err != nil {
				return err
			}
			for rows.Next() {
				values, scan := make([]any, len(table.Columns)), make([]any, len(table.Columns))
				for i := range values {
					scan[i] = &values[i]
				}
				if err := rows.Scan(scan...); err != nil {
					return err
				}
				for _, v := range values {
					if b, is := v.([]byte); is && bytes.Contains(b, []byte(secret)) || strings.Contains(fmt.Sprint(v), secret) {
						found = true
					}
				}
			}
			if err := rows.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestTwoProcessesAreOneProvider: pushed at one, authorized at the other, redeemed at the first.
func TestTwoProcessesAreOneProvider(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		a := open(t, address, nil, nil)
		issuer := func(c *oidc.Config) { c.Issuer = oidc.IssuerAt(a.server.URL) }
		b := open(t, address, a.clock, a.ring, issuer)
		// One name for both: a balancer that sends every other request elsewhere.
		var turn atomic.Int64
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			if turn.Add(1)%2 == 0 {
				a.server.Config.Handler.ServeHTTP(w, q)
				return
			}
			b.server.Config.Handler.ServeHTTP(w, q)
		}))
		t.Cleanup(front.Close)
		issued := oidc.IssuerAt(front.URL)
		a.p.Issuer, b.p.Issuer = issued, issued
		both := *a
		both.server = front
		p := both.register(oidc.FAPI)
		for range 3 {
			_, got := p.login(map[string]string{"scope": "openid offline_access"})
			p.verified(got.text("id_token"))
			for range 2 { // each of the two
				if p.userinfo(got.text("access_token")).status != 200 || p.active(got.text("access_token"))["active"] != true {
					t.Error("one of them does not know the token")
				}
			}
		}
		used := p.assertion()
		ok := 0
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				r := p.once("/introspect", map[string]string{"token": "x", "client_assertion": used}, nil)
				mu.Lock()
				defer mu.Unlock()
				if r.status == 200 {
					ok++
				}
			})
		}
		wg.Wait()
		if ok != 1 {
			t.Errorf("an assertion was good for %d of 8 at once", ok)
		}
	})
}

// TestACodeIsGoodForOnce, also when two ask at the same instant.
func TestACodeIsGoodForOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.Plain)
		f := p.start(nil)
		f.approve(oidc.Grant{})
		var good atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if f.redeem(nil).status == 200 {
					good.Add(1)
				}
			})
		}
		wg.Wait()
		if good.Load() != 1 {
			t.Errorf("good for %d", good.Load())
		}
	})
}

// TestRotationWhileServing: no request fails, and what was signed before stays good. The time that
// a key must be published passes on the test's own clock, so a slow machine rotates no sooner.
func TestRotationWhileServing(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		const publish = 20 * time.Second // less than a code lives, more than a machine stands still
		w := open(t, address, nil, nil, func(c *oidc.Config) { c.Lifetimes.Publish = publish })
		p := w.register(oidc.Plain)
		_, first := p.login(nil)
		before := kids(t, p)
		if err := w.p.Rotate(w.ctx()); err != nil && !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		if err := w.p.Rotate(w.ctx()); !fault.Is(err, fault.Conflict) {
			t.Errorf("a key signs that nobody could know: %v", err)
		}
		if err := w.p.RotateOlder(w.ctx(), time.Hour); err != nil || len(kids(t, p)) > len(before)+2 {
			t.Errorf("young keys were rotated: %v", err)
		}
		stop := make(chan struct{})
		var wg sync.WaitGroup
		var n atomic.Int64
		for range 3 {
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					_, a := p.login(nil)
					p.verified(a.text("id_token"))
					n.Add(1)
				}
			})
		}
		for range 3 {
			time.Sleep(100 * time.Millisecond)
			w.clock.by(publish)
			if err := w.p.Rotate(w.ctx()); err != nil {
				t.Error(err)
			}
		}
		close(stop)
		wg.Wait()
		p.verified(first.text("id_token"))
		w.clock.by(2 * time.Second) // a login between the clock's step and the rotation has read the keys of before
		if n.Load() == 0 || len(kids(t, p)) < 10 {
			t.Errorf("%d logins, keys %v", n.Load(), kids(t, p))
		}
		w.clock.by(24 * time.Hour)
		if _, err := w.p.Sweep(w.ctx()); err != nil {
			t.Error(err)
		}
		w.clock.by(2 * time.Second)
		left := kids(t, p)
		if len(left) != 4 || slices.ContainsFunc(left, func(id string) bool { return slices.Contains(before, id) }) {
			t.Errorf("keys that ended are published: %v of %v", left, before)
		}
	})
}

func kids(t *testing.T, p *party) (out []string) {
	t.Helper()
	set := p.keys()
	for i := range set.Len() {
		k, _ := set.Key(i)
		id, _ := k.KeyID()
		out = append(out, id)
		if private, err := jwk.IsPrivateKey(k); err != nil || private {
			t.Errorf("a private key is published")
		}
	}
	return out
}

func TestSweep(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.FAPI)
		_, a := p.login(map[string]string{"scope": "openid offline_access"})
		p.start(nil)
		w.clock.by(2 * time.Hour)
		n, err := w.p.Sweep(w.ctx())
		if err != nil || n < 5 {
			t.Errorf("%d, %v", n, err)
		}
		if r := p.call("/token", map[string]string{"grant_type": "refresh_token", "refresh_token": a.text("refresh_token")}); r.status != 200 {
			t.Errorf("swept too much: %v", r)
		}
		w.clock.by(100 * 24 * time.Hour)
		if _, err := w.p.Sweep(w.ctx()); err != nil {
			t.Error(err)
		}
		if n, err := w.p.Sweep(w.ctx()); n != 0 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	})
}

func (w *world) registerOpenly(metadata map[string]any) answer {
	raw, err := json.Marshal(metadata)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.do("POST", w.issuer()+"/register", string(raw), map[string]string{"Content-Type": "application/json"})
}

func TestRegistration(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.sandbox()
		key := ecKey()
		set := jwk.NewSet()
		_ = set.AddKey(publicJWK(key, "sig-1", "sig"))
		good := func() map[string]any {
			return map[string]any{
				"client_name": "Sample", "redirect_uris": []string{"http://localhost:9999/cb"}, "jwks": set, "scope": "openid forms",
				"grant_types": []string{"authorization_code", "client_credentials"}, "authorization_details_types": []string{"praya_form", "unknown"},
			}
		}
		a := s.registerOpenly(good())
		if a.status != 201 || a.text("token_endpoint_auth_method") != "private_key_jwt" || a.text("id_token_signed_response_alg") != "ES256" ||
			a.text("praya_profile") != "fapi" || a.json["dpop_bound_access_tokens"] != true || a.text("client_secret") != "" {
			t.Fatalf("%v", a)
		}
		p := &party{w: s, id: a.text("client_id"), key: key, proofKey: ecKey(), redirect: "http://localhost:9999/cb", mode: oidc.FAPI}
		if _, got := p.login(map[string]string{"scope": "openid"}); got.status != 200 {
			t.Errorf("%v", got)
		}
		plain := s.registerOpenly(map[string]any{"redirect_uris": []string{"https://x.example/cb"}})
		if plain.status != 201 || len(plain.text("client_secret")) != 43 || plain.text("praya_profile") != "plain" {
			t.Errorf("%v", plain)
		}
		if a := w.registerOpenly(good()); a.status != 404 && a.status != 405 {
			t.Errorf("production: %v", a)
		}
		many := make([]string, 3000)
		for i := range many {
			many[i] = fmt.Sprintf("https://x.example/%d", i)
		}
		for what, c := range map[string]struct {
			name  string
			value any
			code  string
		}{
			"many":            {"redirect_uris", many[:21], "invalid_redirect_uri"},
			"long":            {"redirect_uris", []string{"https://x.example/" + strings.Repeat("x", 2000)}, "invalid_redirect_uri"},
			"fragment":        {"redirect_uris", []string{"https://x.example/#a"}, "invalid_redirect_uri"},
			"http":            {"redirect_uris", []string{"http://x.example/"}, "invalid_redirect_uri"},
			"script":          {"redirect_uris", []string{"javascript:alert(1)"}, "invalid_redirect_uri"},
			"user":            {"redirect_uris", []string{"https://a@x.example/"}, "invalid_redirect_uri"},
			"none":            {"redirect_uris", nil, "invalid_redirect_uri"},
			"hosts":           {"redirect_uris", []string{"https://a.example/", "https://b.example/"}, "invalid_client_metadata"},
			"not a list":      {"redirect_uris", "https://x.example", "invalid_client_metadata"},
			"algorithm":       {"id_token_signed_response_alg", "none", "invalid_client_metadata"},
			"RS256":           {"id_token_signed_response_alg", "RS256", "invalid_client_metadata"},
			"method":          {"token_endpoint_auth_method", "none", "invalid_client_metadata"},
			"encryption":      {"id_token_encrypted_response_alg", "RSA1_5", "invalid_client_metadata"},
			"both":            {"jwks_uri", "https://x.example/jwks", "invalid_client_metadata"},
			"private key":     {"jwks", json.RawMessage(`{"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"c"}]}`), "invalid_client_metadata"},
			"no key":          {"jwks", json.RawMessage(`{"keys":[]}`), "invalid_client_metadata"},
			"grant":           {"grant_types", []string{"implicit"}, "invalid_client_metadata"},
			"response":        {"response_types", []string{"token"}, "invalid_client_metadata"},
			"public subjects": {"subject_type", "public", "invalid_client_metadata"},
			"mTLS":            {"tls_client_certificate_bound_access_tokens", true, "invalid_client_metadata"},
			"push":            {"backchannel_token_delivery_mode", "push", "invalid_client_metadata"},
			"ping to nowhere": {"backchannel_token_delivery_mode", "ping", "invalid_client_metadata"},
			"deep":            {"x", json.RawMessage(strings.Repeat("[", 30) + strings.Repeat("]", 30)), "invalid_client_metadata"},
		} {
			m := good()
			m[c.name] = c.value
			s.registerOpenly(m).is(t, what, 400, c.code)
		}
		m := good()
		m["redirect_uris"] = many
		if a := s.registerOpenly(m); a.status < 400 || a.status > 413 {
			t.Errorf("thousands: %d", a.status)
		}
		s.do("POST", s.issuer()+"/register", "[]", map[string]string{"Content-Type": "application/json"}).is(t, "list", 400, "invalid_client_metadata")
		s.do("POST", s.issuer()+"/register", `{"a":1,"a":2}`, map[string]string{"Content-Type": "application/json"}).is(t, "twice", 400, "invalid_client_metadata")
	})
}

// TestKeysBehindAnAddress: fetched, fetched again for a new kid, and never from inside in production.
func TestKeysBehindAnAddress(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var mu sync.Mutex
		set := jwk.NewSet()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			_ = json.NewEncoder(w).Encode(set)
		}))
		t.Cleanup(server.Close)
		s := w.sandbox()
		at := func(c *oidc.Client) { c.JWKS, c.JWKSURI = nil, server.URL }
		p := s.register(oidc.FAPI, at)
		mu.Lock()
		_ = set.AddKey(publicJWK(p.key, "sig-1", "sig"))
		mu.Unlock()
		ask := map[string]string{"grant_type": "client_credentials"}
		p.call("/token", ask).is(t, "fetched", 200, "")
		p.key = ecKey()
		mu.Lock()
		_ = set.Clear()
		_ = set.AddKey(publicJWK(p.key, "sig-2", "sig"))
		mu.Unlock()
		w.clock.by(11 * time.Second)
		fresh := jwt(p.key, map[string]any{"kid": "sig-2"}, map[string]any{"iss": p.id, "sub": p.id, "aud": s.issuer(), "jti": random(), "exp": w.clock.unix() + 60})
		p.call("/token", map[string]string{"grant_type": "client_credentials", "client_assertion": fresh}).is(t, "a new kid", 200, "")
		inside := func(c *oidc.Client) { c.JWKS, c.JWKSURI = nil, "https://127.0.0.1:"+strings.Split(server.URL, ":")[2] }
		q := w.register(oidc.FAPI, inside)
		q.call("/token", ask).is(t, "inside", 401, "invalid_client")
		if !strings.Contains(w.log.String(), "the address is not public") {
			t.Errorf("the log does not say why: %s", w.log)
		}
	})
}

func TestAnEndedClient(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.FAPI)
		_, a := p.login(nil)
		if err := w.db.Write(w.ctx(), func(tx *db.Tx) error { return w.p.EndClient(tx, p.id) }); err != nil {
			t.Fatal(err)
		}
		p.call("/token", map[string]string{"grant_type": "client_credentials"}).is(t, "ended", 401, "invalid_client")
		p.userinfo(a.text("access_token")).is(t, "its token", 401, "invalid_token")
	})
}
