package votes

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

// Bounds of a file that is imported.
const (
	maxFile     = 1 << 20
	maxCell     = 2000 // bytes
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

// readTable reads a CSV file (RFC 4180) whose header names all of these columns and no other, in
// any order. It gives what it could read, and what is wrong with the rest.
func readTable(body []byte, columns []string) ([]row, []problem) {
	body = bytes.TrimPrefix(body, []byte("\uFEFF")) // spreadsheets write it
	switch {
	case len(body) > maxFile:
		return nil, []problem{{key: "votes.sheet.large"}}
	case !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0:
		return nil, []problem{{key: "votes.sheet.encoding"}}
	}
	c := csv.NewReader(bytes.NewReader(body))
	c.FieldsPerRecord = -1
	head, err := c.Read()
	if err != nil {
		return nil, []problem{unread(err)}
	}
	for i := range head {
		head[i] = strings.ToLower(strings.TrimSpace(head[i]))
	}
	var wrong []problem
	for _, name := range columns {
		if !slices.Contains(head, name) {
			wrong = append(wrong, problem{1, name, "votes.sheet.missing"})
		}
	}
	for i, name := range head {
		if !slices.Contains(columns, name) || slices.Contains(head[:i], name) {
			wrong = append(wrong, problem{1, brief(name), "votes.sheet.unknown"})
		}
	}
	if len(wrong) > 0 {
		return nil, wrong[:min(len(wrong), maxProblems)]
	}
	return readRows(c, head)
}

func readRows(c *csv.Reader, head []string) (rows []row, wrong []problem) {
	for {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			if len(rows)+len(wrong) == 0 {
				wrong = append(wrong, problem{key: "votes.sheet.empty"})
			}
			return rows, wrong
		}
		if err != nil {
			return rows, append(wrong, unread(err))
		}
		at, _ := c.FieldPos(0)
		switch {
		case len(rows) == mostAsked:
			return rows, append(wrong, problem{at, "", "votes.sheet.rows"})
		case len(wrong) >= maxProblems:
			return rows, wrong
		case len(record) != len(head):
			wrong = append(wrong, problem{at, "", "votes.sheet.cells"})
			continue
		}
		x := row{at, make(map[string]string, len(head))}
		for i, name := range head {
			cell := strings.TrimSpace(arm(record[i]))
			if len(cell) > maxCell || strings.ContainsFunc(cell, unicode.IsControl) {
				wrong = append(wrong, problem{at, name, "votes.sheet.cell"})
			}
			x.cells[name] = cell
		}
		rows = append(rows, x)
	}
}

func unread(err error) problem {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return problem{parse.Line, "", "votes.sheet.quotes"}
	}
	return problem{key: "votes.sheet.empty"}
}

// brief keeps a name of a file from filling a page.
func brief(s string) string {
	runes := []rune(s)
	if len(runes) <= 40 {
		return s
	}
	return string(runes[:40]) + "…"
}

// writeTable writes a CSV file that readTable reads back to the same cells. It begins with a
// byte order mark, without which spreadsheets take Chinese for something else.
func writeTable(w io.Writer, rows [][]string) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true // RFC 4180, 2.1
	for _, r := range rows {
		safe := make([]string, len(r))
		for i, cell := range r {
			safe[i] = disarm(cell)
		}
		if err := c.Write(safe); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// formulaMarks begin a formula in some spreadsheet, full-width ones too. The apostrophe is among
// them so that what disarm put before a cell can be told from what stood there.
const formulaMarks = "=+-@\t\r'＝＋－＠"

// disarm keeps a spreadsheet from taking a cell for a formula. A plain number is none, and stays
// one that can be added up.
func disarm(cell string) string {
	if _, err := money.Parse(cell); err == nil && !strings.HasPrefix(cell, "+") {
		return cell
	}
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
