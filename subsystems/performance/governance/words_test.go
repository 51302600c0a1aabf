package governance

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"praya/kernel/lang"
	"praya/platform/words"
)

// TestWords: the three languages agree, and whatever a rule, a list or a form says to a
// person has words.
func TestWords(t *testing.T) {
	for _, bad := range words.Complete(Words()) {
		t.Error(bad)
	}
	book, err := words.New(Words())
	if err != nil {
		t.Fatal(err)
	}
	texts := book.In(lang.EN)
	named := []struct {
		form   *regexp.Regexp
		prefix string
	}{
		{regexp.MustCompile(`"governance\.([a-z0-9.-]*\.[a-z0-9-]*[a-z0-9])"`), "governance."},
		{regexp.MustCompile(`(?:add|wrong|need)\([^()]*(?:\([^()]*\)[^()]*)*, "([a-z][a-z-]+)"\)`), "governance.wrong."},
		{regexp.MustCompile(`(?:hidden\(|unknown\(err, )"([a-z]+)"\)`), "governance.fault.no-"},
		{regexp.MustCompile(`note\(tx, by, [^,]+, "([a-z-]*[a-z])"`), "governance.step."},
		{regexp.MustCompile(`(?:ask|askOne|one)\((?:v, )?web.As[A-Z][a-z]+, "([a-z-]*[a-z])"`), "governance.field."},
		{regexp.MustCompile(`\{name: "([a-z_]+)",(?: right: true,)? text: .*cell: `), "governance.column."},
	}
	n := 0
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range named {
			for _, m := range form.form.FindAllStringSubmatch(string(source), -1) {
				if key := form.prefix + word(m[1]); !texts.Has(key) && !strings.HasPrefix(m[1], "import") {
					t.Errorf("%s: %s has no words", name, key)
				}
				n++
			}
		}
	}
	if n < 400 {
		t.Errorf("found %d keys only", n)
	}
	have := map[string][]string{
		"kind": plainTexts(SystemKinds()), "risk": plainTexts(Risks()), "plan-kind": plainTexts(PlanKinds()), "stage": plainTexts(Stages()),
		"unit": plainTexts(Units()), "direction": plainTexts(Directions()), "finding": plainTexts(FindingStatuses()), "to-status": plainTexts(FindingStatuses()),
		"step.finding-": plainTexts(FindingStatuses()), "unit.figure-": plainTexts(Units()), "step": plainTexts(Stages()),
		"return-state": plainTexts([]ReturnState{Filed, Confirmed, Superseded, TakenBack}),
	}
	for kind, values := range have {
		for _, x := range values {
			key := "governance." + kind + "." + x
			if strings.HasSuffix(kind, "-") {
				key = "governance." + kind + x
			}
			if !texts.Has(key) {
				t.Errorf("%s has no words", key)
			}
		}
	}
}

func plainTexts[T ~string](all []T) (out []string) {
	for _, x := range all {
		out = append(out, string(x))
	}
	return out
}
