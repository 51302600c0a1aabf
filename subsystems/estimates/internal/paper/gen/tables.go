package gen

import (
	"fmt"
	"strings"
)

// analysis writes the table of all programmes.
func (w *writer) analysis() {
	cols := w.columns()
	w.pageHeading()
	w.cells("", "財政撥款分析", "", "", "")
	w.cells("", fiscal(cols[0][0])+" (實際) (百萬元)", fiscal(cols[1][0])+" (原來預算) (百萬元)",
		fiscal(cols[2][0])+" (修訂) (百萬元)", fiscal(cols[3][0])+" (預算) (百萬元)")
	w.cells(w.bold("綱領"), "", "", "", "")
	rows, total := w.provision()
	for i, a := range rows {
		mark := ""
		if w.moved && i == 0 {
			mark = " <sup>△</sup>"
		}
		w.cells(fmt.Sprintf("(%d) %s .....", i+1, w.programmes[i]), tenths(a[0])+mark, tenths(a[1])+mark, tenths(a[2]), w.bold(tenths(a[3])))
		for c, name := range w.columnNames() {
			w.note("analysis", fmt.Sprintf("%d %s", i+1, w.programmes[i]), name, plainTenths(a[c]), "百萬元")
		}
	}
	last := [2]string{tenths(total[2]), w.bold(tenths(total[3]))}
	if total[1] > 0 {
		last[0] += " (" + percent(total[2], total[1]) + ")"
	}
	if total[2] > 0 {
		last[1] += " " + w.bold("("+percent(total[3], total[2])+")")
	}
	w.cells("", tenths(total[0]), tenths(total[1]), last[0], last[1])
	for c, name := range w.columnNames() {
		w.note("analysis", "total", name, plainTenths(total[c]), "百萬元")
	}
	w.compared(total[3], total[1])
	if w.moved {
		w.line("\n<sup>△</sup> 為作比較，數字經調整後包括前紙船小組(總目 999)的相關撥款，相關撥款已轉撥至本總目。\n")
	}
}

// reasons writes the analysis of provision and establishment.
func (w *writer) reasons() {
	y := w.opt.Year
	w.heading(3, "財政撥款及人手編制分析")
	rows, _ := w.provision()
	_, change, _ := w.posts()
	left := change
	for i, a := range rows {
		w.heading(4, fmt.Sprintf("綱領(%d)", i+1))
		r := w.draw(18, i, y)
		text := fiscalWords(y) + "年度的撥款與" + fiscalWords(y-1) + "年度的修訂預算大致相同"
		if d := a[3] - a[2]; d != 0 && a[2] > 0 {
			word := "增加"
			if d < 0 {
				word, d = "減少", -d
			}
			v, u := big(d * 100)
			text = fmt.Sprintf("%s年度的撥款較%s年度的修訂預算%s %s %s(%s)，主要由於%s所需的撥款%s", fiscalWords(y), fiscalWords(y-1), word, v, u,
				strings.TrimLeft(percent(a[3], a[2]), "+-"), phrase(r), word)
		}
		part := left
		if i < len(rows)-1 {
			part = r.IntN(7) - 3
			left -= part
		}
		switch {
		case part > 0:
			text += fmt.Sprintf("。在%s年度會淨增加 %d 個職位", fiscalWords(y), part)
		case part < 0:
			text += fmt.Sprintf("。在%s年度會淨減少 %d 個職位", fiscalWords(y), -part)
		}
		w.line(text, "。\n")
	}
	w.line("\n各綱領的撥款分配情況  \n(", fiscalWords(y), "年度)\n\n\n各綱領的員工人數  \n(截至", words(y+1), "年三月三十一日止)\n")
}

