package backup

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/files"
)

// Target is where a backup is restored to: an empty store, that is open but not served.
type Target struct {
	DB      *db.DB
	Files   *files.Store
	Ring    string // where the sealed key ring goes; no file may be there yet
	Schemas []db.Schema
	// After runs when the rows are there: search indexes are made again, events settled.
	After []func(ctx context.Context, d *db.DB) error
}

const longestManifest = 64 << 20

// Verify reads a whole backup against its manifest, and returns it.
func Verify(r io.ReaderAt, size int64) (Manifest, error) {
	_, m, err := verify(r, size)
	return m, err
}

// Restore restores a backup. Of one that fails no rows are left, but
// blobs may be, which the next attempt finds.
func Restore(ctx context.Context, r io.ReaderAt, size int64, t Target) (Manifest, error) {
	z, m, err := verify(r, size)
	if err != nil {
		return m, err
	}
	if err := empty(ctx, t.DB); err != nil {
		return m, err
	}
	if _, err := t.DB.Migrate(ctx, t.Schemas...); err != nil {
		return m, err
	}
	if len(m.Blobs) > 0 && t.Files == nil {
		return m, errors.New("backup: the backup holds blobs, and there is no place for them")
	}
	if _, err := os.Stat(t.Ring); m.Ring != nil && err == nil {
		return m, fault.New(fault.Conflict, "backup.not-empty", "table", ringName)
	}
	for _, b := range m.Blobs {
		if err := restoreBlob(ctx, z, b, t.Files); err != nil {
			return m, err
		}
	}
	err = t.DB.Write(ctx, func(tx *db.Tx) error { return restoreTables(tx, z, m) })
	if err != nil {
		return m, err
	}
	if err := restoreRing(z, m, t.Ring); err != nil {
		return m, err
	}
	for _, after := range t.After {
		if err := after(ctx, t.DB); err != nil {
			return m, err
		}
	}
	return m, nil
}

func damaged(err error) error { return fault.New(fault.Invalid, "backup.damaged").Because(err) }

func verify(r io.ReaderAt, size int64) (*zip.Reader, Manifest, error) {
	var m Manifest
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, m, damaged(err)
	}
	entry, err := z.Open("manifest.json")
	if err != nil {
		return nil, m, damaged(err)
	}
	defer entry.Close()                                          //nolint:errcheck // it was read
	b, err := io.ReadAll(io.LimitReader(entry, longestManifest)) // to its end, where ZIP checks its sum
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		return nil, m, damaged(err)
	}
	if m.Format != Format {
		return nil, m, fault.New(fault.Invalid, "backup.other-format", "format", fmt.Sprint(m.Format))
	}
	want := map[string]Part{}
	for _, t := range m.Tables {
		want[t.Name] = t.Part
	}
	parts := len(m.Tables) + len(m.Blobs)
	for _, b := range m.Blobs {
		want[b.Name] = b
	}
	if m.Ring != nil {
		want[m.Ring.Name] = *m.Ring
		parts++
	}
	if len(z.File) != len(want)+1 || len(want) != parts {
		return nil, m, damaged(fmt.Errorf("%d entries, the manifest names %d", len(z.File)-1, len(want)))
	}
	for _, f := range z.File {
		part, ok := want[f.Name]
		if f.Name == "manifest.json" {
			continue
		}
		if !ok {
			return nil, m, damaged(fmt.Errorf("%s is not in the manifest", f.Name))
		}
		delete(want, f.Name)
		if err := part.fits(f); err != nil {
			return nil, m, damaged(err)
		}
	}
	if len(want) > 0 {
		return nil, m, damaged(fmt.Errorf("%d parts are missing", len(want)))
	}
	return z, m, nil
}

func (p Part) fits(f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // it was read
	sum := sha256.New()
	n, err := io.Copy(sum, io.LimitReader(r, p.Size+1))
	if err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	if n != p.Size || hex.EncodeToString(sum.Sum(nil)) != p.SHA256 {
		return fmt.Errorf("%s is not what the manifest says", p.Name)
	}
	return nil
}

// empty refuses a store that has rows.
func empty(ctx context.Context, d *db.DB) error {
	return d.Read(ctx, func(tx *db.Tx) error {
		tables, err := tx.Tables()
		if err != nil {
			return err
		}
		for _, t := range tables {
			if t.Name == "db_migrations" {
				continue
			}
			n, err := tx.Count(t)
			if err != nil {
				return err
			}
			if n > 0 {
				return fault.New(fault.Conflict, "backup.not-empty", "table", t.Name)
			}
		}
		return nil
	})
}

