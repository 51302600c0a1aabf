package directory

import (
	"errors"
	"io"
	"strings"

	"praya/platform/sheet"
)

// Bounds of a file that is imported.
const (
	maxFile     = 4 << 20
	maxRows     = 2000 // each is an act of its own in the trail, and others wait for the transaction
	maxProblems = 100
)

// Problem is one thing that is wrong with a file: where, and the key of what to do.
type Problem struct {
	Line   int    // from 1; 0: the file as a whole
	Column string // as the header names it; empty: the line as a whole
	Key    string
	Args   map[string]string
}

// row is a line of a table, by the names of its columns.
type row struct {
	line  int
	cells map[string]string
}

// readTable reads a CSV file whose header has exactly these columns, in any order. It gives
// what it could read, and what is wrong with the rest.
func readTable(r io.Reader, columns []string) (out []row, problems []Problem, err error) {
	rows, wrong, err := sheet.Format{Columns: columns, Bytes: maxFile, Rows: maxRows, Told: maxProblems, Name: half}.Read(r)
	for _, x := range rows {
		out = append(out, row{x.Line, x.Cells})
	}
	for _, x := range wrong {
		problems = append(problems, Problem{Line: x.Line, Column: x.Column, Key: "directory.wrong." + string(x.Fault)})
	}
	return out, problems, err
}

// writeTable writes a CSV file that readTable reads back to the same cells.
func writeTable(w io.Writer, columns []string, rows func(yield func([]string) error) error) error {
	out, err := sheet.NewWriter(w, true)
	if err != nil {
		return err
	}
	if err := out.Write(columns); err != nil {
		return err
	}
	return errors.Join(rows(out.Write), out.Close())
}

// half turns full-width letters, digits and signs into those of ASCII: Chinese keyboards
// type them.
func half(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '　':
			return ' '
		}
		return r
	}, s))
}
