package paper

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSmallPapers holds the facts, checks and problems of papers that we wrote
// ourselves to their goldens: 901 has a footnote that explains differences,
// figures that agree by rounding only, and a footnote that splits a
// commitment; 902 has lost a column of its subheads and the heading of its
// targets, and one figure of its expenses is wrong. UPDATE=1 writes the
// goldens anew: then read the difference.
func TestSmallPapers(t *testing.T) {
	files, err := filepath.Glob("testdata/head*.txt")
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		papers, err := Read(filepath.Base(name), bytes.NewReader(text), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		for _, p := range papers {
			encode(t, enc, p.Facts)
			encode(t, enc, p.Problems)
			encode(t, enc, Checks(p))
		}
		golden := strings.TrimSuffix(name, ".txt") + ".golden.jsonl"
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
			t.Errorf("%s (-golden +got):\n%s", name, diff)
		}
	}
}

func encode[T any](t *testing.T, enc *json.Encoder, list []T) {
	t.Helper()
	for _, x := range list {
		if err := enc.Encode(x); err != nil {
			t.Fatal(err)
		}
	}
}
