package web

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/words"
)

// newSite is a site with the shell's own words only.
func newSite(t *testing.T, config Config) *Site {
	t.Helper()
	book, err := words.New(Words())
	if err != nil {
		t.Fatal(err)
	}
	clock := func() when.Instant {
		i, _ := when.ParseInstant("2026-11-21T06:30:00.000000Z")
		return i
	}
	s, err := New(config, Parts{Words: book, Log: slog.New(slog.DiscardHandler), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestExamplePage(t *testing.T) {
	s := newSite(t, Config{Owner: lang.Text{TC: "海旁政府", EN: "Government of Praya", SC: "海旁政府"}, Search: "/search"})
	s.Page("GET /estimates/{year}", func(v *Visit) error {
		return v.Render(Page{Title: "2025-26", Crumbs: []Crumb{{Text: "首頁", Path: "/"}}},
			DataTable(v.View, Table{
				Caption: "撥款", Unit: "百萬元", Mode: Figures,
				Columns: []Column{{Head: "綱領"}, {Head: "2025-26", Numeric: true}},
				Rows:    []Row{{Cells: []Cell{{Text: "甲"}, {Text: "1,234.5", Path: "/source#L214", How: Derived}}}, {Cells: []Cell{{Text: "乙"}, {}}}},
			}))
	})
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/tc/estimates/2025-26", nil))
	for _, want := range []string{`<html lang="zh-Hant"`, "<h1>2025-26</h1>", "單位：百萬元", `href="/tc/source#L214"`, "算出", "未有資料", "海旁政府", `href="/en/estimates/2025-26"`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s is missing", want)
		}
	}
	if w.Code != 200 || t.Failed() {
		t.Errorf("%d %s", w.Code, w.Body.String())
	}
}

// Who needs help is led to where people write to the office, or is told whom to ask.
func TestWhoNeedsHelp(t *testing.T) {
	s := newSite(t, Config{Telephone: "1823"})
	show := func(v *Visit) error { return v.Render(Page{Title: "x"}, templ.NopComponent) }
	s.Page("GET /x", show)
	body := func() string {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/tc/x", nil))
		return w.Body.String()
	}
	const ask, link = "請聯絡負責本網站的部門", `<a href="/tc/contact">寫信給我們`
	for _, c := range []struct {
		telephone, help string
		ask, link, call bool
	}{{"", "", true, false, false}, {"1823", "", false, false, true}, {"", "/contact", false, true, false}, {"1823", "/contact", false, true, true}} {
		s.config.Telephone, s.parts.Help = c.telephone, c.help
		page := body()
		if strings.Contains(page, ask) != c.ask || strings.Contains(page, link) != c.link || strings.Contains(page, "致電 1823") != c.call && strings.Contains(page, "致電1823") != c.call {
			t.Errorf("telephone %q, help %q: %s", c.telephone, c.help, page[strings.Index(page, "<footer"):])
		}
	}
}
