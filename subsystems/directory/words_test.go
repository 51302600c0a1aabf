package directory

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"praya/kernel/lang"
	"praya/platform/words"
)

// TestWords: the three languages agree, and whatever a rule says to a person has words.
func TestWords(t *testing.T) {
	for _, bad := range words.Complete(Words()) {
		t.Error(bad)
	}
	book, err := words.New(Words())
	if err != nil {
		t.Fatal(err)
	}
	texts := book.In(lang.EN)
	named := regexp.MustCompile(`"(directory\.(?:fault|wrong)\.[a-z-]*[a-z])"|(?:add|wrong|need)\([^()]*(?:\([^()]*\)[^()]*)*, "([a-z][a-z-]+)"\)`)
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
		for _, m := range named.FindAllStringSubmatch(string(source), -1) {
			key := m[1]
			if key == "" {
				key = "directory.wrong." + m[2]
			}
			if n++; !texts.Has(key) {
				t.Errorf("%s: %s has no words", name, key)
			}
		}
	}
	if n < 60 {
		t.Errorf("found %d keys only", n)
	}
}
