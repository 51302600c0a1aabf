package papers

import (
	"fmt"
	"strconv"
	"strings"

	"praya/kernel/money"
	"praya/kernel/when"
)

// chinese sets a report in the terms of the Chinese papers, which our reader
// goes by: 編制上限, 承擔額, 衡量服務表現準則.
type chinese struct{}

func (chinese) title(head, name string) string { return "總目 " + head + "—" + name }

func (chinese) officer(name string) string {
	return "管制人員：" + name + "會交代本總目下的開支。"
}

func (chinese) estimate(y when.FinancialYear) string { return fiscalInWords(y) + "年度預算" }

func (chinese) day(year int) string { return yearInWords(year) + "年三月三十一日" }

func (w chinese) ceiling(y when.FinancialYear, from, to int) string {
	lead := fiscalInWords(y) + "年度的編制上限(按薪級中點估計的年薪值)相等於"
	first, last := w.day(int(y)), w.day(int(y)+1)
	switch {
	case from < to:
		return lead + fmt.Sprintf("由%s預算設有的 %s 個非首長級職位，增至%s的 %s 個，增幅為 %s 個。", first, counted(from), last, counted(to), counted(to-from))
	case from > to:
		return lead + fmt.Sprintf("由%s預算設有的 %s 個非首長級職位，減至%s的 %s 個，減幅為 %s 個。", first, counted(from), last, counted(to), counted(from-to))
	}
	return lead + fmt.Sprintf("預算於%s及%s設有的 %s 個非首長級職位。", first, last, counted(from))
}

func (w chinese) directorate(y when.FinancialYear, from, to int) string {
	first, last := w.day(int(y)), w.day(int(y)+1)
	if from == to {
		return fmt.Sprintf("此外，預算於%s及%s設有 %s 個首長級職位。", first, last, counted(from))
	}
	return fmt.Sprintf("此外，預算於%s設有 %s 個首長級職位，於%s設有 %s 個首長級職位。", first, counted(from), last, counted(to))
}

func (chinese) balance() string { return "承擔額結餘" }

func (chinese) amount(s sum) string { return s.chinese() }

func (chinese) heads() headings {
	return headings{
		report: "管制人員報告", programmes: "綱領", detail: "詳情", aim: "宗旨", brief: "簡介", targets: "目標", indicators: "指標",
		analysis: "財政撥款分析", reasons: "財政撥款及人手編制分析", details: "按分目列出的開支詳情",
		provision: "財政撥款(百萬元)", target: "目標", programme: "綱領", subhead: "分目 (編號)", commitment: "分目 項目 (編號)(編號)涵蓋的範圍",
		thousand: "$'000", million: "百萬元", approved: "核准 承擔額", balance: "結餘", total: "總額", expenditure: "開支總額",
	}
}

func (chinese) area(number, name, secretary string) string {
	return "這些綱領納入政策範圍 " + number + "：" + name + "(" + secretary + ")。"
}

func (chinese) programme(number, name string) string { return "綱領(" + number + ")：" + name }

func (chinese) listed(number, name string) string { return "綱領(" + number + ") " + name }

func (chinese) column(y when.FinancialYear, role int) string {
	return fiscal(y) + " (" + [4]string{"實際", "原來預算", "修訂", "預算"}[role] + ")"
}

func (chinese) calendar(y, role int) string {
	return strconv.Itoa(y) + " (" + [4]string{"實際", "", "計劃", "預算"}[role] + ")"
}

func (chinese) revisedEstimate(y when.FinancialYear) string { return fiscal(y) + " (修訂預算)" }

func (chinese) comparison(y when.FinancialYear, x, base money.Decimal) string {
	p, ok := percent(x, base)
	switch {
	case !ok:
		return ""
	case x.Cmp(base) == 0:
		return "(與 " + fiscal(y) + " 原來預算相同)"
	case x.Cmp(base) < 0:
		return "(或較 " + fiscal(y) + " 原來預算減少 " + p.Abs().String() + "%)"
	}
	return "(或較 " + fiscal(y) + " 原來預算增加 " + p.String() + "%)"
}

func (chinese) measures(programme string) string {
	return "有關" + programme + "的衡量服務表現準則主要有："
}

func (chinese) did(y when.FinancialYear, office string) string {
	return fiscalInWords(y) + "年度內，" + office + "："
}

func (chinese) ahead(y when.FinancialYear) string {
	return fiscalInWords(y) + "年度需要特別留意的事項"
}

func (chinese) willDo(y when.FinancialYear, office string) string {
	return fiscalInWords(y) + "年度內，" + office + "將會："
}

// change writes 增加 1,180 萬元(4.0%); written is the amount with its unit.
func (chinese) change(now, before money.Decimal, written string) string {
	word := "增加"
	if now.Cmp(before) < 0 {
		word = "減少"
	}
	s := word + " " + written
	if p, ok := percent(now, before); ok {
		s += "(" + p.Abs().String() + "%)"
	}
	return s
}

