package votes

import (
	"bytes"
	"errors"
	"io"

	"praya/platform/sheet"
)

// Bounds of a file that is imported.
const (
	maxFile     = 1 << 20
	maxProblems = 50
)

// problem is one thing that is wrong with a file: the line from 1 (0: the file as a whole), the
// column, and the key of what to do.
type problem struct {
	line   int
	column string
	key    string
}

// row is a line of a table, by the names of its columns.
type row struct {
	line  int
	cells map[string]string
}

// faultKeys are what to do about each fault of a file.
var faultKeys = map[sheet.Fault]string{
	sheet.TooLarge: "large", sheet.Encoding: "encoding", sheet.Empty: "empty", sheet.Quotes: "quotes", sheet.TooMany: "rows",
	sheet.Missing: "missing", sheet.Unknown: "unknown", sheet.Twice: "unknown", sheet.Cells: "cells", sheet.Cell: "cell",
}

// readTable reads a CSV file (RFC 4180) whose header names all of these columns and no other, in
// any order. It gives what it could read, and what is wrong with the rest.
func readTable(body []byte, columns []string) (out []row, problems []problem) {
	rows, wrong, err := sheet.Format{Columns: columns, Bytes: maxFile, Rows: mostAsked, Told: maxProblems}.Read(bytes.NewReader(body))
	if err != nil || len(rows)+len(wrong) == 0 {
		return nil, []problem{{key: "votes.sheet.empty"}}
	}
	for _, x := range rows {
		out = append(out, row{x.Line, x.Cells})
	}
	for _, x := range wrong {
		problems = append(problems, problem{x.Line, x.Column, "votes.sheet." + faultKeys[x.Fault]})
	}
	return out, problems
}

// writeTable writes a CSV file that readTable reads back to the same cells.
func writeTable(w io.Writer, rows [][]string) error {
	out, err := sheet.NewWriter(w, true)
	if err != nil {
		return err
	}
	for _, r := range rows {
		err = errors.Join(err, out.Write(r))
	}
	return errors.Join(err, out.Close())
}
