// Command fapi-go signs the test person "approves" in with FAPI 2.0: pushed request, PKCE,
// private_key_jwt, DPoP. It uses go-jose and the standard library.
//
//	go run . https://id.example/sandbox
package main

import (
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
	"os"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const back = "https://client.example/callback"

// service is what an online service keeps: its key, and what the provider says of itself.
type service struct {
	id     string
	key    *ecdsa.PrivateKey
	nonce  string // the provider's last nonce for DPoP
	issuer struct {
		Issuer        string `json:"issuer"`
		Registration  string `json:"registration_endpoint"`
		PAR           string `json:"pushed_authorization_request_endpoint"`
		Authorization string `json:"authorization_endpoint"`
		Token         string `json:"token_endpoint"`
		Userinfo      string `json:"userinfo_endpoint"`
		JWKS          string `json:"jwks_uri"`
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: fapi-go ISSUER")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(issuer string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	s := &service{key: key}
	if err := ask("GET", issuer+"/.well-known/openid-configuration", nil, nil, &s.issuer, nil); err != nil {
		return err
	}
	if err := s.register(); err != nil {
		return err
	}

	// PKCE: the challenge goes with the request, the verifier with the code.
	verifier, state, nonce := rand.Text()+rand.Text(), rand.Text(), rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	var pushed struct {
		URI string `json:"request_uri"`
	}
	err = s.post(s.issuer.PAR, url.Values{
		"response_type": {"code"}, "redirect_uri": {back}, "scope": {"openid profile"}, "state": {state}, "nonce": {nonce},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
		"login_hint": {"persona:approves"}, // the test person answers without a browser
	}, &pushed)
	if err != nil {
		return err
	}
	code, err := s.browse(pushed.URI, state)
	if err != nil {
		return err
	}
	var tokens struct {
		Access string `json:"access_token"`
		ID     string `json:"id_token"`
	}
	err = s.post(s.issuer.Token, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {back}, "code_verifier": {verifier},
	}, &tokens)
	if err != nil {
		return err
	}
	if err := s.checkIDToken(tokens.ID, nonce); err != nil {
		return err
	}
	return s.userinfo(tokens.Access)
}

// register makes a client. Anybody may, in the test environment.
func (s *service) register() error {
	body, err := json.Marshal(map[string]any{
		"client_name": "Go example", "redirect_uris": []string{back}, "scope": "openid profile",
		"token_endpoint_auth_method": "private_key_jwt", "dpop_bound_access_tokens": true,
		"jwks": jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: s.key.Public(), KeyID: "service-1", Algorithm: "ES256", Use: "sig"}}},
	})
	if err != nil {
		return err
	}
	var client struct {
		ID string `json:"client_id"`
	}
	err = ask("POST", s.issuer.Registration, http.Header{"Content-Type": {"application/json"}}, strings.NewReader(string(body)), &client, nil)
	s.id = client.ID
	return err
}

// browse goes where a person's browser would be sent, and takes the code from where it
// would come back to.
func (s *service) browse(requestURI, state string) (string, error) {
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := client.Get(s.issuer.Authorization + "?" + url.Values{"client_id": {s.id}, "request_uri": {requestURI}}.Encode())
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	to, err := r.Location()
	if err != nil {
		return "", err
	}
	q := to.Query()
	if q.Get("state") != state || q.Get("iss") != s.issuer.Issuer { // RFC 9207: who answers
		return "", fmt.Errorf("this answer is not to our question: %s", to)
	}
	if q.Get("error") != "" {
		return "", errors.New(q.Get("error") + ": " + q.Get("error_description"))
	}
	return q.Get("code"), nil
}

// sign makes a JWT with the service's key.
func (s *service) sign(header map[jose.HeaderKey]any, claims map[string]any) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: s.key}, &jose.SignerOptions{ExtraHeaders: header})
	if err != nil {
		return "", err
	}
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

// proof shows that a request is made by whoever holds the key (RFC 9449).
func (s *service) proof(method, address, token string) (string, error) {
	claims := map[string]any{"jti": rand.Text(), "htm": method, "htu": address, "iat": time.Now().Unix()}
	if s.nonce != "" {
		claims["nonce"] = s.nonce
	}
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return s.sign(map[jose.HeaderKey]any{"typ": "dpop+jwt", "jwk": jose.JSONWebKey{Key: s.key.Public()}}, claims)
}

// post sends a form with the service's assertion and a proof; again with the provider's nonce.
func (s *service) post(address string, form url.Values, answer any) error {
	for range 2 {
		now := time.Now().Unix()
		assertion, err := s.sign(map[jose.HeaderKey]any{"kid": "service-1"}, map[string]any{
			"iss": s.id, "sub": s.id, "aud": s.issuer.Issuer, "jti": rand.Text(), "iat": now, "exp": now + 60,
		})
		if err != nil {
			return err
		}
		form.Set("client_id", s.id)
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", assertion)
		proof, err := s.proof("POST", address, "")
		if err != nil {
			return err
		}
		h := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "DPoP": {proof}}
		if err = ask("POST", address, h, strings.NewReader(form.Encode()), answer, &s.nonce); !errors.Is(err, errNonce) {
			return err
		}
	}
	return errNonce
}

// checkIDToken checks who signed the person in, for whom, and to which question.
func (s *service) checkIDToken(token, nonce string) error {
	var keys jose.JSONWebKeySet
	if err := ask("GET", s.issuer.JWKS, nil, nil, &keys, nil); err != nil {
		return err
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return err
	}
	payload, err := signed.Verify(keys)
	if err != nil {
		return err
	}
	var claims struct {
		Issuer   string `json:"iss"`
		Audience string `json:"aud"`
		Nonce    string `json:"nonce"`
		Expires  int64  `json:"exp"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return err
	}
	if claims.Issuer != s.issuer.Issuer || claims.Audience != s.id || claims.Nonce != nonce || claims.Expires < time.Now().Unix() {
		return errors.New("this ID token is not for us")
	}
	return nil
}

// userinfo prints what the person let the service know.
func (s *service) userinfo(token string) error {
	for range 2 {
		proof, err := s.proof("GET", s.issuer.Userinfo, token)
		if err != nil {
			return err
		}
		var user map[string]any
		err = ask("GET", s.issuer.Userinfo, http.Header{"Authorization": {"DPoP " + token}, "DPoP": {proof}}, nil, &user, &s.nonce)
		if errors.Is(err, errNonce) {
			continue
		}
		if err != nil {
			return err
		}
		out, err := json.MarshalIndent(user, "", "  ")
		fmt.Println(string(out))
		return err
	}
	return errNonce
}

var errNonce = errors.New("the provider asks for a nonce")

// ask makes one request and reads its JSON answer.
func ask(method, address string, header http.Header, body io.Reader, answer any, nonce *string) error {
	request, err := http.NewRequest(method, address, body)
	if err != nil {
		return err
	}
	for name, values := range header {
		request.Header.Set(name, values[0])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return err
	}
	if n := response.Header.Get("DPoP-Nonce"); nonce != nil && n != "" {
		*nonce = n
	}
	if response.StatusCode >= 400 {
		if strings.Contains(string(raw)+response.Header.Get("WWW-Authenticate"), "use_dpop_nonce") {
			return errNonce
		}
		return fmt.Errorf("%s answers %d: %s", address, response.StatusCode, raw)
	}
	return json.Unmarshal(raw, answer)
}
