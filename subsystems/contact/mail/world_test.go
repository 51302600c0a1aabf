package mail

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"praya/kernel/when"
)

// zone is a part of the DNS.
type zone map[string][]string

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	if v, ok := z[strings.TrimSuffix(name, ".")]; ok {
		return v, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (zone) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (zone) LookupIPAddr(_ context.Context, name string) ([]net.IPAddr, error) {
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (zone) LookupAddr(_ context.Context, name string) ([]string, error) {
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// office is a server on a port, and what it kept.
type office struct {
	*testing.T
	*Server
	address string
	kept    chan Inbound
}

const ours = "1823@praya.example"

func opened(t *testing.T, s *Server) *office {
	t.Helper()
	o := &office{T: t, Server: s, kept: make(chan Inbound, 100)}
	s.Address, s.Domain, s.Ours, s.Log = "127.0.0.1:0", "praya.example", []string{ours}, slog.New(slog.NewTextHandler(t.Output(), nil))
	if s.DNS == nil {
		s.DNS = zone{}
	}
	if s.Clock == nil {
		s.Clock = when.System
	}
	if s.Deliver == nil {
		s.Deliver = func(_ context.Context, in Inbound) error { o.kept <- in; return nil }
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	var err error
	if o.address, err = s.Bound(); err != nil {
		t.Fatal(err)
	}
	return o
}

// swaks sends by a program that we did not write, and gives what both ends said.
func (o *office) swaks(args ...string) (said string, ok bool) {
	o.Helper()
	program, err := exec.LookPath("swaks")
	if err != nil {
		o.Skip("swaks is not installed")
	}
	cmd := exec.CommandContext(o.Context(), program, append([]string{
		"--server", o.address, "--helo", "mx.sender.example", "--from", "chan@sender.example", "--to", ours, "--timeout", "20s",
	}, args...)...)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// takes wants a message taken, and gives it.
func (o *office) takes(args ...string) Inbound {
	o.Helper()
	said, ok := o.swaks(args...)
	if !ok {
		o.Fatalf("not sent:\n%s", said)
	}
	select {
	case in := <-o.kept:
		return in
	default:
		o.Fatalf("250 was said, and nothing kept:\n%s", said)
		return Inbound{}
	}
}

// refuses wants a message refused with a text.
func (o *office) refuses(want string, args ...string) {
	o.Helper()
	said, ok := o.swaks(args...)
	if ok || !strings.Contains(said, want) {
		o.Errorf("want a refusal with %q:\n%s", want, said)
	}
	select {
	case in := <-o.kept:
		o.Errorf("refused and kept: %+v", in)
	default:
	}
}

// file writes a message as it goes over the line.
func (o *office) file(text string) string {
	o.Helper()
	name := filepath.Join(o.TempDir(), "message")
	if err := os.WriteFile(name, []byte(strings.ReplaceAll(text, "\n", "\r\n")), 0o600); err != nil {
		o.Fatal(err)
	}
	return "@" + name
}

func pair(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"praya.example"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
