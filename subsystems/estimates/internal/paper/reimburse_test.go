package paper

import (
	"os"
	"strings"
	"testing"
)

// TestReimbursement: an amount that others pay back is of no year, wherever the extraction
// left it, and the sums of the years hold without it.
func TestReimbursement(t *testing.T) {
	text, err := os.ReadFile("../../demo/head901-2025-26.txt")
	if err != nil {
		t.Fatal(err)
	}
	const anchor = "\t經常開支總額 .....\t52,310"
	for name, lines := range map[string]string{
		"in the name":     "003\t可收回的薪金及津貼 (一般) .....912,000\t\t\t\t\n\t減去發還款項 .....貸方 912,000\t—\t—\t—\t<b>—</b>\n",
		"in its own cell": "003\t可收回的薪金及津貼 (一般) .....\t912,000\t\t\t\n\t減去發還款項 .....\t貸方 912,000\t—\t—\t—\t—\n",
		"in dollars":      "003\t可收回的薪金及津貼 (一般) .....\t$912,000\n\t減去發還款項 .....\t貸方 $912,000\t—\t—\t—\t—\n",
	} {
		papers, err := Read(name, strings.NewReader(strings.Replace(string(text), anchor, lines+anchor, 1)), Limits{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var amounts []string
		for _, f := range papers[0].Facts {
			switch {
			case f.Kind == KindReimburse:
				amounts = append(amounts, f.Value.String())
			case f.Kind == KindUnplaced || f.Kind == KindSubhead && f.Value != nil && f.Value.Abs().String() == "912000":
				t.Errorf("%s: %s stands at %s", name, f.Raw, f.Column)
			}
		}
		if got := strings.Join(amounts, " "); got != "912000 -912000" {
			t.Errorf("%s: %q", name, got)
		}
		if n := len(papers[0].Problems); n > 0 {
			t.Errorf("%s: %v", name, papers[0].Problems)
		}
		for _, c := range Checks(papers[0]) {
			if c.Outcome != Agrees && c.Outcome != Rounding && c.Check != CheckExpensesTotal {
				t.Errorf("%s: %s %s %s", name, c.Check, c.Outcome, c.Why)
			}
		}
	}
}

// TestCredits: 貸方 makes a figure of a year less than nothing.
func TestCredits(t *testing.T) {
	if v := parseValue("貸方 1,100"); v.num == nil || v.num.String() != "-1100" {
		t.Errorf("%+v", v)
	}
	if v := parseValue("貸方"); v.num != nil {
		t.Errorf("%+v", v)
	}
}
