package web

import (
	"fmt"
	"net/http/httptest"
	"os"
	"testing"

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
				if l.Text > 1 {
					tab.TextSize(l.Text)
				}
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
			look(browsertest.Look{Forced: true}, lang.TC, "forced")
			look(browsertest.Look{Width: 640, Text: 2}, lang.TC, "text200")
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
		if len(stops) < 8 || stops[0].Name != "A 跳至主要內容" {
			t.Errorf("%s: %d stops, the first is %v", part, len(stops), stops)
		}
	}
}
