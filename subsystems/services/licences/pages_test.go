package licences

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/web"
	"praya/platform/words"
)

// staff signs in by account: NAME-DEPARTMENT-ROLES are officers, every other name is a person.
type staff struct{}

func (staff) SignIn() string { return "/sign-in" }

func (staff) Duty(_ context.Context, account string) (who.Duty, error) {
	parts := strings.SplitN(account, "-", 3)
	if len(parts) < 3 {
		return who.Duty{}, fault.New(fault.NotFound, "licences.fault.no-act")
	}
	return who.Duty{Officer: parts[0], Department: parts[1], Roles: parts[2]}, nil
}

func (staff) Label(*web.Visit) (string, string, error) { return "somebody", "/me", nil }

const (
	anna  = "an-FEHD-" + OfficerRole
	bob   = "bo-FEHD-" + ApproverRole
	other = "xi-TD-" + OfficerRole + " " + ApproverRole
)

type front struct {
	*world
	handler http.Handler
}

func newFront(t *testing.T) *front {
	t.Helper()
	w := newWorld(t, dbtest.SQLite(t))
	policy, err := access.New(Policy())
	w.ok(err)
	book, err := words.New(web.Words(), Words())
	w.ok(err)
	site, err := web.New(web.Config{Operator: "off", Owner: lang.Text{TC: "海旁", EN: "Praya", SC: "海旁"}},
		web.Parts{Words: book, Policy: policy, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Clock: w.clock.now, DB: w.DB, People: staff{}})
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
		return v.Redirect(publicPath)
	})
	return &front{w, site.Handler()}
}

// browser is a visitor with cookies.
type browser struct {
	*front
	cookies map[string]*http.Cookie
	address string
	page    string
	status  int
	to      string
}

func (f *front) browser(account string) *browser {
	f.Helper()
	b := &browser{front: f, cookies: map[string]*http.Cookie{}, address: "203.0.113.9:1234"}
	if account != "" {
		b.get(303, "/en/enter/"+url.PathEscape(account))
	}
	return b
}

func (b *browser) send(method, path, contentType string, body io.Reader) {
	b.Helper()
	q := httptest.NewRequest(method, "http://praya.example"+path, body)
	q.RemoteAddr = b.address
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
	b.page, b.status, b.to = w.Body.String(), w.Code, response.Header.Get("Location")
}

func (b *browser) get(status int, path string) *browser {
	b.Helper()
	b.send("GET", path, "", nil)
	if b.status != status {
		b.Fatalf("%s answers %d, want %d: %.1500s", path, b.status, status, mainOf(b.page))
	}
	return b
}

var once = regexp.MustCompile(`name="_once" value="([^"]+)"`)

// fill opens a form, posts these answers beside what it remembers, and follows.
func (b *browser) fill(status int, path string, pairs ...string) *browser {
	b.Helper()
	b.get(200, path)
	token := once.FindStringSubmatch(b.page)
	if token == nil {
		b.Fatalf("%s has no form: %.1500s", path, mainOf(b.page))
	}
	answers := url.Values{"_once": {token[1]}}
	for _, m := range regexp.MustCompile(`name="(version|v-[a-z]+)"[^>]* value="([^"]*)"`).FindAllStringSubmatch(b.page, -1) {
		answers.Set(m[1], html.UnescapeString(m[2]))
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		answers.Set(pairs[i], pairs[i+1])
	}
	b.send("POST", path, "application/x-www-form-urlencoded", strings.NewReader(answers.Encode()))
	if b.status != status {
		b.Fatalf("%s answers %d, want %d: %.3000s", path, b.status, status, mainOf(b.page))
	}
	if status == http.StatusSeeOther {
		b.get(200, b.to)
	}
	return b
}

func (b *browser) sees(texts ...string) *browser {
	b.Helper()
	for _, text := range texts {
		if !strings.Contains(b.page, text) {
			b.Errorf("the page has no %q: %.3000s", text, mainOf(b.page))
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

// pathOf is where a code's address leads in a language.
func (b *browser) pathOf(l string, c Code) string {
	return "/" + l + strings.TrimPrefix(c.Address, b.Origin)
}

func TestVerifyPage(t *testing.T) {
	f := newFront(t)
	l := f.issue("food-business", "chan", "", shop())
	code := f.code(l)
	b := f.browser("")
	b.get(200, b.pathOf("en", code)).sees(">Valid<", "In force", l.Number, "大好味茶餐廳", "1 March 2027", "The signature of the code is good", "Checked at").misses("陳大文")
	b.get(200, b.pathOf("tc", code)).sees(">有效<", "食物環境衞生署")
	b.get(200, b.pathOf("en", code)+"x").sees("Not valid", "Forged or altered").misses(l.Number)
	b.get(200, "/en/licences/verify?number="+strings.ToLower(l.Number)).sees(">Valid<", "大好味茶餐廳").misses("The signature of the code")
	b.get(200, "/en/licences/verify?number=FB-0000-0000-1").sees("Not valid", "No such licence")
	b.get(200, "/en/licences/verify").sees("Number of the licence")
	f.write(func(tx *db.Tx) error {
		_, err := f.Suspend(tx, l.ID, order("rats in the kitchen"))
		return err
	})
	b.get(200, b.pathOf("en", code)).sees("Not valid", "Suspended").misses("rats")
	f.clock.days(500)
	b.get(200, b.pathOf("en", code)).sees("Not valid", "Expired")
	d := f.code(f.issue("permit", "chan", "", map[string]string{"class": "2"}))
	b.get(200, b.pathOf("en", d)).sees(">Valid<")
	f.clock.by(2 * time.Minute)
	b.get(200, b.pathOf("en", d)).sees("Not valid", "Code too old", "one minute only")
}

func TestRegisterPages(t *testing.T) {
	f := newFront(t)
	a := f.issue("food-business", "chan", "", shop())
	f.issue("food-business", "lee", "", map[string]string{"shop": "=cmd()", "address": "a,b"})
	p := f.issue("permit", "chan", "", map[string]string{"class": "2", "name": "陳大文"})
	b := f.browser("")
	b.get(200, "/en/licences").sees(a.Number, "大好味茶餐廳", "Licences found: 2").misses(p.Number, "陳大文")
	b.get(200, "/en/licences?q="+url.QueryEscape("茶餐")+"&kind=food-business&state=valid").sees(a.Number, "Licences found: 1")
	b.get(303, "/en/licences?q="+p.Number)
	b.get(200, b.to).sees("Permit", "In force", "Class").misses("陳大文")
	b.get(303, "/en/licences/"+strings.ToLower(a.Number))
	b.get(404, "/en/licences/FB-0000-0000-1")

	b.get(200, "/en/licences/export?kind=food-business")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.page, "\ufeff"))).ReadAll()
	f.ok(err)
	if len(rows) != 3 || strings.Join(rows[0], " ") != "number kind department state from until shop address" || rows[1][6] != "大好味茶餐廳" || rows[2][6] != "'=cmd()" || strings.Contains(b.page, "陳大文") {
		t.Errorf("%q", rows)
	}
	b.get(200, "/en/licences/export").sees("shop: 大好味茶餐廳; address: 九龍彌敦道999號地下").misses(p.Number)
}

// TestNobodyWalksThroughTheRegister: what is typed is limited by network; codes are not.
func TestNobodyWalksThroughTheRegister(t *testing.T) {
	f := newFront(t)
	l := f.issue("food-business", "chan", "", shop())
	code := f.code(l)
	b := f.browser("")
	for range 30 {
		b.get(200, "/en/licences/verify?number="+l.Number)
	}
	b.get(429, "/en/licences/verify?number="+l.Number)
	b.get(429, "/en/licences/"+l.Number)
	b.get(429, "/api/licences/"+l.Number)
	b.get(200, b.pathOf("en", code)).sees(">Valid<")
	b.get(200, "/api/licences/jwks.json")
	b.get(200, "/api/licences/status.json")
	b.address = "203.0.113.10:1234"
	b.get(200, "/en/licences/"+l.Number)
}

