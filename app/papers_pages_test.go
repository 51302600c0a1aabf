package app

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
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
	"praya/platform/files"
	"praya/platform/jobs"
	"praya/platform/limits"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/performance/papers"
)

// rota says what the officers of a test serve as: the account names it,
// "ada.DPO.papers-drafter".
type rota struct{}

func (rota) SignIn() string { return "/sign-in" }

func (rota) Duty(_ context.Context, account string) (who.Duty, error) {
	parts := strings.Split(account, ".")
	if len(parts) != 3 {
		return who.Duty{}, fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	return who.Duty{Officer: parts[0], Department: parts[1], Roles: strings.ReplaceAll(parts[2], ",", " ")}, nil
}

func (rota) Label(*web.Visit) (string, string, error) { return "officer", "/papers", nil }

// newsroom is a site with the papers alone.
type newsroom struct {
	*testing.T
	*papers.Service
	*figures
	handler http.Handler
}

func newNewsroom(t *testing.T) *newsroom {
	t.Helper()
	store := dbtest.Open(t, dbtest.SQLite(t))
	if _, err := store.Migrate(t.Context(), []db.Schema{audit.Schema(), events.Schema(), jobs.Schema(), web.Schema(), limits.Schema(), papers.Schema()}...); err != nil {
		t.Fatal(err)
	}
	folder, err := files.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	policy, err := access.New(papers.Policy())
	if err != nil {
		t.Fatal(err)
	}
	book, err := words.New(web.Words(), papers.Words())
	if err != nil {
		t.Fatal(err)
	}
	f := &figures{sheet: papers.Invent(3, 4)}
	f.sheet.Programmes[0].Done = append(f.sheet.Programmes[0].Done, papers.Item{ID: "i-1", Words: lang.Text{TC: "修好燈塔", EN: "mended a lighthouse"}})
	f.sheet.Programmes[0].Reason = lang.Text{}
	n := &newsroom{T: t, figures: f, Service: &papers.Service{
		DB: store, Files: files.New(folder, 0), Policy: policy, Heads: f, Material: f, Reader: paperReader{},
		Posts: titles{"post-1": {TC: "高級行政主任", EN: "Senior Executive Officer"}},
	}}
	site, err := web.New(web.Config{
		Operator: "localhost:0", TokenFile: t.TempDir() + "/token", Owner: lang.Text{TC: "海旁", EN: "Praya", SC: "海旁"},
	}, web.Parts{Words: book, Policy: policy, Log: slog.New(slog.DiscardHandler), Clock: when.System, DB: store, People: rota{}})
	if err != nil {
		t.Fatal(err)
	}
	n.Mount(site)
	site.Page("GET /enter/{account}", func(v *web.Visit) error {
		if err := v.SignIn(who.Actor{Kind: who.Officer, ID: v.PathValue("account")}, "hwk"); err != nil {
			return err
		}
		return v.Redirect("/papers")
	})
	n.handler = site.Handler()
	return n
}

// reader is somebody with a browser.
type reader struct {
	*newsroom
	cookies map[string]*http.Cookie
	page    string
	status  int
	to      string
}

func (n *newsroom) public() *reader { return &reader{newsroom: n, cookies: map[string]*http.Cookie{}} }

func (n *newsroom) officer(account string) *reader {
	n.Helper()
	return n.public().get(http.StatusSeeOther, "/en/enter/"+account)
}

func (r *reader) send(method, path string, body io.Reader) {
	r.Helper()
	q := httptest.NewRequestWithContext(r.Context(), method, "http://praya.example"+path, body)
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range r.cookies {
		q.AddCookie(c)
	}
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, q)
	for _, c := range w.Result().Cookies() {
		r.cookies[c.Name] = c
	}
	r.page, r.status, r.to = w.Body.String(), w.Code, w.Result().Header.Get("Location")
}

func (r *reader) get(status int, path string) *reader {
	r.Helper()
	r.send(http.MethodGet, path, nil)
	if r.status != status {
		r.Fatalf("%s answers %d, want %d: %.1500s", path, r.status, status, r.page)
	}
	return r
}

// has looks for a sentence among what a person reads.
func (r *reader) has(sentences ...string) *reader {
	r.Helper()
	text := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(r.page, ""))
	for _, s := range sentences {
		if !strings.Contains(text, s) {
			r.Errorf("%q is not on the page: %.3000s", s, text)
		}
	}
	return r
}

var (
	formsOf  = regexp.MustCompile(`(?s)<form[^>]*>.*?</form>`)
	hiddenOf = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
)

