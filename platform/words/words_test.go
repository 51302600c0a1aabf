package words

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"praya/kernel/lang"
	"praya/kernel/when"
)

func source(prefix, tc, en, sc string) Source {
	return Source{Prefix: prefix, Files: fstest.MapFS{
		"words/zh-Hant.json": {Data: []byte(tc)},
		"words/en.json":      {Data: []byte(en)},
		"words/zh-Hans.json": {Data: []byte(sc)},
	}}
}

func TestBook(t *testing.T) {
	b, err := New(
		source("a", `{"x":{"y":"你好，{name}"},"n":"共{count}宗"}`, `{"x":{"y":"Hello {name}"},"n":{"one":"{count} case","other":"{count} cases"}}`, `{"x":{"y":"你好，{name}"},"n":"共{count}宗"}`),
		source("b", `{"x":"在{day}"}`, `{"x":"On {day}"}`, `{"x":"在{day}"}`),
	)
	if err != nil {
		t.Fatal(err)
	}
	day := when.Day{Year: 2025, Month: 11, Date: 21}
	for _, c := range []struct {
		l    lang.Lang
		key  string
		args []any
		want string
	}{
		{lang.TC, "a.x.y", []any{"name", "{name}"}, "你好，{name}"},
		{lang.EN, "a.x.y", []any{"name", "Ada"}, "Hello Ada"},
		{lang.EN, "a.n", []any{"count", 1}, "1 case"},
		{lang.EN, "a.n", []any{"count", 1200}, "1,200 cases"},
		{lang.TC, "a.n", []any{"count", 1}, "共1宗"},
		{lang.EN, "b.x", []any{"day", day}, "On Friday 21 November 2025"},
		{lang.SC, "b.x", []any{"day", day}, "在2025年11月21日（星期五）"},
	} {
		if got := b.In(c.l).T(c.key, c.args...); got != c.want {
			t.Errorf("%s in %s = %q, want %q", c.key, c.l, got, c.want)
		}
	}
	for name, call := range map[string]func(){
		"missing key":   func() { b.In(lang.TC).T("a.z") },
		"missing value": func() { b.In(lang.TC).T("a.x.y") },
		"odd arguments": func() { b.In(lang.TC).T("a.x.y", "name") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}

func TestBadCatalogues(t *testing.T) {
	ok := `{"k":"x"}`
	for name, c := range map[string]struct {
		sources []Source
		want    string
	}{
		"missing in one language": {[]Source{source("a", ok, ok, `{}`)}, "a.k is missing in zh-Hans"},
		"other placeholder":       {[]Source{source("a", `{"k":"{x}"}`, `{"k":"{y}"}`, `{"k":"{x}"}`)}, "placeholders"},
		"twice in a file":         {[]Source{source("a", `{"k":"x","k":"y"}`, ok, ok)}, "stands twice"},
		"twice, dotted":           {[]Source{source("a", `{"k.m":"x","k":{"m":"y"}}`, ok, ok)}, "stands twice"},
		"in two catalogues":       {[]Source{source("a", ok, ok, ok), source("a", ok, ok, ok)}, "two catalogues"},
		"open brace":              {[]Source{source("a", `{"k":"{x"}`, ok, ok)}, "{name}"},
		"empty text":              {[]Source{source("a", `{"k":""}`, ok, ok)}, "empty"},
		"not an object":           {[]Source{source("a", `[]`, ok, ok)}, "JSON object"},
		"a number":                {[]Source{source("a", `{"k":1}`, ok, ok)}, "neither"},
		"no file":                 {[]Source{{Prefix: "a", Files: fstest.MapFS{}}}, "words/zh-Hant.json"},
	} {
		if _, err := New(c.sources...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestStyle(t *testing.T) {
	for text, want := range map[string]string{
		"您好":            "您 is not written",
		"你好,世界":         "half-width",
		"第2頁(共3頁)":      "half-width",
		"共3頁，每頁50項":     "",
		"單位是百萬元":        "百萬",
		"用PDF 格式":       "space beside",
		"用 PDF格式":       "space beside",
		"完成。。":          "doubled",
		"(2025-26) 30%": "",
		"食物環境衛生署":       "衛",
	} {
		got := Complete(source("a", `{"k":"`+text+`"}`, `{"k":"x"}`, `{"k":"x"}`))
		if joined := strings.Join(got, "\n"); (want == "") != (joined == "") || !strings.Contains(joined, want) {
			t.Errorf("%s: %q, want %q", text, joined, want)
		}
	}
}

// TestForms is the table of section 5 of the design of pages.
func TestForms(t *testing.T) {
	b, err := New(source("a", `{"k":"x"}`, `{"k":"x"}`, `{"k":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	day := when.Day{Year: 2025, Month: 11, Date: 21}
	at := func(h, m int) when.Instant {
		return when.At(time.Date(2025, 11, 21, h, m, 0, 0, when.HongKong))
	}
	for name, c := range map[string]struct {
		write      func(*Texts) string
		tc, sc, en string
	}{
		"day":       {func(x *Texts) string { return x.Day(day) }, "2025年11月21日（星期五）", "2025年11月21日（星期五）", "Friday 21 November 2025"},
		"law":       {func(x *Texts) string { return x.Formal(day) }, "二零二五年十一月二十一日", "二零二五年十一月二十一日", "21 November 2025"},
		"law 10":    {func(x *Texts) string { return x.Formal(when.Day{Year: 2010, Month: 10, Date: 30}) }, "二零一零年十月三十日", "二零一零年十月三十日", "30 October 2010"},
		"year":      {func(x *Texts) string { return x.FinancialYear(2025) }, "2025-26年度", "2025-26年度", "2025-26"},
		"month":     {func(x *Texts) string { return x.Month(2025, 3) }, "2025年3月", "2025年3月", "March 2025"},
		"time":      {func(x *Texts) string { return x.Time(at(14, 30)) }, "下午2時30分", "下午2时30分", "2:30 pm"},
		"hour":      {func(x *Texts) string { return x.Time(at(9, 0)) }, "上午9時", "上午9时", "9:00 am"},
		"noon":      {func(x *Texts) string { return x.Time(at(12, 0)) }, "正午12時", "正午12时", "12:00 pm"},
		"midnight":  {func(x *Texts) string { return x.Time(at(0, 5)) }, "上午0時5分", "上午0时5分", "12:05 am"},
		"instant":   {func(x *Texts) string { return x.Instant(at(14, 30)) }, "2025年11月21日（星期五）下午2時30分", "2025年11月21日（星期五）下午2时30分", "Friday 21 November 2025, 2:30 pm"},
		"money":     {func(x *Texts) string { return x.Money("49.012", 8) }, "49.012億元", "49.012亿元", "HK$4,901.2 million"},
		"money m":   {func(x *Texts) string { return x.Money("4901.2", 6) }, "49.012億元", "49.012亿元", "HK$4,901.2 million"},
		"money k":   {func(x *Texts) string { return x.Money("350", 3) }, "35萬元", "35万元", "HK$350,000"},
		"money 1m":  {func(x *Texts) string { return x.Money("1234", 3) }, "123.4萬元", "123.4万元", "HK$1.234 million"},
		"minus":     {func(x *Texts) string { return x.Money("-15", 6) }, "−1,500萬元", "−1,500万元", "−HK$15 million"},
		"small":     {func(x *Texts) string { return x.Money("320", 0) }, "320元", "320元", "HK$320"},
		"no number": {func(x *Texts) string { return x.Money("—", 0) }, "—", "—", "—"},
		"count":     {func(x *Texts) string { return x.Count(2_570_000) }, "257萬", "257万", "2.57 million"},
		"count 1":   {func(x *Texts) string { return x.Count(2_571_234) }, "2,571,234", "2,571,234", "2,571,234"},
		"count 2":   {func(x *Texts) string { return x.Count(120_000_000) }, "1.2億", "1.2亿", "120 million"},
		"count 3":   {func(x *Texts) string { return x.Count(9_999) }, "9,999", "9,999", "9,999"},
		"range":     {func(x *Texts) string { return x.Range(2, 4) }, "2至4", "2至4", "2 to 4"},
		"decimal":   {func(x *Texts) string { return x.Decimal("-1234567.80") }, "−1,234,567.80", "−1,234,567.80", "−1,234,567.80"},
		"percent":   {func(x *Texts) string { return x.Percent("4.0") }, "4.0%", "4.0%", "4.0%"},
		"change":    {func(x *Texts) string { return x.Change("4.0") }, "+4.0%", "+4.0%", "+4.0%"},
		"fall":      {func(x *Texts) string { return x.Change("-2.5") }, "−2.5%", "−2.5%", "−2.5%"},
		"no change": {func(x *Texts) string { return x.Change("0.0") }, "0.0%", "0.0%", "0.0%"},
		"quote":     {func(x *Texts) string { return x.Quote("x") }, "「x」", "“x”", "‘x’"},
		"list":      {func(x *Texts) string { return x.List("A", "B", "C") }, "A、B和C", "A、B和C", "A, B and C"},
	} {
		for l, want := range map[lang.Lang]string{lang.TC: c.tc, lang.SC: c.sc, lang.EN: c.en} {
			if got := c.write(b.In(l)); got != want {
				t.Errorf("%s in %s = %q, want %q", name, l, got, want)
			}
		}
	}
}