func TestAPI(t *testing.T) {
	f := newFront(t)
	l := f.issue("food-business", "chan", "", shop())
	b := f.browser("").get(200, "/api/licences/"+strings.ToLower(l.Number))
	var p struct {
		Number, State, Until string
		Fields               []PublicValue
	}
	f.ok(json.Unmarshal([]byte(b.page), &p))
	if p.Number != l.Number || p.State != "valid" || p.Until != "2027-03-01" || len(p.Fields) != 2 {
		t.Errorf("%+v", p)
	}
	b.get(404, "/api/licences/FB-0000-0000-1").sees("no licence has this number")
	b.get(200, "/api/licences/openapi.json").sees(`"get-licence"`, `"get-keys"`, `"get-status"`)
	b.get(200, "/api/licences/jwks.json").sees(`"kty":"OKP"`, `"crv":"Ed25519"`)
	b.get(200, "/api/licences/status.json").sees(`"protected"`)
}

func TestWallet(t *testing.T) {
	f := newFront(t)
	l, p := f.issue("food-business", "chan", "", shop()), f.issue("permit", "chan", "", map[string]string{"class": "2"})
	b := f.browser("")
	b.get(303, "/en/me/licences")
	b = f.browser("chan")
	b.get(200, "/en/me/licences").sees(l.Number, p.Number, "Restaurant licence", "Licences: 2")
	here := "/en/me/licences/" + string(l.ID)
	b.get(200, here).sees("陳大文", `class="qr"`, "In force", "You can renew it from", "Issued")
	b.get(200, "/en/me/licences/"+string(p.ID)).sees("This code is good until 10:0", "New code")
	b.get(200, here+"/print")
	printed := f.pdf(b.page)
	for _, want := range []string{"Restaurant licence", l.Number, "陳大文", "大好味茶餐廳", "1 March 2027", "Food and Environmental Hygiene Department"} {
		if !strings.Contains(printed, want) {
			t.Errorf("the file has no %q: %s", want, printed)
		}
	}
	said := f.photo(b.page)
	code, _ := strings.CutPrefix(said, f.Origin+verifyPath+"?c=")
	if got := f.check(code); !got.Good() || got.Claims.Number != l.Number {
		t.Errorf("the printed code: %q, %+v", said, got)
	}
	b.get(200, "/tc/me/licences/"+string(p.ID)+"/print")
	if said := f.photo(b.page); said != f.Origin+"/licences/"+p.Number {
		t.Error(said)
	}
	b.get(200, here+"/proof/1")
	var proof Proof
	f.ok(json.Unmarshal([]byte(b.page), &proof))
	h := sha256.Sum256(append(proof.Salt, proof.Record...))
	var in logged
	f.ok(json.Unmarshal(proof.Ledger, &in))
	if hex.EncodeToString(h[:]) != proof.Digest || in.Of != h || !strings.Contains(string(proof.Record), "陳大文") {
		t.Errorf("%+v", proof)
	}
	b.get(404, here+"/proof/2")
	b.get(404, here+"/proof/x")
	// Another person's is not there.
	lee := f.browser("lee")
	lee.get(200, "/en/me/licences").misses(l.Number)
	for _, path := range []string{here, here + "/print", here + "/proof/1"} {
		lee.get(404, path).misses("陳大文")
	}
	// After a transfer the new holder sees nothing of the old one's, and the old one nothing at all.
	q := f.issue("food-business", "chan", "", shop())
	f.write(func(tx *db.Tx) error {
		_, err := f.Transfer(tx, q.ID, "lee", map[string]string{"holder": "李四"}, order("sold"))
		return err
	})
	there := "/en/me/licences/" + string(q.ID)
	lee.get(200, there).sees("李四", "Transferred: sold").misses("陳大文", "/proof/1\"")
	lee.get(404, there+"/proof/1")
	lee.get(200, there+"/proof/2").misses("陳大文")
	b.get(404, there)
	f.clock.days(320)
	f.browser("chan").get(200, "/en/me/licences").sees("may be renewed now")
}

