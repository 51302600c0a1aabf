package httpsig

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/dunglas/httpsfv"
)

// Whatever comes in: no panic, only refusals; and what was read gives a signature base with
// exactly one line a component, written as the library writes it.
func FuzzInput(f *testing.F) {
	f.Add(`sig1=("@method" "@target-uri" "content-digest");keyid="k";alg="ed25519";tag="t";nonce="n";created=1;expires=2`, "sig1=:AAAA:", "a, b")
	f.Add(`sig1=("@status" "signature";key="sig1";req "x");created=-1`, "sig1=:AA==:", "\t")
	f.Add(`sig1=("x";req "x");created=1;created=2, sig1=()`, "sig1;a=?0", "a\nb")
	f.Fuzz(func(t *testing.T, in, sig, value string) {
		header := http.Header{"Signature-Input": {in}, "Signature": {sig}, "X": {value}, "Content-Digest": {value}}
		for name, err := range map[string]error{"digest": second(claims(header)), "signature": second(signatureOf(header, "sig1"))} {
			if err != nil && RuleOf(err) == "" {
				t.Errorf("%s: %v is no refusal", name, err)
			}
		}
		got, err := inputOf(header, "sig1")
		if err != nil {
			if RuleOf(err) == "" {
				t.Errorf("%v is no refusal", err)
			}
			return
		}
		r := &http.Request{Header: header, URL: &url.URL{Path: "/"}, Host: "h"}
		base, err := message{header: header, request: r, status: 200, scheme: "https"}.base(got)
		if err != nil {
			if RuleOf(err) == "" {
				t.Errorf("%v is no refusal", err)
			}
			return
		}
		lines := strings.Split(string(base), "\n")
		if len(lines) != len(got.components)+1 {
			t.Fatalf("%d lines for %d components:\n%s", len(lines), len(got.components), base)
		}
		dict, err := httpsfv.UnmarshalDictionary([]string{"a=" + got.text})
		if err != nil {
			t.Fatalf("what was written can't be read: %v", err)
		}
		list, _ := dict.Get("a")
		for i, item := range list.(httpsfv.InnerList).Items {
			id, _ := httpsfv.Marshal(item)
			if !strings.HasPrefix(lines[i], id+": ") {
				t.Fatalf("line %d is %q, and its component %s", i, lines[i], id)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }
