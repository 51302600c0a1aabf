package web

import (
	"github.com/a-h/templ"

	"praya/kernel/lang"
)

// Mode says what a table becomes on a phone.
type Mode int

// The modes of a table.
const (
	Records Mode = iota // each row a card
	Figures             // still a table, which scrolls in its frame with the first column fixed
)

// Order is how a column is sorted.
type Order string

// The orders.
const (
	Unsorted   Order = "none"
	Ascending  Order = "ascending"
	Descending Order = "descending"
)

// Table is a table of data. The first cell of a row is its heading unless NoHeads.
type Table struct {
	ID      string // needed when a page has two tables: the caption's id is made of it
	Caption string
	Lang    lang.Lang // of the caption
	Unit    string    // "百萬元"
	Mode    Mode
	Groups  []Group // headings above the headings; their spans add up to the columns
	Columns []Column
	Rows    []Row
	Notes   []Note
	NoHeads bool
	Empty   Empty // shown instead of a table without rows
}

// Group is a heading over several columns; an empty one is a gap.
type Group struct {
	Head string
	Span int
}

// Column is a heading. Sort is the full address that sorts by it (View.With).
type Column struct {
	Head    string
	Lang    lang.Lang
	Numeric bool
	Sort    string
	Sorted  Order
}

// Row is a row of a table.
type Row struct {
	ID     string
	Cells  []Cell
	Total  bool // a sum of rows above
	Indent bool // a part of the row above
}

// Cell is a value. An empty one says that the value is not available: pass a
// zero as "0", and a nil as the paper printed it.
type Cell struct {
	Text  string
	Lang  lang.Lang // of Text, when it isn't the reader's
	Path  string    // the source of a figure, or the page of a thing
	Body  templ.Component
	How   How    // derived or inferred follow the figure as a word
	Why   string // the reason for that
	Marks []Mark
	Small string // a second line
}

// Mark is a footnote's sign beside a figure, linked to the note of that id.
type Mark struct{ Sign, ID string }

// Note is a note under a table.
type Note struct {
	ID, Sign, Text string
	Lang           lang.Lang
}

func (t Table) captionID() string {
	if t.ID == "" {
		return "caption"
	}
	return t.ID + "-caption"
}

func (t Table) class() string {
	class := "records"
	if t.Mode == Figures {
		class = "figures"
	}
	for _, r := range t.Rows {
		for _, c := range r.Cells {
			if len(c.Marks) > 0 {
				return class + " marked" // room beside the figures, so that they stay aligned
			}
		}
	}
	return class
}

func (t Table) numeric(i int) bool { return i < len(t.Columns) && t.Columns[i].Numeric }

func (t Table) head(i int) string {
	if i < len(t.Columns) {
		return t.Columns[i].Head
	}
	return ""
}

func (c Column) order() Order {
	if c.Sorted == "" {
		return Unsorted
	}
	return c.Sorted
}

// SortBy is a heading that sorts its column: by this one first up, then down. The
// query's sort is the column's key, with a minus before it for down.
func (v *View) SortBy(key string, c Column) Column {
	switch v.Query.Get("sort") {
	case key:
		c.Sorted, c.Sort = Ascending, v.With("sort", "-"+key, "page", "")
	case "-" + key:
		c.Sorted, c.Sort = Descending, v.With("sort", key, "page", "")
	default:
		c.Sort = v.With("sort", key, "page", "")
	}
	return c
}
