package directory

import (
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"praya/kernel/lang"
	"praya/platform/web/browsertest"
)

//nolint:gochecknoglobals // one browser for the whole package
var browser browsertest.Browser

func TestMain(m *testing.M) { os.Exit(browser.Run(m)) }

// TestDeskInTheBrowser opens every page of the desk in a real Chromium: axe-core in three
// languages on a phone, where no page may be wider than its screen.
func TestDeskInTheBrowser(t *testing.T) {
	o := newOffice(t)
	manager := o.hire("DPO", "manager.with.a.long.address@digitalpolicy.example.gov.hk", "manager", StaffManager, DirectoryKeeper, "case-officer")
	post, err := o.PutPost(o.system, Post{
		Department: "DPO", Period: span("2025-01-01.."), Rank: "Chief Systems Manager",
		Title: lang.Text{TC: "總系統經理（數據管治）", EN: "Chief Systems Manager (Data Governance)", SC: "总系统经理（数据管治）"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Appoint(o.system, Newcomer{Email: "manager.with.a.long.address@digitalpolicy.example.gov.hk"}, Appointment{
		Post: post, Acting: true, Period: span("2025-06-01.."),
	}); err != nil {
		t.Fatal(err)
	}
	view, err := o.Officer(o.system, manager.Officer)
	if err != nil {
		t.Fatal(err)
	}
	officer := officerPath(manager.Officer)
	server := httptest.NewServer(o.handler)
	t.Cleanup(server.Close)
	tab := browser.Tab(t)
	tab.Open(server.URL + "/en/enter/manager")
	for i, path := range []string{
		staffPath, staffPath + "/officers", staffPath + "?department=EPD", staffPath + "/choose", staffPath + "/find",
		staffPath + "/import", staffPath + "/posts/new?department=DPO", staffPath + "/posts/" + string(post),
		staffPath + "/posts/" + string(post) + "/appoint", officer, officer + "/edit", officer + "/grant", officer + "/leave", officer + "/unlink",
		staffPath + "/appointments/" + string(manager.ID) + "/end", staffPath + "/grants/" + string(view.Grants[0].ID) + "/end",
		staffPath + "/departments/new", staffPath + "/departments/DPO",
	} {
		for j, l := range []string{"tc", "en", "sc"} {
			if i > 5 && j > 0 && j != 1+i%2 {
				continue // the forms are alike: two languages each are enough
			}
			tab.Look(browsertest.Look{Width: 360})
			tab.Open(server.URL + "/" + l + path)
			tab.Accessible()
			tab.FitsAcross()
		}
		tab.Screenshot(strings.NewReplacer("/", "_", "?", "_", "=", "_", string(post), "post", string(manager.Officer), "officer").Replace(path) + "-360")
	}
}
