package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestGuessingIsHeldBack: who tries secrets of clients, or recovery codes, is told to wait;
// everybody learns the same about what exists and what does not.
func TestGuessingIsHeldBack(t *testing.T) {
	base := demonstration(t)
	post := func(path string, form url.Values) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var b [400]byte
		n, _ := answer.Body.Read(b[:])
		return answer.StatusCode, string(b[:n])
	}
	secret := url.Values{"grant_type": {"client_credentials"}, "client_id": {"sample-service"}, "client_secret": {"guess"}}
	stranger := url.Values{"grant_type": {"client_credentials"}, "client_id": {"nobody"}, "client_secret": {"guess"}}
	_, known := post("/token", secret)
	if _, unknown := post("/token", stranger); known != unknown {
		t.Errorf("a client that exists answers %s, one that does not %s", known, unknown)
	}
	last := 0
	for range 70 {
		last, _ = post("/token", secret)
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("after 70 guesses: %d", last)
	}
	for range 130 {
		last, _ = post("/en/recover", url.Values{"code": {"AAAA-BBBB-CCCC-DDDD"}})
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("after 130 codes: %d", last)
	}
}
