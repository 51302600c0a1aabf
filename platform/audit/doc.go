// Package audit keeps the trail of administrative acts (審計記錄): who did what, on what, when,
// and how it ended.
//
// # Rules that always hold
//
//   - An entry is written in the transaction of the act: no act without its entry, and no
//     entry of an act that did not happen.
//   - Entries are numbered without gaps, and each carries the hash of the one before
//     (SHA-256 over its own fields and that hash): [Trail.Verify] finds the first entry
//     that somebody changed, removed or put in.
//   - Nothing in this program changes or removes an entry, and the store itself refuses to.
//   - An entry holds ids and names of acts, never personal data.
//
// # Threats
//
//   - Somebody with the database's own password can rewrite the whole chain: anchoring its
//     last hash outside, in the ledger, is what finds that out.
//   - Acts that follow each other quickly wait for one another, since each needs the hash of
//     the one before. Administrative acts are few; do not record reads here.
package audit
