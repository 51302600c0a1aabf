package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"praya/kernel/fault"
	"praya/kernel/when"
)

// Folder keeps blobs in a folder: ab/cd/abcd….
type Folder struct {
	root  string
	clock when.Clock
}

// OpenFolder makes the folder when it is not there.
func OpenFolder(root string, clock when.Clock) (*Folder, error) {
	if err := os.MkdirAll(filepath.Join(root, "new"), 0o700); err != nil {
		return nil, unavailable(err)
	}
	return &Folder{root, clock}, nil
}

func unavailable(err error) error {
	return fault.New(fault.Unavailable, "files.unavailable").Because(err)
}

func (f *Folder) path(h Hash) string {
	return filepath.Join(f.root, string(h[:2]), string(h[2:4]), string(h))
}

// Put keeps a blob.
func (f *Folder) Put(ctx context.Context, r io.Reader, limit int64) (_ Blob, err error) {
	tmp, err := os.CreateTemp(filepath.Join(f.root, "new"), "")
	if err != nil {
		return Blob{}, unavailable(err)
	}
	defer func() {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name()) // renamed away when all went well
	}()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(tmp, sum), io.LimitReader(&interruptible{ctx, r}, limit+1))
	if err != nil {
		return Blob{}, err
	}
	if n > limit {
		return Blob{}, fault.New(fault.Invalid, "files.too-large")
	}
	b := Blob{Hash(hex.EncodeToString(sum.Sum(nil))), n, f.clock()}
	if err := errors.Join(tmp.Sync(), tmp.Chmod(0o600), tmp.Close()); err != nil {
		return Blob{}, unavailable(err)
	}
	if err := f.keep(tmp.Name(), b); err != nil {
		return Blob{}, unavailable(err)
	}
	return b, nil
}

// keep gives a written file its name. A blob that is there is replaced by its equal:
// so a damaged one mends.
func (f *Folder) keep(from string, b Blob) error {
	to := f.path(b.Hash)
	dir := filepath.Dir(to)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Chtimes(from, b.Put.Time(), b.Put.Time()); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	for _, d := range []string{dir, filepath.Dir(dir), f.root} { // a name is durable when its folder is
		if err := syncFolder(d); err != nil {
			return err
		}
	}
	return nil
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open reads a blob.
func (f *Folder) Open(_ context.Context, h Hash) (io.ReadCloser, error) {
	if !h.Valid() {
		return nil, notFound(h)
	}
	file, err := os.Open(f.path(h))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound(h)
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return newChecked(file, h), nil
}

// Stat tells of a blob.
func (f *Folder) Stat(_ context.Context, h Hash) (Blob, error) {
	if !h.Valid() {
		return Blob{}, notFound(h)
	}
	info, err := os.Stat(f.path(h))
	if errors.Is(err, fs.ErrNotExist) {
		return Blob{}, notFound(h)
	}
	if err != nil {
		return Blob{}, unavailable(err)
	}
	return Blob{h, info.Size(), when.At(info.ModTime())}, nil
}

// Delete takes a blob out.
func (f *Folder) Delete(_ context.Context, h Hash) error {
	if !h.Valid() {
		return nil
	}
	if err := os.Remove(f.path(h)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unavailable(err)
	}
	return nil
}

// Walk tells of all blobs.
func (f *Folder) Walk(ctx context.Context, fn func(Blob) error) error {
	return filepath.WalkDir(f.root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // deleted meanwhile
		case err != nil:
			return unavailable(err)
		case ctx.Err() != nil:
			return ctx.Err()
		case e.IsDir() && path == filepath.Join(f.root, "new"):
			return fs.SkipDir
		case e.IsDir() || !Hash(e.Name()).Valid():
			return nil
		}
		b, err := f.Stat(ctx, Hash(e.Name()))
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return fn(b)
	})
}

// SweepUnfinished deletes what writers that were killed left behind, older than an instant.
func (f *Folder) SweepUnfinished(before when.Instant) error {
	left, err := os.ReadDir(filepath.Join(f.root, "new"))
	if err != nil {
		return unavailable(err)
	}
	for _, e := range left {
		if info, err := e.Info(); err == nil && when.At(info.ModTime()).Before(before) {
			_ = os.Remove(filepath.Join(f.root, "new", e.Name())) // comes again
		}
	}
	return nil
}

// interruptible ends a copy with its context.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i *interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}
