// Package httpsig signs (簽署) HTTP messages and verifies (核實) their signatures: RFC 9421
// message signatures with RFC 9530 digests, in one narrow profile for calls between
// departments, banks and their gateway.
//
// # Words
//
//   - profile 簽署規範: what both sides agree on: purpose, named fields, life, clocks.
//   - covered component 涵蓋部分: a part of the message that the signature speaks for.
//   - signature base 簽署內容: the text that is signed; it is evidence, byte by byte.
//   - digest 摘要: the hash that stands for the body, which may be longer than memory.
//   - nonce 一次性號碼: what is used once, and known again when it is replayed.
//   - rule 規則, refusal 拒收: which rule a message broke, and what its maker can do.
//
// # Rules that always hold
//
//   - A request's signature covers @method, @target-uri (or @authority, @path and @query),
//     content-digest where there is a body, content-type and content-encoding where they are
//     sent, and the profile's named fields. More may be covered, less not.
//   - A response's signature covers @status, content-digest also when the body is empty, the
//     request's signature ("signature";req;key), content-type and content-encoding where
//     they are sent, and the named fields: an answer can't be given to another question.
//   - created, expires, nonce, keyid, alg and tag are all there, and no other parameter. The
//     registered key decides the algorithm; alg must agree with it.
//   - A verified body ends with io.EOF only when it is what was signed. Nobody may act on a
//     body before that: read it with [ReadBody], or cut the stream off at the error.
//   - No more than [MaxHeld] of a body is ever held here. Fields, components and the
//     signature base are bounded too ([RuleSize]).
//   - The clock comes in. Nothing is kept between messages: nonces are handed out, and the
//     caller refuses their second use, in the transaction that writes the evidence.
//
// # Algorithms and standards
//
// Ed25519 (RFC 8032) by default, and ECDSA on P-256 with SHA-256 for keys in HSMs; digests
// with SHA-256 and SHA-512 (RFC 9530), ours with SHA-256; structured fields by RFC 9651. Left
// out of RFC 9421: RSA and HMAC; @scheme, @request-target and @query-param; the parameters sf,
// bs, tr and name; trailers; Accept-Signature. The vectors of RFC 9421, Appendix B, that the
// algorithms allow are tests, and so are three independent libraries, in both directions.
//
// # Threats
//
//   - A body or a header that is changed, put in or left out on the way: it is covered, and
//     what says how to read the body must be covered when it is there.
//   - Line ends smuggled into a field to forge lines of the base (RFC 9421, 7.5.3): fields
//     with bytes other than visible ASCII, space and tab are not signed and not verified.
//   - Replay: nonce, a short life and bounded clocks. An ECDSA signature can be turned into
//     another that holds (r, n-s), so the nonce is what is remembered, never the signature.
//   - A key of one kind used as another: the algorithm comes from the key.
//   - Secrets in errors: a [Refusal] names fields, rules and our own settings; what came in
//     appears in none but a field's name. [Signature].Base does hold values.
//   - Time: digests are compared in constant time. Ed25519 and ECDSA verification work on
//     public data. That a key id is unknown may be seen by an answer's time; it is no secret.
//   - Floods: cheap checks come before the key is looked up and before the signature.
//   - A proxy that ends TLS: the scheme comes from the profile, never from X-Forwarded-Proto;
//     whoever rewrites the path or the Host must not stand between signer and verifier.
package httpsig
