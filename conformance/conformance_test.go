package conformance_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"praya/app"
)

// demonstrationEnv makes this binary the program itself, for the child that the tests start.
const demonstrationEnv = "PRAYA_CONFORMANCE_DEMONSTRATION"

func TestMain(m *testing.M) {
	if os.Getenv(demonstrationEnv) != "" {
		os.Exit(app.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// TestClients starts the demonstration on a free port and lets the clients read it.
func TestClients(t *testing.T) {
	t.Parallel() // each has a provider and ports of its own
	modules(t)
	base, dir := demonstration(t), t.TempDir()
	for _, check := range []string{"datapackage", "xlsx", "openapi"} {
		t.Run(check, func(t *testing.T) { node(t, "clients.mjs", check, base, dir) })
	}
	t.Run("spectral", func(t *testing.T) {
		node(t, filepath.Join("node_modules", "@stoplight", "spectral-cli", "dist", "index.js"),
			"lint", "--ruleset", filepath.Join(dir, "ruleset.json"), "--fail-severity", "error", filepath.Join(dir, "openapi.json"))
	})
}

func modules(t *testing.T) {
	t.Helper()
	for _, name := range []string{"datapackage", "exceljs", "@stoplight/spectral-cli"} {
		if _, err := os.Stat(filepath.Join("node_modules", name)); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("npm ci was not run in conformance: %v", err)
			}
			t.Skipf("run .ci/install first: %v", err)
		}
	}
}

func node(t *testing.T, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "node", args...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%.4000s", err, out)
	}
	t.Logf("%.2000s", out)
}

// demonstration starts `praya demo` and gives its address.
func demonstration(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "praya.toml")
	if err := os.WriteFile(config, []byte("operator = \"off\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "--config", config, "--data", filepath.Join(dir, "data"), "demo", "--listen", "localhost:0")
	cmd.Env = append(os.Environ(), demonstrationEnv+"=1")
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		err := errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait())
		if err != nil {
			t.Errorf("the demonstration did not stop cleanly: %v\n%s", err, log.String())
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	base, ok := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ok {
		t.Fatalf("it said %q, %v\n%s", line, err, log.String())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return base
}
