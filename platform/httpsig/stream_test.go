package httpsig_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"praya/platform/httpsig"
)

// zeros is a long body that stands nowhere.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), z.left))
	clear(p[:n])
	z.left -= int64(n)
	return n, nil
}

func TestALongBodyIsNeverHeld(t *testing.T) {
	const long = 256 << 20
	s, v := pairs(t)[0].sides(t, httpsig.Profile{})
	r, _ := http.NewRequest(http.MethodPut, "https://gateway.example.gov.hk/file", io.NopCloser(&zeros{long}))
	r.ContentLength = long
	if _, err := s.Request(r); httpsig.RuleOf(err) != httpsig.RuleSize {
		t.Fatal("a long body that can be read only once", err)
	}
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(&zeros{long}), nil }
	r.Body, _ = r.GetBody()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := s.Request(r); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Request(r); err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil || n != long {
		t.Fatal(n, err)
	}
	runtime.ReadMemStats(&after)
	if spent := after.TotalAlloc - before.TotalAlloc; spent > 4<<20 {
		t.Errorf("%d bytes were allocated for a body of %d", spent, long)
	}
	if _, err := httpsig.ReadBody(&zeros{httpsig.MaxHeld + 1}); httpsig.RuleOf(err) != httpsig.RuleSize {
		t.Error("a long body is read whole", err)
	}
}

// A signed call through real servers, whose answer is bound to it.
func TestACallOverTheNetwork(t *testing.T) {
	for _, p := range pairs(t) {
		s, v := p.sides(t, httpsig.Profile{Scheme: "http"})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := v.Request(r); err != nil {
				http.Error(w, err.Error(), http.StatusUnauthorized)
				return
			}
			text, err := httpsig.ReadBody(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Digest", httpsig.DigestOf(text))
			if _, err := s.Response(w.Header(), http.StatusOK, r); err != nil {
				t.Error(err)
			}
			w.Write(text)
		}))
		for _, method := range []string{http.MethodPost, http.MethodHead} {
			r, _ := http.NewRequestWithContext(t.Context(), method, server.URL+"//a%2Fb/%E7%81%A3?q=%20&q=", strings.NewReader(body))
			sent, err := s.Request(r)
			if err != nil {
				t.Fatal(err)
			}
			client := http.Client{Transport: &http.Transport{DisableCompression: true}}
			a, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := v.Response(a, r)
			if err != nil {
				t.Fatal(method, err)
			}
			text, err := httpsig.ReadBody(a.Body)
			a.Body.Close()
			if method == http.MethodPost && (err != nil || string(text) != body) {
				t.Error(string(text), err)
			}
			// The handler signed what a GET would bring; HEAD brings nothing, and that shows.
			if method == http.MethodHead && httpsig.RuleOf(err) != httpsig.RuleDigest {
				t.Error(err)
			}
			if got.Nonce == sent.Nonce || !strings.Contains(string(got.Base), `"signature";req;key="sig1": `) {
				t.Errorf("%s", got.Base)
			}
		}
		server.Close()
	}
}

// A fault of the stream below is not turned into an end.
func TestABrokenStreamIsNoEnd(t *testing.T) {
	r, v := signed(t, pairs(t)[0], noon(), httpsig.Profile{})
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), broken{}))
	if _, err := v.Request(r); err != nil {
		t.Fatal(err)
	}
	if _, err := httpsig.ReadBody(r.Body); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, context.DeadlineExceeded }

// benchmarked signs or verifies a request of about 310 bytes, its body included.
func benchmarked(b *testing.B, p pair, sign bool) {
	s, v := p.sides(b, httpsig.Profile{Headers: []string{"X-Purpose"}})
	r := ask(b)
	r.Header.Set("X-Consent", strings.Repeat("c", 36))
	r.Header.Set("Content-Digest", httpsig.DigestOf([]byte(body)))
	plain := r.Header.Clone()
	if _, err := s.Request(r); err != nil {
		b.Fatal(err)
	}
	full := r.Header
	b.ReportAllocs()
	defer cpu(b)()
	for b.Loop() {
		if sign {
			r.Header = http.Header{}
			for k, v := range plain {
				r.Header[k] = v
			}
			if _, err := s.Request(r); err != nil {
				b.Fatal(err)
			}
			continue
		}
		r.Header, r.Body = full, io.NopCloser(strings.NewReader(body))
		if _, err := v.Request(r); err != nil {
			b.Fatal(err)
		}
		if _, err := httpsig.ReadBody(r.Body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSign(b *testing.B) {
	for _, p := range pairs(b) {
		b.Run(string(p.alg), func(b *testing.B) { benchmarked(b, p, true) })
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, p := range pairs(b) {
		b.Run(string(p.alg), func(b *testing.B) { benchmarked(b, p, false) })
	}
}

// BenchmarkBare is the signature algorithm alone, on a text as long as a signature base: what
// no message signature can be faster than.
func BenchmarkBare(b *testing.B) {
	_, key, _ := ed25519.GenerateKey(nil)
	text := make([]byte, 600)
	signature := ed25519.Sign(key, text)
	b.Run("sign", func(b *testing.B) {
		defer cpu(b)()
		for b.Loop() {
			ed25519.Sign(key, text)
		}
	})
	b.Run("verify", func(b *testing.B) {
		public := key.Public().(ed25519.PublicKey)
		defer cpu(b)()
		for b.Loop() {
			if !ed25519.Verify(public, text, signature) {
				b.Fatal("does not hold")
			}
		}
	})
}

// cpu reports the processor time of an operation beside the wall's, which says little on a
// machine that others use too.
func cpu(b *testing.B) func() {
	spent := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	before := spent()
	return func() { b.ReportMetric(float64(spent()-before)/1000/float64(b.N), "cpu-µs/op") }
}
