package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"iter"

	"praya/kernel/fault"
)

// Address names a blob by what it holds: 64 hexadecimal digits.
type Address string

// Valid reports whether an address has its form.
func (a Address) Valid() bool {
	if len(a) != 2*sha256.Size {
		return false
	}
	for i := range len(a) {
		if c := a[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Blob is what is known of a blob without reading it.
type Blob struct {
	Address Address
	Size    int64
}

// Engine is where blobs are. Its methods may be called at the same time.
type Engine interface {
	// Create begins a blob whose address is not known yet.
	Create(ctx context.Context) (Draft, error)
	// Open gives the bytes of a blob, or NotFound.
	Open(ctx context.Context, a Address) (io.ReadCloser, int64, error)
	// Remove takes a blob out; it may not be there.
	Remove(ctx context.Context, a Address) error
	// List gives every blob, in no order.
	List(ctx context.Context) iter.Seq2[Blob, error]
}

// Draft is a blob that is being written: Keep or Discard ends it.
type Draft interface {
	io.Writer
	Keep(a Address) error
	Discard() error
}

// Store keeps blobs in an engine. MaxBytes bounds one blob.
type Store struct {
	engine   Engine
	maxBytes int64
}

// DefaultMaxBytes bounds one blob unless a site says otherwise.
const DefaultMaxBytes = 256 << 20

// New makes a store over an engine.
func New(engine Engine, maxBytes int64) *Store {
	if maxBytes <= 0 {
		maxBytes = DefaultMaxBytes
	}
	return &Store{engine, maxBytes}
}

// Put keeps bytes and gives their address. It is durable when it returns.
func (s *Store) Put(ctx context.Context, r io.Reader) (Blob, error) {
	draft, err := s.engine.Create(ctx)
	if err != nil {
		return Blob{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(draft, sum), io.LimitReader(r, s.maxBytes+1))
	switch {
	case err == nil && n > s.maxBytes:
		err = fault.New(fault.Invalid, "web.fault.too-large.text")
	case err == nil:
		err = ctx.Err()
	}
	if err != nil {
		return Blob{}, errors.Join(err, draft.Discard())
	}
	a := address(sum)
	if err := draft.Keep(a); err != nil {
		return Blob{}, errors.Join(err, draft.Discard())
	}
	return Blob{a, n}, nil
}

// Open gives the bytes of a blob. Their reader checks them: at the end it gives an error
// instead of io.EOF when they do not match their address.
func (s *Store) Open(ctx context.Context, a Address) (io.ReadCloser, error) {
	if !a.Valid() {
		return nil, fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	r, _, err := s.engine.Open(ctx, a)
	if err != nil {
		return nil, err
	}
	return &checked{r, sha256.New(), a}, nil
}

// List gives every blob.
func (s *Store) List(ctx context.Context) iter.Seq2[Blob, error] { return s.engine.List(ctx) }

// Remove takes one blob out. Only what can be nobody else's may go so: bytes that were sealed
// with a nonce of their own stand under an address of their own.
func (s *Store) Remove(ctx context.Context, a Address) error { return s.engine.Remove(ctx, a) }

// Collect removes the blobs that keep does not name, and says how many. A blob that was put
// a moment ago may not be referred to yet: call it when nothing is being put, or with keep
// saying yes to what is young.
func (s *Store) Collect(ctx context.Context, keep func(Blob) bool) (removed int, err error) {
	for b, err := range s.engine.List(ctx) {
		if err != nil {
			return removed, err
		}
		if keep(b) {
			continue
		}
		if err := s.engine.Remove(ctx, b.Address); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

func address(h hash.Hash) Address { return Address(hex.EncodeToString(h.Sum(nil))) }

// checked reads a blob and compares it with its address at the end.
type checked struct {
	io.ReadCloser
	sum  hash.Hash
	want Address
}

var errAltered = errors.New("files: a blob does not match its address: the disk has altered it")

func (c *checked) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	c.sum.Write(b[:n])
	if errors.Is(err, io.EOF) && address(c.sum) != c.want {
		return n, errAltered
	}
	return n, err
}
