package httpsig

import (
	"bytes"
	"net/http"
	"net/url"
	"reflect"
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
	f.Add(`sig1=("signature";req;key="sig1" "signature";key="b";req);nonce="";created=01`, "sig1=:AB==:", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:")
	f.Add(`sig1=("@method");created=1`, "sig1=:AA==:", `gate=("x");created=1;expires=2`)
	f.Add(`sig1=("@method");created=1`, "sig1=:AA==:", `gate=:AA==:`)
	f.Add(`sig1=("@method");created=1`, "sig1=:AA==:", `sig1=:AAAA:`)
	f.Fuzz(func(t *testing.T, in, sig, value string) {
		header := http.Header{"Signature-Input": {in}, "Signature": {sig}, "X": {value}, "Content-Digest": {value}}
		for name, err := range map[string]error{"digest": second(claims(header)), "signature": second(signatureOf(header, "sig1"))} {
			if err != nil && RuleOf(err) == "" {
				t.Errorf("%s: %v is no refusal", name, err)
			}
		}
		agree(t, header)
		for _, lines := range [][2]string{{in, value}, {value, in}, {sig, value}, {value, sig}, {in, "gate=" + in}, {"gate=" + sig, sig}} {
			agree(t, http.Header{"Signature-Input": lines[:], "Signature": lines[:], "Content-Digest": lines[:]})
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

// agree: what is read in the short way is what the library reads.
func agree(t *testing.T, header http.Header) {
	t.Helper()
	if got, ok := plainInput(header["Signature-Input"], "sig1"); ok {
		if want, err := anyInput(header, "sig1"); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("read as %+v, by the library as %+v (%v)", got, want, err)
		}
	}
	if got, ok := plainBytes(header["Signature"], "sig1"); ok {
		if want, err := anySignature(header, "sig1"); err != nil || !bytes.Equal(got, want) {
			t.Errorf("read as %x, by the library as %x (%v)", got, want, err)
		}
	}
	for field, without := range map[string]bool{
		"Signature-Input": plainlyWithout(header["Signature-Input"], "sig1", readInput),
		"Signature":       plainlyWithout(header["Signature"], "sig1", readBytes),
	} {
		if _, err := memberUnder(header, field, "sig1"); without && RuleOf(err) != RuleUnsigned {
			t.Errorf("%q is read as having no sig1, by the library as %v", header[field], err)
		}
	}
	if got, ok := plainBytes(header["Content-Digest"], "sha-256"); ok && len(header["Content-Digest"]) == 1 && len(got) == 32 {
		if want, err := anyClaims(header["Content-Digest"]); err != nil || len(want) != 1 || !bytes.Equal(got, want[0].sum) {
			t.Errorf("read as %x, by the library as %v (%v)", got, want, err)
		}
	}
}

// TestPlainIsTaken: what we write ourselves is read in the short way.
func TestPlainIsTaken(t *testing.T) {
	in := input{
		components: []component{{name: "@method"}, {name: "@target-uri"}, {name: "signature", key: "sig1", req: true}, {name: "signature", key: "b", req: true, last: true}},
		created:    1, expires: 2, nonce: "n", keyID: "k/1", alg: "ed25519", tag: "t",
	}
	in.write()
	got, ok := plainInput([]string{"sig1=" + in.text}, "sig1")
	if !ok || !reflect.DeepEqual(got, in) {
		t.Errorf("%v %+v, want %+v", ok, got, in)
	}
	for _, lines := range [][]string{{"gate=" + in.text, "sig1=" + in.text}, {"sig1=" + in.text, "gate=" + in.text}} {
		if got, ok := plainInput(lines, "sig1"); !ok || !reflect.DeepEqual(got, in) {
			t.Errorf("of two: %v %+v, want %+v", ok, got, in)
		}
		if !plainlyWithout(lines, "third", readInput) || plainlyWithout(lines, "gate", readInput) {
			t.Error("it is not seen who has signed")
		}
	}
	if _, ok := plainInput([]string{"sig1=" + in.text, "sig1=" + in.text}, "sig1"); ok {
		t.Error("one of two members of one name is taken") // the last one counts: the library's to say
	}
	agree(t, http.Header{"Signature-Input": {"sig1=" + in.text}, "Signature": {"sig1=:AAAA:"}, "Content-Digest": {DigestOf(nil)}})
	if _, ok := plainBytes([]string{DigestOf(nil)}, "sha-256"); !ok {
		t.Error("a digest of ours is not taken")
	}
}
