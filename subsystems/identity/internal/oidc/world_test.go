package oidc_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwe"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/jobs"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/identity/internal/oidc"
)

func schemas() []db.Schema {
	return []db.Schema{jobs.Schema(), web.Schema(), {Owner: "identity", Files: os.DirFS("../..")}}
}

// moved is a clock that a test moves.
type moved struct{ ahead atomic.Int64 }

func (m *moved) now() when.Instant  { return when.System().Add(time.Duration(m.ahead.Load())) }
func (m *moved) by(d time.Duration) { m.ahead.Add(int64(d)) }
func (m *moved) unix() int64        { return m.now().Time().Unix() }
func b64(b []byte) string           { return base64.RawURLEncoding.EncodeToString(b) }
func sum(s string) string           { h := sha256.Sum256([]byte(s)); return b64(h[:]) }
func random() string                { var b [24]byte; _, _ = rand.Read(b[:]); return b64(b[:]) }

// people are a few accounts that a test knows.
type people struct{ accounts []string }

func (people) subject(account, sector string) string { return sum(account + "|" + sector)[:22] }

func (p people) Subject(_ context.Context, _ *db.Tx, account, sector string) (string, error) {
	return p.subject(account, sector), nil
}

func (p people) Account(_ context.Context, _ *db.Tx, subject, sector string) (string, error) {
	for _, a := range p.accounts {
		if p.subject(a, sector) == subject {
			return a, nil
		}
	}
	return "", nil
}

func (people) Claims(_ context.Context, _ *db.Tx, g oidc.Grant, names []string) (map[string]any, error) {
	all := map[string]any{"name": "CHAN Tai Man", "email": g.Account + "@example.org", "email_verified": true, "birthdate": "1980-02-29"}
	out := map[string]any{}
	for _, n := range names {
		if v, ok := all[n]; ok {
			out[n] = v
		}
	}
	return out, nil
}

func (people) Released(_ context.Context, _ *db.Tx, g oidc.Grant) (out []oidc.AuthorizationDetail, err error) {
	for _, d := range g.Details {
		var o map[string]any
		if err := json.Unmarshal(d.Raw, &o); err != nil {
			return nil, err
		}
		o["values"] = map[string]string{"name": "CHAN Tai Man"}
		raw, err := json.Marshal(o)
		if err != nil {
			return nil, err
		}
		out = append(out, oidc.AuthorizationDetail{Type: d.Type, Raw: raw})
	}
	return out, nil
}

func (p people) FindHint(_ context.Context, hint string) (string, error) {
	for _, a := range p.accounts {
		if a == hint {
			return a, nil
		}
	}
	return "", fault.New(fault.NotFound, "identity.oidc.fault.gone")
}

// world is a provider that serves, and what a test does to it.
type world struct {
	t      testing.TB
	db     *db.DB
	clock  *moved
	ring   *sign.Ring
	p      *oidc.Provider
	server *httptest.Server
	path   string // "" or /sandbox
	log    *syncBuffer
	notes  *noted
}

type noted struct {
	mu   sync.Mutex
	list []oidc.Message
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *syncBuffer) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) { test(t, open(t, address, nil, nil)) })
}

// open makes a site with a provider on a store; a second one on the same store shares the ring.
func open(t testing.TB, address string, clock *moved, ring *sign.Ring, change ...func(*oidc.Config)) *world {
	t.Helper()
	w := &world{t: t, clock: clock, ring: ring, log: &syncBuffer{}, notes: &noted{}}
	if clock == nil {
		w.clock = &moved{}
	}
	var err error
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w.db, err = db.Open(t.Context(), db.Config{URL: address, Connections: 20}, w.clock.now)
	must(err)
	t.Cleanup(func() { w.db.Close() })
	_, err = w.db.Migrate(t.Context(), schemas()...)
	must(err)
	if ring == nil {
		dir := t.TempDir()
		w.ring, err = sign.OpenRing(filepath.Join(dir, "ring"), filepath.Join(dir, "key"), w.clock.now)
		must(err)
	}
	w.server = httptest.NewUnstartedServer(nil)
	config := oidc.Config{
		DB: w.db, Ring: w.ring, Clock: w.clock.now, Log: slog.New(slog.NewTextHandler(w.log, nil)),
		People: people{[]string{"chan", "wong"}}, Issuer: oidc.IssuerAt("http://" + w.server.Listener.Addr().String()),
		Scopes: map[string][]string{"forms": nil, "read": nil}, DetailTypes: []string{"praya_form"}, ACRs: []string{"basic", "plus"},
		Note: func(_ context.Context, m oidc.Message) {
			w.notes.mu.Lock()
			defer w.notes.mu.Unlock()
			w.notes.list = append(w.notes.list, m)
		},
	}
	for _, c := range change {
		c(&config)
	}
	w.p = oidc.New(config)
	book, err := words.New(web.Words(), oidc.Words())
	must(err)
	site, err := web.New(web.Config{}, web.Parts{Words: book, Log: slog.New(slog.NewJSONHandler(w.log, nil)), Clock: w.clock.now, DB: w.db})
	must(err)
	w.p.Mount(site)
	site.API("POST /api/told", w.told, web.InSandbox())
	w.server.Config.Handler = site.Handler()
	w.server.Start()
	t.Cleanup(w.server.Close)
	return w
}

