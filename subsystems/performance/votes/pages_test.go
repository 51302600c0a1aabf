package votes

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db/dbtest"
	"praya/platform/web"
	"praya/platform/words"
)

func TestWords(t *testing.T) {
	for _, problem := range words.Complete(Words()) {
		t.Error(problem)
	}
}

// staff signs officers in by account: NAME-DEPARTMENT-ROLE.
type staff struct{}

func (staff) SignIn() string { return "/sign-in" }

func (staff) Duty(_ context.Context, account string) (who.Duty, error) {
	parts := strings.SplitN(account, "-", 3)
	if len(parts) < 3 {
		return who.Duty{}, fault.New(fault.NotFound, "votes.fault.invalid")
	}
	return who.Duty{Officer: parts[0], Department: parts[1], Roles: parts[2]}, nil
}

func (staff) Label(*web.Visit) (string, string, error) { return "officer", "/votes/47", nil }

// front is a site with Head 47 of a world.
type front struct {
	*world
	handler http.Handler
}

func newFront(t *testing.T) *front {
	t.Helper()
	w := newWorld(t, dbtest.SQLite(t))
	if _, err := w.DB.Migrate(t.Context(), web.Schema()); err != nil {
		t.Fatal(err)
	}
	policy, err := access.New(Policy())
	w.ok(err)
	book, err := words.New(web.Words(), Words())
	w.ok(err)
	site, err := web.New(web.Config{Operator: "localhost:0", TokenFile: t.TempDir() + "/token", Owner: named("海旁")},
		web.Parts{Words: book, Policy: policy, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Clock: w.clock.now, DB: w.DB, People: staff{}})
	w.ok(err)
	w.Mount(site)
	site.Page("GET /enter/{account}", func(v *web.Visit) error {
		if err := v.SignIn(who.Actor{Kind: who.Officer, ID: v.PathValue("account")}, "hwk"); err != nil {
			return err
		}
		return v.Redirect("/votes/47")
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

// as opens a browser, signed in when an account is named.
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
	b.page, b.status, b.to = w.Body.String(), w.Code, response.Header.Get("Location")
}

func (b *browser) get(status int, path string) *browser {
	b.Helper()
	b.send("GET", path, "", nil)
	if b.status != status {
		b.Fatalf("%s answers %d, want %d: %.1500s", path, b.status, status, inside(b.page))
	}
	return b
}

var once = regexp.MustCompile(`name="_once" value="([^"]+)"`)

// fill opens a form, follows what pins it down, posts these answers, and follows.
func (b *browser) fill(status int, path string, pairs ...string) *browser {
	b.Helper()
	b.send("GET", path, "", nil)
	if b.status == http.StatusSeeOther {
		path = b.to
		b.get(200, path)
	}
	token := once.FindStringSubmatch(b.page)
	if b.status != 200 || token == nil {
		b.Fatalf("%s (%d) has no form: %.1500s", path, b.status, inside(b.page))
	}
	answers := url.Values{"_once": {token[1]}}
	for i := 0; i+1 < len(pairs); i += 2 {
		answers.Set(pairs[i], pairs[i+1])
	}
	b.send("POST", path, "application/x-www-form-urlencoded", strings.NewReader(answers.Encode()))
	return b.follow(status, path)
}

func (b *browser) follow(status int, path string) *browser {
	b.Helper()
	if b.status != status {
		b.Fatalf("%s answers %d, want %d: %.3000s", path, b.status, status, inside(b.page))
	}
	if status == http.StatusSeeOther {
		to := b.to
		if b.send("GET", to, "", nil); b.status == http.StatusSeeOther {
			to = b.to // what the form was decided on was pinned to its address
			b.send("GET", to, "", nil)
		}
		if b.status != 200 {
			b.Fatalf("%s answers %d: %.1500s", to, b.status, inside(b.page))
		}
		b.to = to
	}
	return b
}

// upload sends a sheet.
func (b *browser) upload(status int, sheet, body string) *browser {
	b.Helper()
	b.get(200, "/en/votes/47/import")
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	b.ok(m.WriteField("_once", once.FindStringSubmatch(b.page)[1]))
	b.ok(m.WriteField("sheet", sheet))
	part, err := m.CreateFormFile("file", "sheet.csv")
	b.ok(err)
	_, err = io.WriteString(part, body)
	b.ok(err)
	b.ok(m.Close())
	b.send("POST", "/en/votes/47/import", m.FormDataContentType(), &form)
	return b.follow(status, "import")
}

func (b *browser) sees(texts ...string) *browser {
	b.Helper()
	for _, text := range texts {
		if !strings.Contains(b.page, text) {
			b.Errorf("the page has no %q: %.3000s", text, inside(b.page))
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

func inside(page string) string {
	_, after, found := strings.Cut(page, "<main")
	if !found {
		return page
	}
	return after
}

const (
	ann = "an-DPO-votes-officer"
	bob = "bo-DPO-votes-approver"
)

func on(day string, pairs ...string) []string {
	p := strings.Split(day, "-")
	return append([]string{"day-year", p[0], "day-month", p[1], "day-day", p[2]}, pairs...)
}

func TestPublicPages(t *testing.T) {
	f := newFront(t)
	f.approved(Payments{[]Payment{{Day: day("2025-08-01"), Subhead: "700", Item: "802", Cents: thousands(700), Text: "secret words"}}}, "")
	f.ask(Virement{day("2025-09-01"), Place{"000", "salaries"}, Place{"000", "hosting"}, thousands(987)}, "a draft")
	b := f.browser("")
	b.get(200, "/en/votes/47").sees("2,179,588", "Operational expenses", "3,494,475", "Agrees after rounding", "HK$700,000").
		misses("Enter a payment", "votes.", "Queue", "secret words")
	b.get(200, "/tc/votes/47").sees("總目47：2025-26年度撥款", "千元", "70萬元")
	b.get(200, "/sc/votes/47").sees("总目47：2025-26年度拨款").misses("總目")
	b.get(200, "/en/votes/47?year=2026-27").sees("carried forward from 2025-26")
	b.get(200, "/en/votes/47/subheads/000").sees("Hosting platform", "1,486,330", "April 2025").misses("988,000", "987")
	b.get(200, "/en/votes/47/commitments").sees("Web3", "1,800", "637,502")
	b.get(200, "/en/votes/47/commitments/802").sees("HK$1.8 million", "50,000,000 − spent before 47,500,000 − paid since 700,000 = 1,800,000").misses("secret words", ">an<")
	b.get(200, "/tc/votes/47/posts").sees("863", "855", "701,057,000元", "尚未登記各職級的職位")
	for _, path := range []string{"queue", "journal", "periods", "differences", "import", "enter/payment", "journal/export"} {
		if b.get(303, "/en/votes/47/"+path); !strings.Contains(b.to, "/sign-in") {
			t.Errorf("%s leads to %s", path, b.to)
		}
	}
	for _, path := range []string{"votes/48", "votes/47/subheads/603", "votes/47/commitments/999", "votes/47?year=2026-28", "votes/47?year=2031-32"} {
		b.get(404, "/en/"+path)
	}

	// An officer of another department is the public here.
	other := f.browser("cy-EPD-votes-officer votes-approver")
	other.get(200, "/en/votes/47").misses("Queue", "Enter a payment")
	for _, path := range []string{"queue", "journal", "periods", "differences", "import", "enter/payment", "journal/export", "periods/2025-07"} {
		other.get(403, "/en/votes/47/"+path).misses("secret words", "a draft")
	}
	r, err := f.Requests(f.officer(), "47", Pending)
	f.ok(err)
	other.get(403, "/en/votes/47/queue/"+string(r[0].ID)).misses("a draft")
	other.get(404, "/en/votes/901/queue/"+string(r[0].ID)).misses("a draft")
}

func TestOfficersWork(t *testing.T) {
	f := newFront(t)
	a, b := f.browser(ann), f.browser(bob)
	a.get(200, "/en/votes/47").sees("Enter a payment", "Queue")
	a.fill(422, "/en/votes/47/enter/payment", on("2025-09-01", "line", "700//802", "cents", "2,500,000.01", "text", "grant")...).
		sees("Item 802 has HK$2,500,000 left. HK$2,500,000.01 is HK$0.01 too much.", `value="2,500,000.01"`)
	a.fill(422, "/en/votes/47/enter/payment", on("2025-13-01", "line", "700//802", "cents", "x", "text", "grant")...).sees("Give a day.", "Give an amount")
	a.fill(303, "/en/votes/47/enter/payment", on("2025-09-01", "line", "700//802", "cents", "１，０００", "text", "a small grant")...).sees("Posted.", "a small grant", "you")
	a.fill(303, "/en/votes/47/enter/payment", on("2025-09-01", "line", "700//802", "cents", "2000000", "text", "a large grant")...).sees("Another officer must approve it.")
	request := strings.TrimPrefix(a.to, "/en/votes/47/queue/")
	a.get(200, "/en/votes/47/queue/"+request).sees("Another officer with the right").misses(`name="decision"`)
	b.get(200, "/en/votes/47/queue").sees("700/802, HK$2,000,000")
	b.fill(422, "/en/votes/47/queue/"+request, "decision", "refuse").sees("Say why.")
	b.fill(303, "/en/votes/47/queue/"+request, "decision", "approve").sees("Approved.")
	stale := "/en/votes/47/queue/" + request + "?version=1"
	b.get(200, stale).misses(`name="decision"`)
	a.get(200, "/en/votes/47/journal").sees("a large grant", "/enter/reversal?entry=")
	reversal := strings.ReplaceAll(regexp.MustCompile(`/en/votes/47/enter/reversal\?entry=[0-9a-f-]+`).FindString(a.page), "&amp;", "&")
	a.fill(422, reversal, on("2025-09-02")...).sees("Say why.")
	a.fill(303, reversal, on("2025-09-02", "reason", "paid twice")...).sees("Another officer must approve it.", "paid twice")

	b.fill(422, "/en/votes/47/periods/2025-08").sees("Say why.")
	b.fill(303, "/en/votes/47/periods/2025-08", "reason", "month’s end").sees("Closed.", "month’s end")
	a.get(403, "/en/votes/47/periods/2025-08")
	a.fill(422, "/en/votes/47/enter/payment", on("2025-08-31", "line", "700//802", "cents", "1", "text", "late")...).sees("The period 2025-08 is closed")

	a.fill(303, "/en/votes/47/enter/virement", on("2025-09-01", "from", "000/salaries/", "to", "661//", "cents", "1000000", "reason", "vans")...).sees("HK$1,000,000 from 000/salaries to 661")
	a.fill(303, "/en/votes/47/enter/supplement", on("2025-09-01", "line", "700//803", "cents", "1000000", "authority", "FC 1", "reason", "more")...).sees("803, HK$1,000,000 more")
	a.fill(422, "/en/votes/47/enter/item", on("2025-09-01", "subhead", "661", "code", "V1", "tc", "車", "en", "Van", "cents", "200000", "reason", "old")...).
		sees("An item under subhead 661 must cost more than HK$200,000; this one is HK$200,000.", "More than HK$200,000, at most HK$10,000,000 an item.")
	a.fill(303, "/en/votes/47/enter/item", on("2025-09-01", "subhead", "661", "code", "V1", "tc", "車", "en", "Van", "cents", "300000", "reason", "old")...).sees("item V1 under subhead 661")
	a.fill(303, "/en/votes/47/enter/plan?kind=subhead&code=661&part=2025-12", "cents", "500000").sees("The plan is kept.", "500")
	a.fill(303, "/en/votes/47/enter/estimate", "which", "subhead/661", "of", "2025-26", "phase", "revised")
	a.fill(422, a.to, "thousands", "3000").sees("needs an explanation", "It stands at not known")
	a.fill(303, "/en/votes/47/enter/estimate?kind=subhead&code=661&of=2025-26&phase=revised", "thousands", "3000", "explanation", "fewer vans").sees("Subhead 661, revised estimate of 2025-26: HK$3,000,000", "fewer vans")
	estimate := strings.TrimPrefix(a.to, "/en/votes/47/queue/")
	b.fill(303, "/en/votes/47/queue/"+estimate, "decision", "approve", "why", "agreed").sees("Approved.")
	f.browser("").get(200, "/en/votes/47/subheads/661").sees("HK$3,000,000", "fewer vans").misses("agreed")
	c := f.browser("di-DPO-votes-officer")
	c.fill(409, "/en/votes/47/enter/estimate?kind=subhead&code=661&of=2025-26&phase=revised&was=", "thousands", "3100", "explanation", "x").sees("Nothing was lost")
	a.get(200, "/en/votes/47/journal/export").sees("a large grant", "item/802", "account,account_year")
	f.sound()
}

// TestSplitsAndRefundsOnThePage: the approver sees the parts with their sum, and must say why; what
// an earlier year spent comes back as revenue.
func TestSplitsAndRefundsOnThePage(t *testing.T) {
	f := newFront(t)
	a, b := f.browser(ann), f.browser(bob)
	for _, code := range []string{"V1", "V2"} {
		a.fill(303, "/en/votes/47/enter/item", on("2025-09-01", "subhead", "661", "code", code, "tc", "車", "en", "Van", "cents", "6000000", "supplier", "Acme", "reason", "old")...)
		if code == "V1" {
			a.misses("parts of one amount")
			b.fill(303, strings.ReplaceAll(a.to, "/tc/", "/en/"), "decision", "approve").sees("Approved.")
		}
	}
	a.sees("parts of one amount", "2 items of the year", "HK$12,000,000", "V1 Van", "Acme")
	b.fill(422, a.to, "decision", "approve").sees("Say why these amounts are not one.", "HK$12,000,000")
	b.fill(303, a.to, "decision", "approve", "why", "two stations").sees("Approved.")
	a.fill(422, "/en/votes/47/enter/refund", on("2025-09-02", "year", "2025-26", "line", "700//802", "cents", "5", "reason", "overpaid")...).sees("within the same year, reverse the payment")
	a.fill(303, "/en/votes/47/enter/refund", on("2025-09-02", "year", "２０２４-２５", "line", "700//802", "cents", "1234.50", "reason", "overpaid")...).sees("HK$1,234.50 back of what 2024-25 spent")
	b.fill(303, a.to, "decision", "approve").sees("Approved.")
	b.get(200, "/en/votes/47/journal").sees("Refund of an earlier year", "of 2024-25")
	f.browser("").get(200, "/en/votes/47?year=2025-26").sees("HK$1,234.50 of earlier years’ spending came back")
	f.sound()
}

func TestDifferencesDesk(t *testing.T) {
	f := newFront(t)
	f.ask(pay("803", "1000", "2025-08-01"), "")
	corrected := book47()
	corrected.Subheads[1].Thousands.Estimate = dec("1311001")
	f.ok(f.LoadBook(f.system, corrected))
	b := f.browser(bob)
	b.get(200, "/en/votes/47/differences").sees("1,311,000", "1,311,001", "</span> estimate")
	way := regexp.MustCompile(`/en/votes/47/differences/[0-9a-f-]+`).FindString(b.page)
	b.fill(422, way, "why", "x").sees("Choose one.")
	b.fill(303, way, "decision", "take", "why", "as printed").sees("Settled.", "paper taken")
	f.browser("").get(200, "/en/votes/47").sees("1,311,001")
}

func TestSheets(t *testing.T) {
	f := newFront(t)
	a := f.browser(ann)
	head := "day,subhead,component,item,dollars,text,reference\n"
	a.upload(422, "payments", head+"2025-09-01,700,,802,100,ok,\n2025-09-31,700,,802,1x,,\n").sees("Line 3, day: Give a day.", "Line 3, dollars: Give an amount")
	a.upload(422, "payments", head+"2025-09-01,700,,802,100,ok,\n2025-09-02,700,,802,2499900.01,too much,\n").sees("Line 3: Item 802 has HK$2,500,000 left.")
	a.upload(422, "payments", head+"2025-09-01,700,,802,100,ok,\n2025-09-02,603,,,1,x,\n").sees("Line 3: There is no such subhead")
	a.upload(422, "payments", "day,subhead\n").sees("Line 1, component: This column is missing.")
	a.upload(422, "payments", "").sees("no rows")
	a.upload(422, "nonsense", head).sees("Say what the file holds.")
	a.upload(422, "payments", strings.Repeat("x", maxFile+1)).sees("larger than 1 MB")
	if i, err := f.Commitment(f.system, "47", "802"); err != nil || i.Spent != 0 {
		t.Fatalf("%+v %v", i, err)
	}
	a.upload(303, "payments", "\uFEFF"+head+"2025-09-01,700,,802,\"1,000.50\",'=1+1,INV-1\r\n2025-09-02,000,salaries,,20,pay,\r\n").sees("Posted.", "=1+1")
	if i, err := f.Commitment(f.system, "47", "802"); err != nil || i.Spent != 100_050 {
		t.Fatalf("%+v %v", i, err)
	}
	a.get(200, "/en/votes/47/journal/export").sees("'=1+1,INV-1")
	a.upload(303, "posts", "day,rank,programme,delta,permanent,opening,reason,approval\n2025-04-01,SM,1,400,yes,yes,,\n2025-04-01,AP,2,270,yes,yes,,\n").sees("created: 670, deleted: 0")
	a.upload(422, "posts", "day,rank,programme,delta,permanent,opening,reason,approval\n2025-10-01,AP,1,3,maybe,,more,\n").sees("Line 2, permanent: Write yes or no.")
	a.upload(422, "posts", "day,rank,programme,delta,permanent,opening,reason,approval\n2025-10-01,AP,1,3,yes,,more,\n2025-10-01,ZZ,1,3,yes,,more,\n").sees("Line 3: There is no such rank.")
}

// TestPayScalesAtTheOperatorsDoor: ranks and rules are data that whoever runs the program loads.
func TestPayScalesAtTheOperatorsDoor(t *testing.T) {
	f := newFront(t)
	operator := who.With(t.Context(), who.Request{Realm: who.Production, Actor: who.Actor{Kind: who.Operator, ID: "operator"}})
	ranks := "rank,name_tc,name_en,name_sc,directorate,from,midpoint_dollars\nEO,行政主任,Executive Officer,行政主任,no,2025-04-01,\"612,345\"\n"
	n, err := f.Load(operator, "ranks", []byte(ranks))
	f.ok(err)
	if all, err := f.Ranks(f.system); err != nil || n != 1 || len(all) != len(testRanks())+1 {
		t.Errorf("%d %v %v", n, all, err)
	}
	_, err = f.Load(operator, "ranks", []byte(strings.Replace(ranks, "612,345", "6.5", 1)))
	f.refused(err, "votes.fault.sheet")
	_, err = f.Load(operator, "rules", []byte("name,head,subhead,from,to,value,source\nsecond-eyes,47,,2025-26,,10,delegation of 2025\n"))
	f.ok(err)
	if r := f.ask(pay("802", "11", "2025-09-01"), ""); r.State != Pending {
		t.Errorf("%+v", r)
	}
	_, err = f.Load(operator, "rules", []byte("name,head,subhead,from,to,value,source\nspeed-limit,47,,2025-26,,10,x\n"))
	f.refused(err, "wrong.rule")
	_, err = f.Load(f.approver(), "ranks", []byte(ranks))
	f.refused(err, "forbidden")
	_, err = f.Load(operator, "posts", []byte(ranks))
	f.refused(err, "no-sheet")
}

func TestAPI(t *testing.T) {
	f := newFront(t)
	f.approved(PostChanges{[]PostChange{{Day: day("2025-04-01"), Rank: "AP", Programme: "2", Delta: 870, Permanent: true, Opening: true}}}, "")
	b := f.browser("")
	b.get(200, "/api/votes/v1/heads/47/years/2025-26")
	var got Book
	f.ok(json.Unmarshal([]byte(b.page), &got))
	if got.Subheads[0].Thousands.Estimate.String() != "2179588" || got.Programmes[0].Millions.Actual.String() != "311.9" || len(got.Commitments) != 3 {
		t.Errorf("%.500s", b.page)
	}
	for path, want := range map[string]string{
		"/heads/47": `"2025-26"`, "/heads/47/years/2025-26/subheads": `"provision":2179588000.00`, "/heads/47/commitments": `"balance":2500000.00`,
		"/heads/47/commitments/802": `"series":`, "/heads/47/posts?day=2026-03-31": `"ceiling":701057000.00`, "/openapi.json": `"votes"`,
	} {
		b.get(200, apiBase+path).sees(want)
	}
	for _, path := range []string{"/heads/48", "/heads/47/years/2031-32", "/heads/47/commitments/1"} {
		b.get(404, apiBase+path)
	}
	for _, name := range sheetNames() {
		b.get(200, "/api/votes/download/47/2025-26/"+name+".csv")
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.page, "\uFEFF"))).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Errorf("%s: %v, %d rows", name, err, len(rows))
		}
	}
	b.get(404, "/api/votes/download/47/2025-26/secrets.csv")
	b.get(404, "/api/votes/download/47/2025-26/subheads.txt")
}

// formula is a spreadsheet's rule, written apart from ours.
func formula(cell string) bool {
	if cell == "" {
		return false
	}
	if regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`).MatchString(cell) {
		return false
	}
	return strings.ContainsAny(cell[:1], "=+-@\t\r") || strings.HasPrefix(cell, "＝") || strings.HasPrefix(cell, "＋") || strings.HasPrefix(cell, "－") || strings.HasPrefix(cell, "＠")
}

// FuzzTable: no file makes the reader fail or accept what is out of bounds, and what was read
// is written so that no cell is a formula and reads back the same.
func FuzzTable(f *testing.F) {
	for _, seed := range []string{
		"day,dollars\n2025-09-01,1\n", "\uFEFFDAY,dollars\r\n\"a\"\"b\",'=1\r\n", "day\n", "day,dollars\n\"", "day,dollars\n=1+1,-1\n+1,-x\n", "", "day,dollars\n\x00,1\n", "dollars,day\n'',''=\n", "day,dollars\n－5,+5\n－,-5\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		columns := []string{"day", "dollars"}
		rows, wrong := readTable(body, columns)
		if len(rows) > mostAsked || len(wrong) > maxProblems+2 || len(rows)+len(wrong) == 0 {
			t.Fatalf("%d rows, %d problems", len(rows), len(wrong))
		}
		out := [][]string{columns}
		for _, r := range rows {
			if !utf8.ValidString(r.cells["day"]) {
				t.Fatal("not UTF-8")
			}
			out = append(out, []string{r.cells["day"], r.cells["dollars"]})
		}
		for _, sheet := range []string{paymentSheet, postsSheet} {
			_, _, _ = sheetRequest(sheet, body)
		}
		if len(wrong) > 0 {
			return
		}
		var b bytes.Buffer
		if err := writeTable(&b, out); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\uFEFF"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			for _, cell := range r {
				if formula(cell) {
					t.Fatalf("%q is a formula", cell)
				}
			}
		}
		again, wrong := readTable(b.Bytes(), columns)
		if len(wrong) > 0 || len(again) != len(rows) {
			t.Fatalf("%d rows became %d: %v", len(rows), len(again), wrong)
		}
		for i := range rows {
			for _, c := range columns {
				if again[i].cells[c] != rows[i].cells[c] {
					t.Fatalf("%q became %q", rows[i].cells[c], again[i].cells[c])
				}
			}
		}
	})
}
