package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"praya/kernel/fault"
)

func folder(t *testing.T, limit int64) (*Store, *Folder) {
	t.Helper()
	f, err := OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return New(f, limit), f
}

func TestWhatIsPutIsReadBack(t *testing.T) {
	s, f := folder(t, 0)
	for _, size := range []int{0, 1, 100_000} {
		body := make([]byte, size)
		if _, err := rand.Read(body); err != nil {
			t.Fatal(err)
		}
		b, err := s.Put(t.Context(), bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(body); string(b.Address) != hex.EncodeToString(sum[:]) || b.Size != int64(size) {
			t.Errorf("%d bytes are kept as %+v", size, b)
		}
		r, err := s.Open(t.Context(), b.Address)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, body) {
			t.Errorf("%d bytes come back as %d, %v", size, len(got), err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(f.root, drafts)); len(left) > 0 {
		t.Errorf("%d unfinished files are left", len(left))
	}
}

func TestTheSameBytesAreKeptOnce(t *testing.T) {
	s, _ := folder(t, 0)
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			if _, err := s.Put(context.Background(), strings.NewReader("一樣")); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	n := 0
	for _, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 1 {
		t.Errorf("%d blobs, want 1", n)
	}
}

func TestTooLargeLeavesNothing(t *testing.T) {
	s, f := folder(t, 10)
	if _, err := s.Put(t.Context(), strings.NewReader("12345678901")); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(filepath.Join(f.root, drafts)); len(left) > 0 {
		t.Error("the unfinished file is left")
	}
}

func TestAlteredBytesAreNoticed(t *testing.T) {
	s, f := folder(t, 0)
	b, err := s.Put(t.Context(), strings.NewReader("原文"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.path(b.Address), []byte("改文"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(t.Context(), b.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadAll(r); !errors.Is(err, errAltered) {
		t.Errorf("got %v", err)
	}
}

func TestAddressesFromOutside(t *testing.T) {
	s, _ := folder(t, 0)
	for _, a := range []Address{"", "../../etc/passwd", Address(strings.Repeat("g", 64)), Address(strings.Repeat("A", 64)), Address(strings.Repeat("a", 64))} {
		if _, err := s.Open(t.Context(), a); !fault.Is(err, fault.NotFound) {
			t.Errorf("Open(%q): %v", a, err)
		}
	}
}

func TestCollect(t *testing.T) {
	s, _ := folder(t, 0)
	keep, err := s.Put(t.Context(), strings.NewReader("keep"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), strings.NewReader("drop")); err != nil {
		t.Fatal(err)
	}
	n, err := s.Collect(t.Context(), func(b Blob) bool { return b.Address == keep.Address })
	if err != nil || n != 1 {
		t.Errorf("removed %d, %v", n, err)
	}
	if _, err := s.Open(t.Context(), keep.Address); err != nil {
		t.Error(err)
	}
}
