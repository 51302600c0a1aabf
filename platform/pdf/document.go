package pdf

import (
	"bytes"
	_ "embed" // the font
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/signintech/gopdf"

	"praya/kernel/lang"
	"praya/kernel/when"
)

//go:embed font/NotoSansHK-Regular.ttf
var fontData []byte

const family = "NotoSansHK"

// A4 in points, and the room that text leaves free.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
	margin     = 54.0
	bottom     = 64.0
	lineHeight = 1.45
	body       = 10.0
)

// Info is what a file says about itself.
type Info struct {
	Title    string
	Author   string
	Footer   string // at the foot of every page, left of its number
	Producer string
	Day      when.Day // on which it was made, as far as the reader is told
	Lang     lang.Lang
}

// A Document is written from top to bottom. The first error is kept and given
// by Bytes.
type Document struct {
	info  Info
	ink   *gopdf.GoPdf // measures, and writes in the end
	width map[rune]float64
	pages [][]mark
	drawn [][]mark // of each page, as it was written
	root  *element
	el    *element // to which what is written belongs; nil: to none
	list  *element // the list that the next item goes on with
	marks []bookmark
	y     float64
	err   error
}

// A mark is a run of text, squares or, without either, a rule.
type mark struct {
	el         *element
	x, y, size float64
	text       string
	to         float64 // right end of a rule
	squares    [][]bool
}

type bookmark struct {
	level, page int
	y           float64
	title       string
	node        *gopdf.OutlineNode
}

// New begins a document.
func New(info Info) (*Document, error) {
	root := &element{kind: "Document"}
	d := &Document{info: info, ink: &gopdf.GoPdf{}, width: map[rune]float64{}, root: root, el: root}
	d.ink.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	d.ink.SetNoCompression() // tag reads what was drawn, and compresses it
	if err := d.ink.AddTTFFontData(family, fontData); err != nil {
		return nil, fmt.Errorf("pdf: the font: %w", err)
	}
	if err := d.ink.SetFont(family, "", body); err != nil {
		return nil, fmt.Errorf("pdf: the font: %w", err)
	}
	d.NewPage()
	return d, nil
}

// NewPage begins a page; on an empty one it does nothing.
func (d *Document) NewPage() {
	if n := len(d.pages); n > 0 && len(d.pages[n-1]) == 0 {
		return
	}
	d.pages = append(d.pages, nil)
	d.y = margin
}

// room makes sure that so many points are left on the page.
func (d *Document) room(height float64) {
	if d.y+height > pageHeight-bottom {
		d.NewPage()
	}
}

func (d *Document) put(m mark) {
	last := len(d.pages) - 1
	m.el = d.el
	d.pages[last] = append(d.pages[last], m)
}

// Heading sets a heading and adds it to the bookmarks; level 1 is the highest.
// What follows it stays on its page.
func (d *Document) Heading(level int, text string) {
	size := [...]float64{18, 15, 13, 11.5, 10.5}[min(max(level, 1), 5)-1]
	lines := d.wrap(text, size, pageWidth-2*margin)
	d.space(size * 0.7)
	d.room(float64(len(lines))*size*lineHeight + 3*body*lineHeight)
	d.marks = append(d.marks, bookmark{level: level, page: len(d.pages) - 1, y: d.y, title: d.shown(text)})
	d.block("H"+strconv.Itoa(min(max(level, 1), 6)), func() { d.lines(lines, margin, size) })
	d.space(size * 0.2)
}

// Paragraph sets running text; a number or bullet stands before it, if given.
func (d *Document) Paragraph(before, text string) {
	d.block("P", func() { d.indented(before, text, 22, body) })
	d.space(body * 0.45)
}

// Item sets one line of a list.
func (d *Document) Item(text string) {
	const inset = 22.0
	if d.list == nil {
		d.block("L", func() {})
		d.list = d.el.kids[len(d.el.kids)-1]
	}
	lines := d.wrap(text, body, pageWidth-2*margin-inset-14)
	el := d.el
	d.el = d.list
	d.under("LI", "", func() {
		d.room(body * lineHeight)
		d.under("Lbl", "", func() { d.put(mark{x: margin + inset, y: d.y + body, size: body, text: "•"}) })
		d.under("LBody", "", func() {
			for _, l := range lines {
				d.room(body * lineHeight)
				d.lines([]string{l}, margin+inset+14, body)
			}
		})
	})
	d.el = el
	d.space(body * 0.25)
}

