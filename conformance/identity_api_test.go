package conformance_test

import (
	"path/filepath"
	"testing"
)

// TestIdentityAPI: what the identity says of its API is read by a validator that we did not
// write, in both realms, and what it answers is what it said.
func TestIdentityAPI(t *testing.T) {
	t.Parallel() // each has a provider and ports of its own
	modules(t)
	base, dir := demonstration(t), t.TempDir()
	t.Run("calls", func(t *testing.T) { node(t, "clients.mjs", "identity", base, dir) })
	for _, realm := range []string{"production", "sandbox"} {
		t.Run("spectral "+realm, func(t *testing.T) {
			node(t, filepath.Join("node_modules", "@stoplight", "spectral-cli", "dist", "index.js"),
				"lint", "--ruleset", filepath.Join(dir, "ruleset.json"), "--fail-severity", "warn", filepath.Join(dir, realm+".json"))
		})
	}
}
