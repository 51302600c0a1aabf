package app

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// browserRun closes the browser after the package's tests.
type browserRun struct{ m *testing.M }

func (b browserRun) Run() int {
	defer seeded.gone()
	return browser.Run(b.m)
}

func runMain() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// TestJourneys runs the stories in testdata/journeys: plain text that tells what somebody
// does at a terminal and on pages, and what they see.
func TestJourneys(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/journeys",
		Setup: func(e *testscript.Env) error {
			demo, err := filepath.Abs("../subsystems/estimates/demo")
			e.Setenv("DEMO", demo)
			e.Setenv("PAPERS", filepath.Join(filepath.Dir(demo), "internal", "paper", "testdata"))
			return err
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"start": start, "stop": stop, "visit": visit, "see": see, "repeat": repeat,
		},
	})
}

// running is a program that a story has started.
type running struct {
	cmd  *exec.Cmd
	done chan error
	base string
}

// start runs praya in the background until it says ready: start demo --data DIR.
func start(ts *testscript.TestScript, _ bool, args []string) {
	args = append(args, "--listen", "localhost:0")
	config := filepath.Join(ts.MkAbs("."), "free.toml")
	ts.Check(os.WriteFile(config, []byte("operator = \"off\"\n"), 0o600))
	cmd := exec.Command("praya", append([]string{"--config", config}, args...)...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), append(os.Environ(), "PATH="+ts.Getenv("PATH"))
	var err error
	if cmd.Path, err = lookIn(ts.Getenv("PATH"), "praya"); err != nil {
		ts.Fatalf("%v", err)
	}
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	log := &strings.Builder{}
	cmd.Stderr = log
	ts.Check(cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	base, ok := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ok {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		ts.Fatalf("praya %v said %q, %v\n%s", args, line, err, log)
	}
	r := &running{cmd: cmd, done: make(chan error, 1), base: base}
	go func() {
		_, _ = io.Copy(io.Discard, out)
		r.done <- cmd.Wait()
	}()
	ts.Setenv("BASE", base)
	programs.Store(ts.Getenv("WORK"), r)
	ts.Defer(func() { _ = cmd.Process.Kill() })
}

func lookIn(path, name string) (string, error) {
	for _, dir := range filepath.SplitList(path) {
		p := filepath.Join(dir, name)
		if info, err := os.Stat(p); err == nil && !info.IsDir() {
			return p, nil
		}
	}
	return "", fmt.Errorf("%s is not on the path", name)
}

// stop ends the program as Ctrl-C does, and wants exit code 0 in good time.
func stop(ts *testscript.TestScript, _ bool, _ []string) {
	v, ok := programs.LoadAndDelete(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("nothing runs")
	}
	r := v.(*running)
	ts.Check(r.cmd.Process.Signal(syscall.SIGINT))
	select {
	case err := <-r.done:
		ts.Check(err)
	case <-time.After(30 * time.Second):
		ts.Fatalf("it does not stop")
	}
}

// visit gets a page of the running program: visit 200 /tc/estimates [Header: value]...
// What came back stands in the files page and headers.
func visit(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: visit STATUS PATH [HEADER]...")
	}
	request, err := http.NewRequest(http.MethodGet, ts.Getenv("BASE")+args[1], nil)
	ts.Check(err)
	for _, h := range args[2:] {
		name, value, _ := strings.Cut(h, ": ")
		request.Header.Set(name, value)
	}
	client := http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	ts.Check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("page"), body, 0o600))
	var headers strings.Builder
	ts.Check(response.Header.Write(&headers))
	ts.Check(os.WriteFile(ts.MkAbs("headers"), []byte(headers.String()), 0o600))
	ts.Setenv("ETAG", response.Header.Get("ETag"))
	if got := fmt.Sprint(response.StatusCode); got != args[0] {
		ts.Fatalf("%s answers %s, want %s\n%.600s", args[1], got, args[0], body)
	}
}

// see wants a text on the page that was visited last; ! see wants it absent.
func see(ts *testscript.TestScript, neg bool, args []string) {
	text, page := strings.Join(args, " "), ts.ReadFile("page")
	if found := strings.Contains(page, text); found == neg {
		ts.Fatalf("the page has %q: %v\n%.2000s", text, found, page)
	}
}

// repeat writes a text many times into a file: repeat FILE COUNT TEXT.
func repeat(ts *testscript.TestScript, _ bool, args []string) {
	var n int
	if _, err := fmt.Sscan(args[1], &n); err != nil {
		ts.Fatalf("%v", err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat(args[2], n)), 0o600))
}

// programs are what the stories have started, by their folder.
var programs sync.Map
