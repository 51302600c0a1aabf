package forms

import (
	"fmt"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/words"
)

// Problem is something wrong with an answer, or with a form's file. It holds no answer, so that
// it may be logged.
type Problem struct {
	Pointer string            // where: in the answers, or in the file
	Page    string            // the page that asks it; empty when none does
	Key     string            // of the words
	Args    map[string]string // of its placeholders: bounds and names from the form
	Text    lang.Text         // what the form itself says about it, instead of Key
}

// Problems are all that were found.
type Problems []Problem

// Error lists them for those who write forms.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, x := range p {
		lines[i] = fmt.Sprintf("%s: %s %v", x.Pointer, x.Key, x.Args)
	}
	return "forms: " + strings.Join(lines, "; ")
}

// Or gives nil where there is no problem.
func (p Problems) Or() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// Fault is the problems as a fault of kind Invalid with its fields; nil without problems.
func (p Problems) Fault() *fault.Fault {
	if len(p) == 0 {
		return nil
	}
	out := fault.New(fault.Invalid, "web.fault.invalid.text")
	for _, x := range p {
		out = out.At(x.Name(), x.Key)
	}
	return out
}

// At is the first problem at a pointer or beneath it, and whether there is one.
func (p Problems) At(pointer string) (Problem, bool) {
	for _, x := range p {
		if within(x.Pointer, pointer) {
			return x, true
		}
	}
	return Problem{}, false
}

// within reports whether a pointer is another one, or lies beneath it.
func within(pointer, above string) bool {
	return pointer == above || strings.HasPrefix(pointer, above+"/")
}

// Name is what the field is called in a posted form.
func (p Problem) Name() string { return nameOf(p.Pointer) }

// Say is the problem in a reader's language: what to do about it.
func (p Problem) Say(t *words.Texts) string {
	if p.Text != (lang.Text{}) {
		return p.Text.In(t.Lang())
	}
	args := make([]any, 0, 2*len(p.Args))
	for name, value := range p.Args {
		if strings.HasSuffix(p.Key, "-money") {
			value = dollars(t, value)
		} else {
			value = t.Decimal(value)
		}
		args = append(args, name, value)
	}
	said, err := t.Lookup(p.Key, args...)
	if err != nil {
		return t.T("forms.wrong.value")
	}
	return said
}

func problem(pointer, key string, args ...string) Problem {
	p := Problem{Pointer: pointer, Key: key}
	if len(args) > 0 {
		p.Args = map[string]string{}
		for i := 0; i+1 < len(args); i += 2 {
			p.Args[args[i]] = args[i+1]
		}
	}
	return p
}
