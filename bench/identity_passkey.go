package main

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/descope/virtualwebauthn"
)

// device is a person's telephone with one passkey.
type device struct {
	authenticator virtualwebauthn.Authenticator
	key           virtualwebauthn.Credential
}

// newDevice makes keys until one is well-formed: virtualwebauthn writes a coordinate that
// begins with a zero byte too short (RFC 9053, 7.1.1), one key in 128.
func newDevice(handle string) device {
	d := device{authenticator: virtualwebauthn.NewAuthenticator()}
	d.authenticator.Options.UserHandle = []byte(handle)
	for {
		d.key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		if len(d.key.Key.AttestationData()) == 77 { // with two coordinates of 32 bytes
			return d
		}
	}
}

// answer is what a browser posts for the options of a page.
func (d *device) answer(origin, options string) (string, error) {
	asked, err := virtualwebauthn.ParseAssertionOptions(options)
	if err != nil {
		return "", err
	}
	d.key.Counter++
	party := virtualwebauthn.RelyingParty{Name: "Praya", ID: "localhost", Origin: origin}
	return virtualwebauthn.CreateAssertionResponse(party, d.authenticator, d.key, *asked), nil
}

// networks are the addresses that people come from, each sign-in from another, as a proxy
// would say: so that no limit of a network is reached, and each is counted.
type networks struct{ n atomic.Uint32 }

func (n *networks) next() string {
	i := n.n.Add(1)
	return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}).String()
}

var (
	formOptions = regexp.MustCompile(`data-options="([^"]*)"`)
	formNote    = regexp.MustCompile(`name="note" value="([^"]*)"`)
)

// passkeys: each connection is a person who opens the page, and answers with a passkey.
func (p *provider) passkeys(devices []device, from *networks) func() (func(int) error, error) {
	base := strings.TrimSuffix(p.meta.Issuer, "/sandbox")
	return func() (func(int) error, error) {
		return func(worker int) error {
			d := &devices[worker]
			page, err := p.page(base + "/en/sign-in")
			if err != nil {
				return err
			}
			options, note := formOptions.FindStringSubmatch(page), formNote.FindStringSubmatch(page)
			if options == nil || note == nil {
				return errors.New("the page asks for no passkey")
			}
			answer, err := d.answer(base, html.UnescapeString(options[1]))
			if err != nil {
				return err
			}
			r, err := post(base+"/en/sign-in", url.Values{"note": {html.UnescapeString(note[1])}, "answer": {answer}, "to": {"/me"}})
			if err != nil {
				return err
			}
			r.Header.Set("Origin", base)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			r.Header.Set("X-Forwarded-For", from.next())
			got, err := p.client.Do(r)
			if err != nil {
				return err
			}
			if err := take(got, http.StatusSeeOther, nil); err != nil {
				return err
			}
			for _, c := range got.Cookies() {
				if c.Name == "session" && c.Value != "" {
					return nil
				}
			}
			return errors.New("there is no session")
		}, nil
	}
}

func (p *provider) page(address string) (string, error) {
	answer, err := p.client.Get(address)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", address, answer.Status)
	}
	return string(body), err
}
