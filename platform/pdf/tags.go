package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strconv"
	"strings"
)

// element is a part of the document's structure (ISO 32000-1, 14.8.4): what a screen reader tells
// and steps through. What belongs to none, such as rules, page numbers and the headings of a table
// that are repeated, is an artifact.
type element struct {
	kind  string // H1, P, Table, TR, TD …
	attrs string // as they are written, or empty
	kids  []*element
	runs  []run // where its own words stand
	above *element
	id    int // of its object
}

// run is a piece of a page that an element marks.
type run struct{ page, id int }

// under has what is written by fn belong to a new element of this kind.
func (d *Document) under(kind, attrs string, fn func()) {
	e := &element{kind: kind, attrs: attrs, above: d.el}
	d.el.kids = append(d.el.kids, e)
	d.el = e
	fn()
	d.el = e.above
}

// block is under for what stands by itself: it ends a list.
func (d *Document) block(kind string, fn func()) {
	d.list = nil
	d.under(kind, "", fn)
}

// artifact has what is written by fn belong to no element.
func (d *Document) artifact(fn func()) {
	el := d.el
	d.el = nil
	fn()
	d.el = el
}

// tag writes the structure into a file of the library's: marks around what each element has on a
// page, and the tree (ISO 32000-1, 14.6 to 14.8).
func (d *Document) tag(b []byte) ([]byte, error) {
	f, err := openFile(b)
	if err != nil {
		return nil, err
	}
	pages := f.pages()
	if len(pages) != len(d.pages) {
		return nil, errForm
	}
	parents := make([][]*element, len(pages)) // of each page's pieces
	for i, page := range pages {
		if parents[i], err = f.mark(page, i, d.drawn[i]); err != nil {
			return nil, err
		}
	}
	root := f.tree(d.root, pages, parents)
	catalog := fmt.Sprintf("/Type /Catalog\n  /MarkInfo << /Marked true >>\n  /StructTreeRoot %d 0 R\n  /ViewerPreferences << /DisplayDocTitle true >>\n  /Lang (%s)\n",
		root, d.info.Lang.Tag())
	if err := f.replace(1, "/Type /Catalog\n", catalog); err != nil {
		return nil, err
	}
	return f.bytes()
}

// file is the library's file, cut into its objects.
type file struct {
	head    []byte
	objects [][]byte // the library's, from "1 0 obj" on
	more    []string // ours, without their numbers, which go on
	info    []byte   // what the file says about itself
}

func openFile(b []byte) (*file, error) {
	at, trailer, start := bytes.LastIndex(b, []byte("\nxref\n")), bytes.LastIndex(b, []byte("trailer")), bytes.LastIndex(b, []byte("startxref"))
	if at < 0 || trailer < at || start < trailer {
		return nil, errForm
	}
	var offsets []int
	for _, line := range strings.Split(string(b[at:trailer]), "\n") {
		if place, ok := strings.CutSuffix(strings.TrimRight(line, " "), " 00000 n"); ok {
			n, err := strconv.Atoi(place)
			if err != nil {
				return nil, errForm
			}
			offsets = append(offsets, n)
		}
	}
	_, info, _ := bytes.Cut(b[trailer:start], []byte("/Info "))
	end := bytes.LastIndex(info, []byte(">>"))
	if end < 0 {
		return nil, errForm
	}
	f := &file{info: info[:end]}
	for i, from := range offsets {
		to := at
		if i+1 < len(offsets) {
			to = offsets[i+1]
		}
		if from > to || to > at || !bytes.HasPrefix(b[from:], []byte(strconv.Itoa(i+1)+" 0 obj\n")) {
			return nil, errForm
		}
		f.objects = append(f.objects, b[from:to])
	}
	if len(offsets) == 0 {
		return nil, errForm
	}
	f.head = b[:offsets[0]]
	return f, nil
}

// pages are the numbers of the pages' objects, in order.
func (f *file) pages() (all []int) {
	for i, o := range f.objects {
		if bytes.Contains(o[:min(len(o), 64)], []byte("/Type /Page\n")) {
			all = append(all, i+1)
		}
	}
	return all
}

func (f *file) replace(object int, old, by string) error {
	o := f.objects[object-1]
	if !bytes.Contains(o, []byte(old)) {
		return errForm
	}
	f.objects[object-1] = bytes.Replace(o, []byte(old), []byte(by), 1)
	return nil
}

// add adds an object, and gives its number.
func (f *file) add(text string) int {
	f.more = append(f.more, text)
	return f.count()
}

func (f *file) count() int { return len(f.objects) + len(f.more) }

// mostPacked bounds how many objects are packed together: who wants one reads them all.
const mostPacked = 256

