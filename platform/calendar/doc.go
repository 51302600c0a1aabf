// Package calendar keeps the general holidays (公眾假期) of Hong Kong, which a site may
// edit, and gives the calendar of working days (工作天).
//
// holidays.csv holds the general holidays of 2024, 2025 and 2026 with their names in
// three languages, from the lists that the Government gazettes each year under the
// General Holidays Ordinance (Cap. 149). They were written down from knowledge of those
// lists, not copied from the Gazette: an operator checks a year against it once. 2027 is
// left out: put it in when it is needed, or with a newer program.
//
// # Rules that always hold
//
//   - A day has at most one entry in a realm. Put and Remove are administrative acts and
//     stand in the audit trail, in the same transaction.
//   - A list that ships with the program is put in once per realm; what an operator has
//     removed does not come back.
//   - [Known] says up to which year the list is filled: a reply limit that is counted
//     beyond it is counted without holidays, and the caller says so.
//
// # Threats
//
//   - A wrong holiday moves legal time limits: every change names who made it.
package calendar
