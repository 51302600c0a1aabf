package governance

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

// TestPagesInTheBrowser opens the pages in a real Chromium: axe-core on a phone, where no
// page may be wider than its screen.
func TestPagesInTheBrowser(t *testing.T) {
	o := newOffice(t)
	name := lang.Text{
		TC: "大型資訊科技項目管理及進度監察系統（第二期擴展工程）", EN: "Management and progress monitoring of large information technology projects, second extension",
		SC: "大型资讯科技项目管理及进度监察系统（第二期扩展工程）",
	}
	anna := (&world{Service: o.Service, T: t}).officer("anna.DPO."+OfficerRole, "DPO")
	project, err := o.Propose(anna, Project{Department: "DPO", Reference: "LONG-0001", Title: name, Planned: Schedule{day("2025-01-01"), day("2025-12-31"), figure("123456789.5")}})
	if err != nil {
		t.Fatal(err)
	}
	b := o.enter("anna.DPO." + OfficerRole)
	first := func(list, prefix string) string {
		for _, path := range b.get(200, "/en/governance/"+list).links(prefix) {
			if !strings.HasSuffix(path, "/new") {
				return strings.TrimPrefix(path, "/en")
			}
		}
		t.Fatalf("%s has nothing under %s", list, prefix)
		return ""
	}
	server := httptest.NewServer(o.handler)
	t.Cleanup(server.Close)
	tab := browser.Tab(t)
	returned := first("returns", "/governance/projects/")
	public := []string{
		"/governance", "/governance/systems", "/governance/plans", "/governance/projects", "/governance/returns", "/governance/work",
		"/governance/levels", "/governance/audits", "/governance/systems/hosting-platform", returned,
		first("levels", "/governance/levels/"), first("plans", "/governance/plans/"), first("work", "/governance/work/"), first("audits", "/governance/audits/"),
	}
	own := []string{
		"/governance/desk", "/governance/import", "/governance/projects/" + project, "/governance/projects/new", "/governance/projects/" + project + "/plan",
		"/governance/projects/" + project + "/stage", "/governance/plans/new", "/governance/levels/new", "/governance/systems/new",
		"/governance/systems/one-stop-services", "/governance/systems/one-stop-services/checks/load-test", first("levels", "/governance/levels/") + "/judge",
	}
	for i, path := range public {
		languages := []string{"tc", "en", "sc"}
		if i > 1 {
			languages = languages[i%3 : i%3+1] // the lists are alike
		}
		look(tab, server.URL, path, languages...)
	}
	tab.Open(server.URL + "/en/enter/anna.DPO." + OfficerRole)
	for i, path := range own {
		look(tab, server.URL, path, []string{"tc", "en", "sc"}[i%3])
	}
}

func look(tab *browsertest.Tab, server, path string, languages ...string) {
	for _, l := range languages {
		tab.Look(browsertest.Look{Width: 360})
		tab.Open(server + "/" + l + path)
		tab.Accessible()
		tab.FitsAcross()
		tab.Screenshot("governance-" + l + strings.ReplaceAll(path, "/", "_") + "-360")
	}
}
