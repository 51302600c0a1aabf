package licences

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"

	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/sign"
	"praya/platform/web"
)

func (w *world) code(l Licence) (c Code) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		c, err = w.Code(tx, l)
		return err
	})
	return c
}

func (w *world) check(code string) Checked {
	w.Helper()
	c, err := w.CheckCode(w.Context(), code)
	w.ok(err)
	return c
}

// keys are the published keys, as another library reads them.
func (w *world) keys() jwk.Set {
	w.Helper()
	published, err := w.PublicKeys()
	w.ok(err)
	raw, err := json.Marshal(published)
	w.ok(err)
	set, err := jwk.Parse(raw)
	w.ok(err)
	return set
}

// TestCode: the code fits a QR code, another decoder reads it from the picture, another library
// verifies it with the published keys, and it says what the licence is.
func TestCode(t *testing.T) {
	each(t, func(w *world) {
		long := shop()
		long["shop"] = strings.Repeat("大好味茶餐廳", 40)
		for kind, values := range map[string]map[string]string{"food-business": long, "permit": {"class": strings.Repeat("A\"<", 300), "name": "陳"}} {
			l := w.issue(kind, "chan", "", values)
			c := w.code(l)
			if len(c.Address) > mostAddress || len(c.Address) < mostAddress-20 {
				t.Errorf("%s: %d bytes", kind, len(c.Address))
			}
			picture, err := web.QRPNG(c.Address)
			w.ok(err)
			if said := zbar(t, picture); said != c.Address {
				t.Errorf("the picture says %q", said)
			}
			payload, err := jws.Verify([]byte(c.Text), jws.WithKeySet(w.keys(), jws.WithRequireKid(true)))
			if err != nil {
				t.Fatal(err)
			}
			var claims Claims
			w.ok(json.Unmarshal(payload, &claims))
			if claims.Number != l.Number || !strings.HasSuffix(claims.Name, "…") || claims.From != l.From || strings.Contains(string(payload), "陳") {
				t.Errorf("%s", payload)
			}
		}
		l := w.issue("food-business", "chan", "", shop())
		if c := w.code(l); len(c.Address) > mostAddress || c.Until != midnight(day("2027-03-02")) {
			t.Error(len(c.Address), c.Until)
		}
		if got := w.check(w.code(l).Text); !got.Good() || got.Claims.Name != "大好味茶餐廳" || got.Newer {
			t.Errorf("%+v", got)
		}
	})
}

// TestCodeTellsTheStateNow: what happened after the code was made is seen online.
func TestCodeTellsTheStateNow(t *testing.T) {
	each(t, func(w *world) {
		l := w.issue("food-business", "chan", "", shop())
		code := w.code(l).Text
		act := func(fn func(tx *db.Tx) (Licence, error)) {
			w.Helper()
			w.write(func(tx *db.Tx) error {
				_, err := fn(tx)
				return err
			})
		}
		act(func(tx *db.Tx) (Licence, error) { return w.Suspend(tx, l.ID, order("rats")) })
		if got := w.check(code); got.Verdict != Verdict(Suspended) || !got.Newer {
			t.Errorf("%+v", got)
		}
		act(func(tx *db.Tx) (Licence, error) { return w.Restore(tx, l.ID, order("none")) })
		w.clock.days(400)
		if got := w.check(code); got.Verdict != Verdict(Expired) {
			t.Error(got.Verdict)
		}
		act(func(tx *db.Tx) (Licence, error) { return w.Renew(tx, l.ID, day("2028-01-01"), order("")) })
		if got := w.check(code); got.Verdict != TooOld || got.Licence.State != Valid {
			t.Error(got.Verdict)
		}
		if got := w.check(w.code(w.get(l.ID)).Text); !got.Good() {
			t.Error(got.Verdict)
		}
		act(func(tx *db.Tx) (Licence, error) { return w.Revoke(tx, l.ID, order("rats")) })
		if got := w.check(code); got.Verdict != Verdict(Revoked) {
			t.Error(got.Verdict)
		}
		d := w.code(w.issue("permit", "chan", "", nil))
		if got := w.check(d.Text); !d.Dynamic || !got.Good() {
			t.Errorf("%+v", got)
		}
		w.clock.by(61 * time.Second)
		if got := w.check(d.Text); got.Verdict != TooOld {
			t.Error(got.Verdict)
		}
	})
}

