package web

import (
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"praya/kernel/lang"
	"praya/kernel/when"
)

func TestDates(t *testing.T) {
	for _, c := range []struct {
		year, month, day string
		want             when.Day
		ok               bool
	}{
		{"2025", "11", "21", when.Day{Year: 2025, Month: 11, Date: 21}, true},
		{"２０２５", " ２", "２８　", when.Day{Year: 2025, Month: 2, Date: 28}, true},
		{"2025", "2", "29", when.Day{}, false},
		{"2024", "2", "29", when.Day{Year: 2024, Month: 2, Date: 29}, true},
		{"2025", "13", "1", when.Day{}, false},
		{"2025", "0", "1", when.Day{}, false},
		{"25", "1", "1", when.Day{}, false},
		{"", "", "", when.Day{}, false},
		{"-2025", "1", "1", when.Day{}, false},
	} {
		f := DateOf(url.Values{"d-year": {c.year}, "d-month": {c.month}, "d-day": {c.day}}, Field{Name: "d"})
		got, err := f.Day()
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%s-%s-%s: %v, %v", c.year, c.month, c.day, got, err)
		}
	}
}

func TestPages(t *testing.T) {
	for _, c := range []struct {
		p     Pages
		shown []int
		from  int
		to    int
	}{
		{Pages{1, 10, 0}, []int{1}, 1, 0},
		{Pages{1, 10, 10}, []int{1}, 1, 10},
		{Pages{2, 10, 11}, []int{1, 2}, 11, 11},
		{Pages{7, 50, 977}, []int{1, 0, 6, 7, 8, 0, 20}, 301, 350},
		{Pages{1, 1, 5}, []int{1, 2, 0, 5}, 1, 1},
	} {
		if got := c.p.shown(); !reflect.DeepEqual(got, c.shown) || c.p.from() != c.from || c.p.to() != c.to {
			t.Errorf("%+v: %v, %d to %d", c.p, got, c.p.from(), c.p.to())
		}
	}
	s := newSite(t, Config{})
	for page, want := range map[string]int{"": 1, "3": 3, "0": 1, "-5": 1, "99": 4, "x": 1} {
		v := s.View(lang.EN, "/x")
		v.Query = url.Values{"page": {page}}
		if got := v.PageOf(10, 35); got.Page != want {
			t.Errorf("page %q: %d, want %d", page, got.Page, want)
		}
	}
}

