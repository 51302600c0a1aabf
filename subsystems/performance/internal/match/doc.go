// Package match finds the items of one paper again in another (措施配對).
//
// # Words
//
//   - item 項目: one line of "during the year the office did" or of the matters requiring
//     special attention
//   - score 相似度: 0 to 1000, how much of the weight of two items' words they share
//   - shared 相同字句: the phrases that both have, which are the reason shown to the officer
//   - relation 關係: continued 延續, reworded 改寫, merged 合併, split 分拆
//
// # Rules that always hold
//
//   - A score is a proposal. Nothing here decides; an officer does.
//   - The same two lists give the same pairs, in the same order.
//   - What every item says (繼續、各局和部門) weighs next to nothing: a word weighs the more,
//     the fewer items have it.
//   - Simplified and Traditional characters, widths and case are one.
//
// Cost: one list is indexed by its words, so that items without a rare word in common are
// never compared; two papers of a thousand items take a fraction of a second.
package match
