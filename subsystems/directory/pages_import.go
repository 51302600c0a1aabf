package directory

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"praya/kernel/fault"
	"praya/platform/web"
)

// importView is the form of an import, and what became of the last try.
type importView struct {
	Sheet  string
	Dry    bool
	Failed string
	Report *Report
	Keeper bool
	Code   string
}

func (d importView) sheets() []Sheet {
	if d.Keeper {
		return Sheets()
	}
	return Sheets()[1:]
}

func (s *Service) importDesk(v *web.Visit) (importView, error) {
	d := importView{Sheet: string(PostSheet), Dry: true, Keeper: s.mayKeep(v.Context()) == nil, Code: of(v)}
	if d.Keeper {
		return d, nil
	}
	return d, s.mayStaff(v.Context(), d.Code)
}

func (s *Service) showImport(v *web.Visit) error {
	d, err := s.importDesk(v)
	if err != nil {
		return err
	}
	return s.importForm(v, http.StatusOK, d)
}

func (s *Service) importForm(v *web.Visit, status int, d importView) error {
	return v.RenderStatus(status, web.Page{
		Title: v.T("directory.import.title"), Lead: v.T("directory.import.lead"), Back: back(v), Failed: status != http.StatusOK, Secret: true,
	}, importPage(v.View, d))
}

// doImport reads the posted sheet. A file cannot be kept in a form that comes back; what was
// chosen beside it is.
func (s *Service) doImport(v *web.Visit) error {
	d, err := s.importDesk(v)
	if err != nil {
		return err
	}
	given, file, err := parts(v)
	if err != nil {
		return err
	}
	d.Sheet, d.Dry = given["sheet"], given["dry"] == "yes"
	if len(file) == 0 {
		d.Failed = v.T("directory.wrong.no-file")
		return s.importForm(v, http.StatusUnprocessableEntity, d)
	}
	r, err := s.Import(v.Context(), Sheet(d.Sheet), bytes.NewReader(file), d.Dry)
	if f, ok := asFault(err); ok && len(f.Fields) > 0 {
		d.Failed = v.T(f.Fields[0].Key)
		return s.importForm(v, http.StatusUnprocessableEntity, d)
	}
	if err != nil {
		return err
	}
	d.Report = &r
	if len(r.Problems) > 0 {
		d.Failed = v.T("directory.import.refused", "count", len(r.Problems))
		return s.importForm(v, http.StatusUnprocessableEntity, d)
	}
	if r.DryRun {
		d.Dry = false // what was tried is what is likely wanted next
		return s.importForm(v, http.StatusOK, d)
	}
	return v.RedirectWith(back(v), web.Notice{
		Text: v.T("directory.import.done", "added", r.Added, "changed", r.Changed, "same", r.Same),
	})
}

// parts reads the fields and the one file of a multipart form.
func parts(v *web.Visit) (given map[string]string, file []byte, err error) {
	given = map[string]string{}
	reader, err := v.R.MultipartReader()
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "directory.fault.invalid").Because(err)
	}
	for range 20 {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return given, file, nil
		}
		if err != nil {
			return nil, nil, fault.New(fault.Invalid, "directory.fault.invalid").Because(err)
		}
		body, err := io.ReadAll(io.LimitReader(part, maxFile+1))
		if err != nil {
			return nil, nil, err
		}
		if part.FileName() != "" || part.FormName() == "file" {
			file = body
		} else {
			given[part.FormName()] = string(body)
		}
	}
	return nil, nil, fault.New(fault.Invalid, "directory.fault.invalid")
}

func (s *Service) showExport(v *web.Visit) error {
	return s.download(v, Sheet(v.PathValue("sheet")), of(v))
}

// download sends a sheet. It is written before its first byte is sent, so that a refusal is a
// page and not half a file.
func (s *Service) download(v *web.Visit, sheet Sheet, code string) error {
	if sheet.Columns() == nil {
		return fault.New(fault.NotFound, "directory.fault.no-sheet")
	}
	var b bytes.Buffer
	if err := s.Export(v.Context(), sheet, code, &b); err != nil {
		return err
	}
	return v.Download(string(sheet)+".csv", "text/csv; charset=utf-8", func(w io.Writer) error {
		_, err := w.Write(b.Bytes())
		return err
	})
}
