package forms

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

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/access"
	"praya/platform/db/dbtest"
	"praya/platform/web"
)

// desk asks a form page by page, as the services do, for one person.
type desk struct {
	*testing.T
	handler http.Handler
	form    *Form
	answers Answers
	origins Origins
}

func newDesk(t *testing.T, name string) *desk {
	t.Helper()
	d := &desk{T: t, form: load(t, name), answers: Answers{}}
	store := dbtest.Open(t, dbtest.SQLite(t))
	if _, err := store.Migrate(t.Context(), web.Schema()); err != nil {
		t.Fatal(err)
	}
	policy, err := access.New()
	if err != nil {
		t.Fatal(err)
	}
	site, err := web.New(web.Config{Operator: "localhost:0", TokenFile: t.TempDir() + "/token", Owner: lang.Text{TC: "海旁", EN: "Praya", SC: "海旁"}},
		web.Parts{Words: book(t), Policy: policy, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Clock: store.Clock(), DB: store})
	if err != nil {
		t.Fatal(err)
	}
	site.Page("GET /ask/{page}", d.show)
	site.Page("POST /ask/{page}", d.take)
	site.Page("GET /check", d.check)
	site.Page("GET /preview", func(v *web.Visit) error {
		return v.Render(web.Page{Title: d.form.Title.In(v.Lang())}, d.form.Preview(v.View))
	})
	d.handler = site.Handler()
	return d
}

func (d *desk) show(v *web.Visit) error { return d.draw(v, nil, nil) }

func (d *desk) draw(v *web.Visit, typed url.Values, wrong Problems) error {
	p := d.form.Page(v.PathValue("page"))
	if p == nil {
		return fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	fields := p.Questions(v.View, Given{Answers: d.answers, Posted: typed, Origins: d.origins, Wrong: wrong, Today: today(d)})
	status := http.StatusOK
	if len(wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	frame := web.FormFrame(v.View, web.Form{Action: v.Path, Submit: v.T("forms.continue")})
	body := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if err := web.ErrorSummary(v.View, p.Errors(v.View, wrong)).Render(ctx, w); err != nil {
			return err
		}
		return frame.Render(templ.WithChildren(ctx, fields), w)
	})
	return v.RenderStatus(status, web.Page{Title: p.Title.In(v.Lang()), Lead: p.Lead.In(v.Lang()), Failed: len(wrong) > 0}, body)
}

func (d *desk) take(v *web.Visit) error {
	p := d.form.Page(v.PathValue("page"))
	typed, err := v.Form()
	if err != nil {
		return err
	}
	answers, wrong := d.form.Take(p, typed, nil, d.answers, d.origins, today(d))
	if len(wrong) > 0 {
		return d.draw(v, typed, wrong)
	}
	d.answers = answers
	if p.Stays(typed) {
		return v.Redirect("/ask/" + p.ID)
	}
	if next, ok := d.form.Next(answers, today(d), p.ID); ok {
		return v.Redirect("/ask/" + next.ID)
	}
	return v.Redirect("/check")
}

func (d *desk) check(v *web.Visit) error {
	var rows []web.Entry
	for _, s := range d.form.Summary(v.View, d.answers, d.origins, today(d), func(page string) string { return "/ask/" + page }, true) {
		rows = append(rows, s.Entries...)
	}
	return v.Render(web.Page{Title: d.form.Title.In(v.Lang())}, web.SummaryList(v.View, rows))
}

func (d *desk) send(method, path string, form url.Values) (int, string, string) {
	d.Helper()
	q := httptest.NewRequest(method, "http://praya.example"+path, strings.NewReader(form.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, q)
	return w.Code, w.Body.String(), w.Header().Get("Location")
}

var inputs = regexp.MustCompile(`(?:name|id)="([^"]+)"`)

// What was typed comes back, the error leads to a field that is there, and nothing is kept.
func TestWrongAnswersComeBack(t *testing.T) {
	d := newDesk(t, "food")
	code, page, _ := d.send("POST", "/en/ask/applicant", posted("applicant.nameEn", "陳大文", "applicant.hkid", "A123456(4)", "applicant.phone", "123<b>"))
	if code != http.StatusUnprocessableEntity || len(d.answers) > 0 {
		t.Fatalf("%d, kept %v", code, d.answers)
	}
	for _, want := range []string{
		`value="陳大文"`, `value="A123456(4)"`, `value="123&lt;b&gt;"`, "Check the number on your card", "Enter the English name in letters", "Enter 8 digits",
		`href="#f-applicant.hkid"`, `id="f-applicant.hkid"`, "There are problems with 3 answers",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	_, page, _ = d.send("POST", "/tc/ask/premises", posted("premises.kind", "premises", "premises.room", "9樓A"))
	if !strings.Contains(page, `href="#f-premises.kind"`) || !strings.Contains(page, `id="f-premises.kind"`) || !strings.Contains(page, `value="9樓A"`) {
		t.Errorf("an address without a district: %s", page)
	}
	for _, p := range d.form.Pages {
		for _, l := range []string{"tc", "en", "sc"} {
			code, page, _ := d.send("POST", "/"+l+"/ask/"+p.ID, url.Values{countName: {"1"}})
			if code == http.StatusInternalServerError {
				t.Errorf("%s %s: %d", l, p.ID, code)
			}
			ids := map[string]bool{}
			for _, m := range inputs.FindAllStringSubmatch(page, -1) {
				ids[m[1]] = true
			}
			for _, m := range regexp.MustCompile(`href="#(f-[^"]+)"`).FindAllStringSubmatch(page, -1) {
				if !ids[m[1]] {
					t.Errorf("%s %s: an error leads to %s, which is not there", l, p.ID, m[1])
				}
			}
		}
	}
}
