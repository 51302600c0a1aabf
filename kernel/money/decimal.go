package money

import (
	"errors"
	"math/bits"
	"strconv"
)

// MaxScale is the greatest number of places after the point.
const MaxScale = 18

var (
	// ErrOverflow says that a result has more digits than a Decimal holds.
	ErrOverflow = errors.New("money: the figure has too many digits")
	// ErrSyntax says that a text is no plain decimal figure.
	ErrSyntax = errors.New("money: not a decimal figure")
	// ErrDivide says that a quotient was asked for with a divisor that may be zero.
	ErrDivide = errors.New("money: the divisor may be zero")
)

// A Decimal is coef / 10^scale. The zero value is 0.
type Decimal struct {
	coef  int64
	scale uint8
}

// New gives coef / 10^scale; a scale outside 0..MaxScale is ErrOverflow.
func New(coef int64, scale int) (Decimal, error) {
	if scale < 0 || scale > MaxScale || coef == minInt64 {
		return Decimal{}, ErrOverflow
	}
	return Decimal{coef, uint8(scale)}, nil
}

// Int gives n with no places.
func Int(n int32) Decimal { return Decimal{int64(n), 0} }

const minInt64 = -1 << 63

// Parse reads [+-]digits[.digits]; no grouping, no spaces.
func Parse(s string) (Decimal, error) {
	neg, i := false, 0
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		neg, i = s[0] == '-', 1
	}
	var coef uint64
	scale, point, digits := 0, false, 0
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && !point && digits > 0 {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			return Decimal{}, ErrSyntax
		}
		hi, lo := bits.Mul64(coef, 10)
		lo, carry := bits.Add64(lo, uint64(c-'0'), 0)
		if hi != 0 || carry != 0 || lo >= 1<<63 {
			return Decimal{}, ErrOverflow
		}
		coef, digits = lo, digits+1
		if point {
			scale++
		}
	}
	if digits == 0 || s[len(s)-1] == '.' {
		return Decimal{}, ErrSyntax
	}
	if scale > MaxScale {
		return Decimal{}, ErrOverflow
	}
	v := int64(coef)
	if neg {
		v = -v
	}
	return Decimal{v, uint8(scale)}, nil
}

// String gives the digits as printed, with a leading minus where negative.
func (d Decimal) String() string { return string(d.append(nil)) }

func (d Decimal) append(b []byte) []byte {
	u := uint64(d.coef)
	if d.coef < 0 {
		b, u = append(b, '-'), uint64(-d.coef)
	}
	digits := strconv.AppendUint(make([]byte, 0, 20), u, 10)
	whole := len(digits) - int(d.scale)
	if whole <= 0 {
		b = append(b, '0')
	} else {
		b = append(b, digits[:whole]...)
	}
	if d.scale == 0 {
		return b
	}
	b = append(b, '.')
	for ; whole < 0; whole++ {
		b = append(b, '0')
	}
	return append(b, digits[whole:]...)
}

// MarshalJSON writes a number literal with the digits as printed.
func (d Decimal) MarshalJSON() ([]byte, error) { return d.append(nil), nil }

// UnmarshalJSON reads a plain number literal; exponents are refused.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	v, err := Parse(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// Coef is the figure without its point; Scale the number of places.
func (d Decimal) Coef() int64 { return d.coef }

// Scale is the number of places after the point.
func (d Decimal) Scale() int { return int(d.scale) }

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int {
	switch {
	case d.coef < 0:
		return -1
	case d.coef > 0:
		return 1
	}
	return 0
}

// IsZero says whether the figure is nought at any scale.
func (d Decimal) IsZero() bool { return d.coef == 0 }

// Neg changes the sign.
func (d Decimal) Neg() Decimal { return Decimal{-d.coef, d.scale} }

// Abs drops the sign.
func (d Decimal) Abs() Decimal {
	if d.coef < 0 {
		return d.Neg()
	}
	return d
}

// At gives the same value with exactly scale places; it never rounds.
func (d Decimal) At(scale int) (Decimal, error) {
	if scale < 0 || scale > MaxScale {
		return Decimal{}, ErrOverflow
	}
	for int(d.scale) > scale {
		if d.coef%10 != 0 {
			return Decimal{}, ErrOverflow
		}
		d.coef, d.scale = d.coef/10, d.scale-1
	}
	c, err := mul(d.coef, pow10(scale-int(d.scale)))
	return Decimal{c, uint8(scale)}, err
}

