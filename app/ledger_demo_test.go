package app

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDemonstrationIsAnchored: the permits that the demonstration leaves in its folder stand in
// its log, and what became of each.
func TestDemonstrationIsAnchored(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	folder := filepath.Join(p.Config.Data, demoDocuments)
	for n, want := range []string{"; issued", "; replaced", "; issued", "; revoked"} {
		file := filepath.Join(folder, fmt.Sprintf("permit-%d.txt", n+1))
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var raw []byte
		for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
			r, err := http.Get(fmt.Sprintf("%s/api/ledger/v1/documents/%x", base, sha256.Sum256(text)))
			if err != nil {
				t.Fatal(err)
			}
			raw, err = io.ReadAll(r.Body)
			if err = errors.Join(err, r.Body.Close()); err == nil && r.StatusCode == http.StatusOK {
				break
			}
			if time.Since(began) > 20*time.Second {
				t.Fatal(r.Status, err)
			}
		}
		bundle := filepath.Join(t.TempDir(), "bundle")
		if err := os.WriteFile(bundle, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if code, said := command("ledger", "verify", bundle, "--file", file); code != 0 || !strings.Contains(said, want) {
			t.Errorf("permit %d: %d %s", n+1, code, said)
		}
	}
}
