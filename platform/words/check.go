package words

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"praya/kernel/lang"
)

// Check reports every text that breaks a rule of Praya's style that a program can see.
// Keys and placeholders are compared when the book is made; this is about the words.
func (b *Book) Check() []string {
	var out []string
	for _, key := range b.Keys() {
		for _, l := range lang.All() {
			e := b.texts[l].entries[key]
			for _, text := range []string{e.one, e.other} {
				for _, fault := range faults(key, text, l) {
					out = append(out, fmt.Sprintf("%s (%s): %s: %q", key, l.Tag(), fault, text))
				}
			}
		}
	}
	return out
}

// Complete makes a book and checks it: what an architecture test calls.
func Complete(sources ...Source) []string {
	b, err := New(sources...)
	if err != nil {
		return strings.Split(err.Error(), "\n")
	}
	return b.Check()
}

// banned lists what is never written, with what to write instead. Its forms are
// those of Hong Kong (衞, 裏, 帳, 台).
func banned(l lang.Lang) map[string]string {
	switch l {
	case lang.EN:
		return map[string]string{
			"kindly": "leave it out", "please note": "say it", "click here": "name the thing",
			"Click here": "name the thing", "Please note": "say it", "Kindly": "leave it out",
		}
	case lang.SC:
		return map[string]string{
			"您": "你", "点击": "按，或说明要做什么", "信息": "资讯", "温馨提示": "说出要点",
			"「": "“", "」": "”", "登录": "登入", "网络上": "网上", "邮箱": "电邮", "上传": "上载",
		}
	}
	return map[string]string{
		"您": "你", "點擊": "按，或說明要做甚麼", "信息": "資訊", "溫馨提示": "說出要點", "温馨提示": "說出要點",
		"“": "「", "”": "」", "衛": "衞", "裡": "裏", "賬": "帳", "臺": "台", "登錄": "登入", "上傳": "上載", "郵箱": "電郵",
	}
}

func faults(key, text string, l lang.Lang) []string {
	var out []string
	for word, instead := range banned(l) {
		if strings.Contains(text, word) {
			out = append(out, fmt.Sprintf("%s is not written: %s", word, instead))
		}
	}
	slices.Sort(out)
	if text != strings.TrimSpace(text) {
		out = append(out, "space at an end")
	}
	if l == lang.EN {
		return out
	}
	if strings.Contains(text, "百萬") || strings.Contains(text, "百万") {
		if !strings.HasSuffix(key, "unit") && !strings.Contains(key, ".unit.") {
			out = append(out, "百萬 in prose: write 萬 or 億 (a table's unit stands under a key that ends in unit)")
		}
	}
	return append(out, punctuation(text)...)
}

// punctuation finds half-width marks and spaces beside Han characters. A placeholder
// may stand for either script, so what touches it is not judged.
func punctuation(text string) []string {
	var out []string
	runes := []rune(text)
	for i := 1; i < len(runes); i++ {
		before, c := runes[i-1], runes[i]
		if unicode.Is(unicode.Han, before) && strings.ContainsRune(",:;?!()", c) {
			out = append(out, fmt.Sprintf("half-width %q after %q", c, before))
		}
		if c == ' ' && (unicode.Is(unicode.Han, before) || i+1 < len(runes) && unicode.Is(unicode.Han, runes[i+1])) {
			out = append(out, "a space beside a Chinese character")
		}
		if before == c && strings.ContainsRune("，。：；？！", c) {
			out = append(out, "doubled punctuation")
		}
	}
	return out
}
