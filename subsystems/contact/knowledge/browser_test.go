package knowledge

import (
	"net/http/httptest"
	"strings"
	"testing"

	"praya/platform/db"
	"praya/platform/web/browsertest"
)

// TestInTheBrowser opens every page in a real Chromium: axe-core on a phone, and none wider than its
// screen.
func TestInTheBrowser(t *testing.T) {
	f := newFront(t)
	f.ok(f.Demonstrate(f.system))
	f.publish(licence())
	changed := licence()
	f.read(func(tx *db.Tx) (err error) { changed, err = f.Article(tx, changed.Code); return err })
	changed.Text.EN += "\n\nAt a counter too."
	f.put(changed, "other")
	f.find(Query{Text: "rocket launch"})
	server := httptest.NewServer(f.handler)
	t.Cleanup(server.Close)
	tab := chrome.Tab(t)
	languages := []string{"tc", "en", "sc"}
	look := func(l, path string) {
		t.Helper()
		tab.Look(browsertest.Look{Width: 360})
		tab.Open(server.URL + "/" + l + path)
		tab.Accessible()
		tab.FitsAcross()
		tab.Screenshot("knowledge-" + strings.ReplaceAll(strings.Trim(strings.SplitN(path, "?", 2)[0], "/"), "/", "-") + "-" + l)
	}
	for _, l := range languages {
		for _, path := range []string{"/contact/answers", "/contact/answers?q=licence", "/contact/answers/driving-licence"} {
			look(l, path)
		}
	}
	look("en", "/contact/answers?q=rocket")
	tab.Open(server.URL + "/en/enter/" + agent)
	look("tc", "/contact/knowledge")
	look("en", "/contact/knowledge/articles/driving-licence?draft=yes")
	tab.Open(server.URL + "/en/enter/" + editor)
	desk := "/contact/knowledge/desk"
	here := desk + "/articles/driving-licence"
	for i, path := range []string{
		desk, desk + "?view=all", desk + "/unanswered", desk + "/settled?words=rocket", desk + "/new", desk + "/import", here, here + "/edit", here + "/publish", here + "/review",
		here + "/withdraw", here + "/versions/2", here + "/versions/1",
	} {
		look(languages[i%3], path)
	}
}
