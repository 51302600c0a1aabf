package fees

import (
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"praya/platform/db"
	"praya/platform/web/browsertest"
)

//nolint:gochecknoglobals // one browser for the whole package
var chrome browsertest.Browser

func TestMain(m *testing.M) { os.Exit(chrome.Run(m)) }

// TestInTheBrowser opens every page in a real Chromium: axe-core on a phone, and none wider than
// its screen.
func TestInTheBrowser(t *testing.T) {
	f := newFront(t)
	due, paid := f.ask("chan", 120_050, -50), f.ask("chan", 4_500)
	p := f.begin(due, SimulatedName)
	f.pays(paid)
	f.write(func(tx *db.Tx) error { _, err := f.Refund(tx, paid.ID, 50, "wrong class", "an"); return err })
	f.write(func(tx *db.Tx) error {
		return f.differ(tx, Difference{Kind: Surplussed, Department: "FEHD", Day: f.clock().Day(), Provider: SimulatedName, About: string(p.ID), Theirs: 5})
	})
	f.ok(f.Reconcile(f.ctx, "FEHD", f.clock().Day()))
	server := httptest.NewServer(f.handler)
	t.Cleanup(server.Close)
	tab := chrome.Tab(t)
	look := func(path string, languages ...string) {
		t.Helper()
		for _, l := range languages {
			tab.Look(browsertest.Look{Width: 360})
			tab.Open(server.URL + "/" + l + path)
			tab.Accessible()
			tab.FitsAcross()
			tab.Screenshot("fees" + strings.ReplaceAll(strings.SplitN(path, "?", 2)[0], "/", "-") + "-" + l)
		}
	}
	tab.Open(server.URL + "/en/enter/chan")
	for _, path := range []string{ownPath, ownPath + "/" + string(due.ID), ownPath + "/" + string(paid.ID), ownPath + "/" + string(paid.ID) + "/receipt", simulatedPath + "/" + string(p.ID)} {
		look(path, "tc", "en", "sc")
	}
	tab.Open(server.URL + "/en/enter/" + url.PathEscape(ann))
	for i, path := range []string{deskPath, deskPath + "?day=2026-01-01", deskPath + "/bills/" + string(paid.ID), deskPath + "/bills/" + string(paid.ID) + "/refund", deskPath + "/differences/" + string(f.difference(Surplussed).ID)} {
		look(path, []string{"tc", "en", "sc"}[i%3])
	}
	tab.Open(server.URL + "/en/enter/" + bob)
	look(deskPath+"/refunds/"+f.waiting(), "tc")
}
