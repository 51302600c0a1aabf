package forms

import (
	"os"
	"strconv"
	"strings"
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
	a := complete("food")
	if wrong := f.Check(a, day); len(wrong) > 0 {
		b.Fatal(wrong)
	}
	for b.Loop() {
		f.Check(a, day)
	}
}

// Fifty items, each with a computed value: the most that a list may have.
func BenchmarkCheckLongList(b *testing.B) {
	raw, err := os.ReadFile("testdata/benefit.json")
	if err != nil {
		b.Fatal(err)
	}
	f, err := Read([]byte(strings.NewReplacer(`"maxItems": 12`, `"maxItems": 50`, `"most": 12`, `"most": 50`).Replace(string(raw))))
	if err != nil {
		b.Fatal(err)
	}
	a, day := complete("benefit"), today(b)
	for i := range 50 {
		a.set("/incomes/"+strconv.Itoa(i), map[string]any{"from": "wage", "monthly": 100.0})
	}
	if wrong := f.Check(a, day); len(wrong) > 0 {
		b.Fatal(wrong)
	}
	for b.Loop() {
		f.Check(a, day)
	}
}
