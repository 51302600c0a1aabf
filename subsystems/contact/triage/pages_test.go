package triage

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/jobs"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/web/browsertest"
)

// staff signs in by account: NAME.DEPARTMENT.ROLES are officers, every other name is a person.
type staff struct{}

func (staff) SignIn() string { return "/sign-in" }

func (staff) Duty(_ context.Context, account string) (who.Duty, error) {
	parts := strings.SplitN(account, ".", 3)
	if len(parts) < 3 {
		return who.Duty{}, fault.New(fault.NotFound, "triage.fault.choice")
	}
	return who.Duty{Officer: parts[0], Department: parts[1], Roles: parts[2]}, nil
}

func (staff) Label(*web.Visit) (string, string, error) { return "somebody", "/me", nil }

const (
	agent      = "an.DPO.contact-agent"
	supervisor = "su.DPO.contact-supervisor"
)

type front struct {
	*world
	handler http.Handler
}

func newFront(t *testing.T) *front {
	t.Helper()
	w := newWorld(t, dbtest.SQLite(t))
	site, err := web.New(web.Config{Operator: "off", Origin: "http://praya.example", Owner: lang.Text{TC: "海旁", EN: "Praya", SC: "海旁"}},
		web.Parts{Words: w.Words, Policy: w.Policy, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Clock: w.clock.now, DB: w.DB, People: staff{}})
	w.ok(err)
	w.Mount(site)
	site.Page("GET /enter/{account}", func(v *web.Visit) error {
		a := who.Actor{Kind: who.Person, ID: v.PathValue("account"), Level: "plus"}
		if strings.Count(a.ID, ".") > 1 {
			a.Kind = who.Officer
		}
		if err := v.SignIn(a, "hwk"); err != nil {
			return err
		}
		return v.Redirect(reportPath)
	})
	return &front{w, site.Handler()}
}

// browser is a visitor with cookies.
type browser struct {
	*front
	cookies map[string]*http.Cookie
	page    string
	status  int
	to      string
}

func (f *front) browser(account string) *browser {
	f.Helper()
	b := &browser{front: f, cookies: map[string]*http.Cookie{}}
	if account != "" {
		b.get(303, "/en/enter/"+url.PathEscape(account))
	}
	return b
}

func (b *browser) send(method, path, kind string, body io.Reader) {
	b.Helper()
	q := httptest.NewRequest(method, "http://praya.example"+path, body)
	q.Header.Set("Content-Type", kind)
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range b.cookies {
		q.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, q)
	response := w.Result()
	for _, c := range response.Cookies() {
		b.cookies[c.Name] = c
	}
	b.page, b.status, b.to = w.Body.String(), w.Code, response.Header.Get("Location")
}

func (b *browser) want(status int, what string) {
	b.Helper()
	if b.status != status {
		text := regexp.MustCompile(`<[^>]*>|\s+`).ReplaceAllString(b.page, " ")
		b.Fatalf("%s: %d, want %d\n%.1500s", what, b.status, status, text)
	}
}

func (b *browser) get(status int, path string) {
	b.Helper()
	b.send("GET", path, "", nil)
	b.want(status, path)
}

func (b *browser) sees(what ...string) {
	b.Helper()
	for _, x := range what {
		if !strings.Contains(b.page, x) {
			b.Errorf("the page doesn't say %q", x)
		}
	}
}

// TestReportPage: a plain sentence with too few cases, figures with enough, and not for everybody.
func TestReportPage(t *testing.T) {
	f := newFront(t)
	su := f.browser(supervisor)
	su.get(200, "/en/contact/triage")
	su.sees("been trained yet")
	f.lessons = generated(50, 0)
	f.ok(f.Retrain(f.system, jobs.Job{}, nil))
	su.get(200, "/en/contact/triage")
	su.sees("too few sorted cases")
	f.lessons = generated(1500, 0.1)
	f.ok(f.Retrain(f.system, jobs.Job{}, nil))
	f.write(func(tx *db.Tx) error { return f.Corrected(tx, "case-1", Category, "noise", "street-light") })
	su.get(200, "/en/contact/triage")
	su.sees("Macro-F1", "Subject", "1,500", "1 of 1", "agents decided something on cases: 1")
	f.ok(f.Retrain(f.system, jobs.Job{}, nil))
	f.ok(f.Retrain(f.system, jobs.Job{}, nil))
	f.ok(f.Keys.Rotate(sign.Fields))
	su.get(200, "/en/contact/triage")
	su.sees("Looked again", "sealed with an older key: 3")
	f.ok(f.Refresh(f.system, jobs.Job{}, nil))
	su.get(200, "/en/contact/triage")
	if strings.Contains(su.page, "older key") {
		t.Error("models are left under the older key")
	}
	if strings.Contains(su.page, "too few") {
		t.Error("too few are said to be there")
	}
	f.browser(agent).get(403, "/en/contact/triage")
	f.browser("chan").get(403, "/en/contact/triage")
}

// TestInTheBrowser opens the page in a real Chromium: axe-core on a phone, and none wider than its screen.
func TestInTheBrowser(t *testing.T) {
	f := newFront(t)
	server := httptest.NewServer(f.handler)
	t.Cleanup(server.Close)
	tab := chrome.Tab(t)
	tab.Open(server.URL + "/en/enter/" + supervisor)
	look := func(name string, languages ...string) {
		for _, l := range languages {
			tab.Look(browsertest.Look{Width: 360})
			tab.Open(server.URL + "/" + l + reportPath)
			tab.Accessible()
			tab.FitsAcross()
			tab.Screenshot("triage-" + name + "-" + l)
		}
	}
	look("none", "en")
	f.lessons = generated(1500, 0.1)
	f.ok(f.Retrain(f.system, jobs.Job{}, nil))
	f.write(func(tx *db.Tx) error { return f.Corrected(tx, "case-1", Category, "noise", "street-light") })
	look("report", "tc", "en", "sc")
}
