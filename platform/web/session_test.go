package web

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

// browser keeps cookies like one, and talks to a handler.
type browser struct {
	h       http.Handler
	cookies map[string]string
}

func (b *browser) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	q := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	q.Host = "localhost:8081"
	if method == "POST" {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		q.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range b.cookies {
		q.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, q)
	for _, c := range w.Result().Cookies() {
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return w
}

// desk is a site on a store, with an operator's token and a clock that tests move.
type desk struct {
	*Site
	token string
	now   *time.Time
}

func newDesk(t *testing.T, d *db.DB, realm who.Realm) desk {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	s := newSite(t, Config{TokenFile: file, Realm: realm})
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, when.HongKong)
	s.parts.DB = d
	s.parts.Clock = func() when.Instant { return when.At(now) }
	if err := s.readToken(); err != nil {
		t.Fatal(err)
	}
	token, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s.Operator("GET /", func(v *Visit) error { return v.Render(Page{Title: "Desk"}, templ.NopComponent) })
	s.OperatorAPI("GET /api/x", func(v *Visit) error { return v.JSON(200, who.From(v.Context()).Actor.Kind) })
	s.Page("GET /done", func(v *Visit) error { return v.Render(Page{Title: "Done"}, templ.NopComponent) })
	s.Page("POST /do", func(v *Visit) error { return v.RedirectWith("/done", Notice{Text: "It is done"}) })
	return desk{s, strings.TrimSpace(string(token)), &now}
}

func TestSessions(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := newDesk(t, d, who.Production)
		b := &browser{s.OperatorHandler(), map[string]string{"operator-session": "fixed"}}
		expect := func(w *httptest.ResponseRecorder, status int, text string) {
			t.Helper()
			if w.Code != status || !strings.Contains(w.Body.String()+w.Header().Get("Location"), text) {
				t.Errorf("%d to %q, want %d with %q:\n%.600s", w.Code, w.Header().Get("Location"), status, text, w.Body)
			}
		}
		expect(b.do("GET", "/en/", nil), 303, "/en/sign-in?to=%2F")
		expect(b.do("GET", "/api/x", nil), 401, "unauthenticated")
		expect(b.do("GET", "/en/sign-in?to=%2F", nil), 200, "Operator sign-in")
		expect(b.do("POST", "/en/sign-in", url.Values{"token": {"wrong"}}), 422, "<title>Error: Operator sign-in")
		expect(b.do("POST", "/en/sign-in", url.Values{"token": {s.token}, "to": {"/"}}), 303, "/en/")
		first := b.cookies["operator-session"]
		if first == "fixed" || first == s.token || len(first) < 43 {
			t.Errorf("the session's token is %q", first)
		}
		if w := b.do("GET", "/en/", nil); !strings.Contains(w.Body.String(), "You are signed in.") || !strings.Contains(w.Body.String(), "Sign out") {
			t.Errorf("no notice after signing in:\n%s", w.Body)
		}
		if w := b.do("GET", "/en/", nil); strings.Contains(w.Body.String(), "You are signed in.") {
			t.Error("the notice is shown twice")
		}
		b.do("POST", "/en/sign-in", url.Values{"token": {s.token}})
		if b.cookies["operator-session"] == first {
			t.Error("signing in again keeps the token")
		}
		stolen := &browser{s.OperatorHandler(), map[string]string{"operator-session": first}}
		expect(stolen.do("GET", "/en/", nil), 303, "sign-in")
		kept := b.cookies["operator-session"]
		expect(b.do("POST", "/en/sign-out", nil), 303, "/en/sign-in")
		expect((&browser{s.OperatorHandler(), map[string]string{"operator-session": kept}}).do("GET", "/en/", nil), 303, "sign-in")
	})
}

func TestSessionsEnd(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		ctx := context.Background()
		now := time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
		d, err := db.Open(ctx, db.Config{URL: address}, func() when.Instant { return when.At(now) })
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if _, err := d.Migrate(ctx, Schema()); err != nil {
			t.Fatal(err)
		}
		s, test := newDesk(t, d, who.Production), newDesk(t, d, who.Sandbox)
		sites := []desk{s, test}
		wait := func(by time.Duration) {
			now = now.Add(by)
			for _, x := range sites {
				*x.now = now
			}
		}
		wait(0)
		signIn := func() *browser {
			b := &browser{s.OperatorHandler(), map[string]string{}}
			b.do("POST", "/en/sign-in", url.Values{"token": {s.token}})
			return b
		}
		b := signIn()
		if code := (&browser{test.OperatorHandler(), b.cookies}).do("GET", "/en/", nil).Code; code != 303 {
			t.Errorf("a session of production opens the sandbox: %d", code)
		}
		for range 20 { // used every 20 minutes, it lasts
			wait(20 * time.Minute)
			if code := b.do("GET", "/en/", nil).Code; code != 200 {
				t.Fatalf("ended while it was used: %d", code)
			}
		}
		wait(31 * time.Minute)
		if code := b.do("GET", "/en/", nil).Code; code != 303 {
			t.Errorf("still open after half an hour without use: %d", code)
		}
		b = signIn()
		for range 35 {
			wait(20 * time.Minute)
			b.do("GET", "/en/", nil)
		}
		wait(21 * time.Minute)
		if code := b.do("GET", "/en/", nil).Code; code != 303 {
			t.Errorf("still open after twelve hours: %d", code)
		}
		if n, err := s.Sweep(ctx); err != nil || n != 2 {
			t.Errorf("swept %d, %v", n, err)
		}
	})
}

