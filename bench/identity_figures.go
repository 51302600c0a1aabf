package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

type answered struct {
	Token  string `json:"access_token"`
	Active bool   `json:"active"`
	URI    string `json:"request_uri"`
	Sub    string `json:"sub"`
}

func holders() (all [connections]*holder, err error) {
	for i := range all {
		h, e := newHolder()
		all[i], err = h, errors.Join(err, e)
	}
	return all, err
}

// clientCredentials: a program asks for a token, with a fresh assertion and, as FAPI 2.0 wants
// every token bound, a fresh proof.
func (p *provider) clientCredentials() (func(int) error, error) {
	c, err := p.register(map[string]any{
		"grant_types": []string{"client_credentials"}, "response_types": []string{}, "redirect_uris": []string{},
		"token_endpoint_auth_method": "private_key_jwt", "dpop_bound_access_tokens": true,
	})
	if err != nil {
		return nil, err
	}
	keys, err := holders()
	return func(worker int) error {
		var a answered
		err := keys[worker].do(p, "", &a, func() (*http.Request, error) {
			form, err := c.assertion(p, url.Values{"grant_type": {"client_credentials"}})
			if err != nil {
				return nil, err
			}
			return post(p.meta.Token, form)
		})
		if err == nil && a.Token == "" {
			return errors.New("no token")
		}
		return err
	}, err
}

// introspection: a service with a secret asks about an opaque token.
func (p *provider) introspection() (func(int) error, error) {
	c, err := p.register(map[string]any{
		"grant_types": []string{"client_credentials"}, "response_types": []string{}, "redirect_uris": []string{},
		"token_endpoint_auth_method": "client_secret_basic", "dpop_bound_access_tokens": false,
	})
	if err != nil {
		return nil, err
	}
	ask := func(address string, form url.Values, into any) error {
		r, err := post(address, form)
		if err != nil {
			return err
		}
		r.SetBasicAuth(url.QueryEscape(c.ID), url.QueryEscape(c.Secret))
		answer, err := p.client.Do(r)
		if err != nil {
			return err
		}
		return take(answer, http.StatusOK, into)
	}
	var token answered
	if err := ask(p.meta.Token, url.Values{"grant_type": {"client_credentials"}}, &token); err != nil {
		return nil, err
	}
	return func(int) error {
		var a answered
		err := ask(p.meta.Introspection, url.Values{"token": {token.Token}}, &a)
		if err == nil && !a.Active {
			return errors.New("the token is not active")
		}
		return err
	}, nil
}

// flow: a whole sign-in as FAPI 2.0 has it, for a person who approves at once.
func (p *provider) flow() (func(int) error, error) {
	c, err := p.register(map[string]any{
		"grant_types": []string{"authorization_code"}, "response_types": []string{"code"}, "redirect_uris": []string{elsewhere},
		"token_endpoint_auth_method": "private_key_jwt", "dpop_bound_access_tokens": true, "require_pushed_authorization_requests": true,
	})
	if err != nil {
		return nil, err
	}
	keys, err := holders()
	return func(worker int) error { return p.signIn(c, keys[worker]) }, err
}

func (p *provider) signIn(c party, h *holder) error {
	verifier := rand.Text() + rand.Text()
	code, err := p.code(c, verifier)
	if err != nil {
		return err
	}
	var a answered
	err = h.do(p, "", &a, func() (*http.Request, error) {
		form, err := c.assertion(p, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {elsewhere}, "code_verifier": {verifier}})
		if err != nil {
			return nil, err
		}
		return post(p.meta.Token, form)
	})
	if err != nil {
		return err
	}
	err = h.do(p, a.Token, &a, func() (*http.Request, error) {
		r, err := http.NewRequest(http.MethodGet, p.meta.Userinfo, nil)
		if err == nil {
			r.Header.Set("Authorization", "DPoP "+a.Token)
		}
		return r, err
	})
	if err == nil && a.Sub == "" {
		return errors.New("userinfo names nobody")
	}
	return err
}

// code pushes a request, goes to it as a browser does, and reads the code from the redirect.
func (p *provider) code(c party, verifier string) (string, error) {
	hash := sha256.Sum256([]byte(verifier))
	form, err := c.assertion(p, url.Values{
		"response_type": {"code"}, "redirect_uri": {elsewhere}, "scope": {"openid"}, "state": {rand.Text()}, "nonce": {rand.Text()},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(hash[:])}, "code_challenge_method": {"S256"}, "login_hint": {"persona:approves"},
	})
	if err != nil {
		return "", err
	}
	r, err := post(p.meta.Par, form)
	if err != nil {
		return "", err
	}
	answer, err := p.client.Do(r)
	if err != nil {
		return "", err
	}
	var pushed answered
	if err := take(answer, http.StatusCreated, &pushed); err != nil {
		return "", err
	}
	answer, err = p.client.Get(p.meta.Authorize + "?" + url.Values{"client_id": {c.ID}, "request_uri": {pushed.URI}}.Encode())
	if err != nil {
		return "", err
	}
	if err := take(answer, answer.StatusCode, nil); err != nil {
		return "", err
	}
	to, err := answer.Location()
	if err != nil || to.Query().Get("code") == "" {
		return "", fmt.Errorf("no code: %s to %v, %w", answer.Status, to, err)
	}
	return to.Query().Get("code"), nil
}
