package forms

import (
	"archive/zip"
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"praya/platform/pdf"
)

func zipped(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range names {
		x, err := w.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		x.Write([]byte(strings.Repeat(n, 100)))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSniffType(t *testing.T) {
	var aPNG, aJPEG bytes.Buffer
	picture := image.NewGray(image.Rect(0, 0, 90, 90))
	if png.Encode(&aPNG, picture) != nil || jpeg.Encode(&aJPEG, picture, nil) != nil {
		t.Fatal("no pictures")
	}
	d, err := pdf.New(pdf.Info{Title: "x", Day: today(t)})
	if err != nil {
		t.Fatal(err)
	}
	d.Heading(1, "測試")
	aPDF, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	docx := zipped(t, "[Content_Types].xml", "_rels/.rels", "word/document.xml")
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for name, c := range map[string]struct {
		bytes []byte
		want  string
	}{
		"a.pdf":        {aPDF, "pdf"},
		"b.exe":        {aPNG.Bytes(), "png"},
		"c":            {aJPEG.Bytes(), "jpeg"},
		"padded.jpg":   {join(aJPEG.Bytes(), make([]byte, 30)), "jpeg"},
		"d.docx":       {docx, "docx"},
		"e.xlsx":       {zipped(t, "[Content_Types].xml", "xl/workbook.xml"), "xlsx"},
		"note.txt":     {[]byte("一張字條\r\n" + strings.Repeat("字", 5000)), "text"},
		"table.CSV":    {[]byte("名,額\n甲,1\n"), "csv"},
		"w.webp":       {join([]byte("RIFF\x0c\x00\x00\x00WEBPVP8 "), make([]byte, 4)), "webp"},
		"h.heic":       {join([]byte("\x00\x00\x00\x18ftypheic"), make([]byte, 40)), "heic"},
		"macros.docx":  {zipped(t, "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), ""},
		"any.zip":      {zipped(t, "a.txt"), ""},
		"poly.png":     {join(aPNG.Bytes(), docx), ""},
		"poly2.png":    {join(aPNG.Bytes(), []byte("<script>")), ""},
		"poly.pdf":     {join(aPDF, docx), ""},
		"late.pdf":     {join([]byte("<html>"), aPDF), ""},
		"cut.pdf":      {aPDF[:len(aPDF)/2], ""},
		"cut.jpg":      {aJPEG.Bytes()[:aJPEG.Len()-3], ""},
		"cut.docx":     {docx[:len(docx)-5], ""},
		"longer.docx":  {join(docx, []byte("more")), ""},
		"page.txt":     {[]byte("\ufeff <!doctype html>"), ""},
		"hidden.txt":   {[]byte("see <ScRiPt>"), ""},
		"program":      {[]byte("#!/bin/sh\n"), ""},
		"binary.txt":   {[]byte("a\x00b"), ""},
		"big5.txt":     {[]byte{0xb4, 0xfa, 0xb8, 0xd5, 'a', 'b', 'c', 'd'}, ""},
		"reversed.txt": {[]byte("invoice\u202efdp.exe"), ""},
		"empty":        {nil, ""},
		"longer.webp":  {join([]byte("RIFF\x0c\x00\x00\x00WEBPVP8 "), make([]byte, 40)), ""},
	} {
		got, _ := SniffType(c.bytes[:min(len(c.bytes), HeadBytes)], c.bytes[max(0, len(c.bytes)-TailBytes):], int64(len(c.bytes)), name)
		want, _ := mediaOf(c.want)
		if got != want {
			t.Errorf("%s is taken for %q, want %q", name, got, want)
		}
	}
}

func FuzzSniffType(f *testing.F) {
	f.Add([]byte("%PDF-1.7 %%EOF"), "a.pdf")
	f.Add([]byte("PK\x03\x04PK\x01\x02PK\x05\x06"), "a.docx")
	f.Fuzz(func(t *testing.T, b []byte, name string) {
		media, ok := SniffType(b[:min(len(b), HeadBytes)], b[max(0, len(b)-TailBytes):], int64(len(b)), name)
		if ok != (media != "") {
			t.Errorf("%q, %v", media, ok)
		}
		if ok && media == "application/pdf" && bytes.Contains(b, []byte("PK\x05\x06")) && len(b) < TailBytes {
			t.Error("a PDF with a ZIP behind it passes")
		}
	})
}
