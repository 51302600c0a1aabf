package governance

import (
	"context"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// Department is what this package must know of a bureau or department.
type Department struct {
	Code     string
	Name     lang.Text
	Short    lang.Text // may be empty
	From, To when.Day  // zero: open
	Body     bool      // no bureau or department, but a public body
}

// On reports whether the department exists on a day.
func (d Department) On(day when.Day) bool { return Period{d.From, d.To}.On(day) }

// Departments is what this package wants of the directory.
type Departments interface {
	// All are all departments, those that have ended too, in the order of their codes.
	All(ctx context.Context) ([]Department, error)
}
