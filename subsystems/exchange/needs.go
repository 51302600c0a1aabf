package exchange

import (
	"context"
	"crypto/sha256"

	"praya/kernel/lang"
	"praya/platform/db"
)

// Ledger takes evidence, as the transparency log does. Leaves come back as they will be
// hashed.
type Ledger interface {
	Commit(tx *db.Tx, all []Commitment) ([]Logged, error)
	// Bundle is the proof of an entry as JSON; waiting is true before it can be proven.
	Bundle(ctx context.Context, entry string) (bundle []byte, waiting bool, err error)
	// Trust is whom to believe about it.
	Trust(ctx context.Context) (LedgerTrust, error)
}

// LedgerTrust is the verifier keys of the ledger and its witnesses, and how many of those must
// have cosigned.
type LedgerTrust struct {
	Key       string
	Witnesses []string
	Quorum    int
}

// What is committed to.
const (
	CommitConsent    = "consent"
	CommitWithdrawal = "revoke"
	CommitExchange   = "exchange"
	CommitDeletion   = "deletion"
	CommitDelayed    = "disclosure-delayed"
)

// Commitment is hashes over salts and values, and the keys that signed.
type Commitment struct {
	Type     string
	Of       [][sha256.Size]byte
	Keys     []string
	Previous string
}

// Logged is an entry of the ledger and its leaf.
type Logged struct {
	Entry string
	Leaf  []byte
}

// People is what the identity knows.
type People interface {
	// Subject is how a provider knows an account, by kind: the document number as it was
	// verified. An account without one gives a fault of kind Conflict.
	Subject(ctx context.Context, account string, kind SubjectKind) (string, error)
	// Tell puts a notice before a person, in three languages, once for each key.
	Tell(ctx context.Context, account, key, path string, title, text lang.Text) error
}

// Departments tells of bureaux and departments.
type Departments interface {
	Department(ctx context.Context, code string) (lang.Text, error)
	Departments(ctx context.Context) (map[string]lang.Text, error)
}

// The roles of this part; the app declares them to the directory.
const (
	DeveloperRole = "exchange-developer" // registers keys and services, asks for rights
	StewardRole   = "exchange-steward"   // opens services, decides on rights to their department's data
)
