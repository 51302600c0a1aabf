package estimates

import (
	"errors"
	"io"
	"net/http"
	"time"

	"praya/kernel/fault"
	"praya/platform/web"
	"praya/subsystems/estimates/internal/paper"
)

// yearPatience is how long the download of a whole year, or an import, may take.
const yearPatience = 5 * time.Minute

// filesAtOnce bounds one upload.
const filesAtOnce = 20

func (s *Service) bodyLimit() int64 { return filesAtOnce*s.Limits.MaxBytes + 1<<20 }

func (s *Service) showImport(v *web.Visit) error { return s.importForm(v, http.StatusOK, "") }

func (s *Service) importForm(v *web.Visit, status int, failed string) error {
	return v.RenderStatus(status, web.Page{
		Title: v.T("estimates.import.title"), Lead: v.T("estimates.import.lead"), Back: "/", Failed: failed != "",
	}, importPage(v.View, int(s.Limits.MaxBytes>>20), failed))
}

// doImport imports the files of the operator's form.
func (s *Service) doImport(v *web.Visit) error {
	done, failed, err := s.importParts(v)
	if err != nil {
		return err
	}
	if failed != "" {
		return s.importForm(v, http.StatusUnprocessableEntity, failed)
	}
	fresh := 0
	for _, i := range done {
		if i.New {
			fresh++
		}
	}
	return v.RedirectWith("/estimates/import", web.Notice{
		Text: v.T("estimates.import.done", "count", fresh, "known", len(done)-fresh),
	})
}

// importAPI is doImport for programs: multipart files in, what became of them out.
func (s *Service) importAPI(v *web.Visit) error {
	done, failed, err := s.importParts(v)
	if err != nil {
		return err
	}
	if failed != "" {
		return fault.New(fault.Invalid, "estimates.fault.unreadable", "reason", failed)
	}
	return v.JSON(http.StatusOK, done)
}

// importParts imports each file of a multipart body as it comes, without keeping the body.
func (s *Service) importParts(v *web.Visit) (done []Imported, failed string, err error) {
	parts, err := v.R.MultipartReader()
	if err != nil {
		return nil, "", fault.New(fault.Invalid, "estimates.fault.no-file").Because(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return done, "", fault.New(fault.Invalid, "estimates.fault.no-file").Because(err)
		}
		if part.FileName() == "" {
			continue
		}
		one, err := s.Import(v.Context(), part.FileName(), part)
		var input *paper.InputError
		switch {
		case errors.As(err, &input):
			return done, inputText(v.View, input), nil
		case fault.Is(err, fault.Invalid):
			return done, failText(v, err), nil
		case err != nil:
			return done, "", err
		}
		done = append(done, one...)
	}
	if len(done) == 0 {
		return nil, v.T("estimates.fault.no-file"), nil
	}
	return done, "", nil
}
