// Package cases keeps what people tell the government (個案), and follows it until every department
// has answered.
//
// # Words
//
//   - case 個案: an enquiry 查詢, complaint 投訴, request 要求, suggestion 建議 or compliment 嘉許
//   - channel 渠道: the way by which it came: phone, web, mail, letter, counter, open311, or a later word
//   - the centre 中心: who takes cases in, refers them and answers the person
//   - referral 轉介: a case, or a part of it, in the hands of a department; one is the lead 主責, others
//     are children 協辦, each with its own clock
//   - refusal 拒收: a department says that a referral isn't for it, and names another or a reason
//   - level 級: who decides next: 1 an officer of the centre, 2 its head, 3 the office's head, whose
//     direction 指令 can't be refused
//   - interim reply 初步回覆, full reply 詳細回覆: of a department, to the centre; answer 答覆: to the person; letter 信件: an
//     answer on paper, for who has no mail or wrote by letter
//   - urgency 緩急: how soon a case needs somebody, as an agent judged it
//   - takeover 接收: of cases of an earlier system, as they stood
//   - erasing 刪除: of a closed case with all that was written about it
//   - code 密碼: the secret by which somebody without an account follows a case, beside its reference
//   - service 服務類別: what a case is about, as the centre sorts it; Open311 lists the same
//
// # Rules that always hold
//
//   - A case is referred within three hours. A department replies at first within 10 working days and
//     in full within 21, unless it set others. What is late shows, is told to the department's
//     officers, and goes up by level.
//   - A refusal names another department or a reason. Refused once with another named, the referral
//     goes there by itself, but never to one that refused the case already. Refused twice, it goes up a
//     level by itself. At level 2 and 3 a person may decide for one that refused; a direction of level
//     3 can't be refused.
//   - Nobody closes a case by refusing: while a referral is open, or waits for a decision, it stays open.
//   - A department sees its own referrals and nothing else of a case: not the others', and no contact
//     unless the centre shares it with that referral; then each look stands in the audit trail. Of an
//     anonymous case nothing is shared, and names of files and what looks like a contact in the text
//     are withheld.
//   - Four eyes, where the department set them: who drafted does not send.
//   - A message of the person reopens a closed case for 30 days. They see their own files and what was
//     said to them; what an agent put to a case is the centre's.
//   - Of cases that are proposed as the same, only kind, subject, place, day, state and a public photo
//     are shown.
//   - What is open is counted in the transaction that changes it; no page counts cases by reading them.
//   - Only a closed case is erased; what was merged into it goes along, and what others learned from it.
//   - What people wrote, who they are and where is sealed; a telephone number or an address is found by
//     blind index. Of a code only the hash is kept. Events, audit, jobs and logs hold ids.
//   - Pictures are drawn anew before anybody but their sender sees them: no position, no maker, nothing
//     behind the last pixel.
//   - The row of the case is changed first: who changes the same case meets there.
//
// # Search
//
// Words are searched as keyed hashes of words and of pairs of characters, so that the index holds no
// text. A department searches what it was shown, not what was withheld from it.
//
// # Standards
//
// Open311 GeoReport v2 with mySociety's service request updates; dates as W3C's note on RFC 3339.
//
// # Threats
//
//   - A reader of the store: all words are sealed. Hashes of common words can be guessed from how often
//     they stand there, though not read.
//   - Guessing references: a code of 60 random bits, and a bound on tries by network.
//   - A form that somebody else began, sent as a link to read what is filled in: the first answer makes
//     a new token, and no link of another site leads into a form.
//   - Hostile files: type by content, bounds on bytes, number and pixels, a scanner where a site has one.
//   - A department that looks around: policy asks with the department of each referral.
//   - Circles of refusal: the rule above.
package cases
