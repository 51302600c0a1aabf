package web

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
)

// start serves a site until the returned function is called.
func start(t *testing.T, s *Site) (public, operator string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan [2]string, 1), make(chan error, 1)
	go func() { done <- s.Serve(ctx, func(p, o string) { ready <- [2]string{p, o} }) }()
	select {
	case at := <-ready:
		return at[0], at[1], func() error { cancel(); return <-done }
	case err := <-done:
		t.Fatalf("does not start: %v", err)
	}
	cancel()
	return "", "", nil
}

func TestServeDrains(t *testing.T) {
	s := newSite(t, Config{Listen: "127.0.0.1:0", Operator: "127.0.0.1:0", TokenFile: filepath.Join(t.TempDir(), "token")})
	entered, leave := make(chan bool), make(chan bool)
	s.Page("GET /slow", func(v *Visit) error {
		entered <- true
		<-leave
		return v.Render(Page{Title: "Slow"}, templ.NopComponent)
	})
	public, operator, stop := start(t, s)
	if !strings.HasPrefix(public, "http://localhost:") || !strings.HasPrefix(operator, "http://localhost:") {
		t.Errorf("%q, %q", public, operator)
	}
	if code := get(t, operator+"/readyz"); code != 200 {
		t.Errorf("/readyz: %d", code)
	}
	answered := make(chan int)
	go func() { answered <- get(t, public+"/tc/slow") }()
	<-entered
	stopped := make(chan error)
	go func() { stopped <- stop() }()
	for { // the listener closes while the slow request is open
		if ready, _ := s.parts.Health.Ready(context.Background()); !ready {
			break
		}
		time.Sleep(time.Millisecond)
	}
	select {
	case <-stopped:
		t.Fatal("stopped before its last request was answered")
	case leave <- true:
	}
	if code := <-answered; code != 200 {
		t.Errorf("the open request got %d", code)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stops with %v", err)
	}
}

func get(t *testing.T, url string) int {
	r, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer r.Body.Close()
	_, _ = io.Copy(io.Discard, r.Body)
	return r.StatusCode
}

func TestServeTLS(t *testing.T) {
	cert, key, pool := certificate(t)
	s := newSite(t, Config{Listen: "127.0.0.1:0", Operator: off, CertFile: cert, KeyFile: key})
	public, operator, stop := start(t, s)
	if !strings.HasPrefix(public, "https://localhost:") || operator != "" {
		t.Errorf("%q, %q", public, operator)
	}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}}
	r, err := c.Get(public + "/tc/display")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK || r.Header.Get("Strict-Transport-Security") == "" || r.ProtoMajor != 2 {
		t.Errorf("%d %s %v", r.StatusCode, r.Proto, r.Header)
	}
	c.CloseIdleConnections()
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func certificate(t *testing.T) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for file, content := range map[string][]byte{certFile: certPEM, keyFile: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	return certFile, keyFile, pool
}
