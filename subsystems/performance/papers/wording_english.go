package papers

import (
	"fmt"
	"strconv"
	"strings"

	"praya/kernel/money"
	"praya/kernel/when"
)

// english sets a report in English: the same figures in the same order.
type english struct{}

func (english) title(head, name string) string { return "Head " + head + " — " + name }

func (english) officer(name string) string {
	return "Controlling officer: " + the(name) + " will account for expenditure under this Head."
}

func (english) estimate(y when.FinancialYear) string { return "Estimate " + fiscal(y) }

func (english) posts(n int) string {
	if n == 1 {
		return "1 post"
	}
	return counted(n) + " posts"
}

func (w english) ceiling(y when.FinancialYear, from, to int) string {
	lead := "Establishment ceiling " + fiscal(y) + " (notional annual mid-point salary value), representing an estimated "
	first, last := int(y), int(y)+1
	switch {
	case from < to:
		return lead + fmt.Sprintf("%s non-directorate posts at 31 March %d, rising to %s at 31 March %d, an increase of %s.", counted(from), first, w.posts(to), last, w.posts(to-from))
	case from > to:
		return lead + fmt.Sprintf("%s non-directorate posts at 31 March %d, falling to %s at 31 March %d, a reduction of %s.", counted(from), first, w.posts(to), last, w.posts(from-to))
	}
	return lead + fmt.Sprintf("%s non-directorate posts at 31 March %d and at 31 March %d.", counted(from), first, last)
}

func (english) directors(n int) string {
	if n == 1 {
		return "1 directorate post"
	}
	return counted(n) + " directorate posts"
}

func (w english) directorate(y when.FinancialYear, from, to int) string {
	if from == to {
		return fmt.Sprintf("In addition, an estimated %s at 31 March %d and at 31 March %d.", w.directors(from), int(y), int(y)+1)
	}
	return fmt.Sprintf("In addition, an estimated %s at 31 March %d and %s at 31 March %d.", w.directors(from), int(y), w.directors(to), int(y)+1)
}

func (english) balance() string { return "Commitment balance" }

func (english) amount(s sum) string { return s.english() }

func (english) heads() headings {
	return headings{
		report: "Controlling Officer's Report", programmes: "Programmes", detail: "Detail", aim: "Aim", brief: "Brief Description", targets: "Targets",
		indicators: "Indicators", analysis: "Analysis of Financial Provision", reasons: "Analysis of Financial and Staffing Provision",
		details: "Details of Expenditure by Subhead", provision: "Financial provision ($m)", target: "Target", programme: "Programme",
		subhead: "Sub-head (Code)", commitment: "Sub-head (Code) Item (Code) Ambit", thousand: "$'000", million: "$m", approved: "Approved commitment",
		balance: "Balance", total: "Total", expenditure: "Total Expenditure",
	}
}

func (english) area(number, name, secretary string) string {
	return "These programmes belong to Policy Area " + number + ": " + name + " (" + secretary + ")."
}

func (english) programme(number, name string) string { return "Programme (" + number + "): " + name }

func (english) listed(number, name string) string { return "Programme (" + number + ") " + name }

func (english) column(y when.FinancialYear, role int) string {
	return fiscal(y) + " (" + [4]string{"Actual", "Original", "Revised", "Estimate"}[role] + ")"
}

func (english) calendar(y, role int) string {
	return strconv.Itoa(y) + " (" + [4]string{"Actual", "", "Plan", "Estimate"}[role] + ")"
}

func (english) revisedEstimate(y when.FinancialYear) string { return fiscal(y) + " (Revised Estimate)" }

func (english) comparison(y when.FinancialYear, x, base money.Decimal) string {
	p, ok := percent(x, base)
	switch {
	case !ok:
		return ""
	case x.Cmp(base) == 0:
		return "(same as " + fiscal(y) + " Original)"
	case x.Cmp(base) < 0:
		return "(or -" + p.Abs().String() + "% on " + fiscal(y) + " Original)"
	}
	return "(or +" + p.String() + "% on " + fiscal(y) + " Original)"
}

func (english) measures(programme string) string {
	return "The key performance measures in respect of " + programme + " are:"
}

func (english) did(y when.FinancialYear, office string) string {
	return "During " + fiscal(y) + ", " + the(office) + ":"
}

func (english) ahead(y when.FinancialYear) string {
	return "Matters Requiring Special Attention in " + fiscal(y)
}

func (english) willDo(y when.FinancialYear, office string) string {
	return "During " + fiscal(y) + ", " + the(office) + " will:"
}

// change writes $11.8 million (4.0%) higher than; written is the amount.
func (english) change(now, before money.Decimal, written string) string {
	word := "higher"
	if now.Cmp(before) < 0 {
		word = "lower"
	}
	if p, ok := percent(now, before); ok {
		written += " (" + p.Abs().String() + "%)"
	}
	return written + " " + word
}

