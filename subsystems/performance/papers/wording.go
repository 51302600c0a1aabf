package papers

import (
	"strings"

	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
)

// A wording says what a report says in one language. Every method is given the
// figures already chosen; it only writes them.
type wording interface {
	title(head, name string) string
	officer(name string) string
	estimate(y when.FinancialYear) string
	ceiling(y when.FinancialYear, from, to int) string
	directorate(y when.FinancialYear, from, to int) string
	balance() string
	amount(s sum) string
	heads() headings
	area(number, name, secretary string) string
	programme(number, name string) string
	listed(number, name string) string
	column(y when.FinancialYear, role int) string
	calendar(y, role int) string
	revisedEstimate(y when.FinancialYear) string
	comparison(y when.FinancialYear, x, base money.Decimal) string
	measures(programme string) string
	did(y when.FinancialYear, office string) string
	ahead(y when.FinancialYear) string
	willDo(y when.FinancialYear, office string) string
	reason(y when.FinancialYear, now, before money.Decimal, why string, posts int) string
	subheadColumn(y when.FinancialYear, role int) string
	needs(y when.FinancialYear, office string, now, revised, actual money.Decimal) string
	operating(y when.FinancialYear, office, name string, now, revised money.Decimal, why string) string
	establishment(y when.FinancialYear, office string, posts, net int, ceiling money.Decimal) string
	components(name string) string
	vote(y when.FinancialYear, code, name string, now, revised money.Decimal, why string, each *Limits) string
	accumulated(y when.FinancialYear) string
	item(text string, left int) string
	sentence(text string) string
	notice() string
	unit(name, unit string) string
	ofKind(name string) string
}

// headings are the fixed ones of a report.
type headings struct {
	report, programmes, detail, aim, brief, targets, indicators, analysis, reasons, details string
	provision, target, programme, subhead, commitment                                       string
	thousand, million, approved, balance, total, expenditure                                string
}

func wordingOf(l lang.Lang) wording {
	if l == lang.EN {
		return english{}
	}
	return chinese{}
}

// bare takes off what ends a sentence, so that a list can set its own.
func bare(s string) string {
	return strings.TrimRight(strings.TrimSpace(s), "。；;.,， ")
}
