package app

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"praya/platform/web/browsertest"
)

// TestPapersInTheBrowser opens the pages of a draft and of a published report
// in a real Chromium with axe-core, narrow and wide, light and dark.
func TestPapersInTheBrowser(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	n := newNewsroom(t)
	server := httptest.NewServer(n.handler)
	t.Cleanup(server.Close)
	tab := browser.Tab(t)
	at := "/papers/" + n.sheet.Head + "/" + n.sheet.Year
	n.officer("ada.DPO.papers-drafter").press(http.StatusSeeOther, "/en/papers/begin", "Begin draft", "head", n.sheet.Head, "year", n.sheet.Year)
	tab.Open(server.URL + "/en/enter/ada.DPO.papers-approver,papers-drafter")
	for _, path := range []string{
		"/papers", "/papers/begin", at, at + "?in=en", at + "/work", at + "/words", at + "/words/edit?place=programme%2F1%2Faim", at + "/comments", at + "/check", at + "/files", "/papers/" + n.sheet.Head + "/threshold",
		"/papers/" + n.sheet.Head + "/owner?line=programme%2F1&year=" + n.sheet.Year,
	} {
		tab.Look(browsertest.Look{Width: 360})
		tab.Open(server.URL + "/tc" + path)
		tab.Accessible()
		tab.FitsAcross()
		tab.Look(browsertest.Look{Width: 1280, Dark: true})
		tab.Open(server.URL + "/en" + path)
		tab.Accessible()
		tab.FitsAcross()
	}
}
