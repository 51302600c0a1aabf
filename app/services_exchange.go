package app

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/httpsig"
	"praya/subsystems/exchange"
	"praya/subsystems/services"
)

// consenting lets the public services fetch what other departments hold. A department that
// offers services here is a party of the exchange like any other: its calls are signed with a
// key of its own, and go through the gateway, which is in the same process.
type consenting struct{ *Praya }

// hosted is the code of the party that a department's services here are.
func hosted(department string) string { return "services-" + strings.ToLower(department) }

func (p consenting) wish(w services.Wish) exchange.Wish {
	return exchange.Wish{Type: exchange.DetailType, Service: w.Service, Purpose: w.Purpose, Fields: w.Fields, KeepDays: w.KeepDays}
}

// Describe puts a wish into words.
func (p consenting) Describe(ctx context.Context, department string, w services.Wish) (q services.Question, err error) {
	if err := p.join(ctx, department); err != nil {
		return q, err
	}
	asked, err := p.Exchange.Describe(ctx, hosted(department), p.wish(w))
	if err != nil {
		return q, err
	}
	for _, l := range asked.Head {
		q.Head = append(q.Head, services.Told(l))
	}
	for _, l := range asked.Terms {
		q.Terms = append(q.Terms, services.Told(l))
	}
	for _, f := range asked.Fields {
		q.Fields = append(q.Fields, services.Asked{Name: f.Name, Label: f.Label, Held: f.Held})
	}
	o, err := p.Exchange.Offer(ctx, hosted(department), p.wish(w))
	q.From = o.Provider.Name
	return q, err
}

// Agree writes a consent down.
func (p consenting) Agree(ctx context.Context, department, account string, w services.Wish) (string, error) {
	if err := p.join(ctx, department); err != nil {
		return "", err
	}
	c, err := p.Exchange.Give(ctx, hosted(department), p.wish(w), account, account, nil)
	return string(c.ID), err
}

// join makes a department a party of the exchange when it is not one yet. What it may ask for is
// decided by those who hold the data.
func (p consenting) join(ctx context.Context, department string) error {
	ctx = who.AsSystem(ctx, who.From(ctx).Realm)
	code := hosted(department)
	if _, err := p.Exchange.Party(ctx, code); !fault.Is(err, fault.NotFound) {
		return err
	}
	key, err := p.Services.PartyKey(ctx, department)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	name, err := p.Departments(ctx)
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error {
			return p.Exchange.PutParty(ctx, exchange.Party{Code: code, Department: department, Name: name[department], Clients: []string{code}})
		},
		func() error {
			return p.Exchange.AddKey(ctx, exchange.PartyKey{ID: code + "/1", Party: code, Use: exchange.Signing, Public: public, From: when.System().Add(-time.Minute)})
		},
	} {
		if err := step(); err != nil && !fault.Is(err, fault.Conflict) { // another process was faster
			return err
		}
	}
	return nil
}

// Departments are the names of all, by code.
func (p consenting) Departments(ctx context.Context) (map[string]lang.Text, error) {
	return staff(p).Departments(ctx)
}

// Fetch gets what a consent allows, through the gateway.
func (p consenting) Fetch(ctx context.Context, department, consent string, w services.Wish) (out services.Fetched, err error) {
	realm := who.From(ctx).Realm
	base := p.Config.origin()
	if realm == who.Sandbox {
		base += "/sandbox"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/exchange/call/"+w.Service+w.Path, http.NoBody)
	if err != nil {
		return out, err
	}
	r.Header.Set("Exchange-Basis", "consent "+consent)
	r.Header.Set("Exchange-Fields", strings.Join(w.Fields, ", "))
	body, answer, err := p.call(ctx, department, r)
	if err != nil {
		return out, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return out, fault.New(fault.Unavailable, "services.fault.not-fetched").Because(fmt.Errorf("%s: %d %.300s", w.Service, answer.StatusCode, body))
	}
	if err := json.Unmarshal(body, &out.Values); err != nil {
		return out, fault.New(fault.Unavailable, "services.fault.not-fetched").Because(err)
	}
	o, err := p.Exchange.Offer(ctx, hosted(department), p.wish(w))
	out.From, out.Access, out.At = o.Provider.Name, answer.Header.Get("Exchange-Id"), when.System()
	return out, err
}

// call signs a call as its department, and believes the answer only as signed by the provider or
// the gateway.
func (p consenting) call(ctx context.Context, department string, r *http.Request) ([]byte, *http.Response, error) {
	key, err := p.Services.PartyKey(ctx, department)
	if err != nil {
		return nil, nil, err
	}
	profile := exchange.CallProfile(r.URL.Scheme)
	signer, err := httpsig.NewSigner(profile, hosted(department)+"/1", key, when.System)
	if err != nil {
		return nil, nil, err
	}
	if _, err := signer.Request(r); err != nil {
		return nil, nil, err
	}
	answer, err := inside{p.Site.Handler()}.RoundTrip(r)
	if err != nil {
		return nil, nil, err
	}
	if answer.StatusCode == http.StatusOK {
		v, err := httpsig.NewVerifier(profile, p.Exchange, when.System)
		if err != nil {
			return nil, nil, err
		}
		if _, err := v.Response(answer, r); err != nil {
			return nil, nil, fault.New(fault.Unavailable, "services.fault.not-fetched").Because(err)
		}
	}
	body, err := httpsig.ReadBody(answer.Body)
	return body, answer, err
}

// inside answers requests by a handler of the same process.
type inside struct{ handler http.Handler }

// RoundTrip lets the handler answer.
func (t inside) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &answering{header: http.Header{}, status: http.StatusOK}
	in := r.Clone(r.Context())
	in.RemoteAddr, in.RequestURI, in.Host = "127.0.0.1:0", r.URL.RequestURI(), r.URL.Host
	t.handler.ServeHTTP(w, in)
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header,
		Body: readCloser{bytes.NewReader(w.body.Bytes())}, ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

// answering keeps an answer.
type answering struct {
	header http.Header
	status int
	wrote  bool
	body   bytes.Buffer
}

func (w *answering) Header() http.Header { return w.header }

func (w *answering) WriteHeader(status int) {
	if !w.wrote {
		w.status, w.wrote = status, true
	}
}

func (w *answering) Write(p []byte) (int, error) {
	w.wrote = true
	return w.body.Write(p)
}
