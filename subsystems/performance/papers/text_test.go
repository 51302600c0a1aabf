package papers

import (
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// TestEnglishHasTheFiguresOfTheChinese: block by block and cell by cell, in
// the same order.
func TestEnglishHasTheFiguresOfTheChinese(t *testing.T) {
	figures := 0
	for seed := range uint64(150) {
		s := Invent(seed, 0)
		zh, en := Compose(s, lang.TC), Compose(s, lang.EN)
		if len(zh.Blocks) != len(en.Blocks) {
			t.Fatalf("seed %d: %d blocks and %d", seed, len(zh.Blocks), len(en.Blocks))
		}
		for i, b := range zh.Blocks {
			e := en.Blocks[i]
			if b.Kind != e.Kind || b.Section != e.Section || b.Number != e.Number {
				t.Fatalf("seed %d: block %d is %s %s and %s %s", seed, i, b.Section, b.Kind, e.Section, e.Kind)
			}
			if b.Table != nil {
				figures += sameTable(t, seed, b.Table, e.Table)
				continue
			}
			a, c := amounts(b.Text+" "+b.Amount), amounts(e.Text+" "+e.Amount)
			if !slices.Equal(a, c) {
				t.Errorf("seed %d: %v and %v\n%s %s\n%s %s", seed, a, c, b.Text, b.Amount, e.Text, e.Amount)
			}
			figures += len(a)
		}
	}
	if figures < 50_000 {
		t.Errorf("only %d figures were compared", figures)
	}
}

func sameTable(t *testing.T, seed uint64, a, b *Table) int {
	t.Helper()
	n := 0
	if a.Kind != b.Kind || len(a.Rows) != len(b.Rows) {
		t.Fatalf("seed %d: tables %s of %d rows and %s of %d", seed, a.Kind, len(a.Rows), b.Kind, len(b.Rows))
	}
	for i := range a.Rows {
		x, y := a.Rows[i], b.Rows[i]
		if len(x.Cells) != len(y.Cells) {
			t.Fatalf("seed %d: %v and %v", seed, x, y)
		}
		for c := a.Labels; c < len(x.Cells); c++ {
			cell := strings.ReplaceAll(x.Cells[c], "不適用", "N.A.")
			if cell != y.Cells[c] && !x.Head {
				t.Errorf("seed %d: %s row %d: %s and %s", seed, a.Kind, i, cell, y.Cells[c])
			}
			n++
		}
	}
	return n
}

// amounts reads the sums of money, posts and percentages of a sentence, as
// tenths of a dollar, posts and per cent, without the writer's help.
func amounts(s string) []string {
	form := regexp.MustCompile(`(\$?)((?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?)( ?億元| ?萬元| ?元| million|m\b|%| 個| posts?\b| non-directorate| directorate|)`)
	var out []string
	for _, m := range form.FindAllStringSubmatch(s, -1) {
		v, ok := new(big.Rat).SetString(strings.NewReplacer(",", "", " ", "").Replace(m[2]))
		if !ok {
			continue
		}
		unit := strings.TrimSpace(m[3])
		scale := int64(1)
		var word string
		switch {
		case unit == "億元":
			scale, word = 100_000_000, "$"
		case unit == "萬元":
			scale, word = 10_000, "$"
		case unit == "元":
			word = "$"
		case m[1] == "$" && (unit == "million" || unit == "m"):
			scale, word = 1_000_000, "$"
		case m[1] == "$":
			word = "$"
		case unit == "%":
			word = "%"
		case unit == "個" || strings.HasPrefix(unit, "post") || strings.HasSuffix(unit, "directorate"):
			word = "posts"
		default:
			continue // a year, or a number within a name
		}
		out = append(out, v.Mul(v, big.NewRat(scale, 1)).RatString()+word)
	}
	return out
}

// TestPrintedFiguresAreThoseOfThePage: what poppler reads in the PDF is what
// the report says: every row of figures in its order, and every sentence.
func TestPrintedFiguresAreThoseOfThePage(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("run .ci/install first: %v", err)
	}
	rows := 0
	for seed := range uint64(6) {
		for _, r := range Both(Invent(seed, 0)) {
			b, err := r.PDF(when.Day{Year: 2026, Month: time.February, Date: 25})
			if err != nil {
				t.Fatal(err)
			}
			rows += holds(t, seed, r, extracted(t, b))
		}
	}
	if rows < 500 {
		t.Errorf("only %d rows of figures", rows)
	}
}

// extracted gives the lines of a PDF without its footers.
func extracted(t *testing.T, b []byte) []string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "r.pdf")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", name, "-").Output() //nolint:gosec // a tool of this test
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, page := range strings.Split(strings.TrimRight(string(out), "\f\n"), "\f") {
		all := strings.Split(strings.TrimRight(page, "\n"), "\n")
		end := len(all) - 1
		for end > 0 && !regexp.MustCompile(`\d+ ?/ ?\d+$`).MatchString(strings.TrimSpace(all[end])) {
			end-- // the footer may have two lines; the number of the page stands on the first
		}
		for _, l := range all[:end] {
			lines = append(lines, strings.Join(strings.Fields(l), " "))
		}
	}
	return lines
}

func holds(t *testing.T, seed uint64, r Report, lines []string) int {
	t.Helper()
	at, rows := 0, 0
	whole := strings.ReplaceAll(strings.Join(lines, ""), " ", "")
	for _, b := range r.Blocks {
		if b.Table == nil {
			if text := strings.ReplaceAll(b.Text, " ", ""); b.Amount == "" && !strings.Contains(whole, text) {
				t.Errorf("seed %d: not printed: %s", seed, b.Text)
			}
			continue
		}
		for _, row := range b.Table.Rows {
			if row.Title || row.Head {
				continue
			}
			want := strings.Join(row.Cells[b.Table.Labels:], " ")
			from := at
			for at < len(lines) && lines[at] != want && !strings.HasSuffix(lines[at], " "+want) {
				at++
			}
			if at == len(lines) {
				t.Errorf("seed %d: %s: the row %s is not printed in its order", seed, b.Table.Kind, want)
				at = from
				continue
			}
			at++
			rows++
		}
	}
	return rows
}
