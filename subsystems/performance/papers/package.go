package papers

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"praya/kernel/when"
)

// A resource is one table of the data package: what its columns are, and rows.
type resource struct {
	name, title string
	fields      []field
	rows        [][]string
}

type field struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Title       string `json:"title"`
	ColumnType  string `json:"columnType,omitempty"`
	Constraints any    `json:"constraints,omitempty"`
}

func text(name, title string) field { return field{Name: name, Type: "string", Title: title} }

func amount(name, title string) field {
	return field{Name: name, Type: "number", Title: title, ColumnType: "value"}
}

// Package writes the tables of a sheet as a tabular data package (Frictionless
// Data Package 1.0): a description and a CSV for each table, in one ZIP. The
// same sheet and day give the same bytes.
func (s Sheet) Package(day when.Day) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	put := func(name string, write func(io.Writer) error) error {
		w, err := z.CreateHeader(&zip.FileHeader{
			Name: name, Method: zip.Deflate, Modified: time.Date(day.Year, day.Month, day.Date, 0, 0, 0, 0, time.UTC),
		})
		if err != nil {
			return err
		}
		return write(w)
	}
	list := s.resources()
	if err := put("datapackage.json", func(w io.Writer) error { return s.describe(w, list) }); err != nil {
		return nil, err
	}
	for _, r := range list {
		if err := put(r.name+".csv", r.write); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (s Sheet) describe(w io.Writer, list []resource) error {
	var resources []map[string]any
	for _, r := range list {
		resources = append(resources, map[string]any{
			"profile": "tabular-data-resource", "name": r.name, "title": r.title, "path": r.name + ".csv", "format": "csv",
			"mediatype": "text/csv", "encoding": "utf-8",
			"dialect": map[string]any{"delimiter": ",", "header": true, "quoteChar": "\"", "doubleQuote": true},
			"schema":  map[string]any{"fields": r.fields, "missingValues": []string{""}},
		})
	}
	note := "Estimates " + s.Year + ", Head " + s.Head + " " + s.Title.EN
	if s.Invented {
		note += ". " + english{}.notice()
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(map[string]any{
		"profile": "tabular-data-package", "name": "praya-papers-" + s.Head + "-" + s.Year,
		"title": "Controlling Officer's Report " + s.Year + ", Head " + s.Head, "description": note, "resources": resources,
	})
}

// write writes a table as CSV (RFC 4180). A text that a spreadsheet would run
// as a formula gets an apostrophe before it.
func (r resource) write(w io.Writer) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	header := make([]string, len(r.fields))
	for i, f := range r.fields {
		header[i] = f.Name
	}
	if err := c.Write(header); err != nil {
		return err
	}
	for _, row := range r.rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = cell
			if r.fields[i].Type == "string" && cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				safe[i] = "'" + cell
			}
		}
		if err := c.Write(safe); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// value is a figure as a number, empty for what is not known.
func (f Figure) value() string {
	if f.Value == nil {
		return ""
	}
	return f.Value.String()
}

func (f Figure) marked() string { return strings.Join(f.Marks, "") }

// phases are the columns that a row of four amounts becomes: one row each.
func (s Sheet) phases(before []string, a Amounts) [][]string {
	var out [][]string
	for col, f := range a {
		year, phase, _ := strings.Cut(s.columnName(col), " ")
		row := append(append([]string(nil), before...), year, phase, f.amount().String(), f.marked())
		out = append(out, row)
	}
	return out
}

func phaseFields(unit string) []field {
	return []field{
		{Name: "year", Type: "string", Title: "Financial year", ColumnType: "date:fiscal-year"},
		{Name: "phase", Type: "string", Title: "actual, original, revised or estimate", ColumnType: "phase:id", Constraints: map[string]any{"enum": []string{"actual", "original", "revised", "estimate"}}},
		amount(unit, "Amount, "+strings.ReplaceAll(unit, "_", " ")), text("marks", "Footnote marks"),
	}
}

func (s Sheet) resources() []resource {
	return []resource{
		s.provisionTable(), s.targetTable(), s.indicatorTable(), s.subheadTable(), s.expenseTable(), s.commitmentTable(), s.postTable(), s.footnoteTable(),
	}
}

func (s Sheet) provisionTable() resource {
	r := resource{name: "provision", title: "Financial provision by programme", fields: append([]field{
		text("programme", "Number of the programme"), text("name_tc", "綱領"), text("name_en", "Programme"),
	}, phaseFields("hkd_million")...)}
	for _, p := range s.Programmes {
		r.rows = append(r.rows, s.phases([]string{p.Number, p.Name.TC, p.Name.EN}, p.Provision)...)
	}
	return r
}

func measureFields() []field {
	return []field{
		text("programme", "Number of the programme"), text("name_tc", "衡量準則"), text("name_en", "Measure"), text("unit_tc", "單位"), text("unit_en", "Unit"),
		text("period", "Calendar or financial year; empty for the target itself"),
		{Name: "phase", Type: "string", Title: "target, actual, revised, plan or estimate", Constraints: map[string]any{"enum": []string{"target", "actual", "revised", "plan", "estimate"}}},
		amount("value", "Value"), text("marks", "Footnote marks"),
	}
}

