package fault

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestKindSurvivesWrapping(t *testing.T) {
	f := New(Conflict, "changed", "name", "paper").Because(io.ErrUnexpectedEOF).At("year", "year.wrong")
	err := fmt.Errorf("while saving: %w", f)
	if !Is(err, Conflict) || Is(err, Invalid) || Is(nil, Conflict) {
		t.Errorf("kind of %v is %s", err, Of(err))
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
	if f.Args["name"] != "paper" || len(f.Fields) != 1 {
		t.Errorf("args %v, fields %v", f.Args, f.Fields)
	}
	if Of(io.EOF) != Defect {
		t.Error("an error without a kind is a defect")
	}
}

func TestAddingDoesNotChangeTheOriginal(t *testing.T) {
	base := New(Invalid, "form")
	_ = base.At("a", "x")
	_ = base.Because(io.EOF)
	if base.Cause != nil || len(base.Fields) != 0 {
		t.Error("the shared fault was changed")
	}
}
