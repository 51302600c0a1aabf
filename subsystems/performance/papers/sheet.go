package papers

import (
	"praya/kernel/lang"
	"praya/kernel/money"
)

// A Sheet is everything that the report of one Head and financial year says.
// Its figures are exact decimals in the unit that the field names; its words
// are given in Traditional Chinese and English.
type Sheet struct {
	Head        string       `json:"head"` // "47"
	Year        string       `json:"year"` // "2026-27"
	Title       lang.Text    `json:"title"`
	Office      lang.Text    `json:"office"`  // name in sentences, 數字政策辦公室
	Officer     lang.Text    `json:"officer"` // the controlling officer, 數字政策專員
	Area        PolicyArea   `json:"area"`
	Programmes  []Programme  `json:"programmes"`
	Subheads    []Subhead    `json:"subheads"`
	Components  []Component  `json:"components"` // of subhead 000
	Commitments []Commitment `json:"commitments"`
	Posts       Posts        `json:"posts"`
	Footnotes   []Footnote   `json:"footnotes"`
	Invented    bool         `json:"invented"` // some figure or word is made up: the report says so
}

// A PolicyArea is the number and name of a policy area 政策範圍, and who is
// secretary for it.
type PolicyArea struct {
	Number    string    `json:"number"`
	Name      lang.Text `json:"name"`
	Secretary lang.Text `json:"secretary"`
}

// A Figure is one figure of a table with its footnote marks. Without a value
// it is missing: tables of money print a dash (which says nil), tables of
// measures 不適用.
type Figure struct {
	Value *money.Decimal `json:"value"`
	Marks []string       `json:"marks,omitempty"`
}

// Known makes a figure of a value.
func Known(d money.Decimal, marks ...string) Figure { return Figure{Value: &d, Marks: marks} }

// Amounts are the four columns of every table of provision, in this order:
// actual of two years before, original and revised estimate of the year
// before, estimate of the year.
type Amounts [4]Figure

// Places in Amounts.
const (
	Actual = iota
	Original
	Revised
	Estimate
)

// A Programme 綱領 is known by its number within one Head and year.
type Programme struct {
	Number      string      `json:"number"` // "1"
	Name        lang.Text   `json:"name"`
	Provision   Amounts     `json:"provisionMillions"` // one place after the point
	Aim         lang.Text   `json:"aim"`
	Description []lang.Text `json:"description"`
	Done        []Item      `json:"done"`  // what the office did in the year before
	Ahead       []Item      `json:"ahead"` // matters requiring special attention
	Targets     []Target    `json:"targets"`
	Indicators  []Indicator `json:"indicators"`          // counted by calendar years
	Financial   []Indicator `json:"financialIndicators"` // counted by financial years
	Reason      lang.Text   `json:"reason"`              // what follows 主要由於; asked for over a threshold
	NetPosts    int         `json:"netPosts"`            // net change of posts during the year
	Owner       string      `json:"owner"`               // of whom the reason is asked: a post, in words
}

// An Item is one line of what was done or is to be done; ID is the initiative
// that it speaks of, empty when it speaks of none.
type Item struct {
	ID    string    `json:"id,omitempty"`
	Words lang.Text `json:"words"`
}

// A Target 目標: the target itself, the actuals of the last two calendar years,
// and the plan.
type Target struct {
	ID                         string    `json:"id,omitempty"` // the measure
	Name                       lang.Text `json:"name"`
	Unit                       lang.Text `json:"unit"` // printed in brackets behind the name
	Target, Before, Last, Plan Figure
	Marks                      []string `json:"marks,omitempty"`
}

// An Indicator 指標 has three columns: two years before, the year before, the
// year. By calendar years these are actual, actual, estimate; by financial
// years actual, revised estimate, estimate.
type Indicator struct {
	ID                   string    `json:"id,omitempty"`
	Under                lang.Text `json:"under"` // heading within the table, when several stand under one
	Name                 lang.Text `json:"name"`
	Unit                 lang.Text `json:"unit"`
	Before, Last, Coming Figure
	Marks                []string `json:"marks,omitempty"`
}

// Accounts and kinds of subhead.
const (
	Operating = "operating" // 經營帳目
	Capital   = "capital"   // 非經營帳目

	Recurrent    = "recurrent"     // 經常開支, operating
	NonRecurrent = "non-recurrent" // 非經常開支, operating
	Plant        = "plant"         // 機器、設備及工程, capital
	Subventions  = "subventions"   // 資助金, capital
)

// A Subhead 分目.
type Subhead struct {
	Code    string    `json:"code"` // three digits
	Name    lang.Text `json:"name"`
	Account string    `json:"account"`
	Kind    string    `json:"kind"`
	Amounts Amounts   `json:"amountsThousands"`
	Marks   []string  `json:"marks,omitempty"`
	Reason  lang.Text `json:"reason"` // what follows 主要由於, in the details
	Each    *Limits   `json:"each,omitempty"`
	Owner   string    `json:"owner"`
}

// Limits are what one item of a block vote costs: over From and not over To.
type Limits struct {
	From money.Decimal `json:"fromDollars"`
	To   money.Decimal `json:"toDollars"`
}

// A Component is one line of the analysis of subhead 000.
type Component struct {
	Group   lang.Text `json:"group"` // 個人薪酬
	Name    lang.Text `json:"name"`
	Amounts Amounts   `json:"amountsThousands"`
}

// A Commitment 承擔額 as it stands for the year before.
type Commitment struct {
	Subhead     string    `json:"subhead"` // 700
	Item        string    `json:"item"`    // 802
	Name        lang.Text `json:"name"`
	Approved    Figure    `json:"approvedThousands"`
	Accumulated Figure    `json:"accumulatedThousands"` // to 31 March of the year before last
	Revised     Figure    `json:"revisedThousands"`
	Balance     Figure    `json:"balanceThousands"`
	Marks       []string  `json:"marks,omitempty"`
}

// Posts are the establishment at the two ends of the year, and the ceiling on
// the notional annual mid-point salary value of non-directorate posts.
type Posts struct {
	NonDirectorateFrom int           `json:"nonDirectorateFrom"` // at 31 March on which the year begins
	NonDirectorateTo   int           `json:"nonDirectorateTo"`
	DirectorateFrom    int           `json:"directorateFrom"`
	DirectorateTo      int           `json:"directorateTo"`
	Ceiling            money.Decimal `json:"ceilingThousands"`
}

// Net is the change of the whole establishment during the year.
func (p Posts) Net() int {
	return p.NonDirectorateTo + p.DirectorateTo - p.NonDirectorateFrom - p.DirectorateFrom
}

// A Footnote is printed below every table that bears its mark.
type Footnote struct {
	Mark  string    `json:"mark"`
	Words lang.Text `json:"words"`
}

// FootnoteMarks are the marks that a sheet may use, in the order in which they
// should be taken: signs that neither language uses for anything else.
func FootnoteMarks() []string {
	return []string{"△", "‡", "†", "§", "#", "@", "Ω", "Λ", "Ψ", "Φ"}
}
