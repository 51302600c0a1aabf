package httpsig_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"praya/kernel/when"
	"praya/platform/httpsig"
)

// fixed is a clock that a test moves.
type fixed struct{ now time.Time }

func (f *fixed) clock() when.Instant { return when.At(f.now) }

func noon() *fixed { return &fixed{time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)} }

// signed is a request that holds, as it comes in, and the side that verifies it.
func signed(t testing.TB, p pair, clock *fixed, profile httpsig.Profile) (*http.Request, *httpsig.Verifier) {
	t.Helper()
	profile.Tag = tag
	s, err := httpsig.NewSigner(profile, keyID, p.private, clock.clock)
	if err != nil {
		t.Fatal(err)
	}
	v, err := httpsig.NewVerifier(profile, p.keys(), clock.clock)
	if err != nil {
		t.Fatal(err)
	}
	r := ask(t)
	if _, err := s.Request(r); err != nil {
		t.Fatal(err)
	}
	return wire(t, r), v
}

func edit(r *http.Request, field, old, new string) {
	was := r.Header.Get(field)
	now := strings.Replace(was, old, new, 1)
	if now == was {
		panic("nothing to replace in " + field + ": " + was)
	}
	r.Header.Set(field, now)
}

func TestRefusalsOfRequests(t *testing.T) {
	const si, sg = "Signature-Input", "Signature"
	many := ""
	for i := range 40 {
		many += fmt.Sprintf(` "x-%d"`, i)
	}
	for _, c := range []struct {
		name string
		do   func(r *http.Request, clock *fixed)
		rule httpsig.Rule
	}{
		{"method", func(r *http.Request, _ *fixed) { r.Method = "PUT" }, httpsig.RuleSignature},
		{"path", func(r *http.Request, _ *fixed) { r.URL.Path, r.URL.RawPath = "/exchange/other", "" }, httpsig.RuleSignature},
		{"query", func(r *http.Request, _ *fixed) { r.URL.RawQuery += "&more" }, httpsig.RuleSignature},
		{"host", func(r *http.Request, _ *fixed) { r.Host = "other.example.gov.hk" }, httpsig.RuleSignature},
		{"content-type changed", func(r *http.Request, _ *fixed) { r.Header.Set("Content-Type", "text/html") }, httpsig.RuleSignature},
		{"content-type taken out", func(r *http.Request, _ *fixed) { r.Header.Del("Content-Type") }, httpsig.RuleComponents},
		{"content-encoding put in", func(r *http.Request, _ *fixed) { r.Header.Set("Content-Encoding", "gzip") }, httpsig.RuleComponents},
		{"named field changed", func(r *http.Request, _ *fixed) { r.Header.Set("X-Purpose", "other") }, httpsig.RuleSignature},
		{"named field twice", func(r *http.Request, _ *fixed) { r.Header.Add("X-Purpose", "other") }, httpsig.RuleSignature},
		{"named field taken out", func(r *http.Request, _ *fixed) { r.Header.Del("X-Purpose") }, httpsig.RuleComponents},
		{"named field not covered", func(r *http.Request, _ *fixed) { edit(r, si, ` "x-purpose"`, "") }, httpsig.RuleComponents},
		{"line end in a field", func(r *http.Request, _ *fixed) { r.Header["X-Purpose"] = []string{"a\n\"@method\": GET"} }, httpsig.RuleSyntax},
		{"not ASCII in a field", func(r *http.Request, _ *fixed) { r.Header["X-Purpose"] = []string{"目的"} }, httpsig.RuleSyntax},
		{"long field", func(r *http.Request, _ *fixed) { r.Header.Set("X-Purpose", strings.Repeat("a", 9000)) }, httpsig.RuleSize},
		{"long address", func(r *http.Request, _ *fixed) { r.URL.RawQuery = strings.Repeat("a", 9000) }, httpsig.RuleSize},
		{"address not covered", func(r *http.Request, _ *fixed) { edit(r, si, ` "@target-uri"`, ` "@path" "@query"`) }, httpsig.RuleComponents},
		{"method not covered", func(r *http.Request, _ *fixed) { edit(r, si, `"@method" `, "") }, httpsig.RuleComponents},
		{"digest not covered", func(r *http.Request, _ *fixed) { edit(r, si, ` "content-digest"`, "") }, httpsig.RuleComponents},
		{"covered twice", func(r *http.Request, _ *fixed) { edit(r, si, `"@method"`, `"@method" "@method"`) }, httpsig.RuleComponents},
		{"unknown derived component", func(r *http.Request, _ *fixed) { edit(r, si, `"@method"`, `"@method" "@signature-params"`) }, httpsig.RuleComponents},
		{"upper case", func(r *http.Request, _ *fixed) { edit(r, si, `"x-purpose"`, `"X-Purpose"`) }, httpsig.RuleComponents},
		{"a parameter of a component", func(r *http.Request, _ *fixed) { edit(r, si, `"x-purpose"`, `"x-purpose";bs`) }, httpsig.RuleComponents},
		{"req in a request", func(r *http.Request, _ *fixed) { edit(r, si, `"x-purpose"`, `"x-purpose" "@method";req`) }, httpsig.RuleComponents},
		{"req that is false", func(r *http.Request, _ *fixed) { edit(r, si, `"x-purpose"`, `"x-purpose";req=?0`) }, httpsig.RuleComponents},
		{"status in a request", func(r *http.Request, _ *fixed) { edit(r, si, `"@method"`, `"@method" "@status"`) }, httpsig.RuleComponents},
		{"a component that is a token", func(r *http.Request, _ *fixed) { edit(r, si, `"x-purpose"`, `x-purpose`) }, httpsig.RuleSyntax},
		{"too many components", func(r *http.Request, _ *fixed) { edit(r, si, `"@method"`, `"@method"`+many) }, httpsig.RuleSize},
		{"unsigned", func(r *http.Request, _ *fixed) { r.Header.Del(si); r.Header.Del(sg) }, httpsig.RuleUnsigned},
		{"no signature", func(r *http.Request, _ *fixed) { r.Header.Del(sg) }, httpsig.RuleUnsigned},
		{"another label", func(r *http.Request, _ *fixed) { edit(r, si, "sig1=", "sig2=") }, httpsig.RuleUnsigned},
		{"another label in one", func(r *http.Request, _ *fixed) { edit(r, sg, "sig1=", "sig2=") }, httpsig.RuleUnsigned},
		{"broken input", func(r *http.Request, _ *fixed) { r.Header.Set(si, `sig1=("@method"`) }, httpsig.RuleSyntax},
		{"input is no list", func(r *http.Request, _ *fixed) { r.Header.Set(si, `sig1="x"`) }, httpsig.RuleSyntax},
		{"broken signature", func(r *http.Request, _ *fixed) { r.Header.Set(sg, `sig1=:%%:`) }, httpsig.RuleSyntax},
		{"signature is a string", func(r *http.Request, _ *fixed) { r.Header.Set(sg, `sig1="x"`) }, httpsig.RuleSyntax},
		{"signature is a list", func(r *http.Request, _ *fixed) { r.Header.Set(sg, `sig1=(:AAAA:)`) }, httpsig.RuleSyntax},
		{"short signature", func(r *http.Request, _ *fixed) { r.Header.Set(sg, `sig1=:AAAA:`) }, httpsig.RuleSignature},
		{"empty signature", func(r *http.Request, _ *fixed) { r.Header.Set(sg, `sig1=::`) }, httpsig.RuleSignature},
		{"zero signature", func(r *http.Request, _ *fixed) { r.Header.Set(sg, `sig1=:`+strings.Repeat("A", 86)+`==:`) }, httpsig.RuleSignature},
		{"long signature field", func(r *http.Request, _ *fixed) { r.Header.Add(sg, "sig9=:"+strings.Repeat("A", 9000)+":") }, httpsig.RuleSize},
		{"long input field", func(r *http.Request, _ *fixed) { r.Header.Add(si, `sig9=("`+strings.Repeat("a", 9000)+`")`) }, httpsig.RuleSize},
		{"nonce changed", func(r *http.Request, _ *fixed) { edit(r, si, `nonce="`, `nonce="a`) }, httpsig.RuleSignature},
		{"nonce short", func(r *http.Request, _ *fixed) { edit(r, si, `nonce="`, `nonce="a";nonce="`); cutNonce(r, 8) }, httpsig.RuleParameters},
		{"nonce long", func(r *http.Request, _ *fixed) { edit(r, si, `nonce="`, `nonce="`+strings.Repeat("a", 128)) }, httpsig.RuleParameters},
		{"no nonce", func(r *http.Request, _ *fixed) { edit(r, si, `;nonce=`, `;other=`) }, httpsig.RuleParameters},
		{"no keyid", func(r *http.Request, _ *fixed) { edit(r, si, `;keyid="`+keyID+`"`, ``) }, httpsig.RuleParameters},
		{"no alg", func(r *http.Request, _ *fixed) { edit(r, si, `;alg="ed25519"`, ``) }, httpsig.RuleParameters},
		{"no tag", func(r *http.Request, _ *fixed) { edit(r, si, `;tag="`+tag+`"`, ``) }, httpsig.RuleParameters},
		{"no created", func(r *http.Request, _ *fixed) { edit(r, si, `;created=`, `;created=0;expires=`) }, httpsig.RuleParameters},
		{"created is a string", func(r *http.Request, _ *fixed) { edit(r, si, `;created=`, `;created="x";tag=`) }, httpsig.RuleParameters},
		{"keyid is a number", func(r *http.Request, _ *fixed) { edit(r, si, `"`+keyID+`"`, `1`) }, httpsig.RuleParameters},
		{"another tag", func(r *http.Request, _ *fixed) { edit(r, si, tag, "praya-other") }, httpsig.RuleTag},
		{"long keyid", func(r *http.Request, _ *fixed) { edit(r, si, keyID, strings.Repeat("k", 300)) }, httpsig.RuleSize},
		{"unknown key", func(r *http.Request, _ *fixed) { edit(r, si, keyID, "other") }, httpsig.RuleKey},
		{"another algorithm", func(r *http.Request, _ *fixed) { edit(r, si, "ed25519", "ecdsa-p256-sha256") }, httpsig.RuleAlgorithm},
		{"a symmetric algorithm", func(r *http.Request, _ *fixed) { edit(r, si, "ed25519", "hmac-sha256") }, httpsig.RuleAlgorithm},
		{"from the future", func(_ *http.Request, c *fixed) { c.now = c.now.Add(-31 * time.Second) }, httpsig.RuleCreated},
		{"expired", func(_ *http.Request, c *fixed) { c.now = c.now.Add(90 * time.Second) }, httpsig.RuleExpired},
		{"expires changed", func(r *http.Request, c *fixed) {
			edit(r, si, fmt.Sprint(";expires=", c.now.Unix()+60), fmt.Sprint(";expires=", c.now.Unix()+59))
		}, httpsig.RuleSignature},
		{"lives too long", func(r *http.Request, c *fixed) {
			edit(r, si, fmt.Sprint(";expires=", c.now.Unix()+60), fmt.Sprint(";expires=", c.now.Unix()+61))
		}, httpsig.RuleExpired},
		{"expires before created", func(r *http.Request, c *fixed) {
			edit(r, si, fmt.Sprint(";expires=", c.now.Unix()+60), fmt.Sprint(";expires=", c.now.Unix()))
		}, httpsig.RuleExpired},
		{"times at the edge of the integers", func(r *http.Request, _ *fixed) {
			edit(r, si, ";created=", ";created=-999999999999999;expires=999999999999999;x=")
			cutAfter(r, ";x=")
		}, httpsig.RuleExpired},
		{"digest changed", func(r *http.Request, _ *fixed) { r.Header.Set("Content-Digest", httpsig.DigestOf([]byte("other"))) }, httpsig.RuleSignature},
		{"digest taken out", func(r *http.Request, _ *fixed) { r.Header.Del("Content-Digest") }, httpsig.RuleDigest},
		{"digest by a weak hash", func(r *http.Request, _ *fixed) { r.Header.Set("Content-Digest", "md5=:Sd/dVLAcvNLSq16eXua5uQ==:") }, httpsig.RuleDigest},
		{"digest of a wrong length", func(r *http.Request, _ *fixed) { r.Header.Set("Content-Digest", "sha-256=:AAAA:") }, httpsig.RuleDigest},
		{"digest is a list", func(r *http.Request, _ *fixed) { r.Header.Set("Content-Digest", "sha-256=(1 2)") }, httpsig.RuleDigest},
		{"digest is broken", func(r *http.Request, _ *fixed) { r.Header.Set("Content-Digest", "sha-256=:A") }, httpsig.RuleSyntax},
		{"digest is long", func(r *http.Request, _ *fixed) { r.Header.Set("Content-Digest", strings.Repeat("a=1,", 3000)) }, httpsig.RuleSize},
		{"asterisk", func(r *http.Request, _ *fixed) { r.URL.Path = "*" }, httpsig.RuleComponents},
		{"tunnel", func(r *http.Request, _ *fixed) { r.Method = "CONNECT" }, httpsig.RuleComponents},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock := noon()
			r, v := signed(t, pairs(t)[0], clock, httpsig.Profile{Headers: []string{"X-Purpose"}})
			c.do(r, clock)
			_, err := v.Request(r)
			if got := httpsig.RuleOf(err); got != c.rule {
				t.Errorf("rule %q instead of %q: %v", got, c.rule, err)
			}
			refusal, ok := errors.AsType[*httpsig.Refusal](err)
			if !ok || refusal.What == "" || refusal.Do == "" {
				t.Errorf("%v does not say what to do", err)
			}
			if ok && (strings.Contains(err.Error(), "dpv:") || strings.Contains(err.Error(), "subject")) {
				t.Errorf("%v shows what came in", err)
			}
		})
	}
}

