package conformance_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// suites are what certified clients must be able to do, and what must be refused.
var suites = []string{"positive.mjs", "negative.mjs"}

// TestAnchor tries the tests on a certified provider first, so that the tests are tested.
func TestAnchor(t *testing.T) {
	t.Parallel() // each has a provider and ports of its own
	identityModules(t)
	for _, suite := range suites {
		t.Run(suite, func(t *testing.T) { report(t, tap(t, suite)) })
	}
}

// TestWeakAnchor takes from that provider what FAPI 2.0 asks. The tests must see it.
func TestWeakAnchor(t *testing.T) {
	t.Parallel() // each has a provider and ports of its own
	identityModules(t)
	failed := map[string]bool{}
	for _, line := range tap(t, "negative.mjs", "PRAYA_CONFORMANCE_ANCHOR=weak") {
		if name, ok := strings.CutPrefix(line, "not ok "); ok {
			failed[name] = true
		}
	}
	for _, want := range []string{
		"FAPI 2.0 SP 5.3.2.2: a request without PKCE is refused",
		"FAPI 2.0 SP 5.3.2.1: an assertion for the token endpoint is refused",
		"FAPI 2.0 SP 5.3.2.1: an assertion with nbf over 60 s ahead is refused",
		"FAPI 2.0 SP 5.3.2.1: refresh tokens are not rotated",
		"FAPI 2.0 SP 5.4.1: only PS256, ES256 and EdDSA are offered",
		"FAPI 2.0 SP 5.4.1: a proof with RS256 is refused",
		"FAPI 2.0 SP 5.4.1: an assertion with RS256, by a key that the client registered, is refused",
		"FAPI 2.0 SP 5.4.1: a request object with RS256, by a key that the client registered, is refused",
		"FAPI 2.0 MS 5.3.1: an expired request object is refused",
		"FAPI 2.0 MS 5.3.1: a request object without nbf is refused",
		"RFC 7523 3 (4): an expired assertion is refused",
		"RFC 9449 4.3 (10): a proof without the nonce is refused",
		"RFC 9449 11.1: a proof is taken once",
		"RFC 7662 4: a stranger learns nothing about a token",
		"RFC 7009 2.1: a stranger cannot revoke",
	} {
		found := false
		for name := range failed {
			found = found || strings.HasPrefix(name, want+":")
		}
		if !found {
			t.Errorf("a provider without it passes: %s", want)
		}
	}
	t.Logf("%d tests fail on a provider that is not FAPI 2.0", len(failed))
}

// TestIdentity tries the same on the demonstration's test environment for developers.
func TestIdentity(t *testing.T) {
	t.Parallel() // each has a provider and ports of its own
	identityModules(t)
	issuer := demonstration(t) + "/sandbox"
	for _, suite := range suites {
		t.Run(suite, func(t *testing.T) { report(t, tap(t, suite, "PRAYA_CONFORMANCE_ISSUER="+issuer)) })
	}
}

// TestStandardsPage: the page is made from the tests.
func TestStandardsPage(t *testing.T) {
	identityModules(t)
	want, err := exec.CommandContext(t.Context(), "node", filepath.Join("identity", "page.mjs")).Output()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", "docs", "standards", "fapi.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/standards/fapi.md is old: node conformance/identity/page.mjs > docs/standards/fapi.md")
	}
}

func identityModules(t *testing.T) {
	t.Helper()
	for _, name := range []string{"oidc-provider", "openid-client", "oauth4webapi", "jose"} {
		if _, err := os.Stat(filepath.Join("node_modules", name)); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("npm ci was not run in conformance: %v", err)
			}
			t.Skipf("run .ci/install first: %v", err)
		}
	}
}

// tap runs a suite and gives the lines of its tests.
func tap(t *testing.T, suite string, env ...string) []string {
	t.Helper()
	patience := 5 * time.Minute
	if os.Getenv("PRAYA_CONFORMANCE_SLOW") != "" { // what must end is waited for
		patience = 20 * time.Minute
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", filepath.Join("identity", suite))
	cmd.Env = append(os.Environ(), env...)
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.Output()
	var lines []string
	plan := ""
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "ok "), strings.HasPrefix(line, "not ok "):
			lines = append(lines, line)
		case strings.HasPrefix(line, "1.."):
			plan = line
		}
	}
	if plan == "" || len(lines) == 0 {
		t.Fatalf("%s did not come to its end: %v\n%.4000s\n%.2000s", suite, err, log.String(), out)
	}
	return lines
}

func report(t *testing.T, lines []string) {
	t.Helper()
	for _, line := range lines {
		if why, bad := strings.CutPrefix(line, "not ok "); bad {
			t.Error(why)
		} else if strings.Contains(line, " # ") {
			t.Log(line)
		}
	}
	t.Logf("%d tests", len(lines))
}
