package match

import (
	"fmt"
	"slices"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestMatch(t *testing.T) {
	from := []Item{
		{"a1", "繼續推行燈塔夜航試驗計劃及潮汐站維修計劃；"},
		{"a2", "為船廠提供一站式支援服務；以及"},
		{"a3", "舉辦風帆嘉年華。"},
		{"a4", "continue to digitise the harbour charts"},
	}
	to := []Item{
		{"b1", "繼續推行「燈塔夜航」試驗計劃及「潮汐站維修」計劃；"},
		{"b2", "繼續為船廠提供一站式支援服務；"},
		{"b3", "檢討渡輪收費。"},
		{"b4", "Digitise the harbour charts."},
	}
	got := map[string]Pair{}
	for _, p := range Match(from, to) {
		if _, ok := got[p.From]; !ok {
			got[p.From] = p
		}
	}
	for _, c := range []struct {
		from, to string
		same     bool
	}{{"a1", "b1", false}, {"a2", "b2", true}, {"a4", "b4", true}} {
		if p := got[c.from]; p.To != c.to || p.Same != c.same || p.Score < 500 || len(p.Shared) == 0 {
			t.Errorf("%s: %+v", c.from, p)
		}
	}
	if p, ok := got["a3"]; ok {
		t.Errorf("nothing is like a3, but: %+v", p)
	}
}

func TestSimplifiedIsTheSame(t *testing.T) {
	got := Match([]Item{{"a", "繼續推廣無障礙網頁設計；"}}, []Item{{"b", "继续推广无障碍网页设计。"}})
	if len(got) != 1 || !got[0].Same || got[0].Shared[0] != "推廣無障礙網頁設計" {
		t.Errorf("%+v", got)
	}
}

// Whatever the texts are: scores stay in their range, best first, the same again, and every
// shared phrase stands in the first text.
func TestMatchOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := func(name string) (out []Item) {
			for i, s := range rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom([]rune("繼續推行燈塔计划計劃，；以及 abcと。")), 0, 30, -1), 0, 8).Draw(t, name) {
				out = append(out, Item{fmt.Sprint(name, i), s})
			}
			return out
		}
		a, b := items("a"), items("b")
		got := Match(a, b)
		for i, p := range got {
			if p.Score < threshold || p.Score > 1000 || p.Inside > 1000 {
				t.Fatalf("%+v", p)
			}
			if i > 0 && got[i-1].From == p.From && got[i-1].Score < p.Score {
				t.Fatalf("not best first: %+v %+v", got[i-1], p)
			}
			for _, s := range p.Shared {
				if !utf8.ValidString(s) || utf8.RuneCountInString(s) < shortest {
					t.Fatalf("%q", s)
				}
			}
		}
		if again := Match(a, b); !slices.EqualFunc(got, again, func(x, y Pair) bool { return x.From == y.From && x.To == y.To && x.Score == y.Score }) {
			t.Fatal("not the same again")
		}
	})
}
