package forms

import (
	"os"
	"strings"
	"testing"
)

// The example of the description is a form that works.
func TestDescribedForm(t *testing.T) {
	page, err := os.ReadFile("../../../docs/apis/forms.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```json\n")
	example, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("no example")
	}
	f, err := Read([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	a := step(t, f, nil, "who", "name", "CHAN", "children", "yes")
	if _, wrong := f.Take(f.Page("children"), posted("number", "41"), nil, a, nil, today(t)); len(wrong) != 1 || wrong[0].Text.EN != "At most 40" {
		t.Errorf("41 children: %v", wrong)
	}
	for _, k := range fileKinds() {
		if !strings.Contains(string(page), k[0]) {
			t.Errorf("the description does not name the kind %s", k[0])
		}
	}
}