func (s Sheet) targetTable() resource {
	y := int(s.years()[Estimate])
	r := resource{name: "targets", title: "Targets", fields: measureFields()}
	for _, p := range s.Programmes {
		for _, t := range p.Targets {
			for i, f := range []Figure{t.Target, t.Before, t.Last, t.Plan} {
				period, phase := [4]string{"", strconv.Itoa(y - 2), strconv.Itoa(y - 1), strconv.Itoa(y)}[i], [4]string{"target", "actual", "actual", "plan"}[i]
				r.rows = append(r.rows, []string{p.Number, t.Name.TC, t.Name.EN, t.Unit.TC, t.Unit.EN, period, phase, f.value(), f.marked()})
			}
		}
	}
	return r
}

func (s Sheet) indicatorTable() resource {
	y := s.years()[Estimate]
	r := resource{name: "indicators", title: "Indicators", fields: measureFields()}
	add := func(programme string, list []Indicator, periods, phases [3]string) {
		for _, t := range list {
			for i, f := range []Figure{t.Before, t.Last, t.Coming} {
				r.rows = append(r.rows, []string{programme, t.Name.TC, t.Name.EN, t.Unit.TC, t.Unit.EN, periods[i], phases[i], f.value(), f.marked()})
			}
		}
	}
	for _, p := range s.Programmes {
		add(p.Number, p.Indicators, [3]string{strconv.Itoa(int(y) - 2), strconv.Itoa(int(y) - 1), strconv.Itoa(int(y))}, [3]string{"actual", "actual", "estimate"})
		add(p.Number, p.Financial, [3]string{fiscal(y - 2), fiscal(y - 1), fiscal(y)}, [3]string{"actual", "revised", "estimate"})
	}
	return r
}

func (s Sheet) subheadTable() resource {
	r := resource{name: "subheads", title: "Subheads", fields: append([]field{
		text("subhead", "Number of the subhead"), text("name_tc", "分目"), text("name_en", "Subhead"), text("account", "operating or capital"), text("kind", "Kind"),
	}, phaseFields("hkd_thousand")...)}
	for _, h := range s.Subheads {
		r.rows = append(r.rows, s.phases([]string{h.Code, h.Name.TC, h.Name.EN, h.Account, h.Kind}, h.Amounts)...)
	}
	return r
}

func (s Sheet) expenseTable() resource {
	r := resource{name: "expenses", title: "Analysis of subhead 000", fields: append([]field{
		text("group_tc", "類別"), text("group_en", "Group"), text("name_tc", "項目"), text("name_en", "Component"),
	}, phaseFields("hkd_thousand")...)}
	for _, x := range s.Components {
		r.rows = append(r.rows, s.phases([]string{x.Group.TC, x.Group.EN, x.Name.TC, x.Name.EN}, x.Amounts)...)
	}
	return r
}

func (s Sheet) commitmentTable() resource {
	r := resource{name: "commitments", title: "Commitments", fields: []field{
		text("subhead", "Number of the subhead"), text("item", "Number of the item"), text("name_tc", "項目"), text("name_en", "Item"),
		amount("approved_hkd_thousand", "Approved commitment"), amount("accumulated_hkd_thousand", "Accumulated expenditure"),
		amount("revised_hkd_thousand", "Revised estimate of the year"), amount("balance_hkd_thousand", "Balance"), text("marks", "Footnote marks"),
	}}
	for _, x := range s.Commitments {
		r.rows = append(r.rows, []string{
			x.Subhead, x.Item, x.Name.TC, x.Name.EN, x.Approved.amount().String(), x.Accumulated.amount().String(),
			x.Revised.amount().String(), x.Balance.amount().String(), strings.Join(x.Marks, ""),
		})
	}
	return r
}

func (s Sheet) postTable() resource {
	y := int(s.years()[Estimate])
	whole := field{Name: "posts", Type: "integer", Title: "Posts", Constraints: map[string]any{"minimum": 0}}
	r := resource{name: "posts", title: "Establishment", fields: []field{
		{Name: "day", Type: "date", Title: "Day"}, text("kind", "directorate or non-directorate"), whole,
	}}
	add := func(year int, kind string, n int) {
		r.rows = append(r.rows, []string{strconv.Itoa(year) + "-03-31", kind, strconv.Itoa(n)})
	}
	add(y, "non-directorate", s.Posts.NonDirectorateFrom)
	add(y+1, "non-directorate", s.Posts.NonDirectorateTo)
	add(y, "directorate", s.Posts.DirectorateFrom)
	add(y+1, "directorate", s.Posts.DirectorateTo)
	return r
}

func (s Sheet) footnoteTable() resource {
	r := resource{name: "footnotes", title: "Footnotes", fields: []field{text("mark", "Mark"), text("words_tc", "註腳"), text("words_en", "Footnote")}}
	for _, f := range s.Footnotes {
		r.rows = append(r.rows, []string{f.Mark, f.Words.TC, f.Words.EN})
	}
	return r
}
