// Package gen writes papers of the Estimates that no government published:
// invented heads, invented words, figures that add up, in the same form as
// the real ones and with the same variety of layout. It knows nothing of the
// reader; what it put into a paper it hands over as the truth, so that
// gen → read is a test, and thousands of papers are a load.
//
// Words: head 總目, programme 綱領, subhead 分目, commitment 承擔額.
//
// Rules that always hold: the same seed, head and year give the same paper;
// every sum in the paper is exact in the unit in which it is printed; the
// estimate of one year is the original estimate of the next year's paper.
package gen
