// Package files keeps blobs (檔案) under the SHA-256 of their content.
//
// # Rules that always hold
//
//   - A blob's name is its content's hash: equal content is kept once, and nothing is ever
//     changed. Put returns when the blob is durable.
//   - A transaction that refers to a blob commits after Put has returned, so that a
//     snapshot of the database never refers to a blob that is not there.
//   - What is read is checked: at the end of a damaged blob stands an error, not EOF.
//   - [Sweep] takes out only what nobody refers to and what is older than the age given;
//     Put makes a blob that is there young again.
//
// [Store] is the port. A folder is the engine that ships; an S3-like service fits behind
// the same five methods, since no blob is ever changed or renamed.
//
// # Threats
//
//   - Names from outside: a [Hash] is checked to be 64 hexadecimal digits before it
//     becomes a path.
//   - Endless uploads: Put takes a limit and keeps nothing beyond it.
//   - A crash: a blob is written beside, synced, then renamed; left-overs are swept.
package files
