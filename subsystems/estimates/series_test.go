package estimates

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"praya/kernel/money"
	"praya/subsystems/estimates/internal/paper"
)

func decimal(t *testing.T, s string) *money.Decimal {
	t.Helper()
	d, err := money.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return &d
}

// provisions writes what a paper's analysis table prints: one line a programme, as
// "code name: column value, column value". A mark stands before a value.
func provisions(t *testing.T, head, year string, rows ...string) []paper.Fact {
	t.Helper()
	var out []paper.Fact
	for i, row := range rows {
		label, cells, ok := strings.Cut(row, ": ")
		if !ok {
			t.Fatalf("%q has no colon", row)
		}
		code, name, _ := strings.Cut(label, " ")
		for j, cell := range strings.Split(cells, ", ") {
			at := strings.LastIndexByte(cell, ' ')
			value, mark := cell[at+1:], ""
			if trimmed, marked := strings.CutPrefix(value, "#"); marked {
				value, mark = trimmed, "#"
			}
			f := paper.Fact{
				Kind: paper.KindProvision, Table: paper.TableAnalysis, Head: head, Year: year, Code: code, Name: name, Row: label,
				Column: cell[:at], Value: decimal(t, value), Unit: paper.UnitMillion, Raw: value, Line: i + 1, Cell: j + 2,
				How: paper.Printed, Order: i + 1, Source: paper.SourcePaper,
			}
			if mark != "" {
				f.Marks = []string{mark}
			}
			out = append(out, f)
		}
	}
	return out
}

func note(text string) paper.Fact {
	return paper.Fact{Kind: paper.KindFootnote, Table: paper.TableProse, Raw: text, Marks: []string{"#"}, How: paper.Printed}
}

// told writes series as people would tell them: number, name, how many points, and breaks.
func told(all []Series) []string {
	var out []string
	for _, s := range all {
		line := s.Code + " " + s.Name + ":"
		for _, p := range s.Points {
			line += " " + p.Paper[:4] + "/" + p.Year + "/" + p.Role[:1]
		}
		for _, b := range s.Breaks {
			line += " | " + b.Before + " " + b.Reason + " " + b.Detail
		}
		out = append(out, line)
	}
	return out
}

func TestSeriesAreJoinedByNumberAndName(t *testing.T) {
	first := Reading{Year: "2023-24", Title: "甲處", Facts: provisions(t, "47", "2023-24", "1 海濱: 2023-24 estimate 10.0")}
	for _, c := range []struct {
		why  string
		next Reading
		want []string
	}{
		{
			"the same number and name go on",
			Reading{Year: "2024-25", Title: "甲處", Facts: provisions(t, "47", "2024-25", "1 海濱: 2024-25 estimate 11.0")},
			[]string{"1 海濱: 2023/2023-24/e 2024/2024-25/e"},
		},
		{
			"a space and a simplified character are no other name",
			Reading{Year: "2024-25", Title: "甲 處", Facts: provisions(t, "47", "2024-25", "1 海 滨: 2024-25 estimate 11.0")},
			[]string{"1 海濱: 2023/2023-24/e 2024/2024-25/e"},
		},
		{
			"a number given to another purpose begins another series",
			Reading{Year: "2024-25", Title: "甲處", Facts: provisions(t, "47", "2024-25", "1 潮汐: 2024-25 estimate 11.0")},
			[]string{"1 海濱: 2023/2023-24/e", "1 潮汐: 2024/2024-25/e | 2024-25 reused 海濱"},
		},
		{
			"a name under another number is not joined either",
			Reading{Year: "2024-25", Title: "甲處", Facts: provisions(t, "47", "2024-25", "3 海濱: 2024-25 estimate 11.0")},
			[]string{"1 海濱: 2023/2023-24/e", "3 海濱: 2024/2024-25/e | 2024-25 renumbered 1"},
		},
		{
			"a head that was renamed is a break",
			Reading{Year: "2024-25", Title: "乙處", Facts: provisions(t, "47", "2024-25", "1 海濱: 2024-25 estimate 11.0")},
			[]string{"1 海濱: 2023/2023-24/e 2024/2024-25/e | 2024-25 renamed 甲處"},
		},
		{
			"money that a footnote says was transferred is a break",
			Reading{Year: "2024-25", Title: "甲處", Facts: append(provisions(t, "47", "2024-25", "1 海濱: 2024-25 estimate #11.0"), note("由總目 55 轉撥"))},
			[]string{"1 海濱: 2023/2023-24/e 2024/2024-25/e | 2024-25 transferred 由總目 55 轉撥"},
		},
		{
			"a footnote about something else is none",
			Reading{Year: "2024-25", Title: "甲處", Facts: append(provisions(t, "47", "2024-25", "1 海濱: 2024-25 estimate #11.0"), note("數字已進位"))},
			[]string{"1 海濱: 2023/2023-24/e 2024/2024-25/e"},
		},
		{
			"an estimate that the next paper restates as its original is a break",
			Reading{Year: "2024-25", Title: "甲處", Facts: provisions(t, "47", "2024-25", "1 海濱: 2023-24 original 10.5, 2024-25 estimate 11.0")},
			[]string{"1 海濱: 2023/2023-24/e 2024/2023-24/o 2024/2024-25/e | 2024-25 restated 10.0 → 10.5"},
		},
		{
			"an original that says the same is none",
			Reading{Year: "2024-25", Title: "甲處", Facts: provisions(t, "47", "2024-25", "1 海濱: 2023-24 original 10.0, 2024-25 estimate 11.0")},
			[]string{"1 海濱: 2023/2023-24/e 2024/2023-24/o 2024/2024-25/e"},
		},
	} {
		got := told(programmeSeries([]Reading{c.next, first})) // in any order
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s:\n%s", c.why, d)
		}
	}
}

