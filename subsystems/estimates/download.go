package estimates

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"praya/subsystems/estimates/internal/paper"
)

// writeJSON writes facts or checks as one JSON object a line, as `praya estimates read --json` does.
func writeJSON[T any](w io.Writer, list []T) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, one := range list {
		if err := e.Encode(one); err != nil {
			return err
		}
	}
	return nil
}

// sheets are the worksheets of the spreadsheet, each a table that a person reads.
var sheets = []struct {
	name string
	kind string
}{
	{"provision", paper.KindProvision},
	{"targets", paper.KindTarget},
	{"indicators", paper.KindIndicator},
	{"subheads", paper.KindSubhead},
	{"expenses", paper.KindExpense},
	{"commitments", paper.KindCommitment},
}

// writeXLSX writes a spreadsheet: one sheet a table, figures as numbers, and all facts on the last.
func writeXLSX(w io.Writer, facts []paper.Fact) error {
	book := excelize.NewFile()
	defer discard(book)
	for _, s := range sheets {
		g := headGrid(facts, s.kind)
		if len(g.Rows) == 0 {
			continue
		}
		if _, err := book.NewSheet(s.name); err != nil {
			return err
		}
		if err := writeGrid(book, s.name, g); err != nil {
			return err
		}
	}
	if err := writeFactsSheet(book, facts); err != nil {
		return err
	}
	if err := book.DeleteSheet("Sheet1"); err != nil {
		return err
	}
	book.SetActiveSheet(0)
	return book.Write(w)
}

// discard closes what was only read or is in memory, where an error changes nothing.
func discard(c io.Closer) { _ = c.Close() }

// headGrid is the table of a kind as the pages show it.
func headGrid(facts []paper.Fact, kind string) Grid {
	if kind == paper.KindProvision {
		return headProvision(facts)
	}
	return grid(facts, func(f paper.Fact) bool { return f.Kind == kind && f.Table != paper.TableProse })
}

func writeGrid(book *excelize.File, sheet string, g Grid) error {
	heading := []any{"code", "name", "group", "total", "unit", "line"}
	for _, c := range g.Columns {
		heading = append(heading, c)
	}
	if err := book.SetSheetRow(sheet, "A1", &heading); err != nil {
		return err
	}
	for i, r := range g.Rows {
		row := []any{r.Code, r.Name, r.Group, r.Total, r.Unit, r.Line}
		for _, c := range g.Columns {
			row = append(row, numberCell(r.Cells[c]))
		}
		if err := book.SetSheetRow(sheet, fmt.Sprintf("A%d", i+2), &row); err != nil {
			return err
		}
	}
	return book.SetColWidth(sheet, "B", "B", 40)
}

func writeFactsSheet(book *excelize.File, facts []paper.Fact) error {
	if _, err := book.NewSheet("facts"); err != nil {
		return err
	}
	out, err := book.NewStreamWriter("facts")
	if err != nil {
		return err
	}
	for i := range len(facts) + 1 {
		row := make([]any, len(factsColumns))
		if i == 0 {
			for j, c := range factsColumns {
				row[j] = c
			}
		} else {
			for j, v := range factRecord(facts[i-1]) {
				row[j] = v
			}
			row[6] = numberCell(facts[i-1])
		}
		if err := out.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
			return err
		}
	}
	return out.Flush()
}

// numberCell gives a figure to the spreadsheet as a number, which it holds as a binary fraction:
// the nearest to the figure, which reads as the figure again. (A json.Number would be a text to
// it, and its sums nought.) The exact text stands in the CSV and in the raw column.
func numberCell(f paper.Fact) any {
	if f.Value == nil {
		return nil
	}
	n, err := strconv.ParseFloat(f.Value.String(), 64)
	if err != nil {
		return f.Value.String() // no decimal of ours
	}
	return n
}

