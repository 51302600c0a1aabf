package exchange

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"praya/platform/httpsig"
)

// The bounds of a provider: how many calls are open at once, and how many must fail one after the
// other before it is left alone for a while.
const (
	mostOpen    = 512
	mostFailed  = 20
	restingTime = 5 * time.Second
)

// providers are what this process knows of how providers do.
type providers struct {
	mu  sync.Mutex
	all map[string]*provider
}

type provider struct {
	breaker *gobreaker.TwoStepCircuitBreaker[any]
	open    chan struct{}
}

func (p *providers) of(key string) *provider {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[string]*provider{}
	}
	if p.all[key] == nil {
		p.all[key] = &provider{
			breaker: gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{
				Name: key, MaxRequests: 1, Timeout: restingTime,
				ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= mostFailed },
			}),
			open: make(chan struct{}, mostOpen),
		}
	}
	return p.all[key]
}

// Transport is how the gateway reaches others.
type Transport = http.RoundTripper

// NewTransport is how the gateway reaches others: no proxy of the environment, no decompression
// (digests are of what was sent), bounded headers.
func NewTransport() Transport {
	return &http.Transport{
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		MaxIdleConns:           2048,
		MaxIdleConnsPerHost:    mostOpen,
		IdleConnTimeout:        90 * time.Second,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

var errBusy = errors.New("exchange: the provider is left alone for a moment")

// errNoAnswer wraps what went wrong on the way.
var errNoAnswer = errors.New("exchange: the provider did not answer")

// forwardedHeaders travel from consumer to provider as they are.
var forwardedHeaders = []string{"Content-Type", "Content-Encoding", "Content-Digest", "Accept", "Accept-Language", "Idempotency-Key"}

// ask sends a call to its provider, and verifies who answers. The body of the answer ends
// with io.EOF only when it is what was signed.
func (s *Service) ask(ctx context.Context, c *call, in *http.Request, body []byte, stream *watched) (*http.Response, httpsig.Signature, error) {
	p := s.providers.of(c.service.Code)
	select {
	case p.open <- struct{}{}:
	default:
		return nil, httpsig.Signature{}, errBusy
	}
	done, err := p.breaker.Allow()
	if err != nil {
		<-p.open
		return nil, httpsig.Signature{}, errBusy
	}
	var failure error
	release := func() {
		<-p.open
		done(failure)
	}
	resp, sig, err := s.askOnce(ctx, c, in, body, stream)
	if errors.Is(err, errNoAnswer) && ctx.Err() == nil && stream == nil && (in.Method == http.MethodGet || in.Method == http.MethodHead) {
		resp, sig, err = s.askOnce(ctx, c, in, body, nil) // safe (RFC 9110, 9.2.1), and signed anew
	}
	if err != nil {
		if failure = err; errors.Is(ctx.Err(), context.Canceled) {
			failure = nil // the consumer went away
		}
		if resp != nil {
			_ = resp.Body.Close()
		}
		release()
		return nil, sig, err
	}
	if resp.StatusCode >= http.StatusInternalServerError {
		failure = errNoAnswer
	}
	resp.Body = &released{resp.Body, sync.OnceFunc(release)}
	return resp, sig, nil
}

// released gives the provider's place back when the answer was read.
type released struct {
	io.ReadCloser
	release func()
}

// Close closes the body below.
func (r *released) Close() error {
	err := r.ReadCloser.Close()
	r.release()
	return err
}

func (s *Service) askOnce(ctx context.Context, c *call, in *http.Request, body []byte, stream *watched) (*http.Response, httpsig.Signature, error) {
	base := c.service.base
	out := &http.Request{
		Method: in.Method, Host: base.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		URL:    &url.URL{Scheme: base.Scheme, Host: base.Host, RawQuery: c.query},
		Header: make(http.Header, 20), ContentLength: int64(len(body)),
	}
	if err := setPath(out.URL, strings.TrimSuffix(base.EscapedPath(), "/")+c.path); err != nil {
		return nil, httpsig.Signature{}, err
	}
	switch {
	case stream != nil:
		out.Body, out.ContentLength = io.NopCloser(stream), in.ContentLength
	case len(body) > 0:
		out.Body = io.NopCloser(bytes.NewReader(body))
	}
	for _, name := range forwardedHeaders {
		if values := in.Header.Values(name); len(values) > 0 {
			out.Header[name] = values
		}
	}
	out.Header["Signature-Input"] = append([]string(nil), in.Header.Values("Signature-Input")...)
	out.Header["Signature"] = append([]string(nil), in.Header.Values("Signature")...)
	out.Header.Set("User-Agent", "Praya")
	out.Header.Set(headID, string(c.ID))
	out.Header.Set(headBasis, c.basis)
	out.Header.Set(headConsumer, c.Consumer)
	out.Header.Set(headService, c.Service)
	out.Header.Set(headPurpose, c.Purpose)
	out.Header.Set(headFields, strings.Join(c.fields, ", "))
	out.Header.Set(headSubject, c.subject)
	out.Header.Set(headSalt, c.salt)
	forward, _, err := s.signers()
	if err != nil {
		return nil, httpsig.Signature{}, err
	}
	if _, err := forward.Request(out); err != nil {
		return nil, httpsig.Signature{}, err
	}
	out = out.WithContext(ctx) // also for who looks up the key of the answer: the realm is in it
	resp, err := s.Transport.RoundTrip(out)
	if err != nil {
		return nil, httpsig.Signature{}, errors.Join(errNoAnswer, err)
	}
	sig, err := s.verifier().Response(resp, out)
	if err == nil && partyOf(sig.KeyID) != c.service.Provider {
		err = errOtherSigner
	}
	return resp, sig, err
}

var errOtherSigner = errors.New("exchange: the answer is signed by another party than the provider")

func setPath(u *url.URL, escaped string) error {
	path, err := url.PathUnescape(escaped)
	if err != nil {
		return err
	}
	u.Path, u.RawPath = path, escaped
	return nil
}
