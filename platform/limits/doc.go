// Package limits keeps leases (租約) and rate limits (限速) in the store, so that several
// processes on one database keep them together.
//
// # Words
//
//   - lease 租約: the right to be the only one who does something, for a time.
//   - bucket 令牌桶: a key's allowance, which fills at a steady rate up to a burst.
//
// # Rules that always hold
//
//   - At most one holder has a lease at a time, by the store's transactions' clocks; the
//     holder renews it in time or stops. A lease is for saving work, not for safety: what
//     must never happen twice is also guarded by a key or a version.
//   - A bucket is one row, changed by one statement; rows that are full again are worth
//     nothing and are swept away.
//
// # Threats
//
//   - Keys that name a person (an address, an account) are stored only as a hash.
//   - A flood of new keys: [Sweep] bounds the rows by time, and the caller chooses keys
//     that are few where it can (a network, not an address).
package limits
