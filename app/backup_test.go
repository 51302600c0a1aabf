package app

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"praya/platform/db/dbtest"
)

// published is what the public sees of some heads: their pages, figures and checks.
func published(t *testing.T, p *Praya, heads map[string]string) map[string]string {
	t.Helper()
	server := httptest.NewServer(p.Site.Handler())
	defer server.Close()
	out := map[string]string{}
	for head := range heads {
		year, number, ok := strings.Cut(head, " ")
		if !ok {
			continue
		}
		for _, path := range []string{
			"/en/estimates/%s/%s", "/tc/estimates/%s/%s/checks", "/tc/estimates/%s/%s/source?of=paper", "/api/estimates/download/%s/%s/paper/facts.csv", "/api/estimates/v1/heads/%s/%s/checks",
		} {
			path = fmt.Sprintf(path, year, number)
			response, err := http.Get(server.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			_ = response.Body.Close() // it was read
			if err != nil || response.StatusCode != http.StatusOK {
				t.Errorf("%s: %s, %v", path, response.Status, err)
			}
			page, _, _ := strings.Cut(string(body), `<p class="printed">`) // what follows is the time of printing
			out[path] = strings.ReplaceAll(page, server.URL, "")
		}
	}
	return out
}

// TestRestartFromABackup: a backup that was written while the program served and papers came in
// is restored into an empty folder and into PostgreSQL. Every head in it is whole; its pages and
// figures are those of the program that was backed up. A place that is not empty and a backup
// that somebody changed are refused.
func TestRestartFromABackup(t *testing.T) {
	names := invented(t, 70, 12)
	p := somewhere(t, "")
	p.run(t, append([]string{"estimates", "import"}, names[:6]...)...)
	live := p.open(t) // serves below while another process writes
	server := httptest.NewServer(live.Site.Handler())
	defer server.Close()

	load := p.command(t, append([]string{"estimates", "import"}, names...)...)
	var said bytes.Buffer
	load.Stderr = &said
	if err := load.Start(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "praya.backup")
	p.run(t, "backup", file)
	if err := load.Wait(); err != nil {
		t.Fatalf("the import beside the backup: %v\n%s", err, said.String())
	}
	p.refuse(t, "backup", file) // it never writes over one
	all := known(t, live)
	if len(all) != len(names)+1 {
		t.Errorf("%d heads of %d", len(all)-1, len(names))
	}
	key, err := os.ReadFile(filepath.Join(p.dir, "key"))
	if err != nil {
		t.Fatal(err)
	}

	dbtest.EachURL(t, func(t *testing.T, address string) {
		to := somewhere(t, address)
		to.run(t, "restore", file)
		if err := os.WriteFile(filepath.Join(to.dir, "key"), key, 0o600); err != nil {
			t.Fatal(err)
		}
		back := to.open(t)
		got := known(t, back)
		if len(got) < 7 {
			t.Errorf("%d heads came back", len(got)-1)
		}
		want := map[string]string{"hits": got["hits"]}
		some := map[string]string{}
		for head := range got {
			if head != "hits" {
				want[head] = all[head]
				if len(some) < 6 {
					some[head] = ""
				}
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(published(t, live, some), published(t, back, some)); d != "" {
			t.Errorf("%.3000s", d)
		}
		to.refuse(t, "restore", file)
		if d := cmp.Diff(got, known(t, back)); d != "" {
			t.Errorf("a refused restore changed something:\n%s", d)
		}
	})

	sealed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for what, tampered := range map[string][]byte{
		"a byte changed": flipped(sealed, len(sealed)/3), "cut short": sealed[:len(sealed)/2], "no backup": []byte("PK\x03\x04"),
		"a blob left out": withoutBlob(t, sealed),
	} {
		name := filepath.Join(t.TempDir(), "tampered")
		if err := os.WriteFile(name, tampered, 0o600); err != nil {
			t.Fatal(err)
		}
		to := somewhere(t, "")
		told := to.refuse(t, "restore", name)
		if !strings.Contains(told, "praya: ") || strings.Contains(told, "goroutine") {
			t.Errorf("%s: %s", what, told)
		}
		if left := known(t, to.open(t)); len(left) != 1 {
			t.Errorf("%s: %d heads were restored", what, len(left)-1)
		}
	}
}

func flipped(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 0x20
	return b
}

// withoutBlob is the backup with one of its blobs taken out, and otherwise a sound file.
func withoutBlob(t *testing.T, b []byte) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	left := false
	for _, f := range r.File {
		if !left && strings.HasPrefix(f.Name, "blobs/") {
			left = true
			continue
		}
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil || !left {
		t.Fatalf("a blob was left out: %v, %v", left, err)
	}
	return out.Bytes()
}
