package exchange

import (
	"bytes"
	"crypto"
	"encoding/json"
	"strings"
	"testing"
)

// FuzzCall: whatever stands in a call's fields is taken or refused, and what is taken is what was
// written.
func FuzzCall(f *testing.F) {
	f.Add("consent 0198c1a0-0000-7000-8000-000000000000", "name, address", "document-number A1234563", "/addresses/%41")
	f.Add("right x", ",", "pseudonym", "/%2e%2e/")
	f.Fuzz(func(t *testing.T, basis, fields, subject, path string) {
		if b, ok := readBasis(basis); ok && (b.consent == "") == (b.right == "") {
			t.Errorf("%q is both or neither", basis)
		}
		if names, ok := readFields(fields); ok {
			if len(names) > mostFields || hasTwice(names) {
				t.Errorf("%q", names)
			}
			for _, n := range names {
				if strings.ContainsAny(n, " ,\n") {
					t.Errorf("%q", n)
				}
			}
		}
		if id, ok := readSubject(subject, ByDocument); ok && strings.ContainsAny(id, " \n") {
			t.Errorf("%q", id)
		}
		if safePath(path) && strings.Contains(path, "..") {
			t.Errorf("%q", path)
		}
	})
}

// FuzzReceipt: a receipt that can be read can be written again.
func FuzzReceipt(f *testing.F) {
	f.Add(Receipt{ID: "a", Entry: "b.0", Index: 1, Size: 3, Path: make([][32]byte, 2), At: 1, Key: "gateway/x", Value: []byte{1}, Seed: []byte{2}}.String())
	f.Add(`id="x", path=(), leaf=:AA==:`)
	f.Fuzz(func(t *testing.T, field string) {
		r, err := ParseReceipt(field)
		if err != nil || strings.ContainsAny(string(r.ID)+r.Entry+r.Key, `"\`) {
			return
		}
		again, err := ParseReceipt(r.String())
		if err != nil || again.Leaf != r.Leaf || again.ID != r.ID || len(again.Path) != len(r.Path) {
			t.Errorf("%s: %v", r, err)
		}
		if r.Verify(func(string) (crypto.PublicKey, error) { return nil, errReceipt }) == nil {
			t.Error("it holds without a key")
		}
	})
}

// FuzzEvidence: what is sealed reads back, and nothing else is read.
func FuzzEvidence(f *testing.F) {
	f.Add([]byte("seed"), []byte("base"), "key")
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff}, []byte{}, "")
	f.Fuzz(func(t *testing.T, a, b []byte, key string) {
		e := Evidence{Seed: a, Basis: b, Request: Signed{key, b, a}, Response: Signed{key, a, b}, Outcome: key}
		got, err := decodeEvidence(e.encode())
		if err != nil || !bytes.Equal(got.Seed, a) || !bytes.Equal(got.Response.Value, b) || got.Outcome != key {
			t.Errorf("%v", err)
		}
		if got, err := decodeEvidence(a); err == nil && !bytes.Equal(got.encode(), a) {
			// A length may be written in more bytes than it needs: still nothing is read beyond the end.
			if len(got.Seed) > len(a) {
				t.Error("more than there was")
			}
		}
	})
}

// FuzzFits: an answer that passes has no member that is no field, however it is written.
func FuzzFits(f *testing.F) {
	f.Add([]byte(`{"name":"x","address":1}`))
	f.Add([]byte(`[{"name":"x"},{"phone":2}]`))
	f.Add([]byte(`{"name":1,"\u0070hone":2}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, surplus := range []Surplus{Refuse, Filter} {
			out, _, why := fits(body, []string{"name", "address"}, surplus)
			if why != "" {
				continue
			}
			var one map[string]json.RawMessage
			var many []map[string]json.RawMessage
			if json.Unmarshal(out, &one) != nil {
				if err := json.Unmarshal(out, &many); err != nil {
					t.Fatalf("%q: %v", out, err)
				}
			}
			for _, o := range append(many, one) {
				for name := range o {
					if name != "name" && name != "address" {
						t.Errorf("%q went in %q", name, out)
					}
				}
			}
		}
	})
}

// FuzzWish: a request for consent is read strictly or not at all.
func FuzzWish(f *testing.F) {
	f.Add([]byte(`{"type":"exchange_consent","service":"a.b","purpose":"x","fields":["y"],"keep_days":1}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		w, err := ReadWish(raw)
		if err == nil && (w.Type != DetailType || w.Consent != "" || len(raw) > maxWish) {
			t.Errorf("%+v", w)
		}
	})
}
