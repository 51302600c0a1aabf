package line

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/db/dbtest"
	"praya/platform/web"
	"praya/platform/web/browsertest"
	"praya/platform/words"
)

//nolint:gochecknoglobals // one browser for the whole package
var chrome browsertest.Browser

func TestMain(m *testing.M) { os.Exit(chrome.Run(m)) }

const operatorToken = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// hall is a site with a service behind a line.
type hall struct {
	*Service
	clock *hands
	site  *web.Site
}

func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{clock: newHands()}
	h.Service = process(t, dbtest.SQLite(t), h.clock.now)
	book, err := words.New(web.Words(), Words())
	ok(t, err)
	token := filepath.Join(t.TempDir(), "token")
	ok(t, os.WriteFile(token, []byte(operatorToken), 0o600))
	site, err := web.New(web.Config{Listen: "127.0.0.1:0", Operator: "127.0.0.1:0", TokenFile: token, Owner: lang.Text{TC: "海旁", EN: "Praya", SC: "海旁"}},
		web.Parts{Words: book, Policy: h.Policy, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Clock: h.clock.now, DB: h.DB, People: nobody{}})
	ok(t, err)
	h.Mount(site)
	site.Page("GET /apply", func(v *web.Visit) error {
		if in, err := h.Gate(v, "food"); !in {
			return err
		}
		_, err := io.WriteString(v.W, "the form")
		return err
	})
	site.Page("GET /done", func(v *web.Visit) error {
		if err := h.Leave(v, "food"); err != nil {
			return err
		}
		_, err := io.WriteString(v.W, "thank you")
		return err
	})
	site.Page("GET /wipe", func(v *web.Visit) error {
		h.Forget(v)
		_, err := io.WriteString(v.W, "wiped")
		return err
	})
	site.Page("GET /enter/{account}", func(v *web.Visit) error {
		kind := who.Person
		if v.PathValue("account") == "officer" {
			kind = who.Officer
		}
		if err := v.SignIn(who.Actor{Kind: kind, ID: v.PathValue("account")}, "hwk"); err != nil {
			return err
		}
		return v.Redirect("/apply")
	})
	h.site = site
	return h
}

// nobody knows people only by their accounts.
type nobody struct{ web.People }

func (nobody) SignIn() string { return "/sign-in" }
func (nobody) Duty(context.Context, string) (who.Duty, error) {
	return who.Duty{Officer: "o", Department: "FEHD", Post: "p"}, nil
}
func (nobody) Label(*web.Visit) (name, path string, err error) { return "x", "/", nil }

// visitor is a browser with its cookies.
type visitor struct {
	*testing.T
	handler http.Handler
	cookies map[string]string
	from    string
}

func (h *hall) visitor(t *testing.T, from string) *visitor {
	return &visitor{t, h.site.Handler(), map[string]string{}, from}
}

