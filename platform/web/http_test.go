package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/zstd"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/observe"
)

// trial is a site with one route for each thing that can happen.
func trial(t *testing.T, config Config) (*Site, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	config.MaxBody = 1000
	s := newSite(t, config)
	s.parts.Log = slog.New(observe.Redact(slog.NewJSONHandler(&log, nil)))
	hello := func(v *Visit) error { return v.Render(Page{Title: "Hello " + v.PathValue("name")}, templ.NopComponent) }
	s.Page("GET /", hello)
	s.Page("GET /hello/{name}", hello)
	s.Page("POST /hello/{name}", func(v *Visit) error {
		if _, err := v.Form(); err != nil {
			return err
		}
		return v.Redirect(v.R.PostForm.Get("to"))
	})
	s.Page("GET /long", func(v *Visit) error {
		return v.Render(Page{Title: "Long"}, SourceLines(v.View, gallery{v.View}.source()))
	})
	s.Page("GET /secret", func(v *Visit) error {
		return v.Render(Page{Title: "Secret"}, SourceLines(v.View, gallery{v.View}.source()))
	}, Secret())
	for name, err := range failures() {
		s.Page("GET /fail/"+name, func(*Visit) error { return err })
		s.API("GET /api/fail/"+name, func(*Visit) error { return err })
	}
	s.Page("GET /fail/panic", func(*Visit) error { panic("CHAN Tai Man A123456(3)") })
	s.API("GET /api/fail/panic", func(*Visit) error { panic("CHAN Tai Man A123456(3)") })
	s.Page("GET /fail/late", func(v *Visit) error { <-v.Context().Done(); return v.Context().Err() }, Patience(time.Millisecond))
	s.API("GET /api/thing", func(v *Visit) error {
		if v.Unchanged("7") {
			return nil
		}
		return v.JSON(http.StatusOK, map[string]string{"x": strings.Repeat("y", 3000)})
	}, CSP("sandbox"), Cache(time.Hour), OpenData())
	s.API("POST /api/thing", func(v *Visit) error {
		if _, err := io.ReadAll(v.R.Body); err != nil {
			return err
		}
		return v.JSON(http.StatusOK, 1)
	})
	s.API("POST /api/large", func(v *Visit) error {
		b, err := io.ReadAll(v.R.Body)
		if err != nil {
			return err
		}
		return v.JSON(http.StatusOK, len(b))
	}, Body(5000))
	s.API("GET /api/limited", func(*Visit) error { panic("not reached") }, Limit(func(v *Visit) error {
		return fault.New(fault.TooMany, "web.fault.too-many.text").Because(errors.New(v.Client().String()))
	}))
	return s, &log
}

func failures() map[string]error {
	out := map[string]error{"defect": errors.New("secret cause 23456789"), "timeout": context.DeadlineExceeded}
	for _, k := range []fault.Kind{fault.Invalid, fault.NotFound, fault.Conflict, fault.Forbidden, fault.Unauthenticated, fault.Unavailable, fault.TooMany} {
		out[string(k)] = fault.New(k, "no.such.key").Because(errors.New("secret cause"))
	}
	out["field"] = fault.New(fault.Invalid, "web.fault.invalid.text").At("day", "web.signin.wrong")
	return out
}

type ask struct {
	method, path, body string
	header             map[string]string
	from               string
}

