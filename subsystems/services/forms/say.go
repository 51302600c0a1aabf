package forms

import (
	"strconv"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/words"
)

func number(n int64) string { return strconv.FormatInt(n, 10) }

// dollars writes cents, given as a whole number, with all that they have: HK$1,234.50, HK$80.
func dollars(t *words.Texts, cents string) string {
	sign := ""
	if rest, minus := strings.CutPrefix(cents, "-"); minus {
		sign, cents = "-", rest
	}
	for len(cents) < 3 {
		cents = "0" + cents
	}
	whole, part := cents[:len(cents)-2], cents[len(cents)-2:]
	if part != "00" {
		whole += "." + part
	}
	return t.T("forms.money", "amount", t.Decimal(sign+whole))
}

// saying is how answers are shown.
type saying struct {
	*words.Texts
	mask bool // identity-card numbers are for those who decide only
}

// value writes an answer for people. It is empty when there is none.
func (s saying) value(x *Field, v any) (string, lang.Lang) {
	switch y := v.(type) {
	case nil:
		return "", ""
	case bool:
		switch {
		case x.As == Tick && y:
			return s.T("forms.ticked"), ""
		case y:
			return s.T("forms.yes"), ""
		}
		return s.T("forms.no"), ""
	case float64:
		return s.figure(x, y), ""
	case string:
		return s.text(x, y)
	}
	switch x.As {
	case Place:
		if a, ok := AddressOf(v); ok {
			return a.Say(s.Texts), ""
		}
	case Many:
		return s.choices(x, v), ""
	case File:
		return s.files(v), ""
	}
	return "", ""
}

func (s saying) figure(x *Field, y float64) string {
	if x.As == Money {
		return dollars(s.Texts, strconv.FormatFloat(y, 'f', 0, 64))
	}
	return s.Decimal(strconv.FormatFloat(y, 'f', -1, 64))
}

func (s saying) text(x *Field, y string) (string, lang.Lang) {
	switch x.As {
	case Day:
		if d, err := when.ParseDay(y); err == nil {
			return s.Date(d), ""
		}
	case HKID:
		if s.mask {
			return maskHKID(y), ""
		}
	case One, Select:
		if label, ok := x.choice(y); ok {
			return label.With(s.Lang())
		}
	case Phone:
		if len(y) == 8 {
			return y[:4] + " " + y[4:], ""
		}
	case EnglishName:
		return y, lang.EN
	case ChineseName:
		return y, s.chinese()
	}
	return y, ""
}

func (s saying) chinese() lang.Lang {
	if s.Lang() == lang.SC {
		return lang.SC
	}
	return lang.TC
}

func (s saying) choices(x *Field, v any) string {
	list, _ := v.([]any)
	var said []string
	for _, y := range list {
		value, _ := y.(string)
		if label, ok := x.choice(value); ok {
			said = append(said, label.In(s.Lang()))
		}
	}
	return s.List(said...)
}

func (s saying) files(v any) string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var said []string
	for _, y := range list {
		if u, ok := UploadOf(y); ok {
			said = append(said, s.T("forms.file.named", "name", u.Name, "kilobytes", kilobytes(u.Bytes)))
		}
	}
	return strings.Join(said, "\n")
}

func kilobytes(n int64) int64 { return (n + 1023) >> 10 }
