package triage

import (
	"strings"
	"testing"
)

// TestDuplicates: the same told in other words and in the other script is found, what is about something
// else isn't.
func TestDuplicates(t *testing.T) {
	among := []Lesson{
		{ID: "lamp", Text: "虛構街市門口的街燈已經熄滅三晚，請派人維修。"},
		{ID: "hole", Text: "虛構道巴士站旁有一個大坑洞，請派人維修。"},
		{ID: "english", Text: "The lamp outside Invented Market has been dark for three nights."},
		{ID: "noise", Text: "地盤深夜打樁，噪音很大。"},
		{ID: "empty"},
	}
	for text, want := range map[string]string{
		"虛構街市門口街燈熄滅了三晚，請維修。": "lamp", "虚构街市门口的街灯已经熄灭三晚，请派人维修": "lamp", "Lamp dark three nights outside the Invented Market": "english",
	} {
		got := Duplicates(text, among)
		if len(got) != 1 || got[0].ID != want || got[0].Likeness > 1.001 {
			t.Errorf("%s: %+v", text, got)
		}
	}
	for _, text := range []string{"公園飲水機不能飲用", "", "Thank the kind clerk at the counter"} {
		if got := Duplicates(text, among); len(got) != 0 {
			t.Errorf("%s: %+v", text, got)
		}
	}
	many := make([]Lesson, maxCandidates+10)
	for i := range many {
		many[i] = Lesson{ID: "x", Text: "街燈"}
	}
	if got := Duplicates(strings.Repeat("街燈", 1_000_000), many); len(got) > mostDuplicates {
		t.Errorf("%d are proposed", len(got))
	}
}
