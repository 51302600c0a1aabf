package forms

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"praya/kernel/lang"
)

func TestDiff(t *testing.T) {
	raw, err := os.ReadFile("testdata/benefit.json")
	if err != nil {
		t.Fatal(err)
	}
	old := load(t, "benefit")
	if d := Diff(old, old); len(d) > 0 {
		t.Errorf("a form differs from itself: %v", d)
	}
	changed := strings.NewReplacer(
		`"when": "answers.age < 18"`, `"when": "answers.age < 21"`,
		`"en": "Income", "sc": "收入"},
     "repeat"`, `"en": "Your income", "sc": "收入"},
     "repeat"`,
		`{"id": "hardship"`, `{"id": "need"`,
		`"maximum": 20}`, `"maximum": 30}`,
		`{"at": "/what", "label": {"tc": "請說明", "en": "What is it", "sc": "请说明"}, "when": "item.from == 'other'"},`, ``,
	).Replace(string(raw))
	f, err := Read([]byte(changed))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	texts := book(t).In(lang.EN)
	for _, d := range Diff(old, f) {
		got = append(got, d.Say(texts))
	}
	want := []string{
		"Page removed: Hardship", "Guardian: condition changed", "Your income: title changed", "Question removed: What is it",
		"Page added: Hardship", "The form: rules of the schema changed",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("differences:\n%s", strings.Join(got, "\n"))
	}
}
