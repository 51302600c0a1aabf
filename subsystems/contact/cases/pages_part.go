package cases

import (
	"io"
	"time"

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
