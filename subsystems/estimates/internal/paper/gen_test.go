package paper_test

import (
	"strings"
	"testing"

	"praya/subsystems/estimates/internal/paper"
	"praya/subsystems/estimates/internal/paper/gen"
)

// TestGeneratedPapersReadBack: whatever figures the generator puts into a
// paper, the reader finds there, printed; it finds no others in the tables,
// and every sum agrees.
func TestGeneratedPapersReadBack(t *testing.T) {
	for seed := range uint64(150) {
		d := gen.Write(gen.Options{Seed: seed, Head: 100 + int(seed%400), Year: 2001 + int(seed%40)})
		papers, err := paper.Read(d.Name, strings.NewReader(d.Text), paper.Limits{})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		p := papers[0]
		if p.Head != d.Head || p.Year != d.Year || p.Title != d.Title {
			t.Errorf("seed %d: %s %s %s", seed, p.Head, p.Year, p.Title)
		}
		readBack(t, seed, d, p)
		for _, x := range p.Problems {
			t.Errorf("seed %d: %+v", seed, x)
		}
		for _, c := range paper.Checks(p) {
			if c.Outcome == paper.Fault || c.Outcome == paper.Uncheckable {
				t.Errorf("seed %d: %s %s %s %s %v %v %v %s", seed, c.Outcome, c.Check, c.Row, c.Column, c.Lines, c.Computed, c.Printed, c.Why)
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d fails:\n%s", seed, clipText(d.Text))
		}
	}
}

func clipText(s string) string { return s[:min(len(s), 300)] }

func readBack(t *testing.T, seed uint64, d gen.Document, p *paper.Paper) {
	t.Helper()
	have := make(map[gen.Fact]bool)
	tables := 0
	for _, f := range p.Facts {
		if f.Value == nil || f.Kind == paper.KindPercentage {
			continue
		}
		have[gen.Fact{Table: f.Table, Row: f.Row, Column: f.Column, Value: f.Value.String(), Unit: f.Unit}] = true
		if f.Table != paper.TableProse && f.Table != paper.TableFront {
			tables++
			if f.How != paper.Printed {
				t.Errorf("seed %d: %+v", seed, f)
			}
		}
	}
	want := 0
	for _, f := range d.Facts {
		if f.Table != paper.TableProse && f.Table != paper.TableFront {
			want++
		}
		if !have[f] {
			t.Errorf("seed %d: not read: %+v", seed, f)
		}
	}
	if want != tables {
		t.Errorf("seed %d: %d figures in tables, %d were put in", seed, tables, want)
	}
}

// TestGeneratedYearsJoin: the estimate of one year is the original estimate in
// the next year's paper, and the same seed gives the same paper.
func TestGeneratedYearsJoin(t *testing.T) {
	joined := 0
	for seed := range uint64(20) {
		o := gen.Options{Seed: seed, Head: 310, Year: 2020}
		first := gen.Write(o)
		if first.Text != gen.Write(o).Text {
			t.Fatal("the same seed gives another paper")
		}
		o.Year++
		next := make(map[[3]string]string)
		for _, f := range gen.Write(o).Facts {
			next[[3]string{f.Table, f.Row, f.Column}] = f.Value
		}
		for _, f := range first.Facts {
			if f.Table != "subheads" || f.Row != "000 運作開支" || f.Column != "2020-21 estimate" {
				continue
			}
			joined++
			if got := next[[3]string{f.Table, f.Row, "2020-21 original"}]; got != f.Value {
				t.Errorf("seed %d: %s, then %s", seed, f.Value, got)
			}
		}
	}
	if joined != 20 {
		t.Errorf("%d of 20 papers have subhead 000", joined)
	}
}
