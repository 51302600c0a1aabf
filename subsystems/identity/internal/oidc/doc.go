// Package oidc is the protocol of an OpenID Provider (身份提供者) on the database: discovery,
// pushed requests, authorization, tokens, userinfo, introspection, revocation, backchannel
// authentication and logout. It knows nothing of passkeys, pages or profiles: it asks
// [People], and whoever has signed a person in answers with [Provider.Approve].
//
// # Words
//
//   - client 客戶端: an online service as the protocol knows it; see [Kind].
//   - request 要求: what a client asks of a person; pending until it is answered.
//   - grant 授權: what a person allowed a client. Tokens hang on it and end with it.
//   - sector 範圍: the part of the world in which a person has one and the same sub.
//   - realm 領域: production or sandbox, each with an issuer, clients and keys of its own.
//
// # Rules that always hold
//
//   - FAPI 2.0 unless a client was allowed to be plain: pushed requests, PKCE with S256,
//     private_key_jwt, tokens bound to a key by DPoP, iss in every response.
//   - Nobody is sent to an address that is not registered, character by character.
//   - A code, a request_uri, an auth_req_id, an assertion and a proof are good for once,
//     over all processes: that is decided by a row. A code shown twice ends its grant.
//   - What is found by a secret is found by its SHA-256; requests, grants and
//     authorization_details are sealed under the key ring. The database alone opens nothing.
//   - Signatures are checked and made outside of transactions. A refusal does not undo the
//     transaction: a proof that was shown is used up.
//   - A key is published before it signs, and until its last token has ended.
//   - Nothing in memory alone: caches of clients and keys are at most a second old, DPoP
//     nonces are computed, so several processes are one provider.
//   - A refusal has the standard's code and says what is wrong, without personal data.
//
// # Standards
//
// FAPI 2.0 Security Profile and Message Signing; FAPI-CIBA; OpenID Connect Core, Discovery,
// Registration, RP-Initiated and Back-Channel Logout; CIBA Core (poll, ping); JARM; RFC 6749,
// 6750, 7009, 7523, 7591, 7636, 7662, 8252, 8414, 9101, 9126, 9207, 9396, 9449, 9701.
//
// Differences: sub is always pairwise; RS256, HS256 and none do not exist, so ES256 is the
// default; request objects are taken by the PAR endpoint only; the authorization endpoint
// takes GET only (a cross-site POST is refused by the site); user_code, login_hint_token,
// push and form_post do not exist. Room is left for mTLS (another proof beside DPoP), token
// exchange (another giver in token.go) and the wallet.
//
// # Threats
//
//   - Mix-up: iss in responses. Code injection: PKCE, the client's own code, dpop_jkt.
//   - Stolen tokens: bound to a key, short, revoked when a code is shown twice.
//   - Open redirect: exact addresses, and a page with a reference when there is none.
//   - Server-side requests: jwks_uri and its like reach public addresses only in production,
//     looked at after the name was resolved; no redirects; see [Outside].
//   - Enumeration: People.FindHint may give nobody for a stranger, and the request waits.
//   - Algorithm confusion: three signatures are known, and a key fits one of them.
//   - Exhaustion: bodies, JWTs, depth, lists and caches are bounded; expired rows are swept.
package oidc
