package cases

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/files"
	"praya/platform/sign"
)

// ErrUnsafe says that a scanner found something in a file.
var ErrUnsafe = errors.New("cases: the scanner refuses this file")

// MaxFile bounds one file, in bytes.
const MaxFile = 10 << 20

// FileRef is a file that was received.
type FileRef struct {
	ID    string  `json:"id"`
	Name  string  `json:"name"`
	Type  string  `json:"type"`
	Bytes int64   `json:"bytes"`
	Lat   float64 `json:"lat,omitempty"` // where a photo was taken, when it says so
	Lon   float64 `json:"lon,omitempty"`
}

// Picture reports whether a file is shown as a picture.
func (f FileRef) Picture() bool { return f.Type == "image/jpeg" || f.Type == "image/png" }

// File is a file of a case.
type File struct {
	FileRef
	Case    CaseID
	Message int64 // 0: it came with the case

	address, view, small string
	head                 []byte
	at                   when.Instant
}

// fileHead is what is sealed of a file's description.
type fileHead struct {
	Name string  `json:"n"`
	Lat  float64 `json:"y,omitempty"`
	Lon  float64 `json:"x,omitempty"`
}

func headPlace(realm who.Realm, file string) sign.Place {
	return sign.Place{Realm: realm, Table: "contact_cases_files", Column: "head", ID: file}
}

func bytesPlace(realm who.Realm, file, which string) sign.Place {
	return sign.Place{Realm: realm, Table: "contact_cases_files", Column: which, ID: file}
}

// Receive looks at a file, scans it, draws a picture anew, seals all and keeps it. A case takes it
// within a day by naming it, or it goes.
func (s *Service) Receive(ctx context.Context, name string, plain []byte) (FileRef, error) {
	f := File{FileRef: FileRef{ID: id.New[string](s.Clock()), Name: fileName(name), Bytes: int64(len(plain))}}
	if f.Bytes == 0 || f.Bytes > MaxFile {
		return f.FileRef, invalid("file-large")
	}
	if f.Type = fileType(plain); f.Type == "" {
		return f.FileRef, invalid("file-type")
	}
	if s.Scanner != nil {
		err := s.Scanner.Scan(ctx, bytes.NewReader(plain))
		if errors.Is(err, ErrUnsafe) {
			return f.FileRef, fault.New(fault.Invalid, "cases.fault.file-unsafe").Because(err)
		}
		if err != nil { // what nobody looked at is not taken
			return f.FileRef, fault.New(fault.Unavailable, "cases.fault.scanner").Because(err)
		}
	}
	realm := who.From(ctx).Realm
	var err error
	if f.Picture() {
		var view, small []byte
		if view, small, err = s.redraw(plain); err != nil {
			return f.FileRef, fault.New(fault.Invalid, "cases.fault.file-picture").Because(err)
		}
		f.Lat, f.Lon = takenAt(plain)
		if f.view, err = s.keep(ctx, bytesPlace(realm, f.ID, "view"), view); err != nil {
			return f.FileRef, err
		}
		if f.small, err = s.keep(ctx, bytesPlace(realm, f.ID, "small"), small); err != nil {
			return f.FileRef, err
		}
	}
	if f.address, err = s.keep(ctx, bytesPlace(realm, f.ID, "bytes"), plain); err != nil {
		return f.FileRef, err
	}
	if f.head, err = s.sealJSON(headPlace(realm, f.ID), fileHead{f.Name, f.Lat, f.Lon}); err != nil {
		return f.FileRef, err
	}
	return f.FileRef, s.DB.Write(ctx, func(tx *db.Tx) error { return insertFile(tx, f) })
}

func (s *Service) keep(ctx context.Context, at sign.Place, plain []byte) (string, error) {
	sealed, err := s.Keys.Encrypt(at, plain)
	if err != nil {
		return "", err
	}
	blob, err := s.Files.Put(ctx, bytes.NewReader(sealed))
	return string(blob.Address), err
}