func (b *visitor) do(method, path string) (int, string, http.Header) {
	b.Helper()
	q := httptest.NewRequest(method, "http://praya.example"+path, strings.NewReader(url.Values{}.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	q.RemoteAddr = b.from + ":4000"
	for name, value := range b.cookies {
		q.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, q)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return w.Code, w.Body.String(), w.Header()
}

func (b *visitor) in() bool {
	b.Helper()
	_, page, _ := b.do("GET", "/en/apply?a=1")
	return page == "the form"
}

func TestGate(t *testing.T) {
	h := newHall(t)
	first := h.visitor(t, "203.0.113.1")
	if !first.in() || len(first.cookies) > 0 {
		t.Fatalf("a line that nobody set: %v", first.cookies)
	}
	opened(t, h.Service, Settings{Most: 1, PerMinute: 60, Minutes: 10})
	if !first.in() {
		t.Fatal("there is room")
	}
	second, third := h.visitor(t, "203.0.113.2"), h.visitor(t, "203.0.113.3")
	if second.in() || third.in() {
		t.Fatal("there is no room")
	}
	code, _, header := second.do("GET", "/en/apply?a=1")
	to := header.Get("Location")
	if code != http.StatusSeeOther || to != "/en/line/food?to=%2Fapply%3Fa%3D1" {
		t.Fatalf("sent to %q (%d)", to, code)
	}
	code, page, header := second.do("GET", to)
	if code != 200 || !regexp.MustCompile(`^1\d$`).MatchString(header.Get("Refresh")) || !strings.Contains(page, "You are in the line") || !strings.Contains(page, "0 people") {
		t.Errorf("%d, Refresh %q: %s", code, header.Get("Refresh"), page)
	}
	if _, page, _ := third.do("GET", "/en/line/food?to=/apply"); !strings.Contains(page, "1 person") {
		t.Errorf("the third: %s", page)
	}
	// The second signs in while waiting, and keeps the place.
	second.do("GET", "/en/enter/account-2")
	if _, page, _ := second.do("GET", "/en/line/food?to=/apply"); !strings.Contains(page, "0 people") {
		t.Errorf("after signing in: %s", page)
	}
	first.do("GET", "/en/done")
	if _, page, _ = second.do("GET", to); !strings.Contains(page, "It is your turn") || !strings.Contains(page, `href="/en/apply?a=1"`) || !strings.Contains(page, "2:05 pm") {
		t.Errorf("the second's turn: %s", page)
	}
	h.clock.pass(TurnKept)
	if second.in() {
		t.Error("the turn has passed, and the second goes in")
	}
	if _, page, header := second.do("GET", to); !strings.Contains(page, "Your turn has passed") || header.Get("Refresh") != "" {
		t.Errorf("too late: %s", page)
	}
	if !third.in() {
		t.Error("the third does not move up")
	}
	if code, _, _ := second.do("POST", to); code != http.StatusSeeOther {
		t.Errorf("joining again answers %d", code)
	}
	if _, page, _ := second.do("GET", to); !strings.Contains(page, "You are in the line") {
		t.Errorf("joined again: %s", page)
	}
	for _, bad := range []string{"//evil.example", "https://evil.example", `/\evil.example`} {
		if _, page, header := third.do("GET", "/en/line/food?to="+url.QueryEscape(bad)); strings.Contains(page+header.Get("Location"), "evil") {
			t.Errorf("%s leads out", bad)
		}
	}
	counter := h.visitor(t, "203.0.113.4")
	counter.do("GET", "/en/enter/officer")
	if !counter.in() {
		t.Error("an officer at a counter waits")
	}
	if code, _, _ := third.do("GET", "/en/line/none"); code != http.StatusNotFound {
		t.Errorf("no such line: %d", code)
	}
	if third.do("GET", "/en/wipe"); len(third.cookies) > 0 || third.in() {
		t.Errorf("on a machine that others use the place stays with %v", third.cookies)
	}
	if len(h.lines) != 1 {
		t.Errorf("%d lines are remembered; names from addresses must not be", len(h.lines))
	}
}

// A program that takes a new place with every request is held back; people elsewhere are not.
func TestManyBrowsersOfOneNetwork(t *testing.T) {
	h := newHall(t)
	opened(t, h.Service, Settings{Most: 1, PerMinute: 60, Minutes: 10})
	refused := 0
	for range 100 {
		if code, _, _ := h.visitor(t, "203.0.113.7").do("GET", "/en/apply"); code == http.StatusTooManyRequests {
			refused++
		}
	}
	if want := 100 - newBrowsers().Burst; refused != want {
		t.Errorf("%d of 100 were refused, not %d", refused, want)
	}
	if code, _, _ := h.visitor(t, "203.0.113.8").do("GET", "/en/apply"); code != http.StatusSeeOther {
		t.Errorf("somebody elsewhere: %d", code)
	}
}

func TestInTheBrowser(t *testing.T) {
	h := newHall(t)
	opened(t, h.Service, Settings{Most: 1, PerMinute: 60, Minutes: 10})
	for range 30 {
		enter(t, h.Service, "x")
		ok(t, h.Out(system(t), "food", "x"))
		h.clock.pass(10 * time.Second)
	}
	enter(t, h.Service, "inside")
	server := httptest.NewServer(h.site.Handler())
	t.Cleanup(server.Close)
	tab := chrome.Tab(t)
	tab.Look(browsertest.Look{Width: 360})
	look := func(name string) {
		for _, l := range []string{"tc", "en", "sc"} {
			tab.Open(server.URL + "/" + l + "/line/food?to=/apply")
			tab.Accessible()
			tab.FitsAcross()
			tab.Screenshot("line-" + name + "-" + l)
		}
	}
	look("none")
	tab.Open(server.URL + "/en/apply")
	look("waiting")
	ok(t, h.Out(system(t), "food", "inside"))
	look("called")
	h.clock.pass(TurnKept)
	look("lost")
}

// An operator sets a line, opens it, sees it move and closes it, in a browser.
func TestOperatorPages(t *testing.T) {
	h := newHall(t)
	ctx, stop := context.WithCancel(t.Context())
	address, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- h.site.Serve(ctx, func(_, operator string) { address <- operator }) }()
	t.Cleanup(func() {
		stop()
		ok(t, <-ended)
	})
	desk := <-address
	tab := chrome.Tab(t)
	tab.Look(browsertest.Look{Width: 360})
	tab.Open(desk + "/en/lines")
	tab.Fill("token", operatorToken)
	tab.Press("Sign in")
	look := func(name string) {
		tab.Accessible()
		tab.FitsAcross()
		tab.Screenshot("line-operator-" + name)
	}
	look("none")
	tab.Press("Set a line")
	tab.Fill("line", "food", "most", "0", "rate", "30", "minutes", "15")
	tab.Expect("status of 422")
	tab.Press("Save")
	look("wrong")
	tab.Fill("most", "2")
	tab.Press("Save")
	tab.Press("Open the line: people wait")
	for _, who := range []string{"a", "b", "c", "d"} {
		enter(t, h.Service, who)
		h.clock.pass(2 * time.Second)
	}
	tab.Open(desk + "/en/lines/food")
	look("open")
	st := consistent(t, h.Service, 0)
	if st.Most != 2 || st.PerMinute != 30 || st.Minutes != 15 || !st.ByItself || !st.Open || st.Waiting() != 2 {
		t.Errorf("set and opened: %+v", st)
	}
	tab.Open(desk + "/tc/lines")
	look("lines")
	tab.Open(desk + "/en/lines/food")
	tab.Press("Close the line: everybody goes in")
	if consistent(t, h.Service, 0).Open {
		t.Error("still open")
	}
}
