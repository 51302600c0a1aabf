package governance

import (
	"praya/kernel/when"
	"praya/platform/db"
)

// Step is one entry of a thing's own history: what was done, when, by which department's
// officer, and why. The words of What stand under governance.step.
type Step struct {
	At         when.Instant
	Department string // whose officer; empty for the program and its operator
	Actor      string
	What       string
	Why        string
}

// note writes a step into the history of a thing.
func note(tx *db.Tx, by hand, subject, what, why string) error {
	return addStep(tx, subject, Step{tx.Now(), by.Department, by.Actor, what, why})
}
