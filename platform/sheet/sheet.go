package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"praya/kernel/money"
)

// Fault is what is wrong with a file.
type Fault string

// The faults.
const (
	TooLarge Fault = "file-large"
	Encoding Fault = "file-encoding" // no UTF-8
	Empty    Fault = "file-empty"
	Quotes   Fault = "file-quotes" // a quotation mark is not closed, or stands within a cell
	TooMany  Fault = "file-rows"
	Missing  Fault = "column-missing"
	Unknown  Fault = "column-unknown"
	Twice    Fault = "column-twice"
	Cells    Fault = "cells" // more or fewer cells than columns
	Cell     Fault = "line"  // too long, or more than one line
)

// Problem is one fault and where it is.
type Problem struct {
	Line   int    // from 1; 0: the file as a whole
	Column string // as the header names it; empty: the line as a whole
	Fault  Fault
}

// Row is a line, by the names of its columns.
type Row struct {
	Line  int
	Cells map[string]string
}

// Format is what a sheet must be like.
type Format struct {
	Columns []string
	Others  bool // further columns are allowed, and read over
	Bytes   int64
	Rows    int
	Told    int // problems that are told at most

	// Name brings a column's name into the form of Columns; nil: lower case without spaces.
	Name func(string) string
}

// longestCell bounds a cell, in bytes.
const longestCell = 2000

// Read gives what it could read, and what is wrong with the rest. An error is the reader's own.
func (f Format) Read(r io.Reader) ([]Row, []Problem, error) {
	body, err := io.ReadAll(io.LimitReader(r, f.Bytes+1))
	if err != nil {
		return nil, nil, err
	}
	body = bytes.TrimPrefix(body, []byte(mark))
	switch {
	case int64(len(body)) > f.Bytes:
		return nil, []Problem{{Fault: TooLarge}}, nil
	case !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0:
		return nil, []Problem{{Line: badLine(body), Fault: Encoding}}, nil
	}
	c := csv.NewReader(bytes.NewReader(body))
	c.FieldsPerRecord = -1
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, []Problem{{Fault: Empty}}, nil
	}
	if err != nil {
		return nil, []Problem{quoting(err)}, nil
	}
	name := f.Name
	if name == nil {
		name = strings.TrimSpace
	}
	for i := range head {
		head[i] = strings.ToLower(name(head[i]))
	}
	if wrong := f.header(head); len(wrong) > 0 {
		return nil, wrong, nil
	}
	rows, wrong := f.rows(c, head)
	return rows, wrong, nil
}

// badLine is the line of the first byte that is no UTF-8.
func badLine(body []byte) int {
	for at := 0; at < len(body); {
		r, n := utf8.DecodeRune(body[at:])
		if r == utf8.RuneError && n == 1 || r == 0 {
			return 1 + bytes.Count(body[:at], []byte("\n"))
		}
		at += n
	}
	return 0
}

func quoting(err error) Problem {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return Problem{Line: parse.Line, Fault: Quotes}
	}
	return Problem{Fault: Quotes}
}

func (f Format) header(head []string) (out []Problem) {
	for _, want := range f.Columns {
		if !slices.Contains(head, want) {
			out = append(out, Problem{1, want, Missing})
		}
	}
	for i, name := range head {
		switch known := slices.Contains(f.Columns, name); {
		case !known && !f.Others:
			out = append(out, Problem{1, shorten(name), Unknown})
		case known && slices.Contains(head[:i], name):
			out = append(out, Problem{1, name, Twice})
		}
	}
	return out[:min(len(out), f.Told)]
}

// shorten keeps a name of a file from filling a page.
func shorten(s string) string {
	if len(s) <= 40 {
		return s
	}
	return strings.ToValidUTF8(s[:40], "") + "…"
}

func (f Format) rows(c *csv.Reader, head []string) (rows []Row, wrong []Problem) {
	for {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			return rows, wrong
		}
		if err != nil {
			return rows, append(wrong, quoting(err))
		}
		at, _ := c.FieldPos(0)
		switch {
		case len(rows) == f.Rows:
			return rows, append(wrong, Problem{Line: at, Fault: TooMany})
		case len(wrong) >= f.Told:
			return rows, wrong
		case len(record) != len(head):
			wrong = append(wrong, Problem{Line: at, Fault: Cells})
			continue
		}
		x := Row{Line: at, Cells: make(map[string]string, len(head))}
		for i, name := range head {
			cell := strings.TrimSpace(Arm(record[i]))
			if len(cell) > longestCell || strings.IndexFunc(cell, unicode.IsControl) >= 0 {
				wrong = append(wrong, Problem{at, name, Cell})
			}
			x.Cells[name] = cell
		}
		rows = append(rows, x)
	}
}

// mark is the byte order mark. It goes before files for people, whose spreadsheets take Chinese
// for something else without it; programs take it for a part of the first column's name.
const mark = "\uFEFF"

// Writer writes a sheet line by line, with formulas disarmed.
type Writer struct{ c *csv.Writer }

// NewWriter begins a sheet; for people it begins with a byte order mark.
func NewWriter(w io.Writer, people bool) (Writer, error) {
	if people {
		if _, err := io.WriteString(w, mark); err != nil {
			return Writer{}, err
		}
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true // RFC 4180, 2.1
	return Writer{c}, nil
}

// Write writes a line.
func (w Writer) Write(cells []string) error {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		safe[i] = Disarm(cell)
	}
	return w.c.Write(safe)
}

// Close writes what is left, and says what went wrong.
func (w Writer) Close() error {
	w.c.Flush()
	return w.c.Error()
}

// formulaMarks begin a formula in some spreadsheet, full-width ones too. The apostrophe is among
// them so that what Disarm put before a cell can be told from what stood there.
const formulaMarks = "=+-@\t\r'＝＋－＠"

// Disarm keeps a spreadsheet from taking a cell for a formula. A plain number is none, and stays
// one that can be added up.
func Disarm(cell string) string {
	if _, err := money.Parse(cell); err == nil && !strings.HasPrefix(cell, "+") {
		return cell
	}
	if first, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune(formulaMarks, first) {
		return "'" + cell
	}
	return cell
}

// Arm takes away what Disarm put there.
func Arm(cell string) string {
	rest, quoted := strings.CutPrefix(cell, "'")
	if first, _ := utf8.DecodeRuneInString(rest); quoted && rest != "" && strings.ContainsRune(formulaMarks, first) {
		return rest
	}
	return cell
}
