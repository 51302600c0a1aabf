package paper

import (
	"io"
	"strconv"
)

// memoryPerByte bounds the memory that a paper holds for each byte of its
// file, even if that is nothing but one-digit cells (TestMemoryIsBounded).
const memoryPerByte = 400

// Limits bound what one file may cost. A file above MaxBytes is refused before
// it is read whole; MaxCells bounds the records that are made of it, each less
// than 1 kB, so that no file takes more than about 32 MB for its text and
// 1 kB × MaxCells for its cells.
type Limits struct {
	MaxBytes int64 // size of the file; default 16 MB
	MaxLine  int   // bytes of one line; default 64 kB
	MaxCells int   // cells and lines of the file; default 300,000
	MaxWork  int   // steps of the search for places; default 4 million
}

func (l Limits) orDefault() Limits {
	if l.MaxBytes <= 0 {
		l.MaxBytes = 16 << 20
	}
	if l.MaxLine <= 0 {
		l.MaxLine = 64 << 10
	}
	if l.MaxCells <= 0 {
		l.MaxCells = 300_000
	}
	if l.MaxWork <= 0 {
		l.MaxWork = 4_000_000
	}
	return l
}

// Bounded gives a reader that fails, by name, where a file is larger than the limits allow: one
// that merely ended there would pass for a shorter file.
func Bounded(name string, r io.Reader, lim Limits) io.Reader {
	return &bounded{name, r, lim.orDefault().MaxBytes, lim.orDefault().MaxBytes}
}

type bounded struct {
	name     string
	r        io.Reader
	left, of int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, &InputError{File: b.name, Key: InputTooLarge, Args: []string{strconv.FormatInt(b.of, 10)}}
	}
	return n, err
}
