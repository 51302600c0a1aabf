package fees

import (
	"context"
	"encoding/csv"
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
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/web"
)

// staff signs in by account: NAME-DEPARTMENT-ROLES are officers, every other name is a person.
type staff struct{}

func (staff) SignIn() string { return "/sign-in" }

func (staff) Duty(_ context.Context, account string) (who.Duty, error) {
	parts := strings.SplitN(account, "-", 3)
	if len(parts) < 3 {
		return who.Duty{}, fault.New(fault.NotFound, "fees.fault.no-bill")
	}
	return who.Duty{Officer: parts[0], Department: parts[1], Roles: parts[2]}, nil
}

func (staff) Label(*web.Visit) (string, string, error) { return "somebody", "/me", nil }

const (
	ann   = "an-FEHD-" + OfficerRole
	bob   = "bo-FEHD-" + ApproverRole
	both  = "cy-FEHD-" + OfficerRole + " " + ApproverRole
	other = "xi-TD-" + OfficerRole + " " + ApproverRole
)

type front struct {
	*office
	handler http.Handler
}

func newFront(t *testing.T) *front {
	t.Helper()
	o := newOffice(t, dbtest.SQLite(t))
	o.Providers = []Provider{o.sim.Simulated} // with its page
	site, err := web.New(web.Config{Operator: "off", Owner: lang.Text{TC: "海旁", EN: "Praya", SC: "海旁"}},
		web.Parts{Words: o.Words, Policy: o.Policy, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Clock: o.clock, DB: o.DB, People: staff{}})
	o.ok(err)
	o.Mount(site)
	site.Page("GET /enter/{account}", func(v *web.Visit) error {
		a, to := who.Actor{Kind: who.Person, ID: v.PathValue("account"), Level: "plus"}, ownPath
		if strings.Count(a.ID, "-") > 1 {
			a.Kind, to = who.Officer, deskPath
		}
		if err := v.SignIn(a, "hwk"); err != nil {
			return err
		}
		return v.Redirect(to)
	})
	return &front{o, site.Handler()}
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

func (b *browser) send(method, path, contentType string, body io.Reader, headers ...string) {
	b.Helper()
	q := httptest.NewRequest(method, "http://praya.example"+path, body)
	q.Header.Set("Content-Type", contentType)
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i+1 < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
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

var remember = regexp.MustCompile(`name="(_once|version)" value="([^"]+)"`)

// fill opens a form, posts these answers beside what it remembers, and follows.
func (b *browser) fill(status int, path string, pairs ...string) *browser {
	b.Helper()
	b.get(200, path)
	return b.post(status, path, pairs...)
}

func (b *browser) post(status int, path string, pairs ...string) *browser {
	b.Helper()
	answers := url.Values{}
	for _, m := range remember.FindAllStringSubmatch(b.page, -1) {
		answers.Set(m[1], m[2])
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		answers.Set(pairs[i], pairs[i+1])
	}
	b.send("POST", path, "application/x-www-form-urlencoded", strings.NewReader(answers.Encode()))
	if b.status != status {
		b.Fatalf("%s answers %d, want %d: %.3000s", path, b.status, status, mainOf(b.page))
	}
	if status == http.StatusSeeOther {
		b.follow()
	}
	return b
}

// follow goes where the answer leads, as far as it leads.
func (b *browser) follow() {
	b.Helper()
	for range 4 {
		b.send("GET", b.to, "", nil)
		if b.status != http.StatusSeeOther {
			return
		}
	}
	b.Fatal("the answers lead in a circle")
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

func TestAPersonPays(t *testing.T) {
	f := newFront(t)
	bill := f.ask("chan", 120_050)
	here := "/en/me/bills/" + string(bill.ID)
	b := f.browser("chan")
	b.get(200, "/en/me/bills").sees("Restaurant licence fee", bill.Reference, "HK$1,200.50", "to be paid")
	b.get(404, here+"/receipt")
	b.fill(303, here, "provider", SimulatedName).sees("This is a simulation", "No money moves", "HK$1,200.50", bill.Reference)
	pay := "/en/pay/simulated/" + string(f.payments(bill.ID)[0].ID)
	b.post(422, pay).sees("Choose what should happen")
	b.post(303, pay, "outcome", "failed").sees("The payment was not made", "to be paid")
	f.later(time.Second)
	b.fill(303, here, "provider", SimulatedName)
	pay = "/en/pay/simulated/" + string(f.payments(bill.ID)[1].ID)
	b.post(303, pay, "outcome", "paid").sees("We have received your payment", "Receipt")
	b.post(303, pay, "outcome", "paid").sees("We have received your payment") // a double click
	if f.paid[bill.ID] != 1 {
		t.Error(f.paid[bill.ID])
	}
	b.post(303, here, "provider", SimulatedName).sees("Paid at").misses("How do you want to pay") // of an old tab
	b.get(200, pay).sees("This payment is over")
	b.get(200, here+"/receipt").sees(bill.Reference, "HK$1,200.50", "Licence fee")
	b.get(200, here+"/receipt/print")
	if text := f.pdf(b.page); !strings.Contains(text, "HK$1,200.50") || !strings.Contains(text, bill.Reference) || !strings.Contains(text, "Receipt") {
		t.Error(text)
	}
	b.get(200, strings.Replace(here, "/en/", "/tc/", 1)+"/receipt/print")
	if text := f.pdf(b.page); !strings.Contains(text, "收據") || !strings.Contains(text, "牌照費") {
		t.Error(text)
	}
	lee := f.browser("lee")
	lee.get(200, "/en/me/bills").sees("You have no bills").misses(bill.Reference)
	for _, path := range []string{here, here + "/receipt", here + "/receipt/print", here + "/return"} {
		lee.get(404, path)
	}
	f.browser("").get(303, here)
	f.browser(ann).get(403, "/en/me/bills")
}

func TestNotificationsOverHTTP(t *testing.T) {
	f := newFront(t)
	bill := f.ask("chan", 100)
	p := f.begin(bill, SimulatedName)
	signature, body, _, err := f.sim.Choose(f.ctx, p.ID, IsPaid)
	f.ok(err)
	b := f.browser("")
	hear := func(status int, provider, body string, headers ...string) {
		t.Helper()
		b.send("POST", "/api/fees/notifications/"+provider, "application/json", strings.NewReader(body), headers...)
		if b.status != status {
			t.Errorf("%d, want %d: %s", b.status, status, b.page)
		}
	}
	hear(401, SimulatedName, string(body))
	hear(401, SimulatedName, string(body)+" ", signatureHeader, signature)
	hear(404, "nobody", string(body), signatureHeader, signature)
	hear(413, SimulatedName, strings.Repeat("x", mostNotice+1), signatureHeader, signature)
	if f.bill(bill.ID).State != Paying {
		t.Error("booked without a signature")
	}
	for range 3 {
		hear(204, SimulatedName, string(body), signatureHeader, signature)
	}
	if f.bill(bill.ID).State != Paid || f.paid[bill.ID] != 1 {
		t.Error(f.bill(bill.ID).State, f.paid[bill.ID])
	}
}

func TestDesk(t *testing.T) {
	f := newFront(t)
	bill, lost := f.ask("chan", 10_000, 50), f.ask("lee", 20_000)
	f.pays(bill)
	f.later(time.Second)
	p := f.begin(lost, SimulatedName)
	_, _, _, err := f.sim.Choose(f.ctx, p.ID, IsPaid)
	f.ok(err)
	an, bo := f.browser(ann), f.browser(bob)
	an.get(200, "/en/fees/desk").sees(bill.Reference, "HK$100.50", "This day has not been reconciled").misses(lost.Reference)
	an.post(303, "/en/fees/desk/reconcile", "day", "2026-11-23").sees("was held against the statements", "In the statement, not booked by us", "HK$300.50")
	an.get(303, "/en/fees/desk?reference="+strings.ToLower(strings.ReplaceAll(bill.Reference, "-", ""))).follow()
	an.sees("Propose a refund", "Attempts to pay")
	an.get(404, "/en/fees/desk?reference=ABCD")
	an.get(404, "/en/fees/desk?day=tomorrow")

	ours := "/en/fees/desk/bills/" + string(bill.ID)
	an.fill(422, ours+"/refund", "amount", "1.005", "why", "x").sees("at most two decimals")
	an.fill(422, ours+"/refund", "amount", "100.51", "why", "x").sees("more than can be given back")
	an.fill(422, ours+"/refund", "amount", "5", "why", " ").sees("Give a reason")
	an.fill(303, ours+"/refund", "amount", "40.50", "why", "wrong class <b>").sees("waits for another officer", "wrong class &lt;b&gt;", "HK$40.50")
	refund := "/en/fees/desk/refunds/" + f.waiting()
	an.get(200, refund).sees("You proposed this")
	an.post(403, refund, "agree", "yes")
	bo.get(403, ours+"/refund")
	bo.get(200, "/en/fees/desk").sees("Decide on a refund of HK$40.50").misses("Reconcile this day")
	bo.fill(422, refund).sees("Choose one")
	bo.fill(303, refund, "agree", "yes").sees("The decision is recorded")
	bo.post(409, refund, "agree", "no")
	f.ok(f.work())
	bo.get(200, ours).sees("paid, part refunded", "HK$40.50", "given back")

	difference := "/en/fees/desk/differences/" + string(f.difference(Extra).ID)
	bo.get(200, difference).misses("How is it settled")
	bo.post(403, difference, "remedy", "book", "why", "x")
	an.fill(422, difference, "why", "x").sees("Choose how it is settled")
	an.fill(303, difference, "remedy", "book", "why", "they have it").sees("The difference is settled")
	if f.bill(lost.ID).State != Paid {
		t.Error(f.bill(lost.ID).State)
	}
	an.get(200, "/en/fees/desk/export?day=2026-11-23")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(an.page, "\ufeff"))).ReadAll()
	f.ok(err)
	if len(rows) != 4 || rows[1][4] != "100.50" || rows[3][4] != "-40.50" || rows[1][3] != "Restaurant licence fee" {
		t.Errorf("%q", rows)
	}
	// Who may do both still needs a second.
	cy := f.browser(both)
	cy.fill(303, ours+"/refund", "amount", "1", "why", "x")
	cy.get(200, "/en/fees/desk/refunds/"+f.waiting()).sees("You proposed this")
	cy.post(403, "/en/fees/desk/refunds/"+f.waiting(), "agree", "yes")
}

func (f *front) waiting() (id string) {
	f.Helper()
	f.write(func(tx *db.Tx) error {
		all, err := f.refundsWaiting(tx, "FEHD")
		id = string(all[0].ID)
		return err
	})
	return id
}

// TestOfficersOfOthersSeeNothing: per role and department.
func TestOfficersOfOthersSeeNothing(t *testing.T) {
	f := newFront(t)
	bill := f.ask("chan", 100)
	f.pays(bill)
	f.write(func(tx *db.Tx) error { _, err := f.Refund(tx, bill.ID, 50, "x", "an"); return err })
	f.ok(f.Reconcile(f.ctx, "FEHD", when.Day{Year: 2026, Month: time.November, Date: 22}))
	paths := []string{"/en/fees/desk/bills/" + string(bill.ID), "/en/fees/desk/bills/" + string(bill.ID) + "/refund", "/en/fees/desk/refunds/" + f.waiting()}
	for _, account := range []string{other, "nobody-FEHD-", "y-FEHD-booking-officer", "chan"} {
		b := f.browser(account)
		for _, path := range paths {
			b.get(404, path).misses(bill.Reference)
		}
		if account != other {
			b.get(403, "/en/fees/desk")
			b.get(403, "/en/fees/desk/export")
		}
	}
	f.browser(other).get(200, "/en/fees/desk").misses(bill.Reference)
	f.browser(other).get(404, "/en/fees/desk?reference="+bill.Reference)
	f.browser("").get(303, paths[0])
}

// pdf is the text of a file, as poppler reads it.
func (f *front) pdf(body string) string {
	f.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		if os.Getenv("CI") != "" {
			f.Fatal(err)
		}
		f.Skip("run .ci/install first: ", err)
	}
	file := filepath.Join(f.TempDir(), "a.pdf")
	f.ok(os.WriteFile(file, []byte(body), 0o600))
	out, err := exec.CommandContext(f.ctx, "pdftotext", "-layout", file, "-").Output() //nolint:gosec // the file of this test
	f.ok(err)
	return string(out)
}
