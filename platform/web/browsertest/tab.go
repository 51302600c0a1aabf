package browsertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Tab is a page that is open in the browser.
type Tab struct {
	t       *testing.T
	ctx     context.Context
	browser *Browser
	text    float64 // size of text that the reader has chosen
	mu      sync.Mutex
	errors  []string
	expect  []string
}

// hear collects what the browser complains about.
func (tab *Tab) hear(event any) {
	text := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text = e.ExceptionDetails.Error()
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError {
			text = fmt.Sprintf("console: %s", e.Args[0].Value)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError {
			text = e.Entry.Text + " " + e.Entry.URL
		}
	}
	tab.mu.Lock()
	defer tab.mu.Unlock()
	if text == "" {
		return
	}
	for _, s := range tab.expect {
		if strings.Contains(text, s) {
			return
		}
	}
	tab.errors = append(tab.errors, text)
}

// Expect lets an error pass that holds this text: "status of 422".
func (tab *Tab) Expect(text string) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.expect = append(tab.expect, text)
}

func (tab *Tab) run(actions ...chromedp.Action) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	// The first action on a tab opens it and must not carry the short context, or the
	// tab would close with it.
	if chromedp.FromContext(tab.ctx).Target == nil {
		if err := chromedp.Run(tab.ctx); err != nil {
			tab.t.Fatalf("browsertest: %v", err)
		}
	}
	if err := chromedp.Run(ctx, actions...); err != nil {
		tab.t.Fatalf("browsertest: %v", err)
	}
}

// Do runs chromedp's own actions.
func (tab *Tab) Do(actions ...chromedp.Action) {
	tab.t.Helper()
	tab.run(actions...)
}

// Open goes to an address and waits until it has loaded.
func (tab *Tab) Open(url string) {
	tab.t.Helper()
	tab.run(chromedp.Navigate(url))
	if tab.text > 1 {
		tab.Eval(fmt.Sprintf("document.documentElement.style.fontSize=%q;true", fmt.Sprintf("%g%%", tab.text*100)), new(bool))
	}
}

// Eval evaluates a script and stores its result.
func (tab *Tab) Eval(script string, result any) {
	tab.t.Helper()
	tab.run(chromedp.Evaluate(script, result))
}

// Look is how a reader's device shows pages.
type Look struct {
	Width, Height int64   // 1280 × 800 unless said otherwise
	Dark          bool    // prefers-color-scheme
	Forced        bool    // forced-colors
	Print         bool    // the print style
	Text          float64 // size of text: 2 is 200 %
	NoScripts     bool
}

// Look sets the device; it holds for pages that are opened later too.
func (tab *Tab) Look(l Look) {
	tab.t.Helper()
	if l.Width == 0 {
		l.Width = 1280
	}
	if l.Height == 0 {
		l.Height = 800
	}
	tab.text = l.Text
	media := ""
	features := []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: "light"},
		{Name: "prefers-reduced-motion", Value: "reduce"}, // no half-done transitions in measurements
	}
	if l.Dark {
		features[0].Value = "dark"
	}
	if l.Forced {
		features = append(features, &emulation.MediaFeature{Name: "forced-colors", Value: "active"})
	}
	if l.Print {
		media = "print"
	}
	tab.run(
		emulation.SetDeviceMetricsOverride(l.Width, l.Height, 1, l.Width < 768),
		emulation.SetEmulatedMedia().WithMedia(media).WithFeatures(features),
		emulation.SetScriptExecutionDisabled(l.NoScripts),
	)
}

// Screenshot writes the whole page as a picture, when somebody wants to look at it.
func (tab *Tab) Screenshot(name string) {
	tab.t.Helper()
	if os.Getenv("PRAYA_SCREENSHOTS") == "" {
		return
	}
	var picture []byte
	tab.run(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		picture, err = page.CaptureScreenshot().WithCaptureBeyondViewport(true).WithFromSurface(true).Do(ctx)
		return err
	}))
	tab.write(name+".png", picture)
}

// write puts a file into the folder of pictures, if there is one.
func (tab *Tab) write(name string, content []byte) {
	tab.t.Helper()
	dir := os.Getenv("PRAYA_SCREENSHOTS")
	if dir == "" {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tab.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
		tab.t.Fatal(err)
	}
}

// PDF prints the page on A4.
func (tab *Tab) PDF(name string) []byte {
	tab.t.Helper()
	var out []byte
	tab.run(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		out, _, err = page.PrintToPDF().WithPreferCSSPageSize(true).WithPrintBackground(false).Do(ctx)
		return err
	}))
	tab.write(name+".pdf", out)
	return out
}