func (a ask) of(h http.Handler) *httptest.ResponseRecorder {
	if a.method == "" {
		a.method = "GET"
	}
	q := httptest.NewRequest(a.method, a.path, strings.NewReader(a.body))
	q.Host = "localhost:8080"
	if a.from != "" {
		q.RemoteAddr = a.from
	}
	if a.body != "" {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range a.header {
		q.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, q)
	return w
}

func TestLanguages(t *testing.T) {
	s, _ := trial(t, Config{})
	for _, c := range []struct {
		path, accept, cookie string
		status               int
		to                   string
	}{
		{"/", "", "", 302, "/tc/"},
		{"/", "en-GB,en;q=0.9", "", 302, "/en/"},
		{"/", "zh-CN", "", 302, "/sc/"},
		{"/", "zh", "", 302, "/tc/"},
		{"/", "yue, en", "", 302, "/tc/"},
		{"/", "en", "lang=sc", 302, "/sc/"},
		{"/", "en", "lang=xx", 302, "/en/"},
		{"/hello/a?b=c&d=%2F", "en", "", 302, "/en/hello/a?b=c&d=%2F"},
		{"/nothing", "en", "", 404, ""},
		{"/en/hello/a", "zh", "lang=tc", 200, ""},
		{"/fr/hello/a", "zh", "", 404, ""},
		{"/en", "", "", 307, "/en/"},
		{"//evil.example/hello/x", "en", "", 404, ""},
		{"/en//evil.example", "", "", 404, ""},
	} {
		w := ask{path: c.path, header: map[string]string{"Accept-Language": c.accept, "Cookie": c.cookie}}.of(s.Handler())
		if w.Code != c.status || w.Header().Get("Location") != c.to {
			t.Errorf("%s in %q, %q: %d to %q, want %d to %q", c.path, c.accept, c.cookie, w.Code, w.Header().Get("Location"), c.status, c.to)
		}
		if w.Code == 302 && strings.Join(w.Header().Values("Vary"), ",") != "Accept-Language,Cookie" {
			t.Errorf("%s: Vary %v", c.path, w.Header().Values("Vary"))
		}
	}
	for l, want := range map[string]string{"tc": `lang="zh-Hant"`, "en": `lang="en"`, "sc": `lang="zh-Hans"`} {
		w := ask{path: "/" + l + "/hello/x"}.of(s.Handler())
		if !strings.Contains(w.Body.String(), "<html "+want) {
			t.Errorf("/%s has no %s", l, want)
		}
	}
}

func TestTheSwitchIsRemembered(t *testing.T) {
	s, _ := trial(t, Config{})
	for referer, want := range map[string]bool{
		"http://localhost:8080/tc/hello/a": true,
		"http://localhost:8080/en/":        false,
		"http://elsewhere.example/tc/":     false,
		"":                                 false,
		"::":                               false,
	} {
		w := ask{path: "/en/hello/a", header: map[string]string{"Referer": referer}}.of(s.Handler())
		if got := strings.HasPrefix(w.Header().Get("Set-Cookie"), "lang=en; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"); got != want {
			t.Errorf("from %q: %q", referer, w.Header().Get("Set-Cookie"))
		}
	}
}

func TestFailuresBecomePagesAndProblems(t *testing.T) {
	s, log := trial(t, Config{Telephone: "1234 5678"})
	statuses := map[string]int{
		"invalid": 422, "not-found": 404, "conflict": 409, "forbidden": 403, "unauthenticated": 401,
		"unavailable": 503, "too-many": 429, "defect": 500, "timeout": 503, "panic": 500, "field": 422, "late": 503,
	}
	for name, status := range statuses {
		for _, l := range lang.All() {
			w := ask{path: "/" + string(l) + "/fail/" + name}.of(s.Handler())
			body := w.Body.String()
			ref := w.Header().Get("X-Request-Id")
			if w.Code != status || !strings.Contains(body, ref) || len(ref) != 11 || !strings.Contains(body, "1234 5678") {
				t.Errorf("%s in %s: %d, reference %q", name, l, w.Code, ref)
			}
			if strings.Contains(body, "secret") || strings.Contains(body, "CHAN") || strings.Contains(body, "no.such.key") {
				t.Errorf("%s in %s tells its cause:\n%s", name, l, body)
			}
			if !strings.Contains(body, `<html lang="`+l.Tag()) || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s in %s: no page in the language, or one to keep", name, l)
			}
		}
		if name == "late" {
			continue
		}
		w := ask{path: "/api/fail/" + name, header: map[string]string{"Accept-Language": "en"}}.of(s.Handler())
		var p problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if w.Code != status || p.Status != status || p.Title == "" || p.Detail == "" || p.Instance != "urn:praya:request:"+w.Header().Get("X-Request-Id") ||
			w.Header().Get("Content-Type") != "application/problem+json" || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if name == "field" && (len(p.Errors) != 1 || p.Errors[0].Name != "day") {
			t.Errorf("field: %+v", p)
		}
	}
	if strings.Contains(log.String(), "CHAN") || strings.Contains(log.String(), "23456789") {
		t.Errorf("the log holds personal data:\n%s", log)
	}
}

