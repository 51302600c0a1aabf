package forms

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"praya/kernel/lang"
)

// paged is the food business with a page for each partner.
func paged(t testing.TB) *Form {
	t.Helper()
	raw, err := os.ReadFile("testdata/food.json")
	if err != nil {
		t.Fatal(err)
	}
	f, err := Read([]byte(strings.Replace(string(raw), `"least": 2, "most": 10`, `"least": 2, "most": 10, "each": true`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestEachPartnerHasAPage(t *testing.T) {
	f, day := paged(t), today(t)
	a := step(t, f, nil, "kind", "kind", "partners")
	a, _ = f.Take(f.Page("partners"), posted("forms-act", "add", "forms-count", "2"), nil, a, nil, day)
	a = step(t, f, a, "partners", "forms-count", "3")
	var ids []string
	open, err := f.Visible(a, day)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range open {
		ids = append(ids, p.ID)
		if f.Page(p.ID) != p {
			t.Errorf("%s is another page by its name", p.ID)
		}
	}
	want := []string{"applicant", "home", "kind", "partners", "partners.1", "partners.2", "partners.3", "premises", "plans", "declaration"}
	if !reflect.DeepEqual(ids, want) {
		t.Fatalf("open: %v", ids)
	}
	if p := f.Page("partners.2"); p.Title.TC != "合夥人2" || p.Title.EN != "Partner 2" {
		t.Errorf("its title is %v", p.Title)
	}
	for _, id := range []string{"partners.0", "partners.11", "partners.01", "partners.x", "kind.1", "partners."} {
		if f.Page(id) != nil {
			t.Errorf("there is a page %s", id)
		}
	}
	a = step(t, f, a, "partners.2", "partners.1.name", "乙", "partners.1.holder", "no", "partners.1.passport", "P1", "partners.1.share", "30")
	var left []string
	for _, x := range f.Check(a, day) {
		if strings.HasPrefix(x.Page, "partners") && !slices.Contains(left, x.Page) {
			left = append(left, x.Page)
		}
	}
	if !reflect.DeepEqual(left, []string{"partners.1", "partners.3"}) {
		t.Errorf("left are %v", left)
	}
	if n, ok := f.Next(a, day, "partners.3"); !ok || n.ID != "premises" {
		t.Errorf("after the last partner comes %v", n)
	}
	if n, ok := f.Before(a, day, "partners.1"); !ok || n.ID != "partners" {
		t.Errorf("before the first partner comes %v", n)
	}
	a = step(t, f, a, "partners.1", "partners.0.name", "甲", "partners.0.holder", "no", "partners.0.passport", "P0", "partners.0.share", "60")
	_, wrong := f.Take(f.Page("partners.3"), posted("partners.2.name", "丙", "partners.2.holder", "no", "partners.2.passport", "P2", "partners.2.share", "70"), nil, a, nil, day)
	if len(wrong) != 1 || wrong[0].Key != "forms.wrong.check" || wrong[0].Page != "partners.3" || wrong[0].Pointer != "/partners/2/name" {
		t.Errorf("two with more than half: %v", wrong)
	}
	a, _ = f.Take(f.Page("partners"), posted("forms-act", "remove-2", "forms-count", "3"), nil, a, nil, day)
	for _, s := range f.sections(saying{book(t).In(lang.EN), false}, a, nil, day, nil) {
		if s.Page == "partners.2" && (s.Title != "Partner 2" || s.Entries[0].Label != "Name" || s.Entries[0].Value != "乙") {
			t.Errorf("the summary of the second partner: %+v", s)
		}
		if s.Page == "partners" || s.Page == "partners.3" {
			t.Errorf("a section of %s", s.Page)
		}
	}
}
