// Package licences keeps licences and permits (牌照和許可證): issued, renewed, amended, suspended,
// restored, revoked, surrendered, transferred, and ended by their day.
//
// # Words
//
//   - kind 牌照種類: what a department issues under one name, with its fields, its term, and the
//     letters that its numbers begin with
//   - licence 牌照, holder 持牌人, number 牌照號碼: the kind's letters and a reference with a check character
//   - term 有效期: from a day until a day, both included; without the second it has no end
//   - public field 公開欄: what everybody may read of a licence; all other fields are sealed
//   - listed 列入登記冊: whether the public register (登記冊) lists and searches a kind; licences of
//     another kind are found by their whole number only
//   - change 變更: an act on a licence; record 記錄: the licence as the act left it, salted and sealed;
//     digest 摘要: the salted hash of the record, which the ledger has
//   - code 驗證碼: a signed text in a QR code (二維碼) that says what a licence is; dynamic 動態碼: one that
//     is good for a minute
//   - status list 失效清單: the signed list of licences that are not valid, for who verifies offline
//   - proposal 建議: a revocation that one officer asks for and another decides (雙人核准)
//
// # Rules that always hold
//
//   - A case gets one licence, however often it is issued. A renewal, too, happens once a case.
//   - A number is never given twice, and never changes.
//   - A state leads only where states.go says. Revoked and surrendered are final. Expired is no
//     stored state: the day says it.
//   - Every change has its row with who, why and when, and its digest in the ledger, in the
//     transaction of the change. A digest names the one before.
//   - What is not public stands sealed, and so do reasons and records. Events, audit and logs hold ids.
//   - A field that is made private is not shown from then on, of older licences too.
//   - Who proposed a revocation does not decide it.
//   - A reminder is told once for a term.
//
// # Standards
//
// Codes are compact JWS (RFC 7515) with EdDSA over Ed25519 (RFC 8037), claims are those of RFC 7519,
// and what is signed says its type (RFC 8725, 3.11); keys are published as a JWK set (RFC 7517).
// The status list is a flattened JWS. QR codes are ISO/IEC 18004, level M. The register's API is
// OpenAPI 3.1.
//
// # Threats
//
//   - A forged or altered licence: the signature, and the state that is asked anew online.
//   - A picture of somebody else's code: dynamic codes end after a minute; static ones can be copied
//     like paper, so that the page says what the licence is for and who checks must compare.
//   - Walking through the numbers: 40 random bits, and a rate limit on what is typed.
//   - Signing what somebody else chose: only texts made here are signed, each with its type.
//   - Another department's officer: policy, with the department of the licence.
package licences