// press sends the form that holds a text, with its hidden fields and answers.
func (r *reader) press(status int, path, within string, answers ...string) *reader {
	r.Helper()
	r.get(http.StatusOK, path)
	for _, form := range formsOf.FindAllString(r.page, -1) {
		if !strings.Contains(form, within) || !strings.Contains(form, "_once") {
			continue
		}
		values := url.Values{}
		for _, h := range hiddenOf.FindAllStringSubmatch(form, -1) {
			values.Set(h[1], html.UnescapeString(h[2]))
		}
		for i := 0; i+1 < len(answers); i += 2 {
			values.Set(answers[i], answers[i+1])
		}
		r.send(http.MethodPost, path, strings.NewReader(values.Encode()))
		if r.status != status {
			r.Fatalf("%s %s answers %d, want %d: %.2500s", path, within, r.status, status, r.page)
		}
		return r
	}
	r.Fatalf("%s has no form with %q: %.3000s", path, within, r.page)
	return r
}

// TestThePapersJourney: a drafter begins, explains and submits; an approver
// approves and publishes; the public reads what others did not see before.
func TestThePapersJourney(t *testing.T) {
	n := newNewsroom(t)
	at := "/en/papers/" + n.sheet.Head + "/" + n.sheet.Year
	drafter, approver, stranger := n.officer("ada.DPO.papers-drafter"), n.officer("ben.DPO.papers-approver"), n.officer("zoe.FEHD.papers-drafter")

	n.public().get(http.StatusOK, "/tc/papers").has("暫時未有報告公布")
	n.public().get(http.StatusNotFound, "/en/papers/begin")
	drafter.press(http.StatusUnprocessableEntity, "/en/papers/begin", "Begin draft", "head", "998", "year", n.sheet.Year).has("There is no such report.")
	drafter.press(http.StatusSeeOther, "/en/papers/begin", "Begin draft", "head", n.sheet.Head, "year", n.sheet.Year)
	for _, r := range []*reader{n.public(), stranger} {
		for _, page := range []string{"", "/check", "/files", "/work", "/words", "/comments", "/files/pdf-tc"} {
			r.get(http.StatusNotFound, at+page)
		}
		if r.get(http.StatusOK, "/en/papers"); strings.Contains(r.page, n.sheet.Year) {
			t.Error("the list names a draft to somebody who may not see it")
		}
	}

	report := drafter.get(http.StatusOK, at).has("This is a draft. Only officers", "mended a lighthouse", "What came of it")
	if !strings.Contains(report.page, "/en/performance/initiatives/i-1") {
		t.Error("an item does not lead to its initiative")
	}
	drafter.get(http.StatusOK, at+"/work").has("invented, to show how it works", "Every sum of the report holds.", "A reason is needed", "asked of S(1)")
	drafter.press(http.StatusSeeOther, at+"/words/edit?place=programme%2F1%2Freason", "Save words", "tc", "更換鏡片", "en", "the replacement of lenses")
	drafter.press(http.StatusUnprocessableEntity, at+"/words/edit?place=programme%2F1%2Faim", "Save words", "tc", "完結†", "en", "").has("Do not end with a sign", "Write the words in both languages")
	drafter.get(http.StatusOK, at+"/words").has("the replacement of lenses")
	explainChanges(t, n, drafter)
	approver.press(http.StatusSeeOther, at+"/comments", "Add comment", "section", "programme-1", "body", "Say which lenses")
	drafter.get(http.StatusOK, at+"/comments").has("Say which lenses", "Open")
	drafter.press(http.StatusSeeOther, at+"/comments", "Mark as settled")
	drafter.get(http.StatusOK, at+"/check").has("Reads back as it was written", "Figures that differ")

	drafter.press(http.StatusSeeOther, at+"/work", "Submit for approval")
	approver.press(http.StatusUnprocessableEntity, at+"/work", "Why it goes back", "why", " ").has("Say why the draft goes back")
	approver.press(http.StatusSeeOther, at+"/work", "Approve this version")
	n.public().get(http.StatusNotFound, at)
	approver.press(http.StatusSeeOther, at+"/work", "Publish report")

	n.public().get(http.StatusOK, "/sc/papers").has("已公布", n.sheet.Year)
	n.public().get(http.StatusOK, at+"/files").has("Fingerprints", "SHA-256", "pdf")
	n.public().get(http.StatusNotFound, at+"/work")
	n.public().get(http.StatusNotFound, at+"/comments")
	n.public().get(http.StatusOK, at+"/check").has("Reads back as it was written")
	pdf := n.public().get(http.StatusOK, at+"/files/pdf-en")
	if !strings.HasPrefix(pdf.page, "%PDF-1.7") {
		t.Errorf("%.20q", pdf.page)
	}
	figuresOnThePage(t, n)
}

