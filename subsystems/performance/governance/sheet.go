package governance

import (
	"cmp"
	"io"
	"net/url"
	"slices"
	"strings"

	"praya/kernel/lang"
	"praya/platform/search"
	"praya/platform/web"
)

// reader is somebody who looks at a list: their view, and the departments by code.
type reader struct {
	*web.View
	offices map[string]Department
	whole   bool // a file: all rows, and not a page of them
}

// office names a department; a code that the directory does not know stays a code.
func (r reader) office(code string) (string, lang.Lang) {
	if code == "" {
		return "", ""
	}
	d, ok := r.offices[code]
	if !ok {
		return code, lang.EN
	}
	return d.Name.With(r.Lang())
}

func (r reader) officeCell(code string) web.Cell {
	name, l := r.office(code)
	return web.Cell{Text: name, Lang: l}
}

// column is a column of a list: of its file, and of its page when it has a cell.
type column[T any] struct {
	name  string // in the file, in the address, and as governance.column.<name> on the page
	text  func(T) string
	order func(a, b T) int // by its text when nil
	cell  func(T) web.Cell // nil: in the file only
	right bool             // numbers
}

// filter narrows a list to the rows of one value.
type filter[T any] struct {
	name    string // in the address, and as governance.column.<name> on the page
	value   func(T) string
	choices []web.Choice // without the first, which is all
}

// sheet is a list as page and as file: the same filters, the same order.
type sheet[T any] struct {
	name    string // in addresses; words stand under governance.<name>
	columns []column[T]
	filters []filter[T]
	words   func(T) string // searched
	rows    []T
	cut     *cut // nil: all rows are here, and narrowed here
}

// cut says that the store narrowed and sorted the rows, and that they are one page of them.
type cut struct {
	total  int
	values map[string][]string // to choose from, by filter
}

// list is a sheet of any kind of row.
type list interface {
	page(r reader) listView
	csv(w io.Writer, query url.Values) error
	names() []string // of the file's columns
}

// chosen are the rows that a query asks for, in the order that it asks for.
func (s sheet[T]) chosen(query url.Values) []T {
	words := strings.Fields(search.Fold(query.Get("q")))
	out := make([]T, 0, len(s.rows))
	for _, row := range s.rows {
		if s.passes(row, query) && has(search.Fold(s.words(row)), words) {
			out = append(out, row)
		}
	}
	key, down := strings.CutPrefix(query.Get("sort"), "-")
	for _, c := range s.columns {
		if c.name != key {
			continue
		}
		order := c.order
		if order == nil {
			order = func(a, b T) int { return cmp.Compare(c.text(a), c.text(b)) }
		}
		slices.SortStableFunc(out, func(a, b T) int {
			if down {
				return order(b, a)
			}
			return order(a, b)
		})
	}
	return out
}

func has(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

func (s sheet[T]) passes(row T, query url.Values) bool {
	for _, f := range s.filters {
		if want := query.Get(f.name); want != "" && !slices.Contains(strings.Fields(f.value(row)), want) {
			return false
		}
	}
	return true
}

func (s sheet[T]) names() []string {
	out := make([]string, len(s.columns))
	for i, c := range s.columns {
		out[i] = c.name
	}
	return out
}

// csv writes the chosen rows as a file.
func (s sheet[T]) csv(w io.Writer, query url.Values) error {
	return writeTable(w, s.names(), func(yield func([]string) error) error {
		for _, row := range s.chosen(query) {
			cells := make([]string, len(s.columns))
			for i, c := range s.columns {
				cells[i] = c.text(row)
			}
			if err := yield(cells); err != nil {
				return err
			}
		}
		return nil
	})
}

// listView is a list as it is shown.
type listView struct {
	Name    string
	Query   string
	Filters []listFilter
	Table   web.Table
	Pages   web.Pages
	Total   int
	CSV     string
	Links   []link
	Notes   []string
}

type listFilter struct {
	web.Field
	Choices []web.Choice
}

// link leads to another page; a main one is what the page is for.
type link struct{ Text, Path string }

const pageSize = 50

// page is the list with what its address asks for.
func (s sheet[T]) page(r reader) listView {
	rows := s.rows
	if s.cut == nil {
		rows = s.chosen(r.Query)
	}
	total := len(rows)
	if s.cut != nil {
		total = s.cut.total
	}
	d := listView{Name: s.name, Query: r.Query.Get("q"), Total: total, Pages: r.PageOf(pageSize, total)}
	if s.cut == nil {
		rows = rows[d.Pages.Offset():min(len(rows), d.Pages.Offset()+pageSize)]
	}
	d.Table = web.Table{
		ID: s.name, Caption: r.T("governance." + s.name + ".caption"), Mode: web.Records,
		Empty: web.Empty{Why: r.T("governance.list.empty"), Next: r.T("governance.list.empty-next"), Path: "/governance/" + s.name},
	}
	for _, c := range s.columns {
		if c.cell != nil {
			d.Table.Columns = append(d.Table.Columns, r.SortBy(c.name, web.Column{Head: r.T("governance.column." + word(c.name)), Numeric: c.right}))
		}
	}
	for _, row := range rows {
		var cells []web.Cell
		for _, c := range s.columns {
			if c.cell != nil {
				cells = append(cells, c.cell(row))
			}
		}
		d.Table.Rows = append(d.Table.Rows, web.Row{Cells: cells})
	}
	for _, f := range s.filters {
		d.Filters = append(d.Filters, s.asked(r, f))
	}
	return d
}

// asked is a filter with what the address chose. A filter without choices offers the values
// that occur, departments by name.
func (s sheet[T]) asked(r reader, f filter[T]) listFilter {
	chosen := r.Query.Get(f.name)
	out := listFilter{Field: web.Field{Name: f.name, Label: r.T("governance.column." + word(f.name))}}
	out.Choices = []web.Choice{{Label: r.T("governance.list.all"), Chosen: chosen == ""}}
	choices := f.choices
	if choices == nil {
		for _, value := range s.values(f) {
			name, l := r.office(value)
			choices = append(choices, web.Choice{Value: value, Label: name, Lang: l})
		}
		slices.SortFunc(choices, func(a, b web.Choice) int { return cmp.Compare(a.Value, b.Value) })
	}
	for _, c := range choices {
		c.Chosen = c.Value == chosen
		out.Choices = append(out.Choices, c)
	}
	return out
}

// values are those that occur.
func (s sheet[T]) values(f filter[T]) (out []string) {
	if s.cut != nil {
		return s.cut.values[f.name]
	}
	seen := map[string]bool{}
	for _, row := range s.rows {
		for value := range strings.FieldsSeq(f.value(row)) {
			if !seen[value] {
				seen[value] = true
				out = append(out, value)
			}
		}
	}
	return out
}

// word is the key of a column's name: keys have hyphens.
func word(name string) string { return strings.ReplaceAll(name, "_", "-") }

// choicesOf offers the values of a kind, whose words stand under governance.<kind>.
func choicesOf[T ~string](r reader, kind string, values []T) []web.Choice {
	var out []web.Choice
	for _, x := range values {
		out = append(out, web.Choice{Value: string(x), Label: r.T("governance." + kind + "." + string(x))})
	}
	return out
}
