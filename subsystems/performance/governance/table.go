package governance

import (
	"errors"
	"io"

	csvsheet "praya/platform/sheet"
)

// Bounds of a file that is imported.
const (
	maxFile     = 2 << 20
	maxRows     = 2000
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
func readTable(r io.Reader, columns []string) (out []row, problems []Problem, err error) {
	rows, wrong, err := csvsheet.Format{Columns: columns, Others: true, Bytes: maxFile, Rows: maxRows, Told: maxProblems}.Read(r)
	for _, x := range rows {
		out = append(out, row{x.Line, x.Cells})
	}
	for _, x := range wrong {
		key := string(x.Fault)
		if x.Fault == csvsheet.Empty {
			key = "file-head"
		}
		problems = append(problems, Problem{x.Line, x.Column, "governance.wrong." + key})
	}
	return out, problems, err
}

// byteOrderMark goes before files for people, whose spreadsheets take Chinese for something
// else without it; programs take it for a part of the first column's name.
const byteOrderMark = "\uFEFF"

// writeTable writes a CSV file.
func writeTable(w io.Writer, columns []string, rows func(yield func([]string) error) error) error {
	out, err := csvsheet.NewWriter(w, false)
	if err != nil {
		return err
	}
	if err := out.Write(columns); err != nil {
		return err
	}
	return errors.Join(rows(out.Write), out.Close())
}