func TestMethodsAndLimits(t *testing.T) {
	s, log := trial(t, Config{})
	for _, c := range []struct {
		ask
		status int
		want   string
	}{
		{ask{method: "DELETE", path: "/tc/hello/x"}, 405, "不能這樣使用"},
		{ask{method: "PUT", path: "/api/thing"}, 405, "urn:praya:problem:method"},
		{ask{method: "HEAD", path: "/tc/hello/x"}, 200, ""},
		{ask{method: "POST", path: "/en/hello/x", body: strings.Repeat("a", 1001)}, 413, "larger than this page accepts"},
		{ask{method: "POST", path: "/api/thing", body: strings.Repeat("a", 1001)}, 413, "urn:praya:problem:too-large"},
		{ask{method: "POST", path: "/api/large", body: strings.Repeat("a", 5000)}, 200, "5000"},
		{ask{method: "POST", path: "/api/large", body: strings.Repeat("a", 5001)}, 413, "too-large"},
		{ask{path: "/api/limited"}, 429, "too-many"},
		{ask{path: "/tc/../../etc/passwd"}, 404, ""},
		{ask{method: "POST", path: "/tc/hello/x", body: "to=//evil.example"}, 303, ""},
	} {
		w := c.of(s.Handler())
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s: %d %.300s", c.method, c.path, w.Code, w.Body)
		}
		if to := w.Header().Get("Location"); strings.Contains(to, "evil") {
			t.Errorf("redirects to %s", to)
		}
		if w.Code == 405 && w.Header().Get("Allow") == "" {
			t.Errorf("%s: 405 without Allow", c.path)
		}
	}
	if !strings.Contains(log.String(), `"route":"POST /en/hello/{name}"`) || strings.Contains(log.String(), "/hello/x") {
		t.Errorf("the log should know patterns only:\n%s", log)
	}
}

func TestHeaders(t *testing.T) {
	s, _ := trial(t, Config{TrustedProxies: []string{"10.0.0.0/8"}})
	w := ask{path: "/tc/hello/x"}.of(s.Handler())
	for name, want := range map[string]string{
		"Content-Security-Policy":      policy,
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "strict-origin-when-cross-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Content-Language":             "zh-Hant",
		"Cache-Control":                "private, no-cache",
		"Strict-Transport-Security":    "",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(w.Body.String(), "style=") || strings.Contains(w.Body.String(), "<script") {
		t.Error("inline style or script")
	}
	https := map[string]string{"X-Forwarded-Proto": "https"}
	if w := (ask{path: "/tc/hello/x", header: https, from: "10.1.1.1:99"}).of(s.Handler()); w.Header().Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS behind a trusted proxy with TLS")
	}
	if w := (ask{path: "/tc/hello/x", header: https, from: "192.0.2.1:99"}).of(s.Handler()); w.Header().Get("Strict-Transport-Security") != "" {
		t.Error("a stranger's X-Forwarded-Proto was believed")
	}
	w = ask{path: "/api/thing"}.of(s.Handler())
	if w.Header().Get("Content-Security-Policy") != policy+"; sandbox" || w.Header().Get("Cache-Control") != "public, max-age=3600" ||
		w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("route's own headers: %v", w.Header())
	}
	if w := (ask{path: "/api/thing", header: map[string]string{"If-None-Match": `"x", W/"7"`}}).of(s.Handler()); w.Code != 304 || w.Body.Len() > 0 {
		t.Errorf("entity tag: %d", w.Code)
	}
}

func TestBrokenDownloadIsLogged(t *testing.T) {
	s, log := trial(t, Config{})
	s.API("GET /api/broken", func(v *Visit) error {
		return v.Download("x.csv", "text/csv", func(w io.Writer) error {
			_, _ = io.WriteString(w, strings.Repeat("a,b\n", 1000))
			return errors.New("the store went away")
		})
	})
	s.API("GET /api/empty", func(v *Visit) error {
		return v.Download("x.csv", "text/csv", func(io.Writer) error { return errors.New("nothing was sent yet") })
	})
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	r, err := http.Get(server.URL + "/api/broken")
	if err == nil {
		_, err = io.ReadAll(r.Body)
	}
	if err == nil {
		t.Error("half a file passes for a whole one")
	}
	if w := (ask{path: "/api/empty"}).of(s.Handler()); w.Code != 500 || w.Header().Get("Content-Disposition") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	server.Close()
	if !strings.Contains(log.String(), "the store went away") {
		t.Errorf("not in the log:\n%s", log)
	}
}

