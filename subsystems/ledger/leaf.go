package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
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
	LicenceAct        Type = "licence" // issued, renewed, suspended: which of them is in what is committed to
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

// encode gives what is logged: what encoding/json gives, at a tenth of the time.
func (l Leaf) encode() ([]byte, error) {
	out := make([]byte, 0, 512)
	out = append(strconv.AppendInt(append(out, `{"v":`...), int64(l.V), 10), `,"type":`...)
	out = append(appendText(out, string(l.Type)), `,"time":`...)
	out = appendText(out, l.Time)
	out = appendField(out, `,"issuer":`, l.Issuer)
	if l.Name != nil {
		out = appendName(append(out, `,"name":`...), *l.Name)
	}
	out = appendField(out, digestField, l.Digest)
	out = appendField(out, byField, l.By)
	out = appendList(out, `,"commitments":`, l.Commitments)
	out = appendList(out, `,"keys":`, l.Keys)
	out = append(appendField(out, `,"previous":`, string(l.Previous)), '}')
	if len(out) > maxLeaf {
		return nil, fault.New(fault.Invalid, "ledger.fault.leaf")
	}
	return out, nil
}

const digestField, byField = `,"digest":`, `,"by":`

func appendField(out []byte, name, value string) []byte {
	if value == "" {
		return out
	}
	return appendText(append(out, name...), value)
}

func appendList(out []byte, name string, all []string) []byte {
	if len(all) == 0 {
		return out
	}
	out = append(append(out, name...), '[')
	for i, value := range all {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendText(out, value)
	}
	return append(out, ']')
}

func appendName(out []byte, name lang.Text) []byte {
	raw, _ := json.Marshal(name) // three texts always have a JSON
	return append(out, raw...)
}

// appendText writes a JSON string. What needs no escape is nearly all.
func appendText(out []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			raw, _ := json.Marshal(text) // a string always has a JSON
			return append(out, raw...)
		}
	}
	return append(append(append(out, '"'), text...), '"')
}

// documentOf finds the digest in the JSON of an issuer's statement without reading the rest: it
// and by stand last, and no quotation mark inside a string is bare.
func documentOf(raw []byte) string {
	const digest = sha256.Size * 2
	end := len(raw) - 1
	if by := end - len(byField) - digest - 2; by > 0 && string(raw[by:by+len(byField)]) == byField {
		end = by
	}
	at := end - len(digestField) - digest - 2
	if at > 0 && string(raw[at:at+len(digestField)]) == digestField {
		if found := string(raw[end-digest-1 : end-1]); isHex(found) { // and not other fields that happen to be as long
			return found
		}
	}
	l, _ := parseLeaf(raw) // ours: made when it was asked for
	return l.Digest
}

func isHex(text string) bool { return strings.Trim(text, "0123456789abcdef") == "" }

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
	At       when.Instant // when it happened; if zero, the transaction's time
}

// isKeyName reports whether a text can be the id of a key, and is no sentence.
func isKeyName(text string) bool {
	for i := range len(text) {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("._:/+=-", c) < 0 {
			return false
		}
	}
	return text != "" && len(text) <= 128
}

// maxCommitments is how many hashes a leaf takes.
const maxCommitments = 16

// Leaf is what the log will hold of a commitment: with At given, or logged within the same
// minute, the same bytes. Their leaf hash (RFC 9162, 2.1.1) can be signed before they have a
// place.
func (c Commitment) Leaf(at when.Instant) ([]byte, error) {
	l, err := c.leaf(at)
	if err != nil {
		return nil, err
	}
	return l.encode()
}

func (c Commitment) leaf(at when.Instant) (Leaf, error) {
	if !c.At.IsZero() {
		at = c.At
	}
	l := Leaf{V: leafVersion, Type: c.Type, Time: coarse(at), Keys: c.Keys, Previous: c.Previous}
	switch c.Type {
	case Consent, Withdrawal, Exchange, Deletion, DelayedDisclosure, LicenceAct:
	default:
		return l, fault.New(fault.Invalid, "ledger.fault.leaf")
	}
	bad := len(c.Of) == 0 || len(c.Of) > maxCommitments || len(c.Keys) > maxCommitments || c.Previous != "" && !c.Previous.valid()
	for _, k := range c.Keys {
		bad = bad || !isKeyName(k)
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