// claimFiles makes received files a case's own.
func (s *Service) claimFiles(tx *db.Tx, c *Case, message int64, given []FileRef) error {
	for _, g := range given {
		ok, err := claimFile(tx, g.ID, c.ID, message)
		if err == nil && !ok {
			err = invalid("file-gone")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// PublishPhoto lets everybody see a photo of a public case, small and drawn anew; none when file is
// empty. An agent looked at it before.
func (s *Service) PublishPhoto(tx *db.Tx, of CaseID, file, by string) error {
	_, err := s.changing(tx, of, func(c *Case) error {
		if file != "" {
			f, err := s.file(tx, file)
			if err != nil {
				return err
			}
			if f.Case != of || !f.Picture() || !c.Public {
				return invalid("photo")
			}
		}
		c.Photo = file
		return s.remember(tx, c, Step{What: "photo", By: by})
	})
	return err
}

func (s *Service) file(tx *db.Tx, file string) (File, error) {
	f, err := scanFile(tx.Row(sqlFile, tx.Realm(), file))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "cases.fault.no-file")
	}
	if err != nil {
		return f, err
	}
	return s.openedFile(tx.Realm(), f)
}

func (s *Service) openedFile(realm who.Realm, f File) (File, error) {
	var h fileHead
	err := s.openJSON(headPlace(realm, f.ID), f.head, &h)
	f.Name, f.Lat, f.Lon = h.Name, h.Lat, h.Lon
	return f, err
}

// FilesOf lists the files of a case.
func (s *Service) FilesOf(tx *db.Tx, of CaseID) ([]File, error) {
	all, err := db.List(tx, scanFile, sqlFilesOf, tx.Realm(), of)
	for i := range all {
		if err == nil {
			all[i], err = s.openedFile(tx.Realm(), all[i])
		}
	}
	return all, err
}

// Form is in which form a file is read.
type Form string

// The forms: as it was sent, or a picture drawn anew, large or small.
const (
	AsSent  Form = "bytes"
	AsView  Form = "view"
	AsSmall Form = "small"
)

// File reads a file of a case. Who may, was asked before. A picture in the form view or small is
// image/jpeg.
func (s *Service) File(ctx context.Context, of CaseID, file string, as Form) (f File, plain []byte, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if f, err = s.file(tx, file); err == nil && f.Case != of {
			err = fault.New(fault.NotFound, "cases.fault.no-file")
		}
		return err
	})
	if err != nil {
		return f, nil, err
	}
	address := map[Form]string{AsSent: f.address, AsView: f.view, AsSmall: f.small}[as]
	if address == "" {
		return f, nil, fault.New(fault.NotFound, "cases.fault.no-file")
	}
	r, err := s.Files.Open(ctx, files.Address(address))
	if err != nil {
		return f, nil, err
	}
	defer r.Close()
	sealed, err := io.ReadAll(r)
	if err != nil {
		return f, nil, err
	}
	plain, err = s.Keys.Decrypt(bytesPlace(who.From(ctx).Realm, f.ID, string(as)), sealed)
	return f, plain, err
}

// keepLoose is for how long a received file, or a form that was begun, waits for its case.
const keepLoose = 24 * time.Hour

// sweep takes away files that no case took, and forms that nobody sent.
func (s *Service) sweep(ctx context.Context) error {
	for {
		var old []File
		err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
			if old, err = looseFiles(tx, tx.Now().Add(-keepLoose)); err != nil {
				return err
			}
			for _, f := range old {
				if err := dropFile(tx, f.ID); err != nil {
					return err
				}
			}
			return dropOldDrafts(tx, tx.Now().Add(-keepLoose))
		})
		if err != nil || len(old) == 0 {
			return err
		}
		for _, f := range old {
			for _, address := range []string{f.address, f.view, f.small} {
				if address == "" {
					continue
				}
				if err := s.Files.Remove(ctx, files.Address(address)); err != nil {
					return err
				}
			}
		}
	}
}

// longestName bounds the name of a file, in characters.
const longestName = 80

// fileName is a name without folders, and without characters that hide how it ends.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, name[strings.LastIndexAny(name, `/\`)+1:])
	if all := []rune(name); len(all) > longestName {
		name = string(all[:longestName-10]) + "…" + string(all[len(all)-9:])
	}
	if name = strings.Trim(name, " ."); name == "" {
		return "file"
	}
	return name
}

// fileType says by its content what a file is: image/jpeg, image/png, application/pdf, or nothing that
// is taken. What ends as something else than it began (a polyglot), and a PDF that would run or
// carry something, is nothing.
func fileType(b []byte) string {
	if bytes.Contains(b[max(0, len(b)-66<<10):], []byte("PK\x05\x06")) {
		return "" // a ZIP behind it
	}
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		// Phones write zeros behind the end of image; anything else does not belong there.
		if bytes.HasSuffix(bytes.TrimRight(b, "\x00"), []byte("\xff\xd9")) {
			return "image/jpeg"
		}
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		if bytes.HasSuffix(b, []byte("IEND\xaeB`\x82")) {
			return "image/png"
		}
	case bytes.HasPrefix(b, []byte("%PDF-")):
		if !bytes.Contains(b[max(0, len(b)-1024):], []byte("%%EOF")) {
			return ""
		}
		for _, runs := range []string{"/JavaScript", "/JS ", "/JS(", "/Launch", "/EmbeddedFile", "/RichMedia", "/OpenAction"} {
			if bytes.Contains(b, []byte(runs)) {
				return ""
			}
		}
		return "application/pdf"
	}
	return ""
}
