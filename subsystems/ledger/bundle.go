package ledger

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

// BundleFormat names the form of a bundle.
const BundleFormat = "praya-ledger-bundle/1"

// Bundle is all that is needed to check entries without us: a signed checkpoint, the key, and
// for each entry its proof. Of a document it has everything that the log stated up to the
// checkpoint, by whoever issued it.
type Bundle struct {
	Format     string   `json:"format"`
	Origin     string   `json:"origin"`
	Key        string   `json:"key"`        // verifier key of the log
	Checkpoint string   `json:"checkpoint"` // signed note, with cosignatures
	Entries    []Proven `json:"entries"`
	Stamps     []Stamp  `json:"stamps,omitempty"` // of each authority the first that covers an entry
}

// Proven is an entry with its proof of inclusion.
type Proven struct {
	Leaf  string      `json:"leaf"` // as it was hashed
	Index int64       `json:"index"`
	Proof []tlog.Hash `json:"proof"` // audit path from the leaf up (RFC 9162, 2.1.3)
}

// ErrWaiting says that an entry is durable but not proven yet.
var ErrWaiting = errors.New("ledger: the entry waits for the next checkpoint")

// EntryBundle proves one entry; ErrWaiting before the checkpoint that includes it.
func (s *Service) EntryBundle(ctx context.Context, id EntryID) (b Bundle, err error) {
	batch, n, err := id.split()
	if err != nil {
		return b, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		place, err := placeOf(tx, batch, n)
		if err != nil {
			return err
		}
		leaf, err := findEntry(tx, place)
		if err != nil {
			return err
		}
		b, err = s.bundle(tx, []placed{{place, leaf}})
		if err == nil && len(b.Entries) == 0 {
			err = ErrWaiting
		}
		return err
	})
	return b, err
}

// placeOf is where an entry stands in the log.
func placeOf(tx *db.Tx, batch string, n int64) (int64, error) {
	rows, err := findBatch(tx, batch)
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		switch {
		case n >= r.count:
			n -= r.count
		case r.first < 0:
			return 0, ErrWaiting
		default:
			return r.first + n, nil
		}
	}
	return 0, fault.New(fault.NotFound, "ledger.fault.no-entry")
}

// maxStatements bounds what is proven of one document.
const maxStatements = 100

// DocumentBundle proves everything that the log states of a document with this digest.
func (s *Service) DocumentBundle(ctx context.Context, digest string) (b Bundle, err error) {
	digest = strings.ToLower(digest)
	if !isDigest(digest) {
		return b, fault.New(fault.Invalid, "ledger.fault.digest")
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := entriesOf(tx, digest, maxStatements)
		if err == nil && len(found) == 0 {
			err = fault.New(fault.NotFound, "ledger.fault.no-document")
		}
		if err != nil {
			return err
		}
		b, err = s.bundle(tx, found)
		if err == nil && len(b.Entries) == 0 {
			err = fault.New(fault.NotFound, "ledger.fault.no-document") // in a moment
		}
		return err
	})
	return b, err
}

// bundle proves entries under the published checkpoint; those after it are left out.
func (s *Service) bundle(tx *db.Tx, all []placed) (b Bundle, err error) {
	b, p, err := newProver(tx)
	if err != nil {
		return b, err
	}
	for _, e := range all {
		if e.place >= p.tree.N {
			continue
		}
		proven, err := p.prove(e)
		if err != nil {
			return b, err
		}
		b.Entries = append(b.Entries, proven)
		if err := p.stamp(&b, e.place); err != nil {
			return b, err
		}
	}
	return b, nil
}

