package services

import (
	"strings"
	"testing"

	"praya/kernel/lang"
	"praya/platform/web"
)

// TestResultInItsReadersLanguage: what a decision table gives by language is read in one language,
// on the page and in the letter, whichever the applicant applied in.
func TestResultInItsReadersLanguage(t *testing.T) {
	each(t, func(w *world) {
		a := w.begin("chan", "living-benefit")
		w.takes(a, "applicant", "phone", telephone)
		w.takes(a, "money", "income", "90000", "savings", "1")
		w.submits(a)
		want := lang.Text{TC: "收入高於限額。", EN: "Income above the limit.", SC: "收入高于限额。"}
		c, err := w.Case(w.as("chan"), a.ID)
		w.ok(err)
		letter, result := Entry{}, Entry{}
		for _, e := range c.History {
			switch e.Kind {
			case DidWrite:
				letter = e
			case DidComputed:
				result = e
			}
		}
		for _, l := range lang.All() {
			others := lang.Text{TC: want.EN, EN: want.TC, SC: want.EN}.In(l)
			for what, text := range map[string]string{"letter": letter.Letter.In(l), "history": sayEntry(&web.View{Texts: w.Words.In(l)}, result)} {
				if !strings.Contains(text, want.In(l)) || strings.Contains(text, others) {
					t.Errorf("the %s in %s: %s", what, l, text)
				}
			}
		}
	})
}
