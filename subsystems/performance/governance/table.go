package governance

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a file that is imported.
const (
	maxFile     = 2 << 20
	maxRows     = 2000
	maxCell     = 2000 // bytes
	maxProblems = 100
)

// Problem is one thing that is wrong with a file: where, and the key of what to do.
type Problem struct {
	Line   int    // from 1; 0: the file as a whole
	Column string // as the header names it; empty: the line as a whole
	Key    string
}

// row is a line of a table, by the names of its columns.
type row struct {
	line  int
	cells map[string]string
}

// readTable reads a CSV file that has at least these columns, in any order; others are read
// over, so that what was exported can be imported. It gives what it could read, and what is
// wrong with the rest.
func readTable(r io.Reader, columns []string) ([]row, []Problem, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, nil, err
	}
	body = bytes.TrimPrefix(body, []byte(byteOrderMark)) // spreadsheets write it, RFC 4180 knows none
	switch {
	case len(body) > maxFile:
		return nil, []Problem{{Key: "governance.wrong.file-large"}}, nil
	case !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0:
		return nil, []Problem{{Key: "governance.wrong.file-encoding"}}, nil
	}
	c := csv.NewReader(bytes.NewReader(body))
	c.FieldsPerRecord = -1
	head, err := c.Read()
	if err != nil {
		return nil, []Problem{{Line: 1, Key: "governance.wrong.file-head"}}, nil //nolint:nilerr // the problem says what to do
	}
	for i := range head {
		head[i] = strings.ToLower(strings.TrimSpace(head[i]))
	}
	if wrong := wrongHeader(head, columns); len(wrong) > 0 {
		return nil, wrong, nil
	}
	rows, problems := readRows(c, head)
	return rows, problems, nil
}

func wrongHeader(head, columns []string) (out []Problem) {
	for _, want := range columns {
		switch n := len(slices.DeleteFunc(slices.Clone(head), func(h string) bool { return h != want })); {
		case n == 0:
			out = append(out, Problem{1, want, "governance.wrong.column-missing"})
		case n > 1:
			out = append(out, Problem{1, want, "governance.wrong.column-twice"})
		}
	}
	return out
}

func readRows(c *csv.Reader, head []string) (rows []row, problems []Problem) {
	for {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			return rows, problems
		}
		if err != nil {
			return rows, append(problems, Problem{Line: quoteLine(err), Key: "governance.wrong.file-quotes"})
		}
		at, _ := c.FieldPos(0)
		switch {
		case len(rows) == maxRows:
			return rows, append(problems, Problem{Line: at, Key: "governance.wrong.file-rows"})
		case len(problems) >= maxProblems:
			return rows, problems
		case len(record) != len(head):
			problems = append(problems, Problem{Line: at, Key: "governance.wrong.cells"})
			continue
		}
		x := row{line: at, cells: make(map[string]string, len(head))}
		for i, name := range head {
			cell := strings.TrimSpace(arm(record[i]))
			if len(cell) > maxCell || strings.IndexFunc(cell, unicode.IsControl) >= 0 {
				problems = append(problems, Problem{at, name, "governance.wrong.line"})
			}
			x.cells[name] = cell
		}
		rows = append(rows, x)
	}
}

func quoteLine(err error) int {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return parse.Line
	}
	return 0
}

// byteOrderMark goes before files for people, whose spreadsheets take Chinese for something
// else without it; programs take it for a part of the first column's name.
const byteOrderMark = "\uFEFF"

// writeTable writes a CSV file.
func writeTable(w io.Writer, columns []string, rows func(yield func([]string) error) error) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true // RFC 4180, 2.1
	if err := c.Write(columns); err != nil {
		return err
	}
	err := rows(func(cells []string) error {
		for i, cell := range cells {
			cells[i] = disarm(cell)
		}
		return c.Write(cells)
	})
	c.Flush()
	return errors.Join(err, c.Error())
}

// formulaMarks begin a formula in some spreadsheet, full-width ones too. The apostrophe is
// among them so that what disarm put before a cell can be told from what stood there.
const formulaMarks = "=+-@\t\r'＝＋－＠"

// disarm keeps a spreadsheet from taking a cell for a formula.
func disarm(cell string) string {
	if first, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune(formulaMarks, first) {
		return "'" + cell
	}
	return cell
}

// arm takes away what disarm put there.
func arm(cell string) string {
	rest, quoted := strings.CutPrefix(cell, "'")
	if first, _ := utf8.DecodeRuneInString(rest); quoted && rest != "" && strings.ContainsRune(formulaMarks, first) {
		return rest
	}
	return cell
}
