package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"

	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/httpsig"
	"praya/subsystems/exchange"
)

// upstream is a provider: it verifies who asks, and signs each answer. It and the clients keep one
// connection each and read and write messages on it themselves: what the ends cost beside their
// signatures is taken from what is measured.
type upstream struct {
	net.Listener
	address string
	key     ed25519.PrivateKey
	known   atomic.Pointer[map[string]crypto.PublicKey]
	verify  *httpsig.Verifier
	sign    *httpsig.Signer
}

func newUpstream(key ed25519.PrivateKey, gate *exchange.Service, stand crypto.PublicKey) (*upstream, error) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return nil, err
	}
	u := &upstream{Listener: l, address: "http://" + l.Addr().String(), key: key}
	known := map[string]crypto.PublicKey{"stand/1": stand, "holder/1": key.Public()}
	for _, k := range gate.Keys.Keys() {
		if pub, err := gate.Keys.PublicKey(k.ID); err == nil {
			known["gateway/"+k.ID] = pub
		}
	}
	u.known.Store(&known)
	if u.verify, err = httpsig.NewVerifier(exchange.ForwardProfile("http"), u, when.System); err != nil {
		return nil, err
	}
	if u.sign, err = httpsig.NewSigner(exchange.CallProfile("http"), "holder/1", key, when.System); err != nil {
		return nil, err
	}
	go u.serve()
	return u, nil
}

func (u *upstream) serve() {
	for {
		c, err := u.Accept()
		if err != nil {
			return // closed
		}
		go u.listen(c)
	}
}

// listen answers on a connection until the other side ends it.
func (u *upstream) listen(c net.Conn) {
	defer closed(c)
	in, out := bufio.NewReader(c), bufio.NewWriter(c)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		header := http.Header{}
		body, err := u.answer(header, r)
		if err != nil {
			_, _ = fmt.Fprintf(c, "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(err.Error()), err)
			return
		}
		_, _ = fmt.Fprintf(out, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n", len(body))
		_ = header.Write(out)
		_, _ = out.WriteString("\r\n")
		_, _ = out.Write(body)
		if out.Flush() != nil {
			return
		}
	}
}

// through is where clients learn the gateway's address; keys were taken before.
func (*upstream) through(string) {}

// PublicKey gives what it was told of.
func (u *upstream) PublicKey(_ context.Context, keyID string) (crypto.PublicKey, error) {
	if k, ok := (*u.known.Load())[keyID]; ok {
		return k, nil
	}
	return nil, httpsig.ErrUnknownKey
}

// answer is about whoever is named, with a kilobyte.
func (u *upstream) answer(h http.Header, r *http.Request) ([]byte, error) {
	if _, err := u.verify.Request(r); err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	body := fmt.Appendf(nil, `{"name":"CHAN %s","address":"1 Queen's Road","notes":"%s"}`, r.Header.Get("Exchange-Id"), filler)
	salt, err := base64.StdEncoding.DecodeString(r.Header.Get("Exchange-Salt"))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append(salt, r.Header.Get("Exchange-Subject")...))
	h.Set("Content-Type", "application/json")
	h.Set("Content-Digest", httpsig.DigestOf(body))
	h.Set("Exchange-Id", r.Header.Get("Exchange-Id"))
	h.Set("Exchange-About", base64.StdEncoding.EncodeToString(sum[:]))
	_, err = u.sign.Response(h, http.StatusOK, r)
	return body, err
}

// caller is a client's connection, made when it is first used.
type caller struct {
	host string
	conn net.Conn
	in   *bufio.Reader
	out  *bufio.Writer
}

func callerTo(base string) *caller { return &caller{host: strings.TrimPrefix(base, "http://")} }

// ask sends a request and reads the head of its answer.
func (c *caller) ask(r *http.Request) (*http.Response, error) {
	if c.conn == nil {
		conn, err := net.Dial("tcp", c.host)
		if err != nil {
			return nil, err
		}
		c.conn, c.in, c.out = conn, bufio.NewReader(conn), bufio.NewWriter(conn)
	}
	if err := errors.Join(r.Write(c.out), c.out.Flush()); err != nil {
		return nil, err
	}
	return http.ReadResponse(c.in, r)
}