// in gives the same world in the sandbox.
func (w *world) sandbox() *world { s := *w; s.path = oidc.SandboxPath; return &s }

func (w *world) ctx() context.Context {
	realm := who.Production
	if w.path != "" {
		realm = who.Sandbox
	}
	return who.AsSystem(w.t.Context(), realm)
}
func (w *world) issuer() string { return w.server.URL + w.path }

// party is a client as an integrator would write it, with a JOSE library of its own.
type party struct {
	w        *world
	id       string
	secret   string
	key      crypto.Signer // authenticates and signs requests
	enc      *rsa.PrivateKey
	proofKey crypto.Signer
	nonce    string
	post     bool
	redirect string
	scope    string
	mode     oidc.Kind
	ecdhKey  *ecdsa.PrivateKey
}

func ecKey() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func edKey() ed25519.PrivateKey {
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}

func publicJWK(k crypto.Signer, kid, use string) jwk.Key {
	j, err := jwk.Import(k.Public())
	if err == nil {
		err = j.Set(jwk.KeyIDKey, kid)
	}
	if err == nil && use != "" {
		err = j.Set(jwk.KeyUsageKey, use)
	}
	if err != nil {
		panic(err)
	}
	return j
}

func algOf(k crypto.Signer) jwa.SignatureAlgorithm {
	switch k.(type) {
	case *rsa.PrivateKey:
		return jwa.PS256()
	case ed25519.PrivateKey:
		return jwa.EdDSA()
	}
	return jwa.ES256()
}

// jwt signs claims.
func jwt(k crypto.Signer, header map[string]any, claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	h := jws.NewHeaders()
	for name, v := range header {
		if err := h.Set(name, v); err != nil {
			panic(err)
		}
	}
	out, err := jws.Sign(payload, jws.WithKey(algOf(k), k, jws.WithProtectedHeaders(h)))
	if err != nil {
		panic(err)
	}
	return string(out)
}

const redirectURI = "https://client.example/cb?x=1"

// register adds a client with what a test wants to be different.
func (w *world) register(kind oidc.Kind, change ...func(*oidc.Client)) *party {
	w.t.Helper()
	p := &party{
		w: w, id: "client-" + random()[:8], key: ecKey(), enc: rsaKey(), proofKey: ecKey(), ecdhKey: ecKey(),
		redirect: redirectURI, scope: "openid profile email read forms offline_access", mode: kind,
	}
	c := oidc.Client{ID: p.id, Kind: kind, Metadata: oidc.Metadata{
		Name: "Test", RedirectURIs: []string{redirectURI, "https://client.example/other"}, Scope: p.scope,
		GrantTypes:     []string{"authorization_code", "refresh_token", "client_credentials", "urn:openid:params:grant-type:ciba"},
		PostLogoutURIs: []string{"https://client.example/bye"},
	}}
	set := jwk.NewSet()
	for _, k := range []jwk.Key{publicJWK(p.key, "sig-1", "sig"), publicJWK(p.enc, "enc-1", "enc"), publicJWK(p.ecdhKey, "enc-2", "enc")} {
		if err := set.AddKey(k); err != nil {
			w.t.Fatal(err)
		}
	}
	if kind == oidc.Plain {
		p.secret, c.AuthMethod = random(), "client_secret_basic"
	} else {
		c.AuthMethod = "private_key_jwt"
	}
	var err error
	if c.JWKS, err = json.Marshal(set); err != nil {
		w.t.Fatal(err)
	}
	for _, f := range change {
		f(&c)
	}
	if c.AuthMethod == "client_secret_post" {
		p.post = true
	}
	if err := w.db.Write(w.ctx(), func(tx *db.Tx) error { return w.p.SaveClient(tx, c, p.secret) }); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// at is the same client at another process.
func (p *party) at(w *world) *party { q := *p; q.w = w; q.nonce = ""; return &q }

func (p *party) assertion(change ...func(map[string]any)) string {
	now := p.w.clock.unix()
	claims := map[string]any{"iss": p.id, "sub": p.id, "aud": p.w.issuer(), "jti": random(), "iat": now, "exp": now + 60}
	for _, f := range change {
		f(claims)
	}
	return jwt(p.key, map[string]any{"kid": "sig-1"}, claims)
}

func (p *party) proof(method, address, token string, change ...func(map[string]any)) string {
	claims := map[string]any{"jti": random(), "htm": method, "htu": address, "iat": p.w.clock.unix()}
	if p.nonce != "" {
		claims["nonce"] = p.nonce
	}
	if token != "" {
		claims["ath"] = sum(token)
	}
	for _, f := range change {
		f(claims)
	}
	return jwt(p.proofKey, map[string]any{"typ": "dpop+jwt", "jwk": publicJWK(p.proofKey, "", "")}, claims)
}

// answer is what an endpoint said.
type answer struct {
	status int
	header http.Header
	body   string
	json   map[string]any
}

func (a answer) text(name string) string { s, _ := a.json[name].(string); return s }
func (a answer) String() string          { return fmt.Sprintf("%d %s", a.status, a.body) }

// browser follows no redirects, and keeps its connections.
var browser = sync.OnceValue(func() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
})

