// Package events publishes facts (事件) in the transaction that makes them true, and
// hands them to consumers in one total order.
//
// # Words
//
//   - event 事件: a fact that happened: a subject such as estimates.paper.imported, and
//     data that hold ids and the outcome, never personal data.
//   - outbox 寄件匣: where PostgreSQL's writers leave their events.
//   - log 事件記錄: the events in their final order, each with a position.
//   - consumer 消費者: code with a name and a cursor, which works through the log.
//
// # Rules that always hold
//
//   - An event is in the log if and only if the transaction that published it committed.
//   - If A had committed before B began, A stands before B.
//   - A consumer's effect and its cursor move in one transaction: each consumer handles
//     each event exactly once in the store's eyes, in the log's order. What leaves the
//     building is a job that the handler enqueues.
//   - A handler that fails is tried again, later and later; the consumer stands still,
//     says so in [Bus.Status], and never skips by itself. An operator may [Bus.Skip].
//   - Publishing makes no writer wait for another.
//
// # How
//
// On SQLite the order of writing is the order of commits: publishing writes the log.
//
// On PostgreSQL transactions commit out of order, so that a cursor over an identity
// column loses events. There a row of the outbox carries the id of its transaction, and
// one sequencer at a time (a lock of its own transaction) moves to the log those rows
// whose transaction lies below the snapshot's xmin, in the order of (transaction, row):
// everything below xmin has ended, so nothing can come later with a lower number; and a
// transaction that began after another's commit has the higher number. A transaction
// that stays open for long delays what was published after it began, and nothing else.
//
// After a restore into another cluster the outbox's transaction numbers mean nothing:
// [Settle] moves all rows to the log. A row that came by other ways and carries a number
// that this cluster has not reached is moved at once, before all others.
//
// # Threats
//
//   - A consumer that never comes through would stop its subsystem unseen: Status shows
//     lag, attempts and the last error.
//   - The log would grow for ever: [Bus.Prune] takes out what all consumers have seen.
//   - One realm's event handled as another's: the handler's context carries the event's.
package events