func restoreBlob(ctx context.Context, z *zip.Reader, p Part, store *files.Store) error {
	r, err := z.Open(p.Name)
	if err != nil {
		return damaged(err)
	}
	defer r.Close() //nolint:errcheck // it was read
	b, err := store.Put(ctx, r)
	if err == nil && "blobs/"+string(b.Address) != p.Name {
		err = damaged(fmt.Errorf("%s holds %s", p.Name, b.Address))
	}
	return err
}

// restoreRing brings the sealed ring back. It opens with the key file that the operator
// kept apart.
func restoreRing(z *zip.Reader, m Manifest, path string) error {
	if m.Ring == nil {
		return nil
	}
	if path == "" {
		return errors.New("backup: the backup holds a key ring, and there is no place for it")
	}
	r, err := z.Open(m.Ring.Name)
	if err != nil {
		return damaged(err)
	}
	defer r.Close() //nolint:errcheck // it was read
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "backup.not-empty", "table", ringName)
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Sync(), f.Close())
}

func restoreTables(tx *db.Tx, z *zip.Reader, m Manifest) error {
	if err := sameMigrations(tx, m); err != nil {
		return err
	}
	if err := tx.Later(); err != nil {
		return err
	}
	here, err := tx.Tables()
	if err != nil {
		return err
	}
	kept := map[string]Table{}
	for _, t := range m.Tables {
		kept[strings.TrimSuffix(strings.TrimPrefix(t.Name, "db/"), ".jsonl")] = t
	}
	for _, t := range here { // parents first, as they are here
		k, ok := kept[t.Name]
		if !ok {
			if ours(t) {
				return damaged(fmt.Errorf("table %s is not in the backup", t.Name))
			}
			continue
		}
		delete(kept, t.Name)
		if !slices.Equal(k.Columns, t.Columns) {
			return damaged(fmt.Errorf("table %s has other columns", t.Name))
		}
		if err := restoreTable(tx, z, t, k); err != nil {
			return fmt.Errorf("backup: %s: %w", t.Name, err)
		}
	}
	if len(kept) > 0 {
		return damaged(fmt.Errorf("%d tables of the backup are not in this program", len(kept)))
	}
	return nil
}

// sameMigrations compares names, and on the same engine also the files' hashes.
func sameMigrations(tx *db.Tx, m Manifest) error {
	applied, err := tx.Applied()
	if err != nil {
		return err
	}
	same := slices.EqualFunc(applied, m.Migrations, func(a, b [3]string) bool {
		return a[0] == b[0] && a[1] == b[1] && (a[2] == b[2] || m.Engine != tx.Engine())
	})
	if !same {
		return fault.New(fault.Invalid, "backup.other-program").Because(fmt.Errorf("the backup has %d migrations, this program %d, or others", len(m.Migrations), len(applied)))
	}
	return nil
}

func restoreTable(tx *db.Tx, z *zip.Reader, t db.Table, k Table) error {
	r, err := z.Open(k.Name)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // it was read
	decode := json.NewDecoder(bufio.NewReaderSize(r, 64<<10))
	decode.UseNumber()
	var bad error
	n, err := tx.InsertMany(t.Name, t.ColumnNames(), func(yield func([]any) bool) {
		for {
			var row []any
			if err := decode.Decode(&row); err != nil {
				if !errors.Is(err, io.EOF) {
					bad = err
				}
				return
			}
			if bad = convert(row, t); bad != nil || !yield(row) {
				return
			}
		}
	})
	if err = errors.Join(err, bad); err != nil {
		return err
	}
	if n != k.Rows {
		return damaged(fmt.Errorf("%d rows, the manifest says %d", n, k.Rows))
	}
	return nil
}

// convert gives JSON's values the columns' types.
func convert(row []any, t db.Table) error {
	if len(row) != len(t.Columns) {
		return fmt.Errorf("a row of %d values for %d columns", len(row), len(t.Columns))
	}
	for i, c := range t.Columns {
		var err error
		switch v := row[i].(type) {
		case nil:
		case json.Number:
			row[i], err = v.Int64()
			if c.Type != "bigint" {
				err = fmt.Errorf("a number in %s", c.Name)
			}
		case bool:
			if c.Type != "boolean" {
				err = fmt.Errorf("a boolean in %s", c.Name)
			}
		case string:
			switch c.Type {
			case "bytea":
				row[i], err = base64.StdEncoding.DecodeString(v)
			case "text":
			default:
				err = fmt.Errorf("a text in %s", c.Name)
			}
		default:
			err = fmt.Errorf("a %T in %s", v, c.Name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
