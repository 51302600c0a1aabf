package licences

import (
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"praya/platform/db"
	"praya/platform/web/browsertest"
)

//nolint:gochecknoglobals // one browser for the whole package
var chrome browsertest.Browser

func TestMain(m *testing.M) { os.Exit(chrome.Run(m)) }

// TestInTheBrowser opens every page in a real Chromium: axe-core on a phone, the public pages in
// three languages, and none wider than its screen.
func TestInTheBrowser(t *testing.T) {
	f := newFront(t)
	l, p := f.issue("food-business", "chan", "", shop()), f.issue("permit", "chan", "", map[string]string{"class": "2"})
	bad := f.issue("food-business", "chan", "", map[string]string{"shop": "Harbour Noodles"})
	f.write(func(tx *db.Tx) error {
		if _, err := f.Suspend(tx, bad.ID, order("rats")); err != nil {
			return err
		}
		return f.Propose(tx, l.ID, order("rats"))
	})
	good, wrong := strings.TrimPrefix(f.code(l).Address, f.Origin), strings.TrimPrefix(f.code(bad).Address, f.Origin)
	server := httptest.NewServer(f.handler)
	t.Cleanup(server.Close)
	tab := chrome.Tab(t)
	look := func(l, path string) {
		t.Helper()
		tab.Look(browsertest.Look{Width: 360})
		tab.Open(server.URL + "/" + l + path)
		tab.Accessible()
		tab.FitsAcross()
		tab.Screenshot("licences" + strings.ReplaceAll(strings.SplitN(path, "?", 2)[0], "/", "-") + "-" + l)
	}
	for _, path := range []string{"/licences", "/licences?q=zzz", "/licences/" + l.Number, verifyPath, good, wrong, good + "x"} {
		for _, l := range []string{"tc", "en", "sc"} {
			look(l, path)
		}
	}
	tab.Open(server.URL + "/en/enter/chan")
	for i, path := range []string{"/me/licences", "/me/licences/" + string(l.ID), "/me/licences/" + string(p.ID), "/me/licences/" + string(bad.ID)} {
		look([]string{"tc", "en", "sc"}[i%3], path)
	}
	tab.Open(server.URL + "/en/enter/" + strings.ReplaceAll(anna, " ", "%20"))
	for i, path := range []string{"", "/" + string(l.ID), "/" + string(l.ID) + "/amend", "/" + string(l.ID) + "/suspend", "/" + string(l.ID) + "/transfer", "/" + string(bad.ID), "/" + string(bad.ID) + "/restore", "/" + string(bad.ID) + "/revoke"} {
		look([]string{"tc", "en", "sc"}[i%3], deskPath+path)
	}
	tab.Open(server.URL + "/en/enter/" + bob)
	look("tc", deskPath+"/"+string(l.ID)+"/decide")
}
