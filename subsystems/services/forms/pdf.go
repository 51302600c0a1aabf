package forms

import (
	"strings"

	"praya/kernel/when"
	"praya/platform/pdf"
	"praya/platform/web"
	"praya/platform/words"
)

// PDF is the answers on paper: a receipt, or what an officer files. head stands under the title,
// such as the reference and when the application was received; day is on which the paper is made.
func (f *Form) PDF(t *words.Texts, a Answers, o Origins, head []string, day when.Day) ([]byte, error) {
	title := f.Title.In(t.Lang())
	d, err := pdf.New(pdf.Info{Title: title, Footer: title, Producer: "Praya", Lang: t.Lang(), Day: day})
	if err != nil {
		return nil, err
	}
	d.Heading(1, title)
	for _, line := range head {
		d.Paragraph("", line)
	}
	for _, s := range f.sections(saying{t, false}, a, o, day, nil) {
		d.Heading(2, s.Title)
		for _, e := range s.Entries {
			d.Note(e.Label)
			for _, line := range strings.Split(told(t, e), "\n") {
				d.Paragraph("", line)
			}
		}
	}
	return d.Bytes()
}

// told is an entry's value with where it came from.
func told(t *words.Texts, e web.Entry) string {
	if e.From == "" {
		return e.Value
	}
	return t.T("forms.pdf.from", "value", e.Value, "from", e.From)
}
