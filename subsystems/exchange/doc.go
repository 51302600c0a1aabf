// Package exchange is the consented data exchange gateway (授權數據交換閘): a department or a bank
// gets a person's data from the department that holds them, once the person has agreed, and
// the person sees every access and can check it without trusting us.
//
// # Words
//
//   - party 參與機構: a department or company that provides or receives data, with its keys
//   - data service 數據服務: what a provider offers, as fields of a subject
//   - right 使用權: that a consumer may ask for named fields of a service, for one purpose, on
//     consent or on a legal basis; decided by the provider's data steward 數據管理員
//   - consent 授權: what a person agreed to; subject 資料當事人, and who consented 授權人
//   - record 授權紀錄: the consent as JSON, canonical (RFC 8785) and signed
//   - call 調用, access 存取: one exchange, answered or refused
//   - evidence 證據: what was asked and answered, as salted commitments in the ledger
//   - receipt 收據: the gateway's signed promise that the ledger will hold the evidence
//   - withdrawal 撤回, deletion receipt 刪除回執
//
// # The call
//
// A consumer sends any method and body to /api/exchange/call/{service}/{rest}, signed under the
// label "call" (RFC 9421, the profile of [CallProfile]):
//
//	Exchange-Basis: consent 0198c1…        or: right 0198c2…
//	Exchange-Fields: name, address         fewer than was consented to; all of them when absent
//	Exchange-Subject: document-number A…   with a right by law only
//
// The provider gets the rest of the path under its base address, with the consumer's signature
// untouched, and the gateway's under the label "gate" over all of:
//
//	Exchange-Id, Exchange-Basis, Exchange-Consumer, Exchange-Service, Exchange-Purpose,
//	Exchange-Fields, Exchange-Subject, Exchange-Salt
//
// It answers with Exchange-Id, and Exchange-About: base64 of SHA-256 over the salt's bytes and
// the text of Exchange-Subject. So the gateway knows that the answer is about the right
// person, and the consumer does not learn a number. It signs under the label "call", bound to
// the consumer's signature ("signature";req;key="call"): the consumer verifies the provider's
// own signature. Exchange-Receipt then says what is durable: see [Receipt].
//
// # Rules that always hold
//
//   - No answer leaves before its evidence is durable: consent, use, replay and evidence are one
//     transaction, made for a group of calls at once.
//   - A withdrawal holds from the next call on in every process: each call reads the consent
//     from the store, and the evidence's transaction looks again.
//   - No policy stands above the consent: it is checked in Go.
//   - Bodies are never written to disk. Up to 1 MiB is held; more is streamed, after the
//     provider's signed digest is evidence, and cut off when it does not fit.
//   - The ledger gets hashes over random salts, never data; salts and signed texts stand sealed
//     in the store, and destroying them is erasure.
//   - A refusal is evidence too, and says why in words.
//   - Access without consent wants a right by law that two officers decided; it is logged the
//     same way, and shown to the person after the delay that the right names.
//
// # Standards
//
// RFC 9421 and RFC 9530 (messages), RFC 8785 and RFC 7515 (records), RFC 9396 (asking for
// consent), ISO/IEC TS 27560 by the terms of W3C DPV, OpenAPI 3.1 (services), RFC 9457
// (refusals). docs/standards/divergences.md says where we differ.
//
// # Threats
//
//   - A consumer asks for more than was consented to, for another person, or again with an old
//     message: fields, consent and nonce are checked in the transaction of the evidence.
//   - A provider lies (bad signature, wrong digest, another subject, more fields): the answer
//     does not leave, and the lie is evidence.
//   - Whoever runs the gateway alters history: the ledger's witnesses; the person's bundle.
//   - A process that has not heard of a withdrawal: see the rules.
//   - A slow provider holds everything up: time-outs, a breaker and a bound of open calls for
//     each provider.
//   - Guessing from the log: salts; times to the minute.
package exchange