func cutNonce(r *http.Request, n int) {
	in := r.Header.Get("Signature-Input")
	i := strings.LastIndex(in, `nonce="`) + len(`nonce="`)
	j := i + strings.IndexByte(in[i:], '"')
	r.Header.Set("Signature-Input", in[:i+n]+in[j:])
}

func cutAfter(r *http.Request, mark string) {
	before, _, _ := strings.Cut(r.Header.Get("Signature-Input"), mark)
	r.Header.Set("Signature-Input", before)
}

func TestHoldsUntilTheLastSecond(t *testing.T) {
	for _, late := range []time.Duration{-30 * time.Second, 0, 89 * time.Second} {
		clock := noon()
		r, v := signed(t, pairs(t)[0], clock, httpsig.Profile{})
		clock.now = clock.now.Add(late)
		if _, err := v.Request(r); err != nil {
			t.Errorf("%s: %v", late, err)
		}
	}
}

func TestBodiesThatAreNotWhatWasSigned(t *testing.T) {
	for name, text := range map[string]string{"changed": strings.Replace(body, "address", "incomes", 1), "longer": body + " ", "shorter": body[1:], "empty": ""} {
		for _, p := range pairs(t) {
			r, v := signed(t, p, noon(), httpsig.Profile{})
			r.Body = io.NopCloser(strings.NewReader(text))
			if _, err := v.Request(r); err != nil {
				t.Fatal(err)
			}
			if _, err := httpsig.ReadBody(r.Body); httpsig.RuleOf(err) != httpsig.RuleDigest {
				t.Errorf("%s: %v", name, err)
			}
			if n, err := r.Body.Read(make([]byte, 1)); n != 0 || httpsig.RuleOf(err) != httpsig.RuleDigest {
				t.Errorf("%s: a second read gives %d, %v", name, n, err)
			}
		}
	}
}

