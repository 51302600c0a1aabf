package papers

import (
	"strconv"
	"strings"
)

// Text writes a report as plain text: a heading begins with #, a paragraph with
// its number, an item with a hyphen, cells stand between tabs. The Chinese form
// is what our reader reads.
func (r Report) Text() string {
	var b strings.Builder
	for _, x := range r.Blocks {
		x.text(&b)
	}
	return b.String()
}

func (x Block) text(b *strings.Builder) {
	switch x.Kind {
	case BlockHeading, BlockPage:
		b.WriteString("\n" + strings.Repeat("#", x.Level) + " " + x.Text + "\n")
	case BlockLine:
		b.WriteString(x.Text)
		if x.Amount != "" {
			b.WriteString("\t" + x.Amount)
		}
		b.WriteByte('\n')
	case BlockItem:
		b.WriteString("- " + x.Text + "\n")
	case BlockTable:
		b.WriteByte('\n')
		for _, h := range x.Table.Heads {
			b.WriteString(strings.Join(h, "\t") + "\n")
		}
		for _, r := range x.Table.Rows {
			b.WriteString(strings.Join(r.Cells, "\t") + "\n")
		}
	default:
		b.WriteByte('\n')
		if x.Number > 0 {
			b.WriteString(strconv.Itoa(x.Number) + " ")
		}
		b.WriteString(x.Text + "\n")
	}
}
