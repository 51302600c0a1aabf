package app

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"praya/subsystems/exchange"
)

// TestClientsThatWeDidNotWrite: npm's libraries call the gateway, and check answers, records and
// their meaning without any of our code.
func TestClientsThatWeDidNotWrite(t *testing.T) {
	for _, name := range []string{"jose", "canonicalize", "http-message-signatures", "jsonld"} {
		if _, err := os.Stat(filepath.Join("..", "conformance", "node_modules", name)); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skipf("run .ci/install first: %v", err)
		}
	}
	g, folder := newGateway(t), t.TempDir()
	file := filepath.Join(folder, "people.csv")
	g.must(os.WriteFile(file, []byte("document,name,address\n"+document(t, "approves")+",陳大文,1 Queen's Road\n"), 0o600))
	base, _ := g.provider(built(t, "../examples/provider"), "-listen", "localhost:0", "-gateway", g.base, "-party", "immd", "-service", "immd.address",
		"-csv", file, "-subject", "document", "-fields", "name,address", "-key-file", filepath.Join(folder, "key"))
	g.service("immd.address", base, exchange.JSONFields)
	der, err := x509.MarshalPKCS8PrivateKey(g.key)
	g.must(err)
	key := filepath.Join(folder, "consumer.key")
	g.must(os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	c := g.consent("immd.address", "approves", "name", "address")
	out, err := exec.CommandContext(t.Context(), "node", filepath.Join("..", "conformance", "exchange", "check.mjs"), g.base, string(c.ID), key).CombinedOutput()
	if err != nil {
		t.Errorf("%v", err)
	}
	t.Logf("%s", out)
}
