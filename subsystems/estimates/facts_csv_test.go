package estimates

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"praya/kernel/fault"
	"praya/kernel/money"
	"praya/subsystems/estimates/internal/paper"
)

// There is nothing in a fact that pages or files use and that its CSV loses.
//
//nolint:gochecknoglobals // never changed
var exported = cmp.Options{
	cmpopts.IgnoreUnexported(paper.Fact{}), cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b money.Decimal) bool { return a.String() == b.String() }),
}

func TestFactsSurviveTheirCSV(t *testing.T) {
	invented := Invent(2, 2024, 5)
	for _, d := range invented {
		p, err := paper.Read(d.Name, strings.NewReader(d.Text), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := writeFacts(&b, p[0].Facts); err != nil {
			t.Fatal(err)
		}
		back, err := readFacts(d.Name, &b)
		if err != nil {
			t.Fatal(err)
		}
		if len(back) != 1 || back[0].Head != p[0].Head || back[0].Year != p[0].Year || back[0].Title != p[0].Title {
			t.Fatalf("%s came back as %d papers", d.Name, len(back))
		}
		if d := cmp.Diff(p[0].Facts, back[0].Facts, exported); d != "" {
			t.Error(d)
		}
	}
}

// TestNoCellIsAFormula: whatever a paper prints, no text column of the CSV begins as a formula
// does, and every text comes back as it was printed.
func TestNoCellIsAFormula(t *testing.T) {
	cells := []string{
		"=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "+(1)", "-2+3+cmd|' /C calc'!A0", "+9.5%", "-27", "−27", "'=1", "''=1", "'quoted'",
		"- 重鋪步道", "+", "-", "=", "(+9.5%)", "一\n二", `say "x"`, "a,b", "",
	}
	check := func(t interface{ Errorf(string, ...any) }, s string) {
		f := paper.Fact{
			Kind: paper.KindAmount, Head: "47", Year: "2024-25", Table: paper.TableProse, Row: s, Raw: s, Name: s, Group: s,
			How: paper.Printed, Source: paper.SourcePaper,
		}
		var b bytes.Buffer
		if err := writeFacts(&b, []paper.Fact{f}); err != nil {
			t.Errorf("%q: %v", s, err)
			return
		}
		records, err := csv.NewReader(bytes.NewReader(b.Bytes())).ReadAll()
		if err != nil {
			t.Errorf("%q: %v", s, err)
			return
		}
		for _, i := range []int{4, 8, 16, 17} {
			cell := records[1][i]
			if formula(cell) {
				t.Errorf("%q is written as %q, which a spreadsheet computes", s, cell)
			}
		}
		back, err := readFacts("x.csv", &b)
		if err != nil {
			t.Errorf("%q: %v", s, err)
			return
		}
		if got := back[0].Facts[0]; got.Raw != s || got.Row != s || got.Name != s || got.Group != s {
			t.Errorf("%q came back as %q, %q, %q, %q", s, got.Raw, got.Row, got.Name, got.Group)
		}
	}
	for _, s := range cells {
		check(t, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringMatching(`['=+@\-\t]{0,4}[0-9A-Za-z總,."% ()|!-]{0,8}`).Draw(t, "cell"))
	})
}

// formula is a spreadsheet's rule, written apart from ours: = @ tab and return always begin
// one; + and - do unless all of the cell is a number.
func formula(cell string) bool {
	if cell == "" {
		return false
	}
	switch cell[0] {
	case '=', '@', '\t', '\r':
		return true
	case '+', '-':
		return strings.Trim(cell[1:], "0123456789.,% ") != ""
	}
	return false
}