func (w chinese) reason(y when.FinancialYear, now, before money.Decimal, why string, posts int) string {
	text := fiscalInWords(y) + "年度的撥款與" + fiscalInWords(y-1) + "年度的修訂預算相同"
	if d, err := now.Sub(before); err == nil && !d.IsZero() {
		text = fiscalInWords(y) + "年度的撥款較" + fiscalInWords(y-1) + "年度的修訂預算" + w.change(now, before, ofMillions(d.Abs()).chinese())
	}
	if why = bare(why); why != "" {
		text += "，主要由於" + why
	}
	text += "。"
	switch {
	case posts > 0:
		text += "在" + fiscalInWords(y) + "年度會淨增加 " + counted(posts) + " 個職位。"
	case posts < 0:
		text += "在" + fiscalInWords(y) + "年度會淨減少 " + counted(-posts) + " 個職位。"
	}
	return text
}

func (chinese) subheadColumn(y when.FinancialYear, role int) string {
	return fiscal(y) + " " + [4]string{"實際開支", "核准預算", "修訂預算", "預算"}[role]
}

// against writes 較二零二四至二五年度的修訂預算增加 489,948,000 元.
func (chinese) against(lead string, y when.FinancialYear, base string, now, before money.Decimal) string {
	d, err := now.Sub(before)
	if err != nil || d.IsZero() {
		return ""
	}
	word := "增加"
	if d.Sign() < 0 {
		word = "減少"
	}
	return lead + fiscalInWords(y) + "年度的" + base + word + " " + dollars(d.Abs()) + " 元"
}

func (w chinese) needs(y when.FinancialYear, office string, now, revised, actual money.Decimal) string {
	return fiscalInWords(y) + "年度" + office + "所需的薪金和開支預算為 " + dollars(now) + " 元" +
		w.against("，較", y-1, "修訂預算", now, revised) + w.against("，而較", y-2, "實際開支", now, actual) + "。"
}

func (w chinese) operating(y when.FinancialYear, office, name string, now, revised money.Decimal, why string) string {
	text := "在分目 000 " + name + "項下的 " + dollars(now) + " 元撥款，用以支付" + office + "的薪金、津貼及其他運作開支。"
	return text + w.voteChange("撥款較", y, now, revised, why, "。")
}

func (w chinese) voteChange(lead string, y when.FinancialYear, now, revised money.Decimal, why, end string) string {
	d, err := now.Sub(revised)
	if err != nil || d.IsZero() {
		return ""
	}
	s := lead + fiscalInWords(y-1) + "年度的修訂預算" + w.change(now, revised, dollars(d.Abs())+" 元")
	if why = bare(why); why != "" {
		s += "，主要由於" + why
	}
	return s + end
}

func (w chinese) establishment(y when.FinancialYear, office string, posts, net int, ceiling money.Decimal) string {
	text := "截至" + w.day(int(y)) + "止，" + office + "的人手編制有 " + counted(posts) + " 個職位。"
	if net > 0 {
		text += "預期在" + fiscalInWords(y) + "年度會淨增加 " + counted(net) + " 個職位。"
	}
	if net < 0 {
		text += "預期在" + fiscalInWords(y) + "年度會淨減少 " + counted(-net) + " 個職位。"
	}
	return text + "在某些限制下，管制人員可按獲授權力，在" + fiscalInWords(y) + "年度開設或刪減非首長級職位，但所有該類職位按薪級中點估計的年薪值不能超過 " +
		dollars(ceiling) + " 元。"
}

func (chinese) components(name string) string {
	return "在分目 000 " + name + "項下的財政撥款分析如下："
}

func (w chinese) vote(y when.FinancialYear, code, name string, now, revised money.Decimal, why string, each *Limits) string {
	text := "在分目 " + code + " " + name + "項下的撥款 " + dollars(now) + " 元" + w.voteChange("，較", y, now, revised, why, "")
	if each != nil {
		text += "，而每項開支為 " + w.limit(each.From) + "以上但不超過 " + w.limit(each.To)
	}
	return text + "。"
}

// limit writes an amount of dollars: 20 萬元, or in full.
func (chinese) limit(d money.Decimal) string {
	if q, err := d.Quo(money.Int(10_000), 0); err == nil {
		if back, err := q.Mul(10_000); err == nil && back.Cmp(d) == 0 {
			return grouped(q) + " 萬元"
		}
	}
	return grouped(d) + " 元"
}

func (chinese) accumulated(y when.FinancialYear) string {
	return fmt.Sprintf("截至 31.3.%d 止 的累積開支", int(y))
}

func (chinese) item(text string, left int) string {
	switch left {
	case 0:
		return bare(text) + "。"
	case 1:
		return bare(text) + "；以及"
	}
	return bare(text) + "；"
}

func (chinese) sentence(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasSuffix(text, "。") || strings.HasSuffix(text, "：") {
		return text
	}
	return bare(text) + "。"
}

func (chinese) notice() string {
	return "這是擬稿，並非政府文件：當中部分數字和文字屬虛構，只作示範。"
}

func (chinese) unit(name, unit string) string {
	if unit == "" {
		return name
	}
	return name + "(" + unit + ")"
}

func (chinese) ofKind(name string) string {
	if name == "機器、設備及工程" {
		return name + "開支總額"
	}
	return name + "總額"
}