func TestCrossOrigin(t *testing.T) {
	s, _ := trial(t, Config{})
	for _, c := range []struct {
		header map[string]string
		status int
	}{
		{map[string]string{"Sec-Fetch-Site": "same-origin"}, 303},
		{map[string]string{"Sec-Fetch-Site": "none"}, 303},
		{map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		{map[string]string{"Origin": "http://localhost:8080"}, 303},
		{map[string]string{"Origin": "http://evil.example"}, 403},
		{map[string]string{"Origin": "null"}, 403},
		{nil, 303},
	} {
		w := ask{method: "POST", path: "/tc/hello/x", body: "to=/", header: c.header}.of(s.Handler())
		if w.Code != c.status {
			t.Errorf("%v: %d, want %d", c.header, w.Code, c.status)
		}
	}
	w := ask{path: "/tc/hello/x", header: map[string]string{"Sec-Fetch-Site": "cross-site"}}.of(s.Handler())
	if w.Code != 200 {
		t.Errorf("a link from elsewhere: %d", w.Code)
	}
}

func TestCompression(t *testing.T) {
	s, _ := trial(t, Config{})
	plain := ask{path: "/tc/long"}.of(s.Handler()).Body.String()
	for _, c := range []struct{ path, accept, want string }{
		{"/tc/long", "", ""},
		{"/tc/long", "gzip", "gzip"},
		{"/tc/long", "gzip, zstd", "zstd"},
		{"/tc/secret", "gzip, zstd", ""},
		{"/api/thing", "gzip", "gzip"},
		{"/healthz", "gzip", ""},
	} {
		w := ask{path: c.path, header: map[string]string{"Accept-Encoding": c.accept}}.of(s.Handler())
		if got := w.Header().Get("Content-Encoding"); got != c.want || w.Code != 200 {
			t.Errorf("%s for %q: %q, %d", c.path, c.accept, got, w.Code)
		}
		if c.path == "/tc/long" && unpacked(t, w) != plain {
			t.Errorf("%s for %q differs after decompression", c.path, c.accept)
		}
	}
	if w := (ask{path: "/tc/secret"}).of(s.Handler()); w.Header().Get("Cache-Control") != "no-store" {
		t.Error("a page with secrets may be kept")
	}
}

func unpacked(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	body := io.Reader(w.Body)
	var err error
	switch w.Header().Get("Content-Encoding") {
	case "gzip":
		body, err = gzip.NewReader(body)
	case "zstd":
		body, err = zstd.NewReader(body)
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAssets(t *testing.T) {
	s, _ := trial(t, Config{})
	view := s.View(lang.TC, "/")
	css := ask{path: view.Asset("site.css")}.of(s.Handler())
	if n := css.Body.Len(); n > 25_000 || css.Code != 200 {
		t.Errorf("the style sheet has %d bytes of 25,000; status %d", n, css.Code)
	}
	for _, coding := range []string{"gzip", "zstd"} {
		w := ask{path: view.Asset("site.css"), header: map[string]string{"Accept-Encoding": coding}}.of(s.Handler())
		if w.Header().Get("Content-Encoding") != coding || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: %v", coding, w.Header())
		}
		if unpacked(t, w) != css.Body.String() {
			t.Errorf("%s: another content", coding)
		}
	}
	if w := (ask{path: "/assets/site.0000.css"}).of(s.Handler()); w.Code != 404 {
		t.Errorf("an old name: %d", w.Code)
	}
}

func TestClientAddress(t *testing.T) {
	s, log := trial(t, Config{TrustedProxies: []string{"10.0.0.0/8"}})
	for _, c := range []struct{ from, forwarded, want string }{
		{"192.0.2.1:99", "198.51.100.7", "192.0.2.1"},
		{"10.1.1.1:99", "198.51.100.7", "198.51.100.7"},
		{"10.1.1.1:99", "203.0.113.9, 198.51.100.7, 10.2.2.2", "198.51.100.7"},
		{"10.1.1.1:99", "garbage", "10.1.1.1"},
		{"10.1.1.1:99", "", "10.1.1.1"},
	} {
		log.Reset()
		ask{path: "/api/limited", from: c.from, header: map[string]string{"X-Forwarded-For": c.forwarded}}.of(s.Handler())
		if !strings.Contains(log.String(), c.want+`"`) { // the route puts it into its cause, to be seen here
			t.Errorf("%s, %s: want %s in %s", c.from, c.forwarded, c.want, log)
		}
	}
}

func TestBadConfigurations(t *testing.T) {
	for name, c := range map[string]Config{
		"half of TLS":       {CertFile: "x"},
		"operator in open":  {Operator: "0.0.0.0:8081"},
		"operator by name":  {Operator: "example.com:80"},
		"no network":        {TrustedProxies: []string{"10.0.0.0"}},
		"no realm":          {Realm: "dream"},
		"operator anywhere": {Operator: ":8081"},
	} {
		if c.Check() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := (Config{}).Check(); err != nil {
		t.Errorf("the zero value: %v", err)
	}
}
