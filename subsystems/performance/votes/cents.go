package votes

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"praya/kernel/money"
)

// Cents is an exact amount of the journal in hundredths of a dollar.
type Cents int64

// mostCents bounds one amount, so that a thousand of them still add up in 64 bits: HK$10 trillion.
const mostCents = Cents(1_000_000_000_000_000)

var errCents = errors.New("votes: the amount has more than two places, or is too large")

// CentsOf takes dollars with at most two places.
func CentsOf(dollars money.Decimal) (Cents, error) {
	d, err := dollars.At(2)
	if err != nil || d.Coef() > int64(mostCents) || d.Coef() < -int64(mostCents) {
		return 0, errCents
	}
	return Cents(d.Coef()), nil
}

// CentsOfThousands takes thousands of dollars, as papers print them.
func CentsOfThousands(thousands money.Decimal) (Cents, error) {
	dollars, err := thousands.Shift(3)
	if err != nil {
		return 0, errCents
	}
	return CentsOf(dollars)
}

// Dollars is the amount with two places.
func (c Cents) Dollars() money.Decimal { return scaled(int64(c), 2) }

// Thousands is the amount in thousands of dollars with no more places than it needs.
func (c Cents) Thousands() money.Decimal {
	coef, scale := int64(c), 5
	for scale > 0 && coef%10 == 0 {
		coef, scale = coef/10, scale-1
	}
	return scaled(coef, scale)
}

// RoundThousands is the amount in whole thousands, half away from zero, as papers round.
func (c Cents) RoundThousands() money.Decimal {
	half := int64(50_000)
	if c < 0 {
		half = -half
	}
	return scaled((int64(c)+half)/100_000, 0)
}

// MarshalJSON writes dollars with two places.
func (c Cents) MarshalJSON() ([]byte, error) { return c.Dollars().MarshalJSON() }

// UnmarshalJSON reads dollars.
func (c *Cents) UnmarshalJSON(b []byte) error {
	d, err := money.Parse(string(b))
	if err != nil {
		return err
	}
	*c, err = CentsOf(d)
	return err
}

// String groups dollars by three, the same in every language, and shows cents where there are any.
func (c Cents) String() string {
	if c%100 == 0 {
		return group(strconv.FormatInt(int64(c)/100, 10))
	}
	return group(c.Dollars().String())
}

func scaled(coef int64, scale int) money.Decimal {
	d, err := money.New(coef, scale)
	if err != nil {
		return money.Decimal{} // only math.MinInt64, which plus never gives
	}
	return d
}

// plus adds, and says so when the sum does not fit.
func plus(a, b Cents) (Cents, error) {
	s := a + b
	if b > 0 && s < a || b < 0 && s > a || s == math.MinInt64 {
		return 0, errCents
	}
	return s, nil
}

// group sets commas into a decimal number.
func group(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	whole, rest, point := strings.Cut(s, ".")
	var b strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if point {
		b.WriteByte('.')
		b.WriteString(rest)
	}
	return sign + b.String()
}
