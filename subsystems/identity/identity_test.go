package identity

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"praya/kernel/fault"
	"praya/kernel/when"
)

func TestDocumentNumbers(t *testing.T) {
	for typed, want := range map[string]DocumentNumber{
		"A123456(3)": "A1234563", "a1234563": "A1234563", "Ａ１２３４５６（３）": "A1234563", " A 123456 (3) ": "A1234563",
		"AB987654(3)": "AB9876543", "G123456(A)": "G123456A",
	} {
		if got, err := ParseDocumentNumber(typed); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", typed, got, err, want)
		}
	}
	for typed, key := range map[string]string{
		"": "form", "A123456": "form", "1234563": "form", "ABC1234563": "form", "A12345六3": "form", "A123456(4)": "check", "A123456(A)": "check",
	} {
		if _, err := ParseDocumentNumber(typed); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "document-"+key) {
			t.Errorf("%q: %v, want %s", typed, err, key)
		}
	}
	if n := DocumentNumber("A1234563"); n.String() != "A123456(3)" || n.Masked() != "A123XXX(X)" {
		t.Errorf("%s %s", n, n.Masked())
	}
}

// A wrong digit, and two digits in each other's place, are always found.
func TestCheckDigitFindsSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[A-Z]{1,2}[0-9]{6}`).Draw(t, "body")
		i := rapid.IntRange(len(body)-6, len(body)-2).Draw(t, "place")
		full := body + string(checkDigit(body))
		if _, err := ParseDocumentNumber(full); err != nil {
			t.Fatalf("%s: %v", full, err)
		}
		slip := []byte(full)
		slip[i], slip[i+1] = slip[i+1], slip[i]
		if _, err := ParseDocumentNumber(string(slip)); slip[i] != slip[i+1] && err == nil {
			t.Fatalf("%s passes for %s", slip, full)
		}
		slip = []byte(full)
		slip[i] = '0' + (slip[i]-'0'+1)%10
		if _, err := ParseDocumentNumber(string(slip)); err == nil {
			t.Fatalf("%s passes for %s", slip, full)
		}
	})
}

func FuzzDocumentNumber(f *testing.F) {
	for _, s := range []string{"A123456(3)", "（", "ＡＢ９８７６５４(3)", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := ParseDocumentNumber(s); err == nil {
			if again, err := ParseDocumentNumber(n.String()); err != nil || again != n {
				t.Errorf("%q: %q does not come back: %q, %v", s, n, again, err)
			}
		}
	})
}

func TestAge(t *testing.T) {
	day := func(s string) when.Day {
		d, err := when.ParseDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		born, on string
		want     int
	}{
		{"2015-11-22", "2026-11-22", 11},
		{"2015-11-23", "2026-11-22", 10},
		{"2015-12-01", "2026-11-30", 10},
		{"2016-02-29", "2027-02-28", 10},
		{"2016-02-29", "2027-03-01", 11},
	} {
		if got := Age(day(c.born), day(c.on)); got != c.want {
			t.Errorf("born %s, on %s: %d, want %d", c.born, c.on, got, c.want)
		}
	}
}

func TestLevels(t *testing.T) {
	if !Plus.Reaches(Basic) || !Plus.Reaches(Plus) || Basic.Reaches(Plus) || Level("").Reaches(Basic) {
		t.Error("levels are out of order")
	}
	if l, ok := LevelOfACR(Plus.ACR()); !ok || l != Plus {
		t.Error(l, ok)
	}
	if _, ok := LevelOfACR("urn:praya:acr:gold"); ok {
		t.Error("an unknown acr has a level")
	}
}

func FuzzFilling(f *testing.F) {
	for _, s := range []string{
		`{"type":"form_filling","form_name":"x","purpose":"y","fields":["enName"]}`, `{"fields":[[[[[`, `[]`, `{"fields":["enName","enName"]}`,
		`{"type":"form_filling","form_name":"x","purpose":"y","fields":["enName"],"release":"z"}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, err := ReadFilling([]byte(s))
		if err == nil && (x.FormName == "" || len(x.Fields)+len(x.OptionalFields) == 0 || len(x.Fields)+len(x.OptionalFields) > mostFields) {
			t.Errorf("%q is taken as %+v", s, x)
		}
	})
}

func FuzzAnswers(f *testing.F) {
	for _, s := range []string{"9123 4567", "+44 20 7946 0000", "name@example.hk", "示範道１號", "\x00", "a@b", strings.Repeat("字", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, x := range []Field{Mobile, Email, Residence, Education} {
			form := url.Values{string(x): {s}, "kind": {s}, "building": {s}, "district": {"CW"}, "lines": {s}}
			text, err := x.read(form)
			if err == nil && len(text) > 8*longestLine*utf8.UTFMax {
				t.Errorf("%s of %d bytes is kept", x, len(text))
			}
			if err == nil && text != "" && x == Mobile && text[0] != '+' {
				t.Errorf("%q is no number in E.164", text)
			}
		}
	})
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		field       Field
		typed, want string
		wrong       string
	}{
		{Mobile, "9123 4567", "+85291234567", ""},
		{Mobile, "＋８５２ ９１２３４５６７", "+85291234567", ""},
		{Mobile, "+44 20 7946 0000", "+442079460000", ""},
		{Mobile, "123", "", "phone"},
		{Mobile, "11234567", "", "phone"},
		{Mobile, "", "", ""},
		{Email, "Name@Example.hk", "Name@Example.hk", ""},
		{Email, "name@localhost", "", "email"},
		{Email, "a b <x@y.hk>", "", "email"},
		{MaritalStatus, "married", "married", ""},
		{MaritalStatus, "content", "", "choice"},
	} {
		got, err := c.field.read(url.Values{string(c.field): {c.typed}})
		if got != c.want || (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s %q: %q, %v, want %q %s", c.field, c.typed, got, err, c.want, c.wrong)
		}
	}
	for _, c := range []struct {
		form  url.Values
		wrong bool
	}{
		{url.Values{"kind": {"premises"}, "building": {"X"}, "district": {"CW"}}, false},
		{url.Values{"kind": {"premises"}, "building": {"X"}}, true},
		{url.Values{"kind": {"premises"}, "room": {"1"}, "district": {"CW"}}, true},
		{url.Values{"kind": {"lines"}, "lines": {"Boat 5\nAberdeen"}}, false},
		{url.Values{"kind": {"box"}, "box": {"12"}, "office": {"GPO"}}, false},
		{url.Values{"kind": {"premises"}}, false}, // empty takes it away
	} {
		if _, err := Residence.read(c.form); (err != nil) != c.wrong {
			t.Errorf("%v: %v", c.form, err)
		}
	}
}