func (w english) reason(y when.FinancialYear, now, before money.Decimal, why string, posts int) string {
	text := "Provision for " + fiscal(y) + " is the same as the revised estimate for " + fiscal(y-1)
	if d, err := now.Sub(before); err == nil && !d.IsZero() {
		text = "Provision for " + fiscal(y) + " is " + w.change(now, before, "$"+ofMillions(d.Abs()).bare()+" million") + " than the revised estimate for " + fiscal(y-1)
	}
	text = because(text, why) + "."
	switch {
	case posts > 0:
		text += " There will be a net increase of " + w.posts(posts) + " in " + fiscal(y) + "."
	case posts < 0:
		text += " There will be a net decrease of " + w.posts(-posts) + " in " + fiscal(y) + "."
	}
	return text
}

func because(text, why string) string {
	if why = bare(why); why != "" {
		return text + ", mainly due to " + why
	}
	return text
}

func (english) subheadColumn(y when.FinancialYear, role int) string {
	return fiscal(y) + " " + [4]string{"Actual expenditure", "Approved estimate", "Revised estimate", "Estimate"}[role]
}

func (english) against(lead string, y when.FinancialYear, base string, now, before money.Decimal) string {
	d, err := now.Sub(before)
	if err != nil || d.IsZero() {
		return ""
	}
	word := "an increase of"
	if d.Sign() < 0 {
		word = "a decrease of"
	}
	return lead + word + " $" + dollars(d.Abs()) + " on the " + base + " for " + fiscal(y)
}

func (w english) needs(y when.FinancialYear, office string, now, revised, actual money.Decimal) string {
	return "For " + fiscal(y) + ", the salaries and expenses of " + the(office) + " are estimated at $" + dollars(now) +
		w.against(", ", y-1, "revised estimate", now, revised) + w.against(" and ", y-2, "actual expenditure", now, actual) + "."
}

func (w english) operating(y when.FinancialYear, office, name string, now, revised money.Decimal, why string) string {
	text := "Provision of $" + dollars(now) + " under Subhead 000 " + name + " is for the salaries, allowances and other operating expenses of " + the(office) + "."
	if d, err := now.Sub(revised); err == nil && !d.IsZero() {
		text += " It is " + because(w.change(now, revised, "$"+dollars(d.Abs()))+" than the revised estimate for "+(y-1).String(), why) + "."
	}
	return text
}

func (w english) establishment(y when.FinancialYear, office string, posts, net int, ceiling money.Decimal) string {
	text := "The establishment of " + the(office) + " at 31 March " + strconv.Itoa(int(y)) + " is " + w.posts(posts) + "."
	if net > 0 {
		text += " A net increase of " + w.posts(net) + " is expected in " + fiscal(y) + "."
	}
	if net < 0 {
		text += " A net decrease of " + w.posts(-net) + " is expected in " + fiscal(y) + "."
	}
	return text + " Within certain limits, the controlling officer may under delegated power create or delete non-directorate posts during " + fiscal(y) +
		", but the notional annual mid-point salary value of all such posts must not exceed $" + dollars(ceiling) + "."
}

func (english) components(name string) string {
	return "An analysis of the financial provision under Subhead 000 " + name + " is as follows:"
}

func (w english) vote(y when.FinancialYear, code, name string, now, revised money.Decimal, why string, each *Limits) string {
	text := "Provision of $" + dollars(now) + " under Subhead " + code + " " + name
	if d, err := now.Sub(revised); err == nil && !d.IsZero() {
		text += because(" is "+w.change(now, revised, "$"+dollars(d.Abs()))+" than the revised estimate for "+(y-1).String(), why)
	} else {
		text += " is the same as the revised estimate for " + fiscal(y-1)
	}
	if each != nil {
		text += "; each item costs over $" + grouped(each.From) + " but not more than $" + grouped(each.To)
	}
	return text + "."
}

func (english) accumulated(y when.FinancialYear) string {
	return fmt.Sprintf("Accumulated expenditure to 31.3.%d", int(y))
}

func (english) item(text string, left int) string {
	switch left {
	case 0:
		return bare(text) + "."
	case 1:
		return bare(text) + "; and"
	}
	return bare(text) + ";"
}

// the sets the article before the name of an office or a post.
func the(name string) string {
	if strings.HasPrefix(strings.ToLower(name), "the ") || name == "" {
		return name
	}
	return "the " + name
}

func (english) sentence(text string) string {
	text = strings.TrimSpace(text)
	if text != "" && text[0] >= 'a' && text[0] <= 'z' {
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, ":") {
		return text
	}
	return bare(text) + "."
}

func (english) notice() string {
	return "This is a draft and no document of the Government: some of its figures and words are invented, to show how it works."
}

func (english) unit(name, unit string) string {
	if unit == "" {
		return name
	}
	return name + " (" + unit + ")"
}

func (english) ofKind(name string) string { return "Total, " + name }
