package knowledge

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
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
	"praya/platform/web"
)

// staff signs in by account: NAME.DEPARTMENT.ROLES are officers, every other name is a person.
type staff struct{}

func (staff) SignIn() string { return "/sign-in" }

func (staff) Duty(_ context.Context, account string) (who.Duty, error) {
	parts := strings.SplitN(account, ".", 3)
	if len(parts) < 3 {
		return who.Duty{}, fault.New(fault.NotFound, "knowledge.fault.missing")
	}
	return who.Duty{Officer: parts[0], Department: parts[1], Roles: parts[2]}, nil
}

func (staff) Label(*web.Visit) (string, string, error) { return "somebody", "/me", nil }

const (
	agent     = "an.DPO." + AgentRole
	editor    = "ed.TD." + EditorRole
	colleague = "co.TD." + EditorRole
	stranger  = "st.HYD." + EditorRole
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
		return v.Redirect(answersPath)
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
	raw     []byte
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
	b.page, b.status, b.to, b.raw = w.Body.String(), w.Code, response.Header.Get("Location"), w.Body.Bytes()
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

func (b *browser) hidden() url.Values {
	form := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(b.page, -1) {
		form.Set(m[1], m[2])
	}
	return form
}

// post fills in the form of a page, and sends it.
func (b *browser) post(status int, path string, pairs ...string) {
	b.Helper()
	b.get(200, path)
	form := b.hidden()
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	b.send("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
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

// TestFromQuestionToAnswer: somebody asks in vain, an editor writes, a colleague publishes, the public
// finds it and says that it helped.
func TestFromQuestionToAnswer(t *testing.T) {
	f := newFront(t)
	public, ed, co := f.browser(""), f.browser(editor), f.browser(colleague)
	public.get(200, "/en/contact/answers?q=learner+plates")
	public.sees("Nothing was found", "/en/contact/write")
	ed.get(200, "/en/contact/knowledge/desk/unanswered")
	ed.sees("learner plates")
	ed.post(422, "/en/contact/knowledge/desk/new?words=learner+plates", "code", "learner", "text-en", "no title")
	ed.post(303, "/en/contact/knowledge/desk/new?words=learner+plates", "code", "learner", "title-en", "L-plates <b>", "text-en", "## When\n\nAlways.\n\n- one\n- two <script>", "everyday-en", "learner plates")
	ed.get(200, "/en/contact/knowledge/desk/articles/learner")
	ed.sees("Draft", "L-plates &lt;b&gt;", "two &lt;script&gt;")
	public.get(404, "/en/contact/answers/learner")
	publish := "/en/contact/knowledge/desk/articles/learner/publish"
	review := []string{"review-year", "2026", "review-month", "9", "review-day", "1"}
	ed.post(409, publish, review...)
	f.browser(stranger).get(403, publish)
	co.post(303, publish, review...)
	public.get(200, "/sc/contact/answers?q=learner+plate")
	public.sees(`lang="en"`, "/sc/contact/answers/learner")
	public.get(200, "/sc/contact/answers/learner")
	public.sees("<h2>When</h2>", "<li>one</li>", `<div lang="en">`)
	form := public.hidden().Encode()
	public.send("POST", "/sc/contact/answers/learner/yes", "application/x-www-form-urlencoded", strings.NewReader(form))
	public.want(303, "it helped")
}

// TestHelpedOnce: one form counts once.
func TestHelpedOnce(t *testing.T) {
	f := newFront(t)
	f.publish(licence())
	public := f.browser("")
	public.get(200, "/en/contact/answers/driving-licence")
	form := public.hidden().Encode()
	for _, status := range []int{303, 409} {
		public.send("POST", "/en/contact/answers/driving-licence/yes", "application/x-www-form-urlencoded", strings.NewReader(form))
		public.want(status, "yes")
	}
	f.read(func(tx *db.Tx) error {
		c, err := f.CountsOf(tx, "driving-licence")
		if c.Helped != 1 || c.Views != 1 {
			t.Errorf("%+v", c)
		}
		return err
	})
	public.send("POST", "/en/contact/answers/driving-licence/maybe", "application/x-www-form-urlencoded", strings.NewReader(form))
	public.want(404, "maybe")
}

// TestWhoMay: the public and agents change nothing, and editors nothing of another department.
func TestWhoMay(t *testing.T) {
	f := newFront(t)
	f.publish(licence())
	public, an, st := f.browser(""), f.browser(agent), f.browser(stranger)
	an.get(200, "/en/contact/knowledge?q=licence")
	an.get(200, "/en/contact/knowledge/articles/driving-licence")
	for _, path := range []string{"desk", "desk/unanswered", "desk/new", "desk/export", "desk/import", "desk/articles/driving-licence", "desk/articles/driving-licence/edit", "desk/settled?words=x"} {
		an.get(403, "/en/contact/knowledge/"+path)
		public.send("GET", "/en/contact/knowledge/"+path, "", nil)
		if public.status == 200 {
			t.Errorf("the public sees %s", path)
		}
	}
	public.send("GET", "/en/contact/knowledge", "", nil)
	if public.status == 200 {
		t.Error("the public sees the agents' search")
	}
	st.get(200, "/en/contact/knowledge/desk/articles/driving-licence")
	for _, act := range []string{"edit", "publish", "review", "withdraw"} {
		st.get(403, "/en/contact/knowledge/desk/articles/driving-licence/"+act)
	}
}

// TestShip: what a department saved comes back as drafts; what is hostile is refused whole.
func TestShip(t *testing.T) {
	f := newFront(t)
	f.publish(licence())
	ed := f.browser(editor)
	ed.get(200, "/en/contact/knowledge/desk/export")
	saved := ed.raw
	all, err := Unpack(saved)
	f.ok(err)
	if len(all) != 1 || all[0].Text != licence().Text || all[0].Code != "driving-licence" {
		t.Fatalf("%+v", all)
	}
	send := func(b *browser, data []byte) {
		t.Helper()
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		part, err := m.CreateFormFile("file", "articles.zip")
		f.ok(err)
		_, err = part.Write(data)
		f.ok(err)
		f.ok(m.Close())
		b.send("POST", "/en/contact/knowledge/desk/import", m.FormDataContentType(), &body)
	}
	send(ed, saved)
	ed.want(303, "the same again")
	for _, bad := range [][]byte{nil, []byte("no file"), saved[:len(saved)-10]} {
		send(ed, bad)
		ed.want(422, "broken")
	}
	other := f.browser(stranger)
	send(other, saved)
	other.want(422, "another department's")
	all[0].Title.EN = "Changed elsewhere"
	f.write(func(tx *db.Tx) error {
		n, err := f.Import(tx, all, "TD", editor)
		if n != 1 {
			t.Errorf("%d changed", n)
		}
		return err
	})
	f.read(func(tx *db.Tx) error {
		a, err := f.PublicArticle(tx, "driving-licence")
		if a.Title.EN != "Renewing a driving licence" {
			t.Error("an import changed what is public")
		}
		return err
	})
}

// TestDifferences: lines that stay, come and go.
func TestDifferences(t *testing.T) {
	got := differences("a\nb\nc", "a\nx\nc\nd")
	want := []change{{"same", "a"}, {"removed", "b"}, {"added", "x"}, {"same", "c"}, {"added", "d"}}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %v, want %v", i, got[i], want[i])
		}
	}
	if long := strings.Repeat("x\n", maxCompared+1); len(differences(long, "y")) != 2 {
		t.Error("long texts are compared line by line")
	}
}
