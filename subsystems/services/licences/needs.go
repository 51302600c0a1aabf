package licences

import (
	"context"

	"praya/kernel/lang"
	"praya/platform/db"
)

// Ledger takes what must not be denied later, as the transparency log does.
type Ledger interface {
	// Commit logs the digest of an act in the transaction of the act, and names the entry.
	Commit(tx *db.Tx, kind string, of [32]byte, previous string) (entry string, err error)
	// Bundle is the proof of an entry as JSON; waiting is true before it can be proven.
	Bundle(ctx context.Context, entry string) (bundle []byte, waiting bool, err error)
}

// People puts notices before people.
type People interface {
	// Tell says something to a person, in three languages, once for each key.
	Tell(ctx context.Context, account, key, path string, title, text lang.Text) error
	// AtCounter is whose code it is that somebody shows at a counter; it works once.
	AtCounter(ctx context.Context, code string) (account string, err error)
}

// Departments tells of bureaux and departments. A fault of kind NotFound is one that nobody knows.
type Departments interface {
	Department(ctx context.Context, code string) (lang.Text, error)
}

// The roles of this folder; the app declares them to the directory.
const (
	OfficerRole  = "licence-officer"  // looks after licences; proposes revocations
	ApproverRole = "licence-approver" // decides on revocations that somebody else proposed
)
