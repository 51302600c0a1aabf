// Package estimates reads, checks, keeps and publishes a government's Estimates (開支預算).
//
// # Words
//
//   - head 總目: one office's vote; programme 綱領: a group of aims within it
//   - provision 財政撥款: money by programme and year; subhead 分目: a numbered spending line
//   - commitment 承擔額: a sum approved for several years; balance 結餘: what is left of it
//   - target 目標: a promised level; indicator 指標: counted, not promised
//   - fact 數據項: one thing that a paper says, with its line; check 核對: a sum that it allows
//   - version 版本: one reading of one source of a head and a financial year
//
// # Rules that always hold
//
//   - A figure is shown as printed, and leads to its line; what was not printed says so:
//     derived 算出 or inferred 推斷, with the reason.
//   - A version is never changed. A corrected paper is a new version; the old one stays readable.
//   - The same paper twice is one version: the digest of what it says decides.
//   - A paper and a CSV of the same head and year stand side by side, and are not mixed.
//   - A series over years is joined by head, number and name, never by number alone; where
//     it breaks, the break and its reason are shown.
//   - Two printed figures agree when the intervals that their rounding allows meet. No floats.
//   - Nothing of a file that cannot be read is stored.
//
// # How it is laid out
//
// internal/paper reads and checks, and knows no store. version.go, grid.go, series.go and
// compare.go are the nouns; estimates.go has the use cases; import.go brings papers in;
// store.go has every statement; pages*.go, api.go and download.go publish; cli.go is
// `praya estimates`.
//
// # Threats
//
//   - A paper is outside bytes: size, lines, cells and work are bounded (paper.Limits), and
//     the reader is fuzzed.
//   - Words of a paper are shown on pages: templates escape them, and the source page shows
//     text, never HTML.
//   - A spreadsheet that opens our CSV may take a cell for a formula: a cell that begins with
//     = + @ or a tab is written with a leading apostrophe in text columns.
//   - Importing is for the operator and the program itself, not for the public (policy.cedar).
//
// Papers are public: this folder holds no personal data but the titles of public offices.
package estimates
