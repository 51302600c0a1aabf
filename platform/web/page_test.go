package web

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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
