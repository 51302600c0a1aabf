package governance

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/kernel/who"
)

// TestImport: a file that was exported changes nothing, a wrong row stops them all, and what
// is there is never overwritten.
func TestImport(t *testing.T) {
	worlds(t, func(w *world) {
		anna := w.officer("anna", "DPO")
		head := strings.Join(ProjectFileKind.Columns(), ",") + "\n"
		good := head + "DPO,P1,一號,One,,,,2025-01-01,2025-12-31,100.5\nDPO,P2,,\"'=cmd|x\",,,,,,\n"
		r, err := w.Import(anna, ProjectFileKind, strings.NewReader("\uFEFF"+good))
		w.ok(err)
		if r.Added != 2 || r.Same != 0 || len(r.Problems) != 0 {
			t.Fatalf("%+v", r)
		}
		all, err := w.Projects(anna)
		w.ok(err)
		if len(all) != 2 || all[0].Planned.CostThousands.String() != "100.5" || all[1].Title.EN != "=cmd|x" || all[1].Planned.CostThousands.Known {
			t.Errorf("%+v", all)
		}
		r, err = w.Import(anna, ProjectFileKind, strings.NewReader(good))
		w.ok(err)
		if r.Added != 0 || r.Same != 2 {
			t.Errorf("again: %+v", r)
		}
		r, err = w.Import(anna, ProjectFileKind, strings.NewReader(head+
			"DPO,P1,一號,One,,,,2025-01-01,2026-01-31,100.5\nDPO,P3,,Three,,none,,2025-01-01,2024-01-01,-1\nXX,P4,,Four,,,,,,\nEPD,P5,,Five,,,,,,\nDPO,P6,,Six,,,,31/1/2025,,x\nDPO,P7,,Seven,,,,,\n"))
		w.ok(err)
		var got []string
		for _, p := range r.Problems {
			got = append(got, strings.Join([]string{number(p.Line), p.Column, strings.TrimPrefix(p.Key, "governance.wrong.")}, " "))
		}
		slices.Sort(got)
		want := "2 reference there-otherwise|3 planned_cost_thousands amount|3 planned_end order|4 department no-department|5 department not-yours|6 planned_cost_thousands amount|6 planned_start day-form|7  cells"
		if strings.Join(got, "|") != want || r.Added != 0 {
			t.Errorf("%d added: %s", r.Added, strings.Join(got, "|"))
		}
		if all, err = w.Projects(anna); err != nil || len(all) != 2 {
			t.Errorf("%d projects after a refused file, %v", len(all), err)
		}
		r, err = w.Import(who.AsSystem(w.Context(), who.Production), WorkFileKind, strings.NewReader(
			strings.Join(WorkFileKind.Columns(), ",")+",more\nDPO,W1,Work,2025-26,7,yes,x\nEPD,W1,Work,2025-26,8,no,x\n"))
		w.ok(err)
		if r.Added != 2 {
			t.Errorf("work: %+v", r)
		}
		if _, err := w.Import(anna, "nothing", strings.NewReader("")); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown kind: %v", err)
		}
		if r, err = w.Import(w.public(), ProjectFileKind, strings.NewReader(good)); err == nil {
			t.Errorf("the public imports: %+v", r)
		}
	})
}

// TestCellsComeBack: what begins like a formula leaves with an apostrophe and comes back as it was.
func TestCellsComeBack(t *testing.T) {
	cells := []string{"=1+1", "+1", "-1+1", "@x", "'=x", "''", "＝1", "plain", "a=1", "\"quoted\", and more"}
	var b bytes.Buffer
	names := make([]string, len(cells))
	for i := range names {
		names[i] = "c" + number(i)
	}
	err := writeTable(&b, names, func(yield func([]string) error) error { return yield(slices.Clone(cells)) })
	if err != nil {
		t.Fatal(err)
	}
	for _, formula := range []string{",=", ",+", ",-", ",@", "\n=", ",＝"} {
		if strings.Contains(b.String(), formula) {
			t.Errorf("a cell begins with %q: %s", formula, b.String())
		}
	}
	rows, problems, err := readTable(&b, names)
	if err != nil || len(problems) > 0 || len(rows) != 1 {
		t.Fatalf("%v, %v, %v", rows, problems, err)
	}
	for i, want := range cells {
		if got := rows[0].cells[names[i]]; got != want {
			t.Errorf("%q came back as %q", want, got)
		}
	}
}

func TestBoundsOfFiles(t *testing.T) {
	columns := []string{"a", "b"}
	for want, file := range map[string]string{
		"file-large":     strings.Repeat("x", maxFile+1),
		"file-encoding":  "a,b\n\xff,1\n",
		"file-head":      "",
		"column-missing": "a,c\n1,2\n",
		"column-twice":   "a,b,b\n1,2,3\n",
		"file-quotes":    "a,b\n\"1,2\n",
		"file-rows":      "a,b\n" + strings.Repeat("1,2\n", maxRows+1),
		"cells":          "a,b\n1\n",
		"line":           "a,b\n1," + strings.Repeat("x", 2001) + "\n",
	} {
		_, problems, err := readTable(strings.NewReader(file), columns)
		if err != nil || len(problems) == 0 || problems[0].Key != "governance.wrong."+want {
			t.Errorf("%s: %+v, %v", want, problems, err)
		}
	}
	_, problems, _ := readTable(strings.NewReader("a,b\n"+strings.Repeat("1\n", 500)), columns)
	if len(problems) != maxProblems {
		t.Errorf("%d problems", len(problems))
	}
}

func FuzzReadTable(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "\uFEFFA,b\r\n\"x\"\"y\",'=1\r\n", "a,b\n\"", "b,a\n,\n\n1", "a,b\n\x00,"} {
		f.Add([]byte(seed))
	}
	columns := []string{"a", "b"}
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, problems, err := readTable(bytes.NewReader(file), columns)
		if err != nil || len(rows) > maxRows || len(problems) > maxProblems+2*len(columns)*maxRows {
			t.Fatalf("%d rows, %d problems, %v", len(rows), len(problems), err)
		}
		if len(problems) > 0 {
			return
		}
		var b bytes.Buffer
		if err := writeTable(&b, columns, func(yield func([]string) error) error {
			for _, x := range rows {
				if err := yield([]string{x.cells["a"], x.cells["b"]}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		again, problems, err := readTable(&b, columns)
		if err != nil || len(problems) > 0 {
			t.Fatalf("what was written is not read: %v, %v", problems, err)
		}
		for i, x := range again {
			if x.cells["a"] != rows[i].cells["a"] || x.cells["b"] != rows[i].cells["b"] {
				t.Fatalf("row %d: %q became %q", i, rows[i].cells, x.cells)
			}
		}
	})
}
