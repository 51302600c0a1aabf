package ledger

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"praya/platform/web/browsertest"
)

//nolint:gochecknoglobals // one browser for the whole package
var chrome browsertest.Browser

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(child())
	}
	os.Exit(chrome.Run(m))
}

// desk is the public page in a browser.
type desk struct {
	*browsertest.Tab
	t    *testing.T
	done int
}

// check gives a file, or a bundle, or both, and reads what the script says.
func (d *desk) check(file string, bundle []byte) string {
	d.t.Helper()
	text, err := json.Marshal(string(bundle))
	if err != nil {
		d.t.Fatal(err)
	}
	d.Eval(`document.querySelector("[name=bundle]").value = `+string(text)+`, true`, new(bool))
	if file != "" {
		d.Do(chromedp.SetUploadFiles("[name=file]", []string{file}))
	} else {
		d.Eval(`document.querySelector("[name=file]").value = "", true`, new(bool))
	}
	d.done++
	var said string
	d.Do(chromedp.Click("form[data-ledger] button.main"),
		chromedp.WaitReady(`[data-result][data-done="`+strconv.Itoa(d.done)+`"]`),
		chromedp.Text("[data-result]", &said))
	return said
}

// TestBrowserChecks: the script on the page finds an honest document valid, and says so where it
// was revoked, forged, removed, unsigned, or where the log shows another past.
func TestBrowserChecks(t *testing.T) {
	o := newOfficeOn(t)
	l, err := o.log(o.ctx)
	if err != nil {
		t.Fatal(err)
	}
	w := newWatcher(t, l.VKey)
	o.settle(t)
	bare := o.bundleOf(t, 1)
	o.Witnesses, o.Quorum = []Witness{{URL: w.URL, Key: w.vkey}}, 1
	o.anchor(t, []Statement{{State: Revoked, Digest: digestOf(2)}})
	o.settle(t)
	folder := t.TempDir()
	file := func(n int) string {
		name := filepath.Join(folder, strconv.Itoa(n))
		if err := os.WriteFile(name, []byte("document "+strconv.Itoa(n)), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	tab := &desk{Tab: chrome.Tab(t), t: t}
	tab.Expect("status of 404")
	tab.Open(o.web.URL + "/en/ledger")
	says := func(name, file string, bundle []byte, want ...string) {
		t.Helper()
		got := tab.check(file, bundle)
		for _, text := range want {
			if !strings.Contains(got, text) {
				t.Errorf("%s: it does not say %q:\n%s", name, text, got)
			}
		}
	}
	failed := "Do not rely on this proof"
	says("honest", file(1), nil, "is signed by praya.example/ledger", "is in the log", "1 witnesses", "no earlier checkpoint", "Works (sample) issued this document")
	says("revoked", file(2), nil, "and revoked it at")
	says("unknown", file(9999), nil, "no entry about this document")
	good := o.bundleOf(t, 2)
	says("pasted", file(2), good, "and revoked it at")
	says("another document", file(1), good, "not about this document")
	says("forged entry", file(2), bytes.Replace(good, []byte(`\"revoked\"`), []byte(`\"issued\"`), 1), "is not in the log", failed)
	says("removed entry", file(2), withoutEntryOf(t, o, good), "is not in the log", failed)
	says("flipped byte", "", bytes.Replace(good, []byte(`ledger\n301`), []byte(`ledger\n300`), 1), "not signed by the key", failed)
	says("no cosignature", "", bare, "Too few witnesses", failed)
	other := officeWithLog(t, o)
	other.Witnesses, other.Quorum = nil, 0
	other.anchor(t, issue(0, 301))
	other.settle(t)
	says("forked log", file(2), other.bundleOf(t, 2), "is signed by", "history was changed", failed)
	o.anchor(t, issue(1000, 1300))
	o.settle(t)
	says("grown", file(1000), nil, "has grown from the checkpoint", "issued this document")
	says("an older bundle", file(2), good, "has grown from the checkpoint", "and revoked it at")
}

// bundleOf is what the log says of a document; with 300 others when the log is empty.
func (o *office) bundleOf(t *testing.T, n int) []byte {
	t.Helper()
	if l, err := o.log(o.ctx); err != nil || l.Size == 0 {
		o.anchor(t, issue(0, 300))
		o.settle(t)
	}
	b, err := o.DocumentBundle(o.ctx, digestOf(n))
	if err != nil {
		t.Fatal(err)
	}
	return encodeBundle(t, b)
}

func encodeBundle(t *testing.T, b Bundle) []byte {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(b); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// withoutEntryOf is a bundle under the checkpoint of a log from which an entry was taken: what
// an operator can still show is the path of a neighbour.
func withoutEntryOf(t *testing.T, o *office, raw []byte) []byte {
	t.Helper()
	b, err := ParseBundle(raw)
	if err != nil {
		t.Fatal(err)
	}
	neighbour, err := o.DocumentBundle(o.ctx, digestOf(3))
	if err != nil {
		t.Fatal(err)
	}
	b.Entries[0].Index, b.Entries[0].Proof = neighbour.Entries[0].Index, neighbour.Entries[0].Proof
	return encodeBundle(t, b)
}

// TestPageInTheBrowser: axe-core on a phone in three languages, and not wider than the screen.
func TestPageInTheBrowser(t *testing.T) {
	o := newOfficeOn(t)
	tab := chrome.Tab(t)
	look := func() {
		for _, l := range []string{"tc", "en", "sc"} {
			tab.Look(browsertest.Look{Width: 360})
			tab.Open(o.web.URL + "/" + l + "/ledger")
			tab.Accessible()
			tab.FitsAcross()
			tab.Screenshot("ledger-" + l)
		}
	}
	look()
	o.anchor(t, issue(0, 300))
	o.settle(t)
	look()
}