// bytes writes the file. Ours are many and alike, so they are packed, and the table of objects is a
// stream (ISO 32000-1, 7.5.7 and 7.5.8).
func (f *file) bytes() ([]byte, error) {
	info := f.add(string(f.info))
	var out, table bytes.Buffer
	entry := func(kind byte, place, index int) {
		table.Write([]byte{kind, byte(place >> 24), byte(place >> 16), byte(place >> 8), byte(place), byte(index >> 8), byte(index)})
	}
	entry(0, 0, 0xffff)
	out.Write(f.head)
	for _, o := range f.objects {
		entry(1, out.Len(), 0)
		out.Write(o)
	}
	next := f.count() + 1
	var packs [][]byte
	for from := 0; from < len(f.more); from += mostPacked {
		var places, texts bytes.Buffer
		for i, text := range f.more[from:min(from+mostPacked, len(f.more))] {
			fmt.Fprintf(&places, "%d %d ", len(f.objects)+from+i+1, texts.Len())
			texts.WriteString(text + "\n")
			entry(2, next+len(packs), i)
		}
		n := min(mostPacked, len(f.more)-from)
		pack, err := stream(fmt.Sprintf("/Type /ObjStm /N %d /First %d", n, places.Len()), append(places.Bytes(), texts.Bytes()...))
		if err != nil {
			return nil, err
		}
		packs = append(packs, pack)
	}
	for i, pack := range packs {
		entry(1, out.Len(), 0)
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n\n", next+i, pack)
	}
	at, last := out.Len(), next+len(packs)
	entry(1, at, 0)
	whole, err := stream(fmt.Sprintf("/Type /XRef /Size %d /W [ 1 4 2 ] /Root 1 0 R /Info %d 0 R", last+1, info), table.Bytes())
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n\nstartxref\n%d\n%%%%EOF\n", last, whole, at)
	return out.Bytes(), nil
}

// stream is a stream with these entries, compressed.
func stream(entries string, content []byte) ([]byte, error) {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if _, err := z.Write(content); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", entries, packed.Len(), packed.Bytes()), nil
}

// mark puts marks into what a page draws, and gives the elements of its pieces by their numbers.
func (f *file) mark(page, number int, drawn []mark) (parents []*element, err error) {
	_, ref, _ := bytes.Cut(f.objects[page-1], []byte("/Contents"))
	var content int
	if _, err := fmt.Sscanf(string(ref), "%d 0 R", &content); err != nil || content < 1 || content > len(f.objects) {
		return nil, errForm
	}
	o := f.objects[content-1]
	from, to := bytes.Index(o, []byte("stream\n")), bytes.LastIndex(o, []byte("endstream"))
	if from < 0 || to < from {
		return nil, errForm
	}
	rest := o[from+len("stream\n") : to]
	var out bytes.Buffer
	var open *element
	begun := false
	for _, m := range drawn {
		if !begun || m.el != open {
			if begun {
				out.WriteString("EMC\n")
			}
			if begun, open = true, m.el; open == nil {
				out.WriteString("/Artifact BMC\n")
			} else {
				fmt.Fprintf(&out, "/%s << /MCID %d >> BDC\n", open.kind, len(parents))
				open.runs = append(open.runs, run{number, len(parents)})
				parents = append(parents, open)
			}
		}
		for range m.pieces() {
			n := piece(rest)
			if n == 0 {
				return nil, errForm
			}
			out.Write(rest[:n])
			rest = rest[n:]
		}
	}
	if begun {
		out.WriteString("EMC\n")
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return nil, errForm // something was drawn that nobody knows of
	}
	whole, err := stream("", out.Bytes())
	if err != nil {
		return nil, err
	}
	f.objects[content-1] = fmt.Appendf(nil, "%d 0 obj\n%s\nendobj\n\n", content, whole)
	return parents, f.replace(page, "/Type /Page\n", fmt.Sprintf("/Type /Page\n  /StructParents %d\n  /Tabs /S\n", number))
}

// piece is how long the next thing is that the library drew: it ends with the text's or the
// drawing's end.
func piece(b []byte) int {
	text, drawing := bytes.Index(b, []byte("\nET\n")), bytes.Index(b, []byte("\nQ\n"))
	switch {
	case text >= 0 && (drawing < 0 || text < drawing):
		return text + len("\nET\n")
	case drawing >= 0:
		return drawing + len("\nQ\n")
	}
	return 0
}

// tree writes the elements, and the tables that lead from a page's pieces to them.
func (f *file) tree(document *element, pages []int, parents [][]*element) (root int) {
	root = f.count() + 1
	next := root + 1
	var number func(e *element)
	number = func(e *element) {
		e.id = next
		next++
		for _, k := range e.kids {
			number(k)
		}
	}
	number(document)
	f.add(fmt.Sprintf("<< /Type /StructTreeRoot /K [ %d 0 R ] /ParentTree %d 0 R /ParentTreeNextKey %d >>", document.id, next, len(pages)))
	var write func(e *element, above int)
	write = func(e *element, above int) {
		var s strings.Builder
		fmt.Fprintf(&s, "<< /S /%s /P %d 0 R%s", e.kind, above, e.attrs)
		if len(e.runs) > 0 {
			fmt.Fprintf(&s, " /Pg %d 0 R", pages[e.runs[0].page])
		}
		s.WriteString(" /K [")
		for _, k := range e.kids {
			fmt.Fprintf(&s, " %d 0 R", k.id)
		}
		for _, r := range e.runs {
			if r.page == e.runs[0].page {
				fmt.Fprintf(&s, " %d", r.id)
			} else {
				fmt.Fprintf(&s, " << /Type /MCR /Pg %d 0 R /MCID %d >>", pages[r.page], r.id)
			}
		}
		f.add(s.String() + " ] >>")
		for _, k := range e.kids {
			write(k, e.id)
		}
	}
	write(document, root)
	var s strings.Builder
	s.WriteString("<< /Nums [")
	for i, page := range parents {
		fmt.Fprintf(&s, " %d [", i)
		for _, e := range page {
			fmt.Fprintf(&s, " %d 0 R", e.id)
		}
		s.WriteString(" ]")
	}
	f.add(s.String() + " ] >>")
	return root
}