// end lets the next question begin on a new connection.
func (c *caller) end() {
	closed(c.conn)
	c.conn = nil
}

var filler = strings.Repeat("Flat A, 12th floor. ", 45) //nolint:gochecknoglobals // a text

// errRefused is a refusal: expected after a withdrawal, and nowhere else.
var errRefused = errors.New("refused")

// asker is a consumer's client with a connection of its own, which walks through the consents.
func (w *market) asker(base string, worker int, receipts bool) (func() error, error) {
	next := worker * 7919
	return w.ask(base, receipts, func() exchange.ConsentID {
		next++
		return w.ids[next%max(1, len(w.ids)-20)] // the last ones are withdrawn
	})
}

func (w *market) askerFor(base string, c exchange.ConsentID) (func() error, error) {
	return w.ask(base, true, func() exchange.ConsentID { return c })
}

func (w *market) ask(base string, receipts bool, which func() exchange.ConsentID) (func() error, error) {
	sign, err := httpsig.NewSigner(exchange.CallProfile("http"), "asker/1", w.consumer, when.System)
	if err != nil {
		return nil, err
	}
	verify, err := httpsig.NewVerifier(exchange.CallProfile("http"), w.provider, when.System)
	if err != nil {
		return nil, err
	}
	client := callerTo(base)
	return func() error {
		r, err := http.NewRequest(http.MethodGet, base+"/api/exchange/call/"+benchService+"/a", nil)
		if err != nil {
			return err
		}
		r.Header.Set("Exchange-Basis", "consent "+string(which()))
		if err := exchanged(client, r, sign, verify); err != nil {
			return err
		}
		return nil
	}, nil
}

// exchanged signs, sends, and verifies the answer to its end.
func exchanged(client *caller, r *http.Request, sign *httpsig.Signer, verify *httpsig.Verifier) error {
	if _, err := sign.Request(r); err != nil {
		return err
	}
	resp, err := client.ask(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
		client.end()
		return fmt.Errorf("%w: %d %s", errRefused, resp.StatusCode, bytes.TrimSpace(body))
	}
	if _, err := verify.Response(resp, r); err != nil {
		return err
	}
	body, err := httpsig.ReadBody(resp.Body)
	if err == nil && !bytes.Contains(body, []byte("Queen")) {
		err = errors.New("another answer")
	}
	return err
}

// direct is a client that speaks to the provider as the gateway does: for the proxies.
func (w *market) direct(base string, _ int) (func() error, error) {
	call, err := httpsig.NewSigner(exchange.CallProfile("http"), "asker/1", w.consumer, when.System)
	if err != nil {
		return nil, err
	}
	gate, err := httpsig.NewSigner(exchange.ForwardProfile("http"), "stand/1", w.gateKey, when.System)
	if err != nil {
		return nil, err
	}
	verify, err := httpsig.NewVerifier(exchange.CallProfile("http"), w.provider, when.System)
	if err != nil {
		return nil, err
	}
	host := strings.TrimPrefix(w.provider.address, "http://")
	client := callerTo(base)
	salt := base64.StdEncoding.EncodeToString(make([]byte, 32))
	return func() error {
		r, err := http.NewRequest(http.MethodGet, base+"/a", nil)
		if err != nil {
			return err
		}
		r.Host = host // what the provider sees
		for name, value := range map[string]string{
			"Exchange-Id": id.New[string](when.System()), "Exchange-Basis": "consent x", "Exchange-Consumer": "asker", "Exchange-Service": benchService,
			"Exchange-Purpose": "service-application", "Exchange-Fields": "name, address, notes", "Exchange-Subject": "pseudonym x", "Exchange-Salt": salt,
		} {
			r.Header.Set(name, value)
		}
		if _, err := call.Request(r); err != nil {
			return err
		}
		return exchanged(client, r, gate, verify)
	}, nil
}

func splitFields(s string) []string { return strings.Fields(s) }
