package sign

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"praya/kernel/when"
	"praya/kernel/who"
)

func ring(t *testing.T, dir string) (*Ring, error) {
	t.Helper()
	return OpenRing(filepath.Join(dir, "keys.ring"), filepath.Join(dir, "key"), when.System)
}

func fresh(t *testing.T) (*Ring, string) {
	t.Helper()
	dir := t.TempDir()
	r, err := ring(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	return r, dir
}

func TestFieldsOpenInTheirPlaceOnly(t *testing.T) {
	r, _ := fresh(t)
	at := Place{who.Production, "identity_people", "name", "1"}
	sealed, err := r.Encrypt(at, []byte("陳大文"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("陳大文")) {
		t.Error("the name stands in the sealed field")
	}
	if got, err := r.Decrypt(at, sealed); err != nil || string(got) != "陳大文" {
		t.Errorf("opened as %q, %v", got, err)
	}
	for _, other := range []Place{
		{who.Sandbox, "identity_people", "name", "1"},
		{who.Production, "identity_people", "name", "2"},
		{who.Production, "identity_peoplen", "ame", "1"},
	} {
		if _, err := r.Decrypt(other, sealed); err == nil {
			t.Errorf("it opens at %+v", other)
		}
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := r.Decrypt(at, changed); err == nil {
			t.Fatalf("it opens with byte %d changed", i)
		}
	}
}

func TestRotation(t *testing.T) {
	r, dir := fresh(t)
	at := Place{who.Production, "t", "c", "1"}
	old, err := r.Encrypt(at, []byte("before"))
	if err != nil {
		t.Fatal(err)
	}
	id, signature, err := r.Sign([]byte("message"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Purpose{Fields, Signature} {
		if err := r.Rotate(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Rotate(Index); err == nil {
		t.Error("the index key was rotated")
	}
	r, err = ring(t, dir) // another start
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.Decrypt(at, old); err != nil || string(got) != "before" {
		t.Errorf("an old field: %q, %v", got, err)
	}
	renewed, changed, err := r.Refresh(at, old)
	if err != nil || !changed || bytes.Equal(renewed[:8], old[:8]) {
		t.Errorf("refreshed: %v, %v", changed, err)
	}
	if _, changed, err := r.Refresh(at, renewed); err != nil || changed {
		t.Errorf("refreshed twice: %v, %v", changed, err)
	}
	public, err := r.PublicKey(id)
	if err != nil || !ed25519.Verify(public, []byte("message"), signature) {
		t.Errorf("an old signature no longer verifies: %v", err)
	}
}

func TestBlindIndex(t *testing.T) {
	r, _ := fresh(t)
	seen := map[string]string{}
	for _, c := range [][3]string{{"production", "number", "A123456(3)"}, {"sandbox", "number", "A123456(3)"}, {"production", "passport", "A123456(3)"}, {"production", "number", "B123456(3)"}} {
		i, err := r.BlindIndex(who.Realm(c[0]), "identity_people", c[1], c[2])
		if err != nil || len(i) != 16 {
			t.Fatalf("%d bytes, %v", len(i), err)
		}
		if other, ok := seen[string(i)]; ok {
			t.Errorf("%v has the index of %s", c, other)
		}
		seen[string(i)] = strings.Join(c[:], " ")
		again, err := r.BlindIndex(who.Realm(c[0]), "identity_people", c[1], c[2])
		if err != nil || !bytes.Equal(i, again) {
			t.Error("the same value has two indexes")
		}
	}
}

func TestKeyFile(t *testing.T) {
	r, dir := fresh(t)
	key := filepath.Join(dir, "key")
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file has mode %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ring(t, dir); err == nil {
		t.Error("a key file that others can read was taken")
	}
	if err := os.Rename(key, key+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := ring(t, dir); !errors.Is(err, ErrNoKeyFile) {
		t.Errorf("without its key file: %v", err)
	}
	if err := os.WriteFile(key, bytes.Repeat([]byte{1}, 32), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ring(t, dir); err == nil {
		t.Error("the ring opens with another key file")
	}
	if s := fmt.Sprintf("%v %+v %#v", r.keys[0], r.keys[0], r.keys[0]); strings.Contains(s, fmt.Sprint(r.keys[0].Secret)) {
		t.Error("a key prints its secret")
	}
}

// Two processes share a ring: what one seals after a rotation, the other opens.
func TestAnotherProcessRotates(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	clock := func() when.Instant { return when.At(now) }
	var rings [2]*Ring
	for i := range rings {
		var err error
		if rings[i], err = OpenRing(filepath.Join(dir, "ring"), filepath.Join(dir, "key"), clock); err != nil {
			t.Fatal(err)
		}
	}
	at := Place{Realm: "production", Table: "t", Column: "c", ID: "1"}
	for i := range 3 { // in turns, so that neither loses the other's key
		one, other := rings[i%2], rings[(i+1)%2]
		if err := one.Rotate(Fields); err != nil {
			t.Fatal(err)
		}
		sealed, err := one.Encrypt(at, []byte("secret"))
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(2 * time.Second)
		if plain, err := other.Decrypt(at, sealed); err != nil || string(plain) != "secret" {
			t.Errorf("round %d: %q, %v", i, plain, err)
		}
	}
	ids := map[string]bool{}
	for _, k := range rings[0].Keys() {
		if ids[k.ID] || k.Secret != nil {
			t.Errorf("%v stands twice, or shows its secret", k)
		}
		ids[k.ID] = true
	}
}

// machine is a keeper as a KMS is one: the key stays inside.
type machine struct{ calls int }

func (m *machine) Seal(plain []byte) ([]byte, error)  { return m.turn(plain), nil }
func (m *machine) Open(sealed []byte) ([]byte, error) { return m.turn(sealed), nil }

func (m *machine) turn(b []byte) []byte {
	m.calls++
	out := bytes.Clone(b)
	for i := range out {
		out[i] ^= 0x5a
	}
	return out
}

func TestAnotherKeeper(t *testing.T) {
	file, keeper := filepath.Join(t.TempDir(), "ring"), &machine{}
	at := Place{Realm: "production", Table: "t", Column: "c", ID: "1"}
	first, err := OpenKept(file, keeper, when.System)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := first.Encrypt(at, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := OpenKept(file, keeper, when.System)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := second.Decrypt(at, sealed); err != nil || string(plain) != "secret" || keeper.calls != 2 {
		t.Errorf("%q, %v, after %d calls", plain, err, keeper.calls)
	}
}
