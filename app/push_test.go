package app

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// TestPushIsAskedFor: the worker that a browser keeps starts under our Content-Security-Policy,
// and whoever does not allow notifications is told what to do. A browser without a window
// shows none, so what the worker shows is not seen here.
func TestPushIsAskedFor(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	r := newResident(t, demonstration(t))
	r.Authenticator()
	r.registers("D345678(2)")
	r.Open(r.base + "/tc/me/inbox/settings")
	var state string
	r.Do(chromedp.Evaluate(startWorker, &state, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	if state != "activated" {
		t.Errorf("the worker is %q", state)
	}
	r.Do(chromedp.Evaluate(`document.querySelector("form[data-push-key] button").click()`, nil))
	for range 100 {
		if strings.Contains(r.Text(), "瀏覽器沒有批准推送通知") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	r.sees("瀏覽器沒有批准推送通知")
}

// startWorker registers the worker as the settings' page does, and waits until it works.
const startWorker = `(async () => {
	const r = await navigator.serviceWorker.register(document.querySelector("form[data-push-key]").dataset.worker);
	for (let i = 0; i < 100 && (!r.active || r.active.state !== "activated"); i++) await new Promise((done) => setTimeout(done, 50));
	return r.active ? r.active.state : "missing";
})()`
