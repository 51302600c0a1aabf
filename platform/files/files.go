package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"praya/kernel/fault"
	"praya/kernel/when"
)

// Hash is the SHA-256 of a blob's content, as 64 lower-case hexadecimal digits.
type Hash string

// Valid reports whether the hash has its form.
func (h Hash) Valid() bool {
	if len(h) != 64 {
		return false
	}
	for i := range len(h) {
		if c := h[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Blob is what is known of a blob without reading it.
type Blob struct {
	Hash Hash
	Size int64
	Put  when.Instant // the last time that it was put
}

// Store keeps blobs.
type Store interface {
	// Put reads a blob to its end and keeps it. Beyond limit bytes it keeps nothing and
	// gives Invalid.
	Put(ctx context.Context, r io.Reader, limit int64) (Blob, error)
	// Open reads a blob, or gives NotFound. Its reader checks the content.
	Open(ctx context.Context, h Hash) (io.ReadCloser, error)
	// Stat tells of a blob, or gives NotFound.
	Stat(ctx context.Context, h Hash) (Blob, error)
	// Delete takes a blob out; it may not be there.
	Delete(ctx context.Context, h Hash) error
	// Walk tells of all blobs, in the order of their hashes.
	Walk(ctx context.Context, fn func(Blob) error) error
}

// Sweep deletes blobs that were put before an instant and that inUse does not know.
func Sweep(ctx context.Context, s Store, before when.Instant, inUse func(Hash) (bool, error)) (n int, err error) {
	err = s.Walk(ctx, func(b Blob) error {
		if !b.Put.Before(before) {
			return nil
		}
		used, err := inUse(b.Hash)
		if err != nil || used {
			return err
		}
		n++
		return s.Delete(ctx, b.Hash)
	})
	return n, err
}

// checked gives an error instead of EOF when the content is not the hash's.
type checked struct {
	r    io.ReadCloser
	want Hash
	sum  hash.Hash
}

func newChecked(r io.ReadCloser, want Hash) io.ReadCloser {
	return &checked{r, want, sha256.New()}
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.sum.Write(p[:n])
	if err == io.EOF && Hash(hex.EncodeToString(c.sum.Sum(nil))) != c.want {
		return n, fmt.Errorf("files: the content of %s is damaged", c.want)
	}
	return n, err
}

func (c *checked) Close() error { return c.r.Close() }

func notFound(h Hash) error { return fault.New(fault.NotFound, "files.not-found", "hash", string(h)) }
