package estimates

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/money"
	"praya/subsystems/estimates/internal/paper"
)

// factsColumns are the columns of our own CSV of facts: what the download gives, what
// `praya estimates read --csv` writes and what import reads back.
var factsColumns = []string{
	"kind", "head", "year", "table", "row", "column", "value", "unit", "raw", "line", "cell", "marks", "how",
	"from", "why", "code", "name", "group", "total", "order", "source",
}

const factsHeader = "kind,head,year,table,row,column,value,unit,raw,line,cell,marks,how"

// writeFacts writes facts as CSV (RFC 4180), with its heading row.
func writeFacts(w io.Writer, facts []paper.Fact) error {
	out := csv.NewWriter(w)
	if err := out.Write(factsColumns); err != nil {
		return err
	}
	for _, f := range facts {
		if err := out.Write(factRecord(f)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func factRecord(f paper.Fact) []string {
	value := ""
	if f.Value != nil {
		value = f.Value.String()
	}
	return []string{
		f.Kind, f.Head, f.Year, f.Table, disarm(f.Row), f.Column, value, f.Unit, disarm(f.Raw),
		strconv.Itoa(f.Line), strconv.Itoa(f.Cell), strings.Join(f.Marks, " "), f.How,
		joinLines(f.From), f.Why, f.Code, disarm(f.Name), disarm(f.Group), f.Total, strconv.Itoa(f.Order), f.Source,
	}
}

// disarm keeps a spreadsheet from taking printed words for a formula. What begins with the
// apostrophe already gets another, so that rearm gives every text back.
func disarm(s string) string {
	if armed(s) {
		return "'" + s
	}
	return s
}

// armed reports whether a spreadsheet would compute a text, apart from apostrophes before it:
// = @ tab and return always do; + and - do unless a plain number follows.
func armed(s string) bool {
	s = strings.TrimLeft(s, "'")
	if s == "" {
		return false
	}
	switch s[0] {
	case '=', '@', '\t', '\r':
		return true
	case '+', '-':
		return strings.Trim(s[1:], "0123456789.,% ") != ""
	}
	return false
}

func rearm(s string) string {
	if strings.HasPrefix(s, "'") && armed(s) {
		return s[1:]
	}
	return s
}

// readFacts reads a CSV of facts, of one or many heads, back into papers without text.
func readFacts(name string, r io.Reader) ([]*paper.Paper, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = len(factsColumns)
	in.ReuseRecord = true
	heading, err := in.Read()
	if err == nil && !slices.Equal(heading, factsColumns) {
		err = errors.New("the heading is not that of facts")
	}
	if err != nil {
		return nil, badFacts(name, 1, err)
	}
	groups := map[string][]paper.Fact{}
	var order []string
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, badFacts(name, lineOf(err), err)
		}
		line, _ := in.FieldPos(0)
		f, err := parseFact(record)
		if err != nil {
			return nil, badFacts(name, line, err)
		}
		key := f.Head + "|" + f.Year + "|" + f.Source
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], f)
	}
	if len(order) == 0 {
		return nil, fault.New(fault.Invalid, "estimates.fault.no-facts", "file", name)
	}
	papers := make([]*paper.Paper, 0, len(order))
	for _, key := range order {
		facts := groups[key]
		papers = append(papers, paper.Restore(facts[0].Head, facts[0].Year, facts[0].Source, titleIn(facts), facts))
	}
	return papers, nil
}

// lineOf is the first line of the record that a CSV reader could not read.
func lineOf(err error) int {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return parse.StartLine
	}
	return 0
}

func badFacts(name string, line int, err error) error {
	var input *paper.InputError
	if errors.As(err, &input) {
		return err // the file, not its facts
	}
	return fault.New(fault.Invalid, "estimates.fault.bad-facts", "file", name, "line", strconv.Itoa(line)).Because(err)
}

func parseFact(c []string) (paper.Fact, error) {
	c = append([]string(nil), c...)
	f := paper.Fact{
		Kind: c[0], Head: c[1], Year: c[2], Table: c[3], Row: rearm(c[4]), Column: c[5], Unit: c[7], Raw: rearm(c[8]),
		Marks: strings.Fields(c[11]), How: c[12], Why: c[14], Code: c[15], Name: rearm(c[16]), Group: rearm(c[17]),
		Total: c[18], Source: c[20],
	}
	var err error
	number := func(s string) int {
		n, e := strconv.Atoi(s)
		if e != nil || n < 0 {
			err = errors.Join(err, fmt.Errorf("%q is not a number", s))
		}
		return n
	}
	f.Line, f.Cell, f.Order = number(c[9]), number(c[10]), number(c[19])
	for _, s := range strings.Fields(c[13]) {
		f.From = append(f.From, number(s))
	}
	if c[6] != "" {
		d, e := money.Parse(c[6])
		err = errors.Join(err, e)
		f.Value = &d
	}
	if !paper.Known(f) {
		err = errors.Join(err, fmt.Errorf("%s, %s, %s: kind, table, source or how is not on the closed lists", f.Kind, f.Table, f.Source))
	}
	if !number3(f.Head) || !financialYear(f.Year) {
		err = errors.Join(err, fmt.Errorf("%q, %q: not the number of a head and a financial year", f.Head, f.Year))
	}
	if !utf8.ValidString(strings.Join(c, "")) {
		err = errors.Join(err, errors.New("the text is not UTF-8"))
	}
	return f, err
}

// number3 reports whether a text is the number of a head: addresses are made of it.
func number3(s string) bool { return len(s) >= 1 && len(s) <= 3 && strings.Trim(s, "0123456789") == "" }

// financialYear reports whether a text is a year as papers write it.
func financialYear(s string) bool {
	first, _, _ := strings.Cut(s, "-")
	n, err := strconv.Atoi(first)
	return err == nil && len(first) == 4 && fiscal(n) == s
}

func titleIn(facts []paper.Fact) string {
	for _, f := range facts {
		if f.Kind == paper.KindTitle {
			return f.Name
		}
	}
	return ""
}

// figuresOnly leaves the sentences of a paper out and keeps its figures and names: what may
// be passed on of a paper whose words are somebody's copyright.
func figuresOnly(facts []paper.Fact) []paper.Fact {
	var out []paper.Fact
	for _, f := range facts {
		switch f.Kind {
		case paper.KindTitle, paper.KindProgramme:
			out = append(out, f)
		case paper.KindFootnote, paper.KindReason:
			f.Raw = gist(f)
			out = append(out, f)
		default:
			if f.Value != nil {
				out = append(out, f)
			}
		}
	}
	return out
}

// gist says in our words what a footnote or a reason is about, so that the checks that it
// explains still know, and where it stands.
func gist(f paper.Fact) string {
	what := ""
	switch {
	case f.Kind == paper.KindReason:
		what = "撥款增減的原因，"
	case transfers(f.Raw):
		what = "涉及重組或轉撥，"
	case strings.Contains(f.Raw, "承擔額") && strings.Contains(f.Raw, "增加"):
		what = "涉及承擔額增加，"
	}
	return "（摘要）" + what + "見原文第" + strconv.Itoa(f.Line) + "行"
}
