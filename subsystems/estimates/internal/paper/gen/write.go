package gen

import (
	"fmt"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// A writer lays a plan out as the text of a paper.
type writer struct {
	*plan
	b     strings.Builder
	facts []Fact
	para  int
	dash  string
	money string // the sign for thousands
	tags  bool
}

// Write writes the paper of a head and year.
func Write(o Options) Document {
	p := newPlan(o)
	w := &writer{
		plan: p, dash: []string{"—", " – ", "－", "──"}[p.look.IntN(4)],
		money: []string{`\$'000`, "$'000", "$’000", "＄'000"}[p.look.IntN(4)], tags: p.look.IntN(2) == 0,
	}
	w.b.Grow(20 << 10)
	w.front()
	w.report()
	w.analysis()
	w.reasons()
	w.subheadTable()
	w.details()
	w.commitmentTable()
	return Document{
		Name: fmt.Sprintf("head%d-%s.txt", o.Head, fiscal(o.Year)), Head: itoa(o.Head), Year: fiscal(o.Year),
		Title: p.title, Text: w.b.String(), Facts: w.facts,
	}
}

func (w *writer) line(parts ...string) {
	for _, s := range parts {
		w.b.WriteString(s)
	}
	w.b.WriteByte('\n')
}

func (w *writer) cells(c ...string) { w.line(strings.Join(c, "\t")) }

func (w *writer) note(table, row, column, value, unit string) {
	w.facts = append(w.facts, Fact{table, row, column, strings.ReplaceAll(value, ",", ""), unit})
}

func (w *writer) pageHeading() { w.line("\n## 總目 ", itoa(w.opt.Head), w.dash, w.title, "\n") }

func (w *writer) heading(level int, s string) {
	if w.look.IntN(3) == 0 {
		w.line("\n**", s, "**\n")
		return
	}
	w.line("\n", strings.Repeat("#", level), " ", s, "\n")
}

// paragraph begins with the next number, sometimes set as a bullet.
func (w *writer) paragraph(s string) {
	w.para++
	switch {
	case w.para == 1:
		w.line("\n", s, "\n")
	case w.look.IntN(5) == 0:
		w.line("\n- ", itoa(w.para), " ", s, "\n")
	case w.look.IntN(5) == 0:
		w.line("\n#### ", itoa(w.para), " ", s, "\n")
	default:
		w.line("\n", itoa(w.para), " ", s, "\n")
	}
}

func (w *writer) bold(s string) string {
	if w.tags {
		return "<b>" + s + "</b>"
	}
	return s
}

// big writes an amount of thousands as front pages do.
func big(n int64) (value, unit string) {
	t := round(n, 100)
	if t < 1000 {
		return grouped(t * 10), "萬元"
	}
	return strconv.FormatInt(t/1000, 10) + "." + fmt.Sprintf("%03d", t%1000), "億元"
}

func (w *writer) total(c int) int64 {
	var n int64
	for _, s := range w.subheads {
		n += s.amount[c]
	}
	return n
}

func (w *writer) posts() (before, change, chiefs int) {
	r := w.draw(9, w.opt.Year)
	return 100 + r.IntN(2000), r.IntN(41) - 20, r.IntN(30)
}

func (w *writer) ceiling() int64 { return w.expense[0][3] - w.expense[0][3]/7 }

func (w *writer) front() {
	y := w.opt.Year
	w.line("\n\n## 總目 ", itoa(w.opt.Head), w.dash, w.title, "\n")
	w.line("管制人員：", w.title, "處長會交代本總目下的開支。\n")
	v, u := big(w.total(3))
	w.cells(fiscalWords(y)+"年度預算.....", v+" "+u)
	w.note("front", "estimate", fiscal(y)+" estimate", v, u)
	before, change, chiefs := w.posts()
	v, u = big(w.ceiling())
	move := fmt.Sprintf("增至%s年三月三十一日的 %d 個，增幅為 %d 個", words(y+1), before+change, change)
	if change < 0 {
		move = fmt.Sprintf("減至%s年三月三十一日的 %d 個，減幅為 %d 個", words(y+1), before+change, -change)
	}
	w.cells(fmt.Sprintf("%s年度的編制上限(按薪級中點估計的年薪值)相等於由%s年三月三十一日預算設有的 %d 個非首長級職位，%s。.....",
		fiscalWords(y), words(y), before, move), v+" "+u)
	w.note("front", "ceiling", fiscal(y)+" estimate", v, u)
	w.note("front", "non-directorate", fmt.Sprintf("at %d-03-31", y), itoa(before), "個")
	w.cells(fmt.Sprintf("此外，預算於%s年三月三十一日及%s年三月三十一日設有 %d 個首長級職位。", words(y), words(y+1), chiefs), "")
	w.note("front", "directorate", fmt.Sprintf("at %d-03-31", y+1), itoa(chiefs), "個")
	if len(w.items) > 0 {
		var left int64
		for _, c := range w.items {
			left += c.balance
		}
		if left > 0 {
			v, u = big(left)
			w.cells("承擔額結餘.....", v+" "+u)
			w.note("front", "balance", "balance", v, u)
		}
	}
}

// report writes the controlling officer's report: programmes one by one.
func (w *writer) report() {
	w.line("\n### 管制人員報告\n\n#### 綱領\n")
	for i, name := range w.programmes {
		w.line("綱領(", itoa(i+1), ") ", name, "\n")
	}
	w.line("這些綱領納入政策範圍 ", itoa(1+w.opt.Head%30), "：", pick(w.draw(10), nouns()), "政策(局長)。\n")
	w.line("#### 詳情")
	rows, _ := w.provision()
	w.para = 1
	for i := range w.programmes {
		w.programme(i, rows[i])
	}
}

func (w *writer) programme(i int, amount [4]int64) {
	y := w.opt.Year
	w.heading(5, fmt.Sprintf("綱領(%d)：%s", i+1, w.programmes[i]))
	w.provisionTable(i, amount)
	r := w.draw(11, i, y)
	w.heading(4, "宗旨")
	w.paragraph("本綱領的宗旨是" + sentence(r, 4) + "。")
	w.heading(4, "簡介")
	w.paragraph(w.title + sentence(r, 6) + "。")
	w.paragraph(fiscalWords(y-1) + "年度內，" + w.title + "：")
	w.list(r.IntN(8)+5, i, 12)
	w.measures(i)
	w.heading(3, fiscalWords(y)+"年度需要特別留意的事項")
	w.paragraph(fiscalWords(y) + "年度內，" + w.title + "將會：")
	w.list(r.IntN(8)+5, i, 13)
}

// list writes items, with a page heading in the middle now and then.
func (w *writer) list(n, programme, what int) {
	r := w.draw(what, programme, w.opt.Year)
	for i := range n {
		end := "；"
		if i == n-1 {
			end = "。"
		} else if i == n-2 {
			end = "；以及"
		}
		indent := ""
		if w.look.IntN(6) == 0 {
			indent = "  "
		}
		w.line(indent, "- ", sentence(r, 3), end)
		if w.look.IntN(25) == 0 {
			w.pageHeading()
		}
	}
}

var roles = [4]string{"actual", "original", "revised", "estimate"}

func (w *writer) columnNames() [4]string {
	var out [4]string
	for c, at := range w.columns() {
		out[c] = fiscal(at[0]) + " " + roles[c]
	}
	return out
}

func (w *writer) provisionTable(i int, a [4]int64) {
	cols := w.columns()
	w.cells("", fiscal(cols[0][0])+" (實際)", fiscal(cols[1][0])+" (原來預算)", fiscal(cols[2][0])+" (修訂)", fiscal(cols[3][0])+" (預算)")
	mark := ""
	if w.moved && i == 0 {
		mark = " <sup>△</sup>"
	}
	cell := [4]string{tenths(a[0]) + mark, tenths(a[1]) + mark, tenths(a[2]), tenths(a[3])}
	if a[1] > 0 {
		cell[2] += " (" + percent(a[2], a[1]) + ")"
	}
	if a[2] > 0 {
		cell[3] += " (" + percent(a[3], a[2]) + ")"
	}
	w.cells(append([]string{"財政撥款(百萬元)"}, cell[:]...)...)
	for c, name := range w.columnNames() {
		w.note("provision", fmt.Sprintf("%d %s", i+1, w.programmes[i]), name, plainTenths(a[c]), "百萬元")
	}
	w.compared(a[3], a[1])
	if mark != "" {
		w.line("\n<sup>△</sup> 為作比較，數字經調整後包括前紙船小組(總目 999)的相關撥款，相關撥款已轉撥至本總目。\n")
	}
}

// compared writes the comparison with the original estimate in one of its shapes.
func (w *writer) compared(x, y int64) {
	if y == 0 {
		return
	}
	pct := percent(x, y)
	word := "增加 "
	if pct[0] == '-' {
		word = "減少 "
	}
	base := "(或較 " + fiscal(w.opt.Year-1) + " 原來"
	rest := "預算" + word + pct[1:] + ")"
	switch w.look.IntN(3) {
	case 0:
		w.cells("", "", "", "", w.bold(base+" "+rest))
	case 1:
		w.line("\n", base, rest, "\n")
	default:
		w.line("\n", base, "  \n", rest, "\n")
	}
}

// measures writes targets and indicators.
func (w *writer) measures(i int) {
	y := w.opt.Year
	r := w.draw(14, i)
	w.paragraph("有關" + w.programmes[i] + "的衡量服務表現準則主要有：")
	var names []string
	if n := r.IntN(4); n > 0 {
		w.heading(4, "目標")
		w.cells("", "目標", itoa(y-2)+" (實際)", itoa(y-1)+" (實際)", itoa(y)+" (計劃)")
		for k := range n {
			names = append(names, w.fresh(r, names))
			row := names[k] + "的達標率(%)"
			v := [4]string{}
			for c := range v {
				v[c] = itoa(60 + w.draw(15, i, k, y-2+c).IntN(41))
			}
			w.cells(append([]string{row + "....."}, v[:]...)...)
			for c, col := range []string{"target", itoa(y-2) + " actual", itoa(y-1) + " actual", itoa(y) + " plan"} {
				w.note("targets", row, col, v[c], "%")
			}
		}
	}
	w.heading(4, "指標")
	wide := w.look.IntN(2) == 0
	w.indicatorRows(r, i, wide, 2+r.IntN(5), [3]string{itoa(y-2) + " (實際)", itoa(y-1) + " (實際)", itoa(y) + " (預算)"},
		[3]string{itoa(y-2) + " actual", itoa(y-1) + " actual", itoa(y) + " estimate"}, "")
	if r.IntN(2) == 0 {
		w.indicatorRows(r, i+50, wide, 1+r.IntN(2), [3]string{fiscal(y-2) + " (實際)", fiscal(y-1) + " (修訂預算)", fiscal(y) + " (預算)"},
			[3]string{fiscal(y-2) + " actual", fiscal(y-1) + " revised", fiscal(y) + " estimate"}, "百萬元")
	}
}

func (w *writer) indicatorRows(r interface{ IntN(int) int }, i int, wide bool, n int, heads, cols [3]string, unit string) {
	gap := []string{}
	if wide {
		gap = []string{""}
	}
	w.cells(append(append([]string{""}, gap...), heads[:]...)...)
	var names []string
	src := w.draw(16, i)
	for k := range n {
		names = append(names, w.fresh(src, names))
		row := names[k] + "的數目"
		if unit != "" {
			row = names[k] + "的總值(" + unit + ")"
		}
		var v [3]string
		for c := range v {
			x := w.draw(17, i, k, w.opt.Year-2+c).Int64N(90_000) + 5
			v[c] = grouped(x)
			if unit != "" {
				v[c] = tenths(x)
			}
		}
		w.cells(append(append([]string{row + "....."}, gap...), v[:]...)...)
		for c := range v {
			w.note("indicators", row, cols[c], v[c], unit)
		}
	}
	_ = r
}