func TestLinks(t *testing.T) {
	s := newSite(t, Config{})
	v := s.View(lang.EN, "/heads")
	v.Query = url.Values{"q": {"海旁"}, "page": {"3"}}
	for _, c := range []struct{ got, want string }{
		{v.Link("/x#L2"), "/en/x#L2"},
		{v.Link("#top"), "#top"},
		{v.Link("//evil.example"), "//evil.example"}, // not ours to change; Redirect refuses it
		{v.Link("https://example.org/"), "https://example.org/"},
		{v.Same(lang.SC), "/sc/heads?page=3&q=%E6%B5%B7%E6%97%81"},
		{v.With("page", ""), "/en/heads?q=%E6%B5%B7%E6%97%81"},
		{v.With("page", "4", "sort", "-name"), "/en/heads?page=4&q=%E6%B5%B7%E6%97%81&sort=-name"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
	v.Query.Set("sort", "name")
	if c := v.SortBy("name", Column{}); c.Sorted != Ascending || c.Sort != "/en/heads?q=%E6%B5%B7%E6%97%81&sort=-name" {
		t.Errorf("%+v", c)
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      []string
	}{
		{0, 100, []string{"0", "25", "50", "75", "100"}},
		{0, 1607.4, []string{"0", "500", "1,000", "1,500", "2,000"}},
		{90.2, 97.3, []string{"90", "92", "94", "96", "98"}},
		{-5, 5, []string{"−5.0", "−2.5", "0.0", "2.5", "5.0"}},
		{7, 7, []string{"6.0", "6.5", "7.0", "7.5", "8.0"}},
		{0, 0.07, []string{"0.00", "0.02", "0.04", "0.06", "0.08"}},
	} {
		ticks, step := niceTicks(c.low, c.high)
		var got []string
		for _, x := range ticks {
			got = append(got, tickText(x, step))
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v to %v: %v, want %v", c.low, c.high, got, c.want)
		}
	}
}

// TestBars: the longest bar leaves room for its figure on the narrowest page, bars below
// zero end at the zero line, and what is missing has no bar.
func TestBars(t *testing.T) {
	d := layBars([]BarGroup{{Label: "g", Bars: []Bar{{Label: "2025-26", Value: 100, Shown: "12,345.6"}, {Label: "2026-27", Missing: true}, {Label: "2027-28", Value: 50, Shown: "1"}}}})
	if d.Rows[1].X != d.Zero || d.Rows[2].W != "" || !d.Rows[0].Heading {
		t.Errorf("%+v", d.Rows)
	}
	if full, half := width(t, d.Rows[1].W), width(t, d.Rows[3].W); full/half < 1.99 || full/half > 2.01 {
		t.Errorf("%v and %v: bars that aren't in proportion", full, half)
	}
	if end := width(t, d.Rows[1].X) + width(t, d.Rows[1].W); end/100*narrowest+0.4+ems("12,345.6") > narrowest {
		t.Errorf("the figure does not fit behind %v%%", end)
	}
	d = layBars([]BarGroup{{Bars: []Bar{{Label: "a", Value: -10, Shown: "−10"}, {Label: "b", Value: 20, Shown: "20"}}}})
	if end := width(t, d.Rows[0].X) + width(t, d.Rows[0].W); end-width(t, d.Zero) > 0.02 || width(t, d.Zero)-end > 0.02 {
		t.Errorf("the bar below zero ends at %v, zero stands at %s", end, d.Zero)
	}
}

func width(t *testing.T, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestLines: no line over a gap or a break, and labels at the ends keep their distance.
func TestLines(t *testing.T) {
	g := gallery{newSite(t, Config{}).View(lang.TC, "/")}
	d := layLines(g.years(), g.lines())
	segments := map[int]int{}
	for _, s := range d.Segments {
		segments[s.Series]++
	}
	if want := map[int]int{0: 7, 1: 9, 2: 8, 3: 9, 4: 9}; !reflect.DeepEqual(segments, want) {
		t.Errorf("segments %v, want %v", segments, want)
	}
	if len(d.Breaks) != 1 || len(d.Ends) != 5 {
		t.Errorf("%d breaks, %d labels", len(d.Breaks), len(d.Ends))
	}
	for i := 1; i < len(d.Ends); i++ {
		if emValue(d.Ends[i].Y)-emValue(d.Ends[i-1].Y) < 1.29 {
			t.Errorf("%s and %s overlap", d.Ends[i-1].Text, d.Ends[i].Text)
		}
	}
	if d := layLines(nil, nil); len(d.Segments) != 0 {
		t.Error("a chart of nothing draws something")
	}
}

func TestMarked(t *testing.T) {
	for _, c := range []struct {
		ranges [][2]int
		want   string
	}{
		{nil, "海<旁>"},
		{[][2]int{{0, 3}}, "[海]<旁>"},
		{[][2]int{{3, 4}, {0, 3}, {4, 99}, {4, 4}}, "海[<]旁>"},
	} {
		got := ""
		for _, p := range cutRanges("海<旁>", c.ranges) {
			if p.hit {
				got += "[" + p.text + "]"
			} else {
				got += p.text
			}
		}
		if got != c.want {
			t.Errorf("%v: %s, want %s", c.ranges, got, c.want)
		}
	}
}

func TestMarkedAddsNoSpace(t *testing.T) {
	var b strings.Builder
	if err := Marked("海旁<總署", [][2]int{{0, 6}, {7, 10}}).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if want := "<mark>海旁</mark>&lt;<mark>總</mark>署"; b.String() != want {
		t.Errorf("%s, want %s", b.String(), want)
	}
}

func TestYearsStayWhole(t *testing.T) {
	for text, want := range map[string]string{
		"2025-26預算":          `<span class="nb">2025-26</span>預算`,
		"由2023-24至2025-26":   `由<span class="nb">2023-24</span>至<span class="nb">2025-26</span>`,
		"2025-26":            "2025-26",
		"A-1, 2025-2, 25-26": "A-1, 2025-2, 25-26",
		"9263-58GA-E":        "9263-58GA-E",
		"X2025-26, 2025-267": "X2025-26, 2025-267",
		"2025-04-01":         "2025-04-01",
		"2025-26.":           `<span class="nb">2025-26</span>.`,
		"":                   "",
	} {
		var b strings.Builder
		if err := unbroken(text).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("%s: %s, want %s", text, b.String(), want)
		}
	}
}