// dataPackage describes the CSV as a tabular data package (Frictionless Data Package v1),
// with the column types of the Fiscal Data Package.
func dataPackage(h HeadYear, address string) ([]byte, error) {
	type field = map[string]any
	text := func(name, title string) field { return field{"name": name, "type": "string", "title": title} }
	fields := []field{
		text("kind", "Kind of fact"),
		{"name": "head", "type": "string", "title": "Head 總目", "columnType": "administrative-classification:generic:level1:code"},
		{"name": "year", "type": "string", "title": "Financial year of the paper", "columnType": "date:fiscal-year"},
		text("table", "Table of the paper"),
		text("row", "What the figure is about"),
		{"name": "column", "type": "string", "title": "Year and phase", "columnType": "phase:id"},
		{"name": "value", "type": "number", "title": "Value in the unit named", "columnType": "value"},
		{"name": "unit", "type": "string", "title": "Unit", "columnType": "value-kind:code"},
		text("raw", "Text as printed"),
		{"name": "line", "type": "integer", "title": "Line of the source"},
		{"name": "cell", "type": "integer", "title": "Cell of the line"},
		text("marks", "Footnote marks"),
		{"name": "how", "type": "string", "title": "printed, derived or inferred", "constraints": map[string]any{"enum": []string{paper.Printed, paper.Derived, paper.Inferred}}},
		text("from", "Lines that a derived figure rests on"),
		text("why", "Reason of a derived or inferred figure"),
		{"name": "code", "type": "string", "title": "Programme, subhead or item", "columnType": "activity:generic:program:code"},
		{"name": "name", "type": "string", "title": "Name as printed", "columnType": "activity:generic:program:label"},
		text("group", "Account, kind or programme that it stands in"),
		text("total", "What the row is the total of"),
		{"name": "order", "type": "integer", "title": "Number of the row"},
		text("source", "Kind of source"),
	}
	name := strings.ToLower("praya-estimates-" + h.Head + "-" + h.Year + "-" + h.Group)
	return json.MarshalIndent(map[string]any{
		"profile": "tabular-data-package",
		"name":    name,
		"title":   "Estimates " + h.Year + ", Head " + h.Head + " " + h.Title(),
		"sources": []map[string]string{{"title": "Estimates " + h.Year + ", Head " + h.Head, "path": address}},
		"resources": []map[string]any{{
			"profile": "tabular-data-resource", "name": "facts", "path": "facts.csv", "format": "csv",
			"mediatype": "text/csv", "encoding": "utf-8",
			"dialect": map[string]any{"delimiter": ",", "header": true, "quoteChar": "\"", "doubleQuote": true},
			"schema":  map[string]any{"fields": fields, "missingValues": []string{""}},
		}},
	}, "", "  ")
}

// writeZip writes the data package with its CSV as one file.
func writeZip(w io.Writer, h HeadYear, address string) error {
	z := zip.NewWriter(w)
	descriptor, err := dataPackage(h, address)
	if err != nil {
		return err
	}
	d, err := z.Create("datapackage.json")
	if err != nil {
		return err
	}
	if _, err := d.Write(descriptor); err != nil {
		return err
	}
	c, err := z.Create("facts.csv")
	if err != nil {
		return err
	}
	if err := writeFacts(c, h.Facts); err != nil {
		return err
	}
	return z.Close()
}

// writeYear writes every fact of every head of a year, head by head, and tells how many are done.
func (s *Service) writeYear(ctx context.Context, w io.Writer, heads []Version, after func(done int)) error {
	for i, x := range heads {
		h, err := s.Head(ctx, x.Year, x.Head, "")
		if err != nil {
			return err
		}
		out := w
		if i > 0 {
			out = &withoutHeading{w: w}
		}
		if err := writeFacts(out, h.Facts); err != nil {
			return err
		}
		after(i + 1)
	}
	return nil
}

// withoutHeading drops the first line of what is written.
type withoutHeading struct {
	w    io.Writer
	past bool
}

func (x *withoutHeading) Write(b []byte) (int, error) {
	n := len(b)
	if !x.past {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			return n, nil
		}
		b, x.past = b[i+1:], true
	}
	_, err := x.w.Write(b)
	return n, err
}