// Note sets small text, as of a footnote.
func (d *Document) Note(text string) {
	d.block("P", func() { d.indented("", text, 0, 8.5) })
	d.space(body * 0.3)
}

// Pair sets words on the left and an amount on the right, as front pages do.
func (d *Document) Pair(text, amount string) {
	const right = 110.0
	lines := d.wrap(text, body, pageWidth-2*margin-right)
	d.room(float64(len(lines)) * body * lineHeight)
	d.block("P", func() {
		d.under("Span", "", func() { d.lines(lines, margin, body) })
		if amount = d.shown(amount); amount != "" {
			d.under("Span", "", func() {
				d.put(mark{x: pageWidth - margin - d.measure(amount, body), y: d.y - body*lineHeight + body, size: body, text: amount})
			})
		}
	})
	d.space(body * 0.4)
}

func (d *Document) indented(before, text string, inset, size float64) {
	left := margin
	if before != "" {
		left += inset
	}
	lines := d.wrap(text, size, pageWidth-margin-left)
	if before != "" && len(lines) > 0 {
		d.room(size * lineHeight)
		d.under("Span", "", func() { d.put(mark{x: margin, y: d.y + size, size: size, text: d.shown(before)}) })
	}
	d.under("Span", "", func() {
		for _, l := range lines {
			d.room(size * lineHeight)
			d.lines([]string{l}, left, size)
		}
	})
}

// lines sets lines of one size, one below the other.
func (d *Document) lines(list []string, x, size float64) {
	for _, l := range list {
		if l != "" {
			d.put(mark{x: x, y: d.y + size, size: size, text: l})
		}
		d.y += size * lineHeight
	}
}

// space leaves a gap, but not at the top of a page.
func (d *Document) space(height float64) {
	if d.y > margin {
		d.y += height
	}
}

// Bytes writes the file.
func (d *Document) Bytes() ([]byte, error) {
	if d.err != nil {
		return nil, d.err
	}
	day := time.Date(d.info.Day.Year, d.info.Day.Month, d.info.Day.Date, 0, 0, 0, 0, when.HongKong)
	if d.info.Day.IsZero() {
		return nil, errors.New("pdf: the day of the document is not given")
	}
	d.ink.SetInfo(gopdf.PdfInfo{
		Title: basic(d.shown(d.info.Title)), Author: basic(d.shown(d.info.Author)), Creator: "Praya", Producer: basic(d.info.Producer), CreationDate: day,
	})
	d.drawn = make([][]mark, len(d.pages))
	for i, page := range d.pages {
		d.ink.AddPage()
		d.bookmarks(i)
		for _, m := range page {
			d.draw(i, m)
		}
		d.foot(i)
	}
	d.nest()
	if d.err != nil {
		return nil, d.err
	}
	var out bytes.Buffer
	if _, err := d.ink.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("pdf: %w", err)
	}
	mended, err := mendCharacters(out.Bytes())
	if err != nil {
		return nil, err
	}
	return d.tag(mended)
}

func (d *Document) draw(page int, m mark) {
	if d.err != nil {
		return
	}
	d.drawn[page] = append(d.drawn[page], m)
	if len(m.squares) > 0 {
		d.fill(m)
		return
	}
	if m.text == "" {
		d.ink.SetLineWidth(0.5)
		d.ink.Line(m.x, m.y, m.to, m.y)
		return
	}
	if err := d.ink.SetFontSize(m.size); err != nil {
		d.err = fmt.Errorf("pdf: %w", err)
		return
	}
	d.ink.SetXY(m.x, m.y)
	if err := d.ink.Text(m.text); err != nil {
		d.err = fmt.Errorf("pdf: %w", err)
	}
}

// foot sets the footer and the number of the page.
func (d *Document) foot(page int) {
	const size = 8.0
	y := pageHeight - bottom/2
	number := strconv.Itoa(page+1) + " / " + strconv.Itoa(len(d.pages))
	d.draw(page, mark{x: margin, y: y - size*1.6, to: pageWidth - margin})
	for i, l := range d.wrap(d.info.Footer, size, pageWidth-2*margin-60) {
		if l != "" {
			d.draw(page, mark{x: margin, y: y + float64(i)*size*1.2, size: size, text: l})
		}
	}
	d.draw(page, mark{x: pageWidth - margin - d.measure(number, size), y: y, size: size, text: number})
}
