package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestServiceAnchors: a department's program registers itself in the sandbox, anchors a permit
// and revokes it, with nothing but HTTP; whoever holds the file checks it with the command, and a
// monitor finds nothing wrong.
func TestServiceAnchors(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, _ := demonstrated(t)
	x := &outsider{t: t, base: base + "/sandbox"}
	r, out := x.do("POST", x.base+"/register", "application/json", "", `{"client_name":"工程許可證試用","token_endpoint_auth_method":"client_secret_basic",
		"praya_profile":"plain","scope":"anchor","grant_types":["client_credentials"]}`)
	if r.StatusCode != http.StatusCreated {
		t.Fatalf("%d %v", r.StatusCode, out)
	}
	x.id, x.secret = out["client_id"].(string), out["client_secret"].(string)
	token := x.token(url.Values{"grant_type": {"client_credentials"}, "scope": {"anchor"}})["access_token"].(string)
	folder := t.TempDir()
	permit, bundle := filepath.Join(folder, "permit"), filepath.Join(folder, "bundle.json")
	text := []byte("permit 17, drawn for a test")
	sum := sha256.Sum256(text)
	digest := hex.EncodeToString(sum[:])
	if err := os.WriteFile(permit, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, state := range []string{"issued", "revoked"} {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, x.base+"/api/ledger/v1/anchors", strings.NewReader(fmt.Sprintf(`{"digest":%q,"state":%q}`, digest, state)))
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Authorization", "Bearer "+token)
		q.Header.Set("Prefer", "wait=10")
		r, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			State  string          `json:"state"`
			Bundle json.RawMessage `json:"bundle"`
		}
		err = json.NewDecoder(r.Body).Decode(&got)
		_ = r.Body.Close()
		if err != nil || r.StatusCode != http.StatusCreated || got.State != "included" {
			t.Fatalf("%s: %d %+v %v", state, r.StatusCode, got, err)
		}
		if err := os.WriteFile(bundle, got.Bundle, 0o600); err != nil {
			t.Fatal(err)
		}
		if code, said := command("ledger", "verify", bundle, "--file", permit); code != 0 || !strings.Contains(said, "; "+state) {
			t.Errorf("%s: %d %s", state, code, said)
		}
	}
	if err := os.WriteFile(permit, append(text, '.'), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := command("ledger", "verify", bundle, "--file", permit); code == 0 {
		t.Errorf("another file passes: %s", said)
	}
	log := x.base + "/api/ledger/log"
	if code, said := command("ledger", "audit", log, "--state", filepath.Join(folder, "seen")); code != 0 || !strings.Contains(said, "/ledger/sandbox: 2 entries") {
		t.Errorf("%d %s", code, said)
	}
	if code, said := command("ledger", "audit", log, "--key", "praya.example/ledger+c6908a2e+AYuZk3x481yb1dJM9kwuaxaKK3afHdJoA60m+uBhwUxZ"); code == 0 {
		t.Errorf("a log with another key passes: %s", said)
	}
}

// command runs the program's command line.
func command(args ...string) (int, string) {
	var out bytes.Buffer
	code := Main(args, strings.NewReader(""), &out, &out)
	return code, out.String()
}
