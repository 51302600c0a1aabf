package votes

import (
	"regexp"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/money"
)

// LineKind says what a line of a book is.
type LineKind string

// The kinds of line.
const (
	Subheads   LineKind = "subhead"
	Components LineKind = "component"
	Programmes LineKind = "programme"
	Items      LineKind = "item"
	Ceilings   LineKind = "ceiling" // one line without a code: the ceiling of the year
)

// Recurrent is the subhead that components are parts of: operational expenses 運作開支.
const Recurrent = "000"

// Commitments is the subhead whose items are commitments: general non-recurrent 一般非經常開支.
const CommitmentSubhead = "700"

// Line is a row of a book as it was loaded: four columns whose meaning its kind gives, "" where
// a figure is not known.
type line struct {
	Kind    LineKind
	Code    string
	Within  string // of an item: its subhead
	Account string
	Group   lang.Text
	Name    lang.Text
	Note    lang.Text
	Columns [4]*money.Decimal
}

// Phase is which of the figures of a line and a year is meant.
type Phase string

// The phases of a year's figure.
const (
	Original Phase = "original" // approved with the Estimates 核准預算
	Revised  Phase = "revised"  // 修訂預算
	Actual   Phase = "actual"   // 實際開支
)

func (p Phase) valid() bool { return p == Original || p == Revised || p == Actual }

// codeForm: codes stand in addresses and account names. Components may be named by their words.
var (
	codeForm      = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z-]{0,23}$`)
	headForm      = regexp.MustCompile(`^[0-9A-Z]{1,6}$`)
	componentForm = regexp.MustCompile(`^[^/\s\pC]{1,60}$`)
)

// ComponentCode makes a code of a component's name, for papers, which give none.
func ComponentCode(name lang.Text) string {
	code := []rune(strings.Join(strings.Fields(strings.ReplaceAll(name.In(lang.TC), "/", "")), ""))
	return string(code[:min(len(code), 60)])
}