// TestMeasuresOfTwoProgrammes: two measures with one name belong to two programmes. When the
// first is dropped, its figures must not go on with those of the second.
func TestMeasuresOfTwoProgrammes(t *testing.T) {
	measure := func(order int, group, column, value string) paper.Fact {
		return paper.Fact{
			Kind: paper.KindIndicator, Table: paper.TableIndicators, Name: "處理個案", Row: "處理個案", Group: group, Column: column,
			Value: decimal(t, value), Unit: "宗", Order: order, How: paper.Printed, Source: paper.SourcePaper,
		}
	}
	all := measureSeries([]Reading{
		{Year: "2023-24", Facts: []paper.Fact{measure(1, "1", "2022 actual", "100"), measure(2, "2", "2022 actual", "7")}},
		{Year: "2024-25", Facts: []paper.Fact{measure(1, "2", "2023 actual", "8")}},
	}, paper.KindIndicator)
	var got []string
	for _, s := range all {
		line := ""
		for _, p := range s.Points {
			line += " " + p.Fact.Value.String()
		}
		got = append(got, line)
	}
	if d := cmp.Diff([]string{" 100", " 7 8"}, got); d != "" {
		t.Error(d)
	}
}

func TestLatestWordOnAYear(t *testing.T) {
	s := programmeSeries([]Reading{
		{Year: "2023-24", Facts: provisions(t, "47", "2023-24", "1 海濱: 2021-22 actual 8.0, 2022-23 revised 9.0, 2023-24 estimate 10.0")},
		{Year: "2024-25", Facts: provisions(t, "47", "2024-25", "1 海濱: 2022-23 actual 9.1, 2023-24 original 10.0, 2023-24 revised 9.9, 2024-25 estimate 11.0")},
	})[0]
	var got []string
	for _, p := range s.latest() {
		got = append(got, p.Year+" "+p.Role+" "+p.Fact.Value.String())
	}
	want := []string{"2021-22 actual 8.0", "2022-23 actual 9.1", "2023-24 revised 9.9", "2024-25 estimate 11.0"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if _, ok := s.target(); ok {
		t.Error("a provision has no target")
	}
}

func TestMet(t *testing.T) {
	fact := func(value, unit string) paper.Fact { return paper.Fact{Value: decimal(t, value), Unit: unit} }
	for _, c := range []struct {
		target, result paper.Fact
		met, known     bool
	}{
		{fact("95", "%"), fact("95", "%"), true, true},
		{fact("95", "%"), fact("95.0", "%"), true, true},
		{fact("95", "%"), fact("94.9", "%"), false, true},
		{fact("95", "分鐘"), fact("94", "分鐘"), false, false}, // fewer minutes may be better
		{fact("95", "%"), fact("96", "宗"), false, false},
		{paper.Fact{Unit: "%"}, fact("96", "%"), false, false},
	} {
		if met, known := met(c.target, c.result); met != c.met || known != c.known {
			t.Errorf("%v against %v: %v, %v", c.result.Value, c.target.Value, met, known)
		}
	}
}

func TestPercentAndShare(t *testing.T) {
	for _, c := range [][4]string{ // from, to, change, share of the second in the first
		{"44.1", "48.3", "+9.5%", "109.5%"},
		{"45.0", "44.1", "-2.0%", "98.0%"},
		{"100", "100", "+0.0%", "100.0%"},
		{"1000000", "999999", "-0.0%", "100.0%"},
		{"0", "5", "", ""},
		{"-10", "5", "-150.0%", ""},
		{"3", "1", "-66.7%", "33.3%"},
	} {
		from, to := decimal(t, c[0]), decimal(t, c[1])
		got := percent(from, to)
		if c[2] == "-0.0%" { // a sign without a change would say that there is one
			if got != "+0.0%" && got != "0.0%" {
				t.Errorf("%s to %s is %q", c[0], c[1], got)
			}
		} else if got != c[2] {
			t.Errorf("%s to %s is %q, want %q", c[0], c[1], got, c[2])
		}
		if got := shareOf(to, from); got != c[3] {
			t.Errorf("%s in %s is %q, want %q", c[1], c[0], got, c[3])
		}
	}
	if percent(nil, decimal(t, "1")) != "" || percent(decimal(t, "1"), nil) != "" || shareOf(nil, decimal(t, "1")) != "" {
		t.Error("what is not known has no share")
	}
}

func TestCompareReadings(t *testing.T) {
	a := Reading{Year: "2023-24", Title: "甲處", Facts: provisions(t, "47", "2023-24",
		"1 海濱: 2022-23 revised 9.0, 2023-24 estimate 10.0", "2 潮汐: 2022-23 revised 5.0, 2023-24 estimate 5.0")}
	b := Reading{Year: "2025-26", Title: "乙處", Facts: provisions(t, "47", "2025-26",
		"1 海濱: 2023-24 actual 10.2, 2025-26 estimate 12.0", "2 測量: 2023-24 actual 4.8, 2025-26 estimate 6.0")}
	c := compare(a, b)
	var got []string
	for _, r := range c.Rows {
		line := r.Code + " " + r.Name
		for _, f := range []*paper.Fact{r.A, r.B} {
			if f == nil {
				line += " none"
			} else {
				line += " " + f.Value.String()
			}
		}
		got = append(got, line+" "+r.Change)
	}
	want := []string{"1 海濱 10.0 12.0 +20.0%", "2 潮汐 5.0 none ", "2 測量 none 6.0 ", "  15.0 18.0 +20.0%"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("rows:\n%s", d)
	}
	var years []string
	for _, y := range c.Years {
		line := y.Year
		for _, p := range y.Phases {
			line += " " + p.Role + " " + p.Fact.Value.String() + " of " + p.Paper
		}
		years = append(years, line)
	}
	want = []string{
		"2022-23 revised 14.0 of 2023-24", "2023-24 estimate 15.0 of 2023-24 actual 15.0 of 2025-26", "2025-26 estimate 18.0 of 2025-26",
	}
	if d := cmp.Diff(want, years); d != "" {
		t.Errorf("years:\n%s", d)
	}
	for _, reason := range []string{"renamed", "gap", "reused"} {
		if !slices.ContainsFunc(c.Breaks, func(b Break) bool { return b.Reason == reason }) {
			t.Errorf("no break says %s: %v", reason, c.Breaks)
		}
	}
	for i := range b.Facts {
		b.Facts[i].Head = "48"
	}
	c = compare(a, b)
	for _, r := range c.Rows[:len(c.Rows)-1] {
		if r.A != nil && r.B != nil {
			t.Errorf("programme %s of two heads was joined", r.Code)
		}
	}
	if len(c.Years) > 0 || len(c.Breaks) > 0 {
		t.Error("two heads have no years or breaks in common")
	}
}

func TestSkippedPapers(t *testing.T) {
	for _, c := range []struct {
		before, now string
		want        bool
	}{{"2023-24", "2024-25", false}, {"2023-24", "2025-26", true}, {"1998-99", "1999-2000", false}, {"1999-2000", "2000-01", false}, {"1999-2000", "2001-02", true}, {"1997-98", "1999-2000", true}, {"2023", "2025", false}} {
		if got := skipped(c.before, c.now); got != c.want {
			t.Errorf("%s then %s: %v", c.before, c.now, got)
		}
	}
}
