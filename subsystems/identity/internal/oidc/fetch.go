package oidc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"praya/kernel/when"
	"praya/kernel/who"
)

const (
	fetchTimeout = 5 * time.Second
	maxFetched   = 256 << 10
)

// Outside calls the addresses that clients name: key sets, sector lists, logout and ping
// endpoints. In production it goes to no address of a private network, looked at after
// names were resolved, so that a name cannot point inside; it follows no redirects.
type Outside struct {
	production, sandbox *http.Client
}

// NewOutside makes the two clients; they share no connection, since the sandbox's may
// lead inside.
func NewOutside() *Outside {
	return &Outside{production: outsideClient(publicOnly), sandbox: outsideClient(nil)}
}

func outsideClient(control func(network, address string, c syscall.RawConn) error) *http.Client {
	dialer := &net.Dialer{Timeout: fetchTimeout, Control: control}
	return &http.Client{
		Timeout: fetchTimeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: fetchTimeout, ResponseHeaderTimeout: fetchTimeout,
			MaxResponseHeaderBytes: 32 << 10, MaxIdleConnsPerHost: 2, MaxConnsPerHost: 8, IdleConnTimeout: 30 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

var errInside = errors.New("oidc: the address is not public")

func publicOnly(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || !isPublic(a.Addr().Unmap()) {
		return errInside
	}
	return nil
}

// notPublic is what net/netip has no word for (RFC 6890 and the IANA registries).
func notPublic() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
		netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	}
}

func isPublic(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range notPublic() {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

func (o *Outside) client(ctx context.Context) *http.Client {
	if who.From(ctx).Realm == who.Sandbox {
		return o.sandbox
	}
	return o.production
}

// get reads a JSON document.
func (o *Outside) get(ctx context.Context, address string) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Accept", "application/json")
	r, err := o.client(ctx).Do(q)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("oidc: answered with %d", r.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxFetched+1))
	if err == nil && len(raw) > maxFetched {
		err = errors.New("oidc: the document is too large")
	}
	return raw, err
}

// post sends, and reads nothing but the status.
func (o *Outside) post(ctx context.Context, address, contentType, bearer string, body []byte) (int, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	q.Header.Set("Content-Type", contentType)
	if bearer != "" {
		q.Header.Set("Authorization", "Bearer "+bearer)
	}
	r, err := o.client(ctx).Do(q)
	if err != nil {
		return 0, err
	}
	defer r.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxFetched)) // so that the connection can be used again
	return r.StatusCode, nil
}

// A fetched key set is used for a few minutes; a kid that it lacks makes us look again,
// but not more often than a stranger's requests should make us.
const (
	keysFresh = 5 * time.Minute
	keysAgain = 10 * time.Second
)

type fetchedKeys struct {
	keys keySet
	err  error
	at   when.Instant
}

// fetched keeps the key sets behind jwks_uri. It is bounded.
type fetched struct {
	mu   sync.Mutex
	kept map[clientKey]*fetchedKeys
}

func (f *fetched) get(k clientKey) *fetchedKeys {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.kept[k]
}

func (f *fetched) put(k clientKey, e *fetchedKeys) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.kept == nil || len(f.kept) >= 1024 {
		f.kept = map[clientKey]*fetchedKeys{}
	}
	f.kept[k] = e
}

// keysOf chooses among a client's keys; when none fits, behind jwks_uri there may be new ones.
func (p *Provider) keysOf(ctx context.Context, c *Client, choose func(keySet) keySet) (keySet, error) {
	if c.JWKSURI == "" {
		return choose(c.keys), nil
	}
	key := clientKey{who.From(ctx).Realm, c.JWKSURI}
	now := p.Clock()
	known := p.fetched.get(key)
	if known != nil && now.Sub(known.at) < keysFresh {
		if fit := choose(known.keys); len(fit) > 0 || now.Sub(known.at) < keysAgain {
			return fit, known.err
		}
	}
	raw, err := p.Outside.get(ctx, c.JWKSURI)
	next := &fetchedKeys{at: now}
	if err == nil {
		next.keys, err = readKeySet(raw)
	} else {
		p.Log.WarnContext(ctx, "oidc: jwks_uri", "client", c.ID, "error", err.Error())
		err = errors.New("the document at the client's jwks_uri cannot be fetched")
	}
	if next.err = err; err != nil && known != nil && now.Sub(known.at) < time.Hour {
		next.keys, next.err = known.keys, nil // a short failure of theirs is no reason to refuse what we know
	}
	p.fetched.put(key, next)
	return choose(next.keys), next.err
}
