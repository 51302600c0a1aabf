package estimates

import (
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/platform/limits"
	"praya/platform/web"
	"praya/subsystems/estimates/internal/paper"
)

// downloadPath is the address of a file of a head; it has no language.
func downloadPath(h HeadYear, file string) string {
	return "/api/estimates/download/" + url.PathEscape(h.Year) + "/" + url.PathEscape(h.Head) + "/" + h.Group + "/" + file
}

func downloads(v *web.View, h HeadYear) []web.File {
	file := func(key, name, format string) web.File {
		return web.File{Text: v.T("estimates.download." + key), Path: downloadPath(h, name), Format: format}
	}
	return []web.File{
		file("csv", "facts.csv", "CSV"),
		file("json", "facts.jsonl", "JSON"),
		file("xlsx", "tables.xlsx", "XLSX"),
		file("package", "datapackage.zip", "ZIP"),
		file("descriptor", "datapackage.json", "JSON"),
		{Text: v.T("estimates.download.api"), Path: "/api/estimates/v1/openapi.json", Format: "JSON"},
	}
}

// formats are the files that a head can be downloaded as.
var formats = map[string]struct {
	contentType string
	write       func(io.Writer, HeadYear, string) error
}{
	"facts.csv":   {"text/csv; charset=utf-8", func(w io.Writer, h HeadYear, _ string) error { return writeFacts(w, h.Facts) }},
	"facts.jsonl": {"application/x-ndjson", func(w io.Writer, h HeadYear, _ string) error { return writeJSON(w, h.Facts) }},
	"tables.xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", func(w io.Writer, h HeadYear, _ string) error {
		return writeXLSX(w, h.Facts)
	}},
	"datapackage.zip": {"application/zip", writeZip},
	"datapackage.json": {"application/json", func(w io.Writer, h HeadYear, address string) error {
		b, err := dataPackage(h, address)
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	}},
}

func (s *Service) download(v *web.Visit) error {
	if err := s.may(v.Context(), "estimates.download"); err != nil {
		return err
	}
	h, err := s.Head(v.Context(), v.PathValue("year"), v.PathValue("head"), v.PathValue("group"))
	if err != nil {
		return err
	}
	name := v.PathValue("file")
	f, ok := formats[name]
	if !ok {
		return fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	if v.Unchanged(tagOf(h.Versions) + "-" + name) {
		return nil
	}
	if name == "datapackage.json" { // a client resolves facts.csv beside it
		v.W.Header().Set("Access-Control-Allow-Origin", "*")
	}
	address := v.Link("/estimates/" + h.Year + "/" + h.Head)
	file := "head" + h.Head + "-" + h.Year + "-" + name
	return v.Download(file, f.contentType, func(w io.Writer) error { return f.write(w, h, address) })
}

// tagOf names what a page shows: it changes when a version does.
func tagOf(versions []Version) string {
	var b strings.Builder
	for _, x := range versions {
		b.WriteString(x.Digest[:min(12, len(x.Digest))])
	}
	return b.String()
}

// downloadYear streams every fact of every head of a year.
func (s *Service) downloadYear(v *web.Visit) error {
	year := v.PathValue("year")
	heads, state, err := s.yearState(v.Context(), year)
	if err != nil {
		return err
	}
	if v.Unchanged(year + "-" + state.String() + "-" + strconv.Itoa(len(heads))) {
		return nil
	}
	return v.Download("estimates-"+year+".csv", "text/csv; charset=utf-8", func(w io.Writer) error {
		made, err := s.yearFile(v.Context(), year, state)
		if err != nil {
			return err
		}
		if made == nil {
			return s.writeYear(v.Context(), w, heads, func(int) {})
		}
		_, err = io.Copy(w, made)
		return errors.Join(err, made.Close())
	})
}

// failure is the sentence that tells somebody what was wrong with a file.
func inputText(v *web.View, e *paper.InputError) string {
	args := []any{"a", ""}
	if len(e.Args) > 0 {
		args[1] = e.Args[0]
	}
	reason := e.Error()
	if key := "estimates.input." + e.Key; v.Has(key) {
		reason = v.T(key, args...)
	}
	if e.Line > 0 {
		return v.T("estimates.input.line", "file", e.File, "line", e.Line, "reason", reason)
	}
	return v.T("estimates.input.file", "file", e.File, "reason", reason)
}

// yearly bounds how often one visitor may ask for a whole year.
func (s *Service) yearly(v *web.Visit) error {
	_, err := limits.Take(v.Context(), s.DB, "estimates.year "+v.Client().String(), limits.Rate{Burst: 10, Per: 6 * time.Second})
	return err
}