func TestABodyPutIntoARequestWithoutOne(t *testing.T) {
	s, v := pairs(t)[0].sides(t, httpsig.Profile{})
	r, _ := http.NewRequest(http.MethodGet, "https://gateway.example.gov.hk", nil)
	if _, err := s.Request(r); err != nil {
		t.Fatal(err)
	}
	in := wire(t, r)
	if _, err := v.Request(in); err != nil {
		t.Fatal(err)
	}
	if text, err := httpsig.ReadBody(in.Body); err != nil || len(text) > 0 {
		t.Error(text, err)
	}
	in = wire(t, r)
	in.Body, in.ContentLength = io.NopCloser(strings.NewReader("x")), -1
	if _, err := v.Request(in); httpsig.RuleOf(err) != httpsig.RuleComponents {
		t.Error(err)
	}
}

func TestRefusalsOfResponses(t *testing.T) {
	const si = "Signature-Input"
	p := pairs(t)[0]
	s, v := p.sides(t, httpsig.Profile{Answers: []string{"X-Receipt"}})
	for _, c := range []struct {
		name string
		do   func(a *http.Response, r *http.Request)
		rule httpsig.Rule
	}{
		{"nothing", func(*http.Response, *http.Request) {}, ""},
		{"status", func(a *http.Response, _ *http.Request) { a.StatusCode = 404 }, httpsig.RuleSignature},
		{"answer to another request", func(_ *http.Response, r *http.Request) {
			fresh := ask(t)
			if _, err := s.Request(fresh); err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Signature", fresh.Header.Get("Signature"))
		}, httpsig.RuleSignature},
		{"request unsigned", func(_ *http.Response, r *http.Request) { r.Header.Del("Signature") }, httpsig.RuleUnsigned},
		{"not bound", func(a *http.Response, _ *http.Request) { cut(a, ` "signature";req;key="sig1"`, "") }, httpsig.RuleComponents},
		{"bound to another label", func(a *http.Response, _ *http.Request) { cut(a, `key="sig1"`, `key="sig2"`) }, httpsig.RuleComponents},
		{"bound to itself", func(a *http.Response, _ *http.Request) { cut(a, `;req;key`, `;key`) }, httpsig.RuleComponents},
		{"order of the binding's parameters", func(a *http.Response, _ *http.Request) { cut(a, `;req;key="sig1"`, `;key="sig1";req`) }, httpsig.RuleSignature},
		{"bound twice", func(a *http.Response, _ *http.Request) {
			cut(a, ` "signature";req;key="sig1"`, ` "signature";req;key="sig1" "signature";key="sig1";req`)
		}, httpsig.RuleComponents},
		{"status not covered", func(a *http.Response, _ *http.Request) { cut(a, `"@status" `, "") }, httpsig.RuleComponents},
		{"status of the request", func(a *http.Response, _ *http.Request) { cut(a, `"@status"`, `"@status" "@status";req`) }, httpsig.RuleComponents},
		{"method without req", func(a *http.Response, _ *http.Request) { cut(a, `"@status"`, `"@status" "@method"`) }, httpsig.RuleComponents},
		{"more of the request", func(a *http.Response, _ *http.Request) {
			cut(a, `"@status"`, `"@status" "@method";req "content-digest";req`)
		}, httpsig.RuleSignature},
		{"digest not covered", func(a *http.Response, _ *http.Request) { cut(a, ` "content-digest"`, "") }, httpsig.RuleComponents},
		{"named field taken out", func(a *http.Response, _ *http.Request) { a.Header.Del("X-Receipt") }, httpsig.RuleComponents},
		{"named field not covered", func(a *http.Response, _ *http.Request) { cut(a, ` "x-receipt"`, "") }, httpsig.RuleComponents},
		{"content-type put in", func(a *http.Response, _ *http.Request) { a.Header.Set("Content-Type", "text/html") }, httpsig.RuleComponents},
		{"decompressed on the way", func(a *http.Response, _ *http.Request) { a.Uncompressed = true }, httpsig.RuleConfig},
		{"unsigned", func(a *http.Response, _ *http.Request) { a.Header.Del(si) }, httpsig.RuleUnsigned},
		{"body", func(a *http.Response, _ *http.Request) { a.Body = io.NopCloser(strings.NewReader("x")) }, httpsig.RuleDigest},
		{"no body", func(a *http.Response, _ *http.Request) { a.Body = nil }, httpsig.RuleDigest},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ask(t)
			if _, err := s.Request(r); err != nil {
				t.Fatal(err)
			}
			a := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
			a.Header.Set("X-Receipt", "r-1")
			a.Header.Set("Content-Digest", httpsig.DigestOf([]byte(body)))
			if _, err := s.Response(a.Header, 200, r); err != nil {
				t.Fatal(err)
			}
			c.do(a, r)
			_, err := v.Response(a, r)
			if err == nil {
				_, err = httpsig.ReadBody(a.Body)
			}
			if httpsig.RuleOf(err) != c.rule || c.rule == "" && err != nil {
				t.Errorf("rule %q instead of %q: %v", httpsig.RuleOf(err), c.rule, err)
			}
		})
	}
}

