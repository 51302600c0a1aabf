package oidc

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/sign"
)

// bare is a provider without a store, that knows one client: enough for what only parses.
func bare(f *testing.F) (*Provider, *Client, *ecdsa.PrivateKey) {
	f.Helper()
	ring, err := sign.OpenRing(filepath.Join(f.TempDir(), "ring"), filepath.Join(f.TempDir(), "key"), when.System)
	if err != nil {
		f.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	start := when.System()
	p := New(Config{
		Ring: ring, Clock: func() when.Instant { return start }, Log: slog.New(slog.DiscardHandler), Issuer: IssuerAt("https://op.example"),
		DetailTypes: []string{"praya_form"},
	})
	c := &Client{ID: "c1", Kind: FAPI, Metadata: Metadata{
		AuthMethod: byKey, RedirectURIs: []string{"https://c.example/cb"}, Scope: "openid read", GrantTypes: []string{grantCode},
	}, keys: keySet{{Key: key.Public(), KeyID: "k"}}}
	p.clients.put(who.Production, c, start)
	return p, c, key
}

func seed(f *testing.F, key *ecdsa.PrivateKey, typ string, embed bool, claims map[string]any) string {
	f.Helper()
	o := (&jose.SignerOptions{EmbedJWK: embed}).WithType(jose.ContentType(typ))
	if !embed {
		o.WithHeader("kid", "k")
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, o)
	if err != nil {
		f.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		f.Fatal(err)
	}
	jws, err := s.Sign(payload)
	if err != nil {
		f.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		f.Fatal(err)
	}
	return text
}

func (p *Provider) fuzzed(endpoint, header string) *call {
	q := httptest.NewRequest(http.MethodPost, "https://op.example"+endpoint, nil)
	if header != "" {
		q.Header.Set("DPoP", header)
	}
	return &call{ctx: context.Background(), q: q, endpoint: endpoint, issuer: "https://op.example", now: p.Clock(), params: params{}}
}

// sameJWT compares what is signed; the last letters of base64url have bits to spare.
func sameJWT(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	if len(x) != 3 {
		return false
	}
	for i := range 2 {
		c, err1 := base64.RawURLEncoding.DecodeString(x[i])
		d, err2 := base64.RawURLEncoding.DecodeString(y[i])
		if err1 != nil || err2 != nil || !bytes.Equal(c, d) {
			return false
		}
	}
	return true
}

// parts gives broken relatives of a good JWT.
func parts(f *testing.F, good string) {
	f.Add(good)
	dot := strings.Split(good, ".")
	f.Add(dot[0] + "." + dot[1] + ".")
	f.Add(dot[0] + ".e30." + dot[2])
	f.Add("eyJhbGciOiJub25lIn0." + dot[1] + ".")
	f.Add("{}")
	f.Add("...")
}

func FuzzClientAssertion(f *testing.F) {
	p, _, key := bare(f)
	now := p.Clock().Time().Unix()
	good := seed(f, key, "JWT", false, map[string]any{"iss": "c1", "sub": "c1", "aud": "https://op.example", "jti": "1", "exp": now + 60})
	parts(f, good)
	f.Fuzz(func(t *testing.T, raw string) {
		c := p.fuzzed(pathToken, "")
		c.params["client_assertion_type"], c.params["client_assertion"] = assertionType, raw
		err := p.authenticate(c)
		if err == nil && (c.client == nil || c.client.ID != "c1" || len(c.once) != 1 || !sameJWT(raw, good)) {
			t.Fatalf("accepted %q", raw)
		}
		refusedWell(t, err)
	})
}

func FuzzProof(f *testing.F) {
	p, _, key := bare(f)
	nonce, err := p.nonce(context.Background(), p.Clock())
	if err != nil {
		f.Fatal(err)
	}
	good := seed(f, key, "dpop+jwt", true, map[string]any{
		"jti": "1", "htm": "POST", "htu": "https://op.example/token", "iat": p.Clock().Time().Unix(), "nonce": nonce,
	})
	parts(f, good)
	f.Fuzz(func(t *testing.T, raw string) {
		c := p.fuzzed(pathToken, strings.Map(func(r rune) rune {
			if r < 0x20 || r > 0x7e {
				return '?'
			}
			return r
		}, raw))
		err := p.readProof(c)
		if err == nil && c.proof != nil && !sameJWT(c.q.Header.Get("DPoP"), good) {
			t.Fatalf("accepted %q", raw)
		}
		refusedWell(t, err)
	})
}

func FuzzRequestObject(f *testing.F) {
	p, client, key := bare(f)
	now := p.Clock().Time().Unix()
	good := seed(f, key, "oauth-authz-req+jwt", false, map[string]any{
		"iss": "c1", "aud": "https://op.example", "nbf": now, "exp": now + 60, "scope": "openid", "max_age": 1, "claims": map[string]any{},
	})
	parts(f, good)
	f.Fuzz(func(t *testing.T, raw string) {
		c := p.fuzzed(pathPAR, "")
		c.client, c.params["request"] = client, raw
		q, err := p.requestParams(c, "")
		if err == nil && raw != "" && !sameJWT(raw, good) {
			t.Fatalf("accepted %q as %v", raw, q)
		}
		refusedWell(t, err)
	})
}

// FuzzRequest reads a pushed request: what is accepted stays within the client's bounds.
func FuzzRequest(f *testing.F) {
	p, client, _ := bare(f)
	f.Add("response_type=code&redirect_uri=https%3A%2F%2Fc.example%2Fcb&scope=openid&code_challenge_method=S256&code_challenge=" + b64(hashOf("x")))
	f.Add("response_type=code&response_type=code")
	f.Add("claims=%7B%7D&authorization_details=%5B%7B%22type%22%3A%22praya_form%22%7D%5D&max_age=9")
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := parseParams(raw)
		refusedWell(t, err)
		if err != nil || q["id_token_hint"] != "" {
			return
		}
		c := p.fuzzed(pathPAR, "")
		c.client = client
		r, err := p.readRequest(c, q)
		refusedWell(t, err)
		if err == nil && (r.RedirectURI != "https://c.example/cb" || !isThumbprint(r.Challenge) || r.ResponseMode == "") {
			t.Fatalf("accepted %+v", r)
		}
	})
}

