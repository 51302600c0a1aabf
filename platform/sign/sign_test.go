package sign_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/sign"
)

func place(realm who.Realm, table, column string) sign.Place {
	return sign.Place{Realm: realm, Table: table, Column: column}
}

func TestASealedFieldOpensInItsPlaceAlone(t *testing.T) {
	here := place(who.Production, "identity_persons", "name")
	r := sign.NewRing(when.System())
	sealed, err := r.Seal(here, []byte("陳大文"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("陳")) {
		t.Error("the field is readable")
	}
	if again, _ := r.Seal(here, []byte("陳大文")); bytes.Equal(again, sealed) {
		t.Error("equal values are sealed alike")
	}
	later := r.Rotate(when.System())
	for _, ring := range []sign.Ring{r, later} {
		if plain, err := ring.Open(here, sealed); err != nil || string(plain) != "陳大文" {
			t.Errorf("%q %v", plain, err)
		}
	}
	for _, p := range []sign.Place{place(who.Sandbox, "identity_persons", "name"), place(who.Production, "identity_person", "sname"), place(who.Production, "identity_persons", "mail")} {
		if _, err := r.Open(p, sealed); err == nil {
			t.Errorf("it opens in %+v", p)
		}
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := r.Open(here, bad); err == nil {
			t.Errorf("it opens with byte %d changed", i)
		}
	}
	if _, err := r.Open(here, sealed[:3]); err == nil {
		t.Error("three bytes open")
	}
	moved, changed, err := later.Reseal(here, sealed)
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	if _, err := r.Open(here, moved); err == nil {
		t.Error("the old ring opens the new generation")
	}
	if same, changed, err := later.Reseal(here, moved); changed || err != nil || !bytes.Equal(same, moved) {
		t.Error("resealed twice")
	}
}

func TestBlindIndex(t *testing.T) {
	r := sign.NewRing(when.System())
	a := r.BlindIndex(place(who.Production, "t", "c"), []byte("A123456(7)"))
	if len(a) != 16 || !bytes.Equal(a, r.Rotate(when.System()).BlindIndex(place(who.Production, "t", "c"), []byte("A123456(7)"))) {
		t.Error("the index does not survive rotation")
	}
	for _, p := range []sign.Place{place(who.Sandbox, "t", "c"), place(who.Production, "tc", ""), place(who.Production, "t", "d")} {
		if bytes.Equal(a, r.BlindIndex(p, []byte("A123456(7)"))) {
			t.Errorf("the same index in %+v", p)
		}
	}
}

func TestSignatures(t *testing.T) {
	r := sign.NewRing(when.System())
	g, s := r.Sign("receipt", []byte("m"))
	later := r.Rotate(when.System())
	if !later.Check("receipt", []byte("m"), g, s) {
		t.Error("a retired key's signature does not check")
	}
	if later.Check("receipt", []byte("n"), g, s) || later.Check("other", []byte("m"), g, s) || later.Check("receipt", []byte("m"), g+1, s) || later.Check("receipt", []byte("m"), 99, s) {
		t.Error("a wrong signature checks")
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "praya.key")
	k, made, err := sign.LoadKeyFile(path)
	if err != nil || !made {
		t.Fatal(made, err)
	}
	again, made, err := sign.LoadKeyFile(path)
	if err != nil || made || again != k {
		t.Errorf("read again: %v %v", made, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprintf("%v %+v %#v %s", k, k, k, sign.NewRing(when.System())); strings.Contains(s, strings.TrimSpace(string(b))) || strings.Contains(s, "field") {
		t.Errorf("keys are printed: %s", s)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := sign.LoadKeyFile(path); !fault.Is(err, fault.Invalid) {
		t.Errorf("a key file that all may read: %v", err)
	}
	if err := os.WriteFile(filepath.Join(t.TempDir(), "x"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheRingInTheStore(t *testing.T) {
	dbtest.Each(t, []db.Schema{sign.Schema()}, func(t *testing.T, d *db.DB) {
		file, _, err := sign.LoadKeyFile(filepath.Join(t.TempDir(), "a.key"))
		if err != nil {
			t.Fatal(err)
		}
		one, err := sign.OpenKeys(t.Context(), d, file)
		if err != nil {
			t.Fatal(err)
		}
		two, err := sign.OpenKeys(t.Context(), d, file)
		if err != nil {
			t.Fatal(err)
		}
		p := place(who.Production, "t", "c")
		if err := one.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
		sealed, err := one.Ring().Seal(p, []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := two.Ring().Open(p, sealed); err == nil {
			t.Error("another process knows the new generation before it reads it")
		}
		if err := two.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		if plain, err := two.Ring().Open(p, sealed); err != nil || string(plain) != "x" {
			t.Error(err)
		}
		other, _, err := sign.LoadKeyFile(filepath.Join(t.TempDir(), "b.key"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sign.OpenKeys(t.Context(), d, other); !fault.Is(err, fault.Invalid) {
			t.Errorf("another key file opens the ring: %v", err)
		}
	})
}

func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, []db.Schema{sign.Schema()}, "."); n != 3 {
		t.Errorf("%d statements", n)
	}
	dbtest.Homes(t, ".")
}
