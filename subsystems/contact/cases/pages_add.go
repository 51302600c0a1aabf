package cases

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/web"
)

// addition is what somebody adds to their case later, as far as it came.
type addition struct {
	text  string
	kept  []FileRef // received at an earlier try
	wrong []web.FieldError
}

// Bounds of the fields of a posted form beside its files.
const (
	maxField  = 64 << 10
	maxFields = 40
)

// posted reads a form that may bring files: its fields, and of the files at most so many. What is
// refused is said beside the field.
func (f face) posted(most func(url.Values) int) (form url.Values, got []FileRef, wrong []web.FieldError, err error) {
	if kind, _, _ := mime.ParseMediaType(f.R.Header.Get("Content-Type")); kind != "multipart/form-data" {
		form, err = f.Form()
		return form, nil, nil, err
	}
	parts, err := f.R.MultipartReader()
	if err != nil {
		return nil, nil, nil, fault.New(fault.Invalid, "cases.fault.new").Because(err)
	}
	form = url.Values{}
	refuse := func(key string) {
		wrong = append(wrong, web.FieldError{Name: "file", Text: f.T(key)})
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, got, wrong, nil
		}
		if err != nil {
			return form, got, wrong, err
		}
		if part.FileName() == "" {
			if err := readField(form, part.FormName(), part); err != nil {
				return form, got, wrong, err
			}
			continue
		}
		plain, err := io.ReadAll(http.MaxBytesReader(nil, part, MaxFile+1))
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			refuse("cases.fault.file-large")
			return form, got, wrong, nil
		}
		if err != nil {
			return form, got, wrong, err
		}
		if len(plain) == 0 {
			continue
		}
		if len(got) >= most(form) {
			refuse("cases.fault.file-many")
			return form, got, wrong, nil
		}
		ref, err := f.Receive(f.Context(), part.FileName(), plain)
		var refused *fault.Fault
		switch {
		case asFault(err, &refused) && (refused.Kind == fault.Invalid || refused.Kind == fault.Unavailable):
			refuse(refused.Key)
		case err != nil:
			return form, got, wrong, err
		default:
			got = append(got, ref)
		}
	}
}

func readField(form url.Values, name string, from io.Reader) error {
	value, err := io.ReadAll(io.LimitReader(from, maxField+1))
	if err == nil && (len(value) > maxField || len(form) >= maxFields) {
		err = invalid("new")
	}
	form.Add(name, string(value))
	return err
}

// uploads takes the files of a posted form, at most so many.
func (f face) uploads(most int) (got []FileRef, wrong []web.FieldError, err error) {
	if kind, _, _ := mime.ParseMediaType(f.R.Header.Get("Content-Type")); kind != "multipart/form-data" {
		return nil, nil, fault.New(fault.Invalid, "cases.fault.new")
	}
	_, got, wrong, err = f.posted(func(url.Values) int { return most })
	return got, wrong, err
}

// addParts is how the person adds to their case, or why they can't any more.
func (f face) addParts(c Case, here string, d addition) []templ.Component {
	if !c.State.Open() && c.State != Closed {
		return nil
	}
	hint := f.T("cases.add.hint-open")
	if c.State == Closed {
		until := c.ClosedAt.Add(reopens)
		if until.Before(f.Now()) {
			return []templ.Component{
				heading(f.T("cases.add.label")), sentence(f.T("cases.add.too-late", "closed", c.ClosedAt.Day(), "reference", c.Reference)),
				ways(f.View, []web.Crumb{{Text: f.T("cases.contact.write"), Path: writePath}}),
			}
		}
		hint = f.T("cases.add.hint-closed", "until", until.Day())
	}
	form := web.Form{Action: here + "/add", Files: true, Submit: f.T("cases.add.submit"), Hidden: [][2]string{f.Once()}}
	for _, x := range d.kept {
		form.Hidden = append(form.Hidden, [2]string{"kept", x.ID})
	}
	text := web.Field{Name: "text", Label: f.T("cases.add.label"), Hint: hint, Value: d.text, Optional: true}
	var ofFile []web.FieldError
	for _, x := range d.wrong {
		if x.Name == "text" {
			text.Error = x.Text
		} else {
			ofFile = append(ofFile, x)
		}
	}
	file := f.fileInput(ofFile)
	file.Label, file.Hint = f.T("cases.add.file"), f.T("cases.add.file-hint")
	return []templ.Component{filesList(f, d.kept), addForm(f.View, form, text, file)}
}

// takeAddition keeps what the person of a case adds. When something of it is refused the page comes
// back with the rest, which is sent with the next try.
func (f face) takeAddition(of CaseID) (d addition, err error) {
	if err := f.slow("add", 10, time.Minute); err != nil {
		return d, err
	}
	form, got, wrong, err := f.posted(func(form url.Values) int { return maxFiles - len(form["kept"]) })
	if err != nil {
		return d, err
	}
	d.text, d.wrong = form.Get("text"), wrong
	if d.kept, err = f.keptFiles(form["kept"]); err != nil {
		return d, err
	}
	d.kept = append(d.kept, got...)
	if len(d.wrong) > 0 {
		return d, nil
	}
	err = f.SubmitOnce(form, func() error {
		return f.write(func(tx *db.Tx) error {
			return f.Add(tx, of, Message{From: ByPerson, Channel: "web", Text: d.text, Files: d.kept, By: Person})
		})
	})
	var bad *fault.Fault
	if asFault(err, &bad) && bad.Kind == fault.Invalid && strings.HasPrefix(bad.Key, "cases.fault.") {
		d.wrong, err = []web.FieldError{{Name: "text", Text: f.T(bad.Key)}}, nil
	}
	return d, err
}

// keptFiles are files that were received at an earlier try and that no case has yet.
func (f face) keptFiles(ids []string) (out []FileRef, err error) {
	if len(ids) > maxFiles {
		return nil, invalid("file-many")
	}
	return out, f.read(func(tx *db.Tx) error {
		out = nil
		for _, id := range ids {
			x, err := f.file(tx, id)
			if fault.Is(err, fault.NotFound) || err == nil && x.Case != "" {
				continue // it waited for too long
			}
			if err != nil {
				return err
			}
			out = append(out, x.FileRef)
		}
		return nil
	})
}

// sentByPerson are the files that a case's person sent: what an agent put there is the centre's.
func sentByPerson(messages []Message, files []File) (out []File) {
	for _, x := range files {
		of := func(m Message) bool { return m.Number == x.Message && m.From == ByPerson }
		if x.Message == 0 || slices.ContainsFunc(messages, of) {
			out = append(out, x)
		}
	}
	return out
}

// fileNames are the files of a message in words.
func (f face) fileNames(all []FileRef) string {
	var names []string
	for _, x := range all {
		names = append(names, x.Name)
	}
	between := "、"
	if f.Lang() == lang.EN {
		between = ", "
	}
	return f.T("cases.thread.files", "names", strings.Join(names, between))
}
