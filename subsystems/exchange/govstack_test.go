package exchange

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"praya/platform/db/dbtest"
)

// suiteNames is the data of GovStack's own test suite (test/openAPI/test-data.json of its
// information mediator), under which our parties are known in these tests.
func suiteNames() []GovStackName {
	return []GovStackName{
		{"immd", "identifier", "identifier", "alp4aNum3r1c", "alp4aNum3r1c", map[string]string{"alp4aNum3r1c": "immd.address"}},
		{"transport", "eGovStack", "GOV", "90000009", "digitalregistries", nil},
	}
}

// TestGovStack: the answers have the form of the published specification, and say what is so.
func TestGovStack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ask := func(path, client string) (int, string, string) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.gate.URL+govStackBase+path, http.NoBody)
			w.must(err)
			if client != "" {
				r.Header.Set("X-GovStack-Client", client)
			}
			resp, err := http.DefaultClient.Do(r)
			w.must(err)
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			w.must(err)
			return resp.StatusCode, resp.Header.Get("Content-Type"), strings.TrimSpace(string(body))
		}
		const service = `{"member":[{"serviceType":"OPENAPI","memberClass":"GOV","memberCode":"immd","applicationCode":"exchange","serviceCode":"address","serviceVersion":"v1","endpointList":{"member":[{"method":"GET","path":"/addresses"}]}}]}`
		const consumer, stranger = "HK/GOV/transport/exchange", "HK/GOV/immd/exchange"
		for _, c := range []struct {
			path, client string
			status       int
			want         string
		}{
			{"/listClients", "", http.StatusOK, `{"name":"Immigration","id":{"objectType":"APPLICATION","instanceId":"HK","memberClass":"GOV","memberCode":"immd","applicationCode":"exchange"}}`},
			{"/listClients?instanceId=HK", "", http.StatusOK, `"memberCode":"transport"`},
			{"/listClients?instanceId=EE", "", http.StatusOK, `{"member":[]}`},
			{"/r1/HK/GOV/immd/exchange/listMethods", consumer, http.StatusOK, service},
			{"/HK/GOV/immd/exchange/listMethods", stranger, http.StatusOK, service},
			{"/r1/HK/GOV/immd/exchange/listMethods", "", http.StatusBadRequest, `client`},
			{"/r1/HK/GOV/nobody/exchange/listMethods", consumer, http.StatusOK, `{"member":[]}`},
			{"/r1/HK/GOV/nobody/exchange/getOpenAPI?serviceCode=address", consumer, http.StatusBadRequest, `no such member`},
			{"/r1/HK/GOV/immd/exchange/allowedMethods", consumer, http.StatusOK, service},
			{"/r1/HK/GOV/immd/exchange/allowedMethods", stranger, http.StatusOK, `{"member":[]}`},
			{"/r1/HK/GOV/transport/exchange/allowedMethods", consumer, http.StatusOK, `{"member":[]}`},
			{"/r1/HK/GOV/immd/exchange/getOpenAPI?serviceCode=address", consumer, http.StatusOK, `\"openapi\":\"3.1.0\"`},
			{"/r1/HK/GOV/immd/exchange/getOpenAPI?serviceCode=nothing", consumer, http.StatusBadRequest, `no such service`},
			{"/r1/HK/GOV/immd/exchange/getOpenAPI", consumer, http.StatusBadRequest, `no such service`},
			{"/r1/HK/GOV/immd/exchange/getOpenAPI?serviceCode=address", "", http.StatusBadRequest, `client`},
		} {
			status, kind, body := ask(c.path, c.client)
			if status != c.status || !strings.HasPrefix(kind, "application/json") || !strings.Contains(strings.ToLower(body), strings.ToLower(c.want)) {
				t.Errorf("%s for %q: %d %s %s", c.path, c.client, status, kind, body)
			}
			if strings.Contains(c.path, "getOpenAPI") {
				var text string
				if err := json.Unmarshal([]byte(body), &text); err != nil {
					t.Errorf("%s is no JSON string: %v", body, err)
				}
				if status == http.StatusOK && !strings.Contains(text, `"url":"http://gateway.example/api/exchange/call/immd.address"`) {
					t.Errorf("it does not say where to call: %s", text)
				}
			}
		}
		w.s.GovStack = suiteNames()
		if status, _, body := ask("/identifier/identifier/alp4aNum3r1c/alp4aNum3r1c/allowedMethods", "eGovStack/GOV/90000009/digitalregistries"); status != http.StatusOK || !strings.Contains(body, `"serviceCode":"alp4aNum3r1c"`) {
			t.Errorf("%d %s", status, body)
		}
	})
}

// TestGovStackSuite runs GovStack's own test suite, unaltered: PRAYA_GOVSTACK_SUITE is its folder
// test/openAPI, after npm install. It wants the mediator at localhost:3366 with its test data.
func TestGovStackSuite(t *testing.T) {
	suite := os.Getenv("PRAYA_GOVSTACK_SUITE")
	if suite == "" {
		t.Skip("PRAYA_GOVSTACK_SUITE does not name a copy of the suite")
	}
	w := newWorld(t, dbtest.SQLite(t))
	raw, err := os.ReadFile(filepath.Join(suite, "test-data.json"))
	w.must(err)
	var data struct {
		Data []struct {
			GovStackInstance, MemberClass, MemberCode, ApplicationCode string
			Service                                                    []struct{ ServiceCode string }
		}
	}
	w.must(json.Unmarshal(raw, &data))
	for i, m := range data.Data {
		code := fmt.Sprintf("party-%d", i)
		w.must(w.s.PutParty(w.ctx, Party{Code: code, Department: code, Name: text(code)}))
		d := addressService(w.provider.URL)
		d.Code, d.Provider = code+".address", code
		w.must(w.s.PutService(w.ctx, d))
		w.s.GovStack = append(w.s.GovStack, GovStackName{code, m.GovStackInstance, m.MemberClass, m.MemberCode, m.ApplicationCode, map[string]string{m.Service[0].ServiceCode: d.Code}})
	}
	l, err := net.Listen("tcp", "localhost:3366")
	w.must(err)
	gate, err := url.Parse(w.gate.URL)
	w.must(err)
	front := &http.Server{ReadHeaderTimeout: time.Second, Handler: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(gate)
		r.Out.URL.Path = govStackBase + r.In.URL.Path
	}}}
	go func() { _ = front.Serve(l) }()
	t.Cleanup(func() { _ = front.Close() })
	cmd := exec.CommandContext(t.Context(), "npx", "cucumber-js", "--format", "summary")
	cmd.Dir = suite
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v", err)
	}
	t.Logf("%s", out)
}