// Shift multiplies by ten to the n, exactly: 34.945 shifted by 8 is 3494500000.
func (d Decimal) Shift(n int) (Decimal, error) {
	scale := int(d.scale) - n
	if scale >= 0 {
		return New(d.coef, scale)
	}
	if -scale > MaxScale {
		return Decimal{}, ErrOverflow
	}
	c, err := mul(d.coef, pow10(-scale))
	return Decimal{c, 0}, err
}

// Add is exact; the result has the larger scale.
func (d Decimal) Add(e Decimal) (Decimal, error) {
	d, e, err := align(d, e)
	if err != nil {
		return Decimal{}, err
	}
	s := d.coef + e.coef
	if (s > d.coef) != (e.coef > 0) && e.coef != 0 || s == minInt64 {
		return Decimal{}, ErrOverflow
	}
	return Decimal{s, d.scale}, nil
}

// Sub is d - e.
func (d Decimal) Sub(e Decimal) (Decimal, error) { return d.Add(e.Neg()) }

// Mul multiplies by a small whole number.
func (d Decimal) Mul(n int32) (Decimal, error) {
	c, err := mul(d.coef, int64(n))
	return Decimal{c, d.scale}, err
}

// Cmp compares values: 1.0 and 1.00 are equal. It cannot overflow.
func (d Decimal) Cmp(e Decimal) int {
	if d.Sign() != e.Sign() {
		return cmpInt(d.Sign(), e.Sign())
	}
	dh, dl := bits.Mul64(magnitude(d), uint64(pow10(max(0, int(e.scale)-int(d.scale)))))
	eh, el := bits.Mul64(magnitude(e), uint64(pow10(max(0, int(d.scale)-int(e.scale)))))
	c := cmpUint(dl, el)
	if dh != eh {
		c = cmpUint(dh, eh)
	}
	if d.coef < 0 {
		c = -c
	}
	return c
}

// Quo is d/e rounded half away from zero to the given places.
func (d Decimal) Quo(e Decimal, places int) (Decimal, error) {
	q, rem, div, err := quo(d, e, places)
	if err != nil {
		return Decimal{}, err
	}
	if rem >= div-rem {
		q++
	}
	if d.Sign()*e.Sign() < 0 {
		q = -q
	}
	return New(q, places)
}

// quo divides magnitudes: whole quotient at the given places, remainder, divisor.
func quo(d, e Decimal, places int) (q int64, rem, div uint64, err error) {
	if e.coef == 0 {
		return 0, 0, 0, ErrDivide
	}
	up := places + int(e.scale) - int(d.scale)
	div = magnitude(e)
	if up < 0 {
		if -up > MaxScale {
			return 0, 0, 0, ErrOverflow
		}
		hi, lo := bits.Mul64(div, uint64(pow10(-up)))
		if hi != 0 {
			return 0, 0, 0, ErrOverflow
		}
		div, up = lo, 0
	}
	if up > MaxScale {
		return 0, 0, 0, ErrOverflow
	}
	hi, lo := bits.Mul64(magnitude(d), uint64(pow10(up)))
	if hi >= div {
		return 0, 0, 0, ErrOverflow
	}
	u, r := bits.Div64(hi, lo, div)
	if u >= 1<<63-1 {
		return 0, 0, 0, ErrOverflow
	}
	return int64(u), r, div, nil
}

func align(d, e Decimal) (Decimal, Decimal, error) {
	s := max(int(d.scale), int(e.scale))
	d, err := d.At(s)
	if err != nil {
		return d, e, err
	}
	e, err = e.At(s)
	return d, e, err
}

func mul(a, b int64) (int64, error) {
	hi, lo := bits.Mul64(magnitude(Decimal{coef: a}), magnitude(Decimal{coef: b}))
	if hi != 0 || lo >= 1<<63 {
		return 0, ErrOverflow
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), nil
	}
	return int64(lo), nil
}

func magnitude(d Decimal) uint64 {
	if d.coef < 0 {
		return uint64(-d.coef)
	}
	return uint64(d.coef)
}

// pow10 is ten to the n for 0 <= n <= MaxScale.
func pow10(n int) int64 {
	p := int64(1)
	for ; n > 0; n-- {
		p *= 10
	}
	return p
}

func cmpInt(a, b int) int {
	if a < b {
		return -1
	}
	return 1
}

func cmpUint(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
