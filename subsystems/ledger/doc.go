// Package ledger is the shared ledger (共用區塊鏈平台): a transparency log that everybody can
// check, into which departments anchor documents and other parts of Praya their evidence.
//
// # Words
//
//   - log 紀錄鏈: a list of entries that only grows, as the leaves of a Merkle tree
//   - entry 記項, leaf 葉: one statement, or salted commitments of another part
//   - checkpoint 檢查點: the log's size and root hash at a time, signed
//   - witness 見證人: another department's program, which cosigns a checkpoint only when the log
//     has grown from the one that it saw before
//   - anchor 存證: to log a document's digest; issued 已發出, replaced 已被取代, revoked 已撤銷
//   - bundle 證明包: entry, inclusion proof, checkpoint and key in one file, checked offline
//   - stamp 時間戳記, authority 時間戳記機構: RFC 3161, on checkpoints only
//   - sequencer 排序者: the process that gives entries their index
//
// # Rules that always hold
//
//   - An entry is durable with the transaction that asked for it, before anybody is answered.
//   - It gets exactly one index: rows, hash tiles and the size of the log change in one
//     transaction, which also takes the entry from the queue. A crash anywhere loses and doubles
//     nothing.
//   - The log cannot fork inside one database, however many sequencers there are: each moves
//     the version of the one row that says size and root.
//   - No checkpoint is signed that the store does not hold already.
//   - An entry holds no name, number or body of a person: of personal data only SHA-256 over a
//     random salt of 32 bytes and the value. Time is to the minute.
//   - Only the issuer of a document replaces or revokes it.
//   - No checkpoint is published that does not grow from the one before.
//   - Nothing waits for a time-stamping authority.
//   - Checking trusts nobody who serves the log: the browser and `praya ledger verify` compute.
//
// # How it is laid out
//
// tree.go is the Merkle tree's edge, pure. leaf.go and entry.go are the nouns; ledger.go takes
// entries in; sequence.go gives them their place and publishes; client_circle.go asks witnesses;
// bundle.go makes and checks proofs, stamp.go time stamps, for which client_stamp.go asks. api*.go
// serve, api_witness.go is a witness, client_audit.go a monitor, cli.go the commands.
//
// The tiles stand in the store, not in files: see docs/decisions/0010-log-in-the-store.md.
//
// # Standards
//
// C2SP tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature (v1) and tlog-witness; RFC
// 9162, 2.1 for the tree. docs/standards/divergences.md says where we differ. The proofs are
// computed with golang.org/x/mod/sumdb/tlog and checked against transparency-dev/merkle and
// Tessera's fsck.
//
// # Threats
//
//   - Who runs the site alters, removes or inserts an entry: the root of the next checkpoint does
//     not grow from the one before; monitors and witnesses see it, and a bundle that somebody
//     kept no longer fits. Without a witness only those who keep checkpoints can tell: the page
//     says how many witnesses there are.
//   - Two faces of the log for two readers: witnesses cosign one of them only.
//   - Guessing what an entry is about: salts. The digest of a document is not salted; who issues
//     short or predictable documents puts a random number into each.
//   - Joining by time: minutes only.
//   - A stolen log key: the ring seals it; what it signs still has to fool the witnesses.
//   - An older backup restored: the log would fork. A file beside the store remembers what was
//     published, and witnesses what they have seen; the log stands still, and a person decides
//     (halt.go). With several processes each has a file of its own: only witnesses see all.
//   - A witness that lies about what it has seen: it stops the log only when the quorum is 0, or
//     cannot be reached without it.
package ledger
