package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
)

// Why a log stands still until a person decides. Each is a key of words.
const (
	stoppedByMark    = "mark"
	stoppedByWitness = "witness"
)

// halt is a reason to stand still: what was let out before is not what the store holds now.
type halt struct{ reason, what string }

func (h halt) Error() string {
	return "ledger: the log stands still: " + h.what + ". Most likely an older backup was restored. Restore a newer one, " +
		"or give the log another name with `praya ledger renew NAME` and tell those who hold proofs; `praya ledger status` says more"
}

// Marks remembers the newest tree of each log that was let out, in a file beside the store: by it
// an older backup is noticed.
type Marks struct {
	file string

	mu sync.Mutex
	of map[string]markedTree // by origin; nil before the file was read
}

// NewMarks names the file. It need not be there.
func NewMarks(file string) *Marks { return &Marks{file: file} }

// markedTree is how a tree was when it was let out.
type markedTree struct {
	Size int64     `json:"size"`
	Root tlog.Hash `json:"root"`
}

// find gives what is remembered of a log. A file that cannot be read is an error: without its
// memory the log might fork.
func (m *Marks) find(origin string) (markedTree, error) {
	if m == nil {
		return markedTree{}, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of == nil {
		of, err := m.load()
		if err != nil {
			return markedTree{}, err
		}
		m.of = of
	}
	return m.of[origin], nil
}

func (m *Marks) load() (map[string]markedTree, error) {
	of := map[string]markedTree{}
	raw, err := os.ReadFile(m.file)
	if err == nil {
		err = json.Unmarshal(raw, &of)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, halt{stoppedByMark, fmt.Sprintf("%s cannot be read: %v", m.file, err)}
	}
	return of, nil
}

// put remembers a tree durably before it is let out. Another process may share the file, for
// another realm: what it wrote stays.
func (m *Marks) put(l logRow) error {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	of, err := m.load()
	if err != nil || of[l.Origin].Size > l.Size {
		return err
	}
	of[l.Origin] = markedTree{l.Size, l.Root}
	raw, err := json.Marshal(of)
	if err == nil {
		err = writeDurably(m.file, raw)
	}
	if err == nil {
		m.of = of
	}
	return err
}

// admit checks that the tree in the store grows from the one that was let out last.
func (s *Service) admit(tx *db.Tx, l logRow) error {
	m, err := s.Marks.find(l.Origin)
	switch {
	case err != nil:
		return err
	case m.Size > l.Size:
		return halt{stoppedByMark, fmt.Sprintf("%d entries of %s were published, and the store has %d", m.Size, l.Origin, l.Size)}
	case m.Size == 0:
		return nil
	}
	root := l.Root
	if m.Size < l.Size {
		if root, err = tlog.TreeHash(m.Size, hashesOf(tx, tlog.Tree{N: l.Size, Hash: l.Root})); err != nil {
			return err
		}
	}
	if root != m.Root {
		return halt{stoppedByMark, fmt.Sprintf("the first %d entries of %s are not those that were published", m.Size, l.Origin)}
	}
	return nil
}

// admitted is admit in a transaction of its own.
func (s *Service) admitted(ctx context.Context) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		l, err := findLog(tx)
		if err != nil {
			return err
		}
		return s.admit(tx, l)
	})
}

// standing is what a realm's loop knows of how its log does.
type standing struct {
	why   string // as the store has it
	known bool   // the store was told
	times int    // that the same was wrong
}

// report notes in the store whether the log stands still, and says what is wrong in the error
// log: the same once a minute. It gives how long to rest.
func (s *Service) report(ctx context.Context, was *standing, failed error) time.Duration {
	why := ""
	var h halt
	if errors.As(failed, &h) {
		why = h.reason
	}
	if why != was.why || !was.known {
		err := s.DB.Write(ctx, func(tx *db.Tx) error { return stopLog(tx, why) })
		*was = standing{why: why, known: err == nil}
	}
	if failed == nil || ctx.Err() != nil {
		was.times = 0
		return pause
	}
	if was.times%60 == 0 {
		s.Log.ErrorContext(ctx, "ledger: sequencing", "error", failed)
	}
	was.times++
	return time.Second
}

// status says how a realm's log does, for its operator.
func (s *Service) status(ctx context.Context) (l logRow, p published, former []formerLog, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if l, err = findLog(tx); err != nil {
			return err
		}
		if p, err = findCheckpoint(tx); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		former, err = formerLogs(tx)
		return err
	})
	return l, p, former, err
}

// Renew gives the context's log another name and a new key, from which it goes on with the
// entries that it has. What was published under the old name can no longer be continued, and is
// not denied: the old name and key stay on record.
func (s *Service) Renew(ctx context.Context, name string) error {
	if name == "" || strings.ContainsAny(name, " +\t\n") || len(name) > 200 {
		return errors.New("a log's name is like HOST/ledger-2, without spaces and plus signs")
	}
	l, _, former, err := s.status(ctx)
	if err != nil {
		return err
	}
	for _, f := range append(former, formerLog{Origin: l.Origin}) {
		if f.Origin == name {
			return fmt.Errorf("the log has or had the name %s: choose another", name)
		}
	}
	next := logRow{Origin: name}
	if err := s.newKey(who.From(ctx).Realm, &next); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return renewLog(tx, l, next) })
}
