// Package paper reads one published paper of the Estimates 開支預算, says what
// it holds as facts, and checks whether it adds up.
//
// Words: head 總目, programme 綱領, provision 財政撥款, subhead 分目, item 項目,
// commitment 承擔額, establishment 編制, target 目標, indicator 指標.
//
// How a paper becomes facts:
//
//	bytes → lines (decode.go, line.go) → cells (cell.go) → blocks: headings,
//	tables, prose, footnotes (walk.go and one file per noun) → columns placed
//	(place.go) → facts (fact.go) → checks (check.go)
//
// Rules that always hold:
//   - A figure is placed by position only when the cells of its row and the
//     headings of its table pair one to one. Otherwise the paper's own
//     arithmetic decides (place.go), and the fact says so in How and Why; what
//     arithmetic cannot decide becomes kind "unplaced" and a Problem.
//   - How is "printed" for a figure that stands on the line in the cell named;
//     "derived" for one whose value or place printed figures force;
//     "inferred" for a plausible one. Raw is always the text as printed.
//   - Odd characters (variants, full-width, doubled) are folded for
//     recognising only, never in Raw.
//   - Two printed figures agree when the intervals of their rounding meet.
//     Checks use printed figures only, never what was derived from them.
//   - Work and memory are bounded by Limits; see limits.go.
//
// Threats: the bytes come from anyone. A digit that optical reading changed, a
// column that was lost, a file that is no paper, or a file made to exhaust the
// machine must end in a warning or a refusal, never in a wrong figure.
package paper
