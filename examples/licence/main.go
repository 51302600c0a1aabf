// Command licence is an online service of the Transport Department, as an integrator would write
// it: a driving licence is renewed with the address that the Immigration Department holds. The
// person signs in and agrees with an ordinary OpenID Connect library (coreos/go-oidc); the call
// to the gateway is signed, and its answer verified, with an ordinary library for HTTP message
// signatures (yaronf/httpsign). It knows nothing of Praya's code.
//
//	go run ./examples/licence -issuer http://localhost:8080 -secret-file praya-data/licence.secret -key praya-data/transport.key
package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"embed"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/yaronf/httpsign"
	"golang.org/x/oauth2"
)

//go:embed pages.html
var pageFiles embed.FS

// wish is what this service asks the person to agree to (RFC 9396).
const wish = `[{"type": "exchange_consent", "service": "immd.address", "purpose": "licence-application",
	"fields": ["name", "address"], "optional_fields": ["since"], "until": %q, "keep_days": 30}]`

// visitor is what we remember of a browser.
type visitor struct {
	state, nonce, verifier string
	Consent                string
	Values                 map[string]string
	Access                 string // how the exchange calls the access
	Refused, Do, Failed    string
}

type service struct {
	gateway  string
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
	oauth    oauth2.Config
	key      ed25519.PrivateKey
	keyID    string
	pages    *template.Template

	mu       sync.Mutex
	visitors map[string]*visitor // by cookie
}

func main() {
	listen := flag.String("listen", "localhost:8091", "address of this service")
	issuer := flag.String("issuer", "http://localhost:8080", "the OpenID Provider and the gateway")
	client := flag.String("client", "licence", "client id")
	secretFile := flag.String("secret-file", "praya-data/licence.secret", "file with the client's secret")
	keyFile := flag.String("key", "praya-data/transport.key", "file with the signature key, PKCS 8 in PEM")
	keyID := flag.String("key-id", "transport/1", "what the key is registered as")
	flag.Parse()
	if err := run(*listen, *issuer, *client, *secretFile, *keyFile, *keyID); err != nil {
		log.Fatal(err)
	}
}

func run(listen, issuer, client, secretFile, keyFile, keyID string) error {
	secret, err := os.ReadFile(secretFile)
	if err != nil {
		return err
	}
	key, err := readKey(keyFile)
	if err != nil {
		return err
	}
	provider, err := oidc.NewProvider(context.Background(), issuer)
	if err != nil {
		return err
	}
	pages, err := template.ParseFS(pageFiles, "pages.html")
	if err != nil {
		return err
	}
	s := &service{
		gateway: issuer, provider: provider, key: key, keyID: keyID, pages: pages, visitors: map[string]*visitor{},
		verifier: provider.Verifier(&oidc.Config{ClientID: client, SupportedSigningAlgs: []string{oidc.ES256}}),
		oauth: oauth2.Config{
			ClientID: client, ClientSecret: strings.TrimSpace(string(secret)), Endpoint: provider.Endpoint(),
			RedirectURL: "http://" + listen + "/callback", Scopes: []string{oidc.ScopeOpenID},
		},
	}
	fmt.Println("ready http://" + listen)
	server := &http.Server{Addr: listen, Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}

func readKey(file string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s: no PEM", file)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	ed, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s: not an Ed25519 key", file)
	}
	return ed, nil
}

func (s *service) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("POST /apply", s.apply)
	mux.HandleFunc("GET /callback", s.callback)
	mux.HandleFunc("POST /fetch", s.again)
	return mux
}

func (s *service) home(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action *")
	if err := s.pages.ExecuteTemplate(w, "pages.html", s.visitor(w, r)); err != nil {
		log.Print(err)
	}
}

// apply leads the browser to where the person agrees.
func (s *service) apply(w http.ResponseWriter, r *http.Request) {
	v := s.visitor(w, r)
	*v = visitor{state: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier()}
	until := time.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	http.Redirect(w, r, s.oauth.AuthCodeURL(v.state,
		oauth2.SetAuthURLParam("authorization_details", fmt.Sprintf(wish, until)),
		oauth2.SetAuthURLParam("ui_locales", "zh-HK en"), oidc.Nonce(v.nonce), oauth2.S256ChallengeOption(v.verifier)), http.StatusSeeOther)
}

