package app

import (
	"errors"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/words"
)

// say is what the terminal shows of an error: the sentence of a fault in English, and its
// cause for whoever runs the command; every other error as it is, each on its line.
func say(err error) string {
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		var lines []string
		for _, e := range many.Unwrap() {
			lines = append(lines, say(e))
		}
		return strings.Join(lines, "\npraya: ")
	}
	var f *fault.Fault
	if !errors.As(err, &f) {
		return err.Error()
	}
	book, bookErr := words.New(Words()...)
	if bookErr != nil {
		return err.Error()
	}
	args := make([]any, 0, 2*len(f.Args))
	for name, value := range f.Args {
		args = append(args, name, value)
	}
	text, lookErr := book.In(lang.EN).Lookup(f.Key, args...)
	if lookErr != nil {
		return err.Error()
	}
	if f.Cause != nil {
		text += " (" + f.Cause.Error() + ")"
	}
	return text
}
