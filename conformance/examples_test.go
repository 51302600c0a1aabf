package conformance_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestExamples runs the programs that the developers' page shows, unaltered, at the
// demonstration's test environment.
func TestExamples(t *testing.T) {
	t.Parallel() // each has a provider and ports of its own
	identityModules(t)
	issuer := demonstration(t) + "/sandbox"
	t.Run("fapi-go", func(t *testing.T) { signsIn(t, exec.Command("go", "run", "../examples/fapi-go", issuer)) })
	t.Run("fapi-js", func(t *testing.T) {
		// Its library is looked for beside the file: a copy stands beside ours.
		source, err := os.ReadFile(filepath.Join("..", "examples", "fapi-js", "index.mjs"))
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.CreateTemp(".", ".example-*.mjs")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Remove(file.Name()) })
		if _, err := file.Write(source); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		signsIn(t, exec.Command("node", file.Name(), issuer))
	})
	t.Run("plain-curl", func(t *testing.T) {
		for _, tool := range []string{"curl", "openssl", "jq"} {
			if _, err := exec.LookPath(tool); err != nil {
				if os.Getenv("CI") != "" {
					t.Fatal(err)
				}
				t.Skip(err)
			}
		}
		signsIn(t, exec.Command(filepath.Join("..", "examples", "plain", "curl.sh"), issuer))
	})
}

// signsIn runs a program, which prints who signed in.
func signsIn(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	defer stop()
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		var said []byte
		if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // Output gives it as it is
			said = exit.Stderr
		}
		t.Fatalf("%v\n%.2000s", err, said)
	}
	var user map[string]any
	if err := json.Unmarshal(out, &user); err != nil {
		t.Fatalf("%v: %.500s", err, out)
	}
	if user["sub"] == "" || user["name"] != "CHAK SI, Approves" {
		t.Errorf("it signed in %v", user)
	}
}
