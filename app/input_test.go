package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// served is the program in another process, with both doors open.
type served struct {
	place
	public, operator, token string
	log                     *transcript
	cmd                     *exec.Cmd
}

// transcript is what a program writes, read while it writes.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *transcript) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *transcript) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// between waits for what stands in a transcript between two texts.
func (w *transcript) between(t *testing.T, from, to string) string {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if _, after, ok := strings.Cut(w.String(), from); ok {
			if s, _, ok := strings.Cut(after, to); ok {
				return s
			}
		}
	}
	t.Fatalf("it never said %q:\n%s", from, w)
	return ""
}

func serveBoth(t *testing.T) served {
	t.Helper()
	p := served{place: somewhere(t, ""), log: &transcript{}}
	if err := os.WriteFile(p.config, []byte("operator = \"localhost:0\"\nlog = \"json\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := &transcript{}
	p.cmd = p.command(t, "serve", "--listen", "localhost:0")
	p.cmd.Stdout, p.cmd.Stderr = out, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(p.cmd.Process.Signal(os.Interrupt), p.cmd.Wait()); err != nil {
			t.Errorf("it did not stop cleanly: %v\n%s", err, p.log)
		}
	})
	p.public = out.between(t, "ready ", "\n")
	p.operator = p.log.between(t, "operator ", " token in ")
	token, err := os.ReadFile(p.log.between(t, " token in ", "\n"))
	if err != nil {
		t.Fatal(err)
	}
	p.token = strings.TrimSpace(string(token))
	return p
}

// upload sends a file as a browser's form or a program does, as it goes, and gives the answer.
func (p served) upload(t *testing.T, path, language, name string, content io.Reader) (int, string) {
	t.Helper()
	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	go func() {
		part, err := form.CreateFormFile("paper", name)
		if err == nil {
			_, err = io.Copy(part, content)
		}
		if err == nil {
			err = form.Close()
		}
		w.CloseWithError(err)
	}()
	request, err := http.NewRequest(http.MethodPost, p.operator+path, r)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Authorization", "Bearer "+p.token)
	request.Header.Set("Accept-Language", language)
	client := http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return 0, ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return response.StatusCode, string(body)
}

// peak is the most memory that the program has held of its own, in bytes: without the pages of
// its own file, which the system drops when it needs room, and which grow with the program.
func (p served) peak(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		t.Skipf("no /proc here: %v", err)
	}
	kb := func(name string) (n int64) {
		_, after, _ := strings.Cut(string(status), name+":")
		if _, err := fmt.Sscan(after, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	return (kb("VmHWM") - kb("RssFile")) << 10
}

// large gives a paper's first line and then 200 MB of others, without holding them.
func large() io.Reader {
	return io.MultiReader(strings.NewReader("## 總目 901—示範局\n"), io.LimitReader(repeated("海濱服務的開支\n"), 200<<20))
}

type repeated string

func (s repeated) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		n += copy(b[n:], s)
	}
	return n, nil // a text cut at the end of a read begins anew, which no test here minds
}

