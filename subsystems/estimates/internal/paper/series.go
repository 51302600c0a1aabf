package paper

import (
	"strconv"
	"strings"
)

// A series is one head over many years, a record for each programme, subhead
// and head total of the paper of each year. Its comments name the columns:
//
//	## programmes: year,head_no,programme_no,programme_name,actual,original,revised,estimate (HK$m)
//
// "year" is the first calendar year of the paper's financial year.

type seriesTable struct {
	names []string
	unit  string
	table string
}

func readSeries(file string, lines []string) ([]*Paper, error) {
	var t *seriesTable
	byYear := make(map[string]*Paper)
	var papers []*Paper
	for i, l := range lines {
		l = strings.TrimSpace(l)
		switch {
		case strings.HasPrefix(l, "##"):
			t = seriesHeading(l)
		case l == "" || strings.HasPrefix(l, "#"):
		case t == nil:
			return nil, &InputError{File: file, Line: i + 1, Key: InputCSV, Args: []string{"no heading before the first record"}}
		default:
			rec, ok := splitRecord(l)
			year, err := strconv.Atoi(t.word(rec, "year"))
			head := t.word(rec, "head_no")
			if !ok || err != nil || !plausibleYear(year) || head == "" {
				return nil, &InputError{File: file, Line: i + 1, Key: InputCSV, Args: []string{"no year or head number"}}
			}
			y := fiscal(year)
			p := byYear[head+"/"+y.String()]
			if p == nil {
				p = &Paper{Head: head, Year: y.String(), Source: SourceSeries}
				byYear[head+"/"+y.String()] = p
				papers = append(papers, p)
			}
			t.record(p, y, rec, i+1, lines[i])
		}
	}
	if len(papers) == 0 {
		return nil, &InputError{File: file, Key: InputCSV, Args: []string{"no record"}}
	}
	return papers, nil
}

func seriesHeading(l string) *seriesTable {
	name, cols, ok := strings.Cut(strings.TrimSpace(strings.TrimLeft(l, "#")), ":")
	if !ok {
		return nil
	}
	t := &seriesTable{unit: UnitThousand, table: TableSubheads}
	cols, unit, _ := strings.Cut(cols, "(")
	if strings.Contains(unit, "HK$m") {
		t.unit = UnitMillion
	}
	if strings.Contains(name, "programme") {
		t.table = TableProvision
	}
	for _, c := range strings.Split(cols, ",") {
		t.names = append(t.names, strings.TrimSpace(c))
	}
	return t
}

// splitRecord cuts one record that stands on one line; quotes protect commas.
func splitRecord(l string) (out []string, ok bool) {
	var b strings.Builder
	quoted := false
	for _, r := range l {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ',' && !quoted:
			out = append(out, b.String())
			b.Reset()
		default:
			b.WriteRune(r)
		}
	}
	return append(out, b.String()), !quoted
}

func (t *seriesTable) word(rec []string, name string) string {
	for i, n := range t.names {
		if n == name && i < len(rec) {
			return strings.TrimSpace(rec[i])
		}
	}
	return ""
}

func (t *seriesTable) record(p *Paper, y fiscal, rec []string, line int, text string) {
	p.Lines, p.LineNumbers = append(p.Lines, text), append(p.LineNumbers, line)
	f := Fact{
		Head: p.Head, Year: p.Year, Source: p.Source, Table: t.table, Kind: kindOfTable(t.table), Unit: t.unit,
		Line: line, How: Printed, Marks: []string{}, Order: line,
	}
	f.Code, f.Name = t.word(rec, "programme_no"), t.word(rec, "programme_name")
	f.Group = f.Code
	if t.table == TableSubheads {
		f.Code, f.Name, f.Group = t.word(rec, "subhead_no"), t.word(rec, "subhead_name"), t.word(rec, "title")
		if f.Name == "" {
			f.Name, f.Total = "total", TotalHead
		}
	} else if f.Code == "0" {
		f.Code, f.Group, f.Total = "", "", TotalHead
	}
	f.Row = strings.TrimSpace(f.Code + " " + f.Name)
	lost := len(rec) != len(t.names)
	if lost {
		p.Problems = append(p.Problems, problem(line, 0, ProblemLostCell, strconv.Itoa(len(rec)), strconv.Itoa(len(t.names))))
	}
	for i, n := range t.names {
		role := n
		if n == "approved" {
			role = roleOriginal
		}
		if role != roleActual && role != roleOriginal && role != roleRevised && role != roleEstimate || i >= len(rec) || blank(rec[i]) {
			continue
		}
		t.cell(p, f, column{role: role, year: int(y) + roleOffset(role)}, i, rec[i], lost)
	}
}

func (t *seriesTable) cell(p *Paper, f Fact, c column, i int, raw string, lost bool) {
	v := parseValue(raw)
	f.Raw, f.Cell, f.Value, f.Column = raw, i+1, v.num, c.name()
	if v.num == nil || lost {
		p.Problems = append(p.Problems, problem(f.Line, f.Cell, ProblemUnplaced, raw))
		f.Kind, f.Column = KindUnplaced, ""
	}
	p.Facts = append(p.Facts, f)
}
