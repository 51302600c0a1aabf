// Command sample-service is an online service of some department, as an integrator would
// write it in an afternoon: it signs people in and lets a form fill itself. It uses an
// ordinary OpenID Connect library (coreos/go-oidc) and knows nothing of Praya.
//
//	go run ./examples/sample-service -issuer http://localhost:8080 -client sample-service \
//	    -secret-file praya-data/sample-service.secret
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

//go:embed pages.html
var pageFiles embed.FS

// form is what this service wants filled in (RFC 9396).
const form = `[{"type": "form_filling", "form_name": "泳灘燒烤爐申請 Barbecue pit booking", "form_number": "SAMPLE-1",
	"purpose": "為你預留燒烤爐 To reserve a pit for you", "kept_for": "30日 30 days",
	"fields": ["enName", "chName"], "optional_fields": ["emailAddress", "mobileNumber", "residentialAddress"]}]`

// visitor is what we remember of a browser.
type visitor struct {
	state, nonce, verifier string
	Subject                string
	Values                 map[string]struct {
		Value json.RawMessage `json:"value"`
	}
	Failed string
}

type service struct {
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
	oauth    oauth2.Config
	machine  clientcredentials.Config // for what this service does by itself
	notices  string                   // where people are told something
	pages    *template.Template

	mu       sync.Mutex
	visitors map[string]*visitor // by cookie
}

func main() {
	listen := flag.String("listen", "localhost:8090", "address of this service")
	issuer := flag.String("issuer", "http://localhost:8080", "the OpenID Provider")
	client := flag.String("client", "sample-service", "client id")
	secretFile := flag.String("secret-file", "praya-data/sample-service.secret", "file with the client's secret")
	flag.Parse()
	if err := run(*listen, *issuer, *client, *secretFile); err != nil {
		log.Fatal(err)
	}
}

func run(listen, issuer, client, secretFile string) error {
	secret, err := os.ReadFile(secretFile)
	if err != nil {
		return err
	}
	s, err := newService(context.Background(), issuer, client, strings.TrimSpace(string(secret)), "http://"+listen+"/callback")
	if err != nil {
		return err
	}
	fmt.Println("ready http://" + listen)
	server := &http.Server{Addr: listen, Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}

func newService(ctx context.Context, issuer, client, secret, callback string) (*service, error) {
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, err
	}
	pages, err := template.New("").Funcs(template.FuncMap{"text": text}).ParseFS(pageFiles, "pages.html")
	if err != nil {
		return nil, err
	}
	return &service{
		provider: provider, verifier: provider.VerifierContext(ctx, &oidc.Config{ClientID: client, SupportedSigningAlgs: []string{oidc.ES256}}),
		oauth: oauth2.Config{
			ClientID: client, ClientSecret: secret, Endpoint: provider.Endpoint(), RedirectURL: callback, Scopes: []string{oidc.ScopeOpenID},
		},
		machine: clientcredentials.Config{
			ClientID: client, ClientSecret: secret, TokenURL: provider.Endpoint().TokenURL, Scopes: []string{"notify"},
			AuthStyle: oauth2.AuthStyleInHeader,
		},
		notices: issuer + "/api/identity/v1/notices",
		pages:   pages, visitors: map[string]*visitor{},
	}, nil
}

func (s *service) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("POST /sign-in", func(w http.ResponseWriter, r *http.Request) { s.send(w, r) })
	mux.HandleFunc("POST /fill", func(w http.ResponseWriter, r *http.Request) {
		s.send(w, r, oauth2.SetAuthURLParam("authorization_details", form))
	})
	mux.HandleFunc("GET /callback", s.callback)
	return mux
}

func (s *service) home(w http.ResponseWriter, r *http.Request) {
	v := s.visitor(w, r)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action *")
	if err := s.pages.ExecuteTemplate(w, "pages.html", v); err != nil {
		log.Print(err)
	}
}

// send leads the browser to the provider, with what makes sure that the answer is ours.
func (s *service) send(w http.ResponseWriter, r *http.Request, more ...oauth2.AuthCodeOption) {
	v := s.visitor(w, r)
	v.state, v.nonce, v.verifier, v.Failed = random(), random(), oauth2.GenerateVerifier(), ""
	options := append(more, oauth2.SetAuthURLParam("ui_locales", "zh-HK en"), oidc.Nonce(v.nonce), oauth2.S256ChallengeOption(v.verifier))
	http.Redirect(w, r, s.oauth.AuthCodeURL(v.state, options...), http.StatusSeeOther)
}

func (s *service) callback(w http.ResponseWriter, r *http.Request) {
	v := s.visitor(w, r)
	if err := s.take(r, v); err != nil {
		v.Failed = err.Error()
	}
	v.state = ""
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// take exchanges the code, checks the ID token, and reads what was released.
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
	if err != nil {
		return err
	}
	if id.Nonce != v.nonce {
		return errors.New("the ID token answers another request")
	}
	v.Subject = id.Subject
	info, err := s.provider.UserInfo(r.Context(), oauth2.StaticTokenSource(tokens))
	if err != nil {
		return err
	}
	var claims struct {
		Details []struct {
			Values map[string]struct {
				Value json.RawMessage `json:"value"`
			} `json:"values"`
		} `json:"authorization_details"`
	}
	if err := info.Claims(&claims); err != nil {
		return err
	}
	if len(claims.Details) == 0 {
		return nil
	}
	v.Values = claims.Details[0].Values
	return s.tell(r.Context(), v.Subject, q.Get("code"))
}

// tell sends the person a notice that the form has come in. The key makes a repeated
// sending harmless.
func (s *service) tell(ctx context.Context, subject, key string) error {
	body, err := json.Marshal(map[string]any{
		"sub": subject, "category": "application", "idempotency_key": fmt.Sprintf("%x", sha256.Sum256([]byte(key)))[:32],
		"title": map[string]string{"tc": "已收到燒烤爐申請", "en": "We have your booking", "sc": "已收到烧烤炉申请"},
		"text":  map[string]string{"tc": "我們會在兩個工作天內回覆。", "en": "We reply within two working days.", "sc": "我们会在两个工作天内回复。"},
	})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.notices, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := s.machine.Client(ctx).Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusCreated && answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the notice was not taken: %s", answer.Status)
	}
	return nil
}

// visitor finds the browser by its cookie, or gives it one.
func (s *service) visitor(w http.ResponseWriter, r *http.Request) *visitor {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, err := r.Cookie("sample"); err == nil && s.visitors[c.Value] != nil {
		return s.visitors[c.Value]
	}
	name, v := random(), &visitor{}
	s.visitors[name] = v
	http.SetCookie(w, &http.Cookie{Name: "sample", Value: name, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return v
}

func random() string { return rand.Text() }

// text is a value as a form field shows it: a text as it is, anything else as JSON.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}