// TestForgedCodes: altered, signed by others, by no algorithm, for something else, for the sandbox.
func TestForgedCodes(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	l := w.issue("food-business", "chan", "", shop())
	good := w.code(l).Text
	parts := strings.Split(good, ".")
	enc := base64.RawURLEncoding.EncodeToString
	_, other, err := ed25519.GenerateKey(nil)
	w.ok(err)
	own := func(head string) string {
		signing := enc([]byte(head)) + "." + parts[1]
		return signing + "." + enc(ed25519.Sign(other, []byte(signing)))
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	w.ok(err)
	altered := enc([]byte(strings.Replace(string(raw), "2027-03-01", "2037-03-01", 1)))
	status, err := w.signed(statusType, Claims{Issuer: w.Origin, Number: l.Number})
	w.ok(err)
	sandbox, err := w.signed(codeType, Claims{Issuer: w.Origin + "/sandbox", Number: l.Number})
	w.ok(err)
	kid, _, err := w.Keys.Signer()
	w.ok(err)
	lost, err := w.signed(codeType, Claims{Issuer: w.Origin, Number: "FB-0000-0000-0"})
	w.ok(err)
	for code, want := range map[string]Verdict{
		"": Forged, "a.b.c": Forged, strings.Repeat("a", 5000): Forged, good + "=": Forged, good + ".x": Forged,
		parts[0] + "." + altered + "." + parts[2]:                                            Forged,
		parts[0] + "." + parts[1] + ".":                                                      Forged,
		own(`{"alg":"EdDSA","kid":"` + kid + `","typ":"licence"}`):                           Forged,
		own(`{"alg":"EdDSA","kid":"index-2","typ":"licence"}`):                               UnknownKey,
		own(`{"alg":"EdDSA","kid":"mine","typ":"licence"}`):                                  UnknownKey,
		own(`{"alg":"HS256","kid":"` + kid + `","typ":"licence"}`):                           Forged,
		enc([]byte(`{"alg":"none","kid":"`+kid+`","typ":"licence"}`)) + "." + parts[1] + ".": Forged,
		status: Forged, sandbox: Forged, lost: NoLicence, good: Verdict(Valid),
	} {
		if got := w.check(code); got.Verdict != want || (want == Forged || want == UnknownKey) && got.Licence != nil {
			t.Errorf("%.60s: %s, want %s", code, got.Verdict, want)
		}
	}
	// After a rotation what was signed before still verifies, also with the published keys.
	w.ok(w.Keys.Rotate(sign.Signature))
	if got := w.check(good); !got.Good() {
		t.Error(got.Verdict)
	}
	if _, err := jws.Verify([]byte(good), jws.WithKeySet(w.keys(), jws.WithRequireKid(true))); err != nil {
		t.Error(err)
	}
}

// TestStatusList: who verifies offline learns what is not valid, from a list that is signed.
func TestStatusList(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.issue("food-business", "chan", "", shop()), w.issue("food-business", "lee", "", shop())
		w.write(func(tx *db.Tx) error {
			_, err := w.Revoke(tx, a.ID, order("rats"))
			return err
		})
		read := func() (list StatusList) {
			flat, err := w.Status(w.Context())
			w.ok(err)
			raw, err := json.Marshal(flat)
			w.ok(err)
			payload, err := jws.Verify(raw, jws.WithKeySet(w.keys(), jws.WithRequireKid(true)), jws.WithJSON())
			w.ok(err)
			w.ok(json.Unmarshal(payload, &list))
			return list
		}
		list := read()
		if len(list.Invalid) != 1 || list.Invalid[0] != NumberHash(a.Number) || list.Issuer != w.Origin || list.Expires-list.Issued != 3600 {
			t.Errorf("%+v", list)
		}
		w.write(func(tx *db.Tx) error {
			_, err := w.Suspend(tx, b.ID, order("rats"))
			return err
		})
		if list := read(); len(list.Invalid) != 1 {
			t.Error("the list is made anew each time")
		}
		w.clock.by(2 * time.Minute)
		if list := read(); len(list.Invalid) != 2 {
			t.Error("the suspended one is missing")
		}
		w.clock.days(366)
		if list := read(); len(list.Invalid) != 0 {
			t.Error("ended licences say so themselves:", list.Invalid)
		}
	})
}

func FuzzCheckCode(f *testing.F) {
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJFZERTQSIsImtpZCI6InNpZ25hdHVyZS0xIiwidHlwIjoibGljZW5jZSJ9.e30.AA")
	folder := f.TempDir()
	ring, err := sign.OpenRing(filepath.Join(folder, "ring"), filepath.Join(folder, "key"), (&clock{}).now)
	if err != nil {
		f.Fatal(err)
	}
	s := &Service{Keys: ring, Origin: "https://praya.example"}
	f.Fuzz(func(t *testing.T, code string) {
		if _, v := s.read(code, s.Origin); v == "" {
			t.Errorf("%q verifies", code)
		}
	})
}

// zbar reads the QR codes of a picture, with a decoder that has nothing to do with ours.
func zbar(t *testing.T, picture []byte) string {
	t.Helper()
	if _, err := exec.LookPath("zbarimg"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("run .ci/install first: ", err)
	}
	file := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