func TestNoticesForThePublic(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := newDesk(t, d, who.Production)
		b := &browser{s.Handler(), map[string]string{}}
		for range 2 { // a new session, then the one that there is
			b.do("POST", "/en/do", nil)
			if w := b.do("GET", "/en/done", nil); !strings.Contains(w.Body.String(), `role="status"`) || !strings.Contains(w.Body.String(), "It is done") {
				t.Errorf("no notice:\n%s", w.Body)
			}
			if w := b.do("GET", "/en/done", nil); strings.Contains(w.Body.String(), "It is done") {
				t.Error("the notice came twice")
			}
		}
		if len(b.cookies) != 1 {
			t.Errorf("cookies: %v", b.cookies)
		}
	})
}

// Notices that nobody looks at are bounded, and those of two windows at once all come.
func TestNoticesThatWait(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := newDesk(t, d, who.Production)
		shown := func(b *browser) int { return strings.Count(b.do("GET", "/en/done", nil).Body.String(), "It is done") }
		b := &browser{s.Handler(), map[string]string{}}
		for range 3 * mostNotices {
			b.do("POST", "/en/do", nil)
		}
		if n := shown(b); n != mostNotices {
			t.Errorf("%d notices, want %d", n, mostNotices)
		}
		b.do("POST", "/en/do", nil)
		b.do("POST", "/en/do", nil)
		var windows sync.WaitGroup
		for range 3 {
			window := &browser{s.Handler(), maps.Clone(b.cookies)}
			windows.Go(func() { window.do("POST", "/en/do", nil) })
		}
		windows.Wait()
		if n := shown(b); n != 5 {
			t.Errorf("%d notices, want 5", n)
		}
	})
}

func TestSubmitOnce(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := newDesk(t, d, who.Production)
		done, failing := 0, true
		s.Page("POST /pay", func(v *Visit) error {
			form, err := v.Form()
			if err != nil {
				return err
			}
			return v.SubmitOnce(form, func() error {
				if failing {
					return fault.New(fault.Unavailable, "web.fault.unavailable.text")
				}
				done++
				return v.Redirect("/done")
			})
		})
		once := s.View(lang.EN, "/pay").Once()
		form := url.Values{once[0]: {once[1]}}
		b := &browser{s.Handler(), map[string]string{}}
		for i, want := range []int{503, 303, 409, 409} {
			if code := b.do("POST", "/en/pay", form).Code; code != want {
				t.Errorf("submission %d: %d, want %d", i, code, want)
			}
			failing = false
		}
		if code := b.do("POST", "/en/pay", nil).Code; code != 422 || done != 1 {
			t.Errorf("without a token: %d; done %d times", code, done)
		}
	})
}

func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, []db.Schema{Schema()}, "."); n < 9 {
		t.Errorf("only %d statements were found", n)
	}
	dbtest.Homes(t, ".")
}

func TestBearer(t *testing.T) {
	s := newDesk(t, nil, who.Production)
	for token, status := range map[string]int{s.token: 200, "wrong": 401, "": 401} {
		w := ask{path: "/api/x", header: map[string]string{"Authorization": "Bearer " + token}}.of(s.OperatorHandler())
		if w.Code != status {
			t.Errorf("%q: %d", token, w.Code)
		}
	}
	wrong := ask{path: "/tc/sign-in", header: map[string]string{"Authorization": "Bearer wrong", "Accept": "text/html"}}
	if w := wrong.of(s.OperatorHandler()); w.Code != 401 || w.Header().Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("a wrong token at the form: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := (ask{path: "/readyz"}).of(s.OperatorHandler()); w.Code != 200 || !strings.Contains(w.Body.String(), "ready: true") {
		t.Errorf("/readyz: %d %s", w.Code, w.Body)
	}
	for _, path := range []string{"/readyz", "/metrics", "/tc/sign-in"} {
		if w := (ask{path: path}).of(s.Handler()); w.Code != 404 {
			t.Errorf("%s on the public listener: %d", path, w.Code)
		}
	}
	if w := (ask{path: "/metrics"}).of(s.OperatorHandler()); !strings.Contains(w.Body.String(), `route="GET /api/x"`) {
		t.Error("/metrics does not count routes")
	}
}

func TestRebinding(t *testing.T) {
	s := newDesk(t, nil, who.Production)
	for host, status := range map[string]int{
		"localhost:8081": 200, "127.0.0.1:8081": 200, "[::1]:8081": 200, "evil.example:8081": 403, "localhost.evil.example": 403, "": 403,
	} {
		q := httptest.NewRequest(http.MethodGet, "/readyz", nil)
		q.Host = host
		w := httptest.NewRecorder()
		s.OperatorHandler().ServeHTTP(w, q)
		if w.Code != status {
			t.Errorf("host %q: %d", host, w.Code)
		}
	}
}

func TestTokenFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	s := newSite(t, Config{TokenFile: file})
	if err := s.readToken(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.readToken(); err == nil || !strings.Contains(err.Error(), "0600") {
		t.Errorf("a file that others read: %v", err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(file), "short"), []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.config.TokenFile = filepath.Join(filepath.Dir(file), "short")
	if err := s.readToken(); err == nil {
		t.Error("a short token is accepted")
	}
}
