// Package calendar keeps the general holidays (公眾假期) of Hong Kong, by which working days
// (工作天) are counted. A site edits them when the next year is gazetted.
//
// # Rules that always hold
//
//   - A holiday has a day and a name in three languages.
//   - Whoever counts working days takes a when.Calendar from here, and so sees every edit.
//   - A year without holidays is not known: Known says so, and a promise of working days
//     that reaches into it must say that it may change.
//
// # Sources
//
// seed.csv holds the general holidays of 2025 and 2026 as published by the Government
// (General Holidays Ordinance, Cap. 149), Sundays left out: they are never working days.
//
// # Threats
//
// An edit changes promised days. It is for the operator, and stands in the audit trail.
package calendar