// subheadTable writes subheads, kinds, accounts and their totals.
func (w *writer) subheadTable() {
	y := w.opt.Year
	w.pageHeading()
	extra := []string{}
	if w.look.IntN(2) == 0 {
		extra = []string{""}
	}
	put := func(c ...string) { w.cells(append(c, extra...)...) }
	put("分目 (編號)", fiscal(y-2)+" 實際開支", fiscal(y-1)+" 核准預算", fiscal(y-1)+" 修訂預算", fiscal(y)+" 預算")
	w.cells("", w.money, w.money, w.money, w.money)
	var account, kind string
	var inKind, inAccount, whole [4]int64
	row := func(code, name, key string, a [4]int64) {
		w.cells(code, name+" .....", thousands(a[0]), thousands(a[1]), thousands(a[2]), w.bold(thousands(a[3])))
		for c, col := range w.columnNames() {
			w.note("subheads", key, col, fmt.Sprint(a[c]), "$'000")
		}
	}
	closeKind := func() {
		if kind != "" {
			word := kind + "總額"
			if kind == "機器、設備及工程" {
				word = kind + "開支 總額"
			}
			row("", word, strings.ReplaceAll(word, " ", ""), inKind)
			inKind = [4]int64{}
		}
	}
	closeAccount := func() {
		if account != "" {
			row("", account+"總額", account+"總額", inAccount)
			inAccount = [4]int64{}
		}
	}
	for _, s := range w.subheads {
		if s.kind != kind || s.account != account {
			closeKind()
			kind = ""
		}
		if s.account != account {
			closeAccount()
			account = s.account
			put(w.bold(account), "", "", "", "")
		}
		if s.kind != kind {
			kind = s.kind
			put(kind, "", "", "", "")
		}
		row(s.code, s.name, s.code+" "+strings.ReplaceAll(s.name, " ", ""), s.amount)
		for c := range 4 {
			inKind[c] += s.amount[c]
			inAccount[c] += s.amount[c]
			whole[c] += s.amount[c]
		}
	}
	closeKind()
	closeAccount()
	row("", "開支總額", "開支總額", whole)
}

// details writes the prose and the analysis of subhead 000.
func (w *writer) details() {
	y := w.opt.Year
	w.pageHeading()
	w.heading(3, "按分目列出的開支詳情")
	w.para = 0
	w.paragraph(fmt.Sprintf("%s年度%s所需的薪金和開支預算為 %s,000 元%s%s。", fiscalWords(y), w.title, grouped(w.total(3)),
		w.changed("，較", y-1, "修訂預算", w.total(3), w.total(2)), w.changed("，而較", y-2, "實際開支", w.total(3), w.total(0))))
	w.note("prose", "total", fiscal(y)+" estimate", fmt.Sprint(w.total(3)*1000), "元")
	w.heading(4, "經營帳目")
	w.heading(5, "經常開支")
	first := w.subheads[0].amount
	w.paragraph(fmt.Sprintf("在分目 000 運作開支項下的撥款 %s,000 元，用以支付%s的薪金、津貼和其他運作開支。", grouped(first[3]), w.title))
	w.note("prose", "000 運作開支", fiscal(y)+" estimate", fmt.Sprint(first[3]*1000), "元")
	before, change, chiefs := w.posts()
	text := fmt.Sprintf("截至%s年三月三十一日止，%s的人手編制有 %d 個職位。", words(y), w.title, before+chiefs)
	if change > 0 {
		text += fmt.Sprintf("預期在%s年度會淨增加 %d 個職位。", fiscalWords(y), change)
	} else if change < 0 {
		text += fmt.Sprintf("預期在%s年度會淨減少 %d 個職位。", fiscalWords(y), -change)
	}
	w.paragraph(text + fmt.Sprintf("在某些限制下，管制人員可按獲授權力，在%s年度開設或刪減非首長級職位，但所有該類職位按薪級中點估計的年薪值不能超過 %s,000 元。",
		fiscalWords(y), grouped(w.ceiling())))
	w.paragraph("在分目 000 運作開支項下的財政撥款分析如下：")
	w.expenseTable()
}

