package words

import (
	"math/big"
	"strconv"
	"strings"
)

// minus is the sign that stands level with + and does not break from its number.
const minus = "−"

// Number writes a whole number grouped by three: 4,901, in every language.
func (t *Texts) Number(n int64) string { return t.Decimal(strconv.FormatInt(n, 10)) }

// Decimal groups a decimal number that is given as text, and keeps every digit:
// "-12345.60" becomes −12,345.60. What isn't a decimal number is given back as it is.
func (t *Texts) Decimal(s string) string {
	sign, whole, fraction, ok := split(s)
	if !ok {
		return s
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + group(whole) + fraction
}

// Signed is Decimal with a plus before what is more than zero: +4.0.
func (t *Texts) Signed(s string) string {
	sign, whole, fraction, ok := split(s)
	if ok && sign == "" && strings.Trim(whole+fraction, "0") != "" {
		return "+" + t.Decimal(s)
	}
	return t.Decimal(s)
}

// Percent writes 4.0%.
func (t *Texts) Percent(s string) string { return t.Decimal(s) + "%" }

// Change writes a change in percent with its sign: +4.0%, −2.5%.
func (t *Texts) Change(s string) string { return t.Signed(s) + "%" }

// Count writes a whole number for prose: 257萬, 2.57 million. Only numbers that the
// larger unit shortens without losing a digit get it; others are grouped.
func (t *Texts) Count(n int64) string {
	s := strconv.FormatInt(n, 10)
	if !t.chinese() {
		if size(n) >= 1_000_000 && n%10_000 == 0 {
			return t.Decimal(shift(s, -6)) + " million"
		}
		return t.Number(n)
	}
	switch {
	case size(n) >= 100_000_000 && n%1_000_000 == 0:
		return t.Decimal(shift(s, -8)) + t.pick("億", "亿", "")
	case size(n) >= 10_000 && n%100 == 0:
		return t.Decimal(shift(s, -4)) + t.pick("萬", "万", "")
	}
	return t.Number(n)
}

func size(n int64) int64 { return max(n, -n) }

// Money writes an amount for prose: 49.012億元, HK$4,901.2 million. The amount is a
// decimal number in units of ten to the power of exp dollars: Money("49.012", 8).
// No digit is lost or made up in any language.
func (t *Texts) Money(amount string, exp int) string {
	if _, _, _, ok := split(amount); !ok {
		return amount
	}
	dollars := shift(amount, exp)
	if !t.chinese() {
		if digits(dollars) > 6 {
			return t.dollars(shift(dollars, -6)) + " million"
		}
		return t.dollars(dollars)
	}
	switch n := digits(dollars); {
	case n > 8:
		return t.Decimal(shift(dollars, -8)) + t.pick("億元", "亿元", "")
	case n > 4:
		return t.Decimal(shift(dollars, -4)) + t.pick("萬元", "万元", "")
	}
	return t.Decimal(dollars) + "元"
}

func (t *Texts) dollars(s string) string {
	if rest, ok := strings.CutPrefix(t.Decimal(s), minus); ok {
		return minus + "HK$" + rest
	}
	return "HK$" + t.Decimal(s)
}

// digits counts the digits before the point, without leading zeros.
func digits(s string) int {
	_, whole, _, _ := split(s)
	return len(strings.TrimLeft(whole, "0"))
}

// shift multiplies a decimal number by ten to the power of n, exactly, and drops zeros
// at the end of its fraction.
func shift(s string, n int) string {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return s
	}
	power := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n, -n))), nil))
	if n < 0 {
		r.Quo(r, power)
	} else {
		r.Mul(r, power)
	}
	places := len(s) + max(-n, 0) // more than the result can have
	out := r.FloatString(places)
	if strings.Contains(out, ".") {
		out = strings.TrimRight(strings.TrimRight(out, "0"), ".")
	}
	return out
}

// split takes a decimal number apart, and refuses anything else.
func split(s string) (sign, whole, fraction string, ok bool) {
	if rest, found := strings.CutPrefix(s, "-"); found {
		sign, s = minus, rest
	}
	whole, fraction, point := strings.Cut(s, ".")
	if whole == "" || point && fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return "", "", "", false
	}
	return sign, whole, fraction, true
}

func group(whole string) string {
	if len(whole) <= 3 {
		return whole
	}
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}
