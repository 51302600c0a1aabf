package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// write gives a placeholder's value the form that the language writes it in.
func (t *Texts) write(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return t.Number(int64(v))
	case int64:
		return t.Number(v)
	case when.Day:
		return t.Day(v)
	case when.Instant:
		return t.Instant(v)
	case when.FinancialYear:
		return t.FinancialYear(v)
	case lang.Text:
		return v.In(t.lang)
	case fmt.Stringer:
		return v.String()
	}
	panic(fmt.Sprintf("words: a %T has no written form", v))
}

func (t *Texts) chinese() bool { return t.lang != lang.EN }

// pick chooses between the forms of the three languages.
func (t *Texts) pick(tc, sc, en string) string {
	switch t.lang {
	case lang.EN:
		return en
	case lang.SC:
		return sc
	}
	return tc
}

// Day writes a day with its weekday: 2025年11月21日（星期五）, Friday 21 November 2025.
func (t *Texts) Day(d when.Day) string {
	if t.chinese() {
		return t.Date(d) + "（星期" + string([]rune("日一二三四五六")[d.Weekday()]) + "）"
	}
	return d.Weekday().String() + " " + t.Date(d)
}

// Date writes a day without its weekday: 2025年11月21日, 21 November 2025.
func (t *Texts) Date(d when.Day) string {
	if t.chinese() {
		return fmt.Sprintf("%d年%d月%d日", d.Year, int(d.Month), d.Date)
	}
	return fmt.Sprintf("%d %s %d", d.Date, d.Month, d.Year)
}

// Formal writes a day as letters and laws do: 二零二五年十一月二十一日, 21 November 2025.
func (t *Texts) Formal(d when.Day) string {
	if !t.chinese() {
		return t.Date(d)
	}
	var year strings.Builder
	for _, c := range strconv.Itoa(d.Year) {
		year.WriteRune([]rune("零一二三四五六七八九")[c-'0'])
	}
	return year.String() + "年" + tens(int(d.Month)) + "月" + tens(d.Date) + "日"
}

// tens writes 1 to 39 in Chinese: 十, 十一, 二十一.
func tens(n int) string {
	digits := []rune("零一二三四五六七八九")
	s := ""
	switch {
	case n >= 20:
		s = string(digits[n/10]) + "十"
	case n >= 10:
		s = "十"
	}
	if n%10 != 0 {
		s += string(digits[n%10])
	}
	return s
}

// Time writes the time of day in Hong Kong: 下午2時30分, 2:30 pm. Noon is 12:00 pm
// (正午12時), midnight 12:00 am.
func (t *Texts) Time(i when.Instant) string {
	at := i.Time().In(when.HongKong)
	hour, half := at.Hour()%12, "am"
	if hour == 0 {
		hour = 12
	}
	if at.Hour() >= 12 {
		half = "pm"
	}
	if !t.chinese() {
		return fmt.Sprintf("%d:%02d %s", hour, at.Minute(), half)
	}
	word := map[string]string{"am": "上午", "pm": "下午"}[half]
	if at.Hour() == 0 {
		hour = 0
	}
	s := fmt.Sprintf("%s%d%s", word, hour, t.pick("時", "时", ""))
	if at.Minute() == 0 {
		if at.Hour() == 12 {
			return "正午12" + t.pick("時", "时", "")
		}
		return s
	}
	return s + fmt.Sprintf("%d分", at.Minute())
}

// Instant writes day and time: 2025年11月21日（星期五）下午2時30分, Friday 21 November 2025, 2:30 pm.
func (t *Texts) Instant(i when.Instant) string {
	return t.Day(i.Day()) + t.pick("", "", ", ") + t.Time(i)
}

// FinancialYear writes 2025-26年度, 2025-26.
func (t *Texts) FinancialYear(y when.FinancialYear) string {
	return y.String() + t.pick("年度", "年度", "")
}

// Month writes 2025年11月, November 2025.
func (t *Texts) Month(year int, month time.Month) string {
	if t.chinese() {
		return fmt.Sprintf("%d年%d月", year, int(month))
	}
	return fmt.Sprintf("%s %d", month, year)
}

// Range writes 2至4, 2 to 4.
func (t *Texts) Range(from, to int64) string {
	return t.Number(from) + t.pick("至", "至", " to ") + t.Number(to)
}

// Quote sets a text in the language's quotation marks: 「」, “”, ‘’.
func (t *Texts) Quote(s string) string {
	switch t.lang {
	case lang.EN:
		return "‘" + s + "’"
	case lang.SC:
		return "“" + s + "”"
	}
	return "「" + s + "」"
}

// List joins names: 甲、乙和丙; A, B and C.
func (t *Texts) List(names ...string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], t.pick("、", "、", ", ")) + t.pick("和", "和", " and ") + names[last]
}
