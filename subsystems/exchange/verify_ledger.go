package exchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"praya/kernel/when"
)

// ledgerBundle is the ledger's proof of an entry, praya-ledger-bundle/1.
type ledgerBundle struct {
	Format     string        `json:"format"`
	Origin     string        `json:"origin"`
	Key        string        `json:"key"`
	Checkpoint string        `json:"checkpoint"`
	Entries    []ledgerEntry `json:"entries"`
}

type ledgerEntry struct {
	Leaf  string      `json:"leaf"`
	Index int64       `json:"index"`
	Proof []tlog.Hash `json:"proof"`
}

const ledgerFormat = "praya-ledger-bundle/1"

// ledgerLeaf is what the ledger holds of a fact.
type ledgerLeaf struct {
	Type        string   `json:"type"`
	Time        string   `json:"time"` // to the minute, UTC
	Commitments [][]byte `json:"commitments"`
	Keys        []string `json:"keys"`
	Previous    string   `json:"previous"`
}

// expected is an entry with what must stand in it.
type expected struct {
	name     string
	proof    ProvenEntry
	types    []string
	of       [][sha256.Size]byte
	keys     []string
	previous string
	at       string // empty: not looked at
}

// expect lists every entry that the bundle should have, and what its parts commit to.
func (b Bundle) expect() (out []expected, err error) {
	if a := b.Access; a != nil {
		of, err := a.evidence().commitments()
		if err != nil {
			return nil, err
		}
		out = append(out, expected{"the access", a.Ledger, []string{CommitExchange, CommitDelayed}, of, a.evidence().keys(), "", a.At})
	}
	if b.Consent == nil {
		return out, nil
	}
	previous := ""
	for i, r := range b.Consent.Records {
		if len(r.Salt) != sha256.Size {
			return nil, errors.New("a salt is missing")
		}
		sum := sha256.Sum256([]byte(r.Record))
		head, _, _ := strings.Cut(r.JWS, "..")
		kind := CommitConsent
		if r.What == string(Withdrawn) {
			kind = CommitWithdrawal
		}
		out = append(out, expected{
			"version " + strconv.Itoa(i+1) + " of the consent", r.Ledger,
			[]string{kind},
			[][sha256.Size]byte{blind([sha256.Size]byte(r.Salt), sum[:])},
			[]string{jwsKey(head)},
			previous, "",
		})
		previous = r.Ledger.Entry
	}
	if d := b.Consent.Deletion; d != nil && len(d.Salt) == sha256.Size {
		out = append(out, expected{
			"the deletion receipt", d.Ledger,
			[]string{CommitDeletion},
			[][sha256.Size]byte{blind([sha256.Size]byte(d.Salt), []byte(d.Base))},
			[]string{d.Key},
			"", "",
		})
	}
	return out, nil
}

// evidence is what was sealed of the access.
func (a *ProvenAccess) evidence() Evidence {
	e := Evidence{Seed: a.Seed, Basis: a.Terms, Outcome: a.Outcome}
	if a.Request != nil {
		e.Request = Signed{a.Request.Key, []byte(a.Request.Base), a.Request.Signature}
	}
	if a.Response != nil {
		e.Response = Signed{a.Response.Key, []byte(a.Response.Base), a.Response.Signature}
	}
	return e
}

// ledger checks the entries: what they commit to, where they stand, and who signed for that.
func (c check) ledger() (out []Step) {
	all, err := c.b.expect()
	if err != nil {
		return []Step{{"commitments", Broken, err.Error()}}
	}
	var commitments, inclusion, checkpoint, witness worst
	for _, e := range all {
		if e.proof.Waiting {
			err := unchecked(e.name + " waits for the ledger's next checkpoint")
			commitments.add(err)
			inclusion.add(err)
			checkpoint.add(err)
			witness.add(err)
			continue
		}
		var b ledgerBundle
		if err := json.Unmarshal(e.proof.Bundle, &b); err != nil || b.Format != ledgerFormat || len(b.Entries) != 1 {
			commitments.add(fmt.Errorf("%s: the ledger's proof cannot be read", e.name))
			continue
		}
		commitments.add(e.holds([]byte(b.Entries[0].Leaf)))
		tree, cosigned, err := c.open(b)
		checkpoint.add(err)
		witness.add(cosigned)
		if err == nil {
			err = tlog.CheckRecord(b.Entries[0].Proof, tree.N, tree.Hash, b.Entries[0].Index, tlog.RecordHash([]byte(b.Entries[0].Leaf)))
			if err != nil {
				err = fmt.Errorf("%s is not in the ledger", e.name)
			}
		}
		inclusion.add(err)
	}
	c.step(&out, "commitments", commitments.err)
	c.step(&out, "inclusion", inclusion.err)
	c.step(&out, "checkpoint", checkpoint.err)
	c.step(&out, "witness", witness.err)
	return out
}

