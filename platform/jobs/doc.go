// Package jobs does later what must not happen inside a transaction (工作佇列): mail,
// calls to other bodies, long imports.
//
// # Words
//
//   - job 工作: a kind, a key, and arguments. The key makes it idempotent (冪等鍵): the same
//     kind and key in one realm is one job, however often it is enqueued.
//   - lease 租約: how long a worker may hold a job without a sign of life.
//   - parked 擱置: failed so often, or so plainly, that a person must look.
//
// # Rules that always hold
//
//   - A job exists if and only if the transaction that enqueued it committed.
//   - One worker holds a job at a time. A worker that dies loses it when its lease ends,
//     and another takes over; so a handler may run again after it has done half of its
//     work, and uses [Job.Key] towards the outside to be recognised.
//   - A worker that has lost its lease sees its context end, and can no longer finish,
//     fail or report on the job: every write names the holder.
//   - A failure is tried again after a growing, jittered pause; after Options.Attempts, or
//     at once when the error is Invalid, the job is parked. A job that kills its process
//     counts as failed too, and is parked in the end.
//   - Several processes share the work; what they share stands in the store alone.
//
// # Threats
//
//   - Failing unseen: [Queue.List] shows the parked, the failing and the late first, and
//     [Queue.Counts] is for the metrics.
//   - Arguments are stored as they are: ids only, no personal data.
package jobs