func TestDesk(t *testing.T) {
	f := newFront(t)
	l, p := f.issue("food-business", "chan", "", shop()), f.issue("permit", "chan", "", nil)
	here := "/en/licences/desk/" + string(l.ID)
	an, bo := f.browser(anna), f.browser(bob)
	an.get(200, "/en/licences/desk").sees(l.Number).misses(p.Number)
	an.get(200, "/en/licences/desk?q="+l.Number).sees(l.Number)
	an.get(200, "/en/licences/desk?q="+p.Number).misses(string(p.ID))
	an.get(200, here).sees("陳大文", "Suspend", "Amend", "Propose to revoke").misses(">Restore<")
	an.fill(422, here+"/suspend", "why", " ").sees("Give a reason")
	an.fill(303, here+"/suspend", "why", "rats").sees("The licence is suspended", "Suspended: rats", "Restore")
	an.fill(303, here+"/restore", "why", "no rats").sees("The licence is restored")
	an.fill(303, here+"/amend", "v-shop", "新店", "why", "new name").sees("新店", "陳大文")
	an.fill(422, here+"/transfer", "to", "lee", "v-holder", "李四", "why", "sold")
	an.fill(303, here+"/transfer", "to", "code-of-lee", "v-holder", "李四", "why", "sold").sees("李四")
	// Two who look at the same version: the second is told.
	an.get(200, here+"/suspend")
	token := once.FindStringSubmatch(an.page)[1]
	f.write(func(tx *db.Tx) error {
		_, err := f.Amend(tx, l.ID, map[string]string{"shop": "舊店"}, order("x"))
		return err
	})
	an.send("POST", here+"/suspend", "application/x-www-form-urlencoded", strings.NewReader(url.Values{"_once": {token}, "version": {"5"}, "why": {"x"}}.Encode()))
	if an.status != 409 {
		t.Error(an.status)
	}
	// Four eyes.
	bo.get(403, here+"/revoke")
	an.fill(303, here+"/revoke", "why", "rats for good").sees("waits for another officer", "You proposed this").misses("/decide")
	an.get(403, here+"/decide")
	bo.get(200, "/en/licences/desk").sees("Revocations that wait for a decision: 1")
	bo.get(200, here).sees("Decide on the revocation", "rats for good").misses(">Suspend<")
	bo.fill(422, here+"/decide").sees("Choose one")
	bo.fill(303, here+"/decide", "agree", "yes").sees("Revoked", "decided by you, proposed by officer an")
	an.get(200, here).sees("Nothing can be done")
	an.get(404, here+"/burn")
	an.get(404, here+"/decide-not")
}

// TestOfficersOfOthersSeeNothing: per role and department.
func TestOfficersOfOthersSeeNothing(t *testing.T) {
	f := newFront(t)
	l := f.issue("food-business", "chan", "", shop())
	here := "/en/licences/desk/" + string(l.ID)
	for account, want := range map[string]int{
		other: 404, "nobody-FEHD-": 404, "chan": 404, "y-FEHD-booking-officer": 404, anna: 200, bob: 200,
	} {
		b := f.browser(account)
		b.get(want, here)
		if want != 200 {
			b.misses("陳大文", l.Number)
			for _, act := range []string{"suspend", "amend", "transfer", "revoke", "decide"} {
				b.get(404, here+"/"+act)
			}
		}
	}
	f.browser("").get(303, here)
	x := f.browser(other)
	x.get(200, "/en/licences/desk").misses(l.Number)
	x.get(200, "/en/licences/desk?q="+l.Number).misses(string(l.ID))
	f.browser("nobody-FEHD-").get(403, "/en/licences/desk")
	f.browser("chan").get(403, "/en/licences/desk")
	x.get(403, "/en/me/licences")
}

// pdf is the text of a file, as poppler reads it.
func (f *front) pdf(body string) string {
	f.Helper()
	return string(f.poppler("pdftotext", body, "-layout", "FILE", "-"))
}

// photo is what another decoder reads from the picture of a file's page.
func (f *front) photo(body string) string {
	f.Helper()
	return zbar(f.T, f.poppler("pdftoppm", body, "-png", "-r", "200", "FILE"))
}

func (f *front) poppler(tool, body string, args ...string) []byte {
	f.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		if os.Getenv("CI") != "" {
			f.Fatal(err)
		}
		f.Skip("run .ci/install first: ", err)
	}
	file := filepath.Join(f.TempDir(), "a.pdf")
	f.ok(os.WriteFile(file, []byte(body), 0o600))
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "FILE", file)
	}
	out, err := exec.CommandContext(f.Context(), tool, args...).Output() //nolint:gosec // tools of this test
	f.ok(err)
	return out
}
