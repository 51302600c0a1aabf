// Package votes keeps the posts and the money of a head (編制與撥款) between two papers: what
// was approved, what is spent, what is left, and who decided.
//
// # Words
//
//   - book 撥款冊: all figures of a head and a financial year, as a paper has them
//   - subhead 分目: a numbered spending line; component 開支項目: a part of subhead 000
//   - item 項目: something approved by itself under a subhead; under subhead 700 it is a
//     commitment 承擔額, a sum for several years; under 661 a machine or a vehicle
//   - provision 撥款: what a year gives a line; virement 調撥: moving it between lines;
//     supplement 追加撥款: adding to it by somebody's authority
//   - journal 日記帳, entry 記帳, leg 分錄: an entry has legs whose debits equal its credits
//   - period 會計期: a month of a financial year, open or closed; reversal 沖銷
//   - rank 職級, mid-point 薪級中點: what a post counts as; ceiling 編制上限: what they may count
//   - refund 退還: what comes back of an earlier year's spending; split 拆分: an amount in parts
//   - request 申請: a change that somebody asks for and somebody else approves (雙人核准)
//   - difference 差異: where a later import says something else than what stands here
//
// # Rules that always hold
//
//   - Approved − accumulated − spent = balance, of every item at every time.
//   - Every entry balances; all accounts of a head together come to nothing.
//   - No payment beyond an item's balance, nor beyond its subhead's provision of the year. The
//     refusal shows the sums.
//   - What the paper of a year lists no more is paid nothing from that year on. A code that a
//     paper gives to another name is no continuation: nothing is joined by number alone.
//   - Where nothing was entered, nothing is claimed: not entered is not zero.
//   - A closed period takes no entry. It closes and reopens by an approver, with a reason.
//   - Nothing in the journal is changed or deleted: corrections are reversals, once each.
//   - Who entered does not approve. That binds every reversal, virement, supplement, item,
//     estimate and change of posts, and payments above the amount that the rules give.
//   - Posts other than directorate ones, at their mid-points on 1 April, do not exceed the
//     year's ceiling on any day; a directorate post names its approval.
//   - What an earlier financial year spent and comes back is revenue of the year in which it comes.
//     No provision and no balance grows by it. Within its own year it is a reversal. (Cash accounts of
//     the General Revenue Account; by general knowledge, no rule book was at hand.)
//   - Items of a year that look like one (same supplier, nearly the same name) and are together above
//     the subhead's limit, and payments on one invoice that are together above the second signature,
//     wait for a second officer with their sum, who must say why. It is a warning, not a refusal.
//   - An import never overwrites what officers decided or what the journal already rests on:
//     it leaves a difference, which an approver settles.
//   - All decisions about one head change one row of that head, so that two at the same time
//     see each other (write skew; see platform/db).
//
// # Units
//
// The journal counts in cents (bigint, names end in cents). Figures of papers are decimals
// kept as text: of thousands of dollars, or of millions where programmes are printed so; the
// names say which. A mid-point is whole dollars a year.
//
// # How it is laid out
//
// book.go, line.go, cents.go, journal.go, post.go, period.go, item.go, rule.go, forecast.go and
// request.go, split.go and refund.go are the nouns with pure rules; votes.go has what is read, load.go what is
// imported, ask.go and decide.go how something is asked for and decided, apply*.go what each
// kind of request does; table.go reads and writes CSV; store*.go have every statement.
//
// # Standards
//
// Public Finance Ordinance (Cap. 2), sections 5 to 8 (control by head and subhead, transfers,
// supplementary provision) decide what is held to what; CSV is RFC 4180.
//
// # Threats
//
//   - An officer who pays alone: four eyes, by the officer's id, not by the session.
//   - An amount cut in parts to stay below a limit or the second signature: split.go notices parts by
//     supplier, name and invoice. Parts under other names and papers remain for an auditor's eyes: the
//     journal shows all of them with who, and the rules' amounts are data that can be lowered.
//   - Two who spend the same balance: one row of the head, on both engines.
//   - A file from outside: size, rows and cells are bounded, the reader is fuzzed, and cells
//     that a spreadsheet would compute are written with an apostrophe.
//   - Reading drafts of another department: policy.cedar, and a refusal that tells nothing.
package votes
