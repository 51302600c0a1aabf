package conformance_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestPublicServices: a client that we did not write reads the catalogue of public services. What
// needs the program's inside is beside what it tries: forms, processes and decision tables in
// subsystems/services/clients_test.go, licences and bookings in app/services_six_test.go.
func TestPublicServices(t *testing.T) {
	t.Parallel() // each has a provider and ports of its own
	modules(t)
	base := demonstration(t)
	t.Run("catalogue", func(t *testing.T) {
		if _, err := os.Stat(filepath.Join("node_modules", "jsonld")); err != nil {
			t.Skipf("run .ci/install first: %v", err)
		}
		node(t, filepath.Join("services", "catalogue.mjs"), base)
	})
}
