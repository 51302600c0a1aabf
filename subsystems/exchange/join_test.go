package exchange

import (
	"crypto/ed25519"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"

	"praya/kernel/lang"
	"praya/kernel/who"
)

// TestJoin: in the test environment a department joins by three messages; in production the same
// addresses are not there.
func TestJoin(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		key, public := newKey(t)
		party := func(code string) []byte {
			raw, err := json.Marshal(joining{Code: code, Name: text(code), Clients: []string{code + "-client"}, Key: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))})
			w.must(err)
			return raw
		}
		post := func(path string, body []byte) int {
			r, err := http.Post(w.gate.URL+path, "application/json", strings.NewReader(string(body)))
			w.must(err)
			w.must(r.Body.Close())
			return r.StatusCode
		}
		if got := post(apiBase+"/parties", party("lands")); got != http.StatusNotFound {
			t.Errorf("anybody joins in production: %d", got)
		}
		const sandbox = "/sandbox" + apiBase
		for code, want := range map[string]int{"lands": http.StatusCreated, "Lands": http.StatusUnprocessableEntity} {
			if got := post(sandbox+"/parties", party(code)); got != want && got != http.StatusBadRequest {
				t.Errorf("%s: %d", code, got)
			}
		}
		offer, err := json.Marshal(offering{
			Title: text("Plots"), Base: w.provider.URL, OpenAPI: json.RawMessage(openAPI), Fields: []Field{{"address", lang.Text{TC: "地址", EN: "Address"}, Ordinary}},
			Subject: ByPseudonym, Surplus: Refuse, Content: JSONFields, Methods: []string{"GET"}, Seconds: 1,
		})
		w.must(err)
		if status, body := w.signed("lands/1", key, "PUT", sandbox+"/services/lands.plots", offer); status != http.StatusCreated {
			t.Errorf("%d %s", status, body)
		}
		if status, body := w.signed("lands/1", key, "PUT", sandbox+"/services/transport.plots", offer); status == http.StatusCreated {
			t.Errorf("in another's name: %d %s", status, body)
		}
		if status, body := w.signed("lands/1", key, "POST", sandbox+"/rights", []byte(`{"service":"lands.plots","fields":["address"],"purpose":"licence-application","why":"to try"}`)); status != http.StatusCreated {
			t.Errorf("%d %s", status, body)
		}
		other, _ := newKey(t)
		for _, stranger := range []struct {
			id  string
			key ed25519.PrivateKey
		}{{"lands/1", other}, {"immd/1", w.provider.key}} {
			if status, body := w.signed(stranger.id, stranger.key, "POST", sandbox+"/rights", []byte(`{}`)); status != http.StatusUnauthorized {
				t.Errorf("a key of elsewhere: %d %s", status, body)
			}
		}
		ctx := who.AsSystem(w.ctx, who.Sandbox)
		if _, err := w.s.Give(ctx, "lands-client", Wish{Type: DetailType, Service: "lands.plots", Purpose: "licence-application", Fields: []string{"address"}, KeepDays: 1}, "chan", "chan", nil); err != nil {
			t.Error(err)
		}
	})
}
