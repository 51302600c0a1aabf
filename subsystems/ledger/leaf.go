package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
)

// Type says what a leaf states.
type Type string

// What is stated of a document, by its issuer.
const (
	Issued   Type = "issued"
	Replaced Type = "replaced" // by the document with the digest By
	Revoked  Type = "revoked"
)

// What other parts commit to, without its content.
const (
	Consent           Type = "consent"
	Withdrawal        Type = "revoke"
	Exchange          Type = "exchange"
	Deletion          Type = "deletion"
	DelayedDisclosure Type = "disclosure-delayed"
)

// Leaf is an entry of the log. It holds no name of a person, no number of one, and no body:
// of personal data only salted commitments. Its JSON, in this order of fields, is what is
// hashed.
type Leaf struct {
	V    int    `json:"v"`
	Type Type   `json:"type"`
	Time string `json:"time"` // to the minute, UTC

	// Of documents: who states it, and the SHA-256 of the file in hex.
	Issuer string     `json:"issuer,omitempty"`
	Name   *lang.Text `json:"name,omitempty"` // of the issuer, as the register had it then
	Digest string     `json:"digest,omitempty"`
	By     string     `json:"by,omitempty"`

	// Of other parts: salted commitments in base64, ids of the keys that signed, and the entry
	// before this one about the same thing.
	Commitments []string `json:"commitments,omitempty"`
	Keys        []string `json:"keys,omitempty"`
	Previous    EntryID  `json:"previous,omitempty"`
}

// leafVersion is the version of a leaf's form.
const leafVersion = 1

// maxLeaf bounds a leaf: entry bundles count its length in 16 bits.
const maxLeaf = 4096

// encode gives what is logged.
func (l Leaf) encode() ([]byte, error) {
	raw, err := json.Marshal(l)
	if err == nil && len(raw) > maxLeaf {
		err = fault.New(fault.Invalid, "ledger.fault.leaf")
	}
	return raw, err
}

// parseLeaf reads a leaf.
func parseLeaf(raw []byte) (l Leaf, err error) {
	return l, json.Unmarshal(raw, &l)
}

// coarse is a time to the minute: enough to know when, too little to join logs by.
func coarse(at when.Instant) string {
	return at.Time().UTC().Truncate(time.Minute).Format("2006-01-02T15:04Z")
}

// Commitment is what another part asks to be logged: hashes that nobody can guess the content
// of, because a salt went into each. See [Blind].
type Commitment struct {
	Type     Type
	Of       [][sha256.Size]byte
	Keys     []string
	Previous EntryID
}

var keyName = regexp.MustCompile(`^[A-Za-z0-9._:/+=-]{1,128}$`)

// maxCommitments is how many hashes a leaf takes.
const maxCommitments = 16

func (c Commitment) leaf(at when.Instant) (Leaf, error) {
	l := Leaf{V: leafVersion, Type: c.Type, Time: coarse(at), Keys: c.Keys, Previous: c.Previous}
	switch c.Type {
	case Consent, Withdrawal, Exchange, Deletion, DelayedDisclosure:
	default:
		return l, fault.New(fault.Invalid, "ledger.fault.leaf")
	}
	bad := len(c.Of) == 0 || len(c.Of) > maxCommitments || len(c.Keys) > maxCommitments || c.Previous != "" && !c.Previous.valid()
	for _, k := range c.Keys {
		bad = bad || !keyName.MatchString(k)
	}
	if bad {
		return l, fault.New(fault.Invalid, "ledger.fault.leaf")
	}
	for _, h := range c.Of {
		l.Commitments = append(l.Commitments, base64.StdEncoding.EncodeToString(h[:]))
	}
	return l, nil
}

// Blind is a salted commitment to a value: SHA-256 over the 32 bytes of the salt and the value.
// Who has both can show what was committed to; without the salt nobody can, and nobody can
// guess. Destroying the salt erases it.
func Blind(salt [sha256.Size]byte, value []byte) (out [sha256.Size]byte) {
	h := sha256.New()
	h.Write(salt[:])
	h.Write(value)
	h.Sum(out[:0])
	return out
}

// Statement is what an issuer states of a document.
type Statement struct {
	State  Type   `json:"state"`
	Digest string `json:"digest"`
	By     string `json:"by,omitempty"`
}

// check says what is wrong with a statement, and gives it in its one written form.
func (s Statement) check() (Statement, error) {
	s.Digest, s.By = strings.ToLower(s.Digest), strings.ToLower(s.By)
	if s.State == "" {
		s.State = Issued
	}
	switch {
	case s.State != Issued && s.State != Replaced && s.State != Revoked:
		return s, fault.New(fault.Invalid, "ledger.fault.state")
	case !isDigest(s.Digest) || (s.State == Replaced) != isDigest(s.By) || s.State != Replaced && s.By != "" || s.By == s.Digest:
		return s, fault.New(fault.Invalid, "ledger.fault.digest")
	}
	return s, nil
}

func isDigest(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size
}
