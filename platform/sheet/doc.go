// Package sheet reads and writes tables as CSV files (試算表), for people who work in spreadsheets.
//
// # Words
//
//   - sheet 試算表: a CSV file (RFC 4180) whose first line names the columns
//   - fault 錯處: one thing that is wrong with a file, with its line and column
//   - formula 公式: what a spreadsheet would take a cell for; it is disarmed when written
//
// # Rules that always hold
//
//   - What was written is read back to the same cells.
//   - Everything that is wrong is told at once, up to a bound, by line and column; what to do
//     about it is said by the part that reads, in its own words.
//   - Columns may stand in any order. A byte order mark, which spreadsheets write, is no cell.
//
// # Threats
//
//   - A file made to exhaust the machine: bytes, rows and cells are bounded by Format.
//   - A cell that begins a formula (= + - @, tab, also full-width): it is written behind an
//     apostrophe. A plain number stays one that can be added up.
//   - Control characters that would forge a line of a page or a log: refused.
package sheet
