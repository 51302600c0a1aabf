package audit

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// Schema is what the trail keeps.
func Schema() db.Schema { return db.Schema{Owner: "audit", Files: schemaFiles} }

// Outcomes of an act.
const (
	Done    = "done"
	Refused = "refused"
	Failed  = "failed"
)

// Act is what was done: a verb of a part ("jobs.retry") on a thing, named by its id.
type Act struct{ What, On, Outcome string }

// Entry is an act in the trail.
type Entry struct {
	Number  int64
	At      when.Instant
	Actor   who.Actor
	Request string
	Act
	Before string // hash of the entry before
	Hash   string
}

// Record writes an act into the trail, in the transaction of the act itself.
func Record(tx *db.Tx, act Act) error {
	number, before, err := takeEnd(tx)
	if err != nil {
		return err
	}
	r := who.From(tx.Context())
	e := Entry{Number: number, At: tx.Now(), Actor: r.Actor, Request: r.ID, Act: act, Before: before}
	if e.Hash, err = e.sum(r.Realm); err != nil {
		return err
	}
	return insert(tx, e)
}

// sum is the hash over an entry's fields; JSON keeps them apart, so that no two entries
// have the same text.
func (e Entry) sum(realm who.Realm) (string, error) {
	text, err := json.Marshal([]any{
		realm, e.Number, e.At, string(e.Actor.Kind), e.Actor.ID, e.Request, e.What, e.On, e.Outcome, e.Before,
	})
	if err != nil {
		return "", err
	}
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:]), nil
}

// Trail reads the entries of a store.
type Trail struct{ db *db.DB }

// New gives the trail of a store.
func New(d *db.DB) *Trail { return &Trail{d} }

// Page gives entries newest first, and how many there are.
func (t *Trail) Page(ctx context.Context, limit, offset int) (out []Entry, total int, err error) {
	err = t.db.Read(ctx, func(tx *db.Tx) error {
		if total, err = count(tx); err != nil {
			return err
		}
		out, err = page(tx, limit, offset)
		return err
	})
	return out, total, err
}

// Verify recomputes the chain. It returns 0 when it is intact, else the number of the first
// entry that does not fit.
func (t *Trail) Verify(ctx context.Context) (broken int64, err error) {
	realm := who.From(ctx).Realm
	before, want := "", int64(1)
	for {
		var some []Entry
		err := t.db.Read(ctx, func(tx *db.Tx) (err error) {
			some, err = from(tx, want, 1000)
			return err
		})
		if err != nil || len(some) == 0 {
			return 0, err
		}
		for _, e := range some {
			sum, err := e.sum(realm)
			if err != nil {
				return 0, err
			}
			if e.Number != want || e.Before != before || e.Hash != sum {
				return want, nil
			}
			before, want = e.Hash, want+1
		}
	}
}
