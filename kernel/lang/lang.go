// Package lang has the three languages that Praya speaks: Traditional Chinese (繁體),
// English and Simplified Chinese (简体), one type for a text in all three, and the
// rule by which a visitor's language is chosen.
package lang

import (
	"sort"
	"strconv"
	"strings"
)

// Lang is one of the three languages, named as it stands in an address: /tc, /en, /sc.
type Lang string

// The languages.
const (
	TC Lang = "tc"
	EN Lang = "en"
	SC Lang = "sc"
)

// All lists the languages in the order in which the language switch shows them.
func All() []Lang { return []Lang{TC, EN, SC} }

// Parse reads the first part of an address.
func Parse(s string) (Lang, bool) {
	l := Lang(s)
	return l, l == TC || l == EN || l == SC
}

// Tag is the BCP 47 tag for the lang attribute: browsers choose glyphs by it.
func (l Lang) Tag() string {
	switch l {
	case EN:
		return "en"
	case SC:
		return "zh-Hans"
	}
	return "zh-Hant"
}

// Name is the language's name in itself.
func (l Lang) Name() string {
	switch l {
	case EN:
		return "English"
	case SC:
		return "简体"
	}
	return "繁體"
}

// Text is one text in three languages. A missing one falls back to another,
// since a name in a foreign script helps more than an empty place.
type Text struct {
	TC string `json:"tc,omitempty"`
	EN string `json:"en,omitempty"`
	SC string `json:"sc,omitempty"`
}

// In returns the text in a language, or the nearest that there is.
func (t Text) In(l Lang) string {
	s, _ := t.With(l)
	return s
}

// With returns the text in a language, or the nearest that there is, and the language
// that it is really in, so that a page can mark it up.
func (t Text) With(l Lang) (string, Lang) {
	order := [3]Lang{TC, SC, EN}
	switch l {
	case EN:
		order = [3]Lang{EN, TC, SC}
	case SC:
		order = [3]Lang{SC, TC, EN}
	}
	for _, o := range order {
		if s := t.exact(o); s != "" {
			return s, o
		}
	}
	return "", l
}

// Complete reports whether all three are there.
func (t Text) Complete() bool { return t.TC != "" && t.EN != "" && t.SC != "" }

func (t Text) exact(l Lang) string {
	switch l {
	case EN:
		return t.EN
	case SC:
		return t.SC
	}
	return t.TC
}

// Negotiate chooses a language from an Accept-Language header (RFC 9110, 12.5.4) by
// Hong Kong's rules: bare zh and every Cantonese tag mean Traditional Chinese here,
// where most libraries take them for Simplified. Without a match it is Traditional.
func Negotiate(accept string) Lang {
	if accept == "" { // a program
		return TC
	}
	type choice struct {
		lang Lang
		q    float64
	}
	var choices []choice
	for i, part := range strings.Split(accept, ",") {
		if i == 32 { // a header may be long; a person's list is not
			break
		}
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q="); ok {
			f, err := strconv.ParseFloat(v, 64)
			if err != nil || f < 0 || f > 1 {
				continue
			}
			q = f
		}
		if l, ok := forTag(tag); ok && q > 0 {
			choices = append(choices, choice{l, q})
		}
	}
	sort.SliceStable(choices, func(i, j int) bool { return choices[i].q > choices[j].q })
	if len(choices) == 0 {
		return TC
	}
	return choices[0].lang
}

func forTag(tag string) (Lang, bool) {
	parts := strings.Split(strings.ToLower(strings.ReplaceAll(strings.TrimSpace(tag), "_", "-")), "-")
	switch parts[0] {
	case "*", "yue":
		return TC, true
	case "en":
		return EN, true
	case "zh", "cmn":
		for _, p := range parts[1:] {
			switch p {
			case "hans":
				return SC, true
			case "hant":
				return TC, true
			}
		}
		for _, p := range parts[1:] {
			if p == "cn" || p == "sg" || p == "my" {
				return SC, true
			}
		}
		return TC, true
	}
	return "", false
}
