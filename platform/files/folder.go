package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"praya/kernel/fault"
)

// Folder keeps blobs as files in a folder, fanned out by their first two digits.
type Folder struct{ root string }

// OpenFolder makes the folder if it is not there.
func OpenFolder(root string) (*Folder, error) {
	for _, dir := range []string{root, filepath.Join(root, drafts)} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	return &Folder{root}, nil
}

const drafts = "unfinished"

func (f *Folder) path(a Address) string { return filepath.Join(f.root, string(a[:2]), string(a)) }

// Create begins a file among the unfinished.
func (f *Folder) Create(context.Context) (Draft, error) {
	file, err := os.CreateTemp(filepath.Join(f.root, drafts), "blob-*")
	if err != nil {
		return nil, err
	}
	return &draft{file, f}, nil
}

type draft struct {
	*os.File
	folder *Folder
}

// Keep syncs the file, renames it into place and syncs the folder that names it.
func (d *draft) Keep(a Address) error {
	to := d.folder.path(a)
	if _, err := os.Stat(to); err == nil {
		return d.Discard()
	}
	if err := d.Sync(); err != nil {
		return err
	}
	if err := d.Close(); err != nil {
		return err
	}
	dir := filepath.Dir(to)
	if err := os.Mkdir(dir, 0o700); err == nil {
		if err := syncDir(d.folder.root); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := os.Rename(d.Name(), to); err != nil {
		return err
	}
	return syncDir(dir)
}

// Discard removes what is unfinished.
func (d *draft) Discard() error {
	_ = d.Close() // it may be closed already; the removal below is what counts
	if err := os.Remove(d.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open gives a blob's file.
func (f *Folder) Open(_ context.Context, a Address) (io.ReadCloser, int64, error) {
	file, err := os.Open(f.path(a))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, fault.New(fault.NotFound, "web.fault.not-found.text").Because(err)
	}
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, info.Size(), nil
}

// Remove takes a blob's file away.
func (f *Folder) Remove(_ context.Context, a Address) error {
	if !a.Valid() {
		return nil
	}
	if err := os.Remove(f.path(a)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// List walks the folder.
func (f *Folder) List(ctx context.Context) iter.Seq2[Blob, error] {
	return func(yield func(Blob, error) bool) {
		err := filepath.WalkDir(f.root, func(path string, d fs.DirEntry, err error) error {
			a := Address(d.Name())
			switch {
			case err != nil:
				return err
			case ctx.Err() != nil:
				return ctx.Err()
			case d.IsDir() || !a.Valid():
				return nil
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			if !yield(Blob{a, info.Size()}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(Blob{}, err)
		}
	}
}
