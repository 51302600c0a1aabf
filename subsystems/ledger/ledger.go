package ledger

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"time"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/sign"
)

// Service is the ledger.
type Service struct {
	DB       *db.DB
	Keys     *sign.Ring
	Policy   *access.Policy
	Programs Programs
	Clock    when.Clock
	Log      *slog.Logger

	// Origin is the name of the log when it is made: host and path, without scheme.
	Origin string
	// Witnesses must cosign a checkpoint before it is published, Quorum of them. None by default.
	Witnesses []Witness
	Quorum    int
	// Authorities stamp the production log's checkpoints, every StampEvery at most; 10 minutes by
	// default. Nothing waits for them.
	Authorities []Authority
	StampEvery  time.Duration
	// Marks remembers outside the store what was let out. Without it only witnesses can tell that
	// an older backup was restored.
	Marks *Marks
}

// Witness is a program of another department that cosigns.
type Witness struct {
	URL string `toml:"url" json:"url"` // before /add-checkpoint
	Key string `toml:"key" json:"key"` // verifier key, cosignature/v1
}

// Check says what is wrong with a witness's entry in the configuration.
func (w Witness) Check() error {
	if u, err := url.Parse(w.URL); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return fmt.Errorf("the address of a witness: %q is not like https://audit.example", w.URL)
	}
	if _, err := fnote.NewVerifierForCosignatureV1(w.Key); err != nil {
		return fmt.Errorf("the key of the witness at %s: %w", w.URL, err)
	}
	return nil
}

