package cases

import (
	"errors"
	"io"
	"net/http"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/web"
)

// sendFile sends a file as it was sent, or a picture drawn anew.
func (f face) sendFile(of CaseID, file string, as Form, name string) error {
	got, plain, err := f.File(f.Context(), of, file, as)
	if err != nil {
		return err
	}
	kind := got.Type
	if as != AsSent {
		kind = "image/jpeg"
	}
	if name == "" {
		name = got.Name
	}
	f.W.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	return f.Download(name, kind, func(w io.Writer) error {
		_, err := w.Write(plain)
		return err
	})
}

// uploads takes the files of a posted form, at most so many; what is refused is said beside the field.
func (f face) uploads(most int) (got []FileRef, wrong []web.FieldError, err error) {
	parts, err := f.R.MultipartReader()
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "cases.fault.new").Because(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return got, wrong, nil
		}
		if err != nil {
			return got, wrong, err
		}
		if part.FileName() == "" {
			continue
		}
		plain, err := io.ReadAll(http.MaxBytesReader(nil, part, MaxFile+1))
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return got, append(wrong, web.FieldError{Name: "file", Text: f.T("cases.fault.file-large")}), nil
		}
		if err != nil {
			return got, wrong, err
		}
		if len(plain) == 0 {
			continue
		}
		if len(got) >= most {
			return got, append(wrong, web.FieldError{Name: "file", Text: f.T("cases.fault.file-many")}), nil
		}
		ref, err := f.Receive(f.Context(), part.FileName(), plain)
		var refused *fault.Fault
		if asFault(err, &refused) && (refused.Kind == fault.Invalid || refused.Kind == fault.Unavailable) {
			wrong = append(wrong, web.FieldError{Name: "file", Text: f.T(refused.Key)})
			continue
		}
		if err != nil {
			return got, wrong, err
		}
		got = append(got, ref)
	}
}

func (f face) fileInput(wrong []web.FieldError) web.FileInput {
	field := web.Field{Name: "file", Label: f.T("cases.file.label"), Hint: f.T("cases.file.hint"), Optional: true}
	if len(wrong) > 0 {
		field.Error = wrong[0].Text
	}
	return web.FileInput{Field: field, Accept: "image/jpeg,image/png,application/pdf", Many: true}
}

// dueCell is a promise and how far it is.
func (f face) dueCell(due when.Instant, open bool) web.Cell {
	if due.IsZero() || !open {
		return web.Cell{Body: web.Blank()}
	}
	c := web.Cell{Text: f.Instant(due.Add(-time.Second))}
	if !f.Now().Before(due) {
		c.Body = web.Outcome(f.View, web.Late, f.T("cases.late-since", "due", f.Instant(due.Add(-time.Second))))
	}
	return c
}