// TestBadInputThroughTheDoor: what is no paper is refused by page and API with the sentence in
// the reader's language, nothing of it is stored, and memory stays bounded.
func TestBadInputThroughTheDoor(t *testing.T) {
	p := serveBoth(t)
	before := p.peak(t)
	inputs := []struct {
		name       string
		content    func() io.Reader
		tc, en, sc string
	}{
		{"letter.txt", text("Dear Sir, this is a letter.\n"), "letter.txt第1行", "This is no paper of the Estimates", "letter.txt第1行"},
		{"empty.txt", text(""), "檔案是空的", "The file is empty", "档案是空的"},
		{"zip.txt", text("PK\x03\x04rest"), "這是ZIP壓縮檔", "This is a ZIP archive", "这是ZIP压缩档"},
		{"endless.txt", func() io.Reader { return io.LimitReader(repeated("總目"), 8<<20) }, "這一行超過", "The line is longer than the limit", "这一行超过"},
		{"large.txt", large, "large.txt", "The file is larger than the limit", "large.txt"},
	}
	for _, in := range inputs {
		for language, want := range map[string]string{"tc": in.tc, "en": in.en, "sc": in.sc} {
			status, body := p.upload(t, "/"+language+"/estimates/import", "", in.name, in.content())
			if status != http.StatusUnprocessableEntity || !strings.Contains(body, want) {
				t.Errorf("%s in %s: %d without %q\n%.600s", in.name, language, status, want, body)
			}
		}
		for tag, want := range map[string]string{"zh-HK": in.tc, "en": in.en, "zh-CN": in.sc} {
			status, body := p.upload(t, "/api/estimates/import", tag, in.name, in.content())
			if status != http.StatusUnprocessableEntity || !strings.Contains(body, want) || !strings.Contains(body, `"status":422`) {
				t.Errorf("%s by API in %s: %d without %q\n%.600s", in.name, tag, status, want, body)
			}
		}
	}
	// One paper of at most 16 MB is held at a time, some of it as form and as text, beside what the
	// collector leaves.
	if peak := p.peak(t); peak-before > 90<<20+headroom {
		t.Errorf("the program has held %d MB, %d before anything came in", peak>>20, before>>20)
	} else {
		t.Logf("at most %d MB, %d before anything came in", peak>>20, before>>20)
	}
	if seen := known(t, p.open(t)); len(seen) != 1 {
		t.Errorf("something was stored: %v", seen)
	}
	blobs, err := filepath.Glob(filepath.Join(p.dir, "blobs", "*", "*"))
	if err != nil || len(blobs) > 0 {
		t.Errorf("blobs %v, %v", blobs, err)
	}
	paper, err := os.ReadFile("../subsystems/estimates/demo/head901-2025-26.txt")
	if err != nil {
		t.Fatal(err)
	}
	if status, body := p.upload(t, "/tc/estimates/import", "", "good.txt", bytes.NewReader(paper)); status != http.StatusSeeOther {
		t.Errorf("a good paper: %d\n%.600s", status, body)
	}
	if seen := known(t, p.open(t)); len(seen) != 2 {
		t.Errorf("the good paper is not stored: %v", seen)
	}
}

func text(s string) func() io.Reader { return func() io.Reader { return strings.NewReader(s) } }

// TestLogsHoldNothingPersonal: values that look like a person's are planted wherever a caller can
// put them; the log of both doors has none of them, nor the token.
func TestLogsHoldNothingPersonal(t *testing.T) {
	p := serveBoth(t)
	direct := http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	planted := []string{"CHAN-Tai-Man", "陳大文", "A123456(3)", "tai.man@example.hk", "9123-4567"}
	get := func(base, path string, headers map[string]string) {
		request, err := http.NewRequest(http.MethodGet, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range headers {
			request.Header.Set(name, value)
		}
		response, err := direct.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close() // it was read
	}
	for _, value := range planted {
		for _, base := range []string{p.public, p.operator} {
			headers := map[string]string{
				"User-Agent": value, "Referer": "http://example.hk/" + value, "Cookie": "session=" + value, "X-Forwarded-For": value,
				"Accept-Language": value, "If-None-Match": value,
			}
			escaped := strings.NewReplacer("陳大文", "%E9%99%B3%E5%A4%A7%E6%96%87").Replace(value)
			for _, path := range []string{
				"/tc/estimates/search?q=" + escaped, "/tc/estimates/" + escaped, "/tc/estimates/2025-26/" + escaped + "/source?of=" + escaped,
				"/" + escaped, "/api/estimates/v1/search?q=" + escaped, "/api/estimates/v1/versions/" + escaped, "/api/estimates/v1/versions?limit=" + escaped,
				"/api/estimates/download/" + escaped + "/all.csv",
			} {
				get(base, path, headers)
			}
			get(base, "/tc/", map[string]string{"Authorization": "Bearer " + value})
		}
		p.upload(t, "/tc/estimates/import", "", value+".txt", strings.NewReader("Dear "+value))
		p.upload(t, "/api/estimates/import", "en", value+".csv", strings.NewReader("總目,綱領編號\n"+value+",1\n"))
		response, err := direct.PostForm(p.operator+"/tc/sign-in", map[string][]string{"token": {value}, "to": {value}})
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close() // only that it was sent
	}
	log := p.log.between(t, "", p.lastRequest(t))
	if strings.Count(log, `"msg":"request"`) < 50 {
		t.Errorf("the log has too few requests to say anything:\n%.2000s", log)
	}
	for _, value := range append(planted, p.token, "%E9%99%B3", "example.hk") {
		if i := strings.Index(log, value); i >= 0 {
			t.Errorf("the log holds %q: …%s…", value, log[max(0, i-300):min(len(log), i+100)])
		}
	}
}

// lastRequest sends what no route takes, and gives what its line has, which comes after all others.
func (p served) lastRequest(t *testing.T) string {
	t.Helper()
	response, err := http.Post(p.public+"/tc/estimates", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close() // only its line in the log counts
	return `"method":"POST","route":"none"`
}
