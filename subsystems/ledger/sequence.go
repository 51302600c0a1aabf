package ledger

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/limits"
)

const (
	leaseName = "ledger.sequencer"
	leaseTime = 10 * time.Second
	pause     = 100 * time.Millisecond
	// busyPause is how often a checkpoint is published while the queue does not end.
	busyPause = 400 * time.Millisecond
	// atOnce bounds the leaves that one transaction gives their place, so that other writers
	// need not wait long; a single row may have up to partSize of them.
	atOnce = 1024
)

// Run gives what waits its place and publishes checkpoints, until the context ends. Of several
// processes one does so at a time. The lease only saves work: what keeps the log from forking
// is the version of its row.
func (s *Service) Run(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.runRealm(who.AsSystem(ctx, who.Sandbox))
	}()
	s.runRealm(who.AsSystem(ctx, who.Production))
	<-done
	return nil
}

func (s *Service) runRealm(ctx context.Context) {
	var lease *limits.Lease
	defer func() {
		if lease != nil {
			_ = lease.Release(context.WithoutCancel(ctx)) // it ends by itself
		}
	}()
	w, idle := s.newCircle(ctx), s.newWatch()
	var planned when.Instant
	var known standing
	for ctx.Err() == nil {
		lease = s.hold(ctx, lease)
		rest := time.Second
		if lease != nil || idle.neglected(ctx) {
			rest = s.report(ctx, &known, s.step(ctx, w))
			planned = s.planStamps(ctx, planned)
		}
		select {
		case <-ctx.Done():
		case <-time.After(rest):
		}
	}
}

// hold takes or prolongs the lease. When the clock was set back it would not be prolonged for as
// long; then it is taken anew.
func (s *Service) hold(ctx context.Context, lease *limits.Lease) *limits.Lease {
	if lease == nil {
		lease, _ = limits.Acquire(ctx, s.DB, leaseName, leaseTime)
		return lease
	}
	left := lease.Until.Sub(s.Clock())
	if (left < leaseTime/2 || left > leaseTime) && lease.Renew(ctx, leaseTime) != nil {
		return nil
	}
	return lease
}

// watch notices that the holder of the lease does nothing: the clock was set back and its lease
// lasts for ever, or it hangs.
type watch struct {
	s     *Service
	size  int64
	looks int // since the log was last seen to grow, or with nothing waiting: one a second
}

func (s *Service) newWatch() *watch { return &watch{s: s, size: -1} }

// neglected reports whether entries have waited for longer than a lease lasts.
func (w *watch) neglected(ctx context.Context) bool {
	var l logRow
	var some []int64
	if err := w.s.DB.ReadLatest(ctx, func(tx *db.Tx) (err error) {
		if l, err = findLog(tx); err == nil {
			some, err = waitingCounts(tx, 1)
		}
		return err
	}); err != nil {
		return false
	}
	if len(some) == 0 || l.Size != w.size || l.Stopped != "" {
		w.size, w.looks = l.Size, 0
	}
	w.looks++
	return time.Duration(w.looks)*time.Second > leaseTime
}

// step gives everything that waits its place, and publishes.
func (s *Service) step(ctx context.Context, w *circle) error {
	if err := s.admitted(ctx); err != nil {
		return err
	}
	pace := time.NewTicker(busyPause)
	defer pace.Stop()
	for {
		n, err := s.Sequence(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return s.publish(ctx, w)
		}
		select {
		case <-pace.C: // a long queue does not hold checkpoints up
			if err := s.publish(ctx, w); err != nil {
				return err
			}
		default:
		}
	}
}

// Sequence gives up to about a thousand waiting leaves their place: rows, tiles and the log's
// new size are one transaction. It says how many.
func (s *Service) Sequence(ctx context.Context) (n int, err error) {
	var idle bool
	err = s.DB.ReadLatest(ctx, func(tx *db.Tx) error {
		some, err := waitingCounts(tx, 1)
		idle = len(some) == 0
		return err
	})
	if err != nil || idle {
		return 0, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		n = 0
		l, err := findLog(tx)
		if err != nil {
			return err
		}
		leaves, err := takeWaiting(tx, l.Size)
		if err != nil || len(leaves) == 0 {
			return err
		}
		n = len(leaves)
		return grow(tx, l, leaves)
	})
	if fault.Is(err, fault.Conflict) {
		return 0, nil // another process was faster; its work is ours
	}
	return n, err
}

