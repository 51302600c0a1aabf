// Package money holds exact decimal figures as a paper prints them.
//
// Words: figure 數字, rounding 四捨五入, interval 區間.
//
// A Decimal keeps the scale at which it was printed: 100.0 is not 100, because
// the digits that were printed say how far the true figure may be away. The
// Interval of a Decimal is everything that rounds to it. Two printed figures
// can be about the same thing exactly when their intervals meet; that is the
// only notion of "close enough" in this program, and there are no floats.
//
// Rules that always hold:
//   - no operation loses a digit silently; what does not fit is ErrOverflow;
//   - String(Parse(s)) is s without grouping;
//   - Add, Sub and Cmp are exact at every pair of scales.
package money
