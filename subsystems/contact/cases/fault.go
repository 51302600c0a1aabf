package cases

import (
	"errors"

	"praya/kernel/fault"
)

// asFault reports whether an error is a fault, and gives it.
func asFault(err error, f **fault.Fault) bool { return errors.As(err, f) }
