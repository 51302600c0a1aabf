package money

import (
	"encoding/json"
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func must(t interface {
	Helper()
	Fatalf(string, ...any)
}, s string,
) Decimal {
	t.Helper()
	d, err := Parse(s)
	if err != nil {
		t.Fatalf("Parse(%q): %v", s, err)
	}
	return d
}

func TestParseKeepsWhatWasPrinted(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "100.0": "100.0", "-0.05": "-0.05", "+2.1": "2.1", "007": "7",
		"9223372036854775807": "9223372036854775807", "0.000000000000000001": "0.000000000000000001",
	} {
		if got := must(t, in).String(); got != want {
			t.Errorf("Parse(%q) prints %q, want %q", in, got, want)
		}
	}
	for _, in := range []string{"", "-", ".", "1.", ".5", "1,000", "1 0", "1e3", "١", "1.2.3"} {
		if _, err := Parse(in); !errors.Is(err, ErrSyntax) {
			t.Errorf("Parse(%q): %v, want ErrSyntax", in, err)
		}
	}
	for _, in := range []string{"9223372036854775808", "99999999999999999999", "0.0000000000000000001"} {
		if _, err := Parse(in); !errors.Is(err, ErrOverflow) {
			t.Errorf("Parse(%q): %v, want ErrOverflow", in, err)
		}
	}
}

func TestShiftAndChange(t *testing.T) {
	d, err := must(t, "34.945").Shift(8)
	if err != nil || d.String() != "3494500000" {
		t.Fatal(d, err)
	}
	x, _ := must(t, "1031.2").Rounding()
	y, _ := must(t, "1037.8").Rounding()
	c, err := Change(x, y, 4)
	if err != nil || !c.Contains(must(t, "-0.6360")) || c.Contains(must(t, "-0.6500")) {
		t.Fatal(c, err)
	}
	if q, err := must(t, "-2").Quo(must(t, "3"), 2); err != nil || q.String() != "-0.67" {
		t.Fatal(q, err)
	}
}

func TestFiguresThatShareOnlyAnEndDoNotMeet(t *testing.T) {
	a, _ := must(t, "883").Rounding()
	b, _ := must(t, "884").Rounding()
	if a.Meets(b) || !a.Touches(b) || !a.Meets(a) {
		t.Fatal("half rounds up: an end belongs to one side")
	}
	wide, _ := must(t, "0.9").Shift(3)
	if wide.String() != "900" {
		t.Fatal(wide)
	}
}

func TestOverflowIsSaid(t *testing.T) {
	top := must(t, "9223372036854775807")
	for name, err := range map[string]error{
		"add":   second(top.Add(Int(1))),
		"sub":   second(top.Neg().Sub(Int(2))),
		"mul":   second(top.Mul(2)),
		"at":    second(top.At(1)),
		"shift": second(top.Shift(1)),
		"quo":   second(top.Quo(must(t, "0.1"), 2)),
	} {
		if !errors.Is(err, ErrOverflow) {
			t.Errorf("%s: %v, want ErrOverflow", name, err)
		}
	}
}

func second(_ Decimal, err error) error { return err }

func rat(d Decimal) *big.Rat {
	r, _ := new(big.Rat).SetString(d.String())
	return r
}

func decimals() *rapid.Generator[Decimal] {
	return rapid.Custom(func(t *rapid.T) Decimal {
		d, _ := New(rapid.Int64Range(-1e15, 1e15).Draw(t, "coef"), rapid.IntRange(0, 6).Draw(t, "scale"))
		return d
	})
}

func TestArithmeticIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := decimals().Draw(t, "a"), decimals().Draw(t, "b")
		if got := must(t, a.String()); got != a {
			t.Fatalf("%v reads back as %v", a, got)
		}
		if got, want := a.Cmp(b), rat(a).Cmp(rat(b)); got != want {
			t.Fatalf("%v cmp %v = %d, want %d", a, b, got, want)
		}
		if sum, err := a.Add(b); err == nil && rat(sum).Cmp(new(big.Rat).Add(rat(a), rat(b))) != 0 {
			t.Fatalf("%v + %v = %v", a, b, sum)
		} else if err != nil && !errors.Is(err, ErrOverflow) {
			t.Fatal(err)
		}
		raw, _ := json.Marshal(a)
		var back Decimal
		if err := json.Unmarshal(raw, &back); err != nil || back != a {
			t.Fatalf("%s reads back as %v, %v", raw, back, err)
		}
		if iv, err := a.Rounding(); err != nil || !iv.Contains(a) {
			t.Fatal(iv, err)
		}
		if q, err := a.Quo(b, 3); err == nil {
			off := new(big.Rat).Sub(rat(q), new(big.Rat).Quo(rat(a), rat(b)))
			if off.Abs(off).Cmp(big.NewRat(1, 2000)) > 0 {
				t.Fatalf("%v / %v = %v", a, b, q)
			}
		}
	})
}

func TestChangeHoldsEveryQuotient(t *testing.T) {
	amounts := rapid.Int64Range(1, 1e9)
	rapid.Check(t, func(t *rapid.T) {
		x, _ := New(amounts.Draw(t, "x"), 1)
		y, _ := New(amounts.Draw(t, "y"), 1)
		iv, err := Change(Point(x), Point(y), 3)
		if err != nil {
			t.Fatal(err)
		}
		exact := new(big.Rat).Quo(new(big.Rat).Sub(rat(x), rat(y)), rat(y))
		exact.Mul(exact, big.NewRat(100, 1))
		if rat(iv.Lo).Cmp(exact) > 0 || rat(iv.Hi).Cmp(exact) < 0 {
			t.Fatalf("change of %v on %v is outside %v", x, y, iv)
		}
	})
}
