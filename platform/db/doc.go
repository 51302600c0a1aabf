// Package db is the store (資料庫): the only place that knows a database driver.
//
// Two engines stand behind one door. SQLite (modernc.org/sqlite, pure Go) is embedded
// and the default; PostgreSQL 15 or later serves several processes. Both run the same
// SQL text: a PostgreSQL subset with numbered parameters ($1) and the types text (ids,
// JSON, days, instants as fixed-width UTC), bigint, boolean and bytea.
//
// # Words
//
//   - transaction 交易: [DB.Read] sees one snapshot; [DB.Write] changes all or nothing.
//   - schema 結構, migration 遷移: forward-only SQL files that a folder owns.
//   - realm 領域: production or sandbox. Every table with a subsystem's rows has a realm
//     column as the first part of its key, and every statement names it: [Tx.Realm].
//   - version 版本: a bigint that every changing row carries; see [Tx.Change].
//
// # Rules that always hold
//
//   - A Write is durable before it returns nil: SQLite commits with synchronous=FULL,
//     many waiting writers in one group; PostgreSQL with its own defaults.
//   - One writer's failure or panic undoes its own work and nobody else's.
//   - After a statement has failed, the transaction can only end, on both engines; and
//     no statement runs while rows of another are open. PostgreSQL wants both, and what
//     is true on one engine must be true on the other.
//   - What [Tx.Do] and [Tx.DoChange] save is there for the next statement, but its failure may
//     be told by that one, or by the whole Write: PostgreSQL gets both in one message. SQLite
//     tells at once. So nobody decides on the error of a Do; who must, takes [Tx.Exec] or asks
//     [Tx.Settle].
//   - Write may run its function more than once (PostgreSQL refuses a transaction that
//     another one overtook, with 40001, and it begins again): the function starts from
//     nothing each time, and does nothing but talk to its Tx. It never opens another
//     transaction: SQLite has one writer.
//   - SQL stands in constants whose names begin with sql, in files store*.go, and the
//     test support in dbtest prepares every one of them on both engines. What must
//     differ is a [PerEngine], only in platform, and counted by a test. Constants whose
//     names end in SQLite or PostgreSQL are for that engine alone.
//   - Text sorts by code point on both engines: Open refuses a PostgreSQL database with
//     another collation. LIKE, lower beyond ASCII and now() differ: fold and compare in Go.
//
// # Isolation
//
// Read is a snapshot on both engines. Write is serial on SQLite, and repeatable read on
// PostgreSQL, where a lost update is refused and tried again. What repeatable read does
// not see is write skew (two writers that read each other's rows and change their own):
// whoever decides on rows that it does not change must change a row that both share.
// [DB.WriteLatest] is read committed, for queues and counters, where each statement is a
// decision by itself and should wait for its turn, not begin again.
//
// # Threats
//
//   - SQL injection: values travel only as parameters; names that [Tx.InsertMany] puts
//     into a statement are checked to be plain identifiers.
//   - A second program on the same SQLite file (an import beside a program that serves)
//     is no accident: both take turns through SQLite's locks, wait up to 15 s for each
//     other, and give Unavailable after that. A folder on a network drive has no such
//     locks: the data folder is on a local disk.
//   - A schema file that was edited after it was applied, or a table in somebody else's
//     name, is refused before anything runs.
//   - Exhaustion: readers, connections and the length of a commit group are bounded;
//     waiting ends with the caller's context; the write-ahead log is checkpointed when
//     idle and its size is in [DB.Stats].
package db
