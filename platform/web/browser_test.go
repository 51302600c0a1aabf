package web

import (
	"fmt"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/chromedp/chromedp"

	"praya/kernel/lang"
	"praya/platform/web/browsertest"
)

var chrome browsertest.Browser

func TestMain(m *testing.M) { os.Exit(chrome.Run(m)) }

func galleryServer(t *testing.T) *httptest.Server {
	s := newSite(t, Config{
		Gallery: true, Search: "/search", Telephone: "2345 0000",
		Owner: lang.Text{TC: "海旁政府開支預算", EN: "Government of Praya: Estimates", SC: "海旁政府开支预算"},
	})
	s.Page("GET /search", showGallery)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	return server
}

func parts() []string {
	return []string{"content", "tables", "charts", "forms", "source", "conflict"}
}

// TestPrint: navigation stays off the paper, address and time are on it.
func TestPrint(t *testing.T) {
	server := galleryServer(t)
	tab := chrome.Tab(t)
	for _, part := range []string{"content", "tables", "charts"} {
		tab.Look(browsertest.Look{})
		tab.Open(server.URL + "/tc/_gallery/" + part)
		if pdf := tab.PDF("print-" + part); len(pdf) < 1000 {
			t.Errorf("%s prints %d bytes", part, len(pdf))
		}
		tab.Look(browsertest.Look{Width: 640, Print: true})
		var shown struct{ Header, Printed bool }
		tab.Eval(`(() => { const seen = s => { const e = document.querySelector(s); return !!e && e.offsetHeight > 0 }
  return {Header: seen(".find") || seen(".langs"), Printed: seen(".printed")} })()`, &shown)
		if shown.Header || !shown.Printed {
			t.Errorf("%s prints the navigation, or no address: %+v", part, shown)
		}
		tab.Screenshot("print-" + part)
	}
}

// TestWithoutScripts: nothing of the shell needs them, so nothing may change without.
func TestWithoutScripts(t *testing.T) {
	server := galleryServer(t)
	tab := chrome.Tab(t)
	tab.Open(server.URL + "/tc/_gallery/content")
	var scripts int
	tab.Eval("document.scripts.length", &scripts)
	if scripts != 0 {
		t.Errorf("the page has %d scripts", scripts)
	}
	tab.Weight(60_000, 90_000, 4)
}

// TestDisplay chooses the dark theme by its form, as a visitor without scripts does.
func TestDisplay(t *testing.T) {
	server := galleryServer(t)
	tab := chrome.Tab(t)
	tab.Look(browsertest.Look{Width: 768})
	tab.Open(server.URL + "/en/display")
	tab.Do(chromedp.Click(`input[value="dark"]`, chromedp.ByQuery), chromedp.Click("button.main", chromedp.ByQuery), chromedp.WaitVisible("html[data-theme=dark]", chromedp.ByQuery))
	var paper string
	tab.Eval(`getComputedStyle(document.documentElement).backgroundColor`, &paper)
	if paper != "rgb(15, 27, 30)" {
		t.Errorf("the page is %s", paper)
	}
	tab.Screenshot("display-en-dark-chosen")
}

// TestBrowser opens every part of the gallery: all widths in one language, the others at 360.
func TestBrowser(t *testing.T) {
	server := galleryServer(t)
	for _, part := range parts() {
		t.Run(part, func(t *testing.T) {
			tab := chrome.Tab(t)
			tab.Expect("the server responded with a status of 4")
			look := func(l browsertest.Look, language lang.Lang, name string) {
				tab.Look(l)
				tab.Open(server.URL + "/" + string(language) + "/_gallery/" + part)
				tab.FitsAcross()
				tab.Screenshot(fmt.Sprintf("%s-%s-%s", part, language, name))
				tab.Accessible()
			}
			for _, w := range []int64{320, 360, 768, 1280} {
				look(browsertest.Look{Width: w}, lang.TC, fmt.Sprint(w))
			}
			look(browsertest.Look{Width: 360}, lang.EN, "360")
			look(browsertest.Look{Width: 360}, lang.SC, "360")
			look(browsertest.Look{Dark: true}, lang.EN, "dark")
			look(browsertest.Look{Width: 640, Text: 2}, lang.TC, "text200")
			look(browsertest.Look{Forced: true}, lang.TC, "forced")
		})
	}
}

func TestKeyboard(t *testing.T) {
	server := galleryServer(t)
	for _, part := range parts() {
		tab := chrome.Tab(t)
		tab.Expect("the server responded with a status of 4")
		tab.Look(browsertest.Look{Width: 1280})
		tab.Open(server.URL + "/tc/_gallery/" + part)
		stops := tab.Walk(120)
		first := "A 跳至主要內容"
		if part == "forms" {
			first = "A 輸入姓名" // the summary of errors took the focus
		}
		if len(stops) < 8 || stops[0].Name != first {
			t.Errorf("%s: %d stops, the first is %v", part, len(stops), stops)
		}
	}
}
