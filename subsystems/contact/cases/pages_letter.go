package cases

import (
	"io"
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/web"
)

// showLetter is an answer on paper, as a file.
func (s *Service) showLetter(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.desk"); err != nil {
		return err
	}
	number, err := strconv.ParseInt(v.PathValue("number"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "cases.fault.no-message")
	}
	var l letter
	if err := f.read(func(tx *db.Tx) (err error) {
		l, err = f.letter(tx, CaseID(v.PathValue("id")), number)
		return err
	}); err != nil {
		return err
	}
	file, err := l.print(s.Words.In(l.Case.Language), s.Origin)
	if err != nil {
		return err
	}
	return v.Download(letterName(l), "application/pdf", func(w io.Writer) error {
		_, err := w.Write(file)
		return err
	})
}

// askLetter leads to the answers as letters, and notes the day on which one went by post.
func (f face) askLetter(w whole) (web.Questions, error) {
	all := answers(w.Messages)
	if len(all) == 0 {
		return web.Questions{}, fault.New(fault.NotFound, "cases.fault.no-message")
	}
	var letters []web.File
	var choices []web.Choice
	for _, m := range all {
		name := f.T("cases.letter.of", "at", m.At)
		number := strconv.FormatInt(m.Number, 10)
		letters = append(letters, web.File{Text: name, Path: f.View.Link(casePath(w.ID) + "/letters/" + number), Format: "PDF"})
		choices = append(choices, web.Choice{Value: number, Label: name})
	}
	to := or(w.Contact.Address, f.T("cases.letter.no-address"))
	today := f.Now().Day()
	given := web.Given("number", choices[0].Value)
	web.GiveDay(given, "on", today)
	return web.Questions{
		Lead: f.T("cases.letter.lead", "language", w.Language.Name()), Given: given, Submit: f.T("cases.letter.note"),
		Above: stack([]templ.Component{
			web.SummaryList(f.View, []web.Entry{{Label: f.T("cases.contact.postal"), Body: said(to), Change: casePath(w.ID) + "/contact"}}), web.DownloadList(f.View, letters),
		}),
		Asked: []web.Question{
			{As: web.AsRadios, Field: web.Field{Name: "number", Label: f.T("cases.letter.which")}, Choices: choices},
			{As: web.AsDay, Field: web.Field{Name: "on", Label: f.T("cases.letter.on")}},
		},
		Act: f.doing(w.ID, "on", func(tx *db.Tx, a *web.Answers) error {
			number, _ := strconv.ParseInt(a.Text("number"), 10, 64) // 0 is no message
			on := a.Day("on", "cases.wrong.day")
			if a.Bad() {
				return nil
			}
			return f.Posted(tx, w.ID, number, on, f.by())
		}),
	}, nil
}

// postalField asks where letters go.
func (f face) postalField() web.Question {
	return web.Question{As: web.AsLines, Field: web.Field{Name: "postal", Label: f.T("cases.contact.postal"), Hint: f.T("cases.contact.postal-hint"), Optional: true, Autocomplete: "street-address"}}
}
