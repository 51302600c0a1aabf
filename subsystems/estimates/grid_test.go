package estimates

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"praya/subsystems/estimates/internal/paper"
)

func TestGrid(t *testing.T) {
	facts := provisions(t, "47", "2024-25",
		"1 海濱: 2024-25 estimate 11.0, 2022-23 actual 9.1", "2 潮汐: 2023-24 revised 5.0, 2024-25 estimate 6.0")
	twice := facts[0]
	twice.Value, twice.Raw = decimal(t, "99.9"), "99.9"
	unplaced := facts[0]
	unplaced.Kind, unplaced.Order = paper.KindUnplaced, 9
	noColumn := facts[0]
	noColumn.Column, noColumn.Order = "", 8
	words := facts[0]
	words.Value, words.Order = nil, 7
	facts = append(facts, twice, unplaced, noColumn, words)

	g := grid(facts, func(paper.Fact) bool { return true })
	if d := cmp.Diff([]string{"2022-23 actual", "2023-24 revised", "2024-25 estimate"}, g.Columns); d != "" {
		t.Error(d)
	}
	if len(g.Rows) != 2 || g.Unit != paper.UnitMillion {
		t.Fatalf("%d rows in %s", len(g.Rows), g.Unit)
	}
	if got := g.Rows[0].Cells["2024-25 estimate"].Value.String(); got != "11.0" {
		t.Errorf("a second figure took the place of the first: %s", got)
	}
	if _, ok := g.total(); ok {
		t.Error("a total that is not printed")
	}
}

// TestSumRow: a table without a total gets one that says it was derived, and only in columns
// that every row has.
func TestSumRow(t *testing.T) {
	g := headProvision(provisions(t, "47", "2024-25",
		"1 海濱: 2023-24 revised 9.0, 2024-25 estimate 11.05", "2 潮汐: 2024-25 estimate 6.1"))
	total, ok := g.total()
	if !ok {
		t.Fatal("no total")
	}
	f := total.Cells["2024-25 estimate"]
	if f.Value == nil || f.Value.String() != "17.15" || f.How != paper.Derived || !slices.Equal(f.From, []int{1, 2}) || f.Why == "" {
		t.Errorf("%+v", f)
	}
	if f, ok := total.Cells["2023-24 revised"]; ok {
		t.Errorf("the sum of a column that a row lacks: %v", f.Value)
	}
	if len(g.parts()) != 2 {
		t.Errorf("%d parts", len(g.parts()))
	}
	if g := headProvision(nil); len(g.Rows) != 0 {
		t.Error("nothing has a total")
	}
}

// TestHeadProvisionPrefersTheAnalysis: the programmes' own tables and the analysis table say
// the same figures; they are not shown twice, nor added up twice.
func TestHeadProvisionPrefersTheAnalysis(t *testing.T) {
	analysis := provisions(t, "47", "2024-25", "1 海濱: 2024-25 estimate 11.0")
	own := provisions(t, "47", "2024-25", "1 海濱: 2024-25 estimate 11.0")
	own[0].Table, own[0].Order = paper.TableProvision, 40
	total, _ := headProvision(append(own, analysis...)).total()
	if got := total.Cells["2024-25 estimate"].Value.String(); got != "11.0" {
		t.Errorf("the total is %s", got)
	}
	total, _ = headProvision(own).total()
	if got := total.Cells["2024-25 estimate"].Value.String(); got != "11.0" {
		t.Errorf("without an analysis table the total is %s", got)
	}
}

func TestColumnsStandInOrder(t *testing.T) {
	want := []string{
		"target", "2022 actual", "2023 actual", "2024 plan",
	}
	got := []string{"2024 plan", "2023 actual", "target", "2022 actual"}
	slices.SortStableFunc(got, compareColumns)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	want = []string{"approved", "accumulated", "2024-25 revised", "balance"}
	got = []string{"balance", "2024-25 revised", "accumulated", "approved"}
	slices.SortStableFunc(got, compareColumns)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for column, parts := range map[string][2]string{
		"2024-25 revised": {"2024-25", "revised"}, "target": {"", "target"}, "balance": {"", "balance"}, "2024 actual": {"2024", "actual"},
	} {
		if got := [2]string{columnYear(column), columnRole(column)}; got != parts {
			t.Errorf("%s: %v", column, got)
		}
	}
}

func TestYearsBefore(t *testing.T) {
	for year, want := range map[string][2]string{
		"2025-26": {"2023-24", "2024-25"}, "2001-02": {"1999-2000", "2000-01"}, "1999-2000": {"1997-98", "1998-99"}, "": {}, "year": {}, "20": {"18-19", "19-20"},
	} {
		if got := yearsBefore(year); got != want {
			t.Errorf("%q: %v", year, got)
		}
	}
}

func TestHeadsStandByNumber(t *testing.T) {
	heads := []string{"121", "47", "22", "100"}
	slices.SortFunc(heads, compareHeads)
	if got := strings.Join(heads, " "); got != "22 47 100 121" {
		t.Error(got)
	}
}

// TestBestOfEach: a paper comes before the CSV files, and provision before the other files.
func TestBestOfEach(t *testing.T) {
	got := bestOfEach([]Version{
		{Head: "47", Source: paper.SourceSubheads},
		{Head: "47", Source: paper.SourceProvision},
		{Head: "44", Source: paper.SourceCommitments},
		{Head: "47", Source: paper.SourcePaper},
		{Head: "44", Source: paper.SourceExpenses},
	})
	want := []string{"44 " + paper.SourceExpenses, "47 " + paper.SourcePaper}
	for i, v := range got {
		if i >= len(want) || v.Head+" "+v.Source != want[i] {
			t.Errorf("%d: %s %s", i, v.Head, v.Source)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d heads", len(got))
	}
}

// TestSumHeads adds up what is known; exactly, also where places differ.
func TestSumHeads(t *testing.T) {
	heads := []Version{
		{Year: "2015-16", Summary: Summary{Estimate: decimal(t, "10.05"), Revised: decimal(t, "1")}},
		{Year: "2015-16", Summary: Summary{Estimate: decimal(t, "0.1")}},
	}
	total, ok := sumHeads(heads)
	if !ok || total.Summary.Estimate.String() != "10.15" || total.Summary.Revised.String() != "1" {
		t.Errorf("%v %v %v", ok, total.Summary.Estimate, total.Summary.Revised)
	}
	if _, ok := sumHeads(heads[:1]); ok {
		t.Error("one head needs no total")
	}
}

func TestPageNumber(t *testing.T) {
	for s, want := range map[string]int{"": 1, "0": 1, "-3": 1, "2": 2, "10001": 1, "x": 1, "9999999999999999999": 1} {
		if got := pageNumber(s); got != want {
			t.Errorf("%q: %d", s, got)
		}
	}
}

func TestNamesOfHeadsCanBeRead(t *testing.T) {
	for key, name := range registered() {
		if !name.Complete() {
			t.Errorf("%s has not three names", key)
		}
	}
	if len(registered()) < 80 {
		t.Errorf("%d names", len(registered()))
	}
}
