package paper

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheContractNamesEveryWord: the closed lists of the code stand in
// docs/apis/estimates-facts.md.
func TestTheContractNamesEveryWord(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "apis", "estimates-facts.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(doc)
	for list, words := range map[string][]string{
		"kinds": Kinds(), "tables": Tables(), "units": Units(), "sources": Sources(),
		"checks": CheckNames(), "problems": ProblemCodes(), "refusals": InputKeys(), "counts": countUnits(),
		"outcomes": {Agrees, Rounding, Footnoted, Note, Fault, Uncheckable},
	} {
		for _, w := range words {
			if w != "" && !strings.Contains(text, "`"+w+"`") {
				t.Errorf("%s: %q is not in the contract", list, w)
			}
		}
	}
	for _, w := range Whys() {
		if !strings.Contains(text, "- "+w+"\n") {
			t.Errorf("reason %q is not in the contract", w)
		}
	}
}

// TestFactsUseTheClosedLists reads everything there is and looks for a word
// that is in no list.
func TestFactsUseTheClosedLists(t *testing.T) {
	in := func(list []string) map[string]bool {
		m := make(map[string]bool)
		for _, w := range list {
			m[w] = true
		}
		return m
	}
	kinds, tables, units, whys := in(Kinds()), in(Tables()), in(append(Units(), countUnits()...)), in(append(Whys(), ""))
	checks, codes := in(CheckNames()), in(ProblemCodes())
	for _, name := range []string{
		paper2023, paper2025, "head121-2014-15.zh-Hant.pdftext.txt", "head47-2006-2014-series.csv",
		filepath.Join("all-heads-2015-16", "estimates-2015-16-all-heads-es.csv"),
	} {
		for _, p := range readShared(t, name) {
			for _, f := range p.Facts {
				if !kinds[f.Kind] || !tables[f.Table] || !units[f.Unit] || !whys[f.Why] || f.Marks == nil {
					t.Errorf("%s: %+v", name, f)
				}
			}
			for _, x := range p.Problems {
				if !codes[x.Code] {
					t.Errorf("%s: %+v", name, x)
				}
			}
			for _, c := range Checks(p) {
				if !checks[c.Check] {
					t.Errorf("%s: %+v", name, c)
				}
			}
		}
	}
}
