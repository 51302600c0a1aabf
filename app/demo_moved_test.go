package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"praya/kernel/who"
)

// TestDemonstrationMoves: started again at another address, the departments that it plays answer
// there, but for one that was told otherwise, and its officers' links lead there.
func TestDemonstrationMoves(t *testing.T) {
	t.Parallel() // each has a store of its own
	ctx := who.AsSystem(context.Background(), who.Production)
	config := Config{Data: t.TempDir(), Operator: "off", BaseURL: "http://localhost:2"}.WithDefaults()
	p := loaded(ctx, t, config)
	own := holders()[0].service
	d, err := p.Exchange.DataService(ctx, own)
	if err != nil || d.Base != "http://localhost:2" {
		t.Fatal(d.Base, err)
	}
	d.Base = "https://elsewhere.example"
	if err := p.Exchange.PutService(ctx, d); err != nil {
		t.Fatal(err)
	}
	p.Config.BaseURL = "http://localhost:3"
	if err := p.moved(ctx); err != nil {
		t.Fatal(err)
	}
	for _, h := range holders() {
		want := "http://localhost:3"
		if h.service == own {
			want = "https://elsewhere.example"
		}
		if d, err := p.Exchange.DataService(ctx, h.service); err != nil || d.Base != want {
			t.Errorf("%s answers at %s, not %s: %v", h.service, d.Base, want, err)
		}
	}
	links, err := os.ReadFile(filepath.Join(config.Data, demoOfficersFile))
	if err != nil || strings.Contains(string(links), "localhost:2/") || strings.Count(string(links), "http://localhost:3/") < 5 {
		t.Errorf("%s %v", links, err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}
