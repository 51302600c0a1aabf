package estimates

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/subsystems/estimates/internal/paper"
)

// sharedInputs is where the real papers stand. They are not ours to commit: CI must have them.
func sharedInputs(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("PRAYA_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "inputs", "estimates")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the real papers are required in CI: %v", err)
		}
		t.Skipf("no real papers (set PRAYA_SHARED): %v", err)
	}
	return dir
}

func readReal(t testing.TB, name string) []*paper.Paper {
	t.Helper()
	papers, err := readFile(filepath.Join(sharedInputs(t), name), Limits{MaxBytes: 16 << 20})
	if err != nil {
		t.Fatal(err)
	}
	return papers
}

var governmentFiles = []string{
	"all-heads-2015-16/estimates-2015-16-all-heads-com.csv", "all-heads-2015-16/estimates-2015-16-all-heads-des.csv",
	"all-heads-2015-16/estimates-2015-16-all-heads-es.csv", "all-heads-2015-16/estimates-2015-16-all-heads-fin_provision.csv",
}

// TestWholeGovernment: the four public CSV files load, every one of 83 heads can be opened, and
// programmes and subheads differ at three heads only, which is a note. (That the commitments
// need not cover all of subhead 700 is another note, at many heads.)
func TestWholeGovernment(t *testing.T) {
	dir := sharedInputs(t)
	s, ctx := service(t, migrated(t)), who.AsSystem(t.Context(), who.Production)
	var names []string
	for _, name := range governmentFiles {
		names = append(names, filepath.Join(dir, name))
	}
	for round, fresh := range []bool{true, false} {
		err := s.ImportFiles(ctx, names, func(_ int, some []Imported) {
			for _, i := range some {
				if i.New != fresh {
					t.Errorf("round %d: %s %s is new: %v", round+1, i.Version.Head, i.Version.Source, i.New)
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	heads, err := s.Heads(ctx, "2015-16")
	if err != nil || len(heads) != 83 {
		t.Fatalf("%d heads, %v", len(heads), err)
	}
	var noted []string
	total := 0
	for _, v := range heads {
		h, err := s.Head(ctx, "2015-16", v.Head, "")
		if err != nil {
			t.Fatal(err)
		}
		if len(h.Facts) == 0 || len(h.Problems) > 0 {
			t.Errorf("head %s: %d facts, problems %v", v.Head, len(h.Facts), h.Problems)
		}
		total += len(h.Facts)
		count := outcomes(h.Checks)
		if count[paper.Fault] > 0 || count[paper.Uncheckable] > 0 {
			t.Errorf("head %s: %v", v.Head, count)
		}
		for _, c := range h.Checks {
			if c.Outcome == paper.Note && c.Check != paper.CheckCommitmentsSubhead && !slices.Contains(noted, v.Head) {
				noted = append(noted, v.Head)
			}
		}
	}
	if d := cmp.Diff([]string{"44", "62", "147"}, noted); d != "" {
		t.Errorf("notes:\n%s", d)
	}
	if total < 7000 {
		t.Errorf("%d facts", total)
	}
}

func migrated(t testing.TB) *db.DB {
	t.Helper()
	d := dbtest.Open(t, dbtest.SQLite(t))
	if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestHead47: the two papers' checks are exactly those that the papers allow: no fault; three
// differences of 2025-26 that footnotes explain; and one note, the 4,800 thousand between
// subhead 700 and the commitments.
func TestHead47(t *testing.T) {
	for _, c := range []struct {
		name                    string
		footnotes, notes, facts int
	}{{"head47-2023-24.zh-Hant.txt", 0, 0, 150}, {"head47-2025-26.zh-Hant.txt", 3, 1, 200}} {
		p := readReal(t, c.name)[0]
		checks := paper.Checks(p)
		count := outcomes(checks)
		if count[paper.Fault] != 0 || count[paper.Footnoted] != c.footnotes || count[paper.Note] != c.notes || count[paper.Agrees] < 80 {
			t.Errorf("%s: %v", c.name, count)
		}
		if len(p.Facts) < c.facts {
			t.Errorf("%s: %d facts", c.name, len(p.Facts))
		}
		for _, k := range checks {
			switch k.Outcome {
			case paper.Footnoted:
				if k.Check != paper.CheckProvisionSubheads || k.Footnote == "" {
					t.Errorf("a footnote explains %s %s: %q", k.Check, k.Row, k.Footnote)
				}
			case paper.Note:
				if k.Check != paper.CheckCommitmentsSubhead || k.Difference == nil || k.Difference.Abs().String() != "4800" || k.Unit != paper.UnitThousand {
					t.Errorf("the note is %s, %v %s", k.Check, k.Difference, k.Unit)
				}
			}
		}
	}
}

// TestPapersInTheStore: the store keeps the real papers whole, and the series of the head breaks
// where the office was renamed.
func TestPapersInTheStore(t *testing.T) {
	dir := sharedInputs(t)
	each(t, func(t *testing.T, s *Service, ctx context.Context) {
		names := []string{filepath.Join(dir, "head47-2023-24.zh-Hant.txt"), filepath.Join(dir, "head47-2025-26.zh-Hant.txt"), filepath.Join(dir, "head47-2006-2014-series.csv")}
		if err := s.ImportFiles(ctx, names, func(int, []Imported) {}); err != nil {
			t.Fatal(err)
		}
		for i, year := range []string{"2023-24", "2025-26"} {
			h, err := s.Head(ctx, year, "47", "")
			if err != nil {
				t.Fatal(err)
			}
			p := readReal(t, filepath.Base(names[i]))[0]
			if d := cmp.Diff(p.Facts, h.Facts, exported); d != "" {
				t.Errorf("%s:\n%s", year, d)
			}
			if d := cmp.Diff(outcomes(paper.Checks(p)), outcomes(h.Checks)); d != "" {
				t.Errorf("%s:\n%s", year, d)
			}
		}
		c, err := s.Compare(ctx, "47", "2023-24", "47", "2025-26")
		if err != nil {
			t.Fatal(err)
		}
		for _, reason := range []string{"renamed", "gap"} {
			if !slices.ContainsFunc(c.Breaks, func(b Break) bool { return b.Reason == reason }) {
				t.Errorf("no break says %s: %+v", reason, c.Breaks)
			}
		}
		readings, err := s.Readings(ctx, "47")
		if err != nil || len(readings) != 11 {
			t.Errorf("%d readings, %v", len(readings), err)
		}
		for _, series := range programmeSeries(readings) {
			for _, p := range series.Points {
				if !sameName(p.Fact.Name, series.Name) || p.Fact.Code != series.Code {
					t.Errorf("%s %s is joined to %s %s", p.Fact.Code, p.Fact.Name, series.Code, series.Name)
				}
			}
		}
	})
}

// TestDemonstrationIsNotStale: the figures that the program ships are those that it reads from
// the papers today, and their checks come out the same without the papers' sentences.
func TestDemonstrationIsNotStale(t *testing.T) {
	for demo, sources := range map[string][]string{
		"head47-2023-24.csv":     {"head47-2023-24.zh-Hant.txt"},
		"head47-2025-26.csv":     {"head47-2025-26.zh-Hant.txt"},
		"government-2015-16.csv": governmentFiles,
	} {
		var now []paper.Fact
		groups := map[string][]*paper.Paper{}
		for _, name := range sources {
			for _, p := range readReal(t, name) {
				now = append(now, figuresOnly(p.Facts)...)
				groups[p.Head] = append(groups[p.Head], p)
			}
		}
		shipped, err := readFacts(demo, strings.NewReader(demoText(t, demo)))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := writeFacts(&b, now); err != nil {
			t.Fatal(err)
		}
		if b.String() != demoText(t, demo) {
			t.Errorf("%s is stale: %s", demo, firstDifference(b.String(), demoText(t, demo)))
		}
		shippedGroups := map[string][]*paper.Paper{}
		for _, p := range shipped {
			shippedGroups[p.Head] = append(shippedGroups[p.Head], p)
		}
		for head, papers := range groups {
			want, got := told47(paper.Checks(papers...)), told47(paper.Checks(shippedGroups[head]...))
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s, head %s: paper (-), figures only (+)\n%s", demo, head, d)
			}
		}
	}
}

// told47 are checks as far as figures alone decide them.
func told47(checks []paper.Check) map[string]int {
	out := map[string]int{}
	for _, c := range checks {
		out[fmt.Sprintf("%s %s", c.Check, c.Outcome)]++
	}
	return out
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return fmt.Sprintf("line %d should be %q", i+1, a[i])
		}
	}
	return "it has more lines"
}

// TestDemonstrationHasNoSentences: what we pass on of the government's papers are figures and
// names, not their text.
func TestDemonstrationHasNoSentences(t *testing.T) {
	for _, name := range []string{"head47-2023-24.csv", "head47-2025-26.csv"} {
		shipped, err := readFacts(name, strings.NewReader(demoText(t, name)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range shipped[0].Facts {
			if strings.Contains(f.Raw, "。") && f.Value == nil || (f.Kind == paper.KindFootnote || f.Kind == paper.KindReason) && !strings.HasPrefix(f.Raw, "（摘要）") || len([]rune(f.Raw)) > 80 {
				t.Errorf("%s: %s %q", name, f.Kind, f.Raw)
			}
		}
	}
}
