package forms

import (
	"os"
	"testing"
)

func BenchmarkRead(b *testing.B) {
	raw, err := os.ReadFile("testdata/food.json")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Read(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	f, day := load(b, "food"), today(b)
	a := Answers{
		"applicant": map[string]any{"nameEn": "CHAN, Tai Man", "hkid": "A123456(3)", "phone": "91234567"}, "kind": "partners", "declared": true,
		"partners": []any{
			map[string]any{"name": "甲", "holder": true, "hkid": "A123456(3)", "share": 50.0}, map[string]any{"name": "乙", "holder": false, "passport": "P1", "share": 50.0},
		},
		"premises": map[string]any{"kind": "premises", "building": "假大廈", "district": "WC"},
		"kitchen":  map[string]any{"area": 100.5, "seats": 10.0},
	}
	if wrong := f.Check(a, day); len(wrong) > 0 {
		b.Fatal(wrong)
	}
	for b.Loop() {
		f.Check(a, day)
	}
}