func (w *world) do(method, address, body string, header map[string]string) answer {
	w.t.Helper()
	q, err := http.NewRequestWithContext(w.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if body != "" {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range header {
		q.Header.Set(k, v)
	}
	r, err := browser().Do(q)
	if err != nil {
		w.t.Fatal(err)
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	a := answer{status: r.StatusCode, header: r.Header, body: string(raw)}
	_ = json.Unmarshal(raw, &a.json)
	return a
}

// call posts with the client's authentication, and with a proof when the client has a key;
// when the server wants a nonce, once more.
func (p *party) call(path string, form map[string]string) answer {
	p.w.t.Helper()
	a := p.once(path, form, nil)
	if a.text("error") == "use_dpop_nonce" {
		a = p.once(path, form, nil)
	}
	return a
}

func (p *party) once(path string, form, header map[string]string) answer {
	p.w.t.Helper()
	values, h := url.Values{}, map[string]string{}
	switch {
	case p.secret == "":
		values.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		values.Set("client_assertion", p.assertion())
	case p.post:
		values.Set("client_id", p.id)
		values.Set("client_secret", p.secret)
	default:
		h["Authorization"] = "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(p.id)+":"+url.QueryEscape(p.secret)))
	}
	address := p.w.issuer() + path
	if p.proofKey != nil && p.mode != oidc.Plain && (path == "/token" || path == "/par") {
		h["DPoP"] = p.proof("POST", address, "")
	}
	for k, v := range form {
		if values.Set(k, v); v == "" {
			values.Del(k)
		}
	}
	maps.Copy(h, header)
	a := p.w.do("POST", address, values.Encode(), h)
	if n := a.header.Get("DPoP-Nonce"); n != "" {
		p.nonce = n
	}
	return a
}

// flow is one authorization under way.
type flow struct {
	p        *party
	verifier string
	state    string
	nonce    string
	location *url.URL // of the answer
	id       string   // of the pending request
	page     string
}

func (p *party) ask(change map[string]string) (*flow, map[string]string) {
	f := &flow{p: p, verifier: random() + random(), state: random(), nonce: random()}
	form := map[string]string{
		"client_id": p.id, "response_type": "code", "redirect_uri": p.redirect, "scope": "openid profile", "state": f.state,
		"nonce": f.nonce, "code_challenge": sum(f.verifier), "code_challenge_method": "S256",
	}
	if p.mode == oidc.MessageSigning {
		form["response_mode"] = "jwt"
	}
	maps.Copy(form, change)
	if p.mode != oidc.MessageSigning {
		return f, form
	}
	now := p.w.clock.unix()
	claims := map[string]any{"iss": p.id, "aud": p.w.issuer(), "nbf": now, "exp": now + 300, "jti": random()}
	for k, v := range form {
		if v != "" {
			claims[k] = v
		}
	}
	return f, map[string]string{"client_id": p.id, "request": jwt(p.key, map[string]any{"kid": "sig-1", "typ": "oauth-authz-req+jwt"}, claims)}
}

// start brings the browser to the page where a person answers.
func (p *party) start(change map[string]string) *flow {
	p.w.t.Helper()
	f, form := p.ask(change)
	query := url.Values{}
	if p.mode == oidc.Plain {
		for k, v := range form {
			query.Set(k, v)
		}
	} else {
		a := p.call("/par", form)
		if a.status != http.StatusCreated {
			p.w.t.Fatalf("PAR: %v", a)
		}
		query = url.Values{"client_id": {p.id}, "request_uri": {a.text("request_uri")}}
	}
	a := p.w.do("GET", p.w.issuer()+"/authorize?"+query.Encode(), "", nil)
	f.follow(a)
	return f
}

func (f *flow) follow(a answer) {
	f.p.w.t.Helper()
	if a.status != http.StatusSeeOther {
		f.p.w.t.Fatalf("authorize: %v", a)
	}
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		f.p.w.t.Fatal(err)
	}
	if to.Host != "" {
		f.location = to
		return
	}
	f.page = to.Path
	f.id = to.Path[strings.LastIndexByte(to.Path, '/')+1:]
}

func (f *flow) approve(g oidc.Grant) {
	f.p.w.t.Helper()
	if g.Account == "" {
		g.Account, g.SessionID, g.ACR, g.AMR = "chan", "session-1", "plus", []string{"hwk"}
	}
	to, err := f.p.w.p.Approve(f.p.w.ctx(), f.id, g)
	if err != nil {
		f.p.w.t.Fatal(err)
	}
	if f.location, err = url.Parse(to); err != nil {
		f.p.w.t.Fatal(err)
	}
}

// code checks the response as a careful client does.
func (f *flow) code() string {
	f.p.w.t.Helper()
	q := f.location.Query()
	if f.p.mode == oidc.MessageSigning {
		claims := f.p.verified(q.Get("response"))
		if claims["aud"] != f.p.id || claims["iss"] != f.p.w.issuer() || claims["state"] != f.state {
			f.p.w.t.Fatalf("JARM: %v", claims)
		}
		code, _ := claims["code"].(string)
		return code
	}
	if q.Get("iss") != f.p.w.issuer() || q.Get("state") != f.state {
		f.p.w.t.Fatalf("response: %v", q)
	}
	return q.Get("code")
}

func (f *flow) redeem(change map[string]string) answer {
	f.p.w.t.Helper()
	form := map[string]string{"grant_type": "authorization_code", "code": f.code(), "redirect_uri": f.p.redirect, "code_verifier": f.verifier}
	maps.Copy(form, change)
	return f.p.call("/token", form)
}

// login is the whole way, with approval.
func (p *party) login(change map[string]string) (*flow, answer) {
	p.w.t.Helper()
	f := p.start(change)
	f.approve(oidc.Grant{})
	a := f.redeem(nil)
	if a.status != http.StatusOK {
		p.w.t.Fatalf("token: %v", a)
	}
	return f, a
}

// keys fetches what the provider publishes.
func (p *party) keys() jwk.Set {
	p.w.t.Helper()
	a := p.w.do("GET", p.w.issuer()+"/jwks", "", nil)
	set, err := jwk.Parse([]byte(a.body))
	if err != nil {
		p.w.t.Fatalf("jwks: %v: %v", a, err)
	}
	return set
}

// verified opens a JWT of the provider with what it publishes.
func (p *party) verified(raw string) map[string]any {
	p.w.t.Helper()
	payload, err := jws.Verify([]byte(raw), jws.WithKeySet(p.keys(), jws.WithRequireKid(true)))
	if err != nil {
		p.w.t.Fatalf("verify %q: %v", raw, err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		p.w.t.Fatal(err)
	}
	return claims
}

func (p *party) decrypted(raw string) string {
	p.w.t.Helper()
	for _, try := range []jwe.DecryptOption{jwe.WithKey(jwa.RSA_OAEP_256(), p.enc), jwe.WithKey(jwa.ECDH_ES_A256KW(), p.ecdhKey)} {
		if out, err := jwe.Decrypt([]byte(raw), try); err == nil {
			return string(out)
		}
	}
	p.w.t.Fatalf("cannot decrypt %q", raw)
	return ""
}

func (p *party) userinfo(token string) answer {
	p.w.t.Helper()
	address := p.w.issuer() + "/userinfo"
	if p.mode == oidc.Plain {
		return p.w.do("GET", address, "", map[string]string{"Authorization": "Bearer " + token})
	}
	a := answer{}
	for range 2 {
		a = p.w.do("GET", address, "", map[string]string{"Authorization": "DPoP " + token, "DPoP": p.proof("GET", address, token)})
		if n := a.header.Get("DPoP-Nonce"); n != "" {
			p.nonce = n
		}
		if a.text("error") != "use_dpop_nonce" {
			break
		}
	}
	return a
}

func (p *party) active(token string) map[string]any {
	p.w.t.Helper()
	a := p.call("/introspect", map[string]string{"token": token})
	if a.status != http.StatusOK {
		p.w.t.Fatalf("introspection: %v", a)
	}
	return a.json
}

func (a answer) is(t testing.TB, what string, status int, code string) {
	t.Helper()
	if a.status != status || a.text("error") != code {
		t.Errorf("%s: %v; want %d %s", what, a, status, code)
	}
	if code != "" && a.text("error_description") == "" {
		t.Errorf("%s: no description", what)
	}
	if a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: Cache-Control %q", what, a.header.Get("Cache-Control"))
	}
}
