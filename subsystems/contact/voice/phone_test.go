package voice

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const phonePage = `<!DOCTYPE html><meta charset="utf-8"><title>t</title>
<div data-phone="/offer" data-phone-token="tok"><button data-phone-connect>c</button><button data-phone-mute hidden>m</button><button data-phone-leave hidden>l</button>
<p data-phone-state="idle">idle</p><p data-phone-state="connected" hidden>connected</p><p data-phone-state="muted" hidden>muted</p><p data-phone-state="lost" hidden>lost</p></div>
<script type="module" src="/phone.js"></script>`

// TestChromiumIsATelephone lets a real browser with a false microphone connect
// by the page's module.
func TestChromiumIsATelephone(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("chromium"); err != nil {
		lacks(t, "chromium is not installed")
	}
	script, err := os.ReadFile("../../../platform/web/assets/contact-phone.js") // the console's
	if err != nil {
		t.Fatal(err)
	}
	s := serving(t, &Service{Config: Config{BrowserPort: ":0"}})
	calls := make(chan *Call, 1)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'")
		switch r.URL.Path {
		case "/phone.js":
			w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
			_, _ = w.Write(script)
		case "/offer":
			body, _ := io.ReadAll(r.Body)
			answer, c, err := s.Browser(r.Context(), "officer-1", string(body))
			if err != nil || r.Header.Get("X-CSRF-Token") != "tok" || r.Header.Get("Content-Type") != "application/sdp" {
				t.Error(err, r.Header)
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			_, _ = io.WriteString(w, answer)
			calls <- c
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, phonePage)
		}
	}))
	defer site.Close()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.WSURLReadTimeout(20*time.Second))
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	tab, close := chromedp.NewContext(allocated)
	defer close()
	tab, over := context.WithTimeout(tab, 40*time.Second)
	defer over()
	state := func(want string) {
		t.Helper()
		if err := chromedp.Run(tab, chromedp.WaitVisible(`[data-phone][data-state="`+want+`"]`, chromedp.ByQuery)); err != nil {
			var now string
			_ = chromedp.Run(tab, chromedp.AttributeValue("[data-phone]", "data-state", &now, nil, chromedp.ByQuery))
			t.Fatalf("%s instead of %s: %v", now, want, err)
		}
	}
	click := func(what string) {
		t.Helper()
		if err := chromedp.Run(tab, chromedp.Click("[data-phone-"+what+"]", chromedp.ByQuery)); err != nil {
			t.Fatal(err)
		}
	}
	if err := chromedp.Run(tab, chromedp.Navigate(site.URL)); err != nil {
		t.Fatal(err)
	}
	state("idle")
	click("connect")
	state("connected")
	c := <-calls
	ctx, end := context.WithCancel(context.Background())
	defer end()
	loudest := 0
	frames := c.Listen(ctx)
	for range 100 {
		loudest = max(loudest, loudness(<-frames))
	}
	if loudest < 500 { // Chromium's false microphone beeps once a second
		t.Errorf("the browser is heard with a loudness of %d", loudest)
	}
	click("mute")
	state("muted")
	time.Sleep(500 * time.Millisecond)
	for len(frames) > 0 {
		<-frames
	}
	loudest = 0
	for range 75 {
		loudest = max(loudest, loudness(<-frames))
	}
	if loudest > 50 {
		t.Errorf("a muted browser is heard with a loudness of %d", loudest)
	}
	click("mute")
	state("connected")
	click("leave")
	state("idle")
	select {
	case <-c.Done():
	case <-time.After(10 * time.Second):
		t.Error("the call outlives its browser")
	}
}