// Seed makes the log of each realm with a key of its own, and its first checkpoint.
func (s *Service) Seed(ctx context.Context) error {
	for _, realm := range []who.Realm{who.Production, who.Sandbox} {
		ctx := who.AsSystem(ctx, realm)
		if err := s.newLog(ctx, realm); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) newLog(ctx context.Context, realm who.Realm) error {
	err := s.DB.Read(ctx, func(tx *db.Tx) error { _, err := findLog(tx); return err })
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	l := logRow{Origin: s.Origin, Root: (&edge{}).root()}
	if realm == who.Sandbox {
		l.Origin += "/sandbox"
	}
	if err := s.newKey(realm, &l); err != nil {
		return err
	}
	return s.DB.WriteLatest(ctx, func(tx *db.Tx) error { return insertLog(tx, l) })
}

// newKey gives a log a key of its own.
func (s *Service) newKey(realm who.Realm, l *logRow) error {
	skey, vkey, err := note.GenerateKey(rand.Reader, l.Origin)
	if err != nil {
		return err
	}
	l.VKey = vkey
	l.Sealed, err = s.Keys.Encrypt(s.keyPlace(realm, l.Origin), []byte(skey))
	return err
}

func (s *Service) keyPlace(realm who.Realm, origin string) sign.Place {
	return sign.Place{Realm: realm, Table: "ledger_logs", Column: "sealed", ID: origin}
}

// Commit logs a commitment with the caller's transaction: it is durable when that is, and has
// its index in the log within a second. Nothing is sent or signed here.
func Commit(tx *db.Tx, c Commitment) (EntryID, error) {
	all, err := CommitMany(tx, []Commitment{c})
	if err != nil {
		return "", err
	}
	return all[0], nil
}

// CommitMany is Commit for a group, in its order: one row for every 256 of them.
func CommitMany(tx *db.Tx, all []Commitment) ([]EntryID, error) {
	if len(all) == 0 || len(all) > maxBatch {
		return nil, fault.New(fault.Invalid, "ledger.fault.batch")
	}
	now := tx.Now()
	w := batchWriter{tx: tx, row: waitingRow{id: id.New[string](now)}}
	out := make([]EntryID, len(all))
	for i, c := range all {
		raw, err := c.Leaf(now)
		if err != nil {
			return nil, err
		}
		if err := w.add(raw); err != nil {
			return nil, err
		}
		out[i] = entryOf(w.row.id, int64(i))
	}
	return out, w.flush()
}

// Issuer is who anchors: a program, and what the register calls whom it works for.
type Issuer struct {
	Client string
	Name   lang.Text
}

// partSize is how many leaves of a batch stand in one row while they wait.
const partSize = 256

// maxBatch is how many statements one request takes.
const maxBatch = 100_000

// Anchor logs an issuer's statements, each as a leaf of its own, in the order given. A repeat
// key that the issuer has used before gives the batch of that time, and logs nothing.
func (s *Service) Anchor(ctx context.Context, by Issuer, repeatKey string, all []Statement) (batch string, repeated bool, err error) {
	switch {
	case len(all) == 0 || len(all) > maxBatch:
		return "", false, fault.New(fault.Invalid, "ledger.fault.batch")
	case len(repeatKey) > 200:
		return "", false, fault.New(fault.Invalid, "ledger.fault.repeat-key")
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		batch, repeated = "", false
		l, err := findLog(tx)
		if err != nil {
			return err
		}
		if l.Stopped != "" {
			return fault.New(fault.Unavailable, "ledger.fault.stopped")
		}
		if repeatKey != "" {
			known, err := findRepeated(tx, by.Client, repeatKey)
			if err == nil {
				batch, repeated = known, true
				return nil
			}
			if !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		batch = id.New[string](tx.Now())
		return insertStatements(tx, batch, by, repeatKey, all)
	})
	return batch, repeated, err
}

func insertStatements(tx *db.Tx, batch string, by Issuer, repeatKey string, all []Statement) error {
	at := coarse(tx.Now())
	w := batchWriter{tx: tx, client: by.Client, repeatKey: repeatKey, row: waitingRow{id: batch}}
	issued := map[string]bool{} // in this batch
	for _, st := range all {
		st, err := st.check()
		if err != nil {
			return err
		}
		if err := mayState(tx, by, st, issued); err != nil {
			return err
		}
		raw, err := Leaf{V: leafVersion, Type: st.State, Time: at, Issuer: by.Client, Name: &by.Name, Digest: st.Digest, By: st.By}.encode()
		if err != nil {
			return err
		}
		if err := w.add(raw); err != nil {
			return err
		}
	}
	return w.flush()
}

// batchWriter writes the rows of a batch as they become full.
type batchWriter struct {
	tx                *db.Tx
	client, repeatKey string
	row               waitingRow
}

func (w *batchWriter) add(leaf []byte) error {
	w.row.leaves, w.row.count = appendEntry(w.row.leaves, leaf), w.row.count+1
	if w.row.count < partSize {
		return nil
	}
	return w.flush()
}

// flush writes what is left.
func (w *batchWriter) flush() error {
	if w.row.count == 0 {
		return nil
	}
	err := insertBatch(w.tx, w.client, w.repeatKey, w.row)
	w.row = waitingRow{id: w.row.id, part: w.row.part + 1, leaves: w.row.leaves[:0]}
	return err
}

// mayState refuses to replace or revoke what the same issuer has not issued.
func mayState(tx *db.Tx, by Issuer, st Statement, issued map[string]bool) error {
	if st.State == Issued {
		issued[st.Digest] = true
		return nil
	}
	if issued[st.Digest] {
		return nil
	}
	ok, err := stated(tx, st.Digest, by.Client)
	if err == nil && !ok {
		err = fault.New(fault.Conflict, "ledger.fault.not-issued")
	}
	return err
}

// hashesOf reads hashes of a tree that stands, and checks them against its root.
func hashesOf(tx *db.Tx, tree tlog.Tree) tlog.HashReader {
	return tlog.TileHashReader(tree, tiles{func(at tileAt) ([]byte, error) { return findTile(tx, at) }})
}

// sizeOf reads the size of a tree in an address.
func sizeOf(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "ledger.fault.no-tile").Because(err)
	}
	return n, nil
}
