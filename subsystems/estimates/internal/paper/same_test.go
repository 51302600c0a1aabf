package paper

import (
	"strings"
	"testing"
)

// TestNoChange: a paper says in several ways that something stays as it is.
// None of them is a figure that is missing, and each is held to its sums.
func TestNoChange(t *testing.T) {
	text := strings.NewReplacer(
		"由二零三一年三月三十一日預算設有的 120 個非首長級職位，增至二零三二年三月三十一日的 123 個，增幅為 3 個。",
		"預算於二零三一年三月三十一日及二零三二年三月三十一日設有的 120 個非首長級職位。",
		"預期在二零三一至三二年度會淨增加 3 個職位。", "",
		"淨增加 5 個職位", "淨增加 2 個職位",
		"85.0 (+4.3%)\n\t\t\t\t(或較 2030-31 原來 預算增加 3.7%)", "82.0 (+0.6%)\n(與 2030-31 原來預算相同)",
	).Replace(small(t))
	p := readText(t, text)
	for _, x := range p.Problems {
		t.Errorf("%+v", x)
	}
	same := false
	for _, f := range p.Facts {
		same = same || f.Kind == KindPercentage && f.Value.IsZero() && f.Column == "2031-32 estimate on 2030-31 original" && f.Code == "1"
	}
	if !same {
		t.Error("the estimate that is the original one is not read as no change")
	}
	compared := 0
	for _, c := range Checks(p) {
		if strings.HasPrefix(c.Check, "posts-") && (c.Outcome == Fault || c.Outcome == Uncheckable) {
			t.Errorf("%+v", c)
		}
		if c.Check == CheckPercentage && c.Column == "2031-32 estimate on 2030-31 original" && c.Row == "1 燈塔維修" {
			compared++
			if c.Outcome != Agrees {
				t.Errorf("%+v", c)
			}
		}
	}
	if compared != 1 {
		t.Errorf("the comparison was worked out %d times", compared)
	}
}

// TestADashIsNoChangeToOnePlace: (—) behind a figure is a percentage of
// nought, and half a per cent is more than that.
func TestADashIsNoChangeToOnePlace(t *testing.T) {
	for figure, want := range map[string]string{"81.5": Agrees, "81.8": Fault} {
		text := strings.Replace(small(t), "81.5 (-0.6%)\t85.0 (+4.3%)", "81.5 (-0.6%)\t"+figure+" (—)", 1)
		found := false
		for _, c := range Checks(readText(t, text)) {
			if c.Check == CheckPercentage && c.Column == "2031-32 estimate on 2030-31 revised" && c.Row == "1 燈塔維修" {
				found = true
				if c.Outcome != want {
					t.Errorf("%s: %+v", figure, c)
				}
			}
		}
		if !found {
			t.Errorf("%s: the percentage was not worked out", figure)
		}
	}
}