func TestBadFactsNameFileAndLine(t *testing.T) {
	var b bytes.Buffer
	if err := writeFacts(&b, provisions(t, "47", "2024-25", "1 海濱: 2024-25 estimate 11.0, 2023-24 revised 9.0")); err != nil {
		t.Fatal(err)
	}
	good := b.String()
	lines := strings.SplitAfter(good, "\n")
	for what, c := range map[string]struct{ text, line string }{
		"a line that is no number":     {strings.Replace(good, ",11.0,百萬元,11.0,1,", ",11.0,百萬元,11.0,one,", 1), "2"},
		"a value that is no number":    {strings.Replace(good, "2023-24 revised,9.0,", "2023-24 revised,9.x,", 1), "3"},
		"an unknown kind":              {strings.Replace(good, "\nprovision,", "\nprovided,", 1), "2"},
		"an unknown how":               {strings.Replace(good, ",printed,", ",guessed,", 1), "2"},
		"a cell less":                  {lines[0] + lines[1] + "provision,47\n", "3"},
		"a quote that is not closed":   {lines[0] + lines[1] + `"provision` + "\n", "3"},
		"no facts":                     {lines[0], ""},
		"another heading":              {strings.Replace(good, ",source\n", ",sauce\n", 1), "1"},
		"a head that is no number":     {strings.Replace(good, "provision,47,", "provision,../47,", 1), "2"},
		"a year that is none":          {strings.Replace(good, ",2024-25,analysis", ",2024-29,analysis", 1), "2"},
		"a head with slashes":          {strings.Replace(good, "provision,47,", "provision,4/7,", 1), "2"},
		"a year that is empty":         {strings.Replace(good, "provision,47,2024-25,", "provision,47,,", 1), "2"},
		"a negative line":              {strings.Replace(good, ",11.0,百萬元,11.0,1,", ",11.0,百萬元,11.0,-1,", 1), "2"},
		"bytes that are no characters": {strings.Replace(good, "海濱", "\xff\xfe", 1), "2"},
	} {
		_, err := readFacts("x.csv", strings.NewReader(c.text))
		var f *fault.Fault
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Args["file"] != "x.csv" || f.Args["line"] != c.line {
			t.Errorf("%s: %v", what, err)
			if f != nil {
				t.Errorf("  %v", f.Args)
			}
		}
	}
}

// TestManyHeadsInOneCSV: heads, years and sources are told apart.
func TestManyHeadsInOneCSV(t *testing.T) {
	facts := provisions(t, "47", "2024-25", "1 海濱: 2024-25 estimate 11.0")
	facts = append(facts, provisions(t, "48", "2024-25", "1 海濱: 2024-25 estimate 12.0")...)
	other := provisions(t, "47", "2024-25", "1 海濱: 2024-25 estimate 13.0")
	other[0].Source = paper.SourceProvision
	facts = append(facts, other...)
	facts = append(facts, provisions(t, "47", "2023-24", "1 海濱: 2023-24 estimate 14.0")...)
	var b bytes.Buffer
	if err := writeFacts(&b, facts); err != nil {
		t.Fatal(err)
	}
	back, err := readFacts("x.csv", &b)
	if err != nil || len(back) != 4 {
		t.Fatalf("%d papers, %v", len(back), err)
	}
	for i, want := range []string{"11.0", "12.0", "13.0", "14.0"} {
		if got := back[i].Facts[0].Value.String(); got != want {
			t.Errorf("paper %d has %s", i, got)
		}
	}
}

// TestFactsAreNotCutAtTheLimit: a file that is too large is refused, also where the limit falls
// between two of its lines.
func TestFactsAreNotCutAtTheLimit(t *testing.T) {
	var b bytes.Buffer
	if err := writeFacts(&b, provisions(t, "47", "2024-25", "1 海濱: 2024-25 estimate 11.0", "2 潮汐: 2024-25 estimate 12.0")); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	first := int64(strings.LastIndex(text[:len(text)-1], "\n") + 1)
	for limit, want := range map[int64]bool{first: false, first + 1: false, int64(len(text)) - 1: false, int64(len(text)): true, 0: true} {
		s := Service{Limits: Limits{MaxBytes: limit}}
		papers, err := s.read("x.csv", strings.NewReader(text))
		var input *paper.InputError
		if want != (err == nil) || !want && (!errors.As(err, &input) || input.Key != paper.InputTooLarge || input.File != "x.csv") {
			t.Errorf("with a limit of %d: %d papers, %v", limit, len(papers), err)
		}
	}
}
