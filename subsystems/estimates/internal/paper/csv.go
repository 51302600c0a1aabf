package paper

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
)

// The figures of the whole government are published as four CSV files, a row
// for each programme, subhead, kind of expense or commitment of every head.
// They carry no names of heads, no totals and no footnotes.

// sniffCSV says which of the CSV files a text is, by its first heading.
func sniffCSV(text string) (source string, ok bool) {
	start := text[:min(len(text), 2000)]
	if strings.HasPrefix(start, "#") && strings.Contains(start, "year,head_no") {
		return SourceSeries, true
	}
	first, rest, comma := strings.Cut(start, ",")
	if !comma || fold(strings.Trim(first, "\" ")) != "總目" {
		return "", false
	}
	key := fold(rest)
	switch {
	case strings.Contains(key, "綱領編號"):
		return SourceProvision, true
	case strings.Contains(key, "項目(編號)"):
		return SourceCommitments, true
	case strings.Contains(key, "分目(編號)"):
		return SourceSubheads, true
	case strings.Contains(key, "開支組成項目"):
		return SourceExpenses, true
	}
	return "", false
}

// A sheet reads the records of one CSV into papers, one for each head.
type sheet struct {
	file    string
	source  string
	table   string
	names   map[string]int // cell of each column of words
	columns []column       // of each cell; role "" for words
	reimb   int            // cell of 發還款項, -1 when there is none
	year    fiscal
	lines   []string
	papers  []*Paper
	byHead  map[string]*Paper
	orders  map[*Paper]int
	code    string

	problems []Problem // of the headings, told in every paper
}

func readCSV(file, source, text string, lines []string, lim Limits) ([]*Paper, error) {
	if source == SourceSeries {
		return readSeries(file, lines)
	}
	s := &sheet{
		file: file, source: source, lines: lines, names: make(map[string]int), reimb: -1,
		byHead: make(map[string]*Paper), orders: make(map[*Paper]int),
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	cells := 0
	for n := 0; ; n++ {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, csvError(file, err)
		}
		if cells += len(rec); cells > lim.MaxCells {
			return nil, &InputError{File: file, Key: InputTooMany, Args: []string{strconv.Itoa(lim.MaxCells)}}
		}
		line, _ := r.FieldPos(0)
		if n == 0 {
			if err := s.heading(rec); err != nil {
				return nil, err
			}
			continue
		}
		if head := s.word(rec, "總目"); head == "" || strings.Trim(head, "0123456789") != "" || len(head) > 3 {
			return nil, &InputError{File: file, Line: line, Key: InputCSV, Args: []string{"no number of a head"}}
		}
		last, _ := r.FieldPos(len(rec) - 1)
		s.record(rec, line, last)
	}
	if len(s.papers) == 0 {
		return nil, &InputError{File: file, Key: InputCSV, Args: []string{"no record"}}
	}
	return s.papers, nil
}

func csvError(file string, err error) error {
	line := 0
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		line = pe.Line
	}
	return &InputError{File: file, Line: line, Key: InputCSV, Args: []string{err.Error()}, Err: err}
}

// heading resolves the heading record.
func (s *sheet) heading(rec []string) error {
	s.table = map[string]string{
		SourceProvision: TableProvision, SourceSubheads: TableSubheads,
		SourceExpenses: TableExpenses, SourceCommitments: TableCommitments,
	}[s.source]
	s.columns = make([]column, len(rec))
	votes := make(map[fiscal]int)
	for i, h := range rec {
		key := fold(h)
		c, ok := parseHeading(key)
		if ok && c.role != "" {
			s.columns[i] = c
			if c.year != 0 && !c.odd {
				votes[fiscal(c.year-roleOffset(c.role))]++
			}
			continue
		}
		if base, _ := takeUnit(key); base == "發還款項" {
			s.reimb = i
			continue
		}
		s.names[key] = i
	}
	for y, n := range votes {
		if n > votes[s.year] || n == votes[s.year] && y > s.year {
			s.year = y
		}
	}
	if s.year == 0 {
		return &InputError{File: s.file, Line: 1, Key: InputCSV, Args: []string{"no financial year in the headings"}}
	}
	s.headingYears()
	return nil
}

