package forms

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/web"
	"praya/platform/words"
)

func load(t testing.TB, name string) *Form {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	f, err := Read(raw)
	if err != nil {
		t.Fatal(strings.ReplaceAll(err.Error(), ";", "\n"))
	}
	return f
}

func today(t testing.TB) when.Day {
	t.Helper()
	d, err := when.ParseDay("2026-11-22")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func book(t testing.TB) *words.Book {
	t.Helper()
	b, err := words.New(web.Words(), Words())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func posted(pairs ...string) url.Values {
	out := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Add(pairs[i], pairs[i+1])
	}
	return out
}

// step answers a page and wants no problem.
func step(t *testing.T, f *Form, a Answers, page string, pairs ...string) Answers {
	t.Helper()
	p := f.Page(page)
	out, wrong := f.Take(p, posted(pairs...), nil, a, nil, today(t))
	if len(wrong) > 0 {
		t.Fatalf("%s: %v", page, wrong)
	}
	for _, x := range f.Check(out, today(t)) {
		if x.Page == page {
			t.Fatalf("%s was taken, but Check says %v", page, x)
		}
	}
	return out
}

func TestFoodWithPartners(t *testing.T) {
	f, day := load(t, "food"), today(t)
	a := step(t, f, nil, "applicant",
		"applicant.nameZh", "陳 大文", "applicant.nameEn", "CHAN, Tai Man", "applicant.hkid", "ａ１２３４５６ ３", "applicant.phone", "+852 9123 4567")
	if got := a.text("/applicant/hkid"); got != "A123456(3)" {
		t.Errorf("the number is kept as %q", got)
	}
	if got := a.text("/applicant/phone"); got != "91234567" {
		t.Errorf("the telephone is kept as %q", got)
	}
	a = step(t, f, a, "home")
	a = step(t, f, a, "kind", "kind", "partners")
	if p, ok := f.Next(a, day, "kind"); !ok || p.ID != "partners" {
		t.Fatalf("after kind comes %v", p)
	}
	p := f.Page("partners")
	draft, wrong := f.Take(p, posted("forms-count", "2", "partners.0.name", "甲", "partners.0.holder", "yes", "partners.0.share", "50"), nil, a, nil, day)
	if _, told := wrong.At("/partners/0/hkid"); !told {
		t.Errorf("a partner with a card was not asked for its number: %v", wrong)
	}
	if draft.text("/partners/0/name") != "甲" {
		t.Error("what was right is lost")
	}
	a = step(t, f, a, "partners", "forms-count", "2",
		"partners.0.name", "甲", "partners.0.holder", "yes", "partners.0.hkid", "a123456(3)", "partners.0.share", "50",
		"partners.1.name", "乙", "partners.1.holder", "no", "partners.1.passport", "P1", "partners.1.share", "50")
	a = step(t, f, a, "premises", "premises.kind", "premises", "premises.building", "假大廈", "premises.district", "WC",
		"kitchen.area", "120.5", "kitchen.seats", "１０", "kitchen.foods", "hot", "kitchen.foods", "cake")
	if v, _ := a.Get("/kitchen/perSeat"); v != 12.05 {
		t.Errorf("area for each seat: %v", v)
	}
	if p, ok := f.Resume(a, day); !ok || p.ID != "declaration" {
		t.Errorf("what is left is %v", p)
	}
	a = step(t, f, a, "plans")
	a = step(t, f, a, "declaration", "declared", "yes")
	if wrong := f.Check(a, day); len(wrong) > 0 {
		t.Errorf("complete, but %v", wrong)
	}
	// Changing one's mind drops the partners, and only them.
	b := f.Prune(step(t, f, a, "kind", "kind", "person"), day)
	if _, there := b.Get("/partners"); there {
		t.Error("partners of a person stay")
	}
	if wrong := f.Check(b, day); len(wrong) > 0 {
		t.Errorf("complete without partners, but %v", wrong)
	}
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var again Answers
	if json.Unmarshal(raw, &again) != nil || !reflect.DeepEqual(a, again) {
		t.Errorf("answers are not the same after JSON: %v, %v", a, again)
	}
	for _, l := range lang.All() {
		sections := f.sections(saying{book(t).In(l), true}, a, nil, day, nil)
		for _, s := range sections {
			for _, e := range s.Entries {
				t.Log(s.Title, "|", e.Label, "|", e.Value)
				if strings.Contains(e.Value, "123456") {
					t.Errorf("%s: the number is not masked: %s", l, e.Value)
				}
			}
		}
	}
}

func TestComputedIncome(t *testing.T) {
	f, day := load(t, "benefit"), today(t)
	a := step(t, f, nil, "you", "born-year", "２０１０", "born-month", "11", "born-day", "23", "household", "2")
	if v, _ := a.Get("/age"); v != 15.0 {
		t.Errorf("age %v", v)
	}
	if p, _ := f.Next(a, day, "you"); p.ID != "guardian" {
		t.Errorf("a child goes on to %s", p.ID)
	}
	a = step(t, f, a, "guardian", "guardian", "陳小明")
	a = step(t, f, a, "incomes", "forms-count", "2", "incomes.0.from", "wage", "incomes.0.monthly", "HK$30,000.50", "incomes.1.from", "other", "incomes.1.what", "x", "incomes.1.monthly", "0.5")
	if v, _ := a.Get("/incomes/0/yearly"); v != 36000600.0 {
		t.Errorf("yearly %v", v)
	}
	if v, _ := a.Get("/total"); v != 3000100.0 {
		t.Errorf("total %v", v)
	}
	if p, ok := f.Next(a, day, "total"); !ok || p.ID != "hardship" {
		t.Errorf("after the total: %v", p)
	}
	a, _ = f.Take(f.Page("incomes"), posted("forms-count", "2", "forms-act", "remove-0", "incomes.0.from", "wage", "incomes.0.monthly", "30,000", "incomes.1.from", "rent", "incomes.1.monthly", "7"), nil, a, nil, day)
	if v, _ := a.Get("/total"); v != 700.0 {
		t.Errorf("total after removing: %v", v)
	}
}

func TestReadTellsAllProblems(t *testing.T) {
	raw, err := os.ReadFile("testdata/food.json")
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.NewReplacer(
		`"when": "item.holder"`, `"when": "item.holder +"`,
		`"at": "/company"`, `"at": "/nothing"`,
		`"value": "person"`, `"value": "somebody"`,
		`"optional": true, "source": "identity.chName"`, `"optionel": true, "source": "identity.chName"`,
		`"required": ["applicant", "kind"`, `"required": ["applicant", "company", "kind"`,
	).Replace(string(raw))
	_, err = Read([]byte(bad))
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("%v", err)
	}
	want := []string{
		"/schema forms.form.required",
		"/ui/pages/0/fields/0/optionel forms.form.unknown",
		"/ui/pages/2/fields/0/choices forms.form.choice",
		"/ui/pages/2/fields/0/choices/0/value forms.form.choice",
		"/ui/pages/3/fields/0/at forms.form.not-in-schema",
		"/ui/pages/4/fields/2/when forms.form.rule",
	}
	var got []string
	for _, p := range problems {
		got = append(got, p.Pointer+" "+p.Key)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("problems\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, l := range lang.All() {
		texts := book(t).In(l)
		for _, p := range problems {
			if p.Say(texts) == texts.T("forms.wrong.value") {
				t.Errorf("%s has no words of its own", p.Key)
			}
		}
	}
}