func cut(a *http.Response, old, new string) {
	r := &http.Request{Header: a.Header}
	edit(r, "Signature-Input", old, new)
}

func TestRefusalsOfOurOwnSide(t *testing.T) {
	p := pairs(t)[0]
	clock := noon()
	for name, profile := range map[string]httpsig.Profile{
		"no tag":        {},
		"tag":           {Tag: "目的"},
		"label":         {Tag: tag, Label: "Sig 1"},
		"label's start": {Tag: tag, Label: "1sig"},
		"scheme":        {Tag: tag, Scheme: "ftp"},
		"life":          {Tag: tag, Life: 2 * time.Hour},
		"short life":    {Tag: tag, Life: time.Millisecond},
		"skew":          {Tag: tag, Skew: time.Hour},
		"field":         {Tag: tag, Headers: []string{"a b"}},
		"own field":     {Tag: tag, Answers: []string{"Signature"}},
	} {
		if _, err := httpsig.NewVerifier(profile, p.keys(), clock.clock); httpsig.RuleOf(err) != httpsig.RuleConfig {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := httpsig.NewSigner(profile, keyID, p.private, clock.clock); httpsig.RuleOf(err) != httpsig.RuleConfig {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := httpsig.NewSigner(httpsig.Profile{Tag: tag}, "", p.private, clock.clock); httpsig.RuleOf(err) != httpsig.RuleConfig {
		t.Error("a key without an id", err)
	}
	wide, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if _, err := httpsig.NewSigner(httpsig.Profile{Tag: tag}, keyID, wide, clock.clock); httpsig.RuleOf(err) != httpsig.RuleKey {
		t.Error("a key on P-384", err)
	}
	s, _ := p.sides(t, httpsig.Profile{Headers: []string{"X-Consent"}})
	if _, err := s.Request(ask(t)); httpsig.RuleOf(err) != httpsig.RuleComponents {
		t.Error("a named field that is not there", err)
	}
	s, _ = p.sides(t, httpsig.Profile{})
	r := ask(t)
	if _, err := s.Request(r); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Request(r); httpsig.RuleOf(err) != httpsig.RuleConfig {
		t.Error("signed twice under a label", err)
	}
	if _, err := s.Response(http.Header{}, 200, r); httpsig.RuleOf(err) != httpsig.RuleConfig {
		t.Error("a response without a digest", err)
	}
	digest := http.Header{"Content-Digest": {httpsig.DigestOf(nil)}}
	if _, err := s.Response(digest, 102, r); httpsig.RuleOf(err) != httpsig.RuleConfig {
		t.Error("an interim response", err)
	}
	if _, err := s.Response(digest, 200, ask(t)); httpsig.RuleOf(err) != httpsig.RuleUnsigned {
		t.Error("an answer to an unsigned request", err)
	}
}

func TestKeysThatCannotVerify(t *testing.T) {
	p := pairs(t)[0]
	wide, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	down := errors.New("the store is away")
	for name, c := range map[string]struct {
		key  crypto.PublicKey
		err  error
		rule httpsig.Rule
	}{
		"none":      {nil, nil, httpsig.RuleKey},
		"short":     {ed25519.PublicKey{1}, nil, httpsig.RuleKey},
		"P-384":     {wide.Public(), nil, httpsig.RuleKey},
		"nil ECDSA": {(*ecdsa.PublicKey)(nil), nil, httpsig.RuleKey},
		"revoked":   {nil, fmt.Errorf("revoked yesterday: %w", httpsig.ErrUnknownKey), httpsig.RuleKey},
		"a fault":   {nil, down, ""},
		"another":   {pairs(t)[0].private.Public(), nil, httpsig.RuleSignature},
	} {
		r, _ := signed(t, p, noon(), httpsig.Profile{})
		v, err := httpsig.NewVerifier(httpsig.Profile{Tag: tag}, httpsig.KeysFunc(func(context.Context, string) (crypto.PublicKey, error) { return c.key, c.err }), noon().clock)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = v.Request(r); httpsig.RuleOf(err) != c.rule || c.rule == "" && !errors.Is(err, down) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
