package booking

import (
	"errors"

	"praya/kernel/fault"
)

// asFault is the fault in an error, or nil.
func asFault(err error) *fault.Fault {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}
