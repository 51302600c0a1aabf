// Package forms asks people for what an application needs (電子表格): one question or one group
// a page, in three languages, checked by a JSON Schema that others can use too.
//
// # Words
//
//   - form 表格: a file with a JSON Schema, and how its answers are asked for
//   - page 頁: one question, or one group; field 欄; widget 填法: how a field is asked
//   - answers 答案: a JSON object that the schema describes; pointer 指標: a place in it (RFC 6901)
//   - condition 條件: an expression (package rule) by which a page or a field is open or not
//   - repeated group 重複組別: fields that are asked for each item of a list
//   - prefill 預填: a value that is fetched; origin 來源: where it came from; locked 鎖定: it stays
//     as it was fetched, and the person writes beside it what is wrong
//   - prune 清理: dropping answers of pages that are no longer open
//
// # Rules that always hold
//
//   - A form that cannot be completed is refused when it is read, with every place named.
//   - The server decides: the schema, the conditions and the checks are evaluated here; a page
//     that was passed by is asked for again.
//   - What Take accepts on a page passes Check for that page. Prune of what was pruned changes
//     nothing. Answers are the same after a journey through JSON.
//   - What was typed is never lost: a wrong answer comes back as it was typed.
//   - A locked value is never taken from what was posted.
//   - Money is whole cents, never a fraction of a float.
//   - Problems hold no answers, so that they may be logged.
//
// # Standards
//
// JSON Schema 2020-12 with format assertion; JSON Pointer (RFC 6901); CEL. The formats hkid
// and phone are ours. A reference to another document is refused, so a schema stands by itself.
//
// # Threats
//
//   - A form as a bomb: its file is bounded, its references are followed and counted, expressions
//     have a bound of cost, lists have one of items.
//   - Answers that no page would send: Check looks at all of them again, in their normal form.
//   - Files that are something else than they say: SniffType reads their content; a scanner may
//     look at them; their names are data.
//   - Personal data on other people's screens: Summary masks identity-card numbers.
package forms
