package services

import (
	"testing"

	"praya/subsystems/services/fees"
	"praya/subsystems/services/process"
)

// bare is a service that can check bundles, without a store.
func bare(t *testing.T) *Service {
	t.Helper()
	s := &Service{Process: &process.Service{}, Fees: &fees.Service{}}
	if err := s.Open(); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestDemoBundles: what the demonstration ships can run.
func TestDemoBundles(t *testing.T) {
	all, err := demoBundles()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 6 {
		t.Fatalf("%d bundles", len(all))
	}
	s := bare(t)
	for _, b := range all {
		p, problems := s.Check(b)
		for _, x := range problems {
			t.Errorf("%s: %s %s: %s %v", p.Code, x.File, x.Where, x.Key, x.Args)
		}
	}
}