// worst keeps the first thing that is broken, or else the first that was not checked.
type worst struct{ err error }

func (w *worst) add(err error) {
	var not unchecked
	if w.err == nil || errors.As(w.err, &not) && err != nil && !errors.As(err, &not) {
		w.err = err
	}
}

// holds says whether a leaf commits to what it should.
func (e expected) holds(raw []byte) error {
	var l ledgerLeaf
	if err := json.Unmarshal(raw, &l); err != nil {
		return fmt.Errorf("%s: its entry cannot be read", e.name)
	}
	same := slices.EqualFunc(l.Commitments, e.of, func(a []byte, b [sha256.Size]byte) bool { return bytes.Equal(a, b[:]) })
	switch {
	case !slices.Contains(e.types, l.Type):
		return fmt.Errorf("%s: the ledger holds it as something else", e.name)
	case !same:
		return fmt.Errorf("%s: it is not what the ledger holds", e.name)
	case !slices.Equal(l.Keys, e.keys):
		return fmt.Errorf("%s: the ledger names other keys", e.name)
	case l.Previous != e.previous:
		return fmt.Errorf("%s: a version before it is missing", e.name)
	case e.at == "":
		return nil
	}
	at, err := when.ParseInstant(e.at)
	entered, bad := when.ParseInstant(strings.TrimSuffix(l.Time, "Z") + ":00.000000Z")
	if err != nil || bad != nil || entered.Add(drift).Before(at) || at.Add(drift).Before(entered) {
		return fmt.Errorf("%s: the ledger has it at another time", e.name)
	}
	return nil
}

// open checks who signed a checkpoint.
func (c check) open(b ledgerBundle) (t tlog.Tree, witness, err error) {
	trusted := c.trust.Log
	if trusted == "" {
		trusted = b.Key
	}
	key, err := note.NewVerifier(trusted)
	if err != nil {
		return t, unchecked("the checkpoint is not signed"), err
	}
	known := []note.Verifier{key}
	for _, w := range c.trust.Witnesses {
		v, err := fnote.NewVerifierForCosignatureV1(w)
		if err != nil {
			return t, err, nil
		}
		known = append(known, v)
	}
	n, err := note.Open([]byte(b.Checkpoint), note.VerifierList(known...))
	if err != nil {
		return t, unchecked("the checkpoint is not signed"), errors.New("the checkpoint is not signed by the trusted key of the ledger")
	}
	cosigned := 0
	own := false
	for _, s := range n.Sigs {
		if s.Name == key.Name() && s.Hash == key.KeyHash() {
			own = true
			continue
		}
		cosigned++
	}
	if !own {
		return t, unchecked("the checkpoint is not signed"), errors.New("the checkpoint is not signed by the trusted key of the ledger")
	}
	switch {
	case len(c.trust.Witnesses) == 0:
		witness = unchecked("no witness is trusted")
	case cosigned < max(1, c.trust.Quorum):
		witness = fmt.Errorf("%d witnesses cosigned, %d must", cosigned, max(1, c.trust.Quorum))
	}
	t, err = treeOf(key.Name(), n.Text)
	return t, witness, err
}

// treeOf reads the text of a checkpoint (C2SP tlog-checkpoint).
func treeOf(origin, text string) (t tlog.Tree, err error) {
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) < 4 || lines[0] != origin {
		return t, errors.New("the checkpoint is of another log")
	}
	if t.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil || t.N < 0 {
		return t, errors.New("the checkpoint has no size")
	}
	raw, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(raw) != tlog.HashSize {
		return t, errors.New("the checkpoint has no root")
	}
	copy(t.Hash[:], raw)
	return t, nil
}
