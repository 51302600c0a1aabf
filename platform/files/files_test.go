package files_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/files"
)

func folder(t *testing.T) (*files.Folder, string) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "blobs")
	f, err := files.OpenFolder(root, when.System)
	if err != nil {
		t.Fatal(err)
	}
	return f, root
}

func TestContentComesBack(t *testing.T) {
	f, root := folder(t)
	for _, n := range []int{0, 1, 1 << 20} {
		content := make([]byte, n)
		_, _ = rand.Read(content)
		var wg sync.WaitGroup
		var hash files.Hash
		for range 4 {
			b, err := f.Put(t.Context(), bytes.NewReader(content), 1<<20)
			if err != nil || b.Size != int64(n) {
				t.Fatal(b, err)
			}
			hash = b.Hash
		}
		wg.Wait()
		r, err := f.Open(t.Context(), hash)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, content) || r.Close() != nil {
			t.Errorf("%d bytes came back, %v", len(got), err)
		}
	}
	if left, err := os.ReadDir(filepath.Join(root, "new")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	n := 0
	if err := f.Walk(t.Context(), func(files.Blob) error { n++; return nil }); err != nil || n != 3 {
		t.Errorf("%d blobs, %v", n, err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	f, root := folder(t)
	if _, err := f.Put(t.Context(), strings.NewReader("12345"), 4); !fault.Is(err, fault.Invalid) {
		t.Errorf("too large: %v", err)
	}
	if left, _ := os.ReadDir(filepath.Join(root, "new")); len(left) > 0 {
		t.Error("something of it was kept")
	}
	for _, h := range []files.Hash{"", "../../../etc/passwd", files.Hash(strings.Repeat("a", 64)), files.Hash(strings.Repeat("A", 64))} {
		if _, err := f.Open(t.Context(), h); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", h, err)
		}
		if err := f.Delete(t.Context(), h); err != nil {
			t.Errorf("%q: %v", h, err)
		}
	}
}

func TestDamageIsSeen(t *testing.T) {
	f, root := folder(t)
	b, err := f.Put(t.Context(), strings.NewReader("as it was"), 100)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, string(b.Hash[:2]), string(b.Hash[2:4]), string(b.Hash))
	if err := os.WriteFile(path, []byte("as it is!"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := f.Open(t.Context(), b.Hash)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("read: %v", err)
	}
	_ = r.Close()
	if _, err := f.Put(t.Context(), strings.NewReader("as it was"), 100); err != nil {
		t.Fatal(err)
	}
	if r, err = f.Open(t.Context(), b.Hash); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); err != nil {
		t.Errorf("put again, and still damaged: %v", err)
	}
	_ = r.Close()
}

func TestSweep(t *testing.T) {
	now := when.At(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	f, err := files.OpenFolder(t.TempDir(), func() when.Instant { return now })
	if err != nil {
		t.Fatal(err)
	}
	put := func(s string) files.Hash {
		b, err := f.Put(t.Context(), strings.NewReader(s), 100)
		if err != nil {
			t.Fatal(err)
		}
		return b.Hash
	}
	used, unused, again := put("used"), put("unused"), put("put again")
	now = now.Add(48 * time.Hour)
	young := put("young")
	put("put again")
	n, err := files.Sweep(t.Context(), f, now.Add(-24*time.Hour), func(h files.Hash) (bool, error) { return h == used, nil })
	if n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if _, err := f.Stat(t.Context(), unused); !fault.Is(err, fault.NotFound) {
		t.Errorf("the unused one: %v", err)
	}
	for _, h := range []files.Hash{used, again, young} {
		if _, err := f.Stat(t.Context(), h); err != nil {
			t.Error(err)
		}
	}
}
