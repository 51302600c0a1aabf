package knowledge

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
)

// Bounds of a file of articles.
const (
	MaxShipped = 8 << 20 // of the file, and of what comes out of it
	maxFiles   = 500
	maxFile    = 512 << 10
)

// shipped is an article as a file, for a department's version control: a few names, in a stable order,
// lines that differ where the words differ.
type shipped struct {
	Format   string    `json:"format"` // shippedFormat
	Code     string    `json:"code"`
	Title    lang.Text `json:"title"`
	Text     longText  `json:"text"`
	Everyday lang.Text `json:"everyday"`
	Review   when.Day  `json:"review"`
}

const shippedFormat = "praya.knowledge.1"

// longText is a text by lines.
type longText struct {
	TC []string `json:"tc,omitempty"`
	EN []string `json:"en,omitempty"`
	SC []string `json:"sc,omitempty"`
}

func byLines(t lang.Text) longText {
	cutLines := func(s string) []string {
		if s == "" {
			return nil
		}
		return strings.Split(s, "\n")
	}
	return longText{cutLines(t.TC), cutLines(t.EN), cutLines(t.SC)}
}

func (t longText) text() lang.Text {
	return lang.Text{TC: strings.Join(t.TC, "\n"), EN: strings.Join(t.EN, "\n"), SC: strings.Join(t.SC, "\n")}
}

// Export writes a department's articles, as they were written last, as a ZIP of one JSON file each.
func (s *Service) Export(tx *db.Tx, w io.Writer, department string) error {
	all, err := articlesOf(tx, department, "", maxFiles)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	for _, a := range all {
		data, err := json.MarshalIndent(shipped{shippedFormat, a.Code, a.Title, byLines(a.Text), a.Everyday, a.Review}, "", "  ")
		if err != nil {
			return err
		}
		f, err := z.Create(a.Code + ".json")
		if err == nil {
			_, err = f.Write(append(data, '\n'))
		}
		if err != nil {
			return err
		}
	}
	return z.Close()
}

// Unpack reads the articles of an exported file. Nothing in it is trusted.
func Unpack(data []byte) ([]Article, error) {
	if len(data) > MaxShipped {
		return nil, invalid("file")
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, invalid("file").Because(err)
	}
	if len(z.File) > maxFiles {
		return nil, invalid("file")
	}
	var out []Article
	left := int64(MaxShipped)
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		a, n, err := unpackOne(f, min(left, maxFile))
		if err != nil {
			return nil, invalid("file").Because(err)
		}
		left -= n
		out = append(out, a)
	}
	return out, nil
}

func unpackOne(f *zip.File, most int64) (a Article, n int64, err error) {
	r, err := f.Open()
	if err != nil {
		return a, 0, err
	}
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(data)) > most {
		err = io.ErrShortBuffer
	}
	if err != nil {
		return a, 0, err
	}
	var x shipped
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&x); err != nil {
		return a, 0, err
	}
	if x.Format != shippedFormat {
		return a, 0, invalid("file")
	}
	return Article{Code: x.Code, Title: x.Title, Text: x.Text.text(), Everyday: x.Everyday, Review: x.Review}, int64(len(data)), r.Close()
}

// Import keeps articles as drafts of a department, and says how many changed. What says the same as
// before stays untouched; an article of another department is refused, and with it the whole file.
func (s *Service) Import(tx *db.Tx, all []Article, department, by string) (n int, err error) {
	for _, a := range all {
		a.Department = department
		was, err := articleBy(tx, sqlLatest, a.Code)
		switch {
		case err == nil && was.Department != department:
			return n, invalid("code-taken")
		case err == nil:
			a.Version, a.Owner = was.Version, was.Owner
			if was.Title == each(a.Title, tidy) && was.Text == each(a.Text, tidy) && was.Everyday == each(a.Everyday, tidy) {
				continue
			}
		default:
			if _, err := known(was, err); !isMissing(err) {
				return n, err
			}
		}
		if _, err := s.Put(tx, a, by); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
