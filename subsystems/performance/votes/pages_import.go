package votes

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/platform/web"
)

// showImport offers to bring payments or posts in from a sheet.
func (s *Service) showImport(v *web.Visit) error {
	d, err := s.officers(v, "votes.enter")
	if err != nil {
		return err
	}
	return d.importPage(http.StatusOK, paymentSheet, nil)
}

func (d desk) importPage(status int, chosen string, wrong []string) error {
	var choices []web.Choice
	for _, sheet := range []string{paymentSheet, postsSheet} {
		choices = append(choices, web.Choice{
			Value: sheet, Label: d.T("votes.import." + sheet), Hint: d.T("votes.import.columns", "columns", strings.Join(importColumns(sheet), ", ")), Chosen: sheet == chosen,
		})
	}
	file := web.FileInput{Field: web.Field{Name: "file", Label: d.T("votes.import.file"), Hint: d.T("votes.import.file-hint")}, Accept: ".csv,text/csv"}
	var errs []web.FieldError
	if len(wrong) > 0 {
		file.Error = d.T("votes.import.refused", "count", len(wrong))
		errs = []web.FieldError{{Name: "file", Text: file.Error}}
	}
	form := web.Form{Action: d.path("/import"), Files: true, Submit: d.T("votes.import.go"), Cancel: d.path(""), Hidden: [][2]string{d.Once()}}
	parts := []templ.Component{web.ErrorSummary(d.View, errs)}
	if len(wrong) > 0 {
		parts = append(parts, problems(d.View, wrong))
	}
	parts = append(parts, sheetForm(d.View, form, web.Field{Name: "sheet", Label: d.T("votes.import.sheet")}, choices, file))
	return d.RenderStatus(status, web.Page{
		Title: d.T("votes.import.title"), Lead: d.T("votes.import.lead"), Back: d.path(""), Failed: len(wrong) > 0, Secret: true,
	}, stack(parts))
}

// doImport asks for all rows of a sheet, or says what is wrong with which line and asks for none.
func (s *Service) doImport(v *web.Visit) error {
	d, err := s.officers(v, "votes.enter")
	if err != nil {
		return err
	}
	given, body, err := posted(v)
	if err != nil {
		return err
	}
	sheet := given["sheet"]
	if importColumns(sheet) == nil {
		sheet = paymentSheet
	}
	asked, lines, wrong := sheetRequest(given["sheet"], body)
	if len(wrong) > 0 {
		return d.importPage(http.StatusUnprocessableEntity, sheet, d.say(wrong))
	}
	var r Request
	err = v.SubmitOnce(url.Values{"_once": {given["_once"]}}, func() (err error) {
		r, err = s.Ask(v.Context(), d.Code, asked, v.T("votes.import.reason"))
		return err
	})
	if f := asFault(err); f != nil && f.Kind == fault.Invalid {
		return d.importPage(http.StatusUnprocessableEntity, sheet, d.refusal(f, lines))
	}
	if err != nil {
		return err
	}
	next, notice := d.path("/queue/"+string(r.ID)), v.T("votes.enter.waits")
	if r.State == Approved {
		next, notice = d.path("/journal"), v.T("votes.enter.posted")
	}
	return v.RedirectWith(next, web.Notice{Text: notice})
}

// say names the line and the column of each problem.
func (d desk) say(all []problem) (out []string) {
	for _, p := range all {
		switch said := d.T(p.key); {
		case p.line == 0:
			out = append(out, said)
		case p.column == "":
			out = append(out, d.T("votes.sheet.at-line", "line", p.line, "what", said))
		default:
			out = append(out, d.T("votes.sheet.at-cell", "line", p.line, "column", p.column, "what", said))
		}
	}
	return out
}

// refusal is what a rule says about a row of the sheet.
func (d desk) refusal(f *fault.Fault, lines []int) []string {
	key := f.Key
	if len(f.Fields) > 0 {
		key = f.Fields[0].Key
	}
	args := make([]any, 0, 2*len(f.Args))
	for name, value := range f.Args {
		args = append(args, name, value)
	}
	said, err := d.Lookup(key, args...)
	if err != nil {
		said = d.T("votes.fault.invalid")
	}
	if at, err := strconv.Atoi(f.Args["row"]); err == nil && at < len(lines) {
		said = d.T("votes.sheet.at-line", "line", lines[at], "what", said)
	}
	return []string{said}
}

// posted reads the fields and the one file of a multipart form.
func posted(v *web.Visit) (given map[string]string, file []byte, err error) {
	given = map[string]string{}
	bad := func(err error) error { return fault.New(fault.Invalid, "votes.fault.invalid").Because(err) }
	reader, err := v.R.MultipartReader()
	if err != nil {
		return nil, nil, bad(err)
	}
	for range 10 {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return given, file, nil
		}
		if err != nil {
			return nil, nil, bad(err)
		}
		body, err := io.ReadAll(io.LimitReader(part, maxFile+1))
		if err != nil {
			return nil, nil, err
		}
		if part.FormName() == "file" {
			file = body
		} else {
			given[part.FormName()] = string(body)
		}
	}
	return nil, nil, bad(errors.New("votes: too many parts"))
}

// download sends one of the public tables.
func (s *Service) download(v *web.Visit) error {
	name, ok := strings.CutSuffix(v.PathValue("file"), ".csv")
	if !ok {
		return fault.New(fault.NotFound, "votes.fault.no-sheet")
	}
	rows, err := s.Sheet(v.Context(), v.PathValue("head"), v.PathValue("year"), name)
	return sendTable(v, "head"+v.PathValue("head")+"-"+v.PathValue("year")+"-"+name+".csv", rows, err)
}

// downloadJournal sends the journal to the head's officers.
func (s *Service) downloadJournal(v *web.Visit) error {
	d, err := s.officers(v, "votes.draft")
	if err != nil {
		return err
	}
	year, err := d.year()
	if err != nil {
		return err
	}
	rows, err := s.JournalSheet(v.Context(), d.Code, year)
	return sendTable(v, "head"+d.Code+"-"+year+"-journal.csv", rows, err)
}

// sendTable writes the file before its first byte is sent, so that a refusal is a page and not
// half a file.
func sendTable(v *web.Visit, name string, rows [][]string, err error) error {
	var b bytes.Buffer
	if err == nil {
		err = writeTable(&b, rows)
	}
	if err != nil {
		return err
	}
	return v.Download(name, "text/csv; charset=utf-8", func(w io.Writer) error {
		_, err := w.Write(b.Bytes())
		return err
	})
}

// loadSheet takes a pay scale or rules at the operator's door, as the body of the request.
func (s *Service) loadSheet(v *web.Visit) error {
	body, err := io.ReadAll(v.R.Body)
	if err != nil {
		return err
	}
	n, err := s.Load(v.Context(), v.PathValue("sheet"), body)
	if err != nil {
		return err
	}
	return v.JSON(http.StatusOK, map[string]int{"rows": n})
}
