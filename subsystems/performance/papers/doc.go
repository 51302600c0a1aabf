// Package papers writes the next Controlling Officer's Report (管制人員報告) of
// a Head: what the Estimates say of one Head and one financial year. It drafts
// the report from the figures and the words of the year (Material), lets
// officers edit the words, comment and approve, freezes what is published, and
// hands it out as a page, text, PDF and data package.
//
// Words: sheet 報告底稿 (everything that a report says of one Head and year),
// programme 綱領, provision 財政撥款, target 目標, indicator 指標, subhead 分目,
// component 分析項目, commitment 承擔額, establishment ceiling 編制上限,
// footnote 註腳, draft 擬稿, reason for change 變動原因, frozen 定稿.
//
// Rules that always hold:
//   - a figure is written once, for every language and every form: text, page,
//     PDF and tables are made from one composition of one sheet;
//   - money is exact; a percentage is worked out as the papers round it, half
//     away from nought, to one place, and from the figures as printed;
//   - sums are checked before the report is submitted: what does not add up is
//     named with the difference, and can't be approved;
//   - every year of every column is named; programmes of two years are never
//     joined by their number;
//   - who submitted a draft may not approve it; what is published never
//     changes: its text, PDF and package are kept with their SHA-256, and a
//     correction is a new draft with the next revision number;
//   - a draft is seen by officers of the Head's own department alone;
//   - a report from invented figures says so at its top, in every form.
//
// Standards: the form of the Controlling Officers' Reports of the Estimates of
// Hong Kong, as our own reader knows it (docs/apis/estimates-facts.md); data
// packages after Frictionless Data Package 1.0 (docs/standards/divergences.md);
// PDF 1.7 without tags (see platform/pdf), therefore never alone: the page and
// the text say the same.
//
// Threats: a figure that differs between languages or forms (one composition);
// a report that was changed after approval (versions: an approval names the
// version that it approves; blobs are immutable and hashed); one officer alone
// publishing what nobody has read (four eyes); words with formulas in the
// tables that are handed out (fields that begin with = + - @ are quoted);
// mark-up in words that would forge a table (control characters, tabs and line
// ends are refused when words are entered).
package papers
