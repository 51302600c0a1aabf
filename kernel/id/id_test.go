package id

import (
	"slices"
	"testing"
	"time"

	"praya/kernel/when"
)

type caseID string

func TestNewSortsByTime(t *testing.T) {
	at := when.At(time.Date(2026, 11, 21, 1, 2, 3, 0, time.UTC))
	var ids []caseID
	for i := range 1000 {
		n := New[caseID](at.Add(time.Duration(i) * time.Microsecond))
		if !Valid(string(n)) {
			t.Fatalf("%q is not a valid id", n)
		}
		ids = append(ids, n)
	}
	if !slices.IsSorted(ids) {
		t.Error("ids made one microsecond apart do not sort by time")
	}
}

func TestValid(t *testing.T) {
	for s, want := range map[string]bool{
		"01932f6e-0000-7abc-8000-0123456789ab": true,
		"01932f6e-0000-4abc-8000-0123456789ab": false,
		"01932f6e00007abc80000123456789ab":     false,
		"01932F6E-0000-7abc-8000-0123456789ab": false,
		"":                                     false,
	} {
		if Valid(s) != want {
			t.Errorf("Valid(%q) is %v", s, !want)
		}
	}
}

func TestReferenceCatchesEverySingleSlip(t *testing.T) {
	for range 50 {
		ref := Reference()
		if got, ok := ParseReference(ref); !ok || got != ref {
			t.Fatalf("ParseReference(%q) = %q, %v", ref, got, ok)
		}
		for i := range ref {
			if ref[i] == '-' {
				continue
			}
			for _, c := range alphabet {
				if byte(c) == ref[i] {
					continue
				}
				wrong := ref[:i] + string(c) + ref[i+1:]
				if _, ok := ParseReference(wrong); ok {
					t.Fatalf("%q with one slip, %q, was accepted", ref, wrong)
				}
			}
		}
	}
}

func TestParseReferenceAsTyped(t *testing.T) {
	s := "0123456" + "7"
	ref := s[:4] + "-" + s[4:] + "-" + string(check(s))
	last := string(check(s))
	for _, typed := range []string{ref, "o123 4567 " + last, "O1234567" + last, "ol23-4567-" + last, "０１２３４５６７" + last} {
		if got, ok := ParseReference(typed); !ok || got != ref {
			t.Errorf("ParseReference(%q) = %q, %v, want %q", typed, got, ok, ref)
		}
	}
	for _, typed := range []string{"", "0123", ref + "0", "U123-4567-" + last, "數字"} {
		if _, ok := ParseReference(typed); ok {
			t.Errorf("ParseReference(%q) was accepted", typed)
		}
	}
}
