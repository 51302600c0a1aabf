package estimates

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
	"praya/platform/files"
	"praya/platform/jobs"
	"praya/platform/search"
	"praya/subsystems/estimates/internal/paper"
)

func schemas() []db.Schema {
	return []db.Schema{audit.Schema(), events.Schema(), jobs.Schema(), search.Schema(), Schema()}
}

func service(t testing.TB, d *db.DB) *Service {
	t.Helper()
	folder, err := files.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	index, err := search.New(scope)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := access.New(Policy())
	if err != nil {
		t.Fatal(err)
	}
	return &Service{DB: d, Files: files.New(folder, 0), Index: index, Policy: policy, Limits: Limits{MaxBytes: 16 << 20}}
}

// each runs a test of the whole subsystem on both engines, as the program itself.
func each(t *testing.T, test func(t *testing.T, s *Service, ctx context.Context)) {
	t.Helper()
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		test(t, service(t, d), who.AsSystem(t.Context(), who.Production))
	})
}

func demoText(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("demo", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func mustImport(t *testing.T, s *Service, ctx context.Context, name, text string) []Imported {
	t.Helper()
	out, err := s.Import(ctx, name, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// state is everything that the public can see of the store, for comparing before and after.
func state(t *testing.T, s *Service, ctx context.Context) string {
	t.Helper()
	all, total, err := s.VersionsPage(ctx, "", "", 1000, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprintln(total)
	for _, v := range all {
		_, facts, err := s.Version(ctx, v.ID)
		if err != nil {
			t.Fatal(err)
		}
		h, err := s.Head(ctx, v.Year, v.Head, group(v.Source))
		if err != nil {
			t.Fatal(err)
		}
		out += fmt.Sprintln(v.ID, v.Head, v.Year, v.Source, v.Number, v.Digest, len(facts), h.Group, len(h.Checks), v.Summary.Outcomes)
	}
	return out + fmt.Sprint(found(t, s, ctx, Query{Text: "開支"}))
}

// found is where a query leads: head, year and line.
func found(t *testing.T, s *Service, ctx context.Context, q Query) []string {
	t.Helper()
	hits, err := s.Find(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, h := range hits.Hits {
		out = append(out, fmt.Sprintf("%s %s:%d", h.Head, h.Year, h.Line))
	}
	return out
}

const paper901 = "head901-2025-26.txt"

func TestImportTwiceChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *Service, ctx context.Context) {
		first := mustImport(t, s, ctx, paper901, demoText(t, paper901))
		before := state(t, s, ctx)
		again := mustImport(t, s, ctx, "another-name.txt", demoText(t, paper901))
		if len(first) != 1 || len(again) != 1 || !first[0].New || again[0].New || again[0].Version.ID != first[0].Version.ID {
			t.Errorf("%+v, then %+v", first, again)
		}
		if d := cmp.Diff(before, state(t, s, ctx)); d != "" {
			t.Error(d)
		}
	})
}

// TestFactsAreKeptWhole: what the store gives back is what the reader said, on both engines.
func TestFactsAreKeptWhole(t *testing.T) {
	each(t, func(t *testing.T, s *Service, ctx context.Context) {
		read, err := paper.Read(paper901, strings.NewReader(demoText(t, paper901)), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		v := mustImport(t, s, ctx, paper901, demoText(t, paper901))[0].Version
		_, facts, err := s.Version(ctx, v.ID)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(read[0].Facts, facts, exported); d != "" {
			t.Error(d)
		}
		var paged []paper.Fact
		for after := 0; ; {
			_, some, err := s.FactsPage(ctx, v.ID, "", after, 7)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range some {
				paged, after = append(paged, f.Fact), f.Seq
			}
			if len(some) < 7 {
				break
			}
		}
		if d := cmp.Diff(facts, paged, exported); d != "" {
			t.Errorf("page by page:\n%s", d)
		}
		lines, err := s.Text(ctx, v)
		if err != nil || strings.Join(lines, "\n")+"\n" != demoText(t, paper901) {
			t.Errorf("the text has %d lines, %v", len(lines), err)
		}
		h, err := s.Head(ctx, "2025-26", "901", "")
		if err != nil {
			t.Fatal(err)
		}
		if want := paper.Checks(read[0]); len(want) != len(h.Checks) || len(want) == 0 {
			t.Errorf("%d checks kept of %d", len(h.Checks), len(want))
		}
	})
}

func TestCorrectedPaperIsANewVersion(t *testing.T) {
	each(t, func(t *testing.T, s *Service, ctx context.Context) {
		text := demoText(t, paper901)
		old := mustImport(t, s, ctx, paper901, text)[0].Version
		if got := found(t, s, ctx, Query{Text: "導賞"}); len(got) == 0 {
			t.Fatal("the word is not found before the correction")
		}
		corrected := strings.ReplaceAll(text, "導賞", "講座")
		now := mustImport(t, s, ctx, paper901, corrected)[0].Version
		if now.Number != 2 || !now.Latest || now.ID == old.ID {
			t.Errorf("%+v", now)
		}
		was, facts, err := s.Version(ctx, old.ID)
		if err != nil || was.Latest || was.Number != 1 || len(facts) != old.Summary.Facts {
			t.Errorf("the old version: %+v, %d facts, %v", was, len(facts), err)
		}
		lines, err := s.Text(ctx, was)
		if err != nil || strings.Join(lines, "\n")+"\n" != text {
			t.Errorf("the old version's text: %v", err)
		}
		all, err := s.VersionsOf(ctx, "2025-26", "901")
		if err != nil || len(all) != 2 {
			t.Errorf("%d versions, %v", len(all), err)
		}
		h, err := s.Head(ctx, "2025-26", "901", "")
		if err != nil || len(h.Versions) != 1 || h.Versions[0].ID != now.ID {
			t.Errorf("the head shows %v, %v", h.Versions, err)
		}
		if got := found(t, s, ctx, Query{Text: "導賞"}); len(got) != 0 {
			t.Errorf("the old version is still found: %v", got)
		}
		if got := found(t, s, ctx, Query{Text: "講座"}); len(got) == 0 {
			t.Error("the new version is not found")
		}
	})
}

// TestCorrectionInOneCommand: the paper and its correction in one import: the later one
// of the command is the newest, and only it is found.
func TestCorrectionInOneCommand(t *testing.T) {
	each(t, func(t *testing.T, s *Service, ctx context.Context) {
		dir, text := t.TempDir(), demoText(t, paper901)
		var names []string
		for i, word := range []string{"導賞", "講座", "展覽", "考察"} {
			names = append(names, filepath.Join(dir, fmt.Sprintf("%d.txt", i)))
			if err := os.WriteFile(names[i], []byte(strings.ReplaceAll(text, "導賞", word)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.ImportFiles(ctx, names, func(int, []Imported) {}); err != nil {
			t.Fatal(err)
		}
		h, err := s.Head(ctx, "2025-26", "901", "")
		if err != nil || len(h.Versions) != 1 || h.Versions[0].File != "3.txt" || h.Versions[0].Number != 4 {
			t.Errorf("the newest is %+v, %v", h.Versions, err)
		}
		for word, want := range map[string]bool{"導賞": false, "講座": false, "展覽": false, "考察": true} {
			if got := found(t, s, ctx, Query{Text: word}); want != (len(got) > 0) {
				t.Errorf("%s is found at %v", word, got)
			}
		}
	})
}

// factsCSV is a file of facts of some heads, as `praya estimates read --csv` writes it.
func factsCSV(t *testing.T, facts ...[]paper.Fact) string {
	t.Helper()
	var b bytes.Buffer
	if err := writeFacts(&b, slices.Concat(facts...)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func from(source string, facts []paper.Fact) []paper.Fact {
	for i := range facts {
		facts[i].Source = source
	}
	return facts
}

func TestPaperAndCSVStandSideBySide(t *testing.T) {
	each(t, func(t *testing.T, s *Service, ctx context.Context) {
		mustImport(t, s, ctx, paper901, demoText(t, paper901))
		mustImport(t, s, ctx, "csv", factsCSV(t, from(paper.SourceProvision, provisions(t, "901", "2025-26", "1 海濱服務: 2025-26 estimate 1.5"))))
		best, err := s.Head(ctx, "2025-26", "901", "")
		if err != nil || best.Group != paper.SourcePaper || !slices.Equal(best.Groups, []string{paper.SourcePaper, "csv"}) {
			t.Errorf("%s of %v, %v", best.Group, best.Groups, err)
		}
		csv, err := s.Head(ctx, "2025-26", "901", "csv")
		if err != nil || len(csv.Facts) != 1 || csv.Facts[0].Value.String() != "1.5" {
			t.Errorf("%d facts of the CSV, %v", len(csv.Facts), err)
		}
		for _, f := range best.Facts {
			if f.Source != paper.SourcePaper {
				t.Fatalf("a fact of the paper is of %s", f.Source)
			}
		}
		heads, err := s.Heads(ctx, "2025-26")
		if err != nil || len(heads) != 1 || heads[0].Source != paper.SourcePaper {
			t.Errorf("the year lists %v, %v", heads, err)
		}
		if _, err := s.Head(ctx, "2025-26", "901", paper.SourceSeries); !fault.Is(err, fault.NotFound) {
			t.Errorf("a group that is not there: %v", err)
		}
	})
}

// The four files of a government that does not exist: in the form of the public ones.
var fourFiles = map[string]string{
	"provision.csv": "總目,綱領編號,綱領,機構,\"2023-24\n(實際)\n(百萬元)\",\"2024-25\n(原來預算)\n(百萬元)\",\"2024-25\n(修訂)\n(百萬元)\",\"2025-26\n(預算)\n(百萬元)\"\n" +
		"901,1,海濱,,1.0,1.1,1.2,1.3\n901,2,潮汐,,2.0,2.1,2.2,2.3\n902,1,花園,,5.0,5.1,5.2,5.3\n",
	"subheads.csv": "總目,帳目,種類,分目(編號),分目,\"發還款項\n$'000\",\"2023-24\n實際開支\n$'000\",\"2024-25\n核准預算\n$'000\",\"2024-25\n修訂預算\n$'000\",\"2025-26\n預算\n$'000\"\n" +
		"901,經營帳目,經常開支,000,運作開支,,2980,3180,3410,3600\n902,經營帳目,經常開支,000,運作開支,,5000,5100,5200,5300\n",
	"expenses.csv": "總目,開支組成項目,傳统分目,\"2023-24\n(實際)\n($'000)\",\"2024-25\n(原來預算)\n($'000)\",\"2024-25\n(修訂預算)\n($'000)\",\"2025-26\n(預算)\n($'000)\"\n" +
		"901,個人薪酬,薪金,2980,3180,3410,3600\n902,個人薪酬,薪金,5000,5100,5200,5301\n",
	"commitments.csv": "總目,帳目,分目(編號),分目,項目(編號),涵蓋的範圍,\"核准\n承擔額\n$'000\",\"截至\n31.3.2024止\n的累積開支\n$'000\",\"2024-25\n修訂預算開支\n$'000\",\"結餘\n$'000\"\n" +
		"901,經營帳目,700,一般非經常開支,501,重鋪步道,1000,400,100,500\n",
}

// TestCSVKindsAreCheckedTogether: in any order of files the checks of a head are those of all
// of its files, every version's overview says the same, and a difference between files is said.
func TestCSVKindsAreCheckedTogether(t *testing.T) {
	orders := [][]string{
		{"provision.csv", "subheads.csv", "expenses.csv", "commitments.csv"},
		{"commitments.csv", "expenses.csv", "subheads.csv", "provision.csv"},
	}
	each(t, func(t *testing.T, s *Service, ctx context.Context) {
		var want []string
		for n, order := range orders {
			ctx := who.AsSystem(ctx, []who.Realm{who.Production, who.Sandbox}[n])
			for _, name := range order {
				mustImport(t, s, ctx, name, fourFiles[name])
			}
			var got []string
			for _, head := range []string{"901", "902"} {
				h, err := s.Head(ctx, "2025-26", head, "")
				if err != nil || h.Group != "csv" {
					t.Fatal(h.Group, err)
				}
				for _, c := range h.Checks {
					got = append(got, fmt.Sprintf("%s %s %s %s %s", head, c.Check, c.Row, c.Column, c.Outcome))
				}
				for _, v := range h.Versions {
					if d := cmp.Diff(outcomes(h.Checks), v.Summary.Outcomes); d != "" {
						t.Errorf("the overview of %s %s:\n%s", head, v.Source, d)
					}
				}
			}
			slices.Sort(got)
			if want == nil {
				want = got
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("the order %v says something else:\n%s", order, d)
			}
		}
		has := func(parts ...string) bool {
			return slices.ContainsFunc(want, func(c string) bool {
				return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(c, p) })
			})
		}
		if !has("901", paper.CheckExpensesSubhead, paper.Agrees) || !has("902", paper.CheckExpensesSubhead, "2025-26 estimate", paper.Note) ||
			!has("901", paper.CheckCommitmentBalance, paper.Agrees) || !has("901", paper.CheckProvisionSubheads) {
			t.Errorf("the checks are %s", strings.Join(want, "\n"))
		}
	})
}

// TestOneHeadOfACSVCorrected: the other heads of the file keep their versions.
func TestOneHeadOfACSVCorrected(t *testing.T) {
	each(t, func(t *testing.T, s *Service, ctx context.Context) {
		text := fourFiles["provision.csv"]
		mustImport(t, s, ctx, "provision.csv", text)
		again := mustImport(t, s, ctx, "provision.csv", strings.Replace(text, "901,2,潮汐,,2.0,2.1,2.2,2.3\n", "901,2,潮汐,,2.0,2.1,2.2,2.3\n901,3,測量,,1,1,1,1\n", 1))
		fresh := map[string]bool{}
		for _, i := range again {
			fresh[i.Version.Head] = i.New
		}
		if d := cmp.Diff(map[string]bool{"901": true, "902": false}, fresh); d != "" {
			t.Error(d) // the lines of 902 have moved, its figures have not
		}
		if _, total, err := s.VersionsPage(ctx, "", "", 10, 0); err != nil || total != 2 {
			t.Errorf("%d newest versions, %v", total, err)
		}
	})
}

func TestNothingOfARefusedFileIsStored(t *testing.T) {
	good := factsCSV(t, provisions(t, "47", "2024-25", "1 海濱: 2024-25 estimate 11.0"))
	bad := map[string]string{
		"empty.txt":     "",
		"letter.txt":    "Dear Sir, this is a letter.\n",
		"zip.txt":       "PK\x03\x04rest",
		"endless.txt":   strings.Repeat("總目", 200_000),
		"facts.csv":     good + "provision,47\n",
		"provision.csv": fourFiles["provision.csv"] + "x,1,壞,,1,1,1,1\n",
		"binary.txt":    "總目\x00\x01",
	}
	each(t, func(t *testing.T, s *Service, ctx context.Context) {
		before := state(t, s, ctx)
		for name, text := range bad {
			_, err := s.Import(ctx, name, strings.NewReader(text))
			var input *paper.InputError
			if !errors.As(err, &input) && !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if d := cmp.Diff(before, state(t, s, ctx)); d != "" {
			t.Error(d)
		}
		if blobs := countBlobs(t, s); blobs != 0 {
			t.Errorf("%d texts of refused files were kept", blobs)
		}

		dir := t.TempDir()
		var names []string
		for name, text := range bad {
			names = append(names, filepath.Join(dir, name))
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		invented := Invent(3, 2024, 1)
		for _, p := range invented {
			names = append(names, filepath.Join(dir, p.Name))
			if err := os.WriteFile(filepath.Join(dir, p.Name), []byte(p.Text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		names = append(names, filepath.Join(dir, "missing.txt"))
		slices.Sort(names)
		last, stored := 0, 0
		err := s.ImportFiles(ctx, names, func(done int, some []Imported) { last, stored = done, stored+len(some) })
		if err == nil || last != len(names) || stored != len(invented) {
			t.Fatalf("%d of %d done, %d stored, %v", last, len(names), stored, err)
		}
		for name := range bad {
			// What is told of a fault names its file in its arguments.
			if !strings.Contains(err.Error(), name) && !named901(err, name) {
				t.Errorf("the error does not name %s: %v", name, err)
			}
		}
		if !strings.Contains(err.Error(), "missing.txt") {
			t.Errorf("the error does not name the missing file: %v", err)
		}
		all, total, err := s.VersionsPage(ctx, "", "", 100, 0)
		if err != nil || total != len(invented) {
			t.Errorf("%d versions, %v", total, err)
		}
		for _, v := range all {
			if v.Source != paper.SourcePaper || v.Summary.Outcomes[paper.Fault] != 0 {
				t.Errorf("%+v", v)
			}
		}
	})
}

// named901 looks for a file's name in the arguments of the faults that an error joins.
func named901(err error, name string) bool {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return slices.ContainsFunc(many.Unwrap(), func(e error) bool { return named901(e, name) })
	}
	var f *fault.Fault
	return errors.As(err, &f) && f.Args["file"] == name
}

func countBlobs(t *testing.T, s *Service) (n int) {
	t.Helper()
	for _, err := range s.Files.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func TestSearch(t *testing.T) {
	each(t, func(t *testing.T, s *Service, ctx context.Context) {
		mustImport(t, s, ctx, paper901, demoText(t, paper901))
		mustImport(t, s, ctx, "head901-2024-25.txt", demoText(t, "head901-2024-25.txt"))
		for _, p := range Invent(12, 2030, 3) {
			mustImport(t, s, ctx, p.Name, p.Text)
		}
		count := func(q Query) int {
			hits, err := s.Find(ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			return hits.Total
		}
		for _, q := range []string{"海濱", "海滨", "潮", "潮汐資料", "潮汐资料", "導賞"} {
			if count(Query{Text: q, Head: "901"}) == 0 {
				t.Errorf("%s is not found", q)
			}
		}
		if a, b := count(Query{Text: "海濱", Head: "901"}), count(Query{Text: "海滨", Head: "901"}); a != b {
			t.Errorf("%d in one script, %d in the other", a, b)
		}
		for _, q := range []string{"濱海", "無此詞語也", "xyzzy"} {
			if n := count(Query{Text: q, Head: "901"}); n != 0 {
				t.Errorf("%s is found %d times", q, n)
			}
		}
		both, one := count(Query{Text: "海濱", Head: "901"}), count(Query{Text: "海濱", Head: "901", Year: "2024-25"})
		if one == 0 || one >= both {
			t.Errorf("%d in all years, %d in one", both, one)
		}
		for _, h := range mustFind(t, s, ctx, Query{Text: "海濱", Kind: paper.KindProgramme}).Hits {
			if h.Kind != paper.KindProgramme {
				t.Errorf("the filter lets %s through", h.Kind)
			}
		}
		q := Query{Text: InventedWords()[0]}
		total, seen := count(q), map[string]bool{}
		if total <= 2*hitsPerPage {
			t.Fatalf("%s is found %d times: too few for pages", q.Text, total)
		}
		for q.Page = 1; ; q.Page++ {
			hits := mustFind(t, s, ctx, q)
			if hits.Total != total {
				t.Errorf("page %d says %d of %d", q.Page, hits.Total, total)
			}
			for _, h := range hits.Hits {
				key := fmt.Sprintf("%s %d %d %s %s", h.Version, h.Line, h.Cell, h.Kind, h.Text)
				if seen[key] {
					t.Errorf("%s stands on two pages", key)
				}
				seen[key] = true
			}
			if len(hits.Hits) < hitsPerPage {
				break
			}
		}
		if len(seen) != total {
			t.Errorf("%d hits on pages of %d", len(seen), total)
		}
		if _, err := s.Find(ctx, Query{Text: strings.Repeat("長", 201)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a long query: %v", err)
		}
		if hits := mustFind(t, s, ctx, Query{Text: "  "}); hits.Total != 0 {
			t.Errorf("nothing is found %d times", hits.Total)
		}
	})
}

func mustFind(t *testing.T, s *Service, ctx context.Context, q Query) Hits {
	t.Helper()
	hits, err := s.Find(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	return hits
}

// TestSandboxIsAWorldOfItsOwn: what is in one realm cannot be reached from the other, by list,
// by address, or by id.
func TestSandboxIsAWorldOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, s *Service, ctx context.Context) {
		v := mustImport(t, s, ctx, paper901, demoText(t, paper901))[0].Version
		sandbox := who.AsSystem(ctx, who.Sandbox)
		if years, err := s.Years(sandbox); err != nil || len(years) != 0 {
			t.Errorf("%v, %v", years, err)
		}
		for what, err := range map[string]error{
			"year":     second(s.Heads(sandbox, "2025-26")),
			"head":     second(s.Head(sandbox, "2025-26", "901", "")),
			"readings": second(s.Readings(sandbox, "901")),
			"compare":  second(s.Compare(sandbox, "901", "2025-26", "901", "2025-26")),
			"version":  third(s.Version(sandbox, v.ID)),
			"facts":    third(s.FactsPage(sandbox, v.ID, "", 0, 1)),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if hits := mustFind(t, s, sandbox, Query{Text: "海濱"}); hits.Total != 0 {
			t.Errorf("%d hits", hits.Total)
		}
		if all, err := s.VersionsOf(sandbox, "2025-26", "901"); err != nil || len(all) != 0 {
			t.Errorf("%v, %v", all, err)
		}
		other := mustImport(t, s, sandbox, paper901, demoText(t, paper901))[0]
		if !other.New || other.Version.ID == v.ID {
			t.Error("the sandbox knew the paper of production")
		}
	})
}

func second[T any](_ T, err error) error        { return err }
func third[T, U any](_ T, _ U, err error) error { return err }

// TestThePublicMayNotImport: nobody signed in is asked to sign in, by every door to the store.
func TestThePublicMayNotImport(t *testing.T) {
	each(t, func(t *testing.T, s *Service, ctx context.Context) {
		public := who.With(ctx, who.Request{Actor: who.Actor{Kind: who.Public}, Realm: who.Production})
		name := filepath.Join("demo", paper901)
		_, imported := s.Import(public, paper901, strings.NewReader(demoText(t, paper901)))
		_, stored := s.Store(public, paper901, nil)
		for what, err := range map[string]error{
			"Import": imported, "Store": stored,
			"ImportFiles": s.ImportFiles(public, []string{name}, func(int, []Imported) { t.Error("a file was imported") }),
			"LoadDemo":    s.LoadDemo(public),
		} {
			if k := fault.Of(err); err == nil || k != fault.Unauthenticated && k != fault.Forbidden {
				t.Errorf("%s: %v", what, err)
			}
		}
		stranger := who.With(ctx, who.Request{Actor: who.Actor{Kind: "Stranger"}, Realm: who.Production})
		if _, err := s.Years(stranger); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an unknown kind of actor: %v", err)
		}
		operator := who.With(ctx, who.Request{Actor: who.Actor{Kind: who.Operator, ID: "operator"}, Realm: who.Production})
		mustImport(t, s, operator, paper901, demoText(t, paper901))
		if heads, err := s.Heads(public, "2025-26"); err != nil || len(heads) != 1 {
			t.Errorf("the public reads %v, %v", heads, err)
		}
	})
}

// TestYearFile: after an import the job makes the file of the year; it is what a live download
// writes, byte for byte; and a change of any source of the year makes it stale until it is made
// again.
func TestYearFile(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		var ahead atomic.Int64 // so that the job's hour has come without waiting for it
		clock := func() when.Instant { return when.System().Add(time.Duration(ahead.Load())) }
		d, err := db.Open(t.Context(), db.Config{URL: address, Connections: 10}, clock)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
		if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
			t.Fatal(err)
		}
		s, ctx := service(t, d), who.AsSystem(t.Context(), who.Production)
		for _, name := range []string{"provision.csv", "subheads.csv", "expenses.csv", "commitments.csv"} {
			mustImport(t, s, ctx, name, fourFiles[name])
		}
		mustImport(t, s, ctx, paper901, demoText(t, paper901))

		background, stop := context.WithCancel(ctx)
		defer stop()
		log := slog.New(slog.DiscardHandler)
		queue := jobs.New(d, log)
		queue.Every = 5 * time.Millisecond
		queue.Register(JobYearFile, s.MakeYearFile, jobs.Options{})
		bus := events.New(d, log, s.YearFiles())
		go func() { _ = bus.Run(background) }()
		go func() { _ = queue.Run(background) }()

		made := waitForYearFile(t, s, ctx, &ahead)
		if live := liveYear(t, s, ctx); !bytes.Equal(live, made) || len(live) < 1000 {
			t.Errorf("the file has %d bytes, the download %d", len(made), len(live))
		}
		if n := strings.Count(string(made), factsHeader); n != 1 {
			t.Errorf("%d headings", n)
		}
		// A correction in a file that no head prefers must be seen too.
		mustImport(t, s, ctx, "subheads.csv", strings.Replace(fourFiles["subheads.csv"], "902,經營帳目,經常開支,000,運作開支,,5000", "902,經營帳目,經常開支,000,運作開支,,5009", 1))
		if r, err := openYear(s, ctx); err != nil || r != nil {
			t.Errorf("a stale file is served: %v", err)
		}
		if !strings.Contains(string(liveYear(t, s, ctx)), ",5009,") {
			t.Error("the download lacks the correction")
		}
		if again := waitForYearFile(t, s, ctx, &ahead); !bytes.Equal(again, liveYear(t, s, ctx)) || bytes.Equal(again, made) {
			t.Error("the file was not made again")
		}
	})
}

func openYear(s *Service, ctx context.Context) (io.ReadCloser, error) {
	_, state, err := s.yearState(ctx, "2025-26")
	if err != nil {
		return nil, err
	}
	return s.yearFile(ctx, "2025-26", state)
}

// waitForYearFile lets a second go by every few milliseconds until the file is there.
func waitForYearFile(t *testing.T, s *Service, ctx context.Context, ahead *atomic.Int64) []byte {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		ahead.Add(int64(time.Second))
		r, err := openYear(s, ctx)
		if err != nil {
			t.Fatal(err)
		}
		if r == nil {
			if time.Now().After(end) {
				t.Fatal("no file of the year was made")
			}
			continue
		}
		defer discard(r)
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

func liveYear(t *testing.T, s *Service, ctx context.Context) []byte {
	t.Helper()
	heads, err := s.Heads(ctx, "2025-26")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := s.writeYear(ctx, &b, heads, func(int) {}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestImportIsPublished: an event a version, with ids and nothing else.
func TestImportIsPublished(t *testing.T) {
	each(t, func(t *testing.T, s *Service, ctx context.Context) {
		ctx, stop := context.WithTimeout(ctx, 20*time.Second)
		defer stop()
		got := make(chan events.Event, 10)
		bus := events.New(s.DB, slog.New(slog.DiscardHandler), events.Consumer{
			Name: "trial", Subjects: []string{subjectImported}, Handle: func(_ *db.Tx, e events.Event) error {
				got <- e
				return nil
			},
		})
		go func() { _ = bus.Run(ctx) }()
		v := mustImport(t, s, ctx, paper901, demoText(t, paper901))[0].Version
		mustImport(t, s, ctx, paper901, demoText(t, paper901))
		select {
		case e := <-got:
			var said map[string]string
			if err := json.Unmarshal(e.Data, &said); err != nil {
				t.Fatal(err)
			}
			want := map[string]string{"version": string(v.ID), "head": "901", "year": "2025-26", "source": "paper"}
			if d := cmp.Diff(want, said); d != "" {
				t.Error(d)
			}
		case <-ctx.Done():
			t.Fatal("no event came")
		}
		select {
		case e := <-got:
			t.Errorf("a second event for what changed nothing: %s", e.Data)
		case <-time.After(100 * time.Millisecond):
		}
	})
}
