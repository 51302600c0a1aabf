package app

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"praya/kernel/who"
	"praya/platform/db/dbtest"
	"praya/subsystems/identity"
)

// everybodys is the one address under which two processes are reached, as behind a balancer.
const everybodys = "http://praya.localhost"

// twin is one of two processes that serve from one data folder and one PostgreSQL.
type twin struct {
	served
	client *http.Client // dials this process, whatever the address says
}

// twins starts both, one after the other.
func twins(t *testing.T) (all [2]twin, p place) {
	t.Helper()
	p = somewhere(t, dbtest.PostgreSQL(t))
	text := fmt.Sprintf("operator = \"localhost:0\"\nlog = \"json\"\naddress_tries_per_minute = 6\nbase_url = %q\ndatabase = %q\n", everybodys, p.database)
	if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i] = startTwin(t, p)
	}
	return all, p
}

func startTwin(t *testing.T, p place) twin {
	t.Helper()
	w, out := twin{served: served{place: p, log: &transcript{}}}, &transcript{}
	w.cmd = p.command(t, "serve", "--listen", "localhost:0")
	w.cmd.Stdout, w.cmd.Stderr = out, w.log
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		killed := w.cmd.ProcessState != nil
		if err := errors.Join(w.cmd.Process.Signal(os.Interrupt), w.cmd.Wait()); err != nil && !killed {
			t.Errorf("it did not stop cleanly: %v\n%s", err, w.log)
		}
	})
	w.public = out.between(t, "ready ", "\n")
	w.operator = w.log.between(t, "operator ", " token in ")
	token, err := os.ReadFile(w.log.between(t, " token in ", "\n"))
	if err != nil {
		t.Fatal(err)
	}
	w.token = strings.TrimSpace(string(token))
	here := strings.TrimPrefix(w.public, "http://")
	w.client = &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, here)
		}},
	}
	return w
}

// answer is what a process says to a request.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) json(key string) string {
	var all map[string]any
	_ = json.Unmarshal([]byte(a.body), &all) // what is no JSON has no such key
	text, _ := all[key].(string)
	return text
}

