package paper

import (
	"fmt"
	"strings"
)

// A Problem is what a reader of the paper must be told: something that cannot
// be placed, that is lost, or that contradicts itself. Code is one of
// ProblemCodes; Args fill the sentence of that code in any language.
type Problem struct {
	Line    int      `json:"line"`
	Cell    int      `json:"cell,omitempty"`
	Code    string   `json:"code"`
	Args    []string `json:"args,omitempty"`
	Message string   `json:"message"`
}

// Codes of problems.
const (
	ProblemUnplaced    = "unplaced"          // a figure that no heading or sum claims for sure
	ProblemLostCell    = "lost-cell"         // a row with fewer or more cells than headings
	ProblemLostColumn  = "lost-column"       // a table without a column that such tables have
	ProblemLostHeading = "lost-heading"      // figures without headings
	ProblemHeading     = "odd-heading"       // a heading whose year does not fit the paper
	ProblemCell        = "odd-cell"          // a cell that is no figure
	ProblemGrouping    = "odd-grouping"      // digits not grouped by three
	ProblemLabel       = "lost-label"        // a row without a name
	ProblemCode        = "lost-code"         // a subhead or item without its number
	ProblemDuplicate   = "duplicate-row"     // two rows with one number
	ProblemTitle       = "title-differs"     // a page heading that names another head
	ProblemProgramme   = "programme-differs" // a programme number or name that differs within the paper
	ProblemMark        = "mark-without-footnote"
	ProblemYear        = "odd-year"  // a year in words that does not fit
	ProblemMissingPart = "missing"   // a part that every paper has
	ProblemUnit        = "lost-unit" // a table without its unit
	ProblemTruncated   = "truncated" // the paper ends in the middle
	ProblemCharacter   = "odd-character"
	ProblemCapacity    = "too-hard" // the search for places was stopped at its bound
	ProblemRow         = "odd-row"  // a row of a table that belongs nowhere
)

func sentence(code string) string {
	switch code {
	case ProblemUnplaced:
		return "the figure %s cannot be placed in a column"
	case ProblemLostCell:
		return "the row has %s cells for %s headings"
	case ProblemLostColumn:
		return "the table has no column %s"
	case ProblemLostHeading:
		return "the table %s stands without headings"
	case ProblemHeading:
		return "the heading %q does not fit the paper's year"
	case ProblemCell:
		return "%q is no figure"
	case ProblemGrouping:
		return "the digits of %q are not grouped by three"
	case ProblemLabel:
		return "the row has no name"
	case ProblemCode:
		return "the row %q has no number"
	case ProblemDuplicate:
		return "the row %q stands twice"
	case ProblemTitle:
		return "the page heading %q differs from the title"
	case ProblemProgramme:
		return "programme %s differs from the list of programmes"
	case ProblemMark:
		return "the mark %s has no footnote"
	case ProblemYear:
		return "the year in %q does not fit"
	case ProblemMissingPart:
		return "the paper has no %s"
	case ProblemUnit:
		return "the table %s does not say its unit"
	case ProblemTruncated:
		return "the paper ends within %s"
	case ProblemCharacter:
		return "odd character %s"
	case ProblemCapacity:
		return "too much is odd in this paper: the rest is not placed or not told"
	case ProblemRow:
		return "the row %q belongs to no table"
	}
	return code
}

// ProblemCodes lists every code.
func ProblemCodes() []string {
	return []string{
		ProblemUnplaced, ProblemLostCell, ProblemLostColumn, ProblemLostHeading, ProblemHeading,
		ProblemCell, ProblemGrouping, ProblemLabel, ProblemCode, ProblemDuplicate, ProblemTitle, ProblemProgramme,
		ProblemMark, ProblemYear, ProblemMissingPart, ProblemUnit, ProblemTruncated, ProblemCharacter,
		ProblemCapacity, ProblemRow,
	}
}

func problem(line, cell int, code string, args ...string) Problem {
	list := make([]any, len(args))
	for i, a := range args {
		list[i] = a
	}
	return Problem{line, cell, code, args, strings.TrimSpace(fmt.Sprintf(sentence(code), list...))}
}

// An InputError refuses a file: nothing of it was read.
type InputError struct {
	File string
	Line int    // 0 when the fault is of the whole file
	Key  string // one of InputKeys
	Args []string
	Err  error
}

// Keys of refusals.
const (
	InputEmpty     = "empty"
	InputTooLarge  = "too-large"
	InputLongLine  = "long-line"
	InputTooMany   = "too-many-cells"
	InputZip       = "zip"
	InputPDF       = "pdf"
	InputOffice    = "office"
	InputGzip      = "gzip"
	InputUTF16     = "utf-16"
	InputBinary    = "binary"
	InputEncoding  = "encoding"
	InputNoPaper   = "no-paper"
	InputCSV       = "csv"
	InputUnread    = "unread"
	InputTruncated = "truncated"
)

func refusal(code string) string {
	switch code {
	case InputEmpty:
		return "the file is empty"
	case InputTooLarge:
		return "the file is larger than the limit of %s bytes"
	case InputLongLine:
		return "the line is longer than the limit of %s bytes"
	case InputTooMany:
		return "the file has more than %s cells"
	case InputZip:
		return "this is a ZIP archive or an office document, not the text of a paper"
	case InputPDF:
		return "this is a PDF; extract its text first"
	case InputOffice:
		return "this is a binary office document, not the text of a paper"
	case InputGzip:
		return "this is a gzip archive, not the text of a paper"
	case InputUTF16:
		return "this is UTF-16; save it as UTF-8"
	case InputBinary:
		return "the file holds a NUL byte: it is not text"
	case InputEncoding:
		return "the text is neither UTF-8 nor Big5"
	case InputNoPaper:
		return "this is no paper of the Estimates: %s was not found"
	case InputCSV:
		return "the CSV cannot be read: %s"
	case InputUnread:
		return "the file cannot be read"
	case InputTruncated:
		return "the paper stops here, within its %s: it was cut off, or its text was not extracted whole"
	}
	return code
}

// InputKeys lists every key of a refusal.
func InputKeys() []string {
	return []string{
		InputEmpty, InputTooLarge, InputLongLine, InputTooMany, InputZip, InputPDF, InputOffice,
		InputGzip, InputUTF16, InputBinary, InputEncoding, InputNoPaper, InputCSV, InputUnread, InputTruncated,
	}
}

func (e *InputError) Error() string {
	list := make([]any, len(e.Args))
	for i, a := range e.Args {
		list[i] = a
	}
	msg := fmt.Sprintf(refusal(e.Key), list...)
	if e.Err != nil {
		msg += ": " + e.Err.Error()
	}
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, msg)
	}
	return e.File + ": " + msg
}

// Unwrap gives the cause.
func (e *InputError) Unwrap() error { return e.Err }
