// Package triage proposes what a case is (分類建議), learned from how people sorted earlier ones.
//
// # Words
//
//   - question 問題: what is asked of a text: its kind, its subject, its department, its language
//   - lesson 教材: a text and how people answered the questions about it
//   - proposal 建議: an answer, and how sure the model is; people decide
//   - held out 測試: a fifth of the lessons, by the hash of their id, which no model ever learns from
//   - calibration 校準: of what is said with 80 % confidence, 80 % should be right
//   - threshold 門檻: below this confidence nothing is said
//   - duplicate 重複: an open case that tells the same, proposed and never merged by itself
//   - filed 立案: by an agent, who said the language and the urgency; a lesson without a proposal
//   - correction 更正: that a person chose otherwise than was proposed
//
// # Rules that always hold
//
//   - Nothing is sent, closed, referred or sorted by a proposal.
//   - Below the threshold there is no proposal, and with less than 200 lessons of a question no model.
//   - The same lessons and seed give the same model, bit by bit, on one kind of machine.
//   - A model that is worse on what was held out than the one before isn't taken.
//   - What a person chose overrules every older label of a case when the model learns again.
//   - What people chose for a case goes with the case.
//   - Weights can tell words that people wrote: the model is sealed, and leaves no page.
//
// # Method
//
// Pairs of Han characters, Latin words and their parts of three and four letters are hashed into 2^18
// places, weighed by TF-IDF, and classified by multinomial logistic regression, trained by stochastic
// gradient descent. Confidence is corrected by temperature scaling (Guo et al., On Calibration of Modern
// Neural Networks, ICML 2017) on a tenth of what is learned from; the expected calibration error has ten
// bins.
//
// # Threats
//
//   - Very long or strange texts: the first 4,000 characters count, and each feature at most 16 times.
//   - A stored model that was changed: it doesn't open; and each length in it is bounded.
//   - Teaching it wrongly: held-out figures by question stand on a page, with how often it was corrected.
package triage
