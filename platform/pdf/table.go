package pdf

import (
	"fmt"
	"strings"
)

// A Table has columns of words, then columns of figures, which stand to the right.
type Table struct {
	Words int // columns of words: 1, or 2 with a narrow one of numbers first
	Heads [][]string
	Rows  []Row
}

// A Row of a table.
type Row struct {
	Cells []string
	Title bool // words over the whole width
	Head  bool // headings of what follows: repeated on the next page instead of those before
	Ruled bool // a line above it, as over a total
}

const (
	cellSize = 9.0
	gap      = 8.0
)

// Table sets a table; its headings stand again at the top of every page.
func (d *Document) Table(t Table) {
	d.block("Table", func() { d.table(t) })
}

func (d *Document) table(t Table) {
	widths := d.widths(t)
	heads := make([]Row, 0, len(t.Heads))
	for _, h := range t.Heads {
		heads = append(heads, Row{Cells: h, Head: true})
	}
	d.space(body * 0.3)
	start := 0.0
	for _, h := range heads {
		start += d.height(h, t, widths)
	}
	if len(t.Rows) > 0 {
		start += d.height(t.Rows[0], t, widths)
	}
	d.room(start)
	for _, h := range heads {
		d.row(h, t, widths)
	}
	d.rule()
	for i, r := range t.Rows {
		need := d.height(r, t, widths)
		if (r.Title || r.Head) && i+1 < len(t.Rows) {
			need += d.height(t.Rows[i+1], t, widths)
		}
		if d.y+need > pageHeight-bottom {
			d.NewPage()
			if !r.Head {
				d.artifact(func() { // who has it read to them has heard them
					for _, h := range heads {
						d.row(h, t, widths)
					}
				})
				d.rule()
			}
		}
		if r.Head {
			heads = []Row{r}
		}
		d.row(r, t, widths)
		if r.Head {
			d.rule()
		}
	}
	d.rule()
	d.space(body * 0.6)
}

func (d *Document) rule() {
	d.artifact(func() { d.put(mark{x: margin, y: d.y + 1.5, to: pageWidth - margin}) })
	d.y += 4
}

// widths gives each column of figures what its widest figure needs, the
// numbers what they need, and the words the rest.
func (d *Document) widths(t Table) []float64 {
	n := t.Words
	for _, h := range t.Heads {
		n = max(n, len(h))
	}
	widths := make([]float64, n)
	for _, r := range t.Rows {
		for c := range min(len(r.Cells), n) {
			if !r.Title && !r.Head && (c >= t.Words || c < t.Words-1) {
				widths[c] = max(widths[c], d.measure(d.shown(r.Cells[c]), cellSize)+gap)
			}
		}
	}
	left := pageWidth - 2*margin
	for c := range widths {
		if c >= t.Words {
			widths[c] = min(max(widths[c], 62), 110)
		}
		if c != t.Words-1 {
			widths[c] = max(widths[c], 24)
			left -= widths[c]
		}
	}
	if t.Words > 0 {
		widths[t.Words-1] = max(left, 90)
	}
	return widths
}

// cells wraps the cells of a row; a title takes the whole width.
func (d *Document) cells(r Row, t Table, widths []float64) [][]string {
	out := make([][]string, len(widths))
	for c := range widths {
		if c >= len(r.Cells) {
			continue
		}
		w := widths[c] - gap
		if c < t.Words {
			w = widths[c] - 4
		}
		if r.Title && c == 0 && (len(r.Cells) < 2 || r.Cells[1] == "") {
			w = pageWidth - 2*margin
		}
		if r.Head && c == 0 && t.Words > 1 && len(r.Cells) > 1 && r.Cells[1] == "" {
			w = widths[0] + widths[1] - 4
		}
		if r.Head && c >= t.Words {
			out[c] = d.heading(r.Cells[c], w)
			continue
		}
		out[c] = d.wrap(r.Cells[c], cellSize, w)
	}
	return out
}

// heading begins a line after the year and at each bracket: 2025-26 over (預算).
func (d *Document) heading(s string, width float64) []string {
	var out []string
	for i, part := range strings.Split(s, " (") {
		if i > 0 {
			part = "(" + part
		}
		year, rest, two := strings.Cut(part, " ")
		if two && strings.ContainsAny(year, "0123456789") {
			out = append(out, d.wrap(year, cellSize, width)...)
			part = rest
		}
		out = append(out, d.wrap(part, cellSize, width)...)
	}
	return out
}

func (d *Document) height(r Row, t Table, widths []float64) float64 {
	most := 1
	for _, c := range d.cells(r, t, widths) {
		most = max(most, len(c))
	}
	return float64(most)*cellSize*lineHeight + 8
}

// row sets one row: words from the top, figures on the last line of the words,
// headings on their own last line.
func (d *Document) row(r Row, t Table, widths []float64) {
	if r.Ruled {
		d.artifact(func() { d.put(mark{x: margin + widths[0], y: d.y + 1, to: pageWidth - margin}) })
		d.y += 3
	}
	cells := d.cells(r, t, widths)
	most := 1
	for _, c := range cells {
		most = max(most, len(c))
	}
	if d.el == nil {
		d.rowOf(r, t, widths, cells, most)
	} else {
		d.under("TR", "", func() { d.rowOf(r, t, widths, cells, most) })
	}
	d.y += float64(most)*cellSize*lineHeight + 3
}

// rowOf sets the cells of a row, each an element unless the row is none.
func (d *Document) rowOf(r Row, t Table, widths []float64, cells [][]string, most int) {
	x := margin
	for c, lines := range cells {
		set := func() {
			for i, l := range lines {
				if l == "" {
					continue
				}
				m := mark{x: x, size: cellSize, text: l, y: d.y + cellSize + float64(i)*cellSize*lineHeight}
				if c >= t.Words {
					m.x = x + widths[c] - d.measure(l, cellSize)
					m.y += float64(most-len(lines)) * cellSize * lineHeight
				}
				d.put(m)
			}
		}
		switch {
		case d.el == nil:
			set()
		case r.Head:
			d.under("TH", " /A << /O /Table /Scope /Column >>", set)
		case r.Title && c == 0 && (len(r.Cells) < 2 || r.Cells[1] == ""):
			d.under("TH", fmt.Sprintf(" /A << /O /Table /Scope /Row /ColSpan %d >>", len(cells)), set)
			return
		default:
			d.under("TD", "", set)
		}
		x += widths[c]
	}
}
