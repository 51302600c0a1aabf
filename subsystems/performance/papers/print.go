package papers

import (
	"strconv"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/pdf"
)

// PDF prints a report; the day is the one that the file names.
func (r Report) PDF(day when.Day) ([]byte, error) {
	footer := r.Title + "  " + r.Year
	if r.Invented {
		footer = wordingOf(r.Lang).notice()
	}
	d, err := pdf.New(pdf.Info{Title: r.Title + " " + r.Year, Footer: footer, Producer: "Praya", Lang: r.Lang, Day: day})
	if err != nil {
		return nil, err
	}
	for _, b := range r.Blocks {
		b.print(d)
	}
	return d.Bytes()
}

func (b Block) print(d *pdf.Document) {
	switch b.Kind {
	case BlockPage:
		d.NewPage()
		d.Heading(1, b.Text)
	case BlockHeading:
		d.Heading(max(b.Level-1, 1), b.Text)
	case BlockLine:
		d.Pair(b.Text, b.Amount)
	case BlockItem:
		d.Item(b.Text)
	case BlockFootnote:
		d.Note(b.Text)
	case BlockTable:
		d.Table(b.Table.printed())
	default:
		number := ""
		if b.Number > 0 {
			number = strconv.Itoa(b.Number)
		}
		d.Paragraph(number, b.Text)
	}
}

func (t *Table) printed() pdf.Table {
	out := pdf.Table{Words: t.Labels, Heads: t.Heads}
	for i, r := range t.Rows {
		out.Rows = append(out.Rows, pdf.Row{Cells: r.Cells, Title: r.Title, Head: r.Head, Ruled: r.Strong && !r.Title && i > 0})
	}
	return out
}

// Both gives a report in the two languages of the papers.
func Both(s Sheet) [2]Report { return [2]Report{Compose(s, lang.TC), Compose(s, lang.EN)} }