func FuzzDetails(f *testing.F) {
	f.Add([]byte(`[{"type":"praya_form","fields":["name"]}]`))
	f.Add([]byte(`[{"type":1}]`))
	f.Add([]byte(`[[[[[[]]]]]]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		details, err := readDetails(raw)
		if err != nil {
			return
		}
		for _, d := range details {
			if d.Type == "" || !json.Valid(d.Raw) || !utf8.Valid(d.Raw) {
				t.Fatalf("accepted %q", raw)
			}
		}
	})
}

func FuzzClaimsRequest(f *testing.F) {
	f.Add([]byte(`{"userinfo":{"email":null,"name":{"essential":true}},"id_token":{"acr":{"values":["plus"]}}}`))
	f.Add([]byte(`{"userinfo":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := readClaimsRequest(raw)
		if err == nil && (len(c.Userinfo) > maxClaims || len(c.IDToken) > maxClaims) {
			t.Fatalf("accepted %d claims", len(c.Userinfo))
		}
		_ = c.IDToken["acr"].texts()
	})
}

func FuzzMetadata(f *testing.F) {
	p, _, _ := bare(f)
	f.Add([]byte(`{"redirect_uris":["https://c.example/cb"],"client_name":"x"}`))
	f.Add([]byte(`{"redirect_uris":["https://c.example/cb"],"jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}}`))
	f.Add([]byte(`{"redirect_uris":["com.example.app:/cb"],"application_type":"native"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := p.ReadMetadata(context.Background(), raw)
		refusedWell(t, err)
		if err != nil {
			return
		}
		for _, u := range c.RedirectURIs {
			parsed, err := url.Parse(u)
			if err != nil || parsed.Fragment != "" || len(u) > maxURI || parsed.Scheme == "http" && c.ApplicationType != "native" {
				t.Fatalf("accepted %q", u)
			}
		}
		if c.fapi() && c.AuthMethod != byKey {
			t.Fatalf("accepted %+v", c)
		}
	})
}

// refusedWell: every no has a code and a sentence of plain ASCII.
func refusedWell(t *testing.T, err error) {
	t.Helper()
	var no *Refusal
	if err == nil {
		return
	}
	if !errors.As(err, &no) || no.Code == "" || no.Description == "" || no.Description != printable(no.Description) {
		t.Fatalf("%T %v", err, err)
	}
}
