package forms

import (
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"praya/kernel/lang"
	"praya/platform/web/browsertest"
)

//nolint:gochecknoglobals // one browser for the whole package
var chrome browsertest.Browser

func TestMain(m *testing.M) { os.Exit(chrome.Run(m)) }

// TestInTheBrowser goes through a form on a phone, then looks at every page of
// three forms, in one of the languages in turn.
func TestInTheBrowser(t *testing.T) {
	d := newDesk(t, "food")
	server := httptest.NewServer(d.handler)
	t.Cleanup(server.Close)
	tab := chrome.Tab(t)
	tab.Look(browsertest.Look{Width: 360})
	tab.Open(server.URL + "/en/ask/partners")
	tab.Press("Add: Partner")
	if n := d.form.Page("partners").items(d.answers); n != 3 {
		t.Errorf("after adding there are %d", n)
	}
	tab.Press("Remove: Partner 3")
	if n := d.form.Page("partners").items(d.answers); n != 2 {
		t.Errorf("after removing there are %d", n)
	}
	tab.Open(server.URL + "/en/ask/applicant")
	tab.Fill("applicant.nameEn", "CHAN", "applicant.hkid", "a1234563", "applicant.phone", "9123 4567")
	tab.Press("Continue")
	if at := tab.Address(); !strings.HasSuffix(at, "/ask/home") {
		t.Errorf("went on to %s", at)
	}
	tab.Open(server.URL + "/en/check")
	if said := tab.Text(); !strings.Contains(said, "A123XXX(X)") || !strings.Contains(said, "9123 4567") {
		t.Errorf("the summary: %s", said)
	}

	tab.Look(browsertest.Look{Width: 360})
	for _, name := range []string{"food", "vehicle", "benefit"} {
		d := newDesk(t, name)
		d.answers = Answers{
			"born": "1990-01-02", "mark": "AB1234", "partners": []any{map[string]any{"holder": true}, map[string]any{"holder": false}},
			"incomes": []any{map[string]any{"from": "other", "monthly": 1234550.0}},
			"plans":   []any{Upload{Name: "圖則.pdf", Type: "application/pdf", Address: "0f", Bytes: 200_000}.answer()},
		}
		department := lang.Text{TC: "假設署", EN: "Invented Department", SC: "假设署"}
		d.origins = Origins{"/born": {Name: department, Day: today(t)}, "/mark": {Name: department, Day: today(t)}}
		server := httptest.NewServer(d.handler)
		paths := []string{"/preview", "/check"}
		for _, p := range d.form.Pages {
			paths = append(paths, "/ask/"+p.ID)
		}
		for i, path := range paths {
			l := string(lang.All()[i%3])
			tab.Open(server.URL + "/" + l + path)
			tab.Accessible()
			tab.FitsAcross()
			tab.Screenshot("forms-" + name + "-" + l + strings.ReplaceAll(path, "/", "-"))
		}
		tab.Expect("status of 422")
		tab.Open(server.URL + "/en/ask/" + d.form.Pages[0].ID)
		tab.Press("Continue")
		tab.Accessible()
		tab.Screenshot("forms-" + name + "-wrong")
		server.Close()
	}

	d = newDesk(t, "food")
	d.form = paged(t)
	d.answers = Answers{"partners": []any{map[string]any{"name": "甲", "holder": true, "share": 60.0}, map[string]any{}}, "kind": "partners"}
	each := httptest.NewServer(d.handler)
	t.Cleanup(each.Close)
	for _, id := range []string{"partners", "partners.2"} {
		tab.Open(each.URL + "/tc/ask/" + id)
		tab.Accessible()
		tab.FitsAcross()
		tab.Screenshot("forms-each-" + id)
	}
}
