package services

import (
	"slices"
	"testing"
)

func TestWordsOfQuestions(t *testing.T) {
	for text, want := range map[string][]string{
		"我想攞住址證明":                        {"住址", "址證", "證明"},
		"How do I renew my car licence?": {"renew", "car", "licence"},
		"想開茶餐廳":                          {"想開", "開茶", "茶餐", "餐廳"},
		"我想":                             nil,
		"":                               nil,
	} {
		if got := wordsOf(text); !slices.Equal(got, want) {
			t.Errorf("%s: %q", text, got)
		}
	}
}
