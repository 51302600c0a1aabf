package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"praya/kernel/who"
	"praya/subsystems/performance"
)

// sharedInputs is the folder of real papers, which are never committed; CI must have it.
func sharedInputs(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("PRAYA_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	dir = filepath.Join(dir, "inputs", "estimates")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("no real papers: set PRAYA_SHARED")
	}
	return dir
}

// headFortySeven imports both real papers of Head 47 into an empty program, and reads them in.
func headFortySeven(t *testing.T) (context.Context, *Praya) {
	t.Helper()
	ctx := who.AsSystem(t.Context(), who.Production)
	p, err := Open(ctx, Config{Data: t.TempDir(), Operator: "off"}.WithDefaults(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	for _, name := range []string{"head47-2023-24.zh-Hant.txt", "head47-2025-26.zh-Hant.txt"} {
		f, err := os.Open(filepath.Join(sharedInputs(t), name))
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Estimates.Import(ctx, name, f)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Cycle.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx, p
}

// TestBothPapersOfHead47: what 2023-24 promised is looked for in 2025-26, the reorganisation
// between them is a break, and the figures are those of the papers.
func TestBothPapersOfHead47(t *testing.T) {
	ctx, p := headFortySeven(t)
	all, err := p.Cycle.Outlooks(ctx, "47", "2023-24")
	if err != nil {
		t.Fatal(err)
	}
	want := map[int]performance.Fate{ // by line, as somebody who reads both papers finds
		78: performance.CarriedOn, 81: performance.CarriedOn, 114: performance.CarriedOn, 152: performance.CarriedOn,
		79: performance.FateDone, 113: performance.FateDone, 149: performance.FateDone, 150: performance.FateDone,
		80: performance.Gone, 82: performance.Gone, 84: performance.Gone, 115: performance.Gone, 155: performance.Gone,
	}
	count := map[performance.Fate]int{}
	for _, o := range all {
		if o.Part != performance.ToDo {
			continue
		}
		count[o.Fate]++
		if fate, ok := want[o.Line]; ok && o.Fate != fate {
			t.Errorf("line %d looks %s, want %s", o.Line, o.Fate, fate)
		}
		if o.Decided || o.Printed == "" || o.Line == 0 {
			t.Errorf("line %d: %+v", o.Line, o.Initiative)
		}
	}
	t.Log("promises of 2023-24 in 2025-26:", count)
	if count[performance.CarriedOn]+count[performance.FateDone]+count[performance.Gone]+count[performance.Undecided] != 22 {
		t.Errorf("22 promises, %v", count)
	}
	theBreak(ctx, t, p)
	theMoney(ctx, t, p)
}

// theBreak: no programme of 2025-26 goes on from one of 2023-24 by its number.
func theBreak(ctx context.Context, t *testing.T, p *Praya) {
	t.Helper()
	h, err := p.Cycle.Life(ctx, "47")
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Threads) != 6 {
		t.Fatalf("%d threads", len(h.Threads))
	}
	for _, x := range h.Threads {
		newer := x.Programmes[0].Year == "2025-26"
		if len(x.Programmes) != 1 || newer != (len(x.Breaks) > 0) {
			t.Errorf("%+v", x)
		}
	}
	for _, o := range h.Outcomes() {
		if o.Year == "2023-24" && (!o.Break || o.Estimate.Value.String() != "1809.8" || o.Actual.Value.String() != "2324.8") {
			t.Errorf("%+v", o)
		}
	}
	at := slices.IndexFunc(h.Measures, func(m performance.Measured) bool { return strings.HasPrefix(m.Name.TC, "依期完成") })
	if at < 0 || h.Measures[at].State != performance.MeasurePublished {
		t.Fatal("the seeds' measure has no definition")
	}
	said := map[string]string{}
	for _, v := range h.Measures[at].Values {
		if v.Role == performance.Actual {
			said[v.Period] = v.Value.String()
		}
	}
	if said["2021"] != "74.2" || said["2022"] != "74.9" || said["2023"] != "75.1" || said["2024"] != "75.6" {
		t.Errorf("%v", said)
	}
}

// theMoney: the commitments of both papers, and posts and ceiling of the newer one.
func theMoney(ctx context.Context, t *testing.T, p *Praya) {
	t.Helper()
	want := map[string]map[string]string{
		"2023-24": {"801": "9899", "802": "50000", "894": "691907"},
		"2025-26": {"802": "2500", "803": "100000", "804": "161800", "805": "2095000", "806": "58200", "894": "535702"},
	}
	for year, items := range want {
		b, err := p.Votes.Book(ctx, "47", year)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, c := range b.Commitments {
			got[c.Code] = c.BalanceThousands.String()
		}
		for code, balance := range items {
			if got[code] != balance {
				t.Errorf("%s item %s: %q, want %s", year, code, got[code], balance)
			}
		}
		if len(got) != len(items) {
			t.Errorf("%s: %v", year, got)
		}
	}
	b, err := p.Votes.Book(ctx, "47", "2025-26")
	if err != nil {
		t.Fatal(err)
	}
	if *b.Posts.NonDirectorateBefore != 863 || *b.Posts.NonDirectorateAfter != 855 || *b.Posts.DirectorateBefore != 25 || b.CeilingThousands.String() != "701057" {
		t.Errorf("%+v %v", b.Posts, b.CeilingThousands)
	}
}
