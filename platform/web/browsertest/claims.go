package browsertest

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Accessible runs axe-core over the open page with the rules of WCAG 2.0 to 2.2, levels A
// and AA, and its best practices for landmarks and headings. Of a page that is the same to those
// rules as one before, on the same device, the verdict is known.
func (tab *Tab) Accessible() {
	tab.t.Helper()
	var same string
	tab.Eval(sameScript, &same)
	key := sha256.Sum256([]byte(same))
	found, known := tab.browser.verdicts.Load(key)
	if !known {
		found = tab.violations()
		tab.browser.verdicts.Store(key, found)
	}
	for _, v := range found.([]violation) {
		tab.t.Errorf("axe: %s: %s\n\t%s", v.ID, v.Help, strings.Join(v.Nodes, "\n\t"))
	}
}

// sameScript tells all that the rules can see of a page: its elements and texts, what is typed and
// chosen, the focus, and the device. Where a link leads outside of the page, what a form or a script
// sends unseen and the foot of a printed page are nothing to them, and differ each time.
const sameScript = `(() => {
  const copy = document.documentElement.cloneNode(true)
  for (const e of copy.querySelectorAll("input[type=hidden]")) e.removeAttribute("value")
  for (const e of copy.querySelectorAll("[data-options]")) e.setAttribute("data-options", "")
  for (const e of copy.querySelectorAll("link[rel=alternate]")) e.removeAttribute("href")
  if (!matchMedia("print").matches) for (const e of copy.querySelectorAll(".printed")) e.textContent = ""
  for (const e of copy.querySelectorAll("[action], [formaction]")) { e.removeAttribute("action"); e.removeAttribute("formaction") }
  for (const e of copy.querySelectorAll("body a[href]")) if (!e.getAttribute("href").startsWith("#")) e.setAttribute("href", "/")
  const states = [...document.querySelectorAll("input, select, textarea, option, button, details, dialog")].map(e =>
    [e.type === "hidden" ? "" : e.value, e.checked, e.selected, e.disabled, e.open, e.validationMessage])
  const media = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "print", "(scripting: enabled)"].map(q => matchMedia(q).matches)
  return JSON.stringify([innerWidth, innerHeight, media, [...document.querySelectorAll("*")].indexOf(document.activeElement), states, copy.outerHTML])
})()`

func (tab *Tab) violations() (found []violation) {
	tab.t.Helper()
	dir, err := root()
	if err != nil {
		tab.t.Fatal(err)
	}
	file := filepath.Join(dir, "conformance", "node_modules", "axe-core", "axe.min.js")
	need(tab.t, "axe-core", func() bool { _, err := os.Stat(file); return err == nil })
	source, err := os.ReadFile(file)
	if err != nil {
		tab.t.Fatal(err)
	}
	tab.run(
		chromedp.Evaluate(string(source)+";true", new(bool)),
		chromedp.Evaluate(axeScript, &found, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }),
	)
	return found
}

type violation struct {
	ID, Help string
	Nodes    []string
}

const axeScript = `axe.run(document, {
  runOnly: {type: "tag", values: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]},
  resultTypes: ["violations"]
}).then(r => r.violations.map(v => ({ID: v.id, Help: v.help,
  Nodes: v.nodes.slice(0, 6).map(n => n.target.join(" ") + " " + n.html.slice(0, 160) + " " + (n.any[0] ? n.any[0].message : ""))})))`

// FitsAcross checks that the page does not scroll sideways, and names what sticks out.
// What scrolls in a frame of its own may be wider.
func (tab *Tab) FitsAcross() {
	tab.t.Helper()
	var wide []string
	tab.Eval(fitScript, &wide)
	if len(wide) > 0 {
		tab.t.Errorf("the page scrolls sideways: %s", strings.Join(wide, "; "))
	}
}

const fitScript = `(() => {
  const width = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= width && document.body.scrollWidth <= width) return []
  const out = []
  for (const e of document.body.querySelectorAll("*")) {
    if (e.closest(".scroll table, .unseen, .skip")) continue
    const r = e.getBoundingClientRect()
    if (r.right > width + 0.5 && r.width > 0) out.push(e.tagName + "." + (e.getAttribute("class") || "") + " to " + Math.round(r.right) + " of " + width)
  }
  return out.slice(0, 8).concat(["document " + document.documentElement.scrollWidth + " of " + width])
})()`

// Stop is where the keyboard came to rest.
type Stop struct {
	Name    string // tag and text
	Visible bool   // on the screen, and not covered
	Ring    bool   // with a focus ring
	Width   float64
	Height  float64
}

// Walk presses Tab from the page's start through every stop, and checks that each can
// be seen, has the focus ring and is large enough to touch (24 px, or part of a sentence).
func (tab *Tab) Walk(atMost int) []Stop {
	tab.t.Helper()
	tab.Eval("document.activeElement && document.activeElement.blur(); window.scrollTo(0,0); true", new(bool))
	var stops []Stop
	for range atMost {
		var s Stop
		tab.run(chromedp.KeyEvent(kb.Tab))
		tab.Eval(stopScript, &s)
		if s.Name == "" {
			break
		}
		stops = append(stops, s)
		if !s.Visible {
			tab.t.Errorf("keyboard: %s cannot be seen", s.Name)
		}
		if !s.Ring {
			tab.t.Errorf("keyboard: %s has no focus ring", s.Name)
		}
		if s.Height < 23.5 || s.Width < 23.5 {
			tab.t.Errorf("keyboard: %s is only %.0f × %.0f px", s.Name, s.Width, s.Height)
		}
	}
	return stops
}

// A link in a line of text may be lower than 24 px (WCAG 2.2, 2.5.8, inline exception):
// its line's height counts for it.
const stopScript = `(() => {
  const e = document.activeElement
  if (!e || e === document.body || e === document.documentElement) return {Name: ""}
  const r = e.getBoundingClientRect(), s = getComputedStyle(e)
  const x = Math.min(Math.max(r.left + Math.min(r.width, 40) / 2, 1), innerWidth - 1)
  const y = Math.min(Math.max(r.top + r.height / 2, 1), innerHeight - 1)
  const top = document.elementFromPoint(x, y)
  const inline = s.display === "inline"
  return {
    Name: (e.tagName + " " + (e.getAttribute("aria-label") || e.innerText || e.name || e.id || "")).slice(0, 60),
    Visible: r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight && !!top && (e.contains(top) || top.contains(e)),
    Ring: s.outlineStyle === "solid" && parseFloat(s.outlineWidth) >= 2,
    Width: inline ? 24 : r.width, Height: inline ? Math.max(r.height, parseFloat(getComputedStyle(e.parentElement).lineHeight) || 0) : r.height,
  }
})()`

// Weight checks the bytes that the page and its files had before compression.
func (tab *Tab) Weight(html, all float64, requests int) {
	tab.t.Helper()
	var w struct {
		HTML, All float64
		Requests  int
	}
	tab.Eval(`(() => {
  const n = performance.getEntriesByType("navigation")[0], r = performance.getEntriesByType("resource")
  return {HTML: n.decodedBodySize, All: n.transferSize + r.reduce((s, x) => s + x.encodedBodySize, 0), Requests: 1 + r.length}
})()`, &w)
	if w.HTML > html || w.All > all || w.Requests > requests {
		tab.t.Errorf("weight: %s", fmt.Sprintf("HTML %.0f of %.0f bytes, all %.0f of %.0f, %d of %d requests", w.HTML, html, w.All, all, w.Requests, requests))
	}
}
