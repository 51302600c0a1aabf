// Package mail takes in what people write to the contact centre by e-mail (電郵). It knows mail and
// no cases: what arrived it hands on, and says yes to the sender's server only when that was kept.
//
// # Words
//
//   - message 電郵: one mail with its words and files
//   - thread 電郵往來: messages that answer each other, by Message-ID
//   - verdict 核對結果: what SPF, DKIM and DMARC say about who sent it
//   - bounce 退件: a server's report that a mail of ours was not delivered
//   - automatic 自動電郵: sent by a machine: an absence note, a list. Nothing answers it by itself
//
// # Rules that always hold
//
//   - "250" is said after the message was kept; before that the sender's server keeps it.
//   - A message is bounded in bytes, parts, depth, files and lines, and read once. What is over the
//     bound is refused while it arrives, not after.
//   - We take mail for our own addresses only, and pass none on.
//   - A mail that went through fifty servers is a loop, and is refused.
//   - A sender whose domain says that such mail is to be refused (DMARC p=reject) is refused.
//   - The verdict goes with the message; it proves a domain, never a person.
//
// # Standards
//
// SMTP: RFC 5321 with 1870 (SIZE), 3207 (STARTTLS), 6152 (8BITMIME), 6531 (SMTPUTF8). Mail: RFC 5322,
// 2045 to 2047. SPF: RFC 7208; DKIM: RFC 6376, 8463; DMARC: RFC 7489. Machines: RFC 3834; bounces:
// RFC 3464.
//
// # Threats
//
//   - Floods: connections, messages of a source, recipients and time are bounded.
//   - Hostile parts: nothing is opened here; files are bytes under a plain name.
//   - Forged senders: see the verdict.
//   - Loops of machines: what is automatic is said to be so, and every mail of ours by machine too.
package mail
