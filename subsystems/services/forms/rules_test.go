package forms

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"praya/kernel/when"
)

// typing is what somebody may type into any field, right and wrong.
func typing() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			"", " ", "yes", "no", "A123456(3)", "a1234563", "Ｚ６８３３６５（５）", "91234567", "+44 20 7946 0958", "name@example.hk",
			"0", "1", "50", "51", "-3", "1,000.50", "0.001", "9007199254740993", "1e9", "2026", "１１", "22", "陳大文", "CHAN Tai Man",
			"premises", "lines", "box", "WC", "XX", "person", "partners", "company", "wage", "other", "4", "12", "hot", "cake",
			"<script>", "\x00\n\r", "甲\u202e乙", "=1+1",
		}), rapid.String(),
	)
}

// filled is a page as somebody may send it.
func filled(t *rapid.T, p *Page, a Answers) url.Values {
	out := url.Values{}
	fields := p.asks(a)
	if p.Repeat != nil && p.item == 0 {
		n := rapid.IntRange(0, 4).Draw(t, "items")
		out.Set(countName, strconv.Itoa(n))
		fields = nil
		for i := range n {
			fields = append(fields, p.ofItem(i)...)
		}
		if rapid.IntRange(0, 4).Draw(t, "button") == 0 {
			out.Set(actName, rapid.SampledFrom([]string{"add", "remove-0", "remove-9", "remove-x"}).Draw(t, "act"))
		}
	}
	for _, q := range fields {
		for _, part := range []string{"", "-year", "-month", "-day", ".kind", ".building", ".district", ".lines", ".box", ".office"} {
			if rapid.Bool().Draw(t, "sent") {
				out.Add(q.name()+part, typing().Draw(t, q.name()+part))
			}
		}
		for _, c := range q.Choices {
			if rapid.Bool().Draw(t, "chosen") {
				out.Add(q.name(), c.Value)
			}
		}
	}
	return out
}

func uploaded(t *rapid.T, p *Page) []Upload {
	var out []Upload
	for _, q := range p.Fields {
		if q.As == File && rapid.Bool().Draw(t, "file") {
			out = append(out, Upload{
				Pointer: q.Pointer, Name: rapid.String().Draw(t, "name"), Address: rapid.StringMatching(`[0-9a-f]{8}`).Draw(t, "address"),
				Type:  rapid.SampledFrom([]string{"application/pdf", "image/png", "text/html"}).Draw(t, "type"),
				Bytes: rapid.SampledFrom([]int64{0, 1, 200_000, 1 << 40}).Draw(t, "bytes"),
			})
		}
	}
	return out
}

func TestWhatIsTakenPasses(t *testing.T) {
	day := today(t)
	for _, name := range []string{"food", "vehicle", "benefit", "food with pages for partners"} {
		f := load(t, strings.Fields(name)[0])
		if name == "food with pages for partners" {
			f = paged(t)
		}
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			a := Answers{}
			for range rapid.IntRange(1, 12).Draw(t, "pages") {
				var pages []*Page
				for _, p := range f.Pages {
					pages = append(pages, p.opened(a)...)
				}
				p := rapid.SampledFrom(pages).Draw(t, "page")
				before := a.clone()
				given := filled(t, p, a)
				out, wrong := f.Take(p, given, uploaded(t, p), a, nil, day)
				if !reflect.DeepEqual(before, a) {
					t.Fatal("Take changed what it was given")
				}
				if len(wrong) == 0 {
					a = out
					if !p.Stays(given) {
						passes(t, f, p, a, day)
					}
				}
				survives(t, a)
			}
			once := f.Prune(a, day)
			if twice := f.Prune(once, day); !reflect.DeepEqual(once, twice) {
				t.Fatalf("Prune changes what it pruned:\n%v\n%v", once, twice)
			}
			if one, two := f.Check(a, day), f.Check(once, day); !reflect.DeepEqual(one, two) {
				t.Fatalf("Check differs after Prune: %v, %v", one, two)
			}
		}))
	}
}

