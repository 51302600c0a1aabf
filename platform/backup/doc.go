// Package backup writes all that the program keeps into one file (備份), while serving,
// and restores it (還原) into an empty place on either engine.
//
// A backup is a ZIP file: manifest.json, db/TABLE.jsonl with one JSON array a row,
// blobs/ADDRESS, and keys.ring. The manifest names the format, the migrations, and of every part its rows,
// size and SHA-256.
//
// # Rules that always hold
//
//   - The database's part is one snapshot. Blobs are copied after the snapshot was taken:
//     a blob is durable before a row refers to it and is never changed, so all that the
//     snapshot refers to is there (files.Store.Collect must keep what is younger than a
//     backup takes).
//   - Restore reads the whole file against its manifest before it writes a row, refuses
//     what is truncated or altered, a place that is not empty, and a program whose
//     migrations are not those of the backup. All tables are restored in one transaction.
//   - An engine's own index (FTS5, tsvector) is not in the backup; the caller makes it again
//     after the restore, as it settles events and whatever else: Target.After.
//   - Keys: the sealed ring goes in; the key file does not. Without the key
//     file that the operator keeps apart, a backup's personal fields stay closed.
//
// # Threats
//
//   - A backup holds everything: it is made readable by its owner alone, and lies where
//     the data lie, or safer.
//   - Someone who alters a backup can alter its manifest too. Write gives the manifest's
//     SHA-256; whoever keeps that apart can tell.
//   - A ZIP bomb: a part may not be longer than its manifest says.
package backup
