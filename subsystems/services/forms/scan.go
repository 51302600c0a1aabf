package forms

import (
	"context"
	"errors"
	"io"
)

// Scanner looks for malware in what people upload (惡意程式掃描). It gives nil for a clean file,
// ErrUnsafe for one that must not be kept, and another error when it could not look: then nothing
// is known, and the file is not accepted either.
type Scanner interface {
	Scan(ctx context.Context, r io.Reader) error
}

// ErrUnsafe says that a scanner found something; what it found stands in the wrapping error.
var ErrUnsafe = errors.New("forms: the scanner refuses this file")