// headingYears holds the headings to the year that most of them name, and to
// the columns that such a file has.
func (s *sheet) headingYears() {
	have := make(map[string]bool)
	for i := range s.columns {
		c := &s.columns[i]
		if want := int(s.year) + roleOffset(c.role); c.year != 0 && (c.odd || c.year != want) {
			s.problems = append(s.problems, problem(1, i+1, ProblemHeading, c.name()))
			c.odd, c.year = true, want
		}
		have[c.name()] = true
	}
	for _, c := range expectedColumns(s.table, s.year) {
		if !have[c.name()] {
			s.problems = append(s.problems, problem(1, 0, ProblemLostColumn, c.name()))
		}
	}
}

// word gives a cell of words by the heading of its column.
func (s *sheet) word(rec []string, heading string) string {
	if i, ok := s.names[heading]; ok && i < len(rec) {
		return strings.TrimSpace(rec[i])
	}
	return ""
}

// record turns one record into facts of its head.
func (s *sheet) record(rec []string, line, last int) {
	head := s.word(rec, "總目")
	p := s.paper(head)
	for n := line; n <= last && n <= len(s.lines); n++ {
		p.Lines, p.LineNumbers = append(p.Lines, s.lines[n-1]), append(p.LineNumbers, n)
	}
	f := s.names4(rec)
	s.orders[p]++
	f.Order, f.Line, f.Head, f.Year, f.Source, f.Table = s.orders[p], line, head, s.year.String(), s.source, s.table
	lost := len(rec) != len(s.columns)
	if lost {
		p.Problems = append(p.Problems, problem(line, 0, ProblemLostCell, strconv.Itoa(len(rec)), strconv.Itoa(len(s.columns))))
	}
	for i, c := range s.columns {
		if i >= len(rec) || c.role == "" && i != s.reimb {
			continue
		}
		s.cell(p, f, c, i, rec[i], lost)
	}
}

// cell is the fact of one figure; of a record with lost cells it is unplaced.
func (s *sheet) cell(p *Paper, f Fact, c column, i int, raw string, lost bool) {
	if blank(raw) {
		return
	}
	v := parseValue(raw)
	f.Kind, f.Column, f.Unit, f.Raw, f.Cell, f.Value = kindOfTable(s.table), c.name(), c.unit, raw, i+1, v.num
	f.How, f.Marks = Printed, append([]string{}, v.marks...)
	if i == s.reimb {
		f.Kind, f.Column, f.Unit = KindReimburse, KindReimburse, UnitThousand
	}
	switch {
	case v.num == nil:
		p.Problems = append(p.Problems, problem(f.Line, f.Cell, ProblemCell, raw))
		f.Kind, f.Column = KindUnplaced, ""
	case lost:
		p.Problems = append(p.Problems, problem(f.Line, f.Cell, ProblemUnplaced, raw))
		f.Kind, f.Column = KindUnplaced, ""
	case c.odd:
		f.How, f.Why, f.From = Inferred, WhyHeadingLost, []int{1}
	case v.odd:
		p.Problems = append(p.Problems, problem(f.Line, f.Cell, ProblemGrouping, raw))
		f.How, f.Why = Inferred, WhyOddGrouping
	}
	p.Facts = append(p.Facts, f)
}

// names4 gives number, name and group of a record of any of the four files.
func (s *sheet) names4(rec []string) Fact {
	var f Fact
	switch s.source {
	case SourceProvision:
		f.Code, f.Name = s.word(rec, "綱領編號"), s.word(rec, "綱領")
		f.Group = f.Code
		if body := s.word(rec, "機構"); body != "" {
			f.Name += "：" + body
		}
	case SourceSubheads:
		f.Code, f.Name = s.word(rec, "分目(編號)"), s.word(rec, "分目")
		f.Group = joinGroup(s.word(rec, "帳目"), s.word(rec, "種類"))
		if f.Code == "" && s.code != "" && s.reimb >= 0 && s.reimb < len(rec) && !blank(rec[s.reimb]) {
			f.Name += " (" + s.code + ")"
		}
		s.code = f.Code
	case SourceExpenses:
		f.Name, f.Group = s.word(rec, "傳統分目"), s.word(rec, "開支組成項目")
	case SourceCommitments:
		f.Code, f.Name, f.Group = s.word(rec, "項目(編號)"), s.word(rec, "涵蓋的範圍"), s.word(rec, "分目(編號)")
	}
	f.Row = strings.TrimSpace(f.Code + " " + f.Name)
	return f
}

func (s *sheet) paper(head string) *Paper {
	p := s.byHead[head]
	if p == nil {
		p = &Paper{Head: head, Year: s.year.String(), Source: s.source, Problems: append([]Problem(nil), s.problems...)}
		s.byHead[head] = p
		s.papers = append(s.papers, p)
	}
	return p
}
