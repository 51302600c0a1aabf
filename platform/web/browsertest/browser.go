package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// patience is how long one step in the browser may take on a busy machine.
const patience = 60 * time.Second

// Browser is one Chromium for all tests of a package. The zero value is ready.
type Browser struct {
	once     sync.Once
	ctx      context.Context
	err      error
	cancel   func()
	verdicts sync.Map // of axe-core, by what a page is to it
}

// Run runs a package's tests and closes the browser after them.
func (b *Browser) Run(m *testing.M) int {
	code := m.Run()
	if b.cancel != nil {
		b.cancel()
	}
	return code
}

func (b *Browser) start() {
	dir, err := os.MkdirTemp("", "praya-browser-")
	if err != nil {
		b.err = err
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program()),
		chromedp.Flag("headless", true), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.UserDataDir(dir),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-fake-device-for-media-stream", true), // a microphone that beeps
		chromedp.Flag("accept-lang", "en-US"), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.WSURLReadTimeout(patience))
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocated)
	b.ctx = ctx
	b.cancel = func() {
		cancel()
		stop()
		_ = os.RemoveAll(dir)
	}
	b.err = chromedp.Run(ctx)
}

// program is where Chromium is. Its headless shell has the same engine and draws no window around
// the page: to open one costs a third of the processor's time. Debian's command for it is a shell that
// would stay behind when a test is killed, so the program itself comes first.
func program() string {
	for _, name := range []string{"/usr/lib/chromium/chromium-headless-shell", "chromium-headless-shell", "chromium"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Tab opens a tab for a test and closes it at the test's end. Each has cookies of its own,
// as if it were another person's browser.
func (b *Browser) Tab(t *testing.T) *Tab {
	t.Helper()
	need(t, "chromium", func() bool { return program() != "" })
	b.once.Do(b.start)
	if b.err != nil {
		t.Fatalf("browsertest: chromium does not start: %v", b.err)
	}
	own, err := b.window()
	if err != nil {
		t.Fatalf("browsertest: %v", err)
	}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithTargetID(own))
	tab := &Tab{t: t, ctx: ctx, browser: b}
	chromedp.ListenTarget(ctx, tab.hear)
	tab.run(log.Enable(), network.Enable(), runtime.Enable(), security.SetIgnoreCertificateErrors(true),
		emulation.SetFocusEmulationEnabled(true)) // passkeys want a page in front, and of several windows one is
	t.Cleanup(func() {
		tab.mu.Lock()
		defer tab.mu.Unlock()
		for _, heard := range tab.errors {
			t.Errorf("the browser says: %s", heard)
		}
		cancel()
	})
	return tab
}

// window opens a window with cookies of its own. Chromium wants a new window for the first
// tab of such a context, which chromedp does not ask for.
func (b *Browser) window() (id target.ID, err error) {
	err = chromedp.Run(b.ctx, chromedp.ActionFunc(func(ctx context.Context) error {
		ctx = cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser)
		own, err := target.CreateBrowserContext().WithDisposeOnDetach(true).Do(ctx)
		if err != nil {
			return err
		}
		id, err = target.CreateTarget("about:blank").WithBrowserContextID(own).WithNewWindow(true).Do(ctx)
		return err
	}))
	return id, err
}

// need skips a test without a tool, and fails it where CI demands all tools.
func need(t *testing.T, what string, has func() bool) {
	t.Helper()
	if has() {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("browsertest: %s is missing", what)
	}
	t.Skipf("browsertest: %s is missing; make install brings it", what)
}

// root is the folder of the repository.
func root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("browsertest: no go.mod above the test")
		}
		dir = parent
	}
}
