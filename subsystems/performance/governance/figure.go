package governance

import (
	"database/sql/driver"
	"fmt"
	"strings"

	"praya/kernel/money"
)

// Figure is a number (數字) that may not be known. It is stored, and sent, as text: empty
// when unknown, so that nought and nothing are never the same.
type Figure struct {
	Decimal money.Decimal
	Known   bool
}

// mostDigits of a figure before its point: sums of many stay far from overflow.
const mostDigits = 12

// Known is a figure that is known.
func known(d money.Decimal) Figure { return Figure{d, true} }

// ParseFigure reads a figure as people type it: full-width digits were made half-width
// before, commas between thousands are read over. Empty text is an unknown figure.
func ParseFigure(s string) (Figure, error) {
	s = strings.ReplaceAll(strings.TrimSpace(s), ",", "")
	if s == "" {
		return Figure{}, nil
	}
	d, err := money.Parse(s)
	if err != nil {
		return Figure{}, err
	}
	if whole, _, _ := strings.Cut(strings.TrimLeft(d.String(), "-"), "."); len(whole) > mostDigits || d.Scale() > 6 {
		return Figure{}, money.ErrOverflow
	}
	return known(d), nil
}

// String is the stored form.
func (f Figure) String() string {
	if !f.Known {
		return ""
	}
	return f.Decimal.String()
}

// Equal reports whether two figures are the same number, or both unknown.
func (f Figure) Equal(g Figure) bool {
	return f.Known == g.Known && (!f.Known || f.Decimal.Cmp(g.Decimal) == 0)
}

// Value stores the figure as text.
func (f Figure) Value() (driver.Value, error) { return f.String(), nil }

// Scan reads the stored text.
func (f *Figure) Scan(v any) (err error) {
	switch v := v.(type) {
	case string:
		*f, err = ParseFigure(v)
	case []byte:
		*f, err = ParseFigure(string(v))
	default:
		err = fmt.Errorf("governance: a figure from %T", v)
	}
	return err
}

// MarshalText gives the stored form.
func (f Figure) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the stored form.
func (f *Figure) UnmarshalText(b []byte) (err error) {
	*f, err = ParseFigure(string(b))
	return err
}

// amount reports whether a figure is known and not below nought, as costs are.
func (f Figure) amount() bool { return f.Known && f.Decimal.Sign() >= 0 }