func (s *service) callback(w http.ResponseWriter, r *http.Request) {
	v := s.visitor(w, r)
	if err := s.take(r, v); err != nil {
		v.Failed = err.Error()
	} else if err := s.fetch(r.Context(), v); err != nil {
		v.Failed = err.Error()
	}
	v.state = ""
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// take exchanges the code and learns what the consent is called.
func (s *service) take(r *http.Request, v *visitor) error {
	q := r.URL.Query()
	if v.state == "" || q.Get("state") != v.state {
		return errors.New("this answer was not asked for")
	}
	if q.Get("error") != "" {
		return fmt.Errorf("%s: %s", q.Get("error"), q.Get("error_description"))
	}
	tokens, err := s.oauth.Exchange(r.Context(), q.Get("code"), oauth2.VerifierOption(v.verifier))
	if err != nil {
		return err
	}
	raw, _ := tokens.Extra("id_token").(string)
	id, err := s.verifier.Verify(r.Context(), raw)
	if err != nil || id.Nonce != v.nonce {
		return errors.Join(errors.New("the ID token answers another request"), err)
	}
	info, err := s.provider.UserInfo(r.Context(), oauth2.StaticTokenSource(tokens))
	if err != nil {
		return err
	}
	var claims struct {
		Details []struct {
			Consent string `json:"consent_id"`
		} `json:"authorization_details"`
	}
	if err := info.Claims(&claims); err != nil {
		return err
	}
	if len(claims.Details) == 0 || claims.Details[0].Consent == "" {
		return errors.New("nothing was agreed to")
	}
	v.Consent = claims.Details[0].Consent
	return nil
}

func (s *service) again(w http.ResponseWriter, r *http.Request) {
	v := s.visitor(w, r)
	v.Values, v.Access, v.Refused, v.Do, v.Failed = nil, "", "", "", ""
	if err := s.fetch(r.Context(), v); err != nil {
		v.Failed = err.Error()
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// fetch asks the gateway for the address, with a signature, and verifies the holder's own
// signature on the answer.
func (s *service) fetch(ctx context.Context, v *visitor) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.gateway+"/api/exchange/call/immd.address/addresses", nil)
	if err != nil {
		return err
	}
	r.Header.Set("Exchange-Basis", "consent "+v.Consent)
	signer, err := httpsign.NewEd25519Signer(s.key, httpsign.NewSignConfig().SetKeyID(s.keyID).SetTag("praya-exchange").
		SignAlg(true).SignCreated(true).SetExpires(time.Now().Add(50*time.Second).Unix()).SetNonce(rand.Text()),
		httpsign.Headers("@method", "@authority", "@path", "@query", "exchange-basis"))
	if err != nil {
		return err
	}
	input, signature, err := httpsign.SignRequest("call", *signer, r)
	if err != nil {
		return err
	}
	r.Header.Set("Signature-Input", input)
	r.Header.Set("Signature", signature)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return err
	}
	if err := s.verify(ctx, answer, r, body); err != nil {
		return err
	}
	v.Access = answer.Header.Get("Exchange-Id")
	if answer.StatusCode != http.StatusOK {
		var problem struct {
			Title  string `json:"title"`
			Detail string `json:"detail"`
		}
		if err := json.Unmarshal(body, &problem); err != nil {
			return err
		}
		v.Refused, v.Do = problem.Title, problem.Detail
		return nil
	}
	return json.Unmarshal(body, &v.Values)
}

// verify checks that the body is what was signed, by whom the answer says, in answer to our
// request.
func (s *service) verify(ctx context.Context, answer *http.Response, r *http.Request, body []byte) error {
	sum := sha256.Sum256(body)
	if answer.Header.Get("Content-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" {
		return errors.New("the answer is not what was signed")
	}
	details, err := httpsign.ResponseDetails("call", answer)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(details.KeyID, "immd/") && !strings.HasPrefix(details.KeyID, "gateway/") {
		return errors.New("the answer is signed by somebody else")
	}
	key, err := s.publicKey(ctx, details.KeyID)
	if err != nil {
		return err
	}
	fields := *httpsign.NewFields().AddHeaders("@status", "content-digest", "content-type", "exchange-id").AddDictHeaderExt("signature", "call", false, true, false)
	verifier, err := httpsign.NewEd25519Verifier(key, httpsign.NewVerifyConfig().SetKeyID(details.KeyID).SetAllowedTags([]string{"praya-exchange"}), fields)
	if err != nil {
		return err
	}
	return httpsign.VerifyResponse("call", *verifier, answer, r)
}

// publicKey asks the exchange for a party's key. Who wants to trust less keeps it.
func (s *service) publicKey(ctx context.Context, keyID string) (ed25519.PublicKey, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.gateway+"/api/exchange/v1/keys", nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var set struct {
		Keys []struct {
			ID string `json:"kid"`
			X  string `json:"x"`
		} `json:"keys"`
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&set); err != nil {
		return nil, err
	}
	for _, k := range set.Keys {
		if k.ID == keyID {
			return base64.RawURLEncoding.DecodeString(k.X)
		}
	}
	return nil, fmt.Errorf("there is no key %q", keyID)
}

// visitor finds the browser by its cookie, or gives it one.
func (s *service) visitor(w http.ResponseWriter, r *http.Request) *visitor {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, err := r.Cookie("licence"); err == nil && s.visitors[c.Value] != nil {
		return s.visitors[c.Value]
	}
	name, v := rand.Text(), &visitor{}
	s.visitors[name] = v
	http.SetCookie(w, &http.Cookie{Name: "licence", Value: name, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return v
}
