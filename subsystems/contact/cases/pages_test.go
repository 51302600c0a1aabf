package cases

import (
	"bytes"
	"context"
	"html"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
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
		return who.Duty{}, fault.New(fault.NotFound, "cases.fault.no-case")
	}
	return who.Duty{Officer: parts[0], Department: parts[1], Roles: parts[2]}, nil
}

func (staff) Label(*web.Visit) (string, string, error) { return "somebody", "/me", nil }

const (
	agent      = "an.DPO." + AgentRole
	supervisor = "su.DPO." + SupervisorRole
	head       = "he.DPO." + HeadRole
	director   = "di.DPO." + DirectorRole
	highways   = "hy.HYD." + OfficerRole
	food       = "fo.FEHD." + OfficerRole
	replier    = "re.HYD." + ReplierRole
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
		return v.Redirect(rootPath)
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
	b.page, b.status, b.to, b.header = w.Body.String(), w.Code, response.Header.Get("Location"), response.Header
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

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

func (b *browser) hidden() url.Values {
	form := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(b.page, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	return form
}

func (b *browser) upload(status int, path, name string, plain []byte) {
	b.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + name + `"`}, "Content-Type": {"application/octet-stream"}}
	p, err := w.CreatePart(h)
	b.ok(err)
	_, err = p.Write(plain)
	b.ok(err)
	b.ok(w.Close())
	b.send("POST", path, w.FormDataContentType(), &body)
	b.want(status, path)
}

func (b *browser) has(words ...string) {
	b.Helper()
	for _, x := range words {
		if !strings.Contains(html.UnescapeString(b.page), x) {
			b.Errorf("the page doesn't say %q", x)
		}
	}
}

func (b *browser) hasNot(words ...string) {
	b.Helper()
	for _, x := range words {
		if strings.Contains(html.UnescapeString(b.page), x) {
			b.Errorf("the page says %q", x)
		}
	}
}

