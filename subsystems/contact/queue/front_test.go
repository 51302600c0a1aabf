package queue

import (
	"context"
	"html"
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
	"praya/platform/db/dbtest"
	"praya/platform/web"
)

// staff signs in by account: NAME-DEPARTMENT-ROLES are officers, every other name is a person.
type staff struct{}

func (staff) SignIn() string { return "/sign-in" }

func (staff) Duty(_ context.Context, account string) (who.Duty, error) {
	parts := strings.SplitN(account, "-", 3)
	if len(parts) < 3 {
		return who.Duty{}, fault.New(fault.NotFound, "queue.fault.no-agent")
	}
	return who.Duty{Officer: parts[0], Department: parts[1], Roles: parts[2]}, nil
}

func (staff) Label(*web.Visit) (string, string, error) { return "somebody", "/me", nil }

const (
	an   = "an-DPO-" + AgentRole
	bo   = "bo-DPO-" + AgentRole
	head = "head-DPO-" + SupervisorRole
)

// front is a site with the pages of a queue.
type front struct {
	*world
	handler http.Handler
}

func newFront(t *testing.T) *front {
	t.Helper()
	w := newWorld(t, dbtest.SQLite(t))
	site, err := web.New(web.Config{Operator: "off", Owner: lang.Text{TC: "海旁", EN: "Praya", SC: "海旁"}},
		web.Parts{Words: w.Words, Policy: w.Policy, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Clock: w.clock.now, DB: w.DB, People: staff{}})
	w.ok(err)
	w.Mount(site)
	site.Page("GET /enter/{account}", func(v *web.Visit) error {
		a := who.Actor{Kind: who.Person, ID: v.PathValue("account"), Level: "plus"}
		if strings.Count(a.ID, "-") > 1 {
			a.Kind = who.Officer
		}
		if err := v.SignIn(a, "hwk"); err != nil {
			return err
		}
		return v.Redirect(figuresPath)
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
	header  http.Header
}

func (f *front) browser(account string) *browser {
	f.Helper()
	b := &browser{front: f, cookies: map[string]*http.Cookie{}}
	if account != "" {
		b.get(303, "/en/enter/"+url.PathEscape(account))
	}
	return b
}

func (b *browser) send(method, path, contentType string, body io.Reader) {
	b.Helper()
	q := httptest.NewRequest(method, "http://praya.example"+path, body)
	q.Header.Set("Content-Type", contentType)
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
	b.page, b.status, b.to, b.header = w.Body.String(), w.Code, response.Header.Get("Location"), response.Header
}

func (b *browser) get(status int, path string) *browser {
	b.Helper()
	b.send("GET", path, "", nil)
	if b.status != status {
		b.Fatalf("%s answers %d, want %d: %.1500s", path, b.status, status, mainOf(b.page))
	}
	return b
}

// press sends the form of the page whose action ends so, with these answers beside what it has.
func (b *browser) press(status int, action string, pairs ...string) *browser {
	b.Helper()
	to, answers := b.form(action)
	for i := 0; i+1 < len(pairs); i += 2 {
		answers[pairs[i]] = strings.Split(pairs[i+1], " & ")
	}
	b.send("POST", to, "application/x-www-form-urlencoded", strings.NewReader(answers.Encode()))
	return b.answered(status, action)
}

func (b *browser) answered(status int, action string) *browser {
	b.Helper()
	if b.status != status {
		b.Fatalf("%s answers %d, want %d: %.3000s", action, b.status, status, mainOf(b.page))
	}
	if status == http.StatusSeeOther {
		b.get(200, b.to)
	}
	return b
}

// form is the address and the fields of the page's form whose action ends so.
func (b *browser) form(action string) (to string, answers url.Values) {
	b.Helper()
	at := regexp.MustCompile(`(?s)<form[^>]* action="([^"]*` + regexp.QuoteMeta(action) + `)".*?</form>`).FindStringSubmatch(b.page)
	if at == nil {
		b.Fatalf("the page has no form for %s: %.3000s", action, mainOf(b.page))
	}
	answers = url.Values{}
	for _, m := range regexp.MustCompile(`<input[^>]* name="([^"]+)"[^>]*>`).FindAllStringSubmatch(at[0], -1) {
		value := regexp.MustCompile(` value="([^"]*)"`).FindStringSubmatch(m[0])
		if tick := strings.Contains(m[0], `type="radio"`) || strings.Contains(m[0], `type="checkbox"`); value != nil && (!tick || strings.Contains(m[0], " checked")) {
			answers.Add(m[1], html.UnescapeString(value[1]))
		}
	}
	return html.UnescapeString(at[1]), answers
}

func (b *browser) sees(texts ...string) *browser {
	b.Helper()
	for _, text := range texts {
		if !strings.Contains(b.page, text) {
			b.Errorf("the page has no %q: %.4000s", text, mainOf(b.page))
		}
	}
	return b
}

func (b *browser) misses(texts ...string) *browser {
	b.Helper()
	for _, text := range texts {
		if strings.Contains(b.page, text) {
			b.Errorf("the page has %q", text)
		}
	}
	return b
}

func mainOf(page string) string {
	if _, main, ok := strings.Cut(page, "<main"); ok {
		return main
	}
	return page
}
