package oidc_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"testing"

	"praya/subsystems/identity/internal/oidc"
)

// The benchmarks speak real HTTP with a whole web.Site on the embedded store, durable,
// and their client shares the machine. -cpu 2 -benchtime 5s.

func benched(b *testing.B) *world {
	return open(b, "sqlite:"+b.TempDir()+"/x.db", nil, nil, func(c *oidc.Config) { c.Note = nil })
}

func client(b *testing.B) *http.Client {
	t := &http.Transport{MaxIdleConnsPerHost: 64}
	b.Cleanup(t.CloseIdleConnections)
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func post(b *testing.B, c *http.Client, address string, body []byte, header ...string) {
	q, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	r, err := c.Do(q)
	if err != nil {
		b.Error(err)
		return
	}
	defer r.Body.Close()
	raw, _ := io.ReadAll(r.Body)
	if r.StatusCode != http.StatusOK {
		b.Errorf("%d %s", r.StatusCode, raw)
	}
}

func BenchmarkClientCredentials(b *testing.B) {
	w := benched(b)
	p := w.register(oidc.Plain, func(c *oidc.Client) { c.AuthMethod = "private_key_jwt" })
	p.secret = ""
	credentials(b, w, p)
}

// BenchmarkClientCredentialsFAPI checks a DPoP proof as well.
func BenchmarkClientCredentialsFAPI(b *testing.B) {
	w := benched(b)
	credentials(b, w, w.register(oidc.FAPI))
}

func credentials(b *testing.B, w *world, p *party) {
	p.call("/token", map[string]string{"grant_type": "client_credentials"}) // learns the nonce
	bodies, proofs := make([][]byte, b.N), make([]string, b.N)
	for i := range bodies {
		bodies[i] = []byte(url.Values{
			"grant_type": {"client_credentials"}, "scope": {"read"}, "client_assertion": {p.assertion()},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		}.Encode())
		if p.mode != oidc.Plain {
			proofs[i] = p.proof("POST", w.issuer()+"/token", "")
		}
	}
	c := client(b)
	next := make(chan int, b.N)
	for i := range b.N {
		next <- i
	}
	b.SetParallelism(16)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := <-next
			if proofs[i] != "" {
				post(b, c, w.issuer()+"/token", bodies[i], "DPoP", proofs[i])
				continue
			}
			post(b, c, w.issuer()+"/token", bodies[i])
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

func BenchmarkIntrospection(b *testing.B) {
	w := benched(b)
	p := w.register(oidc.Plain)
	var bodies [][]byte
	for range 100 {
		a := p.call("/token", map[string]string{"grant_type": "client_credentials", "scope": "read"})
		bodies = append(bodies, []byte("token="+a.text("access_token")))
	}
	c := client(b)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(p.id+":"+p.secret))
	b.SetParallelism(16)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			post(b, c, w.issuer()+"/introspect", bodies[i%len(bodies)], "Authorization", basic)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

// BenchmarkFAPIFlow is a whole login: PAR, authorization, code, DPoP token, userinfo.
func BenchmarkFAPIFlow(b *testing.B) {
	w := benched(b)
	p := w.register(oidc.FAPI)
	p.login(nil)
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		own := *p
		for pb.Next() {
			_, a := own.login(nil)
			if u := own.userinfo(a.text("access_token")); u.status != 200 {
				b.Error(u)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "flows/s")
}
