package backup

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"os"

	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/files"
)

// Format is the number of the format that this program writes, and reads.
const Format = 1

// Manifest says what is in a backup.
type Manifest struct {
	Format     int          `json:"format"`
	Made       when.Instant `json:"made"`
	Engine     db.Engine    `json:"engine"`
	Migrations [][3]string  `json:"migrations"` // owner, name, SHA-256
	Tables     []Table      `json:"tables"`     // parents first
	Blobs      []Part       `json:"blobs"`
	Ring       *Part        `json:"ring,omitempty"` // the sealed key ring
}

// Table is a table's part.
type Table struct {
	Part
	Columns []db.Column `json:"columns"`
	Rows    int64       `json:"rows"`
}

// Part is an entry of the file.
type Part struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Source is what is backed up. Files may be nil, and Ring, the file of the sealed key
// ring, empty.
type Source struct {
	DB    *db.DB
	Files *files.Store
	Ring  string
}

// Write writes a backup, and returns its manifest and the manifest's SHA-256.
func Write(ctx context.Context, s Source, w io.Writer) (m Manifest, digest string, err error) {
	m = Manifest{Format: Format, Engine: s.DB.Engine(), Made: s.DB.Clock()()}
	z := zip.NewWriter(w)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if m.Migrations, err = tx.Applied(); err != nil {
			return err
		}
		tables, err := tx.Tables()
		if err != nil {
			return err
		}
		for _, t := range tables {
			if !ours(t) {
				continue
			}
			part, err := writeTable(tx, z, t)
			if err != nil {
				return fmt.Errorf("backup: %s: %w", t.Name, err)
			}
			m.Tables = append(m.Tables, part)
		}
		return nil
	})
	if err == nil && s.Files != nil {
		m.Blobs, err = writeBlobs(ctx, z, s.Files)
	}
	if err == nil && s.Ring != "" {
		// After the snapshot: a ring only grows, so it opens what the snapshot holds.
		m.Ring, err = writeRing(z, s.Ring)
	}
	if err != nil {
		return m, "", err
	}
	b, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return m, "", err
	}
	p, err := z.Create("manifest.json")
	if err == nil {
		_, err = p.Write(b)
	}
	if err == nil {
		err = z.Close()
	}
	sum := sha256.Sum256(b)
	return m, hex.EncodeToString(sum[:]), err
}

// ours leaves out the migrator's table, whose content is in the manifest, and what only
// one engine knows.
func ours(t db.Table) bool { return t.Name != "db_migrations" && t.Portable() }

// measured counts and hashes what goes by.
type measured struct {
	w   io.Writer
	n   int64
	sum hash.Hash
}

func measure(w io.Writer) *measured { return &measured{w, 0, sha256.New()} }

func (m *measured) Write(p []byte) (int, error) {
	n, err := m.w.Write(p)
	m.n += int64(n)
	m.sum.Write(p[:n])
	return n, err
}

func (m *measured) part(name string) Part {
	return Part{name, m.n, hex.EncodeToString(m.sum.Sum(nil))}
}

func writeTable(tx *db.Tx, z *zip.Writer, t db.Table) (out Table, err error) {
	name := "db/" + t.Name + ".jsonl"
	entry, err := z.Create(name)
	if err != nil {
		return out, err
	}
	m := measure(entry)
	buffer := bufio.NewWriterSize(m, 64<<10)
	rows, err := tx.Dump(t)
	if err != nil {
		return out, err
	}
	defer rows.Close()
	encode := json.NewEncoder(buffer)
	encode.SetEscapeHTML(false)
	for rows.Next() {
		values, err := scan(rows, t)
		if err != nil {
			return out, err
		}
		if err := encode.Encode(values); err != nil {
			return out, err
		}
		out.Rows++
	}
	if err := rows.Err(); err != nil {
		return out, err
	}
	if err := buffer.Flush(); err != nil {
		return out, err
	}
	out.Part, out.Columns = m.part(name), t.Columns
	return out, nil
}

// scan reads a row into values that JSON keeps exactly.
func scan(s db.Scanner, t db.Table) ([]any, error) {
	dest := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		switch c.Type {
		case "bigint":
			dest[i] = new(*int64)
		case "boolean":
			dest[i] = new(*bool)
		case "bytea":
			dest[i] = new(any) // a *[]byte would not tell an empty value from none on SQLite
		default:
			dest[i] = new(*string)
		}
	}
	if err := s.Scan(dest...); err != nil {
		return nil, err
	}
	for i, d := range dest {
		if v, ok := d.(*any); ok {
			dest[i] = nil
			if b, ok := (*v).([]byte); ok {
				dest[i] = base64.StdEncoding.EncodeToString(b)
			}
		}
	}
	return dest, nil
}

func writeBlobs(ctx context.Context, z *zip.Writer, store *files.Store) (all []Part, err error) {
	for b, err := range store.List(ctx) {
		if err != nil {
			return nil, err
		}
		part, err := writeBlob(ctx, z, store, b)
		if err != nil {
			return nil, err
		}
		all = append(all, part)
	}
	return all, nil
}

func writeBlob(ctx context.Context, z *zip.Writer, store *files.Store, b files.Blob) (Part, error) {
	r, err := store.Open(ctx, b.Address)
	if err != nil {
		return Part{}, err
	}
	defer r.Close() //nolint:errcheck // it was read
	name := "blobs/" + string(b.Address)
	entry, err := z.Create(name)
	if err != nil {
		return Part{}, err
	}
	m := measure(entry)
	_, err = io.Copy(m, r) // the reader checks the content
	return m.part(name), err
}

func writeRing(z *zip.Writer, path string) (*Part, error) {
	sealed, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	entry, err := z.Create(ringName)
	if err != nil {
		return nil, err
	}
	m := measure(entry)
	_, err = m.Write(sealed)
	part := m.part(ringName)
	return &part, err
}

const ringName = "keys.ring"
