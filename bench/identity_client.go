package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

var errNoProvider = errors.New("no OpenID Provider there")

const (
	elsewhere = "https://client.example/callback" // nobody goes there: the answer is read from the redirect
	jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)

// provider is an OpenID Provider under load.
type provider struct {
	meta struct {
		Issuer        string `json:"issuer"`
		Token         string `json:"token_endpoint"`
		Par           string `json:"pushed_authorization_request_endpoint"`
		Authorize     string `json:"authorization_endpoint"`
		Userinfo      string `json:"userinfo_endpoint"`
		Introspection string `json:"introspection_endpoint"`
		Registration  string `json:"registration_endpoint"`
	}
	client *http.Client
	pid    int
	stop   func() error
}

func discover(issuer string, pid int, stop func() error) (*provider, error) {
	p := &provider{pid: pid, stop: stop, client: &http.Client{
		Transport:     &wire{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	answer, err := p.client.Get(issuer + "/.well-known/openid-configuration")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, errNoProvider
	}
	return p, json.NewDecoder(answer.Body).Decode(&p.meta)
}

func (p *provider) memory() float64 {
	if p.pid == 0 {
		return 0
	}
	return rss(p.pid)
}

// party is a registered client.
type party struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
	signer jose.Signer
}

func (p *provider) register(metadata map[string]any) (party, error) {
	var c party
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return c, err
	}
	if metadata["token_endpoint_auth_method"] == "private_key_jwt" {
		metadata["jwks"] = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "1", Algorithm: "ES256", Use: "sig"}}}
		metadata["token_endpoint_auth_signing_alg"] = "ES256"
	}
	metadata["id_token_signed_response_alg"] = "ES256"
	body, err := json.Marshal(metadata)
	if err != nil {
		return c, err
	}
	answer, err := p.client.Post(p.meta.Registration, "application/json", bytes.NewReader(body))
	if err != nil {
		return c, err
	}
	if err := take(answer, http.StatusCreated, &c); err != nil {
		return c, err
	}
	c.signer, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "1"}}, nil)
	return c, err
}

// assertion proves who the client is, once (RFC 7523).
func (c party) assertion(p *provider, form url.Values) (url.Values, error) {
	now := time.Now().Unix()
	signed, err := compact(c.signer, map[string]any{"iss": c.ID, "sub": c.ID, "aud": p.meta.Issuer, "jti": rand.Text(), "iat": now, "exp": now + 60})
	form.Set("client_id", c.ID)
	form.Set("client_assertion_type", jwtBearer)
	form.Set("client_assertion", signed)
	return form, err
}

// holder proves that it holds a key (RFC 9449), with the nonce that it was told last.
type holder struct {
	signer jose.Signer
	nonce  string
}

func newHolder() (*holder, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt"))
	return &holder{signer: signer}, err
}

func (h *holder) proof(method, address, token string) (string, error) {
	claims := map[string]any{"jti": rand.Text(), "htm": method, "htu": address, "iat": time.Now().Unix()}
	if h.nonce != "" {
		claims["nonce"] = h.nonce
	}
	if token != "" {
		hash := sha256.Sum256([]byte(token))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(hash[:])
	}
	return compact(h.signer, claims)
}

// do sends what make makes, with a proof, and once more when the nonce was not good.
func (h *holder) do(p *provider, token string, into any, build func() (*http.Request, error)) error {
	for try := 0; ; try++ {
		r, err := build()
		if err != nil {
			return err
		}
		proof, err := h.proof(r.Method, r.URL.String(), token)
		if err != nil {
			return err
		}
		r.Header.Set("DPoP", proof)
		answer, err := p.client.Do(r)
		if err != nil {
			return err
		}
		nonce := answer.Header.Get("DPoP-Nonce")
		if nonce != "" {
			h.nonce = nonce
		}
		err = take(answer, http.StatusOK, into)
		if err == nil || nonce == "" || try > 0 {
			return err
		}
	}
}

func compact(signer jose.Signer, claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

func post(address string, form url.Values) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r, err
}

// take reads an answer to its end, so that its connection can be used again.
func take(answer *http.Response, want int, into any) error {
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != want {
		return fmt.Errorf("%s answers %s: %.300s", answer.Request.URL.Path, answer.Status, body)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(body, into)
}
