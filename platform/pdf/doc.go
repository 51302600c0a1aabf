// Package pdf sets headings, paragraphs and tables on A4 pages: what a paper
// of the government is made of.
//
// Words: bookmark 書籤, tag 標籤, structure 結構, page 頁, heading 標題, table 表, footer 頁尾, glyph 字形,
// line-start rule 避頭點.
//
// Rules that always hold:
//   - the same input gives the same bytes: nothing asks a clock, and the day
//     that the file names is given;
//   - no line begins with a closing mark and none ends with an opening one;
//   - a table that goes over a page repeats its headings, and no row is cut;
//   - a character that the font lacks is shown as [U+1F600], never dropped;
//   - text can be selected and searched: every glyph carries its character;
//   - the file is tagged: headings, paragraphs, lists and tables are told as such, in the order in
//     which they were written and in the document's language; what repeats or decorates (rules,
//     feet of pages, a table's headings on its next page) is told to nobody.
//
// Standards: PDF 1.7 (ISO 32000-1). The font is Noto Sans HK, with the glyphs
// that are used in Hong Kong, under the SIL Open Font License 1.1 (font/OFL.txt);
// a file carries only the glyphs that it uses. The line rules are those of the
// W3C's requirements for Chinese text layout (clreq, 3.1.2). The library writes
// no structure: tags.go puts it into the library's file. It follows ISO 32000-1, 14.6 to 14.8; no
// validator of PDF/UA has seen it, so the files do not say that they are PDF/UA. A picture of squares
// is told to nobody: say beside it what it is.
//
// Threats: text is written as glyphs of a subset, never as operators, so that
// words from outside can't become commands; there are no scripts, links or
// attachments; the size of a document is bounded by what its caller gives.
package pdf