// bundles proves entries one by one, all under the same checkpoint.
func bundles(tx *db.Tx, all []placed) (out []Bundle, err error) {
	one, p, err := newProver(tx)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		if e.place >= p.tree.N {
			return nil, ErrWaiting
		}
		proven, err := p.prove(e)
		if err != nil {
			return nil, err
		}
		one.Entries, one.Stamps = []Proven{proven}, nil
		if err := p.stamp(&one, e.place); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// prover proves many entries of one tree: tiles are read, and hashes made, once.
type prover struct {
	tx     *db.Tx
	tree   tlog.Tree
	tiles  map[tileAt][]byte
	hashes map[int64]tlog.Hash
	stamps *stamps
}

// newProver begins a bundle under the published checkpoint.
func newProver(tx *db.Tx) (b Bundle, p prover, err error) {
	l, err := findLog(tx)
	if err != nil {
		return b, p, err
	}
	c, err := findCheckpoint(tx)
	if fault.Is(err, fault.NotFound) {
		return b, p, ErrWaiting
	}
	if err != nil {
		return b, p, err
	}
	b = Bundle{Format: BundleFormat, Origin: l.Origin, Key: l.VKey, Checkpoint: string(c.Note), Entries: []Proven{}}
	p = prover{tx: tx, tiles: map[tileAt][]byte{}, hashes: map[int64]tlog.Hash{}, stamps: &stamps{}}
	p.tree, err = readCheckpoint(l.Origin, string(c.Note))
	return b, p, err
}

// prove gives no proof that does not hold: the tiles are believed only after it was checked.
func (p prover) prove(e placed) (Proven, error) {
	path, err := tlog.ProveRecord(p.tree.N, e.place, p)
	if err == nil && tlog.CheckRecord(path, p.tree.N, p.tree.Hash, e.place, tlog.RecordHash(e.leaf)) != nil {
		err = errDamaged
	}
	return Proven{Leaf: string(e.leaf), Index: e.place, Proof: append([]tlog.Hash{}, path...)}, err
}

// ReadHashes is what tlog asks for.
func (p prover) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		h, known := p.hashes[index]
		if !known {
			var err error
			if h, err = p.readHash(index); err != nil {
				return nil, err
			}
			p.hashes[index] = h
		}
		out[i] = h
	}
	return out, nil
}

func (p prover) readHash(index int64) (h tlog.Hash, err error) {
	t := tlog.TileForIndex(tileHeight, index)
	at := tileAt{int64(t.L), t.N}
	data := p.tiles[at]
	if data == nil {
		if data, err = findTile(p.tx, at); err != nil {
			return h, err
		}
		p.tiles[at] = data
	}
	if len(data) < t.W*tlog.HashSize {
		return h, errShort
	}
	return tlog.HashFromTile(t, data[:t.W*tlog.HashSize], index)
}

// readCheckpoint reads the text of a checkpoint (C2SP tlog-checkpoint), signed or not; who
// signed it is the caller's question.
func readCheckpoint(origin, text string) (t tlog.Tree, err error) {
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) < 4 || lines[0] == "" || origin != "" && lines[0] != origin {
		return t, fmt.Errorf("ledger: this is no checkpoint of %q", origin)
	}
	t.N, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil || t.N < 0 || strconv.FormatInt(t.N, 10) != lines[1] {
		return t, errors.New("ledger: the size of the checkpoint is no whole number")
	}
	t.Hash, err = tlog.ParseHash(lines[2])
	return t, err
}

// Trust is whom somebody who checks believes.
type Trust struct {
	Key       string         // the log's verifier key
	Witnesses []string       // verifier keys
	Quorum    int            // how many of them must have cosigned
	Stamps    *x509.CertPool // roots of time-stamping authorities; if given, every entry must be stamped
}

// Cosigned is a witness's signature that was found good.
type Cosigned struct {
	Name string
	At   when.Instant
}

// Verified is what a bundle proves.
type Verified struct {
	Tree    tlog.Tree
	Cosigns []Cosigned
	Leaves  []Leaf
	Stamps  []Stamped
}

// ParseBundle reads a bundle strictly.
func ParseBundle(raw []byte) (b Bundle, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err = d.Decode(&b); err != nil {
		return b, fmt.Errorf("ledger: this is no bundle: %w", err)
	}
	if b.Format != BundleFormat {
		return b, fmt.Errorf("ledger: a bundle of the form %q cannot be read", b.Format)
	}
	return b, nil
}