func (a answer) cookie(name string) string {
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// do sends a request to this process: a form when there is one. Pairs are headers.
func (w twin) do(address string, form url.Values, pairs ...string) (a answer, err error) {
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r, err := http.NewRequest(method, address, body)
	if err != nil {
		return a, err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		r.Header.Set(pairs[i], pairs[i+1])
	}
	return w.send(r)
}

func (w twin) send(r *http.Request) (a answer, err error) {
	response, err := w.client.Do(r)
	if err != nil {
		return a, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(content)}, err
}

// want is do that must answer with a status.
func (w twin) want(t *testing.T, status int, address string, form url.Values, pairs ...string) answer {
	t.Helper()
	a, err := w.do(address, form, pairs...)
	if err != nil || a.status != status {
		t.Fatalf("%s answers %d, want %d, %v: %.1500s", address, a.status, status, err, a.body)
	}
	return a
}

// program is a client of the provider's test environment, with a key of its own.
type program struct {
	id, issuer string
	meta       map[string]string
	key        *ecdsa.PrivateKey
}

const callback = "https://client.example/callback"

// register registers a program at one of the two.
func (w twin) register(t *testing.T) program {
	t.Helper()
	c := program{issuer: everybodys + "/sandbox", meta: map[string]string{}}
	found := w.want(t, http.StatusOK, c.issuer+"/.well-known/openid-configuration", nil)
	for _, name := range []string{"token", "pushed_authorization_request", "authorization", "userinfo", "introspection", "registration"} {
		c.meta[name] = found.json(name + "_endpoint")
	}
	c.meta["jwks"] = found.json("jwks_uri")
	var err error
	if c.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{
		"grant_types": []string{"authorization_code"}, "response_types": []string{"code"}, "redirect_uris": []string{callback},
		"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "ES256", "id_token_signed_response_alg": "ES256",
		"dpop_bound_access_tokens": true, "require_pushed_authorization_requests": true, "jwks": map[string]any{"keys": []any{publicJWK(c.key)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, c.meta["registration"], bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	a, err := w.send(r)
	if c.id = a.json("client_id"); err != nil || c.id == "" {
		t.Fatalf("registration answers %d, %v: %s", a.status, err, a.body)
	}
	return c
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func publicJWK(key *ecdsa.PrivateKey) map[string]any {
	point, err := key.PublicKey.Bytes() // 4, x, y (SEC 1, 2.3.3)
	if err != nil {
		panic(err) // P-256 always has them
	}
	return map[string]any{"kty": "EC", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:]), "alg": "ES256", "use": "sig", "kid": "1"}
}

// signed is a JWT by ES256 (RFC 7518, 3.4).
func signed(key *ecdsa.PrivateKey, header, claims map[string]any) string {
	header["alg"] = "ES256"
	h, errH := json.Marshal(header)
	c, errC := json.Marshal(claims)
	input := b64(h) + "." + b64(c)
	hash := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, key, hash[:])
	if err := errors.Join(errH, errC, err); err != nil {
		panic(err) // maps of texts, and a good key
	}
	return input + "." + b64(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

// with adds the proof of who the program is (RFC 7523).
func (c program) with(pairs ...string) url.Values {
	now := time.Now().Unix()
	form := url.Values{"client_id": {c.id}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {
		signed(c.key, map[string]any{"kid": "1"}, map[string]any{"iss": c.id, "sub": c.id, "aud": c.issuer, "jti": rand.Text(), "iat": now, "exp": now + 60}),
	}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

// bound sends a request with a DPoP proof (RFC 9449), again when it is told a nonce.
func (c program) bound(w twin, address, token string, form func() url.Values) (a answer, err error) {
	method, nonce := http.MethodPost, ""
	if form == nil {
		method, form = http.MethodGet, func() url.Values { return nil }
	}
	for range 3 {
		claims := map[string]any{"jti": rand.Text(), "htm": method, "htu": address, "iat": time.Now().Unix()}
		pairs := []string{}
		if nonce != "" {
			claims["nonce"] = nonce
		}
		if token != "" {
			hash := sha256.Sum256([]byte(token))
			claims["ath"] = b64(hash[:])
			pairs = append(pairs, "Authorization", "DPoP "+token)
		}
		jwk := publicJWK(c.key)
		delete(jwk, "kid")
		pairs = append(pairs, "DPoP", signed(c.key, map[string]any{"typ": "dpop+jwt", "jwk": jwk}, claims))
		a, err = w.do(address, form(), pairs...)
		if err != nil || a.status == http.StatusOK {
			return a, err
		}
		if nonce = a.header.Get("DPoP-Nonce"); nonce == "" {
			return a, nil
		}
	}
	return a, nil
}

// tokens are what a whole flow gives.
type tokens struct{ access, id string }

// flow signs the approving persona in: pushed at one process, authorized and redeemed at
// the other, asked about at the first.
func (c program) flow(first, second twin) (got tokens, err error) {
	verifier := rand.Text() + rand.Text()
	hash := sha256.Sum256([]byte(verifier))
	pushed, err := first.do(c.meta["pushed_authorization_request"], c.with("response_type", "code", "redirect_uri", callback, "scope", "openid",
		"state", rand.Text(), "nonce", rand.Text(), "code_challenge", b64(hash[:]), "code_challenge_method", "S256", "login_hint", "persona:approves"))
	if err != nil || pushed.status != http.StatusCreated {
		return got, fmt.Errorf("PAR answers %d %.300s, %w", pushed.status, pushed.body, err)
	}
	query := url.Values{"client_id": {c.id}, "request_uri": {pushed.json("request_uri")}}
	a, err := second.do(c.meta["authorization"]+"?"+query.Encode(), nil)
	if err != nil {
		return got, fmt.Errorf("authorize: %w", err)
	}
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil || to.Query().Get("code") == "" {
		return got, fmt.Errorf("authorize answers %d, to %q: %.300s", a.status, a.header.Get("Location"), a.body)
	}
	a, err = c.bound(second, c.meta["token"], "", func() url.Values {
		return c.with("grant_type", "authorization_code", "code", to.Query().Get("code"), "redirect_uri", callback, "code_verifier", verifier)
	})
	got = tokens{a.json("access_token"), a.json("id_token")}
	if err != nil || got.access == "" || got.id == "" {
		return got, fmt.Errorf("token answers %d %.300s, %w", a.status, a.body, err)
	}
	return got, nil
}

// active asks a process whether it knows a token.
func (c program) active(w twin, token string) error {
	a, err := w.do(c.meta["introspection"], c.with("token", token))
	if err != nil || !strings.Contains(a.body, `"active":true`) {
		return fmt.Errorf("introspection answers %d %.300s, %w", a.status, a.body, err)
	}
	return nil
}

// verified checks an ID token with the keys that a process publishes, and gives its key's id.
func (c program) verified(w twin, token string) (string, error) {
	parts := strings.Split(token, ".")
	var header struct{ Kid string }
	raw, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err == nil {
		err = json.Unmarshal(raw, &header)
	}
	if err != nil {
		return "", err
	}
	a, err := w.do(c.meta["jwks"], nil)
	if err != nil {
		return "", err
	}
	var set struct{ Keys []struct{ Kid, X, Y string } }
	if err := json.Unmarshal([]byte(a.body), &set); err != nil {
		return "", err
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(sig) != 64 {
		return "", fmt.Errorf("a signature of %d bytes, %w", len(sig), err)
	}
	hash := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	for _, k := range set.Keys {
		if k.Kid != header.Kid {
			continue
		}
		x, errX := base64.RawURLEncoding.DecodeString(k.X)
		y, errY := base64.RawURLEncoding.DecodeString(k.Y)
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
		if err := errors.Join(errX, errY, err); err != nil {
			return "", err
		}
		if ecdsa.Verify(key, hash[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
			return k.Kid, nil
		}
	}
	return "", fmt.Errorf("no key of %d verifies the token of key %s", len(set.Keys), header.Kid)
}

// asPersona begins a session of a test person, and gives its cookie.
func (w twin) asPersona() (string, error) {
	a, err := w.do(everybodys+"/en/sandbox/sign-in/persona", url.Values{"persona": {"approves"}})
	session := a.cookie("sandbox-session")
	if err != nil || a.status != http.StatusSeeOther || session == "" {
		return "", fmt.Errorf("the persona's sign-in answers %d %.300s, %w", a.status, a.body, err)
	}
	return "sandbox-session=" + session, nil
}

// knows asks a process whether it knows the session of a cookie.
func (w twin) knows(cookie string) error {
	path := "/en/me"
	if strings.HasPrefix(cookie, "sandbox-") {
		path = "/en/sandbox/me"
	}
	a, err := w.do(everybodys+path, nil, "Cookie", cookie)
	if err != nil || a.status != http.StatusOK || !strings.Contains(a.body, "CHAK SI") {
		return fmt.Errorf("%s answers %d to %q: %.300s, %w", path, a.status, a.header.Get("Location"), a.body, err)
	}
	return nil
}

// keyed is somebody with an account in production and a passkey.
type keyed struct {
	authenticator virtualwebauthn.Authenticator
	key           virtualwebauthn.Credential
}

// settles opens an account for somebody who has a passkey, from a third process.
func settles(t *testing.T, p place) *keyed {
	t.Helper()
	k := &keyed{virtualwebauthn.NewAuthenticator(), virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)}
	for len(k.key.Key.AttestationData()) != 77 { // virtualwebauthn writes one key in 128 too short
		k.key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	k.authenticator.Options.UserHandle = []byte("moved-1")
	_, err := p.open(t).Identity.Enlist(who.AsSystem(t.Context(), who.Production), func(yield func(identity.Newcomer) bool) {
		yield(identity.Newcomer{
			ID: "moved-1", Level: identity.Plus, Lang: "en", Passkey: &identity.KeptPasskey{ID: k.key.ID, PublicKey: k.key.Key.AttestationData()},
			Values: []identity.Value{
				{Field: identity.DocumentNo, Text: "A1234563", Source: identity.ByDocument},
				{Field: identity.NameEnglish, Text: "CHAK SI, Moved", Source: identity.ByDocument},
			},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var (
	pageOptions = regexp.MustCompile(`data-options="([^"]*)"`)
	pageNote    = regexp.MustCompile(`name="note" value="([^"]*)"`)
)

// signsIn opens the page at one process and answers at the other.
func (k *keyed) signsIn(t *testing.T, asks, answers twin) string {
	t.Helper()
	page := asks.want(t, http.StatusOK, everybodys+"/en/sign-in", nil).body
	options, note := pageOptions.FindStringSubmatch(page), pageNote.FindStringSubmatch(page)
	if options == nil || note == nil {
		t.Fatalf("the page asks for no passkey: %.1000s", page)
	}
	asked, err := virtualwebauthn.ParseAssertionOptions(html.UnescapeString(options[1]))
	if err != nil {
		t.Fatal(err)
	}
	k.key.Counter++
	party := virtualwebauthn.RelyingParty{Name: "Praya", ID: "praya.localhost", Origin: everybodys}
	form := url.Values{"note": {html.UnescapeString(note[1])}, "answer": {virtualwebauthn.CreateAssertionResponse(party, k.authenticator, k.key, *asked)}}
	a := answers.want(t, http.StatusSeeOther, everybodys+"/en/sign-in", form)
	if a.cookie("session") == "" {
		t.Fatal("there is no session")
	}
	return "session=" + a.cookie("session")
}
