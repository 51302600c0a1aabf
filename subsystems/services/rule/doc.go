// Package rule evaluates the expressions of forms, processes and decision tables (規則), written
// in CEL (Common Expression Language, https://cel.dev).
//
// # Words
//
//   - rule 規則: an expression over answers and variables
//   - condition 條件: a rule that gives true or false
//
// # Rules that always hold
//
//   - An expression sees the variables that it is given and nothing else: no clock, no network,
//     no other case. What day it is is a variable.
//   - Beside CEL's own: day("2026-11-22") is a time, years(from, to) counts whole years,
//     plusDays(day, n) is another day, sum(list) adds numbers. Days are text, as in forms.
//   - A condition over what nobody has answered yet does not hold.
//
// # Threats
//
//   - An expression that never ends or grows: CEL has no loops, texts are short, and evaluation
//     stops at a bound of cost.
package rule
