package votes

import (
	"net/http/httptest"
	"os"
	"testing"

	"praya/kernel/lang"
	"praya/platform/web/browsertest"
)

//nolint:gochecknoglobals // one browser for the whole package
var chrome browsertest.Browser

func TestMain(m *testing.M) { os.Exit(chrome.Run(m)) }

// TestInTheBrowser opens every page in a real Chromium: axe-core on a phone, the public pages in
// three languages, and none wider than its screen.
func TestInTheBrowser(t *testing.T) {
	f := newFront(t)
	f.ok(f.LoadBook(f.system, Book{Head: "47", Year: "2023-24", Source: "Estimates 2023-24", Commitments: []Commitment{
		{Code: "802", Name: named("Web3"), ApprovedThousands: dec("50000"), AccumulatedThousands: dec("0"), RevisedThousands: dec("0"), BalanceThousands: dec("50000")},
	}}))
	f.approved(PostChanges{[]PostChange{{Day: day("2025-04-01"), Rank: "AP", Programme: "2", Delta: 870, Permanent: true, Opening: true}}}, "")
	f.approved(pay("802", "700000", "2025-08-01"), "")
	r := f.ask(Virement{day("2025-09-01"), Place{"000", "salaries"}, Place{"000", "hosting"}, thousands(987)}, "more tenants")
	split := NewItem{Day: day("2025-09-01"), Subhead: "661", Name: lang.Text{TC: "購置消防車", EN: "Fire engines"}, Cents: thousands(6_000)}
	split.Code = "A1"
	f.approved(split, "needed")
	split.Code = "A2"
	parts := f.ask(split, "needed")
	corrected := book47()
	corrected.Subheads[1].Thousands.Estimate = dec("1311001")
	f.ok(f.LoadBook(f.system, corrected))
	entries, _, err := f.Journal(f.officer(), "47", "2025-26", "", "802", 1, 0)
	f.ok(err)

	server := httptest.NewServer(f.handler)
	t.Cleanup(server.Close)
	tab := chrome.Tab(t)
	look := func(l, path string) {
		tab.Look(browsertest.Look{Width: 360})
		tab.Open(server.URL + "/" + l + "/votes/47" + path)
		tab.Accessible()
		tab.FitsAcross()
	}
	for _, path := range []string{"", "?year=2026-27", "/subheads/000", "/subheads/661?year=2026-27", "/commitments", "/commitments/802", "/posts"} {
		for _, l := range []string{"tc", "en", "sc"} {
			look(l, path)
		}
	}
	tab.Open(server.URL + "/en/enter/" + bob)
	for i, path := range []string{
		"", "/queue", "/queue/" + string(r.ID), "/queue/" + string(parts.ID), "/journal", "/periods", "/periods/2025-07", "/differences", "/import", "/enter/payment", "/enter/virement",
		"/enter/supplement", "/enter/item", "/enter/refund", "/enter/refund?entry=" + string(entries[0].ID), "/enter/posts", "/enter/estimate", "/enter/estimate?kind=subhead&code=661&of=2025-26&phase=revised",
		"/enter/plan?kind=subhead&code=661", "/enter/plan?kind=item&code=802&part=2026-27", "/enter/reversal?entry=" + string(entries[0].ID),
	} {
		look([]string{"tc", "en", "sc"}[i%3], path)
	}
}
