// Package sign keeps the keys (密鑰圈): it encrypts personal fields, finds them again by
// blind index (盲索引), and signs.
//
// # Words
//
//   - key file 密鑰檔: 32 random bytes, readable by its owner alone. It seals the ring, and
//     never stands in a backup: the operator keeps a copy apart.
//   - key ring 密鑰圈: the keys themselves, sealed by the key file; it goes into backups.
//   - generation 代: a set of keys with a number. One is active; retired ones still open
//     and check what they sealed and signed.
//
// # Rules that always hold
//
//   - A sealed field begins with its generation, so that old ones stay readable after
//     [Ring.Rotate]; [Ring.Reseal] moves a field to the active generation.
//   - AES-256-GCM with a random nonce, bound to realm, table and column: a sealed value
//     that is moved to another place does not open. A generation's key is derived for
//     each such place (HKDF-SHA-256), so that the number of random nonces under one key
//     stays far below 2^32 (NIST SP 800-38D, 8.3).
//   - The blind index is HMAC-SHA-256 cut to 128 bits, bound to realm, table and column.
//     Its key does not rotate with the others, since an index must stay findable.
//   - Ed25519 signatures name their generation.
//
// # Threats
//
//   - The database alone is stolen: nothing opens without the key file.
//   - The blind index shows which rows have equal values, and someone who has its key can
//     try all values of a small set; it is for values that are asked for by equality.
//   - A lost key file: the data are lost. `praya` says so when it makes the file.
package sign
