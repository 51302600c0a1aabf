// Package audit keeps the trail of administrative acts (審計記錄): who did what, on what,
// when, with which outcome.
//
// # Rules that always hold
//
//   - The trail only grows. There is no way to change or delete a row, and triggers refuse
//     both on both engines.
//   - An act and its row are in one transaction: what is not in the trail did not happen.
//   - Each row carries the SHA-256 of itself and of the row before it in its realm.
//     [Verify] walks the chain; whoever keeps a head (its number and hash) elsewhere can
//     also tell when the end of the trail was cut off.
//   - Rows hold ids and kinds, no personal data.
//
// # Threats
//
//   - Someone with the database's own rights can drop triggers and write rows; what they
//     cannot do without being seen is to make the chain fit a head that was kept elsewhere.
//   - Acts are rare: rows of one realm are written one after the other (on PostgreSQL the
//     later of two transactions begins again), and a busy subsystem has a log of its own.
package audit