// Verify checks signature, cosignatures and every proof, and trusts nothing but the keys given.
func (b Bundle) Verify(trust Trust) (v Verified, err error) {
	v.Tree, v.Cosigns, err = openCheckpoint(trust, []byte(b.Checkpoint))
	if err != nil {
		return v, err
	}
	if len(b.Entries) == 0 {
		return v, errors.New("ledger: the bundle proves no entry")
	}
	for _, e := range b.Entries {
		if err := tlog.CheckRecord(e.Proof, v.Tree.N, v.Tree.Hash, e.Index, tlog.RecordHash([]byte(e.Leaf))); err != nil {
			return v, fmt.Errorf("ledger: entry %d is not in the log: %w", e.Index, err)
		}
		l, err := parseLeaf([]byte(e.Leaf))
		if err != nil {
			return v, fmt.Errorf("ledger: entry %d: %w", e.Index, err)
		}
		v.Leaves = append(v.Leaves, l)
	}
	return v, b.verifyStamps(trust, &v)
}

// verifyStamps checks all time stamps, and that they cover every entry when they are asked for.
func (b Bundle) verifyStamps(trust Trust, v *Verified) error {
	for _, s := range b.Stamps {
		good, err := s.verify(trust, v.Tree)
		if err != nil {
			return err
		}
		v.Stamps = append(v.Stamps, good)
	}
	if trust.Stamps == nil {
		return nil
	}
	for _, e := range b.Entries {
		if !slices.ContainsFunc(v.Stamps, func(s Stamped) bool { return s.Size > e.Index }) {
			return fmt.Errorf("ledger: no time stamp covers entry %d yet", e.Index)
		}
	}
	return nil
}

// openCheckpoint checks who signed a checkpoint.
func openCheckpoint(trust Trust, raw []byte) (t tlog.Tree, by []Cosigned, err error) {
	key, err := note.NewVerifier(trust.Key)
	if err != nil {
		return t, nil, err
	}
	known := []note.Verifier{key}
	for _, w := range trust.Witnesses {
		v, err := fnote.NewVerifierForCosignatureV1(w)
		if err != nil {
			return t, nil, fmt.Errorf("ledger: the key of a witness: %w", err)
		}
		known = append(known, v)
	}
	n, err := note.Open(raw, note.VerifierList(known...))
	if err != nil {
		return t, nil, fmt.Errorf("ledger: the checkpoint's signature: %w", err)
	}
	own := false
	for _, sig := range n.Sigs {
		if sig.Name == key.Name() && sig.Hash == key.KeyHash() {
			own = true
			continue
		}
		at, err := fnote.CoSigV1Timestamp(sig)
		if err != nil {
			return t, nil, err
		}
		by = append(by, Cosigned{sig.Name, when.At(at)})
	}
	switch {
	case !own:
		return t, by, errors.New("ledger: the log has not signed the checkpoint")
	case len(by) < trust.Quorum:
		return t, by, fmt.Errorf("ledger: %d of the witnesses have cosigned, %d must", len(by), trust.Quorum)
	}
	t, err = readCheckpoint(key.Name(), n.Text)
	return t, by, err
}

// Standing is what an issuer's last statement of a document says.
type Standing struct {
	Issuer string
	Leaf   Leaf
	Since  string // of the first statement
	Index  int64
}

// Standings sums up what the entries of a bundle say of a document, an issuer each in the order
// of first statements. A document that was revoked stays so, unless it is issued again.
func (b Bundle) Standings(digest string) (out []Standing) {
	at := map[string]int{}
	for _, e := range b.Entries {
		l, err := parseLeaf([]byte(e.Leaf))
		if err != nil || l.Digest != digest || l.Issuer == "" {
			continue
		}
		i, known := at[l.Issuer]
		if !known {
			i, at[l.Issuer] = len(out), len(out)
			out = append(out, Standing{Issuer: l.Issuer, Since: l.Time})
		}
		out[i].Leaf, out[i].Index = l, e.Index
	}
	return out
}

// waitFor polls until an entry is proven, or time is up.
func (s *Service) waitFor(ctx context.Context, id EntryID, patience time.Duration) (Bundle, error) {
	for end := s.Clock().Add(patience); ; {
		b, err := s.EntryBundle(ctx, id)
		if !errors.Is(err, ErrWaiting) || !s.Clock().Before(end) {
			return b, err
		}
		select {
		case <-ctx.Done():
			return b, ctx.Err()
		case <-time.After(pause / 2):
		}
	}
}
