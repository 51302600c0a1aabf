package papers

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
)

// A Problem is what does not hold in a sheet: which rule, in which row and
// column, and by how much. Refuses says that the report may not be submitted
// with it; the others are told.
type Problem struct {
	Rule       string // one of the rules below; the key of its sentence is papers.rule.<rule>
	Row        string // what the row is called, in Chinese where it has a name
	Column     string // "2025-26 revised", empty where the rule is of no column
	Computed   *money.Decimal
	Stated     *money.Decimal
	Difference *money.Decimal // Computed − Stated, in the unit of Stated
	Refuses    bool
}

// Rules that Check works out.
const (
	RuleYear             = "year"              // the financial year is no year
	RuleHead             = "head"              // the number of the Head is no number
	RuleProgrammes       = "programmes"        // no programme, or two with one number or name
	RuleWords            = "words"             // words are missing in one of the languages
	RuleCharacters       = "characters"        // words hold a tab, an end of line or a control character
	RulePlaces           = "places"            // more places after the point than the unit has
	RuleRow              = "row"               // two rows of one table have one number, or a number is none
	RuleProvision        = "provision"         // programmes are not the subheads
	RuleExplained        = "explained"         // they are not, and a footnote on them is there to say why
	RuleComponents       = "components"        // components are not subhead 000
	RuleBalance          = "balance"           // approved − accumulated − revised is not the balance
	RuleOverdrawn        = "overdrawn"         // more is spent than approved
	RuleSubhead          = "subhead"           // commitments take more than their subhead has
	RulePosts            = "posts"             // programmes' changes are not the whole change; a number below nought
	RuleLimits           = "limits"            // limits out of order, or a provision below the lower one
	RuleMarks            = "marks"             // a mark without a footnote, or one that is no mark
	RuleNegative         = "negative"          // a Head's whole expenditure below nought
	RuleFootnoteUnneeded = "footnote-unneeded" // a footnote that nothing bears the mark of
)

// Check works out every sum that must hold before the report is written.
func (s Sheet) Check() []Problem {
	c := &checker{sheet: &s}
	c.frame()
	c.places()
	if len(c.out) > 0 {
		return c.out // sums of rows that aren't rows would only mislead
	}
	c.words()
	c.provision()
	c.components()
	c.commitments()
	c.posts()
	c.limits()
	c.marks()
	return c.out
}

// Refused says whether one of the problems forbids to submit.
func Refused(list []Problem) bool {
	return slices.ContainsFunc(list, func(p Problem) bool { return p.Refuses })
}

type checker struct {
	sheet *Sheet
	out   []Problem
}

func (c *checker) say(rule, row, column string) {
	c.out = append(c.out, Problem{Rule: rule, Row: row, Column: column, Refuses: true})
}

// differ records a computed and a stated figure that are not the same.
func (c *checker) differ(rule, row, column string, computed, stated money.Decimal, refuses bool) {
	p := Problem{Rule: rule, Row: row, Column: column, Computed: &computed, Stated: &stated, Refuses: refuses}
	if d, err := computed.Sub(stated); err == nil {
		p.Difference = &d
	}
	c.out = append(c.out, p)
}

// frame: year, head, and the numbers of rows.
func (c *checker) frame() {
	s := c.sheet
	if _, err := when.ParseFinancialYear(s.Year); err != nil {
		c.say(RuleYear, s.Year, "")
	}
	if n, err := strconv.Atoi(s.Head); err != nil || n < 1 || n > 999 || strconv.Itoa(n) != s.Head {
		c.say(RuleHead, s.Head, "")
	}
	if len(s.Programmes) == 0 || len(s.Subheads) == 0 {
		c.say(RuleProgrammes, "", "")
	}
	numbers, names := map[string]bool{}, map[string]bool{}
	for _, p := range s.Programmes {
		n, err := strconv.Atoi(p.Number)
		if err != nil || n < 1 || n > 99 || numbers[p.Number] || names[p.Name.TC] {
			c.say(RuleProgrammes, p.Number+" "+p.Name.TC, "")
		}
		numbers[p.Number], names[p.Name.TC] = true, true
	}
	codes := map[string]bool{}
	row := func(code, name string) {
		if !threeDigits(code) || codes[code] {
			c.say(RuleRow, code+" "+name, "")
		}
		codes[code] = true
	}
	for _, h := range s.Subheads {
		row(h.Code, h.Name.TC)
		if _, ok := kindWords(h.Account, h.Kind); !ok {
			c.say(RuleRow, h.Code+" "+h.Name.TC, "")
		}
	}
	clear(codes)
	for _, i := range s.Commitments {
		row(i.Item, i.Name.TC)
	}
}

func threeDigits(s string) bool {
	return len(s) == 3 && strings.Trim(s, "0123456789") == ""
}

// words: what is printed in both languages must be there in both, on one line.
func (c *checker) words() {
	for _, w := range c.sheet.texts() {
		if w.needed && (strings.TrimSpace(w.text.TC) == "" || strings.TrimSpace(w.text.EN) == "") {
			c.say(RuleWords, w.where, "")
		}
		if !plain(w.text.TC) || !plain(w.text.EN) {
			c.say(RuleCharacters, w.where, "")
		}
	}
}

// plain says that a text stands on one line and can't forge a cell.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar })
}

type printedText struct {
	where  string
	text   lang.Text
	needed bool
}

// texts lists every text of a sheet with the place where it stands.
func (s *Sheet) texts() []printedText {
	var out []printedText
	add := func(where string, needed bool, list ...lang.Text) {
		for _, t := range list {
			out = append(out, printedText{where, t, needed})
		}
	}
	add("title", true, s.Title, s.Office, s.Officer, s.Area.Name, s.Area.Secretary)
	for i := range s.Programmes {
		p := &s.Programmes[i]
		add(p.Number+" "+p.Name.TC, true, p.Name, p.Aim)
		add(p.Number+" "+p.Name.TC, true, p.Description...)
		add(p.Number+" "+p.Name.TC, false, p.Reason)
		for _, list := range [][]Item{p.Done, p.Ahead} {
			for _, it := range list {
				add(p.Number+" "+p.Name.TC, true, it.Words)
			}
		}
		for _, t := range p.Targets {
			add(t.Name.TC, true, t.Name)
			add(t.Name.TC, false, t.Unit)
		}
		for _, list := range [][]Indicator{p.Indicators, p.Financial} {
			for _, t := range list {
				add(t.Name.TC, true, t.Name)
				add(t.Name.TC, false, t.Unit, t.Under)
			}
		}
	}
	for _, h := range s.Subheads {
		add(h.Code+" "+h.Name.TC, true, h.Name)
		add(h.Code+" "+h.Name.TC, false, h.Reason)
	}
	for _, x := range s.Components {
		add(x.Name.TC, true, x.Group, x.Name)
	}
	for _, x := range s.Commitments {
		add(x.Item+" "+x.Name.TC, true, x.Name)
	}
	for _, f := range s.Footnotes {
		add(f.Mark, true, f.Words)
	}
	return out
}
