package licences

import (
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/pdf"
	"praya/platform/web"
	"praya/platform/words"
)

// codeWidth is how wide a code is printed, in millimetres: half a millimetre for a square.
const codeWidth = 46

// printed is a licence as a file, in its holder's language. The code on paper lasts: for a kind
// with dynamic codes it leads to the register instead.
func (s *Service) printed(w *words.Texts, o Own, department string, at when.Instant) ([]byte, error) {
	l, k := o.Licence, o.Kind
	name := k.Name.In(w.Lang())
	d, err := pdf.New(pdf.Info{
		Title: name + " " + l.Number, Author: department, Producer: "Praya", Lang: w.Lang(), Day: at.Day(),
		Footer: w.T("licences.print.footer", "number", l.Number, "at", at),
	})
	if err != nil {
		return nil, err
	}
	d.Paragraph("", department)
	d.Heading(1, name)
	d.Paragraph("", w.T("licences.print.number", "number", l.Number))
	rows := pdf.Table{Words: 1, Heads: [][]string{{w.T("licences.print.field"), w.T("licences.print.value")}}}
	add := func(label, value string) { rows.Rows = append(rows.Rows, pdf.Row{Cells: []string{label, value}}) }
	for _, f := range k.Fields {
		if v := l.Values[f.Name]; v != "" {
			add(f.Label.In(w.Lang()), v)
		}
	}
	add(w.T("licences.col.from"), w.Date(l.From))
	add(w.T("licences.col.until"), until(w, l.Until))
	add(w.T("licences.col.state"), w.T("licences.state."+string(l.StateOn(at.Day()))))
	d.Table(rows)
	address := o.Code.Address
	if k.Dynamic {
		address = s.registerAddress(l.Number)
	}
	squares, err := web.QRModules(address)
	if err != nil {
		return nil, err
	}
	d.Squares(squares, codeWidth)
	d.Paragraph("", w.T("licences.print.scan"))
	if k.Dynamic {
		d.Paragraph("", w.T("licences.print.dynamic"))
	}
	d.Note(w.T("licences.print.check", "address", s.Origin+publicPath))
	return d.Bytes()
}

// registerAddress is where the register shows a licence.
func (s *Service) registerAddress(number string) string { return s.Origin + publicPath + "/" + number }

// until is the last day of a term in words.
func until(w *words.Texts, d when.Day) string {
	if d.IsZero() {
		return w.T("licences.no-end")
	}
	return w.Date(d)
}

// named is a text in a language, or the code that it stands for.
func named(t lang.Text, l lang.Lang, code string) string {
	if s := t.In(l); s != "" {
		return s
	}
	return code
}
