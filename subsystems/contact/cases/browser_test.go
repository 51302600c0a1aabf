package cases

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
	ref, err := f.Receive(f.system, "a.jpg", photo(640, 400))
	f.ok(err)
	n := lamp()
	n.Account, n.Files, n.Call = "chan", []FileRef{ref}, "call-1"
	c, _ := f.open(n)
	f.write(func(tx *db.Tx) error { return f.PublishPhoto(tx, c.ID, ref.ID, "agent") })
	refused := f.refer(c.ID, "FEHD")
	f.write(func(tx *db.Tx) error {
		return f.Refuse(tx, refused.ID, Refusal{Reason: "不屬本部門職責。"}, "officer")
	})
	r := f.refer(c.ID, "HYD")
	f.write(func(tx *db.Tx) error {
		return errorsOf(f.Share(tx, r.ID, true, "agent"), f.Interim(tx, r.ID, "正在安排更換燈泡。", "officer"),
			f.Add(tx, c.ID, Message{From: ByPerson, Channel: "web", Text: "仍然未亮。", By: Person}))
	})
	up, _ := f.open(lamp())
	x := f.refer(up.ID, "DSD")
	f.write(func(tx *db.Tx) error { return f.Refuse(tx, x.ID, Refusal{Reason: "Not ours."}, "officer") })
	closed, _ := f.open(n2())
	f.write(func(tx *db.Tx) error {
		return errorsOf(f.Answer(tx, closed.ID, "已解答。", "agent"), f.Close(tx, closed.ID, Informed, "agent"))
	})

	server := httptest.NewServer(f.handler)
	t.Cleanup(server.Close)
	tab := chrome.Tab(t)
	languages := []string{"tc", "en", "sc"}
	check := func(name string) {
		t.Helper()
		tab.Accessible()
		tab.FitsAcross()
		tab.Screenshot("cases-" + name)
	}
	look := func(l, path string) {
		t.Helper()
		tab.Look(browsertest.Look{Width: 360, NoScripts: false})
		tab.Open(server.URL + "/" + l + path)
		check(strings.ReplaceAll(strings.Trim(strings.SplitN(path, "?", 2)[0], "/"), "/", "-") + "-" + l)
	}
	for _, l := range languages {
		for _, path := range []string{"/contact", "/contact/write", "/contact/follow"} {
			look(l, path)
		}
	}
	writeThrough(t, tab, server.URL, check)

	tab.Open(server.URL + "/en/enter/chan")
	for i, path := range []string{"/me/cases", "/me/cases/" + string(c.ID), "/me/cases/" + string(closed.ID)} {
		look(languages[i], path)
	}
	tab.Open(server.URL + "/en/enter/" + agent)
	here := "/contact/desk/cases/" + string(c.ID)
	for i, path := range []string{
		"/contact/desk", "/contact/desk?view=escalated", "/contact/desk/new?call=call-1&phone=91234567", here, here + "/refer", here + "/answer", here + "/close", here + "/take",
		here + "/note", here + "/sort", here + "/contact", here + "/code", here + "/merge", here + "/link", here + "/photo", here + "/files",
		here + "/referrals/" + string(r.ID) + "/withdraw", here + "/referrals/" + string(r.ID) + "/unshare", "/contact/desk/cases/" + string(up.ID),
		"/contact/desk/cases/" + string(up.ID) + "/referrals/" + string(x.ID) + "/decide", "/contact/desk/cases/" + string(closed.ID) + "/reopen", "/contact/desk/cases/" + string(closed.ID) + "/letter", "/contact/desk/figures",
	} {
		look(languages[i%3], path)
	}
	tab.Open(server.URL + "/en/enter/" + supervisor)
	for i, path := range []string{"/contact/desk/subjects", "/contact/desk/subjects/street-light", "/contact/desk/promises", "/contact/desk/promises/HYD", "/contact/desk/keys", "/contact/desk/keys/new"} {
		look(languages[i%3], path)
	}
	tab.Open(server.URL + "/en/enter/" + highways)
	theirs := "/contact/referrals/" + string(r.ID)
	for i, path := range []string{"/contact/referrals", theirs, theirs + "/reply", theirs + "/refuse", theirs + "/see-contact"} {
		look(languages[i%3], path)
	}
}

func n2() New {
	return New{Kind: Enquiry, Channel: "web", Language: "tc", Text: "街市何時開放？", Contact: Contact{Mail: "chan@example.com"}, Account: "chan", By: Person}
}

// writeThrough fills in the form page by page.
func writeThrough(t *testing.T, tab *browsertest.Tab, server string, check func(string)) {
	t.Helper()
	tab.Look(browsertest.Look{Width: 360})
	tab.Open(server + "/en/contact/write/new/kind?kind=request")
	tab.Press("Go on")
	check("write-what")
	tab.Fill("service", "Street light", "text", "The lamp is dark.")
	tab.Press("Go on")
	check("write-photos")
	tab.Press("Go on")
	check("write-where")
	tab.Fill("point", "22.2811, 114.1581")
	tab.Press("Go on")
	check("write-near")
	tab.Press("None of these")
	check("write-answer")
	tab.Fill("mail", "second@example.com")
	tab.Press("Go on")
	check("write-check")
	tab.Press("Send")
	check("write-receipt")
}
