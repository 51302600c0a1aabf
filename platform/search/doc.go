// Package search finds texts in Chinese and English, in the same way on both engines.
//
// One tokenizer in Go makes the words, and the engines only keep them: FTS5 on SQLite,
// tsvector with GIN on PostgreSQL. A run of Han characters (漢字) becomes overlapping
// pairs, 智慧燈柱 → 智慧 慧燈 燈柱, followed by its last character alone; Latin words and
// digits become lower case without accents, English plurals singular, 1,234 becomes
// 1234. Traditional and Simplified characters and their variants are one (see [Fold]).
//
// # Words
//
//   - scope 範圍: the subsystem that put a document in; one index keeps them apart.
//   - document 文件: an id, a title, a body, facets; card is what a page shows of it.
//   - facet 分類: a name and value to filter by, as year=2025.
//   - weight 比重: 0 to 1023; among equal hits the heavier stands first.
//
// # Rules that always hold
//
//   - A word of a query is found where its tokens stand side by side; all words must
//     occur, in any order. One Han character is found anywhere. Quotation marks
//     (" “ 「) make one word of several.
//   - Best first: the title is the query, then the title has all words, then the rest;
//     within these by weight, then in an order that is always the same.
//   - The same query has the same hits, in the same order, on both engines.
//   - A title or body may be long: beyond some thousand words it is kept in pieces, and
//     the words of a query must stand in one piece together.
//   - What is needed to build the index again stands in search_docs; [Index.Rebuild]
//     does it, after a restore and when the tokenizer has changed.
//
// # Threats
//
//   - Operators of FTS5 and tsquery in a query: they never arrive, since only letters and
//     digits that the tokenizer made are put into a query, in quotes.
//   - Another realm's or scope's documents: every token begins with a code of its realm
//     and scope, so that a query of one cannot even name the other's; the documents are
//     then read by realm again.
//   - Costly queries: their length, the number of words and the page are bounded.
package search
