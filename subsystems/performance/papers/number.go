package papers

import (
	"strconv"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/money"
)

// grouped writes a figure as tables do: 1,234.5.
func grouped(d money.Decimal) string { return group(d.String(), ",") }

// counted writes a number of posts as sentences do: 5 840.
func counted(n int) string { return group(strconv.Itoa(n), " ") }

func group(s, sep string) string {
	sign, s := cutSign(s)
	whole, places, point := strings.Cut(s, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(sep)
		}
		b.WriteByte(whole[i])
	}
	if point {
		b.WriteString("." + places)
	}
	return b.String()
}

func cutSign(s string) (sign, rest string) {
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		return "-", rest
	}
	return "", s
}

// Printed forms of figures.
const nilDash = "—"

// moneyCell writes a figure of a table of money: nil and what is missing is a
// dash. places is how many the unit has.
func moneyCell(f Figure, places int) string {
	marks := strings.Join(f.Marks, "")
	if f.Value == nil || f.Value.IsZero() {
		return nilDash + marks
	}
	d, err := f.Value.At(places)
	if err != nil {
		d = *f.Value // Check has refused it
	}
	return grouped(d) + marks
}

// measureCell writes a figure of a table of measures, where nought is a value.
func measureCell(f Figure, l lang.Lang) string {
	marks := strings.Join(f.Marks, "")
	if f.Value != nil {
		return grouped(*f.Value) + marks
	}
	if l == lang.EN {
		return "N.A." + marks
	}
	return "不適用" + marks
}

// percent is the change from y to x, rounded half away from nought to one
// place, as the papers print it. There is none on nothing or on less.
func percent(x, y money.Decimal) (money.Decimal, bool) {
	if y.Sign() <= 0 || x.Sign() < 0 {
		return money.Decimal{}, false
	}
	d, err := x.Sub(y)
	if err == nil {
		d, err = d.Shift(2)
	}
	if err == nil {
		d, err = d.Quo(y, 1)
	}
	return d, err == nil
}

// signed writes the percentage behind a figure: (+4.0%), (—) for no change.
func signed(x, y money.Decimal) string {
	p, ok := percent(x, y)
	switch {
	case !ok:
		return ""
	case x.Cmp(y) == 0:
		return "(" + nilDash + ")"
	case x.Cmp(y) < 0:
		return "(-" + p.Abs().String() + "%)"
	}
	return "(+" + p.String() + "%)"
}

// A sum is an amount of money as sentences name it: rounded to 0.1 million.
type sum struct{ tenths int64 }

// million rounds thousands to a sum.
func million(thousands money.Decimal) sum {
	q, err := thousands.Quo(money.Int(100), 0)
	if err != nil {
		return sum{}
	}
	return sum{q.Coef()}
}

// ofMillions makes a sum of an amount of provision, which has one place.
func ofMillions(d money.Decimal) sum {
	t, err := d.At(1)
	if err != nil {
		return sum{}
	}
	return sum{t.Coef()}
}

// chinese writes 1.205 億元, 1,180 萬元.
func (s sum) chinese() string {
	if s.tenths == 0 {
		return nilDash
	}
	if t := s.tenths; t >= 1000 {
		return strconv.FormatInt(t/1000, 10) + "." + pad3(t%1000) + " 億元"
	}
	return group(strconv.FormatInt(s.tenths*10, 10), ",") + " 萬元"
}

func pad3(n int64) string {
	s := strconv.FormatInt(n, 10)
	return strings.Repeat("0", 3-len(s)) + s
}

// english writes $1,205.0m on the front page.
func (s sum) english() string {
	if s.tenths == 0 {
		return nilDash
	}
	return "$" + s.bare() + "m"
}

func (s sum) bare() string {
	return group(strconv.FormatInt(s.tenths/10, 10), ",") + "." + strconv.FormatInt(s.tenths%10, 10)
}

// dollars writes thousands in full: 2,179,588,000.
func dollars(thousands money.Decimal) string {
	d, err := thousands.Shift(3)
	if err != nil {
		return nilDash
	}
	return grouped(d)
}
