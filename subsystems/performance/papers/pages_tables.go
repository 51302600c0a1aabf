package papers

import (
	"io"
	"strconv"
	"strings"

	"praya/kernel/lang"
	"praya/platform/web"
)

func send(v *web.Visit, name, contentType string, r io.Reader) error {
	return v.Download(name, contentType, func(w io.Writer) error {
		_, err := io.Copy(w, r)
		return err
	})
}

func listTable(v *web.View, d listView) web.Table {
	t := web.Table{ID: "reports", Caption: v.T("papers.list.caption"), Columns: []web.Column{
		{Head: v.T("papers.list.year")}, {Head: v.T("papers.list.head")}, {Head: v.T("papers.list.state")}, {Head: v.T("papers.list.published")},
	}}
	for _, x := range d.Rows {
		d := Draft{Head: x.Head, Year: x.Year}
		revision := 0
		if x.State == Published {
			revision = x.Revision
		}
		name, l := x.Name.With(v.Lang())
		published := web.Cell{Body: web.Blank()}
		if x.State == Published {
			published = web.Cell{Text: v.Date(x.Published.Day())}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: x.Year, Path: v.Link(d.path("", revision))}, {Text: x.Head + " " + name, Lang: l}, {Body: stateOf(v, x.State), Small: v.T("papers.revision", "number", x.Revision)}, published,
		}})
	}
	return t
}

// printedTables are the tables of a block: another row of headings begins a
// table of its own.
func printedTables(v *web.View, d reportView, b Block) []web.Table {
	t := b.Table
	out := []web.Table{newTable(v, d, b, t.Heads[0], len(t.Heads) > 1)}
	for _, r := range t.Rows {
		if r.Head {
			next := newTable(v, d, b, r.Cells, false)
			next.Caption += " " + r.Cells[len(r.Cells)-1]
			out = append(out, next)
			continue
		}
		last := &out[len(out)-1]
		last.Rows = append(last.Rows, printedRow(v, d, t, r))
	}
	for i := range out {
		out[i].ID = "t-" + b.Section + "-" + t.Kind + "-" + strconv.Itoa(i)
	}
	return out
}

func newTable(v *web.View, d reportView, b Block, heads []string, thousands bool) web.Table {
	w := wordingOf(d.Report.Lang)
	h := w.heads()
	caption := map[string]string{
		TableProvision: h.provision, TableAnalysis: h.analysis, TableTargets: h.targets, TableIndicators: h.indicators,
		TableSubheads: h.subhead, TableExpenses: h.details, TableCommitments: h.commitment,
	}[b.Table.Kind]
	if b.Table.Programme != "" {
		caption = strings.TrimSpace(w.listed(b.Table.Programme, "")) + " " + caption
	}
	t := web.Table{Caption: caption, Lang: d.Report.Lang, Mode: web.Figures}
	if thousands {
		t.Unit = h.thousand
	}
	t.Columns = []web.Column{{Head: v.T("papers.column.name")}}
	for _, head := range heads[b.Table.Labels:] {
		t.Columns = append(t.Columns, web.Column{Head: head, Lang: d.Report.Lang, Numeric: true})
	}
	return t
}

func printedRow(v *web.View, d reportView, t *Table, r Row) web.Row {
	name := strings.TrimSpace(strings.Join(r.Cells[:t.Labels], " "))
	if name == "" {
		name = wordingOf(d.Report.Lang).heads().total
	}
	out := web.Row{Total: r.Strong && !r.Title, Cells: []web.Cell{{Text: name, Lang: d.Report.Lang}}}
	if path := rowPath(d, t, r); path != "" {
		out.Cells[0].Path = v.Link(path)
	}
	for _, cell := range r.Cells[t.Labels:] {
		c := web.Cell{Text: cell, Lang: d.Report.Lang}
		if cell == "" {
			c = web.Cell{Body: web.Blank()}
		}
		out.Cells = append(out.Cells, c)
	}
	return out
}

// rowPath leads from a row to what it is about.
func rowPath(d reportView, t *Table, r Row) string {
	switch {
	case r.ID == "":
		return ""
	case t.Kind == TableSubheads:
		return "/votes/" + d.Head + "/subheads/" + r.ID
	case t.Kind == TableCommitments:
		return "/votes/" + d.Head + "/commitments/" + r.ID
	}
	return "/performance/measures/" + r.ID
}

func changesTable(v *web.View, list []Change) web.Table {
	t := web.Table{ID: "changes", Caption: v.T("papers.refresh.caption"), Mode: web.Figures, NoHeads: true, Columns: []web.Column{
		{Head: v.T("papers.column.table")},
		{Head: v.T("papers.column.row")},
		{Head: v.T("papers.column.column")},
		{Head: v.T("papers.column.was"), Numeric: true},
		{Head: v.T("papers.column.is"), Numeric: true},
	}}
	for _, c := range list {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: tableName(v, c.Table)}, {Text: c.Row, Lang: lang.TC}, {Text: c.Column, Lang: lang.EN}, figureCell(c.Was), figureCell(c.Is),
		}})
	}
	return t
}

func figureCell(s string) web.Cell {
	if s == "" || s == noFigure {
		return web.Cell{}
	}
	return web.Cell{Text: s}
}

func tableName(v *web.View, kind string) string {
	if key := "papers.table." + kind; v.Has(key) {
		return v.T(key)
	}
	return kind
}

func differencesTable(v *web.View, list []Difference) web.Table {
	t := web.Table{ID: "differences", Caption: v.T("papers.check.differences"), Mode: web.Figures, NoHeads: true, Columns: []web.Column{
		{Head: v.T("papers.column.table")},
		{Head: v.T("papers.column.row")},
		{Head: v.T("papers.column.column")},
		{Head: v.T("papers.column.written"), Numeric: true},
		{Head: v.T("papers.column.read"), Numeric: true},
	}}
	for _, x := range list {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: tableName(v, x.Table)}, {Text: x.Row, Lang: lang.TC}, {Text: x.Column, Lang: lang.EN}, figureCell(x.Wanted), figureCell(x.Read),
		}})
	}
	return t
}

func faultsTable(v *web.View, list []Check) web.Table {
	t := web.Table{ID: "faults", Caption: v.T("papers.check.faults"), Mode: web.Figures, NoHeads: true, Columns: []web.Column{
		{Head: v.T("papers.column.check")},
		{Head: v.T("papers.column.row")},
		{Head: v.T("papers.column.column")},
		{Head: v.T("papers.column.difference"), Numeric: true},
		{Head: v.T("papers.column.lines")},
	}}
	for _, c := range list {
		difference := web.Cell{}
		if c.Difference != nil {
			difference.Text = grouped(*c.Difference)
		}
		var lines []string
		for _, n := range c.Lines {
			lines = append(lines, strconv.Itoa(n))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: c.Name, Lang: lang.EN}, {Text: c.Row, Lang: lang.TC}, {Text: c.Column, Lang: lang.EN}, difference, {Text: strings.Join(lines, ", ")},
		}})
	}
	return t
}

// problemText says what does not hold, and by how much.
func problemText(v *web.View, p Problem) string {
	said := v.T("papers.rule." + p.Rule)
	where := strings.TrimSpace(p.Row + " " + p.Column)
	if p.Difference == nil {
		return v.T("papers.rule-at", "rule", said, "where", where)
	}
	return v.T("papers.rule-by", "rule", said, "where", where, "computed", grouped(*p.Computed), "stated", grouped(*p.Stated), "difference", grouped(*p.Difference))
}
