package services

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/subsystems/services/forms"
)

// sends posts a page of the benefit's form with a file.
func (b *browser) sends(a Application, name string, plain []byte) *browser {
	b.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for field, value := range map[string]string{"income": "4321", "savings": "8765"} {
		b.ok(m.WriteField(field, value))
	}
	part, err := m.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="proof"; filename="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`}, "Content-Type": {"application/pdf"},
	})
	b.ok(err)
	_, err = part.Write(plain)
	b.ok(err)
	b.ok(m.Close())
	return b.send("POST", "/en"+casePath(a.ID)+"/page/money", m.FormDataContentType(), &body)
}

// zipped is an archive with one file.
func zipped(t *testing.T, name string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write([]byte("<script>alert(1)</script>"))
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestHostileUploads: what is something else than it says, or too large, is refused beside its
// field, and nothing of it is kept.
func TestHostileUploads(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	a := w.allowance("chan")
	b := w.browser("chan")
	page := []byte("<!doctype html><html><body><script>alert(document.domain)</script></body></html>")
	for name, x := range map[string]struct {
		file  string
		bytes []byte
	}{
		"page named as a document":    {"letter.pdf", page},
		"page that ends as a picture": {"letter.png", page},
		"archive as a picture":        {"photo.png", zipped(t, "photo.png")},
		"archive behind a picture":    {"photo.png", append([]byte("\x89PNG\r\n\x1a\n"), zipped(t, "a.html")...)},
		"page behind a document":      {"letter.pdf", append(append([]byte{}, page...), pdf("x")...)},
		"program":                     {"run.pdf", append([]byte("MZ\x90\x00"), make([]byte, 500)...)},
		"picture that is a script":    {"drawing.png", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)},
		"too large":                   {"large.pdf", append(pdf("large"), make([]byte, 5<<20)...)},
		"cut":                         {"cut.pdf", []byte("%PDF-1.4\n1 0 obj")},
		"empty words":                 {"empty.pdf", []byte("     ")},
	} {
		b.sends(a, x.file, x.bytes)
		if b.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d to %s", name, b.status, b.to)
		}
		if strings.Contains(b.page, "<script>alert") {
			t.Errorf("%s: the page runs it", name)
		}
		if n := w.blobs(); n != 0 {
			t.Fatalf("%s: %d files are kept", name, n)
		}
	}
}

// TestHostileNames: names of files and people are text wherever they are shown, and a download is
// never a page.
func TestHostileNames(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	a := w.allowance("chan")
	b := w.browser("chan")
	for _, name := range []string{
		`"><img src=x onerror=alert(1)>.pdf`, `../../../../etc/passwd.pdf`, `C:\temp\..\x.pdf`, "=HYPERLINK(1).pdf", "薪金\u202efdp.exe.pdf",
		strings.Repeat("長", 400) + ".pdf",
	} {
		b.sends(a, name, pdf("a file"))
		if b.status != http.StatusSeeOther {
			t.Errorf("%q: %d", name, b.status)
		}
		b.get("/en" + casePath(a.ID) + "/check")
		if b.status != 200 || strings.Contains(b.page, "<img src=x") || strings.Contains(b.page, "etc/passwd") && strings.Contains(b.page, "../") {
			t.Errorf("%q: %d, or its name is shown as it came", name, b.status)
		}
		var all []File
		w.read(func(tx *db.Tx) (err error) {
			all, err = w.filesOf(tx, a.ID)
			return err
		})
		for _, f := range all {
			if strings.ContainsAny(f.Name, "/\\\u202e") || len([]rune(f.Name)) > longestName || !strings.HasSuffix(f.Name, ".pdf") {
				t.Errorf("%q is kept as %q", name, f.Name)
			}
			b.get("/en" + casePath(a.ID) + "/files/" + f.ID)
			h := b.header
			if b.status != 200 || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || h.Get("X-Content-Type-Options") != "nosniff" || strings.Contains(h.Get("Content-Type"), "html") {
				t.Errorf("%q: %d %v", name, b.status, h)
			}
		}
		w.ok(w.Withdraw(w.as("chan"), a.ID)) // each with a fresh draft
		a = w.allowance("chan")
	}
}

