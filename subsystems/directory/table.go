package directory

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
	maxFile     = 4 << 20
	maxRows     = 2000 // each is an act of its own in the trail, and others wait for the transaction
	maxCell     = 2000 // bytes
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
func readTable(r io.Reader, columns []string) ([]row, []Problem, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, nil, err
	}
	body = bytes.TrimPrefix(body, []byte("\uFEFF")) // spreadsheets write it, RFC 4180 knows none
	switch {
	case len(body) > maxFile:
		return nil, []Problem{{Key: "directory.wrong.file-large"}}, nil
	case !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0:
		return nil, []Problem{{Line: badLine(body), Key: "directory.wrong.file-encoding"}}, nil
	}
	c := csv.NewReader(bytes.NewReader(body))
	c.FieldsPerRecord = -1
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, []Problem{{Key: "directory.wrong.file-empty"}}, nil
	}
	if err != nil {
		return nil, []Problem{quoting(err)}, nil
	}
	for i := range head {
		head[i] = strings.ToLower(half(head[i]))
	}
	if wrong := wrongHeader(head, columns); len(wrong) > 0 {
		return nil, wrong, nil
	}
	rows, problems := readRows(c, head)
	return rows, problems, nil
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
		return Problem{Line: parse.Line, Key: "directory.wrong.file-quotes"}
	}
	return Problem{Key: "directory.wrong.file-quotes"}
}

func wrongHeader(head, columns []string) (out []Problem) {
	for _, want := range columns {
		if !slices.Contains(head, want) {
			out = append(out, Problem{Line: 1, Column: want, Key: "directory.wrong.column-missing"})
		}
	}
	for i, name := range head {
		switch {
		case !slices.Contains(columns, name):
			out = append(out, Problem{Line: 1, Column: shorten(name), Key: "directory.wrong.column-unknown"})
		case slices.Contains(head[:i], name):
			out = append(out, Problem{Line: 1, Column: name, Key: "directory.wrong.column-twice"})
		}
	}
	return out[:min(len(out), maxProblems)]
}

// shorten keeps a name of a file from filling a page.
func shorten(s string) string {
	if len(s) <= 40 {
		return s
	}
	return strings.ToValidUTF8(s[:40], "") + "…"
}

func readRows(c *csv.Reader, head []string) (rows []row, problems []Problem) {
	for {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			return rows, problems
		}
		if err != nil {
			return rows, append(problems, quoting(err))
		}
		at, _ := c.FieldPos(0)
		switch {
		case len(rows) == maxRows:
			return rows, append(problems, Problem{Line: at, Key: "directory.wrong.file-rows"})
		case len(problems) >= maxProblems:
			return rows, problems
		case len(record) != len(head):
			problems = append(problems, Problem{Line: at, Key: "directory.wrong.cells"})
			continue
		}
		x := row{line: at, cells: make(map[string]string, len(head))}
		for i, name := range head {
			cell := strings.TrimSpace(arm(record[i]))
			if len(cell) > maxCell || strings.IndexFunc(cell, unicode.IsControl) >= 0 {
				problems = append(problems, Problem{Line: at, Column: name, Key: "directory.wrong.line"})
			}
			x.cells[name] = cell
		}
		rows = append(rows, x)
	}
}

// writeTable writes a CSV file that readTable reads back to the same cells. It begins with a
// byte order mark, without which spreadsheets take Chinese for something else.
func writeTable(w io.Writer, columns []string, rows func(yield func([]string) error) error) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true // RFC 4180, 2.1
	if err := c.Write(columns); err != nil {
		return err
	}
	err := rows(func(cells []string) error {
		safe := make([]string, len(cells))
		for i, cell := range cells {
			safe[i] = disarm(cell)
		}
		return c.Write(safe)
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