func photo(w, h int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			m.Set(x, y, color.RGBA{uint8(x), uint8(y), 90, 255})
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// TestWriteAndFollow is the whole way of somebody without an account.
func TestWriteAndFollow(t *testing.T) {
	f := newFront(t)
	b := f.browser("")
	b.get(200, "/en/contact")
	b.get(303, "/en/contact/write")
	b.post(422, b.to)
	b.post(303, "/en/contact/write/new/kind", "kind", "complaint")
	what := b.to
	base := strings.TrimSuffix(what, "/what")
	b.post(422, what, "service", "", "text", "")
	b.post(303, what, "service", "street-light", "text", "The lamp at my door is dark. Call 91234567.", "title", "Dark lamp")
	b.upload(422, base+"/photos", "evil.exe", []byte("MZ not a picture"))
	b.has("Only photos")
	b.upload(303, base+"/photos", "my home CHAN.jpg", photo(400, 300))
	b.get(200, base+"/photos")
	b.has("my home CHAN.jpg")
	b.post(422, base+"/where", "district", "XX")
	b.post(303, base+"/where", "district", "CW", "address", "8 Invented Road", "point", "22.2810, 114.1580")
	b.get(303, base+"/near") // nothing is near
	b.post(422, base+"/answer", "mail", "nowhere")
	b.post(303, base+"/answer", "name", "CHAN Invented", "mail", "chan@example.com", "anonymous", "yes")
	b.get(200, base+"/check")
	b.has("Dark", "Central and Western", "chan@example.com", "Street light")
	b.post(303, base+"/check")
	b.get(200, b.to)
	found := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z](?:[0-9A-Z]{3})?`).FindAllString(b.page, -1)
	if len(found) < 2 {
		t.Fatal(b.page)
	}
	reference, code := found[0], found[1]
	if sent := *f.sent; len(sent) != 1 || !strings.Contains(sent[0].Text, code) {
		t.Errorf("no receipt by mail: %v", sent)
	}
	b.get(303, base+"/check") // nothing is sent twice
	tables := f.dump()
	for _, secret := range []string{"CHAN", "91234567", "chan@", "The lamp at", "Invented Road", code} {
		if strings.Contains(tables, secret) {
			t.Errorf("the tables hold %q", secret)
		}
	}

	other := f.browser("")
	other.post(422, "/en/contact/follow", "reference", reference, "code", newCode())
	other.post(303, "/en/contact/follow", "reference", strings.ToLower(reference), "code", strings.ToLower(code))
	here := other.to
	other.get(200, here)
	other.has("The lamp at my door", "8 Invented Road", "We have received it")
}

// TestDesk takes a case through the desk: two departments refuse, and it goes up.
func TestDesk(t *testing.T) {
	f := newFront(t)
	c, code := f.open(lamp())
	a := f.browser(agent)
	a.get(200, "/en/contact/desk")
	a.has(c.Reference, "Street light")
	a.get(200, "/en/contact/desk?q=dark+lamp")
	a.get(200, "/en/contact/desk?q="+c.Reference)
	a.has(c.Reference)
	a.get(200, "/en/contact/desk/file.csv")
	a.has(c.Reference)
	a.hasNot("lamp", "CHAN")
	here := "/en/contact/desk/cases/" + string(c.ID)
	a.get(200, here)
	a.has("CHAN Invented Tai Man", "91234567", "Broken lamp")
	for _, act := range []string{"refer", "answer", "close", "take", "note", "sort", "contact", "code", "merge", "link", "photo", "files"} {
		a.get(200, here+"/"+act)
	}
	a.post(422, here+"/refer", "department", "")
	a.post(303, here+"/refer", "department", "FEHD", "question", "Please mend it.")
	r := f.openAt(c.ID, "FEHD")
	theirs := "/en/contact/referrals/" + string(r.ID)
	d := f.browser(food)
	d.get(200, "/en/contact/referrals")
	d.has(c.Reference)
	d.get(200, theirs)
	d.has("Please mend it.", "The street lamp is dark")
	d.hasNot("CHAN", "9123", "chan@")
	d.post(422, theirs+"/refuse")
	d.post(303, theirs+"/refuse", "other", "HYD")
	r = f.openAt(c.ID, "HYD")
	theirs = "/en/contact/referrals/" + string(r.ID)
	h := f.browser(highways)
	h.post(303, theirs+"/refuse", "other", "FEHD", "reason", "Not our lamp.")
	a.get(200, here)
	a.has("level 1 decides", "Food refused it and named Highways", "It went up to level 1", "By itself")
	a.post(409, here+"/close", "outcome", "declined")
	a.post(409, here+"/refer", "department", "FEHD")
	a.post(303, here+"/refer", "department", "LANDS")
	r = f.openAt(c.ID, "LANDS")
	l := f.browser("la.LANDS." + OfficerRole)
	l.post(303, "/en/contact/referrals/"+string(r.ID)+"/refuse", "reason", "Not our land.")
	a.get(403, here+"/refer")
	f.browser(supervisor).get(403, here+"/refer")
	up := f.browser(head)
	up.get(200, "/en/contact/desk?view=level")
	up.has(c.Reference)
	up.post(303, here+"/refer", "department", "HYD")
	r = f.openAt(c.ID, "HYD")
	theirs = "/en/contact/referrals/" + string(r.ID)
	h.post(303, theirs+"/accept")
	h.post(303, theirs+"/interim", "text", "We order a new lamp.")
	h.post(303, theirs+"/reply", "text", "It was mended.")
	a.post(303, here+"/answer", "text", "Highways mended the lamp.")
	a.post(303, here+"/close", "outcome", "resolved")
	a.get(200, here)
	a.has("Closed", "Highways replied in full")
	b := f.browser("")
	b.post(303, "/en/contact/follow", "reference", c.Reference, "code", code)
	own := b.to
	b.get(200, own)
	b.has("Highways mended the lamp.", "Resolved")
	b.hasNot("We order a new lamp", "refused")
	form := b.hidden()
	form.Set("rating", "5")
	b.send("POST", own+"/rate", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	b.want(303, "rate")
	b.get(200, own)
	form = b.hidden()
	form.Set("text", "It is dark again.")
	b.send("POST", own+"/add", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	b.want(303, "add")
	if got := f.get(c.ID); got.State != Fresh || got.Rating != 5 {
		t.Errorf("%v, rated %d", got.State, got.Rating)
	}
	s := f.browser(supervisor)
	for _, p := range []string{"/figures", "/subjects", "/subjects/new", "/subjects/street-light", "/promises", "/promises/HYD", "/keys", "/keys/new", "/new?call=call-1&phone=91234567"} {
		s.get(200, "/en/contact/desk"+p)
		s.get(200, "/tc/contact/desk"+p)
	}
	s.has("街燈")
	s.post(303, "/en/contact/desk/promises/HYD", "interim", "3", "reply", "5", "remind", "1", "four-eyes", "yes")
	s.post(303, "/en/contact/desk/subjects/street-light", "code", "street-light", "name-tc", "街燈", "name-en", "Street lights", "name-sc", "街灯", "active", "yes")
	s.post(303, "/en/contact/desk/keys/new", "name", "An invented app")
	s.get(200, s.to)
	s.has("An invented app")
}

// TestAgentOpensFromACall: the caller's earlier cases are there, and the code is shown for them.
func TestAgentOpensFromACall(t *testing.T) {
	f := newFront(t)
	c, _ := f.open(lamp())
	a := f.browser(agent)
	path := "/en/contact/desk/new?call=call-7&phone=%2B85291234567"
	a.get(200, path)
	a.has(c.Reference)
	a.post(422, path, "kind", "enquiry", "channel", "phone", "language", "en")
	a.post(303, path, "kind", "enquiry", "channel", "phone", "language", "en", "text", "When is the market open?", "phone", "91234567", "department", "FEHD")
	a.get(200, a.to)
	a.has("Tell the person both")
	f.read(func(tx *db.Tx) error {
		all, err := f.ByPhone(tx, "91234567")
		if len(all) != 2 || all[0].Call != "call-7" || all[0].Department != "FEHD" {
			t.Errorf("%+v", all)
		}
		return err
	})
	a.upload(422, "/en/contact/desk/cases/"+string(c.ID)+"/files", "letter.pdf", []byte("%PDF-1.4 /JavaScript %%EOF"))
	a.upload(303, "/en/contact/desk/cases/"+string(c.ID)+"/files", "letter.pdf", []byte("%PDF-1.4\n1 0 obj\n%%EOF"))
	a.get(200, "/en/contact/desk/cases/"+string(c.ID))
	a.has("letter.pdf")
}
