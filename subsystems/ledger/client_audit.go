package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Auditor follows a log as a monitor.
type Auditor struct {
	URL   string // the log's address: …/api/ledger/log
	Trust Trust
	File  string // what it has seen; empty: it remembers nothing
	Web   *http.Client
}

// auditState is what an auditor remembers of a log.
type auditState struct {
	Key        string `json:"key"`
	Checkpoint string `json:"checkpoint"` // the last that was found good
}

// Report is what an audit found good.
type Report struct {
	Origin   string
	Tree     tlog.Tree
	Before   int64 // size seen the time before; -1 for the first time
	Cosigns  []Cosigned
	FirstUse bool // nobody gave the key: it was taken from the log itself
	Key      string
}

// hashLeaves is what fsck wants to know of an entry bundle.
func hashLeaves(bundle []byte) (out [][]byte, err error) {
	leaves, err := splitBundle(bundle)
	for _, leaf := range leaves {
		out = append(out, rfc6962.DefaultHasher.HashLeaf(leaf))
	}
	return out, err
}

// Audit fetches the newest checkpoint, checks that the log has grown from the one seen before,
// and derives the whole log anew from its entries. Only what was found good is remembered.
func (a *Auditor) Audit(ctx context.Context) (r Report, err error) {
	was, err := a.remembered()
	if err != nil {
		return r, err
	}
	root, err := url.Parse(strings.TrimRight(a.URL, "/") + "/")
	if err != nil {
		return r, err
	}
	fetcher, err := client.NewHTTPFetcher(root, a.Web)
	if err != nil {
		return r, err
	}
	trust := a.Trust
	if trust.Key == "" {
		trust.Key = was.Key
	}
	if trust.Key == "" {
		r.FirstUse = true
		if trust.Key, err = a.fetchKey(ctx, root); err != nil {
			return r, err
		}
	}
	r.Key = trust.Key
	raw, err := fetcher.ReadCheckpoint(ctx)
	if err != nil {
		return r, fmt.Errorf("the checkpoint cannot be fetched: %w", err)
	}
	if r.Tree, r.Cosigns, err = openCheckpoint(trust, raw); err != nil {
		return r, err
	}
	if r.Before, err = a.grown(ctx, fetcher, trust, was, r.Tree); err != nil {
		return r, err
	}
	if r.Origin, err = derive(ctx, fetcher, trust.Key, r.Tree); err != nil {
		return r, err
	}
	return r, a.remember(auditState{trust.Key, string(raw)})
}

// derive computes the log anew, with code that is not ours.
func derive(ctx context.Context, fetcher *client.HTTPFetcher, key string, tree tlog.Tree) (origin string, err error) {
	v, err := note.NewVerifier(key)
	if err != nil {
		return "", err
	}
	if tree.N == 0 {
		return v.Name(), nil // nothing to derive
	}
	quietly()
	if err := fsck.New(v.Name(), v, fetcher, hashLeaves, fsck.Opts{N: 2}).Check(ctx); err != nil {
		return v.Name(), fmt.Errorf("the entries do not give the root of the checkpoint: %w", err)
	}
	return v.Name(), nil
}

// grown checks that the log begins with what was seen before.
func (a *Auditor) grown(ctx context.Context, fetcher *client.HTTPFetcher, trust Trust, was auditState, now tlog.Tree) (int64, error) {
	if was.Checkpoint == "" {
		return -1, nil
	}
	before, _, err := openCheckpoint(Trust{Key: trust.Key}, []byte(was.Checkpoint))
	switch {
	case err != nil:
		return -1, fmt.Errorf("the checkpoint that was remembered: %w", err)
	case before.N > now.N:
		return before.N, fmt.Errorf("the log has become shorter: %d entries were seen, now there are %d", before.N, now.N)
	case before.N == now.N && before.Hash != now.Hash:
		return before.N, fmt.Errorf("the log has forked: two checkpoints of %d entries differ", now.N)
	case before.N == now.N || before.N == 0:
		return before.N, nil
	}
	builder, err := client.NewProofBuilder(ctx, uint64(now.N), fetcher.ReadTile) //nolint:gosec // not negative: readCheckpoint
	if err != nil {
		return before.N, fmt.Errorf("the log has forked, or its tiles are damaged: %w", err)
	}
	raw, err := builder.ConsistencyProof(ctx, uint64(before.N), uint64(now.N)) //nolint:gosec // as above
	if err != nil {
		return before.N, err
	}
	path := make(tlog.TreeProof, len(raw))
	for i, h := range raw {
		copy(path[i][:], h)
	}
	if err := tlog.CheckTree(path, now.N, now.Hash, before.N, before.Hash); err != nil {
		return before.N, fmt.Errorf("the log has forked: %d entries do not grow from the %d seen before: %w", now.N, before.N, err)
	}
	return before.N, nil
}

func (a *Auditor) fetchKey(ctx context.Context, root *url.URL) (string, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, root.JoinPath("key").String(), nil)
	if err != nil {
		return "", err
	}
	web := a.Web
	if web == nil {
		web = &http.Client{Timeout: time.Minute}
	}
	r, err := web.Do(q)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<12))
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("the log's key cannot be fetched: %s", r.Status)
	}
	return strings.TrimSpace(string(raw)), err
}

func (a *Auditor) remembered() (s auditState, err error) {
	if a.File == "" {
		return s, nil
	}
	raw, err := os.ReadFile(a.File)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	return s, err
}

func (a *Auditor) remember(s auditState) error {
	if a.File == "" {
		return nil
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return writeDurably(a.File, raw)
}
