package queue

import (
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"praya/platform/db"
	"praya/platform/web/browsertest"
)

//nolint:gochecknoglobals // one browser for the whole package
var chrome browsertest.Browser

func TestMain(m *testing.M) { os.Exit(chrome.Run(m)) }

// wholeDay counts calls in every quarter of yesterday, and plans that day.
func (f *front) wholeDay() {
	f.Helper()
	day := f.clock.now().Day().Add(-1)
	var calls [quartersOfDay]float64
	f.write(func(tx *db.Tx) error {
		for q := range quartersOfDay {
			calls[q] = float64(40 + q)
			at := midnight(day).Add(time.Duration(q) * quarterHour)
			if err := count(tx, at, Cantonese, "FEHD", Tally{Offered: int64(45 + q), Within: int64(30 + q), Answered: int64(40 + q), Abandoned: 5}); err != nil {
				return err
			}
		}
		return nil
	})
	_, err := f.MakePlan(f.system, day, settings(), &calls, 0)
	f.ok(err)
}

// TestInTheBrowser opens every page in a real Chromium: axe-core on a phone, in three languages,
// none wider than its screen.
func TestInTheBrowser(t *testing.T) {
	f := newFront(t)
	f.busyDay()
	f.wholeDay()
	server := httptest.NewServer(f.handler)
	t.Cleanup(server.Close)
	tab := chrome.Tab(t)
	look := func(l, path string) {
		t.Helper()
		tab.Look(browsertest.Look{Width: 360})
		tab.Open(server.URL + "/" + l + path)
		tab.Accessible()
		tab.FitsAcross()
		tab.Screenshot("queue" + strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(path) + "-" + l)
	}
	for _, path := range []string{figuresPath, figuresPath + "?of=2026-03-01", figuresPath + "?of=2025"} {
		for _, l := range []string{"tc", "en", "sc"} {
			look(l, path)
		}
	}
	tab.Open(server.URL + "/en/enter/" + head)
	for i, path := range []string{
		boardPath, boardPath + "/level", agentsPath, agentsPath + "/new", agentsPath + "/" + an, callsPath, callsPath + "/call0",
		planPath, planPath + "/2026-03-01", planPath + "/2026-03-02", planPath + "/2026-03-02/make", planPath + "/2026-03-02/file",
	} {
		look([]string{"tc", "en", "sc"}[i%3], path)
	}
}
