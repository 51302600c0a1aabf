package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// zbar reads the QR codes of a picture, with a decoder that has nothing to do with ours.
func zbar(t *testing.T, picture []byte) string {
	t.Helper()
	if _, err := exec.LookPath("zbarimg"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("run .ci/install first: ", err)
	}
	file := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// TestQRCode: both pictures say the address at which the document is checked, and the address
// opens the page with its digest in it.
func TestQRCode(t *testing.T) {
	o := newOfficeOn(t)
	address := o.web.URL + "/ledger?digest=" + digestOf(1)
	at := o.web.URL + apiBase + "/documents/" + digestOf(1)
	if said := zbar(t, o.get(t, apiBase+"/documents/"+strings.ToUpper(digestOf(1))+"/qr.png")); said != address {
		t.Errorf("the PNG says %q", said)
	}
	tab := chrome.Tab(t)
	tab.Expect("favicon.ico") // a picture alone has no page that names one
	var shot []byte
	tab.Do(chromedp.Navigate(at+"/qr.svg"), chromedp.Screenshot("svg", &shot, chromedp.ByQuery))
	if said := zbar(t, shot); said != address {
		t.Errorf("the SVG says %q", said)
	}
	r, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	page := body(t, r)
	if r.StatusCode != http.StatusOK || !strings.Contains(page, `value="`+digestOf(1)+`"`) || !strings.Contains(page, `class="qr"`) {
		t.Errorf("%s, %s", r.Status, r.Request.URL)
	}
	if p := r.Header.Get("Permissions-Policy"); !strings.Contains(p, "camera=(self), microphone=()") {
		t.Error(p)
	}
	for _, wrong := range []string{"abc", strings.Repeat("g", 64)} {
		r, err := http.Get(o.web.URL + apiBase + "/documents/" + wrong + "/qr.png")
		if err != nil || r.StatusCode != http.StatusUnprocessableEntity {
			t.Error(wrong, err, r.Status)
		}
		_ = r.Body.Close()
	}
}

// scanned waits for the next outcome on the page.
func scanned(t *testing.T, do func(...chromedp.Action), done int) (said string) {
	t.Helper()
	do(chromedp.WaitReady(`[data-result][data-done="`+strconv.Itoa(done)+`"]`), chromedp.Text("[data-result]", &said))
	return said
}

// TestScan: the address that was opened is checked at once; a picture of a QR code is read in
// the browser; what is no QR code, and no address, is said.
func TestScan(t *testing.T) {
	o := newOfficeOn(t)
	o.anchor(t, issue(0, 10))
	o.settle(t)
	o.anchor(t, []Statement{{State: Revoked, Digest: digestOf(2)}})
	o.settle(t)
	tab := chrome.Tab(t)
	tab.Open(o.web.URL + "/en/ledger?digest=" + digestOf(1))
	if said := scanned(t, tab.Do, 1); !strings.Contains(said, "Works (sample) issued this document") || !strings.Contains(said, "Looking up the digest "+digestOf(1)) {
		t.Error(said)
	}
	tab.Accessible()
	tab.Open(o.web.URL + "/en/ledger")
	folder := t.TempDir()
	good, blank, other := filepath.Join(folder, "good.png"), filepath.Join(folder, "blank.png"), filepath.Join(folder, "file")
	code := o.get(t, apiBase+"/documents/"+digestOf(2)+"/qr.png")
	var white bytes.Buffer
	if err := png.Encode(&white, image.NewGray(image.Rect(0, 0, 300, 300))); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{good: photograph(t, code), blank: white.Bytes(), other: []byte("document 1")} {
		if err := os.WriteFile(name, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tab.Do(chromedp.SetUploadFiles("[name=picture]", []string{good}))
	if said := scanned(t, tab.Do, 1); !strings.Contains(said, "and revoked it at") {
		t.Error(said)
	}
	var typed string
	tab.Do(chromedp.Value("[name=address]", &typed))
	if typed != o.web.URL+"/ledger?digest="+digestOf(2) {
		t.Error(typed)
	}
	tab.Do(chromedp.SetUploadFiles("[name=file]", []string{other}), chromedp.Click("form[data-ledger] button.main"))
	if said := scanned(t, tab.Do, 2); !strings.Contains(said, "not the document that the address names") {
		t.Error(said)
	}
	var none string
	tab.Do(chromedp.SetUploadFiles("[name=picture]", []string{blank}), chromedp.WaitVisible(`//*[@data-scan-say][contains(., 'No QR code')]`), chromedp.Text("[data-scan-say]", &none))
	for _, text := range []string{"nonsense", "https://elsewhere.example/?digest=abc"} {
		tab.Open(o.web.URL + "/en/ledger")
		tab.Do(chromedp.SetValue("[name=address]", text), chromedp.Click("form[data-ledger] button.main"))
		if said := scanned(t, tab.Do, 1); !strings.Contains(said, "neither an address of the ledger nor a digest") {
			t.Error(said)
		}
	}
}

// photograph is a QR code as a camera might see it: smaller than the picture, turned a little,
// grey on grey.
func photograph(t *testing.T, code []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, scene(t, code, 900, 700)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func scene(t *testing.T, code []byte, width, height int) *image.Gray {
	t.Helper()
	from, err := png.Decode(bytes.NewReader(code))
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewGray(image.Rect(0, 0, width, height))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.Gray{150}), image.Point{}, draw.Src)
	side := from.Bounds().Dx()
	scale := float64(side) / (float64(height) * 0.6)
	for y := range height {
		for x := range width {
			dx, dy := float64(x-width/2), float64(y-height/2)
			u, v := (dx*0.985+dy*0.17)*scale+float64(side)/2, (dy*0.985-dx*0.17)*scale+float64(side)/2 // ten degrees
			if u < 0 || v < 0 || int(u) >= side || int(v) >= side {
				continue
			}
			g := color.GrayModel.Convert(from.At(int(u), int(v))).(color.Gray)
			out.SetGray(x, y, color.Gray{40 + g.Y/255*170})
		}
	}
	return out
}

// TestCamera: a browser whose camera sees a QR code checks the document, and lets the camera go.
func TestCamera(t *testing.T) {
	o := newOfficeOn(t)
	o.anchor(t, issue(0, 10))
	o.settle(t)
	file := filepath.Join(t.TempDir(), "camera.y4m")
	if err := os.WriteFile(file, film(scene(t, o.get(t, apiBase+"/documents/"+digestOf(4)+"/qr.png"), 640, 480)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	allocated, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-fake-device-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-video-capture", file), chromedp.WSURLReadTimeout(time.Minute))...)
	defer stop()
	ctx, end := chromedp.NewContext(allocated)
	defer end()
	ctx, late := context.WithTimeout(ctx, time.Minute)
	defer late()
	do := func(actions ...chromedp.Action) {
		t.Helper()
		if err := chromedp.Run(ctx, actions...); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.Navigate(o.web.URL+"/en/ledger"), chromedp.Click("[data-scan-start]"))
	if said := scanned(t, do, 1); !strings.Contains(said, "Works (sample) issued this document") || !strings.Contains(said, digestOf(4)) {
		t.Error(said)
	}
	var off bool
	do(chromedp.Evaluate(`document.querySelector("video").srcObject === null && document.querySelector("[data-scan]").hidden`, &off))
	if !off {
		t.Error("the camera stays on")
	}
}

// film is a picture as a film of ten frames, YUV4MPEG2.
func film(from *image.Gray) []byte {
	b := from.Bounds()
	out := fmt.Appendf(nil, "YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n", b.Dx(), b.Dy())
	grey := bytes.Repeat([]byte{128}, b.Dx()*b.Dy()/2)
	for range 10 {
		out = append(append(append(out, "FRAME\n"...), from.Pix...), grey...)
	}
	return out
}

// TestReaderIsAsPublished: the reader that we ship is the package's file, unchanged.
func TestReaderIsAsPublished(t *testing.T) {
	o := newOfficeOn(t)
	var lock struct {
		Packages map[string]struct{ Version string }
	}
	raw, err := os.ReadFile(filepath.Join("..", "..", "conformance", "package-lock.json"))
	if err == nil {
		err = json.Unmarshal(raw, &lock)
	}
	published, missing := os.ReadFile(filepath.Join("..", "..", "conformance", "node_modules", "jsqr", "dist", "jsQR.js"))
	if err != nil || missing != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err, missing)
		}
		t.Skip("run .ci/install first: ", err, missing)
	}
	page := o.get(t, "/en/ledger")
	_, rest, _ := strings.Cut(string(page), `data-reader="`)
	address, _, _ := strings.Cut(rest, `"`)
	ours := o.get(t, address)
	if head, tail, _ := bytes.Cut(ours, []byte("unchanged. */\n")); !bytes.Equal(tail, published) || !bytes.Contains(head, []byte(lock.Packages["node_modules/jsqr"].Version)) {
		t.Error("platform/web/assets/jsqr.js differs from the package")
	}
}
