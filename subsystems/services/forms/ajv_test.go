package forms

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

// complete is an application in which nothing is wrong.
func complete(form string) Answers {
	switch form {
	case "food":
		return Answers{
			"applicant": map[string]any{"nameEn": "CHAN, Tai Man", "hkid": "A123456(3)", "phone": "91234567", "email": "a@example.hk"},
			"kind":      "partners", "declared": true, "registered": "2020-02-29",
			"partners": []any{
				map[string]any{"name": "甲", "holder": true, "hkid": "Z683365(A)", "share": 50.0}, map[string]any{"name": "乙", "holder": false, "passport": "P1", "share": 50.0},
			},
			"premises": map[string]any{"kind": "premises", "building": "假大廈", "district": "WC"},
			"kitchen":  map[string]any{"area": 100.5, "seats": 10.0, "foods": []any{"hot", "raw"}},
			"plans":    []any{Upload{Name: "p.pdf", Address: "0f", Type: "application/pdf", Bytes: 5}.answer()},
		}
	case "vehicle":
		return Answers{"mark": "AB1234", "class": "private", "made": 2024.0, "months": "12", "insured": true, "policy": "P-1", "until": "2027-05-01"}
	}
	return Answers{
		"born": "1960-01-01", "household": 2.0, "incomes": []any{map[string]any{"from": "wage", "monthly": 12345.0, "yearly": 148140.0}}, "total": 12345.0,
	}
}

// spoilt is a complete application with something else in at most three places.
func spoilt(f *Form, form string, t *rapid.T) Answers {
	a := complete(form)
	var places []string
	for _, p := range f.Pages {
		for _, q := range p.all(a) {
			if q.As != Heading {
				places = append(places, q.at)
			}
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "places") {
		at := rapid.SampledFrom(places).Draw(t, "place")
		value := rapid.SampledFrom([]any{
			nil, nil, true, false, -1.0, 0.0, 1.5, 101.0, 2001.0, "", "x", "A123456(4)", "AB987654(3)", "2026-02-30", "2028-02-29", "+442079460958", "0123",
			"a@b.example", "not an address",
			[]any{},
			[]any{"hot", "hot"},
			map[string]any{"kind": "box"},
			map[string]any{"more": 1.0},
		}).Draw(t, "value")
		if value == nil {
			a.remove(at)
		} else {
			a.set(at, copied(value))
		}
	}
	if rapid.IntRange(0, 9).Draw(t, "more") == 0 {
		a.set("/nothing", true)
	}
	return a
}

// Another validator, ajv, reads the schemas in its strict mode and decides as ours does.
func TestAjvAgrees(t *testing.T) {
	modules, err := filepath.Abs("../../../conformance/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(modules, "ajv")); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("ajv is missing; make install brings it")
	}
	for _, name := range []string{"food", "vehicle", "benefit"} {
		f := load(t, name)
		made := rapid.Custom(func(r *rapid.T) Answers { return spoilt(f, name, r) })
		cases := []Answers{{}, complete(name)}
		for seed := range 300 {
			cases = append(cases, made.Example(seed))
		}
		input, err := json.Marshal(map[string]any{"schema": f.Schema(), "cases": cases})
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "node", "testdata/ajv.cjs", modules)
		cmd.Stdin = bytes.NewReader(input)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, cmd.Stderr)
		}
		var theirs []bool
		if err := json.Unmarshal(out, &theirs); err != nil || len(theirs) != len(cases) {
			t.Fatalf("%v: %s", err, out)
		}
		valid := 0
		for i, a := range cases {
			found := f.found(a)
			if theirs[i] {
				valid++
			}
			if theirs[i] != (len(found) == 0) {
				t.Errorf("%s: ajv says %v, we find %v: %v", name, theirs[i], found, a)
			}
		}
		if valid < 20 || len(cases)-valid < 20 {
			t.Errorf("%s: %d of %d are valid: that compares little", name, valid, len(cases))
		}
		t.Logf("%s: %d cases, %d valid", name, len(cases), valid)
	}
}