func (w *writer) changed(lead string, year int, base string, x, y int64) string {
	if x == y {
		return ""
	}
	word, d := "增加", x-y
	if d < 0 {
		word, d = "減少", -d
	}
	return fmt.Sprintf("%s%s年度的%s%s %s,000 元", lead, fiscalWords(year), base, word, grouped(d))
}

func (w *writer) expenseTable() {
	cols := w.columns()
	unit := " (" + w.money + ")"
	w.cells("", fiscal(cols[0][0])+" (實際)"+unit, fiscal(cols[1][0])+" (原來預算)"+unit, fiscal(cols[2][0])+" (修訂預算)"+unit, fiscal(cols[3][0])+" (預算)"+unit)
	var all [4]int64
	n := 0
	for _, g := range expenses() {
		w.cells(g[0], "", "", "", "")
		for _, name := range g[1:] {
			a := w.expense[n]
			n++
			w.cells("— "+name+" .....", thousands(a[0]), thousands(a[1]), thousands(a[2]), thousands(a[3]))
			for c, col := range w.columnNames() {
				w.note("expenses", strings.ReplaceAll(name, " ", ""), col, fmt.Sprint(a[c]), "$'000")
				all[c] += a[c]
			}
		}
	}
	w.cells("", w.bold(thousands(all[0])), w.bold(thousands(all[1])), w.bold(thousands(all[2])), w.bold(thousands(all[3])))
	for c, col := range w.columnNames() {
		w.note("expenses", "total", col, fmt.Sprint(all[c]), "$'000")
	}
}

// commitmentTable writes the commitments, with the number of an item in a cell
// of its own or in the name's.
func (w *writer) commitmentTable() {
	if len(w.items) == 0 {
		return
	}
	y := w.opt.Year
	w.pageHeading()
	apart := w.look.IntN(2) == 0
	w.cells("分目 項目 (編號)(編號)涵蓋的範圍", "承擔額", "", "", "結餘", "")
	w.cells("", "核准 承擔額", fmt.Sprintf("截至 31.3.%d 止 的累積開支", y-1), fiscal(y-1)+" 修訂預算開支", "", "")
	w.cells("", "", w.money, w.money, w.money, w.money, "")
	w.cells("經營帳目", "", "", "", "", "")
	if apart {
		w.cells("700", w.bold("一般非經常開支"), "", "", "", "")
	} else {
		w.cells("700 一般非經常開支", "", "", "", "")
	}
	names := [4]string{"approved", "accumulated", fiscal(y-1) + " revised", "balance"}
	var all [4]int64
	fresh := false
	for _, c := range w.items {
		v := [4]int64{c.approved, c.accumulated, c.spent, c.balance}
		mark := ""
		if c.fresh {
			mark, fresh = "#", true
		}
		cell := []string{thousands(v[0]) + mark, thousands(v[1]), thousands(v[2]), thousands(v[3])}
		if apart {
			w.cells(append([]string{c.code, c.name + mark + " ....."}, cell...)...)
		} else {
			w.cells(append([]string{c.code + " " + c.name + mark + " ....."}, cell...)...)
		}
		for k := range v {
			w.note("commitments", c.code+" "+c.name, names[k], fmt.Sprint(v[k]), "$'000")
			all[k] += v[k]
		}
	}
	cell := []string{thousands(all[0]), thousands(all[1]), thousands(all[2]), thousands(all[3])}
	if apart {
		w.cells(append([]string{"", "總額....."}, cell...)...)
	} else {
		w.cells(append([]string{"總額 ....."}, cell...)...)
	}
	for k := range all {
		w.note("commitments", "總額", names[k], fmt.Sprint(all[k]), "$'000")
	}
	if fresh {
		w.line("\n# 這是新項目，所需撥款的申請連同撥款條例草案，一併提交批核。")
	}
}
