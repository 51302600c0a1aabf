// Package sign keeps the keys (密鑰) of a site on one ring (密鑰圈), encrypts personal fields with
// them, and finds encrypted fields again by a blind index (盲索引).
//
// # Words
//
//   - ring 密鑰圈: every key of a site, sealed by the key file, which the operator keeps apart.
//   - purpose 用途: what a key is for: fields, index, signature. A key serves one purpose.
//   - blind index 盲索引: a keyed hash of a value, by which it is found without being read.
//
// # Rules that always hold
//
//   - Keys stand nowhere unsealed but in memory. The ring is a file that is safe to back up;
//     the key file (mode 0600, made on the first start) is not backed up with it.
//   - Rotation adds a key and keeps the old ones: what was written with them stays readable.
//     Refresh writes a value anew with the present key.
//   - An encrypted field is bound to its place (realm, table, column, id): moved to another
//     row or realm, it does not open.
//   - The blind index is bound to realm and field, and its key does not rotate with the
//     others: a new one needs every index to be written again.
//
// # Algorithms
//
// AES-256-GCM with random 96-bit nonces (NIST SP 800-38D: fewer than 2^32 writes a key, so
// rotate yearly); HMAC-SHA-256 cut to 128 bits; Ed25519 (RFC 8032); the ring is sealed with
// AES-256-GCM under a key derived from the key file by HKDF-SHA-256 (RFC 5869).
//
// # Threats
//
//   - A stolen database or backup: fields and ring are of no use without the key file.
//   - Guessing by index: who has the index key can test guesses of short values (identity-card
//     numbers); it stands on the ring like any other key, and the index is cut short.
//   - A changed byte anywhere in a field or the ring: it does not open.
package sign
