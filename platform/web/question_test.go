package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

// TestNothingTypedIsLost: a wrong answer, and one that somebody else overtook, come back with
// everything that was typed; a right one leads on, and counts once.
func TestNothingTypedIsLost(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := newTown(t, d)
		done := 0
		ask := func(v *Visit) error {
			return v.Ask(Questions{
				Title: "Title", Submit: "Save", Back: "/who", Given: Given("version", "7"),
				Asked: []Question{Remember("version"), {Field: Field{Name: "text", Label: "Text"}}},
				Act: func(a *Answers) (string, string, error) {
					switch a.Text("text") {
					case "":
						a.Wrong("text", "web.fault.invalid.text")
						return "", "", nil
					case "late":
						return "", "", fault.New(fault.Conflict, "web.fault.conflict.text")
					}
					done++
					return "/who", "Saved", nil
				},
			})
		}
		s.Page("GET /ask", ask)
		s.Page("POST /ask", ask)
		b := &browser{s.Handler(), map[string]string{}}
		once := func(page string) string {
			m := regexp.MustCompile(`name="_once" value="([^"]+)"`).FindStringSubmatch(page)
			if m == nil {
				t.Fatalf("no form: %.900s", page)
			}
			return m[1]
		}
		page := b.do("GET", "/en/ask", nil).Body.String()
		for text, status := range map[string]int{"": http.StatusUnprocessableEntity, "late": http.StatusConflict} {
			w := b.do("POST", "/en/ask", url.Values{"_once": {once(page)}, "version": {"7"}, "text": {text}})
			page = w.Body.String()
			if w.Code != status || !strings.Contains(page, `value="`+text+`"`) || !strings.Contains(page, `name="version" value="7"`) {
				t.Errorf("%q: %d %.1500s", text, w.Code, page)
			}
		}
		form := url.Values{"_once": {once(page)}, "version": {"7"}, "text": {"well"}}
		if w := b.do("POST", "/en/ask", form); w.Code != http.StatusSeeOther {
			t.Errorf("%d", w.Code)
		}
		if w := b.do("POST", "/en/ask", form); w.Code != http.StatusConflict || done != 1 {
			t.Errorf("sent twice: %d, done %d times", w.Code, done)
		}
	})
}
