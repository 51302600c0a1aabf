package app

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/subsystems/performance/papers"
)

// TestTablesAreADataPackage: the library of the standard's makers takes the
// tables of written papers, and the sums of their columns are those that our
// reader finds printed.
func TestTablesAreADataPackage(t *testing.T) {
	if _, err := os.Stat(filepath.Join("..", "conformance", "node_modules", "datapackage")); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("npm ci was not run in conformance: %v", err)
		}
		t.Skipf("run .ci/install first: %v", err)
	}
	for seed := range uint64(5) {
		s := papers.Invent(seed, 0)
		s.Programmes[0].Name.TC = "=1+1" // as a spreadsheet would run it
		b, err := s.Package(when.Day{Year: 2026, Month: time.February, Date: 25})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		unpack(t, b, dir)
		totals(t, s, dir)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		out, err := exec.CommandContext(ctx, "node", filepath.Join("..", "conformance", "papers", "check.mjs"), dir).CombinedOutput() //nolint:gosec // a client of this test
		cancel()
		if err != nil {
			t.Errorf("seed %d: %v\n%.3000s", seed, err, out)
		}
	}
}

func unpack(t *testing.T, b []byte, dir string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(f.Name)), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// totals writes the totals that the reader finds in the text of the paper.
func totals(t *testing.T, s papers.Sheet, dir string) {
	t.Helper()
	r, err := paperReader{}.ReadBack(t.Context(), "draft.txt", []byte(papers.Compose(s, lang.TC).Text()))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]json.Number{}
	for _, f := range r.Facts {
		if f.Total != "head" || f.Value == nil || f.Kind == "percentage" {
			continue
		}
		year, phase, _ := strings.Cut(f.Column, " ")
		value := json.Number(f.Value.String())
		switch f.Table {
		case "analysis":
			want["provision "+year+" "+phase+" hkd_million"] = value
		case "subheads":
			want["subheads "+year+" "+phase+" hkd_thousand"] = value
		case "expenses":
			want["expenses "+year+" "+phase+" hkd_thousand"] = value
		case "commitments":
			column := f.Column
			if phase == "revised" {
				column = phase
			}
			want["commitments   "+column+"_hkd_thousand"] = value
		}
	}
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "totals.json"), b, 0o600); err != nil {
		t.Fatal(err)
	}
}
