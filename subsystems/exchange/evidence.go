package exchange

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"praya/kernel/id"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/httpsig"
	"praya/platform/sign"
)

// AccessID names an exchange from the moment at which the call came.
type AccessID string

// Access is one exchange, answered or refused.
type Access struct {
	ID       AccessID
	At       when.Instant
	Person   string // account of the subject, or the blind index of an identifier
	Consent  ConsentID
	Right    RightID
	Consumer string
	Service  string
	Purpose  string
	Fields   string // a space between
	Method   string
	Outcome  Refusal // empty: answered
	Status   int     // of the provider's answer
	Shown    when.Instant
	Entry    string // of the ledger
	sealed   []byte
}

// Evidence is what was signed in an exchange, and the salt from which its commitments' salts
// come. It stands sealed in the store, and opens for the person, the consumer and the provider.
type Evidence struct {
	Seed     []byte // 32 bytes
	Basis    []byte // SHA-256 of the consent's record; of a right by law, its terms
	Request  Signed
	Response Signed // empty when there was no answer
	Outcome  string
}

// Signed is a text that was signed, by whom, and the signature.
type Signed struct {
	Key   string
	Base  []byte
	Value []byte
}

func signed(s httpsig.Signature) Signed { return Signed{s.KeyID, s.Base, s.Value} }

// answeredText is the outcome of an access that was answered.
const answeredText = "answered"

func (r Refusal) outcome() string {
	if r == "" {
		return answeredText
	}
	return string(r)
}

// Parts of an access that the ledger commits to, in this order.
const (
	partBasis = iota
	partRequest
	partResponse
	partOutcome
	parts
)

// salts are the salts of the parts, by HKDF (RFC 5869) from the seed.
func salts(seed []byte) (out [parts][32]byte, err error) {
	raw, err := hkdf.Expand(sha256.New, seed, "praya exchange access v1", parts*32)
	if err != nil {
		return out, err
	}
	for i := range out {
		copy(out[i][:], raw[32*i:])
	}
	return out, nil
}

// commitments are what the ledger gets of an access.
func (e Evidence) commitments() ([][sha256.Size]byte, error) {
	salt, err := salts(e.Seed)
	if err != nil {
		return nil, err
	}
	values := [parts][]byte{partBasis: e.Basis, partRequest: e.Request.Base, partResponse: e.Response.Base, partOutcome: []byte(e.Outcome)}
	out := make([][sha256.Size]byte, parts)
	for i, v := range values {
		out[i] = blind(salt[i], v)
	}
	return out, nil
}

// blind is a salted commitment: SHA-256 over salt and value.
func blind(salt [32]byte, value []byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(salt[:])
	h.Write(value)
	var out [sha256.Size]byte
	h.Sum(out[:0])
	return out
}

// keys are the keys that signed.
func (e Evidence) keys() []string {
	out := []string{e.Request.Key}
	if e.Response.Key != "" {
		out = append(out, e.Response.Key)
	}
	return out
}

// encode writes evidence as a version and parts, each after its length.
func (e Evidence) encode() []byte {
	all := [][]byte{
		e.Seed, e.Basis, []byte(e.Request.Key), e.Request.Base, e.Request.Value,
		[]byte(e.Response.Key), e.Response.Base, e.Response.Value, []byte(e.Outcome),
	}
	n := 1
	for _, p := range all {
		n += len(p) + binary.MaxVarintLen32
	}
	b := append(make([]byte, 0, n), 1)
	for _, p := range all {
		b = append(binary.AppendUvarint(b, uint64(len(p))), p...)
	}
	return b
}

var errEvidence = errors.New("exchange: evidence that cannot be read")

func decodeEvidence(b []byte) (e Evidence, err error) {
	if len(b) == 0 || b[0] != 1 {
		return e, errEvidence
	}
	b = b[1:]
	var all [9][]byte
	for i := range all {
		n, w := binary.Uvarint(b)
		if w <= 0 || n > uint64(len(b)-w) {
			return e, errEvidence
		}
		all[i], b = b[w:w+int(n)], b[w+int(n):] //nolint:gosec // at most what is there
	}
	if len(b) > 0 {
		return e, errEvidence
	}
	return Evidence{
		Seed: all[0], Basis: all[1], Request: Signed{string(all[2]), all[3], all[4]},
		Response: Signed{string(all[5]), all[6], all[7]}, Outcome: string(all[8]),
	}, nil
}