// TestHTMLInAnswersIsText: what an applicant writes is shown as text to themselves, to officers
// and in letters.
func TestHTMLInAnswersIsText(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	const hostile = `<script>alert(1)</script><img src=x onerror=alert(2)>`
	a := w.begin("chan", "hall-booking")
	w.takes(a, "applicant", "phone", telephone)
	w.takes(a, "event", "purpose", hostile, "people", "30", "children", "no")
	w.submits(a)
	w.ok(w.Answer(w.as("chan"), a.ID, hostile, nil))
	w.ok(w.Write(w.as(handler), a.ID, hostile, false))
	for account, path := range map[string]string{"chan": casePath(a.ID), handler: deskCasePath(a.ID)} {
		b := w.browser(account).get("/en" + path)
		if b.status != 200 || !strings.Contains(b.page, "&lt;script&gt;alert(1)") || strings.Contains(b.page, hostile) || strings.Contains(b.page, "<img src=x") {
			t.Errorf("%s shows it as it came (%d)", path, b.status)
		}
	}
}

// TestExportDisarmsFormulas: no cell of the list of cases is a formula, whatever a service's code
// or a reference looks like.
func TestExportDisarmsFormulas(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	a := w.submits(w.allowance("chan"))
	for i, formula := range []string{`=HYPERLINK("http://evil.example","x")`, "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1"} {
		w.ok(w.DB.Write(w.system, func(tx *db.Tx) error {
			_, err := tx.Exec(`update services_applications set reference = $2, channel = $2 where realm = $1 and id = $3`, tx.Realm(), formula, a.ID)
			return err
		}))
		b := w.browser(handler).get("/en" + deskPath + "/cases.csv?stage=in-progress")
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.page, "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for _, cell := range rows[1] {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("%d: a cell is %q", i, cell)
			}
		}
		if h := b.header; !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(h.Get("Content-Type"), "text/csv") {
			t.Error(h)
		}
	}
}

// scanner finds the test file that every scanner finds, and may be down.
type scanner struct{ down bool }

// Scan reads it all.
func (s *scanner) Scan(_ context.Context, r io.Reader) error {
	all, err := io.ReadAll(r)
	switch {
	case err != nil:
		return err
	case s.down:
		return errors.New("connection refused")
	case bytes.Contains(all, []byte("EICAR-STANDARD-ANTIVIRUS-TEST-FILE")):
		return fmt.Errorf("%w: Eicar", forms.ErrUnsafe)
	}
	return nil
}

// TestScannedUploads: what the scanner refuses, or nobody could look at, is said beside its field
// and not kept.
// TestFilesAreBounded: an application has so many files, those that were replaced too.
func TestFilesAreBounded(t *testing.T) {
	each(t, func(w *world) {
		a := w.allowance("chan")
		receive := func() error {
			_, err := w.Receive(w.as("chan"), a.ID, Given{Pointer: "/proof", File: File{Name: "proof.pdf", Type: "application/pdf"}, Plain: []byte("%PDF-1.4")})
			return err
		}
		for range mostFiles {
			w.ok(receive())
		}
		w.refused(receive(), "files")
		a = w.allowance("lee")
		w.ok(receive())
	})
}

func TestScannedUploads(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	looks := &scanner{}
	w.Scanner = looks
	a := w.allowance("chan")
	b := w.browser("chan")
	for _, x := range []struct {
		down bool
		text string
		want int
		says string
	}{
		{false, "EICAR-STANDARD-ANTIVIRUS-TEST-FILE", http.StatusUnprocessableEntity, "refused by the virus check"},
		{true, "a letter", http.StatusUnprocessableEntity, "cannot be checked at the moment"},
		{false, "a letter", http.StatusSeeOther, ""},
	} {
		looks.down = x.down
		b.sends(a, "letter.pdf", pdf(x.text))
		if b.status != x.want || !strings.Contains(b.page, x.says) {
			t.Errorf("%q: %d\n%.2000s", x.text, b.status, b.page)
		}
		if n := w.blobs(); (n > 0) != (x.want == http.StatusSeeOther) {
			t.Errorf("%q: %d files are kept", x.text, n)
		}
	}
}