// takeWaiting gives rows that wait their place from first on, and returns their leaves.
func takeWaiting(tx *db.Tx, first int64) (all []entryRow, err error) {
	rows, err := waiting(tx, atOnce)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		some, err := splitBundle(r.leaves)
		if err == nil && int64(len(some)) != r.count {
			err = errBundle
		}
		if err == nil {
			err = placeBatch(tx, r, first+int64(len(all)))
		}
		if err != nil {
			return nil, fmt.Errorf("batch %s: %w", r.id, err)
		}
		for _, leaf := range some {
			e := entryRow{leaf: leaf, issuer: r.client}
			if e.issuer != "" {
				e.digest = documentOf(leaf)
			}
			all = append(all, e)
		}
	}
	return all, nil
}

func grow(tx *db.Tx, l logRow, all []entryRow) error {
	e, err := readEdge(tx, l)
	if err != nil {
		return err
	}
	hashes := make([]tlog.Hash, len(all))
	for i, e := range all {
		hashes[i] = tlog.RecordHash(e.leaf)
	}
	changed := e.grow(hashes)
	if err := growLog(tx, l, e.size, e.root()); err != nil {
		return err
	}
	for _, at := range inOrder(changed) {
		if err := putTile(tx, at, changed[at]); err != nil {
			return err
		}
	}
	return insertEntries(tx, l.Size, all)
}

// errDamaged stops the log where its tiles are not those of its root: better no entry than a
// wrong one.
var errDamaged = errors.New("ledger: the tiles in the store do not give the log's root")

// readEdge reads the right edge of the tree, and checks it against the root.
func readEdge(tx *db.Tx, l logRow) (*edge, error) {
	e := &edge{size: l.Size}
	at, widths := edgeTiles(l.Size)
	for i, a := range at {
		e.tiles = append(e.tiles, nil)
		if widths[i] == 0 {
			continue
		}
		data, err := findTile(tx, a)
		if err != nil {
			return nil, err
		}
		if len(data) != widths[i]*tlog.HashSize {
			return nil, errDamaged
		}
		e.tiles[i] = data
	}
	if e.root() != l.Root {
		return nil, errDamaged
	}
	return e, nil
}

// publish signs a checkpoint of the tree as it stands, has it cosigned, and lets everybody
// read it. A tree that is published already needs none.
func (s *Service) publish(ctx context.Context, w *circle) error {
	var l logRow
	var last published
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if l, err = findLog(tx); err != nil {
			return err
		}
		if last, err = findCheckpoint(tx); fault.Is(err, fault.NotFound) {
			last.Size, err = -1, nil
		}
		if err == nil && last.Size < l.Size {
			err = s.admit(tx, l)
		}
		return err
	})
	if err != nil || last.Size >= l.Size {
		return err
	}
	signed, err := s.sign(ctx, l)
	if err != nil {
		return err
	}
	if signed, err = w.cosign(ctx, l, signed); err != nil {
		return err
	}
	if err := s.Marks.put(l); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		now, err := findLog(tx)
		if err != nil || now.Origin != l.Origin { // renewed meanwhile
			return err
		}
		return publish(tx, l.Size, signed)
	})
}

// sign makes the checkpoint (C2SP tlog-checkpoint) of a tree.
func (s *Service) sign(ctx context.Context, l logRow) ([]byte, error) {
	skey, err := s.Keys.Decrypt(s.keyPlace(who.From(ctx).Realm, l.Origin), l.Sealed)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(string(skey))
	if err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: checkpointText(l.Origin, tlog.Tree{N: l.Size, Hash: l.Root})}, signer)
}

func checkpointText(origin string, t tlog.Tree) string {
	return origin + "\n" + strconv.FormatInt(t.N, 10) + "\n" + t.Hash.String() + "\n"
}
