package money

// An Interval holds every value from Lo to Hi.
type Interval struct{ Lo, Hi Decimal }

// Point is the interval of a figure that was not rounded.
func Point(d Decimal) Interval { return Interval{d, d} }

// Rounding is everything that rounds to d at d's own scale: half a unit of the
// last place to either side.
func (d Decimal) Rounding() (Interval, error) {
	wide, err := d.At(int(d.scale) + 1)
	if err != nil {
		return Interval{}, err
	}
	half := Decimal{5, wide.scale}
	lo, err := wide.Sub(half)
	if err != nil {
		return Interval{}, err
	}
	hi, err := wide.Add(half)
	return Interval{lo, hi}, err
}

// Add adds end by end.
func (a Interval) Add(b Interval) (Interval, error) {
	lo, err := a.Lo.Add(b.Lo)
	if err != nil {
		return Interval{}, err
	}
	hi, err := a.Hi.Add(b.Hi)
	return Interval{lo, hi}, err
}

// Neg mirrors the interval at nought.
func (a Interval) Neg() Interval { return Interval{a.Hi.Neg(), a.Lo.Neg()} }

// Sub is a - b.
func (a Interval) Sub(b Interval) (Interval, error) { return a.Add(b.Neg()) }

// Shift multiplies by ten to the n.
func (a Interval) Shift(n int) (Interval, error) {
	lo, err := a.Lo.Shift(n)
	if err != nil {
		return Interval{}, err
	}
	hi, err := a.Hi.Shift(n)
	return Interval{lo, hi}, err
}

// Touches says whether the two have a value in common, be it a single end.
func (a Interval) Touches(b Interval) bool {
	return a.Lo.Cmp(b.Hi) <= 0 && b.Lo.Cmp(a.Hi) <= 0
}

// Meets says whether one value can round to both. An end belongs to one
// neighbour only (half rounds up), so intervals that share an end alone do not
// meet: 883 and 884 are never the same figure printed twice.
func (a Interval) Meets(b Interval) bool {
	if a.Lo.Cmp(a.Hi) == 0 || b.Lo.Cmp(b.Hi) == 0 {
		return a.Touches(b)
	}
	return a.Lo.Cmp(b.Hi) < 0 && b.Lo.Cmp(a.Hi) < 0
}

// Contains says whether d lies in the interval, ends included.
func (a Interval) Contains(d Decimal) bool { return a.Lo.Cmp(d) <= 0 && d.Cmp(a.Hi) <= 0 }

// Meet gives what two intervals have in common.
func (a Interval) Meet(b Interval) (Interval, bool) {
	if !a.Meets(b) {
		return Interval{}, false
	}
	if b.Lo.Cmp(a.Lo) > 0 {
		a.Lo = b.Lo
	}
	if b.Hi.Cmp(a.Hi) < 0 {
		a.Hi = b.Hi
	}
	return a, true
}

// Change is the percentage 100 * (x - y) / y for every x and y of the
// intervals, widened outwards to the given places. y must be positive and x
// not negative, as amounts of provision are.
func Change(x, y Interval, places int) (Interval, error) {
	if y.Lo.Sign() <= 0 || x.Lo.Sign() < 0 {
		return Interval{}, ErrDivide
	}
	lo, _, _, err := quo(x.Lo, y.Hi, places+2)
	if err != nil {
		return Interval{}, err
	}
	hi, rem, _, err := quo(x.Hi, y.Lo, places+2)
	if err != nil {
		return Interval{}, err
	}
	if rem != 0 {
		hi++
	}
	hundred := 100 * pow10(places)
	return Interval{Decimal{lo - hundred, uint8(places)}, Decimal{hi - hundred, uint8(places)}}, nil
}