// passes wants no problem of the page, when it is open.
func passes(t *rapid.T, f *Form, p *Page, a Answers, day when.Day) {
	for _, x := range f.Check(a, day) {
		if x.Page == p.ID {
			t.Fatalf("%s was taken, but Check says %v: %v", p.ID, x, a)
		}
	}
}

func survives(t *rapid.T, a Answers) {
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	again := Answers{}
	if err := json.Unmarshal(raw, &again); err != nil || !reflect.DeepEqual(a, again) {
		t.Fatalf("not the same after JSON: %v, %v, %v", a, again, err)
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"food", "vehicle", "benefit"} {
		raw, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{"$id":"x","schema":{"type":"object","$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}}}`))
	f.Add([]byte(`{"$id":"x","schema":{"type":"object","properties":{"a":{"$ref":"http://127.0.0.1/x"}}},"ui":{"pages":[{}]}}`))
	day := today(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		form, err := Read(raw)
		if err != nil {
			return
		}
		for _, p := range form.Pages {
			a, _ := form.Take(p, url.Values{countName: {"2"}}, nil, nil, nil, day)
			form.Check(a, day)
		}
	})
}

// A form whose references double at each step, or lead out, is refused without following them all.
func TestSchemaBombs(t *testing.T) {
	bomb := `{"$id":"x","title":{"tc":"x","en":"x","sc":"x"},"schema":{"type":"object","properties":{"a":{"$ref":"#/$defs/d30"}},"$defs":{"d0":{"type":"string"}`
	for i := 1; i <= 30; i++ {
		below := `{"$ref":"#/$defs/d` + strconv.Itoa(i-1) + `"}`
		bomb += `,"d` + strconv.Itoa(i) + `":{"allOf":[` + below + `,` + below + `]}`
	}
	bomb += `}},"ui":{"pages":[]}}`
	for name, raw := range map[string]string{
		"doubling":  bomb,
		"itself":    `{"$id":"x","schema":{"type":"object","properties":{"a":{"$ref":"#"}}}}`,
		"a circle":  `{"$id":"x","schema":{"type":"object","properties":{"a":{"$ref":"#/$defs/a"}},"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}}`,
		"elsewhere": `{"$id":"x","schema":{"type":"object","properties":{"a":{"$ref":"http://127.0.0.1:1/x"}}}}`,
		"a file":    `{"$id":"x","schema":{"type":"object","properties":{"a":{"$ref":"file:///etc/passwd"}}}}`,
		"dynamic":   `{"$id":"x","schema":{"type":"object","$dynamicRef":"#x"}}`,
	} {
		_, err := Read([]byte(raw))
		var problems Problems
		errors.As(err, &problems)
		found := false
		for _, p := range problems {
			found = found || p.Key == "forms.form.schema" && p.Pointer == "/schema"
		}
		if !found {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHKID(t *testing.T) {
	for typed, want := range map[string]string{
		"A123456(3)": "A123456(3)", "a1234563": "A123456(3)", "Ａ１２３４５６（３）": "A123456(3)", " a 123456 [3] ": "A123456(3)",
		"A123456(4)": "", "A12345(3)": "", "AB987654(3)": "AB987654(3)", "C668668(9)": "C668668(9)", "C668668(E)": "", "1234567(8)": "", "": "",
		"z683365a": "Z683365(A)", "ABC123456(3)": "", "K0000000": "K000000(0)", "K000000A": "",
	} {
		if got, err := ParseHKID(typed); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is read as %q, %v; want %q", typed, got, err, want)
		}
	}
	if got := maskHKID("AB987654(3)"); got != "AB987XXX(X)" {
		t.Errorf("masked: %s", got)
	}
}

func TestTextThatTurns(t *testing.T) {
	f := load(t, "vehicle")
	a, _ := f.Take(f.Page("insurance"), posted("policy", "AB\u202e12\u2066\x00"), nil, nil, nil, today(t))
	if got := a.text("/policy"); got != "AB12" {
		t.Errorf("kept as %q", got)
	}
}