func evidencePlace(realm who.Realm, id AccessID) sign.Place {
	return sign.Place{Realm: realm, Table: "exchange_accesses", Column: "sealed", ID: string(id)}
}

// closing is a call whose answer waits until its evidence is durable.
type closing struct {
	Access
	evidence Evidence
	consent  *Consent // nil: by law, or none
	seen     int64    // how often consents had changed when the call looked
	nonce    nonceKey
	until    int64 // seconds since 1970, from when on the message is too old to be played again
	delayed  bool  // the person sees it later

	// What came of it.
	outcome Refusal
	receipt Receipt
}

// slotSeconds is how long a slot of nonces is.
const slotSeconds = 64

func (c *closing) slot() int64 { return c.until / slotSeconds }

// nonceKey is what a nonce is remembered by, of its key.
type nonceKey [16]byte

func nonceOf(s httpsig.Signature) (k nonceKey) {
	h := sha256.Sum256([]byte(s.KeyID + "\n" + s.Nonce))
	copy(k[:], h[:])
	return k
}

// newAccess gives an exchange its id and its seed.
func newAccess(at when.Instant) (Access, []byte) {
	seed := make([]byte, 32)
	rand.Read(seed)
	return Access{ID: id.New[AccessID](at), At: at, Shown: at}, seed
}

// seal encrypts the evidence for its place.
func (s *Service) seal(realm who.Realm, c *closing) (err error) {
	c.evidence.Outcome = c.Outcome.outcome()
	c.sealed, err = s.Keys.Encrypt(evidencePlace(realm, c.ID), c.evidence.encode())
	return err
}

// closeAll makes the evidence of a group of calls durable, in one transaction that also looks
// again at whether they may be answered.
func (s *Service) closeAll(ctx context.Context, group []*closing) error {
	realm := who.From(ctx).Realm
	var leaves [][]byte
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		leaves = leaves[:0]
		for _, c := range group {
			c.outcome = c.Outcome
		}
		if err := s.lookAgain(tx, group); err != nil {
			return err
		}
		commitments := make([]Commitment, len(group))
		for i, c := range group {
			if c.outcome != c.Outcome { // rare: what was sealed says something else
				other := *c
				other.Outcome = c.outcome
				if err := s.seal(realm, &other); err != nil {
					return err
				}
				c.evidence.Outcome, c.sealed = other.evidence.Outcome, other.sealed
			}
			of, err := c.evidence.commitments()
			if err != nil {
				return err
			}
			commitments[i] = Commitment{Type: CommitExchange, Of: of, Keys: c.evidence.keys()}
			if c.delayed {
				commitments[i].Type = CommitDelayed
			}
		}
		logged, err := s.Ledger.Commit(tx, commitments)
		if err != nil {
			return err
		}
		for i, l := range logged {
			group[i].Entry = l.Entry
			leaves = append(leaves, l.Leaf)
		}
		return addAccesses(tx, group)
	})
	if err != nil {
		return err
	}
	for _, c := range group {
		c.Outcome = c.outcome
	}
	return s.receipts(group, leaves)
}

// lookAgain refuses calls of a group that may not be answered any more: played again, withdrawn
// since they looked, used up by one another.
func (s *Service) lookAgain(tx *db.Tx, group []*closing) error {
	if err := refuseReplays(tx, group); err != nil {
		return err
	}
	n, err := findNumbers(tx)
	if err != nil {
		return err
	}
	for _, c := range group {
		counted := c.consent != nil && c.consent.Often.Times > 0
		if c.consent == nil || c.outcome != "" || n.consents == c.seen && !counted {
			continue
		}
		now, err := findConsent(tx, c.consent.ID)
		if err != nil {
			return err
		}
		if c.outcome = now.refusal(c.Consumer, c.Service, strings.Fields(c.Fields), c.At); c.outcome != "" || !counted {
			continue
		}
		now.use(c.At)
		if err := useConsent(tx, &now); err != nil {
			return err
		}
	}
	return nil
}

// skew is how far clocks may differ, and life how long a message may be on its way.
const (
	skew = 30 * time.Second
	life = time.Minute
)

// refuseReplays remembers the nonces of a group, and refuses those that were known.
func refuseReplays(tx *db.Tx, group []*closing) error {
	added, err := addNonces(tx, group)
	if err != nil || added == int64(len(group)) {
		return err
	}
	for _, c := range group {
		call, err := findNonce(tx, c)
		if err != nil {
			return err
		}
		if call != c.ID {
			c.outcome = Replayed
		}
	}
	return nil
}
