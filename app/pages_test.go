package app

import (
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"praya/platform/web/browsertest"
)

// pages are every kind of page that the public sees, with real figures on them.
var pages = []string{
	"/", "/sign-in", "/register", "/register/details", "/recover", "/sandbox/sign-in", "/developers", "/adoption", "/estimates", "/estimates/2015-16", "/estimates/2025-26/47", "/estimates/2025-26/901",
	"/estimates/2025-26/901/items", "/estimates/2025-26/47/measures", "/estimates/2025-26/901/measures",
	"/estimates/2025-26/47/subheads", "/estimates/2025-26/47/commitments", "/estimates/2025-26/901/commitments",
	"/estimates/2025-26/901/checks", "/estimates/2025-26/47/checks?outcome=footnote", "/estimates/2015-16/37",
	"/estimates/2025-26/901/source?of=paper&line=24&cell=5#L24", "/estimates/2025-26/47/source?of=paper&line=194&cell=5#L194",
	"/estimates/compare", "/estimates/compare?head-a=47&year-a=2023-24&year-b=2025-26",
	"/estimates/compare?head-a=47&year-a=2025-26&head-b=901&year-b=2025-26",
	"/estimates/search?q=潮汐", "/estimates/search?q=nothing-like-this", "/estimates/2023-24/47/subheads",
	"/performance/heads/47", "/performance/heads/47/2023-24", "/performance/board", "/governance", "/votes/47", "/papers",
	"/directory", "/directory?q=食環署", "/directory?q=nothing-like-this", "/directory/DPO", "/directory/ITIB",
	"/exchange", "/exchange/check", "/sandbox/exchange", "/ledger",
	"/services", "/services?event=business", "/services?q=nothing-like-this", "/services/food-licence", "/services/hall-booking",
	"/licences", "/licences/verify", "/kiosk/set-up",
	"/contact", "/contact/follow", "/contact/figures", "/contact/answers", // its forms and desks: subsystems/contact
}

// TestPagesInTheBrowser opens every page in a real Chromium: axe-core in three languages, every
// width in one of them, enlarged text, dark and forced colours, without a console error.
func TestPagesInTheBrowser(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base := demonstration(t)
	for half := range 2 {
		t.Run(strconv.Itoa(half), func(t *testing.T) {
			t.Parallel()
			tab := browser.Tab(t)
			for i, path := range pages {
				if i%2 == half {
					everyLook(tab, base, path)
				}
			}
		})
	}
}

func everyLook(tab *browsertest.Tab, base, path string) {
	for _, l := range []string{"tc", "en", "sc"} {
		tab.Look(browsertest.Look{Width: 360})
		tab.Open(base + "/" + l + path)
		tab.Accessible()
		tab.FitsAcross()
	}
	for _, look := range []browsertest.Look{
		{Width: 320}, // 1280 at 400 % (WCAG 2.2, 1.4.10)
		{Width: 768},
		{Width: 1280},
		{Width: 1280, Dark: true},
		{Width: 640, Text: 2}, // 1280 at 200 %, and text at 200 % within
	} {
		tab.Look(look)
		tab.Open(base + "/tc" + path)
		tab.FitsAcross()
		if look.Width != 320 && look.Text <= 1 {
			tab.Accessible()
		}
		tab.Screenshot(strings.NewReplacer("/", "_", "?", "_", "&", "_", "#", "_", "=", "_").Replace(path) + name(look))
	}
}

// TestForcedColours looks at pages as readers of high contrast do.
func TestForcedColours(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base := demonstration(t)
	tab := browser.Tab(t)
	tab.Look(browsertest.Look{Width: 360, Forced: true})
	for _, path := range pages[:8] {
		tab.Open(base + "/tc" + path)
		tab.FitsAcross()
		tab.Screenshot(strings.NewReplacer("/", "_").Replace(path) + "-forced")
	}
}

func name(l browsertest.Look) string {
	out := "-" + map[int64]string{320: "320", 360: "360", 640: "640", 768: "768", 1280: "1280"}[l.Width]
	if l.Dark {
		out += "-dark"
	}
	if l.Forced {
		out += "-forced"
	}
	if l.Text > 1 {
		out += "-large"
	}
	return out
}

// TestKeyboardAlone walks through pages by Tab: every stop can be seen and shows its ring.
func TestKeyboardAlone(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base := demonstration(t)
	tab := browser.Tab(t)
	for _, path := range []string{"/", "/estimates/2025-26/901", "/estimates/compare", "/estimates/2025-26/901/checks"} {
		tab.Look(browsertest.Look{Width: 1280})
		tab.Open(base + "/tc" + path)
		if stops := tab.Walk(400); len(stops) < 8 {
			t.Errorf("%s has %d stops", path, len(stops))
		}
	}
}

// TestFromFigureToLine clicks a figure, as a reader does, and sees its line marked.
func TestFromFigureToLine(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base := demonstration(t)
	tab := browser.Tab(t)
	tab.Look(browsertest.Look{Width: 360})
	tab.Open(base + "/tc/estimates/2025-26/901")
	var line, shown string
	tab.Do(
		chromedp.Click(`//td//a[contains(., "48.3")]`, chromedp.BySearch),
		chromedp.WaitVisible(`li.here`, chromedp.ByQuery),
		chromedp.AttributeValue(`li.here`, "id", &line, nil, chromedp.ByQuery),
		chromedp.Text(`li.here`, &shown, chromedp.ByQuery),
	)
	if line != "L93" && line != "L24" || !strings.Contains(shown, "48.3") {
		t.Errorf("the line is %s: %q", line, shown)
	}
	tab.Accessible()
}

// TestSearchInBothScripts types a word in Simplified and finds what is printed in Traditional.
func TestSearchInBothScripts(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base := demonstration(t)
	tab := browser.Tab(t)
	for _, word := range []string{"数字", "數字", "海濱", "感應站"} {
		tab.Open(base + "/tc/estimates/search")
		var marked string
		tab.Do(
			chromedp.SendKeys(`main input[name=q]`, word, chromedp.ByQuery),
			chromedp.Submit(`main form`, chromedp.ByQuery),
			chromedp.WaitVisible(`main mark`, chromedp.ByQuery),
			chromedp.Text(`main mark`, &marked, chromedp.ByQuery),
		)
		if len([]rune(marked)) != len([]rune(word)) {
			t.Errorf("%s marks %q", word, marked)
		}
	}
}

// TestPagesAreLight weighs pages as the design bounds them, and wants no script on them.
func TestPagesAreLight(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base := demonstration(t)
	tab := browser.Tab(t)
	tab.Open(base + "/tc/")
	tab.Weight(60_000, 90_000, 4)
	for _, path := range pages {
		tab.Open(base + "/tc" + path)
		requests := 4
		if path == "/ledger" || path == "/exchange/check" {
			requests += 2 // the scripts of the check
		}
		tab.Weight(150_000, 200_000, requests)
	}
}