// explainChanges writes every reason that is still asked for, through the pages.
func explainChanges(t *testing.T, n *newsroom, drafter *reader) {
	t.Helper()
	at := "/en/papers/" + n.sheet.Head + "/" + n.sheet.Year
	drafter.get(http.StatusOK, at+"/work")
	seen := map[string]bool{}
	for _, link := range regexp.MustCompile(`words/edit\?place=([^"&]+)"`).FindAllStringSubmatch(drafter.page, -1) {
		place, err := url.QueryUnescape(html.UnescapeString(link[1]))
		if err != nil {
			t.Fatal(err)
		}
		if !seen[place] && strings.HasSuffix(place, "reason") && place != "programme/1/reason" {
			drafter.press(http.StatusSeeOther, at+"/words/edit?place="+url.QueryEscape(place), "Save words", "tc", "更換鏡片", "en", "new lenses")
		}
		seen[place] = true
	}
	if len(seen) < 2 {
		t.Fatalf("only %v is asked for", seen)
	}
}

// figuresOnThePage: the page in both languages has every figure of every table
// of the text, in the same order.
func figuresOnThePage(t *testing.T, n *newsroom) {
	t.Helper()
	d, err := n.Report(t.Context(), n.sheet.Head, n.sheet.Year, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []lang.Lang{lang.TC, lang.EN} {
		page := n.public().get(http.StatusOK, "/tc/papers/"+n.sheet.Head+"/"+n.sheet.Year+"?in="+string(l)).page
		page = page[strings.Index(page, "<article"):strings.Index(page, "</article>")]
		var got []string
		for _, c := range regexp.MustCompile(`(?s)<td[^>]*>(.*?)</td>`).FindAllStringSubmatch(page, -1) {
			if s := strings.TrimSpace(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(c[1], ""))); s != "" {
				got = append(got, s)
			}
		}
		var want []string
		for _, b := range papers.Compose(d.Sheet, l).Blocks {
			if b.Table == nil {
				continue
			}
			for _, r := range b.Table.Rows {
				if !r.Head {
					for _, c := range r.Cells[b.Table.Labels:] {
						if c != "" {
							want = append(want, c)
						}
					}
				}
			}
		}
		if strings.Join(got, "|") != strings.Join(want, "|") || len(want) < 100 {
			t.Errorf("%s: %d cells on the page, %d in the report\n%.600v\n%.600v", l, len(got), len(want), got, want)
		}
	}
}

// TestThresholdAndOwnersOnThePage: an approver says from which change on a reason is asked, and a
// drafter of whom; what is wrong is told beside the answer, and who changed it stays on the page.
func TestThresholdAndOwnersOnThePage(t *testing.T) {
	n := newNewsroom(t)
	drafter, approver := n.officer("ada.DPO.papers-drafter"), n.officer("ben.DPO.papers-approver")
	head, year := n.sheet.Head, n.sheet.Year
	drafter.press(http.StatusSeeOther, "/en/papers/begin", "Begin draft", "head", head, "year", year)
	at := "/en/papers/" + head + "/threshold"
	drafter.get(http.StatusOK, at).has("more than 5% or", "reasons are due in 14 days")
	if strings.Contains(drafter.page, `name="percent"`) {
		t.Error("a drafter may set the threshold")
	}
	n.officer("zoe.FEHD.papers-approver").get(http.StatusForbidden, at)
	approver.press(http.StatusUnprocessableEntity, at, "percent", "percent", "5", "millions", "5", "days", "x", "why", "tighter").has("Give a whole number from 1 to 90")
	approver.press(http.StatusUnprocessableEntity, at, "percent", "percent", "-1", "millions", "5", "days", "7", "why", "tighter").has("Give a share from 0 to 1000")
	approver.press(http.StatusUnprocessableEntity, at, "percent", "percent", "3", "millions", "5", "days", "7", "why", "").has("Say why")
	approver.press(http.StatusSeeOther, at, "percent", "percent", "３", "millions", "2.5", "days", "7", "why", "tighter this year")
	drafter.get(http.StatusOK, at).has("more than 3% or", "3% or", "7 days: tighter this year")
	owner := "/en/papers/" + head + "/owner?line=programme%2F1&year=" + year
	approver.get(http.StatusForbidden, owner)
	drafter.press(http.StatusSeeOther, owner, "post", "post", "post-1")
	drafter.get(http.StatusOK, "/en/papers/"+head+"/"+year+"/work").has("asked of Senior Executive Officer", head+": from which change on")
}
