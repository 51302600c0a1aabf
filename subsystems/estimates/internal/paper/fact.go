package paper

import "praya/kernel/money"

// A Fact is one thing that a paper says. docs/apis/estimates-facts.md is the
// contract of its JSON form and of the closed lists below.
type Fact struct {
	Kind   string         `json:"kind"`
	Head   string         `json:"head"`
	Year   string         `json:"year"`
	Table  string         `json:"table"`
	Row    string         `json:"row"`
	Column string         `json:"column"`
	Value  *money.Decimal `json:"value"`
	Unit   string         `json:"unit"`
	Raw    string         `json:"raw"`
	Line   int            `json:"line"`
	Cell   int            `json:"cell"`
	Marks  []string       `json:"marks"`
	How    string         `json:"how"`
	From   []int          `json:"from,omitempty"`   // lines that a derived or inferred fact rests on
	Why    string         `json:"why,omitempty"`    // its reason, one of Whys
	Code   string         `json:"code,omitempty"`   // programme number, subhead or item code
	Name   string         `json:"name,omitempty"`   // name without code
	Group  string         `json:"group,omitempty"`  // account/kind, subhead of an item, programme of a target
	Total  string         `json:"total,omitempty"`  // what the row is the total of, one of Totals
	Order  int            `json:"order,omitempty"`  // number of the row in its paper; joins the figures of one row
	Source string         `json:"source,omitempty"` // one of Sources

	pct   *money.Decimal // the percentage that stands behind the figure
	aside *aside         // where that is printed, if not in the cell
	exact bool           // a nil dash or another figure that was not rounded
}

// Ways in which a fact is known.
const (
	Printed  = "printed"
	Derived  = "derived"
	Inferred = "inferred"
)

// Kinds of fact.
const (
	KindTitle       = "title"
	KindOfficer     = "officer"
	KindPolicyArea  = "policy-area"
	KindProgramme   = "programme"
	KindProvision   = "provision"
	KindPercentage  = "percentage"
	KindAim         = "aim"
	KindDescription = "description"
	KindDone        = "done"
	KindToDo        = "to-do"
	KindTarget      = "target"
	KindIndicator   = "indicator"
	KindReason      = "reason"
	KindSubhead     = "subhead"
	KindExpense     = "expense"
	KindCommitment  = "commitment"
	KindReimburse   = "reimbursement"
	KindDetail      = "detail"
	KindAmount      = "amount"
	KindChange      = "change"
	KindPosts       = "posts"
	KindCeiling     = "ceiling"
	KindLimit       = "limit"
	KindCount       = "count"
	KindFootnote    = "footnote"
	KindUnplaced    = "unplaced"
)

// Tables in which facts stand.
const (
	TableFront       = "front"
	TableProvision   = "provision"
	TableAnalysis    = "analysis"
	TableTargets     = "targets"
	TableIndicators  = "indicators"
	TableSubheads    = "subheads"
	TableExpenses    = "expenses"
	TableCommitments = "commitments"
	TableProse       = "prose"
)

// Units: what one of the value is.
const (
	UnitMillion    = "百萬元"
	UnitThousand   = "$'000"
	UnitDollar     = "元"
	UnitTenThou    = "萬元"
	UnitHundredMio = "億元"
	UnitPercent    = "%"
	UnitPosts      = "個"
	UnitNone       = ""
)

// What a total row is the total of.
const (
	TotalGroup   = "group"   // one kind of subhead, one sub-list
	TotalAccount = "account" // 經營帳目, 非經營帳目
	TotalHead    = "head"    // the whole table
)

// Sources: a version is head, year and source.
const (
	SourcePaper       = "paper"
	SourceProvision   = "provision-csv"
	SourceSubheads    = "subheads-csv"
	SourceExpenses    = "expenses-csv"
	SourceCommitments = "commitments-csv"
	SourceSeries      = "series-csv"
)

// Reasons in Fact.Why.
const (
	WhyPlacedByArithmetic = "the cells of the row do not pair with the headings; only this column agrees with the other figures"
	WhyHeadingLost        = "the heading of this column is lost or odd; the others say which it must be"
	WhyColumnLost         = "a heading of this table stands in the place of the names: a column is lost, and position decided"
	WhySolved             = "not printed; the printed figures of these lines fix it"
	WhyNilAssumed         = "not printed; taken as nil because the columns before are nil"
	WhyRestAssumed        = "not printed; what remains if figures that are lost are nil as in the columns before"
	WhyApart              = "the figures stand on other lines than the name; they were paired in their order, and the sums agree"
	WhyOddGrouping        = "the digits are not grouped by three: one may be lost"
)

// Kinds lists every kind of fact.
func Kinds() []string {
	return []string{
		KindTitle, KindOfficer, KindPolicyArea, KindProgramme, KindProvision, KindPercentage,
		KindAim, KindDescription, KindDone, KindToDo, KindTarget, KindIndicator, KindReason, KindSubhead,
		KindExpense, KindCommitment, KindReimburse, KindDetail, KindAmount, KindChange, KindPosts, KindCeiling,
		KindLimit, KindCount, KindFootnote, KindUnplaced,
	}
}

// Tables lists every table.
func Tables() []string {
	return []string{
		TableFront, TableProvision, TableAnalysis, TableTargets, TableIndicators, TableSubheads,
		TableExpenses, TableCommitments, TableProse,
	}
}

// Units lists every unit of money, share and number; a count in prose may
// carry one of CountUnits besides.
func Units() []string {
	return []string{UnitMillion, UnitThousand, UnitDollar, UnitTenThou, UnitHundredMio, UnitPercent, UnitPosts, UnitNone}
}

// Sources lists every kind of source.
func Sources() []string {
	return []string{SourcePaper, SourceProvision, SourceSubheads, SourceExpenses, SourceCommitments, SourceSeries}
}

// Whys lists every reason of a derived or inferred fact.
func Whys() []string {
	return []string{WhyPlacedByArithmetic, WhyHeadingLost, WhyColumnLost, WhySolved, WhyNilAssumed, WhyRestAssumed, WhyApart, WhyOddGrouping}
}

// exponent gives the power of ten of a unit of money, and whether it is one.
func exponent(unit string) (int, bool) {
	switch unit {
	case UnitDollar:
		return 0, true
	case UnitThousand:
		return 3, true
	case UnitTenThou:
		return 4, true
	case UnitMillion:
		return 6, true
	case UnitHundredMio:
		return 8, true
	}
	return 0, false
}
